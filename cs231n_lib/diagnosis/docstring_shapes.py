"""Compares the shapes of a call's arguments with those that the function's docstring states.

A docstring states them as in "x (N, D), the examples; w (D, M); b (M,)". The arguments of a call then show what N, D
and M are. So the numbers in NumPy's message about two shapes can be explained by these letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

_STATED = re.compile(r"(?<!-> )\b(\w+(?:(?:, | and )\w+)*)(?: ?:)? \(([^()]*)\)")  # not what a function returns
_OTHERWISE = re.compile(r"[^;()]*\bor (both )?\(")
_LETTER = re.compile(r"[A-Za-z]\w*")
_SHAPE = re.compile(r"\(\d+(?:, ?\d+)*,?\)")
_SIZE = re.compile(r"\b(?:size|is different from|axis is) (\d+)")
_AXES = re.compile(r"array is (\d+)-dimensional, but|array of dimension (\d+)")


@dataclass(frozen=True)
class _Argument:
    """An array of a call: its shape, what the docstring states, and whether the docstring allows nothing else."""

    name: str
    shape: tuple[int, ...]
    stated: tuple[str, ...]
    strict: bool

    @property
    def letters(self) -> dict[str, int]:
        """The value that this argument gives to each letter; none if its number of axes is not the stated one."""
        if len(self.shape) != len(self.stated):
            return {}
        pairs = zip(self.stated, self.shape, strict=True)
        return {letter: size for letter, size in pairs if _LETTER.fullmatch(letter)}

    def __str__(self) -> str:
        return f"{self.name} {_written(self.stated)}"


def contradiction(docstring: str, arguments: Mapping[str, object]) -> str | None:
    """Return a sentence about an argument whose shape is not what the docstring states, or None.

    Parameters
    ----------
    docstring
        The docstring of the function.
    arguments
        The arguments of the call by their names. Arrays in a dict count under their keys.
    """
    found = [argument for argument in _stated(docstring, arguments) if argument.strict]
    for argument in found:
        if len(argument.shape) != len(argument.stated):
            return f"{argument.name} has shape {argument.shape}; by the docstring it is {_written(argument.stated)}."
    for k, one in enumerate(found):
        for other in found[:k]:
            for letter, size in one.letters.items():
                if other.letters.get(letter, size) != size:
                    return (
                        f"{other.name} has shape {other.shape} and {one.name} has shape {one.shape}; by the docstring "
                        f"they are {_written(other.stated)} and {_written(one.stated)}, with one {letter}."
                    )
    return None


def facts(message: str, docstring: str, arguments: Mapping[str, object]) -> list[str]:
    """Explain the numbers in an exception's message by the letters of the docstring.

    Parameters
    ----------
    message
        The exception's message.
    docstring, arguments
        As in `contradiction`.

    Returns
    -------
    list of str
        Sentences; none if the message has no shapes or sizes, or if no letter has such a size.
    """
    found = list(_stated(docstring, arguments))
    axes = _AXES.search(message)
    if axes:
        count = int(axes[1] or axes[2])
        those = [str(argument) for argument in found if len(argument.shape) == count == len(argument.stated)]
        plural = "axis" if count == 1 else "axes"
        return [f"In this call, the arguments with {count} {plural} are {_listed(those)}."] if those else []
    letters: dict[str, int] = {}
    for argument in found:
        letters |= {letter: size for letter, size in argument.letters.items() if letter not in letters}
    shapes = [tuple(int(number) for number in re.findall(r"\d+", text)) for text in _SHAPE.findall(message)]
    told = {text: _written(_named(shape, letters)) for text, shape in zip(_SHAPE.findall(message), shapes, strict=True)}
    told |= {text: _named((int(text),), letters)[0] for text in _SIZE.findall(message)}
    told = {text: words for text, words in told.items() if re.search(r"[A-Za-z]", words)}
    if not told:
        return []
    used = {letter: size for letter, size in letters.items() if re.search(rf"\b{letter}\b", " ".join(told.values()))}
    known = _listed([f"{letter} = {size}" for letter, size in used.items()])
    words = _listed([f"{text} is {meaning}" for text, meaning in told.items()])
    return [f"By the docstring, {known} in this call. So by its sizes, {words}.{_meeting(message, shapes, letters)}"]


def _stated(docstring: str, arguments: Mapping[str, object]) -> Iterator[_Argument]:
    text = " ".join(docstring.replace('"', "").split())
    text = text.partition("Parameters")[2].partition("Returns")[0]
    arrays = _arrays(arguments)
    seen = set()
    for match in _STATED.finditer(text):
        stated = tuple(part.strip() for part in match[2].split(",") if part.strip())
        otherwise = "..." in stated or _OTHERWISE.match(text, match.end()) is not None
        for name in re.split(r", | and ", match[1]):
            if name in arrays and name not in seen:
                seen.add(name)
                yield _Argument(name, arrays[name], stated, not otherwise)


def _arrays(arguments: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    """Return {name: shape} of the arrays among the arguments, and of those in their dicts."""
    inner = {
        name: value
        for part in arguments.values()
        if type(part) is dict
        for name, value in part.items()
        if type(name) is str
    }
    return {name: value.shape for name, value in {**inner, **arguments}.items() if type(value) is np.ndarray}


def _named(shape: tuple[int, ...], letters: Mapping[str, int]) -> tuple[str, ...]:
    """Write each size as the letter that has it, if exactly one letter does; otherwise as a number."""
    names = [[letter for letter, size in letters.items() if size == number != 1] for number in shape]
    return tuple(name[0] if len(name) == 1 else str(number) for name, number in zip(names, shape, strict=True))


def _meeting(message: str, shapes: list[tuple[int, ...]], letters: Mapping[str, int]) -> str:
    """Return a sentence about the axes of two shapes that meet in broadcasting but differ."""
    if "operands could not be broadcast" not in message or len(shapes) < 2:
        return ""
    one, other = (tuple(zip(shape, _named(shape, letters), strict=True)) for shape in shapes[:2])
    for (size, name), (size_too, name_too) in zip(reversed(one), reversed(other), strict=False):
        if size != size_too and 1 not in (size, size_too):
            return f" NumPy compares them from the last axis, where {name} meets {name_too}."
    return ""


def _written(shape: tuple[str, ...]) -> str:
    return f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
