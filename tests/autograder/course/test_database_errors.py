"""How database errors are explained, and which operations are tried again; the errors are made without a server."""

import sqlite3
import sys
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from autograder.course import database_errors
from autograder.course.database_errors import check_url, error_in_words, explained, is_passing, persistently
from autograder.errors import KitError, WorkspaceError

SQLITE = "sqlite:////course/gradebook.db"


class Lost(Exception):
    """A substitute for psycopg's OperationalError."""


@pytest.fixture
def lost(monkeypatch):
    """The error that SQLAlchemy raises when psycopg has lost the connection."""
    monkeypatch.setitem(sys.modules, "psycopg", SimpleNamespace(OperationalError=Lost))
    return OperationalError("SELECT 1", {}, Lost("the connection is lost"))


def of_sqlite(text):
    return OperationalError("INSERT INTO student VALUES ('secret')", {}, sqlite3.OperationalError(text))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (SQLITE, SQLITE),
        ("postgresql+psycopg://ann:secret@host/course", "postgresql+psycopg://ann:***@host/course"),
        ("postgresql+psycopg://ann@host/course?password=secret", "postgresql+psycopg://ann@host/course"),
        ("ann:secret", "(not a URL)"),
    ],
)
def test_a_url_is_shown_without_any_password(url, shown):
    assert database_errors.shown(url) == shown


def test_an_error_is_the_first_line_that_the_server_said_without_the_statement():
    assert error_in_words(of_sqlite("\nno such table: x.\nLINE 1: SELECT")) == "no such table: x"
    assert error_in_words(of_sqlite("")) == "OperationalError"
    assert error_in_words(KitError("It is locked.", "Wait.")) == "It is locked."
    assert error_in_words(ValueError("x")) == "ValueError: x"


def test_an_error_that_came_of_the_database_s_is_the_database_s():
    caused, while_handling = ValueError("x"), ValueError("y")
    caused.__cause__, while_handling.__context__ = of_sqlite("disk full"), of_sqlite("disk full")
    for error in (caused, while_handling):
        assert error_in_words(error) == "disk full"


def test_only_what_psycopg_lost_may_go_well_the_next_time(lost):
    assert is_passing(lost)
    assert not is_passing(DBAPIError("", {}, ValueError())) and not is_passing(of_sqlite("disk full"))
    assert not is_passing(Lost())  # not wrapped by SQLAlchemy, so not from a gradebook


def test_without_psycopg_nothing_is_tried_again(monkeypatch):
    monkeypatch.delitem(sys.modules, "psycopg", raising=False)
    assert not is_passing(of_sqlite("database is locked"))


@pytest.mark.parametrize(("failures", "slept"), [(0, []), (1, [0.1]), (3, [0.1, 1.0, 3.0]), (4, [0.1, 1.0, 3.0])])
def test_what_may_pass_is_tried_four_times_with_longer_and_longer_pauses(lost, monkeypatch, failures, slept):
    pauses, given, left = [], [], [lost] * failures
    monkeypatch.setattr(database_errors, "time", SimpleNamespace(sleep=pauses.append))

    def action(*arguments):
        given.append(arguments)
        if left:
            raise left.pop()
        return "done"

    if failures == 4:
        with pytest.raises(OperationalError):
            persistently(action, 1, "a")
    else:
        assert persistently(action, 1, "a") == "done"
    assert pauses == slept and given == [(1, "a")] * (len(slept) + 1)


def test_what_does_not_pass_is_tried_once(lost, monkeypatch):
    monkeypatch.setattr(database_errors, "time", None)
    tried = []
    with pytest.raises(OperationalError):
        persistently(lambda: tried.append(1) or (_ for _ in ()).throw(of_sqlite("disk full")))
    assert tried == [1]


def refused(error, url=SQLITE):
    with pytest.raises(WorkspaceError) as caught, explained(url, "the config"):
        raise error
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ('password authentication failed for user "x"', "Name the user in the URL"),
        ('role "x" does not exist', "Name the user in the URL"),
        ('database "x" does not exist', "Make the database with: createdb"),
        ("no such column: a.b", "An older nbgrader may have made it. Make a backup"),
        ("attempt to write a readonly database", "The gradebook is read-only. Check that the URL does not name a copy"),
        ("disk I/O error", "The URL is in the config."),
    ],
)
def test_a_refusal_comes_with_what_to_do(said, hint):
    message, advice = refused(of_sqlite(said))
    assert message == f"Cannot use the gradebook {SQLITE}: {said}." and advice.startswith(hint)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("42P01", "An older nbgrader may have made it"),
        ("25006", "The gradebook is read-only."),
        ("42501", "The user in the URL must own"),
        ("22001", "PostgreSQL stores at most 128 characters"),
    ],
)
def test_a_servers_code_says_what_to_do_in_any_language(code, hint):
    error = ValueError("verweigert")
    error.sqlstate = code
    assert refused(ProgrammingError("", {}, error))[1].startswith(hint)


def test_of_a_lost_connection_it_asks_whether_the_server_runs(lost):
    assert refused(lost)[1] == "Check that the server is running and reachable from here. The URL is in the config."


def test_what_is_not_the_database_s_goes_through():
    for error in (ModuleNotFoundError(name="other"), KeyError("x")):
        with pytest.raises(type(error)), explained(SQLITE, "the config"):
            raise error
    message, hint = refused(ModuleNotFoundError(name="psycopg"))
    assert "needs psycopg, which is not installed" in message and "[instructor,postgresql]" in hint


@pytest.mark.parametrize(
    "url", ["sqlite:///x.db", "sqlite:////x.db", "sqlite://", "sqlite+pysqlite:///x.db", "postgresql+psycopg://u@h/c"]
)
def test_urls_of_what_was_tried_are_taken(url):
    check_url(url, "the config")


@pytest.mark.parametrize("url", ["mysql://u@h/c", "postgresql://u@h/c", "postgresql+psycopg2://u@h/c", "x.db", ""])
def test_other_urls_are_refused_with_how_to_write_one(url):
    with pytest.raises(WorkspaceError, match="The URL in the config does not name a database") as caught:
        check_url(url, "the config")
    assert caught.value.hint == "Write postgresql+psycopg://USER@HOST/DATABASE, or sqlite:////PATH."


def test_a_password_with_an_at_sign_is_never_shown():
    with pytest.raises(WorkspaceError, match="contains two @ signs") as caught:
        check_url("postgresql+psycopg://u:se@cret@host@other/c", "the config")
    assert "cret" not in str(caught.value) and "%40" in caught.value.hint
