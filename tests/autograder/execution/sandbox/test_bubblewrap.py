"""What a kernel in the sandbox sees, gets, and cannot reach."""

import os
import socket
import sys
from pathlib import Path

import pytest

from autograder.execution.sandbox.bubblewrap import USERS_OF_A_WORKER, identity
from autograder.notebook.limits import Limits

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[4]


def test_an_honest_notebook_runs(run):
    assert run("import numpy as np\nx = np.ones((100, 100))", "print((x @ x).sum())") == ["", "1000000.0"]


def test_nothing_of_this_machine_is_seen_but_python(run, tmp_path):
    (tmp_path / "secret").write_text("")
    places = [str(CHECKOUT / "autograder"), str(CHECKOUT / "assignments"), str(CHECKOUT / "tests"), str(tmp_path),
              "/etc/passwd", "/etc/hostname", "/var/log", "/sys", "/opt", "/usr/bin/env", "/usr/local/bin",
              "/root/.bashrc", "/root/.ssh", os.path.join(sys.prefix, "bin", "pip"),
              str(Path.home() / ".bashrc")]  # fmt: skip
    cells = run(f"import os\nprint([p for p in {places!r} if os.path.exists(p)])", "print(os.listdir('/tmp'))")
    # a Python installed under /tmp keeps its path in the sandbox
    in_tmp = [Path(sys.prefix).parts[2]] if Path(sys.prefix).is_relative_to("/tmp") else []
    assert cells == ["[]", repr(in_tmp)]


def test_of_devices_there_are_nothing_and_randomness(run):
    assert run("import os\nprint(sorted(os.listdir('/dev')))") == ["['fd', 'null', 'random', 'shm', 'urandom']"]


@pytest.mark.parametrize("package", ["autograder", "cs231n", "cs231n_lib"])
def test_the_grader_and_the_full_library_cannot_be_imported(run, package):
    assert run(f"import {package}") == [f"ModuleNotFoundError: No module named '{package}'"]


def test_of_an_installed_package_that_is_hidden_nothing_can_be_imported(run):
    cells = run("from jupytext import reads", "import jupytext.cli", hidden=("jupytext",))
    assert cells[0].startswith("ImportError") and cells[1].startswith("ModuleNotFoundError")


def test_the_edition_is_what_is_imported_and_cannot_be_written(run, open_folder):
    (open_folder / "cs231n_lib").mkdir()
    (open_folder / "cs231n_lib" / "__init__.py").write_text("WHICH = 'edition'")
    change = "open(cs231n_lib.__file__, 'a').write('WHICH = 1')"
    cells = run("import cs231n_lib\nprint(cs231n_lib.WHICH)", change, pythonpath=(str(open_folder),))
    assert cells[0] == "edition" and cells[1].startswith(("PermissionError", "OSError"))
    assert (open_folder / "cs231n_lib" / "__init__.py").read_text() == "WHICH = 'edition'"


def test_the_data_sets_can_be_read_and_not_written(run, open_folder):
    (open_folder / "numbers.txt").write_text("1 2 3")
    show = "import os\nfolder = os.environ['CS231N_DATA']\nprint(open(folder + '/numbers.txt').read())"
    cells = run(show, "open(folder + '/numbers.txt', 'w')", data=str(open_folder))
    assert cells[0] == "1 2 3" and "Read-only" in cells[1]


def test_a_working_folder_of_the_graders_can_be_read_and_not_written(run, open_folder):
    (open_folder / "ipykernel_launcher.py").write_text("raise SystemExit('shadowed')")
    cells = run("import os\nprint(os.listdir())", "open('new', 'w')", work=str(open_folder))
    assert cells[0] == "['ipykernel_launcher.py']" and "Read-only" in cells[1]
    assert [path.name for path in open_folder.iterdir()] == ["ipykernel_launcher.py"]


def test_a_folder_that_not_everybody_may_read_is_named(run, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("who grades as himself reads what he may")
    tmp_path.chmod(0o700)
    with pytest.raises(RuntimeError, match=r"The kernel in the sandbox cannot read .*\. Run: chmod -R o\+rX"):
        run("1", pythonpath=(str(tmp_path),))


def test_files_are_put_into_a_working_folder_that_can_be_written(run):
    files = (("own.py", b"x = 1"), ("data/images/ä ö.bin", bytes(range(256))), ("empty", b""))
    look = """
import os
import own
print(own.x, open("data/images/ä ö.bin", "rb").read() == bytes(range(256)), os.path.getsize("empty"))
for name in ("own.py", "data/images/ä ö.bin", "data/new", "new"):
    assert not os.path.exists(name) or os.stat(name).st_uid == os.getuid()
    open(name, "ab").write(b"#")
os.remove("empty"), os.rename("data", "moved")
print(sorted(os.listdir()))"""
    (cell,) = run(look, files=files)
    assert cell.splitlines() == ["1 True 0", "['moved', 'new', 'own.py']"]


def test_many_files_need_no_more_file_descriptors(run):
    files = tuple((f"folder/{number}", b"") for number in range(3000))
    assert run("import os\nprint(len(os.listdir('folder')))", files=files) == ["3000"]


def test_files_shadow_nothing_of_the_kernel_and_run_nothing_before_the_first_cell(run):
    said = b"open('ran', 'a').write('!')"
    names = ["ipykernel_launcher", "sitecustomize", "usercustomize", "zmq", "json", "IPython", "comm", "matplotlib"]
    files = tuple((f"{name}.py", said) for name in names)
    assert run("import os\nprint(os.path.exists('ran'))", files=files) == ["False"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", ".", "a\0b"])
def test_a_file_outside_the_working_folder_is_refused(run, path):
    with pytest.raises(ValueError, match="is not a path inside the working folder"):
        run("1", files=((path, b"x"),))


def test_files_that_are_a_folder_too_are_refused(run_notebook):
    with pytest.raises(RuntimeError, match="'a/b' cannot be put into the working folder"):
        run_notebook("1", files=(("a", b""), ("a/b", b"")))


def test_files_and_a_read_only_folder_exclude_each_other(run, open_folder):
    with pytest.raises(ValueError, match="read-only"):
        run("1", files=(("a", b""),), work=str(open_folder))


def test_files_count_in_the_scratch_folder(run):
    fill = "open('more', 'wb').write(bytes(6_000_000))"
    limits = Limits(scratch_bytes=10_000_000)
    (cell,) = run(fill, files=(("large", bytes(6_000_000)),), limits=limits)
    assert "No space left" in cell
    with pytest.raises(RuntimeError, match="The files in the working folder take 12 MB; the limit is 10 MB"):
        run("1", files=(("large", bytes(12_000_000)),), limits=limits)


def test_of_the_environment_only_what_the_job_gives_is_seen(run, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "abcdef")
    look = "import os\nprint(os.environ.get('SECRET_TOKEN'), os.environ.get('GIVEN'))"
    first = "print(b'abcdef' in open('/proc/self/environ', 'rb').read())"
    assert run(look, first, env={"GIVEN": "yes"}) == ["None yes", "False"]


def test_other_processes_and_the_arguments_of_the_sandbox_are_not_seen(run):
    mark = str(CHECKOUT / "autograder")
    look = "import glob\nprint(len(glob.glob('/proc/[0-9]*/stat')))"
    read = f"print([p for p in glob.glob('/proc/[0-9]*/cmdline') if {mark!r} in open(p).read()])"
    assert run(look, read) == ["2", "[]"]


def test_the_table_of_mounts_names_nothing_of_this_machine_but_what_is_shown(run, open_folder):
    (open_folder / "fontlist-v390.json").write_text("{}")
    table = "print(open('/proc/self/mountinfo').read())"
    (mounts,) = run(table, env={"MPLCONFIGDIR": str(open_folder)})
    shown = [sys.prefix, sys.base_prefix, "/usr", "/etc", "/lib"]
    sources = [line.split()[3:5] for line in mounts.splitlines() if " - tmpfs " not in line]
    unknown = [(root, place) for root, place in sources if not place.startswith(("/proc", "/dev", *shown))]
    assert unknown == [] and str(open_folder) not in mounts


def test_a_kernel_inherits_no_file_descriptors_but_its_own(run):
    inherited = """
import os
kinds = {}
for name in os.listdir("/proc/self/fd"):
    try:
        kinds[name] = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        pass
own = ("pipe:", "socket:", "anon_inode:", "/run/ipython", "/dev/null")
print(sorted({kind for kind in kinds.values() if not kind.startswith(own)}))"""
    (cell,) = run(inherited, files=(("a", b""),))
    assert cell.splitlines() == ["[]"]


def test_the_first_process_cannot_be_read_or_taken_over(run):
    """A process that took it over would outlive the kernel, whose process id the machine may then use again."""
    closed = """
import os
for name in ("mem", "fd/0", "environ", "maps"):
    try:
        os.open("/proc/1/" + name, os.O_RDONLY)
        print(name)
    except PermissionError:
        pass"""
    assert run(closed) == [""]


def test_there_is_no_terminal(run):
    (cell,) = run("import os, sys\nprint([os.isatty(n) for n in range(3)], os.getsid(0))\nopen('/dev/tty')")
    assert cell.startswith("[False, False, False] 1\n") and "FileNotFoundError" in cell


def test_no_right_is_left_and_none_can_be_gained(run):
    look = "print([l.split()[1] for l in open('/proc/self/status') if l[:3] == 'Cap' or l.startswith('NoNewPrivs')])"
    user = "import os\nprint(os.getuid(), os.getgid(), os.getgroups() in ([], [1000], [65534]))\nos.setuid(0)"
    cells = run(look, user)
    assert cells[0] == str(["0" * 16] * 5 + ["1"])
    assert cells[1].startswith("1000 1000 ") and "Error: [Errno" in cells[1]


def test_loopback_is_the_sandboxs_own(run):
    with socket.create_server(("127.0.0.1", 0)) as server:
        reach = f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=3)"
        assert "ConnectionRefusedError" in run(reach)[0]


def test_abstract_sockets_of_this_machine_are_not_reached(run):
    name = f"\0cs231n-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        (cell,) = run(f"import socket\nsocket.socket(socket.AF_UNIX).connect({name!r})")
    assert "ConnectionRefusedError" in cell


@pytest.mark.parametrize("folder", ["/", "/dev", "/etc", "/usr/lib", "/course", "/home", "/proc/sys", sys.prefix])
def test_nothing_else_can_be_written(run, folder):
    (cell,) = run(f"open('{folder}/written', 'w')")
    assert not Path(folder, "written").exists()
    if not Path(folder).is_relative_to("/tmp"):  # the sandbox has a /tmp of its own, which student code may fill
        assert cell.startswith(("OSError", "PermissionError", "FileNotFoundError"))


def test_no_setting_of_the_operating_system_can_be_changed(run):
    change = """
import os
changed = []
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        path = os.path.join(folder, name)
        try:
            with open(path, "rb") as file:
                value = file.read()
            with open(path, "wb", buffering=0) as file:
                file.write(value)
            changed.append(path)
        except OSError:
            pass
print(changed)"""
    assert run(change) == ["[]"]


def test_two_workers_of_root_have_no_user_in_common(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    users = {}
    for pid in (1000, 1001, 1016):
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        users[pid] = {identity(number)["user"] for number in range(USERS_OF_A_WORKER)}
        assert len(users[pid]) == USERS_OF_A_WORKER and 0 not in users[pid]
    assert len(set.union(*users.values())) == 3 * USERS_OF_A_WORKER
