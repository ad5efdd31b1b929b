"""Reads what strangers sent, in a process of its own (`strangers`): file in, JSON out.

A small file may unfold to gigabytes or keep a parser busy for ever; here it costs this process and nobody else.
"""

import json
import logging
import resource
import sys

MOST_MEMORY = {
    "signatures": 512 * 1024 * 1024,
    "square": 1024 * 1024 * 1024,
}  # bytes; a page of a scan is large
MOST_SECONDS = 15  # of the processor


def signatures(content, roots):
    """A list of `Signed.as_json`, or why there is none as a string."""
    from .verification import Unreadable, read_signatures, roots_in

    try:
        return [one.as_json() for one in read_signatures(content, roots_in(roots))]
    except Unreadable as why:
        return str(why)


def square(content, kind):
    """The verification code on a scan; "" when none is readable."""
    from .squares import code_on_pages

    return code_on_pages(content, kind)


READERS = {"signatures": signatures, "square": square}


def main(what, *about):
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY[what],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable()
    sys.stdout.write(json.dumps(READERS[what](sys.stdin.buffer.read(), *about)))


if __name__ == "__main__":
    main(*sys.argv[1:])
