"""Mistakes of the notebook `batch_normalization`."""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.mistakes import deep_net
from cs231n_lib.mistakes.mistake import Mistake, Nearest, gradient_of, mixture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

AVERAGES_MISSING = Mistake(
    "batch_normalization.averages_missing",
    "After train mode, bn_param has no running averages.",
    "Where you store them. They belong in bn_param, even if it had none before.",
)
WRONG_ORDER = Mistake(
    "batch_normalization.wrong_order",
    "The gradients are returned in the wrong order.",
    "The return statement: dx comes first, then dgamma, then dbeta.",
)
CALLS_STAGED = Mistake(
    "batch_normalization.calls_staged",
    "`batchnorm_backward_alt` calls `batchnorm_backward`, or is the same function.",
    "This exercise asks for your own formula, computed without the other function.",
)
FEATURES_MIXED = Mistake(
    "batch_normalization.features_mixed",
    "A feature gets a gradient from the output of another feature.",
    "The axis of every sum and mean in dx. In batch normalization, a feature has its own statistics.",
)
EXAMPLES_MIXED = Mistake(
    "batch_normalization.examples_mixed",
    "An example gets a gradient from the output of another example.",
    "The axis of every sum and mean in dx. In layer normalization, an example has its own statistics.",
)
KEEPS_AVERAGES = Mistake(
    "batch_normalization.keeps_averages",
    "Layer normalization has stored running averages.",
    "What test time needs: an example brings all the numbers of its own mean and variance.",
)
HAS_MODES = Mistake(
    "batch_normalization.has_modes",
    "Layer normalization gives another output in another mode.",
    'The entry "mode": layer normalization has no reason to read it.',
)


def batchnorm_forward(x: Any, gamma: Any, beta: Any, bn_param: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of batchnorm_forward: the quantities `out`, `running_mean` and `running_var`."""
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    old = [bn_param.get(name, np.zeros(np.shape(x)[1])) for name in ("running_mean", "running_var")]
    batch, rows = _statistics(x, 0), np.shape(x)[0]
    new = [momentum * before + (1 - momentum) * now[0] for before, now in zip(old, batch, strict=True)]

    def out(mean: Any, variance: Any) -> dict[str, Callable[[], Any]]:
        return {"out": lambda: _normalized(x, mean, variance, eps) * gamma + beta}

    if bn_param["mode"] == "test":
        yield Mistake(
            "batch_normalization.batch_in_test",
            "Test mode uses the statistics of the batch.",
            "Where test mode takes mean and variance from. The other examples must not matter then.",
            **out(*batch),
        )
        yield Mistake(
            "batch_normalization.test_updates_first",
            "Test mode updates the running averages before it uses them.",
            "The update: only training batches leave a trace.",
            **out(*new),
        )
        yield Mistake(
            "batch_normalization.batch_mean_in_test",
            "Test mode uses the mean of the batch, with the running variance.",
            "Where test mode takes its mean from.",
            **out(batch[0], old[1]),
        )
        yield Mistake(
            "batch_normalization.batch_variance_in_test",
            "Test mode uses the variance of the batch, with the running mean.",
            "Where test mode takes its variance from.",
            **out(old[0], batch[1]),
        )
        yield Mistake(
            "batch_normalization.test_mode_learns",
            "Test mode has changed the running averages.",
            "The update: a net must not learn from the images that it is tested on.",
            running_mean=new[0],
            running_var=new[1],
        )
        yield from _formula(x, gamma, beta, eps, old[0], old[1], rows)
        return
    yield from _formula(x, gamma, beta, eps, batch[0], batch[1], rows)
    yield Mistake(
        "batch_normalization.rows_normalized",
        "Each example (row) is normalized by itself.",
        "The axis of mean and variance. The examples of the batch are the rows.",
        **out(*_statistics(x, 1)),
    )
    for averages in (old, new):
        yield Mistake(
            "batch_normalization.averages_in_train",
            "Train mode normalizes with the running averages.",
            "Which mean and variance train mode uses: those of this batch.",
            **out(*averages),
        )
    yield from _running_averages(x, gamma, beta, eps, momentum, old, [batch[0][0], batch[1][0]])


def layernorm_forward(x: Any, gamma: Any, beta: Any, ln_param: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of layernorm_forward: the quantity `out`."""
    eps, (mean, variance), batch = ln_param.get("eps", 1e-5), _statistics(x, 1), _statistics(x, 0)

    def out(mean: Any, variance: Any) -> dict[str, Callable[[], Any]]:
        return {"out": lambda: _normalized(x, mean, variance, eps) * gamma + beta}

    yield from _formula(x, gamma, beta, eps, mean, variance, np.shape(x)[1])
    for statistics in (batch, (batch[0], variance), (mean, batch[1])):
        yield Mistake(
            "batch_normalization.columns_normalized",
            "A mean or a variance is that of a feature, over the batch.",
            "The axis of mean and variance. Layer normalization uses only the example's own features.",
            **out(*statistics),
        )
    yield Mistake(
        "batch_normalization.batch_centred_first",
        "The mean of the batch is subtracted before the examples are normalized.",
        "What happens to x before your mean. Layer normalization uses only the example's own features.",
        out=lambda: _normalized(x - batch[0], *_statistics(x - batch[0], 1), eps) * gamma + beta,
    )
    if len(x) == len(gamma):
        yield Mistake(
            "batch_normalization.gamma_per_example",
            "Scale and shift are applied to examples.",
            "The shapes: gamma and beta have one number for each feature, as in batch normalization.",
            out=lambda: (_normalized(x, mean, variance, eps).T * gamma + beta).T,
        )
        yield Mistake(
            "batch_normalization.keepdims",
            "The mean of row i is subtracted from column i, or the variance is used so.",
            "The shapes: a mean of shape (N,) is lined up with the columns. It must have a shape that fits the rows.",
            **out(mean.T, variance.T),
        )


def batchnorm_backward(x: Any, gamma: Any, beta: Any, dout: Any, bn_param: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of batchnorm_backward and batchnorm_backward_alt: `dx`, `dgamma` and `dbeta`."""
    eps = bn_param.get("eps", 1e-5)
    if bn_param["mode"] == "test":
        fixed = [np.zeros(np.shape(x)) + bn_param[name] for name in ("running_mean", "running_var")]
        yield from _test_mode_gradients(x, gamma, beta, dout, eps, *fixed)
        yield from _parameter_gradients(x, gamma, beta, dout, eps, *fixed)
        return
    yield from _branches(x, gamma, dout, eps, 0)
    yield from _parameter_gradients(x, gamma, beta, dout, eps, *_statistics(x, 0))


def layernorm_backward(x: Any, gamma: Any, beta: Any, dout: Any, ln_param: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of layernorm_backward: the quantities `dx`, `dgamma` and `dbeta`."""
    eps, ones = ln_param.get("eps", 1e-5), np.ones_like(gamma)
    yield Mistake(
        "batch_normalization.dgamma_of_batch",
        "The x_hat in dgamma is that of batch normalization.",
        "Which x_hat your forward pass has multiplied by gamma.",
        dgamma=lambda: gradient_of(lambda g: _total(x, g, beta, dout, eps, *_statistics(x, 0)), gamma),
    )
    whole = functools.cache(lambda scale: sum(_parts(x, np.array(scale), dout, eps, 1)))
    parts = functools.cache(lambda scale: _parts(x, np.array(scale), dout, eps, 1))
    mine, bare = tuple(gamma), tuple(ones)
    yield Mistake(
        "batch_normalization.gamma_after_means",
        "Gamma is multiplied in too late, after the means were taken.",
        "The step from out to x_hat. Within an example, is gamma the same number for all values that share a mean?",
        dx=lambda: gamma * whole(bare),
    )
    yield Mistake(
        "batch_normalization.gradient_of_batch",
        "The means in dx are taken over the batch.",
        "The axis of every mean in dx, which is that of the forward pass.",
        dx=lambda: sum(_parts(x, gamma, dout, eps, 0)),
    )
    for number in (1, 2, 3):
        yield Mistake(
            "batch_normalization.gamma_missing_in_branch",
            "Gamma is missing in the branch through the mean or through the variance.",
            "Both branches start from the gradient with respect to x_hat.",
            dx=lambda number=number: sum(parts(bare if k and k & number else mine)[k] for k in range(3)),
        )
    yield from _branches(x, gamma, dout, eps, 1)
    yield from _parameter_gradients(x, gamma, beta, dout, eps, *_statistics(x, 1))


def normalized_net(
    forward: Callable[..., Any], params: Mapping[str, Any], norm_params: Sequence[Mapping[str, Any]], X: Any
) -> deep_net.Net:
    """Return a case of normalized_net_loss for `deep_net`; `forward` is the normalization that the net uses."""

    def part(values: Any, params: Mapping[str, Any], number: int, norm_param: Mapping[str, Any]) -> Any:
        return forward(values, params[f"gamma{number}"], params[f"beta{number}"], copy.deepcopy(norm_param))[0]

    return deep_net.Net(part, True, params, norm_params, X)


# --- the formula of the forward pass ---------------------------------------------------------------


def _formula(x: Any, gamma: Any, beta: Any, eps: float, mean: Any, variance: Any, count: int) -> Iterator[Mistake]:
    """Yield mistakes in the formula. `count` is the number of values of which `variance` is the variance."""

    def hat(mean: Any, variance: Any, eps: float = eps) -> Any:
        return _normalized(x, mean, variance, eps)

    def out(wrong: Callable[[], Any]) -> dict[str, Callable[[], Any]]:
        return {"out": lambda: gamma * wrong() + beta}

    yield Mistake(
        "batch_normalization.unbiased_variance",
        "The variance is divided by one less than the number of values.",
        "The definition of the variance: here it is the plain mean of the squares.",
        **out(lambda: hat(mean, variance * count / (count - 1))),
    )
    for added in (2 * eps * variance + eps**2, 0):  # the square of (variance + eps), and that of the variance
        yield Mistake(
            "batch_normalization.no_root",
            "The divisor is the variance, not its root.",
            "The divisor: which of the two has the unit of x?",
            **out(functools.partial(hat, mean, variance**2 + added, 0)),
        )
    yield Mistake(
        "batch_normalization.not_centred",
        "The mean is not subtracted.",
        "The numerator of x_hat.",
        **out(lambda: hat(0, variance)),
    )
    yield Mistake(
        "batch_normalization.not_scaled",
        "The division by the standard deviation is missing.",
        "The denominator of x_hat.",
        **out(lambda: x - mean),
    )
    yield Mistake(
        "batch_normalization.gamma_beta_exchanged",
        "Gamma and beta have changed places.",
        "The last step: gamma scales, beta shifts.",
        out=lambda: beta * hat(mean, variance) + gamma,
    )
    yield Mistake(
        "batch_normalization.gamma_missing",
        "Gamma is missing.",
        "The last step.",
        out=lambda: hat(mean, variance) + beta,
    )
    yield Mistake(
        "batch_normalization.beta_missing",
        "Beta is missing.",
        "The last step.",
        out=lambda: hat(mean, variance) * gamma,
    )
    yield Mistake(
        "batch_normalization.gamma_beta_missing",
        "Gamma and beta are missing.",
        "The last step.",
        out=lambda: hat(mean, variance),
    )
    yield Mistake(
        "batch_normalization.beta_scaled",
        "Beta is multiplied by gamma, too.",
        "The order of the last two steps, and their brackets.",
        out=lambda: (hat(mean, variance) + beta) * gamma,
    )
    yield Mistake(
        "batch_normalization.whole_array",
        "There is one mean and one variance for the whole array.",
        "The axis of mean and variance.",
        **out(lambda: hat(*_moments(np.ravel(x)))),
    )
    yield Mistake(
        "batch_normalization.mean_of_squares",
        "The variance is the mean of x squared.",
        "The definition of the variance: the mean comes off first.",
        **out(lambda: hat(mean, variance + mean**2)),
    )
    yield Mistake(
        "batch_normalization.sum_of_squares",
        "The variance is the sum of the squares, not their mean.",
        "What the variance is divided by.",
        **out(lambda: hat(mean, variance * count)),
    )
    yield Mistake(
        "batch_normalization.eps_outside",
        "Eps is added to the root, not to the variance.",
        "The brackets of the root.",
        **out(lambda: (x - mean) / (np.sqrt(variance) + eps)),
    )
    for ignored in (0, 1e-5):
        yield Mistake(
            "batch_normalization.eps_ignored",
            "Eps is left out, or it is 1e-5 whatever the caller gives.",
            "The divisor, and where its eps comes from.",
            **out(functools.partial(hat, mean, variance, ignored)),
        )
    if eps == 1e-5:
        for default in (1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-4, 1e-3):
            yield Mistake(
                "batch_normalization.eps_default",
                "Eps has another default.",
                "What eps is if the caller gives none.",
                **out(functools.partial(hat, mean, variance, default)),
            )
    yield Mistake(
        "batch_normalization.eps_squared",
        "Eps is squared.",
        "What is added to the variance.",
        **out(lambda: hat(mean, variance, eps**2)),
    )


def _running_averages(
    x: Any, gamma: Any, beta: Any, eps: float, momentum: float, old: Sequence[Any], batch: Sequence[Any]
) -> Iterator[Mistake]:
    def average(wrong: Callable[[Any, Any], Any]) -> dict[str, Callable[[], Any]]:
        """Return both averages of a mistake, a function of the old average and of the statistic of the batch."""
        return {
            name: functools.partial(wrong, old[k], batch[k]) for k, name in enumerate(("running_mean", "running_var"))
        }

    def of_variance(wrong: Callable[[Any], Any]) -> dict[str, Callable[[], Any]]:
        return {"running_var": lambda: momentum * old[1] + (1 - momentum) * wrong(batch[1])}

    yield Mistake(
        "batch_normalization.average_unchanged",
        "The running average has not changed.",
        "Train mode: the new average has to be put into bn_param.",
        **average(lambda before, now: before),
    )
    yield Mistake(
        "batch_normalization.momentum_reversed",
        "The momentum is the wrong way round.",
        "Which of the two, old average or batch, the momentum belongs to.",
        **average(lambda before, now: (1 - momentum) * before + momentum * now),
    )
    if not any(np.any(before) for before in old):
        yield Mistake(
            "batch_normalization.average_starts_with_batch",
            "The first batch is taken as it is.",
            "The average before the first batch: if bn_param has none, it is 0.",
            **average(lambda before, now: momentum * now + (1 - momentum) * now),
        )
    yield Mistake(
        "batch_normalization.average_forgotten",
        "The old average is forgotten: this is the statistic of the batch.",
        "The update of the running average: the old one is a part of the new one.",
        **average(lambda before, now: now),
    )
    yield Mistake(
        "batch_normalization.batch_full_weight",
        "The batch is added with its full weight.",
        "The two weights of the running average: they add up to 1.",
        **average(lambda before, now: momentum * before + now),
    )
    yield Mistake(
        "batch_normalization.old_full_weight",
        "The old average is kept with its full weight.",
        "The two weights of the running average: they add up to 1.",
        **average(lambda before, now: before + (1 - momentum) * now),
    )
    yield Mistake(
        "batch_normalization.momentum_ignored",
        "The momentum is 0.9, whatever bn_param says.",
        "Where your momentum comes from.",
        **average(lambda before, now: 0.9 * before + 0.1 * now),
    )
    yield Mistake(
        "batch_normalization.average_starts_at_1",
        "The running average starts at 1.",
        "The average before the first batch: if bn_param has none, it is 0.",
        **average(lambda before, now: momentum + (1 - momentum) * now),
    )
    yield Mistake(
        "batch_normalization.sum_averaged",
        "The sum over the batch goes into the running average, not its mean.",
        "The statistic of the batch that you average.",
        **average(lambda before, now: momentum * before + (1 - momentum) * len(x) * now),
    )
    yield Mistake(
        "batch_normalization.averages_exchanged",
        "The running mean and the running variance have changed places.",
        "The two keys of bn_param.",
        running_mean=momentum * old[1] + (1 - momentum) * batch[1],
        running_var=momentum * old[0] + (1 - momentum) * batch[0],
    )
    yield Mistake(
        "batch_normalization.average_of_output",
        "The running averages are those of the output, not those of x.",
        "Of which array you take mean and variance: test mode has to normalize x.",
        running_mean=lambda: momentum * old[0] + (1 - momentum) * beta,
        running_var=lambda: momentum * old[1] + (1 - momentum) * gamma**2 * batch[1] / (batch[1] + eps),
    )
    yield Mistake(
        "batch_normalization.average_of_std",
        "The running variance is an average of standard deviations.",
        "What you average: test mode takes the root itself.",
        **of_variance(np.sqrt),
    )
    yield Mistake(
        "batch_normalization.average_unbiased",
        "In the running variance, the variance of the batch is divided by N - 1.",
        "What you average: the same variance by which train mode normalizes.",
        **of_variance(lambda v: v * len(x) / (len(x) - 1)),
    )
    yield Mistake(
        "batch_normalization.average_of_squares",
        "The running variance is an average of x squared.",
        "What you average: the same variance by which train mode normalizes.",
        **of_variance(lambda v: v + batch[0] ** 2),
    )
    yield Mistake(
        "batch_normalization.eps_in_average",
        "Eps is a part of the running variance.",
        "What you average: test mode adds eps itself.",
        **of_variance(lambda v: v + eps),
    )
    yield Mistake(
        "batch_normalization.average_squared",
        "The variance of the batch is squared in the running average.",
        "What you average.",
        **of_variance(lambda v: v**2),
    )


# --- gradients -------------------------------------------------------------------------------------


def right_loss(
    name: str, x: Any, gamma: Any, beta: Any, dout: Any, param: Mapping[str, Any], axis: int, out: Any
) -> Callable[[Any], float]:
    """Return sum(out * dout) by the definition of the layer, as a function of one argument.

    A check accepts its gradient beside that of the student's own forward pass, so that a mistake there costs once.

    Parameters
    ----------
    name
        "x", "gamma" or "beta".
    x, gamma, beta, dout, param
        The case: arrays (N, D), (D,), (D,) and (N, D), and the dict of the forward pass.
    axis
        0 for batch normalization, 1 for layer normalization.
    out
        What the student's forward pass gives. If it has divided the variance by one less than the number of values,
        that variance is taken over, as a backward pass takes it from the cache.
    """
    eps, (mean, variance) = param.get("eps", 1e-5), _statistics(x, axis)
    n, added = np.shape(x)[axis], np.zeros(np.shape(x))
    if n > 1 and np.allclose(out, _normalized(x, mean, variance * n / (n - 1), eps) * gamma + beta, rtol=1e-4):
        added = variance / (n - 1)

    def loss(value: Any) -> float:
        at = {"x": x, "gamma": gamma, "beta": beta} | {name: value}
        mean, variance = _statistics(at["x"], axis)
        if axis == 0 and param["mode"] == "test":
            mean, variance = param["running_mean"], param["running_var"]
        return _total(at["x"], at["gamma"], at["beta"], dout, eps, mean, variance + added)

    return loss


def _parameter_gradients(
    x: Any, gamma: Any, beta: Any, dout: Any, eps: float, mean: Any, variance: Any
) -> Iterator[Mistake]:
    def loss(scale: Any, shift: Any) -> float:
        return _total(x, scale, shift, dout, eps, mean, variance)

    dgamma = functools.cache(lambda: gradient_of(lambda g: loss(g, beta), gamma))
    dbeta = functools.cache(lambda: gradient_of(lambda b: loss(gamma, b), beta))
    yield Mistake(
        "batch_normalization.dgamma_and_dbeta",
        "The array dgamma holds the values of dbeta, or dbeta holds those of dgamma.",
        "The order in the return statement (dx, then dgamma, then dbeta), and whether x_hat is a factor of dgamma.",
        dgamma=dbeta,
        dbeta=dgamma,
    )
    yield Mistake(
        "batch_normalization.dgamma_of_x",
        "In dgamma, x stands where x_hat belongs.",
        "What gamma is multiplied by in the forward pass.",
        dgamma=lambda: gradient_of(lambda g: np.sum(g * x * dout), gamma),
    )
    yield Mistake(
        "batch_normalization.dgamma_of_centred_x",
        "In dgamma, the centred x stands where x_hat belongs.",
        "What gamma is multiplied by in the forward pass.",
        dgamma=lambda: gradient_of(lambda g: np.sum(g * (x - mean) * dout), gamma),
    )
    root = np.sqrt(variance + eps)
    for centre in (-mean, variance):
        yield Mistake(
            "batch_normalization.dgamma_centre",
            "In dgamma, something else than the mean is subtracted from x.",
            "What gamma is multiplied by in the forward pass.",
            dgamma=lambda centre=centre: _slope(gamma, (x - centre) / root * dout),
        )
    yield Mistake(
        "batch_normalization.dgamma_divisor",
        "In dgamma, the standard deviation is not the divisor.",
        "What gamma is multiplied by in the forward pass: which of its parts is divided by which?",
        dgamma=lambda: _slope(gamma, (x - mean) * root * dout),
        reciprocal=lambda: _slope(gamma, root / ((x - mean) * dout)),
    )
    yield Mistake(
        "batch_normalization.dgamma_without_x",
        "In dgamma, the centred x is missing.",
        "What gamma is multiplied by in the forward pass.",
        dgamma=lambda: _slope(gamma, dout / root),
    )
    yield Mistake(
        "batch_normalization.dgamma_without_dout",
        "In dgamma, the upstream gradient is missing.",
        "What every gradient of a backward pass is multiplied by.",
        dgamma=lambda: _slope(gamma, (x - mean) / root),
    )
    yield Mistake(
        "batch_normalization.dgamma_divided",
        "In dgamma, the upstream gradient is divided by x_hat or by a part of it.",
        "The derivative of a product with respect to one of its factors.",
        dgamma=lambda: _slope(gamma, dout * root / (x - mean)),
        centred=lambda: _slope(gamma, dout / (x - mean) / root),
    )
    yield Mistake(
        "batch_normalization.dgamma_of_out",
        "In dgamma, out stands where x_hat belongs.",
        "What gamma is multiplied by in the forward pass.",
        dgamma=lambda: gamma * dgamma() + beta * dbeta(),
    )
    yield Mistake(
        "batch_normalization.gamma_in_parameters",
        "Gamma itself is a factor of dgamma or dbeta.",
        "The last step of the forward pass: what is its derivative with respect to gamma, and to beta?",
        dgamma=lambda: gamma * dgamma(),
        dbeta=lambda: gamma * dbeta(),
    )
    per_entry = functools.cache(lambda: gradient_of(lambda g: loss(g, 0), np.zeros(np.shape(x)) + gamma))
    yield Mistake(
        "batch_normalization.parameters_summed_over_features",
        "The gradient is summed over the features.",
        "The axis of the sum: gamma and beta have one number for each feature, used by all examples.",
        dgamma=lambda: np.array([sum(row) for row in per_entry()]),
        dbeta=lambda: np.array([sum(row) for row in np.asarray(dout)]),
    )
    yield Mistake(
        "batch_normalization.parameters_not_summed",
        "The gradient is not summed over the examples.",
        "The shape of gamma and beta: one number is used by all examples.",
        dgamma=per_entry,
        dbeta=dout,
    )


def _slope(gamma: Any, factor: Any) -> Floats:
    """Return the gradient of the sum of gamma * factor with respect to gamma."""
    return gradient_of(lambda g: np.sum(g * factor), gamma)


def _test_mode_gradients(
    x: Any, gamma: Any, beta: Any, dout: Any, eps: float, mean: Any, variance: Any
) -> Iterator[Mistake]:
    def of_batch(z: Any) -> float:
        return _total(z, gamma, beta, dout, eps, *_statistics(z, 0))

    def of_running(z: Any) -> float:
        return _total(z, gamma, beta, dout, eps, mean, variance)

    def following(z: Any, variance_too: bool) -> float:
        """Return the loss if the running averages followed x, as a gradient of train mode supposes."""
        moved = mean + sum(z - x) / len(x)
        spread = sum((z - (moved if variance_too else mean)) ** 2 - (x - mean) ** 2) / len(x)
        return _total(z, gamma, beta, dout, eps, moved, variance + spread)

    wrong: list[Callable[[Any], float]] = [
        of_batch,
        lambda z: following(z, True),
        lambda z: following(z, False),
    ]
    for loss in wrong:
        yield Mistake(
            "batch_normalization.train_gradient_in_test",
            "In test mode, the gradient is that of train mode.",
            "Which of the three branches are cut in test mode, where mean and variance do not depend on x.",
            dx=lambda loss=loss: gradient_of(loss, x),
        )
    yield Mistake(
        "batch_normalization.batch_gradient_in_test",
        "In test mode, the gradient uses the statistics of the batch.",
        "Which mean and variance test mode has normalized with.",
        dx=lambda: _parts(x, gamma, dout, eps, 0)[0],
        dgamma=lambda: gradient_of(lambda g: _total(x, g, beta, dout, eps, *_statistics(x, 0)), gamma),
    )
    yield Mistake(
        "batch_normalization.dx_by_variance",
        "The gradient dx is divided by the variance instead of its root.",
        "How often you divide by the root: x_hat contains it, too.",
        dx=lambda: gradient_of(of_running, x) / np.sqrt(variance + eps),
    )
    yield Mistake(
        "batch_normalization.dx_without_gamma",
        "Gamma is missing in dx.",
        "The step from out to x_hat.",
        dx=lambda: gradient_of(lambda z: _total(z, 1, beta, dout, eps, mean, variance), x),
    )


def _branches(x: Any, gamma: Any, dout: Any, eps: float, axis: int) -> Iterator[Mistake]:
    """Yield mistakes of dx, composed of the gradients along the single branches; statistics are along `axis`."""
    n, others = np.shape(x)[axis], np.shape(x)[1 - axis]
    mean, variance = _statistics(x, axis)
    parts = functools.cache(lambda: _parts(x, gamma, dout, eps, axis))
    root, hat = np.sqrt(variance + eps), _normalized(x, mean, variance, eps)

    def mix(direct: Any, through_mean: Any, through_variance: Any) -> Callable[[], Any]:
        return lambda: direct * parts()[0] + through_mean * parts()[1] + through_variance * parts()[2]

    def with_divisor(factor: Any) -> Callable[[], Any]:
        """Return dx if the gradient of the divisor came from an upstream gradient that is multiplied by a factor."""
        return lambda: mix(1, 1, 0)() + _parts(x, gamma, dout * factor, eps, axis)[2]

    yield Mistake(
        "batch_normalization.variance_branch_missing",
        "The branch through the variance is missing.",
        "The ways from x to out in the graph, one after the other.",
        dx=mix(1, 1, 0),
    )
    yield Mistake(
        "batch_normalization.mean_branch_missing",
        "The branch through the mean is missing.",
        "The ways from x to out in the graph, one after the other.",
        dx=mix(1, 0, 1),
    )
    yield Mistake(
        "batch_normalization.mean_branch_doubled",
        "The branch through the mean counts twice.",
        "How often you add its gradient.",
        dx=mix(1, 2, 1),
    )
    yield Mistake(
        "batch_normalization.root",
        "The branch through the variance has twice its size.",
        "The derivative of a root.",
        dx=mix(1, 1, 2),
    )
    yield Mistake(
        "batch_normalization.direct_branch_missing",
        "The direct branch is missing.",
        "The ways from x to out in the graph, one after the other.",
        dx=mix(0, 1, 1),
    )
    yield Mistake(
        "batch_normalization.direct_branch_too_small",
        "The direct branch is too small beside the others, by the number of values in a mean.",
        "Which terms your factor 1/N (or 1/D) belongs to.",
        dx=mix(1 / n, 1, 1),
    )
    yield Mistake(
        "batch_normalization.dx_sign",
        "The gradient dx has the wrong sign.",
        "The sign of your last line.",
        dx=mix(-1, -1, -1),
    )
    yield Mistake(
        "batch_normalization.dx_not_averaged",
        "The gradient dx is too large, by the number of values in a mean.",
        "Which terms your factor 1/N (or 1/D) belongs to.",
        dx=mix(n, n, n),
    )
    yield Mistake(
        "batch_normalization.mean_branch_sign",
        "The branch through the mean has the wrong sign.",
        "The sign of the mean in the forward pass.",
        dx=mix(1, -1, 1),
    )
    yield Mistake(
        "batch_normalization.variance_branch_sign",
        "The branch through the variance has the wrong sign.",
        "The derivative of 1/s with respect to s.",
        dx=mix(1, 1, -1),
    )
    yield Mistake(
        "batch_normalization.mean_branch_not_averaged",
        "The branch through the mean is too large, by the number of values in the mean.",
        "What one of n values gets of the gradient of their mean.",
        dx=mix(1, n, 1),
    )
    yield Mistake(
        "batch_normalization.variance_branch_not_averaged",
        "The branch through the variance is too large, by the number of values in the mean.",
        "What one of n values gets of the gradient of their mean.",
        dx=mix(1, 1, n),
    )
    yield Mistake(
        "batch_normalization.square",
        "The branch through the variance has half its size.",
        "The derivative of a square.",
        dx=mix(1, 1, 0.5),
    )
    yield Mistake(
        "batch_normalization.variance_branch_unbiased",
        "The branch through the variance is divided by one less than the number of values.",
        "What the forward pass divides the variance by.",
        dx=mix(1, 1, n / (n - 1) if n > 1 else 1),
    )
    yield Mistake(
        "batch_normalization.mean_branch_axis",
        "The branch through the mean is divided by the length of the wrong axis.",
        "How many values share a mean.",
        dx=mix(1, n / others, 1),
    )
    yield Mistake(
        "batch_normalization.variance_branch_axis",
        "The branch through the variance is divided by the length of the wrong axis.",
        "How many values share a variance.",
        dx=mix(1, 1, n / others),
    )
    yield Mistake(
        "batch_normalization.dx_without_gamma",
        "Gamma is missing in dx.",
        "The step from out to x_hat.",
        dx=lambda: sum(_parts(x, np.ones_like(gamma), dout, eps, axis)),
    )
    yield Mistake(
        "batch_normalization.gamma_twice",
        "Gamma is a factor twice.",
        "All places where dx is multiplied by gamma.",
        dx=lambda: gamma * sum(parts()),
    )
    yield Mistake(
        "batch_normalization.gamma_twice_in_branches",
        "In the branches through mean and variance, gamma is a factor twice.",
        "All places where gamma stands: does a term that has it already get it once more?",
        dx=lambda: parts()[0] + gamma * (parts()[1] + parts()[2]),
    )
    for power in (1, -1):
        yield Mistake(
            "batch_normalization.power_of_variance",
            "The branch through the variance has the wrong power of (var + eps).",
            "The derivatives of 1/s and of the root.",
            dx=lambda power=power: mix(1, 1, root**power)(),
        )
    yield Mistake(
        "batch_normalization.x_not_centred",
        "In the branch through the variance, x stands where x minus its mean belongs.",
        "What is squared in the variance.",
        dx=lambda: mix(1, 1, x / (x - mean))(),
    )
    yield Mistake(
        "batch_normalization.divisor_of_x",
        "In the gradient of the divisor, x stands where x minus its mean belongs.",
        "What the divisor divides.",
        dx=with_divisor(x / (x - mean)),
    )
    yield Mistake(
        "batch_normalization.dx_by_variance",
        "The gradient dx is divided by the variance instead of its root.",
        "How often you divide by the root: x_hat contains it, too.",
        dx=lambda: mix(1 / root, 1 / root, 1 / root)(),
    )
    yield Mistake(
        "batch_normalization.direct_branch_by_variance",
        "The direct branch is divided by the variance instead of its root.",
        "The step from x_hat to the centred x.",
        dx=lambda: mix(1 / root, 1 / root, 1)(),
    )
    yield Mistake(
        "batch_normalization.dx_not_divided",
        "The gradient dx is not divided by the root of the variance.",
        "The step from x_hat to the centred x.",
        dx=lambda: mix(root, root, root)(),
    )
    for wrong in (0, 1e-5):
        yield Mistake(
            "batch_normalization.eps_in_gradient",
            "The backward pass leaves eps out, or has 1e-5 whatever the caller gives.",
            "Every root of the backward pass: it needs the eps of the forward pass.",
            dx=lambda wrong=wrong: sum(_parts(x, gamma, dout, wrong, axis)),
        )
    # a formula on paper has these forms of the branch through the variance
    yield Mistake(
        "batch_normalization.lost_factor",
        "A factor is lost in the branch through the variance: it gives the same number to all values.",
        "The derivative of a square, which depends on what is squared.",
        dx=lambda: mix(1, 1, 1 / hat)(),
    )
    yield Mistake(
        "batch_normalization.lost_divisor",
        "In the branch through the variance, an x stands that should be normalized.",
        "Every x of your formula: is it x, centred or normalized?",
        dx=lambda: mix(1, 1, x / hat)(),
    )
    yield Mistake(
        "batch_normalization.lost_divisors",
        "In the branch through the variance, a centred x stands that should be normalized.",
        "Every x of your formula: is it x, centred or normalized?",
        dx=lambda: mix(1, 1, root**2)(),
    )
    yield Mistake(
        "batch_normalization.lost_product",
        "The gradient of the divisor is a sum of the upstream gradient alone.",
        "What the divisor divides: it takes part in its gradient.",
        dx=with_divisor(1 / hat),
    )
    yield Mistake(
        "batch_normalization.x_in_product",
        "In the gradient of the divisor, an x stands that should be normalized.",
        "Every x of your formula: is it x, centred or normalized?",
        dx=with_divisor(x / hat),
    )
    yield Mistake(
        "batch_normalization.means_exchanged",
        "The two means have changed places.",
        "Which of the two means belongs to which branch.",
        dx=lambda: mix(1, hat, 1 / hat)(),
    )
    # of two branches at once; last, so that two mistakes are named by one of each branch
    yield Mistake(
        "batch_normalization.statistics_constant",
        "The branches through the mean and through the variance are missing.",
        "Mean and variance: both depend on x.",
        dx=mix(1, 0, 0),
    )
    yield Mistake(
        "batch_normalization.only_variance_branch",
        "Only the branch through the variance is left.",
        "The places where gradients meet: is one written over the other?",
        dx=mix(0, 0, 1),
    )
    yield Mistake(
        "batch_normalization.only_mean_branch",
        "Only the branch through the mean is left.",
        "The places where gradients meet: is one written over the other?",
        dx=mix(0, 1, 0),
    )
    yield Mistake(
        "batch_normalization.both_branches_sign",
        "The branches through the mean and through the variance have the wrong sign.",
        "The signs: a shift or a stretch of x that the layer undoes must not get a gradient.",
        dx=mix(1, -1, -1),
    )
    yield Mistake(
        "batch_normalization.branches_not_averaged",
        "The branches through mean and variance are too large, by the number of values in a mean.",
        "What one of n values gets of the gradient of their mean.",
        dx=mix(1, n, n),
    )
    yield Mistake(
        "batch_normalization.branches_axis",
        "The branches through mean and variance are divided by the length of the wrong axis.",
        "How many values share a mean and a variance.",
        dx=mix(1, n / others, n / others),
    )
    yield Mistake(
        "batch_normalization.branches_weighted",
        "The three branches are added up with wrong signs or factors.",
        "Each branch by itself: directly, through the mean, through the variance.",
        dx=Nearest(lambda answer: mixture(answer, parts())),
    )
    if n >= 3:
        yield Mistake(
            "batch_normalization.variance_branch_size",
            "What the branch through the variance adds has another size; the rest of dx is right.",
            "The steps of this branch, one after the other: each has a factor.",
            dx=Nearest(lambda answer: _with_branches(answer, sum(parts()), [x - mean], axis)),
        )
    if n >= 5:
        yield Mistake(
            "batch_normalization.both_branches",
            "What the branches through the mean and the variance add is wrong; the rest of dx is right.",
            "The sums of both branches, and what they are multiplied by: a centred or normalized x, for instance.",
            dx=Nearest(lambda answer: _with_branches(answer, sum(parts()), [x - mean, np.ones(np.shape(x))], axis)),
        )


def _with_branches(answer: Any, right: Any, directions: Sequence[Any], axis: int) -> Floats:
    """Return the array nearest to the answer that is right up to a multiple of each direction in each statistic.

    The directions are orthogonal: what the branches add to dx is constant, or proportional to the centred x.
    """
    near = np.array(right)
    for direction in directions:
        lengths = np.sum(direction**2, axis=axis, keepdims=True)
        near += direction * np.sum((answer - right) * direction, axis=axis, keepdims=True) / lengths
    return near


def _parts(x: Any, gamma: Any, dout: Any, eps: float, axis: int) -> tuple[Floats, Floats, Floats]:
    """Return the gradient with respect to x along each branch: direct, through the mean, through the variance.

    It is measured by letting the mean or the variance follow x while the other stands still.
    """
    still = _statistics(x, axis)

    def along(mean_moves: bool, variance_moves: bool) -> Floats:
        def loss(z: Any) -> float:
            moved = _statistics(z, axis)
            return _total(
                z, gamma, 0, dout, eps, (moved if mean_moves else still)[0], (moved if variance_moves else still)[1]
            )

        return gradient_of(loss, x)

    direct = along(False, False)
    return direct, along(True, False) - direct, along(False, True) - direct


def _total(x: Any, gamma: Any, beta: Any, dout: Any, eps: float, mean: Any, variance: Any) -> float:
    """Return the sum of out * dout, whose gradients a backward pass computes."""
    return float(np.sum(dout * (_normalized(x, mean, variance, eps) * gamma + beta)))


def _normalized(x: Any, mean: Any, variance: Any, eps: float) -> Any:
    def one(value: float, mean: float, variance: float) -> float:
        return (value - mean) / math.sqrt(variance + eps)

    return np.vectorize(one, otypes=[np.float64])(x, mean, variance)


def _statistics(x: Any, axis: int) -> tuple[Any, Any]:
    """Return mean and variance along an axis, each as an array of x's shape."""
    lines = np.asarray(x, dtype=np.float64)
    lines = lines if axis else lines.T
    moments = [_moments(line) for line in lines]
    mean, variance = (np.array([[pair[k]] * lines.shape[1] for pair in moments]) for k in (0, 1))
    return (mean, variance) if axis else (mean.T, variance.T)


def _moments(values: Any) -> tuple[float, float]:
    mean = math.fsum(values) / len(values)
    return mean, math.fsum((value - mean) ** 2 for value in values) / len(values)
