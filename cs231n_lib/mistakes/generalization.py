"""Mistakes of the notebook `generalization`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NOT_FROM_RNG = Mistake(
    "generalization.not_from_rng",
    "Random numbers come from another source than the generator `rng`.",
    "Every random number: rng.normal draws from the generator, np.random.normal does not.",
)
CHANNELS_DIFFER = Mistake(
    "generalization.channels_differ",
    "The channels of an image are not changed at the same place.",
    "What is drawn for each channel: the place belongs to the image.",
)
NO_BOX = Mistake(
    "generalization.no_box",
    "What is changed in an image is not one rectangle.",
    "How rows and columns are chosen: each needs one first and one last number.",
)
ONE_PLACE = Mistake(
    "generalization.one_place",
    "All images of the batch are changed at the same place.",
    "What is drawn once, and what for each image.",
)
INSIDE_ONLY = Mistake(
    "generalization.inside_only",
    "The square always lies inside the image.",
    "Which pixels can be the centre: also those at the edge, where a part of the square is cut off.",
)
ON_THE_DIAGONAL = Mistake(
    "generalization.on_the_diagonal",
    "The row of a square is tied to its column.",
    "The two coordinates of the centre: each needs a random number of its own.",
)
PIXELS_DIFFER = Mistake(
    "generalization.pixels_differ",
    "The pixels of an image are shifted by different amounts.",
    "The shape of the shifts: one colour for each image.",
)
ONE_SHIFT = Mistake(
    "generalization.one_shift",
    "All images of the batch are shifted by the same colour.",
    "How many factors are drawn: three for each image.",
)
ONE_FACTOR = Mistake(
    "generalization.one_factor",
    "The factors of the three components are related.",
    "How many factors are drawn: three for each image.",
)
ONE_FIELD = Mistake(
    "generalization.one_field",
    "All images of the batch are bent by the same field.",
    "The shape of the displacements: each image has its own.",
)
SAME_BOTH_WAYS = Mistake(
    "generalization.same_both_ways",
    "The displacement along the rows is tied to that along the columns.",
    "How many numbers are drawn at each point: two.",
)
MOVED_AS_A_WHOLE = Mistake(
    "generalization.moved_as_a_whole",
    "The image is moved as a whole, or in whole rows or columns.",
    "How many points have a displacement of their own: grid x grid for each image.",
)
NOT_SMOOTH = Mistake(
    "generalization.not_smooth",
    "Neighbouring pixels have very different displacements.",
    "Between the points: the displacements are interpolated, neither drawn anew nor copied from the nearest point.",
)
OVERFLOW = Mistake(
    "generalization.overflow",
    "Huge scores make the result infinite or NaN.",
    "The exponential of a large number, and the logarithm of a probability that has become 0.",
)
NOT_TWO = Mistake(
    "generalization.not_two",
    "A result holds parts of more than two images.",
    "The partner: one image of the batch, which has not been changed itself.",
)
NO_BLEND = Mistake(
    "generalization.no_blend",
    "Most images stay as they are.",
    "What the shares and the partners are used for.",
)
ONE_SHARE = Mistake(
    "generalization.one_share",
    "All images of the batch have the same share.",
    "How many shares are drawn: one for each image.",
)
FIXED_PARTNER = Mistake(
    "generalization.fixed_partner",
    "The partners are not random.",
    "How the partner of an image is chosen.",
)
ALPHA_IGNORED = Mistake(
    "generalization.alpha_ignored",
    "The shares are spread evenly, whatever alpha is.",
    "The distribution of the shares: Beta(alpha, alpha).",
)
FROZEN_MOVES = Mistake(
    "generalization.frozen_moves",
    "A frozen parameter moves.",
    "What the rule does with it: with a velocity or a weight decay, it moves even if the gradient is 0.",
)
OTHER_TURNS = Mistake(
    "generalization.other_turns",
    "The labels are not the numbers 0 to 3.",
    "What a label counts: quarter turns, from none to three.",
)
ONE_TURN = Mistake(
    "generalization.one_turn",
    "All images of the batch are turned alike.",
    "How many labels are drawn: one for each image.",
)


# --- changed images -----------------------------------------------------------------------------


def square_size(rows: Any, columns: Any, size: int) -> Mistake:
    """Return the mistake of squares whose largest ones have these numbers of rows and columns."""
    largest, smallest = max(np.max(rows), np.max(columns)), min(np.min(rows), np.min(columns))
    if largest == 0:
        return Mistake(
            "generalization.nothing_hidden",
            "No pixel is 0: nothing is hidden.",
            "What is assigned to, and what is returned.",
        )
    if largest in (2 * size, 2 * size + 1):
        return Mistake(
            "generalization.size_is_half",
            "The squares are twice as large as `size`, which is their whole side.",
            "The first and the last row: how far are they from the centre?",
        )
    if smallest == 0 and largest == size:
        return Mistake(
            "generalization.wraps_around",
            "Squares at the edge hide nothing.",
            "A negative index counts from the other end: where does the slice begin?",
        )
    if largest == size:
        return Mistake(
            "generalization.not_centred",
            "More of a square is cut off than its centre at the edge allows.",
            "The first and the last row: the pixel that was drawn is the centre, not a corner.",
        )
    return Mistake(
        "generalization.square_size",
        "The squares have the wrong size.",
        "The first and the last row: a square of size 3 has three rows, and fewer only at the edge.",
    )


def color_shifts(shift: Any, components: Any) -> Iterator[Mistake]:
    """Yield the mistakes of pca_color with one component that is not 0: the quantity `shift` (N, 3)."""
    used = np.argmax(np.abs(components).sum(axis=1))
    yield Mistake(
        "generalization.components_transposed",
        "The components are used as columns.",
        "The matrix product: component k is row k of `components`.",
        shift=lambda: np.where(np.arange(3) == used, shift, 0),
    )


def factor_spread(shift: Any, components: Any, scale: float) -> Mistake | None:
    """Return the mistake that a wrong spread of the shifts (N, 3) shows."""
    factors = shift @ np.linalg.inv(components)
    turned = shift @ np.linalg.inv(np.asarray(components).T)
    if np.allclose(turned.std(axis=0), scale, rtol=0.1):
        return Mistake(
            "generalization.components_transposed",
            "The components are used as columns.",
            "The matrix product: component k is row k of `components`.",
        )
    if np.allclose(factors.std(axis=0), 1, rtol=0.1):
        return Mistake(
            "generalization.scale_ignored",
            "The factors have the deviation 1.",
            "What the random numbers are multiplied by.",
        )
    if np.allclose(factors.std(axis=0), math.sqrt(scale), rtol=0.1):
        return Mistake(
            "generalization.scale_as_variance",
            "`scale` is used as a variance.",
            "The argument of rng.normal: it is the standard deviation.",
        )
    if 0.9 * scale < np.max(np.abs(factors)) <= scale * (1 + 1e-9):
        return Mistake(
            "generalization.uniform_factors",
            "The factors are uniform random numbers from -scale to scale.",
            "The distribution of the factors: normal.",
        )
    if np.min(factors) > -1e-9:
        return Mistake(
            "generalization.factors_positive",
            "No factor is negative.",
            "The distribution of the factors: normal, with mean 0.",
        )
    return None


def undeformed(X: Any) -> Iterator[Mistake]:
    """Yield the mistakes of elastic_deform with sigma 0: the quantity `X`."""
    yield Mistake(
        "generalization.rows_and_columns_exchanged",
        "Rows and columns are exchanged.",
        "The order of the arguments of sample_bilinear, and which of the two displacements belongs to the rows.",
        X=lambda: X[
            :,
            :,
            np.arange(X.shape[3]).clip(max=X.shape[2] - 1),
            np.arange(X.shape[2])[:, None].clip(max=X.shape[3] - 1),
        ],
    )
    yield Mistake(
        "generalization.own_place_missing",
        "Every pixel is read near the first one: its own place is missing.",
        "Where pixel (i, j) is read: its own place, plus the displacement.",
        X=lambda: np.broadcast_to(X[:, :, :1, :1], X.shape),
    )


def field_spread(at_points: Any, sigma: float) -> Mistake | None:
    """Return the mistake that a wrong spread of the displacements at the points shows."""
    spread = np.std(at_points)
    if abs(spread - 1) < 0.08:
        return Mistake(
            "generalization.sigma_ignored",
            "The displacements have the deviation 1.",
            "What the random numbers are multiplied by.",
        )
    if abs(spread / sigma**2 - 1) < 0.08:
        return Mistake(
            "generalization.sigma_squared",
            "The displacements have the deviation sigma squared.",
            "The argument of rng.normal: it is the standard deviation.",
        )
    if 0.9 * sigma < np.max(np.abs(at_points)) <= sigma:
        return Mistake(
            "generalization.uniform_displacements",
            "The displacements are uniform random numbers from -sigma to sigma.",
            "The distribution of the displacements: normal.",
        )
    if spread < 0.95 * sigma:
        return Mistake(
            "generalization.points_elsewhere",
            "Where the points should be, the displacements are too small, as between two points.",
            "The places of the pixels in the grid: the first pixel is at point 0, the last one at point grid - 1.",
        )
    return None


def between_points(moved: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the field three tenths of the way from row 10 to row 20: the quantity `field`."""
    yield Mistake(
        "generalization.nearest_point",
        "Each pixel takes the displacement of the nearest point.",
        "Between the points: the displacements are interpolated.",
        field=lambda: moved[:, :, 10, 20],
    )


# --- soft targets -------------------------------------------------------------------------------


def right_soft_loss(scores: Any, targets: Any, T: float = 1.0) -> float:
    """Return the cross-entropy with soft targets, number by number."""
    total = 0.0
    for row, target in zip(np.asarray(scores) / T, targets, strict=True):
        for j in range(len(row)):
            total += target[j] * float(np.logaddexp.reduce(row - row[j]))
    return total / len(scores)


def soft_loss(scores: Any, targets: Any, T: float) -> Iterator[Mistake]:
    """Yield the mistakes of soft_cross_entropy: the quantity `loss`."""
    N, C = np.shape(scores)
    value = right_soft_loss(scores, targets, T)
    hard = np.eye(C)[np.argmax(targets, axis=1)]
    p = _softmax(np.asarray(scores) / T)
    yield Mistake(
        "generalization.loss_sign",
        "The loss has the wrong sign.",
        "The sign of a logarithm of a probability: it is negative.",
        loss=-value,
    )
    yield Mistake(
        "generalization.soft_loss_summed",
        "The losses are summed over the images, not averaged.",
        "Where you divide by the number of images.",
        loss=N * value,
    )
    yield Mistake(
        "generalization.divided_by_classes",
        "The loss is divided by the number of classes, too.",
        "What is averaged: the images. The classes are summed.",
        loss=value / C,
    )
    if T != 1:
        yield Mistake(
            "generalization.temperature_ignored",
            "The temperature is ignored.",
            "What is divided by the temperature: the scores.",
            loss=lambda: right_soft_loss(scores, targets, 1.0),
        )
        yield Mistake(
            "generalization.temperature_multiplied",
            "The scores are multiplied by the temperature.",
            "What is divided by the temperature: the scores.",
            loss=lambda: right_soft_loss(scores, targets, 1 / T),
        )
        yield Mistake(
            "generalization.loss_times_temperature",
            "The loss is multiplied or divided by the temperature, or by its square.",
            "Where the temperature stands: it divides the scores, nothing else.",
            loss=value * T**2,
        )
        for factor in (T, 1 / T):
            yield Mistake(
                "generalization.loss_times_temperature",
                "The loss is multiplied or divided by the temperature, or by its square.",
                "Where the temperature stands: it divides the scores, nothing else.",
                loss=value * factor,
            )
    yield Mistake(
        "generalization.largest_target_only",
        "Only the largest target of each image counts.",
        "The sum over the classes: each has its target as a weight.",
        loss=lambda: right_soft_loss(scores, hard, T),
    )
    yield Mistake(
        "generalization.targets_not_logarithm",
        "The logarithm is that of the targets, not of the probabilities.",
        "What the logarithm is taken of.",
        loss=lambda: -np.sum(p * np.log(targets)) / N,
    )
    yield Mistake(
        "generalization.softmax_of_targets",
        "The targets are passed through the softmax.",
        "The targets: they are probabilities already.",
        loss=lambda: right_soft_loss(scores, _softmax(targets), T),
    )
    yield Mistake(
        "generalization.no_softmax",
        "The logarithm is that of scores, or there is no logarithm.",
        "The order: scores, probabilities, logarithm.",
        loss=lambda: -np.sum(targets * np.asarray(scores) / T) / N,
    )
    yield Mistake(
        "generalization.no_logarithm",
        "The logarithm is missing.",
        "The order: scores, probabilities, logarithm.",
        loss=lambda: -np.sum(targets * p) / N,
    )


def soft_gradient(scores: Any, targets: Any, T: float) -> Iterator[Mistake]:
    """Yield the mistakes of the gradient of soft_cross_entropy: the quantity `dscores`."""
    N, C = np.shape(scores)

    def right(targets: Any = targets, T: float = T) -> Floats:
        return gradient_of(lambda s: right_soft_loss(s, targets, T), scores)

    if T != 1:
        yield Mistake(
            "generalization.gradient_without_temperature",
            "The gradient is not divided by the temperature.",
            "The chain rule: the scores are divided by the temperature first.",
            dscores=lambda: T * right(),
        )
        yield Mistake(
            "generalization.gradient_times_temperature",
            "The gradient is multiplied by the temperature.",
            "The chain rule: how much do the scaled scores change if a score changes by 1?",
            dscores=lambda: T * T * right(),
        )
        yield Mistake(
            "generalization.temperature_ignored",
            "The temperature is ignored.",
            "What is divided by the temperature: the scores.",
            dscores=lambda: right(T=1.0),
        )
        yield Mistake(
            "generalization.gradient_at_other_temperature",
            "The gradient uses the probabilities at temperature 1.",
            "The probabilities in the gradient: those of the loss.",
            dscores=lambda: right(T=1.0) / T,
        )
    yield Mistake(
        "generalization.gradient_is_probabilities",
        "The targets are missing in the gradient.",
        "What is subtracted from the probabilities.",
        dscores=lambda: _softmax(np.asarray(scores) / T) / (N * T),
    )
    yield Mistake(
        "generalization.one_hot_gradient",
        "The gradient is that for the largest target only.",
        "What is subtracted from the probabilities: the targets, not a one-hot row.",
        dscores=lambda: right(targets=np.eye(C)[np.argmax(targets, axis=1)]),
    )


def mixed_targets(shares: Any, T: Any, blended: Any = slice(None)) -> Iterator[Mistake]:
    """Yield the mistakes of the targets of mixup and cutmix: the quantity `T`, in the rows `blended`.

    `shares` (N, N) are those of the pixels. The partner of an image that has all of its own pixels is not known.
    """
    shares, T = np.asarray(shares), np.asarray(T)
    own = shares.diagonal()
    partner = np.argmax(shares - np.diag(own), axis=1)
    yield Mistake(
        "generalization.targets_unchanged",
        "The targets are those of the images before.",
        "The targets need the same blend as the images.",
        T=T[blended],
    )
    yield Mistake(
        "generalization.targets_of_partner",
        "The targets are those of the partners.",
        "The targets need the same blend as the images.",
        T=lambda: T[partner][blended],
    )
    yield Mistake(
        "generalization.shares_exchanged",
        "The share of the partner is given to the label of the image, and the other way round.",
        "Which of the two labels gets which share.",
        T=lambda: ((1 - own)[:, None] * T + own[:, None] * T[partner])[blended],
    )
    yield Mistake(
        "generalization.half_and_half",
        "Both labels have one half.",
        "The targets need the shares of the images.",
        T=lambda: (T + T[partner])[blended] / 2,
    )
    yield Mistake(
        "generalization.larger_share_only",
        "The label of the larger part has everything.",
        "The targets need the shares of the images.",
        T=lambda: np.where((own >= 0.5)[:, None], T, T[partner])[blended],
    )
    yield Mistake(
        "generalization.targets_do_not_add_up",
        "The targets of the two images are added, without their shares.",
        "The targets need the shares of the images.",
        T=lambda: (T + T[partner])[blended],
    )


def share_mean(share: Any, alpha: float) -> Mistake | None:
    """Return the mistake that a wrong mean of the shares shows."""
    if abs(np.mean(share) - alpha / (alpha + 1)) < 0.06 or abs(np.mean(share) - 1 / (alpha + 1)) < 0.06:
        return Mistake(
            "generalization.beta_with_one",
            "The shares come from Beta(alpha, 1), or from Beta(1, alpha).",
            "Both parameters of the Beta distribution.",
        )
    return None


def share_spread(share: Any, alpha: float) -> Mistake | None:
    """Return the mistake that a wrong spread of the shares shows."""
    if alpha != 1 and abs(np.var(share) * 12 - 1) < 0.15:
        return ALPHA_IGNORED
    return None


def box_share(inside: Any) -> Mistake | None:
    """Return the mistake that masks of boxes (N, H, W) show which do not cover 0.32 of the pixels."""
    mean = np.mean(inside)
    covered = np.any(inside, axis=1).mean(axis=0)
    if abs(covered[0] - covered[-1]) > 0.2:
        return Mistake(
            "generalization.boxes_off_centre",
            "The boxes are more often at one edge than at the other.",
            "The first and the last row: the pixel that was drawn is the centre, not a corner.",
        )
    if 0.46 < mean < 0.54:
        return INSIDE_ONLY
    if 0.17 < mean < 0.255:
        return Mistake(
            "generalization.area_as_side",
            "The area is used as the side of the box.",
            "The sides of the box: an area of 1/4 of the image has sides of one half.",
        )
    return None


# --- averages -----------------------------------------------------------------------------------


def ensemble(scores: Sequence[Any]) -> Iterator[Mistake]:
    """Yield the mistakes of ensemble_probabilities, and of averages over views: the quantity `mean`."""
    each = [_softmax(one) for one in scores]
    M = len(each)
    yield Mistake(
        "generalization.mean_of_scores",
        "The scores are averaged, not the probabilities.",
        "The order: probabilities of each, then the mean.",
        mean=lambda: _softmax(np.mean(scores, axis=0)),
    )
    yield Mistake(
        "generalization.sum_of_scores",
        "The scores are added up before the softmax.",
        "The order: probabilities of each, then the mean.",
        mean=lambda: _softmax(np.sum(scores, axis=0)),
    )
    yield Mistake(
        "generalization.scores_returned",
        "These are scores, not probabilities.",
        "The order: probabilities of each, then the mean.",
        mean=lambda: np.mean(scores, axis=0),
    )
    if M > 1:
        yield Mistake(
            "generalization.summed_probabilities",
            "The probabilities are summed, not averaged.",
            "The number that you divide by.",
            mean=lambda: np.sum(each, axis=0),
        )
        for k, which in ((0, "first"), (-1, "last")):
            del which
            yield Mistake(
                "generalization.one_of_them",
                "Only one of them counts, the first or the last.",
                "What happens to the results of the others.",
                mean=each[k],
            )
        yield Mistake(
            "generalization.votes",
            "Only the best class of each counts, as a vote.",
            "What is averaged: the probabilities of all classes.",
            mean=lambda: np.mean([np.eye(p.shape[1])[p.argmax(axis=1)] for p in each], axis=0),
        )
        yield Mistake(
            "generalization.largest_probability",
            "This is the largest probability that any of them gives.",
            "What is averaged: the probabilities of all classes.",
            mean=lambda: np.max(each, axis=0),
        )
    yield Mistake(
        "generalization.softmax_twice",
        "The softmax is taken twice.",
        "What is already a probability.",
        mean=lambda: np.mean([_softmax(p) for p in each], axis=0),
    )
    yield Mistake(
        "generalization.softmax_over_images",
        "The probabilities add up to 1 over the images, not over the classes.",
        "The axis of the softmax.",
        mean=lambda: np.mean([_softmax(np.transpose(one)).T for one in scores], axis=0),
    )


def views(scores_fn: Callable[[Any], Any], X: Any, views: Sequence[Callable[[Any], Any]]) -> Iterator[Mistake]:
    """Yield the mistakes of predict_tta: the quantity `mean`."""
    found = [np.asarray(scores_fn(view(X))) for view in views]
    yield from ensemble(found)
    yield Mistake(
        "generalization.image_added",
        "The image itself is counted as one more view.",
        "Which views there are: those in the list.",
        mean=lambda: np.mean([_softmax(scores) for scores in [np.asarray(scores_fn(X)), *found]], axis=0),
    )
    yield Mistake(
        "generalization.views_ignored",
        "The views are not used.",
        "What scores_fn is called with.",
        mean=lambda: _softmax(np.asarray(scores_fn(X))),
    )

    def chained() -> Any:
        now: Any = X
        total: Any = 0
        for view in views:
            now = view(now)
            total = total + _softmax(np.asarray(scores_fn(now)))
        return total / len(views)

    yield Mistake(
        "generalization.views_chained",
        "Each view is applied to the one before, not to the image.",
        "What each view is applied to.",
        mean=chained,
    )


def moving_average(average: Mapping[str, Any], params: Mapping[str, Any], decay: float) -> Iterator[Mistake]:
    """Yield the mistakes of ema_update: one quantity for each name."""

    def case(f: Callable[[Any, Any], Any]) -> dict[str, Any]:
        return {name: f(np.asarray(average[name]), np.asarray(params[name])) for name in average}

    yield Mistake(
        "generalization.decay_exchanged",
        "The decay multiplies the weights, not the average.",
        "Which of the two the decay belongs to: with 0.99 the average changes slowly.",
        **case(lambda a, p: (1 - decay) * a + decay * p),
    )
    yield Mistake(
        "generalization.weights_not_scaled",
        "The weights are added as they are, without 1 - decay.",
        "The factor of the weights: both factors add up to 1.",
        **case(lambda a, p: decay * a + p),
    )
    yield Mistake(
        "generalization.average_not_scaled",
        "The average is not multiplied by the decay.",
        "The factor of the average: both factors add up to 1.",
        **case(lambda a, p: a + (1 - decay) * p),
    )
    yield Mistake(
        "generalization.plain_mean",
        "This is the mean of both, whatever the decay is.",
        "What the decay is used for.",
        **case(lambda a, p: (a + p) / 2),
    )
    yield Mistake(
        "generalization.weights_returned",
        "These are the weights themselves.",
        "What is returned: the average.",
        **case(lambda a, p: p),
    )
    yield Mistake(
        "generalization.average_unchanged",
        "The average has not changed.",
        "What is returned: the new average.",
        **case(lambda a, p: a),
    )


# --- distillation -------------------------------------------------------------------------------


def right_distillation(student: Any, teacher: Any, y: Any, T: float, weight: float) -> float:
    """Return the loss of distillation, from its definition."""
    return _distilled(student, teacher, y, weight)(T * T, T, T, 1.0)


def distillation(student: Any, teacher: Any, y: Any, T: float, weight: float) -> Iterator[Mistake]:
    """Yield the mistakes of distillation_loss: the quantity `loss`."""
    for mistake, f in _distillation_mistakes(teacher, y, T, weight):
        yield _giving(mistake, loss=lambda f=f: f(student))


def distillation_gradient(student: Any, teacher: Any, y: Any, T: float, weight: float) -> Iterator[Mistake]:
    """Yield the mistakes of the gradient of distillation_loss: the quantity `dstudent`."""
    for mistake, f in _distillation_mistakes(teacher, y, T, weight):
        yield _giving(mistake, dstudent=lambda f=f: gradient_of(f, student))


def _distillation_mistakes(
    teacher: Any, y: Any, T: float, weight: float
) -> Iterator[tuple[Mistake, Callable[[Any], float]]]:
    def changed(factor: float, of_student: float, of_teacher: float, of_hard: float) -> Callable[[Any], float]:
        return lambda student: _distilled(student, teacher, y, weight)(factor, of_student, of_teacher, of_hard)

    softened = _softmax(np.asarray(teacher) / T)
    entropy = -float(np.sum(softened * np.log(np.maximum(softened, 1e-300)))) / len(softened)
    if T != 1:
        yield (
            Mistake(
                "generalization.no_square",
                "The factor T squared is missing.",
                "The factors of the soft part.",
            ),
            changed(1.0, T, T, 1.0),
        )
        yield (
            Mistake(
                "generalization.temperature_not_squared",
                "The soft part has the factor T, not T squared.",
                "The factors of the soft part.",
            ),
            changed(T, T, T, 1.0),
        )
        yield (
            Mistake(
                "generalization.teacher_not_softened",
                "The probabilities of the teacher are those at temperature 1.",
                "The targets of the soft part: the scores of the teacher are divided by T, too.",
            ),
            changed(T * T, T, 1.0, 1.0),
        )
        yield (
            Mistake(
                "generalization.student_not_softened",
                "The student's scores are not divided by T in the soft part.",
                "The soft part: the scores of both nets are divided by T.",
            ),
            changed(T * T, 1.0, T, 1.0),
        )
        yield (
            Mistake(
                "generalization.nothing_softened",
                "No scores are divided by T.",
                "The soft part: the scores of both nets are divided by T.",
            ),
            changed(T * T, 1.0, 1.0, 1.0),
        )
        yield (
            Mistake(
                "generalization.hard_part_softened",
                "The loss with the labels is at temperature T, too.",
                "The hard part: its temperature is 1.",
            ),
            changed(T * T, T, T, T),
        )
        yield (
            Mistake(
                "generalization.squared_twice",
                "The factor T squared stands at both parts.",
                "The factors of the hard part.",
            ),
            lambda student: T * T * _distilled(student, teacher, y, weight)(1.0, T, T, 1.0),
        )
    yield (
        Mistake(
            "generalization.weights_exchanged",
            "The weight belongs to the labels, and its complement to the teacher.",
            "Which of the two parts is multiplied by the weight: that of the teacher.",
        ),
        lambda student: _distilled(student, teacher, y, 1 - weight)(T * T, T, T, 1.0),
    )
    yield (
        Mistake(
            "generalization.teacher_left_out",
            "The part of the teacher is missing.",
            "The sum of the two parts.",
        ),
        changed(0.0, T, T, 1.0),
    )
    yield (
        Mistake(
            "generalization.labels_left_out",
            "The part of the labels is missing.",
            "The sum of the two parts.",
        ),
        lambda student: weight * T * T * right_soft_loss(student, softened, T),
    )
    yield (
        Mistake(
            "generalization.hard_part_not_weighted",
            "The part of the labels is not multiplied by 1 - weight.",
            "The factors of both parts: the weights add up to 1.",
        ),
        lambda student: (
            _distilled(student, teacher, y, weight)(T * T, T, T, 1.0)
            + weight * _distilled(student, teacher, y, 0.0)(0.0, T, T, 1.0)
        ),
    )
    yield (
        Mistake(
            "generalization.divergence",
            "The soft part is the KL divergence: the entropy of the teacher is subtracted.",
            "The docstring: the soft part is the cross-entropy. Its gradient is the same.",
        ),
        lambda student: _distilled(student, teacher, y, weight)(T * T, T, T, 1.0) - weight * T * T * entropy,
    )


def _distilled(student: Any, teacher: Any, y: Any, weight: float) -> Callable[[float, float, float, float], float]:
    """Return the loss as a function of the soft part's factor, and of the temperatures of student, teacher, labels."""
    C = np.shape(student)[1]

    def loss(factor: float, of_student: float, of_teacher: float, of_hard: float) -> float:
        from_labels = right_soft_loss(student, np.eye(C)[y], of_hard)
        from_teacher = right_soft_loss(student, _softmax(np.asarray(teacher) / of_teacher), of_student)
        return (1 - weight) * from_labels + weight * factor * from_teacher

    return loss


# --- transfer -----------------------------------------------------------------------------------


def transferred(pretrained: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of transfer_params: one quantity for each name."""
    yield Mistake(
        "generalization.nothing_transferred",
        "An array outside the head is that of the new net.",
        "Which names are in `head`: all others are pretrained, the running averages included.",
        **fresh,
    )
    yield Mistake(
        "generalization.old_head",
        "The head is that of the pretrained net.",
        "Which names are in `head`: these come from the new net.",
        **pretrained,
    )


def frozen(
    params: Mapping[str, Any], moved: Mapping[str, Any], grads: Mapping[str, Any], frozen: Sequence[str]
) -> Iterator[Mistake]:
    """Yield the mistakes of frozen_step with gradient descent: one quantity for each name."""
    yield Mistake(
        "generalization.all_moved",
        "Frozen parameters move, too.",
        "The condition: what happens to a name in `frozen`?",
        **{name: moved[name] for name in frozen},
    )
    others = [name for name in params if name not in frozen]
    yield Mistake(
        "generalization.others_do_not_move",
        "Parameters that are not frozen do not move.",
        "The condition: what happens to a name that is not in `frozen`?",
        **{name: params[name] for name in others},
    )
    yield Mistake(
        "generalization.wrong_way",
        "The parameters move along the gradient, not against it.",
        "What the rule returns: the next parameter, not a step.",
        **{name: 2 * np.asarray(params[name]) - moved[name] for name in others},
    )
    yield Mistake(
        "generalization.gradients_returned",
        "These are gradients.",
        "What the rule returns first: the next parameter.",
        **{name: grads[name] for name in params},
    )


def forgotten(rule: Callable[..., Any], config: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of three steps of a rule from 3.0 with the gradient 2.0: the quantity `w`."""

    def without_memory() -> Any:
        w = np.array([3.0])
        for _ in range(3):
            w, _ = rule(w, np.array([2.0]), dict(config))
        return w

    yield Mistake(
        "generalization.config_forgotten",
        "Every step is a first step: the rule has lost its memory.",
        "What becomes of the config that the rule returns.",
        w=without_memory,
    )


# --- without labels -----------------------------------------------------------------------------


def turned(image: Any, k: int) -> Iterator[Mistake]:
    """Yield the mistakes of an image (C, H, H) that was turned by k quarters: the quantity `image`."""
    yield Mistake(
        "generalization.clockwise",
        "The image is turned clockwise.",
        "The order of the two axes of the rotation.",
        image=lambda: np.rot90(image, -k, axes=(1, 2)),
    )
    if k:
        yield Mistake(
            "generalization.not_turned",
            "An image whose label is not 0 has not been turned.",
            "Where the turned image is put.",
            image=image,
        )
    for number in (1, 2, 3):
        yield Mistake(
            "generalization.other_number_of_turns",
            "The number of quarter turns is another one than the label.",
            "What a label counts: quarter turns, from none to three.",
            image=lambda number=number: np.rot90(image, k + number, axes=(1, 2)),
        )
    for axis in (1, 2):
        yield Mistake(
            "generalization.mirrored",
            "The image is a mirror image.",
            "What a rotation does, and what a flip.",
            image=lambda axis=axis: np.flip(image, axis),
        )
    yield Mistake(
        "generalization.mirrored",
        "The image is a mirror image.",
        "What a rotation does, and what a flip.",
        image=lambda: np.swapaxes(image, 1, 2),
    )


def right_contrastive(Z: Any, T: float) -> float:
    """Return the contrastive loss, pair by pair."""
    return _contrasted(Z, T)


def contrastive(Z: Any, T: float) -> Iterator[Mistake]:
    """Yield the mistakes of contrastive_loss: the quantity `loss`."""
    for mistake, f in _contrastive_mistakes(len(Z), T):
        yield _giving(mistake, loss=lambda f=f: f(np.asarray(Z)))


def contrastive_gradient(Z: Any, T: float) -> Iterator[Mistake]:
    """Yield the mistakes of the gradient of contrastive_loss: the quantity `dZ`."""
    Z = np.asarray(Z)
    lengths = np.sqrt(np.einsum("nd,nd->n", Z, Z))[:, None]

    def of_directions(stopped: bool = False) -> Floats:
        """Return the gradient of the normalized rows; `stopped`: only through the row that is compared."""
        U = Z / lengths
        return gradient_of(lambda V: _contrasted(V, T, normalized=False, others=U if stopped else None), U)

    def through_lengths(dU: Floats) -> Floats:
        return gradient_of(lambda V: np.sum(dU * V / np.sqrt(np.einsum("nd,nd->n", V, V))[:, None]), Z)

    yield Mistake(
        "generalization.no_gradient_of_normalization",
        "The gradient stops before the normalization.",
        "The last step back: Z is normalized first.",
        dZ=of_directions,
    )
    yield Mistake(
        "generalization.divided_by_length_only",
        "The gradient of the normalization lacks the part along u.",
        "The last step back: a change along u changes only the length.",
        dZ=lambda: of_directions() / lengths,
    )
    yield Mistake(
        "generalization.not_divided_by_length",
        "The gradient of the normalization is not divided by the length.",
        "The last step back: what a change of a long vector does to its direction.",
        dZ=lambda: lengths * through_lengths(of_directions()),
    )
    yield Mistake(
        "generalization.one_side_only",
        "Each similarity passes its gradient to one of its two views only.",
        "The product of U with its own transpose: each row stands in a row and in a column of the scores.",
        dZ=lambda: through_lengths(of_directions(stopped=True)),
    )
    yield Mistake(
        "generalization.one_side_twice",
        "The gradient of one side is doubled, as if G were symmetric.",
        "The product of U with its own transpose: the rows of G are not its columns.",
        dZ=lambda: 2 * through_lengths(of_directions(stopped=True)),
    )
    if T != 1:
        yield Mistake(
            "generalization.contrastive_gradient_without_temperature",
            "The gradient is not divided by T.",
            "The scores: the similarities are divided by T.",
            dZ=lambda: T * gradient_of(lambda V: _contrasted(V, T), Z),
        )
    for mistake, f in _contrastive_mistakes(len(Z), T):
        yield _giving(mistake, dZ=lambda f=f: gradient_of(f, Z))


def _contrastive_mistakes(rows: int, T: float) -> Iterator[tuple[Mistake, Callable[[Any], float]]]:
    yield (
        Mistake(
            "generalization.compared_with_itself",
            "A view is compared with itself, too.",
            "The diagonal of the scores.",
        ),
        lambda Z: _contrasted(Z, T, itself=True),
    )
    yield (
        Mistake(
            "generalization.not_normalized",
            "The embeddings are not normalized.",
            "The similarity: the cosine of the angle, so only directions count.",
        ),
        lambda Z: _contrasted(Z, T, normalized=False),
    )
    if T != 1:
        yield (
            Mistake(
                "generalization.similarity_not_divided",
                "The temperature is ignored.",
                "What is divided by T: the similarities.",
            ),
            lambda Z: _contrasted(Z, 1.0),
        )
        yield (
            Mistake(
                "generalization.similarity_multiplied",
                "The similarities are multiplied by T.",
                "What is divided by T: the similarities.",
            ),
            lambda Z: _contrasted(Z, 1 / T),
        )
    yield (
        Mistake(
            "generalization.neighbours_as_pairs",
            "Neighbouring rows are taken as pairs.",
            "Which rows belong together: i and i + N.",
        ),
        lambda Z: _contrasted(Z, T, other=lambda a: a ^ 1),
    )
    yield (
        Mistake(
            "generalization.first_views_only",
            "Only the first views have a loss.",
            "The mean: over all 2N views.",
        ),
        lambda Z: _contrasted(Z, T, count=rows // 2),
    )
    yield (
        Mistake(
            "generalization.first_views_of_all",
            "The losses of the first views only are added up, and divided by all.",
            "The mean: over all 2N views.",
        ),
        lambda Z: _contrasted(Z, T, count=rows // 2) / 2,
    )
    yield (
        Mistake(
            "generalization.divided_by_images",
            "The sum is divided by the number of images, not of views.",
            "The mean: over all 2N views.",
        ),
        lambda Z: 2 * _contrasted(Z, T),
    )
    yield (
        Mistake(
            "generalization.other_view_left_out",
            "The other view is left out of the sum.",
            "The sum: over all views except the view itself.",
        ),
        lambda Z: _contrasted(Z, T, without_other=True),
    )
    yield (
        Mistake(
            "generalization.contrastive_sign",
            "The loss has the wrong sign.",
            "The sign of a logarithm of a probability: it is negative.",
        ),
        lambda Z: -_contrasted(Z, T),
    )


def _contrasted(
    Z: Any,
    T: float,
    normalized: bool = True,
    itself: bool = False,
    without_other: bool = False,
    other: Callable[[int], int] | None = None,
    count: int | None = None,
    others: Any = None,
) -> float:
    """Return the mean loss of the first `count` views, number by number."""
    Z = np.asarray(Z, dtype=np.float64)
    with_whom = Z if others is None else np.asarray(others)
    if normalized:
        Z = np.array([row / math.hypot(*row) for row in Z])
        with_whom = Z
    rows, total = len(Z), 0.0
    count = rows if count is None else count
    for a in range(count):
        b = (a + rows // 2) % rows if other is None else other(a)
        similar = [float(np.dot(Z[a], with_whom[c])) / T for c in range(rows)]
        among = [similar[c] for c in range(rows) if (c != a or itself) and not (without_other and c == b)]
        total += float(np.logaddexp.reduce(among)) - similar[b]
    return total / count


# --- attributes ---------------------------------------------------------------------------------


def right_attributes(scores: Any, y: Any) -> float:
    """Return the hinge loss of attributes, number by number."""
    return _hinged(scores, y, lambda margin: margin)


def attributes(scores: Any, y: Any) -> Iterator[Mistake]:
    """Yield the mistakes of multilabel_hinge: the quantity `loss`."""
    for mistake, f in _attribute_mistakes(y):
        yield _giving(mistake, loss=lambda f=f: f(scores))


def attribute_gradient(scores: Any, y: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the gradient of multilabel_hinge: the quantity `dscores`."""
    N = len(scores)
    outside = np.asarray(y) * np.asarray(scores) < 1
    yield Mistake(
        "generalization.gradient_everywhere",
        "Margins that are met have a gradient, too.",
        "Where the maximum is 0, a small change of the score changes nothing.",
        dscores=lambda: np.where(True, -np.asarray(y), 0) / N,
    )
    yield Mistake(
        "generalization.gradient_without_y",
        "The sign of y is missing in the gradient.",
        "The derivative of the product of y and the score.",
        dscores=lambda: np.where(outside, -1.0, 0) / N,
    )
    yield Mistake(
        "generalization.gradient_without_y",
        "The sign of y is missing in the gradient.",
        "The derivative of the product of y and the score.",
        dscores=lambda: np.where(outside, 1.0, 0) / N,
    )
    for mistake, f in _attribute_mistakes(y):
        yield _giving(mistake, dscores=lambda f=f: gradient_of(f, scores))


def _attribute_mistakes(y: Any) -> Iterator[tuple[Mistake, Callable[[Any], float]]]:
    A = np.shape(y)[1]
    yield (
        Mistake(
            "generalization.divided_by_attributes",
            "The loss is divided by the number of attributes, too.",
            "The mean: over the images. The attributes are summed.",
        ),
        lambda s: right_attributes(s, y) / A,
    )
    yield (
        Mistake(
            "generalization.attributes_not_averaged",
            "The losses are summed over the images, not averaged.",
            "Where you divide by the number of images.",
        ),
        lambda s: right_attributes(s, y) * len(s),
    )
    yield (
        Mistake(
            "generalization.present_only",
            "Only attributes that an image has count.",
            "Attributes that an image has not: their scores should be below -1.",
        ),
        lambda s: right_attributes(np.where(np.asarray(y) > 0, s, -2.0), y),
    )
    yield (
        Mistake(
            "generalization.hinge_sign",
            "The margin grows with a right score.",
            "The sign before the product of y and the score.",
        ),
        lambda s: right_attributes(-np.asarray(s), y),
    )
    yield (
        Mistake(
            "generalization.no_margin",
            "The margin of 1 is missing.",
            "When a term is 0: a score must be right by at least 1.",
        ),
        lambda s: _hinged(s, y, lambda margin: max(0.0, margin - 1)),
    )
    yield (
        Mistake(
            "generalization.hinge_squared",
            "The margins are squared.",
            "The formula: the margin itself.",
        ),
        lambda s: _hinged(s, y, lambda margin: margin**2),
    )
    yield (
        Mistake(
            "generalization.not_cut_off",
            "Negative terms count, too.",
            "The maximum with 0, for each attribute.",
        ),
        lambda s: float(np.sum(1 - np.asarray(y) * np.asarray(s))) / len(s),
    )
    yield (
        Mistake(
            "generalization.worst_attribute_only",
            "Only the worst attribute of each image counts.",
            "The sum over the attributes.",
        ),
        lambda s: float(np.mean(np.maximum(1 - np.asarray(y) * np.asarray(s), 0).max(axis=1))),
    )


def _hinged(scores: Any, y: Any, of_margin: Callable[[float], float]) -> float:
    total = 0.0
    for row, signs in zip(np.asarray(scores, dtype=np.float64), np.asarray(y), strict=True):
        for score, sign in zip(row, signs, strict=True):
            total += of_margin(max(0.0, 1 - float(sign) * float(score)))
    return total / len(scores)


def _softmax(scores: Any) -> Floats:
    """Return the probabilities of each row of scores, each from the differences to its own score."""
    return np.array([[1 / np.sum(np.exp(row - own)) for own in row] for row in np.asarray(scores, dtype=np.float64)])


def _giving(mistake: Mistake, **gives: Any) -> Mistake:
    """Return the mistake with these values."""
    return type(mistake)(mistake.id, mistake.sentence, mistake.look_at, **gives)
