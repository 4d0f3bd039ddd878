"""Decide which of a student's files is which notebook of an assignment.

An exact name is best, then a name that contains the notebook's name as a word ("Copy of knn (1).ipynb"). If the
assignment has one notebook, the student's only notebook also counts. If a platform keeps several attempts, the latest
one with the notebook counts. If two different files fit equally well, neither is taken. A file that a browser has named
`knn.ipynb.txt` or `knn.json` counts if it contains a notebook.
"""

import json

from autograder.course.course_toml import TIMESTAMP, Assignment, Course
from autograder.submissions.foreign_files import Archive, ByteBudget, Entry, Refused
from autograder.submissions.layouts import (
    File,
    HandIn,
    is_archive,
    is_notebook,
    may_be_notebook,
    notebook_stem,
    notebooks_named,
    owner_of,
)
from autograder.submissions.platforms import Attempt
from autograder.submissions.work_files import take_accepted
from autograder.text import printable


class Choice:
    """The choice of one student's files as the assignment's notebooks.

    Parameters
    ----------
    course, wanted
        The course, and the assignment that was handed in.
    hand_in
        What the student handed in.
    of_class
        How many bytes may still be read of the whole download.

    Attributes
    ----------
    chosen
        The file for each notebook that was found, by the notebook's name.
    notes
        Which files were renamed or are missing.
    left_out, refused
        (path, reason) of the files that are not taken.
    """

    def __init__(self, course: Course, wanted: Assignment, hand_in: HandIn, of_class: ByteBudget | None = None) -> None:
        self.course, self.wanted, self.of_class = course, wanted, of_class
        self.budget = ByteBudget(wanted.limits.file_bytes, of_class=of_class)
        self.attempts = dict(hand_in.attempts)
        self.looking = ByteBudget(wanted.limits.submission_bytes, of_class=of_class)
        self.known: dict[Entry, bool] = {}  # whether files without a notebook's name are notebooks
        self.chosen: dict[str, File] = {}
        self.notes: list[str] = []
        self.left_out: list[tuple[str, str]] = []
        self.refused: list[tuple[str, str]] = []
        self.files = self._of_this_assignment(hand_in.files)
        self._choose()
        if len(self.chosen) < len(wanted.notebooks) and self._open_archives():
            self._choose()

    def contents(self) -> dict[str, bytes]:
        """The files to place, by their paths. Raises Refused if there is no notebook."""
        if not self.chosen:
            raise Refused(self._why_nothing())
        contents = {}
        for notebook, (parts, entry) in self.chosen.items():
            contents[f"{notebook}.ipynb"] = self._read(entry)
            if parts[-1] != f"{notebook}.ipynb":
                self.notes.append(f"{entry.name} taken as {notebook}.ipynb")
        missing = [f"{nb}.ipynb" for nb in self.wanted.notebooks if nb not in self.chosen]
        if missing:
            self.notes.append(f"missing: {', '.join(missing)}")
        base = next(iter(self.chosen.values()))[0][:-1]
        beside = []
        newest_first = sorted(self.files, key=lambda item: self._attempt(item), reverse=True)
        for parts, entry in newest_first:
            inside = parts[len(base) :] if parts[: len(base)] == base else ()
            if any(entry is taken for _, taken in self.chosen.values()):
                continue
            if inside and "/".join(inside) in self.wanted.files:
                if "/".join(inside) not in contents:
                    contents["/".join(inside)] = self._read(entry)
            elif inside and self.wanted.accepts(inside):
                beside.append((inside, entry))
            else:
                self.left_out.append((entry.path, self._why_left_out(parts, entry)))
        accepted, left_out = take_accepted(self.wanted, beside, self.of_class)
        self.left_out += left_out
        return contents | accepted

    @property
    def latest(self) -> Attempt:
        """The latest attempt among the chosen notebooks; () if the platform has none."""
        return max(map(self._attempt, self.chosen.values()), default=())

    def _read(self, entry: Entry) -> bytes:
        try:
            return entry.read(self.budget)
        except Refused as error:
            raise Refused(f"{entry.path} {error}") from None

    def _of_this_assignment(self, files: list[File]) -> list[File]:
        """All files, or in nbgrader's layout, STUDENT/ASSIGNMENT/, those of this assignment only."""
        name = self.wanted.name
        kept: list[File] = []
        nested = any(len(parts) > 1 and parts[0] == name for parts, _ in files)
        for parts, entry in files:
            first = parts[0] if len(parts) > 1 else ""
            if first != name and first in self.course.assignments:
                self.left_out.append((entry.path, f"belongs to the assignment {first}"))
            elif nested and first != name:
                self.left_out.append((entry.path, f"is outside the folder {name}"))
            else:
                kept.append((parts, entry))
        return kept

    def _open_archives(self) -> bool:
        packed = ByteBudget(self.wanted.limits.file_bytes, of_class=self.of_class)
        found = False
        for item in [item for item in self.files if is_archive(item[1].name)]:
            parts, entry = item
            try:
                listing = Archive(entry.read(packed)).listing()
            except Refused as error:
                raise Refused(f"{entry.path} {error}") from None
            inside = [(parts[:-1] + e.parts, e) for e in listing.files]
            self.attempts |= {e: self._attempt(item) for e in listing.files}
            self.files.remove(item)
            self.files += self._of_this_assignment(inside)
            self.refused += [(f"{entry.path}: {path}", why) for path, why in listing.refused]
            found = True
        return found

    def _choose(self) -> None:
        for notebook in self.wanted.notebooks:
            if notebook not in self.chosen and (item := self._best(notebook)):
                self.chosen[notebook] = item

    def _best(self, notebook: str) -> File | None:
        """The file that is this notebook, by its exact name or else by the words in its name; None if there is none."""
        notebooks = [item for item in self.files if self._is_notebook(item[1])]
        attempts = sorted({self._attempt(item) for item in notebooks}, reverse=True)
        of_attempts = [[item for item in notebooks if self._attempt(item) == attempt] for attempt in attempts]
        for items in of_attempts:
            exact = [item for item in items if item[0][-1] == f"{notebook}.ipynb"]
            named = [item for item in items if notebooks_named(notebook_stem(item[0][-1]), self.course) == [notebook]]
            if matching := exact or [item for item in named if is_notebook(item[0][-1])] or named:
                return self._only(notebook, matching)
        if len(self.wanted.notebooks) == 1 and all(len(items) == 1 for items in of_attempts):
            unknown = [i for i in notebooks if not notebooks_named(notebook_stem(i[0][-1]), self.course)]
            return max(unknown, key=self._attempt, default=None)
        return None

    def _only(self, notebook: str, matching: list[File]) -> File:
        """The file in the fewest folders among those that may be this notebook. Raises Refused if two such differ."""
        depth = min(len(parts) for parts, _ in matching)
        best = [item for item in matching if len(item[0]) == depth]
        if len(best) > 1 and len({self._read(entry) for _, entry in best}) > 1:
            names = ", ".join(entry.path for _, entry in best)
            raise Refused(f"{len(best)} files may be {notebook}.ipynb: {names}; remove all but one")
        return best[0]

    def _attempt(self, item: File) -> Attempt:
        return self.attempts.get(item[1], ())

    def _is_notebook(self, entry: Entry) -> bool:
        """Whether it is a notebook: by its name, or by its contents if a browser has changed its name."""
        if is_notebook(entry.name) or not may_be_notebook(entry.name):
            return is_notebook(entry.name)
        if entry not in self.known:
            try:
                content = json.loads(entry.read(self.looking))
                self.known[entry] = isinstance(content, dict) and bool({"cells", "worksheets"} & content.keys())
            except (Refused, ValueError, RecursionError):
                self.known[entry] = False
        return self.known[entry]

    def _why_left_out(self, parts: tuple[str, ...], entry: Entry) -> str:
        name = parts[-1]
        if name == TIMESTAMP:
            return "is ignored; set the time of submissions with --received"
        if is_archive(name):
            return "is an archive, and the notebooks were found outside it"
        if not self._is_notebook(entry):
            return "is not part of the assignment"
        named = notebooks_named(notebook_stem(name), self.course)
        if len(named) == 1 and named[0] in self.chosen:
            return f"is not needed: {self.chosen[named[0]][1].name} was taken as {named[0]}.ipynb"
        return self._why_unknown(name, named)

    def _why_unknown(self, name: str, named: list[str]) -> str:
        if len(named) > 1:
            return f"may be {' or '.join(named)}"
        if named:
            return f"is {named[0]} of the assignment {owner_of(named[0], self.course)}"
        return "is not a notebook of the assignment"

    def _why_nothing(self) -> str:
        wanted = " or ".join(f"{nb}.ipynb" for nb in self.wanted.notebooks)
        if not self.files:
            other = f" for {self.wanted.name}" if self.left_out else ""
            why = f"holds no files{other}"
        else:
            names = [self._described(*item) for item in self.files[:4]]
            shown = ", ".join(names) + (", ..." if len(self.files) > 4 else "")
            why = f"has no {wanted}; it holds {shown}"
        refused = "; ".join(f"{path} {reason}" for path, reason in self.refused[:3])
        return f"{why}; {refused}" if refused else why

    def _described(self, parts: tuple[str, ...], entry: Entry) -> str:
        why = f" ({self._why_left_out(parts, entry)})" if is_notebook(entry.name) else ""
        return printable(entry.name) + why
