"""Resources that processes use, read from a /proc made by hand and from this machine's."""

import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.execution.sandbox import usage

PAGE, TICKS = resource.getpagesize(), os.sysconf("SC_CLK_TCK")


@pytest.fixture
def process(tmp_path):
    """process(number, task={thread: {file name: text}}, **{file name: text}) -> a folder like /proc/number."""

    def make(number, task=None, **files):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        for thread, texts in (task or {}).items():
            (folder / "task" / thread).mkdir(parents=True)
            for name, text in texts.items():
                (folder / "task" / thread / name).write_text(text)
        return folder

    return make


def stat(name, *times):
    """/proc/PID/stat: the id, the name, 11 unused fields, utime, stime, cutime, cstime, more unused fields."""
    return f"12 ({name}) S " + " ".join(["9"] * 10) + " " + " ".join(map(str, times)) + " 20 0 1 0"


def test_processor_time_is_a_processs_own_and_that_of_its_ended_children(process):
    found = [process(1, stat=stat("python", 1, 20, 300, 4000)), process(2, stat=stat("a ) b (", 5, 0, 0, 0))]
    assert usage.processor_seconds(found) == 4326 / TICKS


def test_memory_is_that_of_the_thread_that_has_most_without_what_is_shared(process):
    found = [
        process(1, {"1": {"statm": "999 10 4 0"}, "2": {"statm": "0 0 0 0"}}),
        process(2, {"2": {"statm": "0 0 0 0"}, "3": {"statm": "999 7 2 0"}}),
    ]
    assert usage.memory(found) == (6 + 5) * PAGE


def test_exact_memory_counts_what_is_shared_by_its_share(process):
    rollup = "00400000-7fff [rollup]\nRss: 900 kB\nPss: 800 kB\nPss_Anon: {} kB\nPss_File: 5 kB\n"
    found = [
        process(1, {"1": {"smaps_rollup": rollup.format(10)}, "2": {"smaps_rollup": rollup.format(4)}}),
        process(2, {"2": {}, "3": {"smaps_rollup": rollup.format(1)}}),  # the first thread has ended
    ]
    assert usage.exact_memory(found) == 11 * 1024


def test_waiting_is_told_for_each_thread(process):
    found = [process(1, {"1": {"schedstat": "100 2500000000 7"}, "2": {"schedstat": "1 0 1"}}), process(2)]
    task = found[0] / "task"
    assert usage.waits(found) == {task / "1": 2.5, task / "2": 0.0}


@pytest.mark.parametrize("measure", [usage.memory, usage.exact_memory, usage.processor_seconds, usage.waits])
def test_a_process_that_has_ended_uses_nothing_and_the_others_count(process, tmp_path, measure):
    texts = {"statm": "9 3 1 0", "smaps_rollup": "Pss_Anon: 3 kB\n", "schedstat": "1 2 3"}
    alive = process(1, {"1": texts}, stat=stat("python", 1, 0, 0, 0))
    gone = tmp_path / "2"
    assert measure([gone, alive]) == measure([alive]) and measure([alive]) and not measure([gone])


@pytest.mark.parametrize("measure", [usage.memory, usage.exact_memory, usage.processor_seconds, usage.waits])
def test_what_cannot_be_read_uses_nothing(process, measure):
    broken = process(1, {"1": {"statm": "1", "schedstat": "", "smaps_rollup": ""}}, stat="x")
    assert not measure([broken])


@pytest.fixture
def child():
    code = "import socket, sys; s = [socket.socket() for _ in range(3)]; print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as found:
        found.stdout.readline()
        yield found.pid
        found.stdin.close()


def test_a_family_is_a_process_and_its_descendants(child):
    assert child in usage.children(os.getpid()) and usage.children(child) == []
    assert usage.family(child) == [Path(f"/proc/{child}")]
    family = usage.family(os.getpid())
    assert family[0] == Path(f"/proc/{os.getpid()}") and Path(f"/proc/{child}") in family


def test_of_this_machine_all_of_it_can_be_read(child):
    found = usage.family(child)
    assert 1_000_000 < usage.exact_memory(found) <= usage.memory(found) * 2
    assert usage.processor_seconds([Path(f"/proc/{os.getpid()}")]) == pytest.approx(sum(os.times()[:4]), abs=1)
    assert all(seconds >= 0 for seconds in usage.waits(found).values())


def test_sockets_are_counted_in_a_network():
    with socket.socket():
        there = usage.sockets(os.getpid())
        assert there > 0


def test_a_process_that_is_not_there_has_nothing():
    assert usage.children(2**22 + 1) == [] and usage.processes(2**22 + 1) == [] and usage.sockets(2**22 + 1) == 0


def test_processes_are_the_folders_with_a_number(child):
    found = usage.processes(child)  # its root is the machine's
    assert Path(f"/proc/{child}/root/proc/{child}") in found or found == []  # [] if the root may not be read
    assert all(folder.name.isdigit() for folder in found)
