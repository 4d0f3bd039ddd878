"""A short run of tests/faults/run.py: a small class is graded while things fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.execution import sandbox

sys.path.insert(0, str(Path(__file__).parents[1] / "autograder"))

from postgresql import program

pytestmark = pytest.mark.slow


def test_whatever_fails_meanwhile_a_class_ends_up_graded_as_if_nothing_had():
    if why_not := sandbox.missing():
        pytest.skip(f"not run: {why_not}")
    setup = "postgresql" if program("postgres") else "sqlite"
    script = Path(__file__).with_name("run.py")
    command = [sys.executable, script, "--students", "4", "--faults", "5", "--seed", "4", "--setup", setup, "--hurry"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    assert done.returncode == 0, done.stdout
