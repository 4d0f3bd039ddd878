"""Exceptions that Python and NumPy really raise are explained."""

import numpy as np
import pytest

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
}


@pytest.mark.parametrize(("expression", "id"), RAISED.items())
def test_an_exception_is_explained(expression, id):
    with pytest.raises(Exception) as raised, np.errstate(all="ignore"):
        eval(expression, {"np": np})
    mistake = explained([kind.__name__ for kind in type(raised.value).__mro__], str(raised.value))
    assert mistake is not None and mistake.id == id, raised.value


def test_other_exceptions_are_not_explained():
    assert explained(["ValueError", "Exception"], "n must be positive") is None
    assert explained(["ZeroDivisionError"], "division by zero") is None
