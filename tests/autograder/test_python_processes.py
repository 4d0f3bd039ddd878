"""No command, and no process that it starts, uses modules, programs or configurations from its working folder."""

import ast
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograder
from autograder import python_processes
from autograder.python_processes import SAFE_PATH, environment, nothing_from_here, run_python, students_environment

PROGRAMS = "alembic bwrap cat cc dask fc-list gcc git jupyter ldconfig prlimit python python3 sh sudo uname unshare"
CONFIGURATIONS = (
    "nbgrader_config", "jupyter_config", "jupyter_nbgrader_config", "jupyter_nbconvert_config", "ipython_config",
    "ipython_kernel_config", "jupytext", "sitecustomize", "usercustomize", "conftest", "setup",
)  # fmt: skip


@pytest.fixture
def trap(tmp_path):
    """A folder with programs, configurations and a module for every name in Python and the installed packages.

    Each of them, when run, writes to a file beside the folder, which `sprung` reads.
    """
    folder, proof = tmp_path / "trap", tmp_path / "proof"
    folder.mkdir()
    write = f"import sys; open({str(proof)!r}, 'a').write(f'{{__file__}} by {{sys.orig_argv}}\\n')\n"
    installed = importlib.metadata.packages_distributions()
    for name in {*sys.stdlib_module_names, *installed, *CONFIGURATIONS, "autograder", "ipykernel_launcher"}:
        if name.isidentifier() and name != "sys":
            (folder / f"{name}.py").write_text(write)
    for name in ("matplotlib", "autograder", "multiprocessing", "cs231n", "cs231n_lib"):  # a package precedes a module
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(write)
        (folder / name / "__main__.py").write_text(write)
    (folder / "x.pth").write_text(write.replace("\n", ""))
    (folder / "pyvenv.cfg").write_text("home = .\n")
    (folder / "matplotlibrc").write_text("backend: module://trap\n")
    (folder / "alembic.ini").write_text("[alembic]\nprepend_sys_path = .\n")
    for template in ("index.html.j2", "feedback/index.html.j2", "lab/base.html.j2", "classic/index.html.j2"):
        (folder / template).parent.mkdir(exist_ok=True)
        (folder / template).write_text(
            "{{ cycler.__init__.__globals__.os.system('echo a template >> PROOF') }}".replace("PROOF", str(proof))
        )
    (folder / "feedback" / "conf.json").write_text('{"base_template": "base"}')
    for name in PROGRAMS.split():
        if not (folder / name).exists():
            (folder / name).write_text(f"#!/bin/sh\necho {name} >> {proof}\n")
            (folder / name).chmod(0o755)
    for entry in sys.path:  # relative entries that an editable install may add
        if entry and not os.path.isabs(entry):
            (folder / entry).mkdir(parents=True)
            shutil.copy(folder / "sitecustomize.py", folder / entry)
    return folder


def sprung(trap):
    proof = trap.with_name("proof")
    return proof.read_text() if proof.exists() else ""


RUN_EACH = """
import json, sys
from autograder.cli import main
if __name__ == "__main__":  # processes that multiprocessing starts import this, too
    for arguments in json.loads(sys.argv[1]):
        try:
            main(arguments, prog_name="cs231n")
        except SystemExit as end:
            print(f"exit code {end.code or 0} of {' '.join(arguments)}", flush=True)
"""


@pytest.fixture
def in_the_trap(trap):
    """in_the_trap(program, ...) runs a program in the trap, which is also on PATH; returns its output."""

    def run(*command):
        env = {**os.environ, "PATH": f":.:{trap}:{os.environ['PATH']}", "LD_LIBRARY_PATH": ""}
        env.pop("CI", None)
        done = subprocess.run([*map(str, command)], cwd=trap, env=env, capture_output=True, text=True, timeout=600)
        assert sprung(trap) == ""
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def cs231n(in_the_trap):
    """cs231n("grade", ...) runs the installed command in the trap; returns its output."""
    command = shutil.which("cs231n", path=os.path.dirname(sys.executable))
    return lambda *arguments: in_the_trap(command, *arguments)


@pytest.fixture
def one_by_one(in_the_trap, tmp_path):
    """one_by_one((arguments, exit code), ...) runs commands in one process, started as `cs231n` is; returns all output.

    A module is imported from the trap, if at all, by the first command that needs it, so one process finds the same.
    """
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "run_each.py").write_text(RUN_EACH)

    def run(*commands):
        given = [[*map(str, arguments)] for arguments, _ in commands]
        said = in_the_trap(sys.executable, tmp_path / "scripts" / "run_each.py", json.dumps(given))
        ended = [
            f"exit code {code} of {' '.join(arguments)}" for arguments, (_, code) in zip(given, commands, strict=True)
        ]
        assert [line for line in said.splitlines() if line.startswith("exit code ")] == ended, said
        return said

    return run


def test_a_trap_is_one(trap):
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    subprocess.run([sys.executable, "-c", "import multiprocessing"], cwd=trap, env=env, capture_output=True)
    assert "multiprocessing" in sprung(trap)


@pytest.mark.slow
def test_grading_in_a_submission_runs_nothing_of_it(trap, cs231n, one_by_one, tiny, hand_in):
    shutil.copytree(hand_in("ann", add="def add(a, b):\n    return a + b"), trap, dirs_exist_ok=True)
    (tiny.root / ".cs231n" / "matplotlib").rename(tiny.root / "moved")  # so that the font list is made again
    said = cs231n("-C", tiny.root.parent, "grade-one", ".", "--assignment", "sums")
    assert " of 9 points" in said and "test_add_small  " in said
    here = ("-C", tiny.root)
    said = one_by_one(((*here, "grade", "sums", "--workers", 1), 0), ((*here, "feedback", "sums"), 0))
    assert "1 graded" in said and "1 made" in said
    assert (tiny.root / ".cs231n" / "matplotlib").is_dir()


@pytest.mark.slow
def test_no_other_command_runs_anything_of_the_folder_it_is_started_in(trap, cs231n, one_by_one, tiny, tmp_path):
    (tmp_path / "work").mkdir()
    shutil.copy(tiny.root / "release" / "sums" / "adding.ipynb", tmp_path / "work")
    assert "computed 1 + 1" in (said := cs231n("doctor")) and "nbgrader_config.py was not read" in said
    (tiny.root / "gradebook.db").unlink()
    here, work = ("-C", tiny.root), tmp_path / "work"
    without_workspace = ("build", "export sums", "grade sums", "feedback sums", "release sums", "collect sums .")
    said = one_by_one(
        (("check", work / "adding.ipynb"), 1),
        ((*here, "export", "sums"), 1),
        ((*here, "build"), 0),
        ((*here, "release", "sums"), 0),
        ((*here, "collect", "sums", work), 3),
        (("init", tmp_path / "new", "--assignments", tiny.assignments), 0),
        *((command.split(), 1) for command in without_workspace),
    )
    assert "sums is not in the gradebook yet" in said
    assert said.count("nbgrader_config.py was not read") == len(without_workspace)


def test_the_working_folder_is_on_no_path_while_a_command_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    monkeypatch.setattr(sys, "path", ["", ".", "below", str(tmp_path), str(tmp_path / "below"), "__hook__", *sys.path])
    for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH"):
        monkeypatch.setenv(name, os.pathsep.join(["", ".", "below", str(tmp_path), str(tmp_path / "below"), ""]))
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "cache")
    monkeypatch.delenv(SAFE_PATH, raising=False)
    path, before = sys.path[:], dict(os.environ)
    with nothing_from_here():
        assert sys.path == path[4:]
        assert os.environ["PYTHONPATH"] == os.environ["LD_LIBRARY_PATH"] == str(tmp_path / "below")
        assert os.environ["PATH"].split(os.pathsep) == [os.path.dirname(sys.executable), str(tmp_path / "below")]
        assert os.environ[SAFE_PATH] == "1" and "PYTHONPYCACHEPREFIX" not in os.environ
        students = students_environment()
        assert students["PYTHONPATH"] == before["PYTHONPATH"] and SAFE_PATH not in students
        assert students["PATH"] == os.environ["PATH"]
    assert (sys.path, dict(os.environ), students_environment()) == (path, before, before)


def test_what_an_error_ends_is_put_back(monkeypatch):
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), nothing_from_here():
        raise ZeroDivisionError
    assert dict(os.environ) == before


def test_a_path_of_nothing_but_the_working_folder_is_none():
    assert environment({"PYTHONPATH": "", "PATH": ".:", "HOME": "."}) == {"HOME": ".", SAFE_PATH: "1"}


def test_a_folder_that_is_not_there_stays_where_it_is_named_from_the_root(tmp_path):
    given = {"PATH": f"{tmp_path / 'later'}:later", "PYTHONUSERBASE": str(tmp_path / "later")}
    assert environment(given) == {**given, "PATH": str(tmp_path / "later"), SAFE_PATH: "1"}


def test_where_the_package_itself_lies_may_be_the_working_folder(monkeypatch):
    kit = str(Path(autograder.__file__).parents[1])
    monkeypatch.chdir(kit)
    assert environment({"PYTHONPATH": kit})["PYTHONPATH"] == kit


def test_a_python_of_ours_runs_in_an_empty_folder(trap, monkeypatch):
    monkeypatch.chdir(trap)
    monkeypatch.setenv("PYTHONPATH", "")
    done = run_python("-c", "import os, json, sys; print(os.listdir(), sys.flags.safe_path)")
    assert (done.stdout, done.returncode) == ("[] True\n", 0)
    assert sprung(trap) == ""


def test_every_python_that_is_started_is_started_in_one_way():
    """Outside python_processes.py, no command list begins with sys.executable."""
    files = [p for p in Path(autograder.__file__).parent.rglob("*.py") if p != Path(python_processes.__file__)]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.List) and node.elts:
                assert ast.unparse(node.elts[0]) != "sys.executable", f"{path}:{node.lineno}"
