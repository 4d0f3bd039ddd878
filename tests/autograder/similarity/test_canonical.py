"""Programs that differ only in what a copy may change have the same statements; other programs do not."""

import pytest

from autograder.similarity.canonical import MOST_CODE, parsed, statements, without_magics


def texts(code):
    return sorted(" ".join(token.text for token in statement) for statement in statements(code))


LOOP = """
def total(rows, scale):
    result = 0
    for row in rows:
        result += np.sum(row * scale)
    return result
"""


@pytest.mark.parametrize(
    "code",
    [
        LOOP.replace("result", "acc").replace("row ", "line ").replace("(row ", "(line "),
        LOOP.replace("rows", "a").replace("scale", "b"),
        LOOP.replace("result = 0", 'result = 0  # "zero"\n    """of the rows"""'),
        LOOP.replace("    ", "  ").replace("row * scale", "(row\n*  scale)"),
        LOOP.replace("result += np.sum(row * scale)", "result = result + np.sum(row * scale)"),
        LOOP.replace("result += np.sum(row * scale)", "result = np.sum(row * scale) + result"),
        LOOP.replace("np.sum(row * scale)", "(row * scale).sum()"),
        LOOP.replace("np.sum(row * scale)", "np.sum(np.multiply(row, scale))"),
        LOOP.replace("result += np.sum(row * scale)", "scaled = row * scale\n        result += np.sum(scaled)"),
        LOOP.replace("result = 0", "unused = len(rows)\n    result = 0\n    print(rows)\n    pass"),
        LOOP.replace("result = 0", "zero = 0\n    result = zero\n    if False:\n        rows = 1"),
        "import numpy as np\n%matplotlib inline\n" + LOOP,
    ],
)
def test_the_same_program_in_disguise(code):
    assert texts(code) == texts(LOOP)


@pytest.mark.parametrize(
    "code",
    [
        LOOP.replace("np.sum", "np.max"),
        LOOP.replace("row * scale", "row - scale"),
        LOOP.replace("result = 0", "result = 1"),
        LOOP.replace("scale)", "scale, axis=0)"),
        LOOP.replace("for row in rows", "while rows"),
    ],
)
def test_another_program(code):
    assert texts(code) != texts(LOOP)


@pytest.mark.parametrize(
    "one, other",
    [
        ("a < b", "b > a"),
        ("a <= b", "b >= a"),
        ("x.dot(w)", "x @ w"),
        ("np.dot(x, w)", "x @ w"),
        ("x.T", "np.transpose(x)"),
        ("x * x", "x ** 2"),
        ("np.square(x)", "x ** 2"),
        ("f(a=1, b=2)", "f(b=2, a=1)"),
        ("w * x", "x * w"),
    ],
)
def test_two_spellings_of_an_expression(one, other):
    assert texts(f"y[0] = {one}") == texts(f"y[0] = {other}") != []


def test_two_assignments_in_one_are_two():
    assert texts("a[0], b[0] = f(c), g(d)") == texts("b[0] = g(d)\na[0] = f(c)")


def test_tokens_name_the_line_that_was_written_even_after_a_temporary_was_put_in_its_place():
    code = "def f(x):\n    part = x[1:]\n\n    y = g(part) + g(x)\n    return y + h(y)\n"
    lines = {token.text: token.line for statement in statements(code) for token in statement}
    assert lines[":"] == 2 and lines["->"] == 4 and lines["Return"] == 5


def test_code_that_python_cannot_parse_is_read_line_by_line():
    assert texts("def f(x:\n    total = x + 1") != []
    assert texts("a = = b + 1") == texts("c = = d + 1")
    assert parsed("a = = b") is None


@pytest.mark.parametrize("code", ["(" * 3000, "-" * 50_000 + "1", "x" + ".a" * 40_000, "\0", "f(" * 90 + ")" * 90, ""])
def test_odd_code_ends_nothing(code):
    statements(code)
    assert parsed("x = 1\n" + " " * MOST_CODE) is None


def test_lines_for_ipython_are_empty_and_the_others_keep_their_numbers():
    assert without_magics("%timeit f()\n  !ls\nx = 5 % 3") == "\n\nx = 5 % 3"
