"""Check, for `cs231n doctor`, the additional programs and packages that instructors need."""

import importlib.metadata
import importlib.util
import tempfile
from pathlib import Path

from autograder.cli.doctor import Finding, Part


def parts(start: Path | str | None) -> list[Part]:
    """The parts to examine; `start` is the folder in or above which to look for a workspace."""
    found: list[Part] = [("instructor's tools", _instructor, False)]
    if importlib.util.find_spec("nbgrader"):  # without nbgrader, this user does not grade
        found.append(("sandbox", _sandbox, False))
        found.append(("workspace", lambda subject: _workspace(subject, start), False))
    return found


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
    """Start a sandbox to find out whether it works on this machine."""
    if importlib.util.find_spec("resource") is None:
        advice = "Install the kit in WSL (https://learn.microsoft.com/windows/wsl) and run it there."
        return Finding(subject, "warning", "not on Windows, so `cs231n grade` refuses to grade", advice)
    from autograder.execution.sandbox import missing

    why_not = missing()
    if why_not is None:
        return Finding(subject, "ok", "isolation in force: sandbox (bubblewrap)")
    found = f"does not work, so `cs231n grade` refuses to grade: {why_not.message}"
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
