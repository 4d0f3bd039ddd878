"""Mistakes of the penalty reg * sum(W * W), which the losses of several notebooks have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of


def penalty(W: Any, reg: float, N: int, data: Callable[[Any], float] = lambda V: 0.0) -> Iterator[Mistake]:
    """Yield the mistakes of a penalty that is added to the loss `data`: the quantities `loss` and `dW`."""
    W = np.asarray(W, dtype=np.float64)

    def case(wrong: Callable[[Any], Any]) -> dict[str, Callable[[], Any]]:
        return {"loss": lambda: data(W) + wrong(W), "dW": lambda: gradient_of(lambda V: data(V) + wrong(V), W)}

    def squares(V: Any) -> Any:
        return np.sum(V * V)

    yield Mistake(
        "penalty.without_reg",
        "The penalty is there without the factor reg.",
        "What the strength of the regularization multiplies.",
        **case(squares),
        half=case(lambda V: squares(V) / 2)["dW"],
    )
    if reg == 0:
        return
    yield Mistake(
        "penalty.missing",
        "The regularization is missing: the result does not change with reg.",
        "What is added at the end, in the loss and in dW.",
        **case(lambda V: 0.0),
    )
    yield Mistake(
        "penalty.averaged",
        "The penalty is divided by the number of examples, too.",
        "The order of the last steps: only the losses of the examples are averaged.",
        **case(lambda V: reg * squares(V) / N),
    )
    yield Mistake(
        "penalty.halved",
        "The penalty has a factor 1/2 that this course does not use.",
        "The penalty is reg times the sum of the squared weights.",
        loss=case(lambda V: reg * squares(V) / 2)["loss"],
    )
    yield Mistake(
        "penalty.factor_forgotten",
        "The regularization part of dW is half of what it should be.",
        "The derivative of a square.",
        dW=case(lambda V: reg * squares(V) / 2)["dW"],
    )
    yield Mistake(
        "penalty.halved_and_averaged",
        "The penalty is halved, and divided by the number of examples.",
        "The penalty is reg times the sum of the squared weights. Only the losses of the examples are averaged.",
        **case(lambda V: reg * squares(V) / 2 / N),
    )
    yield Mistake(
        "penalty.mean",
        "The penalty is a mean over the weights; it should be a sum.",
        "The penalty is reg times the sum of the squared weights.",
        **case(lambda V: reg * squares(V) / V.size),
    )
    yield Mistake(
        "penalty.root",
        "The penalty is reg times the length of W; the square root is too much.",
        "What np.linalg.norm computes.",
        **case(lambda V: reg * np.sqrt(squares(V))),
    )
    yield Mistake(
        "penalty.not_squared",
        "The weights of the penalty are not squared.",
        "The penalty is reg times the sum of the squared weights.",
        **case(lambda V: reg * np.sum(V)),
        absolute=case(lambda V: reg * np.sum(np.abs(V)))["loss"],
        constant=lambda: data(W) + reg,
        ones=lambda: data(W) + reg * W.size,
    )
    yield Mistake(
        "penalty.inverted",
        "The weights stand in the denominator.",
        "Whether larger weights make the penalty larger.",
        loss=lambda: data(W) + reg / squares(W),
        dW=lambda: gradient_of(data, W) + 2 * reg / W,
    )
    yield Mistake(
        "penalty.subtracted",
        "The penalty is subtracted.",
        "The sign of the last term: large weights cost something.",
        **case(lambda V: -reg * squares(V)),
    )
    yield Mistake(
        "penalty.divided_by_reg",
        "Something is divided by reg; the penalty is multiplied by it.",
        "How the penalty should change when reg grows.",
        **case(lambda V: squares(V) / reg),
    )
    yield Mistake(
        "penalty.too_often",
        "The penalty is added more than once.",
        "Is it added for each example, or inside a loop?",
        **case(lambda V: 2 * reg * squares(V)),
        each=case(lambda V: N * reg * squares(V))["loss"],
        each_dW=case(lambda V: N * reg * squares(V))["dW"],
    )
