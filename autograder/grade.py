"""Grade a class: sanitize -> execute -> record, many submissions at once, each failing alone.

The parent process sanitizes and records (it is the only one that touches the gradebook); a pool of worker
processes executes. What a submission was graded from is kept as a digest in a receipt, written last, so a
submission that has not changed is not run again, and one that a kill caught half-way is.
"""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import nbformat

from . import sandbox
from .course import TIMESTAMP, Assignment
from .errors import KitError
from .job import Job
from .pool import LocalPool
from .record import record, recorded_scores, remove_leftovers
from .report import ClassReport, Row, explain, in_short
from .sanitize import SanitizedNotebook, not_gradable, read_built, sanitize
from .surroundings import surroundings
from .work_files import accepted_files, hand_in_time
from .workspace import Workspace

ISOLATION = {
    "sandbox": "sandbox (bubblewrap: no network, no files of this machine, limits on memory and processes)",
    "process": "process (a process group of its own, limits on time, memory and output; no sandbox)",
}


def grade(
    workspace: Workspace,
    assignment_name: str,
    students: Iterable[str] | None = None,
    force: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, student: None,
    isolation: str = "sandbox",
) -> ClassReport:
    """Grade the submissions of one assignment and return what came of each.

    Arguments:
        students: only these (default: everybody under `submitted/`).
        force: run submissions again that have not changed since they were graded.
        workers: notebooks executed at the same time (default: one per processor).
        progress: called with (done, total, student) at the start and after each submission.
        isolation: what student code runs in, one of `job.ISOLATIONS`.

    Raises KitError when nothing can be graded at all: no sandbox, no submissions, not built, not released.
    """
    from nbgrader.api import Gradebook

    start = time.monotonic()
    assignment = workspace.course.assignment(assignment_name)
    if isolation == "sandbox" and (why_not := sandbox.missing()):
        raise why_not
    with _only_grader(workspace, assignment), Gradebook(workspace.db_url, workspace.course_id) as gradebook:
        _check_ready(workspace, gradebook, assignment)
        names = _students(workspace, assignment, students)
        remove_leftovers(workspace, assignment.name)
        run = _Run(workspace, gradebook, assignment, workers or os.cpu_count() or 1, isolation)
        rows = run.grade(names, force, progress)
    return ClassReport(assignment, rows, ISOLATION[isolation], time.monotonic() - start)


@dataclass
class _Submission:
    """One submission on its way through the steps."""

    student: str
    digest: str
    notebooks: dict[str, SanitizedNotebook] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    handed_in: str | None = None  # when
    waiting: int = 0  # notebooks that are still being executed
    seconds: float = 0.0
    failure: str | None = None


class _Run:
    def __init__(self, workspace: Workspace, gradebook, assignment: Assignment, workers: int, isolation: str):
        self.workspace, self.gradebook, self.assignment = workspace, gradebook, assignment
        self.workers = workers
        self.isolation = isolation
        self.pool = LocalPool(workers)
        self.receipts = workspace.root / ".cs231n" / "receipts" / assignment.name
        self.given = surroundings(workspace, assignment, workers)
        self.fingerprint = _fingerprint(workspace, assignment, isolation, self.given)

    def grade(self, students: list[str], force: bool, progress) -> list[Row]:
        rows: dict[str, Row] = {}
        todo: list[_Submission] = []
        for student in students:
            submission = _Submission(student, self._digest(student))
            row = None if force else self._unchanged(submission)
            if row:
                rows[student] = row
            else:
                todo.append(submission)
        progress(len(rows), len(students), "")
        with self.pool:
            for row in self._run(todo):
                rows[row.student] = row
                progress(len(rows), len(students), row.student)
        return [rows[student] for student in students]

    def _run(self, todo: list[_Submission]):
        """Yield a row for each submission as it is recorded; a few are prepared ahead of the workers."""
        todo = todo[::-1]
        running: dict[Future, tuple[_Submission, str, Job]] = {}
        while todo or running:
            while todo and len(running) < 2 * self.workers:
                submission = todo.pop()
                jobs = self._prepare(submission)
                submission.waiting = len(jobs)
                for name, job in jobs.items():
                    running[self.pool.submit(job)] = submission, name, job
                if not jobs:
                    yield self._finish(submission)
            done, _ = wait(running, return_when=FIRST_COMPLETED) if running else ((), ())
            for future in done:
                submission, name, job = running.pop(future)
                self._take(submission, name, job, future)
                submission.waiting -= 1
                if submission.waiting == 0:
                    yield self._finish(submission)

    def _prepare(self, submission: _Submission) -> dict[str, Job]:
        for name in self.assignment.notebooks:
            try:
                sanitized = sanitize(self.workspace, self.assignment, submission.student, name)
            except Exception as error:  # whatever a stranger's file brings about, it is that student's alone
                reason = f"{name}.ipynb could not be prepared for grading: {type(error).__name__}: {error}"
                sanitized = not_gradable(self.workspace, self.assignment, name, reason)
            submission.notebooks[name] = sanitized
        files, remarks = accepted_files(self.workspace, self.assignment, submission.student)
        submission.handed_in, more = hand_in_time(self.workspace, self.assignment, submission.student)
        submission.remarks += remarks + more
        return {
            name: Job(
                notebook=nbformat.writes(notebook.notebook),
                isolation=self.isolation,
                submitted_files=files,
                **self.given,
            )
            for name, notebook in submission.notebooks.items()
            if notebook.runnable
        }

    def _take(self, submission: _Submission, name: str, job: Job, future: Future) -> None:
        """Put what came of an execution in the place of the sanitized notebook."""
        entry = submission.notebooks[name]
        try:
            executed = self.pool.result(job, future)
            entry.notebook = nbformat.reads(executed.notebook, as_version=4)
        except Exception as error:
            # perhaps the machine's fault, so no points are taken for it: it is not recorded, and is tried again
            submission.failure = f"{name}.ipynb could not be run: {type(error).__name__}: {error}"
            return
        entry.problems += executed.problems
        submission.seconds += executed.seconds

    def _finish(self, submission: _Submission) -> Row:
        student = submission.student
        if submission.failure:
            return Row(student, "failed", None, submission.seconds, [submission.failure])
        several = len(submission.notebooks) > 1
        try:
            reasons = [
                reason
                for name, entry in submission.notebooks.items()
                for reason in explain(name if several else "", entry.notebook, entry.problems)
            ]
            scores = record(
                self.workspace,
                self.gradebook,
                self.assignment,
                student,
                {name: entry.notebook for name, entry in submission.notebooks.items()},
                submission.handed_in,
            )
        except Exception as error:
            message = f"could not be recorded: {type(error).__name__}: {error}"
            return Row(student, "failed", None, submission.seconds, [message])
        row = Row(student, "graded", scores, submission.seconds, reasons + in_short(submission.remarks))
        self._write_receipt(submission.digest, row)
        return row

    def _unchanged(self, submission: _Submission) -> Row | None:
        """The row of a submission that was graded from these very bytes, with the gradebook's present scores."""
        from nbgrader.api import MissingEntry

        try:
            receipt = json.loads((self.receipts / f"{submission.student}.json").read_text("utf-8"))
            if receipt["digest"] != submission.digest:
                return None
            if not self.workspace.autograded(submission.student, self.assignment.name).is_dir():
                return None
            scores = recorded_scores(self.gradebook, self.assignment.name, submission.student)
            return Row(submission.student, "unchanged", scores, receipt["seconds"], receipt["reasons"])
        except (OSError, ValueError, KeyError, TypeError, MissingEntry):
            return None

    def _write_receipt(self, digest: str, row: Row) -> None:
        self.receipts.mkdir(parents=True, exist_ok=True)
        path = self.receipts / f"{row.student}.json"
        part = path.with_suffix(".part")
        scores = {name: asdict(score) for name, score in (row.scores or {}).items()}
        content = {"digest": digest, "seconds": row.seconds, "reasons": row.reasons, "scores": scores}
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
        os.replace(part, path)

    def _digest(self, student: str) -> str:
        folder = self.workspace.submitted(student, self.assignment.name)
        digest = hashlib.sha256(self.fingerprint)
        for name in (*(f"{n}.ipynb" for n in self.assignment.notebooks), TIMESTAMP):
            path = folder / name
            digest.update(name.encode())
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
        digest.update(repr(accepted_files(self.workspace, self.assignment, student)).encode())
        return digest.hexdigest()


def _fingerprint(workspace: Workspace, assignment: Assignment, isolation: str, given: dict) -> bytes:
    """A hash of all that a grade depends on besides the submission: source, limits, edition, isolation, grader."""
    edition = [Path(folder).name for folder in given["pythonpath"]]  # which is a hash of what is in it
    digest = hashlib.sha256(repr((given["limits"], edition, given["files"], isolation)).encode())
    sources = [workspace.source(assignment.name) / f"{name}.ipynb" for name in assignment.notebooks]
    for path in (*sources, *sorted(Path(__file__).parent.rglob("*.py")), workspace.root / "nbgrader_config.py"):
        digest.update(path.read_bytes())
    for package in ("nbgrader", "ipykernel", "ipython", "jupyter_client", "numpy"):
        with contextlib.suppress(ImportError):
            digest.update(f"{package}=={version(package)}".encode())
    return digest.digest()


def _students(workspace: Workspace, assignment: Assignment, wanted: Iterable[str] | None) -> list[str]:
    pattern = workspace.submitted("*", assignment.name).relative_to(workspace.root)
    folders = workspace.root.glob(str(pattern))
    names = (path.parent.name for path in folders if path.is_dir())
    there = sorted((name for name in names if not name.startswith(".")), key=str.casefold)
    if wanted is not None:
        wanted = list(dict.fromkeys(wanted))
        unknown = [name for name in wanted if name not in there]
        if unknown:
            raise KitError(
                f"no submission of {assignment.name} by {', '.join(map(repr, unknown))}",
                f"There are: {', '.join(there) or 'none'}.",
            )
        return wanted
    if not there:
        raise KitError(
            f"there are no submissions of {assignment.name} under {workspace.root / 'submitted'}",
            f"Bring them in with: cs231n collect {assignment.name} FOLDER_OR_ZIP",
        )
    return there


def _check_ready(workspace: Workspace, gradebook, assignment: Assignment) -> None:
    """The source must be built, released (that fills the gradebook), and the same in both places."""
    from nbgrader.api import MissingEntry

    for name in assignment.notebooks:
        path = workspace.source(assignment.name) / f"{name}.ipynb"
        if not path.is_file():
            raise KitError(f"{path} has not been built", "Build it with: cs231n build")
        try:
            recorded = {c.name: c for c in gradebook.find_notebook(name, assignment.name).source_cells}
        except MissingEntry:
            raise KitError(
                f"{assignment.name} has not been released, so the gradebook does not know its cells",
                f"Release it with: cs231n release {assignment.name}",
            ) from None
        for cell in read_built(workspace, assignment, name).cells:
            mark = cell.metadata.get("nbgrader")
            if not mark or mark["solution"]:
                continue
            if mark["grade_id"] not in recorded or recorded[mark["grade_id"]].source != cell.source:
                raise KitError(
                    f"the cell '{mark['grade_id']}' of {path} has changed since the release",
                    f"Bring the gradebook up to date with: cs231n release {assignment.name}",
                )


@contextlib.contextmanager
def _only_grader(workspace: Workspace, assignment: Assignment):
    """Hold the assignment's lock; the system lets go of it however the process ends."""
    import fcntl

    folder = workspace.root / ".cs231n"
    folder.mkdir(exist_ok=True)
    with open(folder / f"{assignment.name}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KitError(
                f"{assignment.name} is being graded by another process",
                "Wait for it; if there is none, try again.",
            ) from None
        yield
