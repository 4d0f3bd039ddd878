"""Mistakes behind an exception that student code raises, recognized by the type and the words of the exception."""

from __future__ import annotations

import re

from cs231n_lib.mistakes.mistake import Mistake

_UNFIT = (
    r"could not be broadcast together|not aligned|mismatch in its core dimension|could not broadcast input array"
    r"|all the input array dimensions|non-broadcastable output"
)


def explained(types: list[str], message: str) -> Mistake | None:
    """Return the mistake behind an exception, or None if its words do not show one.

    Parameters
    ----------
    types
        The names of the exception's type and of the types that it derives from.
    message
        The text of the exception.
    """
    return next((mistake for kind, words, mistake in _KNOWN if kind in types and re.search(words, message)), None)


# the type of the exception, words of its message (a regular expression), the mistake
_KNOWN: tuple[tuple[str, str, Mistake], ...] = (
    (
        "ValueError",
        _UNFIT,
        Mistake(
            "exceptions.shapes_do_not_fit",
            "The shapes of two arrays do not fit each other in that line.",
            "The shapes in the docstring and in the call above. NumPy aligns shapes from the last axis; keepdims=True, "
            "reshape or .T change which axes meet.",
        ),
    ),
    (
        "ValueError",
        r"cannot reshape array",
        Mistake(
            "exceptions.reshape",
            "The array has more or fewer numbers than the new shape.",
            "The product of the new shape's sizes; one size may be -1.",
        ),
    ),
    (
        "ValueError",
        r"truth value of an array",
        Mistake(
            "exceptions.truth_of_array",
            "An array with several entries stands where one True or False is needed.",
            "The `if`, `and`, `or` or `max` in that line: use a mask, np.where, np.maximum, & or |.",
        ),
    ),
    (
        "ValueError",
        r"values to unpack",
        Mistake(
            "exceptions.number_of_results",
            "A function returned another number of values than the line takes.",
            "The `return` of the function, and the results in its docstring.",
        ),
    ),
    (
        "ValueError",
        r"inhomogeneous shape|setting an array element with a sequence",
        Mistake(
            "exceptions.ragged",
            "Rows of different lengths, or an array in place of a number, are put into one array.",
            "The shape of what is assigned or collected in that line.",
        ),
    ),
    (
        "TypeError",
        r"NoneType.*(unpack|subscriptable|iterable)|cannot unpack non-iterable NoneType|not 'NoneType'"
        r"|'NoneType' and|and 'NoneType'",
        Mistake(
            "exceptions.none",
            "A value is None there: a function without `return` returns None, and so do methods that work in place.",
            "The function that made the value. Does every path through it end in a `return`?",
        ),
    ),
    (
        "TypeError",
        r"Cannot cast ufunc",
        Mistake(
            "exceptions.integer_array_in_place",
            "An operation in place, such as -= or /=, cannot put fractions into an array of integers.",
            "Where the array was made: convert it with .astype(float), or write x = x - m.",
        ),
    ),
    (
        "TypeError",
        r"cannot be interpreted as an integer|slice indices must be integers",
        Mistake(
            "exceptions.float_for_integer",
            "A float stands where Python needs an integer: / always gives a float.",
            "Sizes and positions that are divided: // gives an integer.",
        ),
    ),
    (
        "IndexError",
        r"arrays used as indices must be of integer|only integers, slices",
        Mistake(
            "exceptions.float_index",
            "An index is not an integer.",
            "The dtype of the index array, and results of /: // and .astype(int) give integers.",
        ),
    ),
    (
        "IndexError",
        r"boolean index did not match",
        Mistake(
            "exceptions.mask_of_another_shape",
            "A mask has another shape than the array that it selects from.",
            "How the mask was made: its axes must be the first axes of the array.",
        ),
    ),
    (
        "IndexError",
        r"too many indices",
        Mistake(
            "exceptions.too_many_indices",
            "The array has fewer axes than the line has indices.",
            "The shape of the array in the call above.",
        ),
    ),
    (
        "IndexError",
        r"out of bounds|out of range",
        Mistake(
            "exceptions.index_out_of_bounds",
            "An index goes beyond the end of an axis.",
            "Which axis the index belongs to, and where the range ends.",
        ),
    ),
    (
        "AttributeError",
        r"module 'numpy' has no attribute '(int|float|bool|object|complex|long|str)'",
        Mistake(
            "exceptions.old_numpy_type",
            "NumPy has removed names such as np.int and np.float.",
            "Use int and float, or np.int64 and np.float64.",
        ),
    ),
    (
        "AttributeError",
        r"'dict' object has no attribute '(iteritems|itervalues|iterkeys|has_key)'",
        Mistake(
            "exceptions.python_2_dict",
            "That is a method of dicts in Python 2.",
            "Use items(), values(), keys() or `in`.",
        ),
    ),
    (
        "AttributeError",
        r"'NoneType' object has no attribute",
        Mistake(
            "exceptions.attribute_of_none",
            "A value is None there: a function without `return` returns None, and so do methods that work in place.",
            "The function that made the value. Does every path through it end in a `return`?",
        ),
    ),
    (
        "NameError",
        r"name '(xrange|raw_input|unicode|reduce|izip|long)' is not defined",
        Mistake(
            "exceptions.python_2_name",
            "That is a name of Python 2.",
            "In Python 3, xrange is range, and zip and map are lazy; reduce is in functools.",
        ),
    ),
    (
        "SyntaxError",
        r"Missing parentheses in call to 'print'",
        Mistake("exceptions.python_2_print", "Printing needs parentheses in Python 3.", "Write print(...)."),
    ),
    (
        "ImportError",
        r"No module named",
        Mistake(
            "exceptions.missing_package",
            "The package is not there. The grader has only the packages that the notebook itself uses.",
            "The exercise can be solved with NumPy.",
        ),
    ),
    (
        "KeyError",
        r"",
        Mistake(
            "exceptions.missing_key",
            "The dict has no such key.",
            "The keys that the docstring names, and what your function puts into the dict.",
        ),
    ),
    (
        "RecursionError",
        r"",
        Mistake(
            "exceptions.endless_recursion",
            "A function calls itself without end.",
            "Which function is called in that line: does it have the name of the one that it stands in?",
        ),
    ),
    (
        "MemoryError",
        r"",
        Mistake(
            "exceptions.memory",
            "An array is too large for the memory.",
            "The shape of the largest intermediate array: how does it grow with the number of examples?",
        ),
    ),
)
