"""Downloads in every layout that is documented -> submitted/STUDENT/ASSIGNMENT/."""

import io
import os
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.collect import collect
from autograder.errors import KitError
from autograder.layouts import student_id
from autograder.workspace import Workspace

COURSE = """
[course]
id = "tiny"
title = "Tiny"
[[assignment]]
name = "nearest"
title = "One notebook"
notebooks = ["knn"]
files = ["pictures/cat.txt"]
accept = ["results/*.png", "notes.txt", "x", "x/*"]
limits = { submission_bytes = 10_000 }
[[assignment]]
name = "linear"
title = "Two notebooks"
notebooks = ["svm", "softmax"]
"""
KNN = b'{"cells": []}'


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path)


def make_workspace(folder):
    (folder / "assignments").mkdir()
    (folder / "assignments" / "course.toml").write_text(COURSE)
    root = folder / "workspace"
    root.mkdir()
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.Kit.assignments = '../assignments'\n")
    return Workspace(root)


@pytest.fixture
def downloads(tmp_path):
    return tmp_path / "downloads"


def write(folder, files):
    """Write {path: bytes}; a path that ends in / is an empty folder."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


def pack(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def submitted(workspace):
    root = workspace.root / "submitted"
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()) if root.exists() else []


ALICE_AND_BOB = ["alice/nearest/knn.ipynb", "bob/nearest/knn.ipynb"]
LAYOUTS = {
    "a folder per student": {"alice/knn.ipynb": KNN, "bob/knn.ipynb": KNN},
    "wrapped": {"download/all/alice/knn.ipynb": KNN, "download/all/bob/knn.ipynb": KNN},
    "below the assignment": {"nearest/alice/knn.ipynb": KNN, "nearest/bob/knn.ipynb": KNN},
    "beside another assignment": {
        "nearest/alice/knn.ipynb": KNN,
        "nearest/bob/knn.ipynb": KNN,
        "linear/carol/svm.ipynb": KNN,
    },
    "nbgrader": {"alice/nearest/knn.ipynb": KNN, "bob/nearest/knn.ipynb": KNN, "bob/linear/svm.ipynb": KNN},
    "nested": {"alice/my work/knn.ipynb": KNN, "bob/knn.ipynb": KNN},
    "a file per student": {"alice_knn.ipynb": KNN, "bob-knn.ipynb": KNN},
    "a file with a space": {"alice knn.ipynb": KNN, "bob_knn (1).ipynb": KNN},
    "files in a wrapper": {"submissions/alice_knn.ipynb": KNN, "submissions/bob_knn_solution.ipynb": KNN},
    "just the student": {"alice.ipynb": KNN, "bob.ipynb": KNN},
    "a zip per student": {"alice.zip": pack({"knn.ipynb": KNN}), "bob_nearest.zip": pack({"nearest/knn.ipynb": KNN})},
    "a zip in a student's folder": {"alice/hw.zip": pack({"knn.ipynb": KNN}), "bob/knn.ipynb": KNN},
    "canvas": {"alice_12345_678910_knn.ipynb": KNN, "bob_LATE_12346_678911_knn-1.ipynb": KNN},
    "canvas zips": {
        "alice_12345_678910_hw.zip": pack({"knn.ipynb": KNN}),
        "bob_1_2_knn.zip": pack({"w/knn.ipynb": KNN}),
    },
    "canvas unpacked": {"alice_12345_678910_knn/knn.ipynb": KNN, "bob_12346_678911_knn/knn.ipynb": KNN},
    "moodle": {"alice_1_assignsubmission_file_/knn.ipynb": KNN, "bob_2_assignsubmission_file/knn (1).ipynb": KNN},
    "moodle flat": {"alice_1_assignsubmission_file_knn.ipynb": KNN, "bob_2_assignsubmission_file_hw.ipynb": KNN},
    "moodle with text": {
        "alice_1_assignsubmission_file_/knn.ipynb": KNN,
        "alice_1_assignsubmission_onlinetext_/onlinetext.html": b"hello",
        "bob_2_assignsubmission_file_/knn.ipynb": KNN,
    },
    "renamed": {"alice/Copy of knn.ipynb": KNN, "bob/knn_solution-final (2).ipynb": KNN},
    "renamed beyond recognition": {"alice/homework.ipynb": KNN, "bob/KNN.IPYNB": KNN},
    "with a copy beside it": {"alice/knn.ipynb": KNN, "alice/knn-Copy1.ipynb": b"old", "bob/knn.ipynb": KNN},
    "with an old one deeper": {"alice/knn.ipynb": KNN, "alice/old/knn.ipynb": b"old", "bob/knn.ipynb": KNN},
    "with junk": {
        "alice/knn.ipynb": KNN,
        "alice/.ipynb_checkpoints/knn-checkpoint.ipynb": b"old",
        "bob/knn.ipynb": KNN,
        "__MACOSX/bob/._knn.ipynb": b"",
    },
}


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_brings_alice_and_bob(workspace, downloads, layout, packed):
    source = write(downloads, LAYOUTS[layout])
    if packed:
        source = downloads.with_suffix(".zip")
        source.write_bytes(pack(LAYOUTS[layout]))
    collected = collect(workspace, "nearest", source)
    assert submitted(workspace) == ALICE_AND_BOB
    assert collected.unplaced == []
    assert {path.read_bytes() for path in workspace.root.glob("submitted/*/*/*.ipynb")} == {KNN}


@pytest.mark.parametrize(
    "files",
    [
        {"alice/svm.ipynb": b"1", "alice/softmax.ipynb": b"2"},
        {"alice_svm.ipynb": b"1", "alice-softmax (3).ipynb": b"2"},
        {"alice_77_1_svm.ipynb": b"1", "alice_77_2_softmax-1.ipynb": b"2"},
        {"alice.zip": pack({"svm.ipynb": b"1"}), "alice_softmax.ipynb": b"2"},
    ],
)
def test_two_notebooks_of_one_student_come_together(workspace, downloads, files):
    collect(workspace, "linear", write(downloads, files))
    folder = workspace.submitted("alice", "linear")
    assert [(p.name, p.read_bytes()) for p in sorted(folder.iterdir())] == [
        ("softmax.ipynb", b"2"),
        ("svm.ipynb", b"1"),
    ]


def test_a_missing_notebook_is_said(workspace, downloads):
    [placed] = collect(workspace, "linear", write(downloads, {"alice/svm.ipynb": KNN})).placed
    assert placed.notes == ["without softmax.ipynb"]


def test_a_renamed_notebook_is_said(workspace, downloads):
    [placed] = collect(workspace, "nearest", write(downloads, {"alice/Copy of knn.ipynb": KNN})).placed
    assert placed.notes == ["Copy of knn.ipynb taken as knn.ipynb"]


def test_canvas_late_is_said(workspace, downloads):
    [placed] = collect(workspace, "nearest", write(downloads, {"alice_LATE_1_2_knn.ipynb": KNN})).placed
    assert "marked LATE by Canvas" in placed.notes


UNPLACED = {
    "no student's name": ({"knn.ipynb": KNN}, "names no student"),
    "two may be it": ({"alice/a/knn.ipynb": b"1", "alice/b/knn.ipynb": b"2", "bob/knn.ipynb": KNN}, "may be knn.ipynb"),
    "two copies": ({"alice/knn (1).ipynb": b"1", "alice/knn (2).ipynb": b"2", "bob/knn.ipynb": KNN}, "may be knn"),
    "one of two folders": ({"x/y/knn.ipynb": KNN}, "either x or y may be the student"),
    "one in a wrapper": ({"x/homework.ipynb": KNN}, "either x or homework.ipynb may be the student"),
    "no notebook": ({"alice/essay.pdf": b"", "bob/knn.ipynb": KNN}, "has no knn.ipynb; holds essay.pdf"),
    "an empty folder": ({"alice/": b"", "bob/knn.ipynb": KNN}, "holds nothing"),
    "another assignment's": ({"alice/svm.ipynb": KNN, "bob/knn.ipynb": KNN}, "svm of the assignment linear"),
    "a broken zip": ({"alice.zip": b"PK\x03\x04", "bob.zip": pack({"knn.ipynb": KNN})}, "not a readable zip"),
    "a bomb": ({"alice.zip": pack({"knn.ipynb": b"0" * 300_000}), "bob/knn.ipynb": KNN}, "50,000 bytes"),
    "zip slip": ({"alice.zip": pack({"../knn.ipynb": KNN}), "bob/knn.ipynb": KNN}, "leads out of its archive"),
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


def test_namesakes_on_canvas_are_reported(workspace, downloads):
    files = {"johnsmith_1_10_knn.ipynb": b"1", "johnsmith_2_20_knn.ipynb": b"2"}
    assert len(collect(workspace, "nearest", write(downloads, files)).unplaced) == 2
    assert submitted(workspace) == []


def test_spaces_and_letters_of_any_alphabet_are_kept(workspace, downloads):
    name = unicodedata.normalize("NFD", "Zoë Müller-Ōe 李")
    [placed] = collect(workspace, "nearest", write(downloads, {f"{name}/knn.ipynb": KNN})).placed
    assert placed.student == unicodedata.normalize("NFC", name)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_a_students_id_is_one_safe_path_part(name):
    made = student_id(name)
    assert "/" not in made and "\\" not in made and not made.startswith((".", "-")) and made == made.strip(" .")
    assert made == student_id(made)  # so that what was collected can be collected again
    assert not set(made) & set("*?[]{}+%#\x00\n")


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
    assert all(path == inside or inside in path.parents for path in new)
    assert all(path.name in ("knn.ipynb", "nearest") or path.parent == inside for path in new - {inside})


def test_a_broken_notebook_is_placed_for_the_grader_to_report(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": b"<<<<<<< not JSON"}))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb"]


def test_only_what_is_asked_for_is_taken(workspace, downloads):
    files = {
        "alice/knn.ipynb": KNN,
        "alice/numpy.py": b"evil",
        "alice/pictures/cat.txt": b"meow",
        "alice/timestamp.txt": b"2000-01-01 00:00:00 UTC",
    }
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb", "alice/nearest/pictures/cat.txt"]
    assert sorted(path for path, _ in collected.left_out) == ["alice/numpy.py", "alice/timestamp.txt"]


NOTES = {"knn.ipynb": KNN, "notes.txt": b"n", "results/a.png": b"a", "results/a.exe": b"", "results/b/c.png": b""}
WITH_NOTES = [f"alice/nearest/{name}" for name in ("knn.ipynb", "notes.txt", "results/a.png")]


@pytest.mark.parametrize(
    "files",
    [
        {f"alice/{name}": data for name, data in NOTES.items()},
        {f"alice/nearest/{name}": data for name, data in NOTES.items()},
        {f"class/alice/my work/{name}": data for name, data in NOTES.items()} | {"class/bob/knn.ipynb": KNN},
        {"alice.zip": pack(NOTES)},
        {"alice_12345_678910_hw.zip": pack({f"w/{name}": data for name, data in NOTES.items()})},
    ],
    ids=["folder", "nbgrader", "nested", "zip", "canvas zip"],
)
def test_files_that_are_accepted_come_along(workspace, downloads, files):
    collect(workspace, "nearest", write(downloads, files))
    assert [path for path in submitted(workspace) if path.startswith("alice")] == WITH_NOTES
    assert (workspace.submitted("alice", "nearest") / "notes.txt").read_bytes() == b"n"


def test_accepted_files_beside_the_notebook_in_a_download_of_files(workspace, downloads):
    files = {"alice_1_10_knn.ipynb": KNN, "alice_1_11_notes.txt": b"n", "alice_1_12_essay.pdf": b""}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == WITH_NOTES[:2]
    assert [path for path, _ in collected.left_out] == ["alice_1_12_essay.pdf"]


def test_accepted_files_that_are_too_large_are_left_out_and_the_notebook_is_taken(workspace, downloads):
    files = {"alice.zip": pack({"knn.ipynb": KNN, "notes.txt": b"0" * 10_001}), "bob/knn.ipynb": KNN}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ALICE_AND_BOB
    assert any(path == "notes.txt" and "10,000 bytes" in why for path, why in collected.left_out)


def test_a_name_that_is_a_file_and_a_folder_in_a_zip(workspace, downloads):
    files = {"alice.zip": pack({"knn.ipynb": KNN, "x": b"1", "x/y": b"2", "notes.txt/z": b""})}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb", "alice/nearest/x"]
    assert ("x/y", "has the name of another file or folder") in collected.left_out


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


def test_an_unchanged_submission_does_not_become_late(workspace, downloads):
    write(downloads, {"alice/knn.ipynb": KNN})
    collect(workspace, "nearest", downloads, received="2026-11-20 23:59")
    collect(workspace, "nearest", downloads, received="2026-11-27 23:59")
    assert "2026-11-20" in (workspace.submitted("alice", "nearest") / "timestamp.txt").read_text()


@pytest.mark.parametrize("received", ["yesterday", "2026-13-01 00:00", "2026-11-20 23:59 Mars/Base"])
def test_an_unreadable_time_is_refused_before_anything_is_placed(workspace, downloads, received):
    write(downloads, {"alice/knn.ipynb": KNN})
    with pytest.raises(KitError, match="not a time"):
        collect(workspace, "nearest", downloads, received=received)
    assert submitted(workspace) == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: None, "There is no"),
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
    with pytest.raises(KitError, match="in place already"):
        collect(workspace, "nearest", Path(workspace.root, "submitted"))
