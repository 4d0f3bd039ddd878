import nbformat
import pytest

from autograder.authoring.build import build
from autograder.course.workspace import Workspace
from autograder.errors import CourseError, SourceError

COURSE = '[course]\nid = "c"\ntitle = "C"\n[[assignment]]\nname = "one"\ntitle = "One"\nnotebooks = ["nb"]\n'
HEADER = """# ---
# jupyter:
#   kernelspec:
#     display_name: P
#     language: python
#     name: python3
# ---
"""


@pytest.fixture
def workspace(tmp_path):
    """A workspace as `create` makes it, without the gradebook, which the build does not read."""
    sources = tmp_path / "assignments" / "one"
    sources.mkdir(parents=True)
    (sources.parent / "course.toml").write_text(COURSE)
    (sources / "nb.py").write_text(HEADER + "\n# %%\nx = 1\n")
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "nbgrader_config.py").write_text('get_config().Kit.assignments = "../assignments"\n')
    return Workspace(tmp_path / "workspace")


def source_of(workspace):
    return workspace.course.source("one", "nb")


def with_files(workspace):
    (workspace.assignments / "course.toml").write_text(COURSE + 'files = ["data/table.csv"]\n')
    return Workspace(workspace.root)


def test_writes_the_notebooks(workspace):
    assert build(workspace, "one") == [workspace.root / "source" / "one" / "nb.ipynb"]
    assert nbformat.read(workspace.source("one") / "nb.ipynb", as_version=4).cells[0].source == "x = 1"


def test_does_not_touch_what_is_up_to_date(workspace):
    (path,) = build(workspace, "one")
    before = path.stat().st_mtime_ns
    assert build(workspace, "one") == [] and path.stat().st_mtime_ns == before


def test_writes_again_what_was_edited(workspace):
    (path,) = build(workspace, "one")
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    assert build(workspace, "one") == [path] and path.read_bytes() == before


def test_leaves_no_temporary_files(workspace):
    build(workspace, "one")
    assert [path.name for path in workspace.source("one").iterdir()] == ["nb.ipynb"]


def test_one_broken_source_writes_nothing(workspace):
    source_of(workspace).write_text(HEADER + "\n# %%\nx = \n")
    with pytest.raises(SourceError, match=r"nb.py:10: the cell is not Python"):
        build(workspace, "one")
    assert not workspace.source("one").exists()


def test_an_unlisted_source_is_not_silently_left_out(workspace):
    source_of(workspace).with_name("forgotten.py").write_text("")
    with pytest.raises(SourceError, match="forgotten.py is not listed in course.toml"):
        build(workspace, "one")


def test_an_unlisted_notebook_in_the_folder_is_neither_released_nor_deleted(workspace):
    build(workspace, "one")
    stray = workspace.source("one") / "old.ipynb"
    stray.write_text("{}")
    with pytest.raises(SourceError, match="old.ipynb is not listed in course.toml for one, but nbgrader"):
        build(workspace, "one")
    assert stray.exists()


def test_extra_files_are_copied(workspace):
    table = source_of(workspace).parent / "data" / "table.csv"
    table.parent.mkdir()
    table.write_text("1,2\n")
    assert workspace.source("one") / "data" / "table.csv" in build(with_files(workspace), "one")
    assert (workspace.source("one") / "data" / "table.csv").read_text() == "1,2\n"


def test_missing_extra_file(workspace):
    with pytest.raises(SourceError, match="table.csv does not exist, but course.toml lists it"):
        build(with_files(workspace), "one")


def test_unknown_assignment(workspace):
    with pytest.raises(CourseError, match="no assignment called 'two'"):
        build(workspace, "two")


def test_everything_that_is_wrong_is_said_at_once(workspace):
    source = source_of(workspace)
    source.write_text(HEADER + "\n# %%\nx = (\n\n# %%\ny = 1\n\n# %%\nz = )\n")
    source.with_name("forgotten.py").write_text("")
    workspace = with_files(workspace)
    workspace.source("one").mkdir(parents=True)
    (workspace.source("one") / "old.ipynb").write_text("")
    with pytest.raises(SourceError) as raised:
        build(workspace, "one")
    for what in ("nb.py:10: the cell is not Python", "nb.py:16: the cell is not Python", "forgotten.py is not listed"):
        assert what in str(raised.value)
    assert "table.csv does not exist" in str(raised.value) and "old.ipynb is not listed" in str(raised.value)
    assert not (workspace.source("one") / "nb.ipynb").exists()
