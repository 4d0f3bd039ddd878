import numpy as np
import pytest

from cs231n_lib.data.augmentation import cutout

X = np.ones((3000, 2, 8, 8))


def test_a_square_is_overwritten_in_all_channels():
    gone = cutout(X, 0, size=3) == 0
    np.testing.assert_array_equal(gone[:, 0], gone[:, 1])
    heights, widths = gone[:, 0].any(axis=2).sum(axis=1), gone[:, 0].any(axis=1).sum(axis=1)
    np.testing.assert_array_equal(gone[:, 0].sum(axis=(1, 2)), heights * widths)
    assert set(heights) == set(widths) == {2, 3}
    assert np.mean(heights == 2) == pytest.approx(2 / 8, abs=0.03)


def test_other_values_and_sizes():
    np.testing.assert_array_equal(cutout(X, 0, size=0), X)
    assert (cutout(X[:5], 0, size=16, fill=7) == 7).all()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"size": -1}, "size should be an integer of at least 0"),
        ({"fill": None}, "fill should be a number"),
        ({"rng": "a"}, "rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    with pytest.raises(ValueError, match=f"cutout: {message}"):
        cutout(**({"X": X[:2]} | change))
