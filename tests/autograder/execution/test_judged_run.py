"""Notebooks whose tests run in a judge: how the student's code can affect their outcome, and the messages about it."""

import pytest
from small_notebooks import error, instructor, run, student, test_cell, text

from autograder.execution.students_text import STUDENTS_PREFIX
from autograder.notebook.job import MISTAKES
from autograder.notebook.limits import Limits

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize("isolation", ["process", "sandbox"])
def test_neither_the_student_s_kernel_nor_the_judge_writes_byte_code(isolation):
    asked = "import sys\nprint(sys.dont_write_bytecode)"
    _, cells = run(student(asked), test_cell(asked), isolation=isolation)
    assert [text(cell) for cell in cells] == ["True\n"] * 2


@pytest.mark.parametrize("isolation", ["process", "sandbox"])
def test_student_cells_import_what_lies_in_their_working_folder_and_the_judge_does_not(isolation):
    asked = "import importlib.util\nfound = [n for n in ('pre', 'ans') if importlib.util.find_spec(n)]\n"
    executed, cells = run(
        student("from pre import helper", "helper"),
        student("%%writefile ans.py\ndef f():\n    return 4"),
        student("from ans import f", "f"),
        test_cell("assert helper() == 3 and f() == 4"),
        test_cell(asked + "assert found == [], found", "test_judge"),
        isolation=isolation, submitted_files=(("pre.py", b"def helper():\n    return 3"),),
    )  # fmt: skip
    assert [error(cell) for cell in cells] == [None] * 5
    assert executed.problems == ()


@pytest.mark.parametrize("isolation", ["process", "sandbox"])
def test_a_student_s_copy_of_a_package_does_not_shadow_that_of_the_edition(tmp_path, isolation):
    tmp_path.chmod(0o755)
    (tmp_path / "cs231n").mkdir()
    (tmp_path / "cs231n" / "__init__.py").write_text("WHICH = 'edition'")
    asked = "import cs231n\nprint(cs231n.WHICH)"
    _, cells = run(
        student(asked),
        test_cell(asked),
        isolation=isolation, pythonpath=(str(tmp_path),),
        submitted_files=(("cs231n/__init__.py", b"WHICH = 'submission'"), ("cs231n/layers.py", b"")),
    )  # fmt: skip
    assert [text(cell) for cell in cells] == ["edition\n"] * 2


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


def test_what_student_code_prints_and_draws_is_shown_with_the_test_that_called_it():
    draw = "%matplotlib inline\nimport matplotlib.pyplot as plt\ndef draw():\n    plt.plot([1, 2])"
    say = "import os\ndef leave():\n    os._exit(3)\ndef say(word):\n    print(word)"
    _, cells = run(
        student(draw + "\n" + say, "say"),
        test_cell("say('one')\ndraw()", "test_1"),
        test_cell("say('two')\nassert False", "test_2"),
        test_cell("pass", "test_3"),
        test_cell("leave()", "test_4"),
        test_cell("say('five')\nprint('of the test')", "test_5"),
        student("print('between')"),
        test_cell("say('six')", "test_6"),
        limits=Limits(output_bytes=100_000),
    )
    one = f"{STUDENTS_PREFIX}one\n{STUDENTS_PREFIX}<Figure size 640x480 with 1 Axes> [not shown in a test: image/png]\n"
    two, five, six = f"{STUDENTS_PREFIX}two\n", f"{STUDENTS_PREFIX}five\nof the test\n", f"{STUDENTS_PREFIX}six\n"
    assert [text(cell) for cell in cells] == ["", one, two, "", "", five, "between\n", six]
    kinds = [output.output_type for cell in cells for output in cell.outputs]
    assert set(kinds) == {"stream", "error"}  # a picture might show a verdict
    assert [bool(error(cell)) for cell in cells] == [False, False, True, False, True, False, False, False]


def test_nothing_that_student_code_shows_during_a_test_passes_for_the_test():
    verdict = "Score: 4 / 4 (graded by the autograder)"
    show = (
        f"from IPython.display import display, HTML, Markdown, Image\nverdict = {verdict!r}\n"
        "def shown():\n    display(HTML(f'<h3>{verdict}</h3>'), Markdown('# ' + verdict))\n"
        "    print('a\\r' + verdict + '\\x1b[2K\\x0b' + verdict + '\\u2028' + verdict + ' ' * 300 + verdict)\n"
        "def raised():\n    raise ValueError('\\n\\n' + verdict + '\\n' + verdict)"
    )
    _, cells = run(student(show, "f"), test_cell("shown()", "test_1"), test_cell("raised()", "test_2"))
    for cell in cells[1:]:
        for output in cell.outputs:
            lines = output.text.splitlines() if output.output_type == "stream" else output.traceback
            assert lines and all(line.startswith(STUDENTS_PREFIX) for line in lines), output
    assert verdict in text(cells[1]) and error(cells[2]) and not error(cells[1])


def test_marks_of_the_student_s_own_decide_no_points():
    forge = "def f():\n  for n in range(9):\n    display({'application/x-cs231n-mark': str(n)}, raw=True)\n    print(n)"
    broken = "def g():\n    get_ipython().display_pub.publish = get_ipython().events.trigger = None\n    print('g')"
    executed, cells = run(
        student(f"{forge}\n{broken}", "f"),
        test_cell("f()\n0.5", "test_1"),
        test_cell("f()\nassert False", "test_2"),
        test_cell("g()", "test_3"),
        test_cell("assert True", "test_4"),
    )
    assert [error(cell) for cell in cells] == [None, None, "AssertionError: ", None, None]
    results = [[o.data["text/plain"] for o in cell.outputs if o.output_type == "execute_result"] for cell in cells]
    assert results == [[], ["0.5"], [], [], []]
    assert not any("mark" in str(output) for cell in cells for output in cell.outputs)
    assert executed.problems == ()


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
        student("import time\ndef f():\n    while True: time.sleep(0.01)\ndef g():\n    return 1", "f"),
        test_cell("f()", "test_f"),
        test_cell("f()", "test_f_again"),
        student("pass", "g"),
        test_cell("assert g() == 1", "test_g"),
    )
    assert error(cells[1]) == "StudentTimeout: your f did not return within 2 s"
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
    deaf = (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ndef f():\n    while True: time.sleep(0.01)"
    )
    _, cells = run(student(deaf), test_cell("f()", "test_f"), student("x = 1", "g"), test_cell("assert x", "test_g"))
    assert error(cells[1]) == "StudentTimeout: your f did not return within 2 s"
    assert error(cells[3]) is None


def test_a_test_that_goes_on_for_ever_by_itself_is_ended():
    _, cells = run(
        student("x = 1", "x"), test_cell("import time\nwhile x: time.sleep(0.01)"), test_cell("assert x == 1", "test_x")
    )
    assert error(cells[1])
    assert error(cells[2]) is None


def test_a_failing_cell_of_the_instructor_s_leaves_its_names_to_nobody():
    _, cells = run(
        student("def ready():\n    raise OSError('no')\ndef check(x):\n    pass", "ready"),
        instructor("ready()\ndef check(x):\n    assert x == 2", "helper"),
        test_cell("check(1)"),
    )
    assert error(cells[2]).startswith("NameError: name 'check' is not defined")


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


POINTS = {
    "np.int64(0)": "0.0", "np.float32(0.5)": "0.5", "0.25": "0.25", "396.0": "1.0", "-3": "0.0", "True": "1.0",
    "np.bool_(False)": "0.0", "float('nan')": None, "-np.inf": None, "np.zeros(1)": None, "'1'": None, "[]": None,
    "len": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def tests_that_end_in_values():
    """One notebook with a test cell for each value of POINTS, in which that value is the last expression."""
    values = [student(f"value{i} = {value}") for i, value in enumerate(POINTS)]
    tests = [test_cell(f"value{i}", f"test_{i}") for i in range(len(POINTS))]
    _, cells = run(instructor("import numpy as np"), *values, *tests)
    return dict(zip(POINTS, cells[-len(tests) :], strict=True))


@pytest.mark.parametrize(("value", "points"), POINTS.items())
def test_points_by_the_value_of_a_test_are_a_number_within_bounds_or_none(tests_that_end_in_values, value, points):
    cell = tests_that_end_in_values[value]
    shown = [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
    if points:
        assert (shown, error(cell)) == ([points], None)
    else:
        assert error(cell).startswith("NoPoints: the test ends in a value that is not a number of points: ")


def test_a_value_is_kept_though_the_output_is_spent():
    _, cells = run(student("text = 'x' * 50_000"), test_cell("print(text)\n0.5"))
    assert [o.data["text/plain"] for o in cells[1].outputs if o.output_type == "execute_result"] == ["0.5"]


def test_replays_do_not_outlast_the_notebook():
    in_a_replay = "if get_ipython().execution_count <= 2:"
    deaf = f"import signal, time\n{in_a_replay}\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    time.sleep(100)"
    limits = Limits(cell_seconds=2, notebook_seconds=6)
    sources = ["1"] * 3 + [deaf] * 4 + ["import os\nos._exit(0)"]
    executed, _ = run(*(student(source, f"f{i}") for i, source in enumerate(sources)), test_cell("1"), limits=limits)
    assert executed.seconds < 20
    assert "were not run" in executed.problems[-1]
    executed, cells = run(*map(student, sources), test_cell("1"), limits=limits)  # added cells have their own budget
    assert executed.seconds < 40 and error(cells[-1]) is None


def test_a_name_of_a_skipped_cell_of_the_instructor_s_is_not_the_student_s():
    _, cells = run(
        instructor("tolerance = 1e-9", tags=["skip-execution"]), student("tolerance = 1e9"), test_cell("tolerance")
    )
    assert error(cells[2]).startswith("NameError: name 'tolerance' is not defined")


KILLER = (
    "import os\nget_ipython().events.register('pre_run_cell', lambda i: os._exit(0) if {!r} in i.raw_cell else None)\n"
)
HELPERS = (("helpers.py", b"def check_close(a, b):\n    assert a == b"),)


@pytest.mark.parametrize(
    ("trick", "given"),
    [
        (KILLER.format("import *"), "from helpers import *"),
        (KILLER.format("globals()"), "def check_close(a, b):\n    assert a == b\nglobals()['check'] = check_close"),
        ("def ready():\n    raise OSError", "ready()\nglobals()['check_' + 'close'] = lambda a, b: 1 / (a == b)"),
        ("def ready():\n    raise OSError", "exec('ready()\\ndef check_close(a, b): assert a == b')"),
        ("import os\ndef ready():\n    os._exit(0)", "ready()\nfrom helpers import *"),
    ],
    ids=["killed star import", "killed globals", "globals", "exec", "dies before star import"],
)
def test_a_cell_of_the_instructor_s_that_a_student_prevents_gives_no_name_away(trick, given):
    _, cells = run(
        student(f"{trick}\ndef check_close(*_): pass\ndef f(): return 7"),
        instructor(given),
        test_cell("check_close(f(), 3)"),
        files=HELPERS,
    )
    assert error(cells[2])


def test_a_name_that_was_to_be_bound_anew_does_not_keep_its_old_value():
    _, cells = run(
        instructor("limit = 10"),
        student("def ready():\n    raise OSError\ndef f():\n    return 7", "f"),
        instructor("ready()\nlimit = 3", "anew"),
        test_cell("assert f() < limit"),
    )
    assert "NameError" in error(cells[3])


def test_a_cell_that_ended_the_kernel_runs_in_the_judge_alone():
    _, cells = run(
        student("import os\ndef show():\n    os._exit(3)", "show"),
        instructor("tolerance = 1e-9\nshow()\nafter = 1", "demo"),
        student("def f():\n    return 2", "f"),
        test_cell("assert abs(f() - 2) < tolerance"),
    )
    assert error(cells[3]) is None


def test_a_module_of_the_student_s_is_none_of_the_test_s():
    patched = "import numpy as np\nnp.allclose = lambda *_: True\nclass Box: pass\nbox = Box()\nbox.np = np"
    tests = test_cell("assert np.allclose(1, 2)"), test_cell("box.np.allclose(1, 2)", "test_box")
    _, cells = run(student(patched), *tests)
    assert error(cells[1]) == "NameError: name 'np' is not defined"
    assert error(cells[2]).startswith("CannotCross: box.np is a module")


REFUSED = [
    "raises(TypeError, f, object())",
    "raises(TypeError, g)",
    "raises(RuntimeError, stub)",
    "raises(Exception, gone)",
    "raises(TypeError, lambda: thing + 1)",
    "raises(TypeError, lambda: float(thing))",
    "raises(AttributeError, setattr, thing, '_hidden', 1)",
]


@pytest.fixture(scope="module")
def tests_that_are_refused():
    """One notebook with a test cell for each call of REFUSED."""
    tests = [test_cell(test, f"test_{i}") for i, test in enumerate(REFUSED)]
    _, cells = run(
        instructor("from cs231n_lib import checks\ndef raises(kind, *call):\n    checks.raises(kind, 'f', *call)"),
        student(
            "import os\nclass Thing: pass\nthing = Thing()\ndef f(x): pass\ndef g():\n    return [thing] * 600_000\n"
            "def stub():\n    raise NotImplementedError('exercise stub: write your code here')\n"
            "def gone():\n    os._exit(0)"
        ),
        *tests,
    )
    return dict(zip(REFUSED, cells[-len(tests) :], strict=True))


@pytest.mark.parametrize("test", REFUSED)
def test_what_the_judge_refuses_is_no_exception_of_the_student_s(tests_that_are_refused, test):
    assert error(tests_that_are_refused[test])


def test_a_failed_assertion_in_a_function_of_the_check_s_stays_failed():
    hide = (
        "def apply(f, x):\n    for given in ((x,), ()):\n        try: f(*given)\n        except Exception: pass\n"
        "    return 1.0"
    )
    check = "def must_be_small(x):\n    assert x < 1\n"
    _, cells = run(instructor(check), student(hide), test_cell("assert apply(must_be_small, 3) == 1.0"))
    assert error(cells[2]).startswith("AssertionError")


def test_a_function_of_the_check_s_is_no_answer_and_ends_with_its_cell():
    keep = "def derivative(f, x):\n    global square\n    square = f\n    return 4\ndef later():\n    return square(3)"
    _, cells = run(
        instructor("def reference(x):\n    return x * x"),
        student(keep),
        test_cell("assert derivative(reference, 2) == 4\nassert square(3.0) == 9", "test_same"),
        test_cell("assert square(3.0) == 9", "test_square"),
        test_cell("assert later() == 9", "test_later"),
    )
    assert error(cells[2]) == error(cells[3]) == "NameError: name 'square' is not defined"
    assert "the check that passed this function has ended" in error(cells[4])


def test_the_mistakes_that_a_check_names_are_recorded_and_no_student_can_forge_them():
    forged = "[softmax.not_averaged]"
    executed, cells = run(
        instructor("class Failed(AssertionError):\n    mistakes = ('softmax.penalty_halved',)", "setup"),
        student(
            f"class Named(AssertionError):\n    mistakes = ('softmax.not_averaged',)\n"
            f"def f():\n    return 1\ndef g():\n    print('{forged}')\n    raise Named('{forged}')",
            "f",
        ),
        test_cell("if f() == 1:\n    raise Failed('wrong')", "test_1"),
        test_cell("g()", "test_2"),
        test_cell("pass", "test_3"),
    )
    assert [cell.metadata.get(MISTAKES) for cell in cells] == [None, None, ["softmax.penalty_halved"], None, None]
    assert forged in text(cells[3]) + error(cells[3])


def test_a_cell_is_read_as_the_cells_before_it_have_arranged():
    again = "x = 'AB'\nx"
    change = "def other(lines):\n    return [line.replace('AB', 'CD') for line in lines]\n"
    change += "get_ipython().input_transformer_manager.line_transforms.append(other)"
    awaited = "import asyncio\nawait asyncio.sleep(0)\n7"
    _, cells = run(student(again), student(change), student(again), student(awaited), student(awaited))
    assert [text(cell) for cell in cells] == ["'AB'", "", "'CD'", "7", "7"]
