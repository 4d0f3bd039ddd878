import numpy as np
import pytest

from cs231n_lib.layers.conv_arguments import conv_arguments, conv_settings


def test_dilation_is_1_if_not_given():
    assert conv_settings("f", {"stride": 2, "pad": (1, 3)}) == (2, (1, 3), 1)
    assert conv_settings("f", {"stride": 2, "pad": 1, "dilation": (2, 1)}) == (2, 1, (2, 1))


def test_arrays_in_one_type_and_the_numbers_of_the_field():
    x, w, b = np.ones((2, 3, 9, 8), np.float32), np.ones((4, 3, 3, 2), np.float32), np.ones(4)
    *arrays, numbers = conv_arguments("f", x, w, b, {"stride": (2, 3), "pad": (1, 0), "dilation": (1, 2)})
    assert {array.dtype for array in arrays} == {np.dtype(np.float64)}
    # field, pad, stride, dilation, (9 + 2 - 3) // 2 + 1 = 5, (8 - 3) // 3 + 1 = 2
    assert numbers == (3, 2, 1, 0, 2, 3, 1, 2, 5, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": np.ones((3, 9, 8))}, r"f: x should have shape \(N, C, H, W\), but has \(3, 9, 8\)"),
        ({"w": np.ones((4, 2, 3, 2))}, r"f: w should have shape \(F, 3, HH, WW\), one channel per channel of x"),
        ({"b": np.ones(3)}, r"f: b should have shape \(4,\), one bias per filter, but has \(3,\)"),
        ({"w": np.ones((4, 3, 10, 2))}, "f: w's HH=10 does not fit"),
        ({"w": np.ones((4, 3, 3, 9))}, "f: w's WW=9 does not fit"),
        ({"conv_param": {"pad": 0}}, "f: conv_param has no 'stride'"),
        ({"conv_param": {"stride": 1}}, "f: conv_param has no 'pad'"),
        ({"conv_param": {"stride": 1, "pad": 0, "dilate": 2}}, "f: conv_param has an unknown key 'dilate'"),
    ],
)
def test_arguments_that_do_not_fit(change, words):
    fitting = {
        "x": np.ones((2, 3, 9, 8)),
        "w": np.ones((4, 3, 3, 2)),
        "b": np.ones(4),
        "conv_param": {"stride": 1, "pad": 0},
    }
    with pytest.raises(ValueError, match=words):
        conv_arguments("f", **fitting | change)
