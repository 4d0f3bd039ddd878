"""Watches one call of a function: how many lines Python executes, of which modules, and which function runs most often.

The judge's agent has a copy of `_watch` and the names above it, because it is sent as text into a kernel that may lack
the library.
"""

from __future__ import annotations

import gc
import inspect
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

NUMPY = os.path.dirname(np.__file__) + os.sep
NUMPY_CALLS = 8  # calls of NumPy's functions that count as one line; their number varies, as NumPy caches what it can
LONG_CODE = 256  # bytes of code that count as one more line, for a long line that a program wrote


class Watched(NamedTuple):
    """What happened during a call.

    Attributes
    ----------
    result
        What the function returned.
    lines
        How many lines Python executed. In NumPy's own functions, only every eighth call counts, as one line.
    modules
        The names of the modules whose functions ran, sorted, without NumPy's.
    most_called
        The name of the function that ran most often, and how often. Neither NumPy's functions nor generators count.
    """

    result: Any
    lines: int
    modules: list[str]
    most_called: tuple[str, int]


def watched_call(function: Callable[..., Any], args: Sequence[Any]) -> Watched:
    """Call function(*args) and watch what Python executes during the call.

    A callable that stands for a function in another process has a method `__work__(*args)`, which watches the call
    there and returns the same four values.

    Raises
    ------
    RuntimeError
        If the function called sys.settrace, which ends the watching.
    """
    elsewhere: Any = getattr(function, "__work__", None)
    return Watched(*(elsewhere(*args) if callable(elsewhere) else _watch(function, args)))


def _watch(function: Callable[..., Any], args: Sequence[Any]) -> tuple[Any, int, list[str], tuple[str, int]]:
    lines, calls_of_numpy, modules, calls = 0, 0, set(), Counter[Any]()

    def watch(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines, calls_of_numpy
        if event == "call":
            code, names = frame.f_code, frame.f_globals
            module = str(names.get("__name__"))
            if code.co_filename.startswith(NUMPY) and names is getattr(sys.modules.get(module), "__dict__", None):
                calls_of_numpy += 1
                return None
            modules.add(module)
            lines += len(code.co_code) // LONG_CODE
            if not code.co_flags & inspect.CO_GENERATOR:  # a generator's frame is called for each item
                calls[code] += 1
        lines += event == "line"
        return watch

    before, of_threads, collecting = sys.gettrace(), threading.gettrace(), gc.isenabled()
    gc.disable()  # a collection during the call would run finalizers, whose lines would count
    threading.settrace(watch)
    sys.settrace(watch)  # last, or it would watch threading.settrace
    try:
        result = function(*args)
        ended = sys.gettrace() is not watch
    finally:
        sys.settrace(before)
        threading.settrace(of_threads)
        if collecting:
            gc.enable()
    if ended:
        raise RuntimeError("The function called sys.settrace, so its work cannot be watched. Remove that call.")
    name, most = max(
        ((code.co_name, count) for code, count in calls.items()), key=lambda item: item[1], default=("", 0)
    )
    return result, lines + calls_of_numpy // NUMPY_CALLS, sorted(modules), (name, most)
