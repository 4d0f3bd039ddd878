"""The names that learning platforms write, and whose they are."""

from pathlib import Path

import pytest
from downloads import KNN, pack, submitted, write

from autograder.cli import course_commands
from autograder.submissions import layouts, origins, platforms
from autograder.submissions.collect import collect

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
