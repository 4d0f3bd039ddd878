"""A course of two short notebooks, and a class with every kind of submission, honest and dishonest."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from autograder.authoring import build, release
from autograder.course import workspace
from autograder.course.workspace import Workspace

COURSE = """
[course]
id = "faults"
title = "A course to be graded while everything fails"

[edition]
root = ".."
package = "sums_library"
include = ["sums_library"]

[[assignment]]
name = "sums"
title = "Adding up"
notebooks = ["adding", "squaring"]
files = ["numbers.txt"]
accept = ["notes/*.txt"]
[assignment.limits]
cell_seconds = 4
notebook_seconds = 30
output_bytes = 2000
submission_bytes = 200000
"""

HEADER = """# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
"""


def _record(grade_id: str, kind: str, points: int = 0) -> str:
    grade, solution = kind in ("test", "question"), kind in ("answer", "question")
    fields = {"grade": grade, "grade_id": grade_id, "locked": kind in ("given", "test"), "schema_version": 3}
    fields |= {"solution": solution, "task": False, **({"points": points} if grade else {})}
    text = ", ".join(f'"{k}": {str(v).lower() if isinstance(v, bool) else repr(v)}' for k, v in fields.items())
    return f"nbgrader={{{text}}}".replace("'", '"')


ADDING = f"""{HEADER}
# %% {_record("setup", "given")}
import time
import sums_library

numbers = [int(line) for line in open("numbers.txt")]

# %% {_record("add", "answer")}
def add(a, b):
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION

# %% {_record("slowly", "given")}
time.sleep(0.2)

# %% {_record("test_add", "test", 2)}
assert add(1, 2) == sums_library.THREE, "1 + 2 is 3"
### BEGIN HIDDEN TESTS
assert [add(n, 1) for n in numbers] == [n + 1 for n in numbers], "one more"
### END HIDDEN TESTS

# %% {_record("double", "answer")}
def double(a):
    ### BEGIN SOLUTION
    return 2 * a
    ### END SOLUTION

# %% {_record("test_double", "test", 3)}
time.sleep(0.1)
assert double(4) == 8, "twice 4 is 8"

# %% [markdown] {_record("why", "question", 5)}
# ### BEGIN SOLUTION
# Because addition commutes.
# ### END SOLUTION
"""

SQUARING = f"""{HEADER}
# %% {_record("square", "answer")}
def square(a):
    ### BEGIN SOLUTION
    return a * a
    ### END SOLUTION

# %% {_record("test_square", "test", 4)}
import time
time.sleep(0.2)
assert square(3) == 9, "3 squared is 9"
"""

ADD, DOUBLE, WHY = "def add(a, b):\n    return a + b", "def double(a):\n    return 2 * a", "It commutes."
SQUARE = "import time\ntime.sleep(0.1)\ndef square(a):\n    return a * a"
RIGHT = {"add": ADD, "double": DOUBLE, "why": WHY, "square": SQUARE}
# submission -> its answers; `_hand_in` changes some submissions further, by name
ANSWERS = {
    "right": RIGHT,
    "kills_its_kernel": RIGHT | {"double": "import os\ndef double(a):\n    os.kill(os.getpid(), 9)"},
    "brings_a_file": RIGHT | {"add": "print(open('notes/mine.txt').read())\n" + ADD},
    "broken": RIGHT,
    "late": RIGHT,
    "right_too": RIGHT | {"square": "import sums_library\ndef square(a):\n    return sums_library.times(a, a)"},
    "half": RIGHT | {"double": "def double(a):\n    return a ** 2"},
    "blank": {},
    "raises": RIGHT | {"square": "def square(a):\n    return undefined(a)"},
    "wrong": RIGHT | {"add": "def add(a, b):\n    return a - b"},
    "right_again": RIGHT,
    "loop": RIGHT | {"square": "def square(a):\n    while True: pass"},
    "ends_its_kernel": RIGHT | {"double": "import os\ndef double(a):\n    os._exit(3)"},
    "missing": RIGHT,
    "floods": RIGHT | {"add": "print('x' * 100_000)\n" + ADD},
    "leaves_a_process": RIGHT
    | {"square": "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)\n" + SQUARE},
}
EARLIER = 4  # students whose first submission is graded before anything else


def make(folder: Path, students: int, grade, db: str | None = None) -> Workspace:
    """Create the course and its class in `folder`. Returns the workspace, ready to be graded.

    The first few submissions have been graded before, by `grade(workspace)`, and some also by hand. Some of these
    students have submitted again since.
    """
    for path, text in {
        "assignments/course.toml": COURSE,
        "assignments/sums/adding.py": ADDING,
        "assignments/sums/squaring.py": SQUARING,
        "assignments/sums/numbers.txt": "1\n20\n300\n",
        "sums_library/__init__.py": "THREE = 3\n\n\ndef times(a, b):\n    return a * b\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    course = workspace.create(folder / "workspace", folder / "assignments", db)
    with open(course.root / "nbgrader_config.py", "a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    build.build(course, "sums")
    release.release(course, "sums")
    course = Workspace(course.root)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment("sums", duedate=datetime(2030, 1, 15, tzinfo=UTC).replace(tzinfo=None))
    names = [f"s{number:03}" for number in range(students)]
    early = names[:EARLIER]
    for name in early:
        _hand_in(course, name, "right")
    grade(course)
    for points, name in enumerate(early[: EARLIER - 2], start=1):
        _grade_by_hand(course, name, points)
    for number, name in enumerate(names):
        if number >= EARLIER:
            _hand_in(course, name, list(ANSWERS)[(number - EARLIER) % len(ANSWERS)])
    for name, what in zip(early[::2], ("half", "wrong"), strict=True):
        _hand_in(course, name, what)
    # so that grading makes again what it makes once per assignment
    for kept in ("editions", "matplotlib"):
        shutil.rmtree(course.root / ".cs231n" / kept)
    return course


def _hand_in(course: Workspace, student: str, what: str) -> None:
    folder = course.submitted(student, "sums")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("adding", "squaring"):
        notebook = nbformat.read(course.release("sums") / f"{name}.ipynb", as_version=4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = ANSWERS[what].get(grade_id, cell.source)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    (folder / "timestamp.txt").write_text(f"2030-01-{17 if what == 'late' else 14} 12:00:00 UTC")
    if what == "brings_a_file":
        (folder / "notes").mkdir()
        (folder / "notes" / "mine.txt").write_text("what I found")
    if what == "broken":
        (folder / "adding.ipynb").write_text('{"cells": [')
    if what == "missing":
        (folder / "squaring.ipynb").unlink()


def _grade_by_hand(course: Workspace, student: str, points: int) -> None:
    """Grade and comment on an answer, as formgrader does."""
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("why", "adding", "sums", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment("why", "adding", "sums", student).manual_comment = f"{points} points for this"
        gradebook.db.commit()
