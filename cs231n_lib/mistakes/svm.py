"""Mistakes of the notebook `svm`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of
from cs231n_lib.mistakes.penalty import penalty

Pair = tuple[float, float]
Cost = Callable[[list[float], int], float]  # of the scores of an example and its correct class


def hinge(W: Any, X: Any, y: Any) -> float:
    """Return the SVM loss without regularization, number by number from its formula."""
    costs = [sum(margin for margin in _margins(scores, k) if margin > 0) for scores, k in _examples(W, X, y)]
    return sum(costs) / len(costs)


def loss(W: Any, X: Any, y: Any, reg: float, arrays: bool = False) -> Iterator[Mistake]:
    """Yield the mistakes of the SVM loss and of its gradient: the quantities `loss`, `dW` and `counted`.

    With `arrays`, also those of a computation with whole arrays, without loops.

    `counted` is the gradient with the right formula, but for the wrong classes: these are chosen at W and kept.
    """
    W, X = np.asarray(W, dtype=np.float64), np.asarray(X, dtype=np.float64)
    N, C = len(X), W.shape[1]
    before = _examples(W, X, y)

    def weighed(V: Any) -> Any:
        return reg * np.sum(V * V)

    def case(cost: Cost) -> dict[str, Callable[[], Any]]:
        """Return both quantities of a wrong loss; `cost` is what one example costs."""

        def wrong(V: Any) -> Any:
            return sum(cost(scores, k) for scores, k in _examples(V, X, y)) / N + weighed(V)

        return {"loss": lambda: wrong(W), "dW": lambda: gradient_of(wrong, W)}

    def counted(cost: Callable[[list[float], list[float], int], float]) -> dict[str, Callable[[], Any]]:
        """Return the gradient of a cost that depends on the scores of an example, now and at W."""

        def wrong(V: Any) -> Any:
            now = _examples(V, X, y)
            return sum(cost(s, then, k) for (s, k), (then, _) in zip(now, before, strict=True)) / N + weighed(V)

        return {"counted": lambda: gradient_of(wrong, W)}

    def others(k: int) -> list[int]:
        return [j for j in range(C) if j != k]

    def near(scores: list[float], k: int) -> list[int]:
        return [j for j in others(k) if scores[j] - scores[k] > -1]

    def right(scores: list[float], k: int) -> float:
        return sum(max(0.0, margin) for margin in _margins(scores, k))

    def wider(more: float) -> Cost:
        return lambda s, k: sum(max(0.0, m + more) for m in _margins(s, k))

    def raised(floor: float) -> Cost:
        return lambda s, k: sum(max(floor, m) for m in _margins(s, k))

    def above(floor: float) -> Cost:
        return lambda s, k: sum(m for m in _margins(s, k) if m > floor)

    def counted_above(floor: float) -> Callable[[list[float], list[float], int], float]:
        return lambda s, t, k: sum(s[j] - s[k] for j in others(k) if t[j] - t[k] + 1 > floor)

    def without(skipped: int) -> Cost:
        return lambda s, k: sum(max(0.0, s[j] - s[k] + 1) for j in others(k) if j != skipped)

    yield Mistake(
        "svm.gradient_zero",
        "dW is zero everywhere.",
        "Whether something is ever added to dW.",
        dW=lambda: np.zeros(W.shape),
    )
    yield Mistake(
        "svm.not_averaged",
        "The sum over the examples is not divided by their number.",
        "The last steps: loss and dW are means over the examples; the penalty comes afterwards.",
        **case(lambda s, k: N * right(s, k)),
        multiplied=case(lambda s, k: N * N * right(s, k))["loss"],
        multiplied_dW=case(lambda s, k: N * N * right(s, k))["dW"],
    )
    yield Mistake(
        "svm.correct_class",
        "The correct class is in the sum, where it adds 1 for itself.",
        "Which class of each example is left out.",
        **case(lambda s, k: right(s, k) + 1) | counted(lambda s, t, k: sum(s[j] - s[k] for j in near(t, k)) - s[k]),
    )
    yield Mistake(
        "svm.no_margin",
        "The margin of 1 is missing.",
        "How far ahead the correct class has to be before a class costs nothing.",
        **case(lambda s, k: sum(max(0.0, s[j] - s[k]) for j in others(k))),
    )
    yield Mistake(
        "svm.scores_exchanged",
        "The two scores are exchanged: a class costs more, the higher its own score is.",
        "Which of the two scores is subtracted from the other.",
        **case(lambda s, k: sum(max(0.0, s[k] - s[j] + 1) for j in others(k)))
        | counted(lambda s, t, k: sum(s[j] - s[k] for j in others(k) if t[k] - t[j] > -1)),
    )
    yield Mistake(
        "svm.squared",
        "The margins are squared; each counts as it is.",
        "What is added to the loss.",
        loss=case(lambda s, k: sum(m * m for m in _margins(s, k) if m > 0))["loss"],
    )
    yield Mistake(
        "svm.margins_in_gradient",
        "The examples are multiplied by their margins.",
        "How the slope of max(0, m) depends on m, if m is above 0.",
        dW=case(lambda s, k: sum(m * m / 2 for m in _margins(s, k) if m > 0))["dW"],
    )
    yield Mistake(
        "svm.only_worst",
        "Only the class with the largest margin counts; every class that intrudes should.",
        "Whether each example goes through all wrong classes.",
        **case(lambda s, k: max([0.0, *_margins(s, k)])),
        largest_score=lambda: sum(max(s) - s[k] + (max(s) > s[k]) for s, k in before) / N + weighed(W),
    )
    yield Mistake(
        "svm.all_classes",
        "All classes count, even those that keep their distance; only those that intrude should.",
        "What happens to a class whose margin is not above 0.",
        **case(lambda s, k: sum(_margins(s, k))),
    )
    yield Mistake(
        "svm.minimum",
        "The classes that keep their distance count, and those that intrude do not.",
        "Is it the minimum in place of the maximum?",
        **case(lambda s, k: sum(min(0.0, m) for m in _margins(s, k))),
    )
    yield Mistake(
        "svm.relu_on_scores",
        "Negative scores are replaced by 0; the maximum belongs around the margins.",
        "What np.maximum is applied to.",
        **case(lambda s, k: right([max(0.0, score) for score in s], k))
        | counted(lambda s, t, k: sum(s[j] - s[k] for j in near([max(0.0, score) for score in t], k))),
    )
    yield Mistake(
        "svm.correct_column_missing",
        "The column of the correct class, y[i], gets nothing from example i.",
        "How the loss changes with the score of the correct class.",
        **counted(lambda s, t, k: sum(s[j] for j in near(t, k))),
    )
    yield Mistake(
        "svm.correct_column_once",
        "Example i counts once in column y[i], that of its correct class, however many classes intrude.",
        "How many terms of the loss contain the score of the correct class.",
        **counted(lambda s, t, k: sum(s[j] for j in near(t, k)) - s[k]),
        if_any=counted(lambda s, t, k: sum(s[j] for j in near(t, k)) - (s[k] if near(t, k) else 0))["counted"],
    )
    yield Mistake(
        "svm.other_columns_missing",
        "Only column y[i], that of the correct class, gets something from example i.",
        "How the loss changes with the score of a class that intrudes.",
        **counted(lambda s, t, k: -len(near(t, k)) * s[k]),
    )
    yield Mistake(
        "svm.one_example",
        "Only one of the examples is in the loss.",
        "Is the loss added up, and is `return` after the loops?",
        **{
            f"example_{i}_of_{n}": lambda i=i, n=n: right(*before[i]) / n + weighed(W)
            for i in {0, N - 1}
            for n in (1, N)
            if N > 1
        },
    )
    yield Mistake(
        "svm.last_margin",
        "It is one margin; the margins should be added up.",
        "Is something added to the loss (+=), or written over it (=)?",
        loss=lambda: [m for s, k in before for m in _margins(s, k) if m > 0][-1] / N + weighed(W),
    )
    yield Mistake(
        "svm.nothing_added",
        "Nothing is added to the loss.",
        "The condition for a class that intrudes.",
        loss=lambda: weighed(W),
    )
    for margin in (-1.0, 2.0):
        yield Mistake(
            "svm.another_margin",
            "The margin has another size than 1.",
            "How far ahead the correct class has to be before a class costs nothing.",
            **case(wider(margin - 1)),
        )
    for floor in (-1.0, 1.0):
        yield Mistake(
            "svm.another_floor",
            "The margins are compared with another number than 0.",
            "From which margin on a class costs something: the formula has max(0, margin).",
            loss=case(raised(floor))["loss"],
            above=case(above(floor))["loss"],
            **counted(counted_above(floor)),
        )
    yield Mistake(
        "svm.scores_added",
        "The score of the correct class is added; the margin is a difference.",
        "The sign of the correct score in the margin.",
        **case(lambda s, k: sum(max(0.0, s[j] + s[k] + 1) for j in others(k))),
    )
    yield Mistake(
        "svm.score_missing_in_margin",
        "Only one of the two scores is in the margin.",
        "The formula of the margin: it compares two scores.",
        **case(lambda s, k: sum(max(0.0, 1 - s[k]) for _ in others(k))),
        other=case(lambda s, k: sum(max(0.0, s[j] + 1) for j in others(k)))["loss"],
        other_dW=case(lambda s, k: sum(max(0.0, s[j] + 1) for j in others(k)))["dW"],
    )
    for skipped in (0, C - 1):
        yield Mistake(
            "svm.class_skipped",
            "The first or the last class is left out of the sum for every example.",
            "Where the loop over the classes, or the slice of them, begins and ends.",
            **case(without(skipped)),
        )
    yield Mistake(
        "svm.example_for_class",
        "The number of the example is compared with its label, where the number of the class belongs.",
        "What y[i] is compared with.",
        loss=lambda: sum(right(s, k) + 1 for i, (s, k) in enumerate(before) if i != k) / N + weighed(W),
    )
    yield Mistake(
        "svm.correct_class_not_0",
        "The correct class adds another number than 0.",
        "What the margin of the correct class is set to.",
        loss=case(lambda s, k: right(s, k) - 1)["loss"],
    )
    yield Mistake(
        "svm.first_value",
        "The loss does not begin with 0.",
        "The value of the loss before the first example.",
        one=lambda: (sum(right(s, k) for s, k in before) + 1) / N + weighed(W),
        minus_one=lambda: (sum(right(s, k) for s, k in before) - 1) / N + weighed(W),
    )
    if arrays:
        yield Mistake(
            "svm.mean_over_classes",
            "It is the mean over all N * C margins; it should be the mean over the N examples.",
            "What the sum of the margins is divided by.",
            **case(lambda s, k: right(s, k) / C),
            averaged_again=case(lambda s, k: right(s, k) / C / N)["loss"],
        )
        yield Mistake(
            "svm.scores_as_row",
            "The correct scores are subtracted as a row; they have to be a column, one per example.",
            "The shape of the array of correct scores, and how it broadcasts.",
            loss=lambda: _as_row(before) + weighed(W),
        )
        yield Mistake(
            "svm.columns_blanked",
            "Whole columns of margins are set to 0; it should be one margin in each row.",
            "How one entry of each row is selected.",
            loss=case(lambda s, k: sum(max(0.0, s[j] - s[k] + 1) for j in others(k) if j not in set(y)))["loss"],
            **(
                counted(lambda s, t, k: sum(s[j] - s[k] for j in near(t, k) if j not in set(y)))
                if len(set(y)) < C
                else {}
            ),
        )
        yield Mistake(
            "svm.counts_of_classes",
            "What column y[i] gets is counted over the examples; it should be counted over the classes of example i.",
            "The axis of the sum that counts.",
            **counted(lambda s, t, k: sum(s[j] for j in near(t, k)) - s[k] * sum(k in near(u, c) for u, c in before)),
        )
    yield from penalty(W, reg, N, lambda V: hinge(V, X, y))


def pixels(W: Any, X: Any, y: Any, reg: float) -> Iterator[Mistake]:
    """Yield the mistakes of the loss of uint8 pixels: the quantities `loss` and `dW`, and their variants."""
    W, given, N = np.asarray(W, dtype=np.float64), np.asarray(X), len(y)
    whole = given.astype(np.float64)
    examples = _examples(W, whole, y)
    penalty_gradient = gradient_of(lambda V: reg * np.sum(V * V), W)
    sums = np.rint(N * gradient_of(lambda V: hinge(V, whole, y), W))  # sums of pixels

    def kept(bits: int, signed: bool) -> Callable[[], Any]:
        low = 2 ** (bits - 1) if signed else 0
        return lambda: ((sums + low) % 2**bits - low) / N + penalty_gradient

    def negated() -> Any:
        total = np.zeros(W.shape)
        for row, minus, (scores, k) in zip(whole, (0 - given).astype(np.uint8), examples, strict=True):
            for j, score in enumerate(scores):
                if j != k and score - scores[k] > -1:
                    for column, part in ((j, row), (k, minus)):
                        total[:, column] += part
        return total / N + penalty_gradient

    def loss_of(rounded: Callable[[float], float], wrapped: bool = False) -> Callable[[], Any]:
        def value() -> Any:
            rows = [([rounded(score) for score in scores], k) for scores, k in examples]
            margins = [margin % 256 if wrapped else margin for row in rows for margin in _margins(*row)]
            return sum(max(0.0, margin) for margin in margins) / N + reg * np.sum(W * W)

        return value

    yield Mistake(
        "svm.pixels_negated",
        "The pixels are uint8, and so is minus a pixel: -1 becomes 255.",
        "The line with -X[i]: subtract X[i], or make its numbers floats first.",
        dW=negated,
    )
    yield Mistake(
        "svm.scores_cut_off",
        "The scores are whole numbers, of the dtype of the pixels.",
        "The dtype of the scores: is it float, whatever the dtype of X?",
        loss=loss_of(float.__trunc__),
        wrapped=loss_of(lambda score: score.__trunc__() % 256),
        margins=loss_of(lambda score: score.__trunc__() % 256, wrapped=True),
    )
    yield Mistake(
        "svm.counts_wrap_around",
        "Whole numbers of 8 or 16 bits wrap around in dW.",
        "The dtypes of dW and of what you multiply with X: are they floats, whatever the dtype of X?",
        dW=kept(8, signed=False),
        signed=kept(8, signed=True),
        longer=kept(16, signed=True),
        longest=kept(16, signed=False),
    )


CONSTANT_LOSS = Mistake(
    "svm.constant_loss", "The loss does not depend on the scores.", "What is added to the loss, and when."
)
MISSING_CLASSES = Mistake(
    "svm.classes_from_labels",
    "The classes are counted by the labels of the batch.",
    "There are as many classes as W has columns, whichever of them occur in y.",
)


def step(W: Any, dW: Any, learning_rate: float, reg: float, batch_size: int) -> Iterator[Mistake]:
    """Yield the mistakes of one step of training: the quantity `after`, the weights after the step."""
    W, dW = np.asarray(W, dtype=np.float64), np.asarray(dW, dtype=np.float64)
    yield Mistake("svm.no_step", "W did not change.", "Where the new weights are stored.", after=W)
    yield Mistake(
        "svm.uphill",
        "The step goes along the gradient, which is uphill.",
        "The sign of the step.",
        after=W + learning_rate * dW,
    )
    yield Mistake(
        "svm.no_learning_rate",
        "The step is the whole gradient, without the learning rate.",
        "What the gradient is multiplied by.",
        after=W - dW,
    )
    yield Mistake(
        "svm.learning_rate_ignored",
        "The learning rate is always 0.001, whatever the caller gives.",
        "What the gradient is multiplied by.",
        after=W - 1e-3 * dW,
    )
    yield Mistake(
        "svm.weights_replaced",
        "The step is there, but not the weights that it starts from.",
        "Is the step added to the weights, or written over them?",
        after=-learning_rate * dW,
        uphill=learning_rate * dW,
    )
    yield Mistake(
        "svm.step_averaged",
        "The step is divided by the batch size once more.",
        "What loss_fn returns is the gradient of a mean already.",
        after=W - learning_rate * dW / batch_size,
    )
    yield Mistake(
        "svm.penalty_in_step",
        "The regularization is added to the gradient a second time.",
        "What loss_fn returns: it was given reg.",
        after=W - learning_rate * (dW + 2 * reg * W),
        half=W - learning_rate * (dW + reg * W),
    )


def last_step(W: Any, before: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the weights that are returned: the quantity `after`."""
    yield Mistake(
        "svm.last_step_missing", "The last step is missing.", "Which weights are returned after the loop.", after=before
    )
    yield Mistake("svm.first_returned", "It is the first W.", "Which weights are returned after the loop.", after=W)


def history(losses: Sequence[float]) -> Iterator[Mistake]:
    """Yield the mistakes of the list of losses: the quantity `history`."""
    yield Mistake(
        "svm.only_last_loss",
        "It is the last loss only; note the loss of every step.",
        "Where a loss is added to the history, and what is returned.",
        history=losses[-1],
        as_list=losses[-1:],
    )
    yield Mistake(
        "svm.some_losses",
        "Only some of the losses are noted, such as every tenth.",
        "Whether a loss is added to the history in every step.",
        **{f"every_{n}": losses[::n] for n in (2, 5, 10, 50, 100)},
    )


ITERATIONS = Mistake(
    "svm.iterations",
    "loss_fn is not called once for each of the num_iters steps.",
    "The number of rounds of your loop.",
)
FIRST_WEIGHTS = Mistake(
    "svm.first_weights",
    "The first weights are neither zeros nor 0.0001 times standard normal numbers.",
    "Where W is made.",
)
CLASSES_THAT_OCCUR = Mistake(
    "svm.classes_that_occur",
    "C is the number of different labels; it should be the largest label plus 1.",
    "How many columns the first W has if a class has no example.",
)
LABELS_APART = Mistake(
    "svm.labels_apart",
    "The labels of a minibatch do not belong to its examples.",
    "The indices: draw them once per step, and use the same ones for X and for y.",
)
SAME_BATCH = Mistake(
    "svm.same_batch", "Every step got the same minibatch.", "Where the minibatch is drawn: before the loop, or in it?"
)
REPEATED_BATCHES = Mistake(
    "svm.repeated_batches", "Some minibatches were used more than once.", "Whether each step draws a new minibatch."
)
CONSECUTIVE = Mistake(
    "svm.consecutive", "The minibatches are slices of consecutive examples.", "How the indices are made: at random?"
)
NEVER_DRAWN = Mistake(
    "svm.never_drawn",
    "Some examples can never be drawn.",
    "The range of the random indices: rng.integers(n) draws from 0 to n - 1.",
)
REG_NOT_HANDED_ON = Mistake("svm.reg_not_handed_on", "loss_fn does not get reg.", "The last argument of loss_fn.")
NOT_REPEATABLE = Mistake(
    "svm.not_repeatable",
    "A second run with the same seed differs: not every random number comes from rng.",
    "Calls such as np.random.choice or np.random.randn, which do not use rng.",
)
RNG_IGNORED = Mistake(
    "svm.rng_ignored",
    "Two different seeds give the same run: rng is not used.",
    "Whether you make a generator of your own although one is given.",
)
DEFAULT_RNG = Mistake(
    "svm.default_rng",
    "A run without rng differs from one with np.random.default_rng(0).",
    "What rng is if the caller gives None.",
)


def prediction(W: Any, X: Any) -> Iterator[Mistake]:
    """Yield the mistakes of predicted labels: the quantity `labels`."""
    scores = np.array([[sum(a * b for a, b in zip(row, column, strict=True)) for column in W.T] for row in X.tolist()])
    best = np.array([row.index(max(row)) for row in scores.tolist()])
    yield Mistake(
        "svm.one_example_squeezed",
        "The label of a single example should be an array of shape (1,).",
        "Whether an axis of length 1 is removed.",
        labels=best[0] if len(best) == 1 else np.nan,
    )
    yield Mistake(
        "svm.argmax_axis",
        "It is the best example of each class; it should be the best class of each example.",
        "The axis of argmax.",
        labels=[column.index(max(column)) for column in scores.T.tolist()],
    )
    yield Mistake(
        "svm.argmax_flat",
        "It is one position in the array of all scores; it should be one class for each example.",
        "The axis of argmax.",
        labels=scores.ravel().tolist().index(scores.max()),
    )
    yield Mistake(
        "svm.score_for_label",
        "These are the highest scores, not the classes that have them.",
        "The difference between max and argmax.",
        labels=[max(row) for row in scores.tolist()],
    )
    yield Mistake("svm.scores_for_labels", "These are the scores, not labels.", "What is returned.", labels=scores)
    yield Mistake(
        "svm.lowest_score",
        "It is the class with the lowest score.",
        "Which score wins.",
        labels=[row.index(min(row)) for row in scores.tolist()],
    )
    yield Mistake(
        "svm.sign_of_scores",
        "It is the class with the score of the largest size, even if that score is negative.",
        "Whether the sign of the scores is lost.",
        labels=[row.index(max(row)) for row in np.abs(scores).tolist()],
    )
    yield Mistake("svm.labels_from_1", "The classes are counted from 1.", "The first class is 0.", labels=best + 1)


def search(weights: Mapping[Any, Any], accuracies: Mapping[Any, Pair], counts: Pair) -> Iterator[Mistake]:
    """Yield the mistakes of a search: the quantities `best_W` and `results`.

    Parameters
    ----------
    weights, accuracies
        {pair: W} and {pair: (training, validation accuracy)} of the trials in order; a pair is (learning_rate, reg).
    counts
        The numbers of training and validation examples.
    """
    pairs = list(weights)
    yield Mistake(
        "svm.chosen_by_training",
        "This is the classifier with the best training accuracy.",
        "Which accuracy decides: that of images that were not trained on.",
        best_W=weights[max(pairs, key=lambda pair: accuracies[pair][0])],
    )
    yield Mistake(
        "svm.last_classifier",
        "This is the classifier that was trained last, not the best one.",
        "Which W is returned.",
        best_W=weights[pairs[-1]],
    )
    yield Mistake(
        "svm.first_classifier",
        "This is the classifier that was trained first, not the best one.",
        "When the best W is replaced.",
        best_W=weights[pairs[0]],
    )
    yield Mistake(
        "svm.worst_classifier",
        "This is the classifier with the lowest validation accuracy.",
        "The comparison with the best accuracy so far.",
        best_W=weights[min(pairs, key=lambda pair: accuracies[pair][1])],
    )
    yield Mistake(
        "svm.pair_for_weights",
        "These are a learning rate and a strength, not the weights that they gave.",
        "What is kept of the best classifier.",
        best_W=max(pairs, key=lambda pair: accuracies[pair][1]),
    )
    rises = [
        p for before, p in zip([None, *pairs], pairs, strict=False) if not before or _better(accuracies, p, before)
    ]
    yield Mistake(
        "svm.compared_with_previous",
        "Each classifier is compared with the one before it, not with the best so far.",
        "When the best accuracy so far changes.",
        best_W=weights[rises[-1]],
    )
    yield Mistake(
        "svm.accuracies_exchanged",
        "Training and validation accuracy are exchanged.",
        "The order of the two.",
        results={pair: (validation, training) for pair, (training, validation) in accuracies.items()},
    )
    yield Mistake(
        "svm.training_accuracy_twice",
        "Both accuracies are those of the training set.",
        "Which examples and labels the second accuracy is computed from.",
        results={pair: (training, training) for pair, (training, _) in accuracies.items()},
    )
    yield Mistake(
        "svm.one_accuracy",
        "There is one accuracy only; each pair has two, for training and validation.",
        "What is stored in results.",
        results={pair: validation for pair, (_, validation) in accuracies.items()},
    )
    yield Mistake(
        "svm.percent",
        "The accuracies are percentages; they should be fractions between 0 and 1.",
        "What the mean is multiplied by.",
        results={pair: (100 * training, 100 * validation) for pair, (training, validation) in accuracies.items()},
    )
    train_count, val_count = counts
    yield Mistake(
        "svm.right_answers_counted",
        "It is the number of right answers, not their share.",
        "What the number of right answers is divided by.",
        results={pair: (train_count * a, val_count * b) for pair, (a, b) in accuracies.items()},
        validation={pair: (a, val_count * b) for pair, (a, b) in accuracies.items()},
        training={pair: (train_count * a, b) for pair, (a, b) in accuracies.items()},
    )
    yield Mistake(
        "svm.error_rates",
        "These are error rates, not accuracies.",
        "Which answers are counted.",
        results={pair: (1 - training, 1 - validation) for pair, (training, validation) in accuracies.items()},
    )


KEYS_EXCHANGED = Mistake(
    "svm.keys_exchanged",
    "Learning rate and regularization strength are exchanged.",
    "The order in the keys of results, and in the call of train.",
)
PAIRS_MISSING = Mistake(
    "svm.pairs_missing",
    "Not every learning rate is tried with every strength.",
    "How the two loops are nested, and whether one ends early.",
)
NONE_BEST = Mistake(
    "svm.none_best",
    "If every validation accuracy is 0, one of the classifiers is still the best.",
    "The value that the best accuracy begins with.",
)
TRAINED_ON_VALIDATION = Mistake(
    "svm.trained_on_validation",
    "Validation examples are used for training.",
    "What train is given: the validation set is only for choosing.",
)
TRAINED_ON_PART = Mistake(
    "svm.trained_on_part", "Only a part of the training set is used for training.", "What train is given."
)


def _examples(W: Any, X: Any, y: Any) -> list[tuple[list[float], int]]:
    """Return the scores and the label of each example."""
    scores = np.asarray(X, dtype=np.float64) @ np.asarray(W, dtype=np.float64)
    return [(row, int(label)) for row, label in zip(scores.tolist(), y, strict=True)]


def _margins(scores: Sequence[float], label: int) -> list[float]:
    return [score - scores[label] + 1.0 for j, score in enumerate(scores) if j != label]


def _as_row(examples: list[tuple[list[float], int]]) -> float:
    """Return the loss of the margins whose correct scores broadcast along the examples; NaN if they cannot."""
    row = [scores[k] for scores, k in examples]
    if len(row) != len(examples[0][0]):
        return np.nan
    costs = [max(0.0, s[j] - row[j] + 1) for s, k in examples for j in range(len(row)) if j != k]
    return sum(costs) / len(row)


def _better(accuracies: Mapping[Any, Pair], one: Any, other: Any) -> bool:
    return accuracies[one][1] > accuracies[other][1]
