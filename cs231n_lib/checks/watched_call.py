"""Watches one call of a function: how many lines Python executes, and of which modules.

The judge's agent has a copy of this code (`_call_and_watch`), because it is sent as text into a kernel that may lack
the library.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import numpy as np

NUMPY = os.path.dirname(np.__file__) + os.sep


def watched_call(function: Callable[..., Any], args: Sequence[Any]) -> tuple[Any, int, list[str]]:
    """Call function(*args) and watch what Python executes during the call, except inside NumPy.

    A callable that stands for a function in another process has a method `__work__(*args)`, which watches the call
    there and returns the same three values.

    Returns
    -------
    result
        What the function returned.
    lines : int
        How many lines Python executed.
    modules : list of str
        The names of the modules whose functions ran, sorted.

    Raises
    ------
    RuntimeError
        If the function called sys.settrace, which ends the watching.
    """
    elsewhere: Any = getattr(function, "__work__", None)
    if callable(elsewhere):
        return elsewhere(*args)
    lines, modules = 0, set()

    def watch(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if event == "call":
            if frame.f_code.co_filename.startswith(NUMPY):  # NumPy's lines vary: it caches facts about shapes
                return None
            modules.add(str(frame.f_globals.get("__name__")))
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
    return result, lines, sorted(modules)
