"""Grade a class: sanitize -> execute -> record, many submissions at once, each failing alone.

The parent process sanitizes and records; a pool of worker processes executes. Recording has a thread of its own, the
only one that touches the gradebook, so a slow disk or database keeps nobody from working. What a submission was
graded from is kept as a digest in a receipt, written last, so a submission that has not changed is not run again, and
one that a kill caught half-way is. Of a submission that has changed, a notebook that would run as it did before is
not run again either.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbformat.v4.rwbase import rejoin_lines

from autograder.course.course_toml import Assignment
from autograder.course.database_errors import in_words, persistently
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.execution import sandbox
from autograder.grading import progress_events as events
from autograder.grading.receipts import Receipts
from autograder.grading.report import ClassReport, Row, explain, in_short
from autograder.grading.sanitize import Frame, SanitizedNotebook, not_gradable, sanitize
from autograder.grading.submission_log import SubmissionLog
from autograder.grading.surroundings import of_notebook, surroundings
from autograder.notebook.cell_record import is_skipped, record_of
from autograder.notebook.job import NOT_RUN, Executed, Files, Job
from autograder.submissions.work_files import accepted_files, hand_in_time
from autograder.workers.local_pool import LocalPool, importing

if TYPE_CHECKING:
    from autograder.grading.record import Recorder

if not find_spec("nbgrader"):  # imported later, as that takes a second; that it is not there is said first of all
    raise ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")

RECORDS_WAITING = 4  # submissions per worker, executed and not yet recorded, before no more are begun
KEPT = "cs231n"  # where an autograded notebook says what came of its execution, besides the outputs

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
    scheduler: str | None = None,
    watch: events.Watcher = events.nobody,
) -> ClassReport:
    """Grade the submissions of one assignment and return what came of each.

    Arguments:
        students: only these (default: everybody under `submitted/`).
        force: run everything again, also what has not changed since it was graded.
        workers: notebooks executed at the same time (default: one per processor).
        progress: called with (done, total, student) at the start and after each submission.
        isolation: what student code runs in, one of `job.ISOLATIONS`.
        scheduler: address of a Dask scheduler, on whose workers notebooks are executed (default: on this machine).
        watch: called with each event, as `progress_events` makes them.

    Raises KitError when nothing can be graded at all: no sandbox, no submissions, not built, not released.
    """
    start = time.monotonic()
    assignment = workspace.course.assignment(assignment_name)
    failed = None
    with _cluster(scheduler) if scheduler else LocalPool(workers or os.cpu_count() or 1) as pool:
        run = _Run(workspace, assignment, pool, isolation, watch)
        with ThreadPoolExecutor(1) as thread:
            sandboxed = isolation == "sandbox" and not scheduler
            why_not = thread.submit(sandbox.missing) if sandboxed else None
            try:
                todo = run.look_around(students)
                if sandboxed:
                    run.warm_up(todo, force)
            except Exception as error:  # to be said where nothing worse has to be
                failed = error
            with importing():  # nbgrader, for a second
                from autograder.grading.as_released import check_released
                from autograder.grading.grading_lock import only_grader
                from autograder.grading.record import remove_leftovers
        if why_not and why_not.result():
            raise why_not.result()
        with workspace.gradebook() as gradebook, only_grader(workspace, assignment, gradebook):
            check_released(workspace, gradebook, assignment)
            if failed:
                raise failed
            remove_leftovers(workspace, assignment.name)
            gradebook.db.remove()  # from here on, the gradebook is the recording thread's
            rows = run.grade(todo, gradebook, force, progress)
    report = ClassReport(assignment, rows, ISOLATION[isolation], time.monotonic() - start)
    watch(events.finished(report))
    return report


@dataclass
class _Submission:
    """One submission on its way through the steps."""

    student: str
    digest: str
    log: SubmissionLog
    notebooks: dict[str, SanitizedNotebook] = field(default_factory=dict)
    executed: dict[str, Executed] = field(default_factory=dict)
    files: Files = ()  # beside the notebooks
    keys: dict[str, str] = field(default_factory=dict)  # digests of what the executions depend on
    packages: dict[str, str] = field(default_factory=dict)  # that the executions depended on
    remarks: list[str] = field(default_factory=list)
    handed_in: str | None = None  # when
    waiting: int = 0  # notebooks that are still being executed
    failure: str | None = None

    @property
    def seconds(self) -> float:
        return sum((executed.seconds for executed in self.executed.values()), 0.0)


class _Run:
    def __init__(self, workspace: Workspace, assignment: Assignment, pool, isolation: str, watch: events.Watcher):
        self.workspace, self.assignment, self.pool = workspace, assignment, pool
        self.isolation, self.watch = isolation, watch

    def look_around(self, students: Iterable[str] | None) -> list[_Submission]:
        """What there is to grade. Raises KitError."""
        names = _students(self.workspace, self.assignment, students)
        self.given = surroundings(self.workspace, self.assignment)
        self.receipts = Receipts(self.workspace, self.assignment, self.isolation, self.given)
        return [self._submission(student) for student in names]

    def warm_up(self, todo: list[_Submission], force: bool) -> None:
        """Have workers start sandboxes and judges' templates, which takes as long as importing nbgrader."""
        changed = sum(force or not self.receipts.read(s.student, s.digest) for s in todo)
        # templates import what a cell of the instructor's names, whether it runs or not
        named = "".join(f"\n    import {name}" for name in self.given["modules"])
        cell = new_code_cell(f"if False:{named}\n    pass", metadata={"nbgrader": {"solution": False}})
        job = Job(json.dumps(new_notebook(cells=[cell])), isolation=self.isolation, **self.given)
        self.pool.warm_up(job, changed * len(self.assignment.notebooks))

    def grade(self, todo: list[_Submission], gradebook, force: bool, progress) -> list[Row]:
        """Empty `todo`; returns a row for each."""
        from autograder.grading.record import Recorder

        students = [submission.student for submission in todo]
        thread = ThreadPoolExecutor(1, "record")
        try:
            recorder = thread.submit(persistently, Recorder, self.workspace, gradebook, self.assignment).result()
            rows: dict[str, Row] = {}
            if not force:
                # where the late policy fails, recording says so
                failed = thread.submit(persistently, recorder.bring_penalties_up_to_date).result()
                scores = thread.submit(persistently, recorder.scores).result()
                known = {student: score for student, score in scores.items() if student not in failed}
                rows = {s.student: row for s in todo if (row := self._unchanged(s, known.get(s.student)))}
                todo[:] = [submission for submission in todo if submission.student not in rows]
            self.watch(events.started(self.assignment.name, len(students), len(todo)))
            for done, row in enumerate(rows.values(), start=1):
                self.watch(events.submission(row, done, len(students)))
            progress(len(rows), len(students), "")
            for row in self._run(todo, force, lambda submission: thread.submit(self._finish, submission, recorder)):
                rows[row.student] = row
                self.watch(events.submission(row, len(rows), len(students)))
                progress(len(rows), len(students), row.student)
            return [rows[student] for student in students]
        finally:
            thread.shutdown(wait=True, cancel_futures=True)

    def _run(self, todo: list[_Submission], force: bool, record: Callable[[_Submission], Future[Row]]) -> Iterator[Row]:
        """Empty `todo`, yielding a row for each as it is recorded; a few are prepared ahead of the workers."""
        todo.reverse()  # what is done with is not kept: a class of a thousand must not stay in memory
        frames: dict[str, Frame] = {}
        running: dict[Future, tuple[_Submission, str, Job]] = {}
        recording: set[Future[Row]] = set()
        while todo or running or recording:
            workers = self.pool.workers
            while todo and len(running) < 2 * workers and len(recording) < RECORDS_WAITING * workers:
                frames = frames or {
                    n: persistently(Frame, self.workspace, self.assignment, n) for n in self.assignment.notebooks
                }
                submission = todo.pop()
                jobs = self._prepare(submission, frames, force)
                submission.waiting = len(jobs)
                for name, job in jobs.items():
                    running[self.pool.submit(job)] = submission, name, job
                if not jobs:
                    recording.add(record(submission))
            done, _ = wait([*running, *recording], return_when=FIRST_COMPLETED)
            for future in done:
                if future in recording:
                    recording.remove(future)
                    yield future.result()
                    continue
                submission, name, job = running.pop(future)
                self._take(submission, name, job, future)
                submission.waiting -= 1
                if submission.waiting == 0:
                    recording.add(record(submission))

    def _submission(self, student: str) -> _Submission:
        log = SubmissionLog(self.workspace.root / ".cs231n" / "logs" / self.assignment.name / f"{student}.log")
        return _Submission(student, self.receipts.digest(student), log)

    def _prepare(self, submission: _Submission, frames: dict[str, Frame], force: bool) -> dict[str, Job]:
        """Fill in the submission; returns what of it has to be executed."""
        student, log = submission.student, submission.log
        log.say(f"{self.assignment.name}, handed in by {student}")
        for name, frame in frames.items():
            try:
                sanitized = sanitize(frame, student)
            except Exception as error:  # whatever a stranger's file brings about, it is that student's alone
                reason = f"{name}.ipynb could not be prepared for grading: {type(error).__name__}: {error}"
                log.failed(f"{name}.ipynb could not be prepared for grading", error)
                sanitized = not_gradable(frame, reason)
            log.say(f"{name}: prepared", *sanitized.problems)
            submission.notebooks[name] = sanitized
        submission.files, remarks = accepted_files(self.workspace, self.assignment, student)
        submission.handed_in, more = hand_in_time(self.workspace, self.assignment, student)
        submission.remarks += remarks + more
        if submission.remarks:
            log.say("files beside the notebooks", *submission.remarks)
        jobs = {}
        for name, sanitized in submission.notebooks.items():
            if not sanitized.runnable:
                continue
            given = of_notebook(self.workspace, self.assignment, name, self.given)
            key = self.receipts.execution(sanitized.notebook, submission.files, given["pythonpath"])
            submission.keys[name] = key
            if not force and (before := self._executed_before(student, sanitized, key)):
                submission.executed[name] = before
                log.say(f"{name}: not run again, as nothing that it depends on has changed")
            else:
                text = json.dumps(sanitized.notebook)
                jobs[name] = Job(text, isolation=self.isolation, submitted_files=submission.files, **given)
                log.say(f"{name}: waits for a worker")
        return jobs

    def _executed_before(self, student: str, entry: SanitizedNotebook, key: str) -> Executed | None:
        """What came of the same execution the last time, if the autograded notebook is of that."""
        path = self.workspace.autograded(student, self.assignment.name) / f"{entry.name}.ipynb"
        try:
            text = path.read_text("utf-8")
            if key not in text:
                return None
            notebook = json.loads(text)
            kept = notebook["metadata"][KEPT]
            if kept["execution"] != key or not self.receipts.installed.has_still(kept["packages"]):
                return None
            if _partial_credit(notebook["cells"]) != _partial_credit(notebook["cells"], entry.notebook.cells):
                return None
            return Executed(text, 0.0, tuple(kept["problems"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _take(self, submission: _Submission, name: str, job: Job, future: Future) -> None:
        try:
            executed = self.pool.result(job, future)
        except KitError:  # there is no cluster any more
            raise
        except Exception as error:
            # perhaps the machine's fault, so no points are taken for it: it is not recorded, and is tried again
            submission.failure = f"{name}.ipynb could not be run: {type(error).__name__}: {error}"
            submission.log.failed(f"{name}: could not be run", error)
            return
        submission.executed[name] = executed
        submission.log.say(f"{name}: ran for {executed.seconds:.2f} s", *executed.problems)

    def _finish(self, submission: _Submission, recorder: "Recorder") -> Row:
        """Record a submission that has been executed; in the recording thread."""
        student, log = submission.student, submission.log
        row = Row(student, "failed", None, submission.seconds, [], str(log.path.relative_to(self.workspace.root)))
        if submission.failure:
            return replace(row, reasons=in_short([submission.failure]))
        several = len(submission.notebooks) > 1
        try:
            for name, executed in submission.executed.items():
                entry = submission.notebooks[name]
                packages = self.receipts.packages(entry.notebook, submission.files, executed.notebook)
                _put_together(entry, executed, submission.keys[name], packages)
                submission.packages |= packages
            reasons = [
                reason
                for name, entry in submission.notebooks.items()
                for reason in _reasons(name if several else "", entry)
            ]
            notebooks = {name: entry.notebook for name, entry in submission.notebooks.items()}
            not_run = {name: entry.not_run for name, entry in submission.notebooks.items()}
            self.receipts.withdraw(student)
            scores = persistently(recorder.record, student, notebooks, submission.handed_in, not_run)
        except Exception as error:
            log.failed("could not be recorded", error)
            return replace(row, reasons=in_short([f"could not be recorded: {in_words(error)}"]))
        row = replace(row, status="graded", scores=scores, reasons=reasons + in_short(submission.remarks))
        try:
            self.receipts.write(submission.digest, row, submission.packages)
        except OSError as error:
            log.failed("recorded, but without a receipt", error)
            return replace(row, reasons=[*row.reasons, f"recorded, but will be graded again: no receipt ({error})"])
        log.say("recorded", *(f"{name}: {s.score:g} / {s.max_score:g}" for name, s in scores.items()))
        return row

    def _unchanged(self, submission: _Submission, scores) -> Row | None:
        """The row of a submission that was graded from these very bytes, with the gradebook's present scores."""
        receipt = self.receipts.read(submission.student, submission.digest)
        if not receipt or not scores or not scores.keys() >= set(self.assignment.notebooks):
            return None
        if not self.workspace.autograded(submission.student, self.assignment.name).is_dir():
            return None
        return Row(submission.student, "unchanged", scores, receipt["seconds"], receipt["reasons"])


def _put_together(entry: SanitizedNotebook, executed: Executed, key: str, packages: dict[str, str]) -> None:
    """Put the outputs of an execution, and nothing else of it, into the sanitized notebook."""
    # one executed earlier was recorded with what was not run
    ran = [cell for cell in json.loads(executed.notebook)["cells"] if NOT_RUN not in cell["metadata"]]
    for cell, after in zip(entry.notebook.cells, ran, strict=True):
        if cell.cell_type == "code" and not is_skipped(cell):
            cell.outputs, cell.execution_count = nbformat.from_dict(after["outputs"]), after["execution_count"]
    rejoin_lines(entry.notebook)
    kept = {"execution": key, "packages": packages, "problems": list(executed.problems)}
    entry.notebook.metadata[KEPT] = kept
    entry.problems += executed.problems


def _partial_credit(ran: list[dict], cells: list[dict] | None = None) -> list:
    """The points that `cells` give for those of the cells that `ran` which ended in a value: it was cut at these."""
    return [
        record.points
        for after, cell in zip(ran, cells or ran, strict=True)
        if (record := record_of(cell)) and record.grade
        and any(output["output_type"] == "execute_result" for output in after.get("outputs", []))
    ]


def _reasons(prefix: str, entry: SanitizedNotebook) -> list[str]:
    """Why a notebook has not full marks, and then what was put right in it."""
    remarks = [f"{prefix}: {remark}" if prefix else remark for remark in entry.remarks]
    return explain(prefix, entry.notebook, entry.problems) + in_short(remarks)


def _cluster(scheduler: str):
    from autograder.workers.cluster import ClusterPool  # Dask is an extra, and takes a second to import

    return ClusterPool(scheduler)


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
