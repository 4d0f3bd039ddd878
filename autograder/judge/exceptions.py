"""Exceptions as they cross: names, message and traceback text, none of which is ever looked up or run."""

import builtins
import re
import traceback

MOST_TEXT = 8_000  # characters of a message or a traceback that are kept

# those that steer Python itself are left out: a StopIteration would end a `map` of the instructor's early, unnoticed
BUILTIN = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type)
    and issubclass(value, Exception)
    and value.__name__ == name
    and not issubclass(value, (StopIteration, StopAsyncIteration, BaseExceptionGroup))
}
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


def named_type(names, base, cache):
    """A subclass of `base`, and of the first built-in exception type among the names, that is named names[0]."""
    builtin = next((BUILTIN[name] for name in names if name in BUILTIN), None)
    key = (names[0], builtin)
    if key not in cache:
        if len(cache) > 1000:
            cache.clear()
        bases = (base,) if builtin is None or issubclass(base, builtin) else (base, builtin)
        cache[key] = type(identifier(names[0]), bases, {"__module__": "builtins"})
    return cache[key]


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
