"""Put a download of submissions into the workspace: submitted/STUDENT/ASSIGNMENT/.

layouts.py and platforms.py find out who handed in what, and choose.py decides which file is which notebook;
foreign_files.py reads the files. This module puts the result in place, one student at a time, completely or not at all.
origins.py records where each submission came from, so that one person's work does not replace another's. If the
workspace has a roster, roster_match.py finds each person in it, and the roster's id names the folder. Of what a group
hands in, each member gets a copy.
"""

import contextlib
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from autograder.course.course_toml import TIMESTAMP, Assignment, Course
from autograder.course.groups import read_groups
from autograder.course.moments import shown_moment
from autograder.course.roster import Roster, Student, read_roster
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.submissions.arrival import Arrival, Stamp
from autograder.submissions.choose import Choice
from autograder.submissions.foreign_files import MAX_CLASS_ENTRIES, Archive, ByteBudget, Folder, Refused, read_ordinary
from autograder.submissions.layouts import HandIn, Sorted, sort_by_student
from autograder.submissions.origins import Origins
from autograder.submissions.platforms import HIDDEN, Person
from autograder.submissions.roster_match import Match, alias_of, is_hidden, match, moodle_group
from autograder.submissions.upload_names import UploadNames
from autograder.text import printable, safe_name, same_name

MAX_EARLIER_BYTES = 500_000_000  # kept of the submission that is replaced
MAX_ID_BYTES = 128  # the width of nbgrader's student.id column, and well below what file systems allow
MAX_CLASS_BYTES = 20_000_000_000  # read from one download, all students together
State = Literal["new", "replaced", "time changed", "unchanged"]
MEMBER = "group"  # instead of a platform, for a student who has a copy of what the group handed in
NBGRADERS_FORM = "%Y-%m-%d %H:%M:%S.%f UTC"


@dataclass(frozen=True)
class Placed:
    """A student's submission that is now in submitted/."""

    student: str
    state: State
    notebooks: list[str]
    notes: list[str]
    person: Person


@dataclass
class Collected:
    """The result of collecting a download; it grows with each submission.

    Attributes
    ----------
    placed
        The submissions that are in submitted/ now.
    unplaced
        (student or path, reason) of everything that could not be placed.
    left_out
        (path, reason) of the files that were not taken.
    received
        How the time of --received was read, in words.
    remarks
        What else concerns the times of arrival of the whole download.
    """

    placed: list[Placed] = field(default_factory=list)
    unplaced: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    received: str | None = None
    remarks: list[str] = field(default_factory=list)


def collect(
    workspace: Workspace,
    assignment: str,
    from_path: Path | str,
    received: str | None = None,
    times: Path | str | None = None,
    git_times: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Collected:
    """Place the submissions of `assignment` found in `from_path`, a folder or a zip.

    Files that differ replace those of the student's earlier submission; notebooks and files that are not in the new
    download stay. Broken notebooks are taken too, and the grader reports them. If another person's id gives the same
    folder, that person's work is not replaced. If the workspace has a roster, whoever is not in it, or may be several
    of its students, is not placed.

    Parameters
    ----------
    workspace
        Where to place them.
    assignment
        The assignment's name.
    from_path
        The folder or zip.
    received
        When all submissions in the download were handed in: "2026-11-20 23:59", optionally followed by a time zone
        (+0100, Europe/Berlin; by default that of course.toml, or else UTC). It is written to the timestamp.txt of each.
    times
        A list of when each student handed in, as `read_time_list` reads it.
    git_times
        Whether the last commit of a clone says when it was handed in; see git_times.py. Without any of these, the time
        is what the download says.
    progress
        Called as progress(done, total) after each student.

    Raises
    ------
    KitError
        `from_path` does not exist, is not a zip, is empty or is the workspace's own folder; the assignment is unknown;
        `received` is not a time, or `times` no list of them; or the roster is wrong.
    """
    course = workspace.course
    wanted = course.assignment(assignment)
    roster = read_roster(workspace)
    source = Path(from_path)
    arrival = Arrival(course, wanted, received, times, source if git_times else None)
    submitted = workspace.submitted("x", assignment).parent.parent
    if source.resolve() == submitted.resolve():
        raise KitError(
            f"{source} is this workspace's own folder of submissions, which are already in place.",
            "Give the folder or the zip that you downloaded.",
        )

    if git_times and not source.is_dir():
        raise KitError(f"{source} is not a folder of clones.", "Leave out --git-times, or unpack it first.")
    found = read_download(source, course, wanted)
    result = Collected(unplaced=found.unplaced, left_out=found.left_out, received=arrival.said)
    groups = read_groups(workspace, roster, wanted.name)
    named = {h.person: groups.called((h.person.id, h.person.name, alias_of(h.person))) for h in found.hand_ins}
    people = [hand_in for hand_in in found.hand_ins if not named[hand_in.person]]
    matches = _matches(people, roster, result)
    placing = _Placing(workspace, course, wanted, arrival, result, matches, roster)
    known = [hand_in for hand_in in people if not roster or hand_in.person in matches]
    certain = {hand_in.person for hand_in in known}
    of_group: dict[str, list[HandIn]] = defaultdict(list)
    alone = []
    for hand_in in found.hand_ins:
        person = hand_in.person
        if group := named[person] or (groups.of(placing.id_of(person)) if person in certain else None):
            of_group[group].append(hand_in)
        elif person in certain:
            alone.append(hand_in)
    hand_ins = _without_collisions(alone, matches, result)
    if (student := placing.there.get(same_name(safe_name(_name(source))))) and any(
        same_name(safe_name(hand_in.person.id)) != same_name(student) for hand_in in hand_ins
    ):
        others = ", ".join(printable(str(hand_in.person)) for hand_in in hand_ins[:5])
        why = f"has the name of {student}, who has handed in, but may hold other students' work: {others}; "
        why += "collect from the folder that contains it, or rename it if it holds the class"
        result.unplaced.append((printable(_name(source)), why))
        return result
    _finish_interrupted(submitted)
    # the small ones first, so that only large ones remain if all together have too many bytes
    for done, hand_in in enumerate(sorted(hand_ins, key=_size), start=1):
        try:
            placing.place(hand_in)
        except Refused as error:
            result.unplaced.append((printable(str(hand_in.person)), str(error)))
        if progress:
            progress(done, len(hand_ins))
    for group, theirs in of_group.items():
        placing.place_group(group, groups.members[group], theirs)
    result.placed.sort(key=lambda placed: placed.student)
    result.remarks += arrival.remarks
    return result


def read_download(source: Path, course: Course, assignment: Assignment) -> Sorted:
    """Find out who handed in what in a download, a folder or a zip.

    Raises KitError if it does not exist, is not a zip, or is empty.
    """
    try:
        return sort_by_student(_open(source), course, assignment, _name(source))
    except Refused as error:
        raise KitError(f"{source} {error}.", "Give a folder or a zip of submissions.") from None


def _open(source: Path) -> Folder | Archive:
    if source.is_dir():
        return Folder(source)
    if not source.exists():
        raise KitError(f"{source} does not exist.", "Give the folder or the zip that you downloaded.")
    try:
        return Archive(source, MAX_CLASS_ENTRIES)
    except Refused as error:
        raise KitError(f"{source} {error}.", "Give a folder or a zip of submissions.") from None


def _name(source: Path) -> str:
    return source.resolve().name if source.is_dir() else source.stem


def _size(hand_in: HandIn) -> tuple[int, str]:
    return sum(entry.size for _, entry in hand_in.files), hand_in.person.id


def _matches(hand_ins: list[HandIn], roster: Roster, result: Collected) -> dict[Person, Match | None]:
    """The student of the roster for each person; None for a person whom the platform hides. The others are reported."""
    found: dict[Person, Match | None] = {}
    for hand_in in hand_ins if roster else ():
        try:
            found[hand_in.person] = match(roster, hand_in.person)
        except Refused as error:
            if is_hidden(hand_in.person):
                found[hand_in.person] = None
            else:
                result.unplaced.append((printable(str(hand_in.person)), str(error)))
    return found


def _without_collisions(hand_ins: list[HandIn], matches: dict[Person, Match | None], result: Collected) -> list[HandIn]:
    """The hand-ins whose student id is unique; the others are reported and never merged."""
    by_id: dict[str, list[HandIn]] = defaultdict(list)
    for hand_in in hand_ins:
        known = matches.get(hand_in.person)
        by_id[same_name(safe_name(known.student.id if known else hand_in.person.id))].append(hand_in)
    for same in by_id.values():
        if len(same) > 1:
            who = ", ".join(repr(printable(str(h.person))) for h in same)
            known = matches.get(same[0].person)
            if known:
                why = f"{len(same)} of the download mean {printable(str(known.student))} of the roster: {who}; remove "
                why += "all but one, or correct the aliases in roster.csv"
            else:
                why = f"{len(same)} students would share one folder: {who}; rename their folders or files"
            result.unplaced += [(printable(str(h.person)), why) for h in same]
    return [same[0] for same in by_id.values() if len(same) == 1]


def place(
    workspace: Workspace,
    course: Course,
    wanted: Assignment,
    hand_in: HandIn,
    result: Collected,
) -> None:
    """Put one student's hand-in into submitted/ and note it in `result`. Raises Refused if that is not possible."""
    _Placing(workspace, course, wanted, Arrival(course, wanted), result).place(hand_in)


class _Placing:
    """Puts hand-ins of one assignment into submitted/, and notes them in `result`."""

    def __init__(
        self,
        workspace: Workspace,
        course: Course,
        wanted: Assignment,
        arrival: Arrival,
        result: Collected,
        matches: dict[Person, Match | None] | None = None,
        roster: Roster | None = None,
    ) -> None:
        self.workspace, self.course, self.wanted, self.result = workspace, course, wanted, result
        self.arrival = arrival
        self.matches = matches or {}
        self.roster = roster or Roster()
        self.origins = Origins(workspace, wanted.name)
        self.upload_names = UploadNames(workspace, wanted.name)
        self.bytes_left = ByteBudget(MAX_CLASS_BYTES)
        submitted = workspace.submitted("x", wanted.name).parent.parent
        there = [path.name for path in submitted.iterdir() if path.is_dir()] if submitted.is_dir() else []
        self.there = {same_name(name): name for name in there if not name.startswith(".")}

    def id_of(self, person: Person) -> str:
        """The student's id in the course."""
        known = self.matches.get(person)
        return known.student.id if known else safe_name(person.id)

    def place_group(self, group: str, members: Sequence[str], hand_ins: Sequence[HandIn]) -> None:
        """Place what a group handed in, for each of its members. What is not clear goes to `result.unplaced`."""
        shown = ", ".join(repr(printable(str(hand_in.person))) for hand_in in hand_ins)
        chosen = []
        try:
            for hand_in in hand_ins:
                choice = Choice(self.course, self.wanted, hand_in, self.bytes_left)
                chosen.append((choice.contents(), choice))
        except Refused as error:
            self.result.unplaced.append((f"group {printable(group)}: {shown}", str(error)))
            return
        contents, choice = chosen[0]
        if any(other != contents for other, _ in chosen[1:]):
            why = (
                f"{len(hand_ins)} of the download are work of the group {printable(group)}, and they differ: {shown}; "
            )
            why += "remove all but one, or correct groups.csv"
            self.result.unplaced += [(printable(str(hand_in.person)), why) for hand_in in hand_ins]
            return
        self.result.left_out += choice.left_out
        together = f"of the group {printable(group)}: {', '.join(map(printable, members))}"
        for member in members:
            mine = next((h for h in hand_ins if self.id_of(h.person) == member), None)
            person = mine.person if mine else Person(member, platform=MEMBER)
            student = self.roster.students.get(member)
            notes = [together, *hand_ins[0].notes, *choice.notes]
            try:
                target = self._target(self.there.get(same_name(member), member))
                before = _earlier(target, []) if target.is_dir() else {}
                differs = any(before.get(name) != data for name, data in contents.items())
                if before and differs and self.origins.groups.get(member) != group:
                    place = target.relative_to(self.workspace.root)
                    raise Refused(
                        f"is in the group {printable(group)}, whose work is {shown}, and has other work in place; "
                        f"remove {place}, or correct groups.csv"
                    )
                stamp = self._first_arrival(hand_ins, choice, student)
                self.origins.keep(member, person, group)
                if named_by := mine or (hand_ins[0] if member == members[0] else None):
                    self.upload_names.keep(member, named_by.person, named_by.upload_names)
                state = _write(target, contents, stamp, notes)
            except Refused as error:
                self.result.unplaced.append((printable(member), str(error)))
                continue
            named = replace(person, name=student.full_name) if student and student.name else person
            self.result.placed.append(Placed(member, state, sorted(choice.chosen), notes, named))

    def _first_arrival(self, hand_ins: Sequence[HandIn], choice: Choice, student: Student | None) -> Stamp | None:
        """When the first of several equal hand-ins of a group arrived."""
        stamps = [self.arrival.of(hand_in, choice.latest, student) for hand_in in hand_ins]
        return min(filter(None, stamps), key=lambda stamp: stamp.moment, default=None)

    def _target(self, student: str) -> Path:
        """The folder of a student's submission. Raises Refused if it is a link."""
        target = self.workspace.submitted(student, self.wanted.name)
        if target.is_symlink() or target.parent.is_symlink():
            raise Refused(f"would go into {target}, which is a link, and links are not followed")
        return target

    def place(self, hand_in: HandIn) -> None:
        """Place one hand-in. Raises Refused if that is not possible."""
        person = hand_in.person
        known = self.matches.get(person)
        student = self._in_roster(known.student, person) if known else self._student(person)
        if not person.name and student == self.origins.student_of(person.source):
            person = self.origins.here[student]  # whose login may have come from a receipt
        target = self._target(student)
        is_certain = known is not None and not known.by_name
        if not is_certain and target.exists() and (other := self.origins.other(student, person)):
            if other.source and person.source and other.source != person.source:
                raise Refused(
                    f"would replace what {printable(str(other))} has handed in: that came as "
                    f"{printable(other.source)!r}, and this as {printable(person.source)!r}. Keep Blackboard's "
                    "receipts (..._attempt_....txt), which contain the logins, in the download; or put the file into "
                    "a folder with the student's own name"
                )
            raise Refused(
                f"would replace what {printable(str(other))} has handed in. If both are the same person, remove "
                f"{target.relative_to(self.workspace.root)} and collect again; otherwise rename one of them"
            )

        choice = Choice(self.course, self.wanted, hand_in, self.bytes_left)
        contents = choice.contents()
        notes = [*hand_in.notes, *choice.notes]
        if known is None and person.guessed:
            notes.insert(
                0,
                f"the login {student!r} was guessed from {printable(person.source)!r}; keep Blackboard's receipts in "
                "the download to be sure",
            )
        if known and student != known.student.id:
            notes.append(f"stays where it was when names were hidden; it is {printable(str(known.student))}")
        if known and known.by_name:
            notes.append(f"known by the name alone, {printable(person.name or person.id)!r}")
        elif known is None and is_hidden(person) and self.matches:
            notes.append("the name is hidden, so the roster was not asked")
        if known is None and student != person.id:
            notes.insert(0, f"the id is {student!r} instead of {printable(person.id)!r}")
        if known is None and (elsewhere := self.origins.known_elsewhere(student, person)):
            notes.append(f"has the same id as {printable(str(elsewhere))}, so both share a row of the gradebook")
        self.result.left_out += choice.left_out
        self.result.unplaced += [(student, f"{path} {why}") for path, why in choice.refused]
        group = hand_in.group or moodle_group(person, known.student if known else None)
        if group and not hand_in.group:  # students who share Moodle's default group hand in different work
            group += f" {sha256(repr(sorted(contents.items())).encode()).hexdigest()[:12]}"
        self.origins.keep(student, person, group)
        self.upload_names.keep(student, hand_in.person, hand_in.upload_names)
        stamp = self.arrival.of(hand_in, choice.latest, known.student if known else None)
        state = _write(target, contents, stamp, notes)
        shown = replace(person, name=known.student.full_name) if known and known.student.name else person
        self.result.placed.append(Placed(student, state, sorted(choice.chosen), notes, shown))

    def _in_roster(self, student: Student, person: Person) -> str:
        """The id under which to place the work of a student of the roster."""
        if person.on.hides_names and (hidden := f"{HIDDEN}{person.id}") in self.there.values():
            return hidden
        there = self.there.get(same_name(student.id), student.id)
        if there != student.id:
            raise Refused(f"is {student.id!r} in the roster, and submitted/ has the folder {there!r}; rename that")
        return there

    def _student(self, person: Person) -> str:
        """The student's id in the course: the person's id as the name of a folder."""
        student = safe_name(person.id)
        if not student:
            raise Refused("has no letter or digit from which to make a student's id")
        if len(student.encode()) > MAX_ID_BYTES:
            raise Refused(f"gives a student's id of more than {MAX_ID_BYTES} bytes; shorten it")
        if person.on.hides_names and f"{HIDDEN}{student}" in self.there.values():
            return f"{HIDDEN}{student}"  # the platform hid the name in an earlier download
        if known := self.origins.student_of(person.source):
            return known  # the id may be a guess from all names of a download, and other downloads give other guesses
        there = self.there.get(same_name(student), student)
        if there == student or person.on.ids_ignore_case:
            return there
        raise Refused(
            f"would share a folder with {there!r}, who has already handed in, on file systems that ignore case; "
            "rename one of them"
        )


def _write(target: Path, contents: dict[str, bytes], stamp: Stamp | None, notes: list[str]) -> State:
    """Put the files in place, and add to `notes` what an instructor should know about it."""
    old = _earlier(target, notes) if target.is_dir() else {}
    changed = any(old.get(name) != data for name, data in contents.items())
    state: State = "unchanged" if old and not changed else "replaced" if old else "new"
    before = old.get(TIMESTAMP)
    known = _moment(before) if before is not None else None
    if stamp and state == "replaced" and stamp.from_download and known and stamp.moment < known:
        notes.append(
            f"not taken: it arrived {shown_moment(stamp.moment)}, before the submission in place, {shown_moment(known)}"
        )
        return "unchanged"
    if stamp and stamp.at_least and known and known >= stamp.moment:
        stamp = None  # what is known fits
    if stamp:
        now = stamp.moment.astimezone(UTC).strftime(f"{NBGRADERS_FORM}\n").encode()
        if stamp.at_least:
            notes.append(f"the time is unknown, and taken as {_time(now)}, just after the due date; see --times")
        if before is not None and _time(before) != _time(now):
            notes.append(f"received time changed from {_time(before)} to {_time(now)}")
            state = "time changed" if state == "unchanged" else state
        elif before is None and state == "unchanged":
            notes.append(f"received time set to {_time(now)}")
            state = "time changed"
        contents = {**contents, TIMESTAMP: now}
    elif before is not None and state == "replaced":
        notes.append(f"keeps the earlier submission's time, {_time(before)}; set another with --received")
    if state == "unchanged":
        return state
    _swap_in(target, {**_without_clashes(old, contents), **contents})
    return state


def _time(stamp: bytes) -> str:
    """The time in a timestamp.txt, for people to read."""
    moment = _moment(stamp)
    return shown_moment(moment) if moment else printable(stamp.decode("utf-8-sig", "replace").strip()[:40])


def _moment(stamp: bytes) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.strptime(stamp.decode("utf-8-sig", "replace").strip(), NBGRADERS_FORM).replace(tzinfo=UTC)
    return None


def _earlier(target: Path, notes: list[str]) -> dict[str, bytes]:
    """The files of the earlier hand-in by their paths, without those that are too large or not ordinary files."""
    found, left = {}, MAX_EARLIER_BYTES
    for path in sorted(target.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        parts = path.relative_to(target).parts
        try:
            found["/".join(parts)] = data = read_ordinary(target, parts, ByteBudget(left))
            left -= len(data)
        except Refused as error:
            notes.append(f"{printable('/'.join(parts))} of the earlier submission is not kept: it {error}")
    return found


def _without_clashes(old: dict[str, bytes], new: dict[str, bytes]) -> dict[str, bytes]:
    """The earlier files, except those whose path is a new folder, or which are in a folder that is now a file."""
    return {
        path: content
        for path, content in old.items()
        if not any(name.startswith(f"{path}/") or path.startswith(f"{name}/") for name in new)
    }


def _swap_in(target: Path, contents: dict[str, bytes]) -> None:
    """Replace the folder `target` as a whole. If this process is killed, `_finish_interrupted` restores the old one."""
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
    """Restore the submissions of a run that was killed between its two renames."""
    staging = _staging(submitted)
    for old in (staging / "old").glob("*/*"):
        target = submitted / old.parent.name / old.name
        if not target.exists():
            os.rename(old, target)
    if staging.exists():
        shutil.rmtree(staging)


def _staging(submitted: Path) -> Path:
    return submitted / ".collecting"  # a hidden name: neither nbgrader nor the grader looks there
