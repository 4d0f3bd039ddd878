"""Read assignments/course.toml, which describes the course, and reject everything that it may not contain."""

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from autograder.course.mail_settings import LOOPBACK, PORTS, Mail, as_address, wrong_placeholder
from autograder.errors import AllErrors, CourseError
from autograder.notebook.limits import Limits
from autograder.text import unusable_name

USABLE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")  # accepted by nbgrader, zip files and every file system
TIMESTAMP = "timestamp.txt"  # nbgrader's file; only the instructor sets it, so a student's own is never taken
IMPORTABLE = (".py", ".pyc", ".pyd", ".so")


@dataclass(frozen=True)
class Edition:
    """The library files in a release: those under `include`, without `exclude` and the answers (see edition.py)."""

    root: Path  # absolute
    include: tuple[str, ...]  # files and folders, relative to root
    package: str  # the importable package that a release marks as an edition
    exclude: tuple[str, ...] = ()  # files and folders under `include` that students do not get
    pages: tuple[str, ...] = ()  # pages for students, relative to root, which a release holds beside its notebooks
    folder: str = ""  # the folder of a release for the included files; "": beside the notebooks
    further_packages: tuple[str, ...] = ()  # other importable packages, beside `package`

    @property
    def packages(self) -> tuple[str, ...]:
        """The importable packages, whose modules may be answers."""
        return (self.package, *self.further_packages)


@dataclass(frozen=True)
class Assignment:
    """One assignment: an [[assignment]] of course.toml."""

    name: str
    title: str
    notebooks: tuple[str, ...]  # names without .py / .ipynb
    answers: tuple[str, ...] = ()  # files of the edition, relative to its root, that answer the assignment
    # notebook -> files of the edition that students have, but that are missing when the notebook is graded
    graded_without: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()  # extra files for students, relative to the assignment's folder
    accept: tuple[str, ...] = ()  # patterns of files that students may hand in beside their notebooks
    due: datetime | None = None  # in UTC
    due_written: datetime | None = None  # the same moment, in the time zone of course.toml
    limits: Limits = field(default_factory=Limits)
    show_hidden_tests: bool = False  # whether feedback pages show the code of hidden tests
    show_scheme: bool = False  # whether feedback pages show the lines of marking schemes that an answer did not meet

    def accepts(self, parts: tuple[str, ...]) -> bool:
        """Whether a file that a student hands in beside the notebooks is accepted; `parts` are those of its path.

        Notebooks and the names in `files` never are. A file that Python could import is accepted only by a pattern that
        ends in its suffix.
        """
        suffix = PurePosixPath(parts[-1]).suffix.lower()
        if suffix == ".ipynb" or parts[-1] == TIMESTAMP or "/".join(parts) in self.files:
            return False
        return any(
            _matches(parts, tuple(pattern.split("/"))) and (suffix not in IMPORTABLE or pattern.endswith(suffix))
            for pattern in self.accept
        )


@dataclass(frozen=True)
class LateRules:
    """What late work costs: the [late] of course.toml. The default is nothing.

    Attributes
    ----------
    percent_per_day
        The part of a notebook's points that each day costs that has begun after a student's due date.
    closes_after_days
        Work that is more days late than this earns nothing; None for no such limit.
    days
        The late days of each student: days by which their work may be late without a cost, over the whole course.
    days_per_assignment
        The most late days that one assignment may use.
    """

    percent_per_day: int = 0
    closes_after_days: int | None = None
    days: int = 0
    days_per_assignment: int | None = None

    @property
    def cost_points(self) -> bool:
        """Whether late work loses points by these rules."""
        return bool(self.percent_per_day) or self.closes_after_days is not None


def _matches(parts: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))


@dataclass(frozen=True)
class Course:
    """A course, with its assignments in the order in which students do them."""

    id: str
    title: str
    root: Path  # the absolute path of the folder that holds course.toml
    assignments: dict[str, Assignment]
    edition: Edition | None
    time_zone: tzinfo | None = None  # of the times that state none
    late: LateRules = field(default_factory=LateRules)
    mail: Mail | None = None

    def assignment(self, name: str) -> Assignment:
        """The assignment called `name`. Raises CourseError, which lists the course's assignments."""
        if name not in self.assignments:
            close = difflib.get_close_matches(name, self.assignments, n=1)
            guess = f"Did you mean {close[0]}?" if close else f"Its assignments are: {', '.join(self.assignments)}."
            raise CourseError(f"The course {self.id} has no assignment called {name!r}.", guess)
        return self.assignments[name]

    def source(self, assignment: str, notebook: str) -> Path:
        """The text file that the notebook is built from."""
        return self.root / assignment / f"{notebook}.py"

    def from_here_on(self, name: str) -> list[Assignment]:
        """This assignment and all later ones, whose answers its students must not have."""
        self.assignment(name)
        names = list(self.assignments)
        return [self.assignments[later] for later in names[names.index(name) :]]

    def answers(self, name: str) -> list[str]:
        """The files of the edition that an edition for this assignment leaves out."""
        return sorted({path for assignment in self.from_here_on(name) for path in assignment.answers})


def load_course(assignments_dir: Path | str) -> Course:
    """Read `course.toml` in `assignments_dir`. Raises CourseError, which names all unknown keys and wrong values."""
    root = Path(assignments_dir).resolve()
    path = root / "course.toml"
    try:
        text = path.read_text(encoding="utf-8-sig")  # Notepad begins a file with a byte-order mark
    except (FileNotFoundError, NotADirectoryError):
        raise CourseError(f"There is no course.toml in {root}.", "Name the folder that holds it.") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 text ({error.reason}).", "Save it as UTF-8.") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path} is not valid TOML: {error}.") from None
    table = _Table(path, "the file", document, AllErrors(CourseError))
    course = _course(table, root)
    table.errors.raise_any()
    return course


def _course(document: "_Table", root: Path) -> Course:
    attempt = document.errors.collecting
    course_id, title, edition, zone, late, mail = "", "", None, None, LateRules(), None
    entries: list[Any] = []
    with attempt():
        course = document.table("course")
        with attempt():
            course_id = course.name("id")
        with attempt():
            title = course.take("title", str)
        with attempt():
            zone = _time_zone(course)
        course.finish()
    with attempt():
        late = _late(document)
    with attempt():
        if table := document.optional_table("edition"):
            edition = _edition(table, root)
    with attempt():
        if table := document.optional_table("mail"):
            mail = _mail(table)
    with attempt():
        entries = document.take("assignment", list, required=False) or []
        if not entries:
            document.fail("there is no [[assignment]]; add at least one")
    document.finish()

    assignments: dict[str, Assignment] = {}
    notebooks: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        with attempt():
            if not isinstance(entry, dict):
                document.fail("assignment must be a list of tables, each with the heading [[assignment]]")
            assignment = _assignment(_Table(document.path, f"[[assignment]] number {number}", entry, document.errors))
            if assignment.name in assignments:
                document.fail(f"[[assignment]] {assignment.name!r} appears twice; rename one of them")
            assignments[assignment.name] = assignment
            for notebook in assignment.notebooks:
                with attempt():
                    if notebook in notebooks:
                        document.fail(
                            f"the notebook {notebook!r} is listed in {notebooks[notebook]!r} and in "
                            f"{assignment.name!r}; rename one of them, because `collect` sorts submissions by the "
                            "names of notebooks"
                        )
                    notebooks[notebook] = assignment.name
    with attempt():
        if "edition" not in document.given and any(a.answers or a.graded_without for a in assignments.values()):
            document.fail("answers and graded_without name files of the edition; add an [edition], or remove them")
    return Course(course_id, title, root, assignments, edition, zone, late, mail)


def _assignment(table: "_Table") -> Assignment:
    name = table.name("name")
    table.place = f"[[assignment]] {name!r}"
    read: dict[str, Any] = {}
    attempt = table.errors.collecting
    for key, reading in (
        ("notebooks", lambda: _notebooks(table)),
        ("title", lambda: table.take("title", str)),
        ("answers", lambda: table.paths("answers")),
        ("files", lambda: table.paths("files")),
        ("accept", lambda: _accept(table)),
        ("due_written", lambda: _due(table)),
        ("limits", lambda: _limits(table)),
        ("show_hidden_tests", lambda: table.flag("show_hidden_tests")),
        ("show_scheme", lambda: table.flag("show_scheme")),
    ):
        with attempt():
            read[key] = reading()
    with attempt():
        read["graded_without"] = _graded_without(table, read.get("notebooks", ()))
    table.finish()
    due = read.get("due_written")
    given: dict[str, Any] = {
        "title": "",
        "notebooks": (),
        "due": due and due.astimezone(UTC),
    } | read  # where a value is wrong
    return Assignment(name=name, **given)


def _notebooks(table: "_Table") -> tuple[str, ...]:
    return tuple(table.check_name("notebooks", name) for name in table.strings("notebooks", required=True))


def _graded_without(assignment: "_Table", notebooks: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    table = assignment.optional_table("graded_without")
    if table is None:
        return {}
    found = {notebook: table.paths(notebook) for notebook in notebooks}
    table.finish()
    return {notebook: paths for notebook, paths in found.items() if paths}


def _accept(table: "_Table") -> tuple[str, ...]:
    patterns = table.paths("accept")
    for pattern in patterns:
        if pattern.lower().endswith(".ipynb"):
            table.fail(f"accept: {pattern!r} would accept notebooks; list the notebooks to grade in notebooks")
    return patterns


def _due(table: "_Table") -> datetime | None:
    due = table.take("due", datetime, required=False, what="a date and time such as 2026-10-02T23:59:00-07:00")
    if due is not None and due.tzinfo is None:
        table.fail(f"due = {due.isoformat()} has no time zone; write 2026-10-02T23:59:00-07:00, or Z for UTC")
    return due


def _time_zone(course: "_Table") -> tzinfo | None:
    name = course.take("time_zone", str, required=False)
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):
        course.fail(f"time_zone = {name!r} is not a time zone; write one such as America/Los_Angeles or Europe/Berlin")


def _late(document: "_Table") -> LateRules:
    table = document.optional_table("late")
    if table is None:
        return LateRules()
    given: dict[str, int] = {}
    for key in LateRules.__dataclass_fields__:
        with table.errors.collecting():
            value = table.take(key, int, required=False)
            if value is not None:
                if value < 0 or (key == "percent_per_day" and value > 100):
                    table.fail(f"{key} = {value} must be {'from 0 to 100' if 'percent' in key else 'at least 0'}")
                given[key] = value
    if "days_per_assignment" in given and not given.get("days"):
        table.fail("days_per_assignment needs days, the number of late days; add days, or remove days_per_assignment")
    table.finish()
    return LateRules(**given)


def _limits(assignment: "_Table") -> Limits:
    table = assignment.optional_table("limits")
    given: dict[str, int] = {}
    if table is None:
        return Limits()
    for key in Limits.__dataclass_fields__:
        with table.errors.collecting():
            value = table.take(key, int, required=False)
            if value is not None:
                if value <= 0:
                    table.fail(f"{key} = {value} must be above 0")
                given[key] = value
    table.finish()
    return Limits(**given)


def _edition(table: "_Table", root: Path) -> Edition:
    folder = (root / table.take("root", str)).resolve()
    if not folder.is_dir():
        table.fail(f"root: {folder} is not a folder")
    pages = table.paths("pages")
    names = [PurePosixPath(page).name for page in pages]
    for name in names:
        if names.count(name) > 1:
            table.fail(f"pages: two pages are called {name!r}, but a release puts them into one folder; rename one")
    edition = Edition(
        folder,
        table.paths("include", required=True),
        table.name("package"),
        exclude=table.paths("exclude"),
        pages=pages,
        folder=table.name("folder", required=False),
        further_packages=tuple(table.check_name("further_packages", n) for n in table.strings("further_packages")),
    )
    table.finish()
    return edition


def _mail(table: "_Table") -> Mail:
    if "password" in table.values:
        table.fail("password does not belong here; put it into CS231N_MAIL_PASSWORD or ~/.netrc")
    read: dict[str, Any] = {"host": table.take("host", str), "sender": table.take("from", str)}
    for key in ("security", "user", "reply_to", "subject", "body"):
        read[key] = table.take(key, str, required=False)
    for key in ("port", "per_minute"):
        read[key] = table.take(key, int, required=False)
        if read[key] is not None and read[key] <= 0:
            table.fail(f"{key} = {read[key]} must be above 0")
    table.finish()
    for key in ("sender", "reply_to"):
        try:
            if read[key]:
                as_address(read[key])
        except ValueError as error:
            table.fail(f"{'from' if key == 'sender' else key}: {read[key]!r} {error}")
    for key in ("subject", "body"):
        if read[key] and (why := wrong_placeholder(read[key])):
            table.fail(f"{key} {why}")
    if "\n" in (read["subject"] or ""):
        table.fail("subject has more than one line")
    security = read["security"] or "starttls"
    if security not in PORTS:
        table.fail(f"security = {security!r} must be one of {', '.join(PORTS)}")
    if read["user"] and security == "none" and read["host"] not in LOOPBACK:
        table.fail('user needs security = "starttls" or "ssl", because anyone could read the password otherwise')
    return Mail(**{"port": PORTS[security], **{key: value for key, value in read.items() if value is not None}})


class _Table:
    """A TOML table whose keys are taken one by one, so that the remaining keys are the unknown ones."""

    def __init__(self, path: Path, place: str, values: dict[str, Any], errors: AllErrors[CourseError]):
        self.path, self.place, self.values, self.errors = path, place, dict(values), errors
        self.given = frozenset(values)
        self.known: list[str] = []

    def fail(self, problem: str) -> NoReturn:
        raise CourseError(f"{self.path}: {'' if self.place == 'the file' else self.place + ': '}{problem}.")

    def take(self, key: str, kind: type, required: bool = True, what: str | None = None) -> Any:
        self.known.append(key)
        if key not in self.values:
            if required:
                self.fail(f"{key} is missing")
            return None
        value = self.values.pop(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            kinds = {str: "text in quotes", int: "a whole number", list: "a list", dict: "a table"}
            self.fail(f"{key} = {value!r} must be {what or kinds[kind]}")
        if isinstance(value, str) and not value.strip():
            self.fail(f"{key} is empty")
        return value

    def flag(self, key: str) -> bool:
        self.known.append(key)
        value = self.values.pop(key, False)
        if not isinstance(value, bool):
            self.fail(f"{key} = {value!r} must be true or false")
        return value

    def table(self, key: str) -> "_Table":
        place = f"[{key}]" if self.place == "the file" else f"{self.place} {key}"
        return _Table(self.path, place, self.take(key, dict), self.errors)

    def optional_table(self, key: str) -> "_Table | None":
        self.known.append(key)
        return self.table(key) if key in self.values else None

    def name(self, key: str, required: bool = True) -> str:
        value = self.take(key, str, required)
        return "" if value is None else self.check_name(key, value)

    def check_name(self, key: str, value: str) -> str:
        if not USABLE_NAME.fullmatch(value):
            self.fail(f"{key}: {value!r} may contain only A-Z a-z 0-9 - and _, and must begin with a letter or digit")
        if why_not := unusable_name(value):
            self.fail(f"{key}: {value!r} {why_not}")
        return value

    def strings(self, key: str, required: bool = False) -> tuple[str, ...]:
        values = self.take(key, list, required) or []
        if required and not values:
            self.fail(f"{key} is empty")
        for value in values:
            if not isinstance(value, str) or not value:
                self.fail(f"{key} must be a list of names in quotes, but contains {value!r}")
            if values.count(value) > 1:
                self.fail(f"{key} lists {value!r} twice")
        return tuple(values)

    def paths(self, key: str, required: bool = False) -> tuple[str, ...]:
        values = self.strings(key, required)
        for value in values:
            parts = value.split("/")
            if re.match(r"/|[A-Za-z]:", value) or "\\" in value or any(part in ("", ".", "..") for part in parts):
                self.fail(f"{key}: {value!r} must be a relative path, with / between folders and without . and ..")
        return values

    def finish(self) -> None:
        """Collect an error for each unknown key."""
        for key in self.values:
            close = difflib.get_close_matches(key, self.known, n=1)
            guess = f"did you mean {close[0]}" if close else f"the known keys are {', '.join(self.known)}"
            with self.errors.collecting():
                self.fail(f"{key!r} is not a known key; {guess}")
