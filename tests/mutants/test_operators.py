"""The mutants of small solutions: what each operator changes, and what none changes."""

import ast

import pytest
from operators import BEGIN, END, OPERATORS, mutants


def cell(*solution, signature="x, y", docstring=""):
    """Return a solution cell with these lines as its solution."""
    lines = [f"def f({signature}):", f'    """Docstring.{docstring}"""', "    scale = 3", f"    {BEGIN}"]
    return "\n".join([*lines, *(f"    {line}" for line in solution), f"    {END}"]) + "\n"


def changes(source, operator):
    """Return the changed statements that an operator makes of a cell."""
    return [mutant.becomes for mutant in mutants(source) if mutant.operator == operator]


# operator -> [(lines of a solution, what it makes of them)]
CASES = {
    "arithmetic": [
        (["return x + y"], ["return x - y"]),
        (["return x // y"], ["return x / y", "return x * y"]),
        (["x -= y"], ["x += y"]),
        (["return x @ y"], ["return x * y"]),
    ],
    "operands swapped": [
        (["return x - y"], ["return y - x"]),
        (["return x.dot(y)"], ["return y.dot(x)"]),
        (["return x + y"], []),
    ],
    "term dropped": [(["return x - y"], ["return x", "return -y"])],
    "factor dropped": [
        (["return x * y"], ["return x", "return y"]),
        (["return x / y"], ["return x", "return 1 / y"]),
        (["return x ** 2"], ["return x"]),
    ],
    "sign flipped": [(["x = -y"], ["x = y"]), (["x = 2 * y"], ["x = -(2 * y)"])],
    "= for +=": [(["x[0] += y"], ["x[0] = y"])],
    "in place": [(["x = x - y"], ["x -= y"]), (["x = y - x"], [])],
    "constant": [
        (["return x + 1"], ["return x + 2", "return x + 0"]),
        (["return 1e-05 * x"], ["return 2e-05 * x", "return 0.0 * x"]),
        (["return g(x, replace=False)"], ["return g(x, replace=True)"]),
        (["raise ValueError(f'{x} is not 1')"], []),
        (["return x.sum(axis=1)"], []),  # the operator of axes changes it
    ],
    "key": [(["return x['W1']"], ["return x['W2']"]), (["return x['b3']"], ["return x['b2']"])],
    "boundary": [(["return x < y"], ["return x <= y"]), (["return 0 >= x"], ["return 0 > x"]), (["return x == y"], [])],
    "condition negated": [
        (["return x == y"], ["return x != y"]),
        (["return x is None"], ["return x is not None"]),
        (["return x if y else 0"], ["return x if not y else 0"]),
        (["return not x"], ["return x"]),
    ],
    "condition ignored": [
        (["return x if y else 0"], ["return x if True else 0", "return x if False else 0"]),
        (["return x and y"], ["return y", "return x"]),
        (["return 0 < x <= 1"], ["return 0 < x", "return x <= 1"]),
    ],
    "function": [
        (["return x.max()"], ["return x.min()"]),
        (["return np.argmin(x)"], ["return np.argmax(x)"]),
        (["return max(x)"], ["return min(x)"]),
    ],
    "call dropped": [
        (["return np.sqrt(x)"], ["return x"]),
        (["return x.copy()"], ["return x"]),
        (["return np.maximum(x, 0)"], ["return x"]),
        (["return g(x)"], []),
    ],
    "axis": [
        (["return x.sum(axis=0)"], ["return x.sum(axis=1)"]),
        (["return x.sum(axis=(0, 2))"], ["return x.sum(axis=(2,))", "return x.sum(axis=(0,))"]),
    ],
    "argument dropped": [
        (["return x.sum(axis=0, keepdims=True)"], ["return x.sum(keepdims=True)", "return x.sum(axis=0)"]),
        (["return np.random.default_rng(x)"], ["return np.random.default_rng()"]),
    ],
    "arguments swapped": [
        (["return g(x, y, 0)"], ["return g(y, x, 0)", "return g(x, 0, y)"]),
        (["np.maximum(x, y)"], []),
    ],
    "results swapped": [
        (["return x, y"], ["return (y, x)"]),
        (["x, y = y, x"], ["y, x = (y, x)"]),
        (["return np.zeros((x, y))"], ["return np.zeros((y, x))"]),
    ],
    "dtype": [
        (["return np.float64(x)"], ["return np.float32(x)"]),
        (["return np.zeros(x)"], ["return np.zeros(x, dtype=np.float32)", "return np.zeros(x, dtype=int)"]),
    ],
    "rng": [
        (["return rng.normal()"], ["return np.random.default_rng(0).normal()", "return np.random.normal()"]),
        (["return g(rng)"], ["return g(np.random.default_rng(0))", "return g(None)"]),
        (["if rng is None:", "    pass"], []),
    ],
    "transposed": [
        (["return x.T"], ["return x"]),
        (["return x @ y"], ["return x.T @ y", "return x @ y.T"]),
        (["return x.dot(y)"], ["return x.dot(y.T)", "return x.T.dot(y)"]),
    ],
    "slice": [
        (["return x[:y]"], ["return x[:]", "return x[:y + 1]", "return x[:y - 1]", "return x[1:y]"]),
        (["return x[1:]"], ["return x[:]", "return x[2:]", "return x[0:]", "return x[1:-1]"]),
        (["return x[:, 0]"], []),
        (["return slice(0, x)"], [f"return slice({bounds})" for bounds in ("1, x", "-1, x", "0, x + 1", "0, x - 1")]),
    ],
    "name": [(["H, W = x.shape", "return H"], ["return W"]), (["H = 1", "return H"], [])],
    "parameter ignored": [
        (["return x['stride']"], ["return 1", "return 2"]),
        (["return x.get('momentum', 0.9)"], ["return 0.9"]),
        (["pad = x", "return pad"], ["return 0", "return 1"]),
        (["for k in x:", "    y(k)"], []),
    ],
    "statement dropped": [
        (["y += x"], [""]),
        (["z = x", "z = y"], [""]),
        (["z = x", "return z"], []),
        (["if x:", "    return y"], [""]),
    ],
    "loop": [
        (
            ["for i in range(x): g(i)"],
            ["for i in range(x): ...; break", "for i in range(1, x): ...", "for i in range(x - 1): ..."],
        ),
        (["return [i for i in x]"], [f"return [i for i in list(x)[{part}]]" for part in ("1:", ":-1")]),
    ],
    "return inside the loop": [(["for i in x:", "    i()", "return y"], ["for i in x: ...; return y"])],
    "argument changed": [(["return x"], [])],
}


def test_every_operator_is_tested():
    assert set(CASES) == set(OPERATORS)


@pytest.mark.parametrize(
    ("operator", "solution", "expected"),
    [(operator, *case) for operator, cases in CASES.items() for case in cases],
    ids=lambda value: value[0] if isinstance(value, list) and value else None,
)
def test_an_operator_makes_these_mistakes(operator, solution, expected):
    assert changes(cell(*solution), operator) == expected


def test_only_the_solution_changes():
    source = cell("return x * scale")
    for mutant in mutants(source):
        assert "scale = 3" in mutant.source and "def f(x, y)" in mutant.source


def test_a_mutant_is_the_solution_with_one_statement_changed():
    source = cell("x = x - 1  # why", "if x > y:", "    x = 0", "return x")
    (mutant,) = [mutant for mutant in mutants(source) if mutant.operator == "boundary"]
    assert (mutant.line, mutant.was, mutant.becomes, mutant.place) == (6, "if x > y: ...", "if x >= y: ...", 1)
    assert mutant.source == ast.unparse(ast.parse(source.replace("x > y", "x >= y"))) + "\n"


def test_the_same_change_in_a_second_place_is_told_apart():
    found = [m for m in mutants(cell("y += x", "x = y", "y += x")) if m.becomes == "y -= x"]
    assert [(mutant.line, mutant.place) for mutant in found] == [(5, 1), (7, 2)]


def test_mutants_differ_from_each_other_and_from_the_solution():
    source = cell("for i in range(x):", "    y += x[i] * x[i]", "return y")
    sources = [mutant.source for mutant in mutants(source)]
    assert len(sources) == len({*sources, ast.unparse(ast.parse(source)) + "\n"}) - 1
    assert mutants(source) == mutants(source)


def test_the_default_of_a_parameter_stands_in_for_it():
    source = cell("return x[:count]", signature="x, count=5")
    assert changes(source, "parameter ignored") == ["count = 5", "return x[:5]"]


def test_an_array_that_was_given_is_changed_at_the_end():
    source = cell("return x * y", docstring="\n\n    - x: (N, D) examples\n    - y: a pair (low, high)\n    ")
    assert changes(source, "argument changed") == ["result = x * y; x[...] = 0; return result"]


def test_a_parameter_that_the_solution_rebinds_is_no_longer_what_was_given():
    source = cell("x = x.astype(float)", "return x", docstring="\n\n    - x: (N, D) examples\n    ")
    assert changes(source, "argument changed") == []


def test_code_that_does_the_same_anyway_is_no_mutant():
    assert changes(cell("return (x - y) ** 2"), "operands swapped") == ["return 2 ** (x - y)"]
    assert changes(cell("return np.abs(x - y)"), "operands swapped") == []
    assert changes(cell("return x.reshape(3, -1)"), "constant") == [
        "return x.reshape(4, -1)",
        "return x.reshape(2, -1)",
    ]
    assert changes(cell("return np.pad(x, (y, y))"), "results swapped") == []
    assert changes(cell("return 1.0 / x"), "factor dropped") == ["return 1.0"]


def test_of_a_dictionary_only_the_changed_entry_is_shown():
    (mutant,) = [m for m in mutants(cell("return {'a': x + y, 'b': g()}")) if m.operator == "arithmetic"]
    assert (mutant.was, mutant.becomes) == ("x + y", "x - y")
