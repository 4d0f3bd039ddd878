"""When a submission arrived: from --received, from a list, or from the download, in the shape of each platform."""

from datetime import UTC, datetime

import pytest
from downloads import KNN, make_workspace, write

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.submissions.collect import collect

OTHER = b'{"cells": [], "metadata": {}}'


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path)


def with_toml(workspace, zone="", due=""):
    """The workspace with a time zone or a due date in its course.toml."""
    toml = workspace.assignments / "course.toml"
    text = toml.read_text()
    if zone:
        text = text.replace("[course]\n", f'[course]\ntime_zone = "{zone}"\n')
    if due:
        text = text.replace('notebooks = ["knn"]\n', f'notebooks = ["knn"]\ndue = {due}\n')
    toml.write_text(text)
    return Workspace(workspace.root)


def times(workspace):
    """student -> the time in timestamp.txt, "" without one."""
    found = {}
    for folder in sorted((workspace.root / "submitted").glob("*/nearest")):
        stamp = folder / "timestamp.txt"
        found[folder.parent.name] = stamp.read_text().strip()[:19] if stamp.exists() else ""
    return found


BLACKBOARD = "HW_alee_attempt_2026-11-{}_knn.ipynb"


def test_blackboards_latest_attempt_says_it_in_the_zone_of_the_course(workspace, tmp_path):
    workspace = with_toml(workspace, zone="America/New_York")
    files = {BLACKBOARD.format("20-10-00-00"): KNN, BLACKBOARD.format("21-09-30-15"): OTHER}
    files["HW_bray_attempt_2026-11-20-08-00-00_knn.ipynb"] = KNN
    collect(workspace, "nearest", write(tmp_path / "download", files))
    assert times(workspace) == {"alee": "2026-11-21 14:30:15", "bray": "2026-11-20 13:00:00"}


def test_a_later_attempt_without_the_notebook_does_not_count(workspace, tmp_path):
    workspace = with_toml(workspace, zone="America/New_York")
    files = {BLACKBOARD.format("20-10-00-00"): KNN, "HW_alee_attempt_2026-11-25-10-00-00_notes.txt": b"x"}
    collect(workspace, "nearest", write(tmp_path / "download", files))
    assert times(workspace) == {"alee": "2026-11-20 15:00:00"}


def test_without_a_zone_such_times_are_not_used_and_that_is_said(workspace, tmp_path):
    files = {BLACKBOARD.format("20-10-00-00"): KNN, "HW_bray_attempt_2026-11-20-08-00-00_knn.ipynb": KNN}
    collected = collect(workspace, "nearest", write(tmp_path / "download", files))
    assert times(workspace) == {"alee": "", "bray": ""}
    [remark] = collected.remarks
    assert "Blackboard states times without a time zone" in remark and "time_zone" in remark


def test_brightspaces_folders(workspace, tmp_path):
    workspace = with_toml(workspace, zone="Europe/Berlin")
    name = "1001-77 - Ann Lee - Nov 20, 2026 1005 PM/knn.ipynb"
    collect(workspace, "nearest", write(tmp_path / "download", {name: KNN}))
    assert times(workspace) == {"1001": "2026-11-20 21:05:00"}


def test_gradescopes_metadata(workspace, tmp_path):
    metadata = b"""submission_1:
  :created_at: 2026-11-20 23:59:00.123456000 Z
  :submitters:
  - :sid: ann
  - :sid: bob
"""
    files = {"submission_metadata.yml": metadata, "submission_1/knn.ipynb": KNN}
    collect(workspace, "nearest", write(tmp_path / "download", files))
    assert times(workspace) == {"ann": "2026-11-20 23:59:00", "bob": "2026-11-20 23:59:00"}


CANVAS = {"leeann_LATE_1001_50001_knn.ipynb": KNN, "raybob_1002_50002_knn.ipynb": KNN}


def test_canvas_says_only_that_work_is_late(workspace, tmp_path):
    workspace = with_toml(workspace, due="2026-11-20T23:59:00Z")
    [ann, bob] = collect(workspace, "nearest", write(tmp_path / "download", CANVAS)).placed
    assert times(workspace) == {"1001": "2026-11-20 23:59:01", "1002": ""}
    assert ann.notes == [
        "marked LATE by Canvas",
        "the time is unknown, and taken as 2026-11-20 23:59:01 UTC, just after the due date; see --times",
    ]
    assert bob.notes == []


def test_a_known_time_that_is_late_stays_when_canvas_says_late(workspace, tmp_path):
    workspace = with_toml(workspace, due="2026-11-20T23:59:00Z")
    download = write(tmp_path / "download", CANVAS)
    (tmp_path / "list.csv").write_text("id,time\n1001,2026-11-23 08:00 Z\n")
    collect(workspace, "nearest", download, times=tmp_path / "list.csv")
    assert times(workspace) == {"1001": "2026-11-23 08:00:00", "1002": ""}
    collect(workspace, "nearest", download)
    assert times(workspace) == {"1001": "2026-11-23 08:00:00", "1002": ""}


def test_late_without_a_due_date_is_said(workspace, tmp_path):
    [remark] = collect(workspace, "nearest", write(tmp_path / "download", CANVAS)).remarks
    assert "Canvas marks work as late, and course.toml has no due date" in remark
    assert times(workspace) == {"1001": "", "1002": ""}


def test_a_list_gives_moodles_students_their_times(workspace, tmp_path):
    workspace = with_toml(workspace, zone="Europe/Berlin")
    header = 'Identifier,"Full name","Last modified (submission)"\n'
    rows = '"Participant 301","Ann Lee","Friday, 20 November 2026, 11:59 PM"\n"Participant 302","Bob Ray",-\n'
    (tmp_path / "worksheet.csv").write_text(header + rows)
    names = ("Ann Lee_301_assignsubmission_file_/knn.ipynb", "Bob Ray_302_assignsubmission_file_/knn.ipynb")
    download = write(tmp_path / "download", dict.fromkeys(names, KNN))
    collected = collect(workspace, "nearest", download, times=tmp_path / "worksheet.csv")
    assert times(workspace) == {"301": "2026-11-20 22:59:00", "302": ""}
    assert collected.remarks == ["worksheet.csv has no time for 1 who handed in: 302 (Bob Ray, Moodle)"]


def test_received_comes_before_what_the_download_says(workspace, tmp_path):
    workspace = with_toml(workspace, zone="America/New_York")
    download = write(tmp_path / "download", {BLACKBOARD.format("20-10-00-00"): KNN})
    collected = collect(workspace, "nearest", download, received="2026-11-19 12:00")
    assert times(workspace) == {"alee": "2026-11-19 17:00:00"}
    assert collected.received == "2026-11-19 12:00 America/New_York is 2026-11-19 17:00 UTC"


def test_of_two_downloads_the_work_that_arrived_last_counts(workspace, tmp_path):
    workspace = with_toml(workspace, zone="UTC")
    first = write(tmp_path / "first", {BLACKBOARD.format("20-10-00-00"): KNN})
    second = write(tmp_path / "second", {BLACKBOARD.format("21-10-00-00"): OTHER})
    collect(workspace, "nearest", second)
    [placed] = collect(workspace, "nearest", first).placed
    assert placed.state == "unchanged" and times(workspace) == {"alee": "2026-11-21 10:00:00"}
    assert placed.notes[-1] == (
        "not taken: it arrived 2026-11-20 10:00 UTC, before the submission in place, 2026-11-21 10:00 UTC"
    )
    assert (workspace.submitted("alee", "nearest") / "knn.ipynb").read_bytes() == OTHER
    collect(workspace, "nearest", first, received="2026-11-20 10:00")  # the instructor insists
    assert (workspace.submitted("alee", "nearest") / "knn.ipynb").read_bytes() == KNN


def test_two_times_for_one_student_are_not_guessed(workspace, tmp_path):
    (tmp_path / "list.csv").write_text("student,email,time\n1001,,2026-11-20 08:00 Z\n,a@x.edu,2026-11-21 08:00 Z\n")
    (workspace.root / "roster.csv").write_text("id,email\n1001,a@x.edu\n")
    download = write(tmp_path / "download", {"leeann_1001_50001_knn.ipynb": KNN})
    collected = collect(workspace, "nearest", download, times=tmp_path / "list.csv")
    assert collected.placed == [] and "has 2 times in list.csv" in collected.unplaced[0][1]


def test_a_list_that_is_none_is_refused_before_anything_is_placed(workspace, tmp_path):
    (tmp_path / "list.csv").write_text("x\n1\n")
    with pytest.raises(KitError, match="list.csv, line 1"):
        collect(workspace, "nearest", write(tmp_path / "download", CANVAS), times=tmp_path / "list.csv")
    assert times(workspace) == {}


def test_a_time_is_kept_to_the_second_in_utc(workspace, tmp_path):
    workspace = with_toml(workspace, zone="America/Los_Angeles")
    collect(workspace, "nearest", write(tmp_path / "download", CANVAS), received="2026-07-01 12:00")
    stamp = workspace.submitted("1001", "nearest") / "timestamp.txt"
    assert datetime.strptime(stamp.read_text().strip(), "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC) == datetime(
        2026, 7, 1, 19, tzinfo=UTC
    )
