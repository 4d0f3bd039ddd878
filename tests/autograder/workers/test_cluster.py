"""Grading on a real Dask cluster: a scheduler and workers in separate processes on loopback."""

import contextlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from small_notebooks import job_of

from autograder.errors import KitError
from autograder.grading.grade import grade
from autograder.workers import cluster
from autograder.workers.cluster import ClusterPool

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
RIGHT = {"add": "def add(a, b):\n    return a + b", "double": "def double(a):\n    return a + a"}
ENDLESS = """
import os, time
file = os.open({!r}, os.O_CREAT | os.O_WRONLY)
os.write(file, b'%d' % os.getpid())
time.sleep(600)
"""


def job(source, **fields):
    return job_of(new_notebook(cells=[new_code_cell(source)]), **fields)


def printed(executed):
    [result] = executed.results
    return "".join(output.get("text", output.get("evalue")) for output in result.outputs).strip()


def wait_until(condition):
    end = time.monotonic() + 120
    while not (found := condition()):
        assert time.monotonic() < end, "waited for two minutes"
        time.sleep(0.02)
    return found


def ended(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"


class Cluster:
    """A scheduler and the workers that a test starts."""

    def __init__(self, folder, shared):
        self.folder = folder
        self.shared = shared
        self.processes = []
        settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "PYTHONWARNINGS": "ignore"}
        self.env = {**os.environ, **settings}
        file = folder / "scheduler.json"
        self.scheduler = self._start(
            *["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        )
        self.address = wait_until(lambda: file.exists() and file.read_text() and json.loads(file.read_text()))[
            "address"
        ]

    def worker(self, name, *options, before=(), env=None):
        """Start a process with one or more workers, each with one thread, in an empty working folder of its own.

        Their own files are below `shared`, so that fonts are looked for once in all tests.
        """
        arguments = ["worker", self.address, "--host", "127.0.0.1", "--no-dashboard", "--nthreads", "1"]
        folder = self.folder / name
        folder.mkdir()
        arguments += ["--name", name, "--local-directory", str(self.shared)]
        return self._start(*arguments, *options, before=before, env=env, cwd=folder)

    def _start(self, *arguments, before=(), env=None, cwd=None):
        with open(self.folder / "log", "ab") as log:
            process = subprocess.Popen(
                [*before, sys.executable, "-m", "dask", *arguments],
                env={**self.env, **(env or {})}, cwd=cwd or self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def threads(self):
        with self.client() as client:
            return client.nthreads()

    def wait_for_workers(self, number):
        with self.client() as client:
            wait_until(lambda: len(client.nthreads()) == number)

    @contextlib.contextmanager
    def client(self):
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            yield client

    def stop(self, *processes):
        """Kill them. The workers of a killed nanny end, too."""
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def of_dask(tmp_path_factory):
    return tmp_path_factory.mktemp("dask")


@contextlib.contextmanager
def _cluster(folder, of_dask):
    started = Cluster(folder, of_dask)
    try:
        yield started
    finally:
        started.stop(*started.processes)


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory, of_dask):
    """A scheduler and two workers; a nanny replaces each worker that dies."""
    with _cluster(tmp_path_factory.mktemp("cluster"), of_dask) as started:
        started.nannies = started.worker("pair", "--nworkers", "2")
        started.wait_for_workers(2)
        yield started


@pytest.fixture
def one_worker(tmp_path, of_dask):
    with _cluster(tmp_path, of_dask) as started:
        started.only = started.worker("only", "--no-nanny")
        yield started


def scores(workspace):
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        return {
            s.student.id: {g.name: g.auto_score for nb in s.notebooks for g in nb.grades}
            for s in gradebook.assignment_submissions("sums")
        }


def test_a_class_gets_the_scores_that_it_gets_on_one_machine(two_workers, of_dask, tiny, hand_in, no_pool):
    hand_in("right", adding=RIGHT, squaring={"square": "def square(a):\n    return a ** 2"})
    hand_in("wrong", adding=RIGHT | {"add": "def add(a, b):\n    return abs(a) + abs(b)"})
    (hand_in("broken", adding=RIGHT) / "adding.ipynb").write_text('{"cells": [')
    local = grade(tiny, "sums")
    local_scores = scores(tiny)
    report = grade(tiny, "sums", force=True, scheduler=two_workers.address)
    assert scores(tiny) == local_scores and local_scores["right"]["test_square"] == 4
    outcome = [(row.student, row.status, row.scores, row.reasons) for row in report.rows]
    assert outcome == [(row.student, row.status, row.scores, row.reasons) for row in local.rows]
    assert {row.status for row in grade(tiny, "sums", scheduler=two_workers.address).rows} == {"unchanged"}
    assert len(list(of_dask.rglob("fontlist*.json"))) == 1  # the workers of one machine share what they know of it
    with two_workers.client() as client:  # nothing stays in the cluster's memory
        assert client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0


def test_a_submission_that_kills_workers_is_given_up_and_the_others_are_graded(two_workers, tiny, hand_in):
    kill = f"""
import os, signal
def parent(pid):
    return int(open(f"/proc/{{pid}}/stat").read().rpartition(")")[2].split()[1])
pid = os.getpid()
while parent(pid) != {two_workers.nannies.pid}:
    pid = parent(pid)
os.kill(pid, signal.SIGKILL)
"""
    hand_in("killer", adding={"add": kill})
    for student in ("a", "z"):
        hand_in(student, adding=RIGHT)
    for student in ("a", "killer", "z"):  # fewer notebooks are quicker
        (tiny.submitted(student, "sums") / "squaring.ipynb").unlink()
    report = grade(tiny, "sums", isolation="process", scheduler=two_workers.address)
    rows = {row.student: row for row in report.rows}
    assert {student: row.status for student, row in rows.items()} == {"a": "graded", "killer": "failed", "z": "graded"}
    assert "adding.ipynb could not be run" in rows["killer"].reasons[0]
    assert "2 workers died while they ran it" in rows["killer"].reasons[0]
    assert scores(tiny)["z"]["test_add_small"] == 2
    two_workers.wait_for_workers(2)


@pytest.mark.parametrize("whom", ["worker", "its process"])
def test_what_ran_on_a_worker_that_dies_runs_elsewhere(two_workers, tmp_path, whom):
    started = tmp_path / "started"
    source = f"import os\nif os.path.exists({str(started)!r}):\n    print('again')\nelse:" + ENDLESS.format(
        str(started)
    ).replace("\n", "\n    ")
    with ClusterPool(two_workers.address) as pool:
        asked = job(source)
        future = pool.submit(asked)
        kernel = int(wait_until(lambda: started.exists() and started.read_text()))
        chain = _ancestors(kernel)
        worker = chain[chain.index(two_workers.nannies.pid) - 1]
        holder = chain[chain.index(worker) - 1]
        os.kill(worker if whom == "worker" else holder, signal.SIGKILL)
        assert printed(pool.result(asked, future)) == "again"
    wait_until(lambda: ended(kernel))
    two_workers.wait_for_workers(2)


def _ancestors(pid):
    chain = [pid]
    while chain[-1] > 1:
        chain.append(int(Path(f"/proc/{chain[-1]}/stat").read_text().rpartition(")")[2].split()[1]))
    return chain


COORDINATOR = """
import sys
from autograder.workers.cluster import ClusterPool
from autograder.notebook.job import Job

with ClusterPool(sys.argv[1]) as pool:
    job = Job(notebook=open(sys.argv[2]).read())
    pool.result(job, pool.submit(job))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_when_the_coordinator_ends_workers_drop_its_jobs(two_workers, tmp_path, how):
    started = tmp_path / "started"
    (tmp_path / "endless.ipynb").write_text(job(ENDLESS.format(str(started))).notebook)
    command = [sys.executable, "-c", COORDINATOR, two_workers.address, "endless.ipynb"]
    coordinator = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    kernel = int(wait_until(lambda: started.exists() and started.read_text()))
    coordinator.send_signal(how)
    wait_until(lambda: ended(kernel))
    coordinator.wait(timeout=60)
    with two_workers.client() as client:
        wait_until(lambda: client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0)


def test_workers_that_are_not_fit_are_named_before_anything_runs(two_workers, tmp_path):
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "autograder" / "job.py").open("a") as file:
        file.write("# another version\n")
    others = [
        two_workers.worker("bare", "--no-nanny", env={"PATH": str(tmp_path)}),
        two_workers.worker("old", "--no-nanny", env={"PYTHONPATH": str(tmp_path)}),
    ]
    two_workers.wait_for_workers(4)
    try:
        with ClusterPool(two_workers.address) as pool, pytest.raises(KitError) as raised:
            pool.submit(job("print(1)", isolation="sandbox"))
    finally:
        two_workers.stop(*others)
    assert "2 of 4 workers" in raised.value.message
    assert raised.value.message.count("tcp://127.0.0.1:") == 3
    assert "has no sandbox: The sandbox needs bubblewrap, which is not installed" in raised.value.message
    assert "has the course kit" in raised.value.message
    two_workers.wait_for_workers(2)


def test_a_worker_without_a_sandbox_that_joins_later_runs_nothing(one_worker):
    asked = job("print(sum([1, 2]))", isolation="sandbox")
    with ClusterPool(one_worker.address) as pool:
        assert printed(pool.result(asked, pool.submit(asked))) == "3"
        one_worker.worker("bare", "--no-nanny", env={"PATH": ""})
        one_worker.wait_for_workers(2)
        futures = [pool.submit(asked) for _ in range(4)]
        assert [printed(pool.result(asked, future)) for future in futures] == ["3"] * 4
        one_worker.stop(one_worker.only)
        with pytest.raises(cluster.GivenUp, match="has no sandbox"):
            pool.result(asked, pool.submit(asked))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide a folder from a worker")
def test_nothing_is_read_from_a_disk_that_all_share(two_workers, tmp_path):
    library = tmp_path / "library"
    (library / "course_library").mkdir(parents=True)
    (library / "course_library" / "__init__.py").write_text("NUMBER = 42\n")
    hide = f'mount -t tmpfs none {tmp_path} && exec "$@"'
    two_workers.stop(two_workers.nannies)
    away = two_workers.worker("away", "--no-nanny", before=["unshare", "--mount", "sh", "-c", hide, "sh"])
    two_workers.wait_for_workers(1)
    asked = job(
        "import course_library\nprint(course_library.NUMBER)", isolation="sandbox", pythonpath=(str(library),), env={}
    )
    with ClusterPool(two_workers.address) as pool:
        assert printed(pool.result(asked, pool.submit(asked))) == "42"
    two_workers.stop(away)


def test_a_scheduler_that_dies_ends_grading_and_the_next_run_goes_on(one_worker, tiny, hand_in, tmp_path):
    started = tmp_path / "started"
    hand_in("a", adding=RIGHT)
    hand_in("b", adding=RIGHT | {"add": ENDLESS.format(str(started))})

    def kill_scheduler():
        wait_until(started.exists)
        one_worker.scheduler.kill()

    threading.Thread(target=kill_scheduler).start()
    with pytest.raises(KitError, match="has ended or can no longer be reached") as raised:
        grade(tiny, "sums", isolation="process", scheduler=one_worker.address)
    assert "repeat the command" in raised.value.hint
    again = grade(tiny, "sums", students=["a"], isolation="process", scheduler=one_worker.address)
    assert [row.status for row in again.rows] == ["unchanged"]


def test_a_scheduler_without_workers(one_worker, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "WORKERS_SECONDS", 0.2)
    monkeypatch.setattr(cluster, "REFRESH_SECONDS", 0.1)
    one_worker.wait_for_workers(1)
    asked = job(ENDLESS.format(str(tmp_path / "started")))
    with ClusterPool(one_worker.address) as pool:
        future = pool.submit(asked)
        wait_until((tmp_path / "started").exists)
        one_worker.only.kill()
        with pytest.raises(KitError, match="has no workers"):
            pool.result(asked, future)
        with pytest.raises(KitError, match="has no workers"):
            pool.submit(asked)
    with ClusterPool(one_worker.address) as pool, pytest.raises(KitError, match="has no workers"):
        pool.submit(asked)


def test_a_scheduler_that_is_not_there(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.1)
    refused = "No Dask scheduler can be reached at tcp://127.0.0.1:1: "
    with ClusterPool("tcp://127.0.0.1:1") as pool, pytest.raises(KitError, match=refused):
        pool.submit(job("print(1)"))


def test_without_dask_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "autograder.workers.cluster")
    with pytest.raises(KitError, match="needs the package distributed") as raised:
        importlib.import_module("autograder.workers.cluster")
    assert "[instructor,cluster]" in raised.value.hint
