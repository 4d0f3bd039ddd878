"""NumPy's random Generators as plain data. A state is checked before NumPy gets it, since NumPy trusts it."""

import numpy as np
import pytest

from autograder.execution.judge.random_state import generator_from, state_of

NAMES = ["PCG64", "PCG64DXSM", "MT19937", "SFC64", "Philox"]


def made(name, **changes):
    """(name, state) of a bit generator, with parts of the state replaced."""
    name, state = state_of(np.random.Generator(getattr(np.random, name)(1)))
    for key, value in changes.items():
        (state["state"] if key in state["state"] else state)[key] = value
    return name, state


@pytest.mark.parametrize("name", NAMES)
def test_a_generator_goes_on_where_it_was(name):
    rng = np.random.Generator(getattr(np.random, name)(3))
    rng.integers(5, size=3, dtype=np.int32)  # half of a 64-bit draw is left
    got = generator_from(*state_of(rng))
    assert type(got.bit_generator).__name__ == name
    assert np.array_equal(got.integers(1000, size=9, dtype=np.int32), rng.integers(1000, size=9, dtype=np.int32))


@pytest.mark.parametrize("name", NAMES)
def test_a_state_is_plain_data(name):
    def plain(value):
        return type(value) in (int, np.ndarray) or type(value) is dict and all(map(plain, value.values()))

    _, state = made(name)
    assert plain(state) and "bit_generator" not in state


def test_a_bit_generator_that_is_not_numpys_has_no_state():
    class PCG64(np.random.PCG64):
        pass

    for kind in (PCG64, type("Own", (np.random.MT19937,), {})):
        with pytest.raises(ValueError, match="not one of NumPy's"):
            state_of(np.random.Generator(kind(1)))


# the largest value of each number, and the shape and dtype of each array, from the C code of NumPy's generators
LARGEST = {
    "PCG64": {"state": 2**128 - 1, "inc": 2**128 - 1, "has_uint32": 1, "uinteger": 2**32 - 1},
    "PCG64DXSM": {"state": 2**128 - 1, "inc": 2**128 - 1, "has_uint32": 1, "uinteger": 2**32 - 1},
    "MT19937": {"pos": 624},
    "SFC64": {"has_uint32": 1, "uinteger": 2**32 - 1},
    "Philox": {"buffer_pos": 4, "has_uint32": 1, "uinteger": 2**32 - 1},
}
ARRAYS = {
    "MT19937": {"key": (np.uint32, 624)},
    "SFC64": {"state": (np.uint64, 4)},
    "Philox": {"counter": (np.uint64, 4), "key": (np.uint64, 2), "buffer": (np.uint64, 4)},
}
NUMBERS = [(name, key, most) for name, numbers in LARGEST.items() for key, most in numbers.items()]


def with_part(name, key, value):
    name, state = made(name)
    (state["state"] if key in state["state"] else state)[key] = value
    return name, state


@pytest.mark.parametrize(("name", "key", "most"), NUMBERS)
def test_a_number_of_a_state_is_within_its_bounds(name, key, most):
    generator_from(*with_part(name, key, most))
    if key != "inc":
        generator_from(*with_part(name, key, 0))
    for wrong in (-1, most + 1, True, 0.0, None, np.uint64(1)):
        with pytest.raises(ValueError, match="out of range"):
            generator_from(*with_part(name, key, wrong))


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, arrays in ARRAYS.items() for key in arrays])
def test_an_array_of_a_state_has_its_shape_and_dtype(name, key):
    dtype, length = ARRAYS[name][key]
    generator_from(*with_part(name, key, np.ones(length, dtype)))
    other = np.uint64 if dtype is np.uint32 else np.uint32
    whole = np.ones(length, dtype)
    for wrong in (whole[1:], np.ones(length + 1, dtype), whole.reshape(1, -1), whole.astype(other), whole.tolist(), 1):
        with pytest.raises(ValueError, match="the wrong shape or dtype"):
            generator_from(*with_part(name, key, wrong))


@pytest.mark.parametrize("name", NAMES)
def test_a_state_has_all_its_parts_and_no_other(name):
    _, state = made(name)
    for wrong in (
        state | {"other": 1},
        {k: v for k, v in state.items() if k != "state"},
        None,
        [],
        {"state": 1, **state} | {"state": 1},
    ):
        with pytest.raises(ValueError, match="missing or extra parts"):
            generator_from(name, wrong)


@pytest.mark.parametrize("name", ["os", "Generator", "pcg64", b"PCG64", None, ["PCG64"], np.str_("PCG64")])
def test_a_generator_of_no_kind_is_refused(name):
    with pytest.raises(ValueError, match="is not one of NumPy's kinds"):
        generator_from(name, made("PCG64")[1])


def key(first, second=0):
    return np.array([first, second] + [0] * 622, np.uint32)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("MT19937", {"key": key(0)}),
        ("MT19937", {"key": key(2**31 - 1)}),  # the bits that the generator never reads
        ("PCG64", {"inc": 2}),
        ("PCG64", {"state": 0, "inc": 0}),
        ("PCG64DXSM", {"inc": 2**127}),
    ],
)
def test_a_generator_that_may_repeat_itself_is_refused(name, changes):
    with pytest.raises(ValueError, match="some distributions draw forever"):
        generator_from(*made(name, **changes))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("MT19937", {"key": key(2**31)}),
        ("MT19937", {"key": key(0, 1)}),
        ("PCG64", {"state": 0, "inc": 1}),
        ("PCG64DXSM", {"state": 0, "inc": 2**128 - 1}),
        ("SFC64", {"state": np.zeros(4, np.uint64)}),
        ("Philox", {"key": np.zeros(2, np.uint64), "counter": np.zeros(4, np.uint64)}),
    ],
)
def test_a_generator_that_does_not_is_taken(name, changes):
    generator_from(*made(name, **changes)).random()
