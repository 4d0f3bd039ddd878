"""A plan, executed pixel by pixel in Python, gives the same convolution and gradient as the definitions."""

import itertools

import numpy as np
import pytest

from cs231n_lib.kernels.convolution_plan import backward_plan, forward_plan
from cs231n_lib.kernels.geometry import Caller, geometry

CASES = [
    dict(H=H, W=W, field=field, pad=pad, stride=stride, dilation=dilation)
    for (H, W), field, pad, stride, dilation in [
        ((4, 5), (3, 2), (0, 0), (1, 1), (1, 1)),
        ((4, 5), (3, 2), (1, 2), (1, 1), (1, 1)),
        ((5, 6), (2, 3), (1, 0), (2, 3), (1, 1)),
        ((6, 5), (3, 2), (2, 1), (2, 1), (2, 3)),
        ((7, 6), (2, 2), (0, 1), (3, 2), (3, 2)),
        ((5, 5), (1, 1), (2, 2), (4, 3), (1, 1)),
        ((2, 3), (1, 2), (0, 3), (5, 7), (1, 1)),
    ]
]


def follow(plan, source, weights, channels, shape):
    """Apply a plan to a source (channels, h, w) and flat weights. Returns `channels` planes of this shape."""
    result = np.zeros((channels, *shape)).reshape(channels, -1)
    padded = np.zeros((len(source), plan.padded_h, plan.padded_w))
    padded[:, plan.top : plan.top + source.shape[1], plan.left : plan.left + source.shape[2]] = source
    padded = padded.ravel()
    met = np.zeros(result.shape[1], int)
    for phase in plan.phases:
        for row, col in itertools.product(range(phase.rows), range(phase.cols)):
            start = row * plan.down * plan.padded_w + col * plan.across
            pixels = padded[start + phase.offsets]
            place = phase.first + row * phase.down + col * phase.across
            met[place] += 1
            for channel in range(channels):
                result[channel, place] = weights[channel * plan.weight_row + phase.order] @ pixels
    assert (met == 1).all()  # each position belongs to one phase
    return result.reshape(channels, *shape)


@pytest.fixture(params=CASES, ids=lambda case: " ".join(map(str, case.values())))
def case(request):
    """(x, w, the arguments of both plans, out, dout, dx), with out and dx by the definition."""
    H, W, (fh, fw) = request.param["H"], request.param["W"], request.param["field"]
    (ph, pw), (sh, sw), (dh, dw) = (request.param[name] for name in ("pad", "stride", "dilation"))
    C, F = 2, 3
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((C, H, W)), rng.standard_normal((F, C, fh, fw))
    numbers = geometry(Caller("f"), (1, C, H, W), fh, fw, (ph, pw), (sh, sw), (dh, dw))
    out = np.zeros((F, *numbers[-2:]))
    dout = rng.standard_normal(out.shape)
    dx = np.zeros(x.shape)
    for f, c, i, j, p, q in itertools.product(*map(range, (F, C, fh, fw, *numbers[-2:]))):
        h, v = p * sh + i * dh - ph, q * sw + j * dw - pw
        if 0 <= h < H and 0 <= v < W:
            out[f, p, q] += w[f, c, i, j] * x[c, h, v]
            dx[c, h, v] += w[f, c, i, j] * dout[f, p, q]
    return x, w, numbers, out, dout, dx


def test_the_forward_plan_is_the_convolution(case):
    x, w, numbers, out, _, _ = case
    found = follow(forward_plan(*x.shape, *numbers), x, w.ravel(), len(w), out.shape[1:])
    np.testing.assert_allclose(found, out, atol=1e-12)


def test_the_backward_plan_is_the_gradient_of_x(case):
    x, w, numbers, _, dout, dx = case
    found = follow(backward_plan(len(w), *x.shape, *numbers), dout, w.ravel(), len(x), x.shape[1:])
    np.testing.assert_allclose(found, dx, atol=1e-12)


def test_a_source_is_padded_by_no_more_than_it_needs(case):
    x, w, numbers, *_ = case
    (_, H, W), (ph, pw) = x.shape, numbers[2:4]
    assert forward_plan(*x.shape, *numbers)[:4] == (ph, pw, H + 2 * ph, W + 2 * pw)


def test_a_plan_is_worked_out_once():
    arguments = (1, 4, 4, 3, 3, 1, 1, 1, 1, 1, 1, 4, 4)
    assert forward_plan(*arguments) is forward_plan(*arguments)
    assert backward_plan(2, *arguments) is backward_plan(2, *arguments)


def test_phases_without_a_pixel_are_left_out():
    numbers = geometry(Caller("f"), (1, 1, 2, 3), 1, 1, 0, 100)
    assert len(backward_plan(1, 1, 2, 3, *numbers).phases) == 2 * 3
