"""How a download is read in every documented layout: which student each folder and file belongs to."""

import pytest
from downloads import ALICE_AND_BOB, KNN, make_workspace, pack, submitted, write

from autograder.errors import KitError
from autograder.submissions.collect import collect
from autograder.submissions.layouts import (
    is_archive,
    is_notebook,
    may_be_notebook,
    notebook_stem,
    notebooks_named,
    owner_of,
)

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


def test_the_folder_of_clones_may_be_the_download_itself(workspace, tmp_path):
    collect(workspace, "nearest", write(tmp_path / "hw-submissions", {"hw-octocat/knn.ipynb": KNN}))
    assert submitted(workspace) == ["octocat/nearest/knn.ipynb"]


@pytest.mark.parametrize("inside", ["", "alice/", "alice/nearest/"])
def test_a_folder_in_one_of_its_name_is_a_student_or_around_students(workspace, tmp_path, inside):
    collect(workspace, "nearest", write(tmp_path / "alice", {f"alice/{inside}knn.ipynb": KNN}))
    assert submitted(workspace) == ["alice/nearest/knn.ipynb"]


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
    if alone:  # it might be a folder around the class, so nothing is guessed and the message lists the names
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
    assert collected.placed == [] and "other students' work: bob" in str(collected.unplaced)


@pytest.mark.parametrize(
    "source", ["cs231n_hw_2026_11_30", "hw_30_11_2026", "submissions", "tiny", "nearest", "nearest-submissions"]
)
def test_a_class_in_a_folder_of_the_names_it_has(workspace, tmp_path, source):
    files = {"alice/knn.ipynb": KNN, "bob/knn.ipynb": KNN}
    collect(workspace, "nearest", write(tmp_path / source, files))
    assert submitted(workspace) == ALICE_AND_BOB


ONE_PERSON = {  # (files, the id of their one student)
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
    "gradescope without its list": "has Gradescope's number, but submission_metadata.yml, which names students, "
    "is missing",
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
    ("name", "notebook", "maybe", "stem"),
    [
        ("knn.ipynb", True, True, "knn"), ("KNN.IPYNB", True, True, "KNN"),
        ("knn (1).ipynb.txt", False, True, "knn (1)"),
        ("knn.ipynb.json", False, True, "knn"), ("knn.json", False, True, "knn"), ("a.b.ipynb", True, True, "a.b"),
        ("knn.txt", False, False, "knn.txt"), (".ipynb", True, False, ".ipynb"), ("knn.py", False, False, "knn.py"),
    ],
)  # fmt: skip
def test_a_notebook_by_its_name(name, notebook, maybe, stem):
    assert (is_notebook(name), may_be_notebook(name), notebook_stem(name)) == (notebook, maybe, stem)


def test_a_zip_by_its_name():
    assert [is_archive(name) for name in ("a.zip", "a.ZIP", "a.zip.txt", "zip")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("stem", "found"),
    [
        ("knn", ["knn"]), ("alice_KNN (1)", ["knn"]), ("my-knn.final", ["knn"]), ("knnx", []), ("", []),
        ("svm and knn", ["knn", "svm"]), ("soft_max", []),
    ],
)  # fmt: skip
def test_notebooks_that_a_name_names(workspace, stem, found):
    assert sorted(notebooks_named(stem, workspace.course)) == found


def test_of_names_within_each_other_the_longest_counts(tmp_path):
    workspace = make_workspace(tmp_path)
    toml = workspace.assignments / "course.toml"
    toml.write_text(
        toml.read_text() + '[[assignment]]\nname = "more"\ntitle = "More"\nnotebooks = ["knn_fast", "fast"]\n'
    )
    course = type(workspace)(workspace.root).course
    assert notebooks_named("alice-knn fast 2", course) == ["knn_fast"] and notebooks_named("knn", course) == ["knn"]
    assert owner_of("knn_fast", course) == "more" and owner_of("svm", course) == "linear"


WRAPPERS = [  # the folder names in docs/instructors.md, and similar ones
    *("submissions", "submission", "submitted", "download", "downloads", "students", "class", "uploads", "all"),
    *("handed_in", "hand_ins", "handins", "Submissions", "nearest", "tiny", "hw-submissions", "assignment_9_export"),
]


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_folders_that_are_known_to_be_around_a_class_are_looked_through(workspace, downloads, wrapper):
    collect(workspace, "nearest", write(downloads, {f"{wrapper}/{name}/knn.ipynb": KNN for name in ("alice", "bob")}))
    assert submitted(workspace) == ALICE_AND_BOB


@pytest.mark.parametrize("wrapper", [name for name in WRAPPERS if name not in ("nearest", "tiny")])
def test_beside_students_such_a_folder_is_no_student(workspace, downloads, wrapper):
    collected = collect(workspace, "nearest", write(downloads, {f"{wrapper}/knn.ipynb": KNN, "bob/knn.ipynb": KNN}))
    assert submitted(workspace) == ["bob/nearest/knn.ipynb"]
    assert [
        name for name, why in collected.unplaced if why.startswith("does not name a student; collect from this folder")
    ] == [wrapper]


@pytest.mark.parametrize("between", ["_", "-", ".", " ", " - ", "__"])
@pytest.mark.parametrize(
    "tail",
    [
        "",
        " (1)",
        "(2)",
        " copy",
        "-solution",
        "_solutions",
        " solved",
        "_submission",
        "-submitted",
        "_final",
        " done",
        "_v2",
        "-12",
    ],
)
def test_a_file_is_the_students_whose_name_stands_before_the_notebooks(workspace, downloads, between, tail):
    collect(workspace, "nearest", write(downloads, {f"alice{between}knn{tail}.ipynb": KNN, "bob_knn.ipynb": KNN}))
    assert submitted(workspace) == ALICE_AND_BOB


@pytest.mark.parametrize("copy", ["Copy of ", "copy of-", "Kopie von ", "Copie de ", "Copia de_"])
def test_a_copy_is_of_the_same_student_or_of_none(workspace, downloads, copy):
    collected = collect(workspace, "linear", write(downloads, {f"{copy}svm.ipynb": KNN, f"{copy}bob_svm.ipynb": KNN}))
    assert submitted(workspace) == ["bob/linear/svm.ipynb"] and len(collected.unplaced) == 1


def test_what_is_no_tail_makes_another_name(workspace, downloads):
    collected = collect(workspace, "nearest", write(downloads, {"alice_knn4000.ipynb": KNN, "bob knn 2026.ipynb": KNN}))
    assert submitted(workspace) == ["alice_knn4000/nearest/knn.ipynb"]
    assert "does not name a student" in dict(collected.unplaced)["bob knn 2026.ipynb"]


def test_an_empty_download_is_refused(workspace, downloads):
    with pytest.raises(KitError, match="is empty"):
        collect(workspace, "nearest", write(downloads, {}))


@pytest.mark.parametrize(("size", "student"), [(100_000, "a_lee"), (100_001, "lee")])
def test_a_receipt_is_read_up_to_a_hundred_thousand_bytes(workspace, downloads, size, student):
    name = "HW_a_lee_attempt_2026-11-20-10-00-00"
    files = {f"{name}_knn.ipynb": KNN, f"{name}.txt": b"Name: Ann (a_lee)\n".ljust(size)}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert [placed.student for placed in collected.placed] == [student]
    assert [path for path, _ in collected.unplaced] == ([f"{name}.txt"] if student == "lee" else [])


AMBIGUOUS = {
    "one folder in one": (
        {"x/y/knn.ipynb": KNN},
        ("x/y", "either x or y may be the student; if x holds the class, {collect} from {name}/x; if it is a "
         "student's, move the notebook into it"),
    ),
    "one wrapper in one": ({"x/submitted/knn.ipynb": KNN}, ("x/submitted", "may be one student's, or hold several")),
    "two": (
        {"x/y/knn.ipynb": KNN, "x/z/knn.ipynb": KNN},
        ("x", "may be one student's, or hold several students' work: y, z; "),
    ),
    "an assignment's folder": (
        {"nearest/knn.ipynb": KNN},
        ("nearest", "is an assignment's folder outside a student's folder; collect from the folder above"),
    ),
    "a wrapper's": (
        {"class/knn.ipynb": KNN},
        ("class", "does not name a student; collect from this folder if the students'"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("case", AMBIGUOUS)
def test_what_may_be_one_student_or_a_class_is_named_with_what_to_do(workspace, downloads, case, packed):
    files, (path, why) = AMBIGUOUS[case]
    source = downloads.with_suffix(".zip") if packed else write(downloads, files)
    if packed:
        source.write_bytes(pack(files))
    [(named, said)] = collect(workspace, "nearest", source).unplaced
    assert named == path
    assert said.startswith(why.format(name="downloads", collect="unpack the zip and collect" if packed else "collect"))


def test_what_lies_around_the_class_is_left_out_and_said(workspace, downloads):
    files = {"class/alice/knn.ipynb": KNN, "class/bob/knn.ipynb": KNN, "readme.pdf": b"", "class/notes.txt": b""}
    collected = collect(workspace, "nearest", write(downloads, files))
    assert submitted(workspace) == ALICE_AND_BOB
    assert collected.left_out == [("readme.pdf", "is outside the students' folders")]
    assert collected.unplaced == [
        ("class/notes.txt", "is neither a notebook nor a zip, and is not in a student's folder")
    ]
