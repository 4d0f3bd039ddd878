import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests can import bank.py and judging.py

import judging  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _judged_once(tmp_path_factory):
    """All tests of a run, in all its processes, share what judge found."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    judging.JUDGED = folder / "judged"
    judging.JUDGED.mkdir(exist_ok=True)
