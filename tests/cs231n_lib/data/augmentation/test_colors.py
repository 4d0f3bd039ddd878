import numpy as np
import pytest

from cs231n_lib.data.augmentation import color_jitter, principal_colors

rng = np.random.default_rng(0)
X = rng.uniform(0, 255, (40, 3, 8, 6))


def test_brightness_shifts_all_pixels_of_an_image_alike():
    change = (color_jitter(X, 0, brightness=20) - X).reshape(40, -1)
    np.testing.assert_allclose(change, np.tile(change[:, :1], change.shape[1]), atol=1e-9)
    assert 10 < np.abs(change).max() <= 20 and change.min() < 0 < change.max()


def grey(images):
    return np.einsum("c,nchw->nhw", [0.299, 0.587, 0.114], images)[:, None]


def test_contrast_stretches_around_the_mean_grey():
    mean = grey(X).mean(axis=(2, 3), keepdims=True)
    factors = (color_jitter(X, 0, contrast=0.4) - mean) / (X - mean)
    np.testing.assert_allclose(factors.std(axis=(1, 2, 3)), 0, atol=1e-8)
    assert 0.6 <= factors.min() < 0.8 and 1.2 < factors.max() <= 1.4


def test_saturation_stretches_around_the_grey_of_each_pixel():
    out = color_jitter(X, 0, saturation=0.4)
    np.testing.assert_allclose(grey(out), grey(X))
    factors = (out - grey(X)) / (X - grey(X))
    np.testing.assert_allclose(factors.std(axis=(1, 2, 3)), 0, atol=1e-7)
    assert 0.6 <= factors.min() < 0.8 and 1.2 < factors.max() <= 1.4


def test_jitter_of_size_0_changes_nothing():
    np.testing.assert_allclose(color_jitter(X, 0), X)


def test_limits_cut():
    out = color_jitter(X, 0, brightness=100, limits=(0, 255))
    assert out.min() == 0 and out.max() == 255


def test_principal_colours_are_those_of_the_covariance():
    mixing = np.array([[50.0, 40, 30], [5, -5, 2], [1, 1, -3]])
    pixels = rng.standard_normal((10, 100, 3)) @ mixing + 100
    images = pixels.transpose(0, 2, 1).reshape(10, 3, 10, 10)
    found = principal_colors(images)
    np.testing.assert_allclose(found.T @ found, np.cov(pixels.reshape(-1, 3).T, bias=True))
    gram = found @ found.T
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-9)  # the components are orthogonal
    assert gram[0, 0] > gram[1, 1] > gram[2, 2] and (found.sum(axis=1) > 0).all()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: color_jitter(X, brightness=-0.1), "brightness should be a number .*at least 0, but is -0.1"),
        (lambda: color_jitter(X, saturation=-0.1), "saturation should be a number .*at least 0, but is -0.1"),
        (lambda: color_jitter(X[:, :1]), r"color_jitter: X should have shape \(N, 3, H, W\), but has \(40, 1, 8, 6\)"),
        (lambda: color_jitter(X, contrast=-0.1), "contrast should be a number .*at least 0, but is -0.1"),
        (lambda: principal_colors(X[:0]), "X should hold at least one pixel, but is empty"),
        (lambda: principal_colors(np.nan * X), "principal_colors: X should hold finite numbers"),
        (
            lambda: color_jitter(X, limits=255),
            r"color_jitter: limits should be a pair \(low, high\) or None, but is 255",
        ),
        (lambda: color_jitter(X, limits=(1, 0)), r"limits should be a pair \(low, high\) or None, but is \(1, 0\)"),
        (lambda: color_jitter(X, "a"), "color_jitter: rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
