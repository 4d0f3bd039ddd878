"""The surroundings of every notebook of an assignment: limits, library, environment, data sets and files."""

import os
import stat
from dataclasses import replace
from pathlib import Path

from autograder.course import edition
from autograder.course.course_toml import Assignment, Course
from autograder.course.workspace import Workspace
from autograder.grading.sanitize import read_built
from autograder.notebook.bound_names import imported_modules
from autograder.notebook.cell_record import is_skipped, whose
from autograder.notebook.job import OWN_PACKAGES, Surroundings
from autograder.submissions.work_files import instructors_files
from autograder.workers.font_cache import warm_font_cache


def surroundings(workspace: Workspace, assignment: Assignment, isolation: str = "sandbox") -> Surroundings:
    """Return the surroundings in which the notebooks of an assignment run, the same for all students.

    If the edition or the list of the machine's fonts is missing, this makes it. Raises KitError.
    """
    course = workspace.course
    folder = edition.importable(course, assignment.name, workspace.root / ".cs231n" / "editions")
    warm_font_cache(workspace.root / ".cs231n" / "matplotlib")
    return Surroundings(
        limits=assignment.limits,
        isolation=isolation,
        pythonpath=(str(folder),) if folder else (),
        env=_environment(workspace),
        data=_data_sets(course),
        hidden=(*OWN_PACKAGES, *(course.edition.packages if course.edition else ())),
        modules=_modules(workspace, assignment),
        files=instructors_files(workspace, assignment),
    )


def of_notebook(workspace: Workspace, assignment: Assignment, name: str, given: Surroundings) -> Surroundings:
    """Return `given` for one notebook: without the library files that `graded_without` names. Raises KitError."""
    if name not in assignment.graded_without:
        return given
    editions, without = workspace.root / ".cs231n" / "editions", assignment.graded_without[name]
    folder = edition.importable(workspace.course, assignment.name, editions, without)
    return replace(given, pythonpath=(str(folder),))


def _modules(workspace: Workspace, assignment: Assignment) -> tuple[str, ...]:
    """Return the modules that the instructor's cells of all notebooks import, so that all kernels begin alike.

    Tests are left out, because students must not learn what hidden tests import.
    """
    cells = (cell for name in assignment.notebooks for cell in read_built(workspace, assignment, name).cells)
    code = (c for c in cells if c.cell_type == "code" and not is_skipped(c))
    found = (imported_modules(cell.source) for cell in code if whose(cell) == "instructor")
    return tuple(sorted({name for names in found for name in names}))


def _environment(workspace: Workspace) -> dict[str, str]:
    """Return a kernel's environment variables: no tokens and no home folder; one BLAS thread."""
    keep = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT")
    env = {key: os.environ[key] for key in keep if key in os.environ}
    for library in ("OMP", "OPENBLAS", "MKL"):
        env[f"{library}_NUM_THREADS"] = "1"
    env["MPLCONFIGDIR"] = str(workspace.root / ".cs231n" / "matplotlib")
    return env


def _data_sets(course: Course) -> str | None:
    """Return the folder of the data sets, and make it if it is missing. None if this user cannot make or read one."""
    from cs231n_lib.data.registry import data_dir, trusted_dir

    try:
        folder = trusted_dir(*([course.edition.root] if course.edition else []))
        is_new = not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        if is_new:
            folder.chmod(0o755)  # independent of the umask
        elif os.geteuid() == 0 and folder == data_dir() and not os.environ.get("CS231N_DATA"):
            _open_to_the_sandbox(folder)
    except (OSError, RuntimeError):  # RuntimeError: the user has no home folder
        return None
    return str(folder)


def _open_to_the_sandbox(folder: Path) -> None:
    """Let other users read the cache: if root grades, kernels in the sandbox run as another user."""
    for path in (folder, *folder.rglob("*")):
        found = path.lstat()
        wanted = found.st_mode | (0o055 if stat.S_ISDIR(found.st_mode) else 0o044)
        if wanted != found.st_mode and found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode):
            path.chmod(stat.S_IMODE(wanted))
