"""Mistakes of the notebook `babysitting`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS_AFTER_THE_END = Mistake(
    "babysitting.steps_after_the_end",
    "The number of calls of step() is wrong.",
    "Where step() is called: once for each loss, and never after the run was given up.",
)
ZIPPED = Mistake(
    "babysitting.zipped",
    "The points do not have all combinations of the values.",
    "How the values of two hyperparameters meet: each of one with each of the other.",
)
REPEATED_VALUES = Mistake(
    "babysitting.repeated_values",
    "The same value occurs in several points.",
    "When a value is drawn: anew for every point.",
)
LINEAR_SCALE = Mistake(
    "babysitting.linear_scale",
    "The values are uniformly distributed on a linear scale.",
    "What is uniformly distributed: the logarithm of the value.",
)
NOT_FROM_RNG = Mistake(
    "babysitting.not_from_rng",
    "Random numbers come from another source than the generator `rng`.",
    "Every random number: rng.uniform draws from the generator, np.random.uniform does not.",
)
SAME_NUMBER = Mistake(
    "babysitting.same_number",
    "The values of two hyperparameters depend on each other.",
    "The random numbers: every hyperparameter needs one of its own.",
)
OTHER_SETTINGS = Mistake(
    "babysitting.other_settings",
    "The settings differ from call to call.",
    "What the settings depend on: the function should return fixed numbers.",
)


# --- preprocessing ------------------------------------------------------------------------------


def channels(X: Any, X_train: Any, *others: Any) -> Iterator[Mistake]:
    """Yield the mistakes of standardize_channels for the set X: the quantity `images`."""
    X, given = np.asarray(X, dtype=np.float64), np.asarray(X_train)
    train = given.astype(np.float64)
    places, C = tuple(range(train.ndim - 1)), train.shape[-1]

    def by(mean: Any, deviation: Any) -> Floats:
        return np.subtract(X, mean) / np.where(np.asarray(deviation) == 0, 1, deviation)

    means = np.array([np.ravel(train[..., c]).mean() for c in range(C)])
    spreads = np.array([np.ravel(train[..., c]).std() for c in range(C)])
    yield Mistake(
        "babysitting.own_statistics",
        "The set is standardized with its own statistics.",
        "Where mean and standard deviation come from: the training set, for every set.",
        images=lambda: by(X.mean(axis=places), X.std(axis=places)),
    )
    yield Mistake(
        "babysitting.per_pixel",
        "Each pixel has a mean and a standard deviation of its own.",
        "The axes: images and places are averaged, so that a number per channel is left.",
        images=lambda: by(train.mean(axis=0), train.std(axis=0)),
    )
    yield Mistake(
        "babysitting.one_for_all_channels",
        "All channels share one mean and one standard deviation.",
        "The axes: the last one, of the channels, is not averaged.",
        images=lambda: by(train.mean(), train.std()),
    )
    yield Mistake(
        "babysitting.per_image",
        "Each image is standardized on its own.",
        "The axes: the one of the images is averaged, too.",
        images=lambda: np.stack([(x - x.mean((0, 1))) / np.where(np.ptp(x, (0, 1)) == 0, 1, x.std((0, 1))) for x in X]),
    )
    yield Mistake(
        "babysitting.not_divided",
        "The images are only centred.",
        "What follows the subtraction of the mean.",
        images=lambda: X - means,
    )
    yield Mistake(
        "babysitting.not_centred",
        "The mean is not subtracted.",
        "What comes before the division by the standard deviation.",
        images=lambda: by(0, spreads),
    )
    yield Mistake(
        "babysitting.variance",
        "The images are divided by the variance.",
        "The standard deviation: it is the root of the variance.",
        images=lambda: by(means, spreads**2),
    )
    yield Mistake(
        "babysitting.unbiased",
        "The squares are divided by one less than their number.",
        "The standard deviation: np.std without ddof has the right one.",
        images=lambda: by(means, np.sqrt([np.var(np.ravel(train[..., c]), ddof=1) for c in range(C)])),
    )
    yield Mistake(
        "babysitting.root_mean_square",
        "The deviation is measured from 0, not from the mean.",
        "The standard deviation: it is about the distance from the mean.",
        images=lambda: by(means, np.sqrt(np.square(train).mean(axis=places))),
    )
    yield Mistake(
        "babysitting.statistics_of_all_sets",
        "The statistics are those of all sets together.",
        "Where mean and standard deviation come from: the training set alone.",
        images=lambda: _by_all(X, [train, *others]),
    )
    yield Mistake(
        "babysitting.flat_becomes_zero",
        "A channel that is flat in the training set is 0 in the other sets, too.",
        "A standard deviation of 0: such a channel is centred, but not divided.",
        images=lambda: np.where(spreads == 0, 0, by(means, spreads)),
    )
    yield Mistake(
        "babysitting.rounding_error",
        "A rounding error is taken for a standard deviation.",
        "The deviation of a flat channel: for the computer, it is not always exactly 0.",
        images=lambda: (X - train.mean(axis=places)) / train.std(axis=places),
    )
    for small in (1e-8, 1e-7, 1e-5, 1e-12):
        yield Mistake(
            "babysitting.tiny_number_added",
            "A flat channel is divided by a tiny number, so that it becomes huge.",
            "A standard deviation of 0: such a channel is centred, but not divided.",
            images=lambda small=small: (X - means) / (spreads + small),
        )
    if given.dtype == np.uint8:
        yield Mistake(
            "babysitting.bytes_overflow",
            "Bytes overflow: for uint8, 3 - 5 is 254.",
            "The type of the images before the subtraction.",
            images=lambda: by(means.astype(np.uint8), 1) % 256 / np.where(spreads == 0, 1, spreads),
        )


def _by_all(X: Floats, sets: Sequence[Any]) -> Floats:
    numbers = np.concatenate([np.reshape(each, (-1, X.shape[-1])) for each in sets]).astype(np.float64)
    return np.subtract(X, numbers.mean(0)) / numbers.std(0)


def whitened_means(X_train: Any, eps: float) -> Iterator[Mistake]:
    """Yield the mistakes of pca_whiten that its means show: the quantity `means`."""
    mean, (values, vectors) = np.mean(X_train, axis=0), _axes(_covariance(X_train))
    for sign in _signs(len(values)):
        yield Mistake(
            "babysitting.not_centred",
            "The mean is not subtracted.",
            "What comes before the division by the standard deviation.",
            means=sign * (mean @ vectors) / np.sqrt(values + eps),
        )


def whitened(X: Any, X_train: Any, *others: Any, eps: float) -> Iterator[Mistake]:
    """Yield the mistakes of pca_whiten for the set X.

    The quantities are what no sign of a column changes: `covariance`, the mean product of two columns of Z; `products`
    and `with_train`, the products of its rows with each other and with those of the training set; `sizes`, the absolute
    values of Z.
    """
    X, train = np.asarray(X, dtype=np.float64), np.asarray(X_train, dtype=np.float64)
    N, D = train.shape

    def case(
        covariance: Any = None,
        factors: Callable[[Floats], Floats] = lambda values: 1 / np.sqrt(values + eps),
        mean: Any = None,
        reverse: bool = False,
        back: bool = False,
        turned: bool = True,
    ) -> dict[str, Callable[[], Any]]:
        """Return the quantities if Z has these ingredients."""

        def of(rows: Any) -> Floats:
            values, vectors = _axes(_covariance(train) if covariance is None else covariance)
            middle = train.mean(axis=0) if mean is None else mean
            turn = vectors if turned else np.eye(D)
            Z = np.einsum("nd,dk->nk", np.subtract(rows, middle), turn) * factors(values)
            Z = Z[:, ::-1] if reverse else Z
            return np.einsum("nk,dk->nd", Z, turn) if back else Z

        return {
            "covariance": lambda: np.einsum("ni,nj->ij", of(X), of(X)) / len(X),
            "products": lambda: np.einsum("ik,jk->ij", of(X), of(X)),
            "with_train": lambda: np.einsum("ik,jk->ij", of(X), of(train)),
            "sizes": lambda: np.abs(of(X)),
        }

    C = _covariance(train)
    yield Mistake(
        "babysitting.not_scaled_by_variance",
        "The data are rotated, but not divided by their standard deviations.",
        "What follows the rotation.",
        **case(factors=np.ones_like),
    )
    yield Mistake(
        "babysitting.eigenvalues_without_root",
        "The data are divided by the eigenvalues, which are variances.",
        "The division: a standard deviation is the root of a variance.",
        **case(factors=lambda values: 1 / (values + eps)),
    )
    yield Mistake(
        "babysitting.covariance_not_averaged",
        "The covariance matrix is a sum over the examples, not a mean.",
        "The covariance matrix: where you divide by N.",
        **case(covariance=N * C),
    )
    yield Mistake(
        "babysitting.unbiased_covariance",
        "The covariance matrix is divided by N - 1.",
        "The covariance matrix: divide by N.",
        **case(covariance=C * N / max(N - 1, 1)),
    )
    yield Mistake(
        "babysitting.covariance_over_features",
        "The covariance matrix is divided by the number of features.",
        "The covariance matrix: divide by N.",
        **case(covariance=C * N / D),
    )
    yield Mistake(
        "babysitting.covariance_not_centred",
        "The covariance matrix is that of rows that are not centred.",
        "The order: subtract the mean first.",
        **case(covariance=train.T @ train / N),
    )
    yield Mistake(
        "babysitting.not_centred",
        "The mean is not subtracted.",
        "What comes before the division by the standard deviation.",
        **case(mean=np.zeros(D)),
    )
    yield Mistake(
        "babysitting.not_centred",
        "The mean is not subtracted.",
        "What comes before the division by the standard deviation.",
        **case(mean=np.zeros(D), covariance=train.T @ train / N),
    )
    yield Mistake(
        "babysitting.rising_order",
        "The direction of the smallest variance comes first.",
        "The order of the columns: np.linalg.eigh gives rising eigenvalues.",
        **case(reverse=True),
    )
    yield Mistake(
        "babysitting.rotated_back",
        "The data are rotated back, as in ZCA whitening.",
        "The last step: the result stays in the directions of the components.",
        **case(back=True),
    )
    yield Mistake(
        "babysitting.only_standardized",
        "The features are standardized, but still correlated.",
        "Where the rows are multiplied by the matrix of directions.",
        **case(turned=False, factors=lambda values: 1 / np.sqrt(np.diag(C) + eps)),
    )
    yield Mistake(
        "babysitting.epsilon_outside_root",
        "The eps is added outside of the root.",
        "What stands under the root.",
        **case(factors=lambda values: 1 / (np.sqrt(values) + eps)),
    )
    yield Mistake(
        "babysitting.epsilon_missing",
        "The eps is not used, or another one is.",
        "What is added to the eigenvalues.",
        **case(factors=lambda values: 1 / np.sqrt(values)),
    )
    yield Mistake(
        "babysitting.epsilon_missing",
        "The eps is not used, or another one is.",
        "What is added to the eigenvalues.",
        **case(factors=lambda values: 1 / np.sqrt(values + 1e-5)),
    )
    yield Mistake(
        "babysitting.own_statistics",
        "The set is standardized with its own statistics.",
        "Where mean and standard deviation come from: the training set, for every set.",
        **case(mean=X.mean(axis=0), covariance=_covariance(X)),
    )
    yield Mistake(
        "babysitting.own_mean",
        "The set is centred with its own mean.",
        "The mean: that of the training set, for every set.",
        **case(mean=X.mean(axis=0)),
    )
    if others:
        together = np.concatenate([train, *(np.asarray(each, dtype=np.float64) for each in others)])
        yield Mistake(
            "babysitting.statistics_of_all_sets",
            "The statistics are those of all sets together.",
            "Where mean and standard deviation come from: the training set alone.",
            **case(mean=together.mean(axis=0), covariance=_covariance(together)),
        )


def _covariance(rows: Any) -> Floats:
    return np.cov(np.asarray(rows, dtype=np.float64).T, bias=True).reshape(np.shape(rows)[1], -1)


def _axes(covariance: Any) -> tuple[Floats, Floats]:
    """Return eigenvalues, largest first, and the eigenvectors as columns."""
    _, sizes, rows = np.linalg.svd(covariance, hermitian=True)
    return sizes, rows.T


def _signs(count: int) -> list[Floats]:
    """Return all choices of signs for a few columns."""
    count = min(count, 6)
    return [np.array([1.0 if number >> k & 1 else -1.0 for k in range(count)]) for number in range(2**count)]


# --- running and reading ------------------------------------------------------------------------


def until(cases: Sequence[tuple[Any, ...]]) -> Iterator[Mistake]:
    """Yield the mistakes of train_until: the quantity `counts`, how many losses of each run are in the list.

    A case begins with (losses that step() returns, num_steps, factor).
    """

    def counts(hopeless: Callable[[Sequence[float], int, float], bool], keep: int = 1) -> list[int]:
        """Return the counts if a run ends at the first hopeless loss, which is counted `keep` times (0 or 1)."""
        found = []
        for losses, num_steps, factor, *_ in cases:
            given = list(losses)[:num_steps]
            ends = [t for t in range(len(given)) if hopeless(given, t, factor)]
            found.append(ends[0] + keep if ends else len(given))
        return found

    def bad(given: Sequence[float], t: int, factor: float) -> bool:
        return not math.isfinite(given[t])

    yield Mistake(
        "babysitting.never_given_up",
        "The training goes on although the loss has exploded.",
        "The condition after each step.",
        counts=counts(lambda g, t, f: False),
    )
    yield Mistake(
        "babysitting.last_loss_missing",
        "The loss that ended the run is missing.",
        "The order: note the loss first, then decide.",
        counts=counts(lambda g, t, f: bad(g, t, f) or g[t] > f * g[0], keep=0),
    )
    yield Mistake(
        "babysitting.nan_unnoticed",
        "The run goes on after a loss of NaN.",
        "Comparisons with NaN: they are always False, so it needs a condition of its own.",
        counts=counts(lambda g, t, f: g[t] > f * g[0]),
    )
    yield Mistake(
        "babysitting.only_not_finite",
        "Only losses that are not finite end the run.",
        "The second condition: a loss above the limit.",
        counts=counts(bad),
    )
    yield Mistake(
        "babysitting.compared_with_last",
        "The loss is compared with the loss before it.",
        "The limit: it is a multiple of the first loss.",
        counts=counts(lambda g, t, f: bad(g, t, f) or (t > 0 and g[t] > f * g[t - 1])),
    )
    yield Mistake(
        "babysitting.compared_with_smallest",
        "The loss is compared with the smallest loss so far.",
        "The limit: it is a multiple of the first loss.",
        counts=counts(lambda g, t, f: bad(g, t, f) or g[t] > f * min(g[: t + 1])),
    )
    yield Mistake(
        "babysitting.limit_is_factor",
        "The loss is compared with the factor itself.",
        "The limit: it is a multiple of the first loss.",
        counts=counts(lambda g, t, f: bad(g, t, f) or g[t] > f),
    )
    yield Mistake(
        "babysitting.any_rise",
        "A run is given up as soon as its loss is above the first one.",
        "The limit: it is a multiple of the first loss.",
        counts=counts(lambda g, t, f: bad(g, t, f) or g[t] > g[0]),
    )
    yield Mistake(
        "babysitting.limit_included",
        "A loss that only reaches the limit ends the run.",
        "The comparison: the loss has to be larger.",
        counts=counts(lambda g, t, f: bad(g, t, f) or g[t] >= f * g[0]),
    )
    yield Mistake(
        "babysitting.factor_fixed",
        "The factor is always 3.",
        "The argument `factor`.",
        counts=counts(lambda g, t, f: bad(g, t, f) or g[t] > 3 * g[0]),
    )


def smoothed(h: Any, beta: float) -> Iterator[Mistake]:
    """Yield the mistakes of smooth_history: the quantity `average`."""
    given = np.asarray(h, dtype=np.float64)
    T = len(given)

    def weighted(weight: Callable[[int, int], float], divide: bool) -> Callable[[], Floats]:
        """Return the averages with weight(t, k) for value k in average t, divided by the sum of the weights or not."""

        def averages() -> Floats:
            table = np.array([[weight(t, k) if k <= t else 0.0 for k in range(T)] for t in range(T)])
            sums = np.array([np.dot(row, given) for row in table])
            return sums / np.array([row.sum() for row in table]) if divide else sums

        return averages

    yield Mistake(
        "babysitting.average_not_corrected",
        "The average starts at 0 and is not corrected for it.",
        "The sum of the weights: they should add up to 1 from the first step on.",
        average=weighted(lambda t, k: (1 - beta) * beta ** (t - k), divide=False),
    )
    yield Mistake(
        "babysitting.average_starts_at_first",
        "The first value keeps too large a weight.",
        "The weights: powers of beta for every value, the first one included, divided by their sum.",
        average=weighted(lambda t, k: beta ** (t - k) * (1 if k == 0 else 1 - beta), divide=False),
    )
    yield Mistake(
        "babysitting.average_not_divided",
        "The weights do not add up to 1.",
        "What the weighted sum is divided by.",
        average=weighted(lambda t, k: beta ** (t - k), divide=False),
    )
    yield Mistake(
        "babysitting.average_beta_exchanged",
        "Beta and 1 - beta are exchanged.",
        "Which values count more: a large beta means a long memory.",
        average=weighted(lambda t, k: (1 - beta) ** (t - k), divide=True),
    )
    yield Mistake(
        "babysitting.average_plain",
        "All past values have the same weight.",
        "The weights: powers of beta.",
        average=weighted(lambda t, k: 1.0, divide=True),
    )
    yield Mistake(
        "babysitting.average_oldest_most",
        "Older values have larger weights than newer ones.",
        "Which value has the weight 1: the newest.",
        average=weighted(lambda t, k: beta**k, divide=True),
    )
    yield Mistake(
        "babysitting.average_correction_late",
        "The correction is that of the next step.",
        "The exponent of the correction: the first average is the first value.",
        average=weighted(lambda t, k: (1 - beta) * beta ** (t - k) / (1 - beta ** (t + 2)), divide=False),
    )
    yield Mistake(
        "babysitting.average_last_only",
        "Only the last average is returned.",
        "What is returned: an average for every step.",
        average=lambda: weighted(lambda t, k: beta ** (t - k), divide=True)()[-1],
    )
    yield Mistake(
        "babysitting.average_whole_numbers",
        "The averages are rounded to whole numbers.",
        "The type of the array that you fill: whole numbers have no fractions.",
        average=lambda: np.trunc(weighted(lambda t, k: beta ** (t - k), divide=True)()),
    )


ROWS = ("diverged", "not learning", "slow start", "overfitting", "still improving")


def wrong_label(labels: Sequence[str], cases: Sequence[tuple[Any, ...]]) -> Mistake | str:
    """Return what is wrong with the labels of diagnose_run; each case ends with the right one (see `diagnoses`)."""
    right = [case[-1] for case in cases]
    for mistake in diagnoses(cases):
        if list(labels) == mistake.gives["labels"] != right:
            return mistake
    for label, (loss, train_acc, val_acc, num_classes, expected) in zip(labels, cases, strict=True):
        if label != expected:
            return (
                f"The label should be {expected!r}, but is {label!r}, for losses {[round(float(v), 3) for v in loss]}, "
                f"train_acc {list(train_acc)}, val_acc {list(val_acc)}, num_classes {num_classes}. Go through "
                "the table from its top: the first row that fits decides."
            )
    return "All labels are right."


def diagnoses(cases: Sequence[tuple[Any, ...]]) -> Iterator[Mistake]:
    """Yield the mistakes of diagnose_run: the quantity `labels`, a list with a label for each case.

    A case begins with (loss, train_acc, val_acc, num_classes).
    """

    def labels(**changed: Any) -> list[str]:
        """Return the labels by a table with these changes; a function gets the arguments of the run."""
        return [_label(*run[:4], **{k: v(*run[:4]) if callable(v) else v for k, v in changed.items()}) for run in cases]

    notices: tuple[Callable[..., bool], ...] = (
        lambda loss, *_: True,
        lambda loss, *_: not np.isnan(loss).any(),
        lambda loss, *_: not np.isnan(loss[-1]),
    )
    for finite in notices:
        yield Mistake(
            "babysitting.not_finite_unnoticed",
            "A loss that is NaN or infinite is not noticed.",
            "The first row of the table: ask np.isfinite for every loss.",
            labels=labels(finite=finite),
        )
    yield Mistake(
        "babysitting.rise_unnoticed",
        "A loss that rises, but stays finite, is not noticed.",
        "The second half of the table's first row.",
        labels=labels(rise=math.inf),
    )
    yield Mistake(
        "babysitting.any_rise_diverges",
        "A tiny rise of the loss counts as divergence.",
        "The factor in the table's first row.",
        labels=labels(rise=1.0),
    )
    yield Mistake(
        "babysitting.accuracy_ignored",
        "A net whose accuracy is far above chance counts as not learning.",
        "The second half of the row of `not learning`.",
        labels=labels(accuracy=-1.0),
    )
    yield Mistake(
        "babysitting.loss_ignored",
        "The accuracy alone decides whether a net learns.",
        "The first half of the row of `not learning`.",
        labels=labels(end_level=-math.inf),
    )
    yield Mistake(
        "babysitting.ten_classes",
        "Chance level is that of ten classes.",
        "The argument num_classes.",
        labels=labels(chance=np.log(10)),
    )
    for k, name in enumerate(ROWS):
        others = ROWS[:k] + ROWS[k + 1 :]
        for place in set(range(len(ROWS))) - {k}:
            yield Mistake(
                "babysitting.rows_in_another_order",
                "A later row of the table was asked before an earlier one.",
                "The order of the rows: the first one that fits decides.",
                labels=labels(rows=(*others[:place], name, *others[place:])),
            )
    for base in (2, 10):
        yield Mistake(
            "babysitting.wrong_logarithm",
            "Chance level uses another logarithm.",
            "The softmax loss: it uses the natural logarithm.",
            labels=labels(chance=lambda loss, train, val, C, base=base: math.log(C, base)),
        )
    yield Mistake(
        "babysitting.gap_reversed",
        "The gap between the accuracies has the wrong sign.",
        "The row of `overfitting`: which accuracy is the larger one?",
        labels=labels(gap=lambda loss, train, val, C: val[-1] - train[-1]),
    )
    yield Mistake(
        "babysitting.gap_without_sign",
        "A validation accuracy far above the training accuracy counts as overfitting.",
        "The row of `overfitting`: which accuracy is the larger one?",
        labels=labels(gap=lambda loss, train, val, C: abs(val[-1] - train[-1])),
    )
    gaps: tuple[Callable[..., float], ...] = (
        lambda loss, train, val, C: max(train) - max(val),
        lambda loss, train, val, C: max(np.subtract(train, val)),
    )
    for gap in gaps:
        yield Mistake(
            "babysitting.gap_of_other_epochs",
            "The gap is not that of the last epoch.",
            "The row of `overfitting`: it compares the last accuracies.",
            labels=labels(gap=gap),
        )
    for part in (0, 1):
        yield Mistake(
            "babysitting.compared_with_start",
            "The end of the run is compared with an earlier part than the third quarter.",
            "The row of `still improving`.",
            labels=labels(before=part),
        )
    yield Mistake(
        "babysitting.any_fall_improves",
        "A tiny fall of the loss counts as an improvement.",
        "The factor in the row of `still improving`.",
        labels=labels(fall=1.0),
    )
    yield Mistake(
        "babysitting.single_losses",
        "Single losses are compared, not means over a quarter of the run.",
        "How `start`, `before` and `end` are measured.",
        labels=labels(single=True),
    )


def _label(
    loss: Any,
    train_acc: Any,
    val_acc: Any,
    C: int,
    finite: bool | None = None,
    rise: float = 1.1,
    fall: float = 0.95,
    chance: float | None = None,
    end_level: float | None = None,
    accuracy: float | None = None,
    gap: float | None = None,
    before: int = 2,
    single: bool = False,
    rows: Sequence[str] = ROWS,
) -> str:
    """Return the label of a run by a changed table."""
    values = np.asarray(loss, dtype=np.float64)
    length = max(len(values) // 4, 1)
    quarters = [values[:length], values[length : 2 * length], values[-2 * length :][:length], values[-length:]]
    with np.errstate(all="ignore"):
        means = [float(part[-1] if single else part.mean()) for part in quarters]
    level = 0.99 * (np.log(C) if chance is None else chance)
    found = {
        "diverged": not (np.isfinite(values).all() if finite is None else finite) or means[3] > rise * means[0],
        "not learning": means[3] > (level if end_level is None else end_level)
        and (val_acc[-1] if accuracy is None else accuracy) * C < 2,
        "slow start": means[0] > level,
        "overfitting": (train_acc[-1] - val_acc[-1] if gap is None else gap) > 0.15,
        "still improving": means[3] < fall * means[before],
    }
    return next((name for name in rows if found[name]), "good")


# --- searching ----------------------------------------------------------------------------------


def grid(low: float, high: float, n: int) -> Iterator[Mistake]:
    """Yield the mistakes of the values on one axis of grid_points: the quantity `values`, in rising order."""
    steps = np.arange(n)
    yield Mistake(
        "babysitting.linear_grid",
        "The values are evenly spaced on a linear scale.",
        "What is evenly spaced: the logarithm of the value.",
        values=low + (high - low) * steps / (n - 1),
    )
    yield Mistake(
        "babysitting.last_value_missing",
        "The upper end of the range is not among the values.",
        "The number of steps between n values: n - 1.",
        values=low * (high / low) ** (steps / n),
    )
    yield Mistake(
        "babysitting.ends_missing",
        "The ends of the range are not among the values.",
        "The first value is low, and the last is high.",
        values=low * (high / low) ** ((steps + 1) / (n + 1)),
    )
    yield Mistake(
        "babysitting.ends_missing",
        "The ends of the range are not among the values.",
        "The first value is low, and the last is high.",
        values=low * (high / low) ** ((steps + 0.5) / n),
    )
    yield Mistake(
        "babysitting.powers_missing",
        "The result has exponents, not values.",
        "The last step: back from the logarithm to the value.",
        values=np.log10(low) + (np.log10(high) - np.log10(low)) * steps / (n - 1),
    )


def borders(cases: Sequence[tuple[Any, ...]]) -> Iterator[Mistake]:
    """Yield the mistakes of at_border: the quantity `answers`, one for each case (best, low, high, ...)."""

    def answers(of: Callable[..., bool]) -> list[bool]:
        return [bool(of(*case[:3])) for case in cases]

    def place(best: float, low: float, high: float) -> float:
        return math.log(best / low) / math.log(high / low)

    yield Mistake(
        "babysitting.border_inverted",
        "The answer is the other way round.",
        "When the function returns True: if the best value lies at the border.",
        answers=answers(lambda best, low, high: abs(place(best, low, high) - 0.5) <= 0.4),
    )
    yield Mistake(
        "babysitting.border_linear",
        "The border is measured on a linear scale.",
        "The scale: a tenth of the powers of ten.",
        answers=answers(lambda best, low, high: abs((best - low) / (high - low) - 0.5) > 0.4),
    )
    for sign in (-1, 1):
        yield Mistake(
            "babysitting.border_one_end",
            "Only one end of the range counts as a border.",
            "The other end of the range.",
            answers=answers(lambda best, low, high, sign=sign: sign * (place(best, low, high) - 0.5) > 0.4),
        )
    yield Mistake(
        "babysitting.border_exact",
        "Only the very ends of the range count as a border.",
        "How wide the border is: a tenth of the range.",
        answers=answers(lambda best, low, high: best in (low, high)),
    )
    for factor in (10 / 9, 1.1, 2.0, 10.0):
        yield Mistake(
            "babysitting.border_factor",
            "The border is a fixed factor wide, whatever the range.",
            "How wide the border is: a tenth of the powers of ten between low and high.",
            answers=answers(lambda best, low, high, factor=factor: best < factor * low or best > high / factor),
        )
    for width in (0.05, 0.2, 0.25):
        yield Mistake(
            "babysitting.border_width",
            "The border has another width than a tenth of the range.",
            "How wide the border is: a tenth at either end.",
            answers=answers(lambda best, low, high, width=width: abs(place(best, low, high) - 0.5) > 0.5 - width),
        )
    yield Mistake(
        "babysitting.border_never",
        "No value counts as one at the border.",
        "How the two conditions are combined: one of them is enough.",
        answers=answers(lambda best, low, high: False),
    )


# --- stopping, and more data --------------------------------------------------------------------


def stops(cases: Sequence[tuple[Any, ...]]) -> Iterator[Mistake]:
    """Yield the mistakes of early_stopping: the quantity `pairs`, best and stop for each case.

    A case begins with (val_acc, patience).
    """

    def pairs(of: Callable[[list[float], int], tuple[float, float]]) -> Callable[[], list[list[float]]]:
        return lambda: [list(of([float(value) for value in val_acc], patience)) for val_acc, patience, *_ in cases]

    def stop(values: list[float], limit: int, fruitless: Callable[[list[float]], int]) -> int:
        """Return the first epoch after `limit` epochs in vain, or the last epoch."""
        return next((t for t in range(len(values)) if fruitless(values[: t + 1]) >= limit), len(values) - 1)

    def first(seen: list[float]) -> int:
        return int(np.argmax(seen))

    def since_first(seen: list[float]) -> int:
        return len(seen) - 1 - first(seen)

    def since_last(seen: list[float]) -> int:
        return int(np.argmax(seen[::-1]))

    def since_worst(seen: list[float]) -> int:
        return len(seen) - 1 - int(np.argmin(seen))

    def since_rise(seen: list[float]) -> int:
        rises = [t for t in range(1, len(seen)) if seen[t] > seen[t - 1]]
        return len(seen) - 1 - max(rises, default=0)

    def in_total(seen: list[float]) -> int:
        return sum(seen[t] <= max(seen[:t]) for t in range(1, len(seen)))

    def until_stop(fruitless: Callable[[list[float]], int], more: int = 0) -> Callable[[list[float], int], Any]:
        def pair(values: list[float], patience: int) -> tuple[int, int]:
            end = stop(values, max(patience + more, 1), fruitless)
            return first(values[: end + 1]), end

        return pair

    right = until_stop(since_first)

    def latest(values: list[float], patience: int, fruitless: Callable[[list[float]], int]) -> tuple[int, int]:
        end = stop(values, patience, fruitless)
        return end - since_last(values[: end + 1]), end

    def worst(values: list[float], patience: int) -> tuple[int, int]:
        end = stop(values, patience, since_worst)
        return int(np.argmin(values[: end + 1])), end

    def until_the_length(values: list[float], patience: int) -> tuple[int, int]:
        best, end = right(values, patience)
        return best, end + (end - best < patience)

    yield Mistake(
        "babysitting.never_stops",
        "The training does not stop although the patience has run out.",
        "The condition after each epoch.",
        pairs=pairs(lambda values, patience: (first(values), len(values) - 1)),
    )
    yield Mistake(
        "babysitting.best_of_unseen",
        "The best epoch is one that was never trained.",
        "Which epochs count: those until the stop.",
        pairs=pairs(lambda values, patience: (first(values), right(values, patience)[1])),
    )
    yield Mistake(
        "babysitting.patience_off_by_one",
        "The training goes on for one epoch too many.",
        "The comparison with patience.",
        pairs=pairs(until_stop(since_first, 1)),
    )
    yield Mistake(
        "babysitting.patience_too_short",
        "The training stops one epoch too early.",
        "The comparison with patience.",
        pairs=pairs(until_stop(since_first, -1)),
    )
    yield Mistake(
        "babysitting.equal_is_better",
        "An equal accuracy counts as an improvement.",
        "The comparison with the best accuracy so far.",
        pairs=pairs(lambda values, patience: latest(values, patience, since_last)),
    )
    yield Mistake(
        "babysitting.last_of_equals",
        "The best epoch is the last of equal ones.",
        "Which of several equal accuracies counts: the first.",
        pairs=pairs(lambda values, patience: latest(values, patience, since_first)),
    )
    yield Mistake(
        "babysitting.compared_with_epoch_before",
        "An accuracy is compared with that of the epoch before.",
        "What an improvement is: better than the best so far.",
        pairs=pairs(until_stop(since_rise)),
    )
    yield Mistake(
        "babysitting.patience_in_total",
        "Epochs without an improvement are counted in total, not in a row.",
        "What happens to the count after an improvement.",
        pairs=pairs(until_stop(in_total)),
    )
    yield Mistake(
        "babysitting.accuracy_for_epoch",
        "The first value is an accuracy.",
        "What is returned: the number of the epoch.",
        pairs=pairs(lambda values, patience: (values[right(values, patience)[0]], right(values, patience)[1])),
    )
    yield Mistake(
        "babysitting.counted_from_one",
        "The epochs are counted from 1.",
        "The first epoch: its number is 0.",
        pairs=pairs(lambda values, patience: (right(values, patience)[0] + 1, right(values, patience)[1] + 1)),
    )
    yield Mistake(
        "babysitting.stop_is_length",
        "The second value is the number of epochs, not the last epoch.",
        "What is returned if the patience never runs out.",
        pairs=pairs(until_the_length),
    )
    yield Mistake(
        "babysitting.pair_exchanged",
        "Best and stop are exchanged.",
        "The order of the two values that are returned.",
        pairs=pairs(lambda values, patience: right(values, patience)[::-1]),
    )
    yield Mistake(
        "babysitting.worst_epoch",
        "The epoch with the lowest accuracy is returned.",
        "Accuracies are better if they are higher.",
        pairs=pairs(worst),
    )


def curves(
    train: Callable[[Any, Any], Callable[[Any], Any]], X: Any, y: Any, sizes: Sequence[int]
) -> Iterator[Mistake]:
    """Yield the mistakes of learning_curve: the quantity `errors`, training and validation errors as two rows."""
    largest = max(sizes)

    def wrong(n: int, part: slice) -> float:
        answers = np.asarray(train(X[:n], y[:n])(X[part]))
        return float(np.count_nonzero(answers - y[part]) / max(len(y[part]), 1))

    def ours(n: int) -> slice:
        return slice(n)

    def rest(n: int) -> slice:
        return slice(largest, None)

    def everything(n: int) -> slice:
        return slice(None)

    def up_to_largest(n: int) -> slice:
        return slice(largest)

    def rows(
        first: Callable[[int], slice] = ours,
        second: Callable[[int], slice] = rest,
        size: Callable[[int], int] = lambda n: n,
        order: Callable[[Any], Any] = list,
    ) -> Callable[[], Floats]:
        """Return both errors if the training error is measured on first(n) and the validation error on second(n)."""
        return lambda: np.array([[wrong(size(n), part(n)) for n in order(sizes)] for part in (first, second)])

    yield Mistake(
        "babysitting.trained_on_largest",
        "The training error is measured on examples that this size did not train on.",
        "The training error: it belongs to the examples that this net was trained on.",
        errors=rows(first=up_to_largest),
    )
    for first, second in ((everything, rest), (ours, everything), (everything, everything)):
        yield Mistake(
            "babysitting.error_of_all_examples",
            "An error is measured on all examples together.",
            "The examples of each error: those that were trained on, or those that no size uses.",
            errors=rows(first, second),
        )
    yield Mistake(
        "babysitting.validation_changes",
        "The validation examples change with the size.",
        "The validation examples: the same ones for every size, after the largest size.",
        errors=rows(second=lambda n: slice(n, None)),
    )
    yield Mistake(
        "babysitting.validation_trained_on",
        "The validation error is measured on training examples.",
        "The validation examples: those that no size trains on.",
        errors=rows(second=ours),
    )
    yield Mistake(
        "babysitting.accuracies",
        "These are accuracies.",
        "What is asked for: the fraction of wrong predictions.",
        errors=lambda: 1 - rows()(),
    )
    yield Mistake(
        "babysitting.counts",
        "These are numbers of wrong predictions.",
        "What is asked for: a fraction.",
        errors=lambda: rows()() * np.array([list(sizes), [len(y) - largest] * len(sizes)]),
    )
    yield Mistake(
        "babysitting.errors_exchanged",
        "The training errors and the validation errors are exchanged.",
        "The order of the two values that are returned.",
        errors=rows(rest, ours),
    )
    yield Mistake(
        "babysitting.sizes_sorted",
        "The errors are in another order than the sizes.",
        "The order: that of the argument sizes.",
        errors=rows(order=sorted),
    )
    yield Mistake(
        "babysitting.last_size_for_largest",
        "The validation examples begin after the last size, which is not always the largest.",
        "Which size is the largest: sizes may be in any order.",
        errors=rows(second=lambda n: slice(sizes[-1], None)),
    )
    for first in (ours, up_to_largest):
        yield Mistake(
            "babysitting.one_net_for_all",
            "The same net is used for every size.",
            "Where the net is trained: anew for every size.",
            errors=rows(first, size=lambda n: largest),
        )
    yield Mistake(
        "babysitting.trained_on_all",
        "The net is trained on all examples, the validation examples included.",
        "What train is called with: the first examples, as many as the size says.",
        errors=rows(size=lambda n: len(y)),
    )
