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


def until(losses: Sequence[float], num_steps: int, factor: float) -> Iterator[Mistake]:
    """Yield the mistakes of train_until: the quantity `losses`, for a run that would have these losses."""
    given = list(losses)[:num_steps]

    def taken(hopeless: Callable[[int], bool], keep: int = 1) -> Callable[[], list[float]]:
        """Return the losses up to the first hopeless one, which is counted `keep` times (0 or 1)."""

        def run() -> list[float]:
            for t in range(len(given)):
                if hopeless(t):
                    return given[: t + keep]
            return given

        return run

    def finite(t: int) -> bool:
        return math.isfinite(given[t])

    def too_large(t: int) -> bool:
        return given[t] > factor * given[0]

    yield Mistake(
        "babysitting.never_given_up",
        "The training goes on although the loss has exploded.",
        "The condition after each step.",
        losses=given,
    )
    yield Mistake(
        "babysitting.last_loss_missing",
        "The loss that ended the run is missing.",
        "The order: note the loss first, then decide.",
        losses=taken(lambda t: not finite(t) or too_large(t), keep=0),
    )
    yield Mistake(
        "babysitting.nan_unnoticed",
        "The run goes on after a loss of NaN.",
        "Comparisons with NaN: they are always False, so it needs a condition of its own.",
        losses=taken(too_large),
    )
    yield Mistake(
        "babysitting.only_not_finite",
        "Only losses that are not finite end the run.",
        "The second condition: a loss above the limit.",
        losses=taken(lambda t: not finite(t)),
    )
    yield Mistake(
        "babysitting.compared_with_last",
        "The loss is compared with the loss before it.",
        "The limit: it is a multiple of the first loss.",
        losses=taken(lambda t: not finite(t) or (t > 0 and given[t] > factor * given[t - 1])),
    )
    yield Mistake(
        "babysitting.compared_with_smallest",
        "The loss is compared with the smallest loss so far.",
        "The limit: it is a multiple of the first loss.",
        losses=taken(lambda t: not finite(t) or given[t] > factor * min(given[: t + 1])),
    )
    yield Mistake(
        "babysitting.limit_is_factor",
        "The loss is compared with the factor itself.",
        "The limit: it is a multiple of the first loss.",
        losses=taken(lambda t: not finite(t) or given[t] > factor),
    )
    yield Mistake(
        "babysitting.any_rise",
        "A run is given up as soon as its loss is above the first one.",
        "The limit: it is a multiple of the first loss.",
        losses=taken(lambda t: not finite(t) or given[t] > given[0]),
    )
    yield Mistake(
        "babysitting.limit_included",
        "A loss that only reaches the limit ends the run.",
        "The comparison: the loss has to be larger.",
        losses=taken(lambda t: not finite(t) or given[t] >= factor * given[0]),
    )
    yield Mistake(
        "babysitting.factor_fixed",
        "The factor is always 3.",
        "The argument `factor`.",
        losses=taken(lambda t: not finite(t) or given[t] > 3 * given[0]),
    )
    yield Mistake(
        "babysitting.first_loss_missing",
        "The first loss is missing in the list.",
        "When a loss is noted: after every step, the first one included.",
        losses=lambda: taken(lambda t: not finite(t) or too_large(t))()[1:],
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


def diagnosis(loss: Any, train_acc: Sequence[float], val_acc: Sequence[float], num_classes: int) -> Iterator[Mistake]:
    """Yield the mistakes of diagnose_run that change its label in this case: the quantity `label`."""
    right = _label(loss, train_acc, val_acc, num_classes)
    for mistake in _all_diagnoses(loss, train_acc, val_acc, num_classes):
        if mistake.gives["label"] not in (right, None):
            yield mistake


def _all_diagnoses(loss: Any, train_acc: Any, val_acc: Any, C: int) -> Iterator[Mistake]:
    values = np.asarray(loss, dtype=np.float64)
    yield Mistake(
        "babysitting.not_finite_unnoticed",
        "A loss that is NaN or infinite is not noticed.",
        "The first row of the table: ask np.isfinite for every loss.",
        label=_label(values, train_acc, val_acc, C, notice=lambda v: True),
    )
    yield Mistake(
        "babysitting.not_finite_unnoticed",
        "A loss that is NaN or infinite is not noticed.",
        "The first row of the table: ask np.isfinite for every loss.",
        label=_label(values, train_acc, val_acc, C, notice=lambda v: not np.isnan(v).any()),
    )
    yield Mistake(
        "babysitting.rise_unnoticed",
        "A loss that rises, but stays finite, is not noticed.",
        "The second half of the table's first row.",
        label=_label(values, train_acc, val_acc, C, rise=math.inf),
    )
    yield Mistake(
        "babysitting.any_rise_diverges",
        "A tiny rise of the loss counts as divergence.",
        "The factor in the table's first row.",
        label=_label(values, train_acc, val_acc, C, rise=1.0),
    )
    yield Mistake(
        "babysitting.accuracy_ignored",
        "A net whose accuracy is far above chance counts as not learning.",
        "The second half of the row of `not learning`.",
        label=_label(values, train_acc, np.zeros(1), C, gap=train_acc[-1] - val_acc[-1]),
    )
    yield Mistake(
        "babysitting.ten_classes",
        "Chance level is that of ten classes.",
        "The argument num_classes.",
        label=_label(values, train_acc, val_acc, C, chance=np.log(10)),
    )
    yield Mistake(
        "babysitting.wrong_logarithm",
        "Chance level uses another logarithm.",
        "The softmax loss: it uses the natural logarithm.",
        label=_label(values, train_acc, val_acc, C, chance=np.log10(C)),
    )
    yield Mistake(
        "babysitting.wrong_logarithm",
        "Chance level uses another logarithm.",
        "The softmax loss: it uses the natural logarithm.",
        label=_label(values, train_acc, val_acc, C, chance=np.log2(C)),
    )
    yield Mistake(
        "babysitting.gap_reversed",
        "The gap between the accuracies has the wrong sign.",
        "The row of `overfitting`: which accuracy is the larger one?",
        label=_label(values, train_acc, val_acc, C, gap=val_acc[-1] - train_acc[-1]),
    )
    yield Mistake(
        "babysitting.gap_of_other_epochs",
        "The gap is not that of the last epoch.",
        "The row of `overfitting`: it compares the last accuracies.",
        label=_label(values, train_acc, val_acc, C, gap=np.max(train_acc) - np.max(val_acc)),
    )
    yield Mistake(
        "babysitting.gap_of_other_epochs",
        "The gap is not that of the last epoch.",
        "The row of `overfitting`: it compares the last accuracies.",
        label=_label(values, train_acc, val_acc, C, gap=float(np.max(np.subtract(train_acc, val_acc)))),
    )
    yield Mistake(
        "babysitting.single_losses",
        "Single losses are compared, not means over a quarter of the run.",
        "How `start`, `before` and `end` are measured.",
        label=_label(np.array([values[0], values[len(values) // 2], values[-1]]), train_acc, val_acc, C, parts=3),
    )
    yield Mistake(
        "babysitting.compared_with_start",
        "The end of the run is compared with its start, not with the quarter before.",
        "The row of `still improving`.",
        label=_label(values, train_acc, val_acc, C, before=lambda quarters: quarters[0]),
    )
    yield Mistake(
        "babysitting.compared_with_start",
        "The end of the run is compared with its start, not with the quarter before.",
        "The row of `still improving`.",
        label=_label(values, train_acc, val_acc, C, before=lambda quarters: quarters[1]),
    )
    yield Mistake(
        "babysitting.any_fall_improves",
        "A tiny fall of the loss counts as an improvement.",
        "The factor in the row of `still improving`.",
        label=_label(values, train_acc, val_acc, C, fall=1.0),
    )
    order = ("diverged", "not learning", "slow start", "overfitting", "still improving")
    for k, name in enumerate(order[1:], start=1):
        yield Mistake(
            "babysitting.rows_in_another_order",
            "A later row of the table was asked before an earlier one.",
            "The order of the rows: the first one that fits decides.",
            label=_label(values, train_acc, val_acc, C, order=(name, *order[:k], *order[k + 1 :])),
        )


def _label(
    loss: Any,
    train_acc: Any,
    val_acc: Any,
    C: int,
    notice: Callable[[Floats], bool] = lambda v: bool(np.isfinite(v).all()),
    rise: float = 1.1,
    fall: float = 0.95,
    chance: float | None = None,
    gap: float | None = None,
    parts: int = 4,
    before: Callable[[list[Floats]], Floats] = lambda quarters: quarters[-2],
    order: Sequence[str] = ("diverged", "not learning", "slow start", "overfitting", "still improving"),
) -> str | None:
    """Return the label by a changed table; None if it cannot be told."""
    values = np.asarray(loss, dtype=np.float64)
    length = max(len(values) // parts, 1)
    quarters = [values[:length], values[length : 2 * length], values[-2 * length :][:length], values[-length:]]
    with np.errstate(all="ignore"):
        first, last, third = (float(part.mean()) for part in (quarters[0], quarters[-1], before(quarters)))
    level = 0.99 * (np.log(C) if chance is None else chance)
    distance = train_acc[-1] - val_acc[-1] if gap is None else gap
    fits = {
        "diverged": not notice(values) or last > rise * first,
        "not learning": last > level and val_acc[-1] * C < 2,
        "slow start": first > level,
        "overfitting": distance > 0.15,
        "still improving": last < fall * third,
    }
    return next((name for name in order if fits[name]), "good")


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


def border(best: float, low: float, high: float) -> Iterator[Mistake]:
    """Yield the mistakes of at_border that change its answer in this case: the quantity `answer`."""
    place = math.log(best / low) / math.log(high / low)
    right = abs(place - 0.5) > 0.4
    on_line = (best - low) / (high - low)
    cases = (
        Mistake(
            "babysitting.border_inverted",
            "The answer is the other way round.",
            "When the function returns True: if the best value lies at the border.",
            answer=not right,
        ),
        Mistake(
            "babysitting.border_linear",
            "The border is measured on a linear scale.",
            "The scale: a tenth of the powers of ten.",
            answer=abs(on_line - 0.5) > 0.4,
        ),
        Mistake(
            "babysitting.border_one_end",
            "Only one end of the range counts as a border.",
            "The other end of the range.",
            answer=place < 0.1,
        ),
        Mistake(
            "babysitting.border_one_end",
            "Only one end of the range counts as a border.",
            "The other end of the range.",
            answer=place > 0.9,
        ),
        Mistake(
            "babysitting.border_exact",
            "Only the very ends of the range count as a border.",
            "How wide the border is: a tenth of the range.",
            answer=best in (low, high),
        ),
        Mistake(
            "babysitting.border_factor",
            "The border is a fixed factor wide, whatever the range.",
            "How wide the border is: a tenth of the powers of ten between low and high.",
            answer=best < 2 * low or best > high / 2,
        ),
        Mistake(
            "babysitting.border_factor",
            "The border is a fixed factor wide, whatever the range.",
            "How wide the border is: a tenth of the powers of ten between low and high.",
            answer=best < 10 * low or best > high / 10,
        ),
        Mistake(
            "babysitting.border_factor",
            "The border is a fixed factor wide, whatever the range.",
            "How wide the border is: a tenth of the powers of ten between low and high.",
            answer=best < 1.1 * low or best > 0.9 * high,
        ),
    )
    if sum(case.gives["answer"] != right for case in cases[1:]) > 0:
        yield from (case for case in cases[1:] if case.gives["answer"] != right)
    else:
        yield cases[0]


# --- stopping, and more data --------------------------------------------------------------------


def stopping(val_acc: Sequence[float], patience: int) -> Iterator[Mistake]:
    """Yield the mistakes of early_stopping: the quantity `pair`, of best and stop."""
    values = [float(value) for value in val_acc]
    last = len(values) - 1

    def best_until(end: int) -> int:
        return int(np.argmax(values[: end + 1]))

    def stop_of(fruitless: Callable[[int], int], limit: int) -> int:
        """Return the first epoch after `fruitless` many epochs in vain, or the last epoch."""
        return next((epoch for epoch in range(last + 1) if fruitless(epoch) >= limit), last)

    def since_best(epoch: int) -> int:
        return epoch - best_until(epoch)

    def since_latest_best(epoch: int) -> int:
        return int(np.argmax(values[: epoch + 1][::-1]))

    def falls(epoch: int) -> int:
        """Return how many epochs in a row, up to this one, were no better than the one before."""
        count = 0
        while epoch - count > 0 and values[epoch - count] <= values[epoch - count - 1]:
            count += 1
        return count

    def in_total(epoch: int) -> int:
        return sum(values[k] <= max(values[:k]) for k in range(1, epoch + 1))

    right = stop_of(since_best, patience)
    yield Mistake(
        "babysitting.best_of_unseen",
        "The best epoch is one that was never trained.",
        "Which epochs count: those until the stop.",
        pair=[best_until(last), right],
    )
    yield Mistake(
        "babysitting.never_stops",
        "The training does not stop although the patience has run out.",
        "The condition after each epoch.",
        pair=[best_until(last), last],
    )
    late = stop_of(since_best, patience + 1)
    yield Mistake(
        "babysitting.patience_off_by_one",
        "The training goes on for one epoch too many.",
        "The comparison with patience.",
        pair=[best_until(late), late],
    )
    early = stop_of(since_best, patience - 1) if patience > 1 else 0
    yield Mistake(
        "babysitting.patience_too_short",
        "The training stops one epoch too early.",
        "The comparison with patience.",
        pair=[best_until(early), early],
    )
    tied = stop_of(since_latest_best, patience)
    yield Mistake(
        "babysitting.equal_is_better",
        "An equal accuracy counts as an improvement.",
        "The comparison with the best accuracy so far.",
        pair=[tied - since_latest_best(tied), tied],
    )
    yield Mistake(
        "babysitting.last_of_equals",
        "The best epoch is the last of equal ones.",
        "Which of several equal accuracies counts: the first.",
        pair=[right - since_latest_best(right), right],
    )
    before = stop_of(falls, patience)
    yield Mistake(
        "babysitting.compared_with_epoch_before",
        "An accuracy is compared with that of the epoch before.",
        "What an improvement is: better than the best so far.",
        pair=[best_until(before), before],
    )
    total = stop_of(in_total, patience)
    yield Mistake(
        "babysitting.patience_in_total",
        "Epochs without an improvement are counted in total, not in a row.",
        "What happens to the count after an improvement.",
        pair=[best_until(total), total],
    )
    yield Mistake(
        "babysitting.accuracy_for_epoch",
        "The first value is an accuracy.",
        "What is returned: the number of the epoch.",
        pair=[values[best_until(right)], right],
    )
    yield Mistake(
        "babysitting.counted_from_one",
        "The epochs are counted from 1.",
        "The first epoch: its number is 0.",
        pair=[best_until(right) + 1, right + 1],
    )
    yield Mistake(
        "babysitting.stop_is_length",
        "The second value is the number of epochs, not the last epoch.",
        "What is returned if the patience never runs out.",
        pair=[best_until(right), right + 1],
    )
    yield Mistake(
        "babysitting.pair_exchanged",
        "Best and stop are exchanged.",
        "The order of the two values that are returned.",
        pair=[right, best_until(right)],
    )
    yield Mistake(
        "babysitting.worst_epoch",
        "The epoch with the lowest accuracy is returned.",
        "Accuracies are better if they are higher.",
        pair=[int(np.argmin(values)), right],
    )


def curve(train: Callable[[Any, Any], Callable[[Any], Any]], X: Any, y: Any, sizes: Sequence[int]) -> Iterator[Mistake]:
    """Yield the mistakes of learning_curve: the quantities `train_errors` and `val_errors`."""
    largest = max(sizes)

    def wrong(n: int, part: slice) -> float:
        answers = np.asarray(train(X[:n], y[:n])(X[part]))
        return float(np.count_nonzero(answers - y[part]) / max(len(y[part]), 1))

    def errors(part: Callable[[int], slice]) -> Callable[[], list[float]]:
        return lambda: [wrong(n, part(n)) for n in sizes]

    def ours(n: int) -> slice:
        return slice(n)

    def rest(n: int) -> slice:
        return slice(largest, None)

    yield Mistake(
        "babysitting.trained_on_largest",
        "The training error is measured on examples that this size did not train on.",
        "The training error: it belongs to the examples that this net was trained on.",
        train_errors=errors(lambda n: slice(largest)),
    )
    yield Mistake(
        "babysitting.error_of_all_examples",
        "The error is measured on all examples together.",
        "The examples of each error: those that were trained on, or those that no size uses.",
        train_errors=errors(lambda n: slice(None)),
        val_errors=errors(lambda n: slice(None)),
    )
    yield Mistake(
        "babysitting.validation_changes",
        "The validation examples change with the size.",
        "The validation examples: the same ones for every size, after the largest size.",
        val_errors=errors(lambda n: slice(n, None)),
    )
    yield Mistake(
        "babysitting.validation_trained_on",
        "The validation error is measured on training examples.",
        "The validation examples: those that no size trains on.",
        val_errors=errors(ours),
    )
    yield Mistake(
        "babysitting.accuracies",
        "These are accuracies.",
        "What is asked for: the fraction of wrong predictions.",
        train_errors=lambda: [1 - wrong(n, ours(n)) for n in sizes],
        val_errors=lambda: [1 - wrong(n, rest(n)) for n in sizes],
    )
    yield Mistake(
        "babysitting.counts",
        "These are numbers of wrong predictions.",
        "What is asked for: a fraction.",
        train_errors=lambda: [n * wrong(n, ours(n)) for n in sizes],
        val_errors=lambda: [(len(y) - largest) * wrong(n, rest(n)) for n in sizes],
    )
    yield Mistake(
        "babysitting.errors_exchanged",
        "The training errors and the validation errors are exchanged.",
        "The order of the two values that are returned.",
        train_errors=errors(rest),
        val_errors=errors(ours),
    )
    yield Mistake(
        "babysitting.sizes_sorted",
        "The errors are in another order than the sizes.",
        "The order: that of the argument sizes.",
        train_errors=lambda: [wrong(n, ours(n)) for n in sorted(sizes)],
        val_errors=lambda: [wrong(n, rest(n)) for n in sorted(sizes)],
    )
    yield Mistake(
        "babysitting.last_size_for_largest",
        "The validation examples begin after the last size, which is not always the largest.",
        "Which size is the largest: sizes may be in any order.",
        val_errors=errors(lambda n: slice(sizes[-1], None)),
    )
    yield Mistake(
        "babysitting.one_net_for_all",
        "The same net is used for every size.",
        "Where the net is trained: anew for every size.",
        train_errors=lambda: [wrong(largest, ours(n)) for n in sizes],
        val_errors=lambda: [wrong(largest, rest(n)) for n in sizes],
    )
    yield Mistake(
        "babysitting.one_net_for_all",
        "The same net is used for every size.",
        "Where the net is trained: anew for every size.",
        train_errors=lambda: [wrong(largest, slice(largest)) for n in sizes],
        val_errors=lambda: [wrong(largest, rest(n)) for n in sizes],
    )
