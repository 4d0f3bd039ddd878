"""Temporary folders: those of processes that were killed are deleted, no others."""

import signal
import subprocess
import sys

from autograder.folders import HeldFolder

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
