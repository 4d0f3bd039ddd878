"""Checks of the arguments of update rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, floats, integer, number, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings


def like(w: FloatArray, array: ArrayLike) -> FloatArray:
    """Return the array in w's dtype: for arrays without axes NumPy returns numbers, which are float64 in NumPy 1."""
    return np.asarray(array, dtype=w.dtype)


def validated(
    rule: str,
    w: ArrayLike,
    dw: ArrayLike,
    config: Settings | None,
    memory: Sequence[str] = (),
    counters: Sequence[str] = (),
    flags: Sequence[str] = (),
    **defaults: float,
) -> tuple[FloatArray, FloatArray, Settings]:
    """Return w and dw in one dtype, and a new, complete config: Python floats, and the rule's memory in that dtype."""
    w, dw = floats(rule, w=w, dw=dw)
    expect_shape(rule, "dw", dw, w.shape, "that of w")
    keys = [*defaults, *memory, *counters, *flags]
    values = settings(
        rule,
        "config",
        {} if config is None else config,
        (),
        **defaults,
        **dict.fromkeys(memory),
        **dict.fromkeys(counters, 0),
        **dict.fromkeys(flags, False),
    )
    checked: Settings = {}
    for key, value in zip(keys, values, strict=True):
        name = f"config[{key!r}]"
        if key in memory:
            checked[key] = _memory(rule, name, value, w)
        elif key in counters:
            checked[key] = integer(rule, name, value, 0)
        elif key in flags:
            checked[key] = _flag(rule, name, value)
        else:
            checked[key] = number(rule, name, value, at_least=0, **_below(key))
    return w, dw, checked


def _below(key: str) -> dict[str, float]:
    return {"below": 1} if key in ("momentum", "decay_rate", "beta1", "beta2") else {}


def _flag(rule: str, name: str, value: object) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{rule}: {name} should be True or False, but is {value!r}.")
    return bool(value)


def _memory(rule: str, name: str, value: ArrayLike | None, w: FloatArray) -> FloatArray:
    if value is None:
        return np.zeros(w.shape, w.dtype)
    value = float_array(rule, name, value)
    expect_shape(rule, name, value, w.shape, "that of w")
    return value.astype(w.dtype, copy=False)
