"""Standardized channels and whitened data, with statistics of the training set that are applied to all sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import float_array, number
from cs231n_lib.data.preprocessing import standardize

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[Any]

__all__ = ["pca_whiten", "standardize_channels"]


def standardize_channels(X_train: ArrayLike, *others: ArrayLike) -> tuple[FloatArray, ...]:
    """Subtract the mean of each channel and divide by its standard deviation, over all training images and places.

    Channels that are constant in the training set, up to rounding, are only centred.

    Parameters
    ----------
    X_train, *others : (N, ..., C) arrays
        The sets, such as images (N, H, W, C), whose shapes agree except for N. Integers become float64; floats keep
        their type.

    Returns
    -------
    X_train, *others
        The standardized sets.

    Raises
    ------
    ValueError
        If a set does not fit; the message names it.

    Examples
    --------
    >>> train, test = standardize_channels([[[[0.0]]], [[[4.0]]]], [[[[6.0]]]])
    >>> train.ravel(), test.ravel()
    (array([-1.,  1.]), array([2.]))
    """
    sets = [float_array("standardize_channels", "every set", X) for X in (X_train, *others)]
    if any(X.ndim < 2 or X.shape[1:] != sets[0].shape[1:] for X in sets):
        raise ValueError(
            "standardize_channels: the sets should have shapes (N, ..., C) that agree except for N, but have "
            f"{', '.join(str(X.shape) for X in sets)}."
        )
    _, *scaled = standardize(*(X.reshape(-1, X.shape[-1]) for X in sets))
    return tuple(rows.reshape(X.shape) for rows, X in zip(scaled, sets, strict=True))


def pca_whiten(X_train: ArrayLike, *others: ArrayLike, eps: float = 1e-5) -> tuple[FloatArray, ...]:
    """Rotate rows into the principal components of the training set, and divide each component by its deviation.

    Parameters
    ----------
    X_train, *others : (N, D) arrays
        The sets. Integers become float64; floats keep their type.
    eps
        The number that is added to each variance, so that components without variance are not divided by 0.

    Returns
    -------
    X_train, *others
        The whitened sets; the component of the largest variance comes first. The covariance matrix of the first set is
        diagonal, with var / (var + eps) for a component of variance var (CS231n lecture notes, "Data preprocessing",
        with the mean over N that the definition of the covariance has).

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> (Z,) = pca_whiten([[2.0, 2.0], [-2.0, -2.0], [1.0, -1.0], [-1.0, 1.0]], eps=0)
    >>> np.abs(np.round(Z.T @ Z / 4, 6))
    array([[1., 0.],
           [0., 1.]])
    """
    sets = [float_array("pca_whiten", "every set", X) for X in (X_train, *others)]
    eps = number("pca_whiten", "eps", eps, at_least=0)
    if any(X.ndim != 2 or X.shape[1] != sets[0].shape[-1] for X in sets) or len(sets[0]) == 0:
        raise ValueError(
            "pca_whiten: the sets should have shapes (N, D) with the same D, and X_train at least one row, but have "
            f"{', '.join(str(X.shape) for X in sets)}."
        )
    rows = sets[0].astype(np.float64)
    mean = rows.mean(axis=0)
    _, singular, components = np.linalg.svd(rows - mean, full_matrices=len(rows) < rows.shape[1])  # rows of components
    variances = np.zeros(rows.shape[1])
    variances[: len(singular)] = singular**2 / len(rows)
    scale = np.sqrt(variances + eps)
    projection = components.T / np.where(scale == 0, 1.0, scale)  # (D, D)
    return tuple(((X - mean) @ projection).astype(X.dtype) for X in sets)
