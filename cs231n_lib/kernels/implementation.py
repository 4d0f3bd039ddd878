"""Chooses the compiled kernels if they were built, else their NumPy twins."""

from __future__ import annotations

import os
import sys
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
except ImportError:  # installed without a C compiler
    _threads = None


def backend() -> str:
    """Return which kernels are in use, "cython" or "numpy". The environment variable CS231N_KERNELS selects one.

    Raises
    ------
    ValueError
        If the environment variable has another value.
    ImportError
        If it selects the compiled kernels and they were not built.
    """
    chosen = os.environ.get("CS231N_KERNELS") or ("numpy" if _threads is None else "cython")
    if chosen not in ("cython", "numpy"):
        raise ValueError(f"The environment variable CS231N_KERNELS should be 'cython' or 'numpy', but is {chosen!r}.")
    if chosen == "cython" and _threads is None:
        raise ImportError(
            "CS231N_KERNELS selects the compiled kernels, but they were not built. Install a C compiler and then the "
            "course kit again, or unset CS231N_KERNELS."
        )
    return chosen


def implementation(topic: str) -> ModuleType:
    """Return the module with the kernels of a topic: _topic_cy (compiled) or _topic (NumPy).

    If only some topics could be compiled, the others use NumPy, unless the user selects the compiled kernels.
    """
    if backend() == "cython":
        try:
            return _kernels(f"_{topic}_cy")
        except ImportError:
            if os.environ.get("CS231N_KERNELS"):
                raise
    return _kernels(f"_{topic}")


def _kernels(name: str) -> ModuleType:
    name = f"cs231n_lib.kernels.{name}"
    return sys.modules.get(name) or import_module(name)  # a small layer takes less time than import_module


def contiguous(array: NDArray[_Number]) -> NDArray[_Number]:
    """Return the array if it is in C order and aligned, as compiled kernels need it; otherwise such a copy."""
    return array if array.flags.c_contiguous and array.flags.aligned else np.require(array, requirements=["C", "A"])


def num_threads() -> int:
    """Return the number of threads that the compiled kernels use.

    Its initial value is the environment variable CS231N_NUM_THREADS, else OMP_NUM_THREADS, else the number of cores
    that this process may use.
    """
    return 1 if _threads is None else _threads.thread_count_now()


def set_num_threads(count: int) -> None:
    """Set the number of threads that the compiled kernels use, at most 64. Results do not depend on it.

    Raises
    ------
    ValueError
        If count is not an integer of at least 1.
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
            raise ValueError(
                f"The environment variable {variable} should be an integer of at least 1, but is {given!r}."
            )
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


set_num_threads(_threads_at_first())
