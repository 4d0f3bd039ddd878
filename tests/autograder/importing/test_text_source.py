"""The text of imported cells."""

from autograder.authoring.source import read_cells
from autograder.importing.cells import ImportedCell, Notes, record
from autograder.importing.text_source import source_text

SOLVED = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"


def test_cells_are_read_back_as_they_were(tmp_path):
    cells = [
        ImportedCell(1, "markdown", "# Title\n\n- a\n- b\n\n```python\nx = 1\n```"),
        ImportedCell(2, "code", "%matplotlib inline\nimport os", record("setup")),
        ImportedCell(3, "code", SOLVED, record("f", solution=True)),
        ImportedCell(4, "code", "assert f() == 1", record("t", grade=True, points=2), ["in-process"]),
        ImportedCell(5, "code", 'text = """\n# not a cell\n"""\n\n\nprint(text)'),
    ]
    path, notes = tmp_path / "a.py", Notes()
    path.write_text(source_text(cells, notes))
    read = read_cells(path)
    assert [(c.cell_type, c.source, c.record, list(c.tags)) for c in read] == [
        (c.cell_type, c.source, c.record, c.tags) for c in cells
    ]
    assert notes.found == []


def test_a_line_that_would_start_a_cell_is_reworded(tmp_path):
    cells = [ImportedCell(1, "code", "x = 1\n# %% part two\n# In[3]:"), ImportedCell(2, "markdown", "%% text")]
    path, notes = tmp_path / "a.py", Notes()
    path.write_text(source_text(cells, notes))
    assert [cell.source for cell in read_cells(path)] == ["x = 1\n# % part two\n# In [3]:", "% text"]
    assert len(notes.found) == 3
