"""Update rules against torch.optim over several steps, also with settings other than the defaults."""

import numpy as np
import pytest

from cs231n_lib import optim

torch = pytest.importorskip("torch")

RULES = {
    "sgd": (optim.sgd, torch.optim.SGD, {"learning_rate": 0.1}, {"lr": 0.1}),
    "momentum": (
        optim.sgd_momentum,
        torch.optim.SGD,
        {"learning_rate": 0.1, "momentum": 0.8},
        {"lr": 0.1, "momentum": 0.8},
    ),
    "nesterov": (
        optim.nesterov,
        torch.optim.SGD,
        {"learning_rate": 0.1, "momentum": 0.8},
        {"lr": 0.1, "momentum": 0.8, "nesterov": True},
    ),
    "adagrad": (optim.adagrad, torch.optim.Adagrad, {"learning_rate": 0.1}, {"lr": 0.1, "eps": 1e-8}),
    "rmsprop": (
        optim.rmsprop,
        torch.optim.RMSprop,
        {"learning_rate": 0.1, "decay_rate": 0.9},
        {"lr": 0.1, "alpha": 0.9},
    ),
    "adam": (optim.adam, torch.optim.Adam, {}, {}),
    "adam, other settings": (
        optim.adam,
        torch.optim.Adam,
        {"learning_rate": 0.1, "beta1": 0.7, "beta2": 0.9, "epsilon": 0.01},
        {"lr": 0.1, "betas": (0.7, 0.9), "eps": 0.01},
    ),
    "adamw": (optim.adamw, torch.optim.AdamW, {}, {}),
    "adamw, other settings": (
        optim.adamw,
        torch.optim.AdamW,
        {"learning_rate": 0.1, "weight_decay": 0.3},
        {"lr": 0.1, "weight_decay": 0.3},
    ),
}
STATE = {
    "momentum": ["velocity"],
    "nesterov": ["velocity"],
    "adagrad": ["cache"],
    "rmsprop": ["cache"],
    "adam": ["m", "v"],
    "adamw": ["m", "v"],
}
THEIR_STATE = {"velocity": "momentum_buffer", "cache": "square_avg", "m": "exp_avg", "v": "exp_avg_sq"}


@pytest.mark.parametrize("shape", [(7,), (5, 3), (301, 400)], ids=["vector", "matrix", "large"])
@pytest.mark.parametrize("name", RULES)
def test_five_steps(name, shape, arrays, close):
    rule, theirs, config, settings = RULES[name]
    w, *gradients = arrays(*[shape] * 6)
    param = torch.tensor(w, requires_grad=True)
    optimizer = theirs([param], **settings)
    for dw in gradients:
        w, config = rule(w, dw, config)
        param.grad = torch.from_numpy(dw)
        optimizer.step()
        close(w, param)
    state = optimizer.state[param]
    for key in STATE.get(name.split(",")[0], []):
        their_key = "sum" if name == "adagrad" else THEIR_STATE[key]
        # The course's velocity is the next step; PyTorch's is a sum of gradients.
        ours = -config[key] / np.asarray(0.1, w.dtype) if key == "velocity" else config[key]
        close(ours, state[their_key], key)
