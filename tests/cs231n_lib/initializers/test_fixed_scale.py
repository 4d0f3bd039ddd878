import math

import numpy as np
import pytest

from cs231n_lib.initializers import small_random
from cs231n_lib.initializers.fixed_scale import normal_weights


def test_mean_and_standard_deviation():
    weights = small_random((300, 400), rng=0)
    assert weights.shape == (300, 400) and weights.std() == pytest.approx(0.01, rel=0.01)
    assert abs(weights.mean()) < 4 * 0.01 / math.sqrt(weights.size)
    assert small_random((300, 400), scale=2, rng=0).std() == pytest.approx(2, rel=0.01)


def test_small_weights_let_tanh_units_die():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 1000))
    for _ in range(6):
        x = np.tanh(x @ small_random((1000, 1000), rng=rng))
    assert x.std() < 0.01


def test_the_type_is_float32_unless_told():
    single, double = small_random((20, 30), rng=3), small_random((20, 30), dtype=np.float64, rng=3)
    assert single.dtype == np.float32 and double.dtype == np.float64
    np.testing.assert_allclose(single, double, rtol=1e-6)


def test_seeds_and_generators():
    draw = small_random((20, 30), rng=5)
    np.testing.assert_array_equal(draw, small_random((20, 30), rng=np.random.default_rng(5)))
    assert not np.array_equal(draw, small_random((20, 30), rng=6))
    assert not np.array_equal(small_random((20, 30)), small_random((20, 30)))


def test_a_scale_of_0():
    assert not small_random((3, 4), scale=0, rng=0).any()


@pytest.mark.parametrize("shape", [None, (-1, 2), (2.5, 3), "ab"])
def test_a_shape_that_is_none(shape):
    with pytest.raises(ValueError, match="small_random: each size in shape should be an integer"):
        small_random(shape)


def test_any_number_of_dimensions():
    assert small_random(3).shape == (3,) and small_random((2, 3, 4)).shape == (2, 3, 4)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"scale": -1}, "small_random: scale should be a number of at least 0"),
        ({"rng": "a"}, "small_random: rng should be a np.random.Generator"),
        ({"dtype": -1}, "small_random: dtype should be float32 or float64, but is -1"),
    ],
)
def test_arguments_that_do_not_fit(settings, message):
    with pytest.raises(ValueError, match=message):
        small_random((3, 4), **settings)


def test_normal_weights_name_the_function_that_wants_them():
    assert normal_weights("big", (300, 400), 5.0, np.float64, 0).std() == pytest.approx(5, rel=0.01)
    with pytest.raises(ValueError, match="big: rng should be"):
        normal_weights("big", (3, 4), 1.0, np.float32, "a")
