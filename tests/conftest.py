"""Settings for all tests, and what all processes of pytest share."""

import fcntl
import os
import pickle
import shutil

import pytest
from hypothesis import settings

# the same examples on every run, and a loaded machine is no reason for a test to fail; to look for new ones:
# pytest --hypothesis-profile default
settings.register_profile("kit", deadline=None, derandomize=True)
settings.load_profile("kit")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """made_once(name, make) is a folder that make(folder) has filled, and what that returned.

    It is made once in a run of pytest, by one of its processes; the tests only read or copy it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name, make):
        folder, kept = shared / name, shared / f"{name}.pickle"
        with open(shared / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of another process's attempt
                folder.mkdir()
                kept.write_bytes(pickle.dumps(make(folder)))
        return folder, pickle.loads(kept.read_bytes())

    return made
