"""One grader at a time for each assignment."""

from types import SimpleNamespace

import pytest

from autograder.errors import KitError
from autograder.grading.grading_lock import only_grader

SUMS, MORE = SimpleNamespace(name="sums"), SimpleNamespace(name="more")


def test_a_second_grader_of_the_assignment_is_refused_until_the_first_is_done(tmp_path):
    workspace = SimpleNamespace(root=tmp_path)
    for _ in range(2):  # the second time the lock is free again and its folder exists
        with only_grader(workspace, SUMS), only_grader(workspace, MORE):
            with pytest.raises(KitError, match="sums is being graded by another process"):
                with only_grader(workspace, SUMS):
                    pytest.fail("two graders")


def test_a_grader_that_fails_lets_go(tmp_path):
    workspace = SimpleNamespace(root=tmp_path)
    with pytest.raises(ZeroDivisionError), only_grader(workspace, SUMS):
        raise ZeroDivisionError
    with only_grader(workspace, SUMS):
        pass
