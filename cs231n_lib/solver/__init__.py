"""Training by minibatches, with everything that can be written down of it."""

from cs231n_lib.solver.solver import Solver, TrainingDiverged

__all__ = ["Solver", "TrainingDiverged"]
