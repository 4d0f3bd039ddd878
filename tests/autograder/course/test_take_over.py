"""A workspace that nbgrader made becomes one of the kit's, with its gradebook."""

import shutil
import sqlite3

import pytest
from nbgrader.api import Gradebook

from autograder.course.take_over import course_id_of, is_foreign
from autograder.course.workspace import AUTOGRADE_PREPROCESSORS, Workspace, create
from autograder.errors import WorkspaceError

COURSE = '[course]\nid = "c-1"\ntitle = "C"\n[[assignment]]\nname = "one"\ntitle = "One"\nnotebooks = ["nb"]\n'
THEIRS = """c = get_config()
c.CourseDirectory.course_id = "theirs"
c.IncludeHeaderFooter.header = "source/header.ipynb"
c.ClearSolutions.begin_solution_delimeter = "# BS"
c.Execute.timeout = 7
"""


@pytest.fixture(scope="module")
def empty_gradebook(tmp_path_factory):
    """A workspace of the kit's: making a gradebook takes nbgrader a second or two."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "assignments").mkdir()
    (folder / "assignments" / "course.toml").write_text(COURSE.replace("c-1", "theirs"))
    return create(folder / "ws", folder / "assignments").root / "gradebook.db"


@pytest.fixture
def theirs(tmp_path, empty_gradebook):
    """nbgrader's workspace with a source, a student and a gradebook; the course's sources are in it."""
    folder = tmp_path / "course"
    (folder / "source" / "one").mkdir(parents=True)
    (folder / "source" / "one" / "nb.ipynb").write_text("theirs")
    (folder / "assignments").mkdir()
    (folder / "assignments" / "course.toml").write_text(COURSE)
    (folder / "nbgrader_config.py").write_text(THEIRS)
    shutil.copy(empty_gradebook, folder)
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "theirs") as gradebook:
        gradebook.add_student("alice", first_name="Alice")
    return folder


def test_settings_are_added_and_everything_is_kept(theirs):
    assert is_foreign(theirs)
    workspace = create(theirs, theirs / "assignments")
    assert not is_foreign(theirs) and workspace.is_protected
    config = workspace.config
    assert workspace.course_id == "theirs" and workspace.assignments == theirs / "assignments"
    assert config.Execute.timeout == 7 and config.IncludeHeaderFooter.header == ""
    assert config.ClearSolutions.begin_solution_delimeter == "BEGIN SOLUTION"
    assert list(config.Autograde.autograde_preprocessors) == list(AUTOGRADE_PREPROCESSORS)
    assert (theirs / "nbgrader_config.before_cs231n.py").read_text() == THEIRS
    assert (theirs / "source_before_cs231n" / "one" / "nb.ipynb").read_text() == "theirs"
    assert list((theirs / "source").iterdir()) == []
    with workspace.gradebook() as gradebook:
        assert gradebook.find_student("alice").first_name == "Alice"
    before = (theirs / "nbgrader_config.py").read_bytes()
    create(theirs, theirs / "assignments")
    assert (theirs / "nbgrader_config.py").read_bytes() == before


def test_the_course_has_the_name_that_it_has_in_the_gradebook(theirs):
    (theirs / "nbgrader_config.py").write_text("c = get_config()\n")
    assert course_id_of(theirs, "c-1") == "theirs"
    assert create(theirs, theirs / "assignments").course_id == "theirs"


def test_without_a_gradebook_it_has_the_name_of_course_toml(theirs):
    (theirs / "nbgrader_config.py").write_text("")
    (theirs / "gradebook.db").unlink()
    assert course_id_of(theirs, "c-1") == "c-1"


@pytest.mark.parametrize(
    "spoil, why",
    [
        (lambda folder: (folder / "source_before_cs231n").mkdir(), "a copy would get this name"),
        (lambda folder: edit(folder, "UPDATE alembic_version SET version_num = 'old'"), "older version of nbgrader"),
        (lambda folder: add(folder, 'c.CourseDirectory.root = "/elsewhere"'), "belongs to the course in /elsewhere"),
        (lambda folder: add(folder, 'c.CourseDirectory.source_directory = "."'), "not a folder inside"),
        (lambda folder: add(folder, 'c.CourseDirectory.source_directory = "../assignments"'), "not a folder inside"),
        (
            lambda folder: add(folder, 'c.CourseDirectory.course_id = "mine"'),
            "belongs to the course theirs, not to mine",
        ),
    ],
)
def test_what_cannot_be_taken_over_stays_as_it_is(theirs, spoil, why):
    spoil(theirs)
    before = (theirs / "nbgrader_config.py").read_text()
    with pytest.raises(WorkspaceError, match=why):
        create(theirs, theirs / "assignments")
    assert (theirs / "nbgrader_config.py").read_text() == before and (theirs / "source" / "one").is_dir()


def edit(folder, statement):
    with sqlite3.connect(folder / "gradebook.db") as database:
        database.execute(statement)
    database.close()


def add(folder, line):
    with open(folder / "nbgrader_config.py", "a") as file:
        file.write(line + "\n")


def test_the_kits_own_workspaces_are_not_foreign(theirs):
    assert not is_foreign(create(theirs, theirs / "assignments").root)
    assert not is_foreign(theirs / "assignments")
    assert Workspace(theirs).course_id == "theirs"
