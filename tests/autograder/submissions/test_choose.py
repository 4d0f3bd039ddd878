"""Which of a student's files is taken as which notebook, and which other files are kept."""

import pytest
from downloads import ALICE_AND_BOB, KNN, pack, submitted, write

from autograder.submissions.collect import collect

LATEST = {  # the platform's own order decides, not the students' file names
    "canvas": {f"leeann_1001_50{n}_knn{suffix}.ipynb": b"%d" % n for n, suffix in enumerate(["", "-1", "-2"])},
    "blackboard": {f"HW_alee_attempt_2026-11-{20 + n}-09-00-00_knn.ipynb": b"%d" % n for n in range(3)},
    "blackboard, renamed": {f"HW_alee_attempt_2026-11-{20 + n}-09-00-00_v{n}.ipynb": b"%d" % n for n in range(3)},
    "brightspace": {
        f"1-2 - Ann Lee - {time}/knn.ipynb": b"%d" % n
        for n, time in enumerate(["Nov 20, 2026 1159 AM", "Nov 20, 2026 1230 PM", "Nov 20, 2026 115 PM"])
    },
}


@pytest.mark.parametrize("platform", LATEST)
def test_the_latest_attempt_counts_and_the_others_are_mentioned(workspace, downloads, platform):
    collected = collect(workspace, "nearest", write(downloads, LATEST[platform]))
    [path] = workspace.root.glob("submitted/*/*/*.ipynb")
    assert path.read_bytes() == b"2"
    assert len(collected.left_out) == 2 and collected.unplaced == []


def test_a_notebook_may_come_from_an_earlier_attempt(workspace, downloads):
    files = {
        "HW_alee_attempt_2026-11-20-09-00-00_svm.ipynb": b"1",
        "HW_alee_attempt_2026-11-20-09-00-00_softmax.ipynb": b"1",
        "HW_alee_attempt_2026-11-21-09-00-00_svm.ipynb": b"2",
    }
    collect(workspace, "linear", write(downloads, files))
    folder = workspace.submitted("alee", "linear")
    assert (folder / "svm.ipynb").read_bytes() == b"2" and (folder / "softmax.ipynb").read_bytes() == b"1"


def test_accepted_files_come_from_the_latest_attempt(workspace, downloads):
    names = ("knn.ipynb", "notes.txt")
    files = {f"HW_alee_attempt_2026-11-2{n}-09-00-00_{name}": b"%d" % n for n in (0, 2, 1) for name in names}
    collect(workspace, "nearest", write(downloads, files))
    assert {path.read_bytes() for path in workspace.submitted("alee", "nearest").iterdir()} == {b"2"}


@pytest.mark.parametrize("suffix", [".ipynb.txt", ".ipynb.json", ".json", ".IPYNB.TXT"])
@pytest.mark.parametrize(
    "prefix",
    [
        "alice/knn", "alice_knn", "alice", "x_alice/knn", "Ann Lee_301_assignsubmission_file_/knn",
        "leeann_1001_501_knn", "HW_alee_attempt_2026-11-20-10-00-00_knn", "nearest-submissions/nearest-octocat/knn",
        "1-2 - Ann Lee - Nov 20, 2026 1000 AM/knn",
    ],
)  # fmt: skip
def test_a_notebook_that_a_browser_has_renamed_is_taken(workspace, downloads, prefix, suffix):
    [placed] = collect(workspace, "nearest", write(downloads, {f"{prefix}{suffix}": KNN})).placed
    assert placed.notebooks == ["knn"]
    assert (workspace.submitted(placed.student, "nearest") / "knn.ipynb").read_bytes() == KNN


def test_the_notebook_is_preferred_to_a_renamed_one(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"alice/knn.json": b'{"cells": [1]}', "alice/knn.ipynb": KNN}))
    assert (workspace.submitted("alice", "nearest") / "knn.ipynb").read_bytes() == KNN


@pytest.mark.parametrize(
    "files",
    [
        {"alice/svm.ipynb": b"1", "alice/softmax.ipynb": b"2"},
        {"alice_svm.ipynb": b"1", "alice-softmax (3).ipynb": b"2"},
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
    assert placed.notes == ["missing: softmax.ipynb"]


def test_a_renamed_notebook_is_said(workspace, downloads):
    [placed] = collect(workspace, "nearest", write(downloads, {"alice/Copy of knn.ipynb": KNN})).placed
    assert placed.notes == ["Copy of knn.ipynb taken as knn.ipynb"]


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
    ],
    ids=["folder", "nbgrader", "nested", "zip"],
)
def test_files_that_are_accepted_come_along(workspace, downloads, files):
    collect(workspace, "nearest", write(downloads, files))
    assert [path for path in submitted(workspace) if path.startswith("alice")] == WITH_NOTES
    assert (workspace.submitted("alice", "nearest") / "notes.txt").read_bytes() == b"n"


def test_accepted_files_beside_the_notebook_in_a_download_of_files(workspace, downloads):
    files = {"alice_1_10_knn.ipynb": KNN, "alice_1_11_notes.txt": b"n", "alice_1_12_essay.pdf": b""}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ["1/nearest/knn.ipynb", "1/nearest/notes.txt"]
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
    assert ("x/y", "has the same name as another file or folder") in collected.left_out


@pytest.mark.parametrize(
    ("files", "notebook", "notes"),
    [
        ({"knn.ipynb": b"1", "my knn.ipynb": b"2"}, b"1", []),
        ({"my knn.ipynb": b"1", "homework.ipynb": b"2"}, b"1", ["my knn.ipynb taken as knn.ipynb"]),
        ({"homework.ipynb": b"1"}, b"1", ["homework.ipynb taken as knn.ipynb"]),
        ({"a/knn.ipynb": b"1", "b/c/knn.ipynb": b"2"}, b"1", []),
        ({"a/knn.ipynb": b"1", "b/knn.ipynb": b"1"}, b"1", []),  # the two are equal
        ({"knn.json": b'{"cells": [1]}', "my knn.ipynb": b"1"}, b"1", ["my knn.ipynb taken as knn.ipynb"]),
        ({"knn.json": b'{"worksheets": []}'}, b'{"worksheets": []}', ["knn.json taken as knn.ipynb"]),
    ],
)  # fmt: skip
def test_an_exact_name_wins_then_a_word_then_the_only_notebook(workspace, downloads, files, notebook, notes):
    files = {f"alice/{name}": data for name, data in files.items()} | {"bob/knn.ipynb": KNN}
    placed = collect(workspace, "nearest", write(downloads, files)).placed[0]
    assert (workspace.submitted("alice", "nearest") / "knn.ipynb").read_bytes() == notebook
    assert [note for note in placed.notes if "taken as" in note] == notes


REFUSED = {
    "two that are not named": (
        {"a.ipynb": KNN, "b.ipynb": KNN},
        "has no knn.ipynb; it holds a.ipynb (is not a notebook of",
    ),
    "two that differ": (
        {"a/knn.ipynb": b"1", "b/knn.ipynb": b"2"},
        "2 files may be knn.ipynb: alice/a/knn.ipynb, alice/b",
    ),
    "another's": ({"svm.ipynb": KNN}, "holds svm.ipynb (is svm of the assignment linear)"),
    "one that may be two": ({"svm softmax.ipynb": KNN}, "(may be svm or softmax)"),
    "five files": ({f"{n}.pdf": b"" for n in range(5)}, "holds 0.pdf, 1.pdf, 2.pdf, 3.pdf, ..."),
    "four files": ({f"{n}.pdf": b"" for n in range(4)}, "holds 0.pdf, 1.pdf, 2.pdf, 3.pdf"),
    "another assignment's folder": ({"linear/knn.ipynb": KNN}, "holds no files for nearest"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_guessed_at_is_named(workspace, downloads, case):
    files, said = REFUSED[case]
    files = {f"alice/{name}": data for name, data in files.items()} | {"bob/knn.ipynb": KNN}
    [(_, why)] = collect(workspace, "nearest", write(downloads, files)).unplaced
    assert said in why and ("..." in why) == (case == "five files")


LEFT_OUT = {
    "linear/svm.ipynb": "belongs to the assignment linear",
    "essay.pdf": "is not part of the assignment",
    "timestamp.txt": "is ignored; set the time of submissions with --received",
    "more.zip": "is an archive, and the notebooks were found outside it",
    "my knn.ipynb": "is not needed: knn.ipynb was taken as knn.ipynb",
    "svm.ipynb": "is svm of the assignment linear",
    "svm and softmax.ipynb": "may be svm or softmax",
    "scratch.ipynb": "is not a notebook of the assignment",
    "notes.json": "is not part of the assignment",
}


def test_why_each_file_is_left_out(workspace, downloads):
    files = dict.fromkeys(LEFT_OUT, b"") | {"knn.ipynb": KNN}
    collected = collect(workspace, "nearest", write(downloads, {f"alice/{name}": data for name, data in files.items()}))
    assert {path.removeprefix("alice/"): why for path, why in collected.left_out} == LEFT_OUT


def test_beside_nbgraders_folder_nothing_is_taken(workspace, downloads):
    files = {"alice/nearest/knn.ipynb": KNN, "alice/notes.txt": b"n", "alice/other/x": b"", "bob/knn.ipynb": KNN}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ALICE_AND_BOB
    assert [why for _, why in collected.left_out] == ["is outside the folder nearest"] * 2


def test_files_beside_another_folder_than_the_notebooks_are_not_taken(workspace, downloads):
    files = {"alice/a/knn.ipynb": KNN, "alice/notes.txt": b"n", "alice/a/x": b"x", "bob/knn.ipynb": KNN}
    collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb", "alice/nearest/x", "bob/nearest/knn.ipynb"]


@pytest.mark.parametrize(("size", "placed"), [(50_000, ["alice"]), (50_001, [])])
def test_a_notebook_is_read_up_to_five_times_the_limit_of_a_submission(workspace, downloads, size, placed):
    collected = collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": b" " * size}))
    assert [found.student for found in collected.placed] == placed


@pytest.mark.parametrize(("size", "placed"), [(10_000, ["alice"]), (10_001, [])])
def test_what_may_be_a_notebook_is_looked_into_up_to_that_limit(workspace, downloads, size, placed):
    collected = collect(workspace, "nearest", write(downloads, {"alice/knn.json": KNN.ljust(size)}))
    assert [found.student for found in collected.placed] == placed


def test_a_zip_is_opened_only_where_a_notebook_is_missing(workspace, downloads):
    zipped = pack({"softmax.ipynb": b"z", "svm.ipynb": b"z", "../x": b""})
    files = {
        "alice/svm.ipynb": b"1",
        "alice/more.zip": zipped,
        "bob/svm.ipynb": b"1",
        "bob/softmax.ipynb": b"1",
        "bob/more.zip": zipped,
    }
    collect(workspace, "linear", write(downloads, files))
    found = {path.parts[-3:]: path.read_bytes() for path in workspace.root.glob("submitted/*/*/*")}
    assert found == {
        ("alice", "linear", "svm.ipynb"): b"1", ("alice", "linear", "softmax.ipynb"): b"z",
        ("bob", "linear", "svm.ipynb"): b"1", ("bob", "linear", "softmax.ipynb"): b"1",
    }  # fmt: skip


def test_what_was_refused_in_a_zip_is_said_three_at_a_time(workspace, downloads):
    zipped = pack({f"../{n}.ipynb": KNN for n in range(4)})
    [(_, why)] = collect(
        workspace, "nearest", write(downloads, {"alice/more.zip": zipped, "bob/knn.ipynb": KNN})
    ).unplaced
    assert why.startswith("holds no files; ") and why.count("leads outside its archive (..)") == 3
