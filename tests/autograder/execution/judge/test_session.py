"""Judges forked from a real template, each with a real student process at the other end of its channel."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from autograder.execution.judge import session
from autograder.execution.judge.bundle import AGENT_MODULE, serve_code
from autograder.execution.judge.session import JudgeDied, JudgeTemplate, Setting

pytestmark = pytest.mark.slow

CELLS = """
import os, signal, sys, time
import numpy as np

number = 4
os_name = "the student's"

def add(a, b):
    return a + b

def stub():
    raise NotImplementedError("exercise stub: write your code here")

def wrong():
    return [][1]

def fits(x, size):
    return x + [0.0] * size

def sleep(seconds):
    time.sleep(seconds)

def stubborn():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(60)

def leave():
    os._exit(1)

def change(x):
    x += 1
    return x

class ShapeError(ValueError):
    def __init__(self, wanted, got):
        super().__init__(f"{got} is not {wanted}")

def misshapen():
    raise ShapeError(2, 3)

class Secret(Exception):
    pass

def guess():
    raise Secret("was it?")
"""
CONNECT = f"__import__({AGENT_MODULE!r}).connect(int(__import__('sys').argv[1]))"
SERVING = f"""
rounds = 0
while True:
    try:
        rounds += 1
        {serve_code()}
        __import__("_cs231n_agent")._agent.stream.silent()
    except KeyboardInterrupt:
        pass
    except BaseException:  # the judge is gone
        break
"""
ENVIRONMENT = {"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1"}
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, or needs PR_SET_PDEATHSIG")


class _Running:
    """A judge and its student process, for tests without asyncio."""

    def __init__(self, template, warm_students, folder, cells, **setting):
        self.channel, theirs = socket.socketpair()
        with theirs:
            self.student = warm_students.start(f"{CONNECT}\n{cells}\n{SERVING}", folder, theirs)
        given = {
            "cells": ("import numpy",),
            "reserved": frozenset(),
            "student_text": cells,
            "kernel_pid": self.student.pid,
            "home": str(folder),
            "work": str(folder),
            "memory_bytes": 4_000_000_000,
            "output_bytes": 100_000,
            "grace_seconds": 5.0,
        }
        try:
            self.judge = asyncio.run(template.start(Setting(**{**given, **setting}), self.channel))
        except BaseException:
            self.channel.close()
            self.student.end()
            raise

    def run(self, source, seconds=20):
        return asyncio.run(self.judge.run(source, seconds))

    def value(self, source):
        """The text of the cell's last expression."""
        ran = self.run(source)
        assert ran.ok, ran
        (shown,) = ran.outputs
        return shown["data"]["text/plain"]

    def end(self):
        self.judge.end()
        self.student.end()


@pytest.fixture(scope="module")
def template():
    template = JudgeTemplate((), ENVIRONMENT)
    yield template
    template.close()


@pytest.fixture
def start(template, warm_students, tmp_path):
    """start(cells, **setting) starts a judge and a student process that has run these cells."""
    started = []

    def run(cells=CELLS, template=template, **setting):
        started.append(_Running(template, warm_students, tmp_path, cells, **setting))
        return started[-1]

    yield run
    for running in started:
        running.end()


@pytest.fixture
def here(start):
    return start()


def error_of(ran):
    """The error output of a cell that failed."""
    assert not ran.ok
    (error,) = [output for output in ran.outputs if output["output_type"] == "error"]
    return error


def wait_for_end(pid):
    """Wait until the process has ended: it no longer exists or is a zombie."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return
        except OSError:
            return
        time.sleep(0.01)
    raise AssertionError(f"process {pid} goes on")


# --- outputs


def test_outputs_come_in_order(here):
    ran = here.run("""
import sys
print("one")
print("two", file=sys.stderr)
display({"three": 3})
print("four")
add(2, 3)
""")
    kinds = [(o["output_type"], o.get("name"), o.get("text") or o["data"]["text/plain"]) for o in ran.outputs]
    assert kinds == [
        ("stream", "stdout", "one\n"),
        ("stream", "stderr", "two\n"),
        ("display_data", None, "{'three': 3}"),
        ("stream", "stdout", "four\n"),
        ("execute_result", None, "5"),
    ]
    assert ran.ok and ran.lost is None and ran.during is None


def test_the_last_expression_is_the_partial_credit(here):
    assert here.value("points = 0\npoints += 0.5\npoints") == "0.5"
    assert here.run("1.5;").outputs == []


def test_an_error_of_the_cell(here):
    error = error_of(here.run("print('before')\n1 / 0\nprint('after')"))
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert "1 / 0" in re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error["traceback"]))


def test_a_cell_that_is_no_python(here):
    assert error_of(here.run("def"))["ename"] == "SyntaxError"


def test_an_error_that_ipython_only_prints(here):
    assert error_of(here.run("raise ExceptionGroup('two', [ValueError(1), KeyError(2)])"))["ename"] == "ExceptionGroup"


def test_an_error_that_shows_itself(here):
    error = error_of(here.run("from cs231n_lib import checks\nchecks.equal(add(1, 1), 3, 'the sum')"))
    assert error["ename"] == "CheckFailed" and error["traceback"] == error["evalue"].splitlines()


def test_an_error_of_the_student_s(here):
    error = error_of(here.run("wrong()"))
    assert error["ename"] == "IndexError" and "in wrong" in "\n".join(error["traceback"])


def test_an_error_of_the_student_s_is_explained_by_the_judge(here):
    here.run("import numpy as np\nfrom cs231n_lib.notebooks import errors\nerrors.explain()")
    ran = here.run("fits(np.ones((4, 5)), 2)")
    *theirs, called, likely, look_at = error_of(ran)["traceback"]
    assert called == "It was called as fits(<float64 array of shape (4, 5)>, 2)."
    assert likely.endswith("[exceptions.shapes_do_not_fit]") and look_at.startswith("Look at: ")
    assert ran.mistakes == ["exceptions.shapes_do_not_fit"]
    assert theirs and all(line.startswith("student's code") for line in theirs)


def test_a_stub_is_named_as_such(here):
    error = error_of(here.run("from cs231n_lib.notebooks import errors\nerrors.explain()\nstub()"))
    assert error["ename"] == "NotImplementedError" and error["evalue"] == "exercise stub: write your code here"
    assert error["traceback"] == ["NotImplementedError: exercise stub: write your code here"]


def test_pictures_are_drawn_inline(start):
    here = start(cells=("import matplotlib.pyplot",))
    ran = here.run("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\nprint('drawn')")
    printed, picture = ran.outputs
    assert ran.ok and printed["text"] == "drawn\n" and picture["data"]["image/png"].startswith("iVBOR")
    assert here.run("%matplotlib qt\nplt.plot([1, 2]);").outputs[0]["output_type"] == "display_data"


def test_magics_work(here, tmp_path):
    (tmp_path / "below").mkdir()
    ran = here.run("%cd -q below\nfound = !pwd\n%time x = add(1, 1)\nfound, x")
    assert ran.ok and ran.outputs[-1]["data"]["text/plain"] == f"(['{tmp_path}/below'], 2)"


def test_too_much_output_is_cut_but_not_the_error(start):
    here = start(output_bytes=5000)
    ran = here.run("for i in range(100):\n    print('x' * 99)\ndisplay('y' * 2000)\nraise ValueError('z' * 9000)")
    text, error = ran.outputs
    assert text["text"].startswith("x" * 99) and 4000 < text["text"].count("x") < 5000
    assert text["text"].endswith("\n[output cut here: 5,000 bytes of a cell's output are kept]\n")
    assert 1990 < len(error["evalue"]) <= 2000 and max(map(len, error["traceback"])) <= 2000
    assert here.value("1") == "1"


def test_what_is_displayed_can_be_replaced_and_cleared(here):
    ran = here.run("shown = display(1, display_id=True)\nprint('between')\nshown.update(2)")
    assert [o.get("text") or o["data"]["text/plain"] for o in ran.outputs] == ["2", "between\n"]
    ran = here.run("from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)\nprint(2)")
    assert [o["text"] for o in ran.outputs] == ["2\n"]


# --- the origin of names


def test_names_stay_between_cells(here):
    here.run("mine = add(number, 1)\ndef twice():\n    return 2 * add(mine, number)")
    assert here.value("twice()") == "18"


def test_reserved_names_are_not_the_student_s(start):
    here = start(reserved=frozenset({"number", "nobody_has_it"}))
    error = error_of(here.run("number"))
    assert error["ename"] == "NameError" and error["evalue"] == (
        "name 'number' is not defined: the instructor's cells define it too, so the student's value is not used"
    )
    assert error_of(here.run("nobody_has_it"))["evalue"] == "name 'nobody_has_it' is not defined"
    assert here.value("try:\n    number\nexcept NameError as error:\n    name = error.name\nname") == "'number'"


def test_after_a_failed_star_import_no_name_is_the_student_s(here):
    assert here.run("from math import *").ok and here.value("number") == "4"
    error_of(here.run("from nowhere import *"))
    assert error_of(here.run("number"))["ename"] == "NameError"


def test_exit_does_not_end_the_judge(here):
    assert here.run("exit()\nprint('after')").outputs[0]["text"] == "after\n"
    assert error_of(here.run("import sys\nsys.exit(3)"))["ename"] == "SystemExit"
    assert here.value("add(1, 1)") == "2"


def test_changed_arguments_are_noticed(here):
    setup = "import numpy as np\nfrom cs231n_lib import checks\nx = np.zeros(3)\n"
    error = error_of(here.run(setup + "change(x)\nchecks.unchanged(x, np.zeros(3), 'x of change')"))
    assert error["ename"] == "CheckFailed" and "changed in place" in error["evalue"]
    assert here.run(setup + "add(x, x)\nchecks.unchanged(x, np.zeros(3), 'x of add')").ok
    here.run("change(x)")
    assert here.run("checks.unchanged(x, np.zeros(3), 'x')").ok  # in another cell


def test_after_each_cell_the_student_s_kernel_is_let_go(here):
    assert [here.value("rounds") for _ in range(3)] == ["1", "2", "3"]


def test_an_exception_class_of_the_instructor_s_cells_catches_the_student_s(start):
    here = start(reserved=frozenset({"ShapeError"}))
    assert here.run("class ShapeError(ValueError):\n    def __init__(self, wanted, got):\n        1 / 0").ok
    caught = "try:\n    misshapen()\nexcept ShapeError as error:\n    said = str(error)\nsaid"
    assert here.value(caught) == "'3 is not 2'"
    ran = here.run("from cs231n_lib import checks\nchecks.raises(ShapeError, 'misshapen', misshapen)")
    assert ran.ok


def test_an_exception_class_of_the_test_itself_does_not(here):
    source = "class Secret(Exception):\n    pass\ntry:\n    guess()\nexcept Secret:\n    print('caught')"
    error = error_of(here.run(source))
    assert (error["ename"], error["evalue"]) == ("Secret", "was it?")


def test_a_generator_that_is_passed_twice_is_the_check_s_mistake(start):
    here = start("def draw(rng):\n    return rng.normal()")
    assert here.run("import numpy as np\nrng = np.random.default_rng(1)\nfirst = draw(rng)").ok
    error = error_of(here.run("draw(rng)"))  # in another cell, too
    assert error["evalue"] == "this check passes one generator to two calls; make a new default_rng(seed) for each"
    assert here.value("draw(np.random.default_rng(1)) == first") == "True"


# --- time limits and lost objects


def test_a_call_that_takes_too_long_is_interrupted_and_the_student_goes_on(here):
    here.value("add(1, 1)")
    ran = here.run("sleep(60)", seconds=0.3)
    error = error_of(ran)
    assert (error["ename"], error["evalue"]) == ("StudentTimeout", "your sleep did not return within 0.3 s")
    assert ran.lost is None and here.value("add(1, 1)") == "2"


def test_a_call_that_cannot_be_interrupted_loses_the_student(start):
    here = start(grace_seconds=0.5)
    here.value("add(1, 1)")
    ran = here.run("stubborn()", seconds=0.5)
    assert error_of(ran)["ename"] == "StudentTimeout"
    assert ran.lost == "your stubborn did not return within 0.5 s" and ran.during == "your stubborn"
    assert error_of(here.run("add(1, 1)"))["ename"] == "StudentDied"


def test_a_student_that_ends_is_lost(here):
    ran = here.run("try:\n    leave()\nexcept Exception:\n    print('taken for an exception of the student\\'s')")
    assert not ran.ok and ran.lost.startswith("your kernel ended while your leave was running")
    assert ran.during == "your leave"


def test_an_endless_loop_of_the_judge_is_interrupted(start, monkeypatch):
    monkeypatch.setattr(session, "MARGIN_SECONDS", 0.5)
    here = start(grace_seconds=0.2)
    error = error_of(here.run("while True: pass", seconds=0.5))
    assert (error["ename"], error["evalue"]) == ("TimeLimit", "did not finish within 0.5 s")
    assert here.value("add(1, 1)") == "2"


def test_a_cell_that_swallows_the_interrupt_has_not_passed(start, monkeypatch):
    monkeypatch.setattr(session, "MARGIN_SECONDS", 0.5)
    here = start(grace_seconds=0.2)
    ran = here.run("try:\n    while True: sum(range(9))\nexcept KeyboardInterrupt:\n    print('so what')", seconds=0.5)
    assert error_of(ran)["ename"] == "TimeLimit"
    assert ran.outputs[0] == {"output_type": "stream", "name": "stdout", "text": "so what\n"}


def test_a_judge_that_ignores_the_interrupt_is_killed(start, monkeypatch):
    monkeypatch.setattr(session, "MARGIN_SECONDS", 0.5)
    monkeypatch.setattr(session, "STOP_SECONDS", 0.5)
    here = start(grace_seconds=0.2)
    pid = here.judge.pid
    with pytest.raises(JudgeDied, match="^the cell did not end within 0.5 s and did not react to an interrupt$"):
        here.run(
            "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(0.01)",
            seconds=0.5,
        )
    wait_for_end(pid)


def test_a_judge_that_ends_says_so(here):
    with pytest.raises(JudgeDied, match="^the judge ended"):
        here.run("import os\nos._exit(0)")
    with pytest.raises(JudgeDied, match="^the judge ended"):
        here.run("1")


def test_a_judge_that_cannot_start_says_why(start):
    with pytest.raises(JudgeDied, match="^the judge could not start: FileNotFoundError"):
        start(work="/nowhere")


@pytest.mark.parametrize("pid", [0, -1])
def test_only_one_process_is_ever_interrupted(start, pid):
    with pytest.raises(ValueError, match="kernel_pid"):
        start(kernel_pid=pid)


def test_memory_is_limited(start):
    here = start(memory_bytes=3_000_000_000)
    assert error_of(here.run("b = bytearray(3_000_000_000)"))["ename"] == "MemoryError"
    assert here.value("add(1, 1)") == "2"


# --- processes


def test_judges_of_one_template_share_no_state(start):
    one, other = start(), start()
    one.run("import os, cs231n_lib, random\nmine = 1\ncs231n_lib.mark = 1\nos.environ['MARK'] = '1'\nos.chdir('/')")
    assert error_of(other.run("mine"))["ename"] == "NameError"
    state = "import os, cs231n_lib\nhasattr(cs231n_lib, 'mark'), 'MARK' in os.environ, os.getcwd() == '/'"
    assert other.value(state) == "(False, False, False)"
    for draw in ("import random\nrandom.random()", "import numpy as np\nnp.random.rand()"):
        assert one.value(draw) != other.value(draw)


@linux
def test_a_judge_holds_no_descriptors_but_its_own(start):
    first, _ = start(), start()
    third = start()
    for running in (first, third):
        running.run("""
import os
def link(n):
    return os.readlink(f"/proc/self/fd/{n}")
open_ones = [int(n) for n in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{n}")]
sockets = [n for n in open_ones if link(n).startswith("socket:")]
""")
        assert running.value("len(sockets), any(map(os.get_inheritable, sockets))") == "(2, False)"
        assert running.value("{link(n) for n in open_ones if n not in sockets}") == "{'/dev/null'}"


def test_home_and_working_folder(here, tmp_path):
    source = "import os, tempfile\n{os.getcwd(), os.path.expanduser('~'), tempfile.gettempdir()}"
    assert here.value(source) == f"{{'{tmp_path}'}}"


def test_files_of_the_working_folder_can_be_imported(start, tmp_path):
    (tmp_path / "course").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "beside.py").write_text("where = 'beside'")
    for folder in ("course", "work"):
        (tmp_path / folder / "in_both.py").write_text(f"where = {folder!r}")
    course = JudgeTemplate((str(tmp_path / "course"),), ENVIRONMENT)
    try:
        here = start(template=course, work=str(tmp_path / "work"))
        assert here.value("import beside, in_both\nbeside.where, in_both.where") == "('beside', 'course')"
    finally:
        course.close()


def test_the_module_path_goes_in_front_but_not_of_the_grader(start, tmp_path):
    for package in ("cs231n_lib", "autograder"):
        (tmp_path / "edition" / package).mkdir(parents=True)
        (tmp_path / "edition" / package / "__init__.py").write_text("where = 'the edition'")
    edition = JudgeTemplate((str(tmp_path / "edition"),), ENVIRONMENT)
    try:
        here = start(template=edition, cells=("import cs231n_lib, no_such_module",))
        assert here.value("import cs231n_lib\ncs231n_lib.where") == "'the edition'"
        assert here.value("import autograder\nhasattr(autograder, 'where')") == "False"
        assert error_of(here.run("import no_such_module"))["ename"] == "ModuleNotFoundError"
    finally:
        edition.close()


@linux
def test_ending_a_judge_ends_what_it_started(here):
    child = int(here.value("import subprocess\nsubprocess.Popen(['sleep', '60']).pid"))
    pid = here.judge.pid
    here.judge.end()
    here.judge.end()
    wait_for_end(child)
    deadline = time.monotonic() + 20
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not os.path.exists(f"/proc/{pid}")  # the template waited for it


@linux
def test_when_the_template_dies_its_judges_die_and_there_is_a_new_one(start):
    template = JudgeTemplate((), ENVIRONMENT)
    try:
        here = start(template=template)
        pid, judge = template.pid, here.judge.pid
        os.kill(pid, signal.SIGKILL)
        wait_for_end(judge)
        with pytest.raises(JudgeDied, match="^the judge ended"):
            here.run("1")
        assert start(template=template).value("1") == "1" and template.pid != pid
    finally:
        template.close()


def test_a_template_that_cannot_start_says_why(start):
    broken = JudgeTemplate((), {**ENVIRONMENT, "PYTHONHOME": "/nowhere"})
    try:
        with pytest.raises(JudgeDied, match="(?s)^the judge ended.*encodings"):
            start(template=broken)
    finally:
        broken.close()


@linux
def test_judges_end_with_their_worker(tmp_path):
    script = f"""
import asyncio, socket, time
from autograder.execution.judge.session import *
from autograder.execution.judge.session import template, template_pids
async def main():
    ours, theirs = socket.socketpair()
    folder = {str(tmp_path)!r}
    warm = template((), {ENVIRONMENT!r})
    judge = await warm.start(Setting((), frozenset(), "", 10**9, folder, folder, 4 * 10**9, 1000, 1.0), ours)
    assert template_pids() == {{warm.pid}} and template((), {ENVIRONMENT!r}) is warm
    print(warm.pid, judge.pid, flush=True)
    await judge.run("while True: pass", 60)
asyncio.run(main())
"""
    worker = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with worker:
        pids = list(map(int, worker.stdout.readline().split()))
        worker.kill()
    assert len(pids) == 2
    for pid in pids:
        wait_for_end(pid)
