"""The list of workspaces that `cs231n init` created."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.command import main
from autograder.course.known_workspaces import is_known, remember


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "cs231n-course-kit" / "workspaces.json"


def folder(path):
    path.mkdir()
    return path


def test_a_workspace_is_known_by_its_real_path(tmp_path, monkeypatch):
    made = folder(tmp_path / "made")
    assert not is_known(made)
    assert remember(made) and is_known(made)
    (tmp_path / "link").symlink_to(made)
    monkeypatch.chdir(tmp_path)
    assert is_known(tmp_path / "link") and is_known(Path("made"))
    assert not is_known(folder(made / "inside")) and not is_known(tmp_path)


def test_those_that_are_gone_are_forgotten(tmp_path):
    first, second = folder(tmp_path / "first"), folder(tmp_path / "second")
    remember(first)
    first.rmdir()
    remember(second)
    assert is_known(second) and not is_known(folder(tmp_path / "first"))


@pytest.mark.parametrize("content", ["", "{", "{}", "1", "[1, null]", "\udcff", "[" * 100_000])
def test_a_broken_list_knows_nothing_and_is_replaced(tmp_path, state, content):
    state.parent.mkdir(parents=True)
    state.write_bytes(content.encode(errors="surrogateescape"))
    made = folder(tmp_path / "made")
    assert not is_known(made)
    assert remember(made) and is_known(made)


@pytest.mark.parametrize("variable, value", [("XDG_STATE_HOME", "."), ("XDG_STATE_HOME", ""), ("HOME", ".")])
def test_the_list_is_never_read_from_the_working_folder(tmp_path, monkeypatch, variable, value):
    """A submission may contain a forged list."""
    monkeypatch.setenv("HOME", str(folder(tmp_path / "home")))
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv(variable, value)
    monkeypatch.chdir(folder(tmp_path / "submission"))
    for place in ("cs231n-course-kit", ".local/state/cs231n-course-kit"):
        Path(place).mkdir(parents=True)
        Path(place, "workspaces.json").write_text(json.dumps([os.getcwd()]))
    assert not is_known(Path())


def test_init_adds_a_workspace_and_says_where_it_cannot(tmp_path, state, tiny, monkeypatch):
    again = ["init", str(tiny.root), "--assignments", str(tiny.assignments)]
    done = CliRunner().invoke(main, again)
    assert done.exit_code == 0 and "Next: cs231n build, in that folder." in done.output
    assert is_known(tiny.root)
    state.unlink()
    state.parent.rmdir()
    state.parent.write_text("a file in the way")
    done = CliRunner().invoke(main, again)
    assert done.exit_code == 0 and f"Next: cs231n -C {tiny.root} build" in done.output
    assert not is_known(tiny.root)
