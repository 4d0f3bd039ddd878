"""What every notebook is run with."""

import os

from autograder.grading.surroundings import _data_sets


def test_the_folder_of_the_data_sets_is_made_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "new" / "kept"))
    before = os.umask(0o077)
    try:
        assert _data_sets() == str(tmp_path / "new" / "kept")
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "kept").stat().st_mode & 0o777 == 0o755


def test_without_a_folder_notebooks_run_with_the_data_sets_of_the_library(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "file" / "below"))
    assert _data_sets() is None
