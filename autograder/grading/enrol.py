"""Enter the students of the roster in the gradebook, with their names and addresses."""

from importlib import import_module
from typing import TYPE_CHECKING

from nbgrader import api
from sqlalchemy import select, update

from autograder.course.roster import Roster
from autograder.storable import storable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NAME_LENGTH = 128  # of nbgrader's columns


def enrol(db: "Session", roster: Roster) -> int:
    """Enter every student; return how many entries are new or changed.

    The roster's names and addresses replace those in the gradebook, except where the roster has none. Two commands may
    do this at the same moment.
    """
    table = api.Student
    found = db.execute(select(table.id, table.first_name, table.last_name, table.email))
    before = {row.id: (row.first_name, row.last_name, row.email) for row in found}
    insert = import_module(f"sqlalchemy.dialects.{db.get_bind().dialect.name}").insert
    changed = 0
    for student in roster.students.values():
        first, last = (storable(part)[:NAME_LENGTH] for part in student.parts)
        old = before.get(student.id, (None, None, None))
        names = (first, last) if student.name else old[:2]
        new = (*names, storable(student.email)[:NAME_LENGTH] if student.email else old[2])
        if student.id not in before:
            db.execute(insert(table).values(id=student.id).on_conflict_do_nothing())
        elif new == old:
            continue
        values = dict(zip(("first_name", "last_name", "email"), new, strict=True))
        db.execute(update(table).where(table.id == student.id).values(**values))
        changed += 1
    return changed
