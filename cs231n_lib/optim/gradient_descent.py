"""Gradient descent (CS231n lecture notes, "Optimization").

The docstring of the package says what update rules take, return and raise: help(cs231n_lib.optim).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs231n_lib.optim.rule_arguments import like, validated

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings

__all__ = ["sgd"]


def sgd(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of gradient descent: w - learning_rate dw.

    config: learning_rate (1e-2).
    """
    w, dw, config = validated("sgd", w, dw, config, learning_rate=1e-2)
    return like(w, w - config["learning_rate"] * dw), config
