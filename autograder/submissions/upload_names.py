"""Record what each student's files were called in a download, in .cs231n/uploads/ASSIGNMENT.jsonl.

A platform takes feedback in bulk only under the names of its own download. The file has a line for each hand-in whose
names are new: the student's id in the course, the platform and its id of the person, and for each folder or file the
platform's part of its name and the student's name of the file. The last line about a student and a platform counts. If
a later line says that the platform's person is another student, the earlier line no longer counts.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from autograder.course.workspace import Workspace
from autograder.submissions.platforms import HIDDEN, Person

FOLDER = (".cs231n", "uploads")


@dataclass(frozen=True)
class UploadName:
    """A name in a download.

    Attributes
    ----------
    prefix
        The platform's part of it, such as "leeann_1001_50001".
    file
        The student's own name for the file; "" for a folder.
    """

    prefix: str
    file: str = ""


class UploadNames:
    """The names in the downloads of one assignment; of several attempts, the latest is last."""

    def __init__(self, workspace: Workspace, assignment: str) -> None:
        self.path = workspace.root.joinpath(*FOLDER) / f"{assignment}.jsonl"
        self.found: dict[tuple[str, str], tuple[str, list[UploadName]]] = {}
        for line in _lines(self.path):
            try:
                entry = json.loads(line)
                names = [UploadName(*map(str, name)) for name in entry["names"]]
                self._set(str(entry["student"]), str(entry["platform"]), str(entry["id"]), names)
            except (ValueError, TypeError, KeyError):
                continue  # an incomplete line

    def of(self, student: str, platform: str) -> list[UploadName]:
        """The names of a student's files in the latest download of a platform; [] if none are known."""
        return self.found.get((student, platform), ("", []))[1]

    def keep(self, student: str, person: Person, names: list[UploadName]) -> None:
        """Record the names under which a hand-in came."""
        id = person.id.removeprefix(HIDDEN)
        if not names or self.found.get((student, person.platform)) == (id, names):
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        entry = {"student": student, "platform": person.platform, "id": id}
        line = json.dumps({**entry, "names": [[name.prefix, name.file] for name in names]}, ensure_ascii=False)
        torn = self.path.exists() and not self.path.read_bytes().endswith(b"\n")  # after a kill or on a full disk
        with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(("\n" if torn else "") + line + "\n")
        self._set(student, person.platform, id, names)

    def _set(self, student: str, platform: str, id: str, names: list[UploadName]) -> None:
        for (other, where), (known, _) in list(self.found.items()):
            if other != student and where == platform and known == id:
                del self.found[other, where]
        self.found[student, platform] = (id, names)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").split("\n")
    except OSError:
        return []
