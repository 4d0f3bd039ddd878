"""How much of the machine's processors a sandbox gets, and what it sees of their use by others."""

import os
import subprocess
import sys

import pytest

from autograder.execution import processor
from autograder.notebook.limits import Limits

pytestmark = pytest.mark.slow

TRIED = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def tried(call, *arguments):
    try:
        return call(*arguments)
    except OSError as error:
        return type(error).__name__
def answer(function, *arguments):
    ctypes.set_errno(0)
    return getattr(libc, function)(*arguments), ctypes.get_errno()
"""


def test_a_kernel_stays_on_its_processor_behind_others_and_cannot_leave_it(run):
    number = max(os.sched_getaffinity(0))
    look = """
print(os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0) - {nice})
print(tried(os.sched_setaffinity, 0, range(os.cpu_count())), answer("sched_setaffinity", 0, 8, bytes([255] * 8)))
print(tried(os.setpriority, os.PRIO_PROCESS, 0, 0), tried(os.nice, -1))
print(tried(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1)))
print(answer("syscall", {ioprio}, 1, 0, 2 << 13), answer("syscall", {attr}, 0, bytes([48] + [0] * 47), 0))
print(os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0) - {nice})"""
    ioprio, attr = (251, 314) if os.uname().machine == "x86_64" else (30, 274)
    look = look.format(nice=os.getpriority(os.PRIO_PROCESS, 0), ioprio=ioprio, attr=attr)
    (said,) = run(TRIED + look, processor=number)
    assert said.splitlines() == [
        f"{{{number}}} 5",
        "PermissionError (-1, 1)",
        "PermissionError PermissionError",
        "PermissionError",
        "(-1, 1) (-1, 1)",
        f"{{{number}}} 5",
    ]


def test_a_new_session_has_no_share_of_the_processor_of_its_own(run):
    look = """
read, write = os.pipe()
def group():
    try:
        return open("/proc/self/autogroup").read()
    except OSError:
        return None
before = group()
if os.fork() == 0:
    os.setsid()
    os.write(write, str(group() == before).encode())
    os._exit(0)
print(os.read(read, 10).decode(), os.getsid(0), tried(open, "/proc/self/autogroup", "w"))"""
    said = run(TRIED + look)
    assert said[0].split()[:2] == ["True", "1"] and said[0].split()[2] in ("OSError", "FileNotFoundError")


BURN = """
import os, signal, time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def start(): # at most 4 s of processor time in all
    if os.fork() == 0:
        burn(0.1)
        os._exit(0)
"""
WAYS = {
    "one after another": "for _ in range(40):\n    start()\n    os.wait()",
    "that nobody waits for": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    "for _ in range(40):\n    start()\n    try: os.wait()\n    except ChildProcessError: pass",
    "of parents that are gone": "for _ in range(40):\n    if os.fork() == 0:\n        os.setsid()\n        start()\n"
    "        os._exit(0)\n    time.sleep(0.1)",
}


def test_the_processor_time_of_all_processes_counts_however_short_they_live(run_notebook):
    limits = Limits(cell_seconds=60, notebook_seconds=120, cpu_seconds=1)
    problems, _ = run_notebook(*(BURN + way for way in WAYS.values()), "1 + 1", limits=limits)
    assert problems == tuple(f"cell {number} used up its 1 s of processor time" for number in (1, 2, 3))


def test_sockets_are_bounded_in_all_processes_together_and_so_are_their_buffers(run_notebook):
    many = """
import os, socket, time
for _ in range(3):
    if os.fork() == 0:
        held = [socket.socketpair() for _ in range(40)]
        time.sleep(20)
        os._exit(0)
time.sleep(20)"""
    buffers = """
import socket
one, other = socket.socketpair()
before = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
for name in (socket.SO_SNDBUF, socket.SO_RCVBUF):
    one.setsockopt(socket.SOL_SOCKET, name, 10**7)
print(one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == before, open("/proc/sys/net/ipv4/tcp_rmem").read().split())
one.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)"""
    problems, (_, said) = run_notebook(many, buffers)
    assert problems == ("cell 1 opened too many sockets at once (limit 200)",)
    assert said == "True ['4096', '65536', '131072']"


def test_what_others_do_with_files_is_not_told(run, open_folder):
    look = """
import fcntl, time
print(answer("inotify_init1", 0), answer("inotify_init"), answer("fanotify_init", 0, 0))
folder = os.open("/usr/lib", os.O_RDONLY)
print([tried(fcntl.fcntl, folder, command, 1) for command in (fcntl.F_NOTIFY, fcntl.F_SETLEASE, 1040)])
page = ctypes.create_string_buffer(1)
print(answer("mincore", ctypes.c_void_p(0), ctypes.c_size_t(4096), page), answer("klogctl", 2, page, 1))
print(answer("syncfs", folder), fcntl.fcntl(folder, fcntl.F_GETFD))"""
    assert run(TRIED + look)[0].splitlines() == [
        "(-1, 38) (-1, 38) (-1, 1)",
        "['PermissionError', 'PermissionError', 'PermissionError']",
        "(-1, 1) (-1, 1)",
        "(-1, 1) 1",
    ]


def test_proc_can_be_read_only_and_does_not_tell_what_the_machine_does(run):
    look = """
import time
live = ("diskstats", "interrupts", "locks", "schedstat", "softirqs", "vmstat", "pressure/cpu", "sys/fs/file-nr")
print([name for name in live if os.path.exists(f"/proc/{name}") and open(f"/proc/{name}").read()])
before = open("/proc/stat").read()
print("cpu0 " in before and "btime " in before, tried(open, "/proc/self/oom_score_adj", "w"))"""
    look += "\ntime.sleep(0.05)\nprint(open('/proc/stat').read() == before)"
    assert run(TRIED + look)[0].splitlines() == ["[]", "True OSError", "True"]


def test_honest_programs_do_not_notice(run):
    """Library calls that the sandbox refuses, or only pretends to carry out."""
    parallel = """
import multiprocessing, psutil, signal, subprocess, sys, threading
import numpy as np
with multiprocessing.Pool(2) as pool:
    print(pool.map(abs, [-1, -2, 3]))
print(subprocess.run([sys.executable, "-c", "print(1)"], start_new_session=True, capture_output=True, text=True).stdout)
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
print((np.ones((300, 300)) @ np.ones((300, 300))).sum() == 300**3)
print(psutil.cpu_times().user >= 0, psutil.cpu_count() > 0)"""
    assert run(parallel)[0].split() == ["[1,", "2,", "3]", "1", "True", "True", "True"]


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="/proc does not report waiting times here")
def test_a_busy_classmate_on_the_same_processor_costs_no_time(run_notebook):
    busy = "import time\nend = time.time() + 60\nwhile time.time() < end: pass"  # ends by itself
    cell = "import time\nend = time.process_time() + 0.6\nwhile time.process_time() < end: pass"
    with subprocess.Popen([sys.executable, "-c", busy]) as classmate:
        os.sched_setaffinity(classmate.pid, {processor.own()})
        os.setpriority(os.PRIO_PROCESS, classmate.pid, os.getpriority(os.PRIO_PROCESS, 0) + 5)  # as a kernel's
        try:
            problems, _ = run_notebook(cell, limits=Limits(cell_seconds=1, notebook_seconds=10))
        finally:
            classmate.kill()
    assert problems == ()
