"""Find out who handed in what: from the folders and file names of a download to students.

The layouts that are understood are listed in the docstring of `sort_by_student`. A download that can
be read in two ways is not guessed at: what it leaves open comes back with the reason.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from autograder.course import Assignment, Course
from autograder.foreign_files import Entry, Listing
from autograder.text import printable

# Moodle: "First Last_123456_assignsubmission_file_/knn.ipynb", or the same name in front of the file's
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.DOTALL)
# Canvas: "lastfirst_LATE_12345_678910_knn-1.ipynb"
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL)
COPY_OF = re.compile(r"(copy of|kopie von|copie de|copia de)[ _-]+", re.IGNORECASE)
# what browsers, systems and people add to a file's name
TAIL = r"(?:[ ._-]*(?:\(\d+\)|copy|solutions?|solved|submission|submitted|final|done|v?\d{1,3}(?!\d)))*"
WRAPPERS = {"submissions", "submission", "submitted", "download", "downloads", "students", "class", "uploads"}
# trouble for a file system, for a URL of formgrader, or for nbgrader's globs and exchange
FORBIDDEN = re.compile(r"""[/\\:*?"<>|\[\]{}#%+&;`]""")


@dataclass
class HandIn:
    """What one student handed in: `files` are (path inside the hand-in, entry)."""

    name: str
    lms_id: str | None = None
    files: list[tuple[tuple[str, ...], Entry]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Sorted:
    hand_ins: list[HandIn]
    unplaced: list[tuple[str, str]]  # (name or path, why)
    left_out: list[tuple[str, str]]  # (path, why)


def student_id(name: str) -> str:
    """The student's id for a name: NFC, safe as a folder name and for nbgrader; "" when nothing remains."""
    safe = re.sub(r"\s+", " ", unicodedata.normalize("NFC", name))
    safe = FORBIDDEN.sub("_", safe)
    safe = "".join("_" if unicodedata.category(character)[0] == "C" else character for character in safe)
    return safe.lstrip(". -").rstrip(". ")


def sort_by_student(listing: Listing, course: Course, assignment: Assignment, from_name: str) -> Sorted:
    """Group the files of a download by student.

    Below any folders that merely wrap the class, this understands

    - a folder per student: `alice/knn.ipynb`, deeper inside too, and nbgrader's `alice/ASSIGNMENT/knn.ipynb`;
    - a file per student: the student's name, one of `_ - .` or a space, the notebook's name
      (`alice_knn.ipynb`, `alice-knn (1).ipynb`); just `alice.ipynb` where the assignment has one notebook;
    - a zip per student: `alice.zip`, `alice_knn.zip`, `alice_ASSIGNMENT.zip`;
    - Canvas and Moodle downloads, as folders, files and zips.

    `from_name` is the name of the folder or zip that the listing is of.
    """
    reader = _Reader(listing, course, assignment, from_name)
    reader.read()
    return Sorted(list(reader.hand_ins.values()), reader.unplaced, reader.left_out)


def notebooks_named(stem: str, course: Course) -> list[str]:
    """The course's notebooks whose name occurs, as whole words, in a file's stem; the longest only."""
    words = _words(stem)
    found = [nb for a in course.assignments.values() for nb in a.notebooks if _occurs(_words(nb), words)]
    return [nb for nb in found if not any(nb != more and _occurs(_words(nb), _words(more)) for more in found)]


def owner_of(notebook: str, course: Course) -> str:
    """The assignment that the notebook belongs to."""
    return next(a.name for a in course.assignments.values() if notebook in a.notebooks)


def is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


def is_archive(name: str) -> bool:
    return name.lower().endswith(".zip")


class _Reader:
    def __init__(self, listing: Listing, course: Course, assignment: Assignment, from_name: str):
        self.listing, self.course, self.assignment, self.from_name = listing, course, assignment, from_name
        self.candidates = [e for e in listing.files if is_notebook(e.name) or is_archive(e.name)]
        self.hand_ins: dict[tuple[str, str | None], HandIn] = {}
        self.unplaced: list[tuple[str, str]] = []
        self.left_out: list[tuple[str, str]] = []

    def read(self) -> None:
        level = self._student_level()
        depth = len(level)
        folders = sorted({parts[depth] for parts in self._folders_below(level)})
        files = [e for e in self.listing.files if e.parts[:depth] == level and len(e.parts) == depth + 1]
        outside = [e for e in self.listing.files if e.parts[:depth] != level]
        self.inside = defaultdict(list)
        for entry in self.listing.files:
            if len(entry.parts) > depth + 1 and entry.parts[:depth] == level:
                self.inside[entry.parts[depth]].append(entry)
        self.left_out += [(e.path, "lies outside the students' folders") for e in outside]
        if self._which_of_two(level, folders, files):
            return
        for folder in folders:
            self._folder(level, folder)
        for entry in files:
            self._file(entry)

    def _student_level(self) -> tuple[str, ...]:
        """The folder whose children are students: below the folders that merely wrap the class."""
        level: tuple[str, ...] = ()
        while True:
            below = [e.parts[len(level) :] for e in self.candidates if e.parts[: len(level)] == level]
            folders = {parts[0] for parts in below if len(parts) > 1}
            if any(len(parts) == 1 for parts in below):
                return level
            if self.assignment.name in folders and folders <= set(self.course.assignments):
                only = self.assignment.name
            elif len(folders) == 1:
                only = folders.pop()
            else:
                return level
            if self._is_one_student((*level, only)):
                return level
            level = (*level, only)

    def _is_one_student(self, folder: tuple[str, ...]) -> bool:
        if MOODLE.fullmatch(folder[-1]) or CANVAS.fullmatch(folder[-1]):
            return True
        inside = [e.parts[len(folder) :] for e in self.candidates if e.parts[: len(folder)] == folder]
        names = [parts[-1] for parts in inside if len(parts) == 1]
        if len(inside) > 0 and all(parts[0] == self.assignment.name and len(parts) == 2 for parts in inside):
            return True  # nbgrader's STUDENT/ASSIGNMENT/
        return any(is_notebook(name) and self._split(name[:-6])[0] is None for name in names)

    def _which_of_two(self, level: tuple[str, ...], folders: list[str], files: list[Entry]) -> bool:
        """Report a lone x/y/knn.ipynb or x/y.ipynb, where either x or y may be the student."""
        known = WRAPPERS | set(self.course.assignments) | {self.from_name}
        files = [e for e in files if is_notebook(e.name) or is_archive(e.name)]
        if not level or level[-1] in known or len(folders) + len(files) != 1:
            return False
        lone = folders[0] if folders else files[0].name
        if MOODLE.fullmatch(lone) or CANVAS.fullmatch(lone) or notebooks_named(lone, self.course):
            return False
        path = printable("/".join((*level, lone)))
        one, other = printable(level[-1]), printable(lone)
        why = f"either {one} or {other} may be the student; collect from a folder that holds just the latter"
        self.unplaced.append((path, why))
        return True

    def _folders_below(self, level: tuple[str, ...]) -> list[tuple[str, ...]]:
        paths = [*self.listing.folders, *(e.parts[:-1] for e in self.listing.files)]
        return [parts for parts in paths if len(parts) > len(level) and parts[: len(level)] == level]

    def _folder(self, level: tuple[str, ...], folder: str) -> None:
        top = (*level, folder)
        if folder in self.course.assignments:
            why = "is an assignment's folder without a student's around it; collect from the folder above"
            if folder == self.assignment.name:
                self.unplaced.append((printable("/".join(top)), why))
            else:
                self.left_out.append((printable("/".join(top)), f"belongs to the assignment {folder}"))
            return
        hand_in = self._lms(folder) or self._hand_in(folder)
        hand_in.files += [(entry.parts[len(top) :], entry) for entry in self.inside[folder]]

    def _file(self, entry: Entry) -> None:
        wanted = is_notebook(entry.name) or is_archive(entry.name)
        for pattern in (MOODLE, CANVAS):
            if (match := pattern.fullmatch(entry.name)) and match["file"]:
                if wanted or self.assignment.accepts((match["file"],)):
                    self._lms(entry.name).files.append(((match["file"],), entry))
                    return
        if not wanted:
            self.left_out.append((entry.path, "is neither a notebook nor a zip, and in no student's folder"))
            return
        stem, suffix = entry.name.rsplit(".", 1)
        student, rest = self._split(stem, archive=is_archive(entry.name))
        if student is not None:
            self._hand_in(student).files.append(((f"{rest}.{suffix.lower()}",), entry))
        elif foreign := set(notebooks_named(stem, self.course)) - set(self.assignment.notebooks):
            notebook = min(foreign)
            why = f"is {notebook} of the assignment {owner_of(notebook, self.course)}"
            self.left_out.append((entry.path, why))
        else:
            wanted = " or ".join(f"STUDENT_{nb}.ipynb" for nb in self.assignment.notebooks)
            why = f"names no student; call it {wanted}, or put it in a folder with the student's name"
            self.unplaced.append((entry.path, why))

    def _split(self, stem: str, archive: bool = False) -> tuple[str | None, str]:
        """("alice", "knn (1)") of "alice_knn (1)"; (None, stem) when the stem names no student."""
        names = [*self.assignment.notebooks, *([self.assignment.name] if archive else [])]
        plain = COPY_OF.sub("", stem, count=1) if COPY_OF.match(stem) else stem
        for name in sorted(names, key=len, reverse=True):
            words = r"[ _-]".join(re.escape(word) for word in _words(name))
            if re.fullmatch(words + TAIL, plain, re.IGNORECASE):
                return None, stem
            pattern = rf"(?P<student>.*?[^ ._-])[ ._-]+(?P<rest>{words}{TAIL})"
            if match := re.fullmatch(pattern, plain, re.IGNORECASE):
                return match["student"], match["rest"]
        if archive:
            return plain, plain
        if notebooks_named(stem, self.course) or len(self.assignment.notebooks) > 1:
            return None, stem
        return plain, self.assignment.notebooks[0]

    def _lms(self, name: str) -> HandIn | None:
        if match := MOODLE.fullmatch(name):
            return self._hand_in(match["name"], match["id"])
        if match := CANVAS.fullmatch(name):
            hand_in = self._hand_in(match["name"], match["id"])
            if match["late"] and "marked LATE by Canvas" not in hand_in.notes:
                hand_in.notes.append("marked LATE by Canvas")
            return hand_in
        return None

    def _hand_in(self, name: str, lms_id: str | None = None) -> HandIn:
        return self.hand_ins.setdefault((name, lms_id), HandIn(name, lms_id))


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", unicodedata.normalize("NFC", text).casefold()) if word]


def _occurs(words: list[str], inside: list[str]) -> bool:
    return any(inside[i : i + len(words)] == words for i in range(len(inside) - len(words) + 1))
