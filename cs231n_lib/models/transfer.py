"""Transfer learning: the weights of one net as the start of another, and steps that leave some weights alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]
    Configs = Mapping[str, Mapping[str, Any]]


def transfer_params(pretrained: Arrays, fresh: Arrays, head: Collection[str]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a net that begins with the pretrained ones, except for a new head.

    Parameters
    ----------
    pretrained
        The arrays of the trained net by name: params, and the running averages of a batch normalization.
    fresh
        The arrays of the new net by name, with its own random head.
    head
        The names of the arrays of the head, which are taken from `fresh`.

    Returns
    -------
    dict
        Copies, with the names of `fresh` in their order.

    Raises
    ------
    ValueError
        If `pretrained` has no array of this name and shape for an array outside the head.
    """
    arrays = {}
    for name, own in fresh.items():
        if name not in head and (name not in pretrained or pretrained[name].shape != own.shape):
            found = pretrained[name].shape if name in pretrained else "missing"
            raise ValueError(
                f"transfer_params: {name} has shape {own.shape} in fresh, but in pretrained it is {found}. Name it in "
                "head, or choose nets that differ in the head only."
            )
        arrays[name] = np.array(own if name in head else pretrained[name])
    return arrays


def frozen_step(
    params: Arrays,
    grads: Arrays,
    configs: Configs,
    frozen: Collection[str],
    rule: Callable[[Any, Any, Any], tuple[Any, Any]],
) -> tuple[dict[str, NDArray[Any]], dict[str, Mapping[str, Any]]]:
    """Take a step of an update rule with all parameters but the frozen ones.

    Parameters
    ----------
    params, grads
        Arrays by name.
    configs
        The config of the update rule for each parameter.
    frozen
        The names of the parameters that stay as they are, and whose configs stay, too.
    rule
        An update rule of cs231n_lib.optim.

    Returns
    -------
    params, configs
        New dicts; the arguments stay as they are.
    """
    moved, kept = dict(params), dict(configs)
    for name in params:
        if name not in frozen:
            moved[name], kept[name] = rule(params[name], grads[name], kept[name])
    return moved, kept
