"""How kernels in the sandbox start, are interrupted and end, and what they leave behind."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from autograder.execution.sandbox import close_zygotes, usage, zygote_pids
from autograder.notebook.limits import Limits

pytestmark = pytest.mark.slow

LEFTOVER = """
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(60)
    os._exit(0)
"""


def processes_with(mark):
    """The processes of this machine whose command line contains `mark`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in entry.read_bytes():
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


@pytest.fixture
def channel():
    """(the judge's end, the kernel's end) of a channel."""
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    with ours, theirs:
        yield ours, theirs


def test_a_channel_is_open_here_still_when_the_kernel_has_ended(run, channel):
    ours, theirs = channel
    assert run("1 + 1", channel=theirs.fileno()) == ["2"]
    theirs.send(b"still open")
    assert ours.recv(10) == b"still open"


@pytest.mark.parametrize("before", ["", LEFTOVER], ids=["alone", "with a child"])
@pytest.mark.parametrize("how", ["killed", "os._exit", "abort"])
def test_when_a_kernel_dies_the_channel_is_over(kernel, channel, before, how):
    ours, theirs = channel
    end = {"os._exit": "import os\nos._exit(3)", "abort": "import os\nos.abort()"}

    async def die():
        async with kernel(channel=theirs.fileno()) as running:
            theirs.close()
            await running.run(before)
            if how == "killed":
                os.kill(running.process.pid, signal.SIGKILL)
            else:
                running.client.execute(end[how])
            return await asyncio.to_thread(ours.recv, 1)

    assert asyncio.run(die()) == b""


def test_what_a_module_opened_in_the_zygote_is_not_what_the_kernel_opens(run, open_folder):
    (open_folder / "opening.py").write_text("import os\nHELD = [os.open(os.devnull, os.O_RDONLY) for _ in range(9)]")
    cells = ("import os, opening", "for number in opening.HELD: os.close(number)", "6 * 7")
    assert run(*cells, pythonpath=(str(open_folder),), modules=("opening",)) == ["", "", "42"]


def test_two_kernels_of_one_zygote_draw_other_numbers(run, open_folder):
    draw = "import random, secrets, tempfile, uuid, numpy as np\n"
    draw += "print(random.random(), np.random.random(), secrets.token_hex(4), uuid.uuid4(), tempfile.mktemp())"
    first, second = (run(draw)[0].split() for _ in range(2))
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_the_kernels_process_is_known_here(kernel):
    async def status_of():
        async with kernel() as running:
            inside = await running.run("import os\nprint(os.getpid())")
            return Path(f"/proc/{running.process.pid}/status").read_text(), inside

    status, inside = asyncio.run(status_of())
    assert next(x for x in status.splitlines() if x.startswith("NSpid")).split()[-1] == inside


def test_all_ends_when_the_grader_is_killed(kernel):
    async def processes():
        close_zygotes()
        async with kernel() as running:
            await running.run(LEFTOVER)
            found = [folder.name for folder in usage.family(running.process.init)]  # ids outside the sandbox
            (zygote,) = zygote_pids()
            os.kill(zygote, signal.SIGKILL)  # the zygote ends with the grader
            end = time.monotonic() + 10
            while any(Path(f"/proc/{pid}/root/proc").exists() for pid in found) and time.monotonic() < end:
                await asyncio.sleep(0.01)
            return len(found), [pid for pid in found if Path(f"/proc/{pid}/root/proc").exists()]

    assert asyncio.run(processes()) == (3, [])


def test_a_kernel_that_puts_links_in_the_place_of_its_sockets_leads_the_grader_nowhere(run_notebook, tmp_path_factory):
    path = str(tmp_path_factory.mktemp("s") / "socket")
    swap = f"""
import glob, os, socket, time
for name in glob.glob("/run/kernel/k-*"):
    os.unlink(name)
    os.symlink({path!r}, name)
for number in range(3, 100):
    try:
        own = socket.socket(fileno=os.dup(number))
        if own.family == socket.AF_UNIX:
            own.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
time.sleep(2)"""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        server.settimeout(0)
        run_notebook(swap, limits=Limits(cell_seconds=4, notebook_seconds=30))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_cell_over_its_time_is_interrupted_and_the_kernel_goes_on(run_notebook):
    limits = Limits(cell_seconds=1, notebook_seconds=60)
    problems, cells = run_notebook("x = 1", "while True: pass", "x + 1", limits=limits)
    assert problems == ("cell 2 did not finish within 1 s",)
    assert "KeyboardInterrupt" in cells[1] and cells[2] == "2"


def test_a_kernel_that_ignores_signals_is_replaced(run_notebook):
    deaf = """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
import time
while True: time.sleep(0.01)"""
    limits = Limits(cell_seconds=1, notebook_seconds=60)
    problems, cells = run_notebook("x = 1", deaf, "x + 1", limits=limits)
    assert problems == ("cell 2 did not finish within 1 s",)
    assert cells[2] == "2"


def test_no_process_is_left(run):
    mark = f"left-behind-{os.getpid()}-{time.monotonic_ns()}"
    daemon = f"""
import os, subprocess, sys, signal
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)", "{mark}"])
    os._exit(0)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "{mark}"], start_new_session=True)
import time; time.sleep(1)
print(sum(b"{mark}" in open("/proc/" + p + "/cmdline", "rb").read() for p in os.listdir("/proc") if p.isdigit()))"""
    assert run(daemon) == ["2"]
    assert processes_with(mark) == []


def test_the_processes_of_an_ended_sandbox_take_no_room_in_the_next(kernel):
    fill = "import os, time\nfor _ in range(100):\n    if not os.fork():\n        time.sleep(60)\n        os._exit(0)"

    async def one_after_the_other():
        for _ in range(2):
            async with kernel() as running:
                assert "BlockingIOError" in await running.run(fill)
                first = running.process.init
            with contextlib.suppress(OSError):  # it is gone, or a zombie
                assert Path(f"/proc/{first}/stat").read_text().split()[2] == "Z"

    asyncio.run(one_after_the_other())


def test_how_a_kernel_ended_is_said(run_notebook):
    problems, _ = run_notebook("import os\nos.abort()", "os._exit(3)", "import os\nos._exit(3)", "exit()")
    assert problems[0].startswith("cell 1 ended its kernel (SIGABRT: a crash, or out of memory: the limit is 1 GB)")
    assert problems[1:] == ("cell 3 ended its kernel (a crash, or exit?)", "cell 4 ended its kernel (exit)")


def test_what_is_printed_past_jupyter_fills_nothing_and_stops_nothing(run):
    assert run("import os\nfor i in range(30): os.write(2, b'x' * 1_000_000)", "1 + 1")[1] == "2"


def test_a_child_of_the_student_s_is_forked_without_a_warning(run):
    """Python 3.12 and later warn about a fork in a process with threads; the kernel's threads are not the student's."""
    assert run("import os\nif os.fork() == 0:\n    os._exit(0)\nprint(os.wait()[1])") == ["0"]
    own = "import warnings\nwarnings.warn('mine', DeprecationWarning)"
    assert "DeprecationWarning: mine" in run(own)[0]
