"""Processes beside the worker, so that all processors check the rows of a large sheet."""

from __future__ import annotations

import ctypes
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
HANDS = min(os.cpu_count() or 1, 4)
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


@contextmanager
def mapped(function: Callable[[T], R], *, beside: bool) -> Iterator[Callable[[Iterable[T]], Iterator[R]]]:
    """`map` with this function; `beside`: worked out in other processes, ahead of what is used here.

    They are forks that end with this one. The function must not touch the database there.
    """
    if not beside:
        yield partial(map, function)
        return
    with ProcessPoolExecutor(HANDS, mp_context=get_context("fork"), initializer=_end_with_parent) as pool:
        yield partial(_ahead, pool, function)


def _ahead(pool: ProcessPoolExecutor, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    waiting: deque[Future[R]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > HANDS:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _end_with_parent() -> None:
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
