"""What a group hands in is placed for each of its members, and what is unclear for none."""

import json

import pytest
from downloads import KNN, make_workspace, submitted, write

from autograder.submissions.collect import collect
from autograder.submissions.origins import Origins

OTHER = b'{"cells": [], "metadata": {}}'


@pytest.fixture
def workspace(tmp_path):
    made = make_workspace(tmp_path)
    made.root.joinpath("roster.csv").write_text(
        'id,name,login\n1001,"Lee, Ann",alee\n1002,"Ray, Bo",bray\n1003,"García, José",jg\n1004,"Lee, Ann",alee2\n'
    )
    made.root.joinpath("groups.csv").write_text("group,student\nTeam 7,1001\nTeam 7,jg\n")
    return made


def collected(workspace, tmp_path, files, name="download", **given):
    return collect(workspace, "nearest", write(tmp_path / name, files), **given)


BOTH = ["1001/nearest/knn.ipynb", "1003/nearest/knn.ipynb"]


@pytest.mark.parametrize(
    "file",
    [
        "team7_55_50001_knn.ipynb",  # Canvas, by the group's name
        "alee_1001_50001_knn.ipynb",  # Canvas, by one member's id
        "Team 7_301_assignsubmission_file_/knn.ipynb",
        "Team 7-José García_302_assignsubmission_file_/knn.ipynb",
        "77-5 - Team 7 - Nov 20, 2026 1000 AM/knn.ipynb",
        "team 7/knn.ipynb",
        "jg.zip/knn.ipynb".replace(".zip", ""),
    ],
)
def test_each_member_gets_a_copy(workspace, tmp_path, file):
    result = collected(workspace, tmp_path, {file: KNN, "bray_1002_50009_knn.ipynb": KNN})
    assert result.unplaced == []
    assert submitted(workspace) == [BOTH[0], "1002/nearest/knn.ipynb", BOTH[1]]
    notes = {placed.student: placed.notes for placed in result.placed}
    assert "of the group Team 7: 1001, 1003" in notes["1001"] and "of the group Team 7: 1001, 1003" in notes["1003"]
    assert Origins(workspace, "nearest").groups == {"1001": "Team 7", "1003": "Team 7"}


def test_two_different_hand_ins_of_one_group_are_a_conflict(workspace, tmp_path):
    files = {"team 7/knn.ipynb": KNN, "alee/knn.ipynb": OTHER, "bray/knn.ipynb": KNN}
    result = collected(workspace, tmp_path, files)
    assert submitted(workspace) == ["1002/nearest/knn.ipynb"]
    assert [who for who, _ in result.unplaced] == ["alee", "team 7"]
    assert all("2 of the download are work of the group Team 7, and they differ" in why for _, why in result.unplaced)


def test_the_same_hand_in_of_two_members_is_one(workspace, tmp_path):
    names = ("Team 7-Ann Lee_301_assignsubmission_file_", "Team 7-José García_302_assignsubmission_file_")
    workspace.root.joinpath("roster.csv").write_text('id,name\n1001,"Lee, Ann"\n1003,"García, José"\n')
    workspace.root.joinpath("groups.csv").write_text("group,student\nTeam 7,1001\nTeam 7,1003\n")
    result = collected(workspace, tmp_path, {f"{name}/knn.ipynb": KNN for name in names})
    assert result.unplaced == [] and submitted(workspace) == BOTH


def test_work_that_a_member_handed_in_before_alone_is_not_replaced(workspace, tmp_path):
    groups = workspace.root / "groups.csv"
    kept = groups.read_text()
    groups.unlink()
    collected(workspace, tmp_path, {"alee/knn.ipynb": OTHER}, "alone")
    groups.write_text(kept)
    result = collected(workspace, tmp_path, {"team 7/knn.ipynb": KNN})
    assert [placed.student for placed in result.placed] == ["1003"]
    [(who, why)] = result.unplaced
    assert who == "1001" and "has other work in place; remove submitted/1001/nearest, or correct groups.csv" in why
    assert (workspace.submitted("1001", "nearest") / "knn.ipynb").read_bytes() == OTHER


def test_a_later_hand_in_of_a_member_is_the_groups(workspace, tmp_path):
    collected(workspace, tmp_path, {"team 7/knn.ipynb": KNN}, "first")
    result = collected(workspace, tmp_path, {"jg/knn.ipynb": OTHER}, "second", received="2026-11-20 12:00 Z")
    assert [(placed.student, placed.state) for placed in result.placed] == [("1001", "replaced"), ("1003", "replaced")]
    for member in ("1001", "1003"):
        folder = workspace.submitted(member, "nearest")
        assert (folder / "knn.ipynb").read_bytes() == OTHER and (folder / "timestamp.txt").exists()


def test_without_a_roster_the_members_are_folders(workspace, tmp_path):
    (workspace.root / "roster.csv").unlink()
    workspace.root.joinpath("groups.csv").write_text("group,student\nx,ann\nx,bo\n")
    collected(workspace, tmp_path, {"ann/knn.ipynb": KNN, "cy/knn.ipynb": KNN})
    assert submitted(workspace) == [f"{student}/nearest/knn.ipynb" for student in ("ann", "bo", "cy")]


def test_a_wrong_file_of_a_group_is_said_once(workspace, tmp_path):
    result = collected(workspace, tmp_path, {"team 7/notes.txt": b"x", "bray/knn.ipynb": KNN})
    [(who, why)] = result.unplaced
    assert who == "group Team 7: 'team 7'" and "has no knn.ipynb" in why


def test_gradescopes_groups_are_kept_too(workspace, tmp_path):
    (workspace.root / "groups.csv").unlink()
    metadata = b"submission_1:\n  :submitters:\n  - :sid: '1001'\n  - :sid: '1003'\n"
    files = {"submission_metadata.yml": metadata, "submission_1/knn.ipynb": KNN}
    collected(workspace, tmp_path, files)
    assert submitted(workspace) == BOTH
    assert set(Origins(workspace, "nearest").groups.values()) == {"@Gradescope submission_1"}
    lines = (workspace.root / ".cs231n" / "collected" / "nearest.jsonl").read_text().splitlines()
    assert [json.loads(line)["student"] for line in lines] == ["1001", "1003"]


def test_moodles_groups_are_known_by_the_names_of_its_folders(workspace, tmp_path):
    (workspace.root / "groups.csv").unlink()
    names = {"Team 7-Bo Ray_301": KNN, "Team 7-José García_302": KNN, "Default group-Ann Lee_303": OTHER}
    workspace.root.joinpath("roster.csv").write_text('id,name\n1,"Ray, Bo"\n2,"García, José"\n3,"Lee, Ann"\n')
    collected(workspace, tmp_path, {f"{name}_assignsubmission_file_/knn.ipynb": data for name, data in names.items()})
    groups = Origins(workspace, "nearest").groups
    assert groups["1"] == groups["2"] != groups["3"] and groups["1"].startswith("@Moodle Team 7 ")


def test_different_work_of_moodles_default_group_is_not_of_one_group(workspace, tmp_path):
    (workspace.root / "groups.csv").unlink()
    names = {"Default group-Bo Ray_301": KNN, "Default group-José García_302": OTHER}
    collected(workspace, tmp_path, {f"{name}_assignsubmission_file_/knn.ipynb": data for name, data in names.items()})
    first, second = Origins(workspace, "nearest").groups.values()
    assert first != second
