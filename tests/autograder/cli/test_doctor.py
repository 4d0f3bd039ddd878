"""What `cs231n doctor` finds, and what it advises."""

import builtins
import json
import os
import sys

import pytest
from click.testing import CliRunner

from autograder.cli import doctor
from autograder.cli.command import main
from autograder.cli.doctor import Finding, examine
from cs231n_lib.edition import Edition


@pytest.fixture
def no_kernel(monkeypatch):
    """Leave out the check that starts a kernel, which takes a second."""
    monkeypatch.setattr(doctor, "_jupyter_kernel", lambda subject: Finding(subject, "ok", "as if it had started"))


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "assignments").mkdir()
    (tmp_path / "assignments" / "course.toml").write_text(
        '[course]\nid = "c"\ntitle = "C"\n[[assignment]]\nname = "sums"\ntitle = "S"\nnotebooks = ["adding"]\n'
    )
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.Kit.assignments = 'assignments'\n"
        "from autograder.marking.formgrader import protect\nprotect(c)\n"
    )
    return tmp_path


def finding(subject, start=None):
    return next(found for found in examine(start) if found.subject == subject)


@pytest.mark.slow
def test_a_kernel_is_really_started():
    found = doctor._jupyter_kernel("Jupyter kernel")
    assert found.state == "ok" and "computed 1 + 1 in" in found.found


@pytest.mark.slow
def test_a_kernel_of_another_python_is_noticed(monkeypatch, tmp_path):
    other = tmp_path / "bin" / "python"
    other.parent.mkdir()
    other.symlink_to(os.path.realpath(sys.executable))
    command = [str(other), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {
        "argv": command,
        "display_name": "Other",
        "language": "python",
        "env": {"PYTHONPATH": os.pathsep.join(sys.path)},
    }
    (tmp_path / "kernels" / "python3").mkdir(parents=True)
    (tmp_path / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = doctor._jupyter_kernel("Jupyter kernel")
    assert found.state == "warning" and str(other) in found.found


def test_a_kernel_that_cannot_start_is_fatal(monkeypatch):
    monkeypatch.setattr(
        "jupyter_client.manager.start_new_kernel", lambda **_: (_ for _ in ()).throw(RuntimeError("no"))
    )
    found = finding("Jupyter kernel")
    assert found.is_fatal and "RuntimeError: no" in found.found


def test_what_is_here_is_found(no_kernel, workspace):
    found = {f.subject: f for f in examine(workspace)}
    assert found["Python"].state == found["NumPy"].state == found["JupyterLab"].state == "ok"
    assert "nbgrader" in found["instructor's tools"].found
    assert found["workspace"].found == f"{workspace} (sums)"
    assert not any(f.is_fatal for f in found.values())


def test_an_old_python_is_fatal(no_kernel, monkeypatch):
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))
    assert finding("Python").is_fatal


def test_without_a_compiler_all_still_works(no_kernel, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("CC", "no-such-compiler")
    found = finding("C compiler")
    assert found.state == "warning" and not found.is_fatal and "gcc" in found.advice


@pytest.mark.parametrize("installed", [{"autograder.cli.instructors_doctor"}, set()])
def test_students_are_not_told_of_what_only_instructors_need(no_kernel, monkeypatch, installed):
    """The students work in a checkout without the instructor's packages, or in a release."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if name in installed else None)
    found = {f.subject: f for f in examine()}
    assert ("instructor's tools" in found) == bool(installed)
    assert "sandbox" not in found and "workspace" not in found


def test_a_notebook_that_is_newer_than_the_library_is_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("first", "second"):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps({"cells": [], "metadata": {"cs231n": {"assignment": name}}}))
    (tmp_path / "broken.ipynb").write_text("[")
    edition = Edition("first", ("first", "second"), {})
    monkeypatch.setattr("cs231n_lib.edition.this_edition", lambda: edition)
    found = doctor._library("library")
    assert found.state == "warning" and "of the release first" in found.found
    assert "second.ipynb belongs to the assignment second" in found.advice and "first.ipynb" not in found.advice
    assert "the kit of the release second (python -m pip install ./kit" in found.advice


def test_where_the_data_sets_are_kept_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    assert f"kept in {tmp_path}" in doctor._data_sets("data sets").found


def test_half_of_the_instructors_tools_is_a_warning(no_kernel, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "jupytext" else object())
    found = finding("instructor's tools")
    assert found.state == "warning" and "without jupytext" in found.found


def test_windows_has_no_sandbox_and_hears_of_wsl(no_kernel, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "resource" else object())
    found = finding("sandbox")
    assert found.state == "warning" and "not on Windows" in found.found and "WSL" in found.advice


def test_a_broken_numpy_is_fatal_and_no_traceback(no_kernel, monkeypatch):
    real = builtins.__import__

    def broken(name, *arguments, **more):
        if name == "numpy":
            raise ImportError("DLL load failed")
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", broken)
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert "DLL load failed" in result.output and "Traceback" not in result.output
    assert "Fix the problems marked `missing` above." in result.output


@pytest.mark.slow
def test_the_isolation_in_force_is_stated(no_kernel):
    found = finding("sandbox")
    assert found.state == "ok"
    assert "isolation in force: sandbox" in found.found


@pytest.mark.slow
def test_bubblewrap_is_tried_for_real(no_kernel, monkeypatch, tmp_path):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho denied >&2; exit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + "/bin:/usr/bin")
    found = finding("sandbox")
    assert found.state == "warning"
    assert "grade` refuses to grade: bubblewrap is installed but does not work here" in found.found
    assert "--isolation process" in found.advice


def test_where_there_is_no_workspace_students_need_none(no_kernel, tmp_path):
    found = finding("workspace", tmp_path)
    assert (found.state, found.found) == ("ok", "none in this folder or above") and not found.is_fatal
    assert found.advice == "Students do not need one. Instructors: cs231n init DIR"


def test_a_workspace_that_cannot_be_written_is_a_warning(no_kernel, workspace, monkeypatch):
    assert finding("workspace", workspace).found == f"{workspace} (sums)"

    def refuse(dir):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    found = finding("workspace", workspace)
    assert (found.state, found.found) == ("warning", f"{workspace} cannot be written: Read-only file system")


def test_a_workspace_whose_course_is_broken_is_said(no_kernel, workspace):
    (workspace / "assignments" / "course.toml").write_text("nonsense")
    assert finding("workspace", workspace).state == "missing"


def test_the_command_prints_each_finding_and_exits_0(no_kernel):
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 0
    assert "ok      Python:" in result.output
