"""A class whose written answers wait to be marked; a test that uses it gets a copy."""

import shutil
from types import SimpleNamespace
from uuid import uuid4

import pytest
from marked_class import hand_in, make_course

from autograder.course.workspace import Workspace

FAR = "It is far from all training images."
CLASS = {
    "ann": {"question_row": FAR, "question_slow": "$O(N)$."},
    "ben": {"question_row": f" {FAR}\n", "question_slow": "No idea."},
    "cho": {"question_row": "", "question_slow": ""},
    "dee": {"question_row": f"{FAR}!", "question_slow": ""},
    "eve": {},
}
NAMES = {"ann": ("Ann-Sophie", "Smith"), "ben": ("\u202eBenjamin", "<b>Ng</b>")}


@pytest.fixture(scope="session")
def marked_class():
    """The answers of the class: FAR, and the texts by student and question."""
    return SimpleNamespace(far=FAR, answers=CLASS)


@pytest.fixture(scope="session")
def class_to_mark(made_once):
    return made_once("class_to_mark", lambda folder: hand_in(make_course(folder), CLASS, NAMES) and None)[0]


@pytest.fixture
def workspace(class_to_mark, tmp_path):
    """The test's own workspace with five submissions."""
    shutil.copytree(class_to_mark, tmp_path / "course")
    return Workspace(tmp_path / "course" / "workspace")


@pytest.fixture
def workspace_in_postgresql(postgresql, tmp_path):
    """The same with its gradebook in PostgreSQL."""
    name = f"test_{uuid4().hex}"
    postgresql.sql(f"CREATE DATABASE {name}")
    yield hand_in(make_course(tmp_path / "in_postgresql", postgresql.url(name)), CLASS, NAMES)
    postgresql.sql(f"DROP DATABASE {name} WITH (FORCE)")
