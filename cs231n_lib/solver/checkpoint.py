"""Saves the complete state of a Solver to a file, so that training can resume as if it had not stopped.

Each array is an entry of the .npz file under its path (params/W1, best_params/W1, optim/W1/velocity, state/..., order,
...). Everything else is one JSON text, the entry "facts".
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.storage.npz_files import members, read_npz, refuse_other_params, write_npz
from cs231n_lib.storage.random_state import random_state_from_text, random_state_to_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.solver.solver import Solver

KIND = "cs231n solver checkpoint 1"
_FACTS = ("step", "best_val_acc", "best_epoch", "sample_seed")
_HISTORIES = ("loss_history", "train_acc_history", "val_acc_history")


def save_solver(solver: Solver, path: str | os.PathLike[str]) -> None:
    """Write the state of the Solver to path."""
    params, state = solver.latest()
    order = np.zeros(0, np.int64) if solver.order is None else solver.order
    arrays: dict[str, ArrayLike] = {"kind": KIND, "order": order}
    groups = {"params": params, "state": state, "best_params": solver.best_params, "best_state": solver.best_state}
    for group, found in groups.items():
        arrays |= {f"{group}/{name}": array for name, array in found.items()}
    settings = {}
    for name, config in solver.optim_configs.items():
        in_arrays = {key: value for key, value in config.items() if isinstance(value, (np.ndarray, np.generic))}
        arrays |= {f"optim/{name}/{key}": value for key, value in in_arrays.items()}
        settings[name] = {key: value for key, value in config.items() if key not in in_arrays}
    histories = {name: np.array(getattr(solver, name), dtype=np.float64) for name in _HISTORIES}
    histories["loss_history"] = histories["loss_history"][: solver.step]  # without the loss that ended training
    arrays |= histories
    facts = {name: getattr(solver, name) for name in _FACTS}
    facts |= {"setup": _setup(solver), "optim": settings, "rng": random_state_to_text(solver.rng)}
    try:
        arrays["facts"] = json.dumps(facts)
    except TypeError as error:
        raise TypeError(
            f"{path}: The config of the update rule cannot be saved: {error}. It may hold arrays, numbers and text."
        ) from None
    write_npz(path, arrays)


def restore_solver(solver: Solver, path: str | os.PathLike[str]) -> None:
    """Set the Solver to the state in the file. Raises ValueError and changes nothing if the file does not fit."""
    arrays = read_npz(path, KIND, "checkpoint of a Solver")
    try:
        facts = json.loads(str(arrays["facts"]))
        order, rng = arrays["order"], random_state_from_text(facts["rng"])
        histories = {name: arrays[name].tolist() for name in _HISTORIES}
        groups = {group: members(arrays, group) for group in ("params", "state", "best_params", "best_state")}
        configs = {
            name: config
            | {key: array[()] if array.ndim == 0 else array for key, array in members(arrays, f"optim/{name}").items()}
            for name, config in facts["optim"].items()
        }
        simple = {name: facts[name] for name in _FACTS}
        setup = facts["setup"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{path} is damaged: {type(error).__name__}: {error}.") from None
    _refuse_other_setup(solver, setup, path)
    refuse_other_params(solver.model.params, groups["params"], path)

    # the state is loaded before anything changes, since loading it may fail
    if groups["state"]:
        if not hasattr(solver.model, "load_state"):
            raise ValueError(
                f"{path} holds a state of the model besides its params, but {type(solver.model).__name__} "
                "has no load_state."
            )
        solver.model.load_state(groups["state"])
    solver.model.params = groups["params"]
    solver.best_params, solver.best_state = groups["best_params"], groups["best_state"]
    solver.optim_configs = {name: configs[name] | solver.optim_config for name in groups["params"]}
    solver.order, solver.rng = order if len(order) else None, rng
    for name, value in (simple | histories).items():
        setattr(solver, name, value)


def _setup(solver: Solver) -> dict[str, Any]:
    """Return what must be the same in both Solvers for training to resume exactly."""
    return {
        "update_rule": getattr(solver.update_rule, "__name__", str(solver.update_rule)),
        "batch_size": solver.batch_size,
        "number of training examples": len(solver.X_train),
    }


def _refuse_other_setup(solver: Solver, setup: dict[str, Any], path: str | os.PathLike[str]) -> None:
    for name, here in _setup(solver).items():
        if setup.get(name) != here:
            raise ValueError(
                f"{path} comes from a different training: its {name} is {setup.get(name)!r}; this Solver's is {here!r}."
            )
