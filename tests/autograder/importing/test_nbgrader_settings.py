"""What an import reads from nbgrader_config.py, without running it."""

from autograder.importing.nbgrader_settings import delimiters, settings


def test_plain_values_are_read_and_nothing_runs(tmp_path):
    path = tmp_path / "nbgrader_config.py"
    path.write_text(
        "import os\nc = get_config()\nc.CourseDirectory.course_id = 'c101'\nc.A.b = os.getcwd()\n"
        f"open({str(tmp_path / 'ran')!r}, 'w')\nc.ClearSolutions.begin_solution_delimeter = '# BS'\n"
    )
    given = settings(path)
    assert given["CourseDirectory", "course_id"] == "c101" and ("A", "b") not in given
    assert not (tmp_path / "ran").exists()
    words = delimiters(given)
    assert words.begin["SOLUTION"] == "# BS" and words.end["SOLUTION"] == "END SOLUTION"


def test_no_file_and_no_python_are_no_settings(tmp_path):
    assert settings(tmp_path / "none.py") == {}
    (tmp_path / "bad.py").write_text("c.(")
    assert settings(tmp_path / "bad.py") == {}
