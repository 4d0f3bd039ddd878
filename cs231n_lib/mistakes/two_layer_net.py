"""Mistakes of the notebook `two_layer_net`."""

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

NOT_FROM_CACHE = Mistake(
    "two_layer_net.not_from_cache",
    "The gradient changes after a forward pass of another layer.",
    "Where the backward pass takes x and w from: its own cache, not a global variable.",
)
ALIKE = Mistake(
    "two_layer_net.alike",
    "Some hidden units start with the same weights, so they stay the same forever.",
    "How the weights are drawn: each needs a random number of its own.",
)
SAME_NUMBERS = Mistake(
    "two_layer_net.same_numbers",
    "Both layers start with the same numbers.",
    "Where W2 is drawn: it needs new random numbers.",
)
NOT_FROM_RNG = Mistake(
    "two_layer_net.not_from_rng",
    "Random numbers come from another source than the generator `rng`.",
    "Every random number: rng.normal draws from the generator, np.random.normal does not.",
)
NO_SCORES = Mistake(
    "two_layer_net.no_scores",
    "The function returned None, but without y it should return the scores.",
    "The return statement for y=None.",
)
SCORES_ALONE = Mistake(
    "two_layer_net.scores_alone",
    "Without y, the function returns more than the scores.",
    "The return statement for y=None: return the scores alone, without a loss or gradients.",
)
REMEMBERS = Mistake(
    "two_layer_net.remembers",
    "Something from an earlier call is in the result.",
    "Where loss and gradients come from: only the arguments of this call count.",
)
NOT_TRAINED = Mistake(
    "two_layer_net.not_trained",
    "The returned parameters are those that the function was given.",
    "The return statement: it should return the parameters after the last step.",
)
REGULARIZED = Mistake(
    "two_layer_net.overfits_with_reg",
    "`loss_fn` is called with regularization.",
    "The strength that you pass: 20 examples are memorized without a penalty.",
)
OTHER_LABELS = Mistake(
    "two_layer_net.other_labels",
    "The labels do not belong to the examples.",
    "How y is cut: as X is.",
)
DRAWN_ONCE = Mistake(
    "two_layer_net.drawn_once",
    "Several trials of a stage have the same learning rate or the same reg.",
    "Where the numbers are drawn: every trial needs a new pair, from a continuous range.",
)
OUTSIDE = Mistake(
    "two_layer_net.outside_the_range",
    "A coarse draw lies outside the range.",
    "Logarithm and power: both need the same base, and the bounds need a logarithm, too.",
)
NOT_LOGARITHMIC = Mistake(
    "two_layer_net.not_logarithmic",
    "The draws are not uniform on a logarithmic scale.",
    "What is uniform: draw the exponent, then take the power. Both stages do so, for both hyperparameters.",
)
TIED = Mistake(
    "two_layer_net.tied",
    "Learning rate and reg rise and fall together.",
    "How many random numbers a trial draws: it needs one for each hyperparameter.",
)
FINE_TOO_FAR = Mistake(
    "two_layer_net.fine_too_far",
    "Fine draws lie outside the decade around the best coarse pair.",
    "The range of the fine stage, and around which pair it lies.",
)
FINE_TOO_NEAR = Mistake(
    "two_layer_net.fine_too_near",
    "The fine draws do not fill the decade around the best coarse pair.",
    "The ends of the fine range: how many times the best coarse value are they?",
)
STOPS_AT_BORDER = Mistake(
    "two_layer_net.stops_at_border",
    "The fine draws stop at the border of the coarse range.",
    "The ends of the fine range: the best pair may lie outside the coarse ranges.",
)
OTHER_SETTINGS = Mistake(
    "two_layer_net.other_settings",
    "The settings differ from call to call.",
    "What the settings depend on: the function should return four fixed numbers.",
)
FEW_EXAMPLES = Mistake(
    "two_layer_net.not_the_first_examples",
    "`loss_fn` gets other examples than the first num_examples.",
    "How X and y are cut, and what each step uses: all of these examples.",
)


def affine_forward(x: Any, w: Any, b: Any) -> Iterator[Mistake]:
    """Yield the mistakes of affine_forward: the quantity `out`."""
    rows, N = _rows(x), len(x)
    yield Mistake(
        "two_layer_net.no_bias",
        "The biases are missing.",
        "What is added to the weighted sums.",
        out=lambda: _affine(rows, w, 0 * b),
    )
    yield Mistake(
        "two_layer_net.bias_subtracted",
        "The biases are subtracted.",
        "The sign of b.",
        out=lambda: _affine(rows, w, -b),
    )
    yield Mistake(
        "two_layer_net.bias_summed",
        "Every output gets the sum of all biases.",
        "Which bias an output gets: its own.",
        out=lambda: _affine(rows, w, np.full(len(b), np.sum(b))),
    )
    yield Mistake(
        "two_layer_net.bias_before_product",
        "The biases are added to x, before the weighted sums.",
        "The order: first the weighted sums, then the biases.",
        out=lambda: _affine([row + b for row in rows], w, 0 * b),
    )
    yield Mistake(
        "two_layer_net.weights_transposed",
        "The weights are transposed.",
        "Which index of w belongs to the inputs: the first.",
        out=lambda: _affine(rows, np.transpose(w), b),
    )
    yield Mistake(
        "two_layer_net.column_order",
        "The numbers of an example are flattened in the wrong order.",
        "The reshape: NumPy's usual order, C, is the right one.",
        out=lambda: _affine(_rows(x, "F"), w, b),
    )
    yield Mistake(
        "two_layer_net.examples_mixed",
        "The rows mix numbers of several examples.",
        "The reshape: the axis of the examples comes first and stays.",
        out=lambda: _affine(np.reshape(x, (-1, N)).T, w, b),
    )


def affine_backward(x: Any, w: Any, b: Any, dout: Any) -> Iterator[Mistake]:
    """Yield the mistakes of affine_backward: the quantities `dx`, `dw` and `db`."""

    def case(x: Any, dout: Any) -> dict[str, Callable[[], Any]]:
        """Return the gradients for another x or dout."""
        return {
            "dx": lambda: gradient_of(lambda v: np.sum(_affine(_rows(v), w, b) * dout), x),
            "dw": lambda: gradient_of(lambda v: np.sum(_affine(_rows(x), v, b) * dout), w),
            "db": lambda: gradient_of(lambda v: np.sum(_affine(_rows(x), w, v) * dout), b),
        }

    yield Mistake(
        "two_layer_net.not_times_dout",
        "The gradient does not depend on dout: it is only the derivative of the layer itself, or counts the examples.",
        "The chain rule: the layer's derivative is multiplied by dout.",
        **case(x, np.ones_like(dout)),
    )
    for k in (0, -1):
        yield Mistake(
            "two_layer_net.one_example",
            "The gradient is that of one example only, the first or the last example.",
            "The sum over the examples: every example uses the same w and b.",
            **case(x, _only(dout, k)),
        )
    yield Mistake(
        "two_layer_net.averaged_over_outputs",
        "The gradient is divided by the number of outputs.",
        "Sums and means: an input touches every output, and its gradient is the sum.",
        **case(x, dout / np.shape(dout)[1]),
    )
    yield Mistake(
        "two_layer_net.absolute_value",
        "The gradient is computed with the absolute value of x.",
        "Where x enters the gradient: its sign counts.",
        **case(np.abs(x), dout),
    )
    yield Mistake(
        "two_layer_net.dx_flat",
        "The gradient dx has the numbers of each example in one row.",
        "The shape of dx: reshape it to the shape of x in the end.",
        dx=lambda: np.array(_rows(case(x, dout)["dx"]())),
    )
    yield Mistake(
        "two_layer_net.gradient_column_order",
        "The numbers of an example are in the wrong order.",
        "The reshape: backward needs the same order as forward.",
        dx=lambda: [np.reshape(np.ravel(part), np.shape(part), order="F") for part in case(x, dout)["dx"]()],
        dw=lambda: gradient_of(lambda v: np.sum(_affine(_rows(x, "F"), v, b) * dout), w),
    )


def relu_forward(x: Any) -> Iterator[Mistake]:
    """Yield the mistakes of relu_forward: the quantity `out`."""
    yield Mistake(
        "two_layer_net.relu_absolute",
        "Negative entries lose their sign.",
        "What becomes of a negative entry: 0.",
        out=lambda: np.abs(x),
    )
    yield Mistake(
        "two_layer_net.relu_step",
        "The output has only ones and zeros.",
        "What becomes of a positive entry: it stays as it is.",
        out=lambda: _each(lambda v: float(v > 0), x),
    )
    yield Mistake(
        "two_layer_net.relu_minimum",
        "The negative entries are kept and the positive ones are lost.",
        "Which of the two numbers you take: the larger one or the smaller one.",
        out=lambda: _each(lambda v: min(v, 0.0), x),
    )
    yield Mistake(
        "two_layer_net.relu_nothing",
        "The output is x itself.",
        "What becomes of a negative entry: 0.",
        out=lambda: x,
    )
    yield Mistake(
        "two_layer_net.relu_leaky",
        "A small part of the negative entries passes, as in a leaky ReLU.",
        "What becomes of a negative entry: exactly 0.",
        out=lambda: _each(lambda v: v if v > 0 else 0.01 * v, x),
    )
    for limit in (1.0, 6.0):
        yield Mistake(
            "two_layer_net.relu_bounded",
            "Large entries are cut off.",
            "What becomes of a large entry: it stays as it is.",
            out=lambda limit=limit: _each(lambda v: min(max(v, 0.0), limit), x),
        )
    yield Mistake(
        "two_layer_net.relu_softplus",
        "This is the softplus, log(1 + exp(x)).",
        "The definition: ReLU is not smooth.",
        out=lambda: _each(lambda v: math.log(1 + math.exp(v)), x),
    )


def relu_backward(x: Any, dout: Any) -> Iterator[Mistake]:
    """Yield the mistakes of relu_backward: the quantity `dx`."""

    def case(slope: Callable[[float, float], float]) -> dict[str, Callable[[], Any]]:
        """Return dx, if this function of x and dout is what dout is multiplied by."""
        return {"dx": lambda: np.vectorize(lambda v, d: d * slope(v, d), otypes=[float])(x, dout)}

    yield Mistake(
        "two_layer_net.gate_of_dout",
        "The gate is set by the sign of dout.",
        "What sets the gate: the sign of x.",
        **case(lambda v, d: d > 0),
    )
    yield Mistake(
        "two_layer_net.gate_inverted",
        "The gate stands the wrong way round.",
        "Where x was positive, the gradient passes.",
        **case(lambda v, d: v < 0),
    )
    yield Mistake(
        "two_layer_net.gate_open",
        "The whole of dout passes, everywhere.",
        "Where x was negative: nothing should pass there.",
        **case(lambda v, d: 1),
    )
    yield Mistake(
        "two_layer_net.slope_alone",
        "This is the slope of ReLU alone.",
        "The chain rule: the slope is multiplied by dout.",
        dx=lambda: _each(lambda v: float(v > 0), x),
    )
    yield Mistake(
        "two_layer_net.times_output",
        "The gradient dout is multiplied by the output of ReLU.",
        "What dout is multiplied by: the slope of ReLU.",
        **case(lambda v, d: max(v, 0)),
    )
    yield Mistake(
        "two_layer_net.times_input",
        "The gradient dout is multiplied by x.",
        "What dout is multiplied by: the slope of ReLU.",
        **case(lambda v, d: v),
    )
    yield Mistake(
        "two_layer_net.gate_leaky",
        "Where x was negative, a little passes.",
        "The slope where x was negative: exactly 0.",
        **case(lambda v, d: 1 if v > 0 else 0.01),
    )
    yield Mistake(
        "two_layer_net.passes_at_zero",
        "At x = 0 the gradient passes.",
        "The comparison with 0: by our convention, the slope at exactly 0 is 0.",
        **case(lambda v, d: v >= 0),
    )
    yield Mistake(
        "two_layer_net.half_at_zero",
        "At x = 0 half of the gradient passes.",
        "The slope at exactly 0: by our convention, it is 0.",
        **case(lambda v, d: 0.5 if v == 0 else v > 0),
    )


def weights(input_dim: int, weight_scale: float) -> Iterator[Mistake]:
    """Yield the mistakes of initial weights: the quantity `std`, the standard deviation of W1 or W2."""
    yield Mistake(
        "two_layer_net.scale_missing",
        "The weights are not multiplied by weight_scale.",
        "Where weight_scale is used: both layers need it.",
        std=1.0,
    )
    yield Mistake(
        "two_layer_net.scale_as_variance",
        "The number weight_scale is used as the variance.",
        "weight_scale is the standard deviation.",
        std=weight_scale**0.5,
    )
    yield Mistake(
        "two_layer_net.scale_divided",
        "The number weight_scale is divided by the root of the number of inputs.",
        "The standard deviation: it is weight_scale itself, in both layers.",
        std=weight_scale / input_dim**0.5,
    )
    yield Mistake(
        "two_layer_net.weights_uniform",
        "The weights are uniform between 0 and weight_scale.",
        "The distribution: normal, with mean 0.",
        std=weight_scale / 12**0.5,
    )


def scores(params: Mapping[str, Any], X: Any, reg: float = 0.0) -> Iterator[Mistake]:
    """Yield the mistakes of the scores of a two-layer net: the quantity `scores`."""
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    hidden = _hidden(params, X)
    for weights in ((W1,), (W2,), (W1, W2)) if reg else ():
        yield Mistake(
            "two_layer_net.regularized_scores",
            "The regularization is added to the scores.",
            "Where the penalty is added: it belongs to the loss, not to the scores.",
            scores=lambda weights=weights: _affine(hidden, W2, b2) + reg * sum(np.sum(np.square(W)) for W in weights),
        )
    yield Mistake(
        "two_layer_net.no_relu",
        "The ReLU is missing.",
        "What comes between the two affine layers.",
        scores=lambda: _affine(_affine(_rows(X), W1, b1), W2, b2),
    )
    yield Mistake(
        "two_layer_net.b1_missing",
        "The bias b1 is missing.",
        "The first affine layer.",
        scores=lambda: _affine(_hidden({**params, "b1": 0 * b1}, X), W2, b2),
    )
    yield Mistake(
        "two_layer_net.b2_missing",
        "The bias b2 is missing.",
        "The second affine layer.",
        scores=lambda: _affine(hidden, W2, 0 * b2),
    )
    yield Mistake(
        "two_layer_net.both_biases_missing",
        "Both biases are missing.",
        "Both affine layers.",
        scores=lambda: _affine(_hidden({**params, "b1": 0 * b1}, X), W2, 0 * b2),
    )
    yield Mistake(
        "two_layer_net.b1_after_relu",
        "The bias b1 is added after the ReLU.",
        "The order: b1 belongs to the affine layer before the ReLU.",
        scores=lambda: _affine(_hidden({**params, "b1": 0 * b1}, X) + b1, W2, b2),
    )
    yield Mistake(
        "two_layer_net.relu_on_scores",
        "There is a ReLU after the second layer.",
        "What follows the second affine layer: scores may be negative.",
        scores=lambda: np.maximum(_affine(hidden, W2, b2), 0),
    )
    yield Mistake(
        "two_layer_net.probabilities",
        "These are probabilities.",
        "What the function returns without y: the scores themselves.",
        scores=lambda: _probabilities(_affine(hidden, W2, b2)),
    )


def loss(params: Mapping[str, Any], X: Any, y: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the loss without regularization: the quantity `loss`."""
    scores = _affine(_hidden(params, X), params["W2"], params["b2"])
    value, C = _softmax_loss(scores, y), np.shape(scores)[1]
    squares = [np.sum(np.square(params[name])) for name in ("W1", "W2", "b1", "b2")]
    for penalty in (sum(squares[:2]), sum(squares[:2]) / 2, sum(squares)):
        yield Mistake(
            "two_layer_net.penalty_without_reg",
            "There is a penalty in the loss, but with reg=0 there should be no regularization.",
            "Where the penalty is multiplied by reg.",
            loss=value + penalty,
        )
    yield Mistake(
        "two_layer_net.divided_by_classes",
        "The loss is divided by the number of classes.",
        "The mean: it is taken over the examples only.",
        loss=value / C,
    )


def gradients(params: Mapping[str, Any], X: Any, y: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the gradients without regularization: the quantities `W1`, `b1` and `W2`."""
    before = _affine(_rows(X), params["W1"], params["b1"])

    def of_hidden(hidden: Any) -> float:
        return _softmax_loss(_affine(hidden, params["W2"], params["b2"]), y)

    def case(gate: Callable[[Any], Any]) -> dict[str, Callable[[], Any]]:
        """Return the gradients of the first layer, if this is what leaves the ReLU in the backward pass."""

        def leaving() -> Any:
            return gate(gradient_of(of_hidden, np.maximum(before, 0)))  # (N, H)

        def through(of: Callable[[Any], Any], parameter: Any) -> Any:
            dout = leaving()
            return gradient_of(lambda v: np.sum(of(v) * dout), parameter)

        return {
            "W1": lambda: through(lambda v: _affine(_rows(X), v, params["b1"]), params["W1"]),
            "b1": lambda: through(lambda v: _affine(_rows(X), params["W1"], v), params["b1"]),
        }

    yield Mistake(
        "two_layer_net.no_relu_backward",
        "The ReLU is missing in the backward pass.",
        "What comes between the two affine_backward: where the ReLU's input was negative, nothing should pass.",
        **case(lambda arriving: arriving),
    )
    yield Mistake(
        "two_layer_net.net_gate_of_gradient",
        "The gate of the ReLU is set by the sign of the gradient.",
        "What sets the gate: the input of the ReLU.",
        **case(lambda arriving: np.where(arriving > 0, arriving, 0)),
    )
    yield Mistake(
        "two_layer_net.net_gate_inverted",
        "The gate of the ReLU stands the wrong way round.",
        "Where the ReLU's input was positive, the gradient passes.",
        **case(lambda arriving: np.where(before < 0, arriving, 0)),
    )
    yield Mistake(
        "two_layer_net.net_times_hidden",
        "At the ReLU the gradient is multiplied by the hidden layer.",
        "What the ReLU does in the backward pass: a number passes or does not.",
        **case(lambda arriving: arriving * np.maximum(before, 0)),
    )
    yield Mistake(
        "two_layer_net.net_arguments_swapped",
        "The arguments of relu_backward are exchanged.",
        "The call of relu_backward: dout comes first, then the cache.",
        **case(lambda arriving: np.where(arriving > 0, before, 0)),
    )
    yield Mistake(
        "two_layer_net.w2_before_relu",
        "The gradient of W2 uses the hidden layer as it is before the ReLU.",
        "Which numbers the forward pass multiplies by W2.",
        W2=lambda: _gradient_before_relu(params, before, _hidden(params, X), y),
    )


def right_affine(x: Any, w: Any, b: Any) -> Floats:
    """Return the output of an affine layer, (N, M)."""
    return _affine(_rows(x), w, b)


def right_scores(params: Mapping[str, Any], X: Any) -> Floats:
    """Return the scores of a two-layer net (N, C), number by number."""
    return _affine(_hidden(params, X), params["W2"], params["b2"])


def right_gradient(params: Mapping[str, Any], X: Any, y: Any, name: str, scores: Any = None) -> Floats:
    """Return the gradient of the loss without regularization with respect to a parameter, by differences.

    The way back begins at the slope of the softmax loss at `scores`, by default at the right ones.
    """
    begin = right_scores(params, X) if scores is None else np.asarray(scores, dtype=np.float64)
    slope = gradient_of(lambda s: _softmax_loss(s, y), begin)
    return gradient_of(lambda v: np.sum(slope * right_scores({**params, name: v}, X)), params[name])


def penalty(params: Mapping[str, Any], reg: float) -> Iterator[Mistake]:
    """Yield the mistakes of the regularization: `penalty`, and what it adds to the gradients `W1`, `b1`, `W2`, `b2`."""

    def case(parts: Sequence[str], of: Callable[[Any], Any]) -> dict[str, Callable[[], Any]]:
        """Return the penalty of these parameters and its gradients."""

        def gradient(name: str) -> Any:
            return gradient_of(lambda v: reg * (name in parts) * of(v), params[name])

        whole = {"penalty": lambda: reg * sum(of(params[name]) for name in parts)}
        return whole | {name: functools.partial(gradient, name) for name in params}

    def squares(v: Any) -> Any:
        return np.sum(np.square(v))

    yield Mistake(
        "two_layer_net.no_penalty",
        "There is no regularization in the loss, or the gradient of the regularization is missing.",
        "What reg changes: the loss, and the gradients of W1 and of W2.",
        **case((), squares),
    )
    yield Mistake(
        "two_layer_net.penalty_subtracted",
        "The regularization is subtracted.",
        "The sign of the penalty, and that of its gradient.",
        **case(("W1", "W2"), lambda v: -squares(v)),
    )
    yield Mistake(
        "two_layer_net.w2_not_regularized",
        "The regularization leaves W2 out.",
        "Which weights the penalty has: those of both layers.",
        **case(("W1",), squares),
    )
    yield Mistake(
        "two_layer_net.w1_not_regularized",
        "The regularization leaves W1 out.",
        "Which weights the penalty has: those of both layers.",
        **case(("W2",), squares),
    )
    yield Mistake(
        "two_layer_net.biases_regularized",
        "The biases are regularized, too.",
        "Which parameters the penalty has: the weights only.",
        **case(tuple(params), squares),
    )
    yield Mistake(
        "two_layer_net.square_of_sum",
        "This is the square of the sum.",
        "The order: square first, then add up.",
        **case(("W1", "W2"), lambda v: np.sum(v) ** 2),
    )
    yield Mistake(
        "two_layer_net.absolute_penalty",
        "The penalty has absolute values, and its gradient has the sign of the weights.",
        "The penalty: it is the sum of the squares.",
        **case(("W1", "W2"), lambda v: np.sum(np.abs(v))),
    )
    yield Mistake(
        "two_layer_net.penalty_not_squared",
        "The weights are added up without being squared.",
        "The penalty: it is the sum of the squares.",
        **case(("W1", "W2"), np.sum),
        ones=lambda: reg * (np.size(params["W1"]) + np.size(params["W2"])),
    )
    yield Mistake(
        "two_layer_net.penalty_inverted",
        "The weights stand in the denominator.",
        "Whether larger weights make the penalty larger.",
        penalty=lambda: reg * sum(1 / squares(params[name]) for name in ("W1", "W2")),
        W1=lambda: 2 * reg / params["W1"],
        W2=lambda: 2 * reg / params["W2"],
    )
    yield Mistake(
        "two_layer_net.only_reg",
        "The number reg is added, without the weights.",
        "The penalty: reg is multiplied by the sum of the squares.",
        **case(("W1", "W2"), lambda v: 1.0),
    )
    yield Mistake(
        "two_layer_net.penalty_mean",
        "The penalty has the means of the squares.",
        "The penalty: it is the sum of the squares.",
        **case(("W1", "W2"), lambda v: np.mean(np.square(v))),
    )


CAPPED = Mistake(
    "two_layer_net.loss_capped",
    "A small number inside the logarithm keeps the loss finite, but caps the loss.",
    "The logarithm: apply it to the sum of the shifted exponentials, not to a probability.",
)


def sanity_checks(loss_fn: Callable[..., Any], params: Any, X: Any, y: Any, reg: float) -> Iterator[Mistake]:
    """Yield the mistakes of sanity_checks: the quantities `chance`, `initial` and `regularized`."""
    C = np.shape(loss_fn(params, X))[1]
    without, with_reg = loss_fn(params, X, y, 0.0)[0], loss_fn(params, X, y, reg)[0]
    for count in (len(np.unique(y)), int(np.max(y)) + 1):
        yield Mistake(
            "two_layer_net.classes_of_labels",
            "The classes are counted in y, which need not hold all of them.",
            "How many scores an example has.",
            chance=math.log(count),
        )
    yield Mistake(
        "two_layer_net.ten_classes",
        "There are ten classes in your answer, whatever loss_fn returns.",
        "How many scores an example has.",
        chance=math.log(10),
    )
    yield Mistake(
        "two_layer_net.examples_counted",
        "The examples are counted, not the classes.",
        "Which axis of the scores belongs to the classes.",
        chance=math.log(len(X)),
    )
    for value in (math.log10(C), math.log2(C)):
        yield Mistake(
            "two_layer_net.other_logarithm",
            "The logarithm has another base.",
            "The logarithm of the softmax loss: it is the natural one.",
            chance=value,
        )
    yield Mistake(
        "two_layer_net.probability",
        "This is the probability of guessing right.",
        "The loss of that probability.",
        chance=1 / C,
    )
    yield Mistake(
        "two_layer_net.initial_with_reg",
        "This is the loss with regularization.",
        "The strength in the first call of loss_fn.",
        initial=with_reg,
    )
    yield Mistake(
        "two_layer_net.regularized_without_reg",
        "This is the loss without regularization.",
        "The strength in the second call of loss_fn.",
        regularized=without,
    )
    yield Mistake(
        "two_layer_net.other_reg",
        "This is the loss with reg=0.1, but another reg was given.",
        "The strength in the second call of loss_fn.",
        regularized=loss_fn(params, X, y, 0.1)[0],
    )


def verdicts(result: Mapping[str, Any]) -> tuple[bool | None, bool | None]:
    """Return what starts_at_chance and rises_with_reg should be, judged by the other numbers in a result."""
    try:
        chance, initial, regularized = (float(result[name]) for name in ("chance", "initial", "regularized"))
    except (KeyError, TypeError, ValueError):
        return None, None
    return 0.95 * chance <= initial <= 1.05 * chance, initial < regularized


def steps_in_bowl(params: Mapping[str, Any], learning_rate: float, num_steps: int) -> Iterator[Mistake]:
    """Yield the mistakes of overfit_small_data, for the sum of squares as the loss: `trained` and `losses`."""

    def trained(num_steps: int, rate: float = learning_rate) -> dict[str, Any]:
        return {name: (1 - 2 * rate) ** num_steps * value for name, value in params.items()}

    def loss_after(num_steps: int) -> float:
        return sum(float(np.sum(np.square(value))) for value in trained(num_steps).values())

    yield Mistake(
        "two_layer_net.did_not_move",
        "The parameter did not move.",
        "Which parameters a step changes, and what is returned: all of them, after the last step.",
        trained=trained(0),
    )
    yield Mistake(
        "two_layer_net.uphill",
        "The steps go uphill.",
        "The sign of the step.",
        trained=trained(num_steps, -learning_rate),
    )
    for wrong in (num_steps - 1, num_steps + 1):
        yield Mistake(
            "two_layer_net.number_of_steps",
            "There is one step too few or too many.",
            "The range of the loop.",
            trained=trained(wrong),
        )
    yield Mistake(
        "two_layer_net.no_learning_rate",
        "The learning rate is not used.",
        "The size of a step.",
        trained=trained(num_steps, 1.0),
    )
    yield Mistake(
        "two_layer_net.gradient_of_start",
        "Every step uses the gradient of the start.",
        "Which parameters loss_fn gets in a step: those that the step before has left.",
        trained={name: (1 - 2 * learning_rate * num_steps) * value for name, value in params.items()},
    )
    yield Mistake(
        "two_layer_net.loss_after_step",
        "These are the losses after each step.",
        "When the loss is noted: before the step, so that the first loss is that of params.",
        losses=[loss_after(k + 1) for k in range(num_steps)],
    )


def accuracy(labels: Any, y: Any, num_examples: int, first: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the accuracy, of predicted labels for all examples and those before training."""
    right = [a == b for a, b in zip(labels, y, strict=True)]
    few = right[:num_examples]
    yield Mistake(
        "two_layer_net.percent",
        "This is in percent.",
        "The docstring: an accuracy is between 0 and 1.",
        accuracy=100 * float(np.mean(few)),
    )
    yield Mistake(
        "two_layer_net.number_right",
        "This is the number of right answers.",
        "The docstring: an accuracy is between 0 and 1.",
        accuracy=float(np.sum(few)),
    )
    yield Mistake(
        "two_layer_net.accuracy_of_all",
        "This is the accuracy on all the examples.",
        "Which examples the accuracy is about: those that the steps have used.",
        accuracy=float(np.mean(right)),
    )
    yield Mistake(
        "two_layer_net.rate_of_errors",
        "This is the rate of errors.",
        "The comparison of predicted and true labels.",
        accuracy=1 - float(np.mean(few)),
    )
    yield Mistake(
        "two_layer_net.accuracy_before_training",
        "This is the accuracy before training.",
        "Which parameters loss_fn gets for the accuracy.",
        accuracy=float(np.mean([a == b for a, b in zip(first, y, strict=True)][:num_examples])),
    )


def best_pair(tried: Sequence[Any], accuracies: Sequence[float], num_coarse: int) -> Iterator[Mistake]:
    """Yield the mistakes of coarse_to_fine_search about the winner: the quantity `best`, a pair of `tried`."""
    order = sorted(range(len(tried)), key=lambda k: -accuracies[k])
    coarse, fine = ([k for k in order if (k < num_coarse) == is_coarse] for is_coarse in (True, False))
    yield Mistake(
        "two_layer_net.best_coarse",
        "This is the best coarse pair.",
        "Among which trials the winner is chosen: the fine ones.",
        best=tried[coarse[0]],
    )
    yield Mistake(
        "two_layer_net.last_trial",
        "This is the last trial.",
        "How the winner is chosen: by its validation accuracy.",
        best=tried[-1],
    )
    yield Mistake(
        "two_layer_net.first_fine_trial",
        "This is the first fine trial.",
        "How the winner is chosen: by its validation accuracy.",
        best=tried[num_coarse],
    )
    yield Mistake(
        "two_layer_net.worst_trial",
        "This is the worst fine trial.",
        "Which accuracy wins: the highest.",
        best=tried[fine[-1]],
    )
    yield Mistake(
        "two_layer_net.pair_reversed",
        "The pair is the wrong way round.",
        "The order of the pair: (learning_rate, reg).",
        best=tuple(reversed(tried[fine[0]])),
    )


def epochs_of_stages(num_trials: Sequence[int], num_epochs: Sequence[int]) -> Iterator[Mistake]:
    """Yield the mistakes of coarse_to_fine_search about its stages: the quantity `epochs`, those of each trial."""

    def case(trials: Sequence[int], epochs: Sequence[int]) -> list[int]:
        return [number for count, number in zip(trials, epochs, strict=True) for _ in range(count)]

    yield Mistake(
        "two_layer_net.epochs_reversed",
        "The stages have each other's number of epochs.",
        "Which entry of num_epochs belongs to the coarse stage: the first.",
        epochs=case(num_trials, num_epochs[::-1]),
    )
    yield Mistake(
        "two_layer_net.trials_reversed",
        "The stages have each other's number of trials.",
        "Which entry of num_trials belongs to the coarse stage: the first.",
        epochs=case(num_trials[::-1], num_epochs),
    )
    for number in num_epochs:
        yield Mistake(
            "two_layer_net.epochs_alike",
            "All trials have the same number of epochs.",
            "The number of epochs: each stage has its own.",
            epochs=case(num_trials, (number, number)),
        )
    for stage, count in enumerate(num_trials):
        yield Mistake(
            "two_layer_net.stage_missing",
            "A whole stage is missing.",
            "The number of stages: a coarse one, then a fine one.",
            epochs=[num_epochs[stage]] * count,
        )


def _rows(x: Any, order: Any = "C") -> list[Floats]:
    return [np.ravel(example, order=order).astype(np.float64) for example in x]


def _affine(rows: Any, w: Any, b: Any) -> Floats:
    return np.asarray(np.einsum("nd,dm->nm", np.asarray(rows), np.asarray(w)) + np.asarray(b))


def _hidden(params: Mapping[str, Any], X: Any) -> Floats:
    return np.maximum(_affine(_rows(X), params["W1"], params["b1"]), 0)


def _each(f: Callable[[float], float], x: Any) -> Floats:
    return np.vectorize(f, otypes=[float])(x)


def _only(dout: Any, k: int) -> Any:
    """Return dout with zeros for all examples but one."""
    kept = np.zeros_like(dout)
    kept[k] = dout[k]
    return kept


def _probabilities(scores: Any) -> Floats:
    return np.array([[math.exp(s) / sum(math.exp(t) for t in row) for s in row] for row in scores.tolist()])


def _softmax_loss(scores: Any, y: Any) -> float:
    losses = []
    for row, label in zip(scores.tolist(), y, strict=True):
        top = max(row)
        losses.append(math.log(sum(math.exp(s - top) for s in row)) + top - row[label])
    return sum(losses) / len(losses)


def _gradient_before_relu(params: Mapping[str, Any], before: Any, hidden: Any, y: Any) -> Floats:
    W2, no_bias = params["W2"], 0 * params["b2"]
    scores = _affine(hidden, W2, params["b2"])
    return gradient_of(lambda v: _softmax_loss(scores + _affine(before, v - W2, no_bias), y), W2)
