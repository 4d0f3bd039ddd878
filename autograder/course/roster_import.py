"""Read the students of a course from what a platform exports, and merge them into the roster.

The platform is recognized by the header. The id of a new student is the one that `collect` finds in the platform's
downloads, wherever these have one. docs/canvas.md and the pages beside it describe the files, and quote the platforms.

A row means a student of the roster if they share an id, login, address or alias. A name alone decides nothing, because
two students may share it; the one exception is GitHub's identifier, which the instructor has chosen.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.course_tables import cleaned
from autograder.course.delimited import Table, read_table
from autograder.course.roster import Roster, Student, as_key, name_key, why_no_id
from autograder.errors import KitError
from autograder.text import printable, safe_name

MOODLE_NUMBER = "Moodle {}"  # an alias: the number that Moodle gives a student in one assignment
GITHUB_LOGIN = "GitHub {}"  # an alias: someone else may have the same login at the university
_PARTICIPANT = re.compile(r"\D*(\d+)")  # "Participant 301", in any language
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # a number that a spreadsheet must not change
# field -> the headers that it has on some platform; Moodle writes them in the user's language
HEADERS = {
    "first": "first name|firstname|first_name|given name|vorname|prénom|nombre|nome|voornaam|förnamn|fornavn|imię",
    "last": "last name|lastname|last_name|surname|family name|nachname|nom de famille|nom|apellido(s)|apellidos|"
    "cognome|achternaam|efternamn|etternavn|efternavn|nazwisko",
    "name": "student|name|full name|fullname|student name|full_name|vollständiger name|nom complet|nombre completo|"
    "nome completo",
    "email": "email address|email|e-mail|e-mail address|mail|student email|e-mail-adresse|adresse de courriel|"
    "dirección de correo|indirizzo email|e-mailadres|e-postadress",
    "number": "id number|id-nummer|numéro d'identification|número de id|codice identificativo|id-nummer",
    "section": "section|sections|section membership|groups|group|gruppen|groupes|grupos|section name",
    "role": "role|roles|rolle|rôles",
}  # fmt: skip
_FIELDS = {header: name for name, headers in HEADERS.items() for header in headers.split("|")}
_STAFF = {"instructor", "ta", "reader", "teacher", "non-editing teacher", "manager", "teaching assistant", "head ta"}
_CANVAS_TEST = {"student test", "test student"}  # the name key of Canvas's Test Student, "Student, Test"


@dataclass(frozen=True)
class Found:
    """A student in a platform's file: the row's line, and its values. The id is the one for a new student."""

    line: int
    student: Student
    by_name: bool = False  # whether the id may also be the name of a student in the roster


@dataclass(frozen=True)
class Export:
    """What a file says: the platform's name, the students, and what was left out, in words."""

    platform: str
    found: list[Found]
    left_out: list[str]


@dataclass(frozen=True)
class Merged:
    """A roster with a file's students, and the ids of those who are new, changed, unchanged, or not in the file."""

    roster: Roster
    new: list[str]
    changed: list[str]
    unchanged: list[str]
    not_in_file: list[str]


class _Row:
    """A row of a platform's file, by the names of its columns."""

    def __init__(self, line: int, values: Mapping[str, str]) -> None:
        self.line, self.values = line, values

    def __getitem__(self, header: str) -> str:
        return self.values.get(header, "")

    @property
    def name(self) -> str:
        """ "Last, First" if the parts are known, otherwise the whole name."""
        first, last = self["first"].replace(",", " "), self["last"].replace(",", " ")
        if first or last:
            return f"{cleaned(last)}, {cleaned(first)}" if first and last else cleaned(first or last)
        return self["name"]

    @property
    def email(self) -> str:
        return self["email"] if "@" in self["email"] else ""


@dataclass(frozen=True)
class _Format:
    """A platform's file: whether a header is its, and how a row gives a student."""

    platform: str
    fits: Callable[[set[str]], object]
    student: Callable[[_Row], Student]
    by_name: bool = False


def _canvas(row: _Row) -> Student:
    login = row["sis login id"]
    others = (row["sis user id"], row["integration id"])
    return Student(row["id"], row.name, row.email or _address(login), login, row["section"], _aliases(*others))


def _blackboard(row: _Row) -> Student:
    login = row["username"]
    return Student(login, row.name, row.email or _address(login), login, row["section"], _aliases(row["student id"]))


def _brightspace(row: _Row) -> Student:
    # the platform writes # before both, so that no spreadsheet takes them for numbers
    id, login = (row[name].removeprefix("#") for name in ("orgdefinedid", "username"))
    return Student(id or login, row.name, row.email or _address(login), login, row["section"])


def _gradescope(row: _Row) -> Student:
    return Student(row["sid"] or row.email, row.name, row.email, "", row["section"] or row["section_name"])


def _worksheet(row: _Row) -> Student:
    number = _PARTICIPANT.fullmatch(row["identifier"])
    alias = MOODLE_NUMBER.format(number[1]) if number else row["identifier"]
    login = row["username"]
    return Student(row["number"] or row.email or login, row.name, row.email, login, row["section"], _aliases(alias))


def _moodle(row: _Row) -> Student:
    login = row["username"]
    return Student(row["number"] or login or row.email, row.name, row.email, login, row["section"])


def _github(row: _Row) -> Student:
    login = row["github_username"] or row["username"]
    id = row["identifier"] or row["email"] or login
    aliases = _aliases(GITHUB_LOGIN.format(login) if login else "")
    return Student(id, row.name, row.email or _address(id), "", row["section"], aliases)


def _plain(row: _Row) -> Student:
    id = next((row[name] for name in _PLAIN_IDS if row[name]), "")
    login = row["login"] or row["username"] or row["user"]
    aliases = (alias.strip() for alias in row["aliases"].split(";"))
    return Student(id or login or row.email, row.name, row.email, login, row["section"], _aliases(*aliases))


_PLAIN_IDS = ("id", "number", "student id", "student_id", "student number", "studentid", "sid", "matriculation number")
FORMATS = (
    _Format("Brightspace", lambda names: "orgdefinedid" in names, _brightspace),
    _Format("Canvas", lambda names: "id" in names and names & {"sis login id", "sis user id"}, _canvas),
    _Format("GitHub", lambda names: names & {"github_username", "github_id"}, _github, by_name=True),
    _Format("Moodle's grading worksheet", lambda names: {"identifier", "maximum grade"} <= names, _worksheet),
    _Format("Blackboard", lambda names: {"username", "first", "last"} <= names and _bb(names), _blackboard),
    _Format("Gradescope", lambda names: {"sid", "email"} <= names, _gradescope),
    _Format("Moodle", lambda names: {"first", "last"} <= names and _mdl(names), _moodle),
    _Format("CSV", lambda names: names & {*_PLAIN_IDS, "login", "username", "user", "email"}, _plain),
)


def _bb(names: set[str]) -> bool:
    return bool(names & {"student id", "last access", "availability"}) or any("[total pts:" in name for name in names)


def _mdl(names: set[str]) -> bool:
    return "id" not in names and bool(names & {"number", "email"}) and not names & {"login", "user", *_PLAIN_IDS[2:]}


def field_of(header: str) -> str:
    """The field of `HEADERS` that a column's header means in some language, otherwise the header in small letters."""
    name = " ".join(cleaned(header).casefold().split())
    return _FIELDS.get(name, name).replace("org defined id", "orgdefinedid")


def is_preview(login: str) -> bool:
    """Whether a login is the one that Blackboard makes for an instructor who looks at the course as a student."""
    return login.casefold().endswith("_previewuser")


def read_export(path: Path | str) -> Export:
    """Read the students in a platform's file.

    Raises
    ------
    KitError
        The file is not a table, its header is unknown, a row has no id, or two rows mean one student in different
        ways. The message names the line.
    """
    return students_of(read_table(path))


def students_of(table: Table) -> Export:
    """The students in a platform's table; see `read_export`."""
    header = [field_of(text) for text in table.rows[0].texts]
    kind = next((kind for kind in FORMATS if kind.fits(set(header))), None)
    if kind is None:
        shown = ", ".join(printable(text) for text in table.rows[0].texts[:8])
        raise KitError(
            f"{table.name} has no column that identifies students. Its first line is: {shown}",
            "A plain CSV needs a header such as: id,name,email",
        )
    found: dict[str, Found] = {}
    left_out = []
    for number_of_row, row in enumerate(table.rows[1:]):
        texts = [_text(text) for text in row.texts]
        if kind.platform == "Canvas" and number_of_row < 2 and _is_about_columns(header, texts):
            continue
        values: dict[str, str] = {}
        for name, text in zip(header, texts, strict=False):
            values.setdefault(name, text)  # the first, if a grade item has the name of such a column
        read = _Row(row.line, values)
        name = Student("", read.name).full_name
        if read["role"].casefold() in _STAFF:
            left_out.append(f"line {row.line}: {name} ({read['role']})")
        elif kind.platform == "Canvas" and name_key(read.name) in _CANVAS_TEST:
            left_out.append(f"line {row.line}: {name}, Canvas's own test student")
        elif kind.platform == "Blackboard" and is_preview(read["username"]):
            left_out.append(f"line {row.line}: {name}, Blackboard's preview of a student")
        else:
            _add(found, Found(row.line, _usable(kind.student(read), table, row.line), kind.by_name), table.name)
    if not found:
        raise KitError(f"{table.name} lists no students.", "Download it again, for the whole class.")
    return Export(kind.platform, list(found.values()), left_out)


def merge(roster: Roster, export: Export, file: str) -> Merged:
    """Merge a file's students into the roster. No student is removed, and no id changes.

    Raises
    ------
    KitError
        A row may mean two students, or a student of the roster under another id. The roster is as before; the message
        says which aliases to write.
    """
    pairs: list[tuple[Found, Student | None]] = []
    problems = []
    are_ids = not roster or any(roster.students.get(found.student.id) for found in export.found)
    for found in export.found:
        known = {s.id: s for key in sorted(found.student.keys) if (s := roster.by_key(key))}
        if not known and found.by_name:
            known = {s.id: s for s in roster.by_name(found.student.id)}
            if len(known) == 1:
                found = replace(found, student=replace(found.student, id=next(iter(known))))
        if not known and found.by_name and not are_ids:
            what = f"{file}, line {found.line}: {printable(found.student.id)!r}"
            problems.append(f"{what} is nobody in the roster. Write it into the aliases of a student.")
        if len(known) > 1:
            who = " or ".join(printable(str(student)) for student in known.values())
            problems.append(f"{file}, line {found.line}: {printable(str(found.student))} may be {who}.")
        pairs.append((found, next(iter(known.values())) if len(known) == 1 else None))
    taken: dict[str, Found] = {}
    for found, student in pairs:
        if student is None:
            continue
        if (other := taken.setdefault(student.id, found)) is not found:
            problems.append(f"{file}: lines {other.line} and {found.line} both mean {printable(str(student))}.")
        if _is_another(found.student, student):
            problems.append(
                f"{file}, line {found.line}: {printable(str(found.student))} shares an id with "
                f"{printable(str(student))} of the roster, but neither the name nor the address."
            )
    for found, student in pairs:
        namesakes = [s for s in roster.by_name(found.student.name) if s.id not in taken]
        if student is None and namesakes and not any(f"line {found.line}:" in problem for problem in problems):
            who = " or ".join(printable(str(student)) for student in namesakes)
            problems.append(
                f"{file}, line {found.line}: {printable(str(found.student))} may be {who} of the roster, who has the "
                f"same name. If so, write {printable(found.student.id)!r} into that student's aliases."
            )
    if problems:
        hint = "Nothing was changed. Correct roster.csv, add a row for a student who is new, and import again."
        raise KitError("\n".join(problems), hint)
    students = dict(roster.students)
    new: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    for found, before in pairs:
        after = _merged(before, found.student) if before else found.student
        students[after.id] = after
        (new if before is None else unchanged if after == before else changed).append(after.id)
    return Merged(Roster(students), new, changed, unchanged, [id for id in roster.students if id not in taken])


def _merged(old: Student, new: Student) -> Student:
    """The old student with the new values; what no longer has a column becomes an alias."""
    same = name_key(old.name) == name_key(new.name)
    name = old.name if not new.name or (same and "," in old.name) else new.name
    login = old.login or new.login
    after = replace(old, name=name, email=new.email or old.email, login=login, section=new.section or old.section)
    others = [text for s in (old, new) for text in (s.id, s.login, s.email, *s.aliases)]
    missing: list[str] = []
    for text in others:
        known = after.keys | {as_key(alias) for alias in missing}
        if text and as_key(text) not in known:
            missing.append(text)
    return replace(after, aliases=(*after.aliases, *missing))


def _is_another(new: Student, old: Student) -> bool:
    """Whether the two are different people, whatever id they share: neither name nor address is the same."""
    names = new.name and old.name and name_key(new.name) != name_key(old.name)
    addresses = new.email and old.email and as_key(new.email) == as_key(old.email)
    return bool(names and not addresses and (as_key(new.id) != as_key(old.id) or new.email and old.email))


def _text(text: str) -> str:
    match = _EXCEL_TEXT.fullmatch(text)
    return cleaned(match[1] if match else text)


def _is_about_columns(header: list[str], texts: list[str]) -> bool:
    """Whether it is a row of Canvas's about the columns: "Points Possible", or "Manual Posting" without a student."""
    return not dict(zip(header, texts, strict=False)).get("id")


def _usable(student: Student, table: Table, line: int) -> Student:
    """The student with an id that can name a folder; the platform's own spelling becomes an alias."""
    if not student.id:
        raise KitError(f"{table.name}, line {line}: the row has no id.", "Complete the row, or remove it.")
    id = safe_name(student.id)
    if why := why_no_id(id):
        raise KitError(f"{table.name}, line {line}: the id {printable(student.id)!r} {why}.", "Correct the id.")
    if as_key(id) != as_key(student.id):
        return replace(student, id=id, aliases=_aliases(student.id, *student.aliases))
    return replace(student, id=id)


def _add(found: dict[str, Found], new: Found, file: str) -> None:
    """Add a row; a student who is listed once for each section gets one entry."""
    key = as_key(new.student.id)
    if (before := found.get(key)) is None:
        found[key] = new
        return
    one, other = before.student, new.student
    if replace(one, section="") != replace(other, section=""):
        raise KitError(
            f"{file}: lines {before.line} and {new.line} have the same id, {printable(one.id)!r}, but differ.",
            "Correct one of them.",
        )
    both = dict.fromkeys(section for section in (one.section, other.section) if section)
    found[key] = replace(before, student=replace(one, section=", ".join(both)))


def _aliases(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _address(text: str) -> str:
    return text if "@" in text else ""
