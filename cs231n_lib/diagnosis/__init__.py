"""Numerical gradients, and the likely mistake in a wrong gradient or another wrong result, judged by its numbers.

The method and the error bands are those of the CS231n notes, "Gradient checks" (neural-networks-3).
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
