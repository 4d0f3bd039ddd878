import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cs231n_lib


@pytest.fixture(scope="module")
def set_backend():
    """set_backend("cython" or "numpy"), also for use inside hypothesis, whose examples share their fixtures."""
    with pytest.MonkeyPatch.context() as patch:
        yield lambda name: patch.setenv("CS231N_KERNELS", name)


@pytest.fixture
def run_in_edition(tmp_path):
    """run_in_edition(code, without) is what the code prints with a library that lacks the files of these names."""

    def run(code, without):
        shutil.copytree(
            Path(cs231n_lib.__file__).parent,
            tmp_path / "cs231n_lib",
            ignore=shutil.ignore_patterns("__pycache__", *without),
        )
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"
        done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
