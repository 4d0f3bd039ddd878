"""Every limit of course.toml, reached on purpose, and the message about it."""

import os
import resource
import subprocess
import sys
from dataclasses import replace

import pytest
from nbformat.v4 import new_output

from autograder.execution.sandbox import limit_met, resource_limits, size_in_words
from autograder.execution.sandbox.limits import limit_values
from autograder.notebook.limits import Limits

LIMITS = Limits(memory_bytes=1_000_000_000, scratch_bytes=10_000_000, processes=60, open_files=200)
MB = 1_000_000


@pytest.mark.slow
def test_memory_is_bounded_in_one_process_and_the_kernel_goes_on(run_notebook):
    problems, cells = run_notebook("x = bytearray(1_500_000_000)", "1 + 1")
    assert problems == ("cell 1 ran out of memory (limit 1 GB)",)
    assert cells == ["MemoryError:", "2"]


@pytest.mark.slow
def test_memory_is_bounded_in_many_processes_together(run_notebook):
    many = """
import os, time
for _ in range(5):
    if os.fork() == 0:
        held = bytearray(b"x") * 150_000_000
        time.sleep(20)
        os._exit(0)
time.sleep(20)"""
    limits = Limits(cell_seconds=25, notebook_seconds=60, memory_bytes=600 * MB)
    problems, cells = run_notebook("x = 1", many, "x + 1", limits=limits)
    assert problems == ("cell 2 ran out of memory (limit 600 MB)",)
    assert cells[2] == "2"


@pytest.mark.slow
def test_memory_counts_of_a_process_whose_first_thread_has_ended(run_notebook):
    hidden = """
import ctypes, os, threading, time
for _ in range(4):
    if os.fork() == 0:
        held = bytearray(b"x") * 200_000_000
        threading.Thread(target=time.sleep, args=(20,)).start()
        ctypes.CDLL(None).syscall(60, 0)  # exit, of this thread alone
time.sleep(8)"""
    problems, _ = run_notebook(hidden, limits=replace(LIMITS, cell_seconds=20, memory_bytes=600 * MB))
    assert problems == ("cell 1 ran out of memory (limit 600 MB)",)


@pytest.mark.slow
def test_files_are_bounded_in_number_too(run_notebook):
    fill = "import os\nfor i in range(30_000): os.mknod(f'/dev/shm/{i}')"
    problems, cells = run_notebook(fill)
    assert problems == ("cell 1 filled its scratch folder (limit 10 MB)",) and "No space left" in cells[0]


@pytest.mark.slow
def test_a_fork_bomb_is_bounded(run_notebook):
    bomb = """
import os, time
started = 0
try:
    while started < 150:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        started += 1
finally:
    print(started)"""
    problems, cells = run_notebook(bomb, "1 + 1")
    assert int(cells[0].split()[0]) < 60
    assert problems == ("cell 1 started too many processes or threads (limit 60)",)
    assert cells[1] == "2"


@pytest.mark.slow
def test_threads_and_open_files_are_bounded(run_notebook):
    threads = """
import threading, time
for _ in range(100):
    threading.Thread(target=time.sleep, args=(3,), daemon=True).start()"""
    problems, _ = run_notebook(threads, "held = [open('/dev/null') for _ in range(300)]")
    assert problems == (
        "cell 1 started too many processes or threads (limit 60)",
        "cell 2 opened too many files at once (limit 200)",
    )


@pytest.mark.slow
@pytest.mark.parametrize("folder", [".", "/tmp", "/dev/shm"])
def test_the_disk_is_not_filled(run_notebook, folder):
    fill = f"for i in range(4):\n    with open('{folder}/%d' % i, 'wb') as f:\n        f.write(bytes(4_000_000))"
    problems, cells = run_notebook(fill, "1 + 1")
    assert problems == ("cell 1 filled its scratch folder (limit 10 MB)",)
    assert cells[1] == "2"


@pytest.mark.slow
def test_a_file_that_is_too_large(run_notebook):
    problems, _ = run_notebook("with open('large', 'wb') as f:\n    f.truncate(20_000_000)")
    assert problems == ("cell 1 wrote too large a file (limit 10 MB)",)


@pytest.mark.slow
def test_processor_time_is_bounded(run_notebook):
    limits = Limits(cell_seconds=15, notebook_seconds=60, cpu_seconds=1)
    problems, cells = run_notebook("while True: pass", "1 + 1", limits=limits)
    assert problems == ("cell 1 used up its 1 s of processor time",)
    assert cells[1] == "2"


@pytest.mark.slow
def test_output_is_bounded(run_notebook):
    problems, cells = run_notebook("print('x' * 5000)", "1 + 1", limits=Limits(output_bytes=1000))
    assert problems == ("cell 1 printed more than the 1,000 bytes of output that are kept",)
    assert len(cells[0]) < 1200 and cells[1] == "2"


@pytest.mark.slow
def test_the_network_is_not_reached(run_notebook):
    reach = "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=3)"
    problems, _ = run_notebook(reach)
    assert problems == ("cell 1 needs the network, which is not available while grading",)


@pytest.mark.slow
def test_the_sandboxs_first_process_has_the_limits_too(run):
    """The kernel can write to the memory of this process."""
    names = ("Max cpu time", "Max file size", "Max open files", "Max address space", "Max core file size")
    look = f"print([line.split()[-2] for line in open('/proc/1/limits') if line.startswith({names!r})])"
    assert run(look, limits=LIMITS) == ["['602', '10000000', '1', '200', '1000000000']"]


@pytest.mark.slow
def test_no_process_of_the_sandbox_can_go_without_the_limit_of_processes(run, monkeypatch):
    if os.geteuid() == 0:  # the user namespace has the limit, whatever the limits of its processes
        _without_the_kernels_own(monkeypatch)
        bomb = """
import os, resource, time
started = 0
try:
    while started < 150:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        started += 1
except BlockingIOError:
    pass
print(resource.getrlimit(resource.RLIMIT_NPROC)[0] != 60, started < 60)"""
        assert run(bomb, limits=LIMITS) == ["True True"]
    else:
        look = "print([line.split()[-2] for line in open('/proc/1/limits') if line.startswith('Max processes')])"
        assert run(look, limits=LIMITS) == ["['64']"]


def _without_the_kernels_own(monkeypatch):
    """Do not give the kernel itself the limit on the number of processes."""

    def without(limits):
        return {name: value for name, value in limit_values(limits).items() if name != "nproc"}

    monkeypatch.setattr("autograder.execution.sandbox.kernel.limit_values", without)


LOOK = "import resource\nprint([resource.getrlimit(getattr(resource, 'RLIMIT_' + n)) for n in {names}])"


def test_without_a_sandbox_a_process_has_limits_but_of_processes():
    names = ["AS", "NOFILE", "FSIZE", "CPU", "NPROC"]
    command = [*resource_limits(LIMITS), sys.executable, "-c", LOOK.format(names=names)]
    limits = eval(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert limits == [
        (1_000_000_000, 1_000_000_000), (200, 200), (10_000_000, 10_000_000), (600, 602),
        resource.getrlimit(resource.RLIMIT_NPROC),
    ]  # fmt: skip


def test_a_process_that_crashes_leaves_no_core(tmp_path):
    command = [*resource_limits(LIMITS), sys.executable, "-c", "import os; os.abort()"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_a_grader_with_lower_limits_keeps_them():
    lower = f"import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))\n{START}"
    said = subprocess.run([sys.executable, "-c", lower], capture_output=True, text=True)
    assert said.stdout.strip() == "[(100, 100)]", said.stderr


START = f"""
import subprocess, sys
from autograder.notebook.limits import Limits
from autograder.execution.sandbox import resource_limits
subprocess.run([*resource_limits(Limits()), sys.executable, "-c", {LOOK.format(names=["NOFILE"])!r}], check=True)
"""


def test_without_prlimit_there_are_no_limits(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert resource_limits(LIMITS) == []


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (("numpy._core._exceptions._ArrayMemoryError", "Unable to allocate 9 GiB"), "ran out of memory (limit 1 GB)"),
        (("OSError", "[Errno 12] Cannot allocate memory"), "ran out of memory (limit 1 GB)"),
        (("ImportError", "libopenblas.so: failed to map segment from shared object"), "ran out of memory (limit 1 GB)"),
        (("OSError", "[Errno 28] No space left on device"), "filled its scratch folder (limit 10 MB)"),
        (("OSError", "[Errno 30] Read-only file system: '/usr/x'"),
         "wrote to a folder that is read-only here; write to the working folder instead"),
        (("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>"),
         "needs the network, which is not available while grading"),
        (("ValueError", "shapes differ"), None),
    ],
)  # fmt: skip
def test_a_limit_that_was_met_is_said_in_words(output, words):
    ename, evalue = output
    assert limit_met(new_output("error", ename=ename, evalue=evalue, traceback=[]), LIMITS) == words


def test_what_is_printed_meets_no_limit():
    assert limit_met(new_output("stream", name="stdout", text="MemoryError"), LIMITS) is None


@pytest.mark.parametrize(
    ("size", "words"), [(4_000_000_000, "4 GB"), (1_500_000_000, "1.5 GB"), (200_000_000, "200 MB"), (12, "12 bytes")]
)
def test_a_size_is_said_in_words(size, words):
    assert size_in_words(size) == words
