"""Real kernels in a real sandbox. Every attack is small enough to harm nothing if the defence fails."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder import sandbox, seccomp
from autograder.course import Limits
from autograder.errors import KitError
from autograder.execute import Job, execute
from autograder.grade import grade

CHECKOUT = Path(__file__).resolve().parents[2]
LIMITS = Limits(
    cell_seconds=10, notebook_seconds=60, memory_bytes=1_000_000_000, scratch_bytes=10_000_000, processes=60,
    open_files=200, cpu_seconds=30,
)  # fmt: skip
MB = 1_000_000


def run(*sources, limits=LIMITS, **job):
    """(problems, what each cell printed or raised)."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    executed = execute(Job(notebook=nbformat.writes(notebook), limits=limits, isolation="sandbox", **job))
    return executed.problems, [said(cell) for cell in nbformat.reads(executed.notebook, as_version=4).cells]


def said(cell):
    texts = (o.get("text") or o.get("data", {}).get("text/plain") or f"{o.ename}: {o.evalue}" for o in cell.outputs)
    return "".join(texts).strip()


def processes_with(mark):
    """Processes of this machine in whose command line `mark` stands."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in entry.read_bytes():
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


def test_an_honest_notebook_runs():
    problems, cells = run("import numpy as np\nx = np.ones((100, 100))", "print((x @ x).sum())")
    assert (problems, cells) == ((), ["", "1000000.0"])


def test_nothing_of_this_machine_is_seen_but_python(tmp_path):
    (tmp_path / "secret").write_text("")
    places = [str(CHECKOUT / "autograder"), str(CHECKOUT / "assignments"), str(CHECKOUT / "tests"), str(tmp_path),
              "/etc/passwd", "/etc/hostname", "/var", "/sys", "/opt", "/usr/bin/env", "/usr/local/bin", "/root/.bashrc",
              "/root/.ssh", os.path.join(sys.prefix, "bin", "pip"), str(Path.home() / ".bashrc")]  # fmt: skip
    _, cells = run(f"import os\nprint([p for p in {places!r} if os.path.exists(p)])", "print(os.listdir('/tmp'))")
    # a Python that is installed under /tmp is seen where it is
    in_tmp = [Path(sys.prefix).parts[2]] if Path(sys.prefix).is_relative_to("/tmp") else []
    assert cells == ["[]", repr(in_tmp)]


@pytest.mark.parametrize("package", ["autograder", "cs231n_lib"])
def test_the_grader_and_the_full_library_cannot_be_imported(package):
    _, cells = run(f"import {package}")
    assert cells == [f"ModuleNotFoundError: No module named '{package}'"]


def test_of_an_installed_package_that_is_hidden_nothing_can_be_imported():
    _, cells = run("from jupytext import reads", "import jupytext.cli", hidden=("jupytext",))
    assert cells[0].startswith("ImportError") and cells[1].startswith("ModuleNotFoundError")


@pytest.fixture
def open_folder(tmp_path):
    """A folder that everybody may read, as the sandbox's user must."""
    tmp_path.chmod(0o755)
    return tmp_path


def test_the_edition_is_what_is_imported_and_cannot_be_written(open_folder):
    (open_folder / "cs231n_lib").mkdir()
    (open_folder / "cs231n_lib" / "__init__.py").write_text("WHICH = 'edition'")
    change = "open(cs231n_lib.__file__, 'a').write('WHICH = 1')"
    _, cells = run("import cs231n_lib\nprint(cs231n_lib.WHICH)", change, pythonpath=(str(open_folder),))
    assert cells[0] == "edition" and cells[1].startswith(("PermissionError", "OSError"))
    assert (open_folder / "cs231n_lib" / "__init__.py").read_text() == "WHICH = 'edition'"


def test_the_data_sets_can_be_read_and_not_written(open_folder):
    (open_folder / "numbers.txt").write_text("1 2 3")
    show = "import os\nfolder = os.environ['CS231N_DATA']\nprint(open(folder + '/numbers.txt').read())"
    _, cells = run(show, "open(folder + '/numbers.txt', 'w')", data=str(open_folder))
    assert cells[0] == "1 2 3" and "Read-only" in cells[1]


def test_files_beside_the_notebook_can_be_read_and_shadow_nothing_of_the_kernel(open_folder):
    (open_folder / "ipykernel_launcher.py").write_text("raise SystemExit('shadowed')")
    (open_folder / "own.py").write_text("x = 1")
    _, cells = run("import os\nprint(sorted(os.listdir()))", "open('new', 'w')", cwd=str(open_folder))
    assert cells[0] == "['ipykernel_launcher.py', 'own.py']" and "Read-only" in cells[1]
    assert sorted(path.name for path in open_folder.iterdir()) == ["ipykernel_launcher.py", "own.py"]


def test_of_the_environment_only_what_the_job_gives_is_seen(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "abcdef")
    look = "import os\nprint(os.environ.get('SECRET_TOKEN'), os.environ.get('GIVEN'))"
    first = "print(b'abcdef' in open('/proc/1/environ', 'rb').read())"
    _, cells = run(look, first, env={"GIVEN": "yes"})
    assert cells == ["None yes", "False"]


def test_other_processes_and_the_arguments_of_the_sandbox_are_not_seen():
    mark = str(CHECKOUT / "autograder")
    look = "import glob\nprint(len(glob.glob('/proc/[0-9]*/stat')))"
    read = f"print([p for p in glob.glob('/proc/[0-9]*/cmdline') if {mark!r} in open(p).read()])"
    _, cells = run(look, read)
    assert cells == ["2", "[]"]


def test_no_right_is_left_and_none_can_be_gained():
    look = "print([l.split()[1] for l in open('/proc/self/status') if l[:3] == 'Cap' or l.startswith('NoNewPrivs')])"
    user = "import os\nprint(os.getuid(), os.getgid(), os.getgroups() in ([], [1000], [65534]))\nos.setuid(0)"
    _, cells = run(look, user)
    assert cells[0] == str(["0" * 16] * 5 + ["1"])
    assert cells[1].startswith("1000 1000 ") and "PermissionError" in cells[1]


@pytest.mark.skipif(seccomp.program() is None, reason="the system calls of this machine are not known")
@pytest.mark.parametrize("call", ["unshare(0x10000000)", "memfd_create(b'x', 0)", "shmget(0, 4096, 0o600)"])
def test_system_calls_that_no_notebook_needs_are_refused(call):
    _, cells = run(f"import ctypes\nc = ctypes.CDLL(None, use_errno=True)\nprint(c.{call}, ctypes.get_errno())")
    assert cells == ["-1 1"]


def test_the_network_is_not_reached_nor_this_machine_by_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        reach = "import socket\nsocket.create_connection(('{}', {}), timeout=3)"
        problems, cells = run(reach.format("127.0.0.1", server.getsockname()[1]), reach.format("192.0.2.1", 80))
    assert "ConnectionRefusedError" in cells[0] and "unreachable" in cells[1]
    assert problems == ("cell 2 needs the network, and there is none when a notebook is graded",)


def test_abstract_sockets_of_this_machine_are_not_reached():
    name = f"\0cs231n-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        _, cells = run(f"import socket\nsocket.socket(socket.AF_UNIX).connect({name!r})")
    assert "ConnectionRefusedError" in cells[0]


def test_a_kernel_that_puts_links_in_the_place_of_its_sockets_leads_the_grader_nowhere(tmp_path_factory):
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
        run(swap, limits=Limits(cell_seconds=4, notebook_seconds=30))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_memory_is_bounded_in_one_process_and_the_kernel_goes_on():
    problems, cells = run("x = bytearray(1_500_000_000)", "1 + 1")
    assert problems == ("cell 1 ran out of memory (limit 1 GB)",)
    assert cells == ["MemoryError:", "2"]


def test_memory_is_bounded_in_many_processes_together():
    many = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        held = bytearray(b"x") * 120_000_000
        time.sleep(20)
        os._exit(0)
time.sleep(20)"""
    limits = Limits(cell_seconds=25, notebook_seconds=60, memory_bytes=400 * MB)
    problems, cells = run("x = 1", many, "x + 1", limits=limits)
    assert problems == ("cell 2 ran out of memory (limit 400 MB)",)
    assert cells[2] == "2"


def test_a_fork_bomb_is_bounded():
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
    problems, cells = run(bomb, "1 + 1")
    assert int(cells[0].split()[0]) < LIMITS.processes
    assert problems == ("cell 1 started too many processes or threads (limit 60)",)
    assert cells[1] == "2"


def test_threads_and_open_files_are_bounded():
    threads = """
import threading, time
for _ in range(100):
    threading.Thread(target=time.sleep, args=(3,), daemon=True).start()"""
    problems, _ = run(threads, "held = [open('/dev/null') for _ in range(300)]")
    assert problems == (
        "cell 1 started too many processes or threads (limit 60)",
        "cell 2 opened too many files at once (limit 200)",
    )


@pytest.mark.parametrize("folder", [".", "/tmp", "/dev/shm"])
def test_the_disk_is_not_filled(folder):
    fill = f"for i in range(4):\n    with open('{folder}/%d' % i, 'wb') as f:\n        f.write(bytes(4_000_000))"
    problems, cells = run(fill, "1 + 1")
    assert problems == ("cell 1 filled its scratch folder (limit 10 MB)",)
    assert cells[1] == "2"


@pytest.mark.parametrize("folder", ["/", "/dev", "/etc", "/usr/lib", "/course", "/home", sys.prefix])
def test_nothing_else_can_be_written(folder):
    _, cells = run(f"open('{folder}/written', 'w')")
    assert not Path(folder, "written").exists()
    if not Path(folder).is_relative_to("/tmp"):  # the sandbox has a /tmp of its own, which student code may fill
        assert cells[0].startswith(("OSError", "PermissionError", "FileNotFoundError"))


def test_a_file_that_is_too_large():
    problems, _ = run("with open('large', 'wb') as f:\n    f.truncate(20_000_000)")
    assert problems == ("cell 1 wrote too large a file (limit 10 MB)",)


def test_processor_time_is_bounded():
    limits = Limits(cell_seconds=15, notebook_seconds=60, cpu_seconds=3)
    problems, cells = run("while True: pass", "1 + 1", limits=limits)
    assert problems == ("cell 1 used up its 3 s of processor time",)
    assert cells[1] == "2"


def test_a_cell_over_its_time_is_interrupted_and_the_kernel_goes_on():
    limits = Limits(cell_seconds=2, notebook_seconds=60)
    problems, cells = run("x = 1", "while True: pass", "x + 1", limits=limits)
    assert problems == ("cell 2 did not finish within 2 s",)
    assert "KeyboardInterrupt" in cells[1] and cells[2] == "2"


def test_a_kernel_that_ignores_signals_is_replaced():
    deaf = """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True: pass"""
    limits = Limits(cell_seconds=2, notebook_seconds=60)
    problems, cells = run("x = 1", deaf, "x + 1", limits=limits)
    assert problems == ("cell 2 did not finish within 2 s",)
    assert cells[2] == "2"


def test_no_process_is_left():
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
    _, cells = run(daemon)
    assert cells == ["2"]
    assert processes_with(mark) == []


def test_how_a_kernel_ended_is_said():
    problems, _ = run("import os\nos.abort()", "os._exit(3)", "import os\nos._exit(3)", "exit()")
    assert problems[0].startswith("cell 1 ended its kernel (SIGABRT: a crash, or out of memory: the limit is 1 GB)")
    assert problems[1:] == ("cell 3 ended its kernel (a crash, or exit?)", "cell 4 ended its kernel (exit)")


def test_what_is_printed_past_jupyter_fills_nothing_and_stops_nothing():
    problems, cells = run("import os\nfor i in range(30): os.write(2, b'x' * 1_000_000)", "1 + 1")
    assert cells[1] == "2"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_it_works_for_an_ordinary_user_too(tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n" + ORDINARY],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if "cannot be reached" in said.stdout:
        pytest.skip("this Python lies in a folder that only root can enter")
    assert "works" in said.stdout, said.stderr


ORDINARY = """
try:
    import autograder.sandbox as sandbox
except (ImportError, OSError):
    print("cannot be reached"); raise SystemExit
print(sandbox.missing() or "works")
"""


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (("numpy._core._exceptions._ArrayMemoryError", "Unable to allocate 9 GiB"), "ran out of memory (limit 1 GB)"),
        (("OSError", "[Errno 28] No space left on device"), "filled its scratch folder (limit 10 MB)"),
        (("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>"),
         "needs the network, and there is none when a notebook is graded"),
        (("ValueError", "shapes differ"), None),
    ],
)  # fmt: skip
def test_a_limit_that_was_met_is_said_in_words(output, words):
    ename, evalue = output
    assert sandbox.limit_met(new_output("error", ename=ename, evalue=evalue, traceback=[]), LIMITS) == words


def test_without_bubblewrap_grading_refuses_and_says_what_to_do(tiny, hand_in, monkeypatch):
    hand_in("alice")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(KitError, match="needs bubblewrap, which is not installed") as refused:
        grade(tiny, "sums")
    assert "apt-get install bubblewrap" in refused.value.hint and "--isolation process" in refused.value.hint


def test_without_bubblewrap_grading_goes_on_when_told_to_and_says_so(tiny, hand_in, monkeypatch):
    hand_in("alice")
    monkeypatch.setenv("PATH", "/nowhere")
    report = grade(tiny, "sums", workers=1, isolation="process")
    assert report.failed == [] and "no sandbox" in report.isolation


def test_a_change_of_isolation_grades_again(tiny, hand_in):
    hand_in("alice")
    assert [grade(tiny, "sums", workers=1, isolation=kind).rows[0].status for kind in ("process", "sandbox")] == [
        "graded", "graded",
    ]  # fmt: skip
