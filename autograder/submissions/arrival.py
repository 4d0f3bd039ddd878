"""Find out when a submission arrived: from --received, from a list of times, or from what the download itself says."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.course.course_toml import Assignment, Course
from autograder.course.moments import EXAMPLES, read_moment, shown_moment
from autograder.course.roster import Student
from autograder.errors import KitError
from autograder.submissions.git_times import commit_time
from autograder.submissions.layouts import HandIn
from autograder.submissions.platforms import Attempt
from autograder.submissions.roster_match import alias_of
from autograder.submissions.time_list import read_time_list
from autograder.text import printable

MOST_SHOWN = 10  # students without a time in a list


@dataclass(frozen=True)
class Stamp:
    """When a submission arrived.

    Attributes
    ----------
    moment
        The time, with a time zone.
    from_download
        Whether the download or a list says so, and not --received.
    at_least
        Whether the work is only known to be late, so that it arrived at this moment or later.
    """

    moment: datetime
    from_download: bool = False
    at_least: bool = False


class Arrival:
    """Finds the time of arrival of each hand-in of one download.

    Parameters
    ----------
    course, wanted
        The course and the assignment. The course's time zone is that of times without one.
    received
        The time of all hand-ins, as the user wrote it.
    times
        A list of times.
    clones
        The folder of clones whose last commits say when they arrived; None for not to look there.

    Attributes
    ----------
    said
        How `received` was read, in words.
    unlisted
        Whose time is not in the list.

    Raises
    ------
    KitError
        `received` is not a time, or `times` is no list of them.
    """

    def __init__(
        self,
        course: Course,
        wanted: Assignment,
        received: str | None = None,
        times: Path | str | None = None,
        clones: Path | None = None,
    ) -> None:
        self.zone, self.due = course.time_zone, wanted.due
        self.received: datetime | None = None
        self.said: str | None = None
        self.unlisted: list[str] = []
        self._remarks: list[str] = []
        if received:
            try:
                self.received, stated = read_moment(received, self.zone)
            except ValueError as error:
                raise KitError(f"{received!r} {error}.", f"Write {EXAMPLES}.") from None
            self.said = self._said(self.received, received, stated)
        self.clones = clones
        self.list = read_time_list(times, self.zone) if times else None

    def of(self, hand_in: HandIn, latest: Attempt, student: Student | None) -> Stamp | None:
        """When a hand-in arrived, as far as that is known.

        Parameters
        ----------
        hand_in
            Whose person is looked for in the list of times.
        latest
            The latest attempt among its notebooks.
        student
            The student of the roster.

        Raises
        ------
        Refused
            The list says two times, or the commit of a clone cannot be read.
        """
        if self.received:
            return Stamp(self.received)
        person = hand_in.person
        if self.list:
            keys = student.keys if student else ()
            name = (student.full_name if student else "") or person.name
            if moment := self.list.of((alias_of(person), person.id, person.email, *keys), name):
                return Stamp(moment, from_download=True)
            self.unlisted.append(printable(str(student or person)))
        if self.clones and hand_in.folder and (committed := commit_time(self.clones, hand_in.folder)):
            return Stamp(committed, from_download=True)
        if hand_in.arrived:
            return Stamp(hand_in.arrived, from_download=True)
        if latest and person.on.attempts_are_times:
            if self.zone:
                return Stamp(datetime(*latest).replace(tzinfo=self.zone), from_download=True)  # type: ignore[arg-type]
            self._remark(
                f"{person.platform} states times without a time zone, so they were not used",
                'set time_zone = "Europe/Berlin", or whichever it is, under [course] in course.toml and collect again',
            )
        if hand_in.late:
            if self.due:
                return Stamp(self.due + timedelta(seconds=1), from_download=True, at_least=True)
            self._remark(
                f"{person.platform} marks work as late, and course.toml has no due date", "write it there as due"
            )
        return None

    @property
    def remarks(self) -> list[str]:
        """Why times were not used, and whose are missing."""
        if not self.list or not self.unlisted:
            return self._remarks
        shown = ", ".join(self.unlisted[:MOST_SHOWN]) + ", ..." * (len(self.unlisted) > MOST_SHOWN)
        return [*self._remarks, f"{self.list.file} has no time for {len(self.unlisted)} who handed in: {shown}"]

    def _remark(self, what: str, hint: str) -> None:
        if (remark := f"{what}; {hint}") not in self._remarks:
            self._remarks.append(remark)

    def _said(self, moment: datetime, received: str, stated: bool) -> str:
        shown = shown_moment(moment)
        if stated or self.zone:
            zone = "" if stated else f" {self.zone}"
            return f"{received}{zone} is {shown}" if moment.astimezone(UTC).utcoffset() != moment.utcoffset() else shown
        return f"{shown} (taken as UTC, because no time zone was given)"
