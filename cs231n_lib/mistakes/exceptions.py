"""Mistakes behind an exception that student code raises, recognized by the type and the words of the exception."""

from __future__ import annotations

import re

from cs231n_lib.mistakes.mistake import Mistake

_UNFIT = (
    r"could not be broadcast|not aligned|mismatch in its core dimension|could not broadcast input array"
    r"|all the input array|all input arrays must have the same shape|non-broadcastable output|cannot copy sequence"
)
_NUMBER = r"(int|float|bool|numpy\.(float|int|uint|bool)\w*)"
_ITERATOR = r"(zip|map|filter|generator|enumerate|reversed|dict_\w+)"


def explained(types: list[str], message: str, line: str = "") -> Mistake | None:
    """Return the mistake behind an exception, or None if its words do not show one.

    Parameters
    ----------
    types
        The names of the exception's type and of the types that it derives from.
    message
        The text of the exception.
    line
        The student's line that raised it, if it is known.
    """
    if re.match(r"\s*raise\b", line):
        return _OWN_ERROR
    return next((mistake for kind, words, mistake in _KNOWN if kind in types and re.search(words, message)), None)


_OWN_ERROR = Mistake(
    "exceptions.own_error",
    "It is your own code that raises this error.",
    "The condition before that `raise`: is it what you mean, and do the arguments of the call fulfil it?",
)
# the type of the exception, words of its message (a regular expression), the mistake
_KNOWN: tuple[tuple[str, str, Mistake], ...] = (
    (
        "AxisError",
        r"out of bounds",
        Mistake(
            "exceptions.no_such_axis",
            "The array has fewer axes than the line's `axis` asks for.",
            "The shape of the array there. A sum, a mean or an index takes an axis away; axes count from 0.",
        ),
    ),
    (
        "IndexError",
        r"indexing arrays could not be broadcast",
        Mistake(
            "exceptions.index_arrays",
            "The arrays of indices in that line do not fit each other.",
            "Indices such as [rows, columns] are taken in pairs, so both arrays need the same shape.",
        ),
    ),
    (
        "IndexError",
        r"invalid index to scalar",
        Mistake(
            "exceptions.number_indexed",
            "A single number is indexed as if it were an array.",
            "What made the number: a sum, mean or maximum without `axis`, or an index too many?",
        ),
    ),
    (
        "IndexError",
        r"tuple index out of range",
        Mistake(
            "exceptions.tuple_index",
            "A tuple has fewer entries than the index says.",
            "The length of the tuple. A shape has one entry for each axis, and they count from 0.",
        ),
    ),
    (
        "IndexError",
        r"from (an )?empty",
        Mistake(
            "exceptions.pop_from_empty",
            "The list is empty there.",
            "What is put into the list before that line.",
        ),
    ),
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
        r"'(float|numpy\.float\w*)' object cannot be interpreted as an integer|slice indices must be integers",
        Mistake(
            "exceptions.float_for_integer",
            "A float stands where Python needs an integer: / always gives a float.",
            "Sizes and positions that are divided: // gives an integer.",
        ),
    ),
    (
        "TypeError",
        r"numpy boolean",
        Mistake(
            "exceptions.minus_of_booleans",
            "NumPy does not compute - with True and False.",
            "Turn a mask into numbers first, for instance with .astype(float); the opposite of a mask is ~mask.",
        ),
    ),
    (
        "TypeError",
        rf"'{_ITERATOR}' object (is not subscriptable|does not support)|object of type '{_ITERATOR}' has no len",
        Mistake(
            "exceptions.iterator",
            "The value is an iterator, which has no length and no index.",
            "Make a list of it with list(...).",
        ),
    ),
    (
        "TypeError",
        r"'tuple' object does not support item",
        Mistake(
            "exceptions.tuple_changed",
            "A tuple cannot be changed.",
            "Make a new tuple, or a list.",
        ),
    ),
    (
        "TypeError",
        rf"'{_NUMBER}' object (is not subscriptable|is not iterable|does not support item)"
        rf"|object of type '{_NUMBER}' has no len|(non-iterable|an iterable, not) {_NUMBER}\b",
        Mistake(
            "exceptions.number_for_array",
            "A single number stands where the line needs an array, a list or a dict.",
            "What made the number. Are two results or two arguments exchanged, or is a sum taken over all axes?",
        ),
    ),
    (
        "TypeError",
        r"not subscriptable|not iterable|non-iterable|does not support item|has no len\(\)|an iterable, not",
        Mistake(
            "exceptions.no_items",
            "The value in that line has no items.",
            "Which type the message names, and what should stand there.",
        ),
    ),
    (
        "TypeError",
        r"(list|tuple|string) indices must be",
        Mistake(
            "exceptions.index_of_list",
            "A list, tuple or string takes integers and slices as its index.",
            "Only an array takes several indices or a mask, and only a dict takes other keys.",
        ),
    ),
    (
        "TypeError",
        r"unhashable type",
        Mistake(
            "exceptions.unhashable",
            "An array, list or dict cannot be a key of a dict or a member of a set.",
            "What the key should be: a number, a string or a tuple of those.",
        ),
    ),
    (
        "TypeError",
        r"not callable",
        Mistake(
            "exceptions.not_callable",
            "A value that is not a function is called like one.",
            "The parentheses: an index needs [ ], a product needs *. Does a variable have the name of a function?",
        ),
    ),
    (
        "TypeError",
        r"positional argument|keyword argument|required argument|multiple values for|takes no arguments"
        r"|expected (at least |at most )?\d+ argument",
        Mistake(
            "exceptions.arguments",
            "The call has other arguments than the function takes.",
            "The names in the first line of the function, their number and their order.",
        ),
    ),
    (
        "TypeError",
        r"only integer scalar arrays|'numpy.ndarray' object cannot be interpreted",
        Mistake(
            "exceptions.array_for_integer",
            "An array stands where one integer is needed.",
            "The arguments in that line: np.concatenate and np.stack take one list, as in np.concatenate([a, b]).",
        ),
    ),
    (
        "TypeError",
        r"Cannot interpret .* as a data type",
        Mistake(
            "exceptions.shape_in_pieces",
            "A value that is not a dtype stands where NumPy expects the dtype.",
            "Shapes are one argument, a tuple: np.zeros((3, 4)).",
        ),
    ),
    (
        "TypeError",
        r"argument must be a string or a real number|must be real number|only (0-dimensional|length-1|size-1)",
        Mistake(
            "exceptions.not_a_number",
            "The line needs a number, but the value there is not one number.",
            "What the value is: are two results or two arguments exchanged, or is a sum missing?",
        ),
    ),
    (
        "TypeError",
        r"not supported between instances",
        Mistake(
            "exceptions.no_order",
            "Python cannot tell which of the two values is larger.",
            "What is compared. `key=` tells max, min and sorted what to compare.",
        ),
    ),
    (
        "TypeError",
        r"Cannot cast array data",
        Mistake(
            "exceptions.integers_needed",
            "The function needs an array of another type, such as integers in place of floats.",
            "The dtypes of the arguments in that line, and their order.",
        ),
    ),
    (
        "TypeError",
        r"unsupported operand|bad operand|can only concatenate|can't multiply sequence|did not contain a loop"
        r"|not supported for the input types|does not support argument",
        Mistake(
            "exceptions.operation_of_types",
            "There is no such operation for values of these types.",
            "What the values are, such as a list in place of an array, or a dict in place of one of its entries.",
        ),
    ),
    (
        "TypeError",
        r"cannot be interpreted as an integer|must be of integral type",
        Mistake(
            "exceptions.integer_needed",
            "The line needs an integer, but the value there is something else.",
            "What the value is: are two arguments exchanged?",
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
        "ValueError",
        r"axes don't match array|repeated axis|invalid axis for this array",
        Mistake(
            "exceptions.axes_of_transpose",
            "The axes that are exchanged are not those of the array.",
            "The shape of the array there: transpose names each of its axes once.",
        ),
    ),
    (
        "ValueError",
        r"duplicate value in 'axis'",
        Mistake(
            "exceptions.same_axis_twice",
            "The same axis is named twice.",
            "The numbers in `axis`; -1 is the last axis.",
        ),
    ),
    (
        "ValueError",
        r"einstein sum|einsum",
        Mistake(
            "exceptions.einsum",
            "The letters of np.einsum do not fit the arrays.",
            "Each array needs one letter for each of its axes, and each letter of the result must be in an array.",
        ),
    ),
    (
        "ValueError",
        r"does not have enough dimensions \(has 0",
        Mistake(
            "exceptions.number_in_matrix_product",
            "One side of a matrix product (@) is a single number.",
            "Multiply by a number with *; and look at the order of the operations.",
        ),
    ),
    (
        "ValueError",
        r"object too deep|object of too small depth|must be 1-dimensional|Input must be 1- or 2-d",
        Mistake(
            "exceptions.number_of_axes",
            "The function needs an array with another number of axes.",
            "The shapes of the arguments in that line, and their order.",
        ),
    ),
    (
        "ValueError",
        r"empty sequence|zero-size array|iterable argument is empty|need at least one array|non-empty",
        Mistake(
            "exceptions.empty",
            "A list or an array is empty there.",
            "How it is filled: does the loop run, does the selection select anything, is something appended?",
        ),
    ),
    (
        "ValueError",
        r"high - low < 0|low >=? high",
        Mistake(
            "exceptions.range_reversed",
            "The lower end of a range is not below its upper end.",
            "The order of the two ends, and how each of them is computed.",
        ),
    ),
    (
        "ValueError",
        r"non-negative|[nN]egative dimensions|contain negative|negative elements|Negative values"
        r"|sections must be larger than 0",
        Mistake(
            "exceptions.negative",
            "A number is negative or 0 that must not be, such as a size, a count or a seed.",
            "The numbers in that line, and what they are computed from.",
        ),
    ),
    (
        "ValueError",
        r"probabilities (do not sum|are not)|[pP]robabilities do not|math domain error|cannot convert float NaN",
        Mistake(
            "exceptions.number_not_allowed",
            "A number there is outside what the function can take.",
            "What the number is, and what the function needs: probabilities add up to 1, a logarithm needs a "
            "number above 0.",
        ),
    ),
    (
        "ValueError",
        r"read-only",
        Mistake(
            "exceptions.read_only",
            "The line changes an array that cannot be changed.",
            "Whether the array is an argument that must stay as it is, or a view from np.broadcast_to: work on a copy.",
        ),
    ),
    (
        "ValueError",
        r"equal division",
        Mistake(
            "exceptions.unequal_parts",
            "The array cannot be split into parts of equal size.",
            "Whether the parts may differ by one: np.array_split allows that.",
        ),
    ),
    (
        "ZeroDivisionError",
        r"",
        Mistake(
            "exceptions.division_by_zero",
            "The line divides by a number that is 0 here.",
            "Which number that is: an argument of the call above, such as reg, may be 0.",
        ),
    ),
    (
        "OverflowError",
        r"",
        Mistake(
            "exceptions.too_large",
            "A number there is infinite or too large.",
            "Powers, exponentials and logarithms: is what goes in what you mean?",
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
        "AttributeError",
        rf"'{_NUMBER}' object has no attribute",
        Mistake(
            "exceptions.attribute_of_number",
            "A single number stands where the line needs an array or another object.",
            "What made the number. Are two results or two arguments exchanged, or is a sum taken over all axes?",
        ),
    ),
    (
        "AttributeError",
        r"module .* has no attribute",
        Mistake(
            "exceptions.not_in_module",
            "The module has nothing of that name.",
            "The spelling. The functions of np.random are not the methods of a generator such as rng.",
        ),
    ),
    (
        "AttributeError",
        r"object has no attribute",
        Mistake(
            "exceptions.attribute_of_another_type",
            "The value before the dot is of another type than the line needs, or the name after it is misspelt.",
            "Which type the message names. Are two results or two arguments exchanged?",
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
        "UnboundLocalError",
        r"",
        Mistake(
            "exceptions.no_value_yet",
            "The variable has no value at that line: it gets one later, or in a loop or branch that did not run.",
            "Where the function sets the variable, and whether that line runs first.",
        ),
    ),
    (
        "NameError",
        r"",
        Mistake(
            "exceptions.unknown_name",
            "The name has no value.",
            "The spelling, and whether the cell that defines the name has run.",
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
    *(
        (
            kind,
            r"^\w+: .*(should|must|cannot|expected|has no)",
            Mistake(
                "exceptions.argument_of_a_function",
                "The function that the message names does not take such an argument.",
                "What your code hands to it, and in which order.",
            ),
        )
        for kind in ("ValueError", "TypeError")
    ),
)
