"""Fill marks into the grade file that a learning platform exports, so that the platform takes it back.

Only the assignment's column changes; everything else stays byte for byte: encoding, separator, quotes, line ends. If
the students of the file are not those of the course, nothing is written.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.course_tables import cleaned
from autograder.course.course_toml import Assignment
from autograder.course.delimited import Cell, Row, Table, read_table
from autograder.course.roster import Roster, as_key, read_roster
from autograder.course.roster_import import field_of, is_preview
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.sanitize import forgeable
from autograder.reports.export import Totals, read_totals, write_file
from autograder.submissions.roster_match import student_of_folder
from autograder.text import printable

MAX_NAMED = 20  # ids in one line of a message
KEPT = {"EX", "N/A"}  # Canvas: excused, or not assigned to this student
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Lms:
    """A platform's grade file.

    Attributes
    ----------
    name
        The platform's name.
    ids
        The columns that identify a student, as `field_of` names them, the best first.
    item
        A pattern for the header of a column of grades; its groups are `title` and `points`, which may be missing.
    not_items
        Headers that the pattern matches and that are no grades.
    """

    name: str
    ids: tuple[str, ...]
    item: re.Pattern[str]
    not_items: re.Pattern[str] = re.compile("(?!)")


PLATFORMS = {
    "canvas": Lms("Canvas", ("id", "sis user id", "sis login id"), re.compile(r"(?P<title>.*\S)\s*\(\d+\)", re.DOTALL)),
    "moodle": Lms(
        "Moodle",
        ("number", "username", "email", "identifier"),
        re.compile(r"(?:[^:]+: ?)?(?P<title>.*\S)\s*\([^()]*\)|(?P<worksheet>grade)", re.DOTALL | re.IGNORECASE),
        re.compile(r"last (?:modified|downloaded).*|.*\((?:feedback|percentage|letter)\)", re.DOTALL | re.IGNORECASE),
    ),
    "blackboard": Lms(
        "Blackboard",
        ("username", "student id"),
        re.compile(r"(?P<title>.*?)\s*\[Total Pts:[^\]\d]*(?P<points>[\d.,]*)[^\]]*\].*", re.DOTALL | re.IGNORECASE),
    ),
    "brightspace": Lms(
        "Brightspace",
        ("orgdefinedid", "username"),
        re.compile(
            r"(?P<title>.*\S)\s+Points Grade(?:\s*<.*?MaxPoints:(?P<points>[\d.,]+).*>)?.*", re.DOTALL | re.IGNORECASE
        ),
    ),
}


@dataclass
class Filled:
    """What was filled: the column, the numbers of students, and what an instructor should know."""

    column: str
    filled: int = 0
    unchanged: int = 0
    notes: list[str] = field(default_factory=list)


def fill(
    workspace: Workspace, assignment: str, lms: str, download: Path | str, out: Path | str, column: str | None = None
) -> Filled:
    """Write a copy of a platform's grade file with the points of `assignment` to `out`.

    A student who has handed in gets the points; the cells of the others stay as they are.

    Parameters
    ----------
    workspace
        The course, with the roster that says which student a row is.
    assignment
        The assignment's name.
    lms
        A key of `PLATFORMS`.
    download
        The file as the platform exported it.
    out
        Where to write; not the download itself.
    column
        The header of the column to fill, or its title; by default the one that has the assignment's name or title.

    Raises
    ------
    KitError
        The file is not the platform's, no column or several fit, a student with points is not in the file, or a row
        is nobody in the course. The message names the ids. Nothing is written.
    """
    entry = workspace.course.assignment(assignment)
    if Path(out).exists() and Path(download).exists() and Path(out).samefile(download):
        raise KitError(f"{printable(download)} would be overwritten.", "Choose another file with -o FILE.")
    table = read_table(download)
    platform = PLATFORMS[lms]
    header = table.rows[0].texts
    ids = _id_columns(platform, header, table.name)
    place = _column(platform, entry, header, column, table.name)
    totals = read_totals(workspace, assignment)
    rows = _rows(table, ids, Path(download), read_roster(workspace), totals, platform)
    result = Filled(header[place])
    changed: dict[Cell, str] = {}
    comma = _writes_commas(table)
    for student, row in rows.items():
        if (total := totals.of.get(student)) is None:
            continue
        if place >= len(row.cells):
            raise KitError(f"{table.name}, line {row.line}: the row has no cell in this column.", "Download it again.")
        cell = row.cells[place]
        if cell.text.strip().upper() in KEPT and lms == "canvas":
            result.notes.append(f"{student} stays {cell.text.strip()}")
            continue
        if total.waits:
            result.notes.append(f"{student} has answers that wait for a mark by hand")
        text = f"{total.points:.12g}"
        changed[cell] = text.replace(".", ",") if comma else text
        same = cell.text.strip().replace(",", ".")
        if _NUMBER.fullmatch(same) and float(same) == float(text):
            del changed[cell]
            result.unchanged += 1
        else:
            result.filled += 1
    most = _points_of_column(table, platform, ids, place)
    if most is not None and abs(most - totals.most) > 1e-9:
        result.notes.append(f"the column has {most:g} points, and {entry.name} has {totals.most:g}")
    if warning := forgeable(workspace, entry):
        result.notes.append(warning)
    write_file(out, table.with_cells(changed))
    return result


def _id_columns(platform: Lms, header: list[str], file: str) -> list[int]:
    names = [field_of(text) for text in header]
    found = [names.index(name) for name in platform.ids if name in names]
    if not found:
        wanted = " or ".join(platform.ids[:3])
        raise KitError(
            f"{file} is not a grade export of {platform.name}: it has no column {wanted}.",
            "Choose the platform with --lms, and export the grades again with the students' ids.",
        )
    return found


def _column(platform: Lms, entry: Assignment, header: list[str], column: str | None, file: str) -> int:
    """The place of the column to fill."""
    items = {}
    for place, text in enumerate(header):
        match = platform.item.fullmatch(text)
        if match and not platform.not_items.fullmatch(text):
            items[place] = match["title"] or text
    if column is not None:
        found = [place for place in items if as_key(column) in (as_key(header[place]), as_key(items[place]))]
        which = f"called {printable(column)!r}"
    else:
        keys = {_words(entry.name), _words(entry.title)}
        found = [place for place, title in items.items() if _words(title) in keys]
        if not found and len(items) == 1 and items[next(iter(items))].casefold() == "grade":
            found = list(items)  # a worksheet of one assignment
        which = f"for {entry.name}"
    if len(found) == 1:
        return found[0]
    there = [header[place] for place in found or items]
    shown = ", ".join(repr(printable(text)) for text in there[:MAX_NAMED]) or "none"
    many = f"{len(found)} columns" if found else "no column"
    raise KitError(f"{file} has {many} {which}. Its columns of grades: {shown}.", "Name the column: --column TITLE")


def _rows(table: Table, ids: list[int], path: Path, roster: Roster, totals: Totals, platform: Lms) -> dict[str, Row]:
    """Map each student's id in the course to the row. Raises KitError if the students are not the same."""
    key_of = _students(roster, totals)
    found: dict[str, Row] = {}
    nobody, twice = [], []
    for row in table.rows[1:]:
        texts = _ids_of(row, ids, table, platform)
        if not any(texts):
            continue  # Canvas's rows about the columns
        if _is_no_student(platform, row, texts):
            continue
        students = {student: None for text in texts if (student := key_of(text))}
        if len(students) != 1:
            said = " and ".join(students)
            nobody.append(f"{next(filter(None, texts))} (line {row.line}{f'; may be {said}' if said else ''})")
            continue
        [student] = students
        if student in found:
            twice.append(f"{student} (lines {found[student].line} and {row.line})")
        found[student] = row
    missing = [student for student in totals.of if student not in found]
    problems = []
    if nobody:
        problems.append(f"In {table.name}, and not in the course: {_named(nobody)}.")
    if missing:
        problems.append(f"With points in the course, and not in {table.name}: {_named(missing)}.")
    if twice:
        problems.append(f"Twice in {table.name}: {_named(twice)}.")
    if problems:
        hint = f"Nothing was written. Bring the roster up to date with: cs231n roster import {printable(path)}\n"
        hint += "Then write what is still unknown into the aliases in roster.csv."
        raise KitError("\n".join(problems), hint)
    return found


def _students(roster: Roster, totals: Totals) -> Callable[[str], str | None]:
    """A function from an id in a platform's file to the student's id in the gradebook."""
    folders = {known.id: folder for folder in totals.of if (known := student_of_folder(roster, folder))}

    def id_of(text: str) -> str | None:
        if student := roster.by_key(text):
            return folders.get(student.id, student.id)
        return text if text in totals.of else None

    return id_of


def _ids_of(row: Row, ids: list[int], table: Table, platform: Lms) -> list[str]:
    """What the row says about who it is. Brightspace writes # before ids, and a worksheet of Moodle's "Participant"."""
    texts = [cleaned(row.cells[place].text) if place < len(row.cells) else "" for place in ids]
    if platform.name == "Brightspace":
        texts = [text.removeprefix("#") for text in texts]
    if platform.name == "Moodle":
        texts = [re.sub(r"^Participant (\d+)$", r"Moodle \1", text) for text in texts]
    return texts


def _is_no_student(platform: Lms, row: Row, ids: list[str]) -> bool:
    """Whether the row is the platform's own test student."""
    if platform.name != "Canvas":
        return platform.name == "Blackboard" and is_preview(ids[0])
    names = {cell.text.strip() for cell in row.cells[:2]}
    return bool(names & {"Student, Test", "Test Student"}) or names == {"Student", "Test"}


def _points_of_column(table: Table, platform: Lms, ids: list[int], place: int) -> float | None:
    """How many points the platform gives for the column, if the file says it."""
    match = platform.item.fullmatch(table.rows[0].texts[place])
    text = match.groupdict().get("points") if match else None
    if platform.name == "Canvas":
        for row in table.rows[1:3]:
            if row.texts[0] == "Points Possible" and place < len(row.cells):
                text = row.texts[place]
    text = (text or "").replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def _writes_commas(table: Table) -> bool:
    """Whether the file has decimal commas."""
    texts = [cell.text.strip() for row in table.rows[1:] for cell in row.cells]
    commas = any(re.fullmatch(r"-?\d+,\d+", text) for text in texts)
    return commas and not any(re.fullmatch(r"-?\d+\.\d+", text) for text in texts)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", as_key(text).replace("_", " ")))


def _named(ids: list[str]) -> str:
    more = f" and {len(ids) - MAX_NAMED} more" if len(ids) > MAX_NAMED else ""
    return ", ".join(printable(id) for id in ids[:MAX_NAMED]) + more
