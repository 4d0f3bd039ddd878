import importlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.release import release
from autograder.course.known_workspaces import remember
from autograder.course.workspace import AUTOGRADE_PREPROCESSORS, RELEASE_PREPROCESSORS, Workspace, create
from autograder.errors import CourseError, UnknownWorkspace, WorkspaceError

COURSE = '[course]\nid = "c-1"\ntitle = "C"\n[[assignment]]\nname = "one"\ntitle = "One"\nnotebooks = ["nb"]\n'


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """assignments/ and the workspace ws/, made once: nbgrader takes a second or two to create a gradebook."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "assignments").mkdir()
    (folder / "assignments" / "course.toml").write_text(COURSE)
    create(folder / "ws", folder / "assignments")
    return folder


@pytest.fixture
def workspace(template, tmp_path):
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return Workspace(tmp_path / "ws")


@pytest.fixture
def assignments(tmp_path):
    folder = tmp_path / "assignments"
    folder.mkdir(exist_ok=True)
    (folder / "course.toml").write_text(COURSE)
    return folder


def edit_config(workspace, line):
    with open(workspace.root / "nbgrader_config.py", "a") as file:
        file.write(line + "\n")
    return Workspace(workspace.root)


@pytest.mark.slow
def test_makes_what_nbgrader_expects(workspace):
    names = {path.name for path in workspace.root.iterdir()}
    assert names == {
        "nbgrader_config.py", "gradebook.db", "source", "release", "submitted", "autograded", "feedback",
    }  # fmt: skip


def test_creating_twice_changes_nothing(workspace, assignments):
    config = edit_config(workspace, "c.Execute.timeout = 7").root / "nbgrader_config.py"
    gradebook = workspace.root / "gradebook.db"
    with sqlite3.connect(gradebook) as database:
        database.execute("INSERT INTO student (id) VALUES ('ada')")
    before = config.read_bytes(), gradebook.read_bytes()
    shutil.rmtree(workspace.root / "feedback")
    create(workspace.root, assignments)
    assert (config.read_bytes(), gradebook.read_bytes()) == before
    assert (workspace.root / "feedback").is_dir()


def test_a_moved_tree_works(tmp_path, workspace):
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.move(tmp_path / "ws", moved)
    shutil.move(tmp_path / "assignments", moved)
    found = Workspace.find(moved / "ws")
    assert (found.root, found.course.id) == (moved / "ws", "c-1")
    assert found.coursedir.db_url == found.db_url == f"sqlite:///{moved / 'ws' / 'gradebook.db'}"


def test_a_workspace_of_other_sources_is_not_taken_over(tmp_path, workspace, assignments):
    other = tmp_path / "other"
    shutil.copytree(assignments, other)
    with pytest.raises(WorkspaceError, match="belongs to the course in .*assignments, not to the one in .*other"):
        create(workspace.root, other)


def test_nothing_is_made_for_a_broken_course(tmp_path, assignments):
    (assignments / "course.toml").write_text("")
    with pytest.raises(CourseError):
        create(tmp_path / "ws", assignments)
    assert not (tmp_path / "ws").exists()


def test_a_file_in_the_way(tmp_path, assignments):
    (tmp_path / "ws").write_text("")
    with pytest.raises(WorkspaceError, match="Cannot make a workspace"):
        create(tmp_path / "ws", assignments)


def test_find_says_how_to_make_one(tmp_path):
    with pytest.raises(WorkspaceError) as error:
        Workspace.find(tmp_path)
    assert "cs231n init" in error.value.hint


def test_find_looks_in_the_current_folder_and_above_for_one_that_init_made(workspace, monkeypatch):
    monkeypatch.chdir(workspace.root / "submitted")
    with pytest.raises(UnknownWorkspace) as error:
        Workspace.find()
    assert f"cs231n -C {workspace.root} ..." in error.value.hint and "cs231n init" in error.value.hint
    remember(workspace.root)
    assert Workspace.find().root == Workspace.find(workspace.root / "source").root == workspace.root


def test_a_configuration_that_was_handed_in_is_never_run(workspace, tmp_path, monkeypatch):
    """Only a folder inside the workspace leads to the workspace, whatever files a submission contains."""
    remember(workspace.root)
    for folder in (workspace.submitted("ann", "one"), tmp_path / "download" / "ann"):
        folder.mkdir(parents=True)
        (folder / "nbgrader_config.py").write_text(f"open({str(tmp_path / 'proof')!r}, 'w')")
        shutil.copytree(workspace.root / "source", folder / "source")
        shutil.copytree(Path(os.environ["XDG_STATE_HOME"]), folder / ".cs231n")
    monkeypatch.chdir(workspace.submitted("ann", "one"))
    assert Workspace.find().course.id == "c-1" and Workspace.find().root == workspace.root
    monkeypatch.chdir(tmp_path / "download" / "ann" / "source")
    with pytest.raises(UnknownWorkspace):
        Workspace.find()
    with pytest.raises(UnknownWorkspace):
        Workspace.find(tmp_path / "download" / "ann" / "source")
    assert not (tmp_path / "proof").exists()


@pytest.mark.slow
def test_a_gradebook_that_is_gone_is_made_anew_where_no_environment_is_activated(workspace, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    (workspace.root / "gradebook.db").unlink()
    with workspace.gradebook() as gradebook:
        assert gradebook.assignments == []


def test_folders_are_nbgraders(workspace):
    for ours, step, student in [
        (workspace.source("one"), "source", "."),
        (workspace.release("one"), "release", "."),
        (workspace.submitted("ada", "one"), "submitted", "ada"),
        (workspace.autograded("ada", "one"), "autograded", "ada"),
        (workspace.feedback("ada", "one"), "feedback", "ada"),
    ]:
        assert ours == Path(os.path.normpath(workspace.coursedir.format_path(step, student, "one")))


def test_folders_follow_the_config(workspace):
    changed = edit_config(workspace, 'c.CourseDirectory.source_directory = "master"')
    assert changed.source("one") == workspace.root / "master" / "one"


def test_database_follows_the_config(workspace):
    assert edit_config(workspace, 'c.CourseDirectory.db_url = "sqlite:///x.db"').db_url == "sqlite:///x.db"


def test_a_config_that_does_not_run(workspace):
    with pytest.raises(WorkspaceError, match="nbgrader_config.py cannot be run: SyntaxError"):
        _ = edit_config(workspace, "c.Execute.timeout =").config


def test_a_config_that_names_no_sources(workspace):
    (workspace.root / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(WorkspaceError, match="does not say where the course's sources are"):
        _ = Workspace(workspace.root).course


def test_a_database_that_cannot_be_opened(workspace):
    changed = edit_config(workspace, 'c.CourseDirectory.db_url = "sqlite:////nowhere/at/all.db"')
    with pytest.raises(WorkspaceError, match="Cannot use the gradebook sqlite:////nowhere/at/all.db"):
        changed.create_gradebook()


def test_release_preprocessors_are_nbgraders_with_our_stub():
    from nbgrader.converters import GenerateAssignment

    assert names(RELEASE_PREPROCESSORS) == names(GenerateAssignment.preprocessors.default_args[0])


def test_autograde_preprocessors_are_nbgraders_with_stderr_turned_over():
    from nbgrader.converters import Autograde

    nbgraders = names(Autograde.autograde_preprocessors.default_args[0])
    assert names(AUTOGRADE_PREPROCESSORS) == [nbgraders[0], "StderrToStdout", *nbgraders[1:]]


def names(preprocessors):
    return [p.rpartition(".")[2] if isinstance(p, str) else p.__name__ for p in preprocessors]


@pytest.mark.slow
def test_the_gradebook_is_made_where_no_environment_is_activated(tmp_path, assignments, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    gradebook = create(tmp_path / "ws", assignments).root / "gradebook.db"
    with sqlite3.connect(gradebook) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone()


@pytest.mark.slow
def test_plain_nbgrader_accepts_it(workspace):
    listing = subprocess.run(
        [sys.executable, "-m", "nbgrader", "db", "assignment", "list"],
        cwd=workspace.root, capture_output=True, text=True,
    )  # fmt: skip
    assert listing.returncode == 0, listing.stderr
    assert "There are 0 assignments in the database" in listing.stdout
    assert "WARNING" not in listing.stderr


ODD = "cs231n [spring] *{x} 100%d #1 é'\""


def test_a_path_that_looks_like_a_pattern_is_taken_for_what_it_is(released_course, tmp_path):
    from nbgrader.apps.api import NbGraderAPI

    shutil.copytree(released_course, tmp_path / ODD)
    workspace = Workspace(tmp_path / ODD / "workspace")
    before = sorted(path.name for path in workspace.release("sums").iterdir())
    (workspace.source("sums") / ".ipynb_checkpoints").mkdir()
    (workspace.source("sums") / ".ipynb_checkpoints" / "adding-checkpoint.ipynb").write_text("a solution")
    shutil.rmtree(workspace.release("sums"))
    release(workspace, "sums")
    assert sorted(path.name for path in workspace.release("sums").iterdir()) == before
    assert NbGraderAPI(workspace.coursedir).get_source_assignments() == {"sums"}  # what formgrader lists


@pytest.mark.slow
def test_the_configuration_has_nbgrader_take_its_path_for_what_it_is(assignments, tmp_path):
    import nbgrader.apps.api as api

    root = tmp_path / "a [b]"
    create(root, assignments)
    (root / "source" / "first").mkdir()
    assert len(api.glob.glob(f"{root}/source/*")) == 1


@pytest.mark.parametrize(
    ("name", "why"), [("a?b", "question mark"), ("a$HOME", "dollar sign"), ("a\nb", "unprintable")]
)
def test_a_path_in_which_nbgrader_cannot_work_is_refused_with_the_reason(assignments, tmp_path, name, why):
    with pytest.raises(WorkspaceError, match=why):
        create(tmp_path / name, assignments)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("former", "present", "name"),
    [
        ("formgrader", "marking.formgrader", "protect"),
        ("late", "grading.late", "follow_formgrader"),
        ("nbgrader_globs", "course.nbgrader_globs", "take_literally"),
        ("preprocessors", "grading.preprocessors", "StderrToStdout"),
        ("solutions", "authoring.solutions", "ClearSolutions"),
    ],
)
def test_names_in_the_configurations_of_existing_workspaces_still_lead_there(former, present, name):
    found = [getattr(importlib.import_module(f"autograder.{module}"), name) for module in (former, present)]
    assert found[0] is found[1]
