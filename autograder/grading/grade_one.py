"""Grading of one submission without a gradebook: `cs231n grade-one`.

It makes a workspace with its own gradebook in a temporary folder, from the course's sources or from a workspace's built
notebooks. It places the submission there as `collect` does, and grades it as `grade` does. So the scores are those of
`cs231n grade`, and no other workspace or gradebook is changed. ci_reports.py writes the results.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import autograder
from autograder.course.course_toml import Assignment, Course, load_course
from autograder.course.workspace import CONFIG, Workspace, create
from autograder.errors import KitError
from autograder.notebook.cell_record import record_of
from autograder.notebook.outcomes import Outcome, outcomes
from autograder.submissions.foreign_files import Entry, Folder, Refused
from autograder.submissions.layouts import HandIn, is_notebook, notebooks_named
from autograder.submissions.platforms import Person
from autograder.text import lines, on_ci_service, printable

if TYPE_CHECKING:
    from nbgrader.api import Grade

STUDENT = "submission"
MOST_TEXT = 4000  # characters of a message


@dataclass(frozen=True)
class GradedCell:
    """One graded cell.

    Attributes
    ----------
    status
        For a test "passed", "partial", "failed", "not started" or "not run". For a question, whose `score` does not
        count here, "by hand", or "unanswered" if its text is still the released one.
    message
        What is wrong, or "".
    """

    name: str
    exercise: str
    status: str
    score: float
    max_score: float
    message: str = ""

    @property
    def is_test(self) -> bool:
        return self.status not in ("by hand", "unanswered")


@dataclass(frozen=True)
class Result:
    """The result of one submission.

    Attributes
    ----------
    notebooks
        The graded cells of each notebook, in order.
    remarks
        Reasons and remarks that are not in the cells' messages.
    seconds
        How long the notebooks ran.
    """

    assignment: str
    title: str
    notebooks: dict[str, list[GradedCell]]
    remarks: list[str]
    isolation: str
    seconds: float

    @property
    def cells(self) -> list[GradedCell]:
        return [cell for cells in self.notebooks.values() for cell in cells]

    @property
    def score(self) -> float:
        """The points of the tests."""
        return sum(cell.score for cell in self.cells if cell.is_test)

    @property
    def max_score(self) -> float:
        return sum(cell.max_score for cell in self.cells if cell.is_test)

    @property
    def by_hand(self) -> float:
        """The points that a person gives."""
        return sum(cell.max_score for cell in self.cells if not cell.is_test)

    @property
    def percent(self) -> float:
        return 100 * self.score / self.max_score if self.max_score else 100.0


def grade_one(
    directory: Path | str | None,
    assignment_name: str | None,
    path: Path | str,
    workers: int | None = None,
    isolation: str = "sandbox",
) -> Result:
    """Grade the submission at `path`: a folder with an assignment's notebooks, or a single notebook.

    Parameters
    ----------
    directory
        The course: a workspace, a folder with course.toml, or a folder with `assignments/course.toml`. None: the kit's
        own course, but not on a CI service.
    assignment_name
        None: the assignment to which the notebooks belong by their names.
    path
        The folder or the notebook. If it is a notebook, only the points of this notebook count.
    workers, isolation
        The parameters of `grade.grade`.

    Raises
    ------
    KitError
        There is no course or no such path, the assignment is unknown or ambiguous, or the machine could not grade.
    """
    if directory is not None and (Path(directory) / CONFIG).is_file():  # the configuration is a program, run on loading
        _refuse_inside(Path(directory).resolve(), Path(path))
    source, workspace = _find_course(directory)
    course = load_course(source)
    hand_in = _read(Path(path), source)
    assignment = course.assignment(assignment_name) if assignment_name else _guess(course, hand_in)
    if Path(path).is_file():
        assignment = _only(course, assignment, hand_in.files[0][1].name)

    from autograder.grading.grade import grade
    from autograder.grading.sanitize import forgeable

    with _own_workspace(course, workspace, assignment.name) as own:
        own.course = replace(course, assignments={**course.assignments, assignment.name: assignment})
        refused = _place(own, assignment, hand_in)
        report = grade(own, assignment.name, workers=workers, isolation=isolation)
        row = report.rows[0]
        if report.failed:
            raise KitError(
                f"The submission could not be graded: {printable('; '.join(row.reasons))}",
                "This machine may be the cause, so no points were given or taken. Try again.",
            )
        notebooks = _cells(own, assignment)
        remarks = _remarks(refused + row.reasons, notebooks)
        remarks += [warning] if (warning := forgeable(own, assignment)) else []
        return Result(assignment.name, assignment.title, notebooks, remarks, report.isolation, row.seconds)


def _find_course(directory: Path | str | None) -> tuple[Path, Workspace | None]:
    """Find the named course or else the kit's own. Returns the folder of course.toml, and its workspace or None.

    No other place is searched, because a CI job often runs in the student's checkout, where course.toml or
    nbgrader_config.py may be the student's.
    """
    if directory is not None:
        if found := _course_in(Path(directory)):
            return found
        raise KitError(f"There is no course in {directory}: no course.toml, and no {CONFIG}.", _NEEDED)
    if on_ci_service():
        raise KitError("On a CI service, you must name the course.", "Name its folder: cs231n -C COURSE grade-one PATH")
    if found := _course_in(Path(autograder.__file__).resolve().parents[1]):
        return found
    raise KitError("No course is named, and this kit was installed without one.", _NEEDED)


_NEEDED = (
    "grade-one needs the course's sources, hidden tests included: cs231n -C COURSE grade-one PATH, where COURSE is a "
    "checkout with assignments/course.toml, or a workspace.\n"
    "With only a release, run the visible tests with: cs231n check NOTEBOOK"
)


def _course_in(folder: Path) -> tuple[Path, Workspace | None] | None:
    if (folder / CONFIG).is_file():
        workspace = Workspace(folder)
        return workspace.assignments, workspace
    for place in (folder, folder / "assignments"):
        if (place / "course.toml").is_file():
            return place.resolve(), None
    return None


def _read(path: Path, course: Path) -> HandIn:
    """List the files of the submission. `path` is not trusted either, so neither it nor its parents may be links."""
    notes = []
    parts = [path] if path.is_absolute() else [path, *list(path.parents)[:-1]]
    if link := next((part for part in parts if part.is_symlink()), None):
        raise KitError(f"{printable(link)} is a link, and links in a submission are not followed.")
    if path.is_dir():
        _refuse_inside(course, path)
        listing = Folder(path).listing()
        files = [(entry.parts, entry) for entry in listing.files]
        notes = [f"{name} {why}" for name, why in listing.refused if is_notebook(name)]
    elif path.is_file() and is_notebook(path.name):
        files = [((path.name,), Entry((path.name,), Folder(path.parent)))]
    elif path.exists():
        raise KitError(f"{printable(path)} is neither a notebook (.ipynb) nor a folder.")
    else:
        raise KitError(f"There is no {printable(path)}.", "Give a notebook, or the folder that holds it.")
    return HandIn(Person(STUDENT), files=files, notes=notes)


def _refuse_inside(course: Path, submission: Path) -> None:
    if submission.is_dir() and course.is_relative_to(submission.resolve()):
        raise KitError(
            f"The course {course} is inside the submission {printable(submission)}, and would be graded with it.",
            "Put them side by side.",
        )


def _guess(course: Course, hand_in: HandIn) -> Assignment:
    """Return the assignment to which the submission's notebooks belong by their names."""
    names = [entry.name for _, entry in hand_in.files if is_notebook(entry.name)]
    named = [found[0] for name in names if len(found := notebooks_named(name[:-6], course)) == 1]
    owners = [a.name for a in course.assignments.values() if not set(named).isdisjoint(a.notebooks)]
    if len(owners) == 1:
        return course.assignment(owners[0])
    known = "; ".join(f"{a.name}: {', '.join(a.notebooks)}" for a in course.assignments.values())
    if owners:
        problem = f"The submission's notebooks belong to several assignments: {', '.join(owners)}."
    elif names:
        shown = ", ".join(printable(name) for name in sorted(names)[:5]) + (", ..." if len(names) > 5 else "")
        problem = f"No notebook of the submission has the name of a notebook of the course: {shown}."
    else:
        problem = " ".join(["The submission holds no notebook.", *(f"{note}." for note in hand_in.notes[:5])])
    raise KitError(problem, f"The course has {known}.\nName the assignment: cs231n grade-one PATH --assignment NAME")


def _only(course: Course, assignment: Assignment, file_name: str) -> Assignment:
    """Return the assignment as if it consisted only of the notebook with this file name."""
    found = [name for name in notebooks_named(file_name[:-6], course) if name in assignment.notebooks]
    if len(found) == 1 or len(assignment.notebooks) == 1:
        return replace(assignment, notebooks=tuple(found or assignment.notebooks))
    raise KitError(
        f"{printable(file_name)} could be any notebook of {assignment.name}: {', '.join(assignment.notebooks)}.",
        "Give it the name of one of them.",
    )


@contextmanager
def _own_workspace(course: Course, workspace: Workspace | None, assignment: str) -> Iterator[Workspace]:
    """Make a workspace in a temporary folder. In it, the assignment is built and its cells are in the gradebook."""
    from autograder.authoring.build import build
    from autograder.authoring.release import record_cells

    with tempfile.TemporaryDirectory(prefix="cs231n-ci-") as folder:
        os.chmod(folder, 0o711)  # the sandbox's user must be able to reach the edition in it
        own = create(Path(folder) / "workspace", course.root)
        built = workspace and workspace.source(assignment)
        if built and all((built / f"{name}.ipynb").is_file() for name in course.assignment(assignment).notebooks):
            shutil.copytree(built, own.source(assignment))
        else:
            build(own, assignment)
        record_cells(own, assignment, Path(folder) / "recorded")
        yield own


def _place(own: Workspace, assignment: Assignment, hand_in: HandIn) -> list[str]:
    """Put the submission where the grader reads it. Returns remarks; if it is refused, an empty one is graded."""
    from autograder.submissions.collect import Collected, place

    placed = Collected()
    try:
        place(own, own.course, assignment, hand_in, placed)
    except Refused as error:
        own.submitted(STUDENT, assignment.name).mkdir(parents=True)
        return [*hand_in.notes, f"the submission {error}"]
    notes = [note for entry in placed.placed for note in entry.notes]
    return notes + [f"{path}: {why}" for path, why in placed.unplaced]


def _cells(own: Workspace, assignment: Assignment) -> dict[str, list[GradedCell]]:
    """Return the graded cells of each notebook in order, with the gradebook's scores."""
    import nbformat

    found = {}
    with own.gradebook() as gradebook:
        for name in assignment.notebooks:
            recorded = gradebook.find_submission_notebook(name, assignment.name, STUDENT)
            grades = {grade.name: grade for grade in recorded.grades}
            executed = nbformat.read(own.autograded(STUDENT, assignment.name) / f"{name}.ipynb", as_version=4)
            tests = {outcome.grade_id: outcome for outcome in outcomes(executed)}
            graded = [record.grade_id for cell in executed.cells if (record := record_of(cell)) and record.grade]
            found[name] = [_cell(grades[grade_id], tests.get(grade_id)) for grade_id in graded]
    return found


def _cell(grade: "Grade", outcome: Outcome | None) -> GradedCell:
    name, most = grade.name, float(grade.max_score)
    if outcome is None:
        return GradedCell(name, name, "by hand" if grade.auto_score is None else "unanswered", 0.0, most)
    score, status, message = float(grade.auto_score or 0), outcome.status, outcome.message
    if status == "passed" and score < most:
        status, message = ("partial" if score else "failed"), f"{score:g} of {most:g} points"
    return GradedCell(name, outcome.exercise, status, score, most, lines(message, MOST_TEXT))


def _remarks(reasons: list[str], notebooks: dict[str, list[GradedCell]]) -> list[str]:
    """Return the reasons that are not among the cells' messages."""
    from autograder.grading.report import in_short

    said = tuple(in_short(cell.message for cells in notebooks.values() for cell in cells if cell.message))
    told = ("nothing done yet", "not started: ")
    rest = [reason for reason in reasons if not (said and reason.rstrip("…").endswith(said))]
    prefixes = ("", *(f"{name}: " for name in notebooks))
    return in_short(r for r in rest if not r.startswith(tuple(p + t for p in prefixes for t in told)))
