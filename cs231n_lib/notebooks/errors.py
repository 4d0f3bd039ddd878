"""How a notebook shows an exception: an unwritten stub in one line, and a student's error with an explanation."""

from __future__ import annotations

import dis
import inspect
import linecache
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.diagnosis import docstring_shapes
from cs231n_lib.diagnosis.explanation import lower_first
from cs231n_lib.diagnosis.plain_data import in_short
from cs231n_lib.mistakes import Mistake
from cs231n_lib.mistakes.exceptions import explained

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

MOST_FRAMES = 5  # of the student's, the innermost ones
CHANGED = object()  # stands for an argument whose name has another value by now


def explain() -> None:
    """Have IPython explain the exceptions of the student's functions; outside IPython, do nothing.

    A stub's error, `NotImplementedError: exercise softmax_loss: write your code here`, is shown as that one line. An
    error of a function of the notebook is shown with the student's lines, the call with the shapes of its arguments,
    Python's words, what they mean in the letters of the docstring and, if they show one, the likely mistake. All other
    errors keep their traceback.
    """
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((Exception,), _show)


def _show(
    shell: InteractiveShell,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType,
    tb_offset: int | None = None,
) -> None:
    lines = _lines(kind, error, traceback)
    if lines is None:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
    else:
        shell._showtraceback(kind, error, lines)


def mistake_behind(error: BaseException) -> Mistake | None:
    """Return the mistake that a notebook names for an exception; None if it names none.

    It names none if the exception ran through no function of the notebook, except where a result is taken apart.
    """
    named = any(frame.f_code.co_name != "<module>" for frame, _ in _of_notebook(error.__traceback__))
    return _likely(error) if named or "unpack" in str(error) else None


def _likely(error: BaseException) -> Mistake | None:
    frames = list(_of_notebook(error.__traceback__))
    for call in map(_Call.of, (frame for frame, _ in frames)):
        wrong = docstring_shapes.contradiction(call.docstring, call.unchanged)
        if wrong:
            return Mistake("generic.argument_shape", wrong, "The call: which array does the function expect there?")
    here = bool(frames) and _end_of(error.__traceback__) is frames[-1][0]
    line = _code(*frames[-1]) if here else _last_line(getattr(error, "student_traceback", ""))
    return explained([base.__name__ for base in type(error).__mro__], str(error), line)


def _last_line(traceback: str) -> str:
    """Return the last line of code in a traceback's text."""
    code = [line.strip() for line in traceback.splitlines() if line.startswith("    ") and line.strip(" ^~")]
    return code[-1] if code else ""


def _lines(kind: type[BaseException], error: BaseException, traceback: TracebackType) -> list[str] | None:
    """Return what to show in place of the traceback; None to keep it."""
    if isinstance(error, NotImplementedError) and str(error).startswith("exercise "):
        return [f"NotImplementedError: {error}"]
    # the grader's judge runs a student's function in another process, and notes the call at the error
    elsewhere = getattr(error, "student_call", None)
    rendered = getattr(error, "_render_traceback_", None)
    if elsewhere is not None and rendered is not None:
        name, arguments, named = elsewhere
        return [*rendered(), f"It was called as {_call(name, arguments, named)}.", *_mistake(error)]
    if rendered is not None:  # a failed check, which explains itself
        return None
    frames = [(frame, number) for frame, number in _of_notebook(traceback) if frame.f_code.co_name != "<module>"]
    if not frames:
        return _unpacked(error, traceback)
    # helpers of a check may stand before the exercise, whose docstring has a list of parameters
    exercise = next((k for k, (frame, _) in enumerate(frames) if "Parameters" in _Call.of(frame).docstring), 0)
    frames = frames[exercise:]
    text = [f"In {frame.f_code.co_name}, line {number}:  {_code(frame, number)}" for frame, number in frames]
    text, told = text[-MOST_FRAMES:], []
    calls = [_Call.of(frame) for frame, _ in frames if frame.f_code.co_name.isidentifier()]
    if calls:
        call = calls[0]
        text.append(f"It was called as {_call(call.name, (), call.arguments)}.")
        told = docstring_shapes.facts(str(error), call.docstring, call.unchanged)
    return [*text, f"{kind.__name__}: {error}", *told, *_mistake(error)]


@dataclass(frozen=True)
class _Call:
    """A call of a function of the notebook, seen from its frame."""

    name: str
    docstring: str
    arguments: dict[str, Any]

    @classmethod
    def of(cls, frame: FrameType) -> _Call:
        code = frame.f_code
        names = inspect.getargs(code).args if code.co_name != "<module>" else []
        stores = [step for step in dis.get_instructions(code) if "STORE" in step.opname]
        # newer Pythons store two names in one step
        stored = {name for step in stores for name in (step.argval if type(step.argval) is tuple else (step.argval,))}
        values = {name: frame.f_locals[name] for name in names if name in frame.f_locals}
        for name, value in values.items():
            inside = type(value) is dict and any(step.opname == "STORE_SUBSCR" for step in stores)
            if name in stored or inside or "shape" in stored:
                values[name] = CHANGED
        docstring = code.co_consts[0] if code.co_consts else None
        return cls(code.co_name, docstring if isinstance(docstring, str) else "", values)

    @property
    def unchanged(self) -> dict[str, Any]:
        return {name: value for name, value in self.arguments.items() if value is not CHANGED}


def _unpacked(error: BaseException, traceback: TracebackType) -> list[str] | None:
    """Explain an error of the line in the cell that takes a function's result apart."""
    found = list(_of_notebook(traceback))
    if not found or "unpack" not in str(error) or _end_of(traceback) is not found[-1][0]:
        return None
    frame, number = found[-1]
    return [f"Line {number}:  {_code(frame, number)}", f"{type(error).__name__}: {error}", *_mistake(error)]


def _end_of(traceback: TracebackType | None) -> FrameType | None:
    """Return the frame in which the error was raised."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback and traceback.tb_frame


def _mistake(error: Any) -> list[str]:
    mistake = _likely(error)
    if mistake is None:
        return []
    error.mistakes = (mistake.id,)
    lines = [f"Likely mistake: {lower_first(mistake.sentence)} [{mistake.id}]"]
    return lines + ([f"Look at: {lower_first(mistake.look_at)}"] if mistake.look_at else [])


def _of_notebook(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    """Yield the frames of a notebook's cells with the number of the line in the cell."""
    step = traceback
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if name.startswith("<ipython-input") or "ipykernel_" in name:
            yield step.tb_frame, step.tb_lineno
        step = step.tb_next


def _code(frame: FrameType, number: int) -> str:
    return linecache.getline(frame.f_code.co_filename, number).strip()


def _call(name: str, arguments: Sequence[object], named: Mapping[str, object]) -> str:
    """Write a call with the shapes of its arguments in place of their values."""
    shown = [_value(value) for value in arguments] + [f"{key}={_value(value)}" for key, value in named.items()]
    return f"{name}({', '.join(shown)})"


def _value(value: object) -> str:
    if value is CHANGED:
        return "<changed since>"
    if type(value) is np.ndarray:
        return f"<{value.dtype} array of shape {value.shape}>"
    if type(value) is dict and len(value) <= 6:
        return "{" + ", ".join(f"{key!r}: {_value(part)}" for key, part in value.items()) + "}"
    text = in_short(value)
    return text if not text.startswith("a") else f"<{text}>"
