"""Hostile folders and zips are listed without harm and read within a budget."""

import io
import os
import socket
import zipfile
from pathlib import Path

import pytest

from autograder.submissions.foreign_files import Archive, ByteBudget, Folder, Refused, read_ordinary


def pack(*entries):
    """A zip's bytes; an entry is (name, data) or (ZipInfo, data)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../knn.ipynb", "leads out"),
        ("alice/../../knn.ipynb", "leads out"),
        ("..\\..\\knn.ipynb", "leads out"),
        ("/etc/knn.ipynb", "absolute"),
        ("C:\\knn.ipynb", "absolute"),
        ("C:knn.ipynb", "absolute"),
        ("a\x1b[2Jb.ipynb", "no usable name"),
        ("x" * 250 + ".ipynb", "more than 255 characters"),
        ("a/" * 50 + "knn.ipynb", "nested"),
    ],
)
def test_a_hostile_name_in_a_zip_is_refused_and_the_others_are_listed(name, why):
    listing = Archive(pack((name, b"{}"), ("fine.ipynb", b"{}"))).listing()
    assert [entry.path for entry in listing.files] == ["fine.ipynb"]
    assert why in listing.refused[0][1]


def test_a_refused_name_cannot_steer_the_terminal():
    [(name, _)] = Archive(pack(("a\x1b[2Jb.ipynb", b""))).listing().refused
    assert name == "a?[2Jb.ipynb"


def test_a_link_in_a_zip_is_refused():
    listing = Archive(pack((link("knn.ipynb"), b"/etc/passwd"))).listing()
    assert listing.files == []
    assert "link" in listing.refused[0][1]


def test_what_systems_leave_behind_is_not_listed():
    listing = Archive(pack(("__MACOSX/alice/._knn.ipynb", b""), ("alice/.DS_Store", b""))).listing()
    assert listing.files == [] and listing.refused == []


def test_backslashes_in_a_zip_separate_folders():
    [entry] = Archive(pack(("alice\\knn.ipynb", b"{}"))).listing().files
    assert entry.parts == ("alice", "knn.ipynb")


def test_a_bomb_is_stopped_at_the_budget():
    [entry] = Archive(pack(("knn.ipynb", b"0" * 10_000_000))).listing().files
    budget = ByteBudget(100_000)
    with pytest.raises(Refused, match="100,000 bytes"):
        entry.read(budget)
    assert budget.used < 300_000  # it stopped there without unpacking the rest


def test_the_budget_is_for_all_files_together():
    first, second = Archive(pack(("a", b"0" * 600), ("b", b"0" * 600))).listing().files
    budget = ByteBudget(1000)
    first.read(budget)
    with pytest.raises(Refused):
        second.read(budget)


def test_a_size_that_lies_does_not_help():
    data = bytearray(pack(("knn.ipynb", b"0" * 1_000_000)))
    start = data.index(b"PK\x01\x02")
    data[start + 24 : start + 28] = (10).to_bytes(4, "little")  # the stated uncompressed size
    [entry] = Archive(bytes(data)).listing().files
    with pytest.raises(Refused):
        entry.read(ByteBudget(1000))


def test_an_encrypted_file_is_refused():
    data = bytearray(pack(("knn.ipynb", b"{}")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    [entry] = Archive(bytes(data)).listing().files
    with pytest.raises(Refused, match="^is encrypted; hand it in without a password$"):
        entry.read(ByteBudget(1000))


def test_a_name_in_utf_8_that_does_not_say_so_is_read_as_utf_8():
    data = pack(("Łukasz/knn.ipynb", b""))  # zipfile itself sets the flag, 0x800
    start = data.index(b"PK\x01\x02") + 8
    unsaid = data[:6] + bytes(2) + data[8:start] + bytes(2) + data[start + 2 :]
    assert [entry.parts for entry in Archive(unsaid).listing().files] == [("Łukasz", "knn.ipynb")]


def test_a_damaged_file_is_refused():
    data = pack(("knn.ipynb", os.urandom(1000)))
    broken = data[:200] + bytes(100) + data[300:]
    [entry] = Archive(broken).listing().files
    with pytest.raises(Refused, match="cannot be unpacked"):
        entry.read(ByteBudget(10_000))


UNREADABLE = {
    "empty": b"",
    "no zip": b"not a zip",
    "only a header": b"PK\x03\x04" + bytes(50),
    "cut off": pack(("a", b"b"))[:-30],  # contains the current time, so it must not be part of a test's name
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_zip_is_refused(data):
    with pytest.raises(Refused, match="not a readable zip"):
        Archive(data)


def test_an_archive_of_too_many_files_is_refused():
    data = pack(*((f"{i}", b"") for i in range(30)))
    with pytest.raises(Refused, match="more than 20 files"):
        Archive(data, max_entries=20)


def test_links_pipes_and_sockets_in_a_folder_are_refused(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text("{}")
    folder = tmp_path / "from"
    (folder / "alice").mkdir(parents=True)
    (folder / "alice" / "knn.ipynb").symlink_to(secret)
    (folder / "bob").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.ipynb")
    listing = Folder(folder).listing()
    assert listing.files == []
    assert sorted(name for name, _ in listing.refused) == ["alice/knn.ipynb", "bob", "pipe.ipynb"]


def test_a_file_that_turns_into_a_link_is_not_followed(tmp_path):
    (tmp_path / "knn.ipynb").write_text("{}")
    [entry] = Folder(tmp_path).listing().files
    (tmp_path / "knn.ipynb").unlink()
    (tmp_path / "knn.ipynb").symlink_to("/etc/passwd")
    with pytest.raises(Refused):
        entry.read(ByteBudget(1_000_000))


def test_a_folder_that_turns_into_a_link_is_not_followed(tmp_path):
    (tmp_path / "from" / "alice").mkdir(parents=True)
    (tmp_path / "from" / "alice" / "knn.ipynb").write_text("{}")
    [entry] = Folder(tmp_path / "from").listing().files
    (tmp_path / "from" / "alice").rename(tmp_path / "elsewhere")
    (tmp_path / "from" / "alice").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="in a folder that is a link"):
        entry.read(ByteBudget(1000))


def test_a_file_that_turns_into_a_pipe_is_not_waited_for(tmp_path):
    (tmp_path / "knn.ipynb").write_text("{}")
    [entry] = Folder(tmp_path).listing().files
    (tmp_path / "knn.ipynb").unlink()
    os.mkfifo(tmp_path / "knn.ipynb")
    with pytest.raises(Refused, match="not an ordinary file"):
        entry.read(ByteBudget(1000))


def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path is limited to about a hundred characters
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("knn.ipynb")
        with pytest.raises(Refused, match="not an ordinary file"):  # opening the socket would raise another error
            read_ordinary(tmp_path, ("knn.ipynb",), ByteBudget(1000))
    with pytest.raises(Refused, match="not an ordinary file"):
        read_ordinary(Path("/dev"), ("zero",), ByteBudget(1000))


def test_a_file_that_is_gone(tmp_path):
    (tmp_path / "knn.ipynb").write_text("{}")
    [entry] = Folder(tmp_path).listing().files
    (tmp_path / "knn.ipynb").unlink()
    with pytest.raises(Refused, match="disappeared before it could be read"):
        entry.read(ByteBudget(1000))


def test_second_names_of_ones_own_files_are_read(tmp_path):
    (tmp_path / "knn.ipynb").write_text("{}")
    os.link(tmp_path / "knn.ipynb", tmp_path / "snapshot.ipynb")
    assert [entry.read(ByteBudget(1000)) for entry in Folder(tmp_path).listing().files] == [b"{}", b"{}"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another owner")
def test_a_second_name_of_somebody_elses_file_is_refused(tmp_path):
    (tmp_path / "secret").write_text("solutions")
    folder = tmp_path / "alice"
    folder.mkdir()
    os.link(tmp_path / "secret", folder / "knn.ipynb")
    os.chown(folder, 12345, 12345)  # the student owns the folder, root the file
    listing = Folder(folder).listing()
    assert listing.files == [] and "hard link" in listing.refused[0][1]
    with pytest.raises(Refused, match="hard link"):
        read_ordinary(folder, ("knn.ipynb",), ByteBudget(1000))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another owner")
def test_a_file_with_one_name_is_read_whoever_owns_it(tmp_path):
    (tmp_path / "knn.ipynb").write_text("{}")
    os.chown(tmp_path / "knn.ipynb", 12345, 12345)
    [entry] = Folder(tmp_path).listing().files
    assert entry.read(ByteBudget(1000)) == b"{}"


def test_folders_nested_without_end_are_refused(tmp_path):
    deep = tmp_path
    for _ in range(55):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "knn.ipynb").write_text("{}")
    listing = Folder(tmp_path).listing()
    assert listing.files == []
    assert "nested" in listing.refused[0][1]


@pytest.mark.parametrize("name", ["x" * 249 + ".ipynb", "a/" * 49 + "knn.ipynb", "a//./b", "./a", "a b\u00e9", "ab:c"])
def test_a_usable_name_in_a_zip_is_listed(name):
    listing = Archive(pack((name, b""))).listing()
    assert len(listing.files) == 1 and listing.refused == []
    assert listing.files[0].parts == tuple(part for part in name.split("/") if part not in ("", "."))


@pytest.mark.parametrize("name", ["a\tb", "a\x1fb", "/", "./.", "\\a", "z:a", "a/..", ".."])
def test_a_name_that_leads_nowhere_is_refused(name):
    assert Archive(pack((name, b""))).listing().files == []


def test_a_device_in_a_zip_is_refused():
    info = zipfile.ZipInfo("knn.ipynb")
    info.external_attr = 0o020666 << 16
    [(_, why)] = Archive(pack((info, b""))).listing().refused
    assert why == "is not an ordinary file"


JUNK = ["__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", ".virtual_documents", ".venv", "venv"]


@pytest.mark.parametrize(
    "name", [*(f"alice/{folder}/x" for folder in JUNK), ".DS_Store", "a/Thumbs.db", "desktop.ini", "a/._x"]
)
def test_what_systems_and_tools_leave_is_listed_neither_in_a_folder_nor_in_a_zip(tmp_path, name):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"")
    for source in (Folder(tmp_path), Archive(pack((name, b""), ("fine/.gitignore", b"")))):
        found = source.listing()
        assert [entry.path for entry in found.files] in ([], ["fine/.gitignore"]) and found.refused == []
        assert not any(part in JUNK for parts in found.folders for part in parts)


def test_ten_thousand_entries_of_a_zip_are_listed_and_no_more():
    data = pack(*((f"{n}", b"") for n in range(10_000)))
    assert len(Archive(data).listing().files) == 10_000
    with pytest.raises(Refused, match="more than 10,000 files and folders"):
        Archive(pack(*((f"{n}", b"") for n in range(10_001))))


def both(tmp_path, *names):
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    return Folder(tmp_path), Archive(pack(*((name, b"") for name in names)))


def test_what_lies_in_a_folder_and_what_lies_below_it(tmp_path):
    for source in both(tmp_path, "top", "a/one", "a/b/two", "c/three"):
        found = source.children(("a",))
        assert ([entry.path for entry in found.files], found.folders) == (["a/one"], [("a", "b")])
        below = source.below(("a",), 10)
        assert sorted(entry.path for entry in below.files) == ["a/b/two", "a/one"] and below.folders == [("a", "b")]
        top = source.children(())
        assert [entry.path for entry in top.files] == ["top"] and sorted(top.folders) == [("a",), ("c",)]


def test_as_many_as_the_limit_may_lie_below_a_folder(tmp_path):
    for source in both(tmp_path, "a/1", "a/b/2", "x"):
        assert source.below(("a",), 3).refused == []
        assert ("a", "holds more than 2 files and folders") in source.below(("a",), 2).refused


def test_a_budget_may_be_spent_to_the_last_byte():
    class_, student = ByteBudget(15), None
    student = ByteBudget(10, of_class=class_)
    student.check(10)
    student.take(10)
    assert (student.used, class_.used) == (10, 10)
    with pytest.raises(Refused, match="holds more than the 10 bytes a submission may have"):
        student.take(1)
    other = ByteBudget(10, of_class=ByteBudget(4))
    other.check(4)
    with pytest.raises(Refused, match="exceeds the 4 bytes that are read from one download"):
        other.check(5)
    assert other.used == 0  # an exhausted class budget does not count against the student


def test_once_too_much_is_asked_for_a_budget_is_spent():
    budget = ByteBudget(10)
    with pytest.raises(Refused):
        budget.check(11)
    with pytest.raises(Refused):
        budget.check(0)


def test_an_entry_is_read_to_the_last_byte_of_the_budget(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 70_000)
    for source in (Folder(tmp_path), Archive(pack(("a", b"x" * 70_000)))):
        [entry] = source.listing().files
        assert (entry.name, entry.path, entry.size) == ("a", "a", 70_000)
        assert entry.read(ByteBudget(70_000)) == b"x" * 70_000
        with pytest.raises(Refused, match="69,999 bytes"):
            entry.read(ByteBudget(69_999))
