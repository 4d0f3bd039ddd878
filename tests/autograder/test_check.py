"""What `cs231n check` tells a student."""

import json
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder import check as check_module
from autograder.check import check
from autograder.errors import KitError
from autograder.notebook.built_metadata import named_limits
from autograder.notebook.cell_record import compute_checksum, record_of
from autograder.notebook.job import CellResult, Executed
from autograder.notebook.limits import Limits
from autograder.python_processes import nothing_from_here


def cell(source, grade_id, make=new_code_cell, **record):
    made = make(source)
    flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    made.metadata["nbgrader"] = {"grade_id": grade_id, **flags, **record}
    if record.get("released", True):
        made.metadata["nbgrader"]["checksum"] = compute_checksum(made, record_of(made))
    return made


def solution(source, grade_id):
    return cell(source, grade_id, solution=True)


def test(source, grade_id, points=2):
    return cell(source, grade_id, grade=True, locked=True, points=points)


test.__test__ = False  # "test" in nbgrader's sense, not pytest's


@pytest.fixture
def unrun(monkeypatch):
    """For what `check` finds in the file itself: no kernel starts, and every code cell ends without an output."""

    def run(job, progress):
        cells = nbformat.reads(job.notebook, as_version=4).cells
        for done in range(len(cells)):
            progress(done, len(cells))
        return Executed(tuple(CellResult() if cell.cell_type == "code" else None for cell in cells), 0.0)

    monkeypatch.setattr("autograder.execution.run_notebook.run_notebook", run)


@pytest.fixture
def checked(tmp_path):
    def run(*cells, **metadata):
        path = tmp_path / "work.ipynb"
        nbformat.write(new_notebook(cells=list(cells), metadata=metadata), path)
        return check(path)

    return run


@pytest.mark.slow
def test_what_the_notebook_explains_about_an_error_is_told(checked):
    found = checked(
        cell("from cs231n_lib.notebooks import errors\nerrors.explain()\nimport numpy as np", "setup", locked=True),
        solution("def double(x):\n    y = 2 * x\n    return y + np.ones(3)", "double"),
        test("double(np.ones((2, 4)))", "test_double"),
    )
    problem = found.exercises[0].problems[0].splitlines()
    assert problem[0].startswith("test_double: ValueError: operands could not be broadcast together with shapes (2,4)")
    assert [line.strip() for line in problem[1:4]] == [
        "In double, line 3:  return y + np.ones(3)",
        "It was called as double(x=<float64 array of shape (2, 4)>).",
        "Likely mistake: the shapes of two arrays do not fit each other in that line. [exceptions.shapes_do_not_fit]",
    ]
    assert problem[4].strip().startswith("Look at: ")


@pytest.mark.slow
def test_each_state_of_an_exercise(checked):
    found = checked(
        cell("class CheckFailed(AssertionError):\n    pass", "setup", locked=True),
        solution("def done():\n    return 1", "done"),
        test("assert done() == 1", "test_done_a", 2),
        test("raise CheckFailed('the value: expected 2\\nbut got 1')", "test_done_b", 3),
        solution("def stub():\n    raise NotImplementedError('exercise stub: write your code here')", "stub"),
        test("stub()", "test_stub"),
        solution("def wrong(x):\n    y = x + 1\n    return helper(y)\n\ndef helper(y):\n    return y[10]", "wrong"),
        test("wrong(1)", "test_wrong"),
        solution("def broken(:", "broken"),
        test("broken()", "test_broken"),
        solution("def right():\n    return 1", "right"),
        test("right()", "test_right", 4),
    )
    done, stub, wrong, broken, right = found.exercises
    assert (done.state, done.passed, done.checks, done.points, done.max_points) == ("failed", 1, 2, 2, 5)
    assert done.problems == ["test_done_b: the value: expected 2\n  but got 1"]
    assert (stub.state, stub.problems) == ("not started", [])
    assert "TypeError: 'int' object is not subscriptable" in wrong.problems[0]
    assert "line 6 of the cell wrong: return y[10]" in wrong.problems[0]
    assert broken.problems[0].startswith("the cell does not run: SyntaxError: invalid syntax\n")
    assert "line 1 of the cell broken: def broken(:" in broken.problems[0]
    assert right.state == "passed"
    assert not found.ok


def test_syntax_of_another_python_is_named_with_the_version_that_runs_here():
    line, message = "print 'x'", "Missing parentheses in call to 'print'. Did you mean print(...)?"
    broken = solution(line, "old")
    broken.outputs = [new_output("error", ename="SyntaxError", evalue=message, traceback=[f"    {line}", message])]
    here = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    said = check_module._own_error(new_notebook(cells=[broken]), "old")
    assert said.endswith(f"this uses syntax of Python 2 (print or exec without parentheses), but this is {here}")


@pytest.mark.usefixtures("unrun")
def test_all_passed_is_ok_though_questions_are_open(checked):
    found = checked(
        solution("x = 1", "x"),
        test("assert x == 1", "test_x"),
        cell("YOUR ANSWER HERE", "question", new_markdown_cell, grade=True, solution=True, points=3),
    )
    assert found.ok
    assert found.questions == {"question": False}


@pytest.mark.usefixtures("unrun")
def test_an_answered_question(checked):
    question = cell("YOUR ANSWER HERE", "question", new_markdown_cell, grade=True, solution=True, points=3)
    question.source = "Because of the triangle inequality."
    assert checked(test("pass", "test_x"), question).questions == {"question": True}


@pytest.mark.slow
def test_the_limits_are_those_that_the_notebook_names_and_what_it_cannot_have_in_grading_is_said(checked):
    limits = {"cell_seconds": 1, "notebook_seconds": 60, "output_bytes": 5000, "memory_bytes": 1_000_000}
    found = checked(
        solution("import time\ndef f():\n    time.sleep(600)", "f"), test("f()", "test_f"), cs231n={"limits": limits}
    )
    assert found.exercises[0].problems[0].startswith("test_f: did not finish within 1 s")
    assert found.warning == ""
    (problem,) = found.problems
    assert problem.startswith("the notebook used ") and problem.endswith(" of memory; the grader allows 1 MB")


@pytest.mark.slow
def test_a_notebook_that_names_no_limits_gets_a_warning_with_its_slowest_cell(checked):
    warning = checked(solution("x = 1", "x"), test("import time\ntime.sleep(1)", "test_x")).warning
    assert "does not state the grader's time limit, so each cell could run for 60 s here" in warning
    assert "the slowest, the cell 'test_x', took " in warning


def test_a_release_names_the_limits_of_its_course(tiny):
    released = nbformat.read(tiny.release("sums") / "adding.ipynb", as_version=4)
    assert named_limits(released) == Limits(cell_seconds=3, notebook_seconds=30, output_bytes=2000)


@pytest.mark.usefixtures("unrun")
def test_locked_cells_that_were_changed_are_named(checked):
    same, changed = test("assert 1 == 1", "test_same"), test("assert 1 == 2", "test_changed")
    changed.source = "pass"
    assert checked(same, changed).changed == ["test_changed"]


@pytest.fixture
def handed_out(tiny, tmp_path):
    """handed_out(change) checks the released `adding`, solved and then changed by `change(cells by id, cells)`."""

    def run(change):
        notebook = nbformat.read(tiny.release("sums") / "adding.ipynb", as_version=4)
        by_id = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
        by_id["add"].source = "def add(a, b):\n    return a + b"
        by_id["double"].source = "def double(a):\n    return 2 * a"
        change(by_id, notebook.cells)
        nbformat.write(notebook, tmp_path / "adding.ipynb")
        return check(tmp_path / "adding.ipynb")

    return run


@pytest.mark.usefixtures("unrun")
def test_graded_cells_that_were_deleted_are_named(handed_out):
    found = handed_out(lambda by_id, cells: [cells.remove(by_id[name]) for name in ("test_double", "question_why")])
    assert found.missing == {"test_double": 3, "question_why": 5}
    assert [exercise.state for exercise in found.exercises] == ["passed"] and not found.ok


@pytest.mark.usefixtures("unrun")
def test_a_test_that_was_renamed_or_lost_its_record_is_missing(handed_out):
    def change(by_id, cells):
        by_id["test_add_small"].metadata.nbgrader["grade_id"] = "mine"
        by_id["test_double"].metadata.clear()

    assert handed_out(change).missing == {"test_add_small": 2, "test_double": 3}


@pytest.mark.usefixtures("unrun")
def test_where_every_test_was_deleted_that_is_said(handed_out):
    found = handed_out(lambda by_id, cells: [cells.remove(by_id[name]) for name in ("test_add_small", "test_double")])
    assert found.missing == {"test_add_small": 2, "test_double": 3} and not found.ok


@pytest.mark.slow
def test_nothing_is_missing_from_a_whole_notebook(handed_out):
    found = handed_out(lambda by_id, cells: None)
    assert found.missing == {} and found.ok


@pytest.mark.usefixtures("unrun")
@pytest.mark.parametrize("noted", [None, [], {"graded_cells": 3}, {"graded_cells": {"x": "many"}}])
def test_what_a_student_wrote_in_the_place_of_the_list_is_no_list(tmp_path, noted):
    notebook = new_notebook(cells=[test("pass", "test_x")], metadata={"cs231n": noted})
    nbformat.write(notebook, tmp_path / "work.ipynb")
    assert check(tmp_path / "work.ipynb").missing == {}


@pytest.mark.slow
def test_a_partly_written_exercise_is_not_called_not_started(checked):
    found = checked(
        solution("def f(x):\n    if x: return 0\n    raise NotImplementedError('exercise f: write ...')", "f"),
        test("f(0)", "test_f_a"),
        test("assert f(1) == 1, 'f(1) is 1'", "test_f_b"),
    )
    assert found.exercises[0].state == "failed"


@pytest.mark.slow
def test_long_cells_are_not_run(checked):
    long = cell("raise SystemExit", "demo", locked=True)
    long.metadata.tags = ["skip-execution"]
    assert checked(long, test("pass", "test_x")).ok


@pytest.mark.slow
def test_a_kernel_that_dies_is_told_once_and_the_rest_goes_on(checked):
    found = checked(
        solution("import os\ndef f():\n    os._exit(1)", "f"),
        test("f()", "test_f"),
        solution("def g():\n    return 1", "g"),
        test("assert g() == 1", "test_g"),
    )
    f, g = found.exercises
    assert f.problems == ["test_f: ended its kernel (out of memory, a crash, or exit?)"]
    assert g.state == "passed" and found.problems == []


@pytest.mark.slow
def test_it_runs_in_the_notebooks_folder_and_leaves_the_file_alone(tmp_path):
    (tmp_path / "data.txt").write_text("42")
    path = tmp_path / "work.ipynb"
    nbformat.write(new_notebook(cells=[test("assert open('data.txt').read() == '42'", "test_x")]), path)
    before = path.read_bytes()
    assert check(path).ok
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data.txt", "work.ipynb"]


@pytest.mark.slow
def test_cells_import_what_lies_beside_the_notebook_as_they_do_in_jupyter(checked, tmp_path):
    (tmp_path / "pre.py").write_text("helper = 3")
    (tmp_path / "nbformat.py").write_text("own = 4")  # takes precedence over an installed package
    (tmp_path / "queue.py").write_text("raise SystemExit")  # the standard library's queue takes precedence
    program = "import subprocess, sys\nsaid = subprocess.run([sys.executable, 'program.py'], capture_output=True)"
    (tmp_path / "program.py").write_text("import pre, sys; print(pre.helper, sys.flags.safe_path)")
    imports = "from pre import helper\nfrom nbformat import own\nimport queue"
    with nothing_from_here():  # like the command
        found = checked(
            solution(imports, "f"), solution(program, "g"),
            test("assert helper + own == 7 and queue.Queue", "test_f"),
            test("assert said.stdout.split() == [b'3', b'False'], said", "test_g"),
        )  # fmt: skip
    assert found.ok, found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"print('hello')", "not valid JSON"),
        (b'{"cells": [', "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[1, 2]", "has no cells"),
        (b'{"name": "package.json"}', "has no cells"),
        (b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "cannot be read|can be read"),
        (b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "no checks"),
        (b'{"worksheets": [], "nbformat": 3, "nbformat_minor": 0, "metadata": {}}', "no checks"),
    ],
)
def test_a_file_that_is_no_exercise_notebook(tmp_path, content, message):
    path = tmp_path / "work.ipynb"
    path.write_bytes(content)
    with pytest.raises(KitError, match=message):
        check(path)


def test_a_record_that_nobody_can_read_is_no_test(tmp_path):
    strange = [new_code_cell("1", metadata={"nbgrader": record}) for record in ("x", {}, {"grade_id": 3, "grade": 1})]
    strange.append(new_code_cell("1", metadata={"nbgrader": {"grade_id": "a", "grade": True, "points": "many"}}))
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps(new_notebook(cells=strange)))
    with pytest.raises(KitError, match="no checks"):
        check(path)


def test_a_missing_file_names_the_notebooks_there_are(tmp_path):
    (tmp_path / "knn.ipynb").write_text("{}")
    with pytest.raises(KitError, match="does not exist.") as caught:
        check(tmp_path / "nkk.ipynb")
    assert "knn.ipynb" in caught.value.hint


def test_a_folder_is_no_notebook(tmp_path):
    with pytest.raises(KitError, match="is a folder"):
        check(tmp_path)


def test_the_ending_may_be_left_out(tmp_path):
    (tmp_path / "knn.ipynb").write_text("{}")
    assert check_module.find_notebook(tmp_path / "knn") == tmp_path / "knn.ipynb"


@pytest.mark.slow
def test_a_released_notebook_is_unchanged_and_not_started(tiny):
    found = check(tiny.release("sums") / "adding.ipynb")
    assert found.changed == []
    assert found.questions == {"question_why": False}
    assert {exercise.state for exercise in found.exercises} == {"not started"}


@pytest.mark.slow
def test_shell_commands_do_not_run_and_are_named(checked, tmp_path):
    asked = "!touch {path}\n%pip install -q x\n!touch {path}\nimport math".format(path=tmp_path / "made")
    found = checked(solution(f"{asked}\ndef f():\n    return math.pi", "f"), test("assert f() > 3", "test_f"))
    assert found.ok and found.not_run == [f"touch {tmp_path / 'made'}", "pip install -q x"]
    assert not (tmp_path / "made").exists()


def test_check_needs_no_nbgrader(tiny):
    notebook = str(tiny.release("sums") / "adding.ipynb")
    code = f"""
import sys
sys.modules["nbgrader"] = sys.modules["jupytext"] = None  # as where they are not installed
from autograder.cli.command import main
main(["check", {notebook!r}])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "not started" in done.stdout and done.stderr == ""
