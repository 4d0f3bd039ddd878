"""The digests cover everything that decides a grade, and nothing else."""

import ast
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import autograder
from autograder.authoring.build import build
from autograder.course.course_toml import TIMESTAMP
from autograder.course.workspace import Workspace
from autograder.grading import receipts
from autograder.grading.receipts import EXECUTING, RECORDING, UNDECISIVE, Receipts
from autograder.grading.results import LostCell, NotebookResult
from autograder.grading.sanitize import read_built
from autograder.notebook.job import CellResult, Executed, Surroundings
from autograder.notebook.limits import Limits
from autograder.reports.feedback import PAGE_MODULES

HOME = Path(autograder.__file__).parent
PACKAGES = {"__init__.py"} | {f"{room.name}/__init__.py" for room in HOME.iterdir()}  # each is only a docstring
GIVEN = Surroundings(isolation="sandbox", env={}, hidden=())


def imported_by(*starts):
    """The kit's modules that these import, directly or not, also inside functions; paths relative to the package.

    Imports of the modules in UNDECISIVE are not followed.
    """
    found, waiting = set(), [HOME / start for start in starts]
    while waiting:
        path = waiting.pop()
        if path.is_dir():
            waiting += path.rglob("*.py")
        elif path.is_file() and path not in found:
            found.add(path)
            waiting += _imports(path) if str(path.relative_to(HOME)) not in UNDECISIVE else ()
    return {str(path.relative_to(HOME)) for path in found}


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom):
            continue
        parts = (node.module or "").split(".")
        if node.level:
            folder = [path, *path.parents][node.level]
        elif parts[0] == "autograder":
            folder, parts = HOME, parts[1:]
        else:
            continue
        base = folder.joinpath(*parts)
        yield from (base.with_suffix(".py"), base / "__init__.py")
        for alias in node.names:
            yield from (base / f"{alias.name}.py", base / alias.name / "__init__.py")


def _within(modules, places):
    return {module for module in modules if module in places or module.split("/")[0] in places}


def test_every_module_that_executes_is_in_the_list():
    modules = imported_by("execution")
    assert len(modules) > 30
    assert modules - PACKAGES <= _within(modules, (*EXECUTING, *UNDECISIVE))
    assert all(place in modules or place in {module.split("/")[0] for module in modules} for place in EXECUTING)


def test_every_module_that_prepares_or_records_is_in_a_list():
    starts = ("grading/sanitize.py", "submissions/work_files.py", "grading/finished.py", "grading/record.py")
    modules = imported_by(*starts)
    assert modules - PACKAGES <= _within(modules, (*EXECUTING, *RECORDING, *UNDECISIVE))


def test_every_module_that_makes_pages_is_in_the_list():
    modules = imported_by("reports/feedback_page.py") - PACKAGES
    templates = {f"reports/templates/{path.name}" for path in (HOME / "reports/templates").glob("feedback*")}
    templates |= {"reports/templates/work.html.j2"}
    index = "reports/templates/feedback_index.html.j2"  # that page is compared as a whole
    # job.py and limits.py: only types and numbers
    assert modules - {"notebook/job.py", "notebook/limits.py"} | templates - {index} == set(PAGE_MODULES)


def test_the_lists_name_what_there_is_once():
    places = [*EXECUTING, *RECORDING, *UNDECISIVE]
    assert len(set(places)) == len(places) and all((HOME / place).exists() for place in places)


@pytest.fixture
def digest(tiny, hand_in):
    """digest(**given) -> (the digest of the submission, the digest of its notebook's execution), computed afresh."""
    hand_in("one")

    def run(**changes):
        workspace, given = Workspace(tiny.root), replace(GIVEN, **changes)
        made = Receipts(workspace, workspace.course.assignment("sums"), given)
        notebook = read_built(workspace, workspace.course.assignment("sums"), "adding")
        return made.digest("one"), made.execution(notebook, (), given)

    return run


def edit(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def edit_source(workspace, before, after):
    edit(workspace.assignments / "sums" / "adding.py", before, after)
    build(workspace, "sums")


def configure(workspace, line):
    with (workspace.root / "nbgrader_config.py").open("a") as file:
        file.write(line + "\n")


def arrive(workspace):
    (workspace.submitted("one", "sums") / TIMESTAMP).write_text("2026-11-20 12:00:00 UTC")


NOTHING, RECORDED, BOTH = (False, False), (True, False), (True, True)
CHANGES = {
    "prose": (lambda w: edit_source(w, "# # Adding", "# # Adding up"), NOTHING),
    "a comment in the configuration": (lambda w: configure(w, "# mine"), NOTHING),
    "the late policy": (lambda w: configure(w, "c.LateSubmissionPlugin.penalty_method = 'zero'"), NOTHING),
    "the timeout of plain nbgrader": (lambda w: configure(w, "c.Execute.timeout = 5"), NOTHING),
    "how outputs are cut": (lambda w: configure(w, "c.LimitOutput.max_lines = 5"), BOTH),
    "points": (lambda w: edit_source(w, '"points": 3', '"points": 4'), RECORDED),
    "a question": (lambda w: edit_source(w, "Because addition", "As addition"), RECORDED),
    "a test": (lambda w: edit_source(w, "negative numbers", "numbers below zero"), BOTH),
    "the time of arrival": (arrive, RECORDED),
    "another gradebook": (lambda w: configure(w, "c.CourseDirectory.db_url = 'sqlite:////tmp/x.db'"), RECORDED),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_what(tiny, digest, change):
    before = digest()
    act, expected = CHANGES[change]
    act(tiny)
    assert tuple(was != now for was, now in zip(before, digest(), strict=True)) == expected


GIVEN_CHANGES = {
    "a limit": ({"limits": Limits(cell_seconds=1)}, BOTH),
    "how much is read": ({"limits": Limits(submission_bytes=1)}, NOTHING),  # the run does not depend on it
    "the edition": ({"pythonpath": ("/x/sums-0123",)}, BOTH),
    "a file of the instructor's": ({"files": (("data.csv", b"1"),)}, BOTH),
    "the isolation": ({"isolation": "process"}, BOTH),
    "the environment": ({"env": {"LANG": "C"}}, NOTHING),
}


@pytest.mark.parametrize("change", GIVEN_CHANGES)
def test_what_surrounds_a_notebook_changes(digest, change):
    given, expected = GIVEN_CHANGES[change]
    assert tuple(was != now for was, now in zip(digest(), digest(**given), strict=True)) == expected


def test_how_much_is_read_changes_what_is_recorded(tiny, digest):
    before = digest()
    edit(tiny.assignments / "course.toml", "submission_bytes = 200000", "submission_bytes = 200001")
    assert tuple(was != now for was, now in zip(before, digest(), strict=True)) == RECORDED


MENDED = {
    "execution/run_notebook.py": BOTH,
    "execution/judge/shell.py": BOTH,
    "storable.py": BOTH,
    "text.py": RECORDED,
    "grading/record.py": RECORDED,
    "grading/report.py": NOTHING,
    "cli/command.py": NOTHING,
}


@pytest.mark.parametrize(("place", "expected"), MENDED.items())
def test_only_code_that_decides_counts(tiny, digest, tmp_path, monkeypatch, place, expected):
    import shutil

    shutil.copytree(HOME, tmp_path / "kit", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(receipts.autograder, "__file__", str(tmp_path / "kit" / "__init__.py"))
    before = digest()
    with (tmp_path / "kit" / place).open("a") as file:
        file.write("# mended\n")
    assert tuple(was != now for was, now in zip(before, digest(), strict=True)) == expected


def test_a_workspace_that_was_moved_has_the_same_digests(tiny, digest):
    before = digest()
    moved = tiny.root.parent.parent / "moved"
    tiny.root.parent.rename(moved)
    workspace = Workspace(moved / "workspace")
    made = Receipts(workspace, workspace.course.assignment("sums"), GIVEN)
    assert made.digest("one") == before[0]


def test_a_written_answer_runs_nothing_again(tiny):
    made = Receipts(tiny, tiny.course.assignment("sums"), GIVEN)
    notebook = read_built(tiny, tiny.course.assignment("sums"), "adding")
    before = made.execution(notebook, (), GIVEN)
    next(cell for cell in notebook.cells if "question_why" in str(cell.metadata)).source = "It commutes."
    assert made.execution(notebook, (), GIVEN) == before
    assert made.execution(notebook, (("helper.py", b"x"),), GIVEN) != before
    notebook.cells.append(nbformat.v4.new_markdown_cell("added"))
    assert made.execution(notebook, (), GIVEN) != before  # outputs are matched to cells by position


def test_a_receipt_is_read_while_its_packages_are_the_same(tiny):
    made = Receipts(tiny, tiny.course.assignment("sums"), GIVEN)
    made.folder.mkdir(parents=True)
    numpy = made.installed.version("numpy")
    for packages, valid in (({"numpy": numpy}, True), ({"numpy": "older"}, False), (None, False)):
        (made.folder / "one.json").write_text(json.dumps({"digest": "d", "packages": packages, "reasons": []}))
        assert bool(made.read("one", "d")) == valid
    (made.folder / "one.json").write_text(json.dumps({"digest": "d", "reasons": []}))
    assert made.read("one", "d") is None


@pytest.fixture
def kept(tmp_path):
    """Receipts without a workspace; numpy 2 is the installed package."""
    made = Receipts.__new__(Receipts)
    made.folder = tmp_path / "receipts" / "sums"
    made.installed = SimpleNamespace(
        has_still=lambda packages: packages.get("numpy") == "2",
        needed=lambda cells, said: {"cells": cells, "said": said},
    )
    return made


def test_what_was_written_is_read_for_the_same_bytes_and_packages_only(kept):
    assert kept.read("ann", "d") is None
    results = {"n": NotebookResult((LostCell("t", "failed", "größer", ("a.b",)),), ("kernel killed",), 2.5)}
    kept.write("ann", "d", 1.5, iter(["größer"]), {"numpy": "2"}, results)
    receipt = {"digest": "d", "seconds": 1.5, "reasons": ["größer"], "packages": {"numpy": "2"}}
    lost = {"cell": "t", "status": "failed", "message": "größer", "mistakes": ["a.b"]}
    receipt["notebooks"] = {"n": {"lost": [lost], "flags": ["kernel killed"], "seconds": 2.5}}
    assert kept.seconds("ann") == {"n": 2.5} and kept.seconds("bob") == {}
    assert kept.read("ann", "d") == receipt
    assert kept.read("ann", "other") is None and kept.read("bob", "d") is None
    assert [path.name for path in kept.folder.iterdir()] == ["ann.json"]
    kept.write("ann", "d", 1.5, [], {"numpy": "1"}, {})
    assert kept.read("ann", "d") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"digest": "d"}', '{"digest": "d", "packages": 3}', "\xff"])
def test_what_is_no_receipt_is_none(kept, text):
    kept.folder.mkdir(parents=True)
    (kept.folder / "ann.json").write_text(text, "latin-1")
    kept.installed.has_still = lambda packages: packages["numpy"]
    assert kept.read("ann", "d") is None


def test_a_receipt_that_was_withdrawn_is_gone(kept):
    kept.write("ann", "d", 1.5, [], {"numpy": "2"}, {})
    kept.withdraw("ann")
    kept.withdraw("ann")
    assert kept.read("ann", "d") is None and list(kept.folder.iterdir()) == []


def test_a_notebook_depends_on_what_its_code_and_files_import_and_on_what_was_said(kept):
    notebook = new_notebook(cells=[new_markdown_cell("import prose"), new_code_cell("import numpy")])
    result = CellResult(({"output_type": "stream", "text": ["needs", "scipy"], "data": {"text/plain": "x"}},))
    found = kept.packages(notebook, (("a.py", b"import csv"), ("b.txt", b"import no")), Executed((None, result), 1.0))
    assert found["cells"] == ["import numpy", "import csv"]
    assert found["said"] == ["import prose", "import numpy", "stream", "needs", "scipy", "x"]


def test_texts_are_found_wherever_they_stand_in_outputs():
    assert list(receipts.texts_in(["a", ("b", {"c": "d", "e": [1, None, {"f": "g"}]})])) == ["a", "b", "d", "g"]
