"""Mistakes of nets whose hidden layers have one more part: normalization before the ReLU, or dropout after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Params = Mapping[str, Any]
    Part = Callable[[Any, Params, int, Params], Any]  # (values, params, number of the layer, its dict) -> values
    Hidden = Callable[[Any, Params, int], Any]  # (weighted sums, params, number of the layer) -> outputs

LAYERS_SHARE = Mistake(
    "deep_net.layers_share",
    "Several hidden layers use the same dict.",
    "The index of the dict in your loop: every hidden layer has its own.",
)
DICTS_COPIED = Mistake(
    "deep_net.dicts_copied",
    "The dicts of the caller have not changed: the layers have written into copies.",
    "What you pass to the layers: the caller's dicts themselves.",
)
SCORES_ALONE = Mistake(
    "deep_net.scores_alone",
    "Without y, the function should return the scores and nothing else.",
    "The return statement for y=None.",
)


@dataclass(frozen=True)
class Net:
    """A case: the parts of a net and its arguments.

    Attributes
    ----------
    part
        What the additional part of a hidden layer does: normalize, or drop.
    before_relu
        Whether it stands before the ReLU; otherwise it stands after it.
    params, dicts, X
        The parameters, the dicts of the hidden layers, and the examples (N, D).
    """

    part: Part
    before_relu: bool
    params: Params
    dicts: Sequence[Params]
    X: Any

    def scores(self, hidden: Hidden | None = None, params: Params | None = None, X: Any = None) -> Floats:
        """Return the scores (N, C) of the net, or of one whose hidden layers do something else."""
        hidden, params = hidden or self.hidden, params or self.params
        out = np.asarray(self.X if X is None else X)
        for number in range(1, len(self.dicts) + 1):
            out = hidden(_affine(out, params, number), params, number)
        return _affine(out, params, len(self.dicts) + 1)

    def loss(self, y: Any, changed: Params | None = None, hidden: Hidden | None = None) -> float:
        """Return the mean softmax loss, without a penalty, where some parameters are changed."""
        scores = self.scores(hidden, {**self.params, **(changed or {})})
        shifted = scores - np.max(scores, axis=1, keepdims=True)
        total = np.log(np.sum(np.exp(shifted), axis=1)) - shifted[np.arange(len(scores)), np.asarray(y)]
        return float(np.mean(total))

    def hidden(self, sums: Any, params: Params, number: int) -> Any:
        """Return what a hidden layer makes of its weighted sums."""
        if self.before_relu:
            return np.maximum(0, self.run_part(sums, params, number))
        return self.run_part(np.maximum(0, sums), params, number)

    def run_part(self, values: Any, params: Params, number: int, **other: Any) -> Any:
        """Run the additional part of a layer, with other entries in its dict."""
        return self.part(values, params, number, {**self.dicts[number - 1], **other})


def scores(net: Net) -> Iterator[Mistake]:
    """Yield the mistakes of the forward pass: the quantity `scores`."""

    def wrong(hidden: Hidden) -> dict[str, Callable[[], Any]]:
        return {"scores": lambda: net.scores(hidden)}

    def dict_of(shared: int) -> Hidden:
        return replace(net, dicts=[net.dicts[shared - 1]] * len(net.dicts)).hidden

    if net.before_relu:
        yield Mistake(
            "deep_net.relu_first",
            "The ReLU comes before the normalization.",
            "The order within a hidden layer.",
            **wrong(lambda sums, params, number: net.run_part(np.maximum(0, sums), params, number)),
        )
    else:
        yield Mistake(
            "deep_net.nothing_dropped",
            "No hidden unit is dropped: dropout is missing, or it is in test mode.",
            "Whether the result of dropout is used, and where its mode comes from: the dict has it.",
            **wrong(lambda sums, params, number: np.maximum(0, sums)),
        )
    yield Mistake(
        "deep_net.part_missing",
        "The hidden layers are affine and ReLU, and nothing else.",
        "What the exercise adds to a hidden layer, and whether its result is used.",
        **wrong(lambda sums, params, number: np.maximum(0, sums)),
    )
    yield Mistake(
        "deep_net.relu_missing",
        "The ReLU is missing.",
        "The order within a hidden layer.",
        **wrong(lambda sums, params, number: net.run_part(sums, params, number)),
    )
    for last in (True, False):
        only = len(net.dicts) if last else 1
        yield Mistake(
            "deep_net.part_missing_once",
            "A hidden layer lacks the part that the exercise adds.",
            "The range of your loop: all hidden layers have it, the first and the last as well.",
            **wrong(lambda s, p, i, only=only: np.maximum(0, s) if i == only else net.hidden(s, p, i)),  # type: ignore[misc]
        )
    for shared in (1, len(net.dicts)):
        yield Mistake(
            "deep_net.layers_share",
            "Several hidden layers use the same dict.",
            "The index of the dict in your loop: every hidden layer has its own.",
            **wrong(dict_of(shared)),
        )
    for mode in ("train", "test"):
        yield Mistake(
            "deep_net.mode_replaced",
            "The mode of the dicts is replaced by another one.",
            "Where the mode comes from: the caller has put it into the dicts, with labels or without.",
            scores=lambda mode=mode: replace(net, dicts=[{**own, "mode": mode} for own in net.dicts]).scores(),
        )
    yield Mistake(
        "deep_net.relu_on_scores",
        "The scores have passed a ReLU.",
        "The last layer, which is affine and nothing else.",
        scores=lambda: np.maximum(0, net.scores()),
    )
    if not net.before_relu and net.dicts:
        yield Mistake(
            "deep_net.scores_dropped",
            "Dropout comes after the last layer, too.",
            "The last layer, which is affine and nothing else.",
            scores=lambda: net.run_part(net.scores(), net.params, len(net.dicts)),
        )
        yield Mistake(
            "deep_net.inputs_dropped",
            "The inputs are dropped, too.",
            "Where dropout stands: after the ReLU of each hidden layer.",
            scores=lambda: net.scores(X=net.run_part(np.asarray(net.X), net.params, 1)),
        )
    yield Mistake(
        "deep_net.biases_missing",
        "The biases are missing.",
        "The affine layers.",
        scores=lambda: net.scores(
            params={n: v * (not n.startswith("b") or n.startswith("beta")) for n, v in net.params.items()}
        ),
    )


def loss(net: Net, y: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the loss without a penalty, where the scores are right: the quantity `loss`."""
    for mode in ("train", "test"):
        yield Mistake(
            "deep_net.mode_replaced",
            "The mode of the dicts is replaced by another one.",
            "Where the mode comes from: the caller has put it into the dicts, with labels or without.",
            loss=lambda mode=mode: replace(net, dicts=[{**own, "mode": mode} for own in net.dicts]).loss(y),
        )


def gradient(net: Net, y: Any, name: str) -> Iterator[Mistake]:
    """Yield the mistakes of the backward pass: the quantity `name`, a parameter, without regularization.

    A step left out in the backward pass is measured in a net in which this step only adds a constant, the one that it
    adds here.
    """
    sums: dict[int, Any] = {}  # of the hidden layers at this point
    out = np.asarray(net.X)
    for number in range(1, len(net.dicts) + 1):
        sums[number] = _affine(out, net.params, number)
        out = net.hidden(sums[number], net.params, number)

    def normalized(number: int) -> Any:
        return net.run_part(sums[number], net.params, number) if net.before_relu else sums[number]

    def without_relu(s: Any, params: Params, number: int) -> Any:
        before = normalized(number)
        if net.before_relu:
            return net.run_part(s, params, number) + (np.maximum(0, before) - before)
        return net.run_part(s + (np.maximum(0, before) - before), params, number)

    def without_part(s: Any, params: Params, number: int) -> Any:
        if name in (f"gamma{number}", f"beta{number}"):  # these have their gradients from the step that is left out
            return net.hidden(s, params, number)
        before = sums[number] if net.before_relu else np.maximum(0, sums[number])
        added = net.run_part(before, net.params, number) - before
        return np.maximum(0, s + added) if net.before_relu else np.maximum(0, s) + added

    def part_twice(s: Any, params: Params, number: int) -> Any:
        """Return outputs that change as if the part came once more, but have the values of the net."""
        before = normalized(number)
        if net.before_relu:
            inner = net.run_part(s, params, number) - net.run_part(sums[number], net.params, number) + sums[number]
            return np.maximum(0, net.run_part(inner, net.params, number))
        inner = np.maximum(0, s)
        once = net.run_part(np.maximum(0, before), net.params, number)
        return net.run_part(np.maximum(0, before) + net.run_part(inner, params, number) - once, params, number)

    def gamma_twice(s: Any, params: Params, number: int) -> Any:
        return net.hidden(sums[number] + net.params[f"gamma{number}"] * (s - sums[number]), params, number)

    def order_kept(s: Any, params: Params, number: int) -> Any:
        """In the backward pass, the part first and then the ReLU: both in the order of the forward pass."""
        before = normalized(number)
        inner = sums[number] + (before > 0) * (s - sums[number])
        return net.run_part(inner, params, number) + (np.maximum(0, before) - before)

    def case(hidden: Hidden) -> dict[str, Callable[[], Any]]:
        return {name: lambda: gradient_of(lambda value: net.loss(y, {name: value}, hidden), net.params[name])}

    if int(name.lstrip("Wbgamet")) > len(net.dicts):
        return
    yield Mistake(
        "deep_net.relu_not_back",
        "In the backward pass, the gradient does not pass through the ReLU.",
        "Your backward loop: every forward function has its partner there.",
        **case(without_relu),
    )
    yield Mistake(
        "deep_net.part_not_back",
        "In the backward pass, the gradient does not pass through the normalization or dropout.",
        "Your backward loop: every forward function has its partner there.",
        **case(without_part),
    )
    yield Mistake(
        "deep_net.part_twice_back",
        "In the backward pass, the gradient passes through the normalization or dropout twice.",
        "Your backward loop: every forward function has its partner there, once.",
        **case(part_twice),
    )
    if net.before_relu:
        yield Mistake(
            "deep_net.order_back",
            "In the backward pass, the normalization comes before the ReLU.",
            "Your backward loop: the functions come in the reverse order.",
            **case(order_kept),
        )
    if net.before_relu:
        yield Mistake(
            "deep_net.gamma_twice",
            "Gamma is a factor of the gradient once more.",
            "What the backward pass of the normalization returns: gamma is in it already.",
            **case(gamma_twice),
        )
    if name[:-1] in ("gamma", "beta"):
        other = {"gamma": "beta", "beta": "gamma"}[name[:-1]] + name[-1]
        yield Mistake(
            "deep_net.gamma_beta_exchanged",
            "The gradients of gamma and beta have changed places.",
            "The three values that the backward pass of the normalization returns, and their order.",
            **{name: lambda: gradient_of(lambda value: net.loss(y, {other: value}), net.params[other])},
        )


def penalty(params: Params, reg: float) -> Iterator[Mistake]:
    """Yield the mistakes of the penalty: `loss`, what it adds to the loss, and what it adds to each gradient."""
    weights = [name for name in params if name.startswith("W")]

    def case(factors: Mapping[str, float], in_gradients: float = 2.0) -> dict[str, Any]:
        gives: dict[str, Any] = {n: in_gradients * reg * factors.get(n, 0.0) * v for n, v in params.items()}
        return {"loss": sum(f * reg * float(np.sum(params[n] ** 2)) for n, f in factors.items()), **gives}

    yield Mistake(
        "deep_net.penalty_missing",
        "There is no penalty.",
        "Where reg is used: in the loss and in the gradients.",
        **case({}),
    )
    yield Mistake(
        "deep_net.penalty_gradient_factor",
        "The gradient of the penalty lacks a factor of 2.",
        "The derivative of a square.",
        **case(dict.fromkeys(weights, 1.0), in_gradients=1.0),
    )
    yield Mistake(
        "deep_net.penalty_halved",
        "The penalty has one half of its size.",
        "The penalty of this course: reg times the sum of the squares, without 1/2.",
        **case(dict.fromkeys(weights, 0.5)),
    )
    yield Mistake(
        "deep_net.penalty_of_all",
        "All parameters are penalized.",
        "Which parameters the penalty is for: the weights, not biases, gamma and beta.",
        **case(dict.fromkeys(params, 1.0)),
    )
    yield Mistake(
        "deep_net.penalty_of_biases",
        "The biases are penalized, too.",
        "Which parameters the penalty is for: the weights.",
        **case({n: 1.0 for n in params if n.startswith("W") or (n.startswith("b") and not n.startswith("beta"))}),
    )
    for name in weights:
        yield Mistake(
            "deep_net.penalty_of_some_layers",
            "The penalty leaves out the weights of a layer.",
            "The range of your loop: all layers have weights, the last one as well.",
            **case({other: 1.0 for other in weights if other != name}),
        )
        yield Mistake(
            "deep_net.penalty_of_one_layer",
            "The weights of only one layer are penalized.",
            "The range of your loop: all layers have weights, the last one as well.",
            **case({name: 1.0}),
        )


def _affine(x: Any, params: Params, number: int) -> Any:
    return np.einsum("nd,dh->nh", x, params[f"W{number}"]) + params[f"b{number}"]
