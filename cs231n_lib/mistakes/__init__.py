"""The catalogue of mistakes: what the kit knows about wrong answers, one file per topic.

A file has functions that yield the known mistakes of an exercise for one case, such as
`mistakes.softmax.loss(W, X, y, reg)`. A check takes them as its argument `mistakes`. What a mistake would give is
computed from the definition, only after an answer is wrong, and by numeric differences where a formula would give the
answer away: students have these files.
"""

from importlib import import_module
from types import ModuleType

from cs231n_lib.mistakes.mistake import Mistake

__all__ = ["Mistake"]


def __getattr__(name: str) -> ModuleType:
    """Import a topic when it is first used."""
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"module {__name__!r} has no topic {name!r}.") from None
