"""The shapes of a call, and the numbers in NumPy's words, against the shapes that a docstring states."""

import inspect

import numpy as np
import pytest

from cs231n_lib.diagnosis.docstring_shapes import contradiction, facts

AFFINE = """Affine layer.

    Parameters: x (N, D) examples; w (D, M) weights; b (M,) biases.
    Returns: out (N, M).
"""
GIVEN = {"x": np.ones((4, 6)), "w": np.ones((6, 3)), "b": np.ones(3)}


def words_of(computation):
    with pytest.raises(Exception) as raised:
        computation()
    return str(raised.value)


def told(computation, docstring=AFFINE, arguments=GIVEN):
    return facts(words_of(computation), docstring, arguments)


def test_a_matrix_product_is_told_in_letters():
    assert told(lambda: GIVEN["w"].dot(GIVEN["x"])) == [
        "By the docstring, N = 4, D = 6 and M = 3 in this call. So by its sizes, (6,3) is (D, M) and (4,6) is (N, D)."
    ]
    assert told(lambda: GIVEN["x"] @ GIVEN["b"]) == [
        "By the docstring, D = 6 and M = 3 in this call. So by its sizes, 3 is M and 6 is D."
    ]


def test_broadcasting_says_which_letters_meet():
    (text,) = told(lambda: GIVEN["x"] @ GIVEN["w"] + np.ones(4))
    assert text == (
        "By the docstring, N = 4 and M = 3 in this call. So by its sizes, (4,3) is (N, M) and (4,) is (N,). NumPy "
        "compares them from the last axis, where M meets N."
    )


def test_a_size_of_an_index_is_told():
    assert told(lambda: GIVEN["w"][:, 5]) == ["By the docstring, M = 3 in this call. So by its sizes, 3 is M."]
    (text,) = told(lambda: GIVEN["w"][np.ones(4, bool)])
    assert text.endswith("So by its sizes, 6 is D and 4 is N.")


def test_a_size_of_two_letters_or_of_none_is_left_as_it_is():
    same = {"x": np.ones((3, 6)), "w": np.ones((6, 3)), "b": np.ones(3)}
    assert told(lambda: np.ones((6, 5)).dot(np.ones((7, 3))), arguments=same) == [
        "By the docstring, D = 6 in this call. So by its sizes, (6,5) is (D, 5)."
    ]
    assert told(lambda: np.ones((2, 5)).dot(np.ones((7, 1)))) == []
    assert told(lambda: np.ones(1)[2]) == []
    assert facts("division by zero", AFFINE, GIVEN) == []


def test_too_many_indices_name_the_arguments_with_so_many_axes():
    docstring = "Parameters: x (N, C, H, W), w (F, C, HH, WW), b (F,) and conv_param, as before."
    given = {"x": np.ones((2, 3, 5, 5)), "w": np.ones((4, 3, 3, 3)), "b": np.ones(4), "conv_param": {"pad": 1}}
    assert told(lambda: given["b"][0, 0], docstring, given) == ["In this call, the arguments with 1 axis are b (F,)."]
    assert told(lambda: np.sum(given["x"], axis=4), docstring, given) == [
        "In this call, the arguments with 4 axes are x (N, C, H, W) and w (F, C, HH, WW)."
    ]


def test_arrays_of_a_dict_count_under_their_keys():
    docstring = (
        'Parameters: x (N, D); bn_param, a dict with\n    "running_mean", "running_var": (D,), zeros if not given.'
    )
    given = {"x": np.ones((2, 5)), "bn_param": {"mode": "test", "running_mean": np.ones(4), "running_var": np.ones(5)}}
    assert contradiction(docstring, given) == (
        "x has shape (2, 5) and running_mean has shape (4,); by the docstring they are (N, D) and (D,), with one D."
    )


def test_a_wrong_number_of_axes_is_a_contradiction():
    wrong = GIVEN | {"b": np.ones((1, 3))}
    assert contradiction(AFFINE, wrong) == "b has shape (1, 3); by the docstring it is (M,)."
    assert contradiction(AFFINE, GIVEN) is None


def test_a_letter_with_two_values_is_a_contradiction():
    assert contradiction(AFFINE, GIVEN | {"w": np.ones((5, 3))}) == (
        "x has shape (4, 6) and w has shape (5, 3); by the docstring they are (N, D) and (D, M), with one D."
    )


@pytest.mark.parametrize(
    "docstring",
    [
        "Parameters: x (N, d1, ..., dk) examples, each a row; w (D, M).",
        "Parameters: x (N, D) examples, or (N, d1, ..., dk) with D = d1 * ... * dk; w (D, M).",
        "Parameters: x, scale and shift, both (C,) or both (1, C, 1, 1); w (D, M).",
        "Parameters: train, a function (x, w) -> x (N, D); w (D, M).",
        "Parameters: w (D, M). Returns: x (N, D).",
        "No shapes at all.",
        "",
    ],
)
def test_what_a_docstring_leaves_open_is_no_contradiction(docstring):
    arguments = {"x": np.ones((2, 3, 4)), "w": np.ones((12, 5)), "y": None}
    assert contradiction(docstring, arguments) is None


def test_it_reads_the_layout_of_numpy_too():
    def f(x, w):
        """Multiply.

        Parameters
        ----------
        x : (N, D) array
            Examples.
        w : (D, M) array
            Weights.
        """

    (text,) = told(lambda: GIVEN["w"].dot(GIVEN["x"]), inspect.getdoc(f))
    assert "(6,3) is (D, M)" in text
