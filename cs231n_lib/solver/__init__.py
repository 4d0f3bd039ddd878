"""Minibatch training of any model, with its history and checkpoints."""

from cs231n_lib.solver.solver import Solver, TrainingDiverged

__all__ = ["Solver", "TrainingDiverged"]
