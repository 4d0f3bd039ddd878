"""Find out which student handed in what, from the folders and file names of a download.

The docstring of `sort_by_student` lists the layouts. If a download can be read in two ways, the module does not guess,
but returns the unclear part with the reason. The contents of a student's own folder or archive never decide how the
download is read.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from autograder.course.course_toml import Assignment, Course
from autograder.submissions.foreign_files import (
    MAX_CLASS_ENTRIES,
    MAX_ENTRIES,
    Archive,
    ByteBudget,
    Entry,
    Folder,
    Refused,
)
from autograder.submissions.platforms import (
    BLACKBOARD,
    CLONES,
    GRADESCOPE_FOLDER,
    GRADESCOPE_METADATA,
    MOODLE_DEFAULT_GROUP,
    SUFFIX,
    Attempt,
    Download,
    Person,
    Upload,
    blackboard_logins,
    github_login,
    gradescope_uploads,
    is_around_class,
    is_of_one_student,
    is_own_file,
    read_name,
    without_branch,
)
from autograder.submissions.upload_names import UploadName
from autograder.text import printable

COPY_OF = re.compile(r"(copy of|kopie von|copie de|copia de)[ _-]+", re.IGNORECASE)
# what browsers, systems and users add to a file's name
TAIL = r"(?:[ ._-]*(?:\(\d+\)|copy|solutions?|solved|submission|submitted|final|done|v?\d{1,3}(?!\d)))*"
WRAPPERS = {
    "submissions", "submission", "submitted", "download", "downloads", "students", "class", "uploads", "all",
    "handed_in", "hand_ins", "handins",
}  # fmt: skip
# a notebook's name, also as browsers and mail programs change it; the contents of a .json are checked
NOTEBOOK = re.compile(r"(?P<stem>.+?)(?P<suffix>\.ipynb(?:\.txt|\.json)?|\.json)", re.IGNORECASE | re.DOTALL)
# "hand_ins_2026_11_30", whose numbers are a date and not ids of Canvas
DATED = re.compile(r"(?:[^_]*[^\d_][^_]*_)+(?:20\d\d_[01]?\d_[0-3]?\d|[0-3]?\d_[0-3]?\d_20\d\d)(?:_.*)?")
File = tuple[tuple[str, ...], Entry]  # the path inside a hand-in, and the file
MAX_RECEIPT = 100_000  # bytes
MAX_METADATA = 50_000_000


@dataclass
class HandIn:
    """What one student handed in; it grows while a download is read.

    Attributes
    ----------
    person
        Who handed it in.
    files
        The path inside the hand-in, and the entry, of each file.
    notes
        What an instructor should know about it.
    attempts
        The attempt of each entry, on platforms that keep earlier attempts. A later attempt is greater.
    series
        On platforms with their own ranking, all attempts at each file, by its name without the "-1" that Canvas adds.
    arrived
        When it arrived, if the platform says so elsewhere than in the attempts.
    late
        Whether the platform marks it as late.
    group
        "@" and the platform's number of a submission that several people made together, or "".
    folder
        The path in the download of the folder that is the hand-in, if it is one.
    uploads
        What the platform called the folders and files, with the attempt.
    """

    person: Person
    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    attempts: dict[Entry, Attempt] = field(default_factory=dict)
    series: dict[str, set[Attempt]] = field(default_factory=dict)
    arrived: datetime | None = None
    late: bool = False
    group: str = ""
    folder: tuple[str, ...] = ()
    uploads: list[tuple[Attempt, UploadName]] = field(default_factory=list)

    @property
    def upload_names(self) -> list[UploadName]:
        """What the platform called the folders and files, the latest attempt last."""
        return [name for _, name in sorted(self.uploads, key=lambda upload: (upload[0], upload[1].prefix))]


@dataclass(frozen=True)
class Sorted:
    """A download sorted by student, with (path, reason) of entries that could not be sorted or are not needed."""

    hand_ins: list[HandIn]
    unplaced: list[tuple[str, str]]
    left_out: list[tuple[str, str]]


def sort_by_student(tree: Folder | Archive, course: Course, assignment: Assignment, from_name: str) -> Sorted:
    """Group the files of a download by student.

    Inside folders with known names for a whole class, this reads

    - a folder per student: `alice/knn.ipynb`, also deeper inside, and nbgrader's `alice/ASSIGNMENT/knn.ipynb`;
    - a file per student: the student's name, one of `_ - .` or a space, the notebook's name
      (`alice_knn.ipynb`, `alice-knn (1).ipynb`); just `alice.ipynb` if the assignment has one notebook;
    - a zip per student: `alice.zip`, `alice_knn.zip`, `alice_ASSIGNMENT.zip`;
    - downloads from Canvas, Moodle, Blackboard and Brightspace, as folders, files and zips: see platforms.py, which
      also explains how to add a platform;
    - Gradescope's export, `submission_NUMBER/` beside its submission_metadata.yml;
    - clones from GitHub, `ASSIGNMENT-LOGIN/`, also in `ASSIGNMENT-submissions/`, and GitHub's zips,
      `ASSIGNMENT-LOGIN-main.zip`.

    Parameters
    ----------
    tree
        The download.
    course, assignment
        The course, and the assignment whose notebooks to look for.
    from_name
        The name of the folder or zip. If a platform gives such a name to one student's work, it does not hold a class.

    Raises
    ------
    Refused
        The download is empty.
    """
    reader = _Reader(tree, course, assignment, from_name)
    reader.read()
    return Sorted(list(reader.hand_ins.values()), reader.unplaced, reader.left_out)


def notebooks_named(stem: str, course: Course) -> list[str]:
    """The course's notebooks whose name occurs as whole words in a file's stem; of nested names only the longest."""
    words = _words(stem)
    found = [nb for a in course.assignments.values() for nb in a.notebooks if _occurs(_words(nb), words)]
    return [nb for nb in found if not any(nb != more and _occurs(_words(nb), _words(more)) for more in found)]


def owner_of(notebook: str, course: Course) -> str:
    """The assignment that the notebook belongs to."""
    return next(a.name for a in course.assignments.values() if notebook in a.notebooks)


def is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


def may_be_notebook(name: str) -> bool:
    """Whether the name is a notebook's, also if a browser or mail program has changed it."""
    return bool(NOTEBOOK.fullmatch(name))


def notebook_stem(name: str) -> str:
    """`knn (1)` of `knn (1).ipynb.txt`."""
    match = NOTEBOOK.fullmatch(name)
    return match["stem"] if match else name


def is_archive(name: str) -> bool:
    return name.lower().endswith(".zip")


class _Reader:
    def __init__(self, tree: Folder | Archive, course: Course, assignment: Assignment, from_name: str) -> None:
        self.tree, self.course, self.assignment = tree, course, assignment
        self.from_name = re.sub(r" \(\d+\)$", "", from_name)  # a browser adds the number to a second download
        self.entries = 0  # files and folders in students' folders
        self.hand_ins: dict[Person, HandIn] = {}
        self.unplaced: list[tuple[str, str]] = []
        self.left_out: list[tuple[str, str]] = []
        self.metadata: dict[str, list[Upload]] | None = None
        self.download = Download()
        self.clones_of: list[str] = []
        self.repositories: Counter[Person | None] = Counter()
        self.branches: dict[Person | None, str] = {}

    def read(self) -> None:
        top = self.tree.children(())
        if not top.files and not top.folders and not top.refused:
            raise Refused("is empty")
        if self._is_of_one_student(self.from_name):
            inside = sorted([*(parts[-1] for parts in top.folders), *(entry.name for entry in top.files)])
            why = f"has a name that a platform gives to one student's work, and holds {_shown(inside)}; collect from "
            why += "the folder that contains it, or rename it if it holds the class"
            self.unplaced.append((printable(self.from_name), why))
            return
        level = self._class_level()
        if level is None:
            return
        here = self.tree.children(level)
        self._refuse(here.refused)
        folders = [parts[-1] for parts in here.folders]
        self._learn(level, folders, here.files)
        for name in sorted(folders):
            try:
                self._folder(level, name)
            except Refused as error:
                self.unplaced.append((printable("/".join((*level, name))), str(error)))
        for entry in sorted(here.files, key=lambda entry: entry.name):
            self._file(entry)
        for hand_in in self.hand_ins.values():
            _rank(hand_in)
            if branch := self.branches.get(hand_in.person):
                hand_in.notes.append(f"{printable(branch)} taken as a branch of {hand_in.person.id}'s repository")

    # find the folder that holds the class

    def _class_level(self) -> tuple[str, ...] | None:
        """The folder whose children are students, inside those that wrap the class. None if it is unclear."""
        level: tuple[str, ...] = ()
        while True:
            here = self.tree.children(level)
            folders = sorted(parts[-1] for parts in here.folders)
            if any(self._is_handed_in(entry.name) for entry in here.files):
                return level
            if self.assignment.name in folders and set(folders) <= set(self.course.assignments):
                wrapper = self.assignment.name
                if self._holds_its_notebooks((*level, wrapper)):
                    return level
                others = [name for name in folders if name != wrapper]
                self.left_out += [(self._path(level, name), f"belongs to the assignment {name}") for name in others]
            elif len(folders) == 1 and self._is_wrapper(folders[0]):
                [wrapper] = folders
                if self._holds_its_notebooks((*level, wrapper)):
                    return level
            elif len(folders) == 1 and not self._is_one_student(level, folders[0]):
                return None
            else:
                return level
            self._refuse(here.refused)
            self.left_out += [(entry.path, "is outside the students' folders") for entry in here.files]
            level = (*level, wrapper)

    def _is_handed_in(self, name: str) -> bool:
        if is_archive(name) or name == GRADESCOPE_METADATA or read_name(name):
            return True
        return may_be_notebook(name) and (".ipynb" in name.lower() or bool(notebooks_named(name, self.course)))

    def _is_of_one_student(self, source: str) -> bool:
        """Whether a platform gives the download's own name to the work of one student."""
        if is_of_one_student(source):
            return True
        return read_name(source) is not None and not DATED.fullmatch(source)

    def _is_wrapper(self, folder: str) -> bool:
        known = {self.assignment.name, self.course.id}
        return folder.lower() in {name.lower() for name in known} or _wraps_a_class(folder)

    def _is_one_student(self, level: tuple[str, ...], folder: str) -> bool:
        """Whether the only folder is certainly a student's. If it may hold several students, report that."""
        if self._made_by_platform(level, folder) or folder in self.course.assignments:
            return True
        top = (*level, folder)
        if self._holds_its_notebooks(top):
            return True
        inside = self.tree.children(top)
        folders = [parts[-1] for parts in inside.folders]
        files = [entry.name for entry in inside.files if self._is_handed_in(entry.name)]
        if not files and (not folders or self._is_nbgraders(top, folders)):
            return True
        if not files and folders == [folder]:
            return True  # both readings give the same student
        who, name = [*folders, *files], printable(folder)
        shown = _shown(sorted(who))
        if len(who) == 1 and not self._is_wrapper(who[0]):
            why = f"either {name} or {shown} may be the student"
        else:
            why = f"may be one student's, or hold several students' work: {shown}"
        unpack = "unpack the zip and " if isinstance(self.tree, Archive) else ""
        why += f"; if {name} holds the class, {unpack}collect from {self._path(self.from_name, top)}; "
        why += "if it is a student's, move the notebook into it"
        self.unplaced.append((self._path(top, *who[:1]) if len(who) == 1 else self._path(top), why))
        return False

    def _made_by_platform(self, level: tuple[str, ...], folder: str) -> bool:
        clones = CLONES.fullmatch(level[-1] if level else self.from_name)
        is_clone = clones and github_login(folder, [clones["assignment"]])
        return bool(read_name(folder) or GRADESCOPE_FOLDER.fullmatch(folder) or is_clone)

    def _is_nbgraders(self, top: tuple[str, ...], folders: list[str]) -> bool:
        """Whether the folder is STUDENT/, with one or several ASSIGNMENT/ in it."""
        return set(folders) <= set(self.course.assignments) and all(
            not self.tree.children((*top, name)).folders or self._holds_its_notebooks((*top, name)) for name in folders
        )

    def _holds_its_notebooks(self, folder: tuple[str, ...]) -> bool:
        """Whether the folder contains a notebook with the notebook's own name, without a student's."""
        names = [entry.name for entry in self.tree.children(folder).files if may_be_notebook(entry.name)]
        return any(self._split(notebook_stem(name))[0] is None for name in names if read_name(name) is None)

    # find out whose the folders and files there are

    def _learn(self, level: tuple[str, ...], folders: list[str], files: list[Entry]) -> None:
        """Read what only all the names together reveal, or a file that the platform added."""
        receipts: dict[str, str] = {}
        for entry in files:
            if (match := BLACKBOARD.fullmatch(entry.name)) and match["receipt"]:
                receipts[match["before"]] = self._text(entry, MAX_RECEIPT).decode("utf-8", "replace")
            elif entry.name == GRADESCOPE_METADATA:
                try:
                    self.metadata = gradescope_uploads(self._text(entry, MAX_METADATA))
                except ValueError as error:
                    self.unplaced.append((entry.path, str(error)))
        self.download = Download(blackboard_logins([*folders, *(entry.name for entry in files)], receipts))
        self.clones_of = self._clones_of(level)
        zips = [entry.name[:-4] for entry in files if is_archive(entry.name)]
        self.repositories = Counter(self._github(name) for name in (*folders, *zips))
        self.branches = {self._github(name): name for name in (*folders, *zips) if without_branch(name) != name}

    def _clones_of(self, level: tuple[str, ...]) -> list[str]:
        around = CLONES.fullmatch(level[-1] if level else self.from_name)
        return [*([around["assignment"]] if around else []), self.assignment.name]

    def _github(self, name: str) -> Person | None:
        """Whose clone or "Download ZIP" it is. A folder of clones holds only clones, so there `-main` ends a login."""
        return github_login(name if len(self.clones_of) > 1 else without_branch(name), self.clones_of)

    def _text(self, entry: Entry, limit: int) -> bytes:
        try:
            return entry.read(ByteBudget(limit))
        except Refused as error:
            self.unplaced.append((entry.path, str(error)))
            return b""

    def _folder(self, level: tuple[str, ...], folder: str) -> None:
        top = (*level, folder)
        if folder in self.course.assignments:
            if folder != self.assignment.name:
                self.left_out.append((self._path(top), f"belongs to the assignment {folder}"))
                return
            raise Refused("is an assignment's folder outside a student's folder; collect from the folder above")
        if _wraps_a_class(folder):
            raise Refused("does not name a student; collect from this folder if the students' folders are in it")
        listing = self.tree.below(top, MAX_ENTRIES)
        self.entries += len(listing.files) + len(listing.folders)
        if self.entries > MAX_CLASS_ENTRIES:
            self.entries -= len(listing.files) + len(listing.folders)
            raise Refused(
                f"exceeds the {MAX_CLASS_ENTRIES:,} files and folders that are read from one download; collect it "
                "from a folder of its own"
            )
        self._refuse(listing.refused)
        files = [(entry.parts[len(top) :], entry) for entry in listing.files]
        if any(why.startswith("holds more") for _, why in listing.refused):
            return
        uploads = self._uploads(folder)
        for upload in uploads:
            self._add(upload, files, folder)
            self.hand_ins[upload.person].folder = top
            if len(uploads) > 1:
                self.hand_ins[upload.person].group = f"@{upload.person.platform} {folder}"

    def _uploads(self, folder: str) -> list[Upload]:
        """Whose folder it is. Gradescope may name several people."""
        if upload := read_name(folder, self.download):
            return [upload]
        if MOODLE_DEFAULT_GROUP.fullmatch(folder):
            raise Refused("is from Moodle's default group, so its student is unknown")
        if GRADESCOPE_FOLDER.fullmatch(folder):
            if self.metadata is None:
                raise Refused(f"has Gradescope's number, but {GRADESCOPE_METADATA}, which names students, is missing")
            if not (uploads := self.metadata.get(folder)):
                raise Refused(f"has no :sid: and no :email: in {GRADESCOPE_METADATA}, so its student is unknown")
            return uploads
        if person := self._github(folder):
            self._refuse_two(person)
            return [Upload(person)]
        return [Upload(Person(folder))]

    def _refuse_two(self, person: Person) -> None:
        if self.repositories[person] > 1:
            raise Refused(f"is one of {self.repositories[person]} that may be {person}'s; remove all but one")

    def _add(self, upload: Upload, files: list[File], name: str = "") -> None:
        """Add files to the person's hand-in; `name` is that of the folder or file in the download."""
        hand_in = self.hand_ins.setdefault(upload.person, HandIn(upload.person))
        if prefix := name[: upload.ends]:
            hand_in.uploads.append((upload.attempt, UploadName(prefix, upload.file)))
        hand_in.files += files
        hand_in.attempts |= {entry: upload.attempt for _, entry in files}
        if upload.person.on.ranks and upload.attempt:
            hand_in.series.setdefault(SUFFIX.sub("", upload.file), set()).add(upload.attempt)
        hand_in.arrived = max(filter(None, (hand_in.arrived, upload.arrived)), default=None)
        late = f"marked LATE by {upload.person.platform}"
        if upload.late and not hand_in.late:
            hand_in.late = True
            hand_in.notes.append(late)

    def _file(self, entry: Entry) -> None:
        if upload := read_name(entry.name, self.download):
            if not upload.receipt:
                self._add(upload, [((upload.file or entry.name,), entry)], entry.name)
            else:  # a student who handed in only text is also listed
                self.hand_ins.setdefault(upload.person, HandIn(upload.person))
            return
        if is_own_file(entry.name):
            return
        if self.metadata and entry.name in self.metadata:
            for upload in self.metadata[entry.name]:
                self._add(upload, [((entry.name,), entry)])
            return
        if not may_be_notebook(entry.name) and not is_archive(entry.name):
            self.unplaced.append((entry.path, "is neither a notebook nor a zip, and is not in a student's folder"))
            return
        stem = entry.name[:-4] if is_archive(entry.name) else notebook_stem(entry.name)
        if is_archive(entry.name) and is_notebook(stem):  # "alice_knn.ipynb.zip"
            stem = notebook_stem(stem)
        student, rest = self._split(stem, archive=is_archive(entry.name))
        if is_archive(entry.name) and student is not None and (owner := self._github(stem)):
            try:
                self._refuse_two(owner)
            except Refused as error:
                self.unplaced.append((entry.path, str(error)))
                return
            self._add(Upload(owner), [((entry.name,), entry)])
        elif student is not None and not (is_archive(entry.name) and _wraps_a_class(student)):
            suffix = entry.name[len(stem) :].lower()
            self._add(Upload(Person(student)), [((f"{rest}{suffix}",), entry)])
        elif foreign := set(notebooks_named(stem, self.course)) - set(self.assignment.notebooks):
            notebook = min(foreign)
            why = f"is {notebook} of the assignment {owner_of(notebook, self.course)}"
            self.left_out.append((entry.path, why))
        else:
            wanted = " or ".join(f"STUDENT_{nb}.ipynb" for nb in self.assignment.notebooks)
            why = f"does not name a student; rename it to {wanted}, or put it in a folder with the student's name"
            self.unplaced.append((entry.path, why))

    def _split(self, stem: str, archive: bool = False) -> tuple[str | None, str]:
        """("alice", "knn (1)") of "alice_knn (1)"; (None, stem) if the stem does not name a student."""
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

    def _refuse(self, refused: list[tuple[str, str]]) -> None:
        """Report refused entries: as not placed if they may be the submission, otherwise as left out."""
        for path, why in refused:
            matters = may_be_notebook(path) or is_archive(path) or why.startswith(("cannot", "holds"))
            (self.unplaced if matters else self.left_out).append((path, why))

    @staticmethod
    def _path(*parts: str | tuple[str, ...]) -> str:
        names = [name for part in parts for name in (part if isinstance(part, tuple) else (part,))]
        return printable("/".join(names))


def _wraps_a_class(name: str) -> bool:
    """Whether a folder or zip of this name holds a class, and is not a student's."""
    return name.lower() in WRAPPERS or is_around_class(name)


def _shown(names: list[str]) -> str:
    return ", ".join(printable(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")


def _rank(hand_in: HandIn) -> None:
    """Order the attempts at each file by when they were handed in, on platforms with their own ranking."""
    if not (ranked := hand_in.person.on.ranks):
        return
    ranks: dict[Attempt, Attempt] = {}
    for name, attempts in hand_in.series.items():
        ranks |= (latest_first := ranked(attempts))
        latest, *earlier = (number for number, _ in latest_first)
        if earlier:
            older = ", ".join(map(str, earlier))
            hand_in.notes.append(f"handed in {printable(name)} again: number {latest} counts, not {older}")
    hand_in.attempts = {entry: ranks.get(attempt, attempt) for entry, attempt in hand_in.attempts.items()}


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", unicodedata.normalize("NFC", text).casefold()) if word]


def _occurs(words: list[str], inside: list[str]) -> bool:
    return any(inside[i : i + len(words)] == words for i in range(len(inside) - len(words) + 1))
