import math

import numpy as np
import pytest

from cs231n_lib.initializers import fan_scaled, glorot, he, sparse, xavier

ALL = [getattr(fan_scaled, name) for name in fan_scaled.__all__]


@pytest.mark.parametrize(
    "initializer, shape, std",
    [
        (xavier, (300, 400), 1 / math.sqrt(300)),
        (glorot, (300, 400), math.sqrt(2 / 700)),
        (he, (300, 400), math.sqrt(2 / 300)),
        (xavier, (400, 30, 3, 5), 1 / math.sqrt(30 * 15)),
        (glorot, (400, 30, 3, 5), math.sqrt(2 / (430 * 15))),
        (he, (400, 30, 3, 5), math.sqrt(2 / (30 * 15))),
    ],
)
def test_mean_and_standard_deviation(initializer, shape, std):
    weights = initializer(shape, rng=0)
    assert weights.shape == shape
    assert weights.std() == pytest.approx(std, rel=0.01)
    assert abs(weights.mean()) < 4 * std / math.sqrt(weights.size)


@pytest.mark.parametrize("initializer", [xavier, glorot, he])
def test_uniform_weights_have_the_same_standard_deviation(initializer):
    normal, uniform = (initializer((300, 400), distribution=name, rng=0) for name in ("normal", "uniform"))
    assert uniform.std() == pytest.approx(normal.std(), rel=0.01)
    assert np.abs(uniform).max() <= math.sqrt(3) * uniform.std() * 1.01  # it has hard bounds
    assert np.abs(normal).max() > 3 * normal.std()


def activations_by_layer(nonlinearity, initializer):
    """The standard deviations of the activations of six layers of 1,000 units."""
    rng = np.random.default_rng(0)
    x, stds = rng.standard_normal((200, 1000)), []
    for _ in range(6):
        x = nonlinearity(x @ initializer((1000, 1000), rng=rng))
        stds.append(float(x.std()))
    return stds


def test_xavier_keeps_tanh_units_alive():
    stds = activations_by_layer(np.tanh, xavier)
    assert stds == pytest.approx([0.63, 0.49, 0.41, 0.36, 0.32, 0.30], abs=0.01)  # as in the lecture


def test_he_keeps_relu_units_alive_where_xavier_does_not():
    first, *_, last = activations_by_layer(lambda x: np.maximum(x, 0), he)
    assert last == pytest.approx(first, rel=0.2)
    first, *_, last = activations_by_layer(lambda x: np.maximum(x, 0), xavier)
    assert last < first / 4


@pytest.mark.parametrize("shape, units", [((50, 30), 1), ((30, 5, 2, 5), 0)])
def test_sparse_gives_every_unit_the_same_number_of_connections(shape, units):
    weights = sparse(shape, connections=7, scale=0.5, rng=0)
    per_unit = np.moveaxis(weights, units, 0).reshape(30, 50)
    assert ((per_unit != 0).sum(axis=1) == 7).all()
    assert len({tuple(np.flatnonzero(row)) for row in per_unit}) == 30  # each unit has its own inputs
    assert ((per_unit != 0).sum(axis=0) > 0).all()  # no input is left out systematically
    assert per_unit[per_unit != 0].std() == pytest.approx(0.5, rel=0.1)


@pytest.mark.parametrize("initializer", ALL)
def test_the_type_is_float32_unless_told(initializer):
    single, double = initializer((20, 30), rng=3), initializer((20, 30), dtype=np.float64, rng=3)
    assert single.dtype == np.float32 and double.dtype == np.float64
    np.testing.assert_allclose(single, double, rtol=1e-6)


@pytest.mark.parametrize("initializer", ALL)
def test_seeds_and_generators(initializer):
    draw = initializer((20, 30), rng=5)
    np.testing.assert_array_equal(draw, initializer((20, 30), rng=np.random.default_rng(5)))
    assert not np.array_equal(draw, initializer((20, 30), rng=6))
    assert not np.array_equal(initializer((20, 30)), initializer((20, 30)))


@pytest.mark.parametrize("initializer", [xavier, glorot, he, sparse])
@pytest.mark.parametrize("shape", [(3,), (3, 4, 5), 3, (0, 4), (3.0, 4)])
def test_a_shape_that_is_none_of_a_layer(initializer, shape):
    with pytest.raises(ValueError, match=f"{initializer.__name__}: .*shape"):
        initializer(shape)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: he((3, 4), distribution="cauchy"),
            "he: distribution should be 'normal' or 'uniform', but is 'cauchy'",
        ),
        (lambda: he((3, 4), dtype=np.int64), "he: dtype should be float32 or float64, but is int64"),
        (lambda: sparse((20, 4), scale=-1), "sparse: scale should be a number of at least 0"),
        (lambda: sparse((20, 4), dtype=np.float16), "sparse: dtype should be float32 or float64"),
        (lambda: sparse((9, 4)), "sparse: connections should be at most 9"),
        (lambda: sparse((9, 4), connections=0), "sparse: connections should be an integer of at least 1"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("initializer", ALL)
def test_seeds_and_dtypes_that_do_not_fit(initializer):
    with pytest.raises(ValueError, match=f"{initializer.__name__}: rng should be a np.random.Generator"):
        initializer((16, 4), rng="a")
    with pytest.raises(ValueError, match=f"{initializer.__name__}: dtype should be float32 or float64, but is -1"):
        initializer((16, 4), dtype=-1)


def test_sparse_at_its_limits():
    assert (sparse((10, 4), rng=0) != 0).all()  # ten connections by default
    assert (sparse((9, 4), connections=1, rng=0) != 0).sum() == 4
    assert not sparse((10, 4), scale=0, rng=0).any()
