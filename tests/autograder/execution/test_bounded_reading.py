"""Files under submitted/ are untrusted: reading them ends, whatever their size and kind."""

import os

import pytest

from autograder.grading.receipts import Receipts
from autograder.grading.sanitize import UnreadableNotebook, read_submitted
from autograder.grading.surroundings import surroundings
from autograder.submissions import collect

BEYOND = 1_100_000  # bytes; the tiny course reads no more of a notebook than five times its submission_bytes


@pytest.fixture
def digest(tiny):
    """digest() is the digest of the submission in `folder`."""
    assignment = tiny.course.assignment("sums")
    receipts = Receipts(tiny, assignment, surroundings(tiny, assignment))
    return lambda: receipts.digest("ada")


@pytest.fixture
def folder(tiny):
    folder = tiny.submitted("ada", "sums")
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", ["adding.ipynb", "timestamp.txt"])
def test_a_receipt_reads_no_more_of_a_file_than_grading_does(digest, folder, name):
    path = folder / name
    path.touch()
    os.truncate(path, BEYOND)
    before = digest()
    with path.open("r+b") as file:
        file.seek(BEYOND - 1)
        file.write(b"x")
    assert digest() == before
    path.write_bytes(b"x" * 1000)
    small = digest()
    path.write_bytes(b"y" * 1000)
    assert len({before, small, digest()}) == 3


def test_a_file_of_a_petabyte_ends_soon(tiny, digest, folder):
    path = folder / "adding.ipynb"
    path.touch()
    try:
        os.truncate(path, 10**15)
    except OSError:
        os.truncate(path, 10**12)
    digest()
    with pytest.raises(UnreadableNotebook, match="holds more than the 1,000,000 bytes"):
        read_submitted(path, tiny.course.assignment("sums").limits)


def test_a_receipt_waits_for_no_pipe_and_follows_no_link(digest, folder, tmp_path):
    os.mkfifo(folder / "adding.ipynb")
    (tmp_path / "secret").write_text("1")
    (folder / "squaring.ipynb").symlink_to(tmp_path / "secret")
    before = digest()
    (tmp_path / "secret").write_text("2")
    assert digest() == before


def test_a_receipt_does_not_follow_a_folder_that_is_a_link(tiny, digest, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "sums").mkdir(parents=True)
    (tiny.root / "submitted").mkdir(exist_ok=True)
    (tiny.root / "submitted" / "ada").symlink_to(elsewhere)
    before = digest()
    (elsewhere / "sums" / "adding.ipynb").write_text("secret")
    assert digest() == before


def test_collecting_anew_leaves_behind_what_is_too_large_to_keep(tiny, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "MAX_EARLIER_BYTES", 1000)
    (folder / "huge.bin").touch()
    os.truncate(folder / "huge.bin", 10**12)
    (folder / "notes.txt").write_text("kept")
    inbox = tmp_path / "inbox" / "ada"
    inbox.mkdir(parents=True)
    (inbox / "adding.ipynb").write_text("{}")
    (placed,) = collect.collect(tiny, "sums", inbox.parent).placed
    assert sorted(path.name for path in folder.iterdir()) == ["adding.ipynb", "notes.txt"]
    assert any("huge.bin of the earlier submission is not kept: it holds more than" in note for note in placed.notes)
