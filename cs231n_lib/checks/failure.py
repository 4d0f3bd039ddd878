"""How a check fails: what the student reads, and the ids of the mistakes that the text names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from cs231n_lib.diagnosis.explanation import Explanation, lower_first
from cs231n_lib.mistakes.mistake import Mistake


class CheckFailed(AssertionError):
    """The error of a check that failed. Its text is written for the student; Jupyter shows it without a traceback.

    Attributes
    ----------
    mistakes : tuple of str
        The ids of the mistakes that the text names, the likeliest first.
    """

    mistakes: tuple[str, ...] = ()

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def fail(
    lines: Iterable[str],
    hint: str | None = None,
    mistakes: Sequence[Mistake] = (),
    guess: Explanation | None = None,
) -> NoReturn:
    """Raise CheckFailed with these lines, followed by the likely mistake or, if none is recognized, the hint.

    Parameters
    ----------
    lines
        What is wrong.
    hint
        A sentence for a failure whose cause is not recognized.
    mistakes
        The mistakes of the catalogue that explain it.
    guess
        What the numbers alone suggest; it is used if `mistakes` is empty.
    """
    text = list(lines)
    for number, mistake in enumerate(mistakes):
        start = "And: " if number else "Likely mistake: "
        text.append(f"{start}{lower_first(mistake.sentence)} [{mistake.id}]")
        if mistake.look_at:
            text.append(f"Look at: {lower_first(mistake.look_at)}")
    if guess and not mistakes:
        ids = " ".join(f"[{id}]" for id in guess.ids)
        text.append(f"Likely mistake: {lower_first(guess.message)} {ids}")
    elif hint and not mistakes:
        text.append(hint)
    error = CheckFailed("\n".join(text))
    error.mistakes = tuple(mistake.id for mistake in mistakes) or (guess.ids if guess else ())
    raise error from None
