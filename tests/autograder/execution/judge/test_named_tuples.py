"""Namedtuples as plain data: the receiver rebuilds them from their parts."""

import typing
from collections import namedtuple

import numpy as np
import pytest

from autograder.execution.judge import named_tuples
from autograder.execution.judge.named_tuples import named_tuple, parts_of, wrong_with

Pair = namedtuple("Pair", "loss grad")


class Typed(typing.NamedTuple):
    count: int
    index: float = 0.5


class Empty(typing.NamedTuple):
    pass


def crossed(value):
    return named_tuple(*parts_of(value))


@pytest.mark.parametrize("sent", [Pair(1, [2.5]), Typed(4), Empty()], ids=repr)
def test_a_namedtuple_is_made_anew_of_its_parts(sent):
    got = crossed(sent)
    assert isinstance(got, tuple) and got == sent and tuple(got) == tuple(sent) and repr(got) == repr(sent)
    assert got._fields == sent._fields and got._asdict() == sent._asdict()
    assert all(getattr(got, field) == getattr(sent, field) for field in sent._fields)
    assert parts_of(got) == parts_of(sent)  # the copy can be sent on
    with pytest.raises(AttributeError):
        got.other = 1


def test_types_of_the_same_names_are_one_type_and_of_others_another():
    assert type(crossed(Pair(1, 2))) is type(crossed(Pair(3, 4)))
    assert type(named_tuple("Pair", ("loss",), [1])) is not type(named_tuple("Pair", ("grad",), [1]))


def test_types_that_were_made_are_kept_up_to_a_thousand(monkeypatch):
    monkeypatch.setattr(named_tuples, "_types", {(f"T{n}",): type for n in range(999)})
    first = type(named_tuple("First", (), []))
    assert len(named_tuples._types) == 1000 and type(named_tuple("First", (), [])) is first
    named_tuple("Second", (), [])
    assert list(named_tuples._types) == [("Second",)]


def test_numpys_own_namedtuples_are_plain():
    u, s, vh = got = crossed(np.linalg.svd(np.eye(3)))
    assert np.array_equal(got.S, s) and u.shape == vh.shape == (3, 3)


def test_parts_of_a_namedtuple_can_be_replaced():
    got = crossed(Pair(1, 2))
    replaced = got._replace(grad=3)
    assert replaced == (1, 3) and type(replaced) is type(got) and got == (1, 2) and got._replace() == got
    with pytest.raises(ValueError, match="unexpected field names: \\['other'\\]"):
        got._replace(other=3)


class WithMethod(Pair):
    def norm(self):
        return 5


class WithOperator(Pair):
    def __add__(self, other):
        return 5


class WithProperty(Pair):
    norm = property(lambda self: 5)


class WithClassMethod(Pair):
    norm = classmethod(lambda cls: 5)


class WithStaticMethod(Pair):
    norm = staticmethod(lambda: 5)


class Derived(WithMethod):
    pass


class Underscored(tuple):
    _fields = ("_a",)


class Short(tuple):
    _fields = ("a", "b")


class Listed(tuple):
    _fields = ["a"]


@pytest.mark.parametrize(
    "value",
    [
        *(kind(1, 2) for kind in (WithMethod, WithOperator, WithProperty, WithClassMethod, WithStaticMethod, Derived)),
        *(Underscored((1,)), Short((1,)), Listed((1,)), type("T", (tuple,), {})((1,)), (1, 2)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_tuple_with_methods_or_without_fields_is_no_plain_data(value):
    assert parts_of(value) is None


def test_a_constant_beside_the_fields_is_left_behind():
    assert parts_of(type("WithConstant", (Pair,), {"unit": 1})(1, 2)) == ("WithConstant", ("loss", "grad"), [1, 2])


@pytest.mark.parametrize(
    ("name", "fields"),
    [("T", ()), ("T", ("a", "b2")), ("_T", ("a",)), ("a" * 100, ("b" * 100,)), ("T", [f"f{n}" for n in range(100)])],
)
def test_nothing_is_wrong(name, fields):
    assert wrong_with(name, fields) == ""


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("T", [f"f{n}" for n in range(101)], "more than 100 fields"),
        ("a" * 101, (), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("T", ("a" * 101,), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("", (), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("a b", (), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("T", ("a=1",), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("class", (), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("T", ("a", "def"), "the name of a namedtuple or of one of its fields is not a valid name"),
        (b"T", (), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("T", (1,), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("T", (np.str_("a"),), "the name of a namedtuple or of one of its fields is not a valid name"),
        ("T", ("a", "_b"), "begins with an underscore"),
        ("T", ("a", "a"), "begins with an underscore or occurs twice"),
    ],
)
def test_what_no_namedtuple_can_have(name, fields, why):
    assert why in wrong_with(name, fields)
