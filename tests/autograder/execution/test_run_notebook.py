"""Real kernels, endless loops and crashes; the limits are small so that cells reach them quickly."""

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


def send(message):
    return f"kernel = get_ipython().kernel\nkernel.send_response(kernel.iopub_socket, {message});"


CELLS = {
    "a value": "x = 1",
    "raises": "1 / 0",
    "after an error": "x + 1",
    "endless": "print('before')\nwhile True: pass",
    "after a loop": "x + 2",
    "prints too much": "print('a' * 5_000_000)",
    "prints little": "print('short')",
    "prints too much and raises": "print('b' * 6000)\n1 / 0",
    "sends an empty stream": send("'stream', {}"),
    "sends an empty error": send("'error', {}"),
    "sends a number as data": send("'display_data', {'data': 7}"),
    "after these": "1 + 1",
    "a progress bar": "for i in range(3):\n    print('\\r%d' % i, end='', flush=True)\nprint()\nprint('end')",
    "tagged": "print('ran')",
    "hides errors": "get_ipython().showtraceback = lambda *a, **k: None",
    "raises unseen": "1 / 0",
}


@pytest.fixture(scope="module")
def one_notebook():
    """(the problems of a run of CELLS, {key: cell}): what no other cell disturbs shares a kernel."""
    executed, cells = run(*CELLS.values(), tags=[list(CELLS).index("tagged")])
    named = dict(zip(CELLS, cells, strict=True))
    return [(list(CELLS)[int(p.split()[1]) - 1], p.split(maxsplit=2)[2]) for p in executed.problems], named


def test_runs_every_cell_though_one_raises(one_notebook):
    problems, cells = one_notebook
    assert [error(cells[key]) for key in ("a value", "raises", "after an error")] == [None, "ZeroDivisionError", None]
    assert text(cells["after an error"]) == "2"
    assert "raises" not in dict(problems)


def test_an_endless_loop_is_interrupted_and_the_kernel_goes_on(one_notebook):
    problems, cells = one_notebook
    assert error(cells["endless"]) == "TimeLimit"
    assert "before" in text(cells["endless"])
    assert text(cells["after a loop"]) == "3"
    assert dict(problems)["endless"] == "did not finish within 1 s"


def test_output_beyond_the_limit_is_cut_per_cell_and_says_so(one_notebook):
    problems, cells = one_notebook
    assert len(text(cells["prints too much"])) < 5200
    assert "output cut here" in text(cells["prints too much"])
    assert text(cells["prints little"]) == "short\n"
    assert error(cells["prints too much and raises"]) == "ZeroDivisionError"
    said = [key for key, problem in problems if problem.startswith("printed")]
    assert said == ["prints too much", "prints too much and raises"]


@pytest.mark.parametrize("message", ["sends an empty stream", "sends an empty error", "sends a number as data"])
def test_a_malformed_message_is_dropped_and_the_rest_of_the_notebook_runs(one_notebook, message):
    problems, cells = one_notebook
    assert cells[message].outputs == [] and text(cells["after these"]) == "2"
    assert [p for key, p in problems if key == message] == ["sent an output that does not have Jupyter's format"]


def test_what_one_stream_prints_is_one_output_and_a_progress_bar_its_last_state(one_notebook):
    _, cells = one_notebook
    assert [(o.name, o.text) for o in cells["a progress bar"].outputs] == [("stdout", "2\nend\n")]


def test_an_error_that_is_not_shown_is_an_error(one_notebook):
    assert error(one_notebook[1]["raises unseen"]) == "ZeroDivisionError"


SLEEP, EXIT = "import time\ntime.sleep(600)", "import os\nos._exit(1)"
ADDED = {}


def answer(exercise):
    return {"grade_id": exercise, "solution": True, "grade": False}


def test_of(exercise, which=""):
    return {"grade_id": f"test_{exercise}{which}", "solution": False, "grade": True}


test_of.__test__ = False
ANSWER, TEST = answer("one"), test_of("one")


def run_with(*cells, limits):
    """Run cells given as (record, source)."""
    return run(*[source for _, source in cells], records=[record for record, _ in cells], limits=limits)


def test_only_what_hangs_takes_time_from_the_tests_after_it_and_only_from_those_of_its_exercise():
    nap = "import time\ntime.sleep(1.4)"
    executed, cells = run_with(
        (answer("one"), "pass"), (test_of("one"), SLEEP), (test_of("one", "_b"), nap),
        (answer("two"), "pass"), (ADDED, SLEEP), (test_of("two"), nap),
        (answer("three"), SLEEP), (test_of("three"), "import time\ntime.sleep(0.8)"),
        limits=Limits(cell_seconds=2, notebook_seconds=60),
    )  # fmt: skip
    assert [error(cell) for cell in cells] == [
        None, "TimeLimit", "TimeLimit",
        None, "TimeLimit", None,
        "TimeLimit", None,
    ]  # fmt: skip
    assert executed.problems[1] == "the cell 'test_one_b' did not finish within 1 s"


def test_a_kernel_that_dies_or_ignores_the_interrupt_is_replaced_and_brought_up_to_date():
    deaf = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(1)"
    executed, cells = run("x = 1", EXIT, "x += 1", deaf, "exit()", "x += 1", "x")
    assert [error(cell) for cell in cells] == [None, "KernelDied", None, "TimeLimit", "KernelDied", None, None]
    assert text(cells[-1]) == "3"
    assert len(executed.problems) == 3


def test_a_notebook_whose_kernel_keeps_dying_is_given_up_and_the_rest_cannot_score():
    executed, cells = run(*[EXIT] * 5, "1", records=[ANSWER] * 5)
    assert {error(cell) for cell in cells} == {"KernelDied"}
    assert "were not run" in executed.problems[-1]


def test_the_cells_of_the_course_have_a_time_limit_together():
    limits = Limits(cell_seconds=30, notebook_seconds=1)
    executed, cells = run_with((ANSWER, SLEEP), (TEST, "1"), ({}, "2"), limits=limits)
    assert [error(cell) for cell in cells] == ["TimeLimit"] * 3
    assert executed.problems[1] == "the notebook used up its 1 s; the cell 'test_one' and those after it were not run"


def test_added_cells_have_a_time_of_their_own_together_and_the_short_ones_run_when_it_is_over():
    limits = Limits(cell_seconds=2, notebook_seconds=3)
    _, cells = run_with((ADDED, SLEEP), (ADDED, SLEEP), (ADDED, "x = 1"), (TEST, "x"), limits=limits)
    assert [error(cell) for cell in cells] == ["TimeLimit", "TimeLimit", None, None]
    assert text(cells[3]) == "1"
    executed, cells = run_with(*[(ADDED, SLEEP)] * 5, (TEST, "1"), limits=limits)
    assert [error(cell) for cell in cells] == ["TimeLimit"] * 5 + [None]
    assert executed.problems[-1] == "the added cells used up their 3 s; cell 5 and added ones after it were not run"


def test_added_cells_that_end_the_kernel_again_and_again_cost_no_test():
    executed, cells = run("x = 1", *[EXIT] * 6, "x", records=[ANSWER, *[ADDED] * 6, TEST])
    assert [error(cell) for cell in cells] == [None, *["KernelDied"] * 6, None]
    assert text(cells[-1]) == "1"
    assert "the added cells ended the kernel 4 times; " in executed.problems[-1]


def test_all_cells_together_keep_twenty_cells_worth_of_output():
    executed, cells = run(*["print('a' * 4500)"] * 30)
    assert sum(len(text(cell)) for cell in cells) < 20 * 5000 + 10 * 100
    assert "output cut here" in text(cells[-1]) and "output cut here" not in text(cells[19])


def test_one_line_of_megabytes_takes_no_longer_than_many_lines():
    limits = Limits(cell_seconds=60, notebook_seconds=60)
    executed, cells = run("print('x' * 50_000_000)", "print('x' * 900_000)", limits=limits)
    assert "output cut here" in text(cells[0])
    assert text(cells[1]) == "x" * 900_000 + "\n"
    assert [error(cell) for cell in cells] == [None, None]


def test_the_job_gives_environment_and_module_path_and_may_run_tagged_cells(tmp_path, monkeypatch, one_notebook):
    monkeypatch.setenv("SECRET_TOKEN", "1234")
    (tmp_path / "cs231n_lib").mkdir()
    (tmp_path / "cs231n_lib" / "__init__.py").write_text("WHICH = 'edition'")
    show = "import os\nprint('SECRET_TOKEN' in os.environ, os.environ.get('GIVEN'), len(os.listdir()))"
    env = {"PATH": "/usr/bin:/bin", "GIVEN": "yes"}
    sources = show, "import cs231n_lib\ncs231n_lib.WHICH", CELLS["tagged"]
    _, cells = run(*sources, tags=[2], skip_tagged=False, env=env, pythonpath=(str(tmp_path),))
    assert [text(cell) for cell in cells] == ["False yes 0\n", "'edition'", "ran\n"]
    assert text(one_notebook[1]["tagged"]) == ""


def test_the_folder_is_the_jobs_and_nothing_in_it_stands_in_for_what_starts_the_kernel(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "1234")
    for module in ("ipykernel_launcher", "numpy"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('shadowed')")
    show = "import os\nprint('SECRET_TOKEN' in os.environ, sorted(os.listdir()))"
    _, [cell] = run(show, cwd=str(tmp_path))
    assert text(cell) == "True ['ipykernel_launcher.py', 'numpy.py']\n"
