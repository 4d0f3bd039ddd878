"""Judge mutants of the solutions by the tests of their exercises, and show which mutants keep full marks.

    python tests/mutants/run.py [--workers N] [--causes] [NOTEBOOK | EXERCISE ...]

A mutant (operators.py) that keeps full marks must be in equivalent.toml, with the reason why it is as right as the
solution. The exit code is 1 if another one survives, or if an entry of equivalent.toml is no longer needed. A mutant
that its own tests do not notice meets the tests of the later exercises of its notebook, which may call it.
"""

import argparse
import functools
import sys
import threading
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "exercises"))  # for the modules that judge the banks

import judging
from bank import NOTEBOOKS
from operators import Mutant, mutants
from test_causes import explanation, is_about_loss_or_gradient

from autograder.authoring.source import read_cells

EQUIVALENT = Path(__file__).parent / "equivalent.toml"
LIKELY = "Likely mistake: "
CAUSES = "named", "not named", "other check", "explained", "exception", "timeout"


@dataclass(frozen=True)
class Exercise:
    notebook: Path
    name: str
    solution: str
    line: int  # in the notebook source, of the line before the solution
    later: dict[str, str] = field(repr=False)  # the solutions of the exercises after it

    def __str__(self):
        return f"{self.notebook.stem}/{self.name}"

    @property
    def mutants(self):
        return mutants(self.solution)


@dataclass(frozen=True)
class Verdict:
    exercise: Exercise
    mutant: Mutant
    failures: dict[str, judging.Failure]  # of the lost test cells
    by_later: bool = False  # the lost cells are about later exercises

    @property
    def survives(self):
        return not self.failures

    @property
    def key(self):
        """What identifies the mutant in equivalent.toml."""
        return str(self.exercise), self.mutant.change

    def __str__(self):
        line = self.exercise.line + self.mutant.line
        return f"{self.exercise}, line {line}, {self.mutant.operator}: {self.mutant.change}"


@functools.cache
def course():
    """Return all exercises of the course, in order."""
    found = []
    for notebook in NOTEBOOKS:
        cells = {cell.grade_id: cell for cell in read_cells(notebook)}
        solutions = {name: cells[name].source for name in judging.exercises(notebook)}
        for k, (name, solution) in enumerate(solutions.items()):
            later = dict(list(solutions.items())[k + 1 :])
            found.append(Exercise(notebook, name, solution, cells[name].first - 1, later))
    return found


def exercises(names):
    """Return the exercises that `names` selects, all if there are none; each name is of a notebook or an exercise."""
    selectors = [{exercise.notebook.stem, exercise.name, str(exercise)} for exercise in course()]
    if unknown := set(names).difference(*selectors):
        raise SystemExit(f"The course has no notebook or exercise called {', '.join(sorted(unknown))}.")
    return [exercise for exercise, own in zip(course(), selectors, strict=True) if not names or own & set(names)]


def read_equivalent(path=EQUIVALENT):
    """Return {(exercise, change): reason}."""
    listed = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", []):
        for text in entry["changes"]:
            if (entry["exercise"], text) in listed:
                raise ValueError(f"{path.name}: {entry['exercise']} has this change twice: {text}")
            listed[entry["exercise"], text] = entry["reason"]
    return listed


class Judges:
    """Threads that judge, each with its own process of the notebook at hand."""

    def __init__(self, workers):
        self.pool = ThreadPoolExecutor(workers)
        self.own = threading.local()

    def verdicts(self, exercise):
        """Judge the mutants of an exercise; return a future for each."""
        return [self.pool.submit(self._verdict, exercise, mutant) for mutant in exercise.mutants]

    def _verdict(self, exercise, mutant):
        notebook, warm = getattr(self.own, "warm", (None, None))
        if notebook != exercise.notebook:
            if warm:
                warm.close()
            warm = judging.WarmNotebook(exercise.notebook)
            self.own.warm = exercise.notebook, warm
        return verdict(exercise, mutant, warm.run)


def verdict(exercise, mutant, run):
    """Judge a mutant with `run`, which runs {exercise: source} and returns {test cell: Failure or None}."""
    failures = _lost(run({exercise.name: mutant.source}))
    if failures or not exercise.later:
        return Verdict(exercise, mutant, failures)
    failures = _lost(run({exercise.name: mutant.source} | exercise.later))
    return Verdict(exercise, mutant, failures, by_later=bool(failures))


def _lost(outcomes):
    return {test: failure for test, failure in outcomes.items() if failure}


def problems(verdicts, listed):
    """Return (the survivors that are not listed, a sentence for each listed change that is no longer needed)."""
    holes = [v for v in verdicts if v.survives and v.key not in listed]
    of = {v.key: v for v in verdicts}
    stale = []
    for exercise, text in listed:
        if (exercise, text) not in of:
            stale.append(f"{exercise}: no mutant has this change: {text}")
        elif not of[exercise, text].survives:
            lost = ", ".join(of[exercise, text].failures)
            stale.append(f"{exercise}: this change loses the points of {lost}: {text}")
    return holes, stale


def cause(verdict):
    """Return which of CAUSES a student reads whose answer is this mutant.

    Messages about wrong values count first: whether one of them names a likely mistake. Then the other checks count,
    then the exceptions that the answer raised: whether the notebook explains one of them.
    """
    failures = list(verdict.failures.values())
    checks = [failure.message for failure in failures if failure.error == "CheckFailed"]
    values = [text for text in checks if explanation(text) != text or LIKELY in text]
    if values:
        return "named" if any(LIKELY in text for text in values) else "not named"
    if checks:
        return "other check"
    if all(failure.error in ("Timeout", "Died") for failure in failures):
        return "timeout"
    return "explained" if any(failure.mistake for failure in failures) else "exception"


def causes_table(verdicts):
    """Return lines that count what students read about mutants, by notebook and by operator, and then show it."""
    killed = [v for v in verdicts if not v.survives]
    lines = [f"{'':24}" + "".join(f"{kind:>13}" for kind in CAUSES) + f"{'loss, gradient':>26}"]
    for key in (lambda v: v.exercise.notebook.stem, lambda v: v.mutant.operator, lambda v: "all"):
        for name in dict.fromkeys(map(key, killed)):
            chosen = [v for v in killed if key(v) == name]
            counts = Counter(map(cause, chosen))
            about = [v for v in chosen if is_about_loss_or_gradient(v.exercise.name, v.failures)]
            named = sum(cause(v) == "named" for v in about)
            share = f"{named} of {len(about)} named ({named / len(about):.0%})" if about else "-"
            lines.append(f"{name:24}" + "".join(f"{counts[kind]:13}" for kind in CAUSES) + f"{share:>26}")
        lines.append("")
    for v in killed:
        of = " (loss, gradient)" if is_about_loss_or_gradient(v.exercise.name, v.failures) else ""
        lines += [f"{cause(v)}{of}: {v}", *(f"    {line}" for line in told(v)), ""]
    return lines


def told(verdict):
    """Return the line that names a likely mistake; without one, what the first lost cell says."""
    messages = [str(failure) for failure in verdict.failures.values()]
    named = [line for message in messages for line in message.splitlines() if line.startswith(LIKELY)]
    named += [f"{LIKELY}{failure.mistake}" for failure in verdict.failures.values() if failure.mistake]
    return named[:1] or messages[0].splitlines()


def show(title, items):
    if items:
        print(f"\n{len(items)} {title}", *(f"  {item}" for item in items), sep="\n")


def judge(chosen, listed, workers):
    """Judge the mutants of exercises; print what came of each exercise, and return all verdicts."""
    judges, verdicts, start = Judges(workers), [], time.monotonic()
    try:
        for exercise, futures in [(exercise, judges.verdicts(exercise)) for exercise in chosen]:
            found = [future.result() for future in futures]
            verdicts += found
            holes, _ = problems(found, listed)
            equivalent = sum(v.survives for v in found) - len(holes)
            print(
                f"{time.monotonic() - start:5.0f} s  {exercise}: {len(found)} mutants, {equivalent} equivalent, "
                f"{len(holes)} not noticed",
                *(f"         not noticed: {hole}" for hole in holes),
                sep="\n",
                flush=True,
            )
    finally:
        judges.pool.shutdown(cancel_futures=True)  # after an interrupt, too
    return verdicts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a notebook or an exercise (default: all of them)")
    parser.add_argument("--workers", type=int, default=2, help="how many processes judge (default: 2)")
    parser.add_argument("--causes", action="store_true", help="show which mistakes are named to the student")
    options = parser.parse_args()
    chosen = exercises(options.names)
    listed = read_equivalent()
    if options.names:
        listed = {key: reason for key, reason in listed.items() if key[0] in map(str, chosen)}
    verdicts = judge(chosen, listed, options.workers)
    if options.causes:
        print("", *causes_table(verdicts), sep="\n")
    holes, stale = problems(verdicts, listed)
    lost, later = sum(not v.survives for v in verdicts), [v for v in verdicts if v.by_later]
    print(f"\n{len(verdicts)} mutants; {lost} lose points, {len(later)} of them only in later exercises.")
    show("lose points only in later exercises:", later)
    show(f"keep full marks. Improve the tests, or give a reason in {EQUIVALENT.name}:", holes)
    show(f"entries of {EQUIVALENT.name} are no longer needed:", stale)
    return 1 if holes or stale else 0


if __name__ == "__main__":
    sys.exit(main())
