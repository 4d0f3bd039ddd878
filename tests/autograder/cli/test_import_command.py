"""`cs231n import` with nbgrader's own quickstart course, up to a rehearsal of its solutions."""

import shutil
from pathlib import Path

import nbgrader
import pytest
from click.testing import CliRunner

from autograder.cli.command import main

QUICKSTART = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source"


@pytest.fixture
def quickstart(tmp_path):
    shutil.copytree(QUICKSTART, tmp_path / "course" / "source")
    return tmp_path


def cs231n(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.slow
def test_the_quickstart_course_is_imported_and_its_solutions_earn_all_points(quickstart):
    done = cs231n("import", quickstart / "course", quickstart / "out")
    assert done.exit_code == 0
    assert "ps1: problem1, problem2; tests: 4, not cheat-proof: 1\n" in done.output
    assert "ps1_autotest_problem1, ps1_autotest_problem2; tests: 5, not cheat-proof: 2\n" in done.output
    text = (quickstart / "out" / "ps1_autotest" / "ps1_autotest_problem1.py").read_text()
    assert "assert (squares(2)) == [1, 4]" in text and "AUTOTEST" not in text
    assert cs231n("init", quickstart / "work", "--assignments", quickstart / "out").exit_code == 0
    done = cs231n("-C", quickstart / "work", "build", "ps1", "--rehearse")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "The solutions earn all points of the tests.")


def test_what_needs_a_hand_is_printed(tmp_path):
    (tmp_path / "hw").mkdir()
    shutil.copy(QUICKSTART / "ps1" / "problem2.ipynb", tmp_path / "hw" / "a.ipynb")
    (tmp_path / "hw" / "b.ipynb").write_text("{")
    done = cs231n("import", tmp_path / "hw", tmp_path / "out")
    assert done.exit_code == 0 and "hw: a; tests: 0\n" in done.output
    assert "hw, b.ipynb: It was left out: it is not a notebook" in done.output
