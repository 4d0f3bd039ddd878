"""Log files of what grading did with each submission."""

import contextlib
import traceback
from datetime import UTC, datetime
from pathlib import Path

from autograder.text import escaped

MOST_TEXT = 20_000  # characters of one entry


class SubmissionLog:
    """A log of entries with their time in UTC. The first entry replaces an older log.

    Entries may hold a student's text. So control characters are escaped and further lines of an entry are indented:
    the text can neither look like an entry of its own nor control a terminal. If the log cannot be written, grading
    continues.
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
        """Log an error with its traceback and those of its causes, including causes in another process."""
        self.say(what, "".join(traceback.format_exception(error)).rstrip())


def _harmless(text: str) -> str:
    if len(text) > MOST_TEXT:
        half = MOST_TEXT // 2
        text = f"{text[:half]}\n[{len(text) - 2 * half:,} characters left out]\n{text[-half:]}"
    return escaped(text)
