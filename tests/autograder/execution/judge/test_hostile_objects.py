"""Student objects that lie: none of their code runs in the judge, and checks report what they received."""

import gc

import numpy as np
import pytest

from autograder.execution.judge.errors import CannotCross, StudentError
from cs231n_lib import checks

pytestmark = pytest.mark.slow

CELLS = """
import os
import numpy as np

class Yes:
    def _yes(self, *_, **__):
        return True
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __bool__ = __contains__ = _yes
    __hash__ = lambda self: 0

class Everything:
    def __getattr__(self, name):
        return lambda *_, **__: np.zeros(3)

class Pretender:
    __class__ = np.ndarray
    dtype, shape, ndim, size = np.dtype(float), (3,), 1, 3
    def __array__(self, *_, **__):
        return np.zeros(3)
    def __float__(self):
        return 0.0
    def __array_ufunc__(self, *_, **__):
        return True
    __array_function__ = __array_ufunc__
    __array_interface__ = {"shape": (3,), "typestr": "<f8", "data": (64, False), "version": 3}
    __array_priority__ = 1e9

class Bomb:
    def __reduce__(self):
        return os.abort, ()
    def __repr__(self):
        os.abort()
    __str__ = __del__ = __eq__ = __hash__ = __repr__

class Array(np.ndarray):
    def __eq__(self, other):
        return np.array(True)
    __sub__ = __rsub__ = lambda self, other: np.zeros(3)
    shape = property(lambda self: (3,))
    def __array_finalize__(self, other):
        pass
    def __array__(self, *_, **__):
        return np.zeros(3)
    tobytes = view = __array__

class Float(float):
    __eq__ = __le__ = lambda self, other: True
    __abs__ = __sub__ = __rsub__ = lambda self, *_: 0.0

class Str(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__

class Dict(dict):
    __getitem__ = lambda self, key: 0.0
    keys = __iter__ = lambda self: iter(["loss"])

class Meta(type):
    __name__ = property(lambda self: os.abort())
    __instancecheck__ = __subclasscheck__ = lambda self, other: True
    __eq__ = lambda self, other: True
    __hash__ = type.__hash__

class Odd(metaclass=Meta):
    pass

class Trouble(Exception):
    def __str__(self):
        raise RuntimeError("no text")
    __repr__ = __str__

class Named(Exception):
    pass
Named.__name__ = "Ex\\x1b[31m<script>alert(1)</script>" * 50

class Assertion(AssertionError):
    pass

def trouble(): raise Trouble()
def named(): raise Named("x" * 10**7)
def stop(): raise StopIteration("early")
def group(): raise ExceptionGroup("several", [ValueError(1)])
def decode(): b"\\xff".decode()
def recurse(): return recurse()
def interrupt(): raise KeyboardInterrupt
def base(): raise BaseException("base")
def system_error(): open("/nowhere/at/all")
def key(): return {}["k"]

def ring():
    ring = [1]
    ring.append({"again": ring})
    return ring

def doubling():
    value = 1.0
    for _ in range(60):
        value = (value, value)
    return value

def nested():
    value = 1.0
    for _ in range(100_000):
        value = [value]
    return value

def huge(): return np.broadcast_to(1.0, (10**6, 10**6))
def integer(): return 10 ** 100_000
def items(): return [0] * 10**6
def text(): return "x" * 10**7
def surrogate(): return "\\ud800"
def nothing_wide(): return np.empty((0, 10**12))

aliased = np.zeros(2)
def aliasing(): return [aliased, aliased, aliased.view()]
def nan(): return np.full(3, np.nan)
def objects(): return np.array([Yes(), Yes(), Yes()], dtype=object)
def structured(): return np.zeros(3, [("a", float)])
def masked(): return np.ma.masked_array(np.ones(3), mask=True)
def truth(): return np.array([255, 0, 255], np.uint8).view(bool)
def generator(): return (i for i in range(3))
def function(): return lambda: 0
def lying_array(): return np.ones(3).view(Array)
def dict_of(): return {"loss": Yes()}
def list_of(): return [Yes(), Yes(), Yes()]
def key_of(): return {Yes(): 1}
def set_of(): return {Yes()}
def numbers(): return [Float(1.0)] * 3
yes, everything, pretender, bomb = lambda: Yes(), lambda: Everything(), lambda: Pretender(), lambda: Bomb()
number, string, dictionary, odd = lambda: Float(1.0), lambda: Str("a"), lambda: Dict(loss=1.0), lambda: Odd()
module, kind, weird = lambda: os, lambda: Odd, lambda: type("a b" * 50 + "\\n<script>", (), {})()
"""


@pytest.fixture
def names(student):
    return student(CELLS).names


@pytest.mark.parametrize(
    ("maker", "says"),
    [
        ("yes", "object of type Yes"),
        ("everything", "object of type Everything"),
        ("pretender", "object of type Pretender"),
        ("bomb", "object of type Bomb"),
        ("number", "object of type Float"),
        ("string", "object of type Str"),
        ("dictionary", "object of type Dict"),
        ("generator", "object of type generator"),
        ("objects", "object of type ndarray"),
        ("structured", "object of type ndarray"),
        ("function", "object of type function"),
        ("module", "object of type module"),
        ("weird", "object of type a_b"),
        ("list_of", "a list of 3"),
        ("numbers", "a list of 3"),
        ("dict_of", "a dict of 1"),
        ("lying_array", "all 3 values are wrong"),
        ("nan", "3 of 3 entries are NaN"),
    ],
)
def test_checks_say_what_came(names, maker, says):
    value = getattr(names, maker)()
    for _ in range(2):  # also after a garbage collection
        with pytest.raises(checks.CheckFailed, match=says):
            checks.close(value, np.array([5.0, 6.0, 7.0]), "it")
        gc.collect()
    for expected in (0, "a", [1.0, 1.0, 1.0], None, True):
        if maker != "lying_array":
            with pytest.raises(checks.CheckFailed):
                checks.equal(value, expected, "it")


@pytest.mark.parametrize("maker", ["yes", "everything", "pretender", "bomb", "objects", "number", "dictionary"])
def test_an_object_answers_nothing_by_itself(names, maker):
    value = getattr(names, maker)()
    asked = value._student_connection.stream.received
    assert "of the notebook>" in repr(value) and bool(value) and value == value and value != None  # noqa: E711
    assert {value: 1}[value] == 1 and not isinstance(value, (np.ndarray, float, dict))
    for convert in (
        np.array,
        np.asarray,
        float,
        int,
        lambda v: np.ones(3) + v,
        lambda v: v < 1,
        lambda v: v - 1,
        lambda v: v == 1.0,
        lambda v: np.ones(3) != v,
        lambda v: -v,
        np.exp,
        abs,
        round,
        lambda v: [1, 2][v],
    ):
        with pytest.raises((CannotCross, TypeError), match="is an object of type .*; comp(are|ute with) its values"):
            convert(value)
    with pytest.raises(CannotCross):
        __import__("pickle").dumps(value)
    with pytest.raises(checks.CheckFailed):
        checks.true(value, "it is right")
    assert value._student_connection.stream.received == asked


def test_a_dict_s_object_is_no_number(names):
    with pytest.raises(checks.CheckFailed, match="object of type Yes"):
        checks.close(names.dict_of(), {"loss": 1.0}, "it")


@pytest.mark.parametrize(
    ("maker", "says"),
    [
        ("ring", "contain itself"),
        ("doubling", "nested more than"),
        ("nested", "nested more than"),
        ("huge", "array of 8,000,000 MB"),
        ("nothing_wide", "array of"),
        ("integer", "integer"),
        ("items", "more than 500,000 values"),
        ("text", "string of 10,000,000 bytes"),
        ("surrogate", "half a character"),
        ("masked", "masked array"),
        ("key_of", "key of type Yes"),
        ("set_of", "key of type Yes"),
    ],
)
def test_what_cannot_be_sent_is_an_error_that_says_why(names, maker, says):
    with pytest.raises(StudentError, match=f"the result .*{says}"):
        getattr(names, maker)()
    assert names.nan().shape == (3,)  # the student's process still runs


def test_aliases_become_copies(names):
    first, second, third = names.aliasing()
    first += 1
    assert second.tolist() == third.tolist() == [0, 0] and not np.shares_memory(second, third)


def test_truth_values_count_once(names):
    assert names.truth().sum() == 2


@pytest.mark.parametrize(
    ("raiser", "name", "kind"),
    [
        ("trouble", "Trouble", StudentError),
        ("stop", "StopIteration", StudentError),
        ("group", "ExceptionGroup", StudentError),
        ("interrupt", "KeyboardInterrupt", StudentError),
        ("base", "BaseException", StudentError),
        ("decode", "UnicodeDecodeError", ValueError),
        ("recurse", "RecursionError", RecursionError),
        ("system_error", "FileNotFoundError", OSError),
        ("key", "KeyError", KeyError),
    ],
)
def test_odd_exceptions_are_errors_of_the_student(names, raiser, name, kind):
    with pytest.raises(kind) as caught:
        getattr(names, raiser)()
    assert type(caught.value).__name__ == name and isinstance(caught.value, StudentError)
    assert not isinstance(caught.value, (StopIteration, KeyboardInterrupt, SystemExit))
    assert caught.value._render_traceback_() and str(caught.value) is not None


def test_names_and_messages_are_short_and_plain(names):
    with pytest.raises(StudentError) as caught:
        names.named()
    name, shown = type(caught.value).__name__, "\n".join(caught.value._render_traceback_())
    assert name.isidentifier() and len(name) <= 60 and len(str(caught.value)) < 10_000
    assert "\x1b" not in shown and len(shown) < 20_000


def test_a_class_with_a_lying_metaclass_is_an_object(names):
    for maker, name in ((names.odd, "Odd"), (names.kind, "Meta")):
        value = maker()
        assert type(value).__name__ == name and not isinstance(value, (type, np.ndarray))
