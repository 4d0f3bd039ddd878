"""The numerical gradients of the public `cs231n.gradient_check`, by those of `cs231n_lib.diagnosis`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cs231n_lib import diagnosis
from cs231n_lib.diagnosis import eval_numerical_gradient_array, grad_check_sparse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "eval_numerical_gradient_blobs",
    "eval_numerical_gradient_net",
    "grad_check_sparse",
]


def eval_numerical_gradient(
    f: Callable[..., Any], x: ArrayLike, verbose: bool = True, h: float = 1e-5
) -> NDArray[np.float64]:
    """Compute the numerical gradient of a function that returns one number, as in `cs231n_lib.diagnosis`.

    It prints every entry, as the public function does, unless `verbose` is False.
    """
    return diagnosis.eval_numerical_gradient(f, x, verbose, h)


def eval_numerical_gradient_blobs(
    f: Callable[..., Any], inputs: Sequence[Any], output: Any, h: float = 1e-5
) -> list[NDArray[np.float64]]:
    """Compute the gradients of sum(output.vals * output.diffs) for a function that fills a blob.

    Parameters
    ----------
    f
        A function of the input blobs and the output blob, called as f(*inputs, output), which writes output.vals.
    inputs
        Blobs, objects whose `vals` are arrays of floats.
    output
        A blob, whose `diffs` is the upstream gradient.
    h
        The step size.

    Returns
    -------
    list of arrays
        The gradient of each input's vals.
    """

    def filled(_: object) -> NDArray[Any]:  # it reads the blobs, in which the numerical gradient changes the entry
        f(*inputs, output)
        return output.vals

    return [eval_numerical_gradient_array(filled, blob.vals, output.diffs, h) for blob in inputs]


def eval_numerical_gradient_net(
    net: Any, inputs: Sequence[Any], output: Any, h: float = 1e-5
) -> list[NDArray[np.float64]]:
    """Compute `eval_numerical_gradient_blobs` for a net, whose forward() reads the inputs and fills the output."""
    return eval_numerical_gradient_blobs(lambda *blobs: net.forward(), inputs, output, h)
