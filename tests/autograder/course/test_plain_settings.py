"""What is read from an nbgrader_config.py without running it."""

from autograder.course.plain_settings import plain_settings


def test_plain_values_are_read_and_nothing_runs(tmp_path):
    path = tmp_path / "nbgrader_config.py"
    path.write_text(
        "import os\nc = get_config()\nc.CourseDirectory.course_id = 'c101'\nc.A.b = os.getcwd()\n"
        f"open({str(tmp_path / 'ran')!r}, 'w')\nc.A.c = [1, 2]\nc.A.e = {{[]: 1}}\nother = c.A.d = 1\n"
    )
    assert plain_settings(path) == {("CourseDirectory", "course_id"): "c101", ("A", "c"): [1, 2]}
    assert not (tmp_path / "ran").exists()


def test_no_file_and_no_python_are_no_settings(tmp_path):
    assert plain_settings(tmp_path / "none.py") == {}
    (tmp_path / "bad.py").write_text("c.(")
    assert plain_settings(tmp_path / "bad.py") == {}
