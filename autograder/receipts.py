"""What a submission was graded from, as a digest in a file that is written last: if it is there, all else is, too."""

import contextlib
import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path

from .course import TIMESTAMP, Assignment
from .foreign_files import Budget, Refused, read_ordinary
from .job import Job
from .report import Row
from .work_files import accepted_files
from .workspace import Workspace


class Receipts:
    """The receipts of one assignment.

    Arguments:
        isolation: what student code runs in.
        given: the `surroundings` of its notebooks.
    """

    def __init__(self, workspace: Workspace, assignment: Assignment, isolation: str, given: dict):
        self.workspace, self.assignment = workspace, assignment
        self.folder = workspace.root / ".cs231n" / "receipts" / assignment.name
        self.grader = _grader(workspace, isolation, given)
        digest = hashlib.sha256(self.grader + repr((workspace.db, assignment.graded_without)).encode())
        for name in assignment.notebooks:
            digest.update((workspace.source(assignment.name) / f"{name}.ipynb").read_bytes())
        self.fingerprint = digest.digest()

    def digest(self, student: str) -> str:
        """Of all that the grade of a student's submission depends on."""
        folder = self.workspace.submitted(student, self.assignment.name)
        digest = hashlib.sha256(self.fingerprint)
        for name in (*(f"{n}.ipynb" for n in self.assignment.notebooks), TIMESTAMP):
            digest.update(name.encode() + self._handed_in(folder / name))
        digest.update(repr(accepted_files(self.workspace, self.assignment, student)).encode())
        return digest.hexdigest()

    def _handed_in(self, path: Path) -> bytes:
        """A digest of a file as it is read for grading, or why it is not read; nothing where there is none."""
        try:
            data = read_ordinary(path.parents[2], path.parts[-3:], Budget(self.assignment.limits.file_bytes))
        except FileNotFoundError:
            return b""
        except Refused as why_not:
            return str(why_not).encode()
        return hashlib.sha256(data).digest()

    def execution(self, job: Job) -> str:
        """A digest of all that the execution of one notebook depends on."""
        digest = hashlib.sha256(self.grader + job.notebook.encode())
        editions = [Path(folder).name for folder in job.pythonpath]  # a notebook may have one of its own
        digest.update(repr((job.submitted_files, editions)).encode())
        return digest.hexdigest()

    def read(self, student: str, digest: str) -> dict | None:
        """The receipt of a submission that was graded from these very bytes; None where there is none."""
        try:
            receipt = json.loads(self._path(student).read_text("utf-8"))
            return receipt if receipt["digest"] == digest else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, digest: str, row: Row) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(row.student)
        part = path.with_suffix(".part")
        content = {"digest": digest, "seconds": row.seconds, "reasons": row.reasons}
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
        os.replace(part, path)

    def withdraw(self, student: str) -> None:
        """Before anything is recorded: a receipt must not outlive what it is for."""
        self._path(student).unlink(missing_ok=True)

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"


def _grader(workspace: Workspace, isolation: str, given: dict) -> bytes:
    """A hash of what every execution depends on besides its notebook: limits, edition, files, isolation, grader."""
    edition = [Path(folder).name for folder in given["pythonpath"]]  # which is a hash of what is in it
    digest = hashlib.sha256(repr((given["limits"], edition, given["files"], isolation)).encode())
    for path in (*sorted(Path(__file__).parent.rglob("*.py")), workspace.root / "nbgrader_config.py"):
        digest.update(path.read_bytes())
    for package in ("nbgrader", "ipykernel", "ipython", "jupyter_client", "numpy"):
        with contextlib.suppress(ImportError):
            digest.update(f"{package}=={version(package)}".encode())
    return digest.digest()
