"""How a check fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn


class CheckFailed(AssertionError):
    """The error of a check that failed. Its text is written for the student; Jupyter shows it without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def fail(lines: Iterable[str], hint: str | None = None) -> NoReturn:
    """Raise CheckFailed with these lines and the hint, if there is one, below them."""
    raise CheckFailed("\n".join([*lines, hint] if hint else lines)) from None
