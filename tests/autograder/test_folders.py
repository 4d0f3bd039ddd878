"""Temporary folders of killed processes are deleted, and no other folders."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from autograder.folders import HeldFolder, complete_folder, write_atomically

HOLD = """
import sys, time
from autograder.folders import HeldFolder
print(HeldFolder(sys.argv[1], "x-").path, flush=True)
time.sleep(600)
"""


def test_what_a_killed_process_left_is_deleted_by_the_next_and_what_is_held_or_others_stays(tmp_path):
    others = tmp_path / "y-1"
    others.mkdir()
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True)
    with process:
        left = tmp_path / process.stdout.readline().strip()
        told = []
        first = HeldFolder(tmp_path, "x-", told.append)
        assert left.is_dir() and told == []
        process.send_signal(signal.SIGKILL)
    second = HeldFolder(tmp_path, "x-", told.append)
    assert told == [left] and not left.exists()
    assert first.path.is_dir() and second.path.is_dir() and others.is_dir()
    first.close()
    second.close()
    assert list(tmp_path.iterdir()) == [others]


def test_a_link_to_a_folder_is_not_followed(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "x-link").symlink_to(tmp_path / "precious")
    HeldFolder(tmp_path, "x-").close()
    assert (tmp_path / "precious").is_dir()


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "new" / "file"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two" and stat.S_IMODE(path.stat().st_mode) == 0o644
    monkeypatch.setattr("os.replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_atomically(path, b"three")
    assert path.read_bytes() == b"two" and list(path.parent.iterdir()) == [path]


def test_a_folder_of_modules_is_there_when_it_is_complete_and_can_be_read_by_all(tmp_path):
    target = tmp_path / "cache" / "of" / "target"
    with complete_folder(target) as building:
        assert not target.exists() and building.parent == target.parent
        (building / "package").mkdir(mode=0o700)
        (building / "package" / "module.py").write_text("x = 1")
        (building / "package" / "module.py").chmod(0o600)
    module = target / "package" / "module.py"
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (target, module.parent, module)]
    assert modes == [0o755, 0o755, 0o644] and list(module.parent.glob("__pycache__/module.*.pyc"))
    assert list(target.parent.iterdir()) == [target]


def test_where_another_process_was_first_its_folder_stays(tmp_path):
    target = tmp_path / "target"
    with complete_folder(target):
        target.mkdir()
        (target / "theirs").write_text("")
    assert [path.name for path in target.iterdir()] == ["theirs"] and list(tmp_path.iterdir()) == [target]


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    with pytest.raises(OSError), complete_folder(tmp_path / "target"):
        (tmp_path / "target").write_text("")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_folder_that_cannot_be_completed_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), complete_folder(tmp_path / "target"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_held_folder_is_new_and_gone_when_it_is_closed(tmp_path):
    descriptors = len(os.listdir("/dev/fd"))
    one, two = HeldFolder(tmp_path, "mine-"), HeldFolder(tmp_path, "mine-")
    assert one.path != two.path and one.path.parent == tmp_path and one.path.name.startswith("mine-")
    (one.path / "file").write_text("")
    one.close()
    one.close()  # closing twice is harmless
    assert list(tmp_path.iterdir()) == [two.path]
    two.close()
    assert len(os.listdir("/dev/fd")) == descriptors
