"""If a kernel or judge is killed, the machine may be the cause: the notebook runs once more before that counts."""

import os
import signal

import pytest
from nbformat.v4 import new_notebook
from small_notebooks import LIMITS, error, executed_cells, student, test_cell

pytestmark = pytest.mark.slow

NOTE = "import os\nwith open({!r}, 'a') as file:\n    file.write(str(os.getpid()) + '\\n')\n"


def run(path, note_in, kill):
    """Run an exercise with two tests; the cell `note_in` appends its process id to `path`.

    kill(the process ids so far) is called before the last cell.
    """
    note = NOTE.format(str(path))
    sources = {"answer": "def f():\n    return 3", "test_one": "assert f() == 3", "test_two": "assert f() + f() == 6"}
    sources[note_in] = note + sources[note_in]
    cells = [student(sources["answer"], "answer"), *(test_cell(sources[name], name) for name in list(sources)[1:])]

    def before(index, total):
        if index == 2:
            kill(path.read_text().split())

    given = {"limits": LIMITS, "isolation": "process", "env": {"PATH": "/usr/bin:/bin"}}
    return executed_cells(new_notebook(cells=cells), before, **given)


@pytest.mark.parametrize("which", ["answer", "test_one"], ids=["kernel", "judge"])
def test_what_is_killed_once_costs_nothing(tmp_path, which):
    def once(processes):
        if len(processes) == 1:
            os.kill(int(processes[0]), signal.SIGKILL)

    executed, cells = run(tmp_path / "processes", which, once)
    assert [error(cell) for cell in cells] == [None] * 3
    assert executed.problems == ()


def test_what_is_killed_every_time_is_the_notebook_s_own_fault(tmp_path):
    runs = []

    def always(processes):
        runs.append(processes)
        os.kill(int(processes[-1]), signal.SIGKILL)

    executed, cells = run(tmp_path / "processes", "answer", always)
    assert [bool(error(cell)) for cell in cells] == [False, False, True]
    assert "KernelDied" in error(cells[2]) and len(runs) == 2
