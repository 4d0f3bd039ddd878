"""What `cs231n check` prints for results made by hand; test_check.py tests the results themselves."""

import re

import pytest

from autograder.check import Checked, Exercise
from autograder.cli.check_table import show_checked

EXERCISES = [
    Exercise("add", passed=2, checks=2, points=3, max_points=3),
    Exercise("double", passed=1, checks=2, points=1.5, max_points=4, problems=["test_double: 3 is not 4"]),
    Exercise("square", passed=0, checks=1, points=0, max_points=2, started=False),
]


@pytest.fixture
def printed(capsys, monkeypatch):
    """printed(columns=200, **values of Checked) -> the printed lines, stripped and with single spaces."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def show(columns=200, **values):
        monkeypatch.setenv("COLUMNS", str(columns))
        nothing = {"exercises": EXERCISES, "questions": {}, "changed": [], "problems": [], "seconds": 12.4}
        show_checked(Checked(**nothing | values))
        return [re.sub(" +", " ", line).strip() for line in capsys.readouterr().out.splitlines()]

    return show


def test_each_exercise_has_its_checks_points_and_state(printed):
    lines = printed()
    assert {"add 2/2 3/3 passed", "double 1/2 1.5/4 failed", "square 0/1 0/2 not started"} <= set(lines)


def test_the_last_line_sums_up_what_passed_and_what_it_is_worth(printed):
    worth = "1 of 3 exercises pass their visible checks, worth 4.5 of {} points (12 s)."
    assert printed()[-1] == f"{worth.format(9)} The grader also runs hidden checks."
    # the student can still earn the points of a deleted test
    assert printed(missing={"test_cube": 2.5})[-1].startswith(worth.format(11.5))


@pytest.mark.parametrize("columns", [129, 130])
def test_what_is_wrong_is_printed_once_in_the_table_or_below_it(printed, columns):
    lines = printed(columns)
    assert lines.count("test_double: 3 is not 4") == 1
    below = lines.index("test_double: 3 is not 4") > next(i for i, line in enumerate(lines) if "square" in line)
    assert below == (columns == 129)
    assert lines.count("double") == below  # the exercise's name is above the message


def test_open_questions_are_named(printed):
    answered = {"why": True, "when": False, "where": False}
    assert "Inline questions answered: 1 of 3; not yet: when, where" in printed(questions=answered)
    assert "Inline questions answered: 2 of 2" in printed(questions={"why": True, "when": True})


def test_whatever_else_there_is_to_say_is_said(printed):
    said = "\n".join(
        printed(
            changed=["setup", "test_add"],
            problems=["the kernel died"],
            not_run=["!ls", "!pip install x"],
            warning="This notebook does not say how long.",
            newer_kit="Install the newer kit.",
            missing={"test_cube": 2.5, "question": 3.0},
        )
    )
    assert "You changed these locked cells: setup, test_add. The grader restores the original cells." in said
    assert "While running: the kernel died" in said
    assert "Not run, because shell commands do not run while grading: !ls; !pip install x." in said
    assert "This notebook does not say how long." in said and "Install the newer kit." in said
    missing = "These graded cells are missing from your notebook: test_cube (2.5 points), question (3 points)."
    assert missing in said


def test_nothing_is_said_of_what_did_not_happen(printed):
    said = "\n".join(printed())
    for word in ("Inline questions", "While running", "Not run", "missing", "You changed", "not yet"):
        assert word not in said
