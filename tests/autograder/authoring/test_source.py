import json

import nbformat
import pytest

from autograder.authoring.source import read_cells, read_source, to_bytes
from autograder.errors import SourceError

HEADER = """# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
"""
FIRST = HEADER.count("\n") + 2  # the line of the marker in `source(marker, ...)`


def record(**changes):
    values = {
        "grade": False,
        "grade_id": "f",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    } | changes
    return "nbgrader=" + json.dumps({key: value for key, value in values.items() if value is not None})


TEST = record(grade=True, locked=True, solution=False, points=2, grade_id="test_f")
MANUAL = record(grade=True, points=3, grade_id="question")
SOLUTION = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"


@pytest.fixture
def source(tmp_path):
    """source(text after `# %%`, body) -> the path of a source with that one cell."""

    def write(marker, body="x = 1\n", header=HEADER):
        path = tmp_path / "nb.py"
        path.write_text(f"{header}\n# %%{' ' * bool(marker)}{marker}\n{body}")
        return path

    return write


# --- what is read -------------------------------------------------------------------------------


def test_cells_become_a_valid_notebook(tmp_path):
    path = tmp_path / "nb.py"
    path.write_text(
        f"{HEADER}\n# %% [markdown]\n# # Title\n#\n# Text.\n\n# %% {record()}\n{SOLUTION}\n"
        f'# %% tags=["skip-execution"]\n# %matplotlib inline\nprint(f())\n'
    )
    notebook = read_source(path)
    nbformat.validate(notebook)
    assert [(cell.cell_type, cell.id) for cell in notebook.cells] == [
        ("markdown", "cell-0"),
        ("code", "f"),
        ("code", "cell-2"),
    ]
    assert notebook.cells[0].source == "# Title\n\nText."
    assert notebook.cells[2].source == "%matplotlib inline\nprint(f())"
    assert notebook.cells[2].metadata == {"tags": ["skip-execution"]}


def test_metadata_is_minimal(source):
    assert read_source(source("")).metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_the_nbgrader_record_is_carried_over_whole(source):
    cell = read_source(source(TEST)).cells[0]
    assert cell.metadata.nbgrader == {
        "grade": True, "grade_id": "test_f", "locked": True, "points": 2,
        "schema_version": 3, "solution": False, "task": False,
    }  # fmt: skip


def test_same_source_same_bytes(source):
    path = source(record(), SOLUTION)
    assert to_bytes(read_source(path)) == to_bytes(read_source(path))


def test_line_ends_do_not_change_the_bytes(source):
    path = source(record(), SOLUTION)
    before = to_bytes(read_source(path))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert to_bytes(read_source(path)) == before


def test_nbgrader_accepts_what_is_read(source):
    from nbgrader.nbgraderformat import MetadataValidator

    MetadataValidator().validate_nb(read_source(source(record(), SOLUTION)))


def test_places_of_cells_and_their_text(tmp_path):
    path = tmp_path / "nb.py"
    path.write_text(f"{HEADER}\n# %%\n\nx = 1\n\n\n# %% [markdown]\n# a\n# b\n")
    lines = path.read_text().split("\n")
    for cell, first in zip(read_cells(path), ["x = 1", "# a"], strict=True):
        assert lines[cell.line - 1].startswith("# %%") and lines[cell.first - 1] == first


def test_markdown_in_a_string_is_read_too(source):
    assert read_source(source("[markdown]", '"""\nText\n"""\n')).cells[0].source == "Text"


def test_ipython_syntax_is_no_syntax_error(source):
    assert read_source(source("", "# %time x = 1\n!ls\nfiles = !ls\nprint?\nawait f()\n"))


# --- what is refused ----------------------------------------------------------------------------


def refusal(path):
    with pytest.raises(SourceError) as error:
        read_source(path)
    return error.value.message


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("nbgrader={'grade': true}", "nbgrader is not JSON: use double quotes"),
        ('nbgrader={"grade": False}', "write true and false in lower case"),
        ('nbgrader={"grade": true', "a closing } is missing"),
        ('nbgrader={"grade": true,, "a": 1}', "nbgrader is not JSON"),
        ('nbgrader={"grade": true, "grade": false}', "the key 'grade' appears twice"),
        ('nbgrader = ["grade"]', "nbgrader must be an object"),
        ('{"grade": true}', "cannot read"),
        ('nbgarder={"grade": true}', "'nbgarder' is not known"),
        ("A title", "cannot read 'A title'"),
        ("[markdown", "cannot read '[markdown'"),
        ("[raw]", "[raw] is not a cell type"),
        ("[md]", "[md] is not a cell type"),
        (f"{TEST} {TEST}", "nbgrader appears twice"),
        (f"{TEST}x", "cannot read 'x' after nbgrader"),
        ('tags=["skip-exec"]', "the tag 'skip-exec' is not known; known: skip-execution"),
        ('tags="skip-execution"', "tags must be a list"),
        ('tags=["skip-execution"', "a closing ] is missing"),
        (record(points=None, grade=None), "has no 'grade'"),
        (record(task=None), "has no 'task'"),
        (record(checksum="0" * 32), "unknown key 'checksum'"),
        (record(grade=1), "grade = 1 must be true or false"),
        (record(schema_version="3"), 'schema_version = "3" must be a whole number'),
        (record(schema_version=2), "schema_version = 2 must be 3"),
        (record(grade_id=""), "grade_id '' must be 1 to 64 of"),
        (record(grade_id="a b"), "grade_id 'a b' must be 1 to 64 of"),
        (record(grade_id="ä"), "must be 1 to 64 of"),
        (record(grade_id="a" * 65), "must be 1 to 64 of"),
        (record(grade_id="cell-3"), "is a name that the build gives to other cells"),
        (record(grade_id=7), "grade_id = 7 must be text"),
        (record(task=True), "task cells are not supported"),
        (record(solution=False), "the record does nothing"),
        (record(locked=True), "solution and locked are both true"),
        (record(grade=True, solution=False, points=1), "a test cell must be locked"),
        (record(grade=True, solution=False, locked=True), "has no points"),
        (record(grade=True, solution=False, locked=True, points=-1), "points = -1 must be a number, 0 or above"),
        (record(grade=True, solution=False, locked=True, points="2"), 'points = "2" must be a number'),
        (record(grade=True, solution=False, locked=True, points=True), "points = true must be a number"),
        (record(grade=True, solution=False, locked=True, points=float("nan")), "points = NaN must be a number"),
        (record(points=2), "the cell has points but grade is false"),
        ("[markdown] " + TEST, "a graded markdown cell must be a solution"),
        ("[markdown] " + record(), "a markdown solution cell must be graded"),
    ],
)
def test_refuses_a_marker_line(source, marker, message):
    said = refusal(source(marker, "# text\n" if marker.startswith("[markdown]") else "x = 1\n"))
    assert f"nb.py:{FIRST}: " in said and message in said


@pytest.mark.parametrize(
    ("marker", "body", "line", "message"),
    [
        (record(), "def f():\n    return 1\n", 0, "has no ### BEGIN SOLUTION"),
        (TEST, SOLUTION, 2, "this solution is not in a solution cell"),
        ("", SOLUTION, 2, "this solution is not in a solution cell"),
        (record(), SOLUTION.replace("SOLUTION", "HIDDEN TESTS"), 2, "these hidden tests are not in a test cell"),
        (
            record(grade=True, points=1),
            "### BEGIN HIDDEN TESTS\nx\n### END HIDDEN TESTS\n",
            1,
            "these hidden tests are not in",
        ),
        (record(), SOLUTION.replace("    return 1\n", ""), 2, "there is nothing between BEGIN SOLUTION and its end"),
        (record(), SOLUTION.replace("### END", "### END OF"), 4, "write it exactly as ### END SOLUTION"),
        (record(), SOLUTION.replace("    ### END SOLUTION\n", ""), 2, "BEGIN SOLUTION has no end"),
        ("[markdown] " + MANUAL, "# Why?\n#\n# ### BEGIN SOLUTON\n# x\n", 3, "write it exactly as ### BEGIN SOLUTION"),
        ("[markdown]", '"""\nWhy?\n### BEGIN SOLUTION\n"""\n', 3, "BEGIN SOLUTION has no end"),
        ("", "x = 1\ny = (\n", 2, "the cell is not Python"),
        ("", "\n\nx = 1\ny = 1 +\n", 4, "the cell is not Python"),
        ("", "# %matplotlib inline\n\ny = 1 +\n", 3, "the cell is not Python"),
        (record(), SOLUTION.replace("    ###", "###"), 2, "indent the markers like the code around them"),
        ("", "\n", 0, "the cell is empty"),
        ("", "x = 1\n#%%\ny = 2\n", 2, "looks like the start of a cell"),
        ("", "x = 1\n  # %% [markdown]\n# y\n", 2, "looks like the start of a cell"),
        ("", "x = 1\n# %%% sub\ny = 2\n", 2, "looks like the start of a cell"),
        ("", "x = 1\n# In[3]:\ny = 2\n", 2, "looks like the start of a cell"),
        ("", 's = """\n# %% \n"""\n\n# %%\nx = 1\n', 2, "this marker does not start a cell"),
    ],
)
def test_refuses_a_cell(source, marker, body, line, message):
    said = refusal(source(marker, body))
    assert f"nb.py:{FIRST + line}: " in said and message in said


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (HEADER, "", "the header is missing"),
        ("display_name: Python 3 (ipykernel)", "display: x", "no kernelspec with display_name"),
        ("language: python", "language: R", "the kit reads python"),
        ("    name: python3", "    name: ", "no kernelspec with display_name"),
        ("# jupyter:", "# jupyter: [", "nb.py:4: the header is not YAML"),
    ],
)
def test_refuses_a_header(source, old, new, message):
    assert message in refusal(source("", header=HEADER.replace(old, new)))


def test_duplicate_grade_ids_name_both_places(source):
    said = refusal(source(record(), f"{SOLUTION}\n# %% {record()}\n{SOLUTION}"))
    assert f"nb.py:{FIRST + 6}: grade_id 'f' is taken by the cell at line {FIRST}" in said


def test_text_before_the_first_cell(source):
    assert f"nb.py:{FIRST - 1}: text before the first cell" in refusal(source("", header=HEADER + "x = 1"))


def test_other_encodings(source):
    path = source("", "x = 'ä'\n")
    path.write_bytes(path.read_text().encode("latin-1"))
    assert f"nb.py:{FIRST + 1}: the file is not UTF-8" in refusal(path)


def test_missing_file(tmp_path):
    assert "this notebook source does not exist" in refusal(tmp_path / "nb.py")


LOCKED = record(locked=True, solution=False, grade_id="setup")


def cell(mark, body):
    return f"# %% {mark}\n{body}\n"


def test_a_solution_may_not_have_the_name_of_a_built_in(tmp_path):
    path = tmp_path / "f.py"
    path.write_text(HEADER + "\n" + cell(record(), SOLUTION.replace("def f", "def sum")))
    with pytest.raises(SourceError, match=r"f.py:13: the solution binds 'sum', but the tests would get Python's own"):
        read_source(path)


EARLIER = record(grade=True, locked=True, solution=False, points=1, grade_id="test_g")


@pytest.mark.parametrize("place", [LOCKED, EARLIER])
def test_a_name_that_a_test_reads_is_the_solution_s_or_the_instructor_s(tmp_path, place):
    path = tmp_path / "f.py"
    answer = "best = None\n### BEGIN SOLUTION\nbest = 4\n### END SOLUTION"
    cells = [cell(place, "best = 3"), cell(record(), answer), cell(TEST, "assert best == 4")]
    path.write_text(HEADER + "\n" + "\n".join(cells))
    message = r"this test reads 'best', which the solution at line 16 binds, but the cell at line 13 binds it too"
    with pytest.raises(SourceError, match=message):
        read_source(path)
    path.write_text(HEADER + "\n" + "\n".join([cells[1], cells[2].replace("assert", "best = 5\nassert")]))
    read_source(path)


def test_what_a_test_uses_is_imported_in_a_locked_cell(tmp_path):
    path = tmp_path / "f.py"
    cells = [cell(record(), "import numpy as np\n" + SOLUTION), cell(TEST, "assert np.all(f())")]
    path.write_text(HEADER + "\n" + "\n".join(cells))
    with pytest.raises(SourceError, match="this test reads 'np', which only a solution imports"):
        read_source(path)
    path.write_text(HEADER + "\n" + "\n".join([cell(LOCKED, "import numpy as np"), *cells]))
    read_source(path)
