"""Import a course: find its assignments, convert their notebooks, and write sources, course.toml and a report."""

import copy
import importlib.util
import json
import os
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.authoring.source import read_source
from autograder.course.course_toml import USABLE_NAME, load_course
from autograder.course.plain_settings import Settings, plain_settings
from autograder.errors import KitError, SourceError
from autograder.importing.autotests import evaluate_in_sandbox, write_autotests
from autograder.importing.cells import BY_HAND, CHANGED, NOT_PROOF, ImportedCell, Note, Notes
from autograder.importing.markers import Delimiters, delimiters
from autograder.importing.nbgrader_notebook import imported_cells
from autograder.importing.nose_tools import replace_nose
from autograder.importing.otter_notebook import as_nbgrader, is_otters
from autograder.importing.owners import in_process, settle_owners, tests_of
from autograder.importing.text_source import source_text
from autograder.notebook.bound_names import imported_modules
from autograder.notebook.job import Files
from autograder.text import printable, unusable_name

REPORT = "IMPORTED.md"
CONFIG = "nbgrader_config.py"
MOST_FILE_BYTES = 50_000_000
MOST_REASONS = 5  # of each assignment, in a message
_UNREADABLE = (".pkl", ".so", ".pyd", ".dll", ".dylib", ".o", ".c")
_LEFT_OUT = {"__pycache__", "node_modules", "Thumbs.db", "desktop.ini"}


@dataclass
class ImportedNotebook:
    """A notebook of an assignment, and what was noted about it."""

    name: str
    path: Path
    tests: int = 0
    in_process: int = 0
    notes: list[Note] = field(default_factory=list)


@dataclass
class ImportedAssignment:
    name: str
    folder: Path
    notebooks: list[ImportedNotebook] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Imported:
    """What an import wrote: the sources in `folder`, and the notes about them in `report`."""

    folder: Path
    report: Path
    course_id: str
    assignments: list[ImportedAssignment]

    def count(self, kind: str) -> int:
        return sum(1 for _, note in self.all_notes() if note.kind == kind)

    def all_notes(self) -> Iterator[tuple[str, Note]]:
        """Each note with the notebook or assignment that it is about."""
        for assignment in self.assignments:
            for note in assignment.notes:
                yield assignment.name, note
            for notebook in assignment.notebooks:
                for note in notebook.notes:
                    yield f"{assignment.name}/{notebook.name}", note


def import_course(
    folder: Path | str,
    target: Path | str,
    *,
    all_in_process: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Imported:
    """Write the sources of the course in `folder` into the new folder `target`.

    Parameters
    ----------
    folder
        A folder with nbgrader's `source` folder, that folder, or the folder of one assignment.
    target
        The folder to write: course.toml, a folder for each assignment, and a report, IMPORTED.md.
    all_in_process
        Have every test run in the student's process.
    progress
        Called with the name of each assignment before it is read.

    Raises
    ------
    KitError
        There are no notebooks in `folder`, or `target` exists and is not empty.
    """
    folder, target = Path(folder).resolve(), Path(target).resolve()
    if not folder.is_dir():
        raise KitError(f"{printable(folder)} is not a folder.", "Name the folder of a course.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise KitError(f"{printable(target)} exists and is not empty.", "Name a new folder for the sources.")
    given = plain_settings(folder / CONFIG)
    found = _assignment_folders(folder, given)
    if not found:
        raise KitError(
            f"There are no notebooks in {printable(folder)}.",
            "Name a folder that holds source/ASSIGNMENT/*.ipynb, ASSIGNMENT/*.ipynb, or notebooks.",
        )
    words, around = delimiters(given), _header_and_footer(folder, given)
    existed = target.exists()
    try:
        return _write(folder, target, found, given, words, around, all_in_process, progress)
    except BaseException:  # nothing half-written stays in the way of another try
        shutil.rmtree(target, ignore_errors=True)
        if existed:
            target.mkdir(exist_ok=True)
        raise


def _write(
    folder: Path,
    target: Path,
    found: list[Path],
    given: Settings,
    words: Delimiters,
    around: tuple[list[Any], list[Any]],
    all_in_process: bool,
    progress: Callable[[str], None] | None,
) -> Imported:
    taken: dict[str, str] = {}  # the names of notebooks, in lower case
    names: set[str] = set()
    assignments = []
    for path in found:
        name = _usable(path.name, names, path.parent.name)
        if progress:
            progress(name)
        assignment = ImportedAssignment(name, path)
        if name != path.name:
            assignment.notes.append(Note("the folder", f"Its name was {path.name!r}. Rename students' folders alike."))
        _import_assignment(assignment, target / name, words, around, taken, all_in_process)
        assignments.append(assignment)
    why = "\n".join(f"  {a.name}: {note.place}: {note.what}" for a in assignments for note in a.notes[:MOST_REASONS])
    assignments = [assignment for assignment in assignments if assignment.notebooks]
    if not assignments:
        raise KitError(f"No notebook in {printable(folder)} could be read as a notebook in Python.\n{why}")
    course_id = given.get(("CourseDirectory", "course_id")) or folder.name
    imported = Imported(target, target / REPORT, _usable(str(course_id), set(), "course"), assignments)
    (target / "course.toml").write_text(_course_toml(imported), encoding="utf-8")
    _check(imported)
    imported.report.write_text(report_text(imported, folder), encoding="utf-8", errors="backslashreplace")
    return imported


def _assignment_folders(folder: Path, given: Settings) -> list[Path]:
    source = given.get(("CourseDirectory", "source_directory"), "source")
    for place in (folder / str(source), folder / "source", folder / "release", folder):
        if place.is_dir():
            found = [path for path in sorted(place.iterdir(), key=_in_order) if path.is_dir() and _notebooks(path)]
            if found:
                return found
    return [folder] if _notebooks(folder) else []


def _in_order(path: Path) -> list[tuple[int, str]]:
    """A key by which hw2 comes before hw10."""
    return [
        (int(part), "") if part.isdigit() else (0, part.lower())
        for part in re.split(r"(\d+)", re.sub(r"[\W_]+", "", path.name))
    ]


def _notebooks(folder: Path) -> list[Path]:
    if folder.name.startswith("."):
        return []
    return sorted((p for p in folder.glob("*.ipynb") if p.is_file() and not p.name.startswith(".")), key=_in_order)


def _usable(name: str, taken: set[str], prefix: str) -> str:
    """A name that course.toml accepts: similar to `name` and not among those taken, in lower case."""
    usable = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-") or "notebook"
    if not USABLE_NAME.fullmatch(usable) or unusable_name(usable):
        usable = f"n_{usable}"
    if usable.lower() in taken:
        usable = f"{re.sub(r'[^A-Za-z0-9_-]+', '_', prefix).strip('_-')}_{usable}"
    found, number = usable, 2
    while found.lower() in taken:
        found, number = f"{usable}_{number}", number + 1
    taken.add(found.lower())
    return found


def _import_assignment(
    assignment: ImportedAssignment,
    target: Path,
    words: Delimiters,
    around: tuple[list[Any], list[Any]],
    taken: dict[str, str],
    all_in_process: bool,
) -> None:
    for path in _notebooks(assignment.folder):
        notes = Notes()
        try:
            notebook = _read(path)
        except _Unreadable as error:
            assignment.notes.append(Note(printable(path.name), f"It was left out: {error}.", BY_HAND))
            continue
        names = set(taken)
        name = _usable(path.stem, names, assignment.name)
        taken[name.lower()] = assignment.name
        if name != path.stem:
            why = f"Its name was {path.name!r}. Students' files of that name are not found; rename them alike."
            notes.found.append(Note("the notebook", why))
        header, footer = copy.deepcopy(around)
        notebook.cells = [*header, *notebook.cells, *footer]
        assignment.files += _take_attachments(notebook, name, target, notes)
        try:
            if is_otters(notebook):
                notebook = as_nbgrader(notebook, notes)
            cells = imported_cells(notebook, notes, words)
            replace_nose(cells, notes)
            write_autotests(cells, notes, evaluate_in_sandbox(lambda: _files_beside(assignment.folder, target.parent)))
            settle_owners(cells, notes, all_in_process)
        except (RecursionError, MemoryError):
            what = "It was left out: Python cannot read an expression in it, because its parts are nested too deeply."
            assignment.notes.append(Note(printable(path.name), what, BY_HAND))
            continue
        imported = ImportedNotebook(name, target / f"{name}.py", notes=notes.found)
        imported.tests = len(tests_of(cells))
        imported.in_process = sum(map(in_process, cells))
        if not cells:
            assignment.notes.append(Note(path.name, "It was left out: it has no cells.", BY_HAND))
            continue
        target.mkdir(parents=True, exist_ok=True)
        imported.path.write_text(source_text(cells, notes), encoding="utf-8")
        _remark(cells, notes, assignment.folder)
        assignment.notebooks.append(imported)
    if assignment.notebooks:
        _copy_files(assignment, target)


class _Unreadable(Exception):
    """A notebook cannot be imported; the message says why."""


def _read(path: Path) -> Any:
    import nbformat

    try:
        with path.open(encoding="utf-8-sig") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old notebooks lack cell ids
            notebook = nbformat.read(file, as_version=4)
    except Exception as error:
        raise _Unreadable(
            f"it is not a notebook ({str(error).strip().splitlines()[0] if str(error) else error!r})"
        ) from None
    if why := _malformed(notebook):
        raise _Unreadable(f"it is not a notebook ({why})")
    language = _language(notebook)
    if language not in ("", "python", "ipython"):
        raise _Unreadable(f"its language is {language}, and the kit grades Python")
    return notebook


def _malformed(notebook: Any) -> str:
    """What lacks the form of a notebook, as far as an import reads it; "" if nothing does."""
    for number, cell in enumerate(notebook.cells, start=1):
        texts, tables = (cell.get("cell_type"), cell.get("source")), (cell.get("metadata"), cell.get("attachments", {}))
        if not all(isinstance(text, str) for text in texts) or not all(isinstance(table, dict) for table in tables):
            return f"cell {number} does not have Jupyter's format"
    return ""


def _language(notebook: Any) -> str:
    given = ("kernelspec", "language_info")
    metadata = {key: value for key in given if isinstance(value := notebook.metadata.get(key), dict)}
    found = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name") or ""
    if not found and (name := metadata.get("kernelspec", {}).get("name", "")):
        found = {"ir": "R"}.get(name, "julia" if name.startswith("julia") else "")
    return re.sub(r"\d+$", "", str(found).lower()) if re.match("i?python", str(found), re.I) else str(found)


def _header_and_footer(folder: Path, given: Settings) -> tuple[list[Any], list[Any]]:
    """The cells that the course's IncludeHeaderFooter adds to each notebook."""
    found = []
    for key in ("header", "footer"):
        value = given.get(("IncludeHeaderFooter", key))
        path = folder / str(value)
        try:
            found.append(_read(path).cells if value and path.is_file() else [])
        except _Unreadable as error:
            raise KitError(
                f"{printable(path)}, the {key} in {CONFIG}: {error}.", "Correct it, or delete the setting."
            ) from None
    return found[0], found[1]


def _take_attachments(notebook: Any, name: str, target: Path, notes: Notes) -> list[str]:
    """Write images inside text cells into files, because a source holds text only. Returns the files' names."""
    import base64

    files: list[str] = []
    for number, cell in enumerate(notebook.cells, start=1):
        for attached, forms in (cell.get("attachments") or {}).items():
            for kind, data in list(forms.items())[:1] if isinstance(forms, dict) else ():
                suffix = re.sub(r"\W", "", kind.rpartition("/")[2].partition("+")[0]) or "bin"
                file = f"{name}_{number}_{len(files) + 1}.{suffix}"
                try:
                    text = data if isinstance(data, str) else "".join(data)
                    content = base64.b64decode(text) if kind != "image/svg+xml" else text.encode()
                except (ValueError, TypeError):
                    what = f"Its image {attached!r} was left out, because it is damaged."
                    notes.found.append(Note(f"cell {number}", what, BY_HAND))
                    continue
                target.mkdir(parents=True, exist_ok=True)
                (target / file).write_bytes(content)
                for wanted in (attached, attached.replace(" ", "%20")):
                    cell.source = cell.source.replace(f"attachment:{wanted}", file)
                files.append(file)
    return files


def _copy_files(assignment: ImportedAssignment, target: Path) -> None:
    sources = {f"{notebook.name}.py" for notebook in assignment.notebooks}
    for path in _other_files(assignment.folder, target.parent, links=True):
        name = path.relative_to(assignment.folder).as_posix()
        if path.is_symlink():
            what = "It was not copied: it is a link. Put the file in its place, and list it in course.toml."
            assignment.notes.append(Note(printable(name), what, BY_HAND))
        elif why := next(filter(None, map(unusable_name, name.split("/"))), None):
            what = f"It was not copied: it {why}. Rename it, and list it in course.toml."
            assignment.notes.append(Note(printable(name), what, BY_HAND))
        elif path.stat().st_size > MOST_FILE_BYTES:
            what = f"It was not copied: it has more than {MOST_FILE_BYTES // 1_000_000} MB. Have students fetch it."
            assignment.notes.append(Note(name, what, BY_HAND))
        elif path.suffix == ".ipynb":
            what = "It was not copied: nbgrader ignores notebooks in subfolders."
            assignment.notes.append(Note(name, what, BY_HAND))
        elif name in sources or name in assignment.files:
            what = f"It was not copied: {name} is the name of another file here. Rename it, and list it in course.toml."
            assignment.notes.append(Note(name, what, BY_HAND))
        else:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)
            assignment.files.append(name)
            if name.endswith(_UNREADABLE):
                what = "A release refuses such a file, because its content cannot be checked. Use another format."
                assignment.notes.append(Note(name, what, BY_HAND))
            if re.search(r"solution|answer|secret|hidden|_key\b", name, re.I):
                what = "Students get this file. If it is a solution, delete it here and in course.toml."
                assignment.notes.append(Note(name, what, BY_HAND))


def _files_beside(folder: Path, without: Path) -> Files:
    """The files beside the notebooks, for running their code."""
    paths = [path for path in _other_files(folder, without) if path.stat().st_size <= MOST_FILE_BYTES]
    return tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths)


def _other_files(folder: Path, without: Path, links: bool = False) -> Iterator[Path]:
    """The files beside the notebooks of `folder` that are not in `without`; symbolic links, too, if `links`."""
    for place, folders, names in os.walk(folder):
        linked = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _LEFT_OUT and Path(place, name) != without
        )
        for name in sorted([*names, *linked]):
            path = Path(place, name)
            hidden = name.startswith(".") or name in _LEFT_OUT or name.endswith((".pyc", "~", ".db"))
            if hidden or (Path(place) == folder and path.suffix == ".ipynb"):
                continue
            if links if path.is_symlink() else path.is_file():
                yield path


def _remark(cells: list[ImportedCell], notes: Notes, folder: Path) -> None:
    """Note, once, what only the notebook as a whole shows."""
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    modules = sorted({name.partition(".")[0] for source in code for name in imported_modules(source)})
    missing = [name for name in modules if not _is_there(name, folder)]
    if missing:
        what = f"It imports {', '.join(missing)}, which this Python does not have. Install it where you grade."
        notes.found.append(Note("the notebook", what, BY_HAND))
    if not any(cell.record and cell.record["grade"] for cell in cells):
        notes.found.append(Note("the notebook", "No cell gives points. Is it the source, or a release?", BY_HAND))


def _is_there(module: str, folder: Path) -> bool:
    if (folder / f"{module}.py").is_file() or (folder / module).is_dir():
        return True
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _course_toml(imported: Imported) -> str:
    quoted = json.dumps
    lines = ["[course]", f"id = {quoted(imported.course_id)}", f"title = {quoted(imported.course_id)}"]
    for assignment in imported.assignments:
        lines += ["", "[[assignment]]", f"name = {quoted(assignment.name)}", f"title = {quoted(assignment.name)}"]
        names = [notebook.name for notebook in assignment.notebooks]
        lines.append(f"notebooks = {_listed(names)}")
        if assignment.files:
            lines.append(f"files = {_listed(assignment.files)}")
    return "\n".join(lines) + "\n"


def _listed(names: list[str]) -> str:
    one_line = json.dumps(names, ensure_ascii=False)
    return one_line if len(one_line) < 90 else json.dumps(names, ensure_ascii=False, indent=4)


def _check(imported: Imported) -> None:
    """Read everything as the build does, and note what it refuses."""
    load_course(imported.folder)
    for assignment in imported.assignments:
        for notebook in assignment.notebooks:
            try:
                read_source(notebook.path)
            except SourceError as error:
                for line in error.message.splitlines():
                    place, _, what = line.removeprefix(f"{notebook.path}:").partition(": ")
                    what = f"The build refuses it: {what[:1].upper()}{what[1:]}" if what else line
                    notebook.notes.append(Note(f"line {place} of the source", what, BY_HAND))


def report_text(imported: Imported, folder: Path) -> str:
    """The report as Markdown."""
    tests = sum(notebook.tests for a in imported.assignments for notebook in a.notebooks)
    together = sum(notebook.in_process for a in imported.assignments for notebook in a.notebooks)
    lines = [
        f"# What was imported from {folder.name}",
        "",
        f"Assignments: {len(imported.assignments)}. Notebooks: {sum(len(a.notebooks) for a in imported.assignments)}. "
        f"Tests: {tests}; not cheat-proof, because they run in the student's process: {together}.",
    ]
    titles = {
        BY_HAND: "Needs a hand",
        NOT_PROOF: "Not cheat-proof",
        CHANGED: "Changed",
    }
    for kind, title in titles.items():
        found = [(where, note) for where, note in imported.all_notes() if note.kind == kind]
        lines += ["", f"## {title} ({len(found)})"]
        last = None
        for where, note in found:
            if where != last:
                lines += ["", f"### {where}", ""]
                last = where
            lines.append(f"- {note.place}: {note.what}")
    return "\n".join(lines) + "\n"
