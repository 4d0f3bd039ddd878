"""`cs231n doctor`: what works on this machine, what does not, and what to do about it."""

import ast
import importlib.metadata
import importlib.util
import logging
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_PYTHON = (3, 11)
KERNEL_SECONDS = 60


@dataclass(frozen=True)
class Finding:
    """One line of the report. `essential`: a student cannot work unless this is ok."""

    subject: str
    state: str  # "ok", "warning" or "missing"
    found: str
    advice: str = ""
    essential: bool = False

    @property
    def is_fatal(self) -> bool:
        return self.essential and self.state == "missing"


def examine(start: Path | str | None = None) -> Iterator[Finding]:
    """Look at each part in turn and yield what was found; a part whose look fails is itself a finding.

    `start` is the folder in or above which to look for a workspace.
    """
    parts: list[tuple[str, Callable, bool]] = [
        ("Python", _python, True),
        ("NumPy", _numpy, True),
        ("library", _library, True),
        ("C compiler", _compiler, False),
        ("fast kernels", _kernels, False),
        ("Jupyter kernel", _jupyter_kernel, True),
        ("JupyterLab", _jupyterlab, False),
        ("data sets", _data_sets, False),
        ("instructor's tools", _instructor, False),
    ]
    if importlib.util.find_spec("nbgrader"):  # who cannot grade need not hear of it
        parts.append(("sandbox", _sandbox, False))
        parts.append(("workspace", lambda subject: _workspace(subject, start), False))
    for subject, look, essential in parts:
        try:
            yield look(subject)
        except Exception as error:  # a broken installation fails in ways nobody lists
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            yield Finding(subject, "missing", reason, "Install the release again: python -m pip install .", essential)


def _python(subject: str) -> Finding:
    found = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info < OLDEST_PYTHON:
        return Finding(subject, "missing", found, "Install Python 3.11 or newer.", essential=True)
    return Finding(subject, "ok", found)


def _numpy(subject: str) -> Finding:
    import numpy

    blas = numpy.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    name = " ".join(filter(None, [blas.get("name"), blas.get("version")])) or "unknown"
    return Finding(subject, "ok", f"{numpy.__version__}, BLAS: {name}, {os.cpu_count()} processors")


def _library(subject: str) -> Finding:
    import cs231n_lib.checks  # noqa: F401

    version = importlib.metadata.version("cs231n-course-kit")
    return Finding(subject, "ok", f"cs231n-course-kit {version} ({Path(cs231n_lib.__file__).parent})")


def _compiler(subject: str) -> Finding:
    command = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    found = shutil.which(command) or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if found is None:
        advice = "Only needed to build the fast kernels: install gcc or clang (Debian, Ubuntu: build-essential)."
        return Finding(subject, "warning", "none found", advice)
    return Finding(subject, "ok", found)


def _kernels(subject: str) -> Finding:
    from cs231n_lib import kernels

    backend = kernels.backend()
    if backend == "cython":
        return Finding(subject, "ok", "Cython")
    advice = "All works, only slower. With a C compiler installed, run: python -m pip install --force-reinstall ."
    return Finding(subject, "warning", f"not built; {backend} is used instead", advice)


def _jupyter_kernel(subject: str) -> Finding:
    """Really start one, and let it count."""
    from jupyter_client.manager import start_new_kernel

    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what fails is reported here, not by Jupyter's log
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cs231n-") as empty:
        # as the notebooks are opened: the kernel called python3, as Jupyter finds it
        given = {"kernel_name": "python3", "startup_timeout": KERNEL_SECONDS, "stderr": subprocess.DEVNULL}
        manager, client = start_new_kernel(cwd=empty, **given)
        said = _ask(manager, client)
    seconds = time.monotonic() - start
    if not said or said[0][0] != 2:
        advice = "Install it again: python -m pip install --force-reinstall ipykernel"
        return Finding(subject, "missing", "starts, but does not compute 1 + 1", advice, essential=True)
    other = said[0][1]
    if os.path.realpath(os.path.dirname(other)) != os.path.realpath(os.path.dirname(sys.executable)):
        advice = "Notebooks open with another Python; make this one's kernel: python -m ipykernel install --sys-prefix"
        return Finding(subject, "warning", f"python3 starts {other}", advice)
    return Finding(subject, "ok", f"started and computed 1 + 1 in {seconds:.1f} s")


def _ask(manager, client) -> list[tuple[int, str]]:
    """Have a kernel count, and name its Python; and end it."""
    try:
        said: list[tuple[int, str]] = []

        def listen(message: dict) -> None:
            if message["msg_type"] == "execute_result":
                said.append(ast.literal_eval(message["content"]["data"]["text/plain"]))

        code = "(1 + 1, __import__('sys').executable)"
        client.execute_interactive(code, timeout=KERNEL_SECONDS, output_hook=listen)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return said


def _jupyterlab(subject: str) -> Finding:
    try:
        return Finding(subject, "ok", importlib.metadata.version("jupyterlab"))
    except importlib.metadata.PackageNotFoundError:
        advice = "Install it with: python -m pip install jupyterlab (any other notebook editor will do, too)"
        return Finding(subject, "warning", "not installed", advice)


def _data_sets(subject: str) -> Finding:
    from autograder.cli.data_sets import list_data_sets

    listed = list_data_sets()
    found = ", ".join(f"{data_set.name} ({data_set.state})" for data_set in listed)
    absent = [data_set.name for data_set in listed if data_set.state == "absent"]
    if absent:
        return Finding(subject, "ok", found, f"To fetch one: cs231n data {absent[0]}")
    return Finding(subject, "ok", found)


def _instructor(subject: str) -> Finding:
    versions, missing = [], []
    for package in ("nbgrader", "jupytext"):
        if importlib.util.find_spec(package):
            versions.append(f"{package} {importlib.metadata.version(package)}")
        else:
            missing.append(package)
    advice = "Students do not need them. Instructors: python -m pip install '.[instructor]'"
    if not versions:
        return Finding(subject, "ok", "not installed", advice)
    if missing:
        return Finding(subject, "warning", f"without {' and '.join(missing)}", advice)
    return Finding(subject, "ok", ", ".join(versions))


def _sandbox(subject: str) -> Finding:
    """What stands between a submission and the machine that grades it; tried for real."""
    if importlib.util.find_spec("resource") is None:
        advice = "Install the kit in WSL (https://learn.microsoft.com/windows/wsl) and run it there."
        return Finding(subject, "warning", "no sandbox, so `cs231n grade` refuses: this is Windows", advice)
    from autograder.execution.sandbox import missing

    why_not = missing()
    if why_not is None:
        return Finding(subject, "ok", "isolation in force: sandbox (bubblewrap)")
    found = f"no sandbox, so `cs231n grade` refuses: {why_not.message}"
    return Finding(subject, "warning", found, why_not.hint or "")


def _workspace(subject: str, start: Path | str | None) -> Finding:
    from autograder.course.workspace import HOW_TO_PROTECT, NOT_PROTECTED, Workspace
    from autograder.errors import KitError, UnknownWorkspace

    try:
        workspace = Workspace.find(start)
    except UnknownWorkspace as error:
        return Finding(subject, "warning", error.message, error.hint or "")
    except KitError:
        advice = "Students do not need one. Instructors: cs231n init DIR"
        return Finding(subject, "ok", "none in this folder or above", advice)
    try:
        names = ", ".join(workspace.course.assignments)
        with tempfile.TemporaryFile(dir=workspace.root):
            pass
    except KitError as error:
        return Finding(subject, "missing", error.message, error.hint or "")
    except OSError as error:
        return Finding(subject, "warning", f"{workspace.root} cannot be written: {error.strerror}")
    if not workspace.is_protected:
        return Finding(subject, "warning", f"{workspace.root}: {NOT_PROTECTED}", HOW_TO_PROTECT)
    return Finding(subject, "ok", f"{workspace.root} ({names})")
