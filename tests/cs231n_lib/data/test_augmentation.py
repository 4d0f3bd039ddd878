from functools import partial

import numpy as np
import pytest

from cs231n_lib.data.augmentation import (
    color_jitter,
    compose,
    pca_color_jitter,
    principal_colors,
    random_crop,
    random_horizontal_flip,
)

rng = np.random.default_rng(0)
X = rng.uniform(0, 255, (40, 3, 8, 6))
COMPONENTS = np.diag([30.0, 20.0, 10.0])
ALL = {
    "flip": random_horizontal_flip,
    "crop": partial(random_crop, padding=2),
    "color_jitter": partial(color_jitter, brightness=20, contrast=0.3, saturation=0.3),
    "pca": partial(pca_color_jitter, components=COMPONENTS),
    "compose": compose(random_horizontal_flip, partial(random_crop, padding=2)),
}


@pytest.mark.parametrize("augment", ALL.values(), ids=ALL)
class TestEach:
    def test_changes_images_but_not_the_batch_that_came(self, augment):
        batch = X.copy()
        batch.flags.writeable = False
        out = augment(batch, np.random.default_rng(0))
        assert out.shape == X.shape and (out != X).any()
        assert not np.shares_memory(out, batch)

    def test_the_seed_decides(self, augment):
        np.testing.assert_array_equal(augment(X, 3), augment(X, np.random.default_rng(3)))
        assert (augment(X, 3) != augment(X, 4)).any()

    def test_a_generator_goes_on(self, augment):
        generator = np.random.default_rng(0)
        assert (augment(X, generator) != augment(X, generator)).any()

    @pytest.mark.parametrize(
        "given, expected", [(np.float32, np.float32), (np.float64, np.float64), (np.uint8, np.float64)]
    )
    def test_floats_keep_their_type(self, augment, given, expected):
        out = augment(X.astype(given), 0)
        assert out.dtype == expected
        np.testing.assert_allclose(out, augment(np.floor(X) if given == np.uint8 else X, 0), rtol=1e-4, atol=1e-3)

    def test_any_memory_order(self, augment):
        np.testing.assert_allclose(augment(np.asfortranarray(X), 0), augment(X, 0))

    def test_an_empty_batch(self, augment):
        assert augment(X[:0], 0).shape == (0, 3, 8, 6)

    def test_one_image_is_refused(self, augment):
        with pytest.raises(ValueError, match=r"X should have shape \(N, .*, H, W\), but has \(3, 8, 6\)"):
            augment(X[0], 0)


def test_a_flip_mirrors_left_and_right_of_about_half_the_images():
    images = np.repeat(X[:1], 2000, axis=0)
    out = random_horizontal_flip(images, 0)
    flipped = np.array([np.array_equal(image, X[0, :, :, ::-1]) for image in out])
    assert all(np.array_equal(image, X[0]) for image in out[~flipped])
    assert 0.45 < flipped.mean() < 0.55


def test_a_flip_that_is_certain_or_never_happens():
    np.testing.assert_array_equal(random_horizontal_flip(X, 0, p=1), X[..., ::-1])
    np.testing.assert_array_equal(random_horizontal_flip(X, 0, p=0), X)


def test_each_crop_is_a_shift_of_its_image_and_all_shifts_occur():
    fill = np.array([1.0, 2.0, 3.0])
    padded = np.empty((3, 8 + 4, 6 + 4))
    padded[:] = fill[:, None, None]
    padded[:, 2:10, 2:8] = X[0]
    shifts = {padded[:, i : i + 8, j : j + 6].tobytes() for i in range(5) for j in range(5)}
    out = random_crop(np.repeat(X[:1], 500, axis=0), 0, padding=2, fill=fill)
    assert {image.tobytes() for image in out} == shifts


def test_a_crop_keeps_the_images_apart():
    images = np.arange(1, 41.0)[:, None, None, None] * np.ones((1, 3, 8, 6))
    out = random_crop(images, 0, padding=3)
    for i, image in enumerate(out, 1):
        assert set(np.unique(image)) <= {0.0, i}


def test_a_crop_without_padding():
    np.testing.assert_array_equal(random_crop(X, 0, padding=0), X)


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


def test_pca_jitter_shifts_each_image_along_the_components():
    images = np.zeros((3000, 3, 2, 2))
    out = pca_color_jitter(images, 0, components=COMPONENTS, scale=0.5)
    np.testing.assert_array_equal(out, np.broadcast_to(out[:, :, :1, :1], out.shape))
    np.testing.assert_allclose(out[:, :, 0, 0].std(axis=0), [15, 10, 5], rtol=0.05)


def test_compose_applies_in_order_with_one_generator():
    generator = np.random.default_rng(7)
    expected = random_crop(random_horizontal_flip(X, generator), generator, padding=2)
    np.testing.assert_array_equal(ALL["compose"](X, 7), expected)


def test_pca_jitter_has_a_deviation_of_a_tenth_unless_told():
    np.testing.assert_array_equal(
        pca_color_jitter(X, 0, components=COMPONENTS), pca_color_jitter(X, 0, components=COMPONENTS, scale=0.1)
    )
    np.testing.assert_array_equal(pca_color_jitter(X, 0, components=COMPONENTS, scale=0), X)


def test_a_crop_shifts_by_up_to_4_pixels_unless_told():
    np.testing.assert_array_equal(random_crop(X, 0), random_crop(X, 0, padding=4, fill=0))


def test_compose_of_nothing():
    np.testing.assert_array_equal(compose()(X, 0), X)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: random_horizontal_flip(X, p=1.5), "p should be a number .*at most 1, but is 1.5"),
        (lambda: random_horizontal_flip(X, p=-0.1), "p should be a number .*at least 0 .*, but is -0.1"),
        (lambda: pca_color_jitter(X, components=COMPONENTS, scale=-1), "scale should be a number of at least 0"),
        (lambda: color_jitter(X, brightness=-0.1), "brightness should be a number .*at least 0, but is -0.1"),
        (lambda: color_jitter(X, saturation=-0.1), "saturation should be a number .*at least 0, but is -0.1"),
        (lambda: random_crop(X, padding=-1), "padding should be an integer of at least 0, but is -1"),
        (lambda: random_crop(X, fill=[1, 2]), r"fill should be a number or have shape \(3,\).* but has \(2,\)"),
        (lambda: color_jitter(X[:, :1]), r"color_jitter: X should have shape \(N, 3, H, W\), but has \(40, 1, 8, 6\)"),
        (lambda: color_jitter(X, contrast=-0.1), "contrast should be a number .*at least 0, but is -0.1"),
        (lambda: pca_color_jitter(X), r"components is missing; pass what principal_colors\(X_train\) returns"),
        (lambda: pca_color_jitter(X, components=np.eye(2)), r"components should have shape \(3, 3\), but has \(2, 2\)"),
        (lambda: principal_colors(X[:0]), "X should hold at least one pixel, but is empty"),
        (lambda: principal_colors(np.nan * X), "principal_colors: X should hold finite numbers"),
        (lambda: random_crop(X, fill="a"), "random_crop: fill should be float32 or float64, but is <U1"),
        (
            lambda: color_jitter(X, limits=255),
            r"color_jitter: limits should be a pair \(low, high\) or None, but is 255",
        ),
        (lambda: color_jitter(X, limits=(1, 0)), r"limits should be a pair \(low, high\) or None, but is \(1, 0\)"),
        (lambda: random_horizontal_flip(X, "a"), "random_horizontal_flip: rng should be a np.random.Generator"),
        (lambda: random_crop(X, "a"), "random_crop: rng should be a np.random.Generator"),
        (lambda: color_jitter(X, "a"), "color_jitter: rng should be a np.random.Generator"),
        (lambda: pca_color_jitter(X, "a", COMPONENTS), "pca_color_jitter: rng should be a np.random.Generator"),
        (lambda: compose(random_crop)(X, "a"), "compose: rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_compose_takes_functions():
    with pytest.raises(TypeError, match="one is 'flip'"):
        compose("flip")
