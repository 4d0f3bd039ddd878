"""Measure `cs231n report` on a simulated class, whose marks are written into a gradebook without grading anything.

    python benchmarks/class_report.py --students 1000

makes a workspace in a temporary folder, builds and releases two assignments, and simulates a class: stronger students
pass more tests, and a failed test names mistakes of the catalogue. It then runs the commands, each in a process of its
own, and prints their seconds and the size of the pages. `simulate` also serves docs/page_pictures.py. The same seed
gives the same class.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader import api
from sqlalchemy import insert, select

from autograder.authoring.build import build
from autograder.authoring.release import release
from autograder.course.workspace import Workspace, create
from autograder.grading.results import LostCell, NotebookResult, as_plain, receipts_folder
from autograder.reports.class_marks import Item, read_class
from autograder.reports.class_report import catalogue

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENTS = ("linear_classifiers", "two_layer_net")
FIRST = ("Ada", "Bao", "Chidi", "Dana", "Elif", "Farah", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lena", "Mina", "Noor")
LAST = ("Abe", "Brandt", "Castro", "Diallo", "Eriksen", "Fofana", "Garcia", "Huang", "Ito", "Jensen", "Kaya", "Lopez")


def simulate(workspace: Workspace, assignment: str, count: int, seed: int = 0) -> None:
    """Write the marks and receipts of `count` students for a released assignment."""
    entry = workspace.course.assignment(assignment)
    rng = random.Random(f"{seed} {assignment}")
    skills = [random.Random(f"{seed} {number}").betavariate(5, 2) for number in range(count)]
    sentences = catalogue()
    with workspace.gradebook() as gradebook:
        db = gradebook.db
        known = gradebook.find_assignment(assignment)
        items = read_class(workspace, gradebook, entry).items
        notebooks = {notebook.name: notebook.id for notebook in known.notebooks}
        query = select(api.BaseCell.id, api.BaseCell.name, api.BaseCell.notebook_id, api.BaseCell.type)
        cells = {(row[2], row[1]): row[0] for row in db.execute(query) if row[3] in ("GradeCell", "TaskCell")}
        students = [f"s{number:04}" for number in range(1, count + 1)]
        there = set(db.scalars(select(api.Student.id)))
        names = [(FIRST[n % len(FIRST)], LAST[n * 5 % len(LAST)]) for n in range(count)]
        new = [
            {"id": student, "first_name": first, "last_name": last}
            for student, (first, last) in zip(students, names, strict=True)
            if student not in there
        ]
        if new:
            db.execute(insert(api.Student.__table__), new)
        submissions, submitted, grades = [], [], []
        folder = receipts_folder(workspace, assignment)
        folder.mkdir(parents=True, exist_ok=True)
        mistakes = _usual_mistakes(rng, items, sentences)
        difficulty = {item.exercise: rng.uniform(-0.15, 0.25) for item in items}
        for student, skill in zip(students, skills, strict=True):
            if rng.random() < 0.04:
                continue
            one = f"{assignment} {student}"
            arrived = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=rng.random() * 50)
            submissions.append({"id": one, "assignment_id": known.id, "student_id": student, "timestamp": arrived})
            lost: dict[str, list[LostCell]] = {name: [] for name in notebooks}
            states: dict[str, str] = {}
            for name, id in notebooks.items():
                row = {"id": f"{one} {name}", "assignment_id": one, "notebook_id": id}
                submitted.append(row | {"late_submission_penalty": 0.0})
            for item in items:
                by_hand, marked = item.by_hand, rng.random() < 0.6
                state = states.setdefault(item.exercise, _state(rng, skill - difficulty[item.exercise]))
                passed = state == "right" or state == "wrong" and rng.random() < 0.35
                score = item.points * (passed if not by_hand else round(min(1.0, skill + rng.uniform(-0.3, 0.3)), 1))
                row = {"id": f"{one} {item.notebook} {item.cell}", "notebook_id": f"{one} {item.notebook}"}
                row |= {"cell_id": cells[notebooks[item.notebook], item.cell]}
                auto, manual = (None, score if marked else None) if by_hand else (score, None)
                grades.append(
                    row | {"auto_score": auto, "manual_score": manual, "needs_manual_grade": by_hand and not marked}
                )
                if not by_hand and not passed:
                    lost[item.notebook].append(_lost(rng, item, state, mistakes))
            _write_receipt(rng, folder / f"{student}.json", lost)
        for table, rows in ((api.SubmittedAssignment, submissions), (api.SubmittedNotebook, submitted)):
            db.execute(insert(table.__table__), rows)
        db.execute(insert(api.Grade.__table__), grades)
        db.commit()


def _usual_mistakes(rng: random.Random, items: tuple[Item, ...], sentences: dict[str, str]) -> dict[str, list[str]]:
    """Choose the mistakes of each exercise from those of its notebook, the most frequent first."""
    generic = [id for id in sentences if id.startswith(("generic.", "exceptions."))]
    usual = {}
    for item in items:
        own = [id for id in sentences if id.startswith(f"{item.notebook}.")] or generic
        usual.setdefault(item.exercise, rng.sample(own, min(4, len(own))) + rng.sample(generic, 2))
    return usual


def _state(rng: random.Random, chance: float) -> str:
    if rng.random() < chance:
        return "right"
    return "not started" if rng.random() < 0.3 else "wrong"


def _lost(rng: random.Random, item: Item, state: str, mistakes: dict[str, list[str]]) -> LostCell:
    if state == "not started":
        return LostCell(item.cell, state)
    if rng.random() < 0.2:
        return LostCell(item.cell, "failed", "AssertionError: the result has the shape (5,) instead of (5, 10)")
    usual = mistakes[item.exercise]
    id = usual[min(int(rng.expovariate(0.9)), len(usual) - 1)]
    return LostCell(item.cell, "failed", f"Your result is wrong.\nLikely mistake: [{id}]", (id,))


def _write_receipt(rng: random.Random, path: Path, lost: dict[str, list[LostCell]]) -> None:
    flags = [
        flag
        for flag, chance in (("kernel killed", 0.01), ("time limit met", 0.02), ("cells restored", 0.03))
        if rng.random() < chance
    ]
    results = {
        name: NotebookResult(tuple(cells), tuple(flags), round(rng.lognormvariate(1.2, 0.35), 2))
        for name, cells in lost.items()
    }
    path.write_text(
        json.dumps({"digest": "", "seconds": 0, "reasons": [], "packages": {}, "notebooks": as_plain(results)})
    )


def simulated_course(folder: Path, count: int, assignments: tuple[str, ...] = ASSIGNMENTS) -> Workspace:
    """Make a workspace of the kit's course in `folder`, with `count` simulated students."""
    workspace = create(folder, ROOT / "assignments")
    for assignment in assignments:
        build(workspace, assignment)
        release(workspace, assignment)
        simulate(workspace, assignment, count)
    return workspace


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure `cs231n report` on a simulated class.")
    parser.add_argument("--students", type=int, default=1_000, help="Size of the class (default: 1000).")
    parser.add_argument("--keep", type=Path, help="Make the workspace in this folder, and keep it.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = simulated_course(given.keep or Path(scratch) / "class", given.students)
        commands = [[ASSIGNMENTS[0]], [ASSIGNMENTS[0], "--no-names"], []]
        for arguments in commands:
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            command = [str(Path(sys.executable).with_name("cs231n")), "-C", str(workspace.root), "report", *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            said = f"{time.monotonic() - start:.1f} s, {used:.1f} s of processor time"
            print(f"{given.students} students, cs231n report {' '.join(arguments)}: {said}")
        for page in sorted((workspace.root / "reports").iterdir()):
            print(f"  {page.name}: {page.stat().st_size / 1e3:,.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
