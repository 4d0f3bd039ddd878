import os
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from cs231n_lib.data import DataError, embedded
from cs231n_lib.data.embedded import cache_path, load_embedded


@pytest.fixture
def drawing(monkeypatch):
    """A small replacement for shapes10 that counts how often it is drawn."""

    def make():
        module.drawn += 1
        rng = np.random.default_rng(0)
        return (
            rng.integers(0, 256, (30, 32, 32, 3), dtype=np.uint8),
            np.arange(30) % 10,
            rng.integers(0, 256, (10, 32, 32, 3), dtype=np.uint8),
            np.arange(10),
        )

    module = SimpleNamespace(make=make, CLASS_NAMES=[f"class {i}" for i in range(10)], drawn=0)
    monkeypatch.setattr(embedded, "import_module", lambda name: module)
    monkeypatch.setattr(embedded, "_version", lambda name: "v1")
    return module


def test_drawn_once_then_read(drawing, tmp_path):
    first = load_embedded("shapes10", tmp_path)
    second = load_embedded("shapes10", tmp_path)
    assert drawing.drawn == 1
    for a, b in zip(first[:4], second[:4], strict=True):
        np.testing.assert_array_equal(a, b)
    assert second[4] == tuple(drawing.CLASS_NAMES)


def test_nothing_but_the_cache_file_is_left(drawing, tmp_path):
    load_embedded("shapes10", tmp_path / "new" / "folder")
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["shapes10-v1.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"something else"])
def test_a_broken_cache_file_is_drawn_again(drawing, tmp_path, content):
    cache_path(tmp_path, "shapes10").write_bytes(content)
    load_embedded("shapes10", tmp_path)
    load_embedded("shapes10", tmp_path)
    assert drawing.drawn == 1


def test_a_cache_file_cut_short_is_drawn_again(drawing, tmp_path):
    load_embedded("shapes10", tmp_path)
    path = cache_path(tmp_path, "shapes10")
    path.write_bytes(path.read_bytes()[:-100])
    load_embedded("shapes10", tmp_path)
    assert drawing.drawn == 2


def test_a_folder_that_cannot_be_written_does_not_matter(drawing, tmp_path):
    (tmp_path / "file").touch()
    assert len(load_embedded("shapes10", tmp_path / "file" / "below")[0]) == 30


def test_a_write_that_fails_midway_leaves_nothing(drawing, tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert len(load_embedded("shapes10", tmp_path)[0]) == 30
    assert list(tmp_path.iterdir()) == []


def test_many_at_once_all_get_the_same(drawing, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda _: load_embedded("shapes10", tmp_path), range(16)))
    assert all(np.array_equal(arrays[0], loaded[0][0]) for arrays in loaded)
    assert os.listdir(tmp_path) == ["shapes10-v1.npz"]


def test_the_cache_follows_the_drawing_code(tmp_path, monkeypatch):
    def version(source):
        (tmp_path / "module.py").write_text(source)
        spec = SimpleNamespace(origin=tmp_path / "module.py")
        monkeypatch.setattr(embedded.util, "find_spec", lambda name: spec)
        return embedded._version.__wrapped__("shapes10")

    assert version("1") != version("2") and version("1") == version("1")


@pytest.mark.parametrize("spec", [None, SimpleNamespace(origin=None)], ids=["no module", "a folder"])
def test_a_library_without_the_drawing_says_so(monkeypatch, spec):
    monkeypatch.setitem(sys.modules, "cs231n_lib.data.triangles", None)
    monkeypatch.setattr(embedded.util, "find_spec", lambda name: spec)
    with pytest.raises(DataError, match="no module data/triangles.py"):
        embedded._version.__wrapped__("triangles")


def test_others_may_read_the_cache_file_and_no_other_folder_is_written(drawing, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    load_embedded("shapes10", tmp_path)
    assert cache_path(tmp_path, "shapes10").stat().st_mode & 0o777 == 0o644
