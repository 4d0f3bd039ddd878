"""What holds for every augmentation, and several in a row."""

from functools import partial

import numpy as np
import pytest

from cs231n_lib.data.augmentation import (
    color_jitter,
    compose,
    cutout,
    elastic_deform,
    gaussian_blur,
    gaussian_noise,
    pca_color_jitter,
    random_crop,
    random_horizontal_flip,
    random_rotation,
)
from cs231n_lib.data.augmentation.batches import image_batch, random_squares

rng = np.random.default_rng(0)
X = rng.uniform(0, 255, (40, 3, 8, 6))
COMPONENTS = np.diag([30.0, 20.0, 10.0])
ALL = {
    "flip": random_horizontal_flip,
    "crop": partial(random_crop, padding=2),
    "color_jitter": partial(color_jitter, brightness=20, contrast=0.3, saturation=0.3),
    "pca": partial(pca_color_jitter, components=COMPONENTS),
    "cutout": partial(cutout, size=3),
    "elastic": elastic_deform,
    "rotation": random_rotation,
    "noise": gaussian_noise,
    "blur": gaussian_blur,
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


def test_compose_applies_in_order_with_one_generator():
    generator = np.random.default_rng(7)
    expected = random_crop(random_horizontal_flip(X, generator), generator, padding=2)
    np.testing.assert_array_equal(ALL["compose"](X, 7), expected)


def test_compose_of_nothing():
    np.testing.assert_array_equal(compose()(X, 0), X)


def test_compose_takes_functions():
    with pytest.raises(TypeError, match="one is 'flip'"):
        compose("flip")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: compose(random_crop)(X, "a"), "compose: rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_batch_is_told_for_the_function_that_wants_it():
    assert image_batch("crop", np.ones((2, 3, 4, 5), int), channels=3).dtype == np.float64
    with pytest.raises(ValueError, match=r"crop: X should have shape \(N, 3, H, W\), but has \(2, 1, 4, 5\)"):
        image_batch("crop", np.ones((2, 1, 4, 5)), channels=3)


def test_squares_are_centred_anywhere_and_cut_off_at_the_edges():
    inside = random_squares(4000, (6, 4), np.full(4000, 3), np.full(4000, 2), np.random.default_rng(0))
    assert inside.shape == (4000, 6, 4)
    heights, widths = inside.any(axis=2).sum(axis=1), inside.any(axis=1).sum(axis=1)
    np.testing.assert_array_equal(inside.sum(axis=(1, 2)), heights * widths)  # boxes
    assert set(heights) == {2, 3} and set(widths) == {1, 2}
    assert np.mean(heights == 2) == pytest.approx(2 / 6, abs=0.03)  # a centre in the first or last of six rows
    assert np.mean(widths == 1) == pytest.approx(1 / 4, abs=0.03)
