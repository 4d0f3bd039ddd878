"""Mistakes of the notebook `optimizers`."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ALIKE = Mistake(
    "optimizers.alike",
    "Some units start with the same weights, so they stay the same forever.",
    "How the weights are drawn: each needs a random number of its own.",
)
SAME_NUMBERS = Mistake(
    "optimizers.same_numbers",
    "Two layers start with the same numbers.",
    "Where the weights of a layer are drawn: every layer needs new random numbers.",
)
NOT_FROM_RNG = Mistake(
    "optimizers.not_from_rng",
    "Random numbers come from another source than the generator `rng`.",
    "Every random number: rng.normal draws from the generator, np.random.normal does not.",
)
NO_SCORES = Mistake(
    "optimizers.no_scores",
    "The function returned None, but without y it should return the scores.",
    "The return statement for y=None.",
)
SCORES_ALONE = Mistake(
    "optimizers.scores_alone",
    "Without y, the function returns more than the scores.",
    "The return statement for y=None: return the scores alone, without a loss or gradients.",
)
REMEMBERS = Mistake(
    "optimizers.remembers",
    "Something from an earlier call is in the result.",
    "Where loss and gradients come from: only the arguments of this call count.",
)
SHARED_MEMORY = Mistake(
    "optimizers.shared_memory",
    "Two parameters that are updated in turn disturb each other.",
    "Where the rule keeps what it remembers: in the config that it returns, not in a global variable.",
)
OTHER_SETTINGS = Mistake(
    "optimizers.other_settings",
    "The settings differ from call to call.",
    "What the settings depend on: the function should return two fixed numbers.",
)


# --- the first weights --------------------------------------------------------------------------


def weights(rule: str | float, fan_in: int, fan_out: int) -> Iterator[Mistake]:
    """Yield the mistakes of initial weights: the quantity `std`, the standard deviation of one layer."""
    right = {"xavier": fan_in**-0.5, "he": (fan_in / 2) ** -0.5}.get(str(rule), rule)
    deviation = float(right)
    if isinstance(rule, str):
        yield Mistake(
            "optimizers.fan_out",
            "The spread of the weights is that for the number of outputs, not of inputs.",
            "Which entry of a layer's shape is the fan-in: the number of terms that one unit adds up.",
            std=deviation * (fan_in / fan_out) ** 0.5,
        )
        yield Mistake(
            "optimizers.variance_as_std",
            "The weights have the variance of the rule as their standard deviation.",
            "The factor of rng.normal: a variance needs a square root first.",
            std=deviation**2,
        )
        if rule == "he":
            yield Mistake(
                "optimizers.two_over_root",
                "The 2 stands outside the square root.",
                "Which part of the rule is under the square root.",
                std=2 / fan_in**0.5,
            )
        yield Mistake(
            "optimizers.rules_exchanged",
            "The spread is that of the other rule.",
            "Which rule has the 2: the one for ReLU.",
            std=deviation * (2**0.5 if rule == "xavier" else 0.5**0.5),
        )
        yield Mistake(
            "optimizers.both_fans",
            "The spread uses the mean of fan-in and fan-out, as in the paper by Glorot and Bengio.",
            "The rule of this exercise: it uses the fan-in alone.",
            std=deviation * (2 * fan_in / (fan_in + fan_out)) ** 0.5,
        )
        yield Mistake(
            "optimizers.not_scaled",
            "The weights are not scaled.",
            "What the random numbers are multiplied by.",
            std=1.0,
        )
        yield Mistake(
            "optimizers.scaled_by_inverse",
            "The weights are divided where they should be multiplied.",
            "Which way round the square root is: wide layers need small weights.",
            std=1 / deviation,
        )
        return
    yield Mistake(
        "optimizers.number_as_variance",
        "A number as the rule is used as the variance.",
        "The docstring: the number is the standard deviation.",
        std=deviation**0.5,
    )
    yield Mistake(
        "optimizers.number_ignored",
        "The weights are not multiplied by the number that was given as the rule.",
        "What the random numbers are multiplied by.",
        std=1.0,
    )
    yield Mistake(
        "optimizers.number_divided",
        "The number that was given as the rule is divided by the root of the fan-in.",
        "The docstring: the number is the standard deviation itself.",
        std=deviation / fan_in**0.5,
    )


def activation_stds(x: Any, weights: Sequence[Any], activation: Callable[[Any], Any]) -> Iterator[Mistake]:
    """Yield the mistakes of activation_stds: the quantity `stds`."""

    def layers(use: Callable[[Any, Any], Any], of: Callable[[Any], Any], start: Any = x) -> Callable[[], list[Any]]:
        """Return what each layer gives, if `use` computes its output and `of` is noted about it."""

        def measured() -> list[Any]:
            values, noted = np.asarray(start, dtype=np.float64), []
            for W in weights:
                values = use(values, W)
                noted.append(of(values))
            return noted

        return measured

    def right(values: Any, W: Any) -> Any:
        return activation(np.matmul(values, W))

    yield Mistake(
        "optimizers.stds_of_x",
        "Every layer gets x, not the output of the layer before.",
        "What you multiply by the weights of the second layer.",
        stds=lambda: [np.std(right(np.asarray(x), W)) for W in weights if np.shape(W)[0] == np.shape(x)[1]],
    )
    yield Mistake(
        "optimizers.activation_missing",
        "The activation function is missing.",
        "What follows the product with the weights.",
        stds=layers(lambda values, W: np.matmul(values, W), np.std),
    )
    yield Mistake(
        "optimizers.std_before_activation",
        "The spread is measured before the activation function.",
        "The order: product, activation function, standard deviation.",
        stds=lambda: _before(x, weights, activation),
    )
    yield Mistake(
        "optimizers.activation_of_input",
        "The activation function comes before the product with the weights.",
        "The order: product, activation function, standard deviation.",
        stds=layers(lambda values, W: np.matmul(activation(values), W), np.std),
    )
    yield Mistake(
        "optimizers.variances",
        "These are variances.",
        "The standard deviation is the root of the variance.",
        stds=layers(right, np.var),
    )
    yield Mistake(
        "optimizers.means",
        "These are means.",
        "What is asked for: the standard deviation.",
        stds=layers(right, np.mean),
    )
    yield Mistake(
        "optimizers.not_centred",
        "The mean is not subtracted: this is the root of the mean square.",
        "The standard deviation: it is about the distance from the mean.",
        stds=layers(right, lambda values: math.sqrt(np.mean(np.square(values)))),
    )
    yield Mistake(
        "optimizers.unbiased",
        "The squares are divided by one less than their number.",
        "The number that you divide by: np.std without ddof has the right one.",
        stds=layers(right, lambda values: np.std(values, ddof=1)),
    )
    yield Mistake(
        "optimizers.mean_of_stds",
        "This is the mean of the spreads of the single units or examples.",
        "The axis: all numbers of a layer make one standard deviation.",
        stds=layers(right, lambda values: np.std(values, axis=0).mean()),
    )
    yield Mistake(
        "optimizers.mean_of_stds",
        "This is the mean of the spreads of the single units or examples.",
        "The axis: all numbers of a layer make one standard deviation.",
        stds=layers(right, lambda values: np.std(values, axis=1).mean()),
    )
    yield Mistake(
        "optimizers.input_counted",
        "The spread of x is in the list.",
        "When a spread is noted: after each layer.",
        stds=lambda: [np.std(x), *layers(right, np.std)()],
    )
    yield Mistake(
        "optimizers.input_counted",
        "The spread of x is in the list.",
        "When a spread is noted: after each layer.",
        stds=lambda: [np.std(x), *layers(right, np.std)()][:-1],
    )


def _before(x: Any, weights: Sequence[Any], activation: Callable[[Any], Any]) -> list[float]:
    values, noted = np.asarray(x), []
    for W in weights:
        sums = np.matmul(values, W)
        values = activation(sums)
        noted.append(float(np.std(sums)))
    return noted


# --- a net of any depth -------------------------------------------------------------------------


def right_scores(params: Mapping[str, Any], X: Any) -> Floats:
    """Return the scores of a fully connected net (N, C), number by number."""
    return _walk(params, X)[-1]


def right_loss(params: Mapping[str, Any], X: Any, y: Any) -> float:
    """Return the softmax loss of a fully connected net, without regularization."""
    return _softmax_loss(right_scores(params, X), y)


def scores(params: Mapping[str, Any], X: Any, reg: float = 0.0) -> Iterator[Mistake]:
    """Yield the mistakes of the scores of a fully connected net: the quantity `scores`."""
    depth = len(params) // 2
    some = [{**params, f"b{k}": 0 * params[f"b{k}"]} for k in range(1, depth + 1)]
    if reg:
        squares = [np.sum(np.square(params[f"W{k}"])) for k in range(1, depth + 1)]
        for part in (squares, squares[:1], squares[-1:]):
            yield Mistake(
                "optimizers.regularized_scores",
                "The regularization is added to the scores.",
                "Where the penalty is added: it belongs to the loss, not to the scores.",
                scores=lambda part=part: right_scores(params, X) + reg * sum(part),
            )
    yield Mistake(
        "optimizers.relu_on_scores",
        "There is a ReLU after the last layer.",
        "What follows the last affine layer: scores may be negative.",
        scores=lambda: np.maximum(right_scores(params, X), 0),
    )
    yield Mistake(
        "optimizers.no_relu",
        "The ReLU is missing.",
        "What comes between two affine layers.",
        scores=lambda: _walk(params, X, lambda sums, k: sums)[-1],
    )
    for left_out in range(1, depth):
        yield Mistake(
            "optimizers.one_relu_missing",
            "A ReLU is missing between two of the layers.",
            "After which layers the ReLU comes: all but the last.",
            scores=lambda left_out=left_out: _walk(
                params, X, lambda sums, k: sums if k == left_out else np.maximum(sums, 0)
            )[-1],
        )
    yield Mistake(
        "optimizers.relu_on_input",
        "There is a ReLU before the first layer.",
        "What the first affine layer gets: X as it is.",
        scores=lambda: right_scores(params, np.maximum(X, 0)),
    )
    for changed in some:
        yield Mistake(
            "optimizers.bias_missing",
            "The bias of a layer is missing.",
            "Every affine layer: each has a bias of its own.",
            scores=lambda changed=changed: right_scores(changed, X),
        )
    yield Mistake(
        "optimizers.biases_missing",
        "The biases are missing.",
        "Every affine layer: each has a bias of its own.",
        scores=lambda: right_scores({n: p if n[0] == "W" else 0 * p for n, p in params.items()}, X),
    )
    for end in range(1, depth):
        yield Mistake(
            "optimizers.layers_missing",
            "The forward pass stops before the last layer.",
            "How many layers there are: half as many as parameters.",
            scores=lambda end=end: _walk(params, X)[end],
        )
        yield Mistake(
            "optimizers.layers_missing",
            "The forward pass stops before the last layer.",
            "How many layers there are: half as many as parameters.",
            scores=lambda end=end: right_scores(
                {name: params[name] for k in range(1, end + 1) for name in (f"W{k}", f"b{k}")}, X
            ),
        )
    yield Mistake(
        "optimizers.probabilities",
        "These are probabilities.",
        "What the function returns without y: the scores themselves.",
        scores=lambda: np.array([np.exp(s) / np.sum(np.exp(s)) for s in right_scores(params, X)]),
    )


def loss(params: Mapping[str, Any], X: Any, y: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the loss without regularization: the quantity `loss`."""
    value, C = right_loss(params, X, y), right_scores(params, X).shape[1]
    of_weights = sum(np.sum(np.square(p)) for name, p in params.items() if name[0] == "W")
    for extra in (of_weights, of_weights / 2, sum(np.sum(np.square(p)) for p in params.values())):
        yield Mistake(
            "optimizers.penalty_without_reg",
            "There is a penalty in the loss, but with reg=0 there should be no regularization.",
            "Where the penalty is multiplied by reg.",
            loss=value + extra,
        )
    yield Mistake(
        "optimizers.divided_by_classes",
        "The loss is divided by the number of classes.",
        "The mean: it is taken over the examples only.",
        loss=value / C,
    )


def gradients(params: Mapping[str, Any], X: Any, y: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the gradients without regularization: one quantity for each parameter."""
    depth, sums = len(params) // 2, _walk(params, X, keep_sums=True)

    def through(k: int, dout: Any) -> list[Floats]:
        """Return what passes back through affine layer k: the gradients of its input, weights and biases."""
        given = [np.maximum(sums[k - 1], 0) if k > 1 else sums[0], params[f"W{k}"], params[f"b{k}"]]

        def total(n: int, v: Any) -> float:
            x, W, b = (v if place == n else value for place, value in enumerate(given))
            return float(np.sum(_affine(x, W, b) * dout))

        return [gradient_of(functools.partial(total, n), given[n]) for n in range(3)]

    def case(gate: Callable[[Any, Any, int], Any]) -> dict[str, Callable[[], Any]]:
        """Return the gradients if `gate`, of what arrives at a ReLU, its input and its number, is what leaves it."""
        found: dict[str, Any] = {}

        def way_back() -> dict[str, Any]:
            if found:
                return found
            dout = gradient_of(lambda s: _softmax_loss(s, y), sums[depth])
            for k in range(depth, 0, -1):
                arriving, found[f"W{k}"], found[f"b{k}"] = through(k, dout)
                dout = gate(arriving, sums[k - 1], k - 1) if k > 1 else dout
            return found

        return {name: functools.partial(lambda name: way_back()[name], name) for name in params}

    def all_but_one(left_out: int, arriving: Any, before: Any, k: int) -> Any:
        return arriving if k == left_out else np.where(before > 0, arriving, 0)

    def other_layer(arriving: Any, before: Any, k: int) -> Any:
        return np.where(sums[depth - k] > 0, arriving, 0)

    yield Mistake(
        "optimizers.no_relu_backward",
        "The ReLU is missing in the backward pass.",
        "What comes between two affine_backward: where the ReLU's input was negative, nothing should pass.",
        **case(lambda arriving, before, k: arriving),
    )
    for left_out in range(1, depth):
        yield Mistake(
            "optimizers.one_relu_backward_missing",
            "One of the ReLUs is missing in the backward pass.",
            "Which layers have a ReLU: all but the last, forward and backward.",
            **case(functools.partial(all_but_one, left_out)),
        )
    yield Mistake(
        "optimizers.gate_of_other_layer",
        "A ReLU gets the cache of another layer in the backward pass.",
        "The order of the caches: the last one in is the first one out.",
        **case(other_layer),
    )
    yield Mistake(
        "optimizers.gate_of_gradient",
        "The gate of the ReLU is set by the sign of the gradient.",
        "What sets the gate: the input of the ReLU.",
        **case(lambda arriving, before, k: np.where(arriving > 0, arriving, 0)),
    )
    yield Mistake(
        "optimizers.gate_inverted",
        "The gate of the ReLU is the wrong way round.",
        "Where the ReLU's input was positive, the gradient passes.",
        **case(lambda arriving, before, k: np.where(before < 0, arriving, 0)),
    )
    yield Mistake(
        "optimizers.times_hidden",
        "At the ReLU the gradient is multiplied by the hidden layer.",
        "What the ReLU does in the backward pass: a number passes or does not.",
        **case(lambda arriving, before, k: arriving * np.maximum(before, 0)),
    )
    yield Mistake(
        "optimizers.gradient_of_relu_on_scores",
        "There is a ReLU on the scores, forward or backward.",
        "What follows the last affine layer: nothing but the loss.",
        **{
            name: lambda name=name: gradient_of(
                lambda v: _softmax_loss(np.maximum(right_scores({**params, name: v}, X), 0), y), params[name]
            )
            for name in params
        },
    )


def penalty(params: Mapping[str, Any], reg: float) -> Iterator[Mistake]:
    """Yield the mistakes of the regularization: `penalty`, and what it adds to the gradient of each parameter."""
    all_weights = [name for name in params if name[0] == "W"]

    def case(parts: Sequence[str], of: Callable[[Any], Any]) -> dict[str, Callable[[], Any]]:
        """Return the penalty of these parameters and its gradients."""

        def slope(name: str) -> Any:
            return gradient_of(lambda v: reg * (name in parts) * of(v), params[name])

        whole = {"penalty": lambda: reg * sum(of(params[name]) for name in parts)}
        return whole | {name: lambda name=name: slope(name) for name in params}

    def squares(v: Any) -> Any:
        return np.sum(np.square(v))

    yield Mistake(
        "optimizers.no_penalty",
        "There is no regularization in the loss, or the gradient of the regularization is missing.",
        "What reg changes: the loss, and the gradients of all weights.",
        **case((), squares),
    )
    yield Mistake(
        "optimizers.biases_regularized",
        "The biases are regularized, too.",
        "Which parameters the penalty has: the weights only.",
        **case(tuple(params), squares),
    )
    yield Mistake(
        "optimizers.penalty_subtracted",
        "The regularization is subtracted.",
        "The sign of the penalty, and that of its gradient.",
        **case(all_weights, lambda v: -squares(v)),
    )
    for parts in ([name] for name in all_weights):
        yield Mistake(
            "optimizers.one_layer_regularized",
            "The penalty has the weights of one layer only.",
            "Which weights the penalty has: those of every layer.",
            **case(parts, squares),
        )
    for left_out in all_weights:
        yield Mistake(
            "optimizers.layer_not_regularized",
            "The penalty leaves the weights of one layer out.",
            "Which weights the penalty has: those of every layer.",
            **case([name for name in all_weights if name != left_out], squares),
        )
    yield Mistake(
        "optimizers.penalty_halved",
        "The penalty or its gradient has half its size.",
        "The convention of this course: reg times the sum of the squares, without one half.",
        **case(all_weights, lambda v: squares(v) / 2),
    )
    yield Mistake(
        "optimizers.square_of_sum",
        "This is the square of the sum.",
        "The order: square first, then add up.",
        **case(all_weights, lambda v: np.sum(v) ** 2),
    )
    yield Mistake(
        "optimizers.absolute_penalty",
        "The penalty has absolute values, and its gradient has the sign of the weights.",
        "The penalty: it is the sum of the squares.",
        **case(all_weights, lambda v: np.sum(np.abs(v))),
    )


def _rows(X: Any) -> Floats:
    return np.array([np.ravel(example) for example in np.asarray(X, dtype=np.float64)])


def _affine(x: Any, W: Any, b: Any) -> Floats:
    return np.einsum("nd,dm->nm", np.asarray(x, dtype=np.float64), W) + np.asarray(b)


def _walk(
    params: Mapping[str, Any], X: Any, between: Callable[[Any, int], Any] | None = None, keep_sums: bool = False
) -> list[Any]:
    """Return [X, what each layer passes on ...], the last without an activation function; or the sums before it."""
    depth, values = len(params) // 2, _rows(X)
    kept = [values]
    for k in range(1, depth + 1):
        sums = _affine(values, params[f"W{k}"], params[f"b{k}"])
        values = sums if k == depth else np.maximum(sums, 0) if between is None else between(sums, k)
        kept.append(sums if keep_sums else values)
    return kept


def _softmax_loss(scores: Any, y: Any) -> float:
    top = np.max(scores, axis=1)
    logs = [math.log(math.fsum(np.exp(row - most))) + most for row, most in zip(scores, top, strict=True)]
    return float(np.mean([log - row[label] for log, row, label in zip(logs, scores, y, strict=True)]))


# --- update rules: the quantity `w` is the weights after each step, for gradients that are given ----


def sgd_momentum(w: Any, gradients: Any, config: Mapping[str, float]) -> Iterator[Mistake]:
    """Yield the mistakes of sgd_momentum."""
    g, rate, rho = np.asarray(gradients), config["learning_rate"], config["momentum"]
    pushed = _faded(g, rho)
    yield Mistake(
        "optimizers.velocity_forgotten",
        "The steps are those of plain gradient descent.",
        "The velocity: is it in the config that you return, and multiplied by momentum in the next step?",
        w=_moved(w, -rate * g),
    )
    yield Mistake(
        "optimizers.uphill",
        "The steps go uphill.",
        "The sign of the step: against the gradient.",
        w=_moved(w, rate * pushed),
    )
    yield Mistake(
        "optimizers.momentum_sign",
        "The old velocity is subtracted.",
        "The sign of momentum: the old velocity goes on.",
        w=_moved(w, -rate * _faded(g, -rho)),
    )
    yield Mistake(
        "optimizers.momentum_averaged",
        "The gradient is multiplied by 1 - momentum, too.",
        "The formula of this notebook: the velocity is a sum, not an average.",
        w=_moved(w, -rate * (1 - rho) * pushed),
    )
    yield Mistake(
        "optimizers.no_learning_rate",
        "The learning rate is not used.",
        "What the step is multiplied by.",
        w=_moved(w, -pushed),
    )
    yield Mistake(
        "optimizers.learning_rate_twice",
        "The learning rate is used twice.",
        "All places where the learning rate stands.",
        w=_moved(w, -(rate**2) * pushed),
    )
    yield Mistake(
        "optimizers.momentum_on_gradient",
        "Momentum is multiplied by the new gradient, too.",
        "What friction slows down: the old velocity only.",
        w=_moved(w, -rate * rho * pushed),
    )
    yield Mistake(
        "optimizers.old_velocity",
        "The step uses the velocity of the step before.",
        "The order: first the new velocity, then the step.",
        w=_moved(w, -rate * np.concatenate([0 * g[:1], pushed[:-1]])),
    )
    yield Mistake(
        "optimizers.never_slowed",
        "The old velocity is not slowed down.",
        "What the old velocity is multiplied by.",
        w=_moved(w, -rate * np.cumsum(g, axis=0)),
    )
    yield Mistake(
        "optimizers.step_from_start",
        "The new weights are the step alone.",
        "What the step is added to.",
        w=-rate * pushed,
    )
    yield Mistake(
        "optimizers.is_nesterov",
        "This is Nesterov momentum.",
        "The step: here it is the velocity itself.",
        w=_moved(w, -rate * (rho * pushed + g)),
    )
    yield Mistake(
        "optimizers.velocity_flips",
        "The whole velocity changes its sign in every step.",
        "The sign of momentum, and that of the gradient.",
        w=_moved(w, rate * _faded(g, -rho)),
    )
    for fixed in ((rate, 0.9), (0.01, rho), (0.001, rho)):
        yield Mistake(
            "optimizers.hyperparameter_fixed",
            "A hyperparameter has a fixed value, whatever config says.",
            "Every number in the formula: it comes from config.",
            w=lambda fixed=fixed: _moved(w, -fixed[0] * _faded(g, fixed[1])),
        )


def nesterov(w: Any, gradients: Any, config: Mapping[str, float]) -> Iterator[Mistake]:
    """Yield the mistakes of nesterov."""
    g, rate, rho = np.asarray(gradients), config["learning_rate"], config["momentum"]
    new = -rate * _faded(g, rho)
    old = np.concatenate([0 * g[:1], new[:-1]])
    yield Mistake(
        "optimizers.no_look_ahead",
        "This is momentum without look-ahead.",
        "The term with the difference of two velocities: keep the old one before you compute the new one.",
        w=_moved(w, new),
    )
    yield Mistake(
        "optimizers.nesterov_without_rate",
        "The learning rate is not used.",
        "What the gradient is multiplied by in the new velocity.",
        w=_moved(w, (new + rho * (new - old)) / rate),
    )
    yield Mistake(
        "optimizers.velocities_exchanged",
        "Old and new velocity have changed places in the difference.",
        "The sign of the difference: new minus old.",
        w=_moved(w, new + rho * (old - new)),
    )
    yield Mistake(
        "optimizers.old_velocity_not_subtracted",
        "The old velocity is not subtracted.",
        "The weights are the look-ahead weights already: they contain the old velocity.",
        w=_moved(w, new + rho * new),
    )
    yield Mistake(
        "optimizers.old_velocity_added",
        "The old velocity is added in the step, not subtracted.",
        "The sign of the old velocity in the step.",
        w=_moved(w, new + rho * (new + old)),
    )
    yield Mistake(
        "optimizers.difference_without_momentum",
        "The difference of the velocities is not multiplied by momentum.",
        "The factor of the difference.",
        w=_moved(w, 2 * new - old),
    )
    yield Mistake(
        "optimizers.difference_alone",
        "The step is the difference of the velocities alone.",
        "The step: it has the new velocity, too.",
        w=_moved(w, rho * (new - old)),
    )
    yield Mistake(
        "optimizers.uphill",
        "The steps go uphill.",
        "The sign of the step: against the gradient.",
        w=_moved(w, -(new + rho * (new - old))),
    )
    yield Mistake(
        "optimizers.velocity_starts_anew",
        "Every step begins with a velocity of 0.",
        "The velocity: is it in the config that you return, and read in the next step?",
        w=_moved(w, -(1 + rho) * rate * g),
    )
    yield Mistake(
        "optimizers.momentum_averaged",
        "The gradient is multiplied by 1 - momentum, too.",
        "The formula of this notebook: the velocity is a sum, not an average.",
        w=_moved(w, (1 - rho) * (new + rho * (new - old))),
    )
    yield Mistake(
        "optimizers.never_slowed",
        "The old velocity is not slowed down.",
        "What the old velocity is multiplied by.",
        w=_moved(w, _nesterov_steps(g, rate, rho, slow=1.0)),
    )
    yield Mistake(
        "optimizers.velocity_flips",
        "The whole velocity changes its sign in every step.",
        "The sign of momentum, and that of the gradient.",
        w=_moved(w, _nesterov_steps(g, -rate, rho, slow=-rho)),
    )
    yield Mistake(
        "optimizers.step_from_start",
        "The new weights are the step alone.",
        "What the step is added to.",
        w=new + rho * (new - old),
    )
    for fixed in ((rate, 0.9), (0.01, rho), (0.001, rho)):
        yield Mistake(
            "optimizers.hyperparameter_fixed",
            "A hyperparameter has a fixed value, whatever config says.",
            "Every number in the formula: it comes from config.",
            w=lambda fixed=fixed: _moved(w, _nesterov_steps(g, *fixed)),
        )


def adagrad(w: Any, gradients: Any, config: Mapping[str, float]) -> Iterator[Mistake]:
    """Yield the mistakes of adagrad."""
    g, rate, eps = np.asarray(gradients), config["learning_rate"], config["epsilon"]
    total = np.cumsum(g**2, axis=0)
    yield from _scaled(w, g, total, rate, eps)
    yield Mistake(
        "optimizers.cache_forgotten",
        "The cache has the last gradient only.",
        "The cache: is it in the config that you return, and read in the next step?",
        w=_moved(w, -rate * g / (np.abs(g) + eps)),
    )
    yield Mistake(
        "optimizers.not_squared",
        "The cache has gradients or absolute values that are not squared.",
        "What goes into the cache: the squares.",
        w=lambda: _moved(w, -rate * g / (np.sqrt(np.cumsum(g, axis=0)) + eps)),
    )
    yield Mistake(
        "optimizers.not_squared",
        "The cache has gradients or absolute values that are not squared.",
        "What goes into the cache: the squares.",
        w=_moved(w, -rate * g / (np.sqrt(np.cumsum(np.abs(g), axis=0)) + eps)),
    )
    yield Mistake(
        "optimizers.mean_of_squares",
        "This divides by the root of the mean of the squares, not of their sum.",
        "What Adagrad divides by: a sum, which only grows.",
        w=_moved(w, -rate * g / (np.sqrt(total / _counted(g)) + eps)),
    )
    yield Mistake(
        "optimizers.cache_too_late",
        "The step divides by a cache without the new gradient.",
        "The order: first the new cache, then the step.",
        w=lambda: _moved(w, -rate * g / (np.sqrt(total - g**2) + eps)),
    )
    yield Mistake(
        "optimizers.one_cache",
        "All weights share one sum.",
        "The sum of squares: every weight has its own.",
        w=lambda: _moved(w, -rate * g / (np.sqrt(_over_weights(total)) + eps)),
    )


def rmsprop(w: Any, gradients: Any, config: Mapping[str, float]) -> Iterator[Mistake]:
    """Yield the mistakes of rmsprop."""
    g, rate, eps, decay = (np.asarray(gradients), *(config[k] for k in ("learning_rate", "epsilon", "decay_rate")))
    mean = (1 - decay) * _faded(g**2, decay)
    yield Mistake(
        "optimizers.mean_added_up",
        "The average is added to the old cache: it grows without bound.",
        "The assignment to the cache: = and not +=, since the old cache is in the average already.",
        w=_moved(w, -rate * g / (np.sqrt((1 - decay) * _faded(g**2, 1 + decay)) + eps)),
    )
    yield Mistake(
        "optimizers.decay_exchanged",
        "The decay rate and 1 - decay rate have changed places.",
        "Which of the two factors is large: that of the old cache.",
        w=_moved(w, -rate * g / (np.sqrt(decay * _faded(g**2, 1 - decay)) + eps)),
    )
    yield Mistake(
        "optimizers.decayed_sum",
        "The new square is not multiplied by 1 - decay rate.",
        "The two factors of an average: they add up to 1.",
        w=_moved(w, -rate * g / (np.sqrt(_faded(g**2, decay)) + eps)),
    )
    yield Mistake(
        "optimizers.is_adagrad",
        "This is Adagrad: the squares are added up.",
        "What RMSProp keeps: an average that forgets.",
        w=_moved(w, -rate * g / (np.sqrt(np.cumsum(g**2, axis=0)) + eps)),
    )
    yield Mistake(
        "optimizers.cache_forgotten",
        "The cache has the last gradient only.",
        "The cache: is it in the config that you return, and read in the next step?",
        w=_moved(w, -rate * g / (np.sqrt((1 - decay) * g**2) + eps)),
    )
    yield Mistake(
        "optimizers.rmsprop_corrected",
        "The average is corrected for its start at 0, as in Adam, or starts with the first square.",
        "RMSProp: it uses the average as it is.",
        w=_moved(w, -rate * g / (np.sqrt(mean / _share(g, decay)) + eps)),
    )
    yield Mistake(
        "optimizers.not_squared",
        "The cache has gradients or absolute values that are not squared.",
        "What goes into the cache: the squares.",
        w=_moved(w, -rate * g / (np.sqrt((1 - decay) * _faded(np.abs(g), decay)) + eps)),
    )
    yield Mistake(
        "optimizers.cache_too_late",
        "The step divides by a cache without the new gradient.",
        "The order: first the new cache, then the step.",
        w=lambda: _moved(w, -rate * g / (np.sqrt(np.concatenate([0 * g[:1], mean[:-1]])) + eps)),
    )
    yield Mistake(
        "optimizers.never_faded",
        "The old cache or average keeps its full size.",
        "The factor of the old cache or average.",
        w=_moved(w, -rate * g / (np.sqrt((1 - decay) * np.cumsum(g**2, axis=0)) + eps)),
    )
    yield Mistake(
        "optimizers.plus_for_minus",
        "There is a plus where 1 minus a decay rate or beta belongs.",
        "The two factors of an average: they add up to 1.",
        w=_moved(w, -rate * g / (np.sqrt((1 + decay) * _faded(g**2, decay)) + eps)),
    )
    for fixed in (0.9, 0.99):
        yield Mistake(
            "optimizers.hyperparameter_fixed",
            "A hyperparameter has a fixed value, whatever config says.",
            "Every number in the formula: it comes from config.",
            w=lambda fixed=fixed: _moved(w, -rate * g / (np.sqrt((1 - fixed) * _faded(g**2, fixed)) + eps)),
        )
    yield from _scaled(w, g, mean, rate, eps)


def adam(w: Any, gradients: Any, config: Mapping[str, float]) -> Iterator[Mistake]:
    """Yield the mistakes of adam."""
    yield from _adam_steps(np.asarray(gradients), config, lambda steps: lambda: _moved(w, steps()))


def adamw(w: Any, gradients: Any, config: Mapping[str, float]) -> Iterator[Mistake]:
    """Yield the mistakes of adamw, and those of adam together with a right decay."""
    g, rate, decay = np.asarray(gradients), config["learning_rate"], config["weight_decay"]

    def decayed(step: Any, keep: float, after: bool = False) -> Floats:
        here, trace = np.asarray(w, dtype=np.float64), []
        for one in step:
            here = keep * (here + one) if after else keep * here + one
            trace.append(here)
        return np.array(trace)

    right = _adam_step(g, config)
    yield Mistake(
        "optimizers.no_decay",
        "The weights do not decay.",
        "Where weight_decay enters: it shrinks the weights in every step.",
        w=lambda: decayed(right(), 1),
    )
    yield Mistake(
        "optimizers.decay_in_gradient",
        "The decay is added to the gradient, so it goes through the moving averages: this is an L2 penalty in Adam.",
        "Where the decay is added: to the step, after the averages.",
        w=lambda: _adam_with_penalty(w, g, config, decay),
    )
    yield Mistake(
        "optimizers.penalty_in_gradient",
        "The decay is added to the gradient, with a factor of 2: this is an L2 penalty in Adam.",
        "Where the decay is added: to the step, after the averages.",
        w=lambda: _adam_with_penalty(w, g, config, 2 * decay),
    )
    yield Mistake(
        "optimizers.decay_without_rate",
        "The decay is not multiplied by the learning rate.",
        "The factor of w: a step with learning rate 0 changes nothing.",
        w=lambda: decayed(right(), 1 - decay),
    )
    yield Mistake(
        "optimizers.decay_grows",
        "The weights grow.",
        "The sign of the decay.",
        w=lambda: decayed(right(), 1 + rate * decay),
    )
    yield Mistake(
        "optimizers.decay_after_step",
        "The decay is that of the new weights.",
        "Which weights decay: those from before the step.",
        w=lambda: decayed(right(), 1 - rate * decay, after=True),
    )
    yield Mistake(
        "optimizers.decay_doubled",
        "The decay has twice its size.",
        "The factor of the decay: learning rate times weight_decay.",
        w=lambda: decayed(right(), 1 - 2 * rate * decay),
    )
    yield from _adam_steps(g, config, lambda steps: lambda: decayed(steps(), 1 - rate * decay))


def _adam_steps(
    g: Floats, config: Mapping[str, float], follow: Callable[[Callable[[], Floats]], Callable[[], Floats]]
) -> Iterator[Mistake]:
    """Yield the mistakes in the step of Adam; `follow` turns steps into the weights that they lead to."""
    t, first, second, rate, eps = (
        _counted(g),
        *(config[name] for name in ("beta1", "beta2", "learning_rate", "epsilon")),
    )
    start = 1.0 + 0 * t
    yield Mistake(
        "optimizers.no_bias_correction",
        "The averages are not corrected for their start at 0.",
        "The two divisions by 1 minus a power of beta.",
        w=follow(_adam_step(g, config, correct=(0 * start + np.inf, 0 * start + np.inf))),
    )
    yield Mistake(
        "optimizers.t_not_advanced",
        "The correction is that of the first step in every step: t does not advance.",
        "The counter t: is it in the config that you return, and larger by 1 in each step?",
        w=follow(_adam_step(g, config, correct=(start, start))),
    )
    yield Mistake(
        "optimizers.t_one_ahead",
        "The correction is that of the next step.",
        "The counter t: it is 1 in the first step.",
        w=follow(_adam_step(g, config, correct=(t + 1, t + 1))),
    )
    yield Mistake(
        "optimizers.t_one_behind",
        "The correction is that of the step before.",
        "The counter t: it grows before it is used, so it is 1 in the first step.",
        w=follow(_adam_step(g, config, correct=(np.maximum(t - 1, 0), np.maximum(t - 1, 0)))),
    )
    yield Mistake(
        "optimizers.second_not_corrected",
        "Only the average of the gradients is corrected, not that of their squares.",
        "The two divisions by 1 minus a power of beta: each average has its own.",
        w=follow(_adam_step(g, config, correct=(t, 0 * start + np.inf))),
    )
    yield Mistake(
        "optimizers.first_not_corrected",
        "Only the average of the squares is corrected, not that of the gradients.",
        "The two divisions by 1 minus a power of beta: each average has its own.",
        w=follow(_adam_step(g, config, correct=(0 * start + np.inf, t))),
    )
    yield Mistake(
        "optimizers.betas_exchanged",
        "The two betas have changed places.",
        "Which average is the slower one: that of the squares has beta2.",
        w=follow(_adam_step(g, {**config, "beta1": second, "beta2": first})),
    )
    yield Mistake(
        "optimizers.correction_exchanged",
        "Each average is corrected with the beta of the other.",
        "The two divisions by 1 minus a power of beta: each average has its own.",
        w=follow(_adam_step(g, config, shares=(_share(g, second), _share(g, first)))),
    )
    yield Mistake(
        "optimizers.correction_multiplied",
        "The averages are multiplied by the correction.",
        "The correction: averages that began at 0 are too small.",
        w=follow(_adam_step(g, config, shares=(1 / _share(g, first), 1 / _share(g, second)))),
    )
    yield Mistake(
        "optimizers.correction_linear",
        "The correction has beta times t instead of a power of beta.",
        "The correction: beta to the power of t.",
        w=follow(_adam_step(g, config, shares=(1 - first * t, 1 - second * t))),
    )
    yield Mistake(
        "optimizers.epsilon_inside_root",
        "Epsilon is added inside the root.",
        "Where epsilon stands: after the root.",
        w=follow(_adam_step(g, config, root=lambda v: np.sqrt(v + eps))),
    )
    yield Mistake(
        "optimizers.no_epsilon",
        "Epsilon is missing, or much smaller than the one in config.",
        "What the step is divided by.",
        w=follow(_adam_step(g, {**config, "epsilon": 1e-8})),
    )
    yield Mistake(
        "optimizers.epsilon_before_correction",
        "Epsilon is added before the average of the squares is corrected.",
        "The order: correct the average, take the root, add epsilon.",
        w=follow(_adam_step(g, config, root=lambda v: np.sqrt(v) + eps / np.sqrt(_share(g, second)))),
    )
    yield Mistake(
        "optimizers.no_root",
        "The step is divided by the average or sum of the squares itself, not by its root.",
        "What the step is divided by.",
        w=follow(_adam_step(g, config, root=lambda v: v + eps)),
    )
    yield Mistake(
        "optimizers.gradient_for_average",
        "The step has the gradient where its average belongs.",
        "What is divided by the root.",
        w=follow(_adam_step(g, {**config, "beta1": 0.0})),
    )
    yield Mistake(
        "optimizers.no_learning_rate",
        "The learning rate is not used.",
        "What the step is multiplied by.",
        w=follow(_adam_step(g, {**config, "learning_rate": 1.0})),
    )
    yield Mistake(
        "optimizers.uphill",
        "The steps go uphill.",
        "The sign of the step: against the gradient.",
        w=follow(_adam_step(g, {**config, "learning_rate": -rate})),
    )
    yield Mistake(
        "optimizers.beta_exchanged_with_rest",
        "In both averages, beta and 1 - beta have changed places.",
        "Which of the two factors is large: that of the old average.",
        w=follow(
            _adam_step(
                g, {**config, "beta1": 1 - first, "beta2": 1 - second}, shares=(_share(g, first), _share(g, second))
            )
        ),
    )
    yield Mistake(
        "optimizers.averages_forgotten",
        "The averages begin at 0 in every step.",
        "The two averages: are they in the config that you return, and read in the next step?",
        w=follow(_adam_step(g, config, averages=((1 - first) * g, (1 - second) * g**2))),
    )
    yield Mistake(
        "optimizers.config_forgotten",
        "Averages and t begin at 0 in every step.",
        "Averages and t: are they in the config that you return, and read in the next step?",
        w=follow(lambda: -rate * g / (np.abs(g) + eps)),
    )
    yield Mistake(
        "optimizers.square_of_average",
        "The second average is that of the squares of the first, not of the gradient.",
        "What is squared: the gradient.",
        w=follow(
            lambda: _adam_step(
                g,
                config,
                averages=(
                    (1 - first) * _faded(g, first),
                    (1 - second) * _faded(((1 - first) * _faded(g, first)) ** 2, second),
                ),
            )()
        ),
    )
    yield Mistake(
        "optimizers.corrected_average_kept",
        "The corrected averages are kept for the next step, so they are corrected again and again.",
        "What the config remembers: the averages as they are before the correction.",
        w=follow(
            lambda: _adam_step(
                g,
                config,
                averages=(_corrected_again(g, first), _corrected_again(g**2, second)),
                correct=(0 * start + np.inf, 0 * start + np.inf),
            )()
        ),
    )
    m, v = (1 - first) * _faded(g, first), (1 - second) * _faded(g**2, second)
    for averages in ((_faded(g, first), v), (m, _faded(g**2, second)), (_faded(g, first), _faded(g**2, second))):
        yield Mistake(
            "optimizers.sum_for_average",
            "An average lacks its factor 1 - beta.",
            "The two factors of an average: they add up to 1.",
            w=follow(_adam_step(g, config, averages=averages)),
        )
    for averages in (((1 - first) * np.cumsum(g, axis=0), v), (m, (1 - second) * np.cumsum(g**2, axis=0))):
        yield Mistake(
            "optimizers.never_faded",
            "The old cache or average keeps its full size.",
            "The factor of the old cache or average.",
            w=follow(_adam_step(g, config, averages=averages)),
        )
    for averages in (((1 + first) * _faded(g, first), v), (m, (1 + second) * _faded(g**2, second))):
        yield Mistake(
            "optimizers.plus_for_minus",
            "There is a plus where 1 minus a decay rate or beta belongs.",
            "The two factors of an average: they add up to 1.",
            w=follow(_adam_step(g, config, averages=averages)),
        )
    for averages in ((m, (1 - second) * _faded(g, second)), (m, (1 - second) * _faded(np.abs(g), second))):
        yield Mistake(
            "optimizers.average_not_squared",
            "The second average is not one of squares.",
            "What goes into the second average: the square of the gradient.",
            w=follow(_adam_step(g, config, averages=averages)),
        )
    for changed in ({"beta1": second}, {"beta2": first}):
        yield Mistake(
            "optimizers.one_beta",
            "Both averages have the same beta.",
            "Which beta belongs to which average.",
            w=follow(_adam_step(g, {**config, **changed})),
        )
    for changed in ({"beta1": 0.9}, {"beta2": 0.999}, {"beta1": 0.9, "beta2": 0.999}, {"learning_rate": 1e-3}):
        yield Mistake(
            "optimizers.hyperparameter_fixed",
            "A hyperparameter has a fixed value, whatever config says.",
            "Every number in the formula: it comes from config.",
            w=follow(_adam_step(g, {**config, **changed})),
        )
    yield Mistake(
        "optimizers.epsilon_subtracted",
        "Epsilon is subtracted.",
        "What the step is divided by.",
        w=follow(_adam_step(g, {**config, "epsilon": -eps})),
    )


def _adam_step(
    g: Floats,
    config: Mapping[str, float],
    correct: tuple[Any, Any] | None = None,
    shares: tuple[Any, Any] | None = None,
    averages: tuple[Any, Any] | None = None,
    root: Callable[[Any], Any] | None = None,
) -> Callable[[], Floats]:
    """Return a function that computes all steps; an average that began at 0 has a share 1 - beta^t of its full size."""
    first, second = config["beta1"], config["beta2"]

    def steps() -> Floats:
        m, v = averages or ((1 - first) * _faded(g, first), (1 - second) * _faded(g**2, second))
        counters = correct or (_counted(g), _counted(g))
        with np.errstate(all="ignore"):
            of_m, of_v = shares or (1 - first ** counters[0], 1 - second ** counters[1])
            below = root(v / of_v) if root else np.sqrt(v / of_v) + config["epsilon"]
            return np.asarray(-config["learning_rate"] * (m / of_m) / below, dtype=np.float64)

    return steps


def _adam_with_penalty(w: Any, gradients: Floats, config: Mapping[str, float], decay: float) -> Floats:
    here, seen, trace = np.asarray(w, dtype=np.float64), [], []
    for g in gradients:
        seen.append(g + decay * here)
        here = here + _adam_step(np.array(seen), config)()[-1]
        trace.append(here)
    return np.array(trace)


def _corrected_again(g: Floats, beta: float) -> Floats:
    kept, trace = 0 * g[0], []
    for t, new in enumerate(g, start=1):
        kept = (new + beta * (kept - new)) / (1 - beta**t)
        trace.append(kept)
    return np.array(trace)


def _scaled(w: Any, g: Floats, cache: Floats, rate: float, eps: float) -> Iterator[Mistake]:
    """Yield mistakes of a step that is divided by the root of `cache`."""
    root = np.sqrt(cache)
    yield Mistake(
        "optimizers.no_root",
        "The step is divided by the average or sum of the squares itself, not by its root.",
        "What the step is divided by.",
        w=_moved(w, -rate * g / (cache + eps)),
    )
    yield Mistake(
        "optimizers.epsilon_inside_root",
        "Epsilon is added inside the root.",
        "Where epsilon stands: after the root.",
        w=_moved(w, -rate * g / np.sqrt(cache + eps)),
    )
    yield Mistake(
        "optimizers.no_epsilon",
        "Epsilon is missing, or much smaller than the one in config.",
        "What the step is divided by.",
        w=_moved(w, -rate * g / (root + 1e-8)),
    )
    yield Mistake(
        "optimizers.multiplied",
        "The step is multiplied by the root, not divided.",
        "What large gradients do to the step: they make it shorter.",
        w=_moved(w, -rate * g * (root + eps)),
    )
    yield Mistake(
        "optimizers.no_learning_rate",
        "The learning rate is not used.",
        "What the step is multiplied by.",
        w=_moved(w, -g / (root + eps)),
    )
    yield Mistake(
        "optimizers.uphill",
        "The steps go uphill.",
        "The sign of the step: against the gradient.",
        w=_moved(w, rate * g / (root + eps)),
    )
    yield Mistake(
        "optimizers.not_divided",
        "The steps are those of plain gradient descent.",
        "What the step is divided by.",
        w=_moved(w, -rate * g),
    )
    yield Mistake(
        "optimizers.step_from_start",
        "The new weights are the step alone.",
        "What the step is added to.",
        w=-rate * g / (root + eps),
    )
    yield Mistake(
        "optimizers.gradient_missing",
        "The step does not have the gradient in it, only what it is divided by.",
        "What is divided by the root.",
        w=_moved(w, -rate / (root + eps)),
    )
    yield Mistake(
        "optimizers.epsilon_subtracted",
        "Epsilon is subtracted.",
        "What the step is divided by.",
        w=lambda: _moved(w, -rate * g / (root - eps)),
    )
    for fixed in (0.01, 0.001):
        yield Mistake(
            "optimizers.hyperparameter_fixed",
            "A hyperparameter has a fixed value, whatever config says.",
            "Every number in the formula: it comes from config.",
            w=lambda fixed=fixed: _moved(w, -fixed * g / (root + eps)),
        )


def _nesterov_steps(g: Floats, rate: float, rho: float, slow: float | None = None) -> Floats:
    """Return the steps of Nesterov momentum, whose velocity is slowed down by `slow`, by default rho."""
    new = -rate * _faded(g, rho if slow is None else slow)
    return np.asarray(new + rho * (new - np.concatenate([0 * g[:1], new[:-1]])))


def _faded(values: Floats, factor: float) -> Floats:
    """Return for each step the sum of all values so far, each multiplied by `factor` once per step of its age."""
    age = np.subtract.outer(np.arange(len(values)), np.arange(len(values)))
    weight = np.where(age >= 0, float(factor) ** np.maximum(age, 0), 0)
    return np.tensordot(weight, values, axes=1)


def _moved(w: Any, steps: Any) -> Floats:
    """Return the weights after each of these steps."""
    return np.asarray(w) + np.cumsum(steps, axis=0)


def _counted(g: Floats) -> Floats:
    """Return 1, 2, 3, ..., the number of each step, in the shape of g."""
    return np.cumsum(np.ones_like(g, dtype=np.float64), axis=0)


def _share(g: Floats, beta: float) -> Floats:
    """Return how much of its full size a moving average has after each step."""
    return np.asarray(1 - beta ** _counted(g))


def _over_weights(values: Floats) -> Floats:
    """Return the sum over all weights of a step, in the shape of values."""
    totals = values.reshape(len(values), -1).sum(axis=1)
    return np.zeros_like(values) + totals.reshape(-1, *[1] * (values.ndim - 1))


# --- schedules: the quantity `rates` is the learning rate at each of some epochs ------------------


def step_decay(learning_rate: float, epochs: Any, milestones: Sequence[float], factor: float) -> Iterator[Mistake]:
    """Yield the mistakes of step_decay."""
    t = np.asarray(epochs, dtype=np.float64)
    passed = np.sum([t >= mark for mark in milestones], axis=0)
    late = np.sum([t > mark for mark in milestones], axis=0)
    early = np.sum([t >= mark - 1 for mark in milestones], axis=0)
    for other in (late, early):
        yield Mistake(
            "optimizers.milestone_off_by_one",
            "The rate falls one epoch too late or too early.",
            "The comparison with a milestone: at the milestone itself, the rate is lower.",
            rates=learning_rate * factor**other,
        )
    yield Mistake(
        "optimizers.falls_once",
        "The rate falls at the first milestone only.",
        "How many milestones an epoch has reached: each multiplies the rate once more.",
        rates=np.where(passed > 0, learning_rate * factor, learning_rate),
    )
    yield Mistake(
        "optimizers.factor_times_count",
        "The factor is multiplied by the number of milestones.",
        "What three milestones do: they multiply the rate by the factor three times.",
        rates=np.where(passed > 0, learning_rate * factor * passed, learning_rate),
    )
    yield Mistake(
        "optimizers.divided_by_factor",
        "The rate grows: it is divided by the factor.",
        "The docstring: each milestone multiplies the rate by the factor.",
        rates=learning_rate / factor**passed,
    )
    yield Mistake(
        "optimizers.every_milestone",
        "The rate falls at every multiple of the first milestone.",
        "What a milestone is: an epoch of the list.",
        rates=learning_rate * factor ** (t // milestones[0]),
    )
    yield from _factor_alone(factor**passed)


def exponential_decay(learning_rate: float, epochs: Any, decay: float) -> Iterator[Mistake]:
    """Yield the mistakes of exponential_decay."""
    t = np.asarray(epochs, dtype=np.float64)
    yield Mistake(
        "optimizers.rate_grows",
        "The rate grows.",
        "The sign of the formula, or which way round the division is.",
        rates=learning_rate * np.exp(decay * t),
    )
    for base in (decay, 1 - decay):
        yield Mistake(
            "optimizers.decay_as_base",
            "The decay is in the base, not in the exponent.",
            "The formula: a power of e.",
            rates=lambda base=base: learning_rate * base**t,
        )
    for base in (2.0, 10.0):
        yield Mistake(
            "optimizers.other_base",
            "The base is not e.",
            "The formula: a power of e.",
            rates=learning_rate * base ** (-decay * t),
        )
    yield Mistake(
        "optimizers.epoch_missing",
        "The rate does not change with the epoch.",
        "The exponent: it has the epoch.",
        rates=np.full(t.shape, learning_rate * math.exp(-decay)),
    )
    yield Mistake(
        "optimizers.epoch_off_by_one",
        "The rate is that of the next epoch.",
        "Epoch 0: there the rate is the first one.",
        rates=learning_rate * np.exp(-decay * (t + 1)),
    )
    yield Mistake(
        "optimizers.divided_by_decay",
        "The epoch is divided by the decay.",
        "The exponent: a product.",
        rates=learning_rate * np.exp(-t / decay),
    )
    yield from _factor_alone(np.exp(-decay * t))


def inverse_time_decay(learning_rate: float, epochs: Any, decay: float) -> Iterator[Mistake]:
    """Yield the mistakes of inverse_time_decay."""
    t = np.asarray(epochs, dtype=np.float64)
    yield Mistake(
        "optimizers.one_missing",
        "The 1 is missing.",
        "Epoch 0: there the rate is the first one.",
        rates=lambda: learning_rate / (decay * t),
    )
    yield Mistake(
        "optimizers.power_for_product",
        "The epoch is an exponent.",
        "The formula: decay times epoch.",
        rates=learning_rate / (1 + decay) ** t,
    )
    yield Mistake(
        "optimizers.decay_missing",
        "The decay is not used.",
        "What the epoch is multiplied by.",
        rates=learning_rate / (1 + t),
    )
    yield Mistake(
        "optimizers.rate_grows",
        "The rate grows.",
        "The sign of the formula, or which way round the division is.",
        rates=learning_rate * (1 + decay * t),
    )
    yield Mistake(
        "optimizers.root_of_time",
        "There is a root around the sum or the epoch.",
        "The formula: no root.",
        rates=learning_rate / np.sqrt(1 + decay * t),
    )
    yield Mistake(
        "optimizers.root_of_time",
        "There is a root around the sum or the epoch.",
        "The formula: no root.",
        rates=learning_rate / (1 + decay * np.sqrt(t)),
    )
    yield Mistake(
        "optimizers.parentheses",
        "The division is by 1 alone: the product stands outside the denominator.",
        "The parentheses around the sum.",
        rates=learning_rate + decay * t,
    )
    yield Mistake(
        "optimizers.epoch_outside",
        "The epoch is outside of the parentheses.",
        "The parentheses: they hold the whole denominator.",
        rates=learning_rate / (1 + decay) * t,
    )
    yield Mistake(
        "optimizers.epoch_off_by_one",
        "The rate is that of the next epoch.",
        "Epoch 0: there the rate is the first one.",
        rates=learning_rate / (1 + decay * (t + 1)),
    )
    yield Mistake(
        "optimizers.linear",
        "The rate falls along a line.",
        "The formula: it is not linear in the epoch.",
        rates=learning_rate * (1 - decay * t),
    )
    yield from _factor_alone(1 / (1 + decay * t))


def cosine_decay(learning_rate: float, epochs: Any, num_epochs: int) -> Iterator[Mistake]:
    """Yield the mistakes of cosine_decay."""
    part = np.asarray(epochs, dtype=np.float64) / num_epochs
    yield Mistake(
        "optimizers.half_missing",
        "The rate is twice as large as it should be.",
        "The factor 1/2: one plus a cosine lies between 0 and 2.",
        rates=learning_rate * (1 + np.cos(np.pi * part)),
    )
    yield Mistake(
        "optimizers.negative_rate",
        "The rate becomes negative.",
        "What is added to the cosine, which lies between -1 and 1.",
        rates=learning_rate * np.cos(np.pi * part),
    )
    yield Mistake(
        "optimizers.negative_rate",
        "The rate becomes negative.",
        "What is added to the cosine, which lies between -1 and 1.",
        rates=learning_rate * np.cos(np.pi * part) / 2,
    )
    yield Mistake(
        "optimizers.quarter_wave",
        "The rate follows a quarter of a wave.",
        "The angle at the end: half a wave.",
        rates=learning_rate * np.cos(np.pi * part / 2),
    )
    yield Mistake(
        "optimizers.whole_wave",
        "The rate falls and rises again: this is a whole wave.",
        "The angle at the end: half a wave.",
        rates=learning_rate / 2 * (1 + np.cos(2 * np.pi * part)),
    )
    yield Mistake(
        "optimizers.pi_missing",
        "There is no pi in the angle.",
        "The angle at the end: half a wave.",
        rates=learning_rate / 2 * (1 + np.cos(part)),
    )
    yield Mistake(
        "optimizers.degrees",
        "The angle is in degrees.",
        "NumPy's cosine: it takes radians.",
        rates=learning_rate / 2 * (1 + np.cos(180 * part)),
    )
    yield Mistake(
        "optimizers.sine",
        "This is a sine.",
        "Which wave begins at its top: the cosine.",
        rates=learning_rate / 2 * (1 + np.sin(np.pi * part)),
    )
    yield Mistake(
        "optimizers.rate_grows",
        "The rate grows.",
        "The sign of the formula, or which way round the division is.",
        rates=learning_rate / 2 * (1 - np.cos(np.pi * part)),
    )
    yield Mistake(
        "optimizers.last_epoch",
        "The rate reaches 0 one epoch too early.",
        "The angle: it is divided by num_epochs.",
        rates=lambda: learning_rate / 2 * (1 + np.cos(np.pi * part * num_epochs / (num_epochs - 1))),
    )
    yield Mistake(
        "optimizers.epoch_off_by_one",
        "The rate is that of the next epoch.",
        "Epoch 0: there the rate is the first one.",
        rates=learning_rate / 2 * (1 + np.cos(np.pi * (part + 1 / num_epochs))),
    )
    yield Mistake(
        "optimizers.linear",
        "The rate falls along a line.",
        "The formula: it is not linear in the epoch.",
        rates=learning_rate * (1 - part),
    )
    yield from _factor_alone((1 + np.cos(np.pi * part)) / 2)


def _factor_alone(factors: Any) -> Iterator[Mistake]:
    yield Mistake(
        "optimizers.factor_alone",
        "The result is not multiplied by the first learning rate.",
        "What the function returns: a learning rate, not a factor.",
        rates=factors,
    )
