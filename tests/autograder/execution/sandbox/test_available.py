import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import KitError
from autograder.grading.grade import grade
from autograder.grading.receipts import Receipts
from autograder.grading.surroundings import surroundings

CHECKOUT = Path(__file__).resolve().parents[4]
ORDINARY = """
try:
    import autograder.execution.sandbox as sandbox
except (ImportError, OSError):
    print("cannot be reached"); raise SystemExit
print(sandbox.missing() or "works")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_it_works_for_an_ordinary_user_too():
    said = subprocess.run(
        [sys.executable, "-c", "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n" + ORDINARY],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if "cannot be reached" in said.stdout:
        pytest.skip("this Python lies in a folder that only root can enter")
    assert "works" in said.stdout, said.stderr


def test_without_bubblewrap_grading_refuses_and_says_what_to_do(tiny, hand_in, monkeypatch):
    hand_in("alice")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(KitError, match="needs bubblewrap, which is not installed") as refused:
        grade(tiny, "sums")
    assert "apt-get install bubblewrap" in refused.value.hint and "--isolation process" in refused.value.hint


@pytest.mark.slow
def test_without_bubblewrap_grading_goes_on_when_told_to_and_says_so(tiny, hand_in, monkeypatch):
    hand_in("alice")
    monkeypatch.setenv("PATH", "/nowhere")
    report = grade(tiny, "sums", workers=1, isolation="process")
    assert report.failed == [] and "no sandbox" in report.isolation


def test_a_change_of_isolation_grades_again(tiny, hand_in):
    hand_in("alice")
    assignment = tiny.course.assignment("sums")

    def digest(isolation):
        return Receipts(tiny, assignment, surroundings(tiny, assignment, isolation)).digest("alice")

    assert digest("process") != digest("sandbox") == digest("sandbox")
