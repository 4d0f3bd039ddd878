"""Read when each student handed in, from a list: Moodle's grading worksheet, Gradescope's grades, or any CSV."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.course.delimited import read_table
from autograder.course.moments import EXAMPLES, read_moment
from autograder.course.roster import as_key, name_key
from autograder.errors import KitError
from autograder.submissions.foreign_files import Refused
from autograder.text import printable

# what the columns are called, in the plain list and by the platforms
TIMES = ("time", "received", "submission time", "last modified (submission)")
IDS = ("student", "id", "identifier", "sid", "id number", "username", "login", "email", "email address")
NAMES = ("name", "full name")
NONE = ("", "-")  # in the cells of students who handed in nothing
PARTICIPANT = re.compile(r"participant +(\d+)")
_WEEKDAY = re.compile(r"^[^\W\d]+, (?=.*,)")
_DATES = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y")
MOODLES = [f"{date}, {time}" for date in _DATES for time in ("%I:%M %p", "%H:%M")]


@dataclass(frozen=True)
class TimeList:
    """The times of a list, by each id and by each name; of two rows with one name, the name means neither.

    Attributes
    ----------
    file
        The name of the list.
    """

    file: str
    by_id: dict[str, datetime]
    by_name: dict[str, set[datetime]]

    def of(self, ids: Iterable[str], name: str) -> datetime | None:
        """When this student handed in, by an id or else by the name; None if the list does not say.

        Raises Refused if it says two times.
        """
        found = {self.by_id[key] for id in ids if (key := as_key(id)) in self.by_id}
        found = found or self.by_name.get(name_key(name), set())
        if len(found) > 1:
            raise Refused(f"has {len(found)} times in {self.file}; remove the rows that are not meant")
        return next(iter(found), None)


def read_time_list(path: Path | str, zone: tzinfo | None) -> TimeList:
    """Read the list of times in `path`. `zone` is that of times without one.

    Raises
    ------
    KitError
        It is no such list, or a time cannot be read. The message names the line and the column.
    """
    table = read_table(path)
    header = [" ".join(text.casefold().split()) for text in table.rows[0].texts]
    columns = [place for place, name in enumerate(header) if name in TIMES]
    ids = [place for place, name in enumerate(header) if name in IDS]
    if len(columns) != 1 or not ids:
        raise KitError(
            f"{table.name}, line 1: the header must have a column for the student, and one for the time.",
            "Give Moodle's grading worksheet, Gradescope's grades, or a CSV with the columns student and time.",
        )
    by_id: dict[str, datetime] = {}
    by_name: dict[str, set[datetime]] = {}
    for row in table.rows[1:]:
        cells = [*row.texts, *[""] * len(header)]
        if (text := cells[columns[0]]) in NONE:
            continue
        try:
            moment, stated = _moment(text, zone)
        except ValueError as error:
            what = (
                f"{table.name}, line {row.line}, column {table.rows[0].texts[columns[0]]}: {printable(text)!r} {error}"
            )
            raise KitError(f"{what}.", f"Write {EXAMPLES}.") from None
        if not stated and zone is None:
            raise KitError(
                f"{table.name}, line {row.line}: {printable(text)!r} has no time zone.",
                'Set the zone of such times under [course] in course.toml: time_zone = "Europe/Berlin"',
            )
        for place in ids:
            if cells[place] and by_id.setdefault(_id(cells[place]), moment) != moment:
                raise KitError(
                    f"{table.name}, line {row.line}: {printable(cells[place])!r} has another time in a line above.",
                    "Remove one of the two lines.",
                )
        for place, column in enumerate(header):
            if column in NAMES and name_key(cells[place]):
                by_name.setdefault(name_key(cells[place]), set()).add(moment)
    return TimeList(table.name, by_id, by_name)


def _id(text: str) -> str:
    number = PARTICIPANT.fullmatch(as_key(text))
    return as_key(f"Moodle {number[1]}" if number else text)


def _moment(text: str, zone: tzinfo | None) -> tuple[datetime, bool]:
    plain = _WEEKDAY.sub("", text)
    for form in MOODLES:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=zone), False
        except ValueError:
            continue
    return read_moment(text, zone)
