"""Numerical gradients, and why a gradient or another result is wrong, as far as its numbers tell.

Lecture source of the method and of the bands: CS231n notes, "Gradient checks" (neural-networks-3).
"""

from cs231n_lib.diagnosis.agreement import rel_error
from cs231n_lib.diagnosis.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    numerical_gradient,
)
from cs231n_lib.diagnosis.wrong_gradient import Diagnosis, diagnose

__all__ = [
    "Diagnosis",
    "diagnose",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "grad_check_sparse",
    "numerical_gradient",
    "rel_error",
]
