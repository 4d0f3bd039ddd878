"""Late penalties. They are computed again whenever marks are shown, from the times (`times.py`) and all points.

The policy is [late] in course.toml, or else the plugin of nbgrader's AssignLatePenalties that nbgrader_config.py names.
nbgrader itself asks it only once, when a notebook is graded automatically. Points that a person gives later, or a
changed due date, would not count.
"""

import logging
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from autograder.course.course_toml import LateRules, load_course
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.group_work import share_marks
from autograder.grading.late_days import days_begun
from autograder.grading.times import CourseTimes, bring_times

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from sqlalchemy import ColumnElement, Connection
    from traitlets.config import Config

FORMGRADER = "nbgrader.server_extensions.formgrader.formgrader"
QUIET = logging.getLogger("autograder.nbgrader")
_followed: "list[Config]" = []  # holds the configuration whose policy is applied in formgrader


class LatePolicy:
    """The late policy of a configuration and the rules of course.toml.

    Raises KitError if it cannot be used, or if both say what late work costs.
    """

    def __init__(self, config: "Config", rules: LateRules | None = None):
        from nbgrader.preprocessors import AssignLatePenalties

        self.rules = rules or LateRules()
        plugin = config.get("AssignLatePenalties", {}).get("plugin_class")
        if self.rules.cost_points and (plugin or config.get("LateSubmissionPlugin", {}).get("penalty_method")):
            raise KitError(
                "Both course.toml and nbgrader_config.py say what late work costs.",
                "Remove percent_per_day and closes_after_days from [late] in course.toml, or the lines with "
                "AssignLatePenalties and LateSubmissionPlugin from nbgrader_config.py.",
            )
        try:
            self.step = AssignLatePenalties(config=config, log=QUIET)
            self.step.init_plugin()
        except Exception as error:
            raise KitError(
                f"The late policy that nbgrader_config.py names cannot be used ({type(error).__name__}: {error}).",
                "Correct c.AssignLatePenalties.plugin_class, or install what it needs.",
            ) from error

    @classmethod
    def of(cls, workspace: Workspace) -> "LatePolicy":
        """The late policy of a workspace."""
        return cls(workspace.config, workspace.course.late)

    def penalty(self, student: str, score: float, seconds_late: float) -> float | None:
        """Return the points that a notebook loses: at least 0 and at most `score`."""
        if seconds_late <= 0:
            return None
        if self.rules.cost_points:
            days = days_begun(timedelta(seconds=seconds_late))
            if self.rules.closes_after_days is not None and days > self.rules.closes_after_days:
                return max(0.0, score)
            return max(0.0, score) * min(1.0, days * self.rules.percent_per_day / 100)
        penalty = self.step.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return None if penalty is None else self.step._check_late_penalty(SimpleNamespace(score=score), penalty)


def bring_up_to_date(gradebook: "Gradebook", assignment: str, policy: LatePolicy) -> dict[str, Exception]:
    """Correct the penalties of an assignment in the gradebook, if they differ from what the policy now says.

    Returns {student: error} for the students for whom the policy failed. Their penalties stay as they are.
    """
    from nbgrader import api

    of_assignment = api.Assignment.name == assignment
    try:
        failed = correct_penalties(gradebook.db.connection(), policy, of_assignment)
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise
    return failed


def follow_times(
    workspace: Workspace, gradebook: "Gradebook", assignment: str, policy: LatePolicy
) -> tuple[CourseTimes, dict[str, Exception]]:
    """Bring the times of the course, the marks of groups and the penalties into the gradebook, in one transaction.

    Returns the times, and {student: error} of this assignment as `bring_up_to_date` does. Of the other assignments, the
    penalties of those whose times have changed are corrected. Raises KitError if extensions.csv is wrong.
    """
    from nbgrader import api

    try:
        connection = gradebook.db.connection()
        times = bring_times(workspace, connection)
        share_marks(workspace, connection, assignment)
        failed = {
            name: correct_penalties(connection, policy, api.Assignment.name == name)
            for name in sorted({assignment} | times.changed)
        }
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise
    gradebook.db.expire_all()
    return times, failed[assignment]


def bring_all_up_to_date(workspace: Workspace, gradebook: "Gradebook", assignment: str) -> dict[str, str]:
    """Bring times and penalties up to date, before marks are shown. Returns {student: why the marks may be wrong}.

    If the times of other assignments have changed with these, their penalties are corrected, too.
    """
    _, failed = follow_times(workspace, gradebook, assignment, LatePolicy.of(workspace))
    return {
        student: f"the late policy of nbgrader_config.py failed: {type(error).__name__}: {error}"
        for student, error in failed.items()
    }


def follow_formgrader(config: "Config") -> None:
    """Update penalties whenever points are given in formgrader. nbgrader_config.py calls this.

    It does nothing in processes other than formgrader's. If the policy fails there, the error is logged and the penalty
    stays as it is.
    """
    if FORMGRADER not in sys.modules:
        return
    from nbgrader import api
    from sqlalchemy import event
    from sqlalchemy.orm import Session

    def after_flush(session: Session, _: object) -> None:
        changed = {entry.notebook_id for entry in (*session.dirty, *session.new) if isinstance(entry, api.Grade)}
        if not changed:
            return
        try:
            policy = policy_of(_followed[-1])
            of_changed = api.SubmittedNotebook.id.in_(changed)
            for student, error in correct_penalties(session.connection(), policy, of_changed).items():
                QUIET.error("The late policy failed for %s: %r", student, error)
        except KitError as error:
            QUIET.error("%s", error.message)

    if not _followed:
        event.listen(Session, "after_flush", after_flush)
    _followed[:] = [config]  # the configuration may be loaded more than once in a process


def policy_of(config: "Config") -> LatePolicy:
    """The late policy of a loaded nbgrader_config.py, which says where course.toml is."""
    root, assignments = config.get("CourseDirectory", {}).get("root"), config.get("Kit", {}).get("assignments")
    return LatePolicy(config, load_course(Path(root) / assignments).late if root and assignments else None)


def correct_penalties(
    connection: "Connection", policy: LatePolicy, which: "ColumnElement[bool]"
) -> dict[str, Exception]:
    """Correct the penalties of the notebooks that `which` selects, in the connection's present transaction.

    Returns {student: error} for the students for whom the policy failed. Their penalties stay as they are.
    """
    from nbgrader import api
    from sqlalchemy import bindparam

    changes: list[dict[str, Any]] = []
    failed: dict[str, Exception] = {}
    for id, student, before, score, seconds_late in _lateness(connection, which):
        try:
            penalty = policy.penalty(student, score, seconds_late)
        except Exception as error:
            failed[student] = error
            continue
        if (penalty or 0.0) != (before or 0.0):
            changes.append({"which": id, "penalty": penalty})
    if changes:
        table = api.SubmittedNotebook.__table__
        written = table.update().where(table.c.id == bindparam("which"))
        connection.execute(written.values(late_submission_penalty=bindparam("penalty")), changes)
    return failed


def _lateness(
    connection: "Connection", which: "ColumnElement[bool]"
) -> Iterator[tuple[str, str, float | None, float, float]]:
    """Yield (id, student, penalty, score, seconds late) of each notebook that is late or has a penalty."""
    from nbgrader import api
    from sqlalchemy import func, select

    notebook, submission, grade = api.SubmittedNotebook, api.SubmittedAssignment, api.Grade
    columns = (
        notebook.id,
        submission.student_id,
        notebook.late_submission_penalty,
        submission.timestamp,
        submission.extension,
        api.Assignment.duedate,
    )
    query = (
        select(*columns, func.coalesce(func.sum(grade.score), 0.0))
        .join(submission, submission.id == notebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == submission.assignment_id)
        .outerjoin(grade, grade.notebook_id == notebook.id)
        .where(which)
        .group_by(*columns)
    )
    for id, student, penalty, arrived, extension, due, score in connection.execute(query):
        late = arrived - due - (extension or timedelta()) if arrived and due else timedelta()
        if late > timedelta() or penalty:
            yield id, student, penalty, score, max(0.0, late.total_seconds())
