"""What is asked of `run_notebook`, and what comes of it: plain values, which can travel to another machine."""

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.notebook.limits import Limits

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOT_RUN = "cs231n-not-run"  # in the metadata of a recorded cell that shows what the student saw, and was not run
ISOLATIONS = ("sandbox", "process")
Files = tuple[tuple[str, bytes], ...]  # relative path with /, content
Output = Mapping[str, Any]  # of a cell, as nbformat 4 has it


@dataclass(frozen=True)
class Surroundings:
    """What a notebook is run with; grading gives everybody the same.

    In the sandbox the kernel sees nothing of the caller's environment, `cwd` is read-only, and packages in `hidden`
    cannot be imported from where they are installed.

    Attributes
    ----------
    limits
        What the notebook may use.
    isolation
        One of ISOLATIONS: the notebook is judged, its tests run in a process of their own (execution/judge/). None: one
        ordinary kernel, in which the tests run too, as in a student's own JupyterLab.
    pythonpath
        Folders that go in front of the module path.
    env
        The whole environment. None: that of the caller, only without isolation.
    cwd
        The working folder. None: an empty scratch folder.
    data
        The folder of the data sets. None: there are none.
    hidden
        Packages that a sandbox hides.
    modules
        Imported before the student's first cell, where a sandbox is kept warm for many notebooks: what the instructor's
        cells import, but not the tests.
    files
        Put into the working folder, for student and judge.
    """

    limits: Limits = field(default_factory=Limits)
    isolation: str | None = None
    pythonpath: tuple[str, ...] = ()
    env: Mapping[str, str] | None = None
    cwd: str | None = None
    data: str | None = None
    hidden: tuple[str, ...] = ("autograder", "cs231n_lib")
    modules: tuple[str, ...] = ()
    files: Files = ()


@dataclass(frozen=True)
class Job:
    """A notebook (JSON text) to run in its surroundings.

    Attributes
    ----------
    submitted_files
        Put into the working folder for the student only.
    skip_tagged
        False: the long cells tagged `skip-execution` run as well.
    """

    notebook: str
    surroundings: Surroundings = field(default_factory=Surroundings)
    submitted_files: Files = ()
    skip_tagged: bool = True


@dataclass(frozen=True)
class CellResult:
    """What a cell put out when it ran, or why it did not run."""

    outputs: tuple[Output, ...] = ()
    execution_count: int | None = None

    @property
    def error(self) -> Output | None:
        """The first error among the outputs."""
        return next((output for output in self.outputs if output["output_type"] == "error"), None)


@dataclass(frozen=True)
class Executed:
    """What came of running a notebook.

    Attributes
    ----------
    results
        One for each cell; None for text, and for cells that are not to be run.
    seconds
        How long it took.
    problems
        What went wrong on the way, in words.
    """

    results: tuple[CellResult | None, ...]
    seconds: float
    problems: tuple[str, ...] = ()

    def onto(self, notebook: "NotebookNode") -> "NotebookNode":
        """A copy of the notebook that was run, with these results as the outputs of its cells.

        Cells without a result are as they were. Raises ValueError where the notebook has another number of cells.
        """
        from nbformat import from_dict

        laid = copy.deepcopy(notebook)
        for cell, result in zip(laid.cells, self.results, strict=True):
            if result is not None:
                cell.outputs = [from_dict(output) for output in result.outputs]
                cell.execution_count = result.execution_count
        return laid


def write_files(folder: str, files: Files) -> None:
    """Make a folder that holds these files."""
    os.mkdir(folder)
    for path, content in files:
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
