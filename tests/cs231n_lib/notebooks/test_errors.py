"""How a notebook shows the errors of stubs and of the student's functions."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cs231n_lib.notebooks import errors


@pytest.fixture
def run(capsys):
    """run(cell, ...) runs cells and returns what the last one shows."""
    shell = InteractiveShell.instance()
    shell.run_cell("import numpy as np\nfrom cs231n_lib.notebooks import errors\nerrors.explain()")

    def shown(*cells):
        for cell in cells:
            capsys.readouterr()
            result = shell.run_cell(cell)
        assert result.error_in_exec is not None  # Jupyter and the grader still see an error
        return capsys.readouterr().out.strip().splitlines()

    yield shown
    InteractiveShell.clear_instance()


def test_a_stub_is_one_line(run):
    text = run("def stub():\n    raise NotImplementedError('exercise f: write your code here')\n\nstub()")
    assert text == ["NotImplementedError: exercise f: write your code here"]


AFFINE = "def affine(x, w, b):\n    out = x.dot(w)\n    return out + b.T[:3]\n"


def test_an_error_of_a_function_shows_the_line_the_call_the_words_and_the_mistake(run):
    assert run(AFFINE, "x = np.ones((4, 5))\naffine(x, np.ones((2, 3)), 0.5)") == [
        "In affine, line 2:  out = x.dot(w)",
        "It was called as affine(x=<float64 array of shape (4, 5)>, w=<float64 array of shape (2, 3)>, b=0.5).",
        "ValueError: shapes (4,5) and (2,3) not aligned: 5 (dim 1) != 2 (dim 0)",
        "Likely mistake: the shapes of two arrays do not fit each other in that line. [exceptions.shapes_do_not_fit]",
        "Look at: the shapes in the docstring and in the call above. NumPy aligns shapes from the last axis; "
        "keepdims=True, reshape or .T change which axes meet.",
    ]


DOCUMENTED = """def affine(x, w, b):
    '''Parameters: x (N, D); w (D, M); b (M,). Returns: out (N, M).'''
    return w.dot(x) + b
"""


def test_the_shapes_are_told_in_the_letters_of_the_docstring(run):
    text = run(DOCUMENTED, "affine(np.ones((4, 6)), np.ones((6, 3)), np.ones(3))")
    assert text[1:4] == [
        "It was called as affine(x=<float64 array of shape (4, 6)>, w=<float64 array of shape (6, 3)>, "
        "b=<float64 array of shape (3,)>).",
        "ValueError: shapes (6,3) and (4,6) not aligned: 3 (dim 1) != 4 (dim 0)",
        "By the docstring, N = 4, D = 6 and M = 3 in this call. So by its sizes, (6,3) is (D, M) and (4,6) is (N, D).",
    ]


def test_an_argument_that_the_docstring_does_not_allow_is_the_mistake(run):
    text = run(DOCUMENTED, "affine(np.ones((4, 6)), np.ones((3, 6)), np.ones(3))")
    assert text[-2:] == [
        "Likely mistake: x has shape (4, 6) and w has shape (3, 6); by the docstring they are (N, D) and (D, M), with "
        "one D. [generic.argument_shape]",
        "Look at: the call: which array does the function expect there?",
    ]


def test_an_argument_that_has_another_value_by_now_is_not_shown(run):
    """The name x stands for rows when the error is raised, so it says nothing about the call."""
    rebound = DOCUMENTED.replace("    return w", "    x = x.reshape(2, 12)\n    return w")
    text = run(rebound, "affine(np.ones((4, 6)), np.ones((6, 3)), np.ones(3))")
    assert text[1].startswith("It was called as affine(x=<changed since>, w=<float64 array of shape (6, 3)>, b=")
    assert text[3] == "By the docstring, D = 6 and M = 3 in this call. So by its sizes, (6,3) is (D, M)."
    assert "[exceptions.shapes_do_not_fit]" in text[4]


def test_an_entry_of_a_dict_that_may_be_new_is_not_compared(run):
    function = """def net(params, X):
    '''Parameters: params, a dict of W (D, H); X (N, D).'''
    params["W"] = params["W"].T
    return X @ params["W"]
"""
    text = run(function, "net({'W': np.ones((6, 3))}, np.ones((4, 6)))")
    assert "params=<changed since>" in text[1] and "[exceptions.shapes_do_not_fit]" in "".join(text)


def test_the_exercise_is_shown_and_not_the_helper_that_calls_it(run):
    text = run(
        DOCUMENTED, "def helper(f, v):\n    return f(*v)", "helper(affine, [np.ones((4, 6)), np.ones((6, 3)), 0])"
    )
    assert text[0].startswith("In affine, line")
    assert text[1].startswith("It was called as affine(x=")


def test_an_error_that_the_student_raises_is_told_as_such(run):
    text = run("def f(p):\n    if p > 0:\n        raise ValueError('p is out of range')", "f(0.5)")
    assert text[-2] == "Likely mistake: it is your own code that raises this error. [exceptions.own_error]"


def test_an_error_that_no_mistake_is_known_for_shows_the_rest(run):
    text = run("def f(x, *, mode={'mode': 'train'}):\n    exec('raise RuntimeError()')", "f(np.arange(3))")
    assert text == [
        "In f, line 2:  exec('raise RuntimeError()')",
        "It was called as f(x=<int64 array of shape (3,)>, mode={'mode': 'train'}).",
        "RuntimeError:",
    ]


def test_the_mistake_behind_an_error_is_that_of_a_function_of_the_notebook(run):
    text = run(
        "def f(x):\n    return x[7]",
        "try:\n    f([])\nexcept IndexError as e:\n    print(errors.mistake_behind(e).id); raise",
    )
    assert text[0] == "exceptions.index_out_of_bounds"
    with pytest.raises(ZeroDivisionError) as outside:
        1 / 0  # noqa: B018
    assert errors.mistake_behind(outside.value) is None
    with pytest.raises(TypeError) as unpacked:
        (lambda: [a for a, b in [None]])()
    assert errors.mistake_behind(unpacked.value).id == "exceptions.none"


def test_the_student_s_functions_are_listed_to_the_innermost(run):
    text = run("def inner(z):\n    return z[7]\ndef outer(x):\n    return inner(x)", "outer(np.zeros(3))")
    assert text[:3] == [
        "In outer, line 4:  return inner(x)",
        "In inner, line 2:  return z[7]",
        "It was called as outer(x=<float64 array of shape (3,)>).",
    ]
    assert "[exceptions.index_out_of_bounds]" in text[4]


def test_a_result_that_cannot_be_taken_apart_is_explained(run):
    text = run("def f():\n    pass", "loss, dW = f()")
    assert text[:2] == ["Line 1:  loss, dW = f()", "TypeError: cannot unpack non-iterable NoneType object"]
    assert "[exceptions.none]" in text[2]


@pytest.mark.parametrize(
    "cell",
    ["1 / 0", "raise NotImplementedError('no such mode')", "import json; json.loads('{')"],
    ids=["of the cell", "another NotImplementedError", "of a library"],
)
def test_an_error_outside_of_functions_keeps_its_traceback(run, cell):
    assert any("Traceback" in line for line in run(cell))


def test_an_error_of_another_process_is_explained_by_its_text(run):
    raised = """class Theirs(ValueError):
    student_call = "f", (0.5,), {}
    student_traceback = '  Cell 2, line 3, in f\\n    raise ValueError(p)\\n    ^^^^^^^^^\\nValueError: 0.5'
    def _render_traceback_(self):
        return ["student's code  ValueError: 0.5"]

raise Theirs("0.5")
"""
    assert run(raised) == [
        "student's code  ValueError: 0.5",
        "It was called as f(0.5).",
        "Likely mistake: it is your own code that raises this error. [exceptions.own_error]",
        "Look at: the condition before that `raise`: is it what you mean, and do the arguments of the call fulfil it?",
    ]


def test_a_failed_check_explains_itself(run):
    text = run("from cs231n_lib import checks\ndef f():\n    return 1", "checks.close(f(), 2, 'the loss of f')")
    assert text[0] == "the loss of f: its value is wrong." and not any("Traceback" in line for line in text)


def test_outside_of_ipython_it_does_nothing():
    errors.explain()
