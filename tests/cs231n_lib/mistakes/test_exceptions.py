"""Exceptions that Python and NumPy really raise are explained."""

import numpy as np
import pytest

from cs231n_lib.layers import softmax_loss
from cs231n_lib.mistakes.exceptions import explained

RAISED = {
    "np.ones((2, 3)) + np.ones(4)": "exceptions.shapes_do_not_fit",
    "np.ones((2, 3)) @ np.ones((2, 3))": "exceptions.shapes_do_not_fit",
    "np.ones((2, 3)).dot(np.ones((2, 3)))": "exceptions.shapes_do_not_fit",
    "np.zeros(3).__setitem__(slice(None), np.ones(2))": "exceptions.shapes_do_not_fit",
    "np.zeros(3)[np.ones(2, bool)]": "exceptions.mask_of_another_shape",
    "np.concatenate([np.ones((2, 3)), np.ones((2, 4))])": "exceptions.shapes_do_not_fit",
    "np.ones(6).reshape(4, 2)": "exceptions.reshape",
    "max(np.ones(3), np.zeros(3))": "exceptions.truth_of_array",
    "(lambda a, b: 0)(*[1, 2]) or [0 for a, b in [(1, 2, 3)]]": "exceptions.number_of_results",
    "np.array([[1, 2], [3]])": "exceptions.ragged",
    "[0 for a, b in [None]]": "exceptions.none",
    "(lambda: None)()[0]": "exceptions.none",
    "None + 1.0": "exceptions.none",
    "np.subtract(np.ones(3, np.uint8), 0.5, out=np.ones(3, np.uint8))": "exceptions.integer_array_in_place",
    "range(6 / 2)": "exceptions.float_for_integer",
    "[1, 2][: 2 / 2]": "exceptions.float_for_integer",
    "np.ones(3)[np.array([0.0])]": "exceptions.float_index",
    "np.ones(3)[1.0]": "exceptions.float_index",
    "np.ones(3)[0, 1]": "exceptions.too_many_indices",
    "np.ones(3)[5]": "exceptions.index_out_of_bounds",
    "[1][5]": "exceptions.index_out_of_bounds",
    "np.int(3)": "exceptions.old_numpy_type",
    "{}.iteritems()": "exceptions.python_2_dict",
    "None.shape": "exceptions.attribute_of_none",
    "xrange(3)": "exceptions.python_2_name",
    "exec('print 3')": "exceptions.python_2_print",
    "__import__('tensorflow_of_nobody')": "exceptions.missing_package",
    "{}['W3']": "exceptions.missing_key",
    "(f := lambda: f())()": "exceptions.endless_recursion",
    "np.ones((10**6, 10**6, 10**3))": "exceptions.memory",
    "np.ones(4)[np.newaxis].repeat(2, 0).sum(axis=2)": "exceptions.no_such_axis",
    "np.ones((2, 3))[np.arange(2), np.arange(3)]": "exceptions.index_arrays",
    "np.ones((4, 3)).__setitem__((np.arange(4), 0), np.ones(3))": "exceptions.shapes_do_not_fit",
    "np.float64(2)[0]": "exceptions.number_indexed",
    "np.ones(3).shape[1]": "exceptions.tuple_index",
    "[].pop()": "exceptions.pop_from_empty",
    "np.ones((2, 3)).transpose(0, 2, 1)": "exceptions.axes_of_transpose",
    "np.ones((2, 3)).transpose(0, 0)": "exceptions.axes_of_transpose",
    "np.ones((2, 3)).sum(axis=(1, -1))": "exceptions.same_axis_twice",
    "np.einsum('ij,j->k', np.ones((2, 3)), np.ones(3))": "exceptions.einsum",
    "2 @ np.ones((2, 2))": "exceptions.number_in_matrix_product",
    "np.bincount(np.ones((2, 2), int))": "exceptions.number_of_axes",
    "max([])": "exceptions.empty",
    "np.argmax([])": "exceptions.empty",
    "np.max(np.ones((0, 2)))": "exceptions.empty",
    "np.concatenate([])": "exceptions.empty",
    "np.random.default_rng(0).uniform(2, 1)": "exceptions.range_reversed",
    "np.random.default_rng(0).integers(2, 2)": "exceptions.range_reversed",
    "np.random.default_rng(-1)": "exceptions.negative",
    "np.zeros((-1, 2))": "exceptions.negative",
    "np.pad(np.ones(2), -1)": "exceptions.negative",
    "np.random.default_rng(0).choice(2, p=[0.5, 0.6])": "exceptions.number_not_allowed",
    "int(float('nan'))": "exceptions.number_not_allowed",
    "np.broadcast_to(np.ones(2), (3, 2)).__setitem__(0, 1)": "exceptions.read_only",
    "np.split(np.ones(5), 2)": "exceptions.unequal_parts",
    "1 / 0": "exceptions.division_by_zero",
    "10.0 ** 400": "exceptions.too_large",
    "np.random.default_rng(0).uniform(0, np.inf)": "exceptions.too_large",
    "-np.ones(2, bool)": "exceptions.minus_of_booleans",
    "np.ones(2, bool) - np.ones(2, bool)": "exceptions.minus_of_booleans",
    "zip([1], [2])[0]": "exceptions.iterator",
    "len(map(abs, [1]))": "exceptions.iterator",
    "(1, 2).__class__ and exec('x = (1, 2); x[0] = 3')": "exceptions.tuple_changed",
    "float(2)[0]": "exceptions.number_for_array",
    "len(3)": "exceptions.number_for_array",
    "[0 for a, b in [3]]": "exceptions.number_for_array",
    "exec('x = 2; x[0] = 1')": "exceptions.number_for_array",
    "set([1])[0]": "exceptions.no_items",
    "[1, 2][np.array([True, False])]": "exceptions.array_for_integer",
    "list('ab')['a']": "exceptions.index_of_list",
    "list('ab')[1, 1]": "exceptions.index_of_list",
    "{np.ones(1): 2}": "exceptions.unhashable",
    "np.ones(2)(0)": "exceptions.not_callable",
    "(lambda a, b: 0)(1)": "exceptions.arguments",
    "(lambda a: 0)(1, 2)": "exceptions.arguments",
    "np.sum(np.ones(2), keepdim=True)": "exceptions.arguments",
    "{}.get()": "exceptions.arguments",
    "np.concatenate(np.ones(2), np.ones(2))": "exceptions.array_for_integer",
    "np.zeros(3, 4)": "exceptions.shape_in_pieces",
    "float({})": "exceptions.not_a_number",
    "float(np.ones(3))": "exceptions.not_a_number",
    "max([{}, {}])": "exceptions.no_order",
    "np.bincount(np.ones(2))": "exceptions.integers_needed",
    "[1] - [2]": "exceptions.operation_of_types",
    "{} + 1": "exceptions.operation_of_types",
    "np.exp('a')": "exceptions.operation_of_types",
    "range('a')": "exceptions.integer_needed",
    "np.pad(((0, 0), (1, 1)), np.ones((2, 2)))": "exceptions.integer_needed",
    "(3).dtype": "exceptions.attribute_of_number",
    "np.float64(1).dot": "exceptions.attribute_of_number",
    "np.random.integers(3)": "exceptions.not_in_module",
    "[1].shape": "exceptions.attribute_of_another_type",
    "np.ones(2).append(1)": "exceptions.attribute_of_another_type",
    "exec('def f():\\n    x += 1\\nf()')": "exceptions.no_value_yet",
    "scroes": "exceptions.unknown_name",
    "softmax_loss(np.ones((2, 3)), np.ones(4))": "exceptions.argument_of_a_function",
}


@pytest.mark.parametrize(("expression", "id"), RAISED.items())
def test_an_exception_is_explained(expression, id):
    with pytest.raises(Exception) as raised, np.errstate(all="ignore"):
        eval(expression, {"np": np, "softmax_loss": softmax_loss})
    mistake = explained([kind.__name__ for kind in type(raised.value).__mro__], str(raised.value))
    assert mistake is not None and mistake.id == id, raised.value


def test_other_exceptions_are_not_explained():
    assert explained(["ValueError", "Exception"], "n must be positive") is None
    assert explained(["RuntimeError", "Exception"], "it is too hot") is None
    assert explained(["ValueError", "Exception"], "mode should be 'train' or 'test', but is 'x'") is None


def test_an_error_that_the_student_raises_is_told_as_such():
    line = "    raise ValueError(f'index {k} is out of range')"
    assert explained(["ValueError", "Exception"], "index 3 is out of range", line).id == "exceptions.own_error"
    assert explained(["ValueError", "Exception"], "index 3 is out of range", "raised = f(3)") is None
