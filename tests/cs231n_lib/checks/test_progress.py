"""Passed checks are printed, and counted in the summary."""

import pytest

from cs231n_lib import checks
from cs231n_lib.checks import progress


@pytest.fixture
def nothing_passed(monkeypatch):
    monkeypatch.setattr(progress, "_passed", {})


def test_summary_lists_the_state_of_exercises(nothing_passed, capsys):
    checks.passed("svm_loss", "the loss is right")
    checks.passed("svm_loss", "the gradient is right")
    checks.passed("svm_loss", "the gradient is right")
    checks.passed("predict", "labels are right")
    assert capsys.readouterr().out.startswith("✓ svm_loss: the loss is right\n")
    checks.summary(["svm_loss", "predict", "train"])
    assert capsys.readouterr().out.splitlines() == [
        "✓ svm_loss  passed 2 checks",
        "✓ predict   passed 1 check",
        "· train     not yet",
        "2 of 3 exercises pass the checks of this notebook.",
    ]


def test_summary_with_totals_tells_partly_from_done(nothing_passed, capsys):
    checks.passed("a", "one")
    capsys.readouterr()
    checks.summary({"a": 2})
    assert capsys.readouterr().out.splitlines()[0] == "· a  passed 1 of 2 checks"


def test_all_checks_of_an_exercise_make_it_done(nothing_passed, capsys):
    checks.passed("a", "one")
    checks.passed("a", "two")
    capsys.readouterr()
    checks.summary({"a": 2, "b": 1})
    assert capsys.readouterr().out.splitlines() == [
        "✓ a  passed 2 checks",
        "· b  not yet",
        "1 of 2 exercises pass the checks of this notebook.",
    ]


def test_a_summary_of_no_exercises(nothing_passed, capsys):
    checks.summary([])
    assert capsys.readouterr().out == "0 of 0 exercises pass the checks of this notebook.\n"
