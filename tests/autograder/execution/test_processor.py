"""Which processor a process is pinned to; test_local_pool.py tests how workers share the processors."""

import os
import subprocess
import sys

import pytest

from autograder.execution import processor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux pins a process to a processor")


@pytest.fixture
def fresh(monkeypatch):
    """Forget this process's processor before and after the test; the value is a name that no other process uses."""
    monkeypatch.setattr(processor, "_held", None)
    monkeypatch.setattr(processor, "_number", None)
    yield f"test-{os.getpid()}-{os.urandom(4).hex()}"
    if processor._held is not None:
        os.close(processor._held)


@pytest.fixture
def there(monkeypatch):
    """The set of processors available to this process; a test may change it."""
    found = {3, 5}
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(found))
    return found


def take(name, there):
    held, number = processor._taken(name, there)
    return number, held


def test_a_process_has_one_processor_always_the_same(fresh, there):
    assert processor.own(fresh) == 3 == processor.own(fresh)


def test_it_takes_one_that_no_other_has_then_one_that_the_fewest_have(fresh):
    taken = [take(fresh, [3, 5]) for _ in range(4)]
    assert [number for number, _ in taken] == [3, 5, 3, 5]
    os.close(taken[1][1])  # the process on 5 has ended
    again = take(fresh, [3, 5])
    assert again[0] == 5
    for _, held in (*taken[:1], *taken[2:], again):
        os.close(held)


def test_where_each_has_as_many_as_it_can_one_is_taken_all_the_same(fresh, monkeypatch):
    monkeypatch.setattr(processor, "MOST_ON_ONE", 1)
    held = [take(fresh, [3, 5])[1] for _ in range(2)]
    number, last = take(fresh, [3, 5])
    assert number == [3, 5][os.getpid() % 2]
    for descriptor in (*held, last):
        os.close(descriptor)


def test_a_processor_that_was_taken_away_is_not_kept(fresh, there):
    assert processor.own(fresh) == 3
    there.remove(3)
    assert processor.own(fresh) == 5


def test_elsewhere_there_is_none(fresh, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert processor.own(fresh) is None
    processor.stay(fresh)


def test_to_stay_takes_along_what_was_started(fresh, monkeypatch):
    set_to = {}
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5})
    monkeypatch.setattr(os, "sched_setaffinity", lambda pid, numbers: set_to.update({pid: numbers}))
    with subprocess.Popen(["sleep", "60"]) as child:
        processor.stay(fresh)
        child.kill()
    assert set_to[os.getpid()] == {3} == set_to[child.pid]


def test_a_process_that_is_on_its_processor_does_nothing(fresh, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3})
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: pytest.fail("set again"))
    processor.stay(fresh)
