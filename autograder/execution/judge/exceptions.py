"""Exceptions as they cross: names, message and traceback text, none of which is ever looked up or run."""

import builtins
import re
import traceback

import numpy as np

MOST_TEXT = 8_000  # characters of a message or a traceback that are kept

# those that steer Python itself are left out: a StopIteration would end a `map` of the instructor's early, unnoticed
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
# of what speaks for the grader, no exception of a student's may be
_OF_THE_GRADER = {"cs231n_lib", "autograder", "_cs231n_agent"}
type_name = vars(type)["__name__"].__get__  # asks no metaclass
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def described(error, hide=()):
    """(names of its types from its own up to the first built-in one, message, traceback text).

    hide: names of files whose frames are left out of the traceback.
    """
    names = []
    for kind in type(error).__mro__[:10]:
        names.append(cleaned(type_name(kind), 100))
        if vars(builtins).get(type_name(kind)) is kind:
            break
    try:
        message = cleaned(str(error))
    except BaseException:  # a __str__ of the student's own
        message = "(its text cannot be had)"
    return names, message, _traceback(error, hide)


def error_types(namespace):
    """{name: class} of the exception classes of the cells, for `named_type`.

    Left out are those of which a subclass cannot be made without running code of theirs.
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


def named_type(names, base, cache, known=None):
    """A subclass of `base`, and of the first exception type among the names, that is named names[0].

    Such types are the built-in ones, NumPy's LinAlgError and, before the last of the names, which is that of a
    built-in type, those that are `known`. base: has an `__init__` of its own, which is the only one that runs.
    """
    builtin = next((BUILTIN[name] for name in names if name in BUILTIN), None)
    parent = next((known[name] for name in names[:-1] if name in known), builtin) if known else builtin
    key = (names[0], parent)
    if key not in cache:
        if len(cache) > 1000:
            cache.clear()
        made = _derived(names[0], base, parent) if parent is not builtin else None
        cache[key] = made or _derived(names[0], base, builtin)
    return cache[key]


def _derived(name, base, parent):
    """The type, None if exceptions of it cannot be made."""
    bases = (base,) if parent is None or issubclass(base, parent) else (base, parent)
    try:
        made = type(identifier(name), bases, {"__module__": "builtins"})
        made("")
    except Exception:  # an instructor's class that does not allow it
        return None
    return made


def identifier(text):
    """`text` as a name for a type; what cannot stand in a name becomes an underscore."""
    return re.sub(r"\W", "_", text)[:60] or "unnamed"


def cleaned(text, most=MOST_TEXT):
    """`text` without control characters, shortened in the middle to `most` characters."""
    text = str.__str__(text)
    if len(text) > most:
        text = f"{text[: most // 2]} ... {text[-most // 2 :]}"
    return _CONTROL.sub("?", text)


def _traceback(error, hide):
    try:
        report = traceback.TracebackException(type(error), error, error.__traceback__, limit=-20)
        report.stack = traceback.StackSummary.from_list([f for f in report.stack if f.filename not in hide])
        lines = list(report.format())
    except BaseException:  # of hostile objects in the exception or its frames
        return ""
    # cells live in files of the kernel's making, whose names say nothing to anyone
    text = re.sub(r'File "[^"\n]*ipykernel_[^"\n]*", line', "Notebook cell, line", "".join(lines))
    return cleaned(text)
