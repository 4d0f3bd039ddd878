"""The explanation of a recognized mistake."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """A recognized mistake and its explanation.

    Attributes
    ----------
    cause
        A short stable id, such as "factor_1/N" or "transposed".
    message
        One or more sentences for the student.
    """

    cause: str
    message: str


def lower_first(sentence: str) -> str:
    """Return the sentence with a lower-case first letter, as it stands after a colon."""
    return sentence[:1].lower() + sentence[1:]
