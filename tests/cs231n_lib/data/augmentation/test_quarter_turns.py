import numpy as np
import pytest

from cs231n_lib.data.augmentation import rotate_batch

X = np.random.default_rng(0).normal(size=(400, 3, 5, 5)).astype(np.float32)


def test_images_are_turned_by_their_labels():
    out, turns = rotate_batch(X, 0)
    for k, image, turned in zip(turns, X, out, strict=True):
        expected = image.transpose(1, 2, 0)
        for _ in range(k):
            expected = expected[:, ::-1].transpose(1, 0, 2)  # counterclockwise
        np.testing.assert_array_equal(turned, expected.transpose(2, 0, 1))
    assert out.dtype == np.float32


def test_all_turns_are_equally_likely():
    _, turns = rotate_batch(X, 0)
    assert np.bincount(turns).min() > 70 and set(turns) == {0, 1, 2, 3}


def test_arguments_that_do_not_fit():
    with pytest.raises(ValueError, match=r"rotate_batch: X should hold square images, but has shape \(400, 3, 4, 5\)"):
        rotate_batch(X[:, :, :4])
