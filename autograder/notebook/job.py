"""The arguments and results of `run_notebook`: plain values, which can travel to another machine."""

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.notebook.limits import Limits

if TYPE_CHECKING:
    from nbformat import NotebookNode

MISTAKES = "cs231n-mistakes"  # metadata of a recorded test cell: the ids of the mistakes that its error names
KEPT = "cs231n"  # metadata of a recorded notebook: the results of its execution other than outputs
NOT_GRADED = "not-graded"  # id of the cell that says why a notebook could not be graded
NOT_RUN = "cs231n-not-run"  # metadata of a recorded cell that was not run and shows what the student saw
OWN_PACKAGES = ("autograder", "cs231n", "cs231n_lib")  # students must not see these as they are installed
ISOLATIONS = ("sandbox", "process")
Files = tuple[tuple[str, bytes], ...]  # relative path with /, content
Output = Mapping[str, Any]  # an output of a cell in nbformat 4


@dataclass(frozen=True)
class Surroundings:
    """The environment in which a notebook runs; when grading, it is the same for every student.

    In the sandbox the kernel does not see the caller's environment variables, `cwd` is read-only, and packages in
    `hidden` cannot be imported from where they are installed.

    Attributes
    ----------
    limits
        The time, memory and other resources that the notebook may use.
    isolation
        One of ISOLATIONS: the tests run in a process of their own (execution/judge/). None: one ordinary kernel runs
        the tests too, as in a student's own JupyterLab.
    pythonpath
        Folders to put first on the module path.
    env
        All environment variables. None: those of the caller; only without isolation.
    cwd
        The working folder. None: an empty scratch folder.
    data
        The folder of the data sets. None: no data sets.
    hidden
        Packages that a sandbox hides.
    modules
        Modules to import before the student's first cell, if a sandbox is kept warm for many notebooks: those that the
        instructor's cells import, except the tests.
    files
        Files to put into the working folder, for both the student's kernel and the judge.
    """

    limits: Limits = field(default_factory=Limits)
    isolation: str | None = None
    pythonpath: tuple[str, ...] = ()
    env: Mapping[str, str] | None = None
    cwd: str | None = None
    data: str | None = None
    hidden: tuple[str, ...] = OWN_PACKAGES
    modules: tuple[str, ...] = ()
    files: Files = ()


@dataclass(frozen=True)
class Job:
    """A notebook (JSON text) to run in its surroundings.

    Attributes
    ----------
    submitted_files
        Files to put into the working folder, for the student's kernel only.
    skip_tagged
        Whether to skip the long cells, which are tagged `skip-execution`.
    tell_hidden
        Whether to keep what tests in the student's process say after hidden tests ran there. Only for the course's own
        solutions: a student's code could say there what the hidden tests are.
    """

    notebook: str
    surroundings: Surroundings = field(default_factory=Surroundings)
    submitted_files: Files = ()
    skip_tagged: bool = True
    tell_hidden: bool = False


@dataclass(frozen=True)
class CellResult:
    """The outputs of a cell that ran, or an error output that says why it did not run.

    Attributes
    ----------
    mistakes
        The ids of the mistakes that the error of a test cell names. The judge decides them. Only those that begin with
        "exceptions." follow from the words of an exception, which student code may choose.
    """

    outputs: tuple[Output, ...] = ()
    execution_count: int | None = None
    mistakes: tuple[str, ...] = ()

    @property
    def error(self) -> Output | None:
        """The first error among the outputs."""
        return next((output for output in self.outputs if output["output_type"] == "error"), None)


@dataclass(frozen=True)
class Executed:
    """The result of running a notebook.

    Attributes
    ----------
    results
        One for each cell; None for text cells and for cells that were skipped.
    seconds
        How long the run took.
    problems
        What went wrong during the run, in words.
    """

    results: tuple[CellResult | None, ...]
    seconds: float
    problems: tuple[str, ...] = ()

    def onto(self, notebook: "NotebookNode") -> "NotebookNode":
        """A copy of the notebook that was run, with these results as the outputs of its cells.

        Cells without a result are unchanged. Raises ValueError if the notebook has a different number of cells.
        """
        from nbformat import from_dict

        laid = copy.deepcopy(notebook)
        for cell, result in zip(laid.cells, self.results, strict=True):
            if result is not None:
                cell.outputs = [from_dict(output) for output in result.outputs]
                cell.execution_count = result.execution_count
                if result.mistakes:
                    cell.metadata[MISTAKES] = list(result.mistakes)
        return laid


def write_files(folder: str, files: Files) -> None:
    """Make the folder and write these files into it."""
    os.mkdir(folder)
    for path, content in files:
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
