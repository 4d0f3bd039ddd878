"""What counts as a notebook's own time, with invented readings instead of processes and kernels."""

import pytest

from autograder.execution import own_time
from autograder.execution.own_time import Clock, Deadline, Reading, Readings


class Machine:
    """A monotonic clock set by hand, and the readings of a notebook's processes."""

    def __init__(self, readings: Readings):
        self.readings, self.now, self.waited, self.used = readings, 1000.0, {"kernel": 7.0}, 3.0

    def monotonic(self):
        return self.now

    def passes(self, seconds, waited=0.0, used=0.0, thread="kernel"):
        self.now += seconds
        self.used += used
        self.waited[thread] = self.waited.get(thread, 0.0) + waited
        self.readings.write(dict(self.waited), self.used)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    readings = Readings(str(tmp_path / "readings"))
    made = Machine(readings)
    monkeypatch.setattr(own_time, "time", made)
    made.passes(1)
    yield made
    readings.close()


@pytest.mark.parametrize(
    ("seconds", "waited", "used", "own"),
    [
        (8, 0, 8, 8),  # alone on its processor
        (8, 0, 0, 8),  # asleep by its own choice
        (8, 6, 2, 2),  # a classmate had three quarters of the processor
        (8, 8, 0, 0),  # or all of it
        (8, 390, 8, 8),  # fifty of its own processes wait for each other
        (8, 390, 2, 2),  # they wait for each other and for a classmate
        (8, 1, 0, 7),
        (8, 8, 20, 8),  # on several processors
    ],
)
def test_own_time_is_that_in_which_nothing_of_the_notebook_waited_or_something_of_it_ran(
    machine, seconds, waited, used, own
):
    clock = Clock(machine.readings)
    machine.passes(seconds, waited, used)
    assert clock.seconds() == pytest.approx(own)
    assert Clock(machine.readings).seconds() == 0


def test_what_was_before_and_a_thread_that_ends_or_is_new_do_no_harm(machine):
    clock = Clock(machine.readings)
    machine.passes(2, waited=1, thread="a pool's")
    del machine.waited["a pool's"]
    machine.passes(2, waited=1)
    assert clock.seconds() == pytest.approx(2)


def test_a_deadline_comes_when_the_own_time_is_over_or_after_a_multiple_of_it(machine):
    deadline = Deadline(10, machine.readings)
    machine.passes(10, waited=6, used=4)
    assert deadline.left() == pytest.approx(6)
    machine.passes(6, used=6)
    assert deadline.left() <= 0
    deadline = Deadline(10, machine.readings)
    machine.passes(10 * 10 - 1, waited=1000)
    assert deadline.left() == pytest.approx(1)
    machine.passes(1, waited=1)
    assert deadline.left() <= 0


def test_without_readings_time_is_the_clock_s(machine):
    clock, deadline = Clock(), Deadline(3)
    machine.passes(3, waited=3)
    assert clock.seconds() == 3 and deadline.left() <= 0


def test_a_system_that_tells_nothing_of_waiting_counts_all_of_the_time(machine):
    machine.readings.write({}, 0.0)
    clock = Clock(machine.readings)
    machine.now += 5
    machine.readings.write({}, 0.0)
    assert clock.seconds() == 5


def test_another_process_reads_what_one_has_written(machine):
    machine.passes(2, waited=1, used=1)
    there = Readings(machine.readings.path)
    assert there.last() == machine.readings.last() == Reading(1003.0, 1.0, 4.0)
    there.close()
