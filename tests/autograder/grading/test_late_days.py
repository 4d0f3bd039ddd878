"""Extensions and late days, from facts alone. Each case is worked out by hand in its comment."""

from datetime import datetime, timedelta

import pytest

from autograder.course.course_toml import LateRules
from autograder.grading.late_days import Allowance, allowances, days_begun

DUE = {"a1": datetime(2026, 10, 1), "a2": datetime(2026, 10, 8), "a3": datetime(2026, 10, 15), "open": None}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def used(late, rules, until=()):
    """The late days used by each assignment; `late` is how long after its due date each one arrived."""
    arrived = {name: (DUE[name] or DUE["a1"]) + after for name, after in late.items()}
    found = allowances(DUE, dict(until), arrived, rules)
    return {name: allowance.late_days for name, allowance in found.items() if allowance.late_days}


@pytest.mark.parametrize(
    "late, days",
    [(-DAY, 0), (0 * DAY, 0), (timedelta(microseconds=1), 1), (DAY, 1), (DAY + timedelta(seconds=1), 2), (3 * DAY, 3)],
)
def test_a_day_counts_when_it_has_begun(late, days):
    assert days_begun(late) == days


def test_without_a_budget_nothing_is_used():
    assert used({"a1": 5 * DAY}, LateRules(percent_per_day=10)) == {}


def test_they_are_spent_until_none_is_left():
    # 2 of 5, then 2 of the 3 left, then 1 of 1
    assert used({"a1": 30 * HOUR, "a2": 2 * DAY, "a3": 3 * DAY}, LateRules(days=5)) == {"a1": 2, "a2": 2, "a3": 1}


def test_work_in_time_or_without_a_due_date_uses_none():
    assert used({"a1": -HOUR, "a2": 0 * DAY, "open": 9 * DAY, "a3": HOUR}, LateRules(days=5)) == {"a3": 1}


def test_an_assignment_uses_at_most_its_limit():
    rules = LateRules(days=5, days_per_assignment=2)
    assert used({"a1": 4 * DAY, "a2": 4 * DAY, "a3": 4 * DAY}, rules) == {"a1": 2, "a2": 2, "a3": 1}


def test_what_arrives_first_spends_first():
    # a1 arrives 20 days late, on 21 October, after a2 (9 October) and a3 (16 October)
    assert used({"a1": 20 * DAY, "a2": DAY, "a3": DAY}, LateRules(days=3)) == {"a2": 1, "a3": 1, "a1": 1}


def test_at_one_moment_the_order_of_the_course_decides():
    # both arrive on 9 October: a1 is 8 days late, a2 one
    assert used({"a2": DAY, "a1": 8 * DAY}, LateRules(days=3)) == {"a1": 3}


def test_an_extension_comes_before_late_days_and_frees_them_for_later_work():
    rules, late = LateRules(days=2), {"a1": 2 * DAY, "a2": 2 * DAY}
    assert used(late, rules) == {"a1": 2}
    assert used(late, rules, {"a1": DUE["a1"] + DAY}) == {"a1": 1, "a2": 1}
    assert used(late, rules, {"a1": DUE["a1"] + 9 * DAY}) == {"a2": 2}


def test_the_time_is_the_extension_and_the_late_days():
    arrived = {"a1": DUE["a1"] + 3 * DAY}
    found = allowances(DUE, {"a1": DUE["a1"] + 12 * HOUR}, arrived, LateRules(days=1))
    assert found["a1"] == Allowance(12 * HOUR, 1) and found["a1"].time == 36 * HOUR
    assert found["a2"] == Allowance()


def test_an_extension_that_ends_before_the_due_date_takes_nothing_away():
    found = allowances(DUE, {"a1": DUE["a1"] - DAY, "open": DUE["a1"]}, {}, LateRules())
    assert set(found.values()) == {Allowance()}
