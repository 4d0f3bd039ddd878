import numpy as np
import pytest

from cs231n_lib import layers

rng = np.random.default_rng(0)
ARRAYS = rng.standard_normal((2, 3, 3, 2)), rng.standard_normal((3, 2, 3, 4)), rng.standard_normal(2)
PARAMS = [{"stride": 1, "pad": 0}, {"stride": 2, "pad": 1}, {"stride": (3, 2), "pad": (1, 0), "output_pad": (2, 1)}]


@pytest.mark.parametrize("conv_param", PARAMS, ids=str)
def test_gradients(check_gradients, conv_param):
    check_gradients(
        lambda *arrays: layers.conv_transpose_forward(*arrays, conv_param), layers.conv_transpose_backward, *ARRAYS
    )


def test_conduct(check_conduct):
    check_conduct(
        lambda *arrays: layers.conv_transpose_forward(*arrays, PARAMS[2]), layers.conv_transpose_backward, *ARRAYS
    )


def test_one_row_by_hand():
    out, _ = layers.conv_transpose_forward([[[[1.0, 3.0]]]], [[[[1.0, 2.0, 4.0]]]], [10.0], {"stride": 2, "pad": 0})
    np.testing.assert_array_equal(out, [[[[11, 12, 17, 16, 22]]]])


def test_errors_name_the_layer_and_the_setting():
    with pytest.raises(ValueError, match="conv_transpose_forward: conv_param has an unknown key 'dilation'"):
        layers.conv_transpose_forward(*ARRAYS, {"stride": 1, "pad": 0, "dilation": 1})
