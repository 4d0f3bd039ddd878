"""A sample class for `make demo` and the tests: the submissions of ten students, each with a story.

    python -P tests/sample_class.py WORKSPACE DIRECTORY

writes DIRECTORY/ASSIGNMENT/STUDENT/NOTEBOOK.ipynb for every released assignment of the workspace. Answers
are the sources' own and those of the banks under tests/exercises/. (-P keeps this file's folder off the module
path, where tests/autograder/ would replace the package.)
"""

import argparse
import sys
from pathlib import Path

import nbformat

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent / "exercises"))
from bank import read_bank  # noqa: E402

BANKS = Path(__file__).parent / "exercises"
ENDLESS = "\n\nwhile True:\n    pass\n"
ANSWER = "I compared the two on a small example by hand, and they differ only where the scores are tied."


def all_right(answers, banks):
    """All answers are the course author's own."""
    return answers


def differently_written(answers, banks):
    """Right, but written differently from the source: the first right answer of each bank."""
    return {name: first(banks[name], "right") or answer for name, answer in answers.items()}


def half_done(answers, banks):
    """The first half of the exercises."""
    names = list(answers)
    return {name: answers[name] for name in names[: len(names) // 2]}


def blank(answers, banks):
    """The release, handed in unchanged."""
    return {}


def one_mistake(answers, banks):
    """The first wrong answer of the bank of the second exercise; the rest is right."""
    return answers | pick(answers, banks, 1, "wrong")


def wrong_gradient(answers, banks):
    """A wrong gradient, or another mistake if the notebook has no gradient."""
    for name in answers:
        for candidate in banks[name]:
            if candidate.kind == "wrong" and "gradient" in candidate.name.lower():
                return answers | {name: candidate.source}
    return answers | pick(answers, banks, 2, "wrong")


def cell_raises(answers, banks):
    """A cell that raises an error outside any function."""
    names = list(answers)
    return answers | {names[1]: answers[names[1]] + "\n\nprint(resutl)\n"}


def endless_loop(answers, banks):
    """An endless loop at the bottom of a solution cell."""
    names = list(answers)
    return answers | {names[2]: answers[names[2]] + ENDLESS}


STUDENTS = {
    "amara": all_right,
    "bruno": differently_written,
    "chen": half_done,
    "dalia": blank,
    "emil": one_mistake,
    "farah": wrong_gradient,
    "gustavo": cell_raises,
    "hana": endless_loop,
    "ivan": all_right,  # but her file is truncated: see write_class
    "Zoë Müller": differently_written,  # renamed her file
}


def first(bank, kind):
    return next((answer.source for answer in bank if answer.kind == kind), None)


def pick(answers, banks, index, kind):
    name = list(answers)[index]
    return {name: first(banks[name], kind) or answers[name]}


def write_class(workspace: Workspace, assignment: Assignment, directory: Path, stories=STUDENTS) -> None:
    """Write the submissions of the students {name: story} for `assignment` under `directory`/STUDENT/."""
    for notebook in assignment.notebooks:
        released = nbformat.read(workspace.release(assignment.name) / f"{notebook}.ipynb", as_version=4)
        source = nbformat.read(workspace.source(assignment.name) / f"{notebook}.ipynb", as_version=4)
        answers = {mark["grade_id"]: cell.source for cell, mark in solutions(source)}
        banks = {name: bank(assignment.name, notebook, name) for name in answers}
        for student, story in stories.items():
            given = story(answers, banks)
            text = nbformat.writes(filled(released, given))
            name = f"{notebook}.ipynb"
            if student == "ivan":
                text = text[: len(text) // 3]
            if student == "Zoë Müller":
                name = f"{notebook} (1).ipynb"
            path = directory / student / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")


def filled(released, answers: dict[str, str]):
    """Return the released notebook with these answers; if there are any, the inline questions are answered, too."""
    notebook = nbformat.from_dict(released)
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade_id") in answers:
            cell.source = answers[mark["grade_id"]]
        elif mark.get("solution") and cell.cell_type == "markdown" and answers:
            cell.source = ANSWER
    return notebook


def solutions(notebook):
    marks = ((cell, cell.metadata.get("nbgrader", {})) for cell in notebook.cells)
    return [(cell, mark) for cell, mark in marks if cell.cell_type == "code" and mark.get("solution")]


def bank(assignment: str, notebook: str, exercise: str):
    path = BANKS / assignment / notebook / f"{exercise}.bank"
    return read_bank(path) if path.exists() else []


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write what a sample class hands in.")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("directory", type=Path)
    arguments = parser.parse_args()
    workspace = Workspace(arguments.workspace)
    for name, assignment in workspace.course.assignments.items():
        if workspace.release(name).is_dir():
            write_class(workspace, assignment, arguments.directory / name)
            print(f"{len(STUDENTS)} students have handed in {name}: {arguments.directory / name}")
