"""The log of a submission: readable, harmless, bounded."""

import pytest

from autograder.grading.submission_log import SubmissionLog


def lines(path):
    return [line.partition("  ")[2] if not line.startswith("    ") else line for line in path.read_text().splitlines()]


def test_entries_with_details_and_a_new_log_replaces_the_old(tmp_path):
    path = tmp_path / "sums" / "one.log"
    for what in ("first", "second"):
        log = SubmissionLog(path)
        log.say(what)
        log.say("adding: prepared", "no cell", "no answer")
    assert lines(path) == ["second", "adding: prepared", "    no cell", "    no answer"]


def test_what_a_student_wrote_is_no_entry_and_nothing_to_a_terminal(tmp_path):
    log = SubmissionLog(tmp_path / "log")
    log.say("ran", "a\n2026-01-01 00:00:00  recorded\x1b[2J\r\x07\u202e \udcff")
    text = log.path.read_text()
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "\n    2026-01-01 00:00:00  recorded\\x1b[2J" in text


def test_an_entry_keeps_the_beginning_and_the_end_of_much_text(tmp_path):
    log = SubmissionLog(tmp_path / "log")
    log.say("begin" + "x" * 10**6 + "end")
    text = log.path.read_text()
    assert len(text) < 20_200 and "beginx" in text and "xend" in text
    assert "980,008 characters left out" in text


@pytest.mark.parametrize(("length", "cut"), [(20_000, False), (20_001, True)])
def test_an_entry_has_at_most_20_000_characters(tmp_path, length, cut):
    log = SubmissionLog(tmp_path / "log")
    log.say("x" * length)
    assert ("[1 characters left out]" in log.path.read_text()) is cut


def test_an_error_is_told_with_what_it_came_of(tmp_path):
    log = SubmissionLog(tmp_path / "log")
    try:
        raise OSError("disk full") from ValueError("too much")
    except OSError as error:
        log.failed("could not be recorded", error)
    assert "ValueError: too much" in log.path.read_text() and "OSError: disk full" in log.path.read_text()


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "sums").write_text("a file where the folder should be")
    SubmissionLog(tmp_path / "sums" / "one.log").say("first")
