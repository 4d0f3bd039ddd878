"""Programs that differ only in what a copy may change have the same statements; other programs do not."""

import pytest

from autograder.similarity.canonical import MOST_CODE, parsed, parsed_or_line, readings, without_magics


def texts(code, reading=1):
    return sorted(" ".join(token.text for token in statement) for statement in readings(code)[reading])


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
    lines = {token.text: token.line for statement in readings(code)[1] for token in statement}
    assert lines[":"] == 2 and lines["->"] == 4 and lines["Return"] == 5


def test_a_half_of_an_answer_has_half_of_its_statements_as_it_stands():
    """Its names are bound or read in the other half, so the reading without temporaries shows little of it."""
    answer = "def f(x, w):\n    a = x @ w\n    b = np.exp(a)\n    c = b.sum(axis=1)\n    d = b / c\n    return d * a"
    lines = answer.split("\n")
    first, second = "\n".join(lines[:4]), "\n".join(lines[:1] + lines[4:])
    assert sorted(texts(first, 0) + texts(second, 0)) == texts(answer, 0) != []
    assert len(texts(first, 1)) == 0


def test_the_reading_as_it_stands_keeps_temporaries_and_not_names():
    code = "def f(x):\n    part = x + 1\n    unused = x + 2\n    return g(part)"
    assert texts(code, 0) == texts(code.replace("part", "p").replace("unused", "u"), 0)
    assert len(texts(code, 0)) == 3 and len(texts(code, 1)) == 1


def test_products_of_equal_factors_are_squares_and_no_others():
    assert texts("y[0] = f(a[1:], b) * f(a[1:], b)") == texts("y[0] = f(a[1:], b) ** 2")
    assert texts("y[0] = f(a[1:], b) * f(a[1:], 2)") != texts("y[0] = f(a[1:], b) ** 2")
    assert texts("y[0] = f(a) * f(a, b)") != texts("y[0] = f(a) ** 2")


def test_the_line_that_python_names():
    assert parsed_or_line("x = 1\ny = = 2") == (None, 2)
    assert parsed_or_line("x" * (MOST_CODE + 1)) == (None, 0)
    assert parsed_or_line("x = 1")[1] == 0


def test_code_that_python_cannot_parse_is_read_line_by_line():
    assert texts("def f(x:\n    total = x + 1") != []
    assert texts("a = = b + 1") == texts("c = = d + 1")
    assert parsed("a = = b") is None


@pytest.mark.parametrize(
    "code",
    ["y = " + "*".join("a" * 300), "(" * 3000, "-" * 50_000 + "1", "x" + ".a" * 40_000, "\0", "f(" * 90 + ")" * 90, ""],
)
def test_odd_code_ends_nothing(code):
    readings(code)
    assert parsed("x = 1\n" + " " * MOST_CODE) is None


def test_lines_for_ipython_are_empty_and_the_others_keep_their_numbers():
    assert without_magics("%timeit f()\n  !ls\nx = 5 % 3") == "\n\nx = 5 % 3"
