import numpy as np
import pytest

from cs231n_lib.data import one_hot


def test_one_hot():
    np.testing.assert_array_equal(one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    assert one_hot([0], 2).dtype == np.float32 and one_hot([0], 2, dtype=np.float64).dtype == np.float64
    assert one_hot(np.zeros(0, int), 3).shape == (0, 3)


def test_smoothing_is_spread_over_all_classes():
    np.testing.assert_allclose(one_hot([1], 5, 0.1, np.float64), [[0.02, 0.92, 0.02, 0.02, 0.02]])


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([3], 3), "y should hold class numbers 0..2"),
        (([0.5], 3), "y should hold integer class numbers"),
        ((1, 3), r"y should have shape \(1,\)"),
        (([0], 0), "num_classes should be an integer of at least 1"),
        (([0], 2, 2.0), "smoothing should be a number of at least 0 and at most 1"),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=f"one_hot: {message}"):
        one_hot(*arguments)
