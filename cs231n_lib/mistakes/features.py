"""Mistakes of the notebook `features`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, median
from typing import Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake

MEAN_OF_NOTHING = Mistake(
    "features.mean_of_nothing",
    "A word is NaN, as the mean of no patches at all is (0 / 0).",
    "Words that no patch chose. The docstring says where they move.",
)
WORD_LOST = Mistake(
    "features.word_lost",
    "Some words are equal, or no patch is nearest to them, so they are lost.",
    "What happens in each round to a word that got no patch.",
)
MAX_ITERS_IGNORED = Mistake(
    "features.max_iters_ignored",
    "The argument max_iters makes no difference: with max_iters=0 the words have moved as far as with 100.",
    "The number of rounds. It should come from the argument.",
)
START_NOT_PATCHES = Mistake(
    "features.start_not_patches",
    "With max_iters=0 a word is not one of the patches.",
    "The first words, which are patches drawn by rng, and whether a round runs although max_iters is 0.",
)
SAME_PATCH_TWICE = Mistake(
    "features.same_patch_twice",
    "The same patch was drawn for two of the first words.",
    "How the rows are drawn. They should be different rows, so draw without replacement.",
)
NEVER_DRAWN = Mistake(
    "features.never_drawn",
    "Some patches are never among the first words, whatever rng draws. Every patch should have a chance.",
    "From which rows the first words are drawn.",
)
RNG_IGNORED = Mistake(
    "features.rng_ignored",
    "Different seeds lead to the same first words: rng is not used.",
    "Where the first words come from. All random numbers should come from the argument rng.",
)
NOT_FROM_RNG = Mistake(
    "features.not_from_rng",
    "The same seed leads to different first words. Not all random numbers come from rng.",
    "Every place that draws: use rng, neither np.random nor a generator of your own.",
)
OTHER_DEFAULTS = Mistake(
    "features.other_defaults",
    "Without size and stride, the result is not that of size=6, stride=2.",
    "The first line of the function, which should stay as it was given.",
)
NOT_STANDARDIZED = Mistake(
    "features.not_standardized",
    "The training features have neither mean 0 nor standard deviation 1.",
    "The training features. The other sets are compared with them here.",
)
SMALL_TAKEN_FOR_CONSTANT = Mistake(
    "features.small_taken_for_constant",
    "A feature that varies only little is taken for a constant one.",
    "How you find constant features. Only exactly equal training values make a feature constant.",
)


def words(patches: Any, codebook: Any) -> Iterator[Mistake]:
    """Yield the mistakes of assign_to_words: the quantity `words`."""
    x, c = np.asarray(patches, np.float64), np.asarray(codebook, np.float64)

    def least(score: Callable[[Any, Any], float]) -> Callable[[], list[int]]:
        """Return the words with the smallest score, one for each patch."""
        return lambda: [min(range(len(c)), key=lambda j: score(patch, c[j])) for patch in x]

    def distance(one: Any, other: Any) -> float:
        return math.dist(one, other)

    yield Mistake(
        "features.largest_product",
        "These are the words with the largest product x.c.",
        "The squared length of the word, which is a part of the distance.",
        words=least(lambda a, b: -float(a @ b)),
    )
    yield Mistake(
        "features.farthest_word",
        "These are the words that are farthest away.",
        "Whether the smallest or the largest distance is taken.",
        words=least(lambda a, b: -distance(a, b)),
    )
    yield Mistake(
        "features.product_added",
        "The sign of the product x.c is wrong.",
        "The three terms of the squared distance.",
        words=least(lambda a, b: distance(-a, b)),
    )
    yield Mistake(
        "features.product_once",
        "The factor 2 before the product x.c is missing.",
        "The three terms of the squared distance.",
        words=least(lambda a, b: distance(a / 2, b)),
    )
    yield Mistake(
        "features.length_not_squared",
        "The length of the word is not squared.",
        "The last term of the squared distance.",
        words=least(lambda a, b: math.hypot(*b) - 2 * float(a @ b)),
    )
    yield Mistake(
        "features.smallest_angle",
        "These are the words with the smallest angle to the patch.",
        "What is compared. It should be the distance, not the direction.",
        words=least(lambda a, b: -float(a @ b) / (math.hypot(*b) or 1e-12)),
    )
    yield Mistake(
        "features.absolute_differences",
        "These are the nearest words by the sum of absolute differences (L1).",
        "Which distance is meant: the Euclidean one.",
        words=least(lambda a, b: float(np.sum(np.abs(a - b)))),
    )
    yield Mistake(
        "features.largest_difference",
        "Only the largest of the D differences counts.",
        "The sum in the squared distance: all D differences belong to it.",
        words=least(lambda a, b: float(np.max(np.abs(a - b)))),
    )
    yield Mistake(
        "features.last_of_equals",
        "Of several words that are equally near, the last one is taken.",
        "Ties: the docstring asks for the first of them.",
        words=lambda: [max(range(len(c)), key=lambda j: (-distance(patch, c[j]), j)) for patch in x],
    )
    yield Mistake(
        "features.nearest_patch",
        "For each word there is the patch that is nearest to it.",
        "The axis along which you search. There should be one number for each patch, not for each word.",
        words=lambda: [min(range(len(x)), key=lambda i: distance(x[i], word)) for word in c],
    )
    yield Mistake(
        "features.distances_returned",
        "These are the distances of all patches from all words.",
        "What is returned: the number of the nearest word, not the distances.",
        squared=lambda: [[distance(patch, word) ** 2 for word in c] for patch in x],
        plain=lambda: [[distance(patch, word) for word in c] for patch in x],
        less=lambda: [[distance(patch, word) ** 2 - math.hypot(*patch) ** 2 for word in c] for patch in x],
    )
    yield Mistake(
        "features.words_returned",
        "These are the nearest words themselves.",
        "What is returned: the number of the nearest word, not the word.",
        words=lambda: [min(c.tolist(), key=lambda word: distance(patch, word)) for patch in x],
    )


def codebook(
    groups: Sequence[Any], start: Any = None, one_round: Any = None, other_rounds: Any = None
) -> Iterator[Mistake]:
    """Yield the mistakes of moving words to the means of their patches: the quantity `codebook`.

    Parameters
    ----------
    groups : list of (n, D) arrays
        The patches of each word.
    start, one_round, other_rounds : (k, D) arrays, functions that return them, or None
        The codebook after no round, after one, and after another number of rounds than max_iters says.
    """
    everything = [row for group in groups for row in np.asarray(group, np.float64).tolist()]

    def each(of_column: Callable[[Sequence[float]], float]) -> Callable[[], list[list[float]]]:
        return lambda: [
            [of_column(column) for column in zip(*np.asarray(group).tolist(), strict=True)] for group in groups
        ]

    def among_patches() -> list[Any]:
        return [
            min(group.tolist(), key=lambda row: math.dist(row, centre))
            for group, centre in zip(map(np.asarray, groups), each(fmean)(), strict=True)
        ]

    yield Mistake(
        "features.never_moved",
        "The words are the patches that were drawn at the start. They never moved.",
        "The second step of a round.",
        codebook=start,
    )
    yield Mistake(
        "features.one_round_only",
        "The rounds end too early: these are the words after a single one.",
        "When the rounds end.",
        codebook=one_round,
    )
    yield Mistake(
        "features.other_rounds",
        "The number of rounds is not the one that max_iters asks for.",
        "How max_iters counts. In one round all patches are assigned once, and all words moved once.",
        codebook=other_rounds,
    )
    yield Mistake(
        "features.medians",
        "The words are the medians of their patches.",
        "The second step of a round: a word moves to the mean.",
        codebook=each(median),
    )
    yield Mistake(
        "features.sums",
        "The words are the sums of their patches.",
        "The second step of a round. What makes a mean of a sum?",
        codebook=each(sum),
    )
    yield Mistake(
        "features.divided_by_all_patches",
        "The sums are divided by the number of all patches.",
        "What a sum is divided by: the number of patches that chose this word.",
        codebook=each(lambda column: sum(column) / len(everything)),
    )
    yield Mistake(
        "features.mean_of_all",
        "Every word is the mean of all patches.",
        "Which patches a word moves to the mean of: only its own.",
        codebook=lambda: [[fmean(column) for column in zip(*everything, strict=True)]] * len(groups),
    )
    yield Mistake(
        "features.one_number",
        "All D numbers of a word are equal: they are one mean over all numbers of its patches.",
        "The axis of the mean. A word has a mean for each of the D columns.",
        codebook=lambda: [[float(np.mean(group))] * np.shape(group)[1] for group in groups],
    )
    yield Mistake(
        "features.nearest_to_mean",
        "A word is the patch that is nearest to the mean of its patches.",
        "The second step of a round: the mean itself, which need not be a patch.",
        codebook=among_patches,
    )


def refilled(**codebooks: Any) -> Iterator[Mistake]:
    """Yield the mistakes with words that no patch chose: the quantity `codebook`, given for each by its last name."""
    yield Mistake(
        "features.not_taken_over",
        "A word without patches has moved to a patch, but has not taken it over.",
        "The order of the steps. In this round already, the patch belongs to its new word, and not to the former one.",
        codebook=codebooks.get("not_taken_over"),
    )
    yield Mistake(
        "features.not_refilled",
        "A word without patches stays where it is.",
        "Words that no patch chose, in every round. The first word may be one of them, too.",
        codebook=codebooks.get("not_refilled"),
    )
    yield Mistake(
        "features.same_patch",
        "All words without patches have moved to the same patch.",
        "The search for the farthest patch. A patch that was taken over is no longer far from its word.",
        codebook=codebooks.get("same_patch"),
    )
    yield Mistake(
        "features.signed_differences",
        "The farthest patch is searched by a sum in which differences of opposite signs cancel.",
        "The distance of a patch from its word: the differences are squared before they are summed.",
        codebook=codebooks.get("signed_differences"),
    )
    yield Mistake(
        "features.farthest_by_l1",
        "The farthest patch is searched by absolute differences (L1).",
        "The distance of a patch from its word, which is the Euclidean one here, too.",
        codebook=codebooks.get("farthest_by_l1"),
    )


def histograms(
    expected: Any,
    grid: tuple[int, int],
    words: Any,
    encode: Any,
    patches: Any = None,
    raw: Any = None,
    describe: Any = None,
) -> Iterator[Mistake]:
    """Yield the mistakes of encode_bag_of_words: the quantity `histograms`.

    Parameters
    ----------
    expected : (N, k) array
        The right histograms.
    grid
        How many rows and columns of patches an image has.
    words : (k, D) array
        The codebook.
    encode
        The student's function for these images, whose only argument is another stride.
    patches : (N, rows, columns, D) array
        The right patches.
    raw : (N, rows, columns, channels, size, size) array
        The patches before they are normalized.
    describe
        A function that returns the histograms (N, k) of patches (N, rows, columns, D).
    """
    truth = np.asarray(expected, np.float64)
    rows, columns = grid
    counts = truth * (rows * columns)
    N, k = truth.shape

    yield Mistake(
        "features.counts",
        "These are counts.",
        "What a count has to be divided by, so that a row adds up to 1.",
        histograms=counts,
    )
    yield Mistake(
        "features.divided_by_all_images",
        "The counts are divided by the number of patches of all images.",
        "What a count has to be divided by: the number of patches of one image.",
        histograms=truth / N,
    )
    yield Mistake(
        "features.one_histogram",
        "The words of all images are counted together.",
        "Which words are counted for an image: only those of its own patches.",
        repeated=[truth.mean(axis=0)] * N,
        single=truth.mean(axis=0),
    )
    yield Mistake(
        "features.occurs_or_not",
        "A row says only whether a word occurs, not how often.",
        "How the words of an image are counted.",
        histograms=np.where(truth > 0, 1.0, 0.0),
    )
    yield Mistake(
        "features.divided_by_words",
        "The counts are divided by the number of words.",
        "What a count has to be divided by: the number of patches of an image.",
        histograms=counts / k,
    )
    yield Mistake(
        "features.not_square",
        "The counts are divided by the square of the number of rows, or of columns.",
        "Images that are not square. `dense_patches` gives the numbers of rows and of columns.",
        by_rows=counts / rows**2,
        by_columns=counts / columns**2,
    )
    yield Mistake(
        "features.unit_length",
        "The rows have length 1 as vectors.",
        "What adds up to 1: the numbers of a row, not their squares.",
        histograms=[row / math.hypot(*row) for row in truth],
    )
    yield Mistake(
        "features.fixed_number_of_patches",
        "The counts are divided by 196, the number of patches of an image of CIFAR-10, whatever the image.",
        "Numbers that are written into your code. The shape of the patches says how many there are.",
        histograms=counts / 196,
    )
    lengths = [math.hypot(*word) for word in np.asarray(words)]
    yield Mistake(
        "features.images_scaled",
        "All patches are taken for plain ones, because the images were scaled to 0..1.",
        "What `dense_patches` gets. It wants images in 0..255, as they are.",
        histograms=[[float(j == lengths.index(min(lengths))) for j in range(k)]] * N,
    )
    if describe is not None:
        yield Mistake(
            "features.raw_patches",
            "The patches are not normalized.",
            "Where the patches come from. `dense_patches` normalizes them.",
            histograms=lambda: describe(np.moveaxis(raw, 3, -1).reshape(patches.shape).astype(float)),
        )
        yield Mistake(
            "features.only_a_square",
            "Only a square of the patches is counted.",
            "Images that are not square. `dense_patches` gives the numbers of rows and of columns.",
            histograms=lambda: describe(patches[:, : min(grid), : min(grid)]),
        )
    yield Mistake(
        "features.stride_ignored",
        "The stride makes no difference: with another one, the result is the same.",
        "Where the patches are cut. The stride is an argument, and `dense_patches` takes it.",
        histograms=lambda: encode(2),
    )


def standardized(F: Any, F_train: Any, *others: Any) -> Iterator[Mistake]:
    """Yield the mistakes of standardize_features for one of the sets, F: the quantity `F`.

    The set may be F_train itself. `others` are all the other sets, the validation set before the test set.
    """
    values, train = np.asarray(F, np.float64), np.asarray(F_train, np.float64)
    rest = [np.asarray(other, np.float64) for other in others]

    def rescaled(centre: Any, spread: Any) -> Callable[[], Any]:
        """Return a function that rescales each column; a spread of 0 counts as 1."""
        return lambda: np.divide(np.subtract(values, centre), np.where(np.equal(spread, 0), 1, spread))

    def by(*sets: Any) -> Callable[[], Any]:
        """Return a function that uses the statistics of these sets together."""
        return rescaled(*_statistics(np.concatenate(sets)))

    mean, deviation = _statistics(train)
    own_mean, own_deviation = _statistics(values)
    if rest:
        yield Mistake(
            "features.test_leak",
            "Mean and deviation come from all sets together. So the test set leaks into all features.",
            "Which examples mean and deviation are computed from: only those of the training set.",
            F=by(train, *rest),
        )
        yield Mistake(
            "features.validation_leak",
            "Mean and deviation come from the training set and the validation set together.",
            "Which examples mean and deviation are computed from: only those of the training set.",
            F=by(train, rest[0]),
        )
        yield Mistake(
            "features.statistics_of_test",
            "Mean and deviation come from the test set. So it leaks into all features.",
            "Which examples mean and deviation are computed from: only those of the training set.",
            F=by(rest[-1]),
        )
    yield Mistake(
        "features.own_statistics",
        "The set is standardized with its own mean and its own deviation.",
        "Where mean and deviation come from. For every set they are those of the training set.",
        F=by(values),
    )
    yield Mistake(
        "features.own_mean",
        "The mean of the set itself is subtracted.",
        "Where the mean comes from. For every set it is that of the training set.",
        F=rescaled(own_mean, deviation),
    )
    yield Mistake(
        "features.own_deviation",
        "The set is divided by its own deviation.",
        "Where the deviation comes from. For every set it is that of the training set.",
        F=rescaled(mean, own_deviation),
    )
    varies = deviation > 0
    if varies.any():
        yield Mistake(
            "features.unchanged",
            "The features are as they were.",
            "What is returned for this set, and whether F_train is replaced before its statistics are computed.",
            F=values,
        )
        yield Mistake(
            "features.not_centred",
            "The features are divided by the deviation, but the mean is not subtracted.",
            "The first half of standardizing.",
            F=rescaled(0, deviation),
        )
    yield Mistake(
        "features.of_each_row",
        "Mean and deviation are those of each row, which is an example.",
        "The axis of mean and deviation. Each feature (column) has its own.",
        F=lambda: [(row - np.mean(row)) / (np.std(row) or 1) for row in values],
    )
    yield Mistake(
        "features.all_features_together",
        "All features have one mean and one deviation together.",
        "The axis of mean and deviation. Each feature (column) has its own.",
        F=rescaled(*(part[0] for part in _statistics(train.reshape(-1, 1)))),
    )
    yield Mistake(
        "features.not_divided",
        "The mean is subtracted, but nothing is divided by the deviation.",
        "The second half of standardizing.",
        F=rescaled(mean, 1),
    )
    yield Mistake(
        "features.mean_not_scaled",
        "The features are divided first, and the mean is subtracted afterwards.",
        "The order of the two steps.",
        F=lambda: rescaled(0, deviation)() - mean,
    )
    yield Mistake(
        "features.variance",
        "The features are divided by the variance, which is the square of the deviation.",
        "What you divide by.",
        F=rescaled(mean, deviation**2),
    )
    yield Mistake(
        "features.sample_deviation",
        "The deviation is computed with N - 1 in place of N.",
        "How the deviation is computed. The docstring gives the definition.",
        F=rescaled(mean, deviation * math.sqrt(len(train) / max(len(train) - 1, 1))),
    )
    yield Mistake(
        "features.root_of_sum",
        "The root is taken of the sum of the squared differences, not of their mean.",
        "How the deviation is computed. The docstring gives the definition.",
        F=rescaled(mean, deviation * math.sqrt(len(train))),
    )
    yield Mistake(
        "features.from_0_to_1",
        "The features go from 0 to 1, which is another scaling.",
        "What you subtract and what you divide by.",
        F=rescaled(train.min(axis=0), np.ptp(train, axis=0)),
    )
    for small in (0, 1e-16, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3):
        rounded = train.std(axis=0)  # of equal numbers not always 0
        yield Mistake(
            "features.divided_by_almost_0",
            "A feature that is constant in the training set is divided by a tiny number.",
            "How you find constant features: rounding may make their deviation 1e-17. And what you divide them by.",
            added=rescaled(mean, rounded + small),
            at_least=rescaled(mean, np.maximum(rounded, small)),
        )
    yield Mistake(
        "features.constant_unchanged",
        "Features that are constant in the training set are left as they are.",
        "What happens to constant features. Their mean is subtracted, too.",
        F=lambda: np.where(varies, rescaled(mean, deviation)(), values),
    )
    yield Mistake(
        "features.constant_zero",
        "Features that are constant in the training set become 0 in every set.",
        "What happens to constant features of the other sets, where they may differ from the training mean.",
        F=lambda: np.where(varies, rescaled(mean, deviation)(), 0),
    )


def _statistics(rows: Any) -> tuple[Any, Any]:
    """Return mean and deviation of each column; exactly 0 for a column of equal numbers."""
    centres = [fmean(column) for column in zip(*rows.tolist(), strict=True)]
    spreads = [
        0.0 if min(column) == max(column) else math.sqrt(fmean((v - centre) ** 2 for v in column))
        for column, centre in zip(zip(*rows.tolist(), strict=True), centres, strict=True)
    ]
    return np.array(centres), np.array(spreads)
