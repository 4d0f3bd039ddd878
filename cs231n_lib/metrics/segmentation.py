"""Intersection over union: how well predicted masks cover the true ones (Everingham et al. 2010, "Pascal VOC")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import integer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def iou_per_class(pred: ArrayLike, y: ArrayLike, num_classes: int, ignore: int = -1) -> NDArray[np.float64]:
    """Compute the intersection over union of each class: its pixels in both masks / its pixels in at least one.

    Parameters
    ----------
    pred, y : integer arrays of the same shape, such as (N, H, W)
        The predicted and the true class of each pixel, 0..num_classes-1.
    num_classes
        The number of classes.
    ignore
        Pixels with this true class do not count.

    Returns
    -------
    (num_classes,) float64 array
        Numbers from 0 to 1; NaN for a class that occurs in neither mask.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> iou_per_class([0, 1, 1, 1], [0, 0, 1, 1], 3)
    array([0.5       , 0.66666667,        nan])
    """
    num_classes = integer("iou_per_class", "num_classes", num_classes, 1)
    pred, y = np.asarray(pred), np.asarray(y)
    if pred.shape != y.shape:
        raise ValueError(f"iou_per_class: pred and y should have the same shape, but have {pred.shape} and {y.shape}.")
    counts = y != ignore
    pred, y = _classes("pred", pred[counts], num_classes), _classes("y", y[counts], num_classes)
    pairs = np.bincount(y * num_classes + pred, minlength=num_classes**2).reshape(num_classes, num_classes)
    both = np.diag(pairs)
    either = pairs.sum(axis=0) + pairs.sum(axis=1) - both
    ratios = np.full(num_classes, np.nan)
    np.divide(both, either, out=ratios, where=either > 0)
    return ratios


def mean_iou(pred: ArrayLike, y: ArrayLike, num_classes: int, ignore: int = -1) -> float:
    """Compute the mean of iou_per_class over the classes that occur in at least one mask.

    Parameters and errors are those of iou_per_class; there should also be a pixel that counts.
    """
    ratios = iou_per_class(pred, y, num_classes, ignore)
    if np.isnan(ratios).all():
        raise ValueError("mean_iou: y should have a pixel that counts, but has none.")
    return float(np.nanmean(ratios))


def _classes(name: str, values: NDArray[Any], num_classes: int) -> NDArray[np.intp]:
    if values.dtype.kind not in "iu" or (values.size and not 0 <= values.min() <= values.max() < num_classes):
        raise ValueError(f"iou_per_class: {name} should hold integer class numbers 0..{num_classes - 1}.")
    return values.astype(np.intp)  # the products above would overflow in uint8
