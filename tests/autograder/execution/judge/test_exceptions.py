"""Exceptions as text, and as types with the same name; none of the student's attributes or code is used."""

import builtins

import numpy as np
import pytest

from autograder.execution.judge import exceptions
from autograder.execution.judge.errors import StudentError
from autograder.execution.judge.exceptions import BUILTIN, cleaned, described, error_types, identifier, named_type


class ShapeError(ValueError):
    pass


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


def test_an_exception_in_words():
    names, message, traceback = described(raised(ShapeError("wrong shape")))
    assert names == ["ShapeError", "ValueError"] and message == "wrong shape"
    assert traceback.startswith("Traceback") and "raise error" in traceback and traceback.endswith("wrong shape\n")


def test_frames_of_the_files_to_hide_are_left_out():
    _, _, traceback = described(raised(ShapeError("x")), hide={__file__})
    assert __file__ not in traceback and "ShapeError: x" in traceback


def test_a_text_that_cannot_be_had_is_said():
    class Odd(Exception):
        def __str__(self):
            raise SystemExit

    names, message, traceback = described(raised(Odd()))
    assert names == ["Odd", "Exception"] and message == "(no message: its __str__ failed)"


def test_a_type_that_is_called_like_a_built_in_one_is_not_taken_for_it():
    assert described(type("ValueError", (KeyError,), {})())[0] == ["ValueError", "KeyError"]


def test_a_metaclass_is_not_asked_for_a_name():
    class Meta(type):
        __name__ = property(lambda self: 1 / 0)

    assert described(Meta("Odd", (ValueError,), {})())[0] == ["Odd", "ValueError"]


def test_ten_bases_are_told():
    kind = ValueError
    for number in range(20):
        kind = type(f"E{number}", (kind,), {})
    assert described(kind())[0] == [f"E{number}" for number in range(19, 9, -1)]


def test_names_and_texts_are_cut():
    kind = type("N" * 200, (ValueError,), {})
    names, message, _ = described(kind("x" * 20_000))
    assert names[0] == "N" * 50 + " ... " + "N" * 50 and len(message) == 8005


def test_a_file_of_a_cell_is_the_cell():
    code = compile("1 / 0", "/tmp/ipykernel_12/345.py", "exec")
    try:
        exec(code)
    except ZeroDivisionError as error:
        assert "Notebook cell, line 1" in described(error)[2] and "ipykernel" not in described(error)[2]


@pytest.mark.parametrize(("length", "cut"), [(8, False), (9, True)])
def test_a_text_is_shortened_in_the_middle(length, cut):
    text = "abcdefghi"[:length]
    assert cleaned(text, 8) == ("abcd ... fghi" if cut else text)
    assert len(cleaned("x" * 8001)) == 8005 and cleaned("x" * 8000) == "x" * 8000


@pytest.mark.parametrize(
    "character",
    ["\0", "\x08", "\x0b", "\x1b", "\x1f", "\x7f", "\x9f", "\u202a", "\u202e", "\u2066", "\u2069", "\ud800", "\udfff"],
)
def test_control_characters_do_not_stay(character):
    assert cleaned(f"a{character}b") == "a?b"


def test_what_is_written_to_be_read_stays():
    assert cleaned("a\tb\nc ~\xa0é \u2029\u2065\ud7ff\ue000") == "a\tb\nc ~\xa0é \u2029\u2065\ud7ff\ue000"


def test_the_text_of_a_students_own_kind_is_not_asked():
    class Text(str):
        __len__ = __getitem__ = __str__ = lambda self, *_: 1 / 0

    assert cleaned(Text("abc")) == "abc"


def test_built_in_exceptions_arrive_as_themselves():
    assert BUILTIN["ValueError"] is ValueError and BUILTIN["IOError" if "IOError" in BUILTIN else "OSError"] is OSError
    assert BUILTIN["LinAlgError"] is np.linalg.LinAlgError and BUILTIN["Exception"] is Exception


@pytest.mark.parametrize(
    "name",
    [
        "StopIteration",
        "StopAsyncIteration",
        "ExceptionGroup",
        "KeyboardInterrupt",
        "SystemExit",
        "GeneratorExit",
        "BaseException",
    ],
)
def test_what_steers_python_does_not(name):
    assert hasattr(builtins, name) and name not in BUILTIN


def test_exceptions_of_the_instructors_cells_are_known():
    class Own(ValueError):
        pass

    class OfALibrary(ValueError):
        __module__ = "somewhere.else"

    given = {"a": Own, "b": OfALibrary, "c": 1, "d": int, "e": Own("instance")}
    assert error_types(given) == {"Own": Own, "OfALibrary": OfALibrary}


def made(name="Own", bases=(ValueError,), **members):
    return type(name, bases, {"__module__": "__main__", **members})


@pytest.mark.parametrize(
    "kind",
    [
        *(ValueError, KeyboardInterrupt, made(bases=(StopIteration,)), made(bases=(StopAsyncIteration,))),
        *(
            made(bases=(ExceptionGroup,)),
            made(bases=(BaseException,)),
            made(bases=(type("Meta", (type,), {})("M", (ValueError,), {}),)),
        ),
        *(made(__module__=module) for module in ("cs231n_lib.checks", "autograder", "_cs231n_agent")),
        made(__new__=lambda cls, *_: 1 / 0),
        made(__init_subclass__=classmethod(lambda cls: 1 / 0)),
        made(bases=(made(__module__="cs231n_lib.checks.failure"),)),
        made(bases=(made(__new__=lambda cls, *_: ValueError.__new__(cls)),)),
    ],
)
def test_others_are_not(kind):
    assert error_types({"Own": kind}) == {}


def test_a_type_is_named_as_the_students_and_derives_from_its_built_in_base():
    kind = named_type(["ShapeError", "ValueError"], StudentError, {})
    assert kind.__name__ == "ShapeError" and issubclass(kind, StudentError) and issubclass(kind, ValueError)
    assert kind.__module__ == "builtins" and str(kind("message")) == "message"


def test_a_type_is_made_once():
    cache = {}
    first = named_type(["A", "ValueError"], StudentError, cache)
    assert named_type(["A", "ValueError"], StudentError, cache) is first
    assert named_type(["A", "KeyError"], StudentError, cache) is not first


@pytest.mark.parametrize(("before", "after"), [(1000, 1001), (1001, 1)])
def test_types_that_were_made_are_kept_up_to_a_thousand(before, after):
    cache = {(f"E{n}", None): ValueError for n in range(before)}
    named_type(["New", "ValueError"], StudentError, cache)
    assert len(cache) == after


def test_the_first_of_the_instructors_names_is_meant_but_never_the_last():
    known = {"Own": type("Own", (KeyError,), {}), "ValueError": type("ValueError", (LookupError,), {})}
    kind = named_type(["Mine", "Own", "ValueError"], StudentError, {}, known)
    assert issubclass(kind, known["Own"]) and not issubclass(kind, ValueError)
    kind = named_type(["Mine", "ValueError"], StudentError, {}, known)
    assert issubclass(kind, ValueError) and not issubclass(kind, known["ValueError"])


def test_an_instructors_class_that_does_not_allow_it_is_left_out():
    class Meta(type):
        def __call__(cls, *_):
            raise TypeError

    class Final(ValueError, metaclass=Meta):
        pass

    kind = named_type(["Mine", "Final", "ValueError"], StudentError, {}, {"Final": Final})
    assert issubclass(kind, ValueError) and not issubclass(kind, Final)


def test_without_a_known_base_it_is_an_error_all_the_same():
    kind = named_type(["SystemExit"], StudentError, {})
    assert kind.__mro__[1] is StudentError and kind.__name__ == "SystemExit"
    assert issubclass(named_type(["Odd", "Exception"], StudentError, {}), StudentError)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ShapeError", "ShapeError"),
        ("a b<script>", "a_b_script_"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60),
        ("", "unnamed"),
    ],
)
def test_a_name_for_a_type(text, name):
    assert identifier(text) == name


def test_the_limits():
    assert exceptions.MOST_CHARACTERS == 8_000
