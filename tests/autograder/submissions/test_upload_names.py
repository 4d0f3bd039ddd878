"""What a platform called each student's files: feedback goes back under these names."""

from types import SimpleNamespace

import pytest
from downloads import write

from autograder.submissions.collect import collect
from autograder.submissions.platforms import Person
from autograder.submissions.upload_names import UploadName, UploadNames

ANN = Person("301", "Ann Lee", "Moodle")


@pytest.fixture
def course(tmp_path):
    return SimpleNamespace(root=tmp_path)


@pytest.mark.parametrize(
    ("platform", "student", "files", "names"),
    [
        ("Moodle", "301", ["Zoë M_301_assignsubmission_file_/knn.ipynb"], ["Zoë M_301_assignsubmission_file"]),
        ("Moodle", "301", ["M_301_assignsubmission_file_knn.ipynb"], [("M_301_assignsubmission_file", "knn.ipynb")]),
        ("Moodle", "Participant_301", ["Participant_301_assignsubmission_file_/knn.ipynb"],
         ["Participant_301_assignsubmission_file"]),
        ("Canvas", "1001", ["leeann_LATE_1001_9_a.txt", "leeann_1001_50_knn-1.ipynb", "leeann_1001_text.html"],
         [("leeann_1001", "text.html"), ("leeann_LATE_1001_9", "a.txt"), ("leeann_1001_50", "knn-1.ipynb")]),
        ("Brightspace", "1001",
         [f"1001-77 - Ann Lee - Nov 2{day}, 2026 {day}00 PM/knn.ipynb" for day in (3, 1, 2)],
         [f"1001-77 - Ann Lee - Nov 2{day}, 2026 {day}00 PM" for day in (1, 2, 3)]),
        ("", "alice", ["alice/knn.ipynb"], []),
    ],
)  # fmt: skip
def test_collect_records_them_with_the_latest_last(workspace, downloads, platform, student, files, names):
    collect(workspace, "nearest", write(downloads, dict.fromkeys(files, b'{"cells": []}')))
    found = UploadNames(workspace, "nearest").of(student, platform)
    assert [(name.prefix, name.file) if name.file else name.prefix for name in found] == names
    assert UploadNames(workspace, "linear").of(student, platform) == []


def test_they_are_recorded_when_an_unchanged_download_is_collected_again(workspace, downloads):
    source = write(downloads, {"Ann Lee_301_assignsubmission_file_/knn.ipynb": b"1"})
    collect(workspace, "nearest", source)
    path = UploadNames(workspace, "nearest").path
    before = path.read_bytes()
    path.unlink()
    [placed] = collect(workspace, "nearest", source).placed
    assert placed.state == "unchanged" and path.read_bytes() == before
    collect(workspace, "nearest", source)
    assert path.read_bytes() == before


def test_the_last_line_counts_and_of_two_students_of_one_person_the_last(course):
    names = UploadNames(course, "sums")
    names.keep("ann", ANN, [UploadName("Ann Lee_301")])
    names.keep("ann", ANN, [UploadName("Group A-Ann Lee_301")])
    names.keep("ann", Person("1001", "leeann", "Canvas"), [UploadName("leeann_1001_5")])
    assert UploadNames(course, "sums").of("ann", "Moodle") == [UploadName("Group A-Ann Lee_301")]
    # the roster's alias was wrong: participant 301 is another student
    names.keep("ann2", Person("Participant_301", "", "Moodle"), [UploadName("Participant_301")])
    for read in (names, UploadNames(course, "sums")):
        assert read.of("ann", "Moodle") == [] and read.of("ann2", "Moodle") == [UploadName("Participant_301")]
        assert read.of("ann", "Canvas") == [UploadName("leeann_1001_5")]


@pytest.mark.parametrize("line", ["", "{", "3", "[]", '{"student": "x"}', '{"student": "ann", "platform": "Moodle"'])
def test_a_line_that_is_none_is_passed_over(course, line):
    names = UploadNames(course, "sums")
    names.keep("ann", ANN, [UploadName("Ann Lee_301", "Ünï\n.ipynb")])
    with names.path.open("a") as file:
        file.write(line)
    UploadNames(course, "sums").keep("bob", Person("302", "Bob", "Moodle"), [UploadName("Bob_302")])
    read = UploadNames(course, "sums")
    assert read.of("ann", "Moodle") == [UploadName("Ann Lee_301", "Ünï\n.ipynb")]
    assert read.of("bob", "Moodle") == [UploadName("Bob_302")]
