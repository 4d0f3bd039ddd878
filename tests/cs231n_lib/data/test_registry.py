import sys
import warnings
from pathlib import Path

import pytest

from cs231n_lib import data
from cs231n_lib.data import registry


def test_the_data_folder_is_the_one_of_the_environment(data_folder):
    assert data.data_dir() == data_folder


def test_a_notebook_without_widgets_shows_no_warning(tmp_path, monkeypatch):
    text = "import warnings; warnings.warn('IProgress not found. Please update jupyter'); os_cache = lambda name: name"
    (tmp_path / "pooch.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pooch", raising=False)
    monkeypatch.delenv("CS231N_DATA", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert data.data_dir() == Path("cs231n-course-kit")
    sys.modules.pop("pooch")


def test_a_relative_folder_does_not_move_with_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CS231N_DATA", "mine")
    assert data.data_dir() == tmp_path / "mine"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The user's cache folder, used by this test only."""
    monkeypatch.delenv("CS231N_DATA", raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """The `datasets` folder of a course; the test runs in a folder of this course."""
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "registry.toml").touch()
    (tmp_path / "notebooks" / "first").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "notebooks" / "first")
    return tmp_path / "datasets"


def test_the_data_folder_is_in_the_users_cache_wherever_the_notebooks_are(cache, checkout):
    assert data.data_dir() == cache / "cs231n-course-kit"


def test_what_was_fetched_for_one_assignment_is_there_for_the_next(cache, write_cifar10, tmp_path, monkeypatch):
    write_cifar10(tmp_path / "archive" / "cifar-10-batches-py")
    for assignment in ("first", "second"):
        (tmp_path / assignment).mkdir()
    monkeypatch.chdir(tmp_path / "first")
    data.fetch("cifar10", from_path=tmp_path / "archive", progress=False)
    monkeypatch.chdir(tmp_path / "second")
    assert data.available()["cifar10"] == cache / "cs231n-course-kit" / "cifar-10-batches-py"
    assert "already there" in str(data.fetch("cifar10", progress=False))


def test_what_earlier_versions_fetched_is_found(cache, checkout, write_cifar10):
    write_cifar10(cache / "cs231n" / "cifar-10-batches-py")
    assert data.available()["cifar10"] == cache / "cs231n" / "cifar-10-batches-py"
    assert registry.trusted_dir() == cache / "cs231n"
    write_cifar10(checkout / "cifar-10-batches-py")
    assert data.available()["cifar10"] == checkout / "cifar-10-batches-py"
    assert "already there" in str(data.fetch("cifar10", progress=False))


def test_the_folder_of_the_environment_is_the_only_one(data_folder, checkout, write_cifar10):
    write_cifar10(checkout / "cifar-10-batches-py")
    assert data.available()["cifar10"] is None and registry.trusted_dir() == data_folder


def test_the_grader_takes_no_data_sets_from_the_folder_it_is_started_in(cache, checkout, write_cifar10):
    write_cifar10(checkout / "cifar-10-batches-py")
    assert registry.trusted_dir() == cache / "cs231n-course-kit"


def test_cifar10_is_available_only_when_complete(small_cifar10, data_folder):
    folder = data_folder / "cifar-10-batches-py"
    assert data.available()["cifar10"] == folder
    (folder / "data_batch_2").unlink()
    assert data.available()["cifar10"] is None


def test_the_embedded_set_is_always_available(data_folder):
    assert data.available()["shapes10"].parent == data_folder


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(data.DataError, match=r"no data set 'mnist'. The data sets are cifar10, shapes10"):
        registry.entry("mnist")


def test_the_registry_has_what_a_download_needs():
    cifar10 = registry.entry("cifar10")
    assert cifar10["url"].startswith("https://") and len(cifar10["sha256"]) == 64
    assert set(cifar10["files"]) == {"batches.meta", "test_batch", *(f"data_batch_{i}" for i in range(1, 6))}
    assert cifar10["size"] == 170_498_071


def test_the_registry_is_read_from_an_installed_package(tmp_path, monkeypatch):
    # In a wheel, `datasets` is a subpackage, so there is no such folder beside cs231n_lib.
    installed = tmp_path / "cs231n_lib"
    (installed / "datasets").mkdir(parents=True)
    source = Path(registry.__file__).parents[2] / "datasets" / "registry.toml"
    (installed / "datasets" / "registry.toml").write_bytes(source.read_bytes())
    monkeypatch.setattr(registry, "__file__", str(installed / "data" / "registry.py"))
    monkeypatch.setattr(registry.resources, "files", lambda package: installed)
    assert registry._registry.__wrapped__()["cifar10"]["title"] == "CIFAR-10"
