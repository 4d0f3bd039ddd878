"""What is asked of `execute`, and what comes of it: plain data, which can travel to another machine."""

import os
from dataclasses import dataclass, field

from autograder.notebook.limits import Limits

NOT_RUN = "cs231n-not-run"  # in the metadata of a recorded cell that shows what the student saw, and was not run
ISOLATIONS = ("sandbox", "process")
Files = tuple[tuple[str, bytes], ...]  # relative path with /, content


@dataclass(frozen=True)
class Job:
    """A notebook (JSON text) to run, its limits, and the surroundings of its kernel.

    `isolation` is one of ISOLATIONS, or None: one ordinary kernel, in which the tests run too, as in a student's own
    JupyterLab. Otherwise the notebook is judged: its tests run in a process of their own (execution/judge/).

    `pythonpath` goes in front of the module path; `env` is the whole environment (None: that of the caller, only
    without isolation); `cwd` the working folder (None: an empty scratch folder); `files` are put into it, for student
    and judge, `submitted_files` for the student only. `data` is the folder of the data sets (None: there are none).
    `modules` are imported before the student's first cell, where a sandbox is kept warm for many: what the instructor's
    cells import, but not the tests. `skip_tagged=False` also runs the long cells tagged `skip-execution`.

    In the sandbox nothing of the caller's environment is seen, `cwd` is read-only, and packages in `hidden` cannot be
    imported from where they are installed.
    """

    notebook: str
    limits: Limits = field(default_factory=Limits)
    pythonpath: tuple[str, ...] = ()
    env: dict[str, str] | None = None
    cwd: str | None = None
    skip_tagged: bool = True
    isolation: str | None = None
    data: str | None = None
    hidden: tuple[str, ...] = ("autograder", "cs231n_lib")
    modules: tuple[str, ...] = ()
    files: Files = ()
    submitted_files: Files = ()


@dataclass(frozen=True)
class Executed:
    """The executed notebook (JSON text), the seconds it took, and what went wrong on the way, in words."""

    notebook: str
    seconds: float
    problems: tuple[str, ...] = ()


def write_files(folder: str, files: Files) -> None:
    """Make a folder that holds these files."""
    os.mkdir(folder)
    for path, content in files:
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
