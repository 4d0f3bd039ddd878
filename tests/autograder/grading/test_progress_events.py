"""`cs231n grade --json`, for programs that watch the grading."""

import io
import json

import pytest
from click.testing import CliRunner

from autograder.cli.command import main
from autograder.grading.progress_events import told_as_json

FIELDS = {"event", "time", "student", "status", "score", "max_score", "needs_manual_grade", "seconds", "reasons", "log",
          "done", "submissions"}  # fmt: skip


def grade(workspace, *options):
    return CliRunner().invoke(main, ["-C", str(workspace.root), "grade", *options, "--json", "--isolation", "process"])


def events(result):
    return [json.loads(line) for line in result.stderr.splitlines()]


def test_each_line_is_an_event_and_stdout_is_as_ever(tiny, no_pool):
    tiny.submitted("zoë\x1b[31m", "sums").mkdir(parents=True)
    result = grade(tiny, "sums")
    started, submission, finished = events(result)
    assert [e["event"] for e in (started, submission, finished)] == ["started", "submission", "finished"]
    assert (started["assignment"], started["submissions"], started["to_grade"]) == ("sums", 1, 1)
    assert submission.keys() == FIELDS
    assert (submission["student"], submission["status"], submission["score"]) == ("zoë\x1b[31m", "graded", 0)
    assert "adding.ipynb was not handed in" in submission["reasons"][0]
    assert (tiny.root / submission["log"]).is_file()
    assert (finished["graded"], finished["unchanged"], finished["failed"]) == (1, 0, 0)
    assert result.stderr.isascii() and "\x1b" not in result.stderr
    assert "1 graded in" in result.stdout and result.exit_code == 0
    again = events(grade(tiny, "sums"))
    assert [(e["event"], e.get("status")) for e in again[:2]] == [("started", None), ("submission", "unchanged")]


def test_a_submission_that_fails_has_no_score(tiny, no_pool, monkeypatch):
    from autograder.grading.record import Recorder

    def fail(*arguments):
        raise OSError("disk full")

    tiny.submitted("one", "sums").mkdir(parents=True)
    monkeypatch.setattr(Recorder, "_enter", fail)
    result = grade(tiny, "sums")
    submission = events(result)[1]
    assert (submission["status"], submission["score"], result.exit_code) == ("failed", None, 1)
    assert "disk full" in submission["reasons"][0] and "disk full" in (tiny.root / submission["log"]).read_text()
    assert f"see {submission['log']}" in result.stdout


def test_what_ends_the_command_is_an_event(tiny):
    result = grade(tiny, "sums")
    [error] = events(result)
    assert error["event"] == "error" and "no submissions of sums" in error["message"] and "collect" in error["hint"]
    assert (result.exit_code, result.stdout) == (1, "")


def test_so_is_an_interrupt():
    stream = io.StringIO()
    with pytest.raises(SystemExit), told_as_json(stream):
        raise KeyboardInterrupt
    assert json.loads(stream.getvalue())["message"] == "The command was interrupted."


def test_a_watcher_that_leaves_stops_nothing():
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with told_as_json(Closed()) as watch:
        watch({"event": "started"})
