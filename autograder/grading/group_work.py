"""Groups of one assignment: their members follow groups.csv, and have the same points by hand.

Each member has a copy of the group's work in submitted/, a row in the gradebook and points of their own, so lateness,
late days and feedback are each member's. `collect` makes the copies and records whose work they are.
"""

import contextlib
import shutil
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autograder.course.course_toml import Assignment
from autograder.course.groups import Groups, groups_path, read_groups
from autograder.course.roster import read_roster
from autograder.course.workspace import Workspace
from autograder.grading.results import receipts_folder
from autograder.submissions.collect import MEMBER
from autograder.submissions.origins import Origins
from autograder.submissions.platforms import Person
from autograder.text import printable

if TYPE_CHECKING:
    from sqlalchemy import Connection


def follow_groups(workspace: Workspace, assignment: Assignment) -> list[str]:
    """Bring the work of groups in line with groups.csv; return in words what has changed.

    A student who has left a group loses its work, with its points; one who has joined gets a copy. Who handed in the
    work keeps it. Nothing changes if there is no groups.csv. The caller holds `only_grader`.

    Raises KitError if groups.csv or the roster is wrong.
    """
    if not groups_path(workspace).exists():
        return []
    groups = read_groups(workspace, read_roster(workspace), assignment.name)
    origins = Origins(workspace, assignment.name)
    _rename(workspace, assignment, groups, origins)
    there = _with_work(workspace, assignment, origins)
    gone = {s: group for s, group in there.items() if _is_in_file(group) and groups.of(s) != group}
    said = [f"{printable(student)} has left the group {printable(group)}" for student, group in gone.items()]
    if gone:
        _part(workspace, assignment, sorted(gone), origins)
    there = _with_work(workspace, assignment, origins)
    for group, members in groups.members.items():
        holders = [member for member in members if there.get(member) == group]
        for member in members if holders else ():
            target = workspace.submitted(member, assignment.name)
            if member in holders:
                continue
            if target.exists():
                place = target.relative_to(workspace.root)
                said.append(
                    f"{printable(member)} is in the group {printable(group)}, and has other work in place, which "
                    f"counts; remove {place} to have that of the group"
                )
                continue
            part = target.with_name(f".{assignment.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(workspace.submitted(holders[0], assignment.name), part, symlinks=True)
            origins.keep(member, Person(member, platform=MEMBER), group)
            part.rename(target)
            said.append(f"{printable(member)} has joined the group {printable(group)}, and has its work")
    return said


def _is_in_file(group: str) -> bool:
    """Whether groups.csv, and not the platform, made this group."""
    return not group.startswith("@")


def _with_work(workspace: Workspace, assignment: Assignment, origins: Origins) -> dict[str, str]:
    return {s: group for s, group in origins.groups.items() if workspace.submitted(s, assignment.name).is_dir()}


def _rename(workspace: Workspace, assignment: Assignment, groups: Groups, origins: Origins) -> None:
    """Follow groups that have another name now: all who had the work of the old one are in the same new one."""
    members: dict[str, list[str]] = defaultdict(list)
    for student, group in _with_work(workspace, assignment, origins).items():
        members[group].append(student)
    for old, students in members.items():
        new = {groups.of(student) for student in students}
        [name, *more] = new
        if _is_in_file(old) and not more and name and old not in groups.members and name not in members:
            for student in students:
                origins.keep(student, origins.here[student], name)


def _part(workspace: Workspace, assignment: Assignment, students: list[str], origins: Origins) -> None:
    """Part these students from their groups. Only who handed in keeps the work; else it goes to .cs231n/withdrawn."""
    from nbgrader.api import MissingEntry

    from autograder.grading.gradebook_lock import only_writer

    name = assignment.name
    own = {student for student in students if origins.here[student].platform != MEMBER}
    with workspace.gradebook() as gradebook, only_writer(gradebook, assignment):
        share_marks(workspace, gradebook.db.connection(), name)  # what was given to the group before
        gradebook.db.commit()
        for student in students:
            if student not in own:
                with contextlib.suppress(MissingEntry):
                    gradebook.remove_submission(name, student)
    for student in students:
        if student in own:
            origins.keep(student, origins.here[student])
            continue
        for folder in (workspace.autograded(student, name), workspace.feedback(student, name)):
            shutil.rmtree(folder, ignore_errors=True)
        (receipts_folder(workspace, name) / f"{student}.json").unlink(missing_ok=True)
        kept = workspace.root / ".cs231n" / "withdrawn" / name / student
        shutil.rmtree(kept, ignore_errors=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(workspace.submitted(student, name), kept)
        origins.keep(student, Person(student, platform=MEMBER))


def share_marks(workspace: Workspace, db: "Connection", assignment: str) -> None:
    """Give the members of a group whose answers wait the points and comments that another member was given by hand.

    Points that a member has stay, also if they differ; if the given ones differ, none are shared.
    """
    groups = Origins(workspace, assignment).groups
    if not groups:
        return
    from nbgrader import api
    from sqlalchemy import select

    grade, submitted, submission = api.Grade, api.SubmittedNotebook, api.SubmittedAssignment
    query = (
        select(
            grade.id, grade.cell_id, grade.notebook_id, submission.student_id,
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade,
        )
        .join(submitted, submitted.id == grade.notebook_id)
        .join(submission, submission.id == submitted.assignment_id)
        .join(api.Assignment, api.Assignment.id == submission.assignment_id)
        .where(api.Assignment.name == assignment, submission.student_id.in_(groups))
    )  # fmt: skip
    answers: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in db.execute(query):
        answers[groups[row.student_id], row.cell_id].append(row)
    for rows in answers.values():
        given = [row for row in rows if row.manual_score is not None and not row.needs_manual_grade]
        waiting = [row for row in rows if row.manual_score is None and row.needs_manual_grade]
        if waiting and len({(row.manual_score, row.extra_credit) for row in given}) == 1:
            for row in waiting:
                _copy_mark(db, given[0], row)


def _copy_mark(db: "Connection", given: Any, to: Any) -> None:
    from nbgrader import api
    from sqlalchemy import delete, insert, inspect, select, update

    from autograder.grading.hand_marks import TICKS

    grade, comment, base = api.Grade.__table__, api.Comment.__table__, api.BaseCell.__table__
    values: Mapping[str, Any] = {
        "manual_score": given.manual_score,
        "extra_credit": given.extra_credit,
        "needs_manual_grade": False,
    }
    db.execute(update(grade).where(grade.c.id == to.id).values(**values))
    name, notebook = db.execute(select(base.c.name, base.c.notebook_id).where(base.c.id == given.cell_id)).one()
    cells = select(base.c.id).where(base.c.name == name, base.c.notebook_id == notebook)
    of_answer = comment.c.cell_id.in_(cells)
    said = select(comment.c.manual_comment).where(of_answer, comment.c.notebook_id == given.notebook_id)
    if text := next((text for (text,) in db.execute(said) if text), None):
        empty = of_answer & (comment.c.notebook_id == to.notebook_id) & comment.c.manual_comment.is_(None)
        db.execute(update(comment).where(empty).values(manual_comment=text))
    if inspect(db).has_table(TICKS.name):
        db.execute(delete(TICKS).where(TICKS.c.grade_id == to.id))
        ticked = db.execute(select(TICKS.c.line_id).where(TICKS.c.grade_id == given.id)).scalars().all()
        if ticked:
            db.execute(insert(TICKS), [{"grade_id": to.id, "line_id": line} for line in ticked])
