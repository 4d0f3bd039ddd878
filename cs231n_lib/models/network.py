"""The base class of the course's nets: loss, predictions, regularization, saving, and state besides params."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from cs231n_lib import layers
from cs231n_lib.arguments import expect_shape, float_type, integer, labels, number
from cs231n_lib.layers.losses import softmax_loss
from cs231n_lib.storage.npz_files import members, read_npz, refuse_other_params, write_npz

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, DTypeLike, NDArray

    from cs231n_lib.arguments import FloatArray, Settings
    from cs231n_lib.models.dropout_masks import DropoutMasks

    LossFunction = Callable[[FloatArray, Any], tuple[Any, FloatArray]]
    InputSize = int | tuple[int, int, int]  # the number of values per example, or (channels, height, width)

KIND = "cs231n model 1"


class Layer(NamedTuple):
    """A layer of a model, for net_cost.

    Attributes
    ----------
    kind
        What the layer is, in a word or two; "input" for the examples themselves.
    out_shape
        The shape of what it puts out for one example: (channels, height, width) or (units,).
    params
        Its parameters by name.
    """

    kind: str
    out_shape: tuple[int, ...]
    params: Mapping[str, FloatArray]


class Network:
    """A net with a softmax loss, whose parameters are the arrays in the dict `params`, all of the same dtype.

    A subclass fills params, and bn_params if it has batch normalization, and defines _forward and _backward. Names of
    weights begin with W; these are regularized.

    Attributes
    ----------
    params
        The parameters by name.
    bn_params
        The bn_param of each batch normalization; see batchnorm_forward.
    dtype
        The type of the parameters and of all computations, float32 or float64.
    loss_function
        A function (scores (N, C), y) -> (loss, dscores) to train with instead of the softmax loss, such as
        layers.svm_loss; None for the softmax loss.
    """

    def __init__(
        self, input_dim: InputSize, num_classes: int, reg: float, dtype: DTypeLike, dropout: DropoutMasks | None = None
    ) -> None:
        self.input_dim = input_dim
        self.num_classes = integer(type(self).__name__, "num_classes", num_classes, 1)
        self.reg = number(type(self).__name__, "reg", reg, at_least=0)
        self.dtype = float_type(type(self).__name__, dtype)
        self.params: dict[str, FloatArray] = {}
        self.bn_params: list[Settings] = []
        self.dropout = dropout
        self.loss_function: LossFunction | None = None

    def _forward(self, X: FloatArray, mode: str) -> tuple[FloatArray, Any]:
        """Return (scores (N, C), a cache for _backward); mode is "train" or "test"."""
        raise NotImplementedError

    def _backward(self, dscores: FloatArray, cache: Any) -> dict[str, FloatArray]:
        """Return the gradient of each parameter, as a dict like params."""
        raise NotImplementedError

    @overload
    def loss(self, X: ArrayLike, y: None = None) -> FloatArray: ...
    @overload
    def loss(self, X: ArrayLike, y: ArrayLike) -> tuple[np.floating, dict[str, FloatArray]]: ...
    def loss(self, X: ArrayLike, y: ArrayLike | None = None) -> FloatArray | tuple[np.floating, dict[str, FloatArray]]:
        """Compute the scores of the examples X, or the loss on them and its gradients.

        Parameters
        ----------
        X : (N, ...) array
            Examples of the net's input size and any numeric type, which are converted to the net's dtype.
        y : (N,) integers 0..C-1, (N, C) array, or None
            The correct classes, or targets for soft_cross_entropy; with a loss_function, what it takes, with one row
            for each example. None for scores.

        Returns
        -------
        scores : (N, C) array
            Without y, the scores at test time: with the running averages of batch normalization and without dropout.
        loss, grads
            With y, the training loss: softmax loss (or loss_function) + reg * sum(W * W) over all weights W, but not
            biases, gamma and beta; and its gradients, as a dict like params.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        X = self._examples(X)
        if y is None:
            self._set_mode("test")
            return self._forward(X, "test")[0]
        y, loss_function = self._targets(y, len(X))
        if len(X) == 0:
            raise ValueError(f"{type(self).__name__}.loss: X should hold at least one example, but is empty.")
        self._set_mode("train")
        scores, cache = self._forward(X, "train")
        loss, dscores = loss_function(scores, y)
        grads = self._backward(dscores.astype(scores.dtype, copy=False), cache)
        return self._regularized(scores.dtype.type(loss), grads)

    def predict(self, X: ArrayLike, batch_size: int = 100) -> NDArray[np.intp]:
        """Return the class with the highest score for each example in X (N, ...), as integers (N,)."""
        X, step = np.asarray(X), integer("predict", "batch_size", batch_size, 1)
        batches = [self.loss(X[i : i + step]).argmax(axis=1) for i in range(0, len(X), step)]
        return np.concatenate(batches) if batches else np.empty(0, dtype=np.intp)

    def layer_list(self) -> list[Layer]:
        """Return the input and the layers of the net, in order; each parameter belongs to one of them."""
        raise NotImplementedError

    def after_step(self) -> None:
        """Draw new dropout masks; call it after every update of params, since with a seed masks change only then."""
        if self.dropout:
            self.dropout.next_step()

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what changes in training besides params, running averages and dropout's state, as a dict of arrays."""
        arrays = {
            f"bn{i}/{key}": bn_param[key]
            for i, bn_param in enumerate(self.bn_params, start=1)
            for key in ("running_mean", "running_var")
            if key in bn_param
        }
        return arrays | (self.dropout.state() if self.dropout else {})

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Restore what state() returned, in a net with the same arguments. Raises ValueError if it does not fit."""
        bn_params = [dict(bn_param) for bn_param in self.bn_params]
        for name, array in state.items():
            layer, _, key = name.partition("/")
            if not layer.startswith("bn"):
                continue
            index = int(layer.removeprefix("bn")) - 1
            if index >= len(bn_params) or array.shape != self.params[f"gamma{index + 1}"].shape:
                net = type(self).__name__
                raise ValueError(f"{net}.load_state: {name} {array.shape} comes from a different net.")
            bn_params[index][key] = np.array(array)
        if self.dropout:
            self.dropout.load_state(state)
        self.bn_params = bn_params

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save params and state as .npz to exactly this path."""
        groups = {"params": self.params, "state": self.state()}
        arrays = {f"{group}/{name}": array for group, found in groups.items() for name, array in found.items()}
        write_npz(path, {"kind": KIND, **arrays})

    def load(self, path: str | os.PathLike[str]) -> None:
        """Load what save wrote, into a net with the same arguments. Raises ValueError if it does not fit."""
        arrays = read_npz(path, KIND, "saved model")
        params = members(arrays, "params")
        refuse_other_params(self.params, params, path)
        self.load_state(members(arrays, "state"))
        self.params = params

    def _targets(self, y: ArrayLike, num_examples: int) -> tuple[NDArray[Any], LossFunction]:
        """Return y as an array, and the function that computes the loss with it."""
        function, y = f"{type(self).__name__}.loss", np.asarray(y)
        if self.loss_function is not None:
            expect_shape(function, "y", y, (num_examples, *y.shape[1:]), "one row for each example")
            return y, self.loss_function
        if y.ndim != 2:
            return labels(function, y, num_examples, self.num_classes), softmax_loss
        expect_shape(function, "y", y, (num_examples, self.num_classes), "a target for each class")
        try:
            return y.astype(self.dtype, copy=False), layers.soft_cross_entropy
        except ImportError as error:  # an edition may leave it out
            raise ImportError(f"{error} Or set loss_function to your own.", name=error.name) from None

    def _regularized(
        self, loss: np.floating, grads: dict[str, FloatArray]
    ) -> tuple[np.floating, dict[str, FloatArray]]:
        dtype = loss.dtype  # the net's dtype, unless the user has put wider arrays into params
        if self.reg:
            for name, w in self.params.items():
                if name.startswith("W"):
                    loss = loss + self.reg * np.vdot(w, w)
                    grads[name] += 2 * self.reg * w
        return dtype.type(loss), grads

    def _set_mode(self, mode: str) -> None:
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
        if mode == "train" and self.dropout:
            self.dropout.next_loss()

    def _examples(self, X: ArrayLike) -> FloatArray:
        X = np.asarray(X)
        name = f"{type(self).__name__}.loss"
        if X.dtype.kind not in "biuf" or X.dtype == np.float16:
            raise ValueError(f"{name}: X should hold integers, float32 or float64, but is {X.dtype}.")
        self._refuse_size(name, X)
        return X.astype(self.dtype, copy=False)

    def _layer(self, kind: str, out_shape: tuple[int, ...], number: int | None = None) -> Layer:
        """Return a layer with the parameters whose names end with this number, such as W1 and b1."""
        names = [name for name in self.params if name.lstrip("Wbetagm") == str(number)]
        return Layer(kind, out_shape, {name: self.params[name] for name in names})

    def _image_size(self) -> tuple[int, int, int]:
        assert isinstance(self.input_dim, tuple)  # as in every net for images
        return self.input_dim

    def _refuse_size(self, name: str, X: NDArray[Any]) -> None:
        if isinstance(self.input_dim, tuple):
            if X.shape[1:] != self.input_dim:
                C, H, W = self.input_dim
                hint = " Use data.to_nchw to move the channels." if X.shape[1:] == (H, W, C) else ""
                raise ValueError(f"{name}: X should have shape (N, {C}, {H}, {W}), but has {X.shape}.{hint}")
        elif X.ndim < 2 or int(np.prod(X.shape[1:])) != self.input_dim:
            raise ValueError(
                f"{name}: X should have {self.input_dim} values per example, as in "
                f"(N, {self.input_dim}), but has shape {X.shape}."
            )


def image_size(function: str, input_dim: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return input_dim as (channels, height, width). Raises ValueError if it is not of that form."""
    if not isinstance(input_dim, (tuple, list)) or len(input_dim) != 3:
        raise ValueError(f"{function}: input_dim should be (channels, height, width), but is {input_dim!r}.")
    channels, height, width = (integer(function, "each size in input_dim", size, 1) for size in input_dim)
    return channels, height, width


def odd(function: str, name: str, value: int) -> int:
    """Return value as an int. Raises ValueError unless it is odd, so that padding can keep the size of the images."""
    if integer(function, name, value, 1) % 2 == 0:
        reason = "so that padding can keep the image's size"
        raise ValueError(f"{function}: {name} should be odd, {reason}, but is {value}.")
    return int(value)
