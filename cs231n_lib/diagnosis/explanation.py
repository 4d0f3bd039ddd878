"""The explanation of a recognized mistake."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """A recognized mistake and its explanation.

    Attributes
    ----------
    cause
        A short stable name, such as "factor_1/N" or "transposed". Two mistakes are joined by "+".
    message
        One or more sentences for the student.
    """

    cause: str
    message: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of its mistakes in the catalogue (cs231n_lib/mistakes/generic.py)."""
        return tuple(f"generic.{cause}" for cause in self.cause.split("+"))


def lower_first(sentence: str) -> str:
    """Return the sentence with a lower-case first letter, as it stands after a colon.

    A name such as W, dW or RGB at the start keeps its case.
    """
    word = sentence.partition(" ")[0]
    is_name = any(letter.isupper() or letter.isdigit() for letter in word[1:]) or (len(word) == 1 and word != "A")
    return sentence if is_name else sentence[:1].lower() + sentence[1:]
