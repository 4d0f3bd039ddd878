import math

import pytest

from cs231n_lib.optim import schedules


def test_step_at_regular_times():
    schedule = schedules.step(10, factor=0.5)
    assert [schedule(t) for t in (0, 9, 10, 19, 20, 35)] == [1, 1, 0.5, 0.5, 0.25, 0.125]


def test_step_at_given_times_in_any_order():
    schedule = schedules.step([90, 30, 60])
    assert [schedule(t) for t in (0, 29, 30, 60, 90, 999)] == pytest.approx([1, 1, 0.1, 0.01, 0.001, 0.001])


def test_exponential():
    assert schedules.exponential(0.5)(0) == 1
    assert schedules.exponential(0.5)(4) == pytest.approx(math.exp(-2))


def test_inverse_time():
    schedule = schedules.inverse_time(0.1)
    assert [schedule(t) for t in (0, 10, 30)] == pytest.approx([1, 1 / 2, 1 / 4])


def test_cosine():
    schedule = schedules.cosine(90, final=0.2)
    assert [schedule(t) for t in (0, 30, 45, 60, 90, 91)] == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0.2])


def test_warmup_rises_evenly_and_never_starts_at_0():
    schedule = schedules.warmup(5)
    assert [schedule(t) for t in range(7)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1, 1])


def test_warmup_hands_over_to_the_start_of_what_follows():
    schedule = schedules.warmup(3, then=schedules.cosine(10))
    assert [schedule(t) for t in (2, 3, 8, 13)] == pytest.approx([1, 1, 0.5, 0])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: schedules.step(0), "step: at should be an integer of at least 1, but is 0"),
        (lambda: schedules.step([1.5]), "step: each number in at should be an integer"),
        (lambda: schedules.step(10, factor=0), "step: factor should be a number above 0"),
        (lambda: schedules.exponential(-1), "exponential: decay should be a number of at least 0"),
        (lambda: schedules.step([3, -1]), "step: each number in at should be an integer of at least 0, but is -1"),
        (lambda: schedules.inverse_time(-0.1), "inverse_time: decay should be a number of at least 0"),
        (lambda: schedules.cosine(0), "cosine: num_steps should be an integer of at least 1"),
        (lambda: schedules.cosine(5, final=-0.1), "cosine: final should be a number of at least 0"),
        (lambda: schedules.inverse_time("slow"), "inverse_time: decay should be a number"),
        (lambda: schedules.cosine(2.5), "cosine: num_steps should be an integer of at least 1"),
        (lambda: schedules.exponential(math.inf), "exponential: decay should be a number .*below inf, but is inf"),
        (lambda: schedules.inverse_time(math.inf), "inverse_time: decay should be a number .*below inf, but is inf"),
        (lambda: schedules.cosine(5, math.inf), "cosine: final should be a number .*below inf, but is inf"),
        (lambda: schedules.warmup(0), "warmup: num_steps should be an integer of at least 1"),
    ],
)
def test_settings_that_do_not_fit(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_settings_at_their_limits():
    assert schedules.step(1)(2) == pytest.approx(0.01)
    assert schedules.step([0])(0) == pytest.approx(0.1)
    assert schedules.exponential(0)(100) == schedules.inverse_time(0)(100) == 1
    assert [schedules.cosine(1)(t) for t in (0, 1)] == pytest.approx([1, 0])
    assert schedules.warmup(1)(0) == 1


def test_warmup_into_something_else_than_a_schedule():
    with pytest.raises(TypeError, match="warmup: then should be a schedule"):
        schedules.warmup(5, then=0.1)
