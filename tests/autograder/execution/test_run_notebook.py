"""Real kernels, endless loops and crashes; the limits are small so that cells reach them quickly."""

import time

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from small_notebooks import executed_cells

from autograder.notebook.limits import Limits

pytestmark = pytest.mark.slow

LIMITS = Limits(cell_seconds=1, notebook_seconds=60, output_bytes=5000)


def run(*sources, limits=LIMITS, tags=(), records=(), **job):
    cells = [new_code_cell(source) for source in sources]
    for cell, record in zip(cells, records, strict=False):
        cell.metadata["nbgrader"] = {"points": 1, **record}
    for index in tags:
        cells[index].metadata["tags"] = ["skip-execution"]
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return executed_cells(new_notebook(cells=cells, metadata={"kernelspec": kernelspec}), limits=limits, **job)


def error(cell):
    return next((o.ename for o in cell.outputs if o.output_type == "error"), None)


def text(cell):
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


def test_runs_every_cell_though_one_raises():
    executed, cells = run("x = 1", "1 / 0", "x + 1")
    assert [error(cell) for cell in cells] == [None, "ZeroDivisionError", None]
    assert text(cells[2]) == "2"
    assert executed.problems == ()


def test_an_endless_loop_is_interrupted_and_the_kernel_goes_on():
    executed, cells = run("x = 1", "print('before')\nwhile True: pass", "x + 1")
    assert error(cells[1]) == "TimeLimit"
    assert "before" in text(cells[1])
    assert text(cells[2]) == "2"
    assert executed.problems == ("cell 2 did not finish within 1 s",)


def test_later_tests_of_an_exercise_that_does_not_return_have_less_time_but_those_of_others_all_of_it():
    nap = "import time\ntime.sleep(1.4)"
    cells = [("one", True, ""), ("test_one", False, "while True: pass"), ("test_one_b", False, nap),
             ("two", True, ""), ("test_two", False, nap)]  # fmt: skip
    sources = [source or "pass" for _, _, source in cells]
    records = [{"grade_id": name, "solution": solution, "grade": not solution} for name, solution, _ in cells]
    executed, cells = run(*sources, limits=Limits(cell_seconds=2, notebook_seconds=60), records=records)
    assert [error(cell) for cell in cells] == [None, "TimeLimit", "TimeLimit", None, None]
    assert executed.problems[1] == "the cell 'test_one_b' did not finish within 1 s"


def test_a_kernel_that_dies_or_ignores_the_interrupt_is_replaced_and_brought_up_to_date():
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    executed, cells = run("x = 1", "import os\nos._exit(1)", "x += 1", deaf, "x")
    assert [error(cell) for cell in cells] == [None, "KernelDied", None, "TimeLimit", None]
    assert text(cells[4]) == "2"
    assert len(executed.problems) == 2


def test_exit_is_charged_to_the_cell_that_calls_it():
    _, cells = run("x = 1", "exit()", "x += 1", "x")
    assert [error(cell) for cell in cells] == [None, "KernelDied", None, None]
    assert text(cells[3]) == "2"


def test_a_notebook_whose_kernel_keeps_dying_is_given_up_and_the_rest_cannot_score():
    executed, cells = run(*["import os\nos._exit(1)"] * 5, "1", records=[ANSWER] * 5)
    assert {error(cell) for cell in cells} == {"KernelDied"}
    assert "were not run" in executed.problems[-1]


SLEEP = "import time\ntime.sleep(600)"
ANSWER, TEST = {"grade_id": "one", "solution": True}, {"grade_id": "test_one", "grade": True}


def test_the_cells_of_the_course_have_a_time_limit_together():
    limits = Limits(cell_seconds=30, notebook_seconds=1)
    executed, cells = run(SLEEP, "1", "2", limits=limits, records=[ANSWER, TEST])
    assert [error(cell) for cell in cells] == ["TimeLimit"] * 3
    assert executed.problems[1] == "the notebook used up its 1 s; the cell 'test_one' and those after it were not run"


def test_added_cells_have_a_time_of_their_own_together_and_the_short_ones_run_when_it_is_over():
    limits = Limits(cell_seconds=3, notebook_seconds=4)
    executed, cells = run(SLEEP, SLEEP, "x = 1", "x", limits=limits, records=[{}, {}, {}, TEST])
    assert [error(cell) for cell in cells] == ["TimeLimit", "TimeLimit", None, None]
    assert text(cells[3]) == "1"
    executed, cells = run(*[SLEEP] * 6, "1", limits=limits, records=[*[{}] * 6, TEST])
    assert [error(cell) for cell in cells] == ["TimeLimit"] * 6 + [None]
    assert executed.problems[-1] == "the added cells used up their 4 s; cell 6 and added ones after it were not run"


def test_an_endless_added_cell_leaves_the_tests_after_it_all_their_time():
    limits, nap = Limits(cell_seconds=1.5, notebook_seconds=60), "import time\ntime.sleep(0.8)"
    _, cells = run("pass", "while True: pass", nap, limits=limits, records=[ANSWER, {}, TEST])
    assert [error(cell) for cell in cells] == [None, "TimeLimit", None]
    _, cells = run("while True: pass", nap, limits=limits, records=[ANSWER, TEST])
    assert [error(cell) for cell in cells] == ["TimeLimit", None]


def test_added_cells_that_end_the_kernel_again_and_again_cost_no_test():
    exit_ = "import os\nos._exit(1)"
    executed, cells = run("x = 1", *[exit_] * 6, "x", records=[ANSWER, *[{}] * 6, TEST])
    assert [error(cell) for cell in cells] == [None, *["KernelDied"] * 6, None]
    assert text(cells[-1]) == "1"
    assert "the added cells ended the kernel 4 times; " in executed.problems[-1]


def test_output_beyond_the_limit_is_cut_per_cell_and_says_so():
    executed, cells = run("print('a' * 5_000_000)", "print('short')", "print('b' * 6000)\n1 / 0")
    assert len(text(cells[0])) < 5200
    assert "output cut here" in text(cells[0])
    assert text(cells[1]) == "short\n"
    assert error(cells[2]) == "ZeroDivisionError"
    assert [p.split(" printed")[0] for p in executed.problems] == ["cell 1", "cell 3"]


def test_all_cells_together_keep_twenty_cells_worth_of_output():
    executed, cells = run(*["print('a' * 4500)"] * 30)
    assert sum(len(text(cell)) for cell in cells) < 20 * 5000 + 10 * 100
    assert "output cut here" in text(cells[-1]) and "output cut here" not in text(cells[19])


def test_one_line_of_megabytes_takes_no_longer_than_many_lines():
    limits = Limits(cell_seconds=60, notebook_seconds=60)
    start = time.monotonic()
    _, cells = run("print('x' * 50_000_000)", limits=limits)
    assert "output cut here" in text(cells[0])
    _, cells = run("print('x' * 900_000)", limits=limits)
    assert text(cells[0]) == "x" * 900_000 + "\n"
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("message", ["'stream', {}", "'error', {}", "'display_data', {'data': 7}"])
def test_a_malformed_message_is_dropped_and_the_rest_of_the_notebook_runs(message):
    send = f"kernel = get_ipython().kernel\nkernel.send_response(kernel.iopub_socket, {message})"
    executed, cells = run(send, "1 + 1")
    assert text(cells[1]) == "2"
    assert executed.problems == ("cell 1 sent an output that does not have Jupyter's format",)


def test_what_one_stream_prints_is_one_output_and_a_progress_bar_its_last_state():
    show = "import sys\nfor i in range(3):\n    print('\\r%d' % i, end='', flush=True)\nprint()\nprint('end')"
    _, [cell] = run(show)
    assert [(o.name, o.text) for o in cell.outputs] == [("stdout", "2\nend\n")]


def test_cells_tagged_skip_execution_run_only_when_asked():
    _, cells = run("print('ran')", tags=[0])
    assert text(cells[0]) == ""
    _, cells = run("print('ran')", tags=[0], skip_tagged=False)
    assert text(cells[0]) == "ran\n"


def test_an_error_that_is_not_shown_is_an_error():
    hide = "get_ipython().showtraceback = lambda *a, **k: None"
    _, cells = run(hide, "1 / 0")
    assert error(cells[1]) == "ZeroDivisionError"


def test_the_environment_and_the_folder_are_those_of_the_job(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "1234")
    show = "import os\nprint('SECRET_TOKEN' in os.environ, os.environ.get('GIVEN'), len(os.listdir()))"
    _, cells = run(show, env={"PATH": "/usr/bin:/bin", "GIVEN": "yes"})
    assert text(cells[0]) == "False yes 0\n"
    (tmp_path / "beside.txt").write_text("")
    _, cells = run(show, cwd=str(tmp_path))
    assert text(cells[0]) == "True None 1\n"


def test_pythonpath_goes_in_front(tmp_path):
    (tmp_path / "cs231n_lib").mkdir()
    (tmp_path / "cs231n_lib" / "__init__.py").write_text("WHICH = 'edition'")
    _, cells = run("import cs231n_lib\ncs231n_lib.WHICH", pythonpath=(str(tmp_path),))
    assert text(cells[0]) == "'edition'"


@pytest.mark.parametrize("module", ["ipykernel_launcher", "numpy"])
def test_a_module_in_the_working_folder_does_not_stand_in_for_what_starts_the_kernel(tmp_path, module):
    (tmp_path / f"{module}.py").write_text("raise SystemExit('shadowed')")
    _, cells = run("1 + 1", cwd=str(tmp_path))
    assert text(cells[0]) == "2"
