"""What every notebook of an assignment is run with: limits, library, environment, data sets, files."""

import os
from dataclasses import replace

from autograder.course import edition
from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.grading.sanitize import read_built
from autograder.notebook.bound_names import imported_modules
from autograder.notebook.cell_record import is_skipped, whose
from autograder.notebook.job import Surroundings
from autograder.submissions.work_files import instructors_files
from autograder.workers.font_cache import warm_font_cache


def surroundings(workspace: Workspace, assignment: Assignment, isolation: str = "sandbox") -> Surroundings:
    """What the notebooks of an assignment are run with, the same for everybody.

    Makes the edition, and a list of the machine's fonts, where they are missing. Raises KitError.
    """
    course = workspace.course
    folder = edition.importable(course, assignment.name, workspace.root / ".cs231n" / "editions")
    warm_font_cache(workspace.root / ".cs231n" / "matplotlib")
    return Surroundings(
        limits=assignment.limits,
        isolation=isolation,
        pythonpath=(str(folder),) if folder else (),
        env=_environment(workspace),
        data=_data_sets(),
        hidden=("autograder", "cs231n_lib", *([course.edition.package] if course.edition else [])),
        modules=_modules(workspace, assignment),
        files=instructors_files(workspace, assignment),
    )


def of_notebook(workspace: Workspace, assignment: Assignment, name: str, given: Surroundings) -> Surroundings:
    """`given`, for one notebook: without the files that it is graded without. Raises KitError."""
    if name not in assignment.graded_without:
        return given
    editions, without = workspace.root / ".cs231n" / "editions", assignment.graded_without[name]
    folder = edition.importable(workspace.course, assignment.name, editions, without)
    return replace(given, pythonpath=(str(folder),))


def _modules(workspace: Workspace, assignment: Assignment) -> tuple[str, ...]:
    """What the instructor's cells import, of all notebooks together, so that every kernel begins with the same.

    Without the tests: what hidden ones import is nobody's business.
    """
    cells = (cell for name in assignment.notebooks for cell in read_built(workspace, assignment, name).cells)
    code = (c for c in cells if c.cell_type == "code" and not is_skipped(c))
    found = (imported_modules(cell.source) for cell in code if whose(cell) == "instructor")
    return tuple(sorted({name for names in found for name in names}))


def _environment(workspace: Workspace) -> dict[str, str]:
    """What a kernel sees of the environment: no tokens, no home; one processor's worth of BLAS threads."""
    keep = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT")
    env = {key: os.environ[key] for key in keep if key in os.environ}
    for library in ("OMP", "OPENBLAS", "MKL"):
        env[f"{library}_NUM_THREADS"] = "1"
    env["MPLCONFIGDIR"] = str(workspace.root / ".cs231n" / "matplotlib")
    return env


def _data_sets() -> str | None:
    """The folder of the data sets, made if it is missing; None if it cannot be made."""
    from cs231n_lib.data.registry import trusted_dir

    folder = trusted_dir()
    if not folder.is_dir():
        try:
            folder.mkdir(parents=True)
            folder.chmod(0o755)  # whatever the umask: a sandbox's user is somebody else
        except OSError:
            return None
    return str(folder)
