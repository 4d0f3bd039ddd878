"""The file names that learning platforms write, and the students they identify."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from downloads import KNN, pack, submitted, write

from autograder.cli import course_commands
from autograder.submissions import layouts, origins, platforms
from autograder.submissions.collect import collect
from autograder.submissions.platforms import Download, Person, read_name

# case: (files as the platform writes them, {id: name} of the students). One row is the whole test of a platform.
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


def test_a_higher_number_of_canvas_counts_more_than_what_it_added_to_the_name(workspace, downloads):
    files = {"kim_1002_503_knn-2.ipynb": b"old", "kim_1002_504_knn.ipynb": b"new"}
    [placed] = collect(workspace, "nearest", write(downloads, files)).placed
    assert (workspace.submitted("1002", "nearest") / "knn.ipynb").read_bytes() == b"new"
    assert "handed in knn.ipynb again: number 504 counts, not 503" in placed.notes


def test_files_of_one_canvas_submission_are_not_compared_by_their_numbers(workspace, downloads):
    files = {"kim_1002_503_knn.ipynb": b"knn", "kim_1002_504_knn draft.ipynb": b"draft"}
    collect(workspace, "nearest", write(downloads, files))
    assert (workspace.submitted("1002", "nearest") / "knn.ipynb").read_bytes() == b"knn"


def test_canvas_late_is_said(workspace, downloads):
    [placed] = collect(workspace, "nearest", write(downloads, {"alice_LATE_1_2_knn.ipynb": KNN})).placed
    assert "marked LATE by Canvas" in placed.notes


def test_pages_and_help_name_every_platform():
    page = (Path(__file__).parents[3] / "docs" / "instructors.md").read_text()
    table = page.partition("## Collecting")[2].partition("\n**")[0]
    for text in (table, layouts.sort_by_student.__doc__, course_commands.collect.help):
        missing = [platform.name for platform in platforms.PLATFORMS if platform.name not in text]
        assert not missing, f"{missing} in {text}"


# name: (platform, id, person's name, file's name, attempt, late, receipt), as in docs/instructors.md
NAMES = {
    "leeann_1001_50001_knn.ipynb": ("Canvas", "1001", "leeann", "knn.ipynb", (50001, 0), False, False),
    "leeann_LATE_1001_50001_knn-2.ipynb": ("Canvas", "1001", "leeann", "knn-2.ipynb", (50001, 2), True, False),
    "leeann_1001_50001_knn-2": ("Canvas", "1001", "leeann", "knn-2", (50001, 2), False, False),
    "leeann_1001_50001_knn-2000.ipynb": ("Canvas", "1001", "leeann", "knn-2000.ipynb", (50001, 0), False, False),
    "leeann_1001_50001_a-1.b-3.ipynb": ("Canvas", "1001", "leeann", "a-1.b-3.ipynb", (50001, 3), False, False),
    "leeann_1001_text.html": ("Canvas", "1001", "leeann", "text.html", (), False, False),
    "leeann_LATE_1001_link.html": ("Canvas", "1001", "leeann", "link.html", (), True, False),
    "anon_h5Xz2_50001_knn.ipynb": ("Canvas", "anon_h5Xz2", "", "knn.ipynb", (50001, 0), False, False),
    "LATE_anon_h5Xz2_50001_a": ("Canvas", "anon_h5Xz2", "", "a", (50001, 0), True, False),
    "LATE_anon_h5Xz2_text.html": ("Canvas", "anon_h5Xz2", "", "text.html", (), True, False),
    "Ann Lee_301_assignsubmission_file_": ("Moodle", "301", "Ann Lee", "", (), False, False),
    "Ann Lee_301_assignsubmission_file": ("Moodle", "301", "Ann Lee", "", (), False, False),
    "Ann Lee_301_assignsubmission_onlinetext_x_y": ("Moodle", "301", "Ann Lee", "x_y", (), False, False),
    "Participant_2001_assignsubmission_file_": ("Moodle", "Participant_2001", "", "", (), False, False),
    "Team A-Participant_2001_assignsubmission_file_": ("Moodle", "Participant_2001", "", "", (), False, False),
    "Homework 1_alee_attempt_2026-11-20-10-00-05_knn.ipynb": (
        "Blackboard", "alee", "", "knn.ipynb", (2026, 11, 20, 10, 0, 5), False, False,
    ),
    "HW_alee_attempt_2026-11-20-10-00-05.txt": ("Blackboard", "alee", "", "", (2026, 11, 20, 10, 0, 5), False, True),
    "HW_alee_attempt_2026-11-20-10-00-05": ("Blackboard", "alee", "", "", (2026, 11, 20, 10, 0, 5), False, False),
    "alee_attempt_2026-11-20-10-00-05_x": ("Blackboard", "alee", "", "x", (2026, 11, 20, 10, 0, 5), False, False),
    "1-77 - Ann Lee - Nov 20, 2026 1000 AM": ("Brightspace", "1", "Ann Lee", "", (2026, 11, 20, 10, 0), False, False),
    "1001-77 - Ann - Lee - Nov 20, 2026 100 PM - a - b": (
        "Brightspace", "1001", "Ann - Lee", "a - b", (2026, 11, 20, 13, 0), False, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_the_name_of_a_file_or_folder_says(name):
    platform, id, person, file, attempt, late, receipt = NAMES[name]
    found = read_name(name)
    assert (found.person.platform, found.person.id, found.person.name) == (platform, id, person)
    assert (found.file, found.attempt, found.late, found.receipt) == (file, attempt, late, receipt)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "alice",
            "alice_knn.ipynb",
            "alee_1001_knn.ipynb",
            "leeann_1001_50001",
            "leeann_1001_50001_",
            "_1001_text.html",
        ),
        *(
            "leeann_1001_text.htm",
            "Ann_Lee_301_assignsubmission_file_",
            "Ann Lee_x1_assignsubmission_file_",
            "index.html",
        ),
        *("alee_attempt_2026-11-20-10-00", "alee_attempt_2026-11-20-10-00-05x", "_attempt_2026-11-20-10-00-05"),
        *("1001 - Ann Lee - Nov 20, 2026 1000 AM", "1001-77 - Ann Lee - Nov 20", "submission_71", "knn-octocat"),
        *("Default group_assignsubmission_file_", "x_anon_h5_1_a.ipynb2"[:8]),
    ],
)
def test_names_that_no_platform_gives(name):
    assert read_name(name) is None


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("Nov 2, 2026 1000 AM", (2026, 11, 2, 10, 0)), ("Nov 20, 2026 10:00 AM", (2026, 11, 20, 10, 0)),
        ("November 20, 2026 115 PM", (2026, 11, 20, 13, 15)), ("20 Nov, 2026 12:30 PM", (2026, 11, 20, 12, 30)),
        ("20 November, 2026 1230 AM", (2026, 11, 20, 0, 30)), ("20 November 2026 1000 AM", (2026, 11, 20, 10, 0)),
        ("Nov 20, 2026 1405", (2026, 11, 20, 14, 5)), ("November 20, 2026 905", (2026, 11, 20, 9, 5)),
        ("20 Nov, 2026 1405", (2026, 11, 20, 14, 5)), ("20 November, 2026 1405", (2026, 11, 20, 14, 5)),
        ("20 November 2026 1405", (2026, 11, 20, 14, 5)), ("20. November 2026 1405", ()), ("2026", ()),
    ],
)  # fmt: skip
def test_the_times_that_brightspace_writes(written, time):
    assert read_name(f"1-2 - Ann Lee - {written}").attempt == time


@pytest.mark.parametrize(
    ("name", "around", "one"),
    [
        ("assignment_9_export", True, False), ("knn-hw-submissions", True, False), ("-submissions", False, False),
        ("submission_71", False, True), ("Default group_assignsubmission_file_", False, True),
        ("assignment_export", False, False), ("submission_", False, False), ("alice", False, False),
        ("my assignment_9_export", False, False), ("submission_71_x", False, False),
    ],
)  # fmt: skip
def test_names_of_what_holds_a_class_and_of_what_holds_one_students_work(name, around, one):
    assert (platforms.is_around_class(name), platforms.is_of_one_student(name)) == (around, one)


def test_files_that_a_platform_adds():
    names = ("index.html", "submission_metadata.yml", "index.htm", "knn.ipynb")
    assert [platforms.is_own_file(name) for name in names] == [True, True, False, False]


def test_a_person_in_words_and_whether_the_id_is_a_guess():
    assert str(Person("1", "Ann", "Canvas")) == "1 (Ann, Canvas)" and str(Person("1")) == "1"
    assert str(Person("1", platform="Moodle")) == "1 (Moodle)"
    sources = {"HW_a_lee": True, "HW_lee": False, "lee": False}
    assert {text: Person("lee", "", "Blackboard", source=text).guessed for text in sources} == sources
    assert not Person("lee", "Ann", "Blackboard", source="HW_a_lee").guessed
    assert not Person("lee", "", "Canvas", source="HW_a_lee").guessed


def logins(*names, **receipts):
    return {before: person.id for before, person in platforms.blackboard_logins(
        [f"{name}_attempt_2026-11-20-10-00-00_x" for name in names], receipts
    ).items()}  # fmt: skip


def test_a_login_is_what_is_left_of_all_names_without_the_title():
    assert logins("HW_alee", "HW_bray") == {"HW_alee": "alee", "HW_bray": "bray"}
    assert logins("My_HW_a_lee", "My_HW_b_lee") == {"My_HW_a_lee": "a_lee", "My_HW_b_lee": "b_lee"}
    assert logins("HW_a_lee") == {"HW_a_lee": "lee"} and logins("alee") == {"alee": "alee"}
    assert logins("HW_lee", "HW_a_lee") == {"HW_lee": "lee", "HW_a_lee": "a_lee"}
    assert logins() == {} and platforms.blackboard_logins(["alice.ipynb"]) == {}


def test_a_receipt_says_login_and_name():
    receipts = {"HW_a_lee": "\ufeffName: Ann (A.) Lee (a_lee)\r\nAssignment: HW\r\n", "HW_bob": "Name: Bob (b_ob)"}
    found = platforms.blackboard_logins([f"{name}_attempt_2026-11-20-10-00-00.txt" for name in receipts], receipts)
    assert found["HW_a_lee"] == Person("a_lee", "Ann (A.) Lee", "Blackboard", source="HW_a_lee")
    assert found["HW_bob"] == Person("bob", "", "Blackboard", source="HW_bob")  # its receipt names another login


def test_what_the_whole_download_tells_is_used():
    person = Person("a_lee", "Ann", "Blackboard")
    assert read_name("HW_a_lee_attempt_2026-11-20-10-00-00_x", Download({"HW_a_lee": person})).person is person


@pytest.mark.parametrize(
    ("folder", "login"),
    [
        ("knn-octocat", "octocat"), ("knn-hu-bot", "hu-bot"), ("knn-Hu_Bot9", "Hu_Bot9"), ("hw-octocat", "octocat"),
        ("knn-", None), ("knn", None), ("knnoctocat", None), ("other-octocat", None), ("knn--x", None),
        ("knn-a b", None), ("knn-_x", None),
    ],
)  # fmt: skip
def test_the_login_of_a_clone(folder, login):
    found = platforms.github_login(folder, ["hw", "knn"])
    assert found == (Person(login, "", "GitHub") if login else None)


@pytest.mark.parametrize(
    ("folder", "without"),
    [
        ("knn-octocat-main", "knn-octocat"),
        ("knn-master", "knn"),
        ("-main", "-main"),
        ("knn-main-x", "knn-main-x"),
        ("main", "main"),
    ],
)
def test_the_branch_that_github_adds(folder, without):
    assert platforms.without_branch(folder) == without


@pytest.mark.parametrize(
    ("metadata", "said"),
    [(b"{", "is not readable YAML"), (b"[1]", "lists no submissions"), (b"", "lists no submissions")],
)
def test_a_list_of_gradescopes_that_is_none(metadata, said):
    with pytest.raises(ValueError, match=said):
        platforms.gradescope_uploads(metadata)


def test_whose_a_folder_of_gradescopes_is():
    metadata = b"""
submission_1: {":submitters": [{":sid": " 7 ", ":email": "a@x.edu", ":name": Ann}, {":sid": "", ":email": "b@x.edu"}]}
submission_2: {":submitters": [{":name": Nobody}, 3]}
submission_3: {":submitters": }
submission_4: 5
6: {":submitters": [{":sid": 0012}]}
"""
    found = platforms.gradescope_uploads(metadata)
    assert {folder: [upload.person for upload in uploads] for folder, uploads in found.items()} == {
        "submission_1": [Person("7", "Ann", "Gradescope", "a@x.edu"), Person("b@x.edu", "", "Gradescope", "b@x.edu")],
        "submission_2": [], "submission_3": [], "submission_4": [], "6": [Person("0012", "", "Gradescope")],
    }  # fmt: skip


def test_when_a_submission_of_gradescopes_was_made():
    metadata = b"""
submission_1: {":created_at": 2026-11-20 23:59:00.123456000 Z, ":submitters": [{":sid": 1}, {":sid": 2}]}
submission_2: {":created_at": soon, ":submitters": [{":sid": 3}]}
submission_3: {":submitters": [{":sid": 4}]}
"""
    found = platforms.gradescope_uploads(metadata)
    assert [upload.arrived for uploads in found.values() for upload in uploads] == [
        *[datetime(2026, 11, 20, 23, 59, 0, 123456, UTC)] * 2, None, None,
    ]  # fmt: skip


def test_the_highest_number_of_canvas_is_the_latest():
    [canvas] = [platform for platform in platforms.PLATFORMS if platform.name == "Canvas"]
    ranks = canvas.ranks([(503, 2), (504, 0), (502, 1)])
    assert sorted(ranks, key=ranks.get) == [(502, 1), (503, 2), (504, 0)] and ranks[504, 0][0] == 0


def test_what_is_different_on_each_platform():
    found = {platform.name: platform for platform in platforms.PLATFORMS}
    for field, names in {
        "ids_ignore_case": ["GitHub"], "hides_names": ["Moodle"], "guesses_ids": ["Blackboard"], "ranks": ["Canvas"],
        "attempts_are_times": ["Blackboard", "Brightspace"],
    }.items():  # fmt: skip
        assert [name for name, platform in found.items() if getattr(platform, field)] == names
