"""What is said of a recognized mistake."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """A recognized mistake.

    Attributes
    ----------
    cause
        A short stable id, such as "factor_1/N" or "transposed".
    message
        Sentences for a student.
    """

    cause: str
    message: str


def lower_first(sentence: str) -> str:
    """The sentence as it stands after a colon."""
    return sentence[:1].lower() + sentence[1:]
