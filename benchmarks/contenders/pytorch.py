"""The tasks in PyTorch, in eager mode: contiguous tensors that share the arrays' memory, gradients by autograd."""

from collections.abc import Callable
from functools import partial
from itertools import cycle

import numpy as np
import torch
from torch.nn import functional as F

from contenders.works import Results, Run, Values, Work, inputs


def version() -> str:
    return f"PyTorch {torch.__version__} ({torch.get_num_threads()} threads)"


def set_threads(count: int) -> None:
    torch.set_num_threads(count)


def to_numpy(result: torch.Tensor) -> np.ndarray:
    return result.detach().numpy()


def prepare(work: Work) -> Run:
    """Return a function of no arguments that does the work once and returns its results as a tuple."""
    values = inputs(work)
    return PREPARE[work.kind](values, **work.options)


def _conv(values: Values, stride: int, pad: int, **_: object) -> Run:
    x, w, b = _leaves(values, "x", "w", "b")
    dout = torch.from_numpy(values["dout"])

    def run() -> Results:
        out = F.conv2d(x, w, b, stride, pad)
        return out, *torch.autograd.grad(out, (x, w, b), dout)

    return run


def _conv_forward(values: Values, stride: int, pad: int, **_: object) -> Run:
    x, w, b = (torch.from_numpy(values[name]) for name in ("x", "w", "b"))
    return lambda: (F.conv2d(x, w, b, stride, pad),)


def _max_pooling(values: Values, field: int, stride: int, **_: object) -> Run:
    (x,) = _leaves(values, "x")
    dout = torch.from_numpy(values["dout"])

    def run() -> Results:
        out = F.max_pool2d(x, field, stride)
        return out, *torch.autograd.grad(out, (x,), dout)

    return run


def _batchnorm(values: Values, **_: object) -> Run:
    x, gamma, beta = _leaves(values, "x", "gamma", "beta")
    dout = torch.from_numpy(values["dout"])
    running_mean, running_var = torch.zeros_like(gamma).detach(), torch.ones_like(gamma).detach()

    def run() -> Results:
        out = F.batch_norm(x, running_mean, running_var, gamma, beta, training=True, momentum=0.1, eps=1e-5)
        return out, *torch.autograd.grad(out, (x, gamma, beta), dout)

    return run


def _layernorm(values: Values, **_: object) -> Run:
    x, gamma, beta = _leaves(values, "x", "gamma", "beta")
    dout = torch.from_numpy(values["dout"])

    def run() -> Results:
        out = F.layer_norm(x, gamma.shape, gamma, beta, 1e-5)
        return out, *torch.autograd.grad(out, (x, gamma, beta), dout)

    return run


def _softmax_loss(values: Values, **_: object) -> Run:
    (x,) = _leaves(values, "x")
    y = torch.from_numpy(values["y"])

    def run() -> Results:
        loss = F.cross_entropy(x, y)
        return loss, *torch.autograd.grad(loss, (x,))

    return run


def _relu(values: Values, **_: object) -> Run:
    (x,) = _leaves(values, "x")
    dout = torch.from_numpy(values["dout"])

    def run() -> Results:
        out = F.relu(x)
        return out, *torch.autograd.grad(out, (x,), dout)

    return run


def _adam(values: Values, fused: bool = False, **_: object) -> Run:
    params = _leaves(values["params"], *values["params"])
    for param, grad in zip(params, values["grads"].values(), strict=True):
        param.grad = torch.from_numpy(grad)
    optimizer = torch.optim.Adam(params, lr=1e-3, fused=fused)

    def run() -> Results:
        optimizer.step()
        return params

    return run


def _training_step(values: Values, fused: bool = False, **_: object) -> Run:
    model = torch.nn.Sequential(
        torch.nn.Conv2d(3, 32, 7, padding=3),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(32 * 16 * 16, 100),
        torch.nn.ReLU(),
        torch.nn.Linear(100, 10),
    )
    optimizer = partial(torch.optim.Adam, lr=1e-3, fused=fused)
    return _steps(model, optimizer, values, torch.contiguous_format)


def _deep_training_step(values: Values, channels_last: bool = False, **_: object) -> Run:
    layers: list[torch.nn.Module] = []
    channels = 3
    for block in ((32, 32), (64, 64), (128, 128)):
        for filters in block:
            layers.append(torch.nn.Conv2d(channels, filters, 3, padding=1, bias=False))
            layers += [torch.nn.BatchNorm2d(filters), torch.nn.ReLU()]
            channels = filters
        layers.append(torch.nn.MaxPool2d(2))
    model = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(channels * 4 * 4, 10))
    optimizer = partial(torch.optim.AdamW, lr=1e-3, weight_decay=1e-2, fused=True)
    return _steps(model, optimizer, values, torch.channels_last if channels_last else torch.contiguous_format)


def _speedrun_training_step(
    values: Values,
    rate: float,
    momentum: float,
    decay: float,
    smoothing: float,
    channels_last: bool = False,
    **_: object,
) -> Run:
    from cs231n_lib.kernels import keep_memory

    keep_memory()
    memory_format = torch.channels_last if channels_last else torch.contiguous_format

    def tensor(value: np.ndarray) -> torch.Tensor:
        found = torch.from_numpy(value.copy())
        return found.contiguous(memory_format=memory_format) if value.ndim == 4 else found

    params = {name: tensor(value) for name, value in values["params"].items()}
    trained = [param.requires_grad_() for param in params.values()]
    optimizer = torch.optim.SGD(trained, lr=rate, momentum=momentum, weight_decay=decay, nesterov=True, fused=True)
    X, y, whitening = tensor(values["X"]), torch.from_numpy(values["y"]), tensor(values["whitening"])
    running = {
        name: (torch.zeros_like(param), torch.ones_like(param)) for name, param in params.items() if name[0] == "g"
    }
    batches = cycle(torch.from_numpy(batch) for batch in values["batches"])

    def run() -> Results:
        batch = next(batches)
        out = F.relu(F.conv2d(F.pad(X[batch], (1, 0, 1, 0), mode="replicate"), whitening))
        for i in range(1, 7):
            out = F.conv2d(out, params[f"W{i}"], padding=1)
            out = F.max_pool2d(out, 2) if i % 2 else out
            statistics = running[f"gamma{i}"]
            out = F.relu(F.batch_norm(out, *statistics, params[f"gamma{i}"], params[f"beta{i}"], training=True))
        scores = F.max_pool2d(out, out.shape[2:]).flatten(1) @ params["W7"] / 9
        loss = F.cross_entropy(scores, y[batch], label_smoothing=smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss, *trained

    return run


def _steps(
    model: torch.nn.Module,
    make_optimizer: Callable[..., torch.optim.Optimizer],
    values: Values,
    memory_format: torch.memory_format,
) -> Run:
    model.to(torch.from_numpy(values["X"]).dtype).to(memory_format=memory_format)
    with torch.no_grad():
        for param, value in zip(model.parameters(), values["params"].values(), strict=True):
            # nn.Linear keeps its weights as (out, in)
            param.copy_(torch.from_numpy(value.T if value.ndim == 2 else value))
    optimizer = make_optimizer(model.parameters())
    X, y = torch.from_numpy(values["X"]).contiguous(memory_format=memory_format), torch.from_numpy(values["y"])
    batches = cycle(torch.from_numpy(batch) for batch in values["batches"])

    def run() -> Results:
        batch = next(batches)
        loss = F.cross_entropy(model(X[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss, *(param.T if param.ndim == 2 else param for param in model.parameters())

    return run


def _leaves(values: Values, *names: str) -> tuple[torch.Tensor, ...]:
    return tuple(torch.from_numpy(values[name]).requires_grad_() for name in names)


PREPARE: dict[str, Callable[..., Run]] = {
    "conv": _conv,
    "conv forward": _conv_forward,
    "max pooling": _max_pooling,
    "batchnorm": _batchnorm,
    "spatial batchnorm": _batchnorm,
    "layernorm": _layernorm,
    "softmax loss": _softmax_loss,
    "relu": _relu,
    "adam": _adam,
    "training step": _training_step,
    "deep training step": _deep_training_step,
    "speedrun training step": _speedrun_training_step,
}
