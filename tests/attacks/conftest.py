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
from graded_class import graded_class, make_course  # noqa: E402

from autograder.execution import sandbox  # noqa: E402


@pytest.fixture(scope="session")
def released(made_once):
    if why_not := sandbox.missing():
        pytest.skip(f"there is no sandbox here: {why_not}")
    folder, _ = made_once("attacked", make_course)
    return folder


@pytest.fixture(scope="session")
def graded(released, tmp_path_factory):
    """graded(group) is that group's GradedClass; of the processes of pytest one grades it, each another one."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    done = {}

    def grade_if_free(group):
        """Grade it, unless it is graded or another process is at it."""
        with open(shared / f"attacks-{group}.lock", "w") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not kept(group).exists():
                attacks = [attack for attack in entries() if attack.group == group]
                try:
                    result = graded_class(released, tmp_path_factory.mktemp(group), attacks)
                except Exception as error:  # for every test of the group to tell; it is not tried again for each
                    result = RuntimeError(f"the class {group} was not graded: {type(error).__name__}: {error}")
                kept(group).with_suffix(".part").write_bytes(pickle.dumps(result))
                kept(group).with_suffix(".part").rename(kept(group))

    def kept(group):
        return shared / f"attacks-{group}.pickle"

    def of(group):
        while not kept(group).exists():
            for any_group in (group, *sorted({attack.group for attack in entries()})):
                if not kept(group).exists():
                    grade_if_free(any_group)
            time.sleep(0.1)
        if group not in done:
            done[group] = pickle.loads(kept(group).read_bytes())
        if isinstance(done[group], Exception):
            raise done[group]
        return done[group]

    return of
