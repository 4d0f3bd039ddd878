"""Learning-rate schedules: functions from the step number t = 0, 1, 2, ... to a factor of the learning rate.

    schedule = warmup(500, then=cosine(20_000))
    rate = learning_rate * schedule(t)

`Solver(..., schedule=schedule)` does this at every step, and accepts any function of t (CS231n lecture notes,
"Annealing the learning rate"). To count in epochs, multiply by the number of steps per epoch. A function raises
ValueError if an argument does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cs231n_lib.arguments import integer, number

if TYPE_CHECKING:
    Schedule = Callable[[int], float]

__all__ = ["cosine", "exponential", "inverse_time", "step", "warmup"]


def step(at: int | Sequence[int], factor: float = 0.1) -> Schedule:
    """Return a schedule that multiplies the rate by factor every `at` steps, or at each step number in the list `at`.

    Examples
    --------
    >>> schedule = step([30, 60], factor=0.5)
    >>> [schedule(t) for t in (0, 29, 30, 60, 1000)]
    [1.0, 1.0, 0.5, 0.25, 0.25]
    """
    factor = number("step", "factor", factor, above=0)
    if isinstance(at, (list, tuple)):
        marks = [integer("step", "each number in at", mark, 0) for mark in at]
        return lambda t: factor ** sum(t >= mark for mark in marks)
    every = integer("step", "at", at, 1)
    return lambda t: factor ** (t // every)


def exponential(decay: float) -> Schedule:
    """Return the schedule exp(-decay t)."""
    decay = number("exponential", "decay", decay, at_least=0, below=math.inf)
    return lambda t: math.exp(-decay * t)


def inverse_time(decay: float) -> Schedule:
    """Return the schedule 1 / (1 + decay t).

    Examples
    --------
    >>> inverse_time(0.5)(2)
    0.5
    """
    decay = number("inverse_time", "decay", decay, at_least=0, below=math.inf)
    return lambda t: 1 / (1 + decay * t)


def cosine(num_steps: int, final: float = 0.0) -> Schedule:
    """Return a schedule that falls from 1 to `final` along half a cosine in num_steps steps, and then stays there.

    Source: Loshchilov and Hutter, 2017.

    Examples
    --------
    >>> schedule = cosine(100, final=0.1)
    >>> [round(schedule(t), 3) for t in (0, 50, 100, 1000)]
    [1.0, 0.55, 0.1, 0.1]
    """
    num_steps = integer("cosine", "num_steps", num_steps, 1)
    final = number("cosine", "final", final, at_least=0, below=math.inf)
    return lambda t: final + (1 - final) * (1 + math.cos(math.pi * min(t / num_steps, 1))) / 2


def warmup(num_steps: int, then: Schedule | None = None) -> Schedule:
    """Return a schedule that rises linearly from 1 / num_steps to 1 in num_steps steps, and then follows `then`.

    Large steps from random weights can spoil the training of a net for good (Goyal et al., 2017).

    Parameters
    ----------
    num_steps
        The length of the rise.
    then
        A schedule, for instance cosine(...), whose step 0 follows the rise; None stays at 1.

    Raises
    ------
    ValueError
        If num_steps is not an integer of at least 1.
    TypeError
        If `then` is not a function.

    Examples
    --------
    >>> schedule = warmup(4, then=step([2]))
    >>> [schedule(t) for t in range(7)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 0.1]
    """
    num_steps = integer("warmup", "num_steps", num_steps, 1)
    if then is not None and not callable(then):
        raise TypeError(f"warmup: then should be a schedule, a function of the step number, but is {then!r}.")

    def schedule(t: int) -> float:
        if t < num_steps:
            return (t + 1) / num_steps
        return then(t - num_steps) if then else 1.0

    return schedule
