"""Export marks as CSV files that spreadsheets open rightly: of one assignment with its cells, or of a course."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.delimited import to_csv
from autograder.course.roster import read_roster
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.folders import write_atomically
from autograder.grading.enrol import enrol
from autograder.grading.late import bring_all_up_to_date
from autograder.grading.times import read_times
from autograder.notebook.cell_record import NOT_PROOF, Cell, grade_id_of, is_in_process

if TYPE_CHECKING:
    from nbgrader.api import Assignment, Grade, Gradebook, Student, SubmittedAssignment

FIRST_COLUMNS = (
    "student", "first_name", "last_name", "email", "timestamp", "late_seconds", "late_penalty",
    "total", "max", "needs_manual_grading",
)  # fmt: skip


def export(workspace: Workspace, assignment: str, out: Path | str) -> int:
    """Write the marks of `assignment` to the CSV file `out`. Return the number of students.

    The file is in UTF-8 with a byte-order mark, and no text in it acts as a formula.

    The columns are those of FIRST_COLUMNS, then for each notebook, in the order of course.toml, its score and
    `notebook:cell` for each of its graded cells, in the notebook's order. The column of a test that runs in the
    student's process is called `notebook:cell (not cheat-proof)`. `total` is the student's result: the sum of
    the scores minus the late penalty, but at least 0. A mark given by hand replaces the autograder's. A student in the
    gradebook who handed in nothing has empty cells. Times are in UTC. The function first updates the late penalties and
    the names of the roster in the gradebook.

    Raises
    ------
    KitError
        The assignment is not in the gradebook yet, the late policy of nbgrader_config.py fails, or `out` cannot be
        written.
    """
    entry = workspace.course.assignment(assignment)
    with _up_to_date(workspace, [assignment]) as gradebook:
        known = _known(gradebook, assignment)
        cells = {name: _graded_cells(gradebook, workspace, assignment, name) for name in entry.notebooks}
        warned = {f"{name}:{cell}" for name in cells for cell in _in_process(_built(workspace, assignment, name))}
        header = (f"{column} ({NOT_PROOF})" if column in warned else column for column in _header(cells))
        rows: list[list[object]] = [[*header]]
        submissions = {s.student.id: s for s in known.submissions}
        for student in sorted(gradebook.students, key=lambda student: student.id):
            rows.append(_row(student, submissions.get(student.id), cells, known.max_score))
    write_file(out, to_csv(rows))
    return len(rows) - 1


@dataclass(frozen=True)
class Total:
    """A student's points on an assignment, and whether some of them wait for a mark by hand."""

    points: float
    waits: bool


@dataclass(frozen=True)
class Totals:
    """The points on an assignment: the most that the tests and questions give, and those of each student, by id."""

    most: float
    of: dict[str, Total]


def read_totals(workspace: Workspace, assignment: str) -> Totals:
    """Read the points of everyone who handed in `assignment`; see `export` for what is counted, and the errors."""
    with _up_to_date(workspace, [workspace.course.assignment(assignment).name]) as gradebook:
        return _totals(_known(gradebook, assignment))


def export_course(workspace: Workspace, assignments: Sequence[str], out: Path | str) -> int:
    """Write the points on several assignments to the CSV file `out`. Return the number of students.

    Each assignment has a column with its points, and one with `yes` where points wait for a mark by hand. The last two
    columns are the sum and its maximum; if the course has late days, two more say how many a student has used and has
    left. A student who did not hand in an assignment has an empty cell there, which counts as 0.

    Parameters
    ----------
    workspace
        The course.
    assignments
        The names; if there is none, all assignments of the course that are in the gradebook.
    out
        The file to write.

    Raises
    ------
    KitError
        As in `export`, or no assignment is in the gradebook.
    """
    names = [workspace.course.assignment(name).name for name in dict.fromkeys(assignments)]
    with _up_to_date(workspace, names) as gradebook:
        there = {found.name for found in gradebook.assignments}
        names = names or [name for name in workspace.course.assignments if name in there]
        if not names:
            raise KitError("No assignment is in the gradebook yet.", "Release one first: cs231n release ASSIGNMENT")
        totals = {name: _totals(_known(gradebook, name)) for name in names}
        columns = [column for name in names for column in (name, f"{name} needs_manual_grading")]
        most = sum(of_one.most for of_one in totals.values())
        budget = workspace.course.late.days
        times = read_times(workspace, gradebook.db.connection())
        columns += ["total", "max", *(("late_days_used", "late_days_left") if budget else ())]
        rows: list[list[object]] = [["student", "first_name", "last_name", "email", *columns]]
        for student in sorted(gradebook.students, key=lambda student: student.id):
            found = [totals[name].of.get(student.id) for name in names]
            cells = [cell for total in found for cell in _two_cells(total)]
            points = sum(total.points for total in found if total)
            used = sum(times.late_days(student.id).values())
            days = (used, budget - used) if budget else ()
            known = (student.id, student.first_name, student.last_name, student.email)
            rows.append([*known, *cells, points, most, *days])
    write_file(out, to_csv(rows))
    return len(rows) - 1


def _two_cells(total: Total | None) -> list[object]:
    return [None, None] if total is None else [total.points, "yes" if total.waits else "no"]


@contextmanager
def _up_to_date(workspace: Workspace, assignments: Iterable[str]) -> Iterator["Gradebook"]:
    """Open the gradebook with the roster's names and with late penalties as they are now; none named means all."""
    roster = read_roster(workspace)
    with workspace.gradebook() as gradebook:
        if enrol(gradebook.db, roster):
            gradebook.db.commit()
        for assignment in assignments or [known.name for known in gradebook.assignments]:
            for student, why in bring_all_up_to_date(workspace, gradebook, assignment).items():
                raise KitError(
                    f"The marks of {student} are unknown: {why}.", "Correct the late policy and export again."
                )
        yield gradebook


def _known(gradebook: "Gradebook", assignment: str) -> "Assignment":
    from nbgrader.api import MissingEntry

    try:
        return gradebook.find_assignment(assignment)
    except MissingEntry:
        raise KitError(
            f"{assignment} is not in the gradebook yet.", f"Release it first: cs231n release {assignment}"
        ) from None


def _totals(known: "Assignment") -> Totals:
    of = {s.student.id: Total(_points(s), bool(s.needs_manual_grade)) for s in known.submissions}
    return Totals(float(known.max_score), of)


def _points(submission: "SubmittedAssignment") -> float:
    return max(0.0, float(submission.score) - (submission.late_submission_penalty or 0.0))


def write_file(out: Path | str, data: bytes) -> None:
    """Write a file whole or not at all. Raises KitError if that is not possible."""
    path = Path(out)
    try:
        if not path.parent.is_dir() or (path.exists() and not path.is_file()):  # the second may be /dev/stdout
            path.write_bytes(data)
        else:
            write_atomically(path, data)
    except OSError as error:
        raise KitError(f"Cannot write {out}: {error.strerror}.", "Choose another file with -o FILE.") from None


def _graded_cells(gradebook: "Gradebook", workspace: Workspace, assignment: str, notebook: str) -> list[str]:
    """The names of the notebook's graded cells, in the order of the built notebook."""
    from nbgrader.api import MissingEntry

    try:
        found = gradebook.find_notebook(notebook, assignment)
    except MissingEntry:
        return []
    built = _built(workspace, assignment, notebook)
    order = {name: position for position, cell in enumerate(built) if (name := grade_id_of(cell))}
    graded = {cell.name for cell in [*found.grade_cells, *found.task_cells]}
    return sorted(graded, key=lambda name: (order.get(name, len(order)), name))


def _built(workspace: Workspace, assignment: str, notebook: str) -> list[Cell]:
    """The cells of a built notebook, because the gradebook stores neither their order nor their tags."""
    try:
        return json.loads((workspace.source(assignment) / f"{notebook}.ipynb").read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        return []


def _in_process(cells: Iterable[Cell]) -> set[str]:
    """The names of the tests that run in the student's process."""
    return {name for cell in cells if is_in_process(cell) and (name := grade_id_of(cell))}


def _header(cells: dict[str, list[str]]) -> list[str]:
    columns = list(FIRST_COLUMNS)
    for notebook, names in cells.items():
        columns += [notebook, *(f"{notebook}:{name}" for name in names)]
    return columns


def _row(
    student: "Student", submission: "SubmittedAssignment | None", cells: dict[str, list[str]], max_score: float
) -> list[object]:
    row: list[object] = [student.id, student.first_name, student.last_name, student.email]
    if submission is None:
        return row + [None] * (len(_header(cells)) - len(row))
    penalty = submission.late_submission_penalty or 0.0
    row += [
        submission.timestamp and submission.timestamp.isoformat(sep=" ", timespec="seconds"),
        int(submission.total_seconds_late),
        penalty,
        _points(submission),
        max_score,
        "yes" if submission.needs_manual_grade else "no",
    ]
    notebooks = {notebook.name: notebook for notebook in submission.notebooks}
    for name, graded in cells.items():
        notebook = notebooks.get(name)
        grades = {grade.name: grade for grade in notebook.grades} if notebook else {}
        row.append(notebook.score if notebook else None)
        row += [_mark(grades.get(cell)) for cell in graded]
    return row


def _mark(grade: "Grade | None") -> float | None:
    """The mark; None if a person must still give it."""
    if grade is None or (grade.auto_score is None and grade.manual_score is None):
        return None
    return float(grade.score)
