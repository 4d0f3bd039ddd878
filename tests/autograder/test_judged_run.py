"""Notebooks whose tests run in a judge: what the student's code can do to their outcome, and what is said of it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.course import Limits
from autograder.execute import execute
from autograder.job import Job

LIMITS = Limits(cell_seconds=4, notebook_seconds=60, output_bytes=10_000)


def student(source, name=None):
    cell = new_code_cell(source)
    if name:
        cell.metadata["nbgrader"] = {"grade_id": name, "solution": True, "grade": False}
    return cell


def instructor(source, name="setup", tags=()):
    record = {"grade_id": name, "solution": False, "grade": False, "locked": True}
    return new_code_cell(source, metadata={"nbgrader": record, "tags": list(tags)})


def test_cell(source, name="test"):
    record = {"grade_id": name, "solution": False, "grade": True, "locked": True, "points": 1}
    return new_code_cell(source, metadata={"nbgrader": record})


test_cell.__test__ = False


def run(*cells, isolation="process", limits=LIMITS, **job):
    notebook = nbformat.writes(new_notebook(cells=list(cells)))
    env = {"PATH": "/usr/bin:/bin"}
    executed = execute(Job(notebook, limits=limits, isolation=isolation, env=env, **job))
    return executed, nbformat.reads(executed.notebook, as_version=4).cells


def error(cell):
    return next((f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"), None)


def text(cell):
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


def test_a_test_meets_the_values_of_the_student_s_functions_and_variables():
    executed, cells = run(
        instructor("import numpy as np\ndef total(f, x):\n    return f(x).sum()"),
        student("import numpy as np\nscale = 3\ndef times(x):\n    return scale * x", "times"),
        instructor("tripled = times(np.ones(2))", "use"),
        test_cell("assert total(times, np.arange(3)) == 9 and scale == 3"),
        test_cell("assert list(tripled) == [3, 3]\nprint('right')", "test_more"),
    )
    assert [error(cell) for cell in cells] == [None] * 5
    assert text(cells[4]) == "right\n"
    assert executed.problems == ()


@pytest.mark.parametrize(
    "trick",
    [
        "import numpy\nnumpy.allclose = lambda *a: True",
        "import builtins\nbuiltins.abs = lambda x: 0",
        "class Yes(float):\n    __eq__ = __lt__ = lambda *a: True\ndef half(x):\n    return Yes(7)",
        "get_ipython().run_cell = lambda *a, **k: None",
        "import sys\nsys.modules['numpy'] = None",
        "def check(x):\n    pass",
        "import _cs231n_agent, sys\nsys.modules.clear()",
        "get_ipython().ast_transformers.append(type('T', (), {'visit': lambda s, t: t.body.clear() or t})())",
    ],
    ids=["numpy", "builtins", "float", "shell", "modules", "helper", "agent", "transformer"],
)
def test_what_is_patched_in_the_student_s_kernel_decides_nothing(trick):
    _, cells = run(
        instructor("import numpy as np\ndef check(x):\n    assert abs(x - 1) < 1e-9 and np.allclose(x, 1), x"),
        student("def half(x):\n    return 7.0\n" + trick, "half"),
        test_cell("check(half(2.0))"),
    )
    assert error(cells[2])


def test_what_student_code_prints_and_warns_is_shown_and_costs_nothing():
    noisy = "import sys, warnings\ndef f():\n    print('seen')\n    sys.stderr.write('also')\n    warnings.warn('hm')"
    executed, cells = run(student(noisy, "f"), test_cell("f()\nprint('done')"))
    printed = [output for output in cells[1].outputs if output.output_type == "stream"]
    assert "seen" in text(cells[1]) and "also" in text(cells[1]) and text(cells[1]).endswith("done\n")
    assert {output.name for output in printed} == {"stdout"}
    assert error(cells[1]) is None and executed.problems == ()


def test_a_result_that_the_student_s_kernel_shows_is_no_partial_credit():
    show = (
        "def f():\n    kernel = get_ipython().kernel\n"
        "    content = {'data': {'text/plain': '99'}, 'metadata': {}, 'execution_count': 1}\n"
        "    kernel.send_response(kernel.iopub_socket, 'execute_result', content)\n    return 2"
    )
    _, cells = run(student(show, "f"), test_cell("f() / 4"))
    results = [output for output in cells[1].outputs if output.output_type == "execute_result"]
    assert [result.data["text/plain"] for result in results] == ["0.5"]


def test_an_output_of_a_test_cannot_be_changed_later():
    change = (
        "from IPython.display import display, update_display\n"
        "def f():\n    display(1, display_id='x')\n    return 2\n"
        "def g():\n    update_display('forged', display_id='x')"
    )
    _, cells = run(student(change, "f"), test_cell("f() / 4"), test_cell("g()", "test_g"))
    assert "forged" not in text(cells[1])
    assert text(cells[1]).endswith("0.5")


def test_a_call_that_does_not_return_is_said_and_costs_that_test_only():
    executed, cells = run(
        student("def f():\n    while True: pass\ndef g():\n    return 1", "f"),
        test_cell("f()", "test_f"),
        test_cell("f()", "test_f_again"),
        student("pass", "g"),
        test_cell("assert g() == 1", "test_g"),
    )
    assert error(cells[1]) == "StudentTimeout: your f did not return within 4 s"
    assert error(cells[2]) == "StudentTimeout: your f did not return within 1 s"
    assert error(cells[4]) is None


def test_a_kernel_that_dies_in_a_call_is_replaced_and_brought_up_to_date():
    executed, cells = run(
        instructor("import math\nroot = math.sqrt(9)"),
        student("import os\nnumber = 1\ndef f():\n    print('last', flush=True)\n    os._exit(3)", "f"),
        test_cell("assert f() is None", "test_f"),
        student("number += 1", "g"),
        test_cell("assert (number, root) == (2, 3)", "test_g"),
    )
    assert error(cells[2]).startswith("KernelDied: your f ended its kernel")
    assert error(cells[4]) is None
    assert executed.problems == (error(cells[2]).partition(": ")[2],)


def test_a_call_that_cannot_be_interrupted_ends_the_kernel_but_not_the_notebook():
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ndef f():\n    while True: pass"
    _, cells = run(student(deaf), test_cell("f()", "test_f"), student("x = 1", "g"), test_cell("assert x", "test_g"))
    assert error(cells[1]) == "StudentTimeout: your f did not return within 4 s"
    assert error(cells[3]) is None


def test_a_test_that_goes_on_for_ever_by_itself_is_ended():
    _, cells = run(student("x = 1", "x"), test_cell("while x: pass"), test_cell("assert x == 1", "test_x"))
    assert error(cells[1])
    assert error(cells[2]) is None


def test_a_failing_cell_of_the_instructor_s_leaves_its_names_to_nobody():
    _, cells = run(
        student("def ready():\n    raise OSError('no')\ndef check(x):\n    pass", "ready"),
        instructor("ready()\ndef check(x):\n    assert x == 2", "helper"),
        test_cell("check(1)"),
    )
    assert error(cells[2]) == "NameError: name 'check' is not defined"


def test_exceptions_of_student_code_arrive_as_themselves_with_its_traceback():
    _, cells = run(student("def f(x):\n    return {}[x]", "f"), test_cell("f('key')"))
    [shown] = [output for output in cells[1].outputs if output.output_type == "error"]
    assert (shown.ename, shown.evalue) == ("KeyError", "'key'")
    assert "return {}[x]" in "\n".join(shown.traceback)


def test_skipped_cells_run_in_neither():
    _, cells = run(instructor("x = 1", tags=["skip-execution"]), test_cell("x"))
    assert error(cells[1]) == "NameError: name 'x' is not defined"


def test_the_judge_has_the_instructor_s_files_only():
    read = "import pathlib\nseen = sorted(p.name for p in pathlib.Path().iterdir())"
    _, cells = run(
        instructor(read),
        student(read.replace("seen", "mine")),
        test_cell("print(seen, mine)"),
        files=(("points.csv", b"1,2"), ("more/x.txt", b"")),
        submitted_files=(("numpy.py", b"raise SystemExit"),),
    )
    assert text(cells[2]) == "['more', 'points.csv'] ['more', 'numpy.py', 'points.csv']\n"


def test_running_out_of_memory_in_a_call_is_said():
    limits = Limits(cell_seconds=20, notebook_seconds=60, memory_bytes=1_500_000_000)
    hog = "import numpy as np\ndef f():\n    return np.ones(10**9).sum()"
    executed, cells = run(student(hog, "f"), test_cell("f()"), isolation="sandbox", limits=limits)
    assert "MemoryError" in error(cells[1])
    assert executed.problems == ("the cell 'test': your code ran out of memory (limit 1.5 GB)",)
