"""From downloads to submitted/STUDENT/ASSIGNMENT/: files placed, replaced, kept and refused, and the messages."""

import os
import unicodedata
from pathlib import Path

import pytest
from downloads import ALICE_AND_BOB, KNN, make_workspace, pack, submitted, write
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import KitError
from autograder.submissions.collect import collect


def test_a_folder_that_nbgrader_made_is_not_shared_with_a_name_in_another_case(workspace, downloads):
    write(workspace.root, {"submitted/alice/nearest/knn.ipynb": b"1"})
    collected = collect(workspace, "nearest", write(downloads, {"Alice/knn.ipynb": b"2"}))
    assert "would share a folder with 'alice'" in str(collected.unplaced)
    assert (workspace.submitted("alice", "nearest") / "knn.ipynb").read_bytes() == b"1"


@pytest.mark.parametrize("name", ["NUL.txt", "a\u202etxt.png", "a\x07.png", "x.txt.", "a:b.txt"])
def test_a_file_that_not_every_system_can_hold_is_left_out(workspace, downloads, name):
    collected = collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": KNN, f"alice/x/{name}": b""}))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb"]
    assert "has a name" in str(collected.left_out)


def test_one_huge_hand_in_is_refused_by_what_it_states_and_the_others_are_placed(workspace, downloads):
    write(downloads, {"alice/": b"", "bob/knn.ipynb": KNN})
    with (downloads / "alice" / "knn.ipynb").open("wb") as file:
        file.truncate(20_000_000_000)  # a sparse file; reading it would take minutes
    collected = collect(workspace, "nearest", downloads)
    assert submitted(workspace) == ["bob/nearest/knn.ipynb"]
    assert collected.unplaced == [("alice", "alice/knn.ipynb holds more than the 50,000 bytes a submission may have")]


def test_what_states_too_large_a_size_is_not_read_at_all(workspace, downloads, monkeypatch):
    write(downloads, {"alice/knn.ipynb": b" " * 60_000})
    monkeypatch.setattr("autograder.submissions.foreign_files._read_all", lambda *_: pytest.fail("read"))
    assert "50,000 bytes" in str(collect(workspace, "nearest", downloads).unplaced)


def test_a_class_that_is_too_large_together_loses_its_largest_and_is_told(workspace, downloads, monkeypatch):
    monkeypatch.setattr("autograder.submissions.collect.MAX_CLASS_BYTES", 25_000)
    sizes = {"a": 20_000, "b": 10_000, "c": 100, "d": 9_000}
    files = {f"{name}/knn.ipynb": b" " * size for name, size in sizes.items()}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert [placed.student for placed in collected.placed] == ["b", "c", "d"]
    [(who, why)] = collected.unplaced
    assert who == "a" and "a/knn.ipynb exceeds the 25,000 bytes" in why


UNPLACED = {
    "no student's name": ({"knn.ipynb": KNN}, "does not name a student"),
    "two may be it": ({"alice/a/knn.ipynb": b"1", "alice/b/knn.ipynb": b"2", "bob/knn.ipynb": KNN}, "may be knn.ipynb"),
    "two copies": ({"alice/knn (1).ipynb": b"1", "alice/knn (2).ipynb": b"2", "bob/knn.ipynb": KNN}, "may be knn"),
    "one of two folders": ({"x/y/knn.ipynb": KNN}, "either x or y may be the student"),
    "one in a wrapper": ({"x/homework.ipynb": KNN}, "either x or homework.ipynb may be the student"),
    "no notebook": ({"alice/essay.pdf": b"", "bob/knn.ipynb": KNN}, "has no knn.ipynb; it holds essay.pdf"),
    "an empty folder": ({"alice/": b"", "bob/knn.ipynb": KNN}, "holds no files"),
    "another assignment's": ({"alice/svm.ipynb": KNN, "bob/knn.ipynb": KNN}, "svm of the assignment linear"),
    "a broken zip": ({"alice.zip": b"PK\x03\x04", "bob.zip": pack({"knn.ipynb": KNN})}, "not a readable zip"),
    "a bomb": ({"alice.zip": pack({"knn.ipynb": b"0" * 300_000}), "bob/knn.ipynb": KNN}, "50,000 bytes"),
    "zip slip": ({"alice.zip": pack({"../knn.ipynb": KNN}), "bob/knn.ipynb": KNN}, "leads outside its archive"),
    "a zip in a zip": ({"alice.zip": pack({"a.zip": pack({"knn.ipynb": KNN})}), "bob/knn.ipynb": KNN}, "has no knn"),
    "dots": ({".../knn.ipynb": KNN, "bob/knn.ipynb": KNN}, "no letter or digit"),
    "too long a name": ({"é" * 70 + "/knn.ipynb": KNN, "bob/knn.ipynb": KNN}, "more than 128 bytes"),
}


@pytest.mark.parametrize("case", UNPLACED)
def test_what_cannot_be_placed_is_reported_and_the_rest_goes_on(workspace, downloads, case):
    files, why = UNPLACED[case]
    collected = collect(workspace, "nearest", write(downloads, files))
    assert any(why in reason for _, reason in collected.unplaced), collected.unplaced
    assert submitted(workspace) == (["bob/nearest/knn.ipynb"] if "bob" in str(files) else [])


@pytest.mark.parametrize(
    "names",
    [("Ann B", "Ann  B"), ("a:b", "a*b"), ("Alice", "alice"), ("José", unicodedata.normalize("NFD", "José"))],
)
def test_names_that_would_share_a_folder_are_reported_not_merged(workspace, downloads, names):
    collected = collect(workspace, "nearest", write(downloads, {f"{name}/knn.ipynb": KNN for name in names}))
    assert submitted(workspace) == []
    assert len(collected.unplaced) == 2 and "share one folder" in collected.unplaced[0][1]


def test_spaces_and_letters_of_any_alphabet_are_kept(workspace, downloads):
    name = unicodedata.normalize("NFD", "Zoë Müller-Ōe 李")
    [placed] = collect(workspace, "nearest", write(downloads, {f"{name}/knn.ipynb": KNN})).placed
    assert placed.student == unicodedata.normalize("NFC", name)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30),
        st.binary(max_size=40),
        max_size=6,
    )
)
def test_no_zip_whatever_writes_outside_of_submitted(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("any")
    workspace = make_workspace(folder)
    source = folder / "x.zip"
    names = [f"{prefix}{name}" for name in files for prefix in ("", "../", "/tmp/", "alice/")]
    source.write_bytes(pack({f"{name}/knn.ipynb": data for name, data in zip(names, files.values(), strict=False)}))
    before = {path for path in folder.rglob("*")}
    try:
        collect(workspace, "nearest", source)
    except KitError:
        pass
    new = {path for path in folder.rglob("*")} - before
    inside = workspace.root / "submitted"
    record = workspace.root / ".cs231n" / "collected" / "nearest.jsonl"
    new -= {record, record.parent, record.parent.parent}
    assert all(path == inside or inside in path.parents for path in new)
    assert all(path.name in ("knn.ipynb", "nearest") or path.parent == inside for path in new - {inside})


def test_a_file_may_become_a_folder_in_a_later_submission(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": KNN, "alice/x": b"1"}))
    collect(workspace, "nearest", write(downloads.with_name("later"), {"alice/knn.ipynb": KNN, "alice/x/y": b"2"}))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb", "alice/nearest/x/y"]


def test_links_are_not_followed(workspace, downloads, tmp_path):
    secret = write(tmp_path / "secret", {"knn.ipynb": b"secret"})
    write(downloads, {"alice/": b"", "bob/knn.ipynb": KNN})
    (downloads / "alice" / "knn.ipynb").symlink_to(secret / "knn.ipynb")
    (downloads / "carol").symlink_to(secret)
    collected = collect(workspace, "nearest", downloads)
    assert submitted(workspace) == ["bob/nearest/knn.ipynb"]
    assert ("alice/knn.ipynb", "is a link, and links are not followed") in collected.unplaced


def test_nothing_is_written_through_a_link(workspace, downloads, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (workspace.root / "submitted").mkdir()
    (workspace.root / "submitted" / "alice").symlink_to(tmp_path / "elsewhere")
    collected = collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": KNN}))
    assert os.listdir(tmp_path / "elsewhere") == []
    assert "is a link" in collected.unplaced[0][1]


def test_collecting_again_changes_nothing(workspace, downloads):
    write(downloads, {"alice/knn.ipynb": KNN})
    collect(workspace, "nearest", downloads)
    [path] = workspace.root.glob("submitted/*/*/*")
    before = path.stat()
    [placed] = collect(workspace, "nearest", downloads).placed
    assert placed.state == "unchanged"
    assert path.stat().st_ino == before.st_ino and path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_changed_file_replaces_the_earlier_and_the_others_stay(workspace, downloads):
    collect(workspace, "linear", write(downloads, {"alice/svm.ipynb": b"1", "alice/softmax.ipynb": b"1"}))
    collected = collect(workspace, "linear", write(downloads.with_name("later"), {"alice/svm.ipynb": b"2"}))
    folder = workspace.submitted("alice", "linear")
    assert collected.placed[0].state == "replaced"
    assert (folder / "svm.ipynb").read_bytes() == b"2" and (folder / "softmax.ipynb").read_bytes() == b"1"


def test_a_run_that_was_killed_between_its_renames_is_mended(workspace, downloads, monkeypatch):
    collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": b"1"}))
    rename, renames = os.rename, []

    def killed_at_the_second(*paths):
        renames.append(paths)
        if len(renames) == 2:
            raise KeyboardInterrupt
        rename(*paths)

    monkeypatch.setattr(os, "rename", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": b"2"}))
    monkeypatch.undo()
    collect(workspace, "nearest", write(downloads.with_name("other"), {"bob/knn.ipynb": KNN}))
    assert submitted(workspace) == ALICE_AND_BOB
    assert (workspace.submitted("alice", "nearest") / "knn.ipynb").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2026-11-20 23:59", "2026-11-20 23:59:00.000000 UTC\n"),
        ("2026-11-20 23:59 +0100", "2026-11-20 22:59:00.000000 UTC\n"),
        ("2026-11-20 23:59 Europe/Berlin", "2026-11-20 22:59:00.000000 UTC\n"),
        ("2026-11-20T23:59:30Z", "2026-11-20 23:59:30.000000 UTC\n"),
    ],
)
def test_the_time_of_receipt_is_written_for_nbgrader(workspace, downloads, given, written):
    from nbgrader.utils import parse_utc

    collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": KNN}), received=given)
    text = (workspace.submitted("alice", "nearest") / "timestamp.txt").read_text()
    assert text == written
    assert str(parse_utc(text.strip())) == written[:19]


def test_a_notebook_that_may_be_large_only_for_its_outputs_is_left_to_the_grader(workspace, downloads):
    limit = workspace.course.assignment("nearest").limits.submission_bytes
    collected = collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": b" " * 3 * limit}))
    assert [placed.student for placed in collected.placed] == ["alice"]


def test_a_corrected_time_of_receipt_is_written_and_said(workspace, downloads):
    write(downloads, {"alice/knn.ipynb": KNN})
    stamp = workspace.submitted("alice", "nearest") / "timestamp.txt"
    first = collect(workspace, "nearest", downloads, received="2026-11-20 23:59")
    assert first.received == "2026-11-20 23:59 UTC (taken as UTC, because no time zone was given)"
    second = collect(workspace, "nearest", downloads, received="2026-11-20 23:59 America/Los_Angeles")
    assert second.received == "2026-11-20 23:59 America/Los_Angeles is 2026-11-21 07:59 UTC"
    [placed] = second.placed
    assert placed.state == "time changed"
    assert placed.notes == ["received time changed from 2026-11-20 23:59 UTC to 2026-11-21 07:59 UTC"]
    assert stamp.read_text() == "2026-11-21 07:59:00.000000 UTC\n"
    assert collect(workspace, "nearest", downloads).placed[0].state == "unchanged"
    assert stamp.read_text() == "2026-11-21 07:59:00.000000 UTC\n"


def test_a_time_of_receipt_that_was_forgotten_is_added_and_said(workspace, downloads):
    write(downloads, {"alice/knn.ipynb": KNN})
    collect(workspace, "nearest", downloads)
    [placed] = collect(workspace, "nearest", downloads, received="2026-11-20 23:59").placed
    assert (placed.state, placed.notes) == ("time changed", ["received time set to 2026-11-20 23:59 UTC"])
    [placed] = collect(workspace, "nearest", downloads, received="2026-11-20 23:59").placed
    assert (placed.state, placed.notes) == ("unchanged", [])


def test_other_work_without_a_time_keeps_the_earlier_time_and_that_is_said(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": b"1"}), received="2026-11-20 23:59")
    [placed] = collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": b"2"})).placed
    kept = "keeps the earlier submission's time, 2026-11-20 23:59 UTC; set another with --received"
    assert (placed.state, placed.notes) == ("replaced", [kept])
    assert (workspace.submitted("alice", "nearest") / "timestamp.txt").read_text().startswith("2026-11-20 23:59:00")


@pytest.mark.parametrize("received", ["yesterday", "2026-13-01 00:00", "2026-11-20 23:59 Mars/Base"])
def test_an_unreadable_time_is_refused_before_anything_is_placed(workspace, downloads, received):
    write(downloads, {"alice/knn.ipynb": KNN})
    with pytest.raises(KitError, match="not a time"):
        collect(workspace, "nearest", downloads, received=received)
    assert submitted(workspace) == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: None, "/from does not exist"),
        (lambda p: p.write_text("text"), "not a readable zip"),
        (lambda p: p.mkdir(), "is empty"),
    ],
)
def test_a_source_without_submissions_is_refused(workspace, tmp_path, make, message):
    make(tmp_path / "from")
    with pytest.raises(KitError, match=message):
        collect(workspace, "nearest", tmp_path / "from")


def test_the_workspaces_own_submissions_are_refused(workspace):
    (workspace.root / "submitted").mkdir()
    with pytest.raises(KitError, match="are already in place"):
        collect(workspace, "nearest", Path(workspace.root, "submitted"))
