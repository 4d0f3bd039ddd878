"""Mistakes of the notebook `softmax`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of


def loss(W: Any, X: Any, y: Any, reg: float) -> Iterator[Mistake]:
    """Yield the mistakes of the softmax loss and of its gradient: the quantities `loss` and `dW`."""

    def case(wrong: Callable[[Any], Any]) -> dict[str, Callable[[], Any]]:
        """Return both quantities of a wrong loss, a function of the weights."""
        return {"loss": lambda: wrong(W), "dW": lambda: gradient_of(wrong, W)}

    def losses(V: Any) -> list[float]:
        return [math.log(sum(math.exp(s - scores[k]) for s in scores)) for scores, k in zip(X @ V, y, strict=True)]

    def penalty(V: Any) -> Any:
        return reg * np.sum(V * V)

    yield Mistake(
        "softmax.not_averaged",
        "The losses are summed over the examples, not averaged.",
        "Where you divide by the number of examples. The penalty is not divided.",
        **case(lambda V: sum(losses(V)) + penalty(V)),
    )
    yield Mistake(
        "softmax.penalty_averaged",
        "The penalty is divided by the number of examples, too.",
        "The order of the last steps: only the losses of the examples are averaged.",
        **case(lambda V: (sum(losses(V)) + penalty(V)) / len(y)),
    )
    yield Mistake(
        "softmax.penalty_halved",
        "The penalty has a factor 1/2 that this course does not use.",
        "The penalty is reg times the sum of the squared weights.",
        **case(lambda V: np.mean(losses(V)) + penalty(V) / 2),
    )
