"""A tiny course, built and released once; every test that uses it gets a copy of the workspace."""

import os
import shutil
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import nbformat
import pytest

from autograder.course.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent))  # so that tests can import the modules beside them

COURSE = """
[course]
id = "tiny"
title = "A tiny course"

[[assignment]]
name = "sums"
title = "Adding up"
notebooks = ["adding", "squaring"]
[assignment.limits]
cell_seconds = 3
notebook_seconds = 30
output_bytes = 2000
submission_bytes = 200000
"""

HEADER = """# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
"""

ADDING = (
    HEADER
    + """
# %% [markdown]
# # Adding

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import warnings

# %% nbgrader={"grade": false, "grade_id": "add", "locked": false, "schema_version": 3, "solution": true, "task": false}
def add(a, b):
    \"\"\"The sum of a and b.\"\"\"
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_add_small", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
assert add(1, 2) == 3, "1 + 2 is 3"
### BEGIN HIDDEN TESTS
assert add(-1, -2) == -3, "negative numbers"
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "double", "locked": false, "schema_version": 3, "solution": true, "task": false}
def double(a):
    ### BEGIN SOLUTION
    return 2 * a
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_double", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
assert double(4) == 8, "twice 4 is 8"

# %% nbgrader={"grade": false, "grade_id": "demo_long", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
raise SystemExit("the grader must not run this")

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_why", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Because addition commutes. **Marking**: 5 points for that.
# ### END SOLUTION
"""
)

SQUARING = (
    HEADER
    + """
# %% nbgrader={"grade": false, "grade_id": "square", "locked": false, "schema_version": 3, "solution": true, "task": false}
def square(a):
    ### BEGIN SOLUTION
    return a * a
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_square", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert square(3) == 9, "3 squared is 9"
"""
)


def pytest_configure(config):
    config.addinivalue_line("markers", "on_both_databases: runs with the gradebook in SQLite and in PostgreSQL")


def pytest_generate_tests(metafunc):
    if metafunc.definition.get_closest_marker("on_both_databases") and "tiny" in metafunc.fixturenames:
        databases = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
        metafunc.parametrize("tiny", databases, indirect=True)


@pytest.fixture(scope="session")
def released_course(made_once):
    """The folder of a course and its workspace; its only assignment, `sums`, is built and released."""
    folder, _ = made_once("tiny", _release)
    return folder


@pytest.fixture(scope="session")
def postgresql(made_once):
    """The address of a PostgreSQL server that runs until this run of pytest ends."""
    import postgresql

    if not (postgresql.program("initdb") and postgresql.program("postgres")):
        pytest.skip(postgresql.MISSING)
    of_run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    _, port = made_once("postgresql", lambda _: postgresql.start_beside(of_run, Path(tempfile.mkdtemp())))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", postgresql.PASSWORD)
        yield postgresql.Address(port)


@pytest.fixture(scope="session")
def released_in_postgresql(made_once, postgresql):
    """The same course as `released_course`, with its gradebook in the database `released`."""

    def release(folder):
        postgresql.sql("CREATE DATABASE released")
        _release(folder, postgresql.url("released"))

    folder, _ = made_once("tiny_in_postgresql", release)
    return folder


def _release(folder, db=None):
    from autograder.authoring import build, release
    from autograder.course import workspace
    from autograder.grading.surroundings import surroundings

    sources = folder / "assignments" / "sums"
    sources.mkdir(parents=True)
    (folder / "assignments" / "course.toml").write_text(COURSE)
    (sources / "adding.py").write_text(ADDING)
    (sources / "squaring.py").write_text(SQUARING)
    course = workspace.create(folder / "workspace", folder / "assignments", db)
    build.build(course, "sums")
    release.release(course, "sums")
    surroundings(course, course.course.assignment("sums"))  # grading keeps this in the workspace


@pytest.fixture
def tiny(request, tmp_path):
    """The test's own workspace with `sums` released; its gradebook is in the database that the test asks for."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return request.getfixturevalue("tiny_in_postgresql")
    shutil.copytree(request.getfixturevalue("released_course"), tmp_path / "course")
    return Workspace(tmp_path / "course" / "workspace")


@pytest.fixture
def tiny_in_postgresql(released_in_postgresql, postgresql, tmp_path):
    """The test's own workspace and PostgreSQL database, with `sums` released."""
    name = f"test_{uuid4().hex}"
    postgresql.sql(f"CREATE DATABASE {name} TEMPLATE released")
    shutil.copytree(released_in_postgresql, tmp_path / "in_postgresql")
    config = tmp_path / "in_postgresql" / "workspace" / "nbgrader_config.py"
    config.write_text(config.read_text().replace(postgresql.url("released"), postgresql.url(name)))
    yield Workspace(config.parent)
    postgresql.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def executed_jobs(made_once):
    """The folder in which a run of pytest keeps the results of its jobs."""
    return made_once("executed_jobs", lambda folder: None)[0]


@pytest.fixture
def no_pool(executed_jobs):
    """Replace the pool in tests of the steps before and after execution; the value is the list of submitted jobs."""
    from jobs_run_once import jobs_run_once

    pool = jobs_run_once(executed_jobs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.grading.grade.LocalPool", pool)
        yield pool.submitted


@pytest.fixture
def hand_in(tiny):
    """hand_in(student, adding={grade_id: text}, squaring={...}) writes a submission under `submitted/`."""

    def write(student, **answers):
        folder = tiny.submitted(student, "sums")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("adding", "squaring"):
            notebook = released_notebook(tiny, name)
            for cell in notebook.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                if grade_id in answers.get(name, {}):
                    cell.source = answers[name][grade_id]
            nbformat.write(notebook, folder / f"{name}.ipynb")
        return folder

    return write


def released_notebook(workspace, name):
    return nbformat.read(workspace.release("sums") / f"{name}.ipynb", as_version=4)


@pytest.fixture
def beacon():
    """(the address of a server that records the requested paths, the list of these paths)"""
    asked = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium():
    """A headless Playwright browser that can reach only this machine."""
    import chromium

    if why_not := chromium.missing():
        pytest.skip(why_not)
    with chromium.started() as browser:
        yield browser
