"""otter-grader's master notebooks, in both of its formats."""

import pytest
from nbformat import v4

from autograder.importing.cells import BY_HAND, Notes
from autograder.importing.nbgrader_notebook import imported_cells
from autograder.importing.otter_notebook import as_nbgrader, is_otters


def shown(source, value=None, printed=None):
    outputs = [v4.new_output("execute_result", {"text/plain": value})] if value else []
    outputs += [v4.new_output("stream", name="stdout", text=printed)] if printed else []
    return v4.new_code_cell(source, outputs=outputs)


def raw(text):
    return v4.new_raw_cell(text)


def imported(*cells):
    """({name: (text, points)} of the recorded cells, the notes that need a hand)"""
    notes = Notes()
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(c) if isinstance(c, str) else c for c in cells])
    assert is_otters(notebook)
    found = imported_cells(as_nbgrader(notebook, notes), notes)
    records = {cell.record["grade_id"]: (cell.source, cell.record.get("points")) for cell in found if cell.record}
    return records, [note.what for note in notes.found if note.kind == BY_HAND], found


BEGIN, SOLUTION, TESTS, END = (
    "# BEGIN QUESTION\nname: q1\n",
    raw("# BEGIN SOLUTION"),
    raw("# BEGIN TESTS"),
    raw("# END TESTS"),
)


def question(solution, *tests, config=""):
    done = raw("# END SOLUTION"), TESTS, *tests, END, raw("# END QUESTION")
    return raw(BEGIN + config), "Square it.", SOLUTION, v4.new_code_cell(solution), *done


def test_a_question_with_a_solution_and_tests():
    records, by_hand, found = imported(
        raw("# ASSIGNMENT CONFIG\ngenerate: true"),
        v4.new_code_cell("import otter\nimport numpy as np\ngrader = otter.Notebook()"),
        *question(
            "def square(x):\n    y = x * x  # SOLUTION NO PROMPT\n    return y # SOLUTION\n\n"
            "nine = square(3) # SOLUTION",
            shown("square(3)", "9"),
            shown("# HIDDEN\nsquare(0.5)", "0.25"),
            shown("a = square(2)\nnp.isclose(a, 4)", "np.True_"),
            shown("square('a') if 0 else {1}", "{1}"),
            config="points: 2\n",
        ),
        v4.new_code_cell("grader.check('q1')"),
    )
    assert records["q1"][0] == (
        "def square(x):\n    # y = ...\n    ### BEGIN SOLUTION\n    y = x * x\n    return y\n    ### END SOLUTION\n\n"
        "# nine = ...\n### BEGIN SOLUTION\nnine = square(3)\n### END SOLUTION"
    )
    assert [records[f"test_q1_{n}"][1] for n in (1, 2, 3, 4)] == [0.5] * 4
    assert by_hand == []
    assert found[0].source == "import numpy as np"
    assert found[-1].record["grade_id"] == "test_q1_4"
    names = {"square": lambda x: x * x}
    for test in (1, 2, 4):
        exec(records[f"test_q1_{test}"][0], names)
    for test in (1, 2):
        with pytest.raises(AssertionError):
            exec(records[f"test_q1_{test}"][0], {"square": lambda x: x})
    assert records["test_q1_2"][0].startswith("### BEGIN HIDDEN TESTS\n")
    assert records["test_q1_3"][0].startswith("a = square(2)\nassert (np.isclose(a, 4)) == True")


def test_points_and_hidden_tests_of_the_test_configuration():
    config = '""" # BEGIN TEST CONFIG\npoints: 3\nhidden: true\n""" # END TEST CONFIG\n'
    records, by_hand, _ = imported(*question("x = 2 # SOLUTION", shown(config + "x", "2"), shown("assert x")))
    assert records["test_q1_1"][1] == 3 and records["test_q1_1"][0].startswith(
        "### BEGIN HIDDEN TESTS\nassert (x) == 2"
    )
    assert records["test_q1_2"] == ("assert x", 0) and by_hand == []


@pytest.mark.parametrize("points, shares", [("[1, 2]", [1, 2]), ("{each: 2}", [2, 2]), ("1.5", [0.75, 0.75])])
def test_points_of_a_question_are_shared(points, shares):
    records, _, _ = imported(
        *question("x = 2 # SOLUTION", shown("assert x"), shown("assert x"), config=f"points: {points}")
    )
    assert [records["test_q1_1"][1], records["test_q1_2"][1]] == shares


@pytest.mark.parametrize("points, given", [("many", 1), ("1e400", 1), ("'3'", 3), ("{each: x}", 1)])
def test_points_that_are_no_number_are_named(points, given):
    records, by_hand, _ = imported(*question("x = 2 # SOLUTION", shown("assert x"), config=f"points: {points}"))
    assert records["test_q1_1"][1] == given
    assert any("are no number" in what for what in by_hand) == (points in ("many", "1e400"))


def test_exception_based_tests_are_called_with_the_students_names():
    called = "def test_it(square):\n    assert square(2) == 4\n\ntest_it(square)"
    records, by_hand, _ = imported(
        *question("square = 1 # SOLUTION", shown(called.partition("\n\n")[0]), shown(called + "  # IGNORE"))
    )
    assert records["test_q1_1"][0] == records["test_q1_2"][0] == called and by_hand == []


def test_what_needs_a_hand():
    _, by_hand, _ = imported(
        *question("x = 2 # SOLUTION", shown("x"), shown("print(x)", printed="2\n"), shown("x ("), shown("# "))
    )
    assert [what.partition(".")[0] for what in by_hand] == [
        "It has no saved output to compare with",
        "Its expected output is printed text, which is not compared",
        "The test is not Python",
        "The test is empty",
    ]


def test_manual_questions_prompts_and_ignored_lines():
    prompt = '""" # BEGIN PROMPT\nplt.plot(...)\n""" # END PROMPT'
    ignored = "# BEGIN IGNORE\nz = 1\n# END IGNORE"
    plot = f"{ignored}\nplt.plot(x) # SOLUTION NO PROMPT\n{prompt}"
    records, by_hand, found = imported(
        *question(plot, config="manual: true\npoints: 4"),
        raw("# BEGIN QUESTION\nname: q2\nmanual: true"),
        raw("# BEGIN PROMPT"), "_Write here._", raw("# END PROMPT"),
        raw("# BEGIN SOLUTION"), "It rises.", raw("# END SOLUTION"), raw("# END QUESTION"),
        v4.new_code_cell("y = 3"),
    )  # fmt: skip
    assert records["q1"] == ("### BEGIN SOLUTION\nplt.plot(x)\n### END SOLUTION\n# plt.plot(...)", 4)
    assert records["q2"] == ("### BEGIN SOLUTION\nIt rises.\n### END SOLUTION", 1)
    assert (found[-1].source, found[-1].record) == ("y = 3", None) and by_hand == []


def test_the_older_format():
    records, by_hand, found = imported(
        "```\nBEGIN ASSIGNMENT\ngenerate: true\n```",
        "**Question 1**\n\n```\nBEGIN QUESTION\nname: q1\n```",
        v4.new_code_cell("def f():\n    return 1 # SOLUTION"),
        shown("# TEST\nf() == 1", "True"),
        shown("# HIDDEN TEST\nassert f() == 1"),
        "More text.",
        "**Question 2**\n\n```\nBEGIN QUESTION\nname: q2\nmanual: true\n```",
        "**SOLUTION:** Mint.",
    )
    assert list(records) == ["q1", "test_q1_1", "test_q1_2", "q2"] and by_hand == []
    assert records["test_q1_2"] == ("### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS", 0.5)
    assert records["q2"][0] == "### BEGIN SOLUTION\nMint.\n### END SOLUTION"
    assert [cell.source for cell in found if not cell.record] == ["**Question 1**", "More text.", "**Question 2**"]


def test_other_notebooks_are_not_otters():
    assert not is_otters(v4.new_notebook(cells=[raw("# Title"), v4.new_markdown_cell("```\nBEGIN\n```")]))
