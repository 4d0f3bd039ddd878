"""The tasks in cs231n_lib, through its public functions."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np

from contenders.works import Results, Run, Values, Work, inputs


def version() -> str:
    import cs231n_lib.kernels

    kernels = cs231n_lib.kernels
    return f"cs231n_lib ({kernels.backend()} kernels, {kernels.num_threads()} threads), NumPy {np.__version__}"


def set_threads(count: int) -> None:
    """Set the number of threads again, in addition to the environment variables of processes.py."""
    from cs231n_lib import kernels

    kernels.set_num_threads(count)


def to_numpy(result: object) -> np.ndarray:
    return np.asarray(result)


def prepare(work: Work) -> Run:
    """Return a function of no arguments that does the work once and returns its results as a tuple."""
    return PREPARE[work.kind](inputs(work), **work.options)


def _conv(values: Values, stride: int, pad: int, **_: object) -> Run:
    from cs231n_lib.kernels import conv_backward, conv_forward

    x, w, b, dout = (values[name] for name in ("x", "w", "b", "dout"))

    def run() -> Results:
        out = conv_forward(x, w, b, stride, pad)
        return out, *conv_backward(dout, x, w, stride, pad)

    return run


def _conv_forward(values: Values, stride: int, pad: int, **_: object) -> Run:
    from cs231n_lib.kernels import conv_forward

    x, w, b = (values[name] for name in ("x", "w", "b"))
    return lambda: (conv_forward(x, w, b, stride, pad),)


def _max_pooling(values: Values, field: int, stride: int, **_: object) -> Run:
    from cs231n_lib.layers import max_pool_backward_fast, max_pool_forward_fast

    x, dout = values["x"], values["dout"]
    pool_param = {"pool_height": field, "pool_width": field, "stride": stride}

    def run() -> Results:
        out, cache = max_pool_forward_fast(x, pool_param)
        return out, max_pool_backward_fast(dout, cache)

    return run


def _normalization(forward_name: str, backward_name: str, **settings: str) -> Callable[..., Run]:
    def prepare(values: Values, **_: object) -> Run:
        from cs231n_lib import layers

        forward, backward = getattr(layers, forward_name), getattr(layers, backward_name)
        x, gamma, beta, dout = (values[name] for name in ("x", "gamma", "beta", "dout"))
        param = dict(settings)

        def run() -> Results:
            out, cache = forward(x, gamma, beta, param)
            return out, *backward(dout, cache)

        return run

    return prepare


def _softmax_loss(values: Values, **_: object) -> Run:
    from cs231n_lib.layers import softmax_loss

    return lambda: softmax_loss(values["x"], values["y"])


def _relu(values: Values, **_: object) -> Run:
    from cs231n_lib.layers import relu_backward, relu_forward

    def run() -> Results:
        out, cache = relu_forward(values["x"])
        return out, relu_backward(values["dout"], cache)

    return run


def _adam(values: Values, fused: bool = False, **_: object) -> Run:
    """With `fused`, PyTorch's counterpart, the step is in place."""
    from cs231n_lib.optim import adam

    params, grads = values["params"], values["grads"]
    configs: dict[str, dict[str, Any]] = {name: {"learning_rate": 1e-3, "in_place": fused} for name in params}

    def run() -> Results:
        for name, grad in grads.items():
            params[name], configs[name] = adam(params[name], grad, configs[name])
        return tuple(params.values())

    return run


def _training_step(values: Values, **_: object) -> Run:
    from cs231n_lib.models import ThreeLayerConvNet
    from cs231n_lib.optim import adam

    return _steps(ThreeLayerConvNet(dtype=values["X"].dtype.type), adam, values)


def _deep_training_step(values: Values, **_: object) -> Run:
    from cs231n_lib.models import ConvNet
    from cs231n_lib.optim import adamw

    return _steps(ConvNet(dtype=values["X"].dtype.type), adamw, values)


def _speedrun_training_step(
    values: Values, rate: float, momentum: float, decay: float, smoothing: float, **_: object
) -> Run:
    from cs231n_lib import kernels
    from cs231n_lib.data import one_hot
    from cs231n_lib.models import WhitenedConvNet
    from cs231n_lib.optim import nesterov

    kernels.keep_memory()
    model = WhitenedConvNet()
    model.whitening = values["whitening"]
    values["y"] = one_hot(values["y"], 10, smoothing)
    model.params = {name: value.copy() for name, value in values["params"].items()}
    configs: dict[str, dict[str, Any]] = {name: {"learning_rate": rate, "momentum": momentum} for name in model.params}
    batches = cycle(values["batches"])

    def run() -> Results:
        batch = next(batches)
        loss, grads = model.loss(values["X"][batch], values["y"][batch])
        for name, w in model.params.items():
            model.params[name], configs[name] = nesterov(w, grads[name] + decay * w, configs[name])
        return loss, *model.params.values()

    return run


def _steps(model: Any, rule: Callable[..., Any], values: Values) -> Run:
    assert set(model.params) == set(values["params"])
    for name, value in values["params"].items():
        assert model.params[name].shape == value.shape, name
        model.params[name] = value
    configs: dict[str, dict[str, Any]] = {name: {"learning_rate": 1e-3} for name in model.params}
    batches = cycle(values["batches"])

    def run() -> Results:
        batch = next(batches)
        loss, grads = model.loss(values["X"][batch], values["y"][batch])
        for name, grad in grads.items():
            model.params[name], configs[name] = rule(model.params[name], grad, configs[name])
        return loss, *(model.params[name] for name in values["params"])

    return run


def _knn_distances(values: Values, **_: object) -> Run:
    from cs231n_lib.models import KNearestNeighbor

    knn = KNearestNeighbor()
    knn.train(values["X_train"], np.zeros(len(values["X_train"]), dtype=int))
    return lambda: (knn.compute_distances(values["X_test"]),)


PREPARE: dict[str, Callable[..., Run]] = {
    "conv": _conv,
    "conv forward": _conv_forward,
    "max pooling": _max_pooling,
    "batchnorm": _normalization("batchnorm_forward", "batchnorm_backward_alt", mode="train"),  # what the nets use
    "spatial batchnorm": _normalization("spatial_batchnorm_forward", "spatial_batchnorm_backward", mode="train"),
    "layernorm": _normalization("layernorm_forward", "layernorm_backward"),
    "softmax loss": _softmax_loss,
    "relu": _relu,
    "adam": _adam,
    "training step": _training_step,
    "deep training step": _deep_training_step,
    "speedrun training step": _speedrun_training_step,
    "knn distances": _knn_distances,
}
