import hashlib
import os
import socket
import tarfile

import numpy as np
import pytest
import requests

from cs231n_lib import data
from cs231n_lib.data import embedded, registry, resume

FOLDER = "cifar-10-batches-py"


@pytest.fixture
def source(tmp_path, write_cifar10):
    write_cifar10(tmp_path / "source" / FOLDER, seed=1)
    return tmp_path / "source" / FOLDER


@pytest.fixture
def archive(tmp_path, source):
    path = tmp_path / "source" / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz") as file:
        file.add(source, FOLDER)
    return path


@pytest.fixture
def register(monkeypatch, described):
    """Register a CIFAR-10 at another address, with the hash of other bytes."""

    def change(url, content):
        changed = described | {"url": url, "sha256": hashlib.sha256(content).hexdigest()}
        shapes10 = registry.entry("shapes10")
        monkeypatch.setattr(registry, "_registry", lambda: {"cifar10": changed, "shapes10": shapes10})

    return change


def published(serve, register, content, **behaviour):
    server = serve(content, **behaviour)
    register(server.url, content)
    return server


def test_downloads_checks_and_places(data_folder, serve, register, archive):
    published(serve, register, archive.read_bytes())
    fetched = data.fetch("cifar10", progress=False)
    assert fetched.path == data_folder / FOLDER
    assert data.load("cifar10").X_test.shape == (20, 32, 32, 3)
    assert os.listdir(data_folder) == [FOLDER]  # neither the archive nor the scratch folder is left


def test_a_set_that_is_there_is_not_downloaded_again(data_folder, serve, register, archive):
    server = published(serve, register, archive.read_bytes())
    data.fetch("cifar10", progress=False)
    assert "already there" in str(data.fetch("cifar10", progress=False))
    assert len(server.asked) == 1


def test_a_set_that_is_there_but_damaged_is_downloaded_again(data_folder, serve, register, archive):
    published(serve, register, archive.read_bytes())
    data.fetch("cifar10", progress=False)
    (data_folder / FOLDER / "data_batch_4").write_bytes(b"damaged")
    data.fetch("cifar10", progress=False)
    data.load("cifar10")


def test_a_later_call_goes_on_with_the_download(data_folder, serve, register, archive):
    server = published(serve, register, archive.read_bytes(), cuts=[resume.CHUNK_BYTES, 0, 0, 0])
    with pytest.raises(data.DataError, match="download of CIFAR-10 .* failed") as caught:
        data.fetch("cifar10", progress=False)
    assert "again to continue it" in caught.value.hint
    data.fetch("cifar10", progress=False)
    assert server.asked[-1] == f"bytes={resume.CHUNK_BYTES}-"
    data.load("cifar10")


def test_a_wrong_hash_is_refused_and_nothing_stays(data_folder, serve, register, archive):
    server = serve(b"<html>please log in</html>")
    register(server.url, archive.read_bytes())
    with pytest.raises(data.DataError, match="sha256 differs from the registry's") as caught:
        data.fetch("cifar10", progress=False)
    assert "--from FILE" in caught.value.hint
    assert os.listdir(data_folder) == []
    assert server.asked == [None]  # a complete but wrong file is not requested again


def test_the_part_of_another_file_is_given_up_once(data_folder, serve, register, archive):
    server = published(serve, register, archive.read_bytes())
    data_folder.mkdir()
    (data_folder / "set.tar.gz.part").write_bytes(b"of an older version")
    data.fetch("cifar10", progress=False)
    assert server.asked == ["bytes=19-", None]
    data.load("cifar10")


def test_no_network_is_one_clear_error(data_folder, register, monkeypatch):
    monkeypatch.setattr(resume, "PAUSE_SECONDS", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:  # a port on which no server listens
        free.bind(("127.0.0.1", 0))
        register(f"http://127.0.0.1:{free.getsockname()[1]}/set.tar.gz", b"")
        with pytest.raises(data.DataError, match="no connection to the server; check") as caught:
            data.fetch("cifar10", progress=False)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.TooManyRedirects("Exceeded 30 redirects."), "Exceeded 30 redirects"),
        (requests.Timeout("timed out"), "the server does not answer"),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
def test_why_a_download_failed_is_told(data_folder, register, monkeypatch, error, words):
    def fail(*args, **kwargs):
        raise error

    register("http://localhost/set.tar.gz", b"")
    monkeypatch.setattr("pooch.retrieve", fail)
    with pytest.raises(
        data.DataError, match=rf"The download of CIFAR-10 from http://localhost/set.tar.gz failed: {words}\.\n"
    ):
        data.fetch("cifar10", progress=False)


def test_the_servers_refusal_is_told(data_folder, serve, register):
    register(serve(b"", statuses=[503]).url, b"")
    with pytest.raises(data.DataError, match="the server answered 503 Service Unavailable"):
        data.fetch("cifar10", progress=False)


@pytest.mark.parametrize("form", ["archive", "folder", "folder around it"])
def test_a_copy_at_hand_is_placed_and_is_told_to_be_unofficial(data_folder, archive, source, form):
    given = {"archive": archive, "folder": source, "folder around it": source.parent}[form]
    fetched = data.fetch("cifar10", from_path=str(given))
    assert fetched.path == data_folder / FOLDER and fetched.official is False
    assert "not the publisher's own files" in str(fetched)
    assert os.path.samefile(fetched, data_folder / FOLDER)
    assert len(data.load("cifar10").X_train) == 90
    assert source.is_dir() and archive.is_file()


def test_a_copy_with_the_registered_sums_is_official(data_folder, source, monkeypatch, described):
    sums = {file.name: hashlib.md5(file.read_bytes()).hexdigest() for file in source.iterdir()}
    monkeypatch.setattr(registry, "_registry", lambda: {"cifar10": described | {"files": sums}})
    fetched = data.fetch("cifar10", from_path=source)
    assert fetched.official is True
    assert str(fetched) == f"{fetched.path} (new; the publisher's own files)"


def test_a_damaged_copy_does_not_replace_a_good_one(data_folder, small_cifar10, source):
    images, _ = small_cifar10
    (source / "data_batch_3").write_bytes(b"damaged")
    with pytest.raises(data.DataError, match="is not a complete CIFAR-10: data_batch_3: This file is damaged"):
        data.fetch("cifar10", from_path=source)
    np.testing.assert_array_equal(data.load("cifar10").X_test, images[100:])
    assert os.listdir(data_folder) == [FOLDER]


def test_a_good_copy_replaces_the_one_there(data_folder, small_cifar10, source):
    before = data.load("cifar10").X_test
    data.fetch("cifar10", from_path=source)
    assert not np.array_equal(data.load("cifar10").X_test, before)
    assert os.listdir(data_folder) == [FOLDER]


def test_the_set_in_place_can_be_given_as_the_copy(data_folder, small_cifar10):
    data.fetch("cifar10", from_path=data_folder)
    assert len(data.load("cifar10").X_train) == 90


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch, source):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "file" / "below"))
    with pytest.raises(data.DataError, match="Cannot write to .*below: Not a directory") as caught:
        data.fetch("cifar10", from_path=source)
    assert "CS231N_DATA" in caught.value.hint


@pytest.mark.parametrize(
    ("number", "why", "below", "words"),
    [
        (13, "Permission denied", "source/file", "Cannot read .*source/file: Permission denied"),
        (13, "Permission denied", "kept/x/file", "Cannot write to .*kept: Permission denied"),
        (13, "Permission denied", "kept", "Cannot write to .*kept: Permission denied"),
        (28, "No space left on device", None, "Cannot write to .*kept: No space left on device"),
    ],
)
def test_which_file_the_system_refuses_is_told(data_folder, source, monkeypatch, number, why, below, words):
    def refuse(*args):
        raise OSError(number, why, below and str(data_folder.parent / below))

    monkeypatch.setattr("cs231n_lib.data.layout.take", refuse)
    with pytest.raises(data.DataError, match=words):
        data.fetch("cifar10", from_path=source)


def test_an_unknown_name_lists_the_known_ones(data_folder):
    with pytest.raises(data.DataError, match="The data sets are cifar10, shapes10"):
        data.fetch("imagenet")


def test_the_embedded_set_is_drawn_and_kept(data_folder, monkeypatch):
    def draw(name, folder):
        folder.mkdir()
        embedded.cache_path(folder, name).touch()

    monkeypatch.setattr(embedded, "load_embedded", draw)
    fetched = data.fetch("shapes10")
    assert str(fetched) == str(fetched.path) == str(data.available()["shapes10"])


def test_an_embedded_set_that_cannot_be_kept_says_so(data_folder, monkeypatch):
    monkeypatch.setattr(embedded, "load_embedded", lambda name, folder: None)
    assert "drawn again at each use" in str(data.fetch("shapes10"))


def test_the_embedded_set_is_not_taken_from_elsewhere(data_folder, tmp_path):
    with pytest.raises(data.DataError, match="drawn on this computer"):
        data.fetch("shapes10", from_path=tmp_path)
