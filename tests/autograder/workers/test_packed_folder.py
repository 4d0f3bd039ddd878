"""A folder of modules, packed as bytes and unpacked again."""

import hashlib
import io
import os
import zipfile

from autograder.workers.packed_folder import PackedFolder


def test_a_packed_folder_is_the_same_bytes_and_is_unpacked_once(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "package" / "__pycache__").mkdir(parents=True)
        (tmp_path / name / "package" / "__pycache__" / "module.pyc").write_text(name)
        (tmp_path / name / "package" / "module.py").write_text("x = 1")
        (tmp_path / name / "package" / "_fast.cpython-311.so").write_text("")
    packed = PackedFolder.of(tmp_path / "one")
    assert packed == PackedFolder.of(tmp_path / "two")
    assert packed.extension_modules() == ["package._fast"]
    folder = packed.unpack(tmp_path / "cache")
    before = folder.stat().st_ino
    assert packed.unpack(tmp_path / "cache").stat().st_ino == before
    assert (folder / "package" / "module.py").read_text() == "x = 1"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [packed.name]


def packed(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / "folder" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return PackedFolder.of(tmp_path / "folder")


def test_neither_times_nor_owners_nor_rights_are_packed(tmp_path):
    first = packed(tmp_path, a="1", package__b="2")
    os.utime(tmp_path / "folder" / "a", (0, 0))
    (tmp_path / "folder" / "a").chmod(0o600)
    assert PackedFolder.of(str(tmp_path / "folder")) == first


def test_the_name_is_a_hash_of_what_is_in_it(tmp_path):
    first = packed(tmp_path, a="1")
    assert first.name == hashlib.sha256(first.archive).hexdigest()[:16]
    assert packed(tmp_path, a="2").name != first.name and packed(tmp_path, a="1") == first


def test_files_are_packed_in_one_order_under_their_paths(tmp_path):
    archive = packed(tmp_path, b="2", a="1", deep__er__c="3").archive
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        assert file.namelist() == ["a", "b", "deep/er/c"]
        assert {info.compress_type for info in file.infolist()} == {zipfile.ZIP_DEFLATED}


def test_a_folder_that_is_there_is_not_made_again(tmp_path):
    found = packed(tmp_path, a="1")
    (tmp_path / "cache" / found.name).mkdir(parents=True)
    assert list(found.unpack(tmp_path / "cache").iterdir()) == []


def test_compiled_modules_are_named_as_they_are_imported(tmp_path):
    found = packed(
        tmp_path,
        **{"p__q___fast.cpython-311-x86_64-linux-gnu.so": "", "top.pyd": "", "p__module.py": "", "p__notes.so.txt": ""},
    )
    assert sorted(found.extension_modules()) == ["p.q._fast", "top"]
