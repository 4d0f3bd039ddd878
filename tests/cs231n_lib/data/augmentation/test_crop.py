import numpy as np
import pytest

from cs231n_lib.data.augmentation import random_crop

X = np.random.default_rng(0).uniform(0, 255, (40, 3, 8, 6))


def test_each_crop_is_a_shift_of_its_image_and_all_shifts_occur():
    fill = np.array([1.0, 2.0, 3.0])
    padded = np.empty((3, 8 + 4, 6 + 4))
    padded[:] = fill[:, None, None]
    padded[:, 2:10, 2:8] = X[0]
    shifts = {padded[:, i : i + 8, j : j + 6].tobytes() for i in range(5) for j in range(5)}
    out = random_crop(np.repeat(X[:1], 500, axis=0), 0, padding=2, fill=fill)
    assert {image.tobytes() for image in out} == shifts


def test_a_crop_of_reflected_images_adds_no_edges():
    padded = np.pad(X[0], ((0, 0), (2, 2), (2, 2)), mode="reflect")
    shifts = {padded[:, i : i + 8, j : j + 6].tobytes() for i in range(5) for j in range(5)}
    out = random_crop(np.repeat(X[:1], 500, axis=0), 0, padding=2, fill="reflect")
    assert {image.tobytes() for image in out} == shifts
    np.testing.assert_array_equal(random_crop(X, 0, padding=0, fill="reflect"), X)


def test_a_crop_keeps_the_images_apart():
    images = np.arange(1, 41.0)[:, None, None, None] * np.ones((1, 3, 8, 6))
    out = random_crop(images, 0, padding=3)
    for i, image in enumerate(out, 1):
        assert set(np.unique(image)) <= {0.0, i}


def test_a_crop_without_padding():
    np.testing.assert_array_equal(random_crop(X, 0, padding=0), X)


def test_a_crop_shifts_by_up_to_4_pixels_unless_told():
    np.testing.assert_array_equal(random_crop(X, 0), random_crop(X, 0, padding=4, fill=0))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: random_crop(X, padding=-1), "padding should be an integer of at least 0, but is -1"),
        (lambda: random_crop(X, fill=[1, 2]), r"fill should be a number or have shape \(3,\).* but has \(2,\)"),
        (lambda: random_crop(X, padding=6, fill="reflect"), "padding should be smaller than images of 8x6 to reflect"),
        (lambda: random_crop(X, fill="a"), "random_crop: fill should be float32 or float64, but is <U1"),
        (lambda: random_crop(X, "a"), "random_crop: rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
