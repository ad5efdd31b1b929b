"""Files that strangers send are read by a process of its own (`apart`); this starts it."""

import json
import logging
import subprocess
import sys
from functools import lru_cache
from time import monotonic

from django.conf import settings

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 20
KEPT_SECONDS = 120


def read_apart(content, what, *about):
    """What `apart` says of a file, see there; None when the file was too much for it.

    The last answers are kept for a while: whoever asks before a lock need not wait again under it.
    """
    return _said(content, what, about, int(monotonic() // KEPT_SECONDS))


@lru_cache(maxsize=4)
def _said(content, what, about, period):
    try:
        said = subprocess.run(
            [sys.executable, "-m", "agreements.papers.seal.apart", what, *about],
            input=content, capture_output=True, timeout=LONGEST_SECONDS, check=True, cwd=settings.BASE_DIR,
            env={"PYTHONUTF8": "1"},  # no password of ours where strangers' files are read
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as why:
        logger.info("a file of %d bytes could not be read: %s", len(content), type(why).__name__)
        return None
    return json.loads(said.stdout)
