"""Processes that set papers side by side. A new process reads this file before Django is up: no models here."""

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from multiprocessing import get_context, parent_process
from threading import Thread

import django


def printers(processes):
    """A pool for `print_all` as a context manager; None inside when one process, this one, is enough.

    Fresh processes, not forks: a fork would share this one's connection to the database.
    """
    if processes == 1:
        return nullcontext()
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin)
    for _ in range(processes):
        pool.submit(os.getpid)  # any small errand starts a process, so that it is ready when there is paper
    return pool


def _begin():
    Thread(target=_leave_with_parent, daemon=True).start()
    django.setup()


def _leave_with_parent():
    # The pool's own processes never notice that the run was killed, and would wait for work for ever.
    parent_process().join()
    os._exit(1)
