"""Read what each student wrote for each exercise, wherever it stands in the notebook.

A cell belongs to an exercise as grading decides it (`grading/matching.py`). A function that an exercise asks for
belongs to that exercise in whatever cell it is, and a function of an added cell also belongs to each exercise that uses
its name. What then remains of the added cells is compared as well, under the name OTHER_CODE.
"""

import ast
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.matching import SubmittedCell, match, plain_text
from autograder.grading.sanitize import UnreadableNotebook, read_submitted, submitted_cells
from autograder.notebook.cell_record import is_skipped, record_of
from autograder.notebook.limits import Limits
from autograder.similarity.canonical import MOST_CODE, parsed, parsed_or_line, walk, without_magics
from autograder.similarity.fingerprints import Fingerprints, fingerprints

OTHER_CODE = "other code"
MOST_FUNCTIONS = 200  # of one cell that are told apart
MOST_OF_SUBMISSION = 3 * MOST_CODE  # characters that are read of all exercises together
MOST_BROKEN = 3  # lines of a cell that are taken out because they are not valid Python


@dataclass(frozen=True)
class Released:
    """A notebook as students received it.

    Attributes
    ----------
    exercises
        The grade_ids of the code cells that students write.
    asked_for
        Function or class that a cell defines -> the grade_id of the cell.
    own
        The fingerprints of the release's own code.
    """

    name: str
    cells: list[nbformat.NotebookNode]
    handed_out: Mapping[str, str]
    skipped: frozenset[str]
    exercises: tuple[str, ...]
    asked_for: Mapping[str, str]
    own: Fingerprints


@dataclass
class Work:
    """The code of one submission: (notebook, exercise) -> code. `past` is the name of an earlier class, or None."""

    student: str
    past: str | None = None
    code: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_release(workspace: Workspace, assignment: Assignment) -> list[Released]:
    """Read the released notebooks of an assignment. Raises KitError if it has not been released."""
    return [
        _released(workspace.release(assignment.name) / f"{name}.ipynb", assignment) for name in assignment.notebooks
    ]


def handed_in(workspace: Workspace, assignment: Assignment) -> list[tuple[str, Path]]:
    """Return (student, folder) of all submissions."""
    pattern = workspace.submitted("*", assignment.name).relative_to(workspace.root)
    return _folders(workspace.root, str(pattern))


def read_work(
    student: str,
    given: Path | Mapping[str, bytes],
    release: Sequence[Released],
    limits: Limits,
    past: str | None = None,
) -> Work:
    """Read one submission from its folder or its files. What cannot be compared is named in its problems."""
    work = Work(student, past)
    left = MOST_OF_SUBMISSION
    for notebook in release:
        try:
            cells = _submitted(given, f"{notebook.name}.ipynb", limits)
            for exercise, code in _by_exercise(notebook, cells, work.problems).items():
                most = min(MOST_CODE, left)
                if len(code) > most:
                    work.problems.append(f"{exercise} has {len(code):,} characters; the first {most:,} are compared")
                work.code[notebook.name, exercise] = code[:most]
                left -= len(code[:most])
        except UnreadableNotebook as error:
            work.problems.append(str(error))
        except Exception as error:  # one submission must not stop the others
            work.problems.append(f"{notebook.name}.ipynb could not be compared: {type(error).__name__}")
    return work


def own_fingerprints(work: Work, notebook: Released, exercise: str) -> Fingerprints:
    """The fingerprints of a student's code for an exercise, without those of the release."""
    code = work.code.get((notebook.name, exercise), "")
    if not code.strip():
        return np.empty(0, np.uint64)
    try:
        found = fingerprints(code)
    except (RecursionError, MemoryError) as error:
        work.problems.append(f"{exercise} in {notebook.name}.ipynb could not be compared: {type(error).__name__}")
        return np.empty(0, np.uint64)
    return np.setdiff1d(found, notebook.own, assume_unique=True)


def _submitted(given: Path | Mapping[str, bytes], name: str, limits: Limits) -> list[SubmittedCell]:
    if isinstance(given, Path):
        return read_submitted(given / name, limits)[0]
    if name not in given:
        raise UnreadableNotebook(f"{name} was not handed in")
    return submitted_cells(name, given[name], limits)[0]


def _folders(root: Path, pattern: str) -> list[tuple[str, Path]]:
    found = [(path.parent.name, path) for path in root.glob(pattern) if path.is_dir()]
    return sorted((item for item in found if not item[0].startswith(".")), key=lambda item: item[0].casefold())


def _released(path: Path, assignment: Assignment) -> Released:
    if not path.is_file():
        raise KitError(f"{path} is missing.", f"Release the assignment with: cs231n release {assignment.name}")
    cells = nbformat.read(path, as_version=4).cells
    recorded = [(cell, record) for cell in cells if (record := record_of(cell))]
    exercises = {r.grade_id: cell.source for cell, r in recorded if r.solution and cell.cell_type == "code"}
    asked_for = {name: exercise for exercise, code in exercises.items() for name in _definitions(code, parsed(code))}
    own = [fingerprints(cell.source) for cell in cells if cell.cell_type == "code"]
    return Released(
        name=path.stem,
        cells=[cell for cell, _ in recorded],
        handed_out={record.grade_id: plain_text(cell.source) for cell, record in recorded},
        skipped=frozenset(cell.source for cell in cells if is_skipped(cell))
        | {cell["id"] for cell in cells if is_skipped(cell) and not record_of(cell) and "id" in cell},
        exercises=tuple(exercises),
        asked_for=asked_for,
        own=np.unique(np.concatenate([*own, np.empty(0, np.uint64)])),
    )


def _by_exercise(notebook: Released, submitted: Sequence[SubmittedCell], problems: list[str]) -> dict[str, str]:
    found = match(notebook.cells, submitted, notebook.handed_out, notebook.skipped)
    pieces: dict[str, list[str]] = {exercise: [] for exercise in (*notebook.exercises, OTHER_CODE)}
    helpers: dict[str, str] = {}

    def sort(code: str, place: str) -> None:
        """Sort the parts of a cell: functions that exercises ask for, helpers, and the rest."""
        code, tree, problem = _repaired(code)
        if problem:
            where = "An added cell" if place == OTHER_CODE else place
            problems.append(f"{where} in {notebook.name}.ipynb {problem}")
        rest = code
        for name, text in itertools.islice(_definitions(code, tree).items(), MOST_FUNCTIONS):
            owner = notebook.asked_for.get(name)
            if owner and owner != place:
                pieces[owner].append(text)
                rest = rest.replace(text, "\n" * text.count("\n"), 1)
            elif place == OTHER_CODE:
                helpers[name] = text
                rest = rest.replace(text, "", 1)
        if rest.strip():
            pieces[place].append(rest)

    for exercise in notebook.exercises:
        if exercise in found.cells and not found.is_untouched(exercise):
            sort(found.cells[exercise].source, exercise)
    added = [each.cell.source for cells in found.added.values() for each in cells if each.cell.cell_type == "code"]
    room = MOST_CODE
    for code in added:
        if len(code) > room:
            problems.append(
                f"{notebook.name}.ipynb has over {MOST_CODE:,} characters in added cells; some are not compared"
            )
            break
        room -= len(code)
        sort(code, OTHER_CODE)
    uses = {name: _names(text) & helpers.keys() for name, text in helpers.items()}
    unused = set(helpers)
    for exercise in notebook.exercises if helpers else ():
        used = _names("\n".join(pieces[exercise])) & helpers.keys()
        waiting = [*used]
        while waiting:
            more = uses[waiting.pop()] - used
            used |= more
            waiting += more
        pieces[exercise][:0] = [text for name, text in helpers.items() if name in used]
        unused -= used
    pieces[OTHER_CODE] += [text for name, text in helpers.items() if name in unused]
    return {exercise: "\n".join(texts) for exercise, texts in pieces.items() if texts}


def _repaired(code: str) -> tuple[str, ast.Module | None, str]:
    """Take lines that are not valid Python out of a cell, at most a few, so that the other lines can be compared.

    Returns the code, what it says (None if it still cannot be parsed), and the problem for readers, "" for none.
    """
    lines = without_magics(code).split("\n")
    broken: list[int] = []
    while len(code) <= MOST_CODE:
        tree, line = parsed_or_line("\n".join(lines))
        if tree is not None and not broken:
            return code, tree, ""
        if tree is not None:
            listed = ", ".join(map(str, broken))
            return "\n".join(lines), tree, f"is not valid Python; without line {listed}, it is compared"
        if len(broken) == MOST_BROKEN or not 0 < line <= len(lines) or line in broken:
            return code, None, "cannot be parsed, so it is compared only with others that cannot"
        broken.append(line)
        text = lines[line - 1]
        lines[line - 1] = f"{text[: len(text) - len(text.lstrip())]}pass  # {text.strip()}"
    return code, None, ""


def _definitions(code: str, tree: ast.Module | None) -> dict[str, str]:
    """The functions and classes at the top of some code: name -> text."""
    lines = code.split("\n")
    return {
        node.name: "\n".join(lines[min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1 : node.end_lineno])
        for node in (tree.body if tree else ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def _names(code: str) -> set[str]:
    tree = parsed(code)
    return {node.id for node in walk(tree) if isinstance(node, ast.Name)} if tree else set()
