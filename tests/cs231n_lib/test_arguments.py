import numpy as np
import pytest

from cs231n_lib import arguments

F32, F64 = np.float32, np.float64


@pytest.mark.parametrize(
    "types, expected",
    [
        ((F32, F32), F32),
        ((F64, F64), F64),
        ((F32, F64), F64),
        ((F64, F32), F64),
        ((F32, int), F64),
        ((np.uint8, np.uint8), F64),
        ((bool, F32), F64),
        ((">f4", F32), F32),
        ((">f8", F32), F64),
    ],
)
def test_floats_finds_the_common_type(types, expected):
    a, b = arguments.floats("f", a=np.ones(2, types[0]), b=np.ones(3, types[1]))
    assert a.dtype == b.dtype == expected and a.dtype.isnative and b.dtype.isnative
    assert a.tolist() == [1, 1] and b.tolist() == [1, 1, 1]


def test_floats_hands_back_what_fits():
    a, b = np.ones((2, 3), F32).T, np.ones(2, F32)
    assert all(x is y for x, y in zip(arguments.floats("f", a=a, b=b), (a, b), strict=True))


def test_floats_converts_no_more_than_it_must():
    wide = np.ones(2)
    assert arguments.floats("f", a=np.ones(2, F32), b=wide)[1] is wide


def test_a_single_array():
    assert arguments.float_array("f", "x", [[1, 2]]).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    "x, message",
    [
        (np.ones(2, np.float16), "f: x should be float32 or float64, but is float16"),
        (np.ones(2, complex), "f: x should be float32 or float64, but is complex128"),
        (np.ones(2, np.longdouble), "f: x should be float32 or float64, but is "),
        (None, "f: x should be float32 or float64, but is object"),
        (["a"], "f: x should be float32 or float64, but is <U1"),
        (np.ones(2, "M8[s]"), "f: x should be float32 or float64, but is datetime64"),
        ([[1], [2, 3]], "f: x should be an array of numbers: "),
    ],
)
def test_floats_refuses(x, message):
    with pytest.raises(ValueError, match=message):
        arguments.floats("f", x=x)
    with pytest.raises(ValueError, match=message):
        arguments.float_array("f", "x", x)


@pytest.mark.parametrize("shape", [(2, 3), ("N", 3), (2, "D"), ("N", "D")])
def test_shapes_that_fit(shape):
    arguments.expect_shape("f", "x", np.ones((2, 3)), shape)


@pytest.mark.parametrize(
    "shape, wanted",
    [((3, 2), "(3, 2)"), (("N", 2), "(N, 2)"), ((2,), "(2,)"), (("N", "C", 1), "(N, C, 1)"), ((), "()")],
)
def test_shapes_that_do_not_fit(shape, wanted):
    with pytest.raises(ValueError) as error:
        arguments.expect_shape("f", "x", np.ones((2, 3)), shape)
    assert str(error.value) == f"f: x should have shape {wanted}, but has (2, 3)."


def test_the_meaning_of_a_shape_is_told():
    with pytest.raises(ValueError, match=r"f: b should have shape \(4,\), one bias per filter, but has \(3,\)"):
        arguments.expect_shape("f", "b", np.ones(3), (4,), "one bias per filter")


def test_settings_in_order():
    given = {"pad": 1, "dilation": 4, "stride": 2}
    assert arguments.settings("f", "conv_param", given, ["stride", "pad"], dilation=1, b=5) == [2, 1, 4, 5]


@pytest.mark.parametrize(
    "given, error, message",
    [
        (None, TypeError, "f: pool_param should be a dict with 'stride', 'pad' .default 0., but is None"),
        ({}, ValueError, "f: pool_param has no 'stride'; it should have 'stride', 'pad' .default 0."),
        ({"stride": 1, "pads": 2}, ValueError, "f: pool_param has an unknown key 'pads'; it should have 'stride'"),
    ],
)
def test_settings_that_do_not_fit(given, error, message):
    with pytest.raises(error, match=message):
        arguments.settings("f", "pool_param", given, ["stride"], pad=0)


@pytest.mark.parametrize("kind", [np.int8, np.uint64, ">i4", list])
def test_labels_become_indices(kind):
    y = [0, 2, 1] if kind is list else np.array([0, 2, 1], kind)
    found = arguments.labels("f", y, 3, 3)
    assert found.dtype == np.intp and found.tolist() == [0, 2, 1]


def test_labels_of_any_number_of_classes():
    assert arguments.labels("f", [7, 0], 2).tolist() == [7, 0]
    with pytest.raises(ValueError, match="f: y should hold class numbers 0, 1, ..., but holds -1"):
        arguments.labels("f", [0, -1], 2)


def test_an_upstream_gradient():
    assert arguments.upstream("f", [[1, 2]], (1, 2)).dtype == np.float64
    with pytest.raises(ValueError, match=r"f: dout should have shape \(2, 1\), that of out, but has \(1, 2\)"):
        arguments.upstream("f", [[1, 2]], (2, 1))


@pytest.mark.parametrize(
    "y, message",
    [
        ([0, 1], r"y should have shape \(3,\), one label per example, but has \(2,\)"),
        ([0, 1, 3], "y should hold class numbers 0..2, but holds 3"),
        ([0, -1, 2], "y should hold class numbers 0..2, but holds -1"),
        ([0, -1, 5], "y should hold class numbers 0..2, but holds -1"),
        ([0.0, 1.0, 2.0], "y should hold integer class numbers, but holds float64"),
        ([True, False, True], "y should hold integer class numbers, but holds bool"),
    ],
)
def test_labels_that_do_not_fit(y, message):
    with pytest.raises(ValueError, match=f"f: {message}"):
        arguments.labels("f", y, 3, 3)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.float64(2), np.int64(2), np.array(2.0)])
def test_a_number_becomes_a_python_float(value):
    assert type(arguments.number("f", "reg", value, at_least=0)) is float


@pytest.mark.parametrize("bounds", [{"at_least": 1}, {"at_most": 1}, {"above": 0.9}, {"below": 1.1}, {}])
def test_a_number_within_its_bounds(bounds):
    assert arguments.number("f", "p", 1, **bounds) == 1


@pytest.mark.parametrize(
    "value, bounds, message",
    [
        (1, {"above": 1}, "f: p should be a number above 1, but is 1"),
        (1, {"below": 1}, "f: p should be a number below 1, but is 1"),
        (0.9, {"at_least": 1}, "f: p should be a number of at least 1, but is 0.9"),
        (2, {"above": 0, "at_most": 1}, "f: p should be a number above 0 and at most 1, but is 2"),
        (float("nan"), {}, "f: p should be a number, but is nan"),
        ("1", {}, "f: p should be a number, but is '1'"),
        (None, {}, "f: p should be a number, but is None"),
        (True, {}, "f: p should be a number, but is True"),
        (np.ones(1), {}, r"f: p should be a number, but is array\(\[1.\]\)"),
    ],
)
def test_a_number_that_does_not_fit(value, bounds, message):
    with pytest.raises(ValueError, match=message):
        arguments.number("f", "p", value, **bounds)


@pytest.mark.parametrize("value", [2, np.int8(2), np.uint64(2)])
def test_an_integer_becomes_a_python_int(value):
    assert type(arguments.integer("f", "k", value, 1)) is int


@pytest.mark.parametrize("value", [0, 1.0, True, "1", None])
def test_an_integer_that_does_not_fit(value):
    with pytest.raises(ValueError, match=f"f: k should be an integer of at least 1, but is {value!r}"):
        arguments.integer("f", "k", value, 1)


@pytest.mark.parametrize("value, expected", [(3, (3, 3)), ((1, 2), (1, 2)), ([0, np.int64(4)], (0, 4))])
def test_pairs(value, expected):
    assert arguments.pair("f", "pad", value, 0) == expected


@pytest.mark.parametrize(
    "value, message",
    [
        ((1, 2, 3), r"pad should be an integer or a pair \(vertical, horizontal\), but is \(1, 2, 3\)"),
        ((1, -1), "pad should be an integer of at least 0, but is -1"),
        (1.5, "pad should be an integer of at least 0, but is 1.5"),
    ],
)
def test_pairs_that_do_not_fit(value, message):
    with pytest.raises(ValueError, match=f"f: {message}"):
        arguments.pair("f", "pad", value, 0)


def test_one_of():
    assert arguments.one_of("f", "mode", "test", ("train", "test")) == "test"
    for value in ("eval", None, np.ones(2)):
        with pytest.raises(ValueError, match="f: mode should be 'train' or 'test', but is"):
            arguments.one_of("f", "mode", value, ("train", "test"))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_finite(value):
    array = np.array([1.0, 2.0])
    assert arguments.finite("f", "x", array) is array
    with pytest.raises(ValueError, match="f: x should hold finite numbers, but holds NaN or infinities"):
        arguments.finite("f", "x", np.array([1.0, value]))


def test_generators():
    given = np.random.default_rng(3)
    assert arguments.generator("f", "rng", given) is given
    assert arguments.generator("f", "rng", 3).random() == given.random()
    assert arguments.generator("f", "rng", None).random() != arguments.generator("f", "rng", None).random()


@pytest.mark.parametrize("rng", ["a", -1, 1.5, np.ones((2, 2)), {}])
def test_generators_that_do_not_fit(rng):
    wanted = r"f: rng should be a np.random.Generator, an integer of at least 0 \(the seed\) or None, but is "
    with pytest.raises(ValueError, match=wanted):
        arguments.generator("f", "rng", rng)


def test_float_types():
    assert arguments.float_type("f", float) == F64
    assert arguments.float_type("f", "float32") is np.dtype(F32)
    with pytest.raises(ValueError, match="f: dtype should be float32 or float64, but is int64"):
        arguments.float_type("f", np.int64)
    for dtype in ("number", -1, [1, 2, "b"]):
        with pytest.raises(ValueError, match="f: dtype should be float32 or float64, but is "):
            arguments.float_type("f", dtype)
