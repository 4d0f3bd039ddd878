"""Predictions of several models, or of several views of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.arguments import FloatArray


def ensemble_probabilities(scores: Iterable[ArrayLike]) -> FloatArray:
    """Average the probabilities that several models give to each class.

    Parameters
    ----------
    scores
        The scores (N, C) of each model for the same examples, at least one model.

    Returns
    -------
    (N, C) array
        The mean of the models' softmax probabilities, in the scores' dtype.

    Raises
    ------
    ValueError
        If there are no scores, or their shapes differ.
    """
    arrays = [float_array("ensemble_probabilities", "scores", each) for each in _items(scores)]
    if not arrays:
        raise ValueError("ensemble_probabilities: scores should hold the scores of at least one model, but is empty.")
    for each in arrays:
        expect_shape("ensemble_probabilities", "scores", each, ("N", "C"), "for each model")
        expect_shape("ensemble_probabilities", "scores", each, arrays[0].shape, "that of the first model")
    return np.mean([_probabilities(each) for each in arrays], axis=0, dtype=np.result_type(*arrays))


def predict_tta(
    scores_fn: Callable[[Any], ArrayLike], X: NDArray[Any], views: Iterable[Callable[[Any], Any]]
) -> FloatArray:
    """Average the probabilities over several views of each image: test-time augmentation.

    Parameters
    ----------
    scores_fn
        A function from images to scores (N, C), such as model.loss.
    X : (N, ...) array
        The images.
    views
        Functions from images to images, at least one; the identity is not added.

    Returns
    -------
    (N, C) array
        The mean over the views of the softmax probabilities.

    Raises
    ------
    ValueError
        If there are no views, or the scores of two views differ in shape.

    Examples
    --------
    >>> views = [lambda X: X, lambda X: X[..., ::-1]]  # the image and its mirror image
    >>> predict_tta(lambda X: X[:, :2], np.array([[0.0, 0.0, 9.0]]), views).round(2)
    array([[0.75, 0.25]])
    """
    found = [scores_fn(view(X)) for view in views]
    if not found:
        raise ValueError("predict_tta: views should hold at least one function, but is empty.")
    return ensemble_probabilities(found)


def ema_update(
    average: Mapping[str, NDArray[Any]], params: Mapping[str, NDArray[Any]], decay: float = 0.99
) -> dict[str, NDArray[Any]]:
    """Take a step of the moving average of parameters: decay * average + (1 - decay) * params for each name.

    Parameters
    ----------
    average, params
        Arrays by name, with the same names and shapes. For a net with batch normalization, add its state()
        to both, since its running averages belong to its weights.
    decay
        In 0..1; the average remembers about 1 / (1 - decay) steps.

    Returns
    -------
    dict
        The new average; the arguments stay as they are.

    Raises
    ------
    ValueError
        If the names differ, or decay is outside 0..1.
    """
    if average.keys() != params.keys():
        raise ValueError(f"ema_update: average has {', '.join(average)}, but params has {', '.join(params)}.")
    if not 0 <= decay <= 1:
        raise ValueError(f"ema_update: decay should be a number from 0 to 1, but is {decay!r}.")
    kept = {name: np.asarray(value) for name, value in average.items()}
    return {name: (decay * old + (1 - decay) * params[name]).astype(old.dtype) for name, old in kept.items()}


def _items(scores: Iterable[ArrayLike]) -> list[ArrayLike]:
    try:
        return list(scores)
    except TypeError:
        raise ValueError(f"ensemble_probabilities: scores should be a list of arrays, but is {scores!r}.") from None


def _probabilities(scores: FloatArray) -> FloatArray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
