"""What some cells of a notebook may use together, and when an outcome is believed though something was killed."""

from collections.abc import Callable
from dataclasses import dataclass

from autograder.notebook.job import CellResult

MAX_RESTARTS = 3  # kernels that may die of the cells of a budget before the rest of these is given up
MAX_RUNS = 4  # of one notebook, when something is killed each time, but never the same


class TimeBudget:
    """Seconds that some cells may use together, and kernels that may die of them.

    The last cell may go on for a second when the seconds are used up, and later ones for a second each, until `late`
    is over.

    Parameters
    ----------
    seconds
        For all cells together.
    used_up, restarted
        What to say when the seconds are used up, and of too many kernels.
    late
        How far the cells may overdraw their seconds.
    """

    def __init__(self, seconds: float, used_up: str, restarted: str, late: float = 0.0):
        self.left, self.late, self.restarts = float(seconds), late, 0
        self._used_up, self._restarted = f"{used_up} {seconds:g} s", restarted

    def for_cell(self, seconds: float) -> float:
        """How many of so many seconds a cell may have."""
        return max(1.0, min(seconds, self.left))

    def over(self) -> tuple[str, str] | None:
        """Why no more cells of it are run: name of the error, and what happened in words. None if they are."""
        if self.restarts > MAX_RESTARTS:
            return "KernelDied", f"{self._restarted} {self.restarts} times"
        if self.left <= -self.late:
            return "TimeLimit", self._used_up
        return None


@dataclass(frozen=True)
class Attempt:
    """What came of one run of a notebook.

    Attributes
    ----------
    results, problems
        As of `Executed`.
    killed
        In which cell, by its index, and what, perhaps through no fault of the notebook's.
    """

    results: tuple[CellResult | None, ...]
    problems: tuple[str, ...] = ()
    killed: tuple[tuple[int, str], ...] = ()


def first_believed(attempt: Callable[[], Attempt], most: int = MAX_RUNS) -> Attempt:
    """Repeat an attempt until nothing is killed in it, or the same as before; at most so many times."""
    killed = []
    while True:
        made = attempt()
        if not made.killed or made.killed in killed:
            return made
        killed.append(made.killed)
        if len(killed) == most:
            return made
