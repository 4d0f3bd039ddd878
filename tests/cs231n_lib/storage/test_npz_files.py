import os
import pickle

import numpy as np
import pytest

from cs231n_lib.storage.npz_files import read_npz, write_npz

ARRAYS = {"kind": "test 1", "a/b": np.arange(6.0).reshape(2, 3), "text": "ein Wörtchen"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.npz"


def read(path):
    return read_npz(path, "test 1", "file of a test")


def test_what_is_written_is_read(path):
    write_npz(path, ARRAYS)
    found = read(path)
    assert found.keys() == ARRAYS.keys() and str(found["text"]) == "ein Wörtchen"
    np.testing.assert_array_equal(found["a/b"], ARRAYS["a/b"])


def test_the_path_is_taken_as_it_is_and_folders_are_made(tmp_path):
    write_npz(tmp_path / "runs" / "1" / "state", ARRAYS)
    assert [file.name for file in (tmp_path / "runs" / "1").iterdir()] == ["state"]


def test_a_write_that_fails_leaves_the_old_file(path, monkeypatch):
    write_npz(path, ARRAYS)

    def no_space(*args, **arrays):
        args[0].write(b"half of it")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", no_space)
    with pytest.raises(OSError, match="no space"):
        write_npz(path, {"kind": "test 1"})
    assert "a/b" in read(path)
    assert os.listdir(path.parent) == ["file.npz"]


def test_objects_are_not_written(path):
    with pytest.raises(ValueError, match="thing holds Python objects"):
        write_npz(path, {"kind": "test 1", "thing": np.array([{}])})
    assert not path.exists()


def test_no_file(path):
    with pytest.raises(FileNotFoundError, match=r"There is no file of a test at .*file\.npz"):
        read(path)


def test_a_truncated_file_is_named_wherever_it_ends(path):
    write_npz(path, ARRAYS)
    whole = path.read_bytes()
    for length in range(0, len(whole), 23):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"file\.npz is not a file of a test, or is damaged"):
            read(path)


def test_a_changed_byte_in_an_array(path):
    write_npz(path, ARRAYS)
    whole = bytearray(path.read_bytes())
    whole[whole.index(np.float64(5).tobytes())] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ValueError, match="file.npz is not a file of a test, or is damaged.*CRC"):
        read(path)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


@pytest.mark.parametrize("content", [b"", b"hello", pickle.dumps(Evil())], ids=["empty", "text", "pickle"])
def test_a_file_of_another_kind(path, content, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"file\.npz is not a file of a test"):
        read(path)
    assert not (tmp_path / "evil").exists()


def test_a_pickled_object_inside_is_not_run(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    np.savez(path, kind="test 1", thing=np.array([Evil()], dtype=object))
    with pytest.raises(ValueError, match=r"file\.npz is not a file of a test"):
        read(path)
    assert not (tmp_path / "evil").exists()


def test_npz_and_npy_files_of_others(path):
    np.savez(path, a=np.ones(3))
    with pytest.raises(ValueError, match="its kind is 'None', but should be 'test 1'"):
        read(path)
    with open(path, "wb") as file:
        np.save(file, np.ones(3))
    with pytest.raises(ValueError, match=r"file\.npz is not a file of a test"):
        read(path)


def test_a_folder(tmp_path):
    with pytest.raises(ValueError, match="is not a file of a test"):
        read(tmp_path)
