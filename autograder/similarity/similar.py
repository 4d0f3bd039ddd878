"""Find the pairs of submissions of an assignment that share more than chance explains."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.similarity.earlier import EarlierClass, submitted_in
from autograder.similarity.fingerprints import Fingerprints, located
from autograder.similarity.joined import Joined, Sources
from autograder.similarity.pairs import Compared, Pair, compare, groups
from autograder.similarity.reading import (
    OTHER_CODE,
    Released,
    Work,
    handed_in,
    own_fingerprints,
    read_release,
    read_work,
)
from autograder.similarity.shares import Rarity, rarity
from autograder.submissions.origins import Origins

MOST_PARTNERS = 20  # lines of the other submission that are tried for a line
RARE = 0.3  # the rarity from which a shared passage is marked as one that few others have
Key = tuple[str, str]  # (notebook, exercise)


@dataclass(frozen=True)
class Line:
    """A line of code. `partner` is the line of the other submission that shares a passage with it, 0 for none."""

    text: str
    partner: int = 0
    is_rare: bool = False


@dataclass(frozen=True)
class Passages:
    """One exercise of a pair, side by side."""

    key: Key
    first: tuple[Line, ...]
    second: tuple[Line, ...]


@dataclass(frozen=True)
class Similar:
    """What was found in a class.

    Attributes
    ----------
    own
        The number of submissions of this class; later ones in `works` are from `past`.
    label
        The name of each submission, or a number if names are not wanted.
    problems
        (submission, text) of what could not be compared, or not completely.
    """

    assignment: str
    title: str
    works: tuple[Work, ...]
    label: tuple[str, ...]
    own: int
    keys: dict[str, Key]
    compared: Compared
    release: dict[str, Released]
    rarities: dict[str, Rarity]
    sources: Sources
    problems: tuple[tuple[str, str], ...]

    @property
    def stand_out(self) -> list[Pair]:
        return [pair for pair in self.compared.pairs if pair.stands_out]

    def groups(self) -> list[list[str]]:
        """Submissions of which each stands out beside another one of the group; groups of two are left out."""
        return [sorted(self.label[i] for i in group) for group in groups(self.compared.pairs)]

    def joined(self, pair: Pair) -> Joined | None:
        """Return what says that one of a pair that stands out is joined from the other one and a third submission."""
        return self.sources.joined(pair.first, pair.second) if pair.stands_out else None

    def side_by_side(self, pair: Pair) -> list[Passages]:
        """Return the exercises of a pair that count as evidence."""
        return [self._passages(pair, exercise.name) for exercise in pair.exercises]

    def _passages(self, pair: Pair, name: str) -> Passages:
        key, rare = self.keys[name], self.rarities[name]
        codes = [self.works[i].code.get(key, "") for i in (pair.first, pair.second)]
        own = set(self.release[key[0]].own.tolist())
        places: list[dict[int, set[int]]] = [{}, {}]
        for place, code in zip(places, codes, strict=True):
            for mark, numbers in located(code):
                if mark not in own:
                    place.setdefault(mark, set()).update(numbers)
        shared = sorted(places[0].keys() & places[1].keys())
        rarities = (
            dict(zip(shared, rare.beyond_pair(np.array(shared, np.uint64)).tolist(), strict=True)) if shared else {}
        )
        sides = []
        for mine, theirs, code in ((places[0], places[1], codes[0]), (places[1], places[0], codes[1])):
            votes: dict[int, dict[int, float]] = {}
            best: dict[int, float] = {}
            for mark, value in rarities.items():
                others = sorted(theirs[mark])[:MOST_PARTNERS]
                for number in mine[mark]:
                    best[number] = max(best.get(number, 0), value)
                    for other in others:
                        line = votes.setdefault(number, {})
                        line[other] = line.get(other, 0) + (value + 0.01) / len(others)
            sides.append(
                tuple(
                    Line(text, _most(votes.get(number, {})), best.get(number, 0) >= RARE)
                    for number, text in enumerate(code.rstrip().split("\n"), start=1)
                )
            )
        return Passages(key, *sides)


def similar(
    workspace: Workspace,
    assignment: str,
    past: Sequence[Path] = (),
    most: int = 30,
    names: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Similar:
    """Compare the submissions of an assignment with each other, and with those of earlier classes.

    Parameters
    ----------
    past
        Earlier classes: workspaces, and folders and zips that `collect` can read.
    most
        How many pairs are kept: those with the most evidence.
    names
        Whether students are named.

    Raises
    ------
    KitError
        The assignment is unknown or has not been released, fewer than two submissions can be compared, or a path in
        `past` holds none or is this class.
    """
    entry = workspace.course.assignment(assignment)
    release = read_release(workspace, entry)
    groups, seen = Origins(workspace, assignment).groups, set()
    folders = []
    for student, folder in handed_in(workspace, entry):  # of a group, one member's copy
        if (group := groups.get(student)) not in seen:
            folders.append((student, folder))
        seen |= {group} - {None}
    own = len(folders)
    here = workspace.submitted("x", assignment).parent.parent.resolve()
    if this := [path for path in past if submitted_in(path).resolve() == here]:
        raise KitError(f"{this[0]} is this class, which is compared with itself anyway.", "Name an earlier class.")
    classes = [EarlierClass(path, workspace.course, entry) for path in past]
    total = own + sum(map(len, classes))
    if not own or total < 2:
        raise KitError(
            f"{assignment} has {own} submission{'s' * (own != 1)}, so there are no pairs to compare.",
            f"Collect them with: cs231n collect {assignment} DOWNLOAD",
        )
    works = []
    documents: dict[str, list[Fingerprints]] = {_name(key, release): [] for key in _keys(release)}
    given: Iterator[tuple[str, Path | Mapping[str, bytes] | None, str | None]] = itertools.chain(
        ((student, folder, None) for student, folder in folders),
        ((student, contents, each.name) for each in classes for student, contents in each.submissions()),
    )
    for done, (student, files, class_) in enumerate(given, start=1):
        if files is not None:
            work = read_work(student, files, release, entry.limits, class_)
            works.append(work)
            for notebook in release:
                for exercise in (*notebook.exercises, OTHER_CODE):
                    name = _name((notebook.name, exercise), release)
                    documents[name].append(own_fingerprints(work, notebook, exercise))
        progress(done, total)
    compared = compare(documents, own, most)
    rarities = {name: rarity(answers) for name, answers in documents.items()}
    labels = _labels(works, compared, names)
    return Similar(
        assignment,
        entry.title,
        tuple(works),
        labels,
        own,
        {_name(key, release): key for key in _keys(release)},
        compared,
        {notebook.name: notebook for notebook in release},
        rarities,
        Sources(documents, rarities, [each.name for each in compared.exercises if not each.is_too_short]),
        _problems(works, labels, classes, names),
    )


def _keys(release: Sequence[Released]) -> list[Key]:
    return [(notebook.name, exercise) for notebook in release for exercise in (*notebook.exercises, OTHER_CODE)]


def _name(key: Key, release: Sequence[Released]) -> str:
    """The name of an exercise for readers."""
    notebook, exercise = key
    if exercise == OTHER_CODE:
        return f"other code in {notebook}"
    alone = sum(exercise in other.exercises for other in release) == 1
    return exercise if alone else f"{notebook}/{exercise}"


def _labels(works: Sequence[Work], compared: Compared, names: bool) -> tuple[str, ...]:
    if names:
        return tuple(f"{work.student} ({work.past})" if work.past else work.student for work in works)
    order = list(dict.fromkeys(i for pair in compared.pairs for i in (pair.first, pair.second)))
    numbers = {i: number for number, i in enumerate([*order, *(set(range(len(works))) - set(order))], start=1)}
    return tuple(f"submission {numbers[i]}" + (" (earlier)" if work.past else "") for i, work in enumerate(works))


def _problems(
    works: Sequence[Work], labels: Sequence[str], classes: Sequence[EarlierClass], names: bool
) -> tuple[tuple[str, str], ...]:
    found = [(label, text) for work, label in zip(works, labels, strict=True) for text in work.problems]
    for each in classes:
        # names of files contain names of students
        found += [(f"{where} ({each.name})", text) for where, text in each.unread if names]
        if each.unread and not names:
            count = len(each.unread)
            what = "file or folder" if count == 1 else "files or folders"
            found.append((each.name, f"{count} {what} could not be read"))
    return tuple(found)


def _most(votes: dict[int, float]) -> int:
    return max(votes, key=lambda line: (votes[line], -line), default=0)
