"""A gradebook in PostgreSQL: failures and locks of a server; tests marked `on_both_databases` cover the rest."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from autograder.cli.command import main
from autograder.course import database_errors
from autograder.course.workspace import Workspace, create
from autograder.errors import KitError, WorkspaceError
from autograder.grading.grade import grade
from autograder.grading.gradebook_lock import GRADING, WRITING, only_writer

pytestmark = pytest.mark.slow

STUDENTS = ["ada", "ben", "cleo", "dan", "eve", "finn"]
RECORDED = """
    SELECT student_id, notebook.name, base_cell.name, auto_score, manual_score, needs_manual_grade
    FROM grade JOIN base_cell ON cell_id = base_cell.id
    JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
    JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN notebook ON submitted_notebook.notebook_id = notebook.id ORDER BY 1, 2, 3"""


@pytest.fixture
def course(tiny_in_postgresql, no_pool):
    """A class whose students handed in empty folders, so that no kernel is needed."""
    for student in STUDENTS:
        tiny_in_postgresql.submitted(student, "sums").mkdir(parents=True)
    return tiny_in_postgresql


@pytest.fixture
def sql(course, postgresql):
    """sql(statement) runs the statement in the database of `course` and returns the rows."""
    return lambda statement: postgresql.sql(statement, name_of(course))


def name_of(course):
    return course.db_url.rpartition("/")[2]


def run(course, progress=lambda *_: None):
    """Grade; returns {student: status} and all reasons as one text. `progress` is passed to `grade`."""
    report = grade(course, "sums", workers=1, isolation="process", progress=progress)
    return {row.student: row.status for row in report.rows}, " ".join(why for row in report.rows for why in row.reasons)


def after_the_first(action):
    """A `progress` callback that calls action() after the first graded submission."""

    def progress(done, total, student):
        if done == 1:
            action()

    return progress


ALL_GRADED = dict.fromkeys(STUDENTS, "graded")


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("postgresql+psycopg://u:s3cret@127.0.0.1:1/db", "u:***@127.0.0.1:1/db: ", "Check that the server is running"),
        (
            "postgresql+psycopg://u@127.0.0.1:1/db?password=s3cret",
            "u@127.0.0.1:1/db: ",
            "Check that the server is running",
        ),
        ("postgresql+psycopg://u:s3@cret@127.0.0.1:1/db", "contains two @ signs", "%40"),
        ("postgresql+psycopg://u@h:s3cret/db", "does not name a database", "postgresql+psycopg://USER"),
        ("oracle://u:s3cret@h/db", "does not name a database", "postgresql+psycopg://USER"),
        ("s3cret", "does not name a database", "postgresql+psycopg://USER"),
    ],
)
def test_a_url_that_leads_nowhere(tiny, url, message, hint):
    with pytest.raises(WorkspaceError) as caught:
        Workspace(tiny.root, url).create_gradebook()
    assert message in caught.value.message and hint in caught.value.hint
    assert "s3" not in str(caught.value) and "cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("user", "database", "message", "hint"),
    [
        ("grader:s3cret", "released", "password authentication failed", ".pgpass"),
        ("nobody", "released", "authentication failed", ".pgpass"),
        ("grader", "nosuch", 'database "nosuch" does not exist', "createdb"),
    ],
)
def test_a_server_that_lets_nobody_in(tiny_in_postgresql, postgresql, user, database, message, hint):
    url = f"postgresql+psycopg://{user}@127.0.0.1:{postgresql.port}/{database}"
    with pytest.raises(WorkspaceError) as caught:
        Workspace(tiny_in_postgresql.root, url).create_gradebook()
    assert message in caught.value.message and hint in caught.value.hint
    assert "s3cret" not in str(caught.value)


def test_without_psycopg_the_extra_is_named(tiny, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WorkspaceError, match="needs psycopg") as caught:
        Workspace(tiny.root, "postgresql+psycopg://u@h/db").create_gradebook()
    assert "[instructor,postgresql]" in caught.value.hint


def test_a_gradebook_of_an_older_nbgrader(course, sql):
    sql("ALTER TABLE notebook DROP COLUMN kernelspec")
    with pytest.raises(WorkspaceError, match="kernelspec does not exist") as caught:
        run(course)
    assert "nbgrader db upgrade" in caught.value.hint


def test_a_gradebook_that_cannot_be_written_is_said_before_anything_runs(course, sql):
    sql(f"ALTER DATABASE {name_of(course)} SET default_transaction_read_only = on")
    with pytest.raises(KitError, match="The gradebook .* cannot be written"):
        run(course)


def test_init_keeps_the_url_and_no_password(tiny_in_postgresql, postgresql, tmp_path):
    assignments, url = tiny_in_postgresql.assignments, tiny_in_postgresql.db_url
    with pytest.raises(WorkspaceError, match="contains a password"):
        create(tmp_path / "new", assignments, url.replace("@", ":s3cret@"))
    with pytest.raises(WorkspaceError, match="refused"):
        create(tmp_path / "new", assignments, "postgresql+psycopg://grader@127.0.0.1:1/released")
    create(tmp_path / "new", assignments, url)
    assert Workspace(tmp_path / "new").db_url == url
    with pytest.raises(WorkspaceError, match="already has a gradebook"):
        create(tmp_path / "new", assignments, "sqlite:///other.db")


def test_one_call_may_use_another_gradebook_than_the_config_names(tiny, course, sql, tmp_path):
    sql("INSERT INTO student (id) VALUES ('only in the server')")
    arguments = ["--course", str(tiny.root), "export", "sums", "--output", str(tmp_path / "marks.csv")]
    for more, students in (([], 0), (["--db", course.db_url], 1)):
        result = CliRunner().invoke(main, [*arguments, *more], catch_exceptions=False)
        assert (result.exit_code, f"{students} students" in result.output) == (0, True)


def test_formgraders_queries(course):
    run(course)
    with course.gradebook() as gradebook:
        assert {s["student"] for s in gradebook.submission_dicts("sums")} == set(STUDENTS)
        assert {s["max_score"] for s in gradebook.student_dicts()} == {14}
        assert len(gradebook.notebook_submission_dicts("adding", "sums")) == len(STUDENTS)
        assert gradebook.average_assignment_score("sums") == 0
        gradebook.remove_submission("sums", "ada")
        gradebook.remove_student("ada")
    assert run(course)[0] == dict.fromkeys(STUDENTS, "unchanged") | {"ada": "graded"}


@pytest.fixture
def other_machine(course):
    """A workspace on another machine, with the same gradebook."""
    shutil.copytree(course.root, course.root.with_name("other"))
    return Workspace(course.root.with_name("other"))


def test_two_graders_work_on_different_assignments_of_one_gradebook_and_not_on_the_same(course, other_machine):
    sums = course.course.assignment("sums")
    with course.gradebook() as gradebook, only_writer(gradebook, replace(sums, name="products")):
        assert run(other_machine)[0] == ALL_GRADED
    with course.gradebook() as gradebook, only_writer(gradebook, sums):
        with pytest.raises(KitError, match=r"sums is being graded by another process, on 127.0.0.1\."):
            run(other_machine)
    assert run(other_machine)[0] == dict.fromkeys(STUDENTS, "unchanged")


HOLD = """
import sys, time
from autograder.grading.gradebook_lock import only_writer
from autograder.course.workspace import Workspace

workspace = Workspace(sys.argv[1])
with workspace.gradebook() as gradebook, only_writer(gradebook, workspace.course.assignment("sums")):
    print("held", flush=True)
    time.sleep(99)
"""


def test_a_grader_that_is_killed_leaves_no_lock(course, other_machine):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(other_machine.root)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(KitError, match="another process"):
            run(course)
        process.kill()
    assert run(course)[0] == ALL_GRADED


@pytest.fixture
def other_grader(course, postgresql):
    """A connection whose transaction stays open until the test commits."""
    place = {"host": "127.0.0.1", "port": postgresql.port, "dbname": name_of(course)}
    with psycopg.connect(**place, user="grader", password=os.environ["PGPASSWORD"]) as connection:
        yield connection


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


WAITING = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_two_graders_add_the_same_student_at_the_same_moment(course, sql, other_grader):
    other_grader.execute("INSERT INTO student (id) VALUES ('ada')")
    with ThreadPoolExecutor(1) as thread:
        graded = thread.submit(run, course)
        until(lambda: sql(WAITING)[0][0])
        other_grader.commit()
        assert graded.result()[0] == ALL_GRADED


def test_a_deadlock_loses_nothing(course, sql, other_grader):
    other_grader.execute("SET deadlock_timeout = '10min'")  # so that the server ends the kit's transaction
    other_grader.execute("SELECT * FROM assignment FOR UPDATE")
    with ThreadPoolExecutor(1) as thread:
        graded = thread.submit(run, course)
        until(lambda: sql(WAITING)[0][0])
        other_grader.execute("INSERT INTO student (id) VALUES ('ada')")
        other_grader.commit()
        assert graded.result()[0] == ALL_GRADED
    assert sql("SELECT sum(deadlocks) FROM pg_stat_database WHERE datname = current_database()")[0][0] == 1


def test_a_grader_whose_lock_was_lost_takes_it_again(course, sql):
    undisturbed = after_the_first(lambda: sql(END_LOCK))
    assert run(course, undisturbed)[0] == ALL_GRADED


def test_a_grader_whose_lock_another_has_got_writes_nothing_more(course, sql, other_grader):
    def lose_lock():
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        [(number,)] = sql(f"SELECT objid::int8 FROM pg_locks WHERE {here} AND classid = {GRADING}")
        number -= (number >= 2**31) * 2**32
        with ThreadPoolExecutor(1) as thread:  # the first in the queue gets the lock
            got = thread.submit(other_grader.execute, f"SELECT pg_advisory_lock({GRADING}, {number})")
            until(lambda: sql(WAITING)[0][0])
            sql(END_LOCK)
            got.result()
        other_grader.execute(f"SELECT pg_advisory_xact_lock({WRITING}, {number})")
        other_grader.commit()
        known.append(sql(RECORDED))

    known = []
    after, why = run(course, after_the_first(lose_lock))
    assert sql(RECORDED) == known[0] and after["finn"] == "failed"
    assert "sums is being graded by another process" in why


END_LOCK = f"""
    SELECT pg_terminate_backend(pid, 5000) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND granted AND classid = {GRADING} AND datname = current_database()"""


@pytest.fixture
def own_server(course, postgresql):
    """A server that one test may kill; it has a copy of the database of `course`, which now uses that copy."""
    import postgresql as module

    server = module.Server(Path(tempfile.mkdtemp()))
    server.start()
    try:
        server.sql("CREATE DATABASE course")
        there = ["--host=127.0.0.1", "--username=grader"]
        dump = [module.program("pg_dump"), *there, f"--port={postgresql.port}", name_of(course)]
        dumped = subprocess.run(dump, check=True, capture_output=True).stdout
        load = [module.program("psql"), *there, f"--port={server.port}", "--quiet", "course"]
        subprocess.run(load, input=dumped, check=True, stdout=subprocess.DEVNULL)
        config = course.root / "nbgrader_config.py"
        config.write_text(config.read_text().replace(course.db_url, server.url("course")))
        yield server
    finally:
        server.end()


def test_a_server_that_is_killed_and_comes_back_costs_nothing(course, own_server):
    moved = Workspace(course.root)

    def crash():
        own_server.kill()
        own_server.start()

    assert run(moved, after_the_first(crash))[0] == ALL_GRADED
    assert run(moved)[0] == dict.fromkeys(STUDENTS, "unchanged")


def test_when_the_server_stays_away_the_next_run_ends_as_if_undisturbed(course, own_server, sql, monkeypatch):
    monkeypatch.setattr(database_errors, "PAUSES", (0,))
    moved = Workspace(course.root)
    disturbed, why = run(moved, after_the_first(own_server.kill))
    assert disturbed["finn"] == "failed" and "could not be recorded: " in why
    own_server.start()
    assert "failed" not in run(moved)[0].values()
    assert run(course)[0] == ALL_GRADED  # with the undisturbed database
    assert own_server.sql(RECORDED, "course") == sql(RECORDED)


def test_the_server_of_the_tests_ends_with_them(postgresql):
    import postgresql as module

    with subprocess.Popen(["sleep", "60"]) as of_run:
        folder = Path(tempfile.mkdtemp())
        port = module.start_beside(of_run.pid, folder)
        assert module.Address(port).sql("SELECT 1") == [(1,)]
        of_run.kill()
    until(lambda: not folder.exists())
    with pytest.raises(psycopg.OperationalError):
        module.Address(port).sql("SELECT 1")
