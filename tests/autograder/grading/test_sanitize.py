"""What students may change in a notebook file, and what sanitizing keeps."""

import copy
import json
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.utils import compute_checksum, determine_grade

from autograder.grading.sanitize import (
    UnreadableNotebook,
    blueprint_of,
    nbgrader_resources,
    read_built,
    read_submitted,
    rebuild,
    sanitize,
)
from autograder.notebook.limits import Limits


def sanitized_adding(workspace):
    blueprint = blueprint_of(workspace, workspace.course.assignment("sums"), "adding")
    return sanitize(blueprint, workspace.submitted("student", "sums") / "adding.ipynb")


@pytest.fixture
def sanitized(tiny, hand_in):
    """sanitized(change) hands in `adding`, changed by `change(cells, notebook)`, and sanitizes it."""

    def run(change):
        folder = hand_in("student", adding={"add": "def add(a, b):\n    return b + a"})
        notebook = nbformat.read(folder / "adding.ipynb", as_version=4)
        change(notebook.cells, notebook)
        (folder / "adding.ipynb").write_text(json.dumps(notebook))
        result = sanitized_adding(tiny)
        if result.runnable:
            _nbgrader_finds_nothing_to_mend(tiny, result.notebook)
        return result

    return run


def _nbgrader_finds_nothing_to_mend(workspace, notebook):
    """The blueprint already contains all changes that nbgrader would make to a submission."""
    from nbgrader import preprocessors

    steps = ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata")
    restored, resources = copy.deepcopy(notebook), nbgrader_resources(workspace, "sums", "student", "adding")
    for step in steps:
        restored, resources = getattr(preprocessors, step)(config=workspace.config)(restored, resources)
    assert restored == notebook


def ids(notebook):
    return [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]


def by_id(notebook, grade_id):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def labelled(notebook):
    return [grade_id for grade_id in ids(notebook) if grade_id]


FRAME = ["setup", "add", "test_add_small", "double", "test_double", "demo_long", "question_why"]


def test_an_honest_submission_keeps_its_answers_and_gets_the_hidden_tests(sanitized):
    result = sanitized(lambda cells, notebook: None)
    assert result.problems == ()
    assert by_id(result.notebook, "add").source == "def add(a, b):\n    return b + a"
    assert "negative numbers" in by_id(result.notebook, "test_add_small").source
    assert labelled(result.notebook) == FRAME


def test_changed_locked_cells_and_records_are_the_sources_again(sanitized):
    def change(cells, notebook):
        for cell in cells:
            if "nbgrader" in cell.metadata and cell.metadata.nbgrader.grade:
                cell.metadata.nbgrader["points"] = 1000
                cell.metadata["tags"] = ["skip-execution", "raises-exception"]
                cell.source = "pass"
                cell.cell_type = "code"
        notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "bash", "language": "bash"}

    result = sanitized(change)
    test = by_id(result.notebook, "test_add_small")
    assert "1 + 2 is 3" in test.source and test.metadata.nbgrader.points == 2 and "tags" not in test.metadata
    assert by_id(result.notebook, "question_why").cell_type == "markdown"
    assert result.notebook.metadata.kernelspec.name == "python3"


def test_deleted_test_cells_come_back_in_their_places(sanitized):
    result = sanitized(lambda cells, notebook: cells.__delitem__(slice(4, 7)))
    assert labelled(result.notebook) == FRAME


def test_reordered_cells_stand_in_the_sources_order(sanitized):
    result = sanitized(lambda cells, notebook: cells.reverse())
    assert labelled(result.notebook) == FRAME


def test_the_last_of_duplicated_answers_counts_and_the_student_is_told(sanitized):
    def change(cells, notebook):
        copy = nbformat.from_dict(cells[2])
        copy.source = "def add(a, b):\n    return 'last'"
        cells.insert(3, copy)

    result = sanitized(change)
    assert "last" in by_id(result.notebook, "add").source
    assert result.problems == ("the cell 'add' occurs more than once; the last one counts",)
    assert labelled(result.notebook) == FRAME


def test_a_duplicated_test_cell_does_not_run_twice(sanitized):
    result = sanitized(lambda cells, notebook: cells.insert(4, nbformat.from_dict(cells[3])))
    assert sum("1 + 2 is 3" in cell.source for cell in result.notebook.cells) == 1


def test_an_answer_whose_record_was_lost_is_found_by_its_cell_id(sanitized):
    result = sanitized(lambda cells, notebook: cells[2].metadata.clear())
    assert by_id(result.notebook, "add").source == "def add(a, b):\n    return b + a"
    assert result.problems == ()


def test_a_renamed_answer_still_runs_and_no_stub_covers_it(sanitized):
    def change(cells, notebook):
        cells[2].metadata["nbgrader"]["grade_id"] = "mine"
        cells[2]["id"] = "mine"

    result = sanitized(change)
    sources = [cell.source for cell in result.notebook.cells]
    assert "def add(a, b):\n    return b + a" in sources
    assert "NotImplementedError" not in by_id(result.notebook, "add").source
    assert result.problems == ("the cell 'add' is missing",)
    [placeholder] = [c for c in result.notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "add"]
    assert placeholder.source == "# the cell 'add' was missing from the submission"


def test_a_long_cell_that_lost_its_record_and_id_still_does_not_run(sanitized):
    def change(cells, notebook):
        for cell in cells:
            cell.metadata, cell["id"] = {}, f"lost-{cell.get('id', '')}"

    sources = [cell.source for cell in sanitized(change).notebook.cells]
    assert sum("the grader must not run this" in source for source in sources) == 1  # the tagged cell of the source
    assert "def add(a, b):\n    return b + a" in sources


@pytest.fixture
def rebuilt(tiny):
    """rebuilt(change) rebuilds the released `adding` after `change(cells)` -> (notebook, problems, remarks)."""
    blueprint = blueprint_of(tiny, tiny.course.assignment("sums"), "adding")
    path = tiny.release("sums") / "adding.ipynb"
    handed_in = tiny.submitted("student", "sums") / "adding.ipynb"
    handed_in.parent.mkdir(parents=True)

    def run(change, version=4):
        notebook = nbformat.read(path, as_version=4)
        change(notebook.cells)
        handed_in.write_text(nbformat.writes(notebook, version=version))
        cells, _ = read_submitted(handed_in, Limits())
        return rebuild(blueprint, cells)

    return run


@pytest.mark.parametrize("version", [3, 4])
def test_a_released_notebook_is_handed_in_without_a_remark(rebuilt, version):
    notebook, problems, remarks = rebuilt(lambda cells: None, version)
    assert (labelled(notebook), problems, remarks) == (FRAME, [], [])
    assert "checksum" in by_id(notebook, "question_why").metadata.nbgrader


def test_locked_cells_that_were_put_right_are_named(rebuilt):
    def change(cells):
        by = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in cells}
        by["setup"].source += "\nimport math"
        by["demo_long"].source = "pass"
        for name in ("test_add_small", "test_double"):
            cells.remove(by[name])

    notebook, problems, remarks = rebuilt(change)
    assert problems == [] and labelled(notebook) == FRAME
    assert remarks == [
        "the locked cell 'setup' had been changed; the original was run",
        "the locked cells 'test_add_small', 'test_double' were missing; the originals were run",
        "the locked cell 'demo_long' had been changed; the original was put back",
    ]


def test_a_locked_cell_of_an_older_release_is_no_change_of_the_students(rebuilt):
    def change(cells):
        cell = next(cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "setup")
        cell.source = "import warnings, sys"
        cell.metadata.nbgrader.checksum = compute_checksum(cell)

    assert rebuilt(change)[2] == []


PROSE = "It commutes, as addition of numbers does."
BELOW = "question_why is unanswered, but a text cell was added below it"
IN_ITS_PLACE = "question_why is missing, but a text cell was added in its place"
ELSEWHERE = {
    "a text cell below": ([new_markdown_cell(PROSE)], False, BELOW),
    "a raw cell below": ([new_raw_cell(PROSE)], False, BELOW),
    "comments below": ([new_code_cell(f"# {PROSE}")], False, BELOW),
    "prose in a code cell": ([new_code_cell(PROSE)], False, BELOW),
    "after something else": ([new_code_cell("x = add(1, 2)"), new_markdown_cell(PROSE)], False, BELOW),
    "a text cell in its place": ([new_markdown_cell(PROSE)], True, IN_ITS_PLACE),
    "code below": ([new_code_cell("x = add(1, 2)\nprint(x)")], False, None),
    "an empty cell below": ([new_markdown_cell(" \n")], False, None),
    "the released prose below": ([new_markdown_cell("# Adding")], False, None),
    "nothing": ([], False, None),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_an_answer_beside_its_cell_waits_to_be_marked_by_hand(rebuilt, what):
    added, gone, remark = ELSEWHERE[what]

    def change(cells):
        cells.extend(copy.deepcopy(added))
        if gone:
            cells[:] = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") != "question_why"]

    notebook, _, remarks = rebuilt(change)
    assert remarks == ([remark] if remark else [])
    score, _ = determine_grade(by_id(notebook, "question_why"))
    assert score is None if remark else score == 0
    if remark:
        assert any(PROSE in cell.source for cell in notebook.cells)  # the grader marks it


def test_an_answered_question_with_notes_below_is_answered(rebuilt):
    def change(cells):
        cells[-1].source = "It commutes."
        cells.append(new_markdown_cell(PROSE))

    notebook, _, remarks = rebuilt(change)
    assert remarks == [] and determine_grade(by_id(notebook, "question_why"))[0] is None


def test_a_raw_cell_shows_as_it_is_written(rebuilt):
    notebook, *_ = rebuilt(lambda cells: cells.append(new_raw_cell("# <b>no</b>\n```\nmarkup")))
    assert notebook.cells[-1].cell_type == "markdown"
    assert notebook.cells[-1].source == "    # <b>no</b>\n    ```\n    markup"


def test_added_cells_keep_their_place_and_lose_their_metadata(sanitized):
    def change(cells, notebook):
        cells.insert(3, new_code_cell("helper = 1", metadata={"tags": ["skip-execution"], "nbgrader": {"grade": True}}))
        cells.insert(4, new_markdown_cell("my notes"))

    result = sanitized(change)
    place = ids(result.notebook).index("add")
    assert [cell.source for cell in result.notebook.cells[place + 1 : place + 3]] == ["helper = 1", "my notes"]
    assert result.notebook.cells[place + 1].metadata == {}


def test_outputs_are_dropped_and_a_file_large_only_for_them_still_counts(sanitized):
    def change(cells, notebook):
        cells[2].outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * 500_000}]

    result = sanitized(change)
    assert result.runnable
    assert "outputs were dropped" in result.problems[0]
    assert all(cell.get("outputs", []) == [] for cell in result.notebook.cells)


UNREADABLE = {
    "was not handed in": None,
    "is an empty file": b"",
    "not valid JSON": b'{"cells": [',
    "not UTF-8": b"\xff\xfe\x00\x01",
    "not a notebook": b'{"hello": 1}',
    "JSON, but not a notebook": b"[1, 2]",
    "nested too deeply": b"[" * 100_000,
    "is not a notebook: Exceeds the limit": b'{"nbformat": ' + b"9" * 5000 + b"}",
    "more than the 1,000,000 bytes": b" " * 5_000_000,
    "bytes without its outputs; the limit is 200,000": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "%b"}]}' % (b"x" * 200_001)
    ),
    "more than 2,000 cells": b'{"nbformat": 4, "cells": [%b 0]}' % (b"0," * 100_000),
    "in notebook format 5;": b'{"nbformat": 5, "cells": []}',
    "in notebook format NaN;": b'{"nbformat": NaN, "cells": []}',
    "in notebook format true;": b'{"nbformat": true, "cells": []}',
    "no list of cells": b'{"nbformat": 4, "cells": {}}',
    "worksheets are not a list": b'{"nbformat": 3, "worksheets": [1]}',
    "cell 2 has no type": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ""}, "x"]}',
    "cell 1 has no type": b'{"nbformat": 4, "cells": [{"cell_type": [], "source": ""}]}',
    "cell 1 has no text": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 1]}]}',
}


@pytest.fixture
def handed_in(tiny, hand_in):
    """handed_in(data) hands in these bytes as adding.ipynb and sanitizes them."""

    def run(data):
        (hand_in("student") / "adding.ipynb").write_bytes(data)
        return sanitized_adding(tiny)

    return run


@pytest.mark.parametrize("reason", UNREADABLE)
def test_a_file_that_cannot_be_graded_becomes_a_page_that_says_why(tiny, hand_in, reason):
    folder = hand_in("student")
    (folder / "adding.ipynb").unlink()
    if UNREADABLE[reason] is not None:
        (folder / "adding.ipynb").write_bytes(UNREADABLE[reason])
    result = sanitized_adding(tiny)
    assert not result.runnable
    assert reason in result.problems[0] and "adding.ipynb" in result.problems[0]
    tests = [c for c in result.notebook.cells if c.cell_type == "code"]
    assert len(tests) == 2 and all(c.outputs[0].ename == "NotGraded" for c in tests)


def test_a_link_is_not_followed(tiny, hand_in):
    folder = hand_in("student")
    (folder / "adding.ipynb").unlink()
    (folder / "adding.ipynb").symlink_to(tiny.source("sums") / "adding.ipynb")
    result = sanitized_adding(tiny)
    assert not result.runnable and "is a link" in result.problems[0]


def test_a_pipe_is_not_waited_for(tiny, hand_in):
    folder = hand_in("student")
    (folder / "adding.ipynb").unlink()
    os.mkfifo(folder / "adding.ipynb")
    result = sanitized_adding(tiny)
    assert not result.runnable and "not an ordinary file" in result.problems[0]


@pytest.mark.parametrize("which", ["sums", "student"])
def test_a_submission_in_a_linked_folder_is_not_read(tiny, hand_in, tmp_path, which):
    hand_in("student")
    folder = tiny.submitted("student", "sums")
    folder = folder if which == "sums" else folder.parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    result = sanitized_adding(tiny)
    assert not result.runnable and "a folder that is a link" in result.problems[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another owner")
def test_a_second_name_of_somebody_elses_notebook_is_not_read(tiny, hand_in):
    folder = hand_in("student")
    (folder / "adding.ipynb").unlink()
    os.link(tiny.source("sums") / "adding.ipynb", folder / "adding.ipynb")
    os.chown(folder, 12345, 12345)
    result = sanitized_adding(tiny)
    assert not result.runnable and "hard link" in result.problems[0]


def test_a_small_file_that_would_fill_the_memory_is_not_parsed(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "n.ipynb").write_bytes(b"[" + b"{}," * 5_000_001)
    with pytest.raises(UnreadableNotebook, match="more than 5,000,000 values"):
        read_submitted(tmp_path / "a" / "b" / "n.ipynb", Limits())


def notebook_bytes(*cells, **more):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}).encode()


ODD = {
    "a byte order mark": b"\xef\xbb\xbf" + notebook_bytes(),
    "a minor version of the future": notebook_bytes(nbformat_minor=99),
    "NaN and Infinity": notebook_bytes(metadata={"a": float("nan")}, nbformat_minor=float("inf")),
    "a number of 4,000 digits": notebook_bytes(metadata={"a": 10**3999}),
    "keys twice": b'{"cells": 1, "cells": [], "nbformat": 5, "nbformat": 4}',
    "lists for tables": notebook_bytes({"cell_type": "code", "source": "x", "metadata": [], "id": [], "outputs": 3}),
    "records that are none": notebook_bytes(
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": []}},
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"grade_id": {}}}},
        {"cell_type": "markdown", "source": "x", "attachments": [1]},
    ),
    "unknown types": notebook_bytes({"cell_type": "raw", "source": "x"}, {"cell_type": "unheard-of", "source": "x"}),
    "one id for all": notebook_bytes(*({"cell_type": "code", "source": "x", "id": "add"} for _ in range(9))),
}


@pytest.mark.parametrize("what", ODD)
def test_odd_notebooks_are_read_and_the_blueprint_is_the_sources(handed_in, what):
    result = handed_in(ODD[what])
    assert result.runnable
    assert labelled(result.notebook) == FRAME
    nbformat.validate(result.notebook)


def test_characters_that_are_no_text_are_replaced_and_it_is_said(handed_in):
    result = handed_in(notebook_bytes({"cell_type": "code", "source": "a\ud800\0b"}))
    assert "a\ufffd\ufffdb" in [cell.source for cell in result.notebook.cells]
    assert "characters that are not text" in result.problems[0]
    nbformat.writes(result.notebook).encode()


@pytest.mark.parametrize("record", [
    {"grade_id": "add", "grade": False, "solution": True},
    {"grade_id": "add", "grade": False, "solution": True, "checksum": "0" * 32},
    {"grade_id": "add", "grade": True, "solution": True, "points": 10**400},
    {"grade_id": "a\ud83d", "grade": False, "solution": True},
])  # fmt: skip
def test_half_a_surrogate_pair_beside_any_record_does_not_cost_the_notebook(handed_in, record):
    metadata = {"nbgrader": record}
    result = handed_in(notebook_bytes({"cell_type": "code", "source": "x = 'a \ud83d'", "metadata": metadata}))
    assert result.runnable and labelled(result.notebook) == FRAME
    assert any("\ufffd" in cell.source for cell in result.notebook.cells)


def test_of_attachments_only_pictures_of_dots_remain_in_added_cells_and_in_answers(handed_in):
    attachments = {
        "a.svg": {"image/svg+xml": "PHN2Zz4="},
        "b.html": {"text/html": "PGI+"},
        "c.png": {"image/png": 'AAAA" onerror="x'},
        "d.png": {"image/png": ["iVBO\n", "Rw0="], "text/html": "PGI+"},
        "e": 3,
    }
    cell = {"cell_type": "markdown", "source": "![d](attachment:d.png)", "attachments": attachments}
    answer = cell | {"metadata": {"nbgrader": {"grade_id": "question_why"}}}
    notebook = handed_in(notebook_bytes(cell, answer)).notebook
    found = [cell.attachments for cell in notebook.cells if "attachments" in cell]
    assert found == [{"d.png": {"image/png": "iVBORw0="}}] * 2


def test_nothing_of_the_students_remains_but_text(handed_in):
    mark = "PLANTED"
    cells = [
        {
            "cell_type": kind,
            "source": "x = 1",
            "id": f"{mark}-{kind}",
            "execution_count": mark,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": mark}],
            "metadata": {"tags": [mark], "nbgrader": {"grade_id": mark, "points": mark}, mark: mark},
            "attachments": {mark: {"text/html": mark}},
            mark: mark,
        }
        for kind in ("code", "markdown", "raw")
    ]
    metadata = {"kernelspec": {"name": mark}, "language_info": {"name": mark}, "widgets": {mark: mark}}
    assert mark not in nbformat.writes(handed_in(notebook_bytes(*cells, metadata=metadata)).notebook)


def test_notebook_format_3_is_converted(tiny, hand_in):
    folder = hand_in("student", adding={"add": "def add(a, b):\n    return b + a"})
    notebook = nbformat.read(folder / "adding.ipynb", as_version=4)
    (folder / "adding.ipynb").write_text(nbformat.writes(notebook, version=3))
    result = sanitized_adding(tiny)
    assert result.runnable and "notebook format 3" in result.problems[0]
    assert by_id(result.notebook, "add").source == "def add(a, b):\n    return b + a"


def test_the_built_notebook_is_what_the_blueprint_comes_from(tiny):
    assert labelled(read_built(tiny, tiny.course.assignment("sums"), "adding")) == FRAME


# --- outputs of cells that do not run


PICTURE = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}, "metadata": {}}


def shown_at(notebook, *grade_ids, source=None):
    """Give these cells of a notebook PICTURE as output, before it is handed in."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in grade_ids:
            cell.outputs = [nbformat.from_dict(PICTURE)]
            cell.source = source or cell.source


def test_what_was_shown_at_a_cell_that_is_not_run_is_kept_beside_the_notebook(sanitized):
    plain = sanitized(lambda cells, notebook: None)
    shown = sanitized(lambda cells, notebook: shown_at(notebook, "demo_long"))
    [own] = shown.not_run
    assert own.grade_id == "demo_long" and own.source is None
    assert [output["output_type"] for output in own.outputs] == ["stream", "display_data"]
    assert "student's own output, not checked" in own.outputs[0]["text"]
    assert "different code" not in own.outputs[0]["text"]
    assert own.outputs[1]["data"] == PICTURE["data"]
    assert plain.not_run == () and shown.notebook == plain.notebook  # so an earlier execution is still valid


def test_that_a_picture_was_drawn_by_other_code_is_said(sanitized):
    [own] = sanitized(lambda cells, notebook: shown_at(notebook, "demo_long", source="draw('fake')")).not_run
    assert "had different code" in own.outputs[0]["text"]


def test_no_output_is_kept_of_cells_that_are_run_or_earn_points(sanitized):
    def everywhere(cells, notebook):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [nbformat.from_dict(PICTURE)]
                cell.metadata["tags"] = ["skip-execution"]
        notebook.cells.append(new_code_cell("1", outputs=[nbformat.from_dict(PICTURE)]))
        notebook.cells.append(nbformat.from_dict({**notebook.cells[2], "id": "demo_long-copy"}))

    found = sanitized(everywhere).not_run
    assert [own.grade_id for own in found] == ["demo_long"]


def test_of_a_cell_that_occurs_twice_the_outputs_of_the_one_that_counts_are_kept(sanitized):
    def twice(cells, notebook):
        place = next(i for i, cell in enumerate(notebook.cells) if cell.get("id") == "demo_long")
        notebook.cells.append(nbformat.from_dict(notebook.cells[place]))
        notebook.cells[place].outputs = [nbformat.from_dict(PICTURE)] * 2
        notebook.cells[-1].outputs = [nbformat.from_dict(PICTURE)]

    [own] = sanitized(twice).not_run
    assert len(own.outputs) == 2  # one picture, and the line that says that it is the student's
