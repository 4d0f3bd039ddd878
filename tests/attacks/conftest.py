"""Classes of attackers, each graded once."""

import functools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that tests and groups can import attack.py

from attack import entries  # noqa: E402
from graded_class import graded_class, make_course  # noqa: E402

from autograder.execution import sandbox  # noqa: E402


@pytest.fixture(scope="session")
def released(made_once):
    if why_not := sandbox.missing():
        pytest.skip(f"The sandbox is not available: {why_not}")
    folder, _ = made_once("attacked", make_course)
    return folder


@pytest.fixture(scope="session")
def graded(released, tmp_path_factory):
    """graded(groups) is the GradedClass of the attackers in these groups, graded when a test first needs it."""

    @functools.cache
    def result(groups):
        attacks = [attack for group in groups for attack in entries() if attack.group == group]
        try:
            return graded_class(released, tmp_path_factory.mktemp(groups[0]), attacks)
        except Exception as error:  # every test of the class raises it, without grading again
            return RuntimeError(f"the class {groups} was not graded: {type(error).__name__}: {error}")

    def of(groups):
        if isinstance(found := result(groups), Exception):
            raise found
        return found

    return of
