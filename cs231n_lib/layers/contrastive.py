"""The contrastive loss of SimCLR, which learns from pairs of views without labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray


def contrastive_loss(Z: ArrayLike, T: float = 0.5) -> tuple[np.floating, FloatArray]:
    """Compute NT-Xent, the normalized temperature-scaled cross-entropy of pairs (Chen et al. 2020, "SimCLR").

    Rows i and i + N of Z are two views of image i. For each of the 2N rows, the cosine similarities with all other
    rows, divided by T, are scores, and the other view is the correct class; the loss is the mean softmax loss.

    Parameters
    ----------
    Z : (2N, D) array
        Embeddings, none of them 0, first one view of all images, then the other.
    T
        The temperature, above 0.

    Returns
    -------
    loss
        A number of Z's dtype.
    dZ : (2N, D) array
        The gradient of Z.

    Raises
    ------
    ValueError
        If an argument does not fit, if there are fewer than 2 rows or an odd number of them, or if a row is 0.

    Examples
    --------
    >>> loss, dZ = contrastive_loss([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 3.0]], T=1.0)
    >>> f"{loss:.4f} {np.log(np.e + 2) - 1:.4f}"  # cosine 1 with the other view, 0 with the two other rows
    '0.5514 0.5514'
    """
    Z = float_array("contrastive_loss", "Z", Z)
    expect_shape("contrastive_loss", "Z", Z, ("2N", "D"), "two views of each image")
    T = number("contrastive_loss", "T", T, above=0)
    rows = len(Z)
    if rows % 2 or Z.size == 0:
        raise ValueError(f"contrastive_loss: Z should have two rows for each image, but has shape {Z.shape}.")
    lengths = np.sqrt(np.sum(Z * Z, axis=1, keepdims=True))  # (2N, 1)
    if not lengths.all():
        raise ValueError("contrastive_loss: Z should have no row of zeros, since it has no direction.")
    U = Z / lengths
    scores = U @ U.T / T  # (2N, 2N)
    np.fill_diagonal(scores, -np.inf)  # a row is not compared with itself
    scores -= scores.max(axis=1, keepdims=True)
    P = np.exp(scores)
    sums = P.sum(axis=1, keepdims=True)
    views = np.arange(rows), np.roll(np.arange(rows), rows // 2)
    loss = np.mean(np.log(sums).ravel() - scores[views])
    P /= sums
    P[views] -= 1
    dU = (P + P.T) @ U / (rows * T)  # each similarity is in two rows
    dZ = (dU - U * np.sum(U * dU, axis=1, keepdims=True)) / lengths  # only the direction of a row counts
    return Z.dtype.type(loss), dZ
