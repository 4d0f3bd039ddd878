"""Downloads in every layout that is documented -> submitted/STUDENT/ASSIGNMENT/."""

import io
import os
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.cli import course_commands
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.submissions import layouts, origins, platforms
from autograder.submissions.collect import collect
from autograder.text import safe_name as student_id

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


# What each platform writes, and the ids and names that come of it. A row here is the whole test of a platform.
PLATFORMS = {
    "canvas": (
        {"leeann_1001_501_knn.ipynb": KNN, "raybob_LATE_1002_502_knn-1.ipynb": KNN},
        {"1001": "leeann", "1002": "raybob"},
    ),
    "canvas, a name with an underscore": ({"lee_ann_1001_501_knn.ipynb": KNN}, {"1001": "lee_ann"}),
    "canvas zips": (
        {"leeann_1001_501_hw.zip": pack({"knn.ipynb": KNN}), "raybob_1002_502_knn.zip": pack({"w/knn.ipynb": KNN})},
        {"1001": "leeann", "1002": "raybob"},
    ),
    "canvas zips unpacked": (
        {"leeann_1001_501_knn/knn.ipynb": KNN, "raybob_1002_502_knn/knn.ipynb": KNN},
        {"1001": "leeann", "1002": "raybob"},
    ),
    "canvas anonymous": (
        {"anon_h5Xz2_501_knn.ipynb": KNN, "LATE_anon_k2Wq9_502_knn.ipynb": KNN},
        {"anon_h5Xz2": "", "anon_k2Wq9": ""},
    ),
    "moodle": (
        {"Ann Lee_301_assignsubmission_file_/knn.ipynb": KNN, "Bob Ray_302_assignsubmission_file/knn (1).ipynb": KNN},
        {"301": "Ann Lee", "302": "Bob Ray"},
    ),
    "moodle flat": (
        {"Ann Lee_301_assignsubmission_file_knn.ipynb": KNN, "Bob Ray_302_assignsubmission_file_hw.ipynb": KNN},
        {"301": "Ann Lee", "302": "Bob Ray"},
    ),
    "moodle with text": (
        {
            "Ann Lee_301_assignsubmission_file_/knn.ipynb": KNN,
            "Ann Lee_301_assignsubmission_onlinetext_/onlinetext.html": b"hello",
        },
        {"301": "Ann Lee"},
    ),
    "moodle, two of one name": (
        {"Ann Lee_301_assignsubmission_file_/knn.ipynb": KNN, "Ann Lee_302_assignsubmission_file_/knn.ipynb": KNN},
        {"301": "Ann Lee", "302": "Ann Lee"},
    ),
    "moodle, blind marking": (
        {f"Participant_{n}_assignsubmission_file_/knn.ipynb": KNN for n in (2001, 2002)},
        {"Participant_2001": "", "Participant_2002": ""},
    ),
    "moodle, blind marking in German": (
        {f"Teilnehmerin_{n}_assignsubmission_file_/knn.ipynb": KNN for n in (2001, 2002)},
        {"2001": "Teilnehmerin", "2002": "Teilnehmerin"},
    ),
    "blackboard": (
        {
            "Homework 1_alee_attempt_2026-11-20-10-00-00_knn.ipynb": KNN,
            "Homework 1_alee_attempt_2026-11-20-10-00-00.txt": b"Name: Ann Lee (alee)\r\nAssignment: Homework 1\r\n",
            "Homework 1_bob_ray_attempt_2026-11-20-11-00-00_knn.zip": pack({"knn.ipynb": KNN}),
            "Homework 1_bob_ray_attempt_2026-11-20-11-00-00.txt": b"Name: Bob (Bobby) Ray (bob_ray)\n",
        },
        {"alee": "Ann Lee", "bob_ray": "Bob (Bobby) Ray"},
    ),
    "blackboard without receipts": (
        {
            "My_HW_ann_lee_attempt_2026-11-20-10-00-00_knn.ipynb": KNN,
            "My_HW_bob_lee_attempt_2026-11-20-10-00-00_knn.ipynb": KNN,
        },
        {"ann_lee": "", "bob_lee": ""},
    ),
    "brightspace": (
        {
            "index.html": b"",
            "1001-77 - Ann - Maria Lee - Nov 20, 2026 1000 AM/knn.ipynb": KNN,
            "1002-77 - Bob Ray - Nov 20, 2026 115 PM/knn.ipynb": KNN,
        },
        {"1001": "Ann - Maria Lee", "1002": "Bob Ray"},
    ),
    "brightspace files": (
        {"1001-77 - Ann Lee - Nov 20, 2026 1000 AM - knn.ipynb": KNN},
        {"1001": "Ann Lee"},
    ),
    "gradescope": (
        {
            "assignment_9_export/submission_metadata.yml": b"""---
submission_71:
  :submitters:
  - :name: Ann Lee
    :sid: '0101'
    :email: ann@x.edu
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    score: 1
submission_72:
  :submitters:
  - :name: Bob Ray
    :sid:
    :email: bob@x.edu
  - :name: Cy Fox
    :sid: '0103'
    :email: cy@x.edu
""",
            "assignment_9_export/submission_71/knn.ipynb": KNN,
            "assignment_9_export/submission_72/knn.ipynb": KNN,
        },
        {"0101": "Ann Lee", "bob@x.edu": "Bob Ray", "0103": "Cy Fox"},
    ),
    "github": (
        {"knn-hw-submissions/knn-hw-octocat/knn.ipynb": KNN, "knn-hw-submissions/knn-hw-hu-bot/knn.ipynb": KNN},
        {"octocat": "", "hu-bot": ""},
    ),
    "github, only one": ({"nearest-submissions/nearest-octocat/deep/knn.ipynb": KNN}, {"octocat": ""}),
    "github, clones alone": (
        {"nearest-octocat/knn.ipynb": KNN, "nearest-hubot/knn.ipynb": KNN},
        {"octocat": "", "hubot": ""},
    ),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_person_is_the_platforms_id_and_the_name_is_kept_to_read(workspace, downloads, platform, packed):
    files, people = PLATFORMS[platform]
    source = write(downloads, files)
    if packed:
        source = downloads.with_suffix(".zip")
        source.write_bytes(pack(files))
    collected = collect(workspace, "nearest", source)
    assert collected.unplaced == []
    assert submitted(workspace) == sorted(f"{student}/nearest/knn.ipynb" for student in people)
    assert {student: person.name for student, person in origins.people(workspace).items()} == people


def test_the_folder_of_clones_may_be_the_download_itself(workspace, tmp_path):
    collect(workspace, "nearest", write(tmp_path / "hw-submissions", {"hw-octocat/knn.ipynb": KNN}))
    assert submitted(workspace) == ["octocat/nearest/knn.ipynb"]


@pytest.mark.parametrize("inside", ["", "alice/", "alice/nearest/"])
def test_a_folder_in_one_of_its_name_is_a_student_or_around_students(workspace, tmp_path, inside):
    collect(workspace, "nearest", write(tmp_path / "alice", {f"alice/{inside}knn.ipynb": KNN}))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb"]


LATEST = {  # the platform's own order decides, whatever the students call their files
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


IMITATIONS = {  # a student's own file that looks like another platform's, or another student's
    "canvas in canvas": ("leeann_1001_501_raybob_1002_502_knn.ipynb", "1001"),
    "blackboard in canvas": ("leeann_1001_501_HW_bob_attempt_2026-11-20-10-00-00_knn.ipynb", "1001"),
    "canvas in blackboard": ("HW_alee_attempt_2026-11-20-10-00-00_raybob_1002_502_knn.ipynb", "alee"),
    "blackboard in blackboard": (
        "HW_alee_attempt_2026-11-20-10-00-00_HW_bob_attempt_2026-11-20-10-00-00_knn.ipynb",
        "alee",
    ),
    "canvas in moodle": ("Ann Lee_301_assignsubmission_file_raybob_1002_502_knn.ipynb", "301"),
    "moodle in moodle": ("Ann Lee_301_assignsubmission_file_Bob Ray_302_assignsubmission_file_knn.ipynb", "301"),
    "canvas in brightspace": ("1-2 - Ann Lee - Nov 20, 2026 1000 AM - raybob_1002_502_knn.ipynb", "1"),
}


@pytest.mark.parametrize("case", IMITATIONS)
def test_a_students_file_name_says_nothing_of_who_it_is(workspace, downloads, case):
    name, student = IMITATIONS[case]
    collect(workspace, "nearest", write(downloads, {name: KNN}))
    assert submitted(workspace) == [f"{student}/nearest/knn.ipynb"]


METADATA = b"submission_5:\n  :submitters:\n  - :name: Alice\n    :sid: alice\n"
INSIDE = {  # the work of one student
    "classmates": {"alice/knn.ipynb": b"evil", "bob/knn.ipynb": b"evil"},
    "one classmate": {"alice/knn.ipynb": b"evil"},
    "a classmate's zip": {"alice.zip": pack({"knn.ipynb": b"evil"})},
    "a classmate's file": {"alice_knn.ipynb": b"evil", "bob_knn.ipynb": b"evil"},
    "one classmate's file": {"alice_knn.ipynb": b"evil"},
    "canvas": {"alice_1001_501_knn.ipynb": b"evil", "bob_1002_502_knn.ipynb": b"evil"},
    "one of canvas": {"x_alice_501_knn.ipynb": b"evil", "alice_1001_501_knn.ipynb": b"evil"},
    "moodle": {"alice_301_assignsubmission_file_/knn.ipynb": b"evil"},
    "blackboard": {"HW_alice_attempt_2026-11-20-10-00-00_knn.ipynb": b"evil"},
    "brightspace": {"1001-2 - Al - Nov 20, 2026 1/knn.ipynb": b"evil", "301-2 - B - Nov 20, 2026 1/knn.ipynb": b""},
    "gradescope": {"submission_metadata.yml": METADATA, "submission_5/knn.ipynb": b"evil"},
    "clones": {"nearest-alice/knn.ipynb": b"evil", "nearest-bob/knn.ipynb": b"evil"},
    "a folder of clones": {"nearest-submissions/nearest-alice/knn.ipynb": b"evil"},
    "an assignment": {"nearest/alice/knn.ipynb": b"evil", "nearest/bob/knn.ipynb": b"evil"},
    "assignments": {"nearest/alice/knn.ipynb": b"evil", "linear/alice/svm.ipynb": b"evil"},
    "a wrapper": {"submissions/alice/knn.ipynb": b"evil", "submissions/bob/knn.ipynb": b"evil"},
}


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a class"])
@pytest.mark.parametrize("case", INSIDE)
def test_what_is_in_a_students_folder_never_decides_how_a_download_is_read(workspace, downloads, case, alone):
    classmates = {"alice/knn.ipynb": KNN, "bob/knn.ipynb": KNN, "1001/knn.ipynb": KNN, "301/knn.ipynb": KNN}
    collect(workspace, "nearest", write(downloads.with_name("before"), classmates))
    files = {f"mallory/{name}": data for name, data in INSIDE[case].items()}
    collected = collect(workspace, "nearest", write(downloads, files | ({} if alone else {"zoe/knn.ipynb": KNN})))
    placed = {placed.student for placed in collected.placed}
    assert placed <= {"mallory", "zoe"}
    assert all((workspace.submitted(name, "nearest") / "knn.ipynb").read_bytes() == KNN for name in ("alice", "bob"))
    if alone:  # it may as well be a folder around the class: nothing is guessed, and the names are said
        assert placed == set() and "mallory" in str(collected.unplaced)


@pytest.mark.parametrize("case", INSIDE)
def test_nor_does_what_is_in_a_students_zip(workspace, downloads, case):
    collect(workspace, "nearest", write(downloads.with_name("before"), {"alice/knn.ipynb": KNN, "bob/knn.ipynb": KNN}))
    collected = collect(workspace, "nearest", write(downloads, {"mallory.zip": pack(INSIDE[case])}))
    assert {placed.student for placed in collected.placed} <= {"mallory"}
    assert all((workspace.submitted(name, "nearest") / "knn.ipynb").read_bytes() == KNN for name in ("alice", "bob"))


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize(
    ("source", "around"),
    [
        ("mallory", "mallory/"),
        ("mallory", "mallory/submitted/"),
        ("mallory", "mallory/nearest/"),
        ("mallory", "mallory/mallory/"),
        ("mallory (1)", "mallory/"),
        ("Mal Ory_309_assignsubmission_file_", ""),
        ("Default group_assignsubmission_file_", ""),
        ("mallory_1009_509_hw", ""),
        ("HW_mallory_attempt_2026-11-20-10-00-00_hw", "submissions/"),
        ("1009-77 - Mal Ory - Nov 20, 2026 1000 AM", ""),
        ("submission_71", "nearest/"),
    ],
)
@pytest.mark.parametrize("names", [("alice", "bob"), ("bob",)], ids=["two", "one"])
def test_one_students_folder_or_zip_is_not_taken_for_a_class(workspace, tmp_path, source, around, packed, names):
    collect(workspace, "nearest", write(tmp_path / "before", {"alice/knn.ipynb": KNN, "bob/knn.ipynb": KNN}))
    (tmp_path / "d").mkdir()
    files = {f"{around}{name}/knn.ipynb": b"evil" for name in names}
    path = tmp_path / "d" / (f"{source}.zip" if packed else source)
    if packed:
        path.write_bytes(pack(files))
    else:
        write(path, files)
    collected = collect(workspace, "nearest", path)
    placed = {placed.student for placed in collected.placed}
    assert placed <= {"mallory"}
    assert placed or "mallory" in str(collected.unplaced) or source in str(collected.unplaced)
    assert {(workspace.submitted(name, "nearest") / "knn.ipynb").read_bytes() for name in ("alice", "bob")} == {KNN}


def test_a_download_called_like_a_student_is_not_taken_for_a_class(workspace, tmp_path):
    before = {f"{name}/knn.ipynb": KNN for name in ("bob", "mallory")}
    collect(workspace, "nearest", write(tmp_path / "before", before))
    collected = collect(workspace, "nearest", write(tmp_path / "mallory", {"submitted/bob/knn.ipynb": b"evil"}))
    assert collected.placed == [] and "may hold other students' work: bob" in str(collected.unplaced)


@pytest.mark.parametrize(
    "source", ["cs231n_hw_2026_11_30", "hw_30_11_2026", "submissions", "tiny", "nearest", "nearest-submissions"]
)
def test_a_class_in_a_folder_of_the_names_it_has(workspace, tmp_path, source):
    files = {"alice/knn.ipynb": KNN, "bob/knn.ipynb": KNN}
    collect(workspace, "nearest", write(tmp_path / source, files))
    assert submitted(workspace) == ALICE_AND_BOB


def blackboard(**contents):
    return {f"HW_{name}_attempt_2026-11-20-10-00-00_knn.ipynb": data for name, data in contents.items()}


def receipt(name, login):
    return {f"HW_{login}_attempt_2026-11-20-10-00-00.txt": f"Name: {name} ({login})\n".encode()}


@pytest.mark.parametrize(
    ("first", "then"), [(["a_lee"], ["b_lee"]), (["a_1", "a_2"], ["b_1", "b_2"]), (["a_lee"], ["lee"])]
)
def test_two_logins_that_are_guessed_to_be_one_are_not_merged(workspace, downloads, first, then):
    collected = collect(workspace, "nearest", write(downloads, blackboard(**dict.fromkeys(first, b"1"))))
    assert all("was guessed from 'HW_a_" in placed.notes[0] for placed in collected.placed)
    then = write(downloads.with_name("later"), blackboard(**dict.fromkeys(then, b"2")))
    collected = collect(workspace, "nearest", then)
    assert collected.placed == [] and "receipts" in str(collected.unplaced)
    assert {path.read_bytes() for path in workspace.root.glob("submitted/*/*/*.ipynb")} == {b"1"}


@pytest.mark.parametrize(
    ("first", "then", "student"),
    [
        (blackboard(a_lee=b"1", ray=b"1"), blackboard(a_lee=b"2"), "a_lee"),
        (blackboard(a_lee=b"1"), blackboard(a_lee=b"2", ray=b"2"), "lee"),
        (blackboard(a_lee=b"1") | receipt("Ann Lee", "a_lee"), blackboard(a_lee=b"2"), "a_lee"),
        (blackboard(a_lee=b"1"), blackboard(a_lee=b"2") | receipt("Ann Lee", "a_lee"), "lee"),
    ],
)
def test_the_same_name_of_blackboards_is_the_same_person(workspace, downloads, first, then, student):
    collect(workspace, "nearest", write(downloads, first))
    collected = collect(workspace, "nearest", write(downloads.with_name("later"), then))
    assert {placed.student: placed.state for placed in collected.placed}[student] == "replaced"
    assert (workspace.submitted(student, "nearest") / "knn.ipynb").read_bytes() == b"2"
    if any(name.endswith(".txt") for name in (*first, *then)):  # what a receipt has told is not forgotten
        assert origins.people(workspace)[student].name == "Ann Lee"


def test_an_assignment_of_another_title_has_the_same_people_on_blackboard(workspace, downloads):
    collect(workspace, "nearest", write(downloads, blackboard(alee=KNN)))
    files = {"HW 2_alee_attempt_2026-11-27-10-00-00_svm.ipynb": KNN}
    [placed] = collect(workspace, "linear", write(downloads.with_name("later"), files)).placed
    assert placed.student == "alee" and placed.notes == ["missing: softmax.ipynb"]


def test_a_higher_number_of_canvas_counts_more_than_what_it_added_to_the_name(workspace, downloads):
    files = {"kim_1002_503_knn-2.ipynb": b"old", "kim_1002_504_knn.ipynb": b"new"}
    [placed] = collect(workspace, "nearest", write(downloads, files)).placed
    assert (workspace.submitted("1002", "nearest") / "knn.ipynb").read_bytes() == b"new"
    assert "handed in knn.ipynb again: number 504 counts, not 503" in placed.notes


def test_files_of_one_canvas_submission_are_not_compared_by_their_numbers(workspace, downloads):
    files = {"kim_1002_503_knn.ipynb": b"knn", "kim_1002_504_knn draft.ipynb": b"draft"}
    collect(workspace, "nearest", write(downloads, files))
    assert (workspace.submitted("1002", "nearest") / "knn.ipynb").read_bytes() == b"knn"


ONE_PERSON = {  # ways to hand in, and the one id
    "a zip of a notebook": ({"fred_knn.ipynb.zip": pack({"x/knn.ipynb": KNN})}, "fred"),
    "a clone beside notes": ({"nearest-octocat/knn.ipynb": KNN, "notes/x.txt": b""}, "octocat"),
    "a clone beside a student": ({"nearest-octocat/knn.ipynb": KNN, "a/x.txt": b""}, "octocat"),
    "main": ({"nearest-octocat-main/knn.ipynb": KNN}, "octocat"),
    "master": ({"nearest-octocat-master/knn.ipynb": KNN, "notes/x.txt": b""}, "octocat"),
    "main, a zip": ({"nearest-octocat-main.zip": pack({"nearest-octocat-main/knn.ipynb": KNN})}, "octocat"),
    "a login": ({"nearest-submissions/nearest-hu-main/knn.ipynb": KNN}, "hu-main"),
}


@pytest.mark.parametrize("case", ONE_PERSON)
def test_what_was_added_to_a_name_makes_nobody_else(workspace, downloads, case):
    files, student = ONE_PERSON[case]
    collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == [f"{student}/nearest/knn.ipynb"]


def test_two_repositories_that_may_be_one_persons_are_not_merged(workspace, downloads):
    files = {"nearest-octocat/knn.ipynb": b"1", "nearest-octocat-main/knn.ipynb": b"2", "nearest-hubot/knn.ipynb": KNN}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ["hubot/nearest/knn.ipynb"]
    assert len(collected.unplaced) == 2


@pytest.mark.parametrize(
    ("first", "then", "student"),
    [
        ("Ann Lee_301", "Group A-Ann Lee_301", "301"),
        ("Group A-Ann Lee_301", "Ann Lee_301", "301"),
        ("Team A-Participant_2001", "Participant_2001", "Participant_2001"),
        ("Team A-Participant_2001", "Team A-Ann Lee_2001", "Participant_2001"),
        ("Teilnehmerin_2001", "Ann Lee_2001", "2001"),
        ("Teilnehmer in_2001", "Team A-Ann Lee_2001", "2001"),
    ],
)
def test_moodles_groups_and_hidden_names_make_nobody_else(workspace, downloads, first, then, student):
    collect(workspace, "nearest", write(downloads, {f"{first}_assignsubmission_file_/knn.ipynb": b"1"}))
    again = write(downloads.with_name("later"), {f"{then}_assignsubmission_file_/knn.ipynb": b"2"})
    [placed] = collect(workspace, "nearest", again).placed
    assert (placed.student, placed.state) == (student, "replaced")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"alice/knn.ipynb": b"1"}, {"Alice/knn.ipynb": b"2"}),
        ({"José/knn.ipynb": b"1"}, {unicodedata.normalize("NFD", "josé") + "/knn.ipynb": b"2"}),
        ({"a:b/knn.ipynb": b"1"}, {"a*b/knn.ipynb": b"2"}),
        ({"leeann_1001_501_knn.ipynb": b"1"}, {"raybob_1001_502_knn.ipynb": b"2"}),
        ({"leeann_301_501_knn.ipynb": b"1"}, {"Bob Ray_301_assignsubmission_file_/knn.ipynb": b"2"}),
        ({"nearest-octocat/knn.ipynb": b"1"}, {"octocat/knn.ipynb": b"2"}),
        ({"CON/knn.ipynb": b"1"}, {"CON_/knn.ipynb": b"2"}),
    ],
)
def test_what_another_person_handed_in_is_not_replaced_and_the_rest_is_placed(workspace, downloads, first, then):
    collect(workspace, "nearest", write(downloads, first))
    [before] = workspace.root.glob("submitted/*/*/*.ipynb")
    # the class that comes later has another student in the layout of the first
    collected = collect(workspace, "nearest", write(downloads.with_name("later"), then | {"zoe/knn.ipynb": KNN}))
    assert before.read_bytes() == b"1"
    assert [placed.student for placed in collected.placed] == ["zoe"]
    assert len(collected.unplaced) == 1


def test_a_folder_that_nbgrader_made_is_not_shared_with_a_name_in_another_case(workspace, downloads):
    write(workspace.root, {"submitted/alice/nearest/knn.ipynb": b"1"})
    collected = collect(workspace, "nearest", write(downloads, {"Alice/knn.ipynb": b"2"}))
    assert "would share a folder with 'alice'" in str(collected.unplaced)
    assert (workspace.submitted("alice", "nearest") / "knn.ipynb").read_bytes() == b"1"


def test_a_person_who_hands_in_again_replaces_their_own(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"leeann_1001_501_knn.ipynb": b"1"}))
    again = write(downloads.with_name("later"), {"leeann_LATE_1001_777_knn-1.ipynb": b"2"})
    [placed] = collect(workspace, "nearest", again).placed
    assert placed.state == "replaced"
    assert (workspace.submitted("1001", "nearest") / "knn.ipynb").read_bytes() == b"2"


def test_a_login_in_another_case_is_the_same_person_on_github(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"nearest-Octocat/knn.ipynb": b"1"}))
    collect(workspace, "nearest", write(downloads.with_name("later"), {"nearest-octocat/knn.ipynb": b"2"}))
    [path] = workspace.root.glob("submitted/*/*/*.ipynb")
    assert path.read_bytes() == b"2"


def test_a_participant_whose_name_is_shown_later_is_the_same_person(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"Participant_2001_assignsubmission_file_/knn.ipynb": b"1"}))
    again = write(downloads.with_name("later"), {"Ann Lee_2001_assignsubmission_file_/knn.ipynb": b"2"})
    [placed] = collect(workspace, "nearest", again).placed
    assert (placed.student, placed.state) == ("Participant_2001", "replaced")
    assert origins.people(workspace)["Participant_2001"].name == "Ann Lee"


def test_an_id_that_is_somebody_elses_in_another_assignment_is_said(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"leeann_1001_501_knn.ipynb": KNN}))
    again = write(downloads.with_name("later"), {"Bob Ray_1001_assignsubmission_file_/svm.ipynb": KNN})
    [placed] = collect(workspace, "linear", again).placed
    assert "has the same id as 1001 (leeann, Canvas), so both share a row of the gradebook" in placed.notes


def test_a_torn_record_of_who_was_collected_loses_only_its_last_line(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"leeann_1001_501_knn.ipynb": b"1"}))
    [record] = (workspace.root / ".cs231n" / "collected").iterdir()
    record.write_text(record.read_text() + '{"student": "10')
    then = {"raybob_1001_502_knn.ipynb": b"2", "foxcy_1003_503_knn.ipynb": b"3"}
    assert len(collect(workspace, "nearest", write(downloads.with_name("later"), then)).unplaced) == 1
    assert {person.name for person in origins.people(workspace).values()} == {"leeann", "foxcy"}


NOT_NOTEBOOKS = {
    "canvas": ({"ronaeve_1006_506_knn.pdf": b"%PDF"}, "1006 (ronaeve, Canvas)"),
    "canvas text": ({"kimdee_1005_text.html": b"<p>"}, "1005 (kimdee, Canvas)"),
    "canvas link": ({"kimdee_LATE_1005_link.html": b"<p>"}, "1005 (kimdee, Canvas)"),
    "moodle": ({"Ann Lee_301_assignsubmission_file_knn.pdf": b""}, "301 (Ann Lee, Moodle)"),
    "moodle text": ({"Ann Lee_301_assignsubmission_onlinetext_/onlinetext.html": b""}, "301 (Ann Lee, Moodle)"),
    "moodle's default group": (
        {"Default group_assignsubmission_file_/knn.ipynb": KNN},
        "Default group_assignsubmission_file_",
    ),
    "blackboard": ({"HW_alee_attempt_2026-11-20-10-00-00_knn.pdf": b""}, "alee (Blackboard)"),
    "blackboard text": ({"HW_alee_attempt_2026-11-20-10-00-00.txt": b"Name: Ann (alee)\n"}, "alee (Ann, Blackboard)"),
    "brightspace": ({"1-2 - Ann Lee - Nov 20, 2026 1000 AM/knn.docx": b""}, "1 (Ann Lee, Brightspace)"),
    "gradescope": (
        {"submission_metadata.yml": METADATA, "submission_5/knn.py": b""},
        "alice (Alice, Gradescope)",
    ),
    "gradescope without its list": ({"submission_5/knn.ipynb": KNN, "submission_6/a": b""}, "submission_5"),
    "gradescope, not in the list": (
        {"submission_metadata.yml": METADATA, "submission_6/knn.ipynb": KNN},
        "submission_6",
    ),
    "gradescope, a broken list": ({"submission_metadata.yml": b"{", "submission_5/knn.ipynb": KNN}, "submission_5"),
    "github": ({"nearest-submissions/nearest-octocat/README.md": b""}, "octocat (GitHub)"),
    "a folder": ({"alice/essay.pdf": b""}, "alice"),
    "a zip": ({"alice.zip": pack({"essay.pdf": b""})}, "alice"),
    "a file": ({"alice_knn.pdf": b""}, "alice_knn.pdf"),
    "text that is called a notebook": ({"alice_knn.ipynb.txt": b"see my mail"}, "alice"),
    "json of another kind": ({"alice/knn.json": b"[1]"}, "alice"),
    "json without an end": ({"alice/knn.json": b"[" * 9000}, "alice"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_NOTEBOOKS)
def test_who_has_handed_in_no_notebook_is_named_in_every_layout(workspace, downloads, case):
    files, who = NOT_NOTEBOOKS[case]
    collected = collect(workspace, "nearest", write(downloads, files))
    assert who in [name for name, _ in collected.unplaced]
    assert submitted(workspace) == []


REASONS = {
    "gradescope without its list": "has Gradescope's number, but submission_metadata.yml, which names students",
    "gradescope, not in the list": "has no :sid: and no :email: in submission_metadata.yml",
    "moodle's default group": "is from Moodle's default group",
}


@pytest.mark.parametrize("case", REASONS)
def test_why_nobody_can_tell_whose_a_folder_is_is_said(workspace, downloads, case):
    files, who = NOT_NOTEBOOKS[case]
    assert dict(collect(workspace, "nearest", write(downloads, files)).unplaced)[who].startswith(REASONS[case])


@pytest.mark.parametrize(("count", "shown"), [(5, "s0, s1, s2, s3, s4; if"), (6, "s0, s1, s2, s3, s4, ...; if")])
def test_of_a_folder_that_may_hold_many_students_five_are_named(workspace, downloads, count, shown):
    files = {f"mine/s{n}/draft/notes.txt": b"" for n in range(count)}
    [(_, why)] = collect(workspace, "nearest", write(downloads, files)).unplaced
    assert f"may be one student's, or hold several students' work: {shown}" in why


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
    ("given", "made"),
    [
        ("CON", "CON_"), ("nul.txt", "nul_.txt"), ("Com1", "Com1_"), ("LPT¹", "LPT¹_"), ("aux .x", "aux_.x"),
        ("console", "console"), ("bob. ", "bob"), (".bob", "bob"), ("-rf", "rf"), ("a:b", "a_b"), ("a\x1bb", "a_b"),
        ("a\u202eb", "a_b"), ("a\u2066b", "a_b"), ("a\udc80b", "a_b"), ("a\u2028b", "a b"), ("../x", "_x"),
    ],
)  # fmt: skip
def test_names_that_file_systems_keep_for_themselves(given, made):
    assert student_id(given) == made == student_id(made)


@pytest.mark.parametrize("name", ["NUL.txt", "a\u202etxt.png", "a\x07.png", "x.txt.", "a:b.txt"])
def test_a_file_that_not_every_system_can_hold_is_left_out(workspace, downloads, name):
    collected = collect(workspace, "nearest", write(downloads, {"alice/knn.ipynb": KNN, f"alice/x/{name}": b""}))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb"]
    assert "has a name" in str(collected.left_out)


def test_one_huge_hand_in_is_refused_by_what_it_states_and_the_others_are_placed(workspace, downloads):
    write(downloads, {"alice/": b"", "bob/knn.ipynb": KNN})
    with (downloads / "alice" / "knn.ipynb").open("wb") as file:
        file.truncate(20_000_000_000)  # a sparse file: to read it would take minutes
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


def test_folders_of_too_many_files_together_are_named_and_the_others_are_placed(workspace, downloads, monkeypatch):
    monkeypatch.setattr("autograder.submissions.layouts.MAX_CLASS_ENTRIES", 20)
    files = {f"{name}/{n}.txt": b"" for name in ("alice", "carol") for n in range(11)}
    files |= {f"{name}/knn.ipynb": KNN for name in ("alice", "bob", "carol")}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ALICE_AND_BOB
    [(who, why)] = collected.unplaced
    assert who == "carol" and "exceeds the 20 files and folders" in why


def test_a_folder_of_too_many_files_costs_its_student_only(workspace, downloads, monkeypatch):
    monkeypatch.setattr("autograder.submissions.layouts.MAX_ENTRIES", 20)
    files = {"alice/knn.ipynb": KNN, **{f"alice/a/{n}": b"" for n in range(20)}, "bob/knn.ipynb": KNN}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ["bob/nearest/knn.ipynb"]
    assert collected.unplaced == [("alice", "holds more than 20 files and folders")]


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


LEFT_OUT = {
    "alice/timestamp.txt": "is ignored; set the time of submissions with --received",
    "alice/more.zip": "is an archive, and the notebooks were found outside it",
    "alice/essay.pdf": "is not part of the assignment",
    "alice/knn (1).ipynb": "is not needed: knn.ipynb was taken as knn.ipynb",
    "alice/svm.ipynb": "is svm of the assignment linear",
    "alice/other.ipynb": "is not a notebook of the assignment",
}


def test_each_file_that_is_left_out_has_its_reason(workspace, downloads):
    files = {"alice/knn.ipynb": KNN} | {path: pack({}) if "zip" in path else KNN for path in LEFT_OUT}
    assert dict(collect(workspace, "nearest", write(downloads, files)).left_out) == LEFT_OUT


def test_files_beside_the_folders_that_are_read_are_left_out(workspace, downloads):
    files = (
        "notes.txt",
        "submissions/alice/notes.txt",
        "submissions/alice/nearest/knn.ipynb",
        "submissions/bob/knn.ipynb",
    )
    collected = collect(workspace, "nearest", write(downloads, dict.fromkeys(files, KNN)))
    assert dict(collected.left_out) == {
        "notes.txt": "is outside the students' folders",
        "submissions/alice/notes.txt": "is outside the folder nearest",
    }


def test_a_renamed_notebook_is_said(workspace, downloads):
    [placed] = collect(workspace, "nearest", write(downloads, {"alice/Copy of knn.ipynb": KNN})).placed
    assert placed.notes == ["Copy of knn.ipynb taken as knn.ipynb"]


def test_canvas_late_is_said(workspace, downloads):
    [placed] = collect(workspace, "nearest", write(downloads, {"alice_LATE_1_2_knn.ipynb": KNN})).placed
    assert "marked LATE by Canvas" in placed.notes


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
    record = workspace.root / ".cs231n" / "collected" / "nearest.jsonl"
    new -= {record, record.parent, record.parent.parent}
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


def test_pages_and_help_name_every_platform():
    page = (Path(__file__).parents[3] / "docs" / "instructors.md").read_text()
    table = page.partition("## Collecting")[2].partition("\n**")[0]
    for text in (table, layouts.sort_by_student.__doc__, course_commands.collect.help):
        missing = [platform.name for platform in platforms.PLATFORMS if platform.name not in text]
        assert not missing, f"{missing} in {text}"
