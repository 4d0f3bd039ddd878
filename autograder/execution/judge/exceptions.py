"""Exceptions as they are sent: names, message and traceback are text, which the receiver never evaluates."""

import builtins
import re
import traceback
from collections.abc import Container

import numpy as np

MOST_CHARACTERS = 8_000  # kept of a message or a traceback
MOST_TYPES_OF_ERRORS = 1000  # kept in the cache of types

# exceptions that control Python itself are left out: a StopIteration would silently end a `map` in an instructor's cell
_STEERING = (StopIteration, StopAsyncIteration, BaseExceptionGroup)
BUILTIN = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type)
    and issubclass(value, Exception)
    and value.__name__ == name
    and not issubclass(value, _STEERING)
}
BUILTIN["LinAlgError"] = np.linalg.LinAlgError
# packages whose exceptions are the grader's own: a student's exception must not have one of their types
_OF_THE_GRADER = {"cs231n_lib", "autograder", "_cs231n_agent"}
type_name = vars(type)["__name__"].__get__  # bypasses the metaclass, which may be the student's
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def described(error: BaseException, hide: Container[str] = ()) -> tuple[list[str], str, str]:
    """Describe an exception as text.

    Parameters
    ----------
    error
        The exception. Its class may be the student's.
    hide
        Names of files whose stack frames are left out of the traceback.

    Returns
    -------
    names : list of str
        The name of its type and of the type's bases, up to the first built-in one.
    message, traceback : str
        Its message, and its traceback as Python prints it, without control characters and shortened if they are long.
    """
    names = []
    for kind in type(error).__mro__[:10]:
        names.append(cleaned(type_name(kind), 100))
        if vars(builtins).get(type_name(kind)) is kind:
            break
    try:
        message = cleaned(str(error))
    except BaseException:  # __str__ may be the student's code
        message = "(no message: its __str__ failed)"
    return names, message, _traceback(error, hide)


def error_types(namespace: dict[str, object]) -> dict[str, type[Exception]]:
    """Return {name: class} of the exception classes that cells define, for `named_type`.

    A class is left out if creating a subclass of it would run the class's own code.
    """
    found = {}
    for value in list(namespace.values()):
        if type(value) is not type or not issubclass(value, Exception) or issubclass(value, _STEERING):
            continue
        own = [kind for kind in value.__mro__ if vars(builtins).get(kind.__name__) is not kind]
        modules = {str(vars(kind).get("__module__")).partition(".")[0] for kind in own}
        plain = not any({"__new__", "__init_subclass__"} & vars(kind).keys() for kind in own)
        if own and plain and not modules & _OF_THE_GRADER:
            found[value.__name__] = value
    return found


def named_type(
    names: list[str],
    base: type[Exception],
    cache: dict[tuple[str, type[Exception] | None], type[Exception]],
    known: dict[str, type[Exception]] | None = None,
) -> type[Exception]:
    """Return a type called names[0] that is a subclass of `base` and of the first known exception type in `names`.

    Parameters
    ----------
    names
        The names that `described` returns. The last is the name of a built-in type.
    base
        An exception type with its own `__init__`, the only one that runs.
    cache
        The types made so far, by name and exception type.
    known
        {name: exception type} in addition to the built-in types and NumPy's LinAlgError. The last name is not looked up
        in it.
    """
    builtin = next((BUILTIN[name] for name in names if name in BUILTIN), None)
    parent = next((known[name] for name in names[:-1] if name in known), builtin) if known else builtin
    key = (names[0], parent)
    if key not in cache:
        if len(cache) > MOST_TYPES_OF_ERRORS:
            cache.clear()
        try:
            made = _derived(names[0], base, parent)
            made("")
        except Exception:  # the instructor's class cannot be subclassed or instantiated like this
            made = _derived(names[0], base, builtin)
        cache[key] = made
    return cache[key]


def _derived(name: str, base: type[Exception], parent: type[Exception] | None) -> type[Exception]:
    bases = (base,) if parent is None or issubclass(base, parent) else (base, parent)
    return type(identifier(name), bases, {"__module__": "builtins"})


def identifier(text: str) -> str:
    """Make `text` a name for a type; characters that a name cannot hold become underscores."""
    return re.sub(r"\W", "_", text)[:60] or "unnamed"


def cleaned(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return `text` without control characters, shortened in the middle to `most` characters."""
    text = str.__str__(text)
    if len(text) > most:
        text = f"{text[: most // 2]} ... {text[-most // 2 :]}"
    return _CONTROL.sub("?", text)


def _traceback(error: BaseException, hide: Container[str]) -> str:
    try:
        report = traceback.TracebackException(type(error), error, error.__traceback__, limit=-20)
        report.stack = traceback.StackSummary.from_list([entry for entry in report.stack if entry.filename not in hide])
        lines = list(report.format())
    except BaseException:  # from hostile objects in the exception or its frames
        return ""
    # ipykernel gives each cell a file name, which means nothing to the reader
    text = re.sub(r'File "[^"\n]*ipykernel_[^"\n]*", line', "Notebook cell, line", "".join(lines))
    return cleaned(text)
