"""What a test does that it cannot do from another process."""

import pytest

from autograder.authoring.one_process import what_needs_one_process

SOLVED = frozenset({"f", "C", "x"})


def reasons(source):
    return [why for why, _ in what_needs_one_process(source, SOLVED)]


@pytest.mark.parametrize(
    "source",
    [
        "assert f(1) == 2",
        "x2 = f(1)\nassert x2 is not None",
        "f(1)\nassert f(2) == x",
        "a = [1]\nb = f(a)\nassert b == a",
        "x = 3\nassert x == 3",
        "a = [1]\nb = f(a)\nassert len(b) == len(a)\nc = b[0]\nassert c == a[0]",
        "a = 3\nassert f(a) == a",
        "assert type(f(1)) is list",
        "import numpy as np\nassert np.allclose(f(np.ones(3)), 1)",
        "class D:\n    pass\nassert isinstance(f(1), int)",
        "try:\n    f(0)\nexcept ValueError:\n    pass",
    ],
)
def test_a_test_of_values_works_from_another_process(source):
    assert reasons(source) == []


@pytest.mark.parametrize(
    "source, why",
    [
        ("old = f\ndel f", "it changes f, which is the student's"),
        ("f = wrapped(f)", "it changes f, which is the student's"),
        ("a = [2, 1]\nf(a)\nassert a == [1, 2]", "it looks at an argument after a call, which the call may change"),
        ("a = [1]\nb = f(a)\nassert_equal(a, [1])", "it looks at an argument after a call, which the call may change"),
        ("a = [2, 1]\nf(a)\nfor i in a:\n    assert i", "it looks at an argument after a call"),
        ("def test():\n    a = []\n    f(a)\n    assert a", "it looks at an argument after a call"),
        ("assert 'x' in globals()", "it asks which names exist"),
        ("with redirect_stdout(out):\n    f()", "it reads what the student's code prints"),
        ("out = io.StringIO()", "it reads what the student's code prints"),
        ("with patch('builtins.input'):\n    f()", "it replaces functions in the student's code"),
        ("assert 'for' not in inspect.getsource(f)", "it inspects the student's objects"),
        ("np.random.seed(0)\nassert f() == 3", "it sets a random state for the student's code"),
        ("assert isinstance(f(), C)", "it uses the student's class C with isinstance or as a base class"),
        ("class D(C):\n    pass", "it uses the student's class C with isinstance or as a base class"),
        ("assert f(a) is a", "it asks whether two objects are the same"),
        ("ax = plt.gca()", "it looks at figures"),
        ("eval('f(1)')", "it runs or reads text of the notebook"),
    ],
)
def test_what_needs_the_students_process_is_named(source, why):
    found = reasons(source)
    assert found and found[0].startswith(why)


def test_each_reason_comes_once_with_what_to_write_instead():
    found = what_needs_one_process("globals()\nlocals()", SOLVED)
    assert found == [("it asks which names exist", "use the name itself; the test fails if the name is missing")]


def test_text_that_is_not_python_gives_no_reason():
    assert reasons("f(") == []
