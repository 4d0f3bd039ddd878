"""nbgrader's AUTOTEST lines as plain tests."""

import pytest

from autograder.execution import sandbox
from autograder.importing.autotests import assertion, evaluate_in_sandbox, write_autotests
from autograder.importing.cells import BY_HAND, CHANGED, ImportedCell, Notes, record


def cells(*tests):
    solution = ImportedCell(1, "code", "import numpy as np\ndef f(x):\n    return x", record("f", solution=True))
    return [solution, *(ImportedCell(2, "code", source, record("t", grade=True, points=1)) for source in tests)]


def run_here(sources):
    """Run the cells in this process -> what each prints."""
    import contextlib
    import io

    names, printed = {}, []
    for source in sources:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(source, names)
        printed.append(out.getvalue())
    return printed


def test_values_of_the_solution_are_compared():
    given, notes = (
        cells("### AUTOTEST f(1); f('a');\nx = 2\n  ### AUTOTEST f(0.5)\n# AUTOTEST f(None); f(np.float64(2))"),
        Notes(),
    )
    given[1].source = given[1].source.replace("  ###", "###")
    write_autotests(given, notes, run_here)
    names = {}
    exec(given[0].source, names)
    exec(given[1].source, names)
    assert given[1].source.count("assert") == 5 and "AUTOTEST" not in given[1].source
    for wrong in ("lambda x: 3", "lambda x: x * 2 if isinstance(x, float) else x", "lambda x: x or 0"):
        with pytest.raises(AssertionError):
            exec(given[1].source, {**names, "f": eval(wrong)})
    assert [note.kind for note in notes.found] == [CHANGED]


def test_hashed_values_are_hidden():
    given, notes = cells("assert 1\n### HASHED AUTOTEST f(1)\n### HASHED AUTOTEST f(2)\nassert 2"), Notes()
    write_autotests(given, notes, run_here)
    lines = given[1].source.split("\n")
    assert lines[1] == "### BEGIN HIDDEN TESTS" and lines[-2:] == ["### END HIDDEN TESTS", "assert 2"]
    assert len(lines) == 6


@pytest.mark.parametrize("evaluate", [run_here, lambda sources: None])
def test_what_has_no_plain_value_is_left_to_the_reader(evaluate):
    given, notes = cells("### AUTOTEST f(f)"), Notes()
    write_autotests(given, notes, evaluate)
    assert given[1].source == "# compare f(f) with its right value here"
    assert [note.kind for note in notes.found] == [BY_HAND]


def test_types_are_compared_and_the_word_is_gone():
    given, notes = cells("### AUTOTEST type(f(1))\nprint('AUTOTEST done')", "# About AUTOTEST cells: one"), Notes()
    given[2].source = "print('AUTOTEST')"
    write_autotests(given, notes, run_here)
    assert given[1].source.startswith("assert (type(f(1))) is int, ")
    assert "AUTOTEST" not in str([cell.source for cell in given])


def test_the_message_shows_every_character():
    with pytest.raises(AssertionError, match="len\\('😀'\\) is wrong"):
        exec(assertion("len('😀')", "2"))


def test_a_notebook_without_them_runs_nothing():
    write_autotests(cells("assert f(1)"), Notes(), lambda sources: 1 / 0)


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.missing()), reason="no sandbox here")
def test_solutions_run_in_the_sandbox(tmp_path):
    evaluate = evaluate_in_sandbox(lambda: (("n.txt", b"5"),))
    outside = tmp_path / "secret.txt"
    outside.write_text("of this machine")
    looks = f"import os\nprint(os.path.exists({str(outside)!r}))"
    sources = ["x = open('n.txt').read()", "print(x)", "1 / 0", looks]
    assert evaluate(sources) == ["", "5\n", "", "False\n"]
