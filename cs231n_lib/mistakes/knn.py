"""Mistakes of the notebook `knn`."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake

Numbers = Sequence[Any]
Value = Callable[[], Any]

ALL_PAIRS = Mistake(
    "knn.all_pairs",
    "An array holds the differences of all pairs at once: num_test * num_train * D numbers.",
    "The shapes of the arrays on the way. None of them needs all three sizes.",
)
ROOT_OF_NEGATIVE = Mistake(
    "knn.root_of_negative",
    "A root is nan: rounding left a tiny negative number where two examples are equal.",
    "The squared distances, just before the root.",
)
NOT_ZERO_TO_ITSELF = Mistake(
    "knn.not_zero_to_itself",
    "Equal examples have a distance that is larger than rounding explains.",
    "What you add to the squared distances or replace in them. Only negative ones need it.",
)
FLOAT_LABELS = Mistake(
    "knn.float_labels",
    "The predicted labels are floats, but labels are integers: `class_names[2.0]` is an error.",
    "The dtype of the array that collects the labels. np.zeros makes floats unless you ask for another dtype.",
)


def l2_distances(X_train: Any, X_test: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the L2 distances: the quantity `dists`."""

    case = _of_differences(X_train, X_test)
    yield Mistake(
        "knn.not_squared",
        "The differences are added up without being squared.",
        "The square in the formula. It belongs to each difference.",
        sizes=case(lambda d: sum(map(abs, d))),
    )
    yield Mistake(
        "knn.differences_cancel",
        "The differences are added up before they are squared, so positive and negative ones cancel.",
        "The order of squaring and adding, each difference by itself.",
        root=case(lambda d: abs(sum(d))),
        signed=case(sum),
        reverse=case(lambda d: -sum(d)),
    )
    yield Mistake(
        "knn.mean_of_squares",
        "This is the mean of the squares; it should be their sum.",
        "Whether anything is divided by the number of pixels.",
        root=case(lambda d: math.hypot(*d) / math.sqrt(len(d))),
        no_root=case(lambda d: math.hypot(*d) ** 2 / len(d)),
    )
    yield from _largest_difference(case)
    yield from _of_any_distance(X_train, X_test, math.dist)
    yield Mistake(
        "knn.difference_of_lengths",
        "Each example is reduced to one number before the two are compared.",
        "Which is subtracted: pixels, or something that is already summed over the pixels.",
        lengths=lambda: _table(X_train, X_test, lambda t, x: abs(math.hypot(*t) - math.hypot(*x))),
    )
    if _are_uint8(X_train, X_test):
        yield Mistake(
            "knn.uint8",
            "The arithmetic is done in uint8, which wraps around at 256: 10 - 210 gives 56.",
            "Where they become floats. It has to happen before any subtraction, square or product.",
            differences=case(lambda d: math.hypot(*(a % 256 for a in d))),
            reverse=case(lambda d: math.hypot(*(-a % 256 for a in d))),
            squares=case(lambda d: math.sqrt(sum(a * a % 256 for a in d))),
            sums=case(lambda d: math.sqrt(sum(a * a for a in d) % 256)),
            products=lambda: _table(X_train, X_test, _wrapped_products),
            part=lambda: _table(X_train, X_test, lambda t, x: math.sqrt(max(0, _wrapped_terms(t, x, 2)))),
        )
        yield Mistake(
            "knn.narrow_integers",
            "The pixels are converted to integers of 8 or 16 bits, which cannot hold all the results.",
            "The dtype to which you convert: how large can a square be?",
            squares=case(lambda d: math.sqrt(sum(max(0, _signed(a * a, 16)) for a in d))),
            sums=case(lambda d: math.sqrt(max(0, sum(_signed(a * a, 16) for a in d)))),
            pixels=lambda: _table(X_train, X_test, lambda t, x: math.dist(*(_all_signed(row) for row in (t, x)))),
            differences=case(lambda d: math.hypot(*_all_signed(d))),
        )


def l2_by_products(X_train: Any, X_test: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the L2 distances from three terms, and those of all L2 distances: the quantity `dists`."""
    lengths = [[math.hypot(*row) ** 2 for row in np.asarray(X, dtype=float).tolist()] for X in (X_train, X_test)]

    def case(wrong: Callable[[float, float, float], float]) -> Value:
        """Return distances, given the squares of the distance, of the test and of the training example."""

        def one(t: Numbers, x: Numbers) -> float:
            return math.sqrt(max(0.0, wrong(math.dist(t, x) ** 2, math.hypot(*t) ** 2, math.hypot(*x) ** 2)))

        return lambda: _table(X_train, X_test, one)

    yield Mistake(
        "knn.mixed_term_once",
        "The mixed term, the matrix product, counts once; it should count twice.",
        "The factors of the three terms.",
        dists=case(lambda d, t, x: (t + x + d) / 2),
    )
    yield Mistake(
        "knn.mixed_term_added",
        "The mixed term, the matrix product, is added; it should be subtracted.",
        "The signs of the three terms.",
        twice=case(lambda d, t, x: 2 * t + 2 * x - d),
        once=case(lambda d, t, x: (3 * t + 3 * x - d) / 2),
    )
    yield Mistake(
        "knn.term_missing",
        "The squares of the test examples or of the training examples are missing.",
        "How many terms you add, and how many there are.",
        test=case(lambda d, t, x: d - t),
        train=case(lambda d, t, x: d - x),
    )
    yield Mistake(
        "knn.squares_of_all",
        "Each example has its own sum of squares; this is the sum of all.",
        "The axis of the sum: an array of which shape does it leave?",
        train=case(lambda d, t, x: d - x + sum(lengths[0])),
        test=case(lambda d, t, x: d - t + sum(lengths[1])),
        both=case(lambda d, t, x: d - t - x + sum(lengths[0]) + sum(lengths[1])),
    )
    yield from l2_distances(X_train, X_test)


def l1_distances(X_train: Any, X_test: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the L1 distances: the quantity `dists`."""

    case = _of_differences(X_train, X_test)
    yield Mistake(
        "knn.no_absolute_value",
        "The absolute value of each difference is missing.",
        "What becomes of negative differences.",
        dists=case(sum),
        reverse=case(lambda d: -sum(d)),
    )
    yield Mistake(
        "knn.absolute_value_of_sum",
        "The absolute value is taken of the sum; it has to be taken of each difference, before the sum.",
        "The order of the absolute value and the sum.",
        dists=case(lambda d: abs(sum(d))),
    )
    yield Mistake(
        "knn.l2_for_l1",
        "These are the L2 distances, or their squares.",
        "The formula of the L1 distance. It has neither squares nor a root.",
        root=case(lambda d: math.hypot(*d)),
        squares=case(lambda d: math.hypot(*d) ** 2),
    )
    yield from _largest_difference(case)
    yield Mistake(
        "knn.mean_of_differences",
        "This is the mean of the differences; it should be their sum.",
        "Whether anything is divided by the number of pixels.",
        dists=case(lambda d: math.fsum(map(abs, d)) / len(d)),
    )
    yield from _of_any_distance(
        X_train, X_test, lambda t, x: sum(max(pair) - min(pair) for pair in zip(t, x, strict=True))
    )
    if _are_uint8(X_train, X_test):
        yield Mistake(
            "knn.uint8_differences",
            "The pixels are subtracted as uint8. Its differences are never negative: they wrap around at 256.",
            "Where they become floats. It has to happen before you subtract.",
            dists=case(lambda d: sum(a % 256 for a in d)),
            reverse=case(lambda d: sum(-a % 256 for a in d)),
        )
        yield Mistake(
            "knn.int8",
            "The pixels are converted to int8, which ends at 127: brighter pixels wrap around and become negative.",
            "The dtype to which you convert.",
            dists=case(lambda d: sum(abs(a) if a > -128 else a for a in _all_signed(d))),
            pixels=lambda: _table(
                X_train, X_test, lambda t, x: sum(abs(_signed(a, 8) - _signed(b, 8)) for a, b in zip(t, x, strict=True))
            ),
        )


def predicted_labels(dists: Any, y_train: Any, k: int) -> Iterator[Mistake]:
    """Yield the mistakes of the majority vote: the quantity `labels`."""
    rows, y = np.asarray(dists).tolist(), np.asarray(y_train).tolist()
    count = len(y)

    def case(wrong: Callable[[list[int]], Any]) -> Value:
        """Return what a rule gives for each row, of the training examples from near to far."""
        return lambda: [wrong(sorted(range(count), key=row.__getitem__)) for row in rows]

    def vote(chosen: Iterable[int]) -> Any:
        return _elected(y[j] for j in chosen)

    def counts(chosen: Iterable[int]) -> Counter[Any]:
        return Counter(y[j] for j in chosen)

    if k > count:
        yield Mistake(
            "knn.votes_again",
            "If k is larger than the training set, some training examples vote more than once.",
            "What happens after the last training example: each has one vote.",
            labels=case(lambda near: vote((near * k)[:k])),
        )
        yield Mistake(
            "knn.empty_votes",
            "If k is larger than the training set, votes that nobody cast count for label 0.",
            "Arrays of k labels that are not filled to their end.",
            labels=case(lambda near: _elected([0] * (k - count) + y)),
        )
    yield Mistake(
        "knn.tie_to_first",
        "A tie goes to the label that was met first, in order of distance.",
        "The rule for ties: the smallest of the labels with the most votes.",
        labels=case(lambda near: counts(near[:k]).most_common(1)[0][0]),
    )
    yield Mistake(
        "knn.tie_to_largest",
        "A tie goes to the largest label.",
        "The rule for ties: the smallest of the labels with the most votes.",
        labels=case(lambda near: max(y, key=lambda label: (counts(near[:k])[label], label))),
    )
    yield Mistake(
        "knn.farthest",
        "The farthest training examples vote.",
        "Which end of the sorted distances you take.",
        labels=case(lambda near: vote(near[::-1][:k])),
    )
    if k > 1:
        yield Mistake(
            "knn.k_ignored",
            "Only the nearest training example has a vote, whatever k is.",
            "Where your function uses k.",
            labels=case(lambda near: y[near[0]]),
        )
    yield Mistake(
        "knn.index_for_label",
        "These are positions in the training set, not labels.",
        "What np.argsort and np.argmin return, and how a label follows from it.",
        first=case(lambda near: near[0]),
        smallest=case(lambda near: min(near[:k])),
    )
    yield Mistake(
        "knn.not_by_distance",
        "The same training examples vote for every test example.",
        "What you sort. The order has to follow the distances of this test example, which must not be sorted before.",
        labels=case(lambda near: vote(range(min(k, count)))),
    )
    yield Mistake(
        "knn.sorted_along_test",
        "The distances are sorted among the test examples, along the wrong axis.",
        "The axis of the sort: each row of dists belongs to one test example.",
        labels=lambda: [
            _elected(y[j % count] for j in row[:k])
            for row in zip(*(sorted(range(len(rows)), key=lambda i: rows[i][j]) for j in range(count)), strict=True)
        ],
    )
    yield Mistake(
        "knn.wrong_number_of_votes",
        "One training example too many or too few has a vote, or the nearest is left out.",
        "The first and the last position of your slice.",
        without_nearest=case(lambda near: vote(near[1 : k + 1])),
        more=case(lambda near: vote(near[: k + 1])),
        fewer=case(lambda near: vote(near[: k - 1])),
    )
    yield Mistake(
        "knn.number_of_votes",
        "This is the number of votes, not the label that got them.",
        "Whether you need the maximum or its position.",
        labels=case(lambda near: max(counts(near[:k]).values())),
    )
    yield Mistake(
        "knn.averaged_labels",
        "The labels are averaged. Labels are names: the mean of cat and frog is not deer.",
        "How several labels become one. Count them.",
        rounded=case(lambda near: round(sum(y[j] for j in near[:k]) / len(near[:k]))),
        down=case(lambda near: sum(y[j] for j in near[:k]) // len(near[:k])),
        median=case(lambda near: sorted(y[j] for j in near[:k])[len(near[:k]) // 2]),
    )
    names = sorted(set(y))
    yield Mistake(
        "knn.position_of_label",
        "This is the position of a label among the distinct labels, not the label.",
        "The last step, from the position with the most votes back to a label.",
        labels=case(lambda near: names.index(vote(near[:k]))),
    )
    yield Mistake(
        "knn.labels_up_to_their_number",
        "Only labels below the number of distinct labels can win.",
        "For which labels you count votes. Labels may be any integers that are not negative.",
        labels=case(lambda near: _elected([y[j] for j in near[:k] if y[j] < len(names)] or [0])),
    )
    # after the others, since several of them give only zeros in a small example
    yield Mistake(
        "knn.labels_all_zero",
        "Every label is 0, as in an array of zeros that nothing was written into.",
        "The line that stores the winner, and what you return.",
        labels=[0] * len(rows),
    )
    yield Mistake(
        "knn.column_of_labels",
        "The labels form a column (N, 1) or a row (1, N). Compared with y (N,), a column gives an array (N, N).",
        "Indices like [:, :1] and keepdims=True, which keep an axis.",
        column=case(lambda near: [vote(near[:k])]),
        row=lambda: [case(lambda near: vote(near[:k]))()],
    )


def cross_validation(X: Any, y: Any, k_choices: Sequence[int], num_folds: int) -> Iterator[Mistake]:
    """Yield the mistakes of cross-validation: the quantity `results`, {k: accuracies}."""
    points, y = np.asarray(X, dtype=float).tolist(), np.asarray(y).tolist()
    everyone = range(len(y))
    parts = [part.tolist() for part in np.array_split(everyone, num_folds)]

    def rest(part: Sequence[int]) -> list[int]:
        return [j for j in everyone if j not in part]

    def guess(i: int, voters: Sequence[int], k: int) -> Any:
        return _elected(y[j] for j in sorted(voters, key=lambda j: math.dist(points[i], points[j]))[:k])

    def right(validated: Sequence[int], voters: Sequence[int], k: int) -> int:
        return sum(guess(i, voters, k) == y[i] for i in validated)

    def case(wrong: Callable[[int], Any]) -> Value:
        return lambda: {k: wrong(k) for k in k_choices}

    def splits(pairs: Iterable[tuple[Sequence[int], Sequence[int]]]) -> Value:
        """Return the accuracies of wrong pairs of examples to validate on and examples that vote."""
        fixed = list(pairs)
        return case(lambda k: [right(some, voters, k) / len(some) for some, voters in fixed])

    def over(number: Callable[[Sequence[int]], float]) -> Value:
        """Return the accuracies if the right predictions are divided by another number."""
        return case(lambda k: [right(part, rest(part), k) / number(part) for part in parts])

    def in_parts(folds: Sequence[Sequence[int]]) -> Value:
        return splits((fold, rest(fold)) for fold in folds)

    yield Mistake(
        "knn.own_votes",
        "The examples of a fold vote on themselves: each finds itself at distance 0.",
        "The training set of each run: all folds but the one that is validated.",
        all=splits((part, everyone) for part in parts),
        fold=splits((part, part) for part in parts),
    )
    yield Mistake(
        "knn.own_vote_at_border",
        "An example at the border of a fold stays in the training set of its own fold.",
        "The ends of your slices.",
        last=splits((part, [*rest(part), part[-1]]) for part in parts),
        first=splits((part, [*rest(part), part[0]]) for part in parts),
    )
    yield Mistake(
        "knn.same_training_set",
        "Every run has the same training set.",
        "Which fold is left out in which run.",
        without_first=splits((part, rest(parts[0])) for part in parts),
        without_last=splits((part, rest(parts[-1])) for part in parts),
    )
    yield Mistake(
        "knn.roles_exchanged",
        "The fold votes and the other examples are validated; it should be the other way round.",
        "The order of the arguments: training examples come first.",
        results=splits((rest(part), part) for part in parts),
    )
    yield Mistake(
        "knn.one_fold_votes",
        "A single fold votes; all other folds should.",
        "How you put the other folds together.",
        next=splits(zip(parts, parts[1:] + parts[:1], strict=True)),
        before=splits(zip(parts, parts[-1:] + parts[:-1], strict=True)),
    )
    yield Mistake(
        "knn.dealt_in_turn",
        "The examples are dealt out to the folds in turn, like cards.",
        "The folds are consecutive examples, as np.array_split makes them.",
        results=in_parts([everyone[f::num_folds] for f in range(num_folds)]),
    )
    size = len(y) // num_folds
    equal = [list(everyone[f * size : (f + 1) * size]) for f in range(num_folds)]
    dropped = [j for part in equal for j in part]
    yield Mistake(
        "knn.rest_dropped",
        "The examples that are left over after folds of equal size are dropped, or all are in the last fold.",
        "The sizes of the folds, if num_folds does not divide the number of examples.",
        dropped=splits((part, [j for j in dropped if j not in part]) for part in equal if part),
        vote=in_parts([part for part in equal if part]),
        last=in_parts([*equal[:-1], list(everyone[(num_folds - 1) * size :])]),
    )
    if num_folds != 5:
        yield Mistake(
            "knn.five_folds",
            "There are always five folds; num_folds says how many there should be.",
            "Where your function uses num_folds.",
            results=lambda: in_parts([part.tolist() for part in np.array_split(everyone, 5)])(),
        )
    yield Mistake(
        "knn.number_right",
        "This is a number of predictions or a percentage; it should be the fraction of right predictions.",
        "What you divide by, and whether you count what is right.",
        count=over(lambda part: 1),
        percent=over(lambda part: len(part) / 100),
        wrong=case(lambda k: [1 - right(part, rest(part), k) / len(part) for part in parts]),
    )
    yield Mistake(
        "knn.divided_by_fixed_number",
        "The right predictions are divided by a number that is not the size of the fold.",
        "The denominator: folds may have different sizes, and data sets other than 500 or 5,000 examples.",
        first_fold=over(lambda part: len(parts[0])),
        all=over(lambda part: len(y)),
        others=over(lambda part: len(rest(part))),
        mean=over(lambda part: len(y) / num_folds),
        test=over(lambda part: 500),
        train=over(lambda part: 5000),
        fold=over(lambda part: 1000),
    )
    yield Mistake(
        "knn.k_not_passed",
        "Every k gives the same accuracies, those of k = 1.",
        "The call of predict_labels.",
        results=case(lambda k: [right(part, rest(part), 1) / len(part) for part in parts]),
    )
    yield Mistake(
        "knn.mean_of_folds",
        "This is the mean over the folds; the result should have the accuracy of each fold.",
        "What you return for each k: a list with one number per fold.",
        results=case(lambda k: np.mean([right(part, rest(part), k) / len(part) for part in parts])),
    )
    yield Mistake(
        "knn.last_fold_only",
        "Only the accuracy of the last fold is left.",
        "Where the list of accuracies begins: once for each k, not once for each fold.",
        list=case(lambda k: [right(parts[-1], rest(parts[-1]), k) / len(parts[-1])]),
        number=case(lambda k: right(parts[-1], rest(parts[-1]), k) / len(parts[-1])),
    )
    yield Mistake(
        "knn.compared_with_column",
        "Every prediction is compared with the label of every example of the fold.",
        "The shapes on both sides of ==. One of them is a column.",
        results=case(
            lambda k: [
                np.mean([guess(i, rest(part), k) == y[j] for i, j in itertools.product(part, part)]) for part in parts
            ]
        ),
    )


def _table(X_train: Any, X_test: Any, number: Callable[[Any, Any], float]) -> Any:
    """Return a number for each pair of a test and a training example, in an array (num_test, num_train)."""
    pairs = itertools.product(np.asarray(X_test).tolist(), np.asarray(X_train).tolist())
    return np.reshape([number(t, x) for t, x in pairs], (len(X_test), len(X_train)))


def _of_differences(X_train: Any, X_test: Any) -> Callable[[Callable[[Numbers], float]], Value]:
    """Return a function that makes the distances of a rule, which gets the differences of one pair."""

    def case(wrong: Callable[[Numbers], float]) -> Value:
        return lambda: _table(X_train, X_test, lambda t, x: wrong([a - b for a, b in zip(t, x, strict=True)]))

    return case


def _largest_difference(case: Callable[[Callable[[Numbers], float]], Value]) -> Iterator[Mistake]:
    yield Mistake(
        "knn.largest_difference",
        "Only the largest difference counts; it should be the sum over all pixels.",
        "How the differences of one pair become one number.",
        dists=case(lambda d: max(map(abs, d))),
    )


def _of_any_distance(X_train: Any, X_test: Any, distance: Callable[[Any, Any], float]) -> Iterator[Mistake]:
    yield Mistake(
        "knn.cut_to_integers",
        "The examples are cut to whole numbers.",
        "The dtype to which you convert, and that of the array into which you write.",
        examples=lambda: _table(np.trunc(X_train), np.trunc(X_test), distance),
        dists=lambda: np.trunc(_table(X_train, X_test, distance)),
    )
    missing = [(0, max(0, size - len(X))) for size, X in ((500, X_test), (5000, X_train))]
    yield Mistake(
        "knn.fixed_sizes",
        "The array has the sizes of this notebook's data, 500 and 5,000, whatever the arguments are.",
        "Where you create the array. The shapes of the arguments have its sizes.",
        dists=lambda: np.pad(_table(X_train, X_test, distance), missing),
    )


def _are_uint8(*arrays: Any) -> bool:
    return all(np.asarray(array).dtype == np.uint8 for array in arrays)


def _signed(number: int, bits: int) -> int:
    """Return what a signed integer of so many bits holds in place of a number."""
    half = 2 ** (bits - 1)
    return (number + half) % (2 * half) - half


def _all_signed(numbers: Numbers) -> list[int]:
    return [_signed(number, 8) for number in numbers]


def _wrapped_terms(t: Numbers, x: Numbers, outside: int) -> int:
    """Return the sum of the three terms if squares and products are uint8; `outside` is multiplied after wrapping."""
    mixed = sum(a * b for a, b in zip(t, x, strict=True)) * 2 // outside % 256
    return sum(a * a % 256 for a in (*t, *x)) - outside * mixed


def _wrapped_products(t: Numbers, x: Numbers) -> float:
    return math.sqrt(_wrapped_terms(t, x, 1) % 2**64)


def _elected(labels: Iterable[Any]) -> Any:
    votes = Counter(labels)
    return min(votes, key=lambda label: (-votes[label], label))
