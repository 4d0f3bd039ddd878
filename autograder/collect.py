"""Bring a download of submissions into the workspace: submitted/STUDENT/ASSIGNMENT/.

Who handed in what is read by layouts.py; foreign files are read by foreign_files.py. Which
file is which notebook is decided in choose.py. Here the result is put in place, one student at a time and
all or nothing.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.choose import Choice
from autograder.course import TIMESTAMP, Assignment, Course
from autograder.errors import KitError
from autograder.foreign_files import MAX_CLASS_ENTRIES, Archive, Budget, Folder, Refused, printable, read_ordinary
from autograder.layouts import HandIn, is_archive, is_notebook, sort_by_student, student_id

MAX_EARLIER_BYTES = 500_000_000  # of the submission that is replaced
MAX_ID_BYTES = 128  # the width of nbgrader's student.id column, and well below what file systems allow


@dataclass
class Placed:
    """A student's submission that is now in submitted/."""

    student: str
    state: str  # "new", "replaced" or "unchanged"
    notebooks: list[str]
    notes: list[str] = field(default_factory=list)


@dataclass
class Collected:
    placed: list[Placed] = field(default_factory=list)
    unplaced: list[tuple[str, str]] = field(default_factory=list)  # (student or path, why)
    left_out: list[tuple[str, str]] = field(default_factory=list)  # (path, why)


def collect(
    workspace,
    assignment: str,
    from_path: Path | str,
    received: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Collected:
    """Place the submissions of `assignment` found in `from_path`, a folder or a zip.

    A student's earlier submission is replaced where a file differs; notebooks and files that the new
    download does not have stay. Notebooks are taken as they are, broken ones too: the grader reports those.

    Arguments:
        workspace: the autograder.workspace.Workspace to place them in.
        received: "2026-11-20 23:59", optionally followed by a time zone (+0100, Europe/Berlin; UTC when
            there is none): written to the timestamp.txt of every submission that is new or replaced.
        progress: called as progress(done, total) after each student.

    Raises:
        KitError: no such file, not a zip, nothing in it, an unknown assignment, an unreadable time.
    """
    course = workspace.course
    wanted = course.assignment(assignment)
    stamp = read_time(received) if received else None
    source = Path(from_path)
    submitted = workspace.submitted("x", assignment).parent.parent
    if source.resolve() == submitted.resolve():
        raise KitError(f"{source} is this workspace's own folder of submissions; they are in place already.")

    listing = _open(source).listing()
    if not listing.files and not listing.folders and not listing.refused:
        raise KitError(f"{source} is empty.")
    found = sort_by_student(listing, course, wanted, source.stem)
    result = Collected(unplaced=found.unplaced, left_out=found.left_out)
    for path, why in listing.refused:
        matters = is_notebook(path) or is_archive(path) or why.startswith("cannot")
        (result.unplaced if matters else result.left_out).append((path, why))

    hand_ins = _without_collisions(found.hand_ins, result)
    _finish_interrupted(submitted)
    for done, hand_in in enumerate(hand_ins, start=1):
        try:
            place(workspace, course, wanted, hand_in, stamp, result)
        except Refused as error:
            result.unplaced.append((printable(hand_in.name), str(error)))
        if progress:
            progress(done, len(hand_ins))
    return result


def read_time(text: str) -> datetime:
    """The time, in UTC, of "2026-11-20 23:59" with or without a time zone; KitError when it is none."""
    words = text.split()
    try:
        if len(words) == 3 and not words[2].lstrip("+-").replace(":", "").isdigit():
            time = datetime.fromisoformat(" ".join(words[:2])).replace(tzinfo=ZoneInfo(words[2]))
        else:
            time = datetime.fromisoformat("".join([" ".join(words[:2]), *words[2:]]))
    except (ValueError, OSError, KeyError):
        examples = '"2026-11-20 23:59", "2026-11-20 23:59 +0100" or "2026-11-20 23:59 Europe/Berlin"'
        raise KitError(f"{text!r} is not a time.", f"Write {examples}.") from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def _open(source: Path) -> Folder | Archive:
    if source.is_dir():
        return Folder(source)
    if not source.exists():
        raise KitError(f"There is no {source}.", "Give the folder or the zip that you downloaded.")
    try:
        return Archive(source, MAX_CLASS_ENTRIES)
    except Refused as error:
        raise KitError(f"{source} {error}.", "Give a folder or a zip of submissions.") from None


def _without_collisions(hand_ins: list[HandIn], result: Collected) -> list[HandIn]:
    """The hand-ins whose student id is theirs alone; the others are reported, never merged."""
    by_id = defaultdict(list)
    for hand_in in hand_ins:
        by_id[student_id(hand_in.name).casefold()].append(hand_in)  # as file systems that ignore case see it
    alone = []
    for same in by_id.values():
        if len(same) == 1:
            alone += same
            continue
        who = ", ".join(repr(printable(h.name)) + (f" ({h.lms_id})" if h.lms_id else "") for h in same)
        why = f"{len(same)} students would share one folder: {who}; rename their folders or files"
        result.unplaced += [(printable(h.name) + (f" ({h.lms_id})" if h.lms_id else ""), why) for h in same]
    return sorted(alone, key=lambda hand_in: student_id(hand_in.name))


def place(workspace, course: Course, wanted: Assignment, hand_in: HandIn, stamp, result: Collected) -> None:
    """Put one student's hand-in into submitted/, and what came of it into `result`; Refused where nothing can be."""
    student = student_id(hand_in.name)
    if not student:
        raise Refused("has no letter or digit that could make a student's id")
    if len(student.encode()) > MAX_ID_BYTES:
        raise Refused(f"makes a student's id of more than {MAX_ID_BYTES} bytes; shorten it")
    target = workspace.submitted(student, wanted.name)
    if target.is_symlink() or target.parent.is_symlink():
        raise Refused(f"{target} is a link, and nothing is written through links")

    choice = Choice(course, wanted, hand_in)
    contents = choice.contents()
    placed = Placed(student, "", sorted(choice.chosen), [*hand_in.notes, *choice.notes])
    if student != hand_in.name:
        placed.notes.insert(0, f"named {student!r} for {printable(hand_in.name)!r}")
    result.left_out += choice.left_out
    result.unplaced += [(student, f"{path} {why}") for path, why in choice.refused]
    placed.state = _write(target, contents, stamp, placed.notes)
    result.placed.append(placed)


def _write(target: Path, contents: dict[str, bytes], stamp: datetime | None, notes: list[str]) -> str:
    """Put the files in place; "new", "replaced" or "unchanged"."""
    old = {}
    if target.is_dir():
        old = _earlier(target, notes)
    had_stamp = TIMESTAMP in old
    changed = any(old.get(name) != data for name, data in contents.items())
    state = "unchanged" if old and not changed else "replaced" if old else "new"
    if state == "unchanged" and (had_stamp or not stamp):
        return state

    contents = {**_without_clashes(old, contents), **contents}
    if stamp:
        contents[TIMESTAMP] = stamp.strftime("%Y-%m-%d %H:%M:%S.%f UTC\n").encode()
    elif had_stamp and state == "replaced":
        notes.append("keeps the earlier submission's timestamp; --received sets another")
    _swap_in(target, contents)
    return state


def _earlier(target: Path, notes: list[str]) -> dict[str, bytes]:
    """The files of the earlier hand-in by their paths, but for those that are no ordinary files or are too large."""
    found, left = {}, MAX_EARLIER_BYTES
    for path in sorted(target.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        parts = path.relative_to(target).parts
        try:
            found["/".join(parts)] = data = read_ordinary(target, parts, Budget(left))
            left -= len(data)
        except Refused as error:
            notes.append(f"{printable('/'.join(parts))} of the earlier submission is not kept: it {error}")
    return found


def _without_clashes(old: dict[str, bytes], new: dict[str, bytes]) -> dict[str, bytes]:
    """The earlier files but for those that now have the name of a folder, or lie where now a file is."""
    return {
        path: content
        for path, content in old.items()
        if not any(name.startswith(f"{path}/") or path.startswith(f"{name}/") for name in new)
    }


def _swap_in(target: Path, contents: dict[str, bytes]) -> None:
    """Replace the folder `target` as a whole: at every moment the old or the new one can be found."""
    staging = _staging(target.parent.parent)
    staging.mkdir(parents=True, exist_ok=True)
    new = staging / "new"
    new.mkdir()
    for name, data in contents.items():
        path = new / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    target.parent.mkdir(parents=True, exist_ok=True)
    old = staging / "old" / target.parent.name / target.name
    if target.exists():
        old.parent.mkdir(parents=True, exist_ok=True)
        os.rename(target, old)
    os.rename(new, target)
    shutil.rmtree(staging)


def _finish_interrupted(submitted: Path) -> None:
    """Put back what a run that was killed between its two renames had taken away."""
    staging = _staging(submitted)
    for old in (staging / "old").glob("*/*"):
        target = submitted / old.parent.name / old.name
        if not target.exists():
            os.rename(old, target)
    if staging.exists():
        shutil.rmtree(staging)


def _staging(submitted: Path) -> Path:
    return submitted / ".collecting"  # a hidden name: neither nbgrader nor the grader looks there
