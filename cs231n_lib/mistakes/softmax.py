"""Mistakes of the notebook `softmax`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of
from cs231n_lib.mistakes.penalty import penalty

Scores = list[float]  # of one example
Example = tuple[Scores, int]  # scores and correct class
Rows = list[list[float]]

OVERFLOW = Mistake(
    "softmax.overflow",
    "At scores of 10,000 the result is infinite or NaN.",
    "What is subtracted from the scores of each example before any exponential, and whether a logarithm of 0 is taken.",
)
LABELS_IGNORED = Mistake(
    "softmax.labels_ignored",
    "The loss is the same for other labels.",
    "Where y enters the loss.",
)


def cross_entropy(W: Any, X: Any, y: Any) -> float:
    """Return the softmax loss without regularization, number by number."""
    costs = [_cost(scores, k) for scores, k in _examples(W, X, y)]
    return sum(costs) / len(costs)


def loss(W: Any, X: Any, y: Any, reg: float, arrays: bool = False) -> Iterator[Mistake]:
    """Yield the mistakes of the softmax loss and of its gradient: the quantities `loss`, `dW` and `kept`.

    With `arrays`, also those of a computation with whole arrays, without loops. `kept` is the gradient with the right
    formula but wrong probabilities, which are computed at W and kept.
    """
    W, X = np.asarray(W, dtype=np.float64), np.asarray(X, dtype=np.float64)
    N, C = len(X), W.shape[1]
    before = _examples(W, X, y)

    def penalized(V: Any) -> Any:
        return reg * np.sum(V * V)

    def case(cost: Callable[[Scores, int], float]) -> dict[str, Callable[[], Any]]:
        """Return both quantities of a wrong loss; `cost` is what one example costs."""

        def wrong(V: Any) -> Any:
            return sum(cost(scores, k) for scores, k in _examples(V, X, y)) / N + penalized(V)

        return {"loss": lambda: wrong(W), "dW": lambda: gradient_of(wrong, W)}

    def kept(cost: Callable[[Scores, Scores, int], float], inputs: Any = X) -> dict[str, Callable[[], Any]]:
        """Return the gradient of a cost that depends on the scores of an example, now and at W."""

        def wrong(V: Any) -> Any:
            now = _examples(V, inputs, y)
            return sum(cost(s, then, k) for (s, k), (then, _) in zip(now, before, strict=True)) / N + penalized(V)

        return {"kept": lambda: gradient_of(wrong, W)}

    def probable(wrong: Callable[[Rows], Rows], only: str | None = None) -> dict[str, Callable[[], Any]]:
        """Return both quantities, or `only` one, for wrong probabilities, a function of the rows of scores."""

        def rows() -> Rows:
            return wrong([scores for scores, _ in before])

        def costs() -> Any:
            return sum(-math.log(p[k]) for p, (_, k) in zip(rows(), before, strict=True)) / N + penalized(W)

        def slopes() -> Any:
            fixed = rows()

            def total(V: Any) -> Any:
                now = zip(_examples(V, X, y), fixed, strict=True)
                return sum(sum(map(math.prod, zip(s, p, strict=True))) - s[k] for (s, k), p in now) / N + penalized(V)

            return gradient_of(total, W)

        both = {"loss": costs, "kept": slopes}
        return {only: both[only]} if only else both

    yield Mistake(
        "softmax.gradient_zero",
        "dW is zero everywhere.",
        "Whether something is ever added to dW.",
        dW=lambda: np.zeros(W.shape),
    )
    yield Mistake(
        "softmax.not_averaged",
        "The losses are summed over the examples, not averaged.",
        "Where you divide by the number of examples. The penalty is not divided.",
        **case(lambda s, k: N * _cost(s, k)),
    )
    yield from penalty(W, reg, N, lambda V: cross_entropy(V, X, y))
    yield Mistake(
        "softmax.wrong_sign",
        "The sign is wrong.",
        "Probabilities are below 1, so their logarithms are negative. The gradient points uphill.",
        **case(lambda s, k: -_cost(s, k)),
    )
    yield Mistake(
        "softmax.multiplied_by_number",
        "The sum over the examples is multiplied by their number, not divided.",
        "The last steps: loss and dW are means over the examples.",
        **case(lambda s, k: N * N * _cost(s, k)),
    )
    yield Mistake(
        "softmax.only_last_example",
        "Only the last example counts.",
        "Whether the loss of an example is added to those before it, or written over them.",
        loss=lambda: _cost(*before[-1]) / N + penalized(W),
        not_divided=lambda: _cost(*before[-1]) + penalized(W),
    )
    yield Mistake(
        "softmax.scores_negated",
        "The signs of the scores are reversed.",
        "What stands in the exponential.",
        **case(lambda s, k: _cost([-v for v in s], k)),
        **probable(lambda rows: _softmax([[-v for v in s] for s in rows]), "kept"),
    )
    yield Mistake(
        "softmax.no_logarithm",
        "It is a mean probability; the logarithm is missing.",
        "What the loss takes of the probability of the correct class.",
        **case(lambda s, k: -math.exp(-_cost(s, k))),
        positive=case(lambda s, k: math.exp(-_cost(s, k)))["loss"],
    )
    yield Mistake(
        "softmax.base_2",
        "The logarithm has base 2; the loss needs the natural logarithm.",
        "Which logarithm undoes np.exp.",
        **case(lambda s, k: _cost(s, k) / math.log(2)),
        of_sum=case(lambda s, k: math.log2(_sum_of_exp(s)) + max(s) - s[k])["loss"],
    )
    yield Mistake(
        "softmax.base_10",
        "The logarithm has base 10; the loss needs the natural logarithm.",
        "Which logarithm undoes np.exp.",
        **case(lambda s, k: _cost(s, k) / math.log(10)),
        of_sum=case(lambda s, k: math.log10(_sum_of_exp(s)) + max(s) - s[k])["loss"],
    )
    yield Mistake(
        "softmax.sum_missing",
        "The sum of the exponentials is missing; only the score of the correct class is there.",
        "What the exponential of the correct class is divided by.",
        **case(lambda s, k: max(s) - s[k]),
        plain=case(lambda s, k: -s[k])["loss"],
    )
    yield Mistake(
        "softmax.correct_score_missing",
        "The score of the correct class is missing.",
        "The probability of which class is wanted.",
        loss=case(lambda s, k: math.log(_sum_of_exp(s)) + max(s))["loss"],
    )
    yield Mistake(
        "softmax.correct_score_added",
        "The score of the correct class enters with the wrong sign.",
        "Whether a higher score of the correct class makes the loss smaller.",
        **case(lambda s, k: math.log(_sum_of_exp(s)) + s[k] - max(s)),
    )
    yield Mistake(
        "softmax.sum_without_logarithm",
        "The sum of the exponentials stands there without its logarithm.",
        "How the logarithm of a fraction is split.",
        loss=case(lambda s, k: _sum_of_exp(s) + max(s) - s[k])["loss"],
    )
    yield Mistake(
        "softmax.most_likely_class",
        "It is the probability of the most likely class, not of the correct one.",
        "Which entry of the probabilities is taken, and whether the score of the correct class is in your formula.",
        **case(lambda s, k: _cost(s, s.index(max(s)))),
    )
    yield Mistake(
        "softmax.small_number_added",
        "A number is added inside the logarithm, which changes the loss.",
        "The argument of the logarithm. A loss that stays finite needs another remedy.",
        **{
            f"e{n}": case(lambda s, k, n=n: -math.log(math.exp(-_cost(s, k)) + 10.0**-n))["loss"]  # type: ignore[misc]
            for n in range(1, 9)
        },
    )
    yield Mistake(
        "softmax.starts_elsewhere",
        "The sum over the examples does not begin at 0.",
        "The value of the loss before the loop.",
        more=case(lambda s, k: _cost(s, k) + 1 / N)["loss"],
        less=case(lambda s, k: _cost(s, k) - 1 / N)["loss"],
    )
    yield Mistake(
        "softmax.sum_not_shifted",
        "The exponentials are shifted by the largest score, but those in the sum are not, or the reverse.",
        "The scores in numerator and denominator: they have to be the same.",
        **probable(lambda rows: [[math.exp(v - max(s)) / sum(map(math.exp, s)) for v in s] for s in rows]),
        reverse=case(lambda s, k: _cost(s, k) - max(s))["loss"],
    )
    yield Mistake(
        "softmax.divided_by_maximum",
        "The scores are divided by the largest one, which gives other probabilities.",
        "What may be done to the scores without a change of the probabilities.",
        **probable(lambda rows: _softmax([[v / max(s) for v in s] for s in rows])),
    )
    yield Mistake(
        "softmax.relu_on_scores",
        "Negative scores are replaced by 0.",
        "What is done to the scores before the exponential. They may be negative.",
        **probable(lambda rows: _softmax([[max(0.0, v) for v in s] for s in rows])),
        dW=case(lambda s, k: _cost([max(0.0, v) for v in s], k))["dW"],
    )
    yield Mistake(
        "softmax.absolute_scores",
        "The sign of the scores is lost.",
        "What is done to the scores before the exponential. They may be negative.",
        **probable(lambda rows: _softmax([[abs(v) for v in s] for s in rows])),
    )
    yield Mistake(
        "softmax.scores_in_gradient",
        "The scores stand where the probabilities belong.",
        "What of the scores is multiplied by the example.",
        **kept(lambda s, t, k: sum(map(math.prod, zip(s, t, strict=True))) - s[k]),
        shifted=kept(lambda s, t, k: sum(v * (u - max(t)) for v, u in zip(s, t, strict=True)) - s[k])["kept"],
    )
    yield Mistake(
        "softmax.not_normalized",
        "The exponentials stand where the probabilities belong.",
        "Whether what is multiplied by the example adds up to 1 over the classes.",
        **kept(lambda s, t, k: sum(v * math.exp(u - max(t)) for v, u in zip(s, t, strict=True)) - s[k]),
        plain=kept(lambda s, t, k: sum(v * math.exp(u) for v, u in zip(s, t, strict=True)) - s[k])["kept"],
    )
    yield Mistake(
        "softmax.correct_column_missing",
        "The 1 of the correct class is missing in the gradient.",
        "Column y[i] of dW, that of the correct class of example i.",
        **kept(lambda s, t, k: _cost(s, k) + s[k]),
    )
    yield Mistake(
        "softmax.other_columns_missing",
        "Only the column of the correct class gets something; the columns of the other classes get nothing.",
        "How the loss changes with the score of another class.",
        **kept(lambda s, t, k: s[k] * (math.exp(-_cost(t, k)) - 1)),
    )
    yield Mistake(
        "softmax.correct_class_overwritten",
        "The correct class gets -1; 1 should be subtracted from its probability.",
        "Column y[i], that of its correct class, and whether its probability survives.",
        **kept(lambda s, t, k: _cost(s, k) - s[k] * math.exp(-_cost(t, k))),
    )
    yield Mistake(
        "softmax.once_per_class",
        "The example is subtracted once per class in the column of its correct class.",
        "Where column y[i] is changed: inside or outside the loop over the classes.",
        **kept(lambda s, t, k: _cost(s, k) + s[k] - C * s[k]),
    )
    yield Mistake(
        "softmax.correct_class_added",
        "The 1 of the correct class is added, not subtracted.",
        "The sign in column y[i] of dW.",
        **kept(lambda s, t, k: _cost(s, k) + 2 * s[k]),
    )
    yield Mistake(
        "softmax.divided_by_inputs",
        "The numbers of the examples stand in the denominator.",
        "How a score depends on the weights: by what is the derivative with respect to the score multiplied?",
        **kept(lambda s, t, k: sum(v * math.exp(-_cost(t, j)) for j, v in enumerate(s)) - s[k], _reciprocal(X)),
    )
    if arrays:
        yield from _with_arrays(before, case, kept, probable)


def pixels(W: Any, X: Any, y: Any, reg: float) -> Iterator[Mistake]:
    """Yield the mistakes of the loss of uint8 pixels: the quantities `loss` and `dW`."""
    W, given, N = np.asarray(W, dtype=np.float64), np.asarray(X), len(y)
    whole = given.astype(np.float64)

    def total(V: Any) -> Any:
        return cross_entropy(V, whole, y) + reg * np.sum(V * V)

    def negated() -> Any:
        slopes = gradient_of(total, W)
        for row, label in zip(given, y, strict=True):
            slopes[:, label] += 256 * (row > 0) / N
        return slopes

    def cut(rounded: Callable[[float], float]) -> Callable[[], Any]:
        rows = [([rounded(score) for score in scores], k) for scores, k in _examples(W, whole, y)]
        return lambda: sum(_cost(scores, k) for scores, k in rows) / N + reg * np.sum(W * W)

    yield Mistake(
        "softmax.pixels_negated",
        "The pixels are uint8, and so is minus a pixel: -1 becomes 255.",
        "The line with -X[i]: subtract X[i], or make its numbers floats first.",
        dW=negated,
    )
    yield Mistake(
        "softmax.scores_cut_off",
        "The scores are whole numbers of 8 bits, of the dtype of the pixels, and wrap around at 256.",
        "The dtype of the scores: is it float, whatever the dtype of X?",
        loss=cut(float.__trunc__),
        wrapped=cut(lambda score: score.__trunc__() % 256),
    )


MISSING_CLASSES = Mistake(
    "softmax.classes_from_labels",
    "The classes are counted by the labels of the batch.",
    "There are as many classes as W has columns, whichever of them occur in y.",
)


def prediction(W: Any, X: Any) -> Iterator[Mistake]:
    """Yield the mistakes of predict_softmax: the quantities `labels` and `confidence`, and their variants."""
    rows = [scores for scores, _ in _examples(W, X, [0] * len(X))]
    columns = _columns(rows)
    best = [row.index(max(row)) for row in rows]
    shifted = [[math.exp(v - max(s)) for v in s] for s in rows]

    def largest(wrong: Callable[[], Rows]) -> Callable[[], Any]:
        return lambda: [max(row) for row in wrong()]

    yield Mistake(
        "softmax.argmax_axis",
        "It is the best example of each class; it should be the best class of each example.",
        "The axis of argmax.",
        labels=lambda: [column.index(max(column)) for column in columns],
        of_probabilities=lambda: [column.index(max(column)) for column in _columns(_softmax(rows))],
    )
    yield Mistake(
        "softmax.argmax_flat",
        "It is one position in the array of all scores; it should be one class for each example.",
        "The axis of argmax.",
        labels=lambda: np.argmax(rows),
    )
    yield Mistake(
        "softmax.labels_from_1",
        "The classes are counted from 1.",
        "The first class is 0.",
        labels=lambda: [label + 1 for label in best],
    )
    yield Mistake(
        "softmax.least_likely",
        "It is the class with the lowest score.",
        "Which score wins.",
        labels=lambda: [row.index(min(row)) for row in rows],
        confidence=lambda: [min(row) for row in _softmax(rows)],
    )
    yield Mistake(
        "softmax.results_exchanged",
        "Labels and confidence are exchanged.",
        "The order in the return statement.",
        labels=lambda: [max(row) for row in _softmax(rows)],
        confidence=best,
    )
    yield Mistake(
        "softmax.scores_negated",
        "The signs of the scores are reversed.",
        "What stands in the exponential.",
        confidence=lambda: [_softmax([[-v for v in row]])[0][label] for row, label in zip(rows, best, strict=True)],
    )
    yield Mistake(
        "softmax.score_for_confidence",
        "It is the highest score, not a probability.",
        "What the second result is computed from.",
        confidence=largest(lambda: rows),
        shifted=[0.0] * len(rows),
        exponential=largest(lambda: [[math.exp(v) for v in s] for s in rows]),
        shifted_exponential=[1.0] * len(rows),
    )
    yield Mistake(
        "softmax.all_probabilities",
        "These are the probabilities of all classes.",
        "The confidence is one number per example: the probability of the predicted class.",
        confidence=lambda: _softmax(rows),
    )
    yield Mistake(
        "softmax.fixed_class",
        "It is the probability of the same class for all examples.",
        "Which class of each example the confidence belongs to.",
        **{f"class_{j}": lambda j=j: [row[j] for row in _softmax(rows)] for j in range(len(columns))},
    )
    yield Mistake(
        "softmax.normalized_over_examples",
        "The sum goes over the examples; the probabilities of each example should add up to 1.",
        "The axis of the sum.",
        confidence=largest(lambda: _over_examples(shifted)),
        plain=largest(lambda: _over_examples([[math.exp(v) for v in s] for s in rows])),
    )
    yield Mistake(
        "softmax.normalized_over_batch",
        "The exponentials are divided by their sum over the whole batch; each example has its own sum.",
        "The axis of the sum.",
        confidence=largest(lambda: _over_batch(shifted)),
        plain=largest(lambda: _over_batch([[math.exp(v) for v in s] for s in rows])),
    )
    yield Mistake(
        "softmax.no_exponential",
        "The scores are divided by their sum, without the exponential.",
        "The first of the two steps of softmax.",
        confidence=largest(lambda: [[v / sum(s) for v in s] for s in rows]),
        shifted_scores=largest(lambda: [[(v - max(s)) / sum(u - max(s) for u in s) for v in s] for s in rows]),
    )
    yield Mistake(
        "softmax.percent",
        "It is a percentage; a probability is at most 1.",
        "What the probability is multiplied by.",
        confidence=lambda: [100 * max(row) for row in _softmax(rows)],
    )
    yield Mistake(
        "softmax.loss_for_confidence",
        "It is the logarithm of the probability, or minus that.",
        "The confidence is the probability itself.",
        confidence=lambda: [math.log(max(row)) for row in _softmax(rows)],
        loss=lambda: [-math.log(max(row)) for row in _softmax(rows)],
    )


def elastic_penalty(W: Any, l1: float, l2: float) -> float:
    """Return the penalty of the elastic net, number by number."""
    return sum(l1 * max(w, -w) + l2 * w**2 for w in np.ravel(W).tolist())


def elastic_net(W: Any, l1: float, l2: float) -> Iterator[Mistake]:
    """Yield the mistakes of elastic_net: the quantities `penalty` and `gradient`, and their variants."""
    W = np.asarray(W, dtype=np.float64)
    lengths, squares, size = float(np.abs(W).sum()), float(np.square(W).sum()), W.size

    def slopes(absolute: Any, square: Any) -> Any:
        """Return the gradient, with its two parts times these factors, which may be arrays."""
        return np.asarray(absolute) * gradient_of(lambda V: np.abs(V).sum(), W) + np.asarray(square) * W

    yield Mistake(
        "softmax.l1_missing",
        "The term of l1 is missing; it is 0 everywhere.",
        "The two terms of the sum.",
        penalty=l2 * squares,
        gradient=lambda: slopes(0, 2 * l2),
    )
    yield Mistake(
        "softmax.l2_missing",
        "The term of l2 is missing; it is 0 everywhere.",
        "The two terms of the sum.",
        penalty=l1 * lengths,
        gradient=lambda: slopes(l1, 0),
    )
    yield Mistake(
        "softmax.slope_at_zero",
        "A weight that is exactly 0 is pushed away from 0.",
        "What the slope of |w| counts as at the kink.",
        positive=lambda: slopes(l1, 2 * l2) + l1 * (W == 0),
        negative=lambda: slopes(l1, 2 * l2) - l1 * (W == 0),
    )
    yield Mistake(
        "softmax.absolute_value_missing",
        "The absolute value has to be taken of each entry, before the sum.",
        "The order of absolute value and sum in the first term.",
        penalty=l1 * W.sum() + l2 * squares,
        after=l1 * abs(W.sum()) + l2 * squares,
    )
    yield Mistake(
        "softmax.strengths_exchanged",
        "The strengths l1 and l2 are exchanged.",
        "Which of the two belongs to the squares.",
        penalty=l2 * lengths + l1 * squares,
        gradient=lambda: slopes(l2, 2 * l1),
    )
    yield Mistake(
        "softmax.l1_ignored",
        "The strength l1 is not what the first term is multiplied by.",
        "The factor of the sum of the absolute values.",
        penalty=lengths + l2 * squares,
        gradient=lambda: slopes(1, 2 * l2),
        other=l2 * lengths + l2 * squares,
        other_gradient=lambda: slopes(l2, 2 * l2),
        constant=l1 + l2 * squares,
    )
    yield Mistake(
        "softmax.l2_ignored",
        "The strength l2 is not what the second term is multiplied by.",
        "The factor of the sum of the squares.",
        penalty=l1 * lengths + squares,
        gradient=lambda: slopes(l1, 2),
        other=l1 * lengths + l1 * squares,
        other_gradient=lambda: slopes(l1, 2 * l1),
        constant=l1 * lengths + l2,
    )
    yield Mistake(
        "softmax.means_for_sums",
        "Means are taken; the penalty is made of sums.",
        "What is done with the entries of W.",
        penalty=(l1 * lengths + l2 * squares) / size,
        first=l1 * lengths / size + l2 * squares,
        second=l1 * lengths + l2 * squares / size,
        gradient=lambda: slopes(l1 / size, 2 * l2 / size),
    )
    yield Mistake(
        "softmax.l2_root",
        "The second term is the length of W; the square root is too much.",
        "What np.linalg.norm computes.",
        penalty=l1 * lengths + l2 * math.sqrt(squares),
    )
    yield Mistake(
        "softmax.l2_not_squared",
        "The weights of the second term are not squared.",
        "What L2 charges for one weight.",
        penalty=l1 * lengths + l2 * W.sum(),
        absolute=l1 * lengths + l2 * lengths,
        ones=l1 * lengths + l2 * size,
    )
    yield Mistake(
        "softmax.l2_halved",
        "The second term of the penalty is half of what it should be.",
        "The factor 1/2, which this course does not use.",
        penalty=l1 * lengths + l2 * squares / 2,
    )
    yield Mistake(
        "softmax.l2_factor_forgotten",
        "The part of l2 in the gradient is half of what it should be: a factor 2 forgotten.",
        "The derivative of a square.",
        gradient=lambda: slopes(l1, l2),
    )
    yield Mistake(
        "softmax.sign_lost",
        "The sign is lost: the slope of |W| is 1 for all weights.",
        "The slope of |w| left of 0, in the right picture.",
        gradient=lambda: slopes(0, 2 * l2) + l1,
    )
    yield Mistake(
        "softmax.size_for_slope",
        "The weights, or |W| itself, stand where the slope of |W| belongs. That is the same for all positive weights.",
        "The right picture: does the slope of L1 grow with the weight?",
        gradient=lambda: slopes(0, 2 * l2) + l1 * np.abs(W),
        plain=lambda: slopes(0, 2 * l2) + l1 * W,
    )
    yield Mistake(
        "softmax.weights_in_denominator",
        "The weights stand in the denominator.",
        "Whether L2 pulls harder on large weights or on small ones.",
        gradient=lambda: slopes(l1, 0) + 2 * l2 * _reciprocal(W),
    )
    yield Mistake(
        "softmax.small_weights_left_alone",
        "Small weights count as 0.",
        "The slope of |W| is 1 or -1 however small the weight is, and 0 only where the weight is exactly 0.",
        gradient=lambda: slopes(l1 * (np.abs(W) > np.abs(W).min()), 2 * l2),
    )


ZERO_BY_ZERO = Mistake(
    "softmax.zero_by_zero",
    "The gradient is not finite where W is 0: W / |W| is 0 / 0.",
    "NumPy has a function for the sign.",
)
NONE_BEST = Mistake(
    "softmax.none_best",
    "If every validation accuracy is 0, one of the classifiers is still the best.",
    "The value that the best accuracy begins with.",
)
NEVER_CHOSEN = Mistake(
    "softmax.never_chosen",
    "best_W is None: no trial was ever the best.",
    "The value that the best accuracy begins with, and the comparison with it.",
)
NOT_TRAINED = Mistake(
    "softmax.not_trained",
    "best_W is not one of the arrays that train returned in the search.",
    "What is kept of the best trial. It is not trained again.",
)
NUM_TRIALS = Mistake(
    "softmax.num_trials",
    "The function `train` is not called once for each of the num_trials trials.",
    "The number of rounds of your loop.",
)
KEYS_EXCHANGED = Mistake(
    "softmax.keys_exchanged",
    "Learning rate and regularization strength are exchanged.",
    "The order in the keys of results, and in the call of train.",
)
KEYS = Mistake(
    "softmax.keys",
    "The keys of results are not the pairs that train was called with.",
    "The keys: (learning_rate, reg) of every trial, not rounded.",
)
OUTSIDE = Mistake(
    "softmax.outside_range",
    "A learning rate or a strength lies outside of its range.",
    "The ends of the range, and whether logarithm and power have the same base.",
)
SAME_DRAW = Mistake(
    "softmax.same_draw",
    "The same learning rate or strength is tried more than once.",
    "Where the numbers are drawn: each trial needs new ones, not values of a grid or whole powers of ten.",
)
NOT_LOGARITHMIC = Mistake(
    "softmax.not_logarithmic",
    "The draws are not uniform on the logarithmic scale.",
    "Which number is drawn uniformly: the value, or its exponent?",
)
ENDS_MISSED = Mistake(
    "softmax.ends_missed",
    "The draws do not reach the ends of the range.",
    "The lowest and the highest exponent that can be drawn.",
)
DRAWN_TOGETHER = Mistake(
    "softmax.drawn_together",
    "Learning rate and regularization strength rise and fall together, so the search walks along one line.",
    "How many random numbers a trial draws.",
)
TRAINED_ON_VALIDATION = Mistake(
    "softmax.trained_on_validation",
    "Validation examples are used for training.",
    "What train is given: the validation set is only for choosing.",
)
NOT_REPEATABLE = Mistake(
    "softmax.not_repeatable",
    "A second search with the same seed tries other pairs: not every random number comes from rng.",
    "Calls such as np.random.uniform, which do not use rng.",
)
RNG_IGNORED = Mistake(
    "softmax.rng_ignored",
    "Two different seeds try the same pairs: rng is not used.",
    "Whether you make a generator of your own although one is given.",
)


def search(accuracies: Sequence[tuple[float, float]]) -> Iterator[Mistake]:
    """Yield the mistakes of the chosen classifier: the quantity `reached`, its validation accuracy.

    `accuracies` has (training accuracy, validation accuracy) of each trial, in order.
    """
    validation = [v for _, v in accuracies]
    rises = [v for before, v in pairwise([-1.0, *validation]) if v > before]
    yield Mistake(
        "softmax.chosen_by_training",
        "This is the classifier with the best training accuracy.",
        "Which accuracy decides: that of images that were not trained on.",
        reached=max(accuracies)[1],
        first=max(accuracies, key=lambda pair: pair[0])[1],
    )
    yield Mistake(
        "softmax.last_classifier",
        "This is the classifier that was trained last, not the best one.",
        "Which W is returned.",
        reached=validation[-1],
    )
    yield Mistake(
        "softmax.first_classifier",
        "This is the classifier that was trained first, not the best one.",
        "When the best W is replaced.",
        reached=validation[0],
    )
    yield Mistake(
        "softmax.compared_with_previous",
        "Each classifier is compared with the one before it, not with the best so far.",
        "When the best accuracy so far changes.",
        reached=rises[-1],
    )
    yield Mistake(
        "softmax.worst_classifier",
        "This is the classifier with the lowest validation accuracy.",
        "The comparison with the best accuracy so far.",
        reached=min(validation),
    )


def results(training: float, validation: float, counts: tuple[int, int]) -> Iterator[Mistake]:
    """Yield the mistakes of an entry of the results: the quantity `entry`. `counts` are the numbers of examples."""
    yield Mistake(
        "softmax.accuracies_exchanged",
        "Training and validation accuracy are exchanged.",
        "The order of the two.",
        entry=(validation, training),
    )
    yield Mistake(
        "softmax.one_set_twice",
        "Both accuracies are those of the same set.",
        "Which examples and labels the two accuracies are computed from.",
        entry=(training, training),
        validation=(validation, validation),
    )
    yield Mistake(
        "softmax.accuracy_in_percent",
        "The accuracies are percentages; they should be fractions between 0 and 1.",
        "What the mean is multiplied by.",
        entry=(100 * training, 100 * validation),
    )
    yield Mistake(
        "softmax.right_answers_counted",
        "It is the number of right answers, not their share.",
        "What the number of right answers is divided by.",
        entry=(counts[0] * training, counts[1] * validation),
        first=(counts[0] * training, validation),
        second=(training, counts[1] * validation),
    )
    yield Mistake(
        "softmax.error_rates",
        "These are error rates, not accuracies.",
        "Which answers are counted.",
        entry=(1 - training, 1 - validation),
        first=(1 - training, validation),
        second=(training, 1 - validation),
    )
    yield Mistake(
        "softmax.nothing_right",
        "An accuracy is 0, although some of the answers are right.",
        "What is compared with the right labels: the labels alone, or also the confidence?",
        entry=(0.0, 0.0),
        first=(0.0, validation),
        second=(training, 0.0),
    )


# --- whole arrays ----------------------------------------------------------------------------------


def _with_arrays(
    before: list[Example], case: Callable[..., Any], kept: Callable[..., Any], probable: Callable[..., Any]
) -> Iterator[Mistake]:
    """Yield mistakes that only a computation with whole arrays can make; see `loss` for the three functions."""
    N, C, labels = len(before), len(before[0][0]), {k for _, k in before}

    def shifted(rows: Rows) -> Rows:
        return [[math.exp(v - max(s)) for v in s] for s in rows]

    def plain(rows: Rows) -> Rows:
        return [[math.exp(v) for v in s] for s in rows]

    yield Mistake(
        "softmax.largest_of_column",
        "The shift has to be the same for all scores of one example; this is the largest of each column.",
        "The axis of the maximum.",
        **probable(lambda rows: _softmax([[v - max(c) for v, c in zip(s, _columns(rows), strict=True)] for s in rows])),
    )
    if N == C:
        yield Mistake(
            "softmax.sums_as_row",
            "The sums of the examples are used as a row: each column is divided by the sum of another example.",
            "The shape of the array of sums. A column of shape (N, 1) is lined up with the examples.",
            **probable(
                lambda rows: [[e / sum(r) for e, r in zip(s, shifted(rows), strict=True)] for s in shifted(rows)]
            ),
        )
        yield Mistake(
            "softmax.maxima_as_row",
            "The maxima of the examples are used as a row: each column is shifted by the maximum of another example.",
            "The shape of the array of maxima. A column of shape (N, 1) is lined up with the examples.",
            **probable(lambda rows: _softmax([[v - max(r) for v, r in zip(s, rows, strict=True)] for s in rows])),
        )
    yield Mistake(
        "softmax.summed_over_batch",
        "The exponentials are summed over the whole batch; each example has its own sum.",
        "The axis of the sum.",
        **probable(lambda rows: _over_batch(shifted(rows))),
        plain=probable(lambda rows: _over_batch(plain(rows)), "loss")["loss"],
        plain_dW=probable(lambda rows: _over_batch(plain(rows)), "kept")["kept"],
    )
    yield Mistake(
        "softmax.summed_over_examples",
        "The exponentials are summed over the examples; the sum goes over the classes.",
        "The axis of the sum.",
        **probable(lambda rows: _over_examples(shifted(rows))),
        plain=probable(lambda rows: _over_examples(plain(rows)), "loss")["loss"],
        plain_dW=probable(lambda rows: _over_examples(plain(rows)), "kept")["kept"],
    )
    yield Mistake(
        "softmax.whole_columns",
        "One probability per example is wanted, [i, y[i]], not the whole columns y.",
        "How one entry of each row is selected.",
        loss=case(lambda s, k: sum(_cost(s, c) for _, c in before))["loss"],
        averaged=case(lambda s, k: sum(_cost(s, c) for _, c in before) / N)["loss"],
        **kept(lambda s, t, k: _cost(s, k) + s[k] - sum(s[c] for c in labels)),
    )
    yield Mistake(
        "softmax.mean_over_entries",
        "It is the mean over all N * C entries; it should be the mean over the N examples.",
        "What the sum is divided by.",
        **case(lambda s, k: _cost(s, k) / C),
    )


# --- arithmetic ------------------------------------------------------------------------------------


def _examples(W: Any, X: Any, y: Any) -> list[Example]:
    """Return the scores and the label of each example."""
    scores = np.asarray(X, dtype=np.float64) @ np.asarray(W, dtype=np.float64)
    return [(row, int(label)) for row, label in zip(scores.tolist(), y, strict=True)]


def _sum_of_exp(scores: Scores) -> float:
    return sum(math.exp(score - max(scores)) for score in scores)


def _cost(scores: Scores, label: int) -> float:
    return math.log(sum(math.exp(score - scores[label]) for score in scores))


def _softmax(rows: Rows) -> Rows:
    return [[math.exp(-_cost(scores, j)) for j in range(len(scores))] for scores in rows]


def _over_batch(rows: Rows) -> Rows:
    return [[e / sum(map(sum, rows)) for e in row] for row in rows]


def _over_examples(rows: Rows) -> Rows:
    return [[e / sum(column) for e, column in zip(row, _columns(rows), strict=True)] for row in rows]


def _columns(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def _reciprocal(values: Any) -> Any:
    with np.errstate(divide="ignore"):
        return 1 / np.asarray(values, dtype=np.float64)
