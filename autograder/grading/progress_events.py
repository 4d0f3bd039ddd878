"""The events of `cs231n grade --json`, one line of JSON each. docs/instructors.md describes their fields."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TextIO

from autograder.errors import as_message
from autograder.grading.report import ClassReport, Row
from autograder.text import json_line

Watcher = Callable[[dict], None]


def nobody(event: dict) -> None:
    """Ignore an event; the default watcher."""


@contextmanager
def told_as_json(stream: TextIO) -> Iterator[Watcher]:
    """Yield a function that writes each event to the stream immediately. An error that ends the block is an event too.

    Lines are ASCII, whatever a student's name or an error holds. If the reader closes the stream, that is not an error.
    """

    def write(event: dict) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with suppress(OSError):
            stream.write(json_line({"event": event["event"], "time": now, **event}) + "\n")
            stream.flush()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield write
        except (Exception, KeyboardInterrupt) as ended:
            message, hint = (
                ("The command was interrupted.", None) if isinstance(ended, KeyboardInterrupt) else as_message(ended)
            )
            write(error(message, hint))
            raise SystemExit(1) from ended


def started(assignment: str, submissions: int, to_grade: int) -> dict:
    return {"event": "started", "assignment": assignment, "submissions": submissions, "to_grade": to_grade}


def submission(row: Row, done: int, submissions: int) -> dict:
    scores = row.scores
    return {
        "event": "submission",
        "student": row.student,
        "status": row.status,
        "score": sum(s.score for s in scores.values()) if scores else None,
        "max_score": sum(s.max_score for s in scores.values()) if scores else None,
        "needs_manual_grade": any(s.needs_manual_grade for s in scores.values()) if scores else None,
        "seconds": round(row.seconds, 3),
        "reasons": row.reasons,
        "log": row.log,
        "done": done,
        "submissions": submissions,
    }


def finished(report: ClassReport) -> dict:
    return {"event": "finished", **report.counts, "seconds": round(report.seconds, 3)}


def error(message: str, hint: str | None) -> dict:
    return {"event": "error", "message": message, "hint": hint}
