"""Compiled kernels where there was a C compiler, else their NumPy twins."""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from cs231n_lib.arguments import integer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Number = TypeVar("_Number", bound=np.number)

_threads: ModuleType | None
try:
    _threads = import_module("cs231n_lib.kernels._threads")
except ImportError:  # installed without a compiler
    _threads = None


def backend() -> str:
    """Which kernels are in use: "cython" or "numpy". The environment variable CS231N_KERNELS=numpy asks for NumPy.

    Raises
    ------
    ValueError
        If the environment variable says something else.
    ImportError
        If it asks for compiled kernels and there are none.
    """
    chosen = os.environ.get("CS231N_KERNELS") or ("numpy" if _threads is None else "cython")
    if chosen not in ("cython", "numpy"):
        raise ValueError(f"the environment variable CS231N_KERNELS should be 'cython' or 'numpy', but is {chosen!r}")
    if chosen == "cython" and _threads is None:
        raise ImportError(
            "CS231N_KERNELS asks for the compiled kernels, but they were not built; install a C "
            "compiler and the course kit again, or unset CS231N_KERNELS"
        )
    return chosen


def implementation(topic: str) -> ModuleType:
    """The module with the kernels of one topic: _topic_cy (compiled) or _topic (NumPy).

    A compiler may have managed some topics only; the others are done in NumPy, unless the user asks for compiled ones.
    """
    if backend() == "cython":
        try:
            return import_module(f"cs231n_lib.kernels._{topic}_cy")
        except ImportError:
            if os.environ.get("CS231N_KERNELS"):
                raise
    return import_module(f"cs231n_lib.kernels._{topic}")


def contiguous(array: NDArray[_Number]) -> NDArray[_Number]:
    """The array as compiled kernels read it, in C order and aligned: itself, or a copy where it is not."""
    return array if array.flags.c_contiguous and array.flags.aligned else np.require(array, requirements=["C", "A"])


def num_threads() -> int:
    """How many threads the compiled kernels use.

    At first that is the environment variable CS231N_NUM_THREADS, else OMP_NUM_THREADS, else the number of cores this
    process may run on.
    """
    return 1 if _threads is None else _threads.thread_count_now()


def set_num_threads(count: int) -> None:
    """Have the compiled kernels use `count` threads from now on, at most 64. Results are the same for any number.

    Raises
    ------
    ValueError
        Unless count is an integer of at least 1.
    """
    count = integer("set_num_threads", "count", count, 1)
    if _threads is not None:
        _threads.set_thread_count(count)


def _threads_at_first() -> int:
    for variable in ("CS231N_NUM_THREADS", "OMP_NUM_THREADS"):
        given = os.environ.get(variable, "").split(",")[0].strip()
        if given.isdecimal() and int(given) > 0:
            return int(given)
        if given and variable == "CS231N_NUM_THREADS":
            raise ValueError(f"the environment variable {variable} should be a number from 1, but is {given!r}")
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


set_num_threads(_threads_at_first())
