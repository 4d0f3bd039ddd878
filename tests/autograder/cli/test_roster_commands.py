"""`cs231n roster` and the way back, as commands: a class in, its marks out."""

import platform_files as files
import pytest
from click.testing import CliRunner
from graded_by_hand import FULL, submit
from nbgrader.api import Gradebook

from autograder.cli.command import main


@pytest.fixture
def run(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CS231N_DEBUG", raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["-C", str(tiny.root), *map(str, arguments)])


@pytest.fixture
def download(tmp_path):
    (tmp_path / "grades.csv").write_bytes(files.canvas())
    return tmp_path / "grades.csv"


def test_a_class_in_and_its_marks_out(run, tiny, download, tmp_path):
    result = run("roster", "import", download)
    assert result.exit_code == 0, result.output
    assert "Canvas: 7 new, 0 changed, 0 unchanged; 7 students" in result.output
    assert "Test Student, Canvas's own test student" in result.output
    assert "1003  García Márquez, José" in " ".join(run("roster", "show").output.split(" " * 3))
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        assert gradebook.find_student("1003").last_name == "García Márquez"
        submit(gradebook, "1003", FULL)
    tiny.submitted("1003", "sums").mkdir(parents=True)
    tiny.submitted("zoe", "sums").mkdir(parents=True)
    lines = run("roster", "check", "sums").output.splitlines()
    assert "has not handed in: 1001 (Ann Lee)" in lines and "not in the roster: zoe" in lines
    assert lines[-1] == "sums: 1 handed in, 6 not, 1 unknown"

    result = run("export", "sums", "--lms", "canvas", "--fill", download)
    assert result.exit_code == 0, result.output
    assert "1 filled, 0 unchanged in 'Sums (555)': sums-filled.csv" in result.output
    assert (tmp_path / "sums-filled.csv").read_bytes() == files.canvas(cells={"1003": "9"})
    assert run("export").output == "7 students: _course.csv\n"
    assert (tmp_path / "_course.csv").exists()


def test_what_is_unclear_changes_nothing(run, download, tmp_path):
    run("roster", "import", download)
    before = run("roster", "show").output
    (tmp_path / "github.csv").write_bytes(files.github([("Ann Lee", "octo"), ("1003", "octo3")]))
    result = run("roster", "import", "github.csv")
    assert result.exit_code == 1 and "may be 1001 (Ann Lee) or 1002 (Ann Lee)" in result.output
    assert run("roster", "show").output == before


def test_students_who_left_are_named_and_kept(run, download):
    run("roster", "import", download)
    download.write_bytes(files.canvas(files.CLASS[1:]))
    result = run("roster", "import", download)
    assert "not in this file, and kept: 1001 (Ann Lee)" in result.output
    assert "0 new, 0 changed, 6 unchanged; 7 students" in result.output


def test_without_a_roster(run):
    assert "There is no roster" in run("roster", "show").output
    result = run("roster", "check", "sums")
    assert result.exit_code == 1 and "cs231n roster import FILE" in result.output


@pytest.mark.parametrize(
    "options, why",
    [
        (("sums", "--lms", "canvas"), "--lms and --fill go together"),
        (("sums", "--column", "x"), "--column needs both"),
        (("--lms", "canvas", "--fill", "x.csv"), "--fill takes one assignment"),
    ],
)
def test_options_that_do_not_go_together(run, options, why):
    result = run("export", *options)
    assert result.exit_code == 2 and why in result.output
