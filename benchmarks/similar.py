"""Measure what `cs231n similar` finds: copies of the banks' right answers in disguise, among independent answers.

    python benchmarks/similar.py                  the table by exercise, half a minute
    python benchmarks/similar.py --class 200      the table of whole submissions, too
    python benchmarks/similar.py --every 8        only every eighth exercise

By exercise: the class is the right answers of one bank and one copy. A copy is found if it and its original are ALIKE.
Two right answers are independent if fewer than half of their lines are the same; the banks also hold small variants.

Whole submissions: a copy of a student is planted for each disguise, and the place of the pair among all pairs counts.
In a small class, each right answer is handed in by one student. In a large one, `class_from_banks.py` draws the
answers, so that independent students hand in equal answers much more often than in a real class.
"""

import argparse
import difflib
import functools
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from autograder.similarity.fingerprints import fingerprints, of_reading
from autograder.similarity.joined import Sources
from autograder.similarity.pairs import ALIKE, TOO_SHORT, compare
from autograder.similarity.shares import rarity, shares

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests" / "exercises"), str(Path(__file__).parent)]
from bank import BANKS, read_bank  # noqa: E402
from class_from_banks import Exercises, drawn_answers  # noqa: E402
from disguises import DISGUISES, joined  # noqa: E402

SHOWN = 30
Answers = dict[str, str]  # exercise -> code
cached = functools.cache(fingerprints)
Shares = Callable[[Sequence[str]], np.ndarray]  # codes -> the shares of all pairs


def shares_of(codes: Sequence[str], answers: int | None = None) -> np.ndarray:
    """The shares of all pairs; with `answers`, passages are as rare as if nobody else of so many had them."""
    documents = [cached(code) for code in codes]
    rare = rarity(documents)
    return shares(documents, len(documents), replace(rare, answers=answers) if answers else rare)


def by_exercise(every: int = 1, measure: Shares = shares_of) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return the shares of copies, {disguise: shares}, and of right answers, {independent or variant: shares}."""
    copies: dict[str, list[float]] = {name: [] for name in (*DISGUISES, "two halves joined")}
    right: dict[str, list[float]] = {"independent": [], "variants": []}
    for path in BANKS[::every]:
        codes = [answer.source for answer in read_bank(path) if answer.kind == "right"]
        if np.median([len(of_reading(cached(code), 1)) for code in codes]) < TOO_SHORT:
            continue
        found = measure(codes)
        for i, j in combinations(range(len(codes)), 2):
            right["independent" if _same_lines(codes[i], codes[j]) < 0.5 else "variants"].append(found[i, j])
        for i, code in enumerate(codes):
            for name, disguise in DISGUISES.items():
                copies[name].append(measure([*codes, disguise(code, random.Random(i))])[i, -1])
            other = (i + 1) % len(codes)
            copies["two halves joined"].append(max(measure([*codes, joined(code, codes[other])])[[i, other], -1]))
    return copies, right


def whole_submissions(given: list[Answers], rng: random.Random) -> list[tuple[str, Answers, tuple[int, ...]]]:
    """Return (disguise, copy, originals) of random submissions, a copy for each disguise."""
    copies = []
    for name, disguise in DISGUISES.items():
        i = rng.randrange(len(given))
        copies.append((name, {e: _tried(disguise, code, rng) for e, code in given[i].items()}, (i,)))
    i, j = rng.sample(range(len(given)), 2)
    both = [exercise for exercise in given[i] if exercise in given[j]]
    half = {e: given[i if number % 2 else j][e] for number, e in enumerate(both)}
    copies.append(("every second exercise of two", half, (i, j)))
    copies.append(("half of each answer of two", {e: joined(given[i][e], given[j][e]) for e in both}, (i, j)))
    return copies


def places(
    given: list[Answers], planted: list[tuple[str, Answers, tuple[int, ...]]]
) -> Iterator[tuple[str, list[int], bool]]:
    """Yield (disguise, the places of its pairs among all pairs, whether both sources are named) of copies in a class.

    Places are counted from 1. Both sources are named if one of the first SHOWN pairs says so.
    """
    everything = [*given, *(copy for _, copy, _ in planted)]
    exercises = sorted({exercise for answers in everything for exercise in answers})
    documents = {e: [cached(answers.get(e, "")) for answers in everything] for e in exercises}
    found = compare(documents, len(everything), 100_000)
    place = {(pair.first, pair.second): number for number, pair in enumerate(found.pairs, start=1)}
    sources = Sources(
        documents, {e: rarity(documents[e]) for e in exercises}, [e.name for e in found.exercises if not e.is_too_short]
    )
    shown = [pair for pair in found.pairs[:SHOWN] if pair.stands_out]
    joined = [each for pair in shown if (each := sources.joined(pair.first, pair.second))]
    for number, (name, _, originals) in enumerate(planted, start=len(given)):
        yield (
            name,
            sorted(place.get((i, number), found.number) for i in originals),
            any(each.copy == number and {each.first, each.second} == set(originals) for each in joined),
        )


def few_of_their_own(assignment: str) -> list[Answers]:
    """Submissions of which no two have an answer in common: student k has the right answer k of each bank."""
    right = {path.stem: _of_kind(path, "right") for path in BANKS if path.parts[-3] == assignment}
    number = int(np.median([len(codes) for codes in right.values()]))
    return [{e: codes[k] for e, codes in right.items() if k < len(codes)} for k in range(number)]


def drawn_class(assignment: str, students: int, rng: random.Random) -> list[Answers]:
    """A class that `class_from_banks.py` draws, in which many students have equal answers."""
    paths = [path for path in BANKS if path.parts[-3] == assignment]
    right, wrong = ({path.stem: _of_kind(path, kind) for path in paths} for kind in ("right", "wrong"))
    return [drawn_answers(rng, Exercises({}, right, wrong)) for _ in range(students)]


def _of_kind(path: Path, kind: str) -> list[str]:
    return [answer.source for answer in read_bank(path) if answer.kind == kind]


def _tried(disguise: Callable[[str, random.Random], str], code: str, rng: random.Random) -> str:
    try:
        return disguise(code, rng)
    except (SyntaxError, KeyError):  # a wrong answer may be odd
        return code


def _same_lines(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.splitlines(), other.splitlines(), autojunk=False).ratio()


def _percent(values: Sequence[float], least: float = ALIKE) -> str:
    return f"{100 * np.mean(np.array(values) >= least):.1f}%"


def _print_places(found: Iterable[tuple[str, list[int], bool]], first: int | None = None) -> None:
    rows: dict[str, list[tuple[list[int], bool]]] = {}
    for name, numbers, named in found:
        rows.setdefault(name, []).append((numbers, named))
    for name, listed in rows.items():
        one = np.mean([numbers[0] <= (first or len(numbers)) for numbers, _ in listed])
        every = np.mean([numbers[-1] <= (first or len(numbers)) for numbers, _ in listed])
        both = f"{100 * np.mean([named for _, named in listed]):.0f}%" if len(listed[0][0]) > 1 else ""
        print(f"| {name} | {len(listed)} | {100 * one:.0f}% | {100 * every:.0f}% | {both} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what `cs231n similar` finds.")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="Only every Nth exercise.")
    parser.add_argument("--class", dest="students", type=int, metavar="N", help="Also classes of N students.")
    options = parser.parse_args()
    start = time.process_time()
    copies, right = by_exercise(options.every)
    large = by_exercise(options.every, functools.partial(shares_of, answers=500))
    print("| disguise | copies | found | in a class of 500 |\n|---|--:|--:|--:|")
    for name, values in copies.items():
        print(f"| {name} | {len(values)} | {_percent(values)} | {_percent(large[0][name])} |")
    print("\n| right answers | pairs | called alike | in a class of 500 |\n|---|--:|--:|--:|")
    for name, values in right.items():
        print(f"| {name} | {len(values)} | {_percent(values)} | {_percent(large[1][name])} |")
    print(f"\n{time.process_time() - start:.0f} s of processor time")
    assignments = list(dict.fromkeys(path.parts[-3] for path in BANKS))
    print(
        "\n| copy among 4 to 9 submissions without equal answers | classes | its pair first | all first | both named |"
    )
    print("|---|--:|--:|--:|--:|")
    _print_places(
        placed
        for assignment in assignments
        for seed in range(5)
        for copy in whole_submissions(few_of_their_own(assignment), random.Random(seed))
        for placed in places(few_of_their_own(assignment), [copy])
    )
    if options.students:
        print(
            f"\n| copy in a class of {options.students} | copies | in the first {SHOWN} | all pairs are | both named |"
        )
        print("|---|--:|--:|--:|--:|")
        found = []
        for assignment in assignments:
            for seed in range(3):
                rng = random.Random(seed)
                given = drawn_class(assignment, options.students, rng)
                found += places(given, whole_submissions(given, rng))
        _print_places(found, SHOWN)
