"""How long each student may take: the due date, an extension, and late days, which are spent in hand-in order.

Everything is computed from facts: due dates, times of arrival, extensions and the rules of course.toml. So nothing has
to be undone when one of them changes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from autograder.course.course_toml import LateRules

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Allowance:
    """What a student has beyond the due date of one assignment.

    Attributes
    ----------
    extension
        The time that the instructor granted.
    late_days
        The number of late days that this assignment uses.
    """

    extension: timedelta = timedelta()
    late_days: int = 0

    @property
    def time(self) -> timedelta:
        """Both together."""
        return self.extension + self.late_days * DAY


def days_begun(late: timedelta) -> int:
    """The number of days that have begun in this time: 1 for a second, 1 for 24 hours, 2 for a second more."""
    return max(0, math.ceil(late / DAY))


def allowances(
    due: Mapping[str, datetime | None],
    until: Mapping[str, datetime],
    arrived: Mapping[str, datetime],
    rules: LateRules,
) -> dict[str, Allowance]:
    """Return what one student has on each assignment.

    An extension counts from the due date to `until`; one that ends before the due date changes nothing. Late days cover
    what is late beyond it, each for 24 hours, as far as the budget and the limit of an assignment allow. Work that
    arrived first spends them first; of work that arrived at one moment, the assignment that comes first in the course.

    Parameters
    ----------
    due
        assignment -> the due date, or None, in the order of the course.
    until
        assignment -> the end of the student's extension.
    arrived
        assignment -> when the student's work arrived. An assignment that is not in it has no work, or its time is
        unknown; then it uses no late days.
    rules
        The course's rules.
    """
    found = {
        name: Allowance(max(timedelta(), until[name] - at) if at and name in until else timedelta())
        for name, at in due.items()
    }
    left = rules.days
    order = list(due)
    for name in sorted((name for name in arrived if name in due), key=lambda name: (arrived[name], order.index(name))):
        if (at := due[name]) is None:
            continue
        extension = found[name].extension
        most = left if rules.days_per_assignment is None else min(left, rules.days_per_assignment)
        used = min(days_begun(arrived[name] - at - extension), most)
        left -= used
        found[name] = Allowance(extension, used)
    return found
