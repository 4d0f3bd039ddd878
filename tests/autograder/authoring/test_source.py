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


def test_refuses_a_marker_line_and_says_where(source):
    """test_cell_marker.py tests which marker lines are refused."""
    assert f"nb.py:{FIRST}: nbgrader is not JSON" in refusal(source("nbgrader={'grade': true}"))


def test_refuses_an_unclear_name_and_says_where(source):
    """test_name_rules.py tests which names are refused."""
    said = refusal(source(record(), SOLUTION.replace("def f", "def sum")))
    assert f"nb.py:{FIRST}: the solution binds 'sum'" in said


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
        ("display_name: Python 3 (ipykernel)", "display_name: 3", "no kernelspec with display_name"),
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
    assert "this notebook source does not exist." in refusal(tmp_path / "nb.py")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (" # %%\nx = 1\n # %%\n", [(FIRST, "looks like"), (FIRST + 2, "looks like")]),
        ("# %% x=\nx = 1\n# %% y=\ny = 1\n", [(FIRST, ""), (FIRST + 2, "")]),
        ("# %%\nx = (\n\n# %%\n\n# %%\ny = 2\n", [(FIRST + 1, "not Python"), (FIRST + 3, "empty")]),
    ],
)
def test_all_cells_that_are_wrong_are_named(tmp_path, text, wrong):
    path = tmp_path / "nb.py"
    path.write_text(f"{HEADER}\n{text}")
    with pytest.raises(SourceError) as raised:
        read_source(path)
    said = str(raised.value).splitlines()
    assert len(said) == len(wrong)
    for line, (number, what) in zip(said, wrong, strict=True):
        assert line.startswith(f"{path}:{number}: ") and what in line
