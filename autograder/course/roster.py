"""The roster: the students of the course, in `roster.csv` in the workspace, which an instructor may edit.

A student's id is that of the folders in submitted/ and of the row in the gradebook. The other columns are how
platforms, files and people name the same student. Nothing is guessed: a key or a name that fits two students fits none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.course_tables import cleaned, read_entries
from autograder.course.delimited import to_csv
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.folders import write_atomically
from autograder.text import printable, safe_name, same_name

FILE = "roster.csv"
COLUMNS = ("id", "name", "email", "login", "section", "aliases")
BETWEEN_ALIASES = ";"
MAX_LENGTH = 128  # of an id, as in nbgrader's tables
# Moodle leaves these out of the names of folders, and people write apostrophes in several ways
_NOT_IN_NAMES = re.compile("[&<>\"`|':\\\\/.\u2018\u2019\u02bc\u00b4]")

_BETWEEN_WORDS = re.compile(r"[\s_,;()\u2010-\u2015-]+")


@dataclass(frozen=True)
class Student:
    """A student of the roster.

    Attributes
    ----------
    id
        The student's id in the course: the name of the folders in submitted/, and the key in the gradebook.
    name
        "Last, First", or a whole name without a comma if its parts are unknown.
    email, login, section
        As the platform gives them, or "".
    aliases
        Other texts that mean this student: ids of other platforms, names of files, "Moodle 301".
    """

    id: str
    name: str = ""
    email: str = ""
    login: str = ""
    section: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, str]:
        """The first and the last name. A name without a comma is split at its last space."""
        last, comma, first = (part.strip() for part in self.name.partition(","))
        if comma:
            return first, last
        first, _, last = self.name.rpartition(" ")
        return first, last

    @property
    def full_name(self) -> str:
        """The name as people say it: "First Last"."""
        return " ".join(part for part in self.parts if part)

    @property
    def keys(self) -> set[str]:
        """What identifies the student, in a form in which two spellings of the same text are equal."""
        return {as_key(key) for key in (self.id, self.login, self.email, *self.aliases) if key}

    def __str__(self) -> str:
        return f"{self.id} ({self.full_name})" if self.name else self.id


@dataclass
class Roster:
    """The students of a course, by id.

    Raises
    ------
    KitError
        Two students share a key: an id, login, address or alias.
    """

    students: dict[str, Student] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_key: dict[str, Student] = {}
        self._by_name: dict[str, list[Student]] = defaultdict(list)
        for student in self.students.values():
            for key in sorted(student.keys):
                if (other := self._by_key.setdefault(key, student)) is not student:
                    who = f"{printable(str(other))} and {printable(str(student))}"
                    raise KitError(
                        f"{who} of the roster share {printable(key)!r}.",
                        "An id, login, address or alias must belong to one student.",
                    )
            if student.name:
                self._by_name[name_key(student.name)].append(student)

    def by_key(self, key: str) -> Student | None:
        """The student with this id, login, address or alias."""
        return self._by_key.get(as_key(key)) if key.strip() else None

    def by_name(self, name: str) -> list[Student]:
        """The students with this name, whatever the order and case of its words, in any Unicode normal form."""
        return self._by_name.get(name_key(name), []) if name_key(name) else []

    def __bool__(self) -> bool:
        return bool(self.students)


def as_key(text: str) -> str:
    """A key that is equal for two spellings of the same id: case, width, spaces and normal form do not matter.

    Neither does what stands between aliases, which an alias cannot contain.
    """
    return same_name(" ".join(text.replace(BETWEEN_ALIASES, " ").split()))


def name_key(name: str) -> str:
    """A key that is equal for two ways to write the same name, in which the order of words does not matter."""
    plain = _NOT_IN_NAMES.sub("", same_name(name))
    return " ".join(sorted(word for word in _BETWEEN_WORDS.split(plain) if word))


def why_no_id(text: str) -> str | None:
    """Why this cannot be a student's id, as a predicate; None if it can."""
    if not text:
        return "is empty"
    if len(text.encode()) > MAX_LENGTH:
        return f"has more than {MAX_LENGTH} bytes"
    if safe_name(text) != text:
        return (
            f"cannot be the name of a folder; {safe_name(text)!r} can" if safe_name(text) else "has no letter or digit"
        )
    return None


def roster_path(workspace: Workspace) -> Path:
    """Where the roster of a workspace is."""
    return workspace.root / FILE


def read_roster(workspace: Workspace) -> Roster:
    """Read the roster; it is empty if the workspace has none. Raises KitError, which names the line and the column."""
    students: dict[str, Student] = {}
    lines: dict[str, tuple[int, str]] = {}
    for entry in read_entries(roster_path(workspace), COLUMNS, required={"id"}):
        values = dict(entry.texts)
        aliases = [cleaned(alias) for alias in values.pop("aliases").split(BETWEEN_ALIASES)]
        if why := why_no_id(values["id"]):
            entry.fail("id", f"{printable(values['id'])!r} {why}", "Correct the id.")
        if values["email"] and "@" not in values["email"]:
            what = f"{printable(values['email'])!r} is not an e-mail address"
            entry.fail("email", what, "Correct it, or leave the cell empty.")
        student = Student(**values, aliases=tuple(alias for alias in aliases if alias))
        for column, texts in _columns(student):
            for text in texts:
                before = lines.setdefault(as_key(text), (entry.line, student.id))
                if before != (entry.line, student.id):
                    what = f"{printable(text)!r} already means {printable(before[1])}, of line {before[0]}"
                    entry.fail(column, what, "An id, login, address or alias must belong to one student.")
        students[student.id] = student
    return Roster(students)


def _joined(aliases: Iterable[str]) -> str:
    return f"{BETWEEN_ALIASES} ".join(alias.replace(BETWEEN_ALIASES, " ") for alias in aliases)


def _columns(student: Student) -> Iterable[tuple[str, list[str]]]:
    yield "id", [student.id]
    yield "email", [student.email] if student.email else []
    yield "login", [student.login] if student.login else []
    yield "aliases", list(student.aliases)


def write_roster(workspace: Workspace, roster: Roster) -> None:
    """Write the roster, whole or not at all, in UTF-8 with a byte-order mark, so that a spreadsheet opens it rightly.

    Raises KitError if it cannot be written.
    """
    rows = [
        (s.id, s.name, s.email, s.login, s.section, _joined(s.aliases))
        for s in sorted(roster.students.values(), key=lambda s: (s.name.casefold(), s.id))
    ]
    data = to_csv([COLUMNS, *rows])
    try:
        write_atomically(roster_path(workspace), data)
    except OSError as error:
        raise KitError(f"Cannot write {roster_path(workspace)}: {error.strerror}.") from None
