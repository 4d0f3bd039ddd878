"""The roster and submitted/: downloads of a class collected with a roster, and who is missing or unknown."""

import platform_files as files
import pytest
from downloads import KNN, submitted, write

from autograder.course.delimited import parse_table
from autograder.course.roster import Roster, Student, roster_path, write_roster
from autograder.course.roster_import import merge, students_of
from autograder.errors import KitError
from autograder.submissions.collect import collect
from autograder.submissions.handed_in import handed_in

OTHER = b'{"cells": [], "metadata": {}}'


@pytest.fixture
def keep(workspace):
    """keep(data, ...) imports platforms' files into the workspace's roster."""

    def run(*parts):
        roster = Roster()
        for data in parts:
            roster = merge(roster, students_of(parse_table(data, "f")), "f").roster
        write_roster(workspace, roster)
        return roster

    return run


def placed(collected):
    return {item.student: item for item in collected.placed}


def moodle_folders(first_number=301, **more):
    people = enumerate(files.CLASS)
    names = {
        f"{f} {n.replace(chr(39), '')}_{first_number + i}_assignsubmission_file_/knn.ipynb": KNN
        for i, (_, _, n, f) in people
    }
    return {**names, **more}


def test_moodles_numbers_become_one_id_over_the_course(workspace, downloads, keep):
    keep(files.moodle(), files.worksheet())
    collected = collect(workspace, "nearest", write(downloads, moodle_folders()))
    assert sorted(placed(collected)) == [f"M{number}" for number, *_ in files.CLASS]
    assert not collected.unplaced
    assert placed(collected)["M1003"].person.name == "José García Márquez"
    again = collect(workspace, "nearest", downloads)
    assert {item.state for item in again.placed} == {"unchanged"} and not again.unplaced


def test_two_of_one_name_are_not_placed_until_an_alias_says_who(workspace, downloads, keep):
    keep(files.moodle())
    collected = collect(workspace, "nearest", write(downloads, moodle_folders()))
    assert sorted(placed(collected)) == [f"M{number}" for number, *_ in files.CLASS[2:]]
    assert [who for who, _ in collected.unplaced] == ["301 (Ann Lee, Moodle)", "302 (Ann Lee, Moodle)"]
    assert "write 'Moodle 302' into the aliases" in collected.unplaced[1][1]

    text = roster_path(workspace).read_text("utf-8-sig")
    for number, alias in (("M1001", "Moodle 301"), ("M1002", "Moodle 302")):
        text = text.replace(f"alee{number[-1]}@x.edu,,,", f"alee{number[-1]}@x.edu,,,{alias}")
    roster_path(workspace).write_text(text)
    assert not collect(workspace, "nearest", downloads).unplaced
    assert {"M1001", "M1002"} <= {path.partition("/")[0] for path in submitted(workspace)}


def test_whoever_is_not_in_the_roster_is_named_and_not_placed(workspace, downloads, keep):
    keep(files.canvas())
    write(
        downloads, {"leeann_1001_5_knn.ipynb": KNN, "wuzoe_4711_6_knn.ipynb": KNN, "garciajose_1003_7_essay.pdf": b""}
    )
    collected = collect(workspace, "nearest", downloads)
    assert submitted(workspace) == ["1001/nearest/knn.ipynb"]
    why = dict(collected.unplaced)
    assert "is not in the roster" in why["4711 (wuzoe, Canvas)"]
    assert "has no knn.ipynb; it holds garciajose_1003_7_essay.pdf" in why["1003 (garciajose, Canvas)"]


def test_files_that_people_named_find_their_students(workspace, downloads, keep):
    keep(files.canvas(), files.github([("1006", "octo6")]))
    names = ["jgarcia_knn.ipynb", "O\u2019Brien Conor_knn.ipynb", "明 李_knn.ipynb", "alee1_knn.ipynb", "a_b_knn.ipynb"]
    write(downloads, {name: KNN for name in names} | {"nearest-octo6/knn.ipynb": KNN, "Ann Lee_knn.ipynb": KNN})
    collected = collect(workspace, "nearest", downloads)
    assert sorted(placed(collected)) == ["1001", "1003", "1004", "1005", "1006", "1007"]
    assert [who for who, _ in collected.unplaced] == ["Ann Lee"]
    assert "known by the name alone" in str(placed(collected)["1004"].notes)
    assert not placed(collected)["1003"].notes


def test_a_second_hand_in_replaces_the_first_whatever_it_is_called(workspace, downloads, keep, tmp_path):
    keep(files.canvas())
    collect(workspace, "nearest", write(downloads, {"leeann_1001_5_knn.ipynb": KNN}))
    later = collect(workspace, "nearest", write(tmp_path / "later", {"alee1_knn.ipynb": OTHER}))
    assert [(item.student, item.state) for item in later.placed] == [("1001", "replaced")]
    assert (workspace.submitted("1001", "nearest") / "knn.ipynb").read_bytes() == OTHER


def test_two_files_that_mean_one_student_are_both_named(workspace, downloads, keep):
    keep(files.canvas())
    collected = collect(workspace, "nearest", write(downloads, {"alee1_knn.ipynb": KNN, "1001_knn.ipynb": OTHER}))
    assert submitted(workspace) == [] and len(collected.unplaced) == 2
    assert "2 of the download mean 1001 (Ann Lee) of the roster" in collected.unplaced[0][1]


def test_a_namesake_in_a_later_download_does_not_replace_the_student(workspace, downloads, keep, tmp_path):
    keep(b"id,name\n1,Ann Lee\n")
    collect(workspace, "nearest", write(downloads, {"Ann Lee_301_assignsubmission_file_/knn.ipynb": KNN}))
    later = write(tmp_path / "later", {"Ann Lee_305_assignsubmission_file_/knn.ipynb": OTHER})
    collected = collect(workspace, "nearest", later)
    assert "would replace what 301 (Ann Lee, Moodle) has handed in" in collected.unplaced[0][1]
    assert (workspace.submitted("1", "nearest") / "knn.ipynb").read_bytes() == KNN


def test_blackboards_logins_are_certain_without_receipts(workspace, downloads, keep):
    keep(files.blackboard())
    name = "Homework 1_{}_attempt_2026-11-20-10-00-00_knn.ipynb"
    collected = collect(workspace, "nearest", write(downloads, {name.format(x): KNN for x in ("a_b", "jgarcia")}))
    assert sorted(placed(collected)) == ["a_b", "jgarcia"] and not collected.unplaced
    assert not placed(collected)["a_b"].notes


def test_hidden_names_are_placed_and_stay_where_they_are(workspace, downloads, keep, tmp_path):
    keep(files.moodle())
    blind = write(tmp_path / "blind", {"Participant_303_assignsubmission_file_/knn.ipynb": KNN})
    assert "the name is hidden" in str(collect(workspace, "nearest", blind).placed[0].notes)
    named = {"José García Márquez_303_assignsubmission_file_/knn.ipynb": OTHER}
    collected = collect(workspace, "nearest", write(downloads, named))
    assert submitted(workspace) == ["Participant_303/nearest/knn.ipynb"]
    assert "it is M1003 (José García Márquez)" in str(collected.placed[0].notes)
    assert "Participant_303" in handed_in(workspace, "nearest").unknown
    keep(files.moodle(), files.worksheet())
    assert [student.id for student in handed_in(workspace, "nearest").present] == ["M1003"]


def test_who_is_missing_and_who_is_unknown(workspace, keep):
    roster = keep(files.canvas())
    write(workspace.root, {"submitted/1001/nearest/knn.ipynb": KNN, "submitted/zoe/nearest/knn.ipynb": KNN})
    write(workspace.root, {"submitted/1002/linear/svm.ipynb": KNN})
    found = handed_in(workspace, "nearest")
    assert [student.id for student in found.present] == ["1001"] and found.unknown == ["zoe"]
    assert {student.id for student in found.missing} == set(roster.students) - {"1001"}


def test_without_a_roster_there_is_nothing_to_compare(workspace):
    with pytest.raises(KitError, match="no roster"):
        handed_in(workspace, "nearest")


def test_a_wrong_roster_stops_the_command_before_anything_is_placed(workspace, downloads):
    roster_path(workspace).write_text("id,name\n1,A\n1,B\n")
    with pytest.raises(KitError, match="line 3, column id"):
        collect(workspace, "nearest", write(downloads, {"1_knn.ipynb": KNN}))
    assert submitted(workspace) == []


def test_a_folder_in_another_case_is_not_a_second_student(workspace, downloads):
    write(workspace.root, {"submitted/ALICE/nearest/knn.ipynb": KNN})
    write_roster(workspace, Roster({"alice": Student("alice")}))
    collected = collect(workspace, "nearest", write(downloads, {"alice_knn.ipynb": OTHER}))
    assert "submitted/ has the folder 'ALICE'" in collected.unplaced[0][1]
