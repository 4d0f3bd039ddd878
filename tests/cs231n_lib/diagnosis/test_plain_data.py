"""Numbers become arrays; other objects are described in words, and none of their methods runs."""

import numpy as np
import pytest

from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers, in_short, is_numeric, makes_array


class Hostile:
    """An object that refuses every way of asking for its value or its name."""

    def refuse(self, *args):
        raise AssertionError("a method of a foreign object was called")

    __array__ = __len__ = __iter__ = __float__ = __repr__ = __str__ = __eq__ = __bool__ = refuse


class Derived(list):
    __iter__ = __len__ = Hostile.refuse


@pytest.mark.parametrize(
    ("value", "shape", "kind"),
    [
        (True, (), "b"),
        (3, (), "i"),
        (2.5, (), "f"),
        (np.float32(1), (), "f"),
        ([1, (2.0, np.int8(3))], None, None),
        ([[1, 2], (3, 4.5)], (2, 2), "f"),
        (np.zeros((2, 0), np.uint8), (2, 0), "u"),
        ([], (0,), "f"),
    ],
)
def test_numbers(value, shape, kind):
    assert is_numeric(value)
    if shape is not None:
        array = as_numbers(value)
        assert (array.shape, array.dtype.kind) == (shape, kind)
        assert makes_array(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "got None. Is a return statement missing?"),
        ("1", "got '1'; expected a number or an array."),
        ({"W": 1}, "got a dict of 1 entry; expected a number or an array."),
        ([1, "a"], "got a list of 2 entries; expected a number or an array."),
        (Hostile(), "got an object of type Hostile; expected a number or an array."),
        (Derived([1]), "got an object of type Derived; expected a number or an array."),
        ((0.5, np.ones(3)), "got a tuple of 2 values; expected only one of them."),
        ([[1, 2], [3]], "its rows differ in length, so they do not form an array."),
        (1j, "it is an array of dtype complex128, not of real numbers."),
        (np.array(["a"]), "it is an array of dtype <U1, not of real numbers."),
        (np.array([None]), "it is an array of dtype object, not of real numbers."),
    ],
)
def test_what_is_not_numbers(value, words):
    with pytest.raises(NotNumbers) as refused:
        as_numbers(value)
    assert str(refused.value) == words
    assert not makes_array(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        ("a", "'a'"),
        (b"a", "b'a'"),
        (False, "False"),
        (np.float64(1.5), repr(np.float64(1.5))),
        ("x" * 78, repr("x" * 78)),
        ("x" * 79, "'" + "x" * 76 + "..."),
        ([1, 2], "a list of 2 entries"),
        ({1, 2, 3}, "a set of 3 entries"),
        (np.ones((2, 3)), "an array of shape (2, 3)"),
        (Hostile(), "an object of type Hostile"),
    ],
)
def test_a_value_in_short(value, words):
    assert in_short(value) == words
