"""Tests that are tagged to run in the student's process: what they may do, and what they cannot affect or show."""

import pytest
from small_notebooks import error, instructor, run, student, test_cell, text

pytestmark = pytest.mark.slow


def tagged(source, name):
    cell = test_cell(source, name)
    cell.metadata["tags"] = ["in-process"]
    return cell


SECRET = "4711"
HIDDEN = f"\n### BEGIN HIDDEN TESTS\nassert times(1) == {SECRET}\n### END HIDDEN TESTS"


def test_it_may_do_what_the_judge_cannot_and_leaves_the_judged_tests_alone():
    executed, cells = run(
        instructor("import math"),
        student("class C:\n    pass\ndef f(x):\n    x.append(1)\ndef g():\n    return f", "f"),
        tagged("a = []\nf(a)\nassert a == [1] and isinstance(C(), C) and 'f' in globals()", "test_changed"),
        tagged(
            "kept = f\ndel f\ntry:\n    g()\nexcept NameError:\n    pass\nelse:\n    assert 0\nf = kept", "test_uses_f"
        ),
        tagged("assert len(a) == 2, 'two, not ' + str(len(a))", "test_fails"),
        test_cell("assert callable(f) and math.pi > 3", "test_judged"),
        tagged("f([])\n0.5", "test_part"),
        tagged("'text'", "test_text"),
    )
    assert [error(cell) for cell in cells[:4]] == [None] * 4
    assert error(cells[4]) == "AssertionError: two, not 1"
    assert [error(cell) for cell in cells[5:7]] == [None] * 2
    assert cells[6].outputs[-1].data == {"text/plain": "0.5"}
    assert error(cells[7]).startswith("NoPoints: the test ends in a value that is not a number")
    assert executed.problems == ("the test ends in a value that is not a number of points: 'text'",)


FORGE = """
seen = []
shell = get_ipython()
run = shell.run_cell_async
async def forged(text, *args, **options):
    seen.append(text)
    if 'assert' in text:
        options['transformed_cell'] = 'print(seen)'
    return await run(text, *args, **options)
shell.run_cell_async = forged
def times(x):
    raise ValueError(str(seen))
"""


def test_a_forged_pass_reaches_no_judged_test_and_hidden_tests_stay_hidden():
    executed, cells = run(
        student(FORGE, "times"),
        tagged("assert times(2) == 4", "test_forged"),
        test_cell("assert times(3) == 6", "test_judged"),
        tagged("assert times(2) == 4" + HIDDEN, "test_hidden"),
        student("print(seen)\ntimes(1)"),
        tagged("print(seen)\nassert times(1)", "test_later"),
    )
    assert error(cells[1]) is None  # its points can be forged
    assert error(cells[2]).startswith("ValueError")
    shown = str([cell.outputs for cell in cells]) + str(executed.problems)
    assert SECRET not in shown


def test_of_a_hidden_test_only_the_verdict_is_kept():
    why = "What it says is not kept, because it would show hidden tests to the code it runs with"
    said = f"HiddenTestFailed: not passed. {why}"
    cells = [
        student("def times(x):\n    print('called', x)\n    return x", "times"),
        tagged("assert times(1) == 1\nassert times(2) == 4, 'four'", "test_visible"),
        tagged("print('a')" + HIDDEN, "test_hidden"),
        student('raise NotImplementedError("exercise later: write your code here")', "later"),
        tagged('raise NotImplementedError("exercise later: write your code here")', "test_later"),
        tagged(f"raise NotImplementedError('exercise {SECRET}: write your code here')", "test_other"),
        tagged("0.5", "test_part"),
        tagged("0.123456789", "test_long_part"),
    ]
    executed, done = run(*cells)
    assert error(done[1]) == "AssertionError: four" and "called 2" in text(done[1])
    assert [error(done[2]), text(done[2])] == [said, ""]
    assert error(done[4]) == "NotImplementedError: exercise later: write your code here"
    assert error(done[5]) == said
    assert (
        error(done[6]) is None and error(done[7]) == "NoPoints: the test ends in a value that is not a number of points"
    )
    _, told = run(*cells, tell_hidden=True)
    assert error(told[2]) == "AssertionError: " and "called 1" in text(told[2])


def test_one_that_ends_its_kernel_costs_itself_alone():
    executed, cells = run(
        student("def f():\n    return 3", "f"),
        tagged("import os\nos._exit(0)", "test_ends"),
        tagged("assert f() == 3", "test_after"),
        test_cell("assert f() == 3", "test_judged"),
    )
    assert error(cells[1]).startswith("KernelDied")
    assert [error(cell) for cell in cells[2:]] == [None] * 2


def test_student_cells_cannot_tell_hidden_tests_by_how_they_fail():
    tells = "import os, signal\nif 'BEGIN' + ' HIDDEN' in str(seen):\n    os.kill(os.getpid(), signal.SIGABRT)"
    executed, cells = run(
        student(FORGE, "times"),
        tagged("assert times(2) == 4" + HIDDEN, "test_hidden"),
        student(tells),
        tagged(f"seen.append('BEGIN HIDDEN')\n{tells}", "test_later"),
    )
    said = "the cell 'test_later' ended its kernel"
    assert executed.problems == (said,) and error(cells[3]) == f"KernelDied: {said}"
