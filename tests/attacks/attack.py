"""Defines attacks. To add one, add an entry to a file in `groups/`.

Each file is a group of attackers, and each entry in it is one student:

    attack("makes every comparison of NumPy true", '''
    import numpy as np
    np.array_equal = np.allclose = lambda *_, **__: True
    ''')

The notebook (attack_course.py) has five exercises. The student has done the first one, `running_mean`, honestly:
this earns HONEST_POINTS. The other answers run, but are wrong. The attack is a cell added after the honest part.
Further cells begin with a marker that says where they go:

    # %% softmax_loss        replaces the student's answer to that exercise
    # %% test_derivative     is added after that cell of the instructor's
    # %%                     is added after the previous cell
    # %% end                 is added at the end

An attack that needs more than cells is a function that edits the notebook or puts files into the submitted folder. The
notebook is written after the function returns, unless the function put something in its place or deleted the folder:

    @handed_in("tags the tests so that they are skipped")
    def _(notebook, folder):
        for cell in notebook.cells: ...

`points` are the points that the gradebook must contain, by default HONEST_POINTS. With at_most=True they may be fewer,
for attacks that hurt their own author by an amount that depends on the clock. `reason` must occur in the report on the
student. If an attack may reach either of two limits first, it is a tuple of both reasons.
`@NAME@` in a text is replaced by a value that an attacker might know or guess; see `Surroundings.known` in
graded_class.py. Secrets that students must not read begin with CANARY_; an attack that finds one must print it. Code
that a page must not run contains EVIL. A file that an attack must not be able to create is named PLANTED.
"""

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from attack_course import HONEST_POINTS, RIGHT, WRONG
from nbformat.v4 import new_code_cell, new_markdown_cell

MARKER = re.compile(r"^# %%(.*)$\n?", re.MULTILINE)
ENTRIES: list["Attack"] = []


@dataclass(frozen=True)
class Attack:
    group: str
    name: str
    points: float
    reasons: tuple[str, ...]  # the report must contain one of them
    at_most: bool
    collected: bool  # placed by `collect`, not directly under submitted/
    received: str | None  # the time that `collect` is told it arrived
    cells: str = ""
    edit: Callable = field(default=lambda notebook, folder: None)

    @property
    def student(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    def hand_in(self, released, folder: Path, known: dict[str, str]) -> None:
        """Write the attacker's submission into the folder."""
        notebook = answered(released, {**WRONG, "running_mean": RIGHT["running_mean"]})
        add_cells(notebook, re.sub(r"@([A-Z0-9]+)@", lambda match: known[match[1]], self.cells))
        self.edit(notebook, folder)
        path = folder / "losses.ipynb"
        if folder.exists() and not os.path.lexists(path):
            path.write_text(json.dumps(notebook))  # nbformat would repair notebooks that are broken on purpose


def attack(name: str, cells: str, points=HONEST_POINTS, reason=None, at_most=False):
    """Register an attack that consists of cells."""
    ENTRIES.append(Attack(_group(), name, points, _alternatives(reason), at_most, False, None, cells))


def handed_in(name: str, points=HONEST_POINTS, reason=None, at_most=False, collected=False, received=None, cells=""):
    """Register an attack that edits the notebook or adds files: decorates a function of (notebook, folder)."""

    def enter(function):
        group, reasons = function.__globals__["__name__"], _alternatives(reason)
        ENTRIES.append(Attack(group, name, points, reasons, at_most, collected, received, cells, function))
        return function

    return enter


def _alternatives(reason) -> tuple[str, ...]:
    return reason if isinstance(reason, tuple) else (reason,) if reason else ()


def answered(released, answers: dict[str, str]):
    """Return the released notebook with these answers."""
    notebook = nbformat.from_dict(released)
    for cell in notebook.cells:
        if grade_id(cell) in answers:
            cell.source = answers[grade_id(cell)]
    return notebook


def add_cells(notebook, text: str) -> None:
    """Add the cells of `text`, whose format the module's docstring describes, to the notebook."""
    before, *parts = MARKER.split(text)
    place = position(notebook, "test_running_mean")
    for marker, source in [("", before), *zip(parts[::2], parts[1::2], strict=True)]:
        name = marker.strip()
        if not name and not source.strip():
            continue
        markdown = name.startswith("[markdown]")
        name = name.removeprefix("[markdown]").strip()
        if name and name != "end":
            place = position(notebook, name)
            if notebook.cells[place].metadata.nbgrader.solution:
                notebook.cells[place].source = source.strip("\n")
                continue
        place = len(notebook.cells) if name == "end" else place + 1
        make = new_markdown_cell if markdown else new_code_cell
        notebook.cells.insert(place, make(source.strip("\n"), id=f"extra-{len(notebook.cells)}"))


def position(notebook, name: str) -> int:
    """The index of the cell with this grade_id."""
    return next(i for i, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def grade_id(cell) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def entries(folder: Path = Path(__file__).parent / "groups") -> list[Attack]:
    """Return all attacks, group by group."""
    if not ENTRIES:
        for path in sorted(folder.glob("*.py")):
            names = {"__name__": path.stem, "__file__": str(path)}
            exec(compile(path.read_text(), path, "exec"), names)
        students = [entry.student for entry in ENTRIES]
        twice = sorted({name for name in students if students.count(name) > 1})
        assert not twice, f"two attacks have the same name: {twice}"
    return ENTRIES


def _group() -> str:
    return sys._getframe(2).f_globals["__name__"]
