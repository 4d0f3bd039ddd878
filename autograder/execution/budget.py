"""Budgets of time that cells of a notebook share, and the rule for accepting a run in which a process was killed."""

from collections.abc import Callable
from dataclasses import dataclass

from autograder.notebook.job import CellResult

MAX_RESTARTS = 3  # kernels that the cells of a budget may end before the remaining cells are given up
MAX_RUNS = 4  # of one notebook, if each run ends with a kill at a different place


class TimeBudget:
    """The seconds that a group of cells may use together, and the number of kernels that these cells may end.

    Every cell may run for at least a second, even if fewer seconds are left. With `late`, cells still run for a second
    each after the seconds are used up, until the group is `late` seconds over its budget.

    Parameters
    ----------
    seconds
        Budget of all cells together.
    used_up, restarted
        The beginnings of the messages for the case that the seconds are used up, and for too many restarts.
    late
        By how many seconds the cells may exceed their budget.
    """

    def __init__(self, seconds: float, used_up: str, restarted: str, late: float = 0.0):
        self.left, self.late, self.restarts = float(seconds), late, 0
        self._used_up, self._restarted = f"{used_up} {seconds:g} s", restarted

    def for_cell(self, seconds: float) -> float:
        """Return how many of the requested seconds a cell may have."""
        return max(1.0, min(seconds, self.left))

    def over(self) -> tuple[str, str] | None:
        """Return why no more of its cells are run: the error's name, and what happened. None if they are still run."""
        if self.restarts > MAX_RESTARTS:
            return "KernelDied", f"{self._restarted} {self.restarts} times"
        if self.left <= -self.late:
            return "TimeLimit", self._used_up
        return None


@dataclass(frozen=True)
class Attempt:
    """The outcome of one run of a notebook.

    Attributes
    ----------
    results, problems
        The fields of `Executed` of the same names.
    killed
        (index of the cell, "kernel" or "judge") for each process that was killed, perhaps not because of the notebook.
    """

    results: tuple[CellResult | None, ...]
    problems: tuple[str, ...] = ()
    killed: tuple[tuple[int, str], ...] = ()


def first_believed(attempt: Callable[[], Attempt], most: int = MAX_RUNS) -> Attempt:
    """Repeat an attempt until nothing is killed in it, or the same as in an earlier one, at most `most` times."""
    killed = []
    while True:
        made = attempt()
        if not made.killed or made.killed in killed:
            return made
        killed.append(made.killed)
        if len(killed) == most:
            return made
