"""Classes of attackers, each graded once."""

import contextlib
import fcntl
import os
import pickle
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that tests and groups can import attack.py

from attack import entries  # noqa: E402
from graded_class import CLASSES, graded_class, make_course  # noqa: E402

from autograder.execution import sandbox  # noqa: E402


@pytest.fixture(scope="session")
def released(made_once):
    if why_not := sandbox.missing():
        pytest.skip(f"there is no sandbox here: {why_not}")
    folder, _ = made_once("attacked", make_course)
    return folder


@pytest.fixture(scope="session")
def graded(released, tmp_path_factory):
    """graded(group) is the GradedClass that the group is in; of the processes of pytest each grades another one."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    done = {}

    def grade_if_free(groups):
        """Grade that class, unless it is graded or another process is at it."""
        with open(kept(groups).with_suffix(".lock"), "w") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not kept(groups).exists():
                attacks = [attack for group in groups for attack in entries() if attack.group == group]
                try:
                    result = graded_class(released, tmp_path_factory.mktemp(groups[0]), attacks)
                except Exception as error:  # for every test of the class to tell; it is not tried again for each
                    result = RuntimeError(f"the class {groups} was not graded: {type(error).__name__}: {error}")
                kept(groups).with_suffix(".part").write_bytes(pickle.dumps(result))
                kept(groups).with_suffix(".part").rename(kept(groups))

    def kept(groups):
        return shared / f"attacks-{groups[0]}.pickle"

    def of(group):
        [own] = [groups for groups in CLASSES if group in groups]
        while not kept(own).exists():
            for groups in (own, *CLASSES):
                if not kept(groups).exists():
                    grade_if_free(groups)
            time.sleep(0.1)
        if own not in done:
            done[own] = pickle.loads(kept(own).read_bytes())
        if isinstance(done[own], Exception):
            raise done[own]
        return done[own]

    return of
