"""Late penalties depend on the due date, the arrival and all points, automatic and manual."""

import sys
from datetime import datetime, timedelta
from types import ModuleType, SimpleNamespace

import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.course.course_toml import LateRules
from autograder.errors import KitError
from autograder.grading import late
from autograder.grading.late import LatePolicy, bring_up_to_date

DUE = datetime(2026, 11, 20, 12)
ZERO = LatePolicy(Config(LateSubmissionPlugin={"penalty_method": "zero"}))


@pytest.fixture
def gradebook(tiny):
    """Student ann is an hour late, ben is on time; both have 5 points in `adding` and 4 in `squaring`."""
    with Gradebook(tiny.db_url, tiny.course_id) as opened:
        opened.update_or_create_assignment("sums", duedate=DUE)
        for student, arrived in (("ann", DUE + timedelta(hours=1)), ("ben", DUE)):
            opened.update_or_create_student(student)
            opened.update_or_create_submission("sums", student, timestamp=arrived)
            for cell, notebook, points in (("test_double", "adding", 5), ("test_square", "squaring", 4)):
                opened.find_grade(cell, notebook, "sums", student).auto_score = points
        opened.db.commit()
        yield opened


def penalties(gradebook):
    gradebook.db.expire_all()
    return {
        submission.student.id: {notebook.name: notebook.late_submission_penalty for notebook in submission.notebooks}
        for submission in gradebook.assignment_submissions("sums")
    }


LATE = {"ann": {"adding": 5, "squaring": 4}, "ben": {"adding": None, "squaring": None}}
NOBODY = dict.fromkeys(LATE, {"adding": None, "squaring": None})


@pytest.mark.slow
@pytest.mark.on_both_databases
def test_it_follows_the_due_date_both_ways(gradebook):
    assert bring_up_to_date(gradebook, "sums", ZERO) == {}
    assert penalties(gradebook) == LATE
    gradebook.update_or_create_assignment("sums", duedate=DUE + timedelta(days=1))
    bring_up_to_date(gradebook, "sums", ZERO)
    assert penalties(gradebook) == NOBODY
    gradebook.update_or_create_assignment("sums", duedate=DUE - timedelta(days=1))
    bring_up_to_date(gradebook, "sums", ZERO)
    assert penalties(gradebook) == LATE | {"ben": LATE["ann"]}


@pytest.mark.slow
@pytest.mark.on_both_databases
def test_it_follows_an_extension_the_arrival_and_the_policy(gradebook):
    gradebook.grant_extension("sums", "ann", hours=2)
    bring_up_to_date(gradebook, "sums", ZERO)
    assert penalties(gradebook) == NOBODY
    gradebook.grant_extension("sums", "ann")
    gradebook.update_or_create_submission("sums", "ben", timestamp=DUE + timedelta(seconds=1))
    bring_up_to_date(gradebook, "sums", ZERO)
    assert penalties(gradebook) == LATE | {"ben": LATE["ann"]}
    bring_up_to_date(gradebook, "sums", LatePolicy(Config()))
    assert penalties(gradebook) == NOBODY


@pytest.mark.slow
@pytest.mark.on_both_databases
def test_it_follows_points_given_by_hand(gradebook):
    bring_up_to_date(gradebook, "sums", ZERO)
    grade = gradebook.find_grade("question_why", "adding", "sums", "ann")
    grade.manual_score, grade.extra_credit = 3, 1
    gradebook.db.commit()
    bring_up_to_date(gradebook, "sums", ZERO)
    assert penalties(gradebook) == LATE | {"ann": {"adding": 9, "squaring": 4}}


def test_without_a_time_of_arrival_or_a_due_date_nobody_is_late(gradebook):
    bring_up_to_date(gradebook, "sums", ZERO)
    gradebook.update_or_create_submission("sums", "ann", timestamp=None)
    bring_up_to_date(gradebook, "sums", ZERO)
    assert penalties(gradebook) == NOBODY
    gradebook.update_or_create_submission("sums", "ann", timestamp=DUE + timedelta(hours=1))
    gradebook.update_or_create_assignment("sums", duedate=None)
    bring_up_to_date(gradebook, "sums", ZERO)
    assert penalties(gradebook) == NOBODY


def test_a_policy_that_fails_for_one_student_fails_for_no_other(gradebook):
    class Moody(LatePolicy):
        def penalty(self, student, score, seconds_late):
            if student == "ann":
                raise ZeroDivisionError
            return super().penalty(student, score, seconds_late)

    gradebook.update_or_create_submission("sums", "ben", timestamp=DUE + timedelta(hours=1))
    failed = bring_up_to_date(gradebook, "sums", Moody(ZERO.step.config))
    assert list(failed) == ["ann"]
    assert penalties(gradebook) == NOBODY | {"ben": LATE["ann"]}


def test_a_penalty_is_no_bonus_and_takes_no_more_than_there_is():
    policy = LatePolicy(Config())
    for penalty, counts in ((-3, 0), (99, 7), (2, 2), (None, None)):
        policy.step.plugin_inst.late_submission_penalty = lambda *_, penalty=penalty: penalty
        assert policy.penalty("ann", 7, 60) == counts
    assert policy.penalty("ann", 7, 0) is None


@pytest.mark.parametrize(
    "rules, days_late, lost",
    [
        (LateRules(10), 0.5, 2),
        (LateRules(10), 1, 2),
        (LateRules(10), 1.5, 4),
        (LateRules(10), 40, 20),  # no more than there is
        (LateRules(10, closes_after_days=2), 2, 4),
        (LateRules(10, closes_after_days=2), 2.01, 20),
        (LateRules(closes_after_days=0), 0.01, 20),
        (LateRules(closes_after_days=0), 0, None),
        (LateRules(days=3), 1, None),  # the plugin of nbgrader, whose default is no penalty
    ],
)
def test_the_rules_of_course_toml(rules, days_late, lost):
    assert LatePolicy(Config(), rules).penalty("ann", 20, days_late * 86400) == lost


def test_in_formgrader_the_rules_of_course_toml_hold(tmp_path):
    (tmp_path / "course").mkdir()
    toml = '[course]\nid = "c"\ntitle = "C"\n[late]\npercent_per_day = 50\n'
    toml += '[[assignment]]\nname = "a"\ntitle = "A"\nnotebooks = ["n"]\n'
    (tmp_path / "course" / "course.toml").write_text(toml)
    config = Config(CourseDirectory={"root": str(tmp_path)}, Kit={"assignments": "course"})
    assert late.policy_of(config).penalty("ann", 20, 1) == 10


def test_a_policy_that_cannot_be_imported_is_no_traceback():
    with pytest.raises(KitError, match="late policy .* cannot be used"):
        LatePolicy(Config(AssignLatePenalties={"plugin_class": "no_such_module.Policy"}))


def test_in_formgrader_it_follows_at_once(gradebook, monkeypatch):
    from sqlalchemy import event
    from sqlalchemy.orm import Session

    listeners = []
    monkeypatch.setattr(event, "listen", lambda *given: listeners.append(given))
    late.follow_formgrader(ZERO.step.config)
    assert listeners == []  # outside formgrader nothing follows
    monkeypatch.setitem(sys.modules, late.FORMGRADER, ModuleType("formgrader"))
    monkeypatch.setattr(late, "_followed", [])
    late.follow_formgrader(Config())
    late.follow_formgrader(ZERO.step.config)  # the configuration is loaded again
    [(of, when, listener)] = listeners
    assert (of, when) == (Session, "after_flush")
    monkeypatch.undo()
    event.listen(gradebook.db.session_factory, "after_flush", listener)
    monkeypatch.setattr(late, "_followed", [ZERO.step.config])
    grade = gradebook.find_grade("question_why", "adding", "sums", "ann")
    grade.manual_score = 3  # as formgrader's handler does it
    gradebook.db.commit()
    assert penalties(gradebook)["ann"]["adding"] == 8
    assert gradebook.find_submission("sums", "ann").late_submission_penalty == 8


def test_the_module_that_tells_formgrader_is_still_there():
    from importlib.util import find_spec

    assert find_spec(late.FORMGRADER)


def test_a_new_workspace_has_formgrader_follow(tiny):
    assert "follow_formgrader(c)" in (tiny.root / "nbgrader_config.py").read_text()


def test_penalties_that_cannot_be_written_are_not_half_written(monkeypatch):
    done = []
    db = SimpleNamespace(commit=lambda: done.append("commit"), rollback=lambda: done.append("rollback"))
    db.connection = lambda: None
    monkeypatch.setattr(late, "correct_penalties", lambda *_: {"ann": ValueError()})
    assert list(bring_up_to_date(SimpleNamespace(db=db), "sums", ZERO)) == ["ann"] and done == ["commit"]
    monkeypatch.setattr(late, "correct_penalties", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring_up_to_date(SimpleNamespace(db=db), "sums", ZERO)
    assert done == ["commit", "rollback"]
