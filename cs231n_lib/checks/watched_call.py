"""One call of a function, watched: how much Python it executes, and whose functions.

The agent of the judge (`_call_and_watch`) holds the same lines: it is sent as text
into a kernel that may have no library.
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
    """Call function(*args) and watch what Python executes meanwhile, NumPy's own functions aside.

    A callable that stands for a function elsewhere is watched there: it carries `__work__(*args)`, which returns the
    same triple.

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
        If the function called sys.settrace, which ends the watch.
    """
    elsewhere: Any = getattr(function, "__work__", None)
    if callable(elsewhere):
        return elsewhere(*args)
    lines, modules = 0, set()

    def watch(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if event == "call":
            if frame.f_code.co_filename.startswith(NUMPY):  # which notes what it finds out about a shape, say
                return None
            modules.add(str(frame.f_globals.get("__name__")))
        lines += event == "line"
        return watch

    before, of_threads, collecting = sys.gettrace(), threading.gettrace(), gc.isenabled()
    gc.disable()  # what it ends by the way, in the midst of the call, executes lines, too
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
        raise RuntimeError("the function called sys.settrace, so that its work cannot be watched")
    return result, lines, sorted(modules)
