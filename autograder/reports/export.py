"""Export the marks of one assignment as a CSV file: a row per student, a column per notebook and graded cell."""

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.late import bring_all_up_to_date
from autograder.notebook.cell_record import grade_id_of
from autograder.text import csv_cell

if TYPE_CHECKING:
    from nbgrader.api import Grade, Gradebook, Student, SubmittedAssignment

FIRST_COLUMNS = (
    "student", "first_name", "last_name", "email", "timestamp", "late_seconds", "late_penalty",
    "total", "max", "needs_manual_grading",
)  # fmt: skip


def export(workspace: Workspace, assignment: str, out: Path | str) -> int:
    """Write the marks of `assignment` to the CSV file `out` (UTF-8, with a header). Return the number of students.

    The columns are those of FIRST_COLUMNS, then for each notebook, in the order of course.toml, its score and
    `notebook:cell` for each of its graded cells, in the notebook's order. `total` is the student's result: the sum of
    the scores minus the late penalty, but at least 0. A mark given by hand replaces the autograder's. A student in the
    gradebook who handed in nothing has empty cells. Times are in UTC. The function first updates the late penalties in
    the gradebook.

    Raises
    ------
    KitError
        The assignment is not in the gradebook yet, the late policy of nbgrader_config.py fails, or `out` cannot be
        written.
    """
    from nbgrader.api import MissingEntry

    entry = workspace.course.assignment(assignment)
    with workspace.gradebook() as gradebook:
        for student, why in bring_all_up_to_date(workspace, gradebook, assignment).items():
            raise KitError(f"The marks of {student} are unknown: {why}.", "Correct the late policy and export again.")
        try:
            known = gradebook.find_assignment(assignment)
        except MissingEntry:
            raise KitError(
                f"{assignment} is not in the gradebook yet.", f"Release it first: cs231n release {assignment}"
            ) from None
        cells = {name: _graded_cells(gradebook, workspace, assignment, name) for name in entry.notebooks}
        rows: list[list[object]] = [[*_header(cells)]]
        submissions = {s.student.id: s for s in known.submissions}
        for student in sorted(gradebook.students, key=lambda student: student.id):
            rows.append(_row(student, submissions.get(student.id), cells, known.max_score))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_as_cell(value) for value in row] for row in rows)
    try:
        Path(out).write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        raise KitError(f"Cannot write {out}: {error.strerror}.", "Choose another file with -o FILE.") from None
    return len(rows) - 1


def _graded_cells(gradebook: "Gradebook", workspace: Workspace, assignment: str, notebook: str) -> list[str]:
    """The names of the notebook's graded cells, in the order of the built notebook."""
    from nbgrader.api import MissingEntry

    try:
        found = gradebook.find_notebook(notebook, assignment)
    except MissingEntry:
        return []
    order = _order(workspace.source(assignment) / f"{notebook}.ipynb")
    graded = {cell.name for cell in [*found.grade_cells, *found.task_cells]}
    return sorted(graded, key=lambda name: (order.get(name, len(order)), name))


def _order(path: Path) -> dict[str, int]:
    """Map each grade_id to its position, because the gradebook does not store the order of cells."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: position for position, cell in enumerate(cells) if (name := grade_id_of(cell))}


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
        max(0.0, submission.score - penalty),
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


def _as_cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.12g}"
    return csv_cell(value) if isinstance(value, str) else value
