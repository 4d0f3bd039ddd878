"""Mistakes of the notebook `dropout`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cs231n_lib.mistakes import deep_net
from cs231n_lib.mistakes.mistake import Mistake

NOTHING_DROPPED = Mistake(
    "dropout.nothing_dropped",
    "In training, nothing is dropped.",
    "The mask: about a fraction 1 - p of its entries should be 0.",
)
NOTHING_KEPT = Mistake(
    "dropout.nothing_kept",
    "Everything is 0.",
    "The mask: about a fraction p of its entries should not be 0.",
)
KEEPS_ONE_MINUS_P = Mistake(
    "dropout.keeps_one_minus_p",
    "A fraction 1 - p of the values is kept, but p is the probability of keeping a value.",
    "The comparison of your random numbers with p.",
)
EXAMPLES_DROPPED = Mistake(
    "dropout.examples_dropped",
    "Whole examples (rows) are dropped or kept.",
    "The shape of your random numbers: every entry of x needs its own.",
)
FEATURES_DROPPED = Mistake(
    "dropout.features_dropped",
    "Whole features (columns) are dropped or kept, the same ones in all examples.",
    "The shape of your random numbers: every entry of x needs its own.",
)
EXAMPLES_ALIKE = Mistake(
    "dropout.examples_alike",
    "Some examples (rows) have exactly the same mask.",
    "The shape of your random numbers: every entry of x needs its own.",
)
FEATURES_ALIKE = Mistake(
    "dropout.features_alike",
    "Some features (columns) have exactly the same mask.",
    "The shape of your random numbers: every entry of x needs its own.",
)
NEIGHBOURS_DEPEND = Mistake(
    "dropout.neighbours_depend",
    "Whether a value is dropped depends on what happens to its neighbour.",
    "The shape of your random numbers: every entry of x needs its own.",
)
COUNT_FIXED = Mistake(
    "dropout.count_fixed",
    "The number of kept values is fixed in advance.",
    "How a value is chosen: each entry is decided by a draw of its own, whatever happens to the others.",
)
DROPS_IN_TEST = Mistake(
    "dropout.drops_in_test",
    "In test mode, values are dropped.",
    "What depends on the mode: at test time all units are present.",
)
SEED_IGNORED = Mistake(
    "dropout.seed_ignored",
    "Two calls with the same seed have different masks.",
    "What your random generator is made from.",
)
SEED_ZERO = Mistake(
    "dropout.seed_zero",
    "Two calls with the seed 0 have different masks.",
    "Where you ask whether there is a seed: 0 is a seed, too, but counts as false.",
)
SEED_SAME = Mistake(
    "dropout.seed_same",
    "Different seeds give the same mask.",
    "What your random generator is made from.",
)
SEED_NONE = Mistake(
    "dropout.seed_none",
    "Without a seed, two calls have the same mask.",
    "What your random generator is made from if the seed is None, or if there is none.",
)
SEED_GLOBAL = Mistake(
    "dropout.seed_global",
    "A call with a seed decides the masks of later calls without one.",
    "Where the seed goes. NumPy's global random state is shared by all code; make a generator of your own.",
)
SEED_REMOVED = Mistake(
    "dropout.seed_removed",
    "The function has changed the dictionary that it was given.",
    "How you read the seed: the caller uses the dictionary again.",
)
MASK_OF_VALUES = Mistake(
    "dropout.mask_of_values",
    "With the same seed and shape, the mask depends on the values of x.",
    "What the mask is computed from.",
)
FORWARD_FIRST = Mistake(
    "dropout.forward_first",
    "In training, your forward pass drops nothing or keeps nothing.",
    "The checks of `dropout_forward`. This check needs a forward pass that keeps some values and drops others.",
)
DROPS_AT_ONE = Mistake(
    "dropout.drops_at_one",
    "With p = 1, something is dropped.",
    "The comparison of your random numbers with p: the probability 1 of keeping means that everything is kept.",
)
MASK_OF_OTHER_LAYER = Mistake(
    "dropout.mask_of_other_layer",
    "This is the mask of the other layer.",
    "Where the mask is kept. Every layer has a cache of its own.",
)
ZERO_IS_DROPPED = Mistake(
    "dropout.zero_is_dropped",
    "The gradient is 0 wherever x is 0, also where the value was kept.",
    "How the backward pass knows what was dropped: a value of 0 in out may have been kept.",
)
INPUTS_DROPPED = Mistake(
    "dropout.inputs_dropped",
    "All weights of an input are dropped together.",
    "What the mask is multiplied by, and its shape: every weight needs its own draw.",
)
OUTPUTS_DROPPED = Mistake(
    "dropout.outputs_dropped",
    "All weights of a unit are dropped together.",
    "What the mask is multiplied by, and its shape: every weight needs its own draw.",
)
INPUTS_ALIKE = Mistake(
    "dropout.inputs_alike",
    "Two inputs have the same mask for all their weights.",
    "The shape of your random numbers: every weight needs its own.",
)
UNITS_ALIKE = Mistake(
    "dropout.units_alike",
    "Two units have the same mask for all their weights.",
    "The shape of your random numbers: every weight needs its own.",
)
MASK_PER_EXAMPLE = Mistake(
    "dropout.mask_per_example",
    "The examples of a batch have different masks.",
    "The shape of the mask, which is that of w: one mask serves the whole batch.",
)
BIAS_DROPPED = Mistake(
    "dropout.bias_dropped",
    "Biases are dropped, too.",
    "What the mask is multiplied by: the biases are neither dropped nor scaled.",
)
NOTHING_SHORTENED = Mistake(
    "dropout.nothing_shortened",
    "A column that is longer than the limit stays as it is.",
    "The condition: which columns are too long?",
)
MEMORIZED = Mistake(
    "dropout.memorized",
    "The net overfits: it has memorized wrong labels.",
    "The training accuracy: only 70% of the training labels are right. Which setting keeps the net from the others?",
)
UNFINISHED = Mistake(
    "dropout.unfinished",
    "Training ends too early: the accuracy was still rising.",
    "The learning rate and the number of epochs.",
)
LEARNS_LITTLE = Mistake(
    "dropout.learns_little",
    "The net learns little: even of the training labels it gets few right.",
    "The learning rate, which may be too large or too small, and p, which may leave too few units.",
)


def dropout_forward(x: Any, dropout_param: Mapping[str, Any], out: Any) -> Iterator[Mistake]:
    """Yield the mistakes of dropout_forward: the quantity `out`.

    `out` is the answer, whose zeros show what was dropped. The weights of dropconnect are a case, too.
    """
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        yield from _scaled_in_test(x, p)
        return
    kept = np.asarray(out) != 0

    def case(value: Callable[[], Any]) -> dict[str, Callable[[], Any]]:
        return {"out": lambda: np.where(kept, value(), 0.0)}

    yield Mistake(
        "dropout.vanilla",
        "The kept values stay as they are, which is vanilla dropout.",
        "The expectation of a value that is kept with probability p: what brings it back to x?",
        **case(lambda: x),
    )
    yield Mistake(
        "dropout.times_p",
        "The kept values are multiplied by p.",
        "The expectation of a value that is kept with probability p: what brings it back to x?",
        **case(lambda: p * x),
    )
    yield Mistake(
        "dropout.p_is_dropping",
        "The kept values are divided by 1 - p, but p is the probability of keeping.",
        "The meaning of p. Some libraries mean the probability of dropping; here it is that of keeping.",
        **case(lambda: x / (1 - p)),
    )
    yield Mistake(
        "dropout.mask_returned",
        "The mask itself is returned.",
        "What x has to do with out, and whether out and cache are swapped.",
        **case(lambda: np.full(np.shape(x), 1 / p)),
    )
    yield Mistake(
        "dropout.divided_twice",
        "The kept values are divided by p twice.",
        "The mask and the product: only one of them needs the division.",
        **case(lambda: x / p**2),
    )


def dropout_backward(x: Any, dout: Any, out: Any, dx: Any, p: float, mode: str = "train") -> Iterator[Mistake]:
    """Yield the mistakes of dropout_backward: the quantity `dx`.

    The forward pass gave `out` for `x`, which has no zeros; `dx` is the answer.
    """
    if mode == "test":
        yield from _scaled_in_test(dout, p)
        yield Mistake(
            "dropout.no_gradient_in_test",
            "In test mode, dx is 0.",
            "What out is in test mode, and how it changes with x.",
            dx=0 * dout,
        )
        return
    factors = out / x
    largest = np.max(np.abs(factors))
    kept, passed = np.asarray(out) != 0, np.asarray(dx) != 0
    yield Mistake(
        "dropout.gradient_everywhere",
        "The gradient passes everywhere as it came.",
        "The gradient of a value that was dropped: it had no influence on the loss.",
        dx=dout,
    )
    yield Mistake(
        "dropout.gradient_divided_everywhere",
        "The gradient is divided by p everywhere.",
        "The gradient of a value that was dropped: it had no influence on the loss.",
        dx=lambda: dout * largest,
    )
    yield Mistake(
        "dropout.gradient_not_divided",
        "The gradient passes where values were kept, but is not divided by p.",
        "How much out changes if a kept value changes by 1.",
        dx=lambda: np.where(kept, dout, 0),
    )
    yield Mistake(
        "dropout.gradient_times_p",
        "The gradient is multiplied by p where out was divided by it.",
        "How much out changes if a kept value changes by 1.",
        dx=lambda: np.where(kept, dout * p, 0),
    )
    yield Mistake(
        "dropout.gradient_divided_twice",
        "The gradient is divided by p twice.",
        "How much out changes if a kept value changes by 1.",
        dx=lambda: dout * factors**2,
    )
    yield Mistake(
        "dropout.gradient_where_dropped",
        "The gradient passes where values were dropped, and is 0 where they were kept.",
        "The condition: which values had an influence on the loss?",
        dx=lambda: np.where(kept, 0, dout * largest),
    )
    yield Mistake(
        "dropout.gradient_times_out",
        "The gradient is multiplied by out, or by x.",
        "What the cache holds: the derivative of a product with respect to one factor is the other one.",
        dx=lambda: dout * out,
    )
    yield Mistake(
        "dropout.gradient_without_dout",
        "The derivative of out is returned, without dout.",
        "The chain rule: the gradient that arrives is multiplied by the derivative.",
        dx=factors,
    )
    yield Mistake(
        "dropout.gradient_sign",
        "The gradient has the wrong sign.",
        "The signs in the backward pass: out grows with a kept value.",
        dx=lambda: -dout * factors,
    )
    yield Mistake(
        "dropout.gradient_like_relu",
        "The gradient passes only where out is positive.",
        "How the backward pass knows what was dropped: a kept value may be negative.",
        dx=lambda: np.where(np.asarray(out) > 0, dout * largest, 0),
    )
    if np.ndim(passed) > 1 and (passed == passed[:1]).all():
        yield Mistake(
            "dropout.one_row_of_mask",
            "All examples (rows) of dx have the same mask.",
            "The shape of what the cache holds: every entry of x had a draw of its own.",
            dx=lambda: np.where(passed, dout * largest, 0),
        )
    yield Mistake(
        "dropout.other_mask",
        "The gradient passes at other places than the values did: this is another mask.",
        "Where the mask comes from. It has to be that of the forward pass, not a new one.",
        dx=lambda: np.where(passed, dout * largest, 0),
    )


def dropout_net(
    forward: Callable[..., Any], params: Mapping[str, Any], dropout_params: Sequence[Mapping[str, Any]], X: Any
) -> deep_net.Net:
    """Return a case of dropout_net_loss for `deep_net`; `forward` is the dropout that the net uses."""
    return deep_net.Net(lambda values, _, number, own: forward(values, dict(own))[0], False, params, dropout_params, X)


def dropconnect_forward(x: Any, w: Any, b: Any, dropconnect_param: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of dropconnect_forward where no mask matters: the quantity `out`.

    That is in test mode, and for x = 0. For the masked weights see `dropout_forward`.
    """
    p, rows = dropconnect_param["p"], np.reshape(x, (len(x), -1))
    yield Mistake(
        "dropout.bias_missing",
        "The biases are missing.",
        "The last term of an affine layer.",
        out=lambda: rows @ w,
    )
    yield Mistake(
        "dropout.bias_divided",
        "The biases are divided by p.",
        "What is dropped and divided by p: the weights, nothing else.",
        out=lambda: rows @ w + b / p,
    )
    yield Mistake(
        "dropout.weights_times_p_in_test",
        "The weights are multiplied by p, which belongs to the vanilla form.",
        "What test mode does to the weights.",
        out=lambda: p * (rows @ w) + b,
    )
    yield Mistake(
        "dropout.weights_divided_in_test",
        "The weights are divided by p, although none is dropped.",
        "What test mode does to the weights.",
        out=lambda: (rows @ w) / p + b,
    )


def max_norm(w: Any, limit: float) -> Iterator[Mistake]:
    """Yield the mistakes of max_norm: the quantity `w`."""
    w = np.asarray(w, dtype=np.float64)
    columns = [[float(v) for v in column] for column in w.T]
    lengths = [math.hypot(*column) for column in columns]

    def case(wrong: Callable[[Sequence[float], float], list[float]]) -> dict[str, Callable[[], Any]]:
        """Return w with each column replaced by wrong(column, its length)."""
        return {"w": lambda: np.array([wrong(c, n) for c, n in zip(columns, lengths, strict=True)]).T}

    def of_length(measure: Callable[[Sequence[float]], float]) -> dict[str, Callable[[], Any]]:
        """Return w if this were the length of a column."""
        return case(lambda c, _: [v * limit / max(limit, measure(c)) for v in c])

    def only_long(change: Callable[[float, float], float]) -> dict[str, Callable[[], Any]]:
        """Return w with change(entry, length of its column) in the long columns."""
        return case(lambda c, n: [change(v, n) if n > limit else v for v in c])

    yield Mistake(
        "dropout.max_norm_nothing",
        "Nothing has been scaled.",
        "The condition: which columns are too long?",
        w=w,
    )
    yield Mistake(
        "dropout.max_norm_rows",
        "The rows are scaled, but the weights into one unit are a column.",
        "The axis of the norm.",
        w=lambda: np.array([[v * limit / max(limit, math.hypot(*row)) for v in row] for row in w.tolist()]),
    )
    yield Mistake(
        "dropout.max_norm_all_to_limit",
        "All columns get the norm `limit`, also those that were shorter.",
        "The condition: short columns stay as they are.",
        **case(lambda c, n: [v * limit / max(n, 1e-12) for v in c]),
    )
    yield Mistake(
        "dropout.max_norm_short_stretched",
        "Short columns are stretched to the limit, and long ones stay.",
        "The condition, which is the wrong way round.",
        **case(lambda c, n: [v * limit / max(n, 1e-12) if n < limit else v for v in c]),
    )
    yield Mistake(
        "dropout.max_norm_whole",
        "This is the norm of the whole array.",
        "The axis of the norm: each column has its own.",
        **of_length(lambda _: math.hypot(*lengths)),
    )
    yield Mistake(
        "dropout.max_norm_clipped",
        "Single values are clipped.",
        "What is scaled: the column as a whole, so that its direction stays.",
        w=lambda: np.clip(w, -limit, limit),
    )
    yield Mistake(
        "dropout.max_norm_clipped_above",
        "Single values are clipped, and only large positive ones.",
        "What is scaled: the column as a whole, so that its direction stays.",
        w=lambda: np.minimum(w, limit),
    )
    yield Mistake(
        "dropout.max_norm_squared",
        "The squared norm is used; the root is missing.",
        "The L2 norm: the root of the sum of the squares.",
        **of_length(lambda c: sum(v * v for v in c)),
    )
    yield Mistake(
        "dropout.max_norm_divided_by_square",
        "The long columns are divided by their squared norm; the root is missing.",
        "The L2 norm: the root of the sum of the squares.",
        **only_long(lambda v, n: v * limit / n**2),
    )
    yield Mistake(
        "dropout.max_norm_square_compared",
        "The squared norm is compared with the limit.",
        "The condition: what is compared with the limit?",
        **case(lambda c, n: [v * limit / n if n**2 > limit else v for v in c]),
    )
    yield Mistake(
        "dropout.max_norm_to_one",
        "The long columns get the norm 1 instead of the limit.",
        "The factor: its product with the old norm is the new one.",
        **only_long(lambda v, n: v / n),
    )
    yield Mistake(
        "dropout.max_norm_divided_by_limit",
        "The long columns are divided by the limit.",
        "The factor: its product with the old norm is the new one.",
        **only_long(lambda v, n: v / limit),
    )
    yield Mistake(
        "dropout.max_norm_upside_down",
        "The long columns get longer: the factor is upside down.",
        "The factor: its product with the old norm is the new one.",
        **only_long(lambda v, n: v * n / limit),
    )
    yield Mistake(
        "dropout.max_norm_mean_of_squares",
        "The squares are averaged.",
        "The L2 norm: the root of the sum of the squares.",
        **of_length(lambda c: math.hypot(*c) / math.sqrt(len(c))),
    )
    yield Mistake(
        "dropout.max_norm_std",
        "This is the standard deviation of a column.",
        "The L2 norm: the root of the sum of the squares.",
        **of_length(lambda c: float(np.std(c))),
    )
    yield Mistake(
        "dropout.max_norm_l1",
        "This is the L1 norm, the sum of the sizes.",
        "The L2 norm: the root of the sum of the squares.",
        **of_length(lambda c: sum(abs(v) for v in c)),
    )
    yield Mistake(
        "dropout.max_norm_largest_entry",
        "Each column is divided by its largest entry.",
        "The L2 norm: the root of the sum of the squares.",
        **of_length(lambda c: max(abs(v) for v in c)),
    )
    yield Mistake(
        "dropout.max_norm_one_factor",
        "One factor, that of the longest column, is used for all columns.",
        "The factor: each column has its own.",
        **of_length(lambda _: max(lengths)),
    )
    yield Mistake(
        "dropout.max_norm_first_only",
        "Only the first column is scaled.",
        "The end of the loop, and what it runs over.",
        w=lambda: np.column_stack([w[:, 0] * limit / max(limit, lengths[0]), w[:, 1:]]),
    )
    yield Mistake(
        "dropout.max_norm_signs_lost",
        "The signs are lost.",
        "Where sizes replace values: only the norm is made of sizes.",
        **case(lambda c, n: [abs(v) * limit / max(limit, n) for v in c]),
    )


def dropout_settings(history: Sequence[tuple[float, float]]) -> Mistake:
    """Return the mistake that a training run shows whose validation accuracy is too low.

    The history has the training and the validation accuracy after each epoch.
    """
    training, validation = history[-1]
    if training > 0.75 and training > validation - 0.05:
        return MEMORIZED
    part = len(history) // 5
    before, late = ([accuracy for _, accuracy in history[i * part : (i + 1) * part]] for i in (2, 4))
    if not part or np.mean(late) > max(0.4, float(np.mean(before)) + 0.05):  # chance is 0.25
        return UNFINISHED
    return LEARNS_LITTLE


def _scaled_in_test(values: Any, p: float) -> Iterator[Mistake]:
    yield Mistake(
        "dropout.times_p_in_test",
        "Test mode multiplies by p, which belongs to vanilla dropout.",
        "What inverted dropout leaves to do at test time.",
        value=lambda: p * values,
    )
    yield Mistake(
        "dropout.divided_in_test",
        "Test mode divides by p.",
        "What inverted dropout leaves to do at test time.",
        value=lambda: values / p,
    )
