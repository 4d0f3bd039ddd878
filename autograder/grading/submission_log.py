"""What grading did with each submission, as text files, for those who watch from outside or look afterwards."""

import contextlib
import traceback
from datetime import UTC, datetime
from pathlib import Path

from autograder.text import escaped

MOST_TEXT = 20_000  # characters of one entry


class SubmissionLog:
    """Entries with their time in UTC; begun anew by the first of them.

    What it is told may be a student's: control characters are escaped, and the lines of an entry are indented, so
    that nothing in it passes for an entry or means anything to a terminal. A log that cannot be written stops nothing.
    """

    def __init__(self, path: Path):
        self.path = path
        self._mode = "w"

    def say(self, what: str, *details: str) -> None:
        first, *more = _harmless("\n".join([what, *details])).split("\n")
        lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}  {first}", *(f"    {line}" for line in more)]
        with contextlib.suppress(OSError):
            if self._mode == "w":
                self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open(self._mode, encoding="utf-8", errors="backslashreplace") as file:
                file.write("\n".join(lines) + "\n")
            self._mode = "a"

    def failed(self, what: str, error: BaseException) -> None:
        """An error with its traceback, and those of the errors that it came of, in another process too."""
        self.say(what, "".join(traceback.format_exception(error)).rstrip())


def _harmless(text: str) -> str:
    if len(text) > MOST_TEXT:
        half = MOST_TEXT // 2
        text = f"{text[:half]}\n[{len(text) - 2 * half:,} characters left out]\n{text[-half:]}"
    return escaped(text)
