"""Record where each hand-in came from, in .cs231n/collected/ASSIGNMENT.jsonl, which only `collect` writes.

The file has a line for each hand-in whose person is new: the student's id in the course, and the platform, id, name and
email from the download, and the group whose work it is. The last line about a student counts.
"""

import json
from dataclasses import asdict, replace
from pathlib import Path

from autograder.course.workspace import Workspace
from autograder.submissions.platforms import BLIND, HIDDEN, Person
from autograder.text import same_name

FOLDER = (".cs231n", "collected")


class Origins:
    """The people whose work was collected for one assignment.

    Attributes
    ----------
    here
        The person whose work each student's is; of a group, the one who handed it in.
    groups
        The group whose work it is, of the students who have that of a group.
    """

    def __init__(self, workspace: Workspace, assignment: str) -> None:
        self.path = workspace.root.joinpath(*FOLDER) / f"{assignment}.jsonl"
        self.here, self.groups = _read_all(self.path)
        self.elsewhere: dict[str, Person] = {}
        for path in sorted(self.path.parent.glob("*.jsonl")):
            if path != self.path:
                self.elsewhere |= _read(path)

    def other(self, student: str, person: Person) -> Person | None:
        """The person who handed in the work of `student`, if it was not `person`."""
        before = self.here.get(student)
        return None if before is None or _same(before, person) else before

    def known_elsewhere(self, student: str, person: Person) -> Person | None:
        """The person who has this id in another assignment, if it is not `person`."""
        before = self.elsewhere.get(student)
        person = replace(person, source="")  # the source contains the title of the assignment
        return None if before is None or _same(before, person) else before

    def student_of(self, source: str) -> str | None:
        """The student whose earlier hand-in for this assignment had the same `Person.source`."""
        return next((student for student, person in self.here.items() if source and person.source == source), None)

    def keep(self, student: str, person: Person, group: str = "") -> None:
        """Record whose hand-in it is. Call this before the hand-in is put in place, so that it is never anyone's."""
        if self.here.get(student) == person and self.groups.get(student, "") == group:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        of_group = {"group": group} if group else {}
        line = json.dumps({"student": student, **asdict(person), **of_group}, ensure_ascii=False)
        torn = self.path.exists() and not self.path.read_bytes().endswith(b"\n")  # after a kill or on a full disk
        with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(("\n" if torn else "") + line + "\n")
        self.here[student] = person
        self.groups.pop(student, None)
        if group:
            self.groups[student] = group


def people(workspace: Workspace) -> dict[str, Person]:
    """Map the id of every collected student to the person."""
    found: dict[str, Person] = {}
    for path in sorted(workspace.root.joinpath(*FOLDER).glob("*.jsonl")):
        found |= _read(path)
    return found


def _same(one: Person, other: Person) -> bool:
    """Whether they are one person: the same id on the same platform, without two different names."""
    same_id = one.id == other.id or one.on.ids_ignore_case and same_name(one.id) == same_name(other.id)
    if one.on.hides_names:
        same_id = one.id.removeprefix(HIDDEN) == other.id.removeprefix(HIDDEN)
    names = {same_name(" ".join(person.name.split())) for person in (one, other)} - {""}
    if one.on.hides_names:  # such a platform may also write "GROUP-NAME", as Moodle does
        names = {name for name in names if not BLIND.fullmatch(name)}
        names = {name for name in names if not any(name.endswith(f"-{shorter}") for shorter in names)}
    if one.source and other.source and not (one.name and other.name):  # without two receipts, only the source is sure
        same_id = one.source == other.source
    elif one.source and one.source == other.source:
        same_id = True
    return one.platform == other.platform and same_id and len(names) < 2


def _read(path: Path) -> dict[str, Person]:
    return _read_all(path)[0]


def _read_all(path: Path) -> tuple[dict[str, Person], dict[str, str]]:
    """The person and the group of each student."""
    found: dict[str, Person] = {}
    groups: dict[str, str] = {}
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return found, groups
    for line in text.split("\n"):
        try:
            entry = json.loads(line)
            student, group = entry.pop("student"), entry.pop("group", "")
            found[student] = Person(**entry)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue  # an incomplete line
        groups.pop(student, None)
        if group:
            groups[student] = str(group)
    return found, groups
