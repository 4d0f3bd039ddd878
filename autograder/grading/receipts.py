"""Receipts: files with a digest of what a submission was graded from. A receipt is written last, after all results.

A grade depends on several things. When one of them changes, only the steps that depend on it are repeated:

- An execution depends on the cells that run, the files beside them, the limits, the edition, the isolation, the modules
  named in EXECUTING, and the versions of Python and of the packages that the notebook imports (`installed.py`).
- What is recorded depends on the execution, on the submission as it was handed in, its time of arrival, the cells of
  the built notebooks with their points, and the modules named in RECORDING.
- A late penalty depends on the due date, the time of arrival, extensions, late days, the policy and all points. It is
  computed again whenever marks are shown (`late.py`), so it is not part of a receipt.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import nbformat

import autograder
from autograder.course.course_toml import TIMESTAMP, Assignment
from autograder.course.workspace import Workspace
from autograder.grading.installed import Installed
from autograder.grading.results import NotebookResult, as_plain, read_results, receipts_folder
from autograder.notebook.cell_record import grade_id_of, record_of, whose
from autograder.notebook.job import Executed, Files, Surroundings
from autograder.submissions.foreign_files import ByteBudget, Refused, read_ordinary
from autograder.submissions.work_files import accepted_files

# The modules and rooms that decide the result of running a notebook. A test compares them with what that imports.
EXECUTING = (
    "execution",
    "notebook/bound_names.py",
    "notebook/cell_outputs.py",
    "notebook/cell_record.py",
    "notebook/job.py",
    "notebook/partial_credit.py",
    "python_processes.py",
    "storable.py",
)
# The modules that, in addition, decide which parts of a submission run and what is recorded.
RECORDING = (
    "grading/finished.py",
    "grading/matching.py",
    "grading/preprocessors.py",
    "grading/record.py",
    "grading/results.py",
    "grading/sanitize.py",
    "notebook/page_cleaner.py",
    "notebook/pictures.py",
    "submissions/foreign_files.py",
    "submissions/work_files.py",
    "text.py",
)
# Modules that these import and that decide no grade: their values are in the digest, or they only hold text.
UNDECISIVE = (
    "check.py", "course", "errors.py", "folders.py", "grading/enrol.py", "grading/gradebook_lock.py",
    "grading/group_work.py", "grading/late.py", "grading/late_days.py", "grading/report.py", "grading/times.py",
    "notebook/limits.py", "notebook/newer_syntax.py", "notebook/outcomes.py", "submissions/origins.py",
    "submissions/platforms.py", "submissions/roster_match.py",
)  # fmt: skip
PACKAGES = ("numpy", "ipykernel", "ipython", "jupyter_client")  # used in running every notebook
READING = ("submission_bytes",)  # the limits on reading a submission, which do not affect its run
# the sections of nbgrader_config.py that decide which outputs are kept, and those that decide what is recorded
CLEANING = ("IgnorePattern", "LimitOutput", "StderrToStdout", "NbGraderPreprocessor", "Preprocessor")
SCORING = ("SaveAutoGrades", "OverwriteCells", "ClearOutput", "DeduplicateIds", "CheckCellMetadata")


class Receipts:
    """The receipts of one assignment. Its notebooks run in the given surroundings."""

    def __init__(self, workspace: Workspace, assignment: Assignment, given: Surroundings):
        self.workspace, self.assignment = workspace, assignment
        self.folder = receipts_folder(workspace, assignment.name)
        modules = [path.read_text("utf-8") for folder in given.pythonpath for path in Path(folder).rglob("*.py")]
        self.installed = Installed(given.hidden, given.data, modules + _python(given.files))
        self.grader = _grader(workspace, given)
        digest = hashlib.sha256(self.grader + code_digest(RECORDING) + _configured(workspace, SCORING))
        digest.update(workspace.db_url.replace(str(workspace.root), "").encode())
        read = [getattr(assignment.limits, limit) for limit in READING]
        digest.update(repr((read, assignment.graded_without)).encode())
        for name in assignment.notebooks:
            digest.update(_recorded_cells(workspace.source(assignment.name) / f"{name}.ipynb"))
        self.fingerprint = digest.digest()

    def digest(self, student: str) -> str:
        """Return a digest of all that the grade of a submission depends on, except for the packages that it imports."""
        folder = self.workspace.submitted(student, self.assignment.name)
        digest = hashlib.sha256(self.fingerprint)
        for name in (*(f"{n}.ipynb" for n in self.assignment.notebooks), TIMESTAMP):
            digest.update(name.encode() + self._handed_in(folder / name))
        digest.update(repr(accepted_files(self.workspace, self.assignment, student)).encode())
        return digest.hexdigest()

    def _handed_in(self, path: Path) -> bytes:
        """Return a digest of a file as grading reads it, or why it is not read; b"" if it does not exist."""
        try:
            data = read_ordinary(path.parents[2], path.parts[-3:], ByteBudget(self.assignment.limits.file_bytes))
        except FileNotFoundError:
            return b""
        except Refused as why_not:
            return str(why_not).encode()
        return hashlib.sha256(data).digest()

    def execution(self, notebook: nbformat.NotebookNode, submitted_files: Files, given: Surroundings) -> str:
        """Return a digest of all that the execution of a sanitized notebook depends on, except for imported packages.

        It includes neither points nor the text of cells that do not run. `given` are this notebook's surroundings,
        whose edition may differ from that of the others.
        """
        editions = [Path(folder).name for folder in given.pythonpath]  # the name is a hash of the folder's content
        digest = hashlib.sha256(self.grader + repr((submitted_files, editions)).encode())
        for cell in notebook.cells:
            known = grade_id_of(cell), cell.cell_type == "code" and whose(cell), cell.metadata.get("tags")
            digest.update(repr((cell.cell_type, known, cell.cell_type == "code" and cell.source)).encode())
        return digest.hexdigest()

    def packages(self, notebook: nbformat.NotebookNode, submitted_files: Files, executed: Executed) -> dict[str, str]:
        """Return the packages that the execution of a notebook depended on, with their versions."""
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        outputs = [result.outputs for result in executed.results if result]
        said = [*(cell.source for cell in notebook.cells), *texts_in(outputs)]
        return self.installed.needed(cells + _python(submitted_files), said)

    def read(self, student: str, digest: str) -> dict[str, Any] | None:
        """Return the receipt of a submission if it was graded from exactly what is there now, else None."""
        try:
            receipt = json.loads(self._path(student).read_text("utf-8"))
            if receipt["digest"] == digest and self.installed.has_still(receipt["packages"]):
                return receipt
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    def seconds(self, student: str) -> dict[str, float]:
        """Return how long each notebook ran when the submission was last graded, as far as that is known."""
        return {name: result.seconds for name, result in (read_results(self._path(student)) or {}).items()}

    def write(
        self,
        student: str,
        digest: str,
        seconds: float,
        reasons: Iterable[str],
        packages: Mapping[str, str],
        results: Mapping[str, NotebookResult],
    ) -> None:
        """Write the receipt: `digest` and the imported packages say what the grade was made from.

        The results of the notebooks are in it for the report on the class.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(student)
        part = path.with_suffix(".part")
        content: dict[str, Any] = {
            "digest": digest,
            "seconds": seconds,
            "reasons": list(reasons),
            "packages": dict(packages),
        }
        content["notebooks"] = as_plain(results)
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
        os.replace(part, path)

    def withdraw(self, student: str) -> None:
        """Delete the receipt. To be called before anything is recorded: a receipt must not outlive its results."""
        self._path(student).unlink(missing_ok=True)

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"


def _grader(workspace: Workspace, given: Surroundings) -> bytes:
    """Return a hash of what each execution depends on besides its notebook: limits, edition, files, isolation, code."""
    edition = [Path(folder).name for folder in given.pythonpath]  # the name is a hash of the folder's content
    limits = {limit: value for limit, value in asdict(given.limits).items() if limit not in READING}
    parts = (limits, edition, given.files, given.isolation, platform.python_version())
    digest = hashlib.sha256(repr(parts).encode())
    digest.update(code_digest(EXECUTING) + _configured(workspace, CLEANING))
    for package in PACKAGES:
        try:
            digest.update(f"{package}=={version(package)}".encode())
        except PackageNotFoundError:
            pass
    return digest.digest()


def code_digest(places: tuple[str, ...]) -> bytes:
    """Return a hash of the text of these modules and rooms of the kit."""
    digest = hashlib.sha256()
    for place in places:
        path = Path(autograder.__file__).parent / place
        for module in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(module.read_bytes())
    return digest.digest()


def _configured(workspace: Workspace, sections: tuple[str, ...]) -> bytes:
    """Return a hash of the values that nbgrader_config.py sets in these sections."""
    found = [(section, sorted(workspace.config.get(section, {}).items())) for section in sections]
    return hashlib.sha256(repr(found).encode()).digest()


def _recorded_cells(path: Path) -> bytes:
    """Return a hash of the cells of a built notebook that have a record; prose is left out."""
    notebook = json.loads(path.read_bytes())
    cells = [
        ("".join(cell["source"]), cell["cell_type"], asdict(record), cell["metadata"].get("tags"))
        for cell in notebook["cells"]
        if (record := record_of(cell))
    ]
    return hashlib.sha256(json.dumps([cells, notebook["metadata"].get("kernelspec")], sort_keys=True).encode()).digest()


def texts_in(value: object) -> Iterable[str]:
    """Yield all strings in outputs or in other nested lists and dicts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_in(part)


def _python(files: Files) -> list[str]:
    return [content.decode("utf-8", "replace") for path, content in files if path.endswith(".py")]
