"""Record each message to a student, in .cs231n/mail/ASSIGNMENT.jsonl, so that nobody gets the same feedback twice.

A line is on the disk before the message is handed to the server (`sending`), and another when the server has taken
(`sent`) or refused it (`refused`). So if the process dies in between, the message is known to be in doubt.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from autograder.course.workspace import Workspace
from autograder.grading.grading_lock import only_process

FOLDER = (".cs231n", "mail")
Event = Literal["sending", "sent", "refused"]


@dataclass
class Past:
    """What is known about a student's mail.

    Attributes
    ----------
    digest
        The digest of the feedback that was mailed last; "" if none was.
    in_doubt
        When a message was handed to the server whose fate is unknown, in UTC; "" if there is none.
    """

    digest: str = ""
    in_doubt: str = ""


class Journal:
    """The messages of one assignment."""

    def __init__(self, workspace: Workspace, assignment: str) -> None:
        self.path = workspace.root.joinpath(*FOLDER) / f"{assignment}.jsonl"
        self._past: dict[str, Past] = {}
        with contextlib.suppress(FileNotFoundError):
            for line in self.path.read_text("utf-8", "replace").split("\n"):
                try:
                    entry = json.loads(line)
                    self._take(entry["event"], str(entry["student"]), str(entry["digest"]), str(entry["time"]))
                except (ValueError, TypeError, KeyError):
                    continue  # an incomplete line: its message was not handed over, or stays in doubt

    def of(self, student: str) -> Past:
        """What is known about the student's mail."""
        return self._past.get(student, Past())

    def write(self, event: Event, student: str, digest: str, address: str) -> None:
        """Record an event, and return when it is on the disk. Raises OSError if that is not possible."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        time = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
        entry = {"time": time, "event": event, "student": student, "address": address, "digest": digest}
        with self.path.open("ab+") as file:
            torn = file.tell() > 0 and not _ends_a_line(file.fileno(), file.tell())
            line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "backslashreplace")
            file.write((b"\n" if torn else b"") + line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._take(event, student, digest, time)

    def _take(self, event: str, student: str, digest: str, time: str) -> None:
        past = self._past.setdefault(student, Past())
        past.in_doubt = time if event == "sending" else ""
        if event == "sent":
            past.digest = digest


@contextlib.contextmanager
def only_mailer(workspace: Workspace, assignment: str) -> Iterator[Journal]:
    """Yield the journal; no other process of this machine mails for this assignment in the block.

    Raises KitError if another one does.
    """
    lock = workspace.root.joinpath(*FOLDER, f"{assignment}.lock")
    with only_process(lock, f"Another process mails the feedback on {assignment}."):
        yield Journal(workspace, assignment)


def _ends_a_line(descriptor: int, size: int) -> bool:
    return os.pread(descriptor, 1, size - 1) == b"\n"
