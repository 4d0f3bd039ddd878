"""Losses for squared margins, for several labels per example, and for very many classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, labels

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.arguments import FloatArray


def squared_hinge_loss(x: ArrayLike, y: ArrayLike) -> tuple[np.floating, FloatArray]:
    """Compute the squared hinge (L2-SVM) loss: mean over i of sum over j != y_i of max(0, x_ij - x_iy_i + 1)^2.

    Parameters
    ----------
    x : (N, C) array
        Scores.
    y : (N,) integers 0..C-1
        The correct classes.

    Returns
    -------
    loss
        A number of x's dtype.
    dx : (N, C) array
        The gradient of x, in x's dtype.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no examples.

    Examples
    --------
    >>> loss, dx = squared_hinge_loss([[3.0, 2.5, 0.0]], [0])
    >>> float(loss), dx
    (0.25, array([[-1.,  1.,  0.]]))
    """
    x = _scores("squared_hinge_loss", "x", x)
    N, C = x.shape
    y = labels("squared_hinge_loss", y, N, C)
    own = np.arange(N), y
    margins = np.maximum(x - x[own][:, None] + 1, 0)  # (N, C)
    margins[own] = 0
    dx = 2 / N * margins
    dx[own] = -dx.sum(axis=1)
    return x.dtype.type(np.sum(margins**2) / N), dx


def multilabel_hinge_loss(scores: ArrayLike, y: ArrayLike) -> tuple[np.floating, FloatArray]:
    """Compute the hinge loss of yes-or-no attributes: mean over i of sum over j of max(0, 1 - y_ij scores_ij).

    Parameters
    ----------
    scores : (N, A) array
        A score for each of A attributes.
    y : (N, A) array
        1 where an example has the attribute, -1 where it does not.

    Returns
    -------
    loss
        A number of the scores' dtype.
    dscores : (N, A) array
        The gradient of the scores. It is 0 at a margin of exactly 0.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no examples.

    Examples
    --------
    >>> loss, dscores = multilabel_hinge_loss([[2.0, 0.5, 0.0]], [[1, 1, -1]])
    >>> float(loss), dscores
    (1.5, array([[ 0., -1.,  1.]]))
    """
    scores = _scores("multilabel_hinge_loss", "scores", scores)
    y = float_array("multilabel_hinge_loss", "y", y).astype(scores.dtype, copy=False)
    expect_shape("multilabel_hinge_loss", "y", y, scores.shape, "that of scores")
    if not (np.abs(y) == 1).all():
        raise ValueError("multilabel_hinge_loss: y should hold 1 and -1 only.")
    N, margins = len(scores), 1 - y * scores
    return scores.dtype.type(np.maximum(margins, 0).sum() / N), np.where(margins > 0, -y / N, 0).astype(scores.dtype)


def hierarchical_softmax_loss(x: ArrayLike, y: ArrayLike) -> tuple[np.floating, FloatArray]:
    """Compute the loss of a hierarchical softmax: the C classes are the leaves of a balanced binary tree.

    Each of the C - 1 inner nodes has a score, and goes right with the probability sigmoid(score). The probability of a
    class is the product along its path, so its loss needs about log2(C) of the scores (Morin and Bengio 2005), and the
    probabilities of all classes add up to 1.

    Parameters
    ----------
    x : (N, C - 1) array
        The scores of the inner nodes. Node k has the children 2k + 1 (left) and 2k + 2 (right); numbers from C - 1 on
        are the leaves, leaf C - 1 + c for class c.
    y : (N,) integers 0..C-1
        The correct classes.

    Returns
    -------
    loss
        The mean of the negative logarithms, a number of x's dtype.
    dx : (N, C - 1) array
        The gradient of x. It is 0 at the nodes that are not on the path of an example.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no examples.

    Examples
    --------
    >>> loss, dx = hierarchical_softmax_loss(np.zeros((1, 3)), [2])  # four classes: two decisions
    >>> f"{loss / np.log(2):.1f}", dx
    ('2.0', array([[-0.5,  0. ,  0.5]]))
    """
    x = _scores("hierarchical_softmax_loss", "x", x)
    N, inner = x.shape
    node = labels("hierarchical_softmax_loss", y, N, inner + 1) + inner  # the leaves
    losses, dx = np.zeros(N, x.dtype), np.zeros_like(x)
    rows = np.arange(N)
    while len(rows):
        parent = (node - 1) // 2
        sign: NDArray[np.intp] = 1 - 2 * (node % 2)  # 1 for a right child, -1 for a left one
        wrong = np.exp(-np.logaddexp(0, sign * x[rows, parent]))  # the probability of the other child
        losses[rows] += np.logaddexp(0, -sign * x[rows, parent])
        dx[rows, parent] = -sign * wrong / N
        rows, node = rows[parent > 0], parent[parent > 0]
    return x.dtype.type(losses.mean()), dx


def _scores(function: str, name: str, scores: ArrayLike) -> FloatArray:
    scores = float_array(function, name, scores)
    expect_shape(function, name, scores, ("N", "C"), "one row of scores per example")
    if scores.size == 0:
        raise ValueError(f"{function}: {name} should hold scores of at least one example, but has {scores.shape}.")
    return scores
