"""The library must install on a computer without a C compiler."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_compiler_that_fails_does_not_stop_the_installation(tmp_path):
    others = "_[!ti]*_cy.pyx"  # two extensions are enough, and translating all seven takes seconds
    ignore = shutil.ignore_patterns("*.so", "*.c", others)
    shutil.copytree(ROOT / "cs231n_lib", tmp_path / "cs231n_lib", ignore=ignore)
    shutil.copy(ROOT / "setup.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "setup.py", "build_ext", "--inplace"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"CC": "false", "CXX": "false"},
    )
    assert done.returncode == 0, done.stderr
    assert "building extension" in done.stdout + done.stderr  # it did try to compile
    assert not list(tmp_path.rglob("*.so"))
