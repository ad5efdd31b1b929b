"""Reads the signatures of a PDF from strangers, in a process of its own: PDF in, JSON out (`verification`).

A small file may unfold to gigabytes or keep a parser busy for ever; here it costs this process and nobody else.
"""

import json
import logging
import resource
import sys

MOST_MEMORY = 512 * 1024 * 1024  # bytes
MOST_SECONDS = 15  # of the processor


def main(roots):
    """Writes a list of `Signed.as_json`, or why there is none as a string."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable()
    from .verification import Unreadable, read_signatures, roots_in

    try:
        said = [one.as_json() for one in read_signatures(sys.stdin.buffer.read(), roots_in(roots))]
    except Unreadable as why:
        said = str(why)
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1])
