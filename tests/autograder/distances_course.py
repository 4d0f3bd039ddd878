"""A course with one released notebook, whose submissions are written by hand."""

import random
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course.workspace import Workspace

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "exercises"), str(TESTS.parent / "benchmarks")]
from bank import BANKS, read_bank  # noqa: E402

COURSE = """
[course]
id = "tiny"
title = "Tiny"
[[assignment]]
name = "nearest"
title = "Distances"
notebooks = ["knn"]
"""
EXERCISES = ("compute_distances_two_loops", "compute_distances_no_loops", "predict_labels", "cross_validate_k")
SHORT = "def one():\n    return 1\n"
OWN = "def normalized(rows):\n    return (rows - rows.mean(axis=0, keepdims=True)) / (rows.std(axis=0) + 1e-8)\n"


def answers_of_banks():
    banks = {path.stem: read_bank(path) for path in BANKS if path.parts[-2] == "knn"}
    return {name: [a.source for a in banks[name] if a.kind == "right"] for name in EXERCISES}


def exercise_cell(name, source):
    return new_code_cell(source, id=name, metadata={"nbgrader": record(name, solution=True)})


def record(name, **given):
    record = {"grade_id": name, "grade": False, "solution": False, "locked": False, "schema_version": 3, "task": False}
    return record | given


def released_cells():
    stubs = [exercise_cell(n, f"def {n}(*args):\n    raise NotImplementedError\n") for n in (*EXERCISES, "short")]
    stubs[-1].source = "def one():\n    raise NotImplementedError\n"
    own = new_code_cell(OWN, id="own", metadata={"nbgrader": record("own", locked=True)})
    return [new_markdown_cell("# Distances", id="title"), own, *stubs]


class Course:
    """A workspace with `nearest` released; `right` holds the banks' right answers by exercise."""

    def __init__(self, folder):
        (folder / "assignments").mkdir()
        (folder / "assignments" / "course.toml").write_text(COURSE)
        root = folder / "workspace"
        root.mkdir()
        (root / "nbgrader_config.py").write_text("c = get_config()\nc.Kit.assignments = '../assignments'\n")
        self.workspace = Workspace(root)
        self.right = answers_of_banks()
        self.write(self.workspace.release("nearest"), released_cells())

    def write(self, folder, cells):
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=cells), folder / "knn.ipynb")

    def hand_in(self, student, answers, added=(), folder=None):
        """Write a submission with these answers, and added cells with this code at the end."""
        cells = released_cells()
        for cell in cells:
            if cell.id in answers:
                cell.source = answers[cell.id]
        cells += [new_code_cell(code) for code in added]
        folder = (folder or self.workspace.root / "submitted") / student / "nearest"
        self.write(folder, cells)
        return folder

    def answers(self, number):
        """The right answers number `number` of all exercises."""
        return {name: codes[number] for name, codes in self.right.items()}

    def hand_in_class(self):
        """Five students of their own minds, and one who copied from the second in disguise."""
        from disguises import all_together

        for number in range(5):
            self.hand_in(f"student{number}", self.answers(number))
        rng = random.Random(0)
        self.hand_in("copier", {name: all_together(code, rng) for name, code in self.answers(1).items()})
