"""The update rules of the public `cs231n.optim`: those of `cs231n_lib.optim`, which here also update the config."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib import optim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Config = dict[str, Any]
    Step = tuple[NDArray[Any], Config]
    Rule = Callable[..., Step]

_ON_DEMAND = ["adam", "rmsprop", "sgd_momentum"]  # an edition may leave them out
__all__ = ["sgd", *_ON_DEMAND]


def _updating(rule: Rule) -> Rule:
    @wraps(rule)
    def update(w: NDArray[Any], dw: NDArray[Any], config: Config | None = None) -> Step:
        config = {} if config is None else config
        next_w, next_config = rule(w, dw, config)
        config.update(next_config)
        return next_w, config

    return update


def __getattr__(name: str) -> object:
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    rule = _updating(getattr(optim, name))
    globals()[name] = rule  # the next access does not come here
    return rule


def sgd(w: NDArray[Any], dw: NDArray[Any], config: Config | None = None) -> Step:
    """Take a step of gradient descent; see `cs231n_lib.optim.sgd`. As in the public package, w itself changes too."""
    next_w, config = _updating(optim.sgd)(w, dw, config)
    np.copyto(w, next_w)
    return w, config
