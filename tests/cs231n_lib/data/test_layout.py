import io
import os
import tarfile

import pytest

from cs231n_lib.data import DataError, layout

FOLDER = "cifar-10-batches-py"


@pytest.fixture
def source(tmp_path, write_cifar10):
    write_cifar10(tmp_path / "source" / FOLDER)
    return tmp_path / "source" / FOLDER


@pytest.fixture
def destination(tmp_path):
    (tmp_path / "destination").mkdir()
    return tmp_path / "destination"


def pack(path, source, extra=(), prefix=f"{FOLDER}/"):
    with tarfile.open(path, "w:gz") as archive:
        for member, content in extra:
            archive.addfile(member, content)
        for file in sorted(source.iterdir()):
            archive.add(file, prefix + file.name)
    return path


def member(name, content=b"evil", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(content) if kind == tarfile.REGTYPE else 0
    return info, io.BytesIO(content)


@pytest.mark.parametrize("prefix", [f"{FOLDER}/", f"./{FOLDER}/", ""])
def test_takes_an_archive(tmp_path, source, destination, described, prefix):
    layout.take(pack(tmp_path / "a.tar.gz", source, prefix=prefix), described, destination)
    assert layout.problem(destination) is None


@pytest.mark.parametrize("below", [".", ".."])
def test_takes_a_folder_or_the_one_around_it(source, destination, described, below):
    layout.take(source / below, described, destination)
    assert sorted(os.listdir(destination)) == sorted(described["files"])


@pytest.mark.parametrize(
    "extra",
    [
        member("../../outside"),
        member("/tmp/outside_of_all_folders"),
        member(f"{FOLDER}/readme.html"),
        member(f"{FOLDER}/../../../outside"),
        member("link", kind=tarfile.SYMTYPE, link="/etc"),
        member("another/data_batch_1"),
    ],
    ids=["upward", "absolute", "unknown", "upward from within", "link", "other folder"],
)
def test_nothing_else_is_taken_from_an_archive(tmp_path, source, destination, described, extra):
    before = {path for path in tmp_path.rglob("*")}
    archive = pack(tmp_path / "a.tar.gz", source, [extra])
    layout.take(archive, described, destination)
    assert sorted(os.listdir(destination)) == sorted(described["files"])
    assert layout.problem(destination) is None
    assert {path for path in tmp_path.rglob("*") if destination not in path.parents} == before | {archive}
    assert not os.path.exists("/tmp/outside_of_all_folders")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_an_expected_name_that_is_no_ordinary_file_is_refused(tmp_path, source, destination, described, kind):
    extra = [member(f"{FOLDER}/data_batch_1", kind=kind, link="/etc/passwd")]
    with pytest.raises(DataError, match="data_batch_1 should be a regular file of at most .* MB with a batch"):
        layout.take(pack(tmp_path / "a.tar.gz", source, extra), described, destination)


def test_a_file_that_would_fill_the_disk_is_refused(tmp_path, source, destination, described, monkeypatch):
    archive = pack(tmp_path / "a.tar.gz", source)
    largest = max(file.stat().st_size for file in source.iterdir())
    monkeypatch.setattr(layout, "MAX_FILE_BYTES", largest - 1)
    with pytest.raises(DataError, match="should be a regular file of at most .* MB with a batch of images, but is not"):
        layout.take(archive, described, destination)
    monkeypatch.setattr(layout, "MAX_FILE_BYTES", largest)
    layout.take(archive, described, destination)


def test_a_full_disk_is_not_blamed_on_the_archive(tmp_path, source, destination, described, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "extract", full)
    with pytest.raises(OSError, match="No space left on device"):
        layout.take(pack(tmp_path / "a.tar.gz", source), described, destination)


@pytest.mark.parametrize("keep", [0, 10, 5000])
def test_an_archive_cut_short(tmp_path, source, destination, described, keep):
    archive = pack(tmp_path / "a.tar.gz", source)
    archive.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(DataError, match="cannot be read as an archive") as caught:
        layout.take(archive, described, destination)
    assert "cifar-10-python.tar.gz, 170,498,071 bytes" in caught.value.hint


def test_missing_files_are_named(source, destination, described):
    (source / "data_batch_2").unlink()
    (source / "test_batch").unlink()
    with pytest.raises(DataError, match="data_batch_2, test_batch are missing"):
        layout.take(source, described, destination)


def test_missing_files_of_an_archive_are_named(tmp_path, source, destination, described):
    (source / "data_batch_2").unlink()
    with pytest.raises(DataError, match="data_batch_2 is missing"):
        layout.take(pack(tmp_path / "a.tar.gz", source), described, destination)


def test_a_path_that_does_not_exist(tmp_path, destination, described):
    with pytest.raises(DataError, match="nowhere does not exist"):
        layout.take(tmp_path / "nowhere", described, destination)


def test_files_that_differ_from_the_publishers_are_not_official(source, described):
    assert not layout.is_official(source, described)


def test_files_with_the_registered_sums_are_official(source, described):
    sums = {name: layout._md5(source / name) for name in described["files"]}
    assert layout.is_official(source, described | {"files": sums})


def test_the_problem_of_a_folder_is_the_error_of_reading_it(tmp_path):
    found = layout.problem(tmp_path)
    assert isinstance(found, DataError) and "batches.meta: This file of CIFAR-10 is missing" in found.message
