import numpy as np
import pytest

from cs231n_lib.data.augmentation import random_horizontal_flip

X = np.random.default_rng(0).uniform(0, 255, (40, 3, 8, 6))


def test_a_flip_mirrors_left_and_right_of_about_half_the_images():
    images = np.repeat(X[:1], 2000, axis=0)
    out = random_horizontal_flip(images, 0)
    flipped = np.array([np.array_equal(image, X[0, :, :, ::-1]) for image in out])
    assert all(np.array_equal(image, X[0]) for image in out[~flipped])
    assert 0.45 < flipped.mean() < 0.55


def test_a_flip_that_is_certain_or_never_happens():
    np.testing.assert_array_equal(random_horizontal_flip(X, 0, p=1), X[..., ::-1])
    np.testing.assert_array_equal(random_horizontal_flip(X, 0, p=0), X)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: random_horizontal_flip(X, p=1.5), "p should be a number .*at most 1, but is 1.5"),
        (lambda: random_horizontal_flip(X, p=-0.1), "p should be a number .*at least 0 .*, but is -0.1"),
        (lambda: random_horizontal_flip(X, "a"), "random_horizontal_flip: rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
