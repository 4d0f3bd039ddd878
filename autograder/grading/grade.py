"""Grading of a class: sanitize -> run -> record, many submissions at once. A failure affects only its own submission.

The stages pass on values: a `Submission` with its `SanitizedNotebook`s, a `Job` for each of these, the `Executed` that
results from it, the `FinishedNotebook` that is recorded, and `Recorded`, from which a row of the report is made.

The parent process sanitizes; a pool of worker processes runs the jobs. Once the gradebook is open, only the recording
thread uses it, so workers never wait for a slow disk or database. A receipt with a digest of what a submission was
graded from is written last. So an unchanged submission is not run again, but one whose grading was killed half-way is.
If a submission has changed, those of its notebooks that would run as before are not run again either.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nbformat.v4 import new_code_cell, new_notebook

from autograder.course.course_toml import Assignment
from autograder.course.database_errors import error_in_words, persistently
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.execution import sandbox
from autograder.grading import progress_events as events
from autograder.grading.finished import FinishedNotebook, Recorded, kept_execution
from autograder.grading.grading_lock import only_grader
from autograder.grading.group_work import follow_groups
from autograder.grading.receipts import Receipts
from autograder.grading.report import ClassReport, NotebookScore, Row, in_short
from autograder.grading.sanitize import Blueprint, SanitizedNotebook, blueprint_of, tests_in_process
from autograder.grading.submission import Submission, read_submission
from autograder.grading.submission_log import SubmissionLog
from autograder.grading.surroundings import of_notebook, surroundings
from autograder.notebook.cell_record import NOT_PROOF
from autograder.notebook.job import Executed, Job, Surroundings
from autograder.submissions.origins import Origins
from autograder.workers.local_pool import LocalPool, importing

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

    from autograder.grading.record import Recorder
    from autograder.workers.cluster import ClusterPool

if not find_spec("nbgrader"):  # importing it takes a second, so that is done later; but if it is missing, fail now
    raise ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")

RECORDS_WAITING = 4  # executed submissions per worker that wait for recording before no more are begun
ClassProgress = Callable[[int, int, str], None]

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
    progress: ClassProgress = lambda done, total, student: None,
    isolation: str = "sandbox",
    scheduler: str | None = None,
    watch: events.Watcher = events.nobody,
) -> ClassReport:
    """Grade the submissions of one assignment and return the result of each.

    Parameters
    ----------
    workspace
        Holds the submissions and the gradebook.
    assignment_name
        Name of an assignment in course.toml.
    students
        The students to grade (default: all in `submitted/`).
    force
        Run everything again, even if it has not changed since it was graded.
    workers
        Number of notebooks executed at the same time (default: one per processor).
    progress
        Called with (done, total, student) at the start and after each submission.
    isolation
        Where student code runs, one of `job.ISOLATIONS`.
    scheduler
        Address of a Dask scheduler whose workers execute the notebooks (default: this machine does).
    watch
        Called with each event of `progress_events`.

    Raises
    ------
    KitError
        Nothing can be graded, for example because there is no sandbox or no submission, or because the assignment is
        not built or not released.
    """
    start = time.monotonic()
    assignment = workspace.course.assignment(assignment_name)
    sandboxed = isolation == "sandbox" and not scheduler
    pool = _cluster(scheduler) if scheduler else LocalPool(workers or os.cpu_count() or 1)
    with pool, only_grader(workspace, assignment):
        notes = follow_groups(workspace, assignment)
        with ThreadPoolExecutor(1) as thread:
            with _sandbox_first(thread.submit(sandbox.missing) if sandboxed else None):
                plan = _look_around(workspace, assignment, isolation, students)
                grading = _Grading(workspace, assignment, pool, plan, watch)
                if sandboxed:
                    grading.warm_up(force)
                with importing():  # nbgrader takes a second
                    from autograder.grading.gradebook_lock import only_writer
                    from autograder.grading.record import remove_leftovers
        with workspace.gradebook() as gradebook, only_writer(gradebook, assignment):
            remove_leftovers(workspace, assignment.name)
            rows = grading.grade(gradebook, force, progress)
    where = _where(isolation, tests_in_process(workspace, assignment))
    report = ClassReport(assignment, rows, where, time.monotonic() - start, tuple(notes))
    watch(events.finished(report))
    return report


@contextmanager
def _sandbox_first(looked: Future[KitError | None] | None) -> Iterator[None]:
    """If there is no sandbox, raise that error, at the end of the block or in place of an error raised in it."""
    try:
        yield
    except Exception as error:
        if looked and (missing := looked.result()):
            raise missing from error
        raise
    if looked and (missing := looked.result()):
        raise missing


@dataclass
class _Underway:
    """A submission whose notebooks are running, with the results so far."""

    submission: Submission
    log: SubmissionLog
    keys: Mapping[str, str]  # digests of what the executions depend on
    executed: dict[str, Executed]
    waiting: int = 0  # notebooks that are still being executed
    failure: str | None = None

    @property
    def seconds(self) -> float:
        return sum((executed.seconds for executed in self.executed.values()), 0.0)


@dataclass(frozen=True)
class _Plan:
    """What to grade, according to the workspace.

    Attributes
    ----------
    given
        The surroundings in which the notebooks run.
    receipts
        The receipts of the assignment.
    there
        The students who have handed in a submission.
    wanted
        The students whose submissions must be graded, in order.
    todo
        wanted student who has handed in a submission -> digest of what the grade depends on.
    """

    given: Surroundings
    receipts: Receipts
    there: list[str]
    wanted: list[str]
    todo: dict[str, str]


def _where(isolation: str, in_process: int) -> str:
    """Where student code ran, in words."""
    if not in_process:
        return ISOLATION[isolation]
    tests = f"{in_process} {'test' if in_process == 1 else 'tests'}"
    return f"{ISOLATION[isolation]}; {NOT_PROOF}, in the student's process: {tests}"


def _look_around(workspace: Workspace, assignment: Assignment, isolation: str, students: Iterable[str] | None) -> _Plan:
    """Find out what to grade. Raises KitError."""
    given = surroundings(workspace, assignment, isolation)
    receipts = Receipts(workspace, assignment, given)
    there = _submitted(workspace, assignment)
    wanted = there if students is None else list(dict.fromkeys(students))
    todo = {student: receipts.digest(student) for student in wanted if student in there}
    return _Plan(given, receipts, there, wanted, todo)


class _Grading:
    """The grading of one class: prepares submissions, has their notebooks run, and has the results recorded."""

    def __init__(
        self,
        workspace: Workspace,
        assignment: Assignment,
        pool: "LocalPool | ClusterPool",
        plan: _Plan,
        watch: events.Watcher,
    ):
        self.workspace, self.assignment, self.pool = workspace, assignment, pool
        self.plan, self.receipts, self.watch = plan, plan.receipts, watch
        self.groups = Origins(workspace, assignment.name).groups
        self.of_groups: dict[tuple[str, str, str], Future[Executed]] = {}

    def warm_up(self, force: bool) -> None:
        """Have workers start sandboxes and judges' templates, which takes as long as importing nbgrader does here."""
        assert isinstance(self.pool, LocalPool)
        changed = sum(force or not self.receipts.read(student, digest) for student, digest in self.plan.todo.items())
        # a template imports the modules that an instructor's cell names, even if the import statement does not run
        named = "".join(f"\n    import {name}" for name in self.plan.given.modules)
        cell = new_code_cell(f"if False:{named}\n    pass", metadata={"nbgrader": {"solution": False}})
        job = Job(json.dumps(new_notebook(cells=[cell])), self.plan.given)
        self.pool.warm_up(job, changed * len(self.assignment.notebooks))

    def grade(self, gradebook: "Gradebook", force: bool, progress: ClassProgress) -> list[Row]:
        """Return a row for each submission of the plan. From here on, only the recording thread uses the gradebook.

        Raises KitError.
        """
        from autograder.grading.record import Recorder

        todo = self.plan.todo
        gradebook.db.remove()  # closes the session that this thread began
        records = ThreadPoolExecutor(1, "record")
        try:
            records.submit(self._check_released, gradebook).result()
            self._check_wanted()
            recorder = records.submit(persistently, Recorder, self.workspace, gradebook, self.assignment).result()
            rows: dict[str, Row] = {}
            if not force:
                # students for whom the late policy fails are graded again, and recording reports the error
                failed = records.submit(persistently, recorder.bring_penalties_up_to_date).result()
                scores = records.submit(persistently, recorder.scores).result()
                known = {student: score for student, score in scores.items() if student not in failed}
                unchanged = (self._unchanged(student, digest, known.get(student)) for student, digest in todo.items())
                rows = {row.student: row for row in unchanged if row}
            rest = [(student, digest) for student, digest in todo.items() if student not in rows]
            self.watch(events.started(self.assignment.name, len(todo), len(rest)))
            for done, row in enumerate(rows.values(), start=1):
                self.watch(events.submission(row, done, len(todo)))
            progress(len(rows), len(todo), "")
            blueprints = records.submit(self._blueprints).result() if rest else {}
            for row in self._run(rest, blueprints, force, lambda one: records.submit(self._finish, one, recorder)):
                rows[row.student] = row
                self.watch(events.submission(row, len(rows), len(todo)))
                progress(len(rows), len(todo), row.student)
            return [rows[student] for student in todo]
        finally:
            records.shutdown(wait=True, cancel_futures=True)

    def _check_released(self, gradebook: "Gradebook") -> None:
        """Do as `check_released`. If it fails, its transaction ends at once: a server's lock belongs to it."""
        from autograder.grading.as_released import check_released

        try:
            check_released(self.workspace, gradebook, self.assignment)
        except BaseException:
            gradebook.db.rollback()
            raise

    def _check_wanted(self) -> None:
        """Raise KitError if there are no submissions, or none by a student who was asked for."""
        name = self.assignment.name
        if unknown := [student for student in self.plan.wanted if student not in self.plan.there]:
            there = ", ".join(self.plan.there)
            hint = f"There are submissions by: {there}." if there else f"There are no submissions of {name} yet."
            raise KitError(f"There is no submission of {name} by {', '.join(map(repr, unknown))}.", hint)
        if not self.plan.there:
            raise KitError(
                f"There are no submissions of {name} in {self.workspace.root / 'submitted'}.",
                f"Bring them in with: cs231n collect {name} FOLDER_OR_ZIP",
            )

    def _blueprints(self) -> dict[str, Blueprint]:
        """Return the blueprint of each notebook. It runs in the recording thread."""
        names = self.assignment.notebooks
        return {name: persistently(blueprint_of, self.workspace, self.assignment, name) for name in names}

    def _run(
        self,
        todo: list[tuple[str, str]],
        blueprints: Mapping[str, Blueprint],
        force: bool,
        record: Callable[[_Underway], Future[Row]],
    ) -> Iterator[Row]:
        """Yield a row for each submission in `todo` once it is recorded. A few are prepared ahead of the workers."""
        todo.reverse()  # finished submissions are not kept: a class of a thousand must not stay in memory
        running: dict[Future[Executed], list[tuple[_Underway, str, Job]]] = {}
        recording: set[Future[Row]] = set()
        while todo or running or recording:
            workers = self.pool.workers
            while todo and len(running) < 2 * workers and len(recording) < RECORDS_WAITING * workers:
                underway, jobs = self._prepare(*todo.pop(), blueprints, force)
                for name, job in jobs.items():
                    running.setdefault(self._submit(underway, name, job), []).append((underway, name, job))
                if not jobs:
                    recording.add(record(underway))
            waiting: list[Future[Any]] = [*running, *recording]
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                if future in recording:
                    recording.remove(future)
                    yield future.result()
                    continue
                for underway, name, job in running.pop(future):
                    self._take(underway, name, job, future)
                    underway.waiting -= 1
                    if underway.waiting == 0:
                        recording.add(record(underway))

    def _submit(self, underway: _Underway, name: str, job: Job) -> Future[Executed]:
        """Have a notebook run. The work of a group runs once, so that chance gives all members the same points."""
        group = self.groups.get(underway.submission.student)
        if group is None:
            return self.pool.submit(job)
        key = group, name, underway.keys[name]
        if key not in self.of_groups:
            self.of_groups[key] = self.pool.submit(job)
        return self.of_groups[key]

    def _prepare(
        self, student: str, digest: str, blueprints: Mapping[str, Blueprint], force: bool
    ) -> tuple[_Underway, dict[str, Job]]:
        """Read a submission. Returns it with a job for each notebook that must be executed."""
        log = SubmissionLog(self.workspace.root / ".cs231n" / "logs" / self.assignment.name / f"{student}.log")
        submission = read_submission(self.workspace, self.assignment, blueprints, student, digest, log)
        keys, executed, jobs = {}, {}, {}
        for name, sanitized in submission.notebooks.items():
            if not sanitized.runnable:
                continue
            given = of_notebook(self.workspace, self.assignment, name, self.plan.given)
            keys[name] = key = self.receipts.execution(sanitized.notebook, submission.files, given)
            if not force and (before := self._executed_before(student, sanitized, key)):
                executed[name] = before
                log.say(f"{name}: not run again, because nothing that it depends on has changed")
            else:
                jobs[name] = Job(json.dumps(sanitized.notebook), given, submission.files)
                log.say(f"{name}: waits for a worker")
        return _Underway(submission, log, keys, executed, len(jobs)), jobs

    def _executed_before(self, student: str, sanitized: SanitizedNotebook, key: str) -> Executed | None:
        """Return the result of the same execution from an autograded notebook; None if it holds another one.

        The notebook is the student's own, or that of another member of the group.
        """
        group = self.groups.get(student)
        others = [other for other, theirs in self.groups.items() if group and theirs == group and other != student]
        for one in (student, *others):
            path = self.workspace.autograded(one, self.assignment.name) / f"{sanitized.name}.ipynb"
            kept, same = kept_execution(path, key), self.receipts.installed.has_still
            if kept and kept.gives_the_same_values(sanitized.notebook) and same(kept.packages):
                return kept.executed
        return None

    def _take(self, underway: _Underway, name: str, job: Job, future: Future[Executed]) -> None:
        try:
            executed = self.pool.result(job, future)
        except KitError:  # the cluster is lost
            raise
        except Exception as error:
            # the machine may be the cause, so this must not cost points: nothing is recorded, and it is tried again
            underway.failure = f"{name}.ipynb could not be run: {type(error).__name__}: {error}"
            underway.log.failed(f"{name}: could not be run", error)
            return
        underway.executed[name] = executed
        underway.log.say(f"{name}: ran for {executed.seconds:.2f} s", *executed.problems)

    def _finish(self, underway: _Underway, recorder: "Recorder") -> Row:
        """Record a submission that has been executed. It runs in the recording thread."""
        student, log = underway.submission.student, underway.log
        place = str(log.path.relative_to(self.workspace.root))
        failed = Row(student, "failed", None, underway.seconds, [], place)
        if underway.failure:
            return replace(failed, reasons=in_short([underway.failure]))
        try:
            recorded = self._record(underway, recorder)
        except Exception as error:
            log.failed("could not be recorded", error)
            return replace(failed, reasons=in_short([f"could not be recorded: {error_in_words(error)}"]))
        try:
            digest, results = underway.submission.digest, recorded.results
            self.receipts.write(student, digest, recorded.seconds, recorded.reasons, recorded.packages, results)
        except OSError as error:
            log.failed("recorded, but without a receipt", error)
            said = f"recorded, but it will be graded again, because its receipt could not be written ({error})"
            return replace(recorded, reasons=(*recorded.reasons, said)).row(place)
        log.say("recorded", *(f"{name}: {s.score:g} / {s.max_score:g}" for name, s in recorded.scores.items()))
        return recorded.row(place)

    def _record(self, underway: _Underway, recorder: "Recorder") -> Recorded:
        submission = underway.submission
        finished = {name: self._finished(underway, name) for name in submission.notebooks}
        notebooks = {name: one.notebook() for name, one in finished.items()}
        reasons = [
            reason
            for name, one in finished.items()
            for reason in one.reasons(notebooks[name], name if len(finished) > 1 else "")
        ]
        earlier = self.receipts.seconds(submission.student)
        results = {name: one.result(notebooks[name], earlier.get(name, 0.0)) for name, one in finished.items()}
        not_run = {name: sanitized.not_run for name, sanitized in submission.notebooks.items()}
        self.receipts.withdraw(submission.student)
        scores = persistently(recorder.record, submission.student, notebooks, submission.handed_in, not_run)
        packages = {name: version for one in finished.values() for name, version in one.packages.items()}
        reasons += in_short(submission.remarks)
        return Recorded(submission.student, scores, tuple(reasons), underway.seconds, packages, results)

    def _finished(self, underway: _Underway, name: str) -> FinishedNotebook:
        sanitized, executed = underway.submission.notebooks[name], underway.executed.get(name)
        if executed is None:
            return FinishedNotebook(sanitized)
        packages = self.receipts.packages(sanitized.notebook, underway.submission.files, executed)
        return FinishedNotebook(sanitized, executed, underway.keys[name], packages)

    def _unchanged(self, student: str, digest: str, scores: dict[str, NotebookScore] | None) -> Row | None:
        """Return the row of an unchanged submission, with the present scores of the gradebook; None if it changed."""
        receipt = self.receipts.read(student, digest)
        if not receipt or not scores or not scores.keys() >= set(self.assignment.notebooks):
            return None
        if not self.workspace.autograded(student, self.assignment.name).is_dir():
            return None
        return Row(student, "unchanged", scores, receipt["seconds"], receipt["reasons"])


def _cluster(scheduler: str) -> "ClusterPool":
    from autograder.workers.cluster import ClusterPool  # imported here, as Dask is an extra and takes a second

    return ClusterPool(scheduler)


def _submitted(workspace: Workspace, assignment: Assignment) -> list[str]:
    """Return the students who have handed in a submission."""
    pattern = workspace.submitted("*", assignment.name).relative_to(workspace.root)
    folders = workspace.root.glob(str(pattern))
    names = (path.parent.name for path in folders if path.is_dir())
    return sorted((name for name in names if not name.startswith(".")), key=str.casefold)
