"""The environment that every notebook runs in."""

import os
from dataclasses import replace

import pytest

from autograder.course.course_toml import Edition
from autograder.grading.surroundings import _data_sets
from cs231n_lib.data import registry


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """The test has its own cache folder for the user, and no folder beside the library holds data sets."""
    monkeypatch.delenv("CS231N_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(registry, "_beside_the_library", lambda: tmp_path / "nowhere")
    return tmp_path / "cache" / "cs231n-course-kit"


def test_the_folder_of_the_data_sets_is_made_where_it_is_missing(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "new" / "kept"))
    before = os.umask(0o077)
    try:
        assert _data_sets(tiny.course) == str(tmp_path / "new" / "kept")
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "kept").stat().st_mode & 0o777 == 0o755


def test_without_a_folder_notebooks_run_with_the_data_sets_of_the_library(tiny, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "file" / "below"))
    assert _data_sets(tiny.course) is None


def test_a_user_without_a_home_grades_with_the_data_sets_of_the_library(tiny, monkeypatch):
    def no_home(*_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("cs231n_lib.data.registry.trusted_dir", no_home)
    assert _data_sets(tiny.course) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only if root grades do kernels run as another user")
def test_a_cache_that_was_made_for_its_user_only_is_opened_to_the_sandbox(tiny, own_cache):
    (own_cache / "set").mkdir(parents=True, mode=0o700)
    (own_cache / "set" / "file").write_text("")
    for path in (own_cache, own_cache / "set", own_cache / "set" / "file"):
        path.chmod(0o700)
    assert _data_sets(tiny.course) == str(own_cache)
    assert own_cache.stat().st_mode & 0o777 == 0o755
    assert (own_cache / "set" / "file").stat().st_mode & 0o044 == 0o044


def test_a_folder_that_the_user_named_is_left_as_it_is(tiny, tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir(mode=0o700)
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "mine"))
    assert _data_sets(tiny.course) == str(tmp_path / "mine")
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700


def test_data_sets_in_the_courses_own_checkout_are_found(tiny, own_cache, tmp_path):
    folder = tmp_path / "checkout" / "datasets"
    described = registry.entry("cifar10")
    (folder / described["folder"]).mkdir(parents=True)
    (folder / "registry.toml").write_text("")
    for name in described["files"]:
        (folder / described["folder"] / name).write_text("")
    course = replace(tiny.course, edition=Edition(tmp_path / "checkout", (), "lib"))
    (folder / described["folder"]).chmod(0o700)
    assert _data_sets(course) == str(folder)
    assert (folder / described["folder"]).stat().st_mode & 0o777 == 0o700  # the course's own folder stays private
    assert _data_sets(tiny.course) == str(own_cache)


def test_a_cache_that_may_not_be_looked_into_is_not_there(monkeypatch, tmp_path):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refused)
    assert registry._found(registry.entry("cifar10"), [tmp_path]) is None
