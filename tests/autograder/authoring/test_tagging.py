"""Tags that `build --rehearse --tag-in-process` adds to a source."""

import json

from autograder.authoring.source import read_cells
from autograder.authoring.tagging import tag_in_process

HEADER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

"""


def test_cell(grade_id, rest=""):
    record = {"grade": True, "grade_id": grade_id, "locked": True, "schema_version": 3, "solution": False}
    return f"# %% nbgrader={json.dumps(record | {'points': 1, 'task': False})}{rest}\nassert 1\n\n"


test_cell.__test__ = False


def test_only_the_named_tests_are_tagged(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(HEADER + test_cell("one") + test_cell("two", ' tags=["skip-execution"]') + test_cell("three"))
    before = path.read_text().split("\n")
    tag_in_process(path, ["one", "two"])
    tags = {cell.grade_id: cell.tags for cell in read_cells(path)}
    assert tags == {"one": ("in-process",), "two": ("skip-execution", "in-process"), "three": ()}
    assert len([1 for old, new in zip(before, path.read_text().split("\n"), strict=True) if old != new]) == 2
    tag_in_process(path, ["one"])
    assert path.read_text().count("in-process") == 2
