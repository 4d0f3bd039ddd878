"""The results of grading, by student: rows of the gradebook, files, receipts."""

import json
import re

from nbgrader import api
from sqlalchemy import select

from autograder.course.workspace import Workspace

# columns that identify a row of nbgrader's tables, whose ids are random
NATURAL = {
    "course": ("id",),
    "student": ("id",),
    "assignment": ("name",),
    "notebook": ("assignment_id", "name"),
    "base_cell": ("notebook_id", "name", "type"),
    "submitted_assignment": ("student_id", "assignment_id"),
    "submitted_notebook": ("assignment_id", "notebook_id"),
}


def gradebook(workspace: Workspace) -> dict[str, list]:
    """All rows of all tables by student, without random ids; "" has the rows that belong to no student."""
    tables = {table.name: table for table in api.Base.metadata.sorted_tables if table.name != "alembic_version"}
    with workspace.gradebook() as opened:
        rows = {name: opened.db.execute(select(table)).mappings().all() for name, table in tables.items()}
    by_id = {(name, row["id"]): row for name, found in rows.items() for row in found if "id" in row}

    def value(table: str, row, column) -> str:
        for key in column.foreign_keys:
            return label(key.column.table.name, row[column.name]) if row[column.name] else "None"
        return str(row[column.name])

    def label(table: str, id: str) -> str:
        row = by_id[table, id]
        return "/".join(value(table, row, tables[table].c[name]) for name in NATURAL[table])

    students = {row["id"] for row in rows["student"]}
    found: dict[str, list] = {"": []}
    for name, table in tables.items():
        kept = [c for c in table.columns if c.name != "id" or c.foreign_keys or NATURAL.get(name) == ("id",)]
        for row in rows[name]:
            line = " | ".join([name, *(f"{c.name}={value(name, row, c)}" for c in kept)])
            words = re.split(r"[ =/]", line)
            owner = next((word for word in words if word in students), "")
            found.setdefault(owner, []).append(line)
    return {student: sorted(lines) for student, lines in found.items()}


def autograded(workspace: Workspace, student: str) -> dict[str, str] | None:
    """The contents of the student's files in `autograded/`; None if there is no folder."""
    folder = workspace.autograded(student, "sums")
    if not folder.is_dir():
        return None
    return {str(p.relative_to(folder)): p.read_bytes().decode() for p in sorted(folder.rglob("*")) if p.is_file()}


def receipt(workspace: Workspace, student: str) -> tuple[str, list[str]] | None:
    """The digest of the graded submission and the reasons in its receipt, without its times."""
    path = workspace.root / ".cs231n" / "receipts" / "sums" / f"{student}.json"
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    return content["digest"], content["reasons"]


def students(workspace: Workspace) -> list[str]:
    return sorted(path.parent.name for path in workspace.root.glob("submitted/*/sums"))


class Snapshot:
    """All results of a class. Two snapshots are equal if they differ only in the times in logs and receipts."""

    def __init__(self, workspace: Workspace):
        self.gradebook = gradebook(workspace)
        names = students(workspace)
        self.autograded = {student: autograded(workspace, student) for student in names}
        self.receipts = {student: receipt(workspace, student) for student in names}
        self.paths = sorted(str(path.relative_to(workspace.root)) for path in workspace.root.rglob("*"))

    def differences(self, other: "Snapshot") -> list[str]:
        """The differences from `other`, in words."""
        found = []
        for what in ("gradebook", "autograded", "receipts"):
            mine, theirs = getattr(self, what), getattr(other, what)
            for key in sorted(mine.keys() | theirs.keys()):
                if mine.get(key) != theirs.get(key):
                    found.append(f"{what} of {key or 'the course'}: {_first(mine.get(key), theirs.get(key))}")
        gone, new = sorted(set(self.paths) - set(other.paths)), sorted(set(other.paths) - set(self.paths))
        found += [f"no longer there: {path}" for path in gone] + [f"left there: {path}" for path in new]
        return found

    def meanwhile(self, before: "Snapshot", after: "Snapshot") -> list[str]:
        """Results that equal neither those before grading nor those after it; a student must never get such results."""
        found = []
        for key in sorted(self.gradebook.keys() | after.gradebook.keys()):
            now = self.gradebook.get(key)
            if now not in (before.gradebook.get(key), after.gradebook.get(key)):
                found.append(f"meanwhile, gradebook of {key or 'the course'}: {_first(after.gradebook.get(key), now)}")
        for student, now in self.autograded.items():
            if now not in (before.autograded[student], after.autograded[student], None):
                found.append(f"meanwhile, autograded of {student}: {_first(after.autograded[student], now)}")
        for student, now in self.receipts.items():
            if now == after.receipts[student]:
                done = self.gradebook.get(student), self.autograded[student]
                if done != (after.gradebook.get(student), after.autograded[student]):
                    found.append(f"meanwhile, {student} has a receipt, but not the grades or files that belong to it")
            elif now not in (before.receipts[student], None):
                found.append(f"meanwhile, receipt of {student}: {_first(after.receipts[student], now)}")
        return found


def _first(mine, theirs) -> str:
    """Describe the first difference of two values, shortened."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        key = next(k for k in sorted(mine.keys() | theirs.keys()) if mine.get(k) != theirs.get(k))
        return f"{key}: {_first(mine.get(key), theirs.get(key))}"
    if isinstance(mine, list | tuple) and isinstance(theirs, list | tuple) and len(mine) == len(theirs):
        return next(_first(a, b) for a, b in zip(mine, theirs, strict=True) if a != b)
    if isinstance(mine, str) and isinstance(theirs, str):
        start = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), 0)
        start = max(0, start - 80)
        return f"expected …{mine[start : start + 200]!r}, found …{theirs[start : start + 200]!r}"
    return f"expected {str(mine)[:200]}, found {str(theirs)[:300]}"
