"""The time budget that cells share, and when the outcome of a run is believed; without a kernel."""

import pytest

from autograder.execution.budget import Attempt, TimeBudget, first_believed


def budget(seconds=10, late=0.0):
    return TimeBudget(seconds, "the cells used up their", "the kernel was restarted", late)


def test_a_cell_has_what_is_left_and_the_last_one_goes_on_for_a_second():
    made = budget(10)
    assert made.for_cell(4) == 4 and made.for_cell(60) == 10
    made.left = 0.2
    assert made.for_cell(4) == 1 and made.over() is None


def test_it_is_over_when_its_seconds_are_used_up_or_later():
    made, patient = budget(10), budget(10, late=3)
    for each in (made, patient):
        each.left = 0.1
        assert each.over() is None
        each.left = 0.0
    assert made.over() == ("TimeLimit", "the cells used up their 10 s") and patient.over() is None
    patient.left = -2.9
    assert patient.over() is None
    patient.left = -3.0
    assert patient.over() is not None


def test_it_is_over_when_too_many_kernels_died():
    made = budget()
    made.restarts = 3
    assert made.over() is None
    made.restarts = 4  # one more than allowed
    assert made.over() == ("KernelDied", "the kernel was restarted 4 times")


ONE, OTHER = ((2, "kernel"),), ((3, "judge"),)


@pytest.mark.parametrize(
    ("killed", "believed"),
    [
        ([()], 0),
        ([ONE, ()], 1),
        ([ONE, ONE, ()], 1),  # killed at the same place twice: the notebook itself causes it
        ([ONE, OTHER, ONE, ()], 2),
        ([((n, "kernel"),) for n in range(9)], 3),
    ],
)
def test_an_attempt_is_believed_when_nothing_was_killed_or_the_same_twice(killed, believed):
    attempts = [Attempt((), (f"attempt {n}",), each) for n, each in enumerate(killed)]
    assert first_believed(iter(attempts).__next__) is attempts[believed]
