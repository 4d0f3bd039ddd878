"""The grader's workers: their child processes end with them, and they end with the grader."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from pinned import tell_processors
from small_notebooks import job_of

from autograder.notebook.limits import Limits
from autograder.workers.local_pool import LocalPool

pytestmark = pytest.mark.slow


def job(source):
    return job_of(new_notebook(cells=[new_code_cell(source)]), limits=Limits(cell_seconds=60))


DETACHED = """
import subprocess
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
print(child.pid)
"""

DETACHED_TWICE = """
import os, time
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(write, str(os.getpid()).encode())
        time.sleep(600)
    os._exit(0)
print(os.read(read, 20).decode())
"""


@pytest.mark.parametrize("source", [DETACHED, DETACHED_TWICE])
def test_a_process_that_student_code_detaches_ends_with_the_notebook(source):
    with LocalPool(1) as pool:
        executed = pool.result(job(source), pool.submit(job(source)))
    [result] = executed.results
    with pytest.raises(ProcessLookupError):
        os.kill(int(result.outputs[0]["text"]), 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux pins a process to a processor")
def test_workers_share_out_the_processors_evenly_and_each_stays_on_one():
    spawn, name, before = multiprocessing.get_context("spawn"), f"test-{os.getpid()}", os.sched_getaffinity(0)
    told, end = spawn.Queue(), spawn.Event()
    workers = [spawn.Process(target=tell_processors, args=(name, told, end)) for _ in range(len(before) + 1)]
    for worker in workers:
        worker.start()
    both = [told.get(timeout=60) for _ in workers]
    end.set()
    for worker in workers:
        worker.join()
    assert all(its_childs == its_own for its_own, its_childs in both)
    workers_of = Counter(number for its_own, _ in both for number in its_own)
    assert sorted(workers_of.values()) == [1] * (len(before) - 1) + [2] and set(workers_of) == before


def test_the_first_job_is_for_a_worker_that_is_warm_and_no_other_starts():
    with LocalPool(2) as pool:
        pool.warm_up(job("1"), most=1)
        pool.result(job("2"), pool.submit(job("2")))
        assert len(multiprocessing.active_children()) == 1


def test_nobody_waits_for_workers_that_have_nothing_to_get_warm_for():
    before = time.monotonic()
    with LocalPool(1) as pool:
        pool.warm_up(job("import time; time.sleep(600)"), most=1)
    assert time.monotonic() - before < 50
    assert not multiprocessing.active_children()


GRADER = """
import sys
from autograder.notebook.job import Job
from autograder.workers.local_pool import LocalPool

if __name__ == "__main__":
    job = Job(notebook=open(sys.argv[1]).read())
    with LocalPool(2) as pool:
        pool.result(job, pool.submit(job))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_when_the_grader_ends_its_kernels_and_scratch_folders_go_too(tmp_path, tmp_path_factory, how):
    started = tmp_path / "started"
    scratch = tmp_path_factory.mktemp("t")  # short, since a Unix socket's path is limited to a hundred characters
    endless = "import os, time\nos.write(os.open({!r}, os.O_CREAT | os.O_WRONLY), b'%d' % os.getpid())\ntime.sleep(600)"
    (tmp_path / "grader.py").write_text(GRADER)
    (tmp_path / "endless.ipynb").write_text(job(endless.format(str(started))).notebook)
    grader = subprocess.Popen(
        [sys.executable, "grader.py", "endless.ipynb"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(scratch)},
        stderr=subprocess.DEVNULL,
    )
    _wait_until(lambda: started.exists() and started.read_text())
    grader.send_signal(how)
    grader.wait(timeout=60)
    _wait_until(lambda: not list(scratch.iterdir()))
    _wait_until(lambda: not os.path.exists(f"/proc/{started.read_text()}"))  # the other worker may delete scratch first


def _wait_until(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "waited for two minutes"
        time.sleep(0.01)
