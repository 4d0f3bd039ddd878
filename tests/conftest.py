"""Settings for all tests, and fixtures that all processes of pytest share."""

import fcntl
import functools
import multiprocessing.util
import os
import pickle
import re
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import settings

import autograder  # noqa: F401  (before any test imports nbformat, whose import it makes a second shorter)

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS), str(TESTS / "attacks")]
from classes import class_of  # noqa: E402

# Every run tries the same examples, without deadlines, so that a loaded machine fails no test. To try new examples:
# pytest --hypothesis-profile default
settings.register_profile("kit", deadline=None, derandomize=True)
settings.load_profile("kit")


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory):
    """Keep the commands' state about the user, and the data sets, in temporary folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)  # processes of xdist have it, and tables would be as narrow as it says
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        data_sets = tmp_path_factory.mktemp("data_sets")
        data_sets.chmod(0o755)  # if root grades, the sandbox's user must be able to read it
        patch.setenv("CS231N_DATA", str(data_sets))
        yield


# the longest tests start first, so that no process still runs one of them after the others have finished
LONGEST_FIRST = (
    "attacks", "test_end_to_end.py", "autograder/grading/test_grade.py", "faults", "exercises",
    "autograder/execution/test_judged_run.py", "autograder/workers/test_cluster.py",
    "autograder/execution/test_run_notebook.py", "autograder/marking", "autograder/reports/test_student_page.py",
    "autograder/authoring/test_in_jupyterlab.py", "autograder/test_python_processes.py",
    "autograder/execution/test_kernel_client.py",
)  # fmt: skip


def pytest_configure(config):
    """Have each process of xdist begin with other files. So each file is compiled by one of them, for all."""
    own = getattr(config, "workerinput", None)
    if own and config.args_source is config.ArgsSource.TESTPATHS:
        files = sorted(map(str, TESTS.rglob("test_*.py")))
        start = int(own["workerid"].removeprefix("gw")) * len(files) // own["workercount"]
        config.args = files[start:] + files[:start]


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: (_place(item.path), item.path))  # the same in every process


@functools.cache
def _place(path):
    path = path.relative_to(TESTS).as_posix()
    return next((place for place, start in enumerate(LONGEST_FIRST) if path.startswith(start)), len(LONGEST_FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Run the tests of a file in one process, which makes its fixtures once; long files are split by a parameter.

    xdist's own `loadgroup` does not group with pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return process_of(nodeid)

    config.option.loadscopereorder = False
    return Scheduling(config, log)


def process_of(nodeid):
    """The name of the group of tests that runs in one process with this test."""
    path, _, rest = nodeid.partition("::")
    path, parameter = path.removeprefix("tests/"), rest.partition("[")[2].removesuffix("]")
    if path.startswith("attacks/"):  # by graded class
        group = re.match(r"\w+", parameter)[0]
        return f"attacks of {class_of(group)[0]}"
    if path == "test_end_to_end.py":  # by assignment
        return f"end to end: {parameter}"
    if path.startswith("exercises/"):  # by notebook
        notebook = re.match(r"\w*", parameter)[0]
        return f"exercises of {notebook or path}"
    return path


# found in the command lines of kernels, sandboxes, servers, browsers, and commands that start them
SLOW_TO_START = re.compile(
    r"ipykernel_launcher|bwrap|judge\.template|jupyter|-m nbgrader|import nbgrader|bin/cs231n|chrom|initdb|-m dask"
    r"|warm_notebook|postgres|spawn_main|playwright"
)
starting = {"allowed": True}


def _refuse_what_is_slow(command):
    command = " ".join(map(str, command)) if isinstance(command, list | tuple) else str(command)
    if not starting["allowed"] and (found := SLOW_TO_START.search(command)):
        raise AssertionError(
            f"A test that starts {found[0]!r} needs @pytest.mark.slow, so that make test-fast skips it."
        )


def _notice_processes():
    def audit(event, arguments):
        if event == "subprocess.Popen":
            _refuse_what_is_slow(arguments[1])

    def spawn(path, arguments, passed):  # multiprocessing starts a pool's workers with this
        _refuse_what_is_slow(os.fsdecode(b" ".join(map(os.fsencode, arguments))))
        return real(path, arguments, passed)

    real, multiprocessing.util.spawnv_passfds = multiprocessing.util.spawnv_passfds, spawn
    sys.addaudithook(audit)


_notice_processes()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    starting["allowed"] = item.get_closest_marker("slow") is not None
    try:
        return (yield)
    finally:
        starting["allowed"] = True


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """made_once(name, make) -> (a folder that make(folder) has filled, the value that make returned).

    One process makes it once in a run of pytest; tests may only read or copy it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name, make):
        folder, kept = shared / name, shared / f"{name}.pickle"
        with open(shared / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                shutil.rmtree(folder, ignore_errors=True)  # left by a failed attempt of another process
                folder.mkdir()
                kept.write_bytes(pickle.dumps(make(folder)))
        return folder, pickle.loads(kept.read_bytes())

    return made


@pytest.fixture(scope="session")
def released_assignment(made_once):
    """released_assignment(name) is the root of a workspace in which that assignment is built and released."""

    def make(folder, name):
        from autograder.authoring.release import release
        from autograder.course import workspace

        release(workspace.create(folder / "workspace", TESTS.parent / "assignments"), name)

    def released(name):
        folder, _ = made_once(f"released_{name}", lambda folder: make(folder, name))
        return folder / "workspace"

    return released
