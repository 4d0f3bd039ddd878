"""The CSV of an assignment's marks."""

import csv
from datetime import datetime

import pytest
from graded_by_hand import FULL, submit
from nbgrader.api import Gradebook

from autograder.course.roster import Roster, Student, write_roster
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.reports.export import Total, export, export_course, read_totals

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def gradebook(tiny):
    with Gradebook(tiny.db_url, tiny.course_id) as opened:
        yield opened


@pytest.fixture
def exported(tiny, tmp_path):
    """exported(late) exports the marks and reads them as dicts; `late` is the late penalty of each notebook."""

    def run(late=None):
        out = tmp_path / "marks.csv"
        if late is not None:
            with (tiny.root / "nbgrader_config.py").open("a") as config:
                config.write(FLAT.format(late))
        count = export(Workspace(tiny.root), "sums", out)
        with open(out, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert count == len(rows)
        return rows

    return run


FLAT = """
from nbgrader.plugins import BasePlugin
class Flat(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {}
c.AssignLatePenalties.plugin_class = Flat
"""


def test_columns_follow_the_course_and_the_notebook(exported, gradebook):
    submit(gradebook, "alice", FULL)
    [row] = exported()
    columns = list(row)
    assert columns[columns.index("needs_manual_grading") + 1 :] == [
        "adding",
        "adding:test_add_small",
        "adding:test_double",
        "adding:question_why",
        "squaring",
        "squaring:test_square",
    ]


def test_a_row(exported, gradebook):
    submit(gradebook, "alice", FULL, datetime(2026, 11, 20, 23, 59), first_name="Alice", email="alice@example.org")
    [row] = exported()
    assert row["student"] == "alice" and row["first_name"] == "Alice" and row["email"] == "alice@example.org"
    assert row["timestamp"] == "2026-11-20 23:59:00"
    assert (row["total"], row["max"]) == ("9", "14")
    assert (row["adding"], row["adding:test_add_small"], row["squaring:test_square"]) == ("5", "2", "4")


def test_a_mark_that_waits_for_a_person_is_empty_and_said(exported, gradebook):
    submit(gradebook, "alice", FULL)
    [row] = exported()
    assert row["adding:question_why"] == "" and row["needs_manual_grading"] == "yes"


def test_a_mark_by_hand_wins(exported, gradebook):
    marks = {**FULL, ("adding", "test_double"): {"auto_score": 0, "manual_score": 1.5}}
    marks["adding", "question_why"] = {"manual_score": 4, "extra_credit": 1}
    submit(gradebook, "alice", marks)
    [row] = exported()
    assert (row["adding:test_double"], row["adding:question_why"]) == ("1.5", "5")
    assert (row["total"], row["needs_manual_grading"]) == ("12.5", "no")


def test_lateness_and_penalty(exported, gradebook):
    gradebook.update_or_create_assignment("sums", duedate=datetime(2026, 11, 20))
    submit(gradebook, "alice", FULL, datetime(2026, 11, 20, 1))
    [row] = exported(late=2.5)
    assert (row["late_seconds"], row["late_penalty"], row["total"]) == ("3600", "5", "4")  # for two notebooks


def test_without_a_policy_there_is_no_penalty(exported, gradebook):
    gradebook.update_or_create_assignment("sums", duedate=datetime(2026, 11, 20))
    submit(gradebook, "alice", FULL, datetime(2026, 11, 20, 1))
    gradebook.find_submission_notebook("squaring", "sums", "alice").late_submission_penalty = 2.5  # an earlier policy's
    gradebook.db.commit()
    [row] = exported()
    assert (row["late_seconds"], row["late_penalty"], row["total"]) == ("3600", "0", "9")


def test_a_policy_that_fails_is_named_with_the_student(exported, gradebook):
    gradebook.update_or_create_assignment("sums", duedate=datetime(2026, 11, 20))
    submit(gradebook, "alice", FULL, datetime(2026, 11, 20, 1))
    with pytest.raises(KitError, match="alice .* late policy .* ZeroDivisionError"):
        exported(late="1 / 0")


def test_a_student_without_a_submission_has_empty_cells(exported, gradebook):
    gradebook.add_student("bob", last_name="B")
    [row] = exported()
    assert {key: value for key, value in row.items() if value} == {"student": "bob", "last_name": "B"}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", " =1"])
def test_no_cell_is_a_formula(exported, gradebook, name):
    gradebook.add_student("bob", last_name=name)
    [row] = exported()
    assert row["last_name"] == "'" + name


def test_names_in_any_alphabet_with_commas_and_quotes(exported, gradebook):
    gradebook.add_student('Zoë "Zed" 李, Jr', last_name="李")
    [row] = exported()
    assert row["student"] == 'Zoë "Zed" 李, Jr'


def test_students_are_sorted(exported, gradebook):
    for student in ("carol", "alice", "bob"):
        gradebook.add_student(student)
    assert [row["student"] for row in exported()] == ["alice", "bob", "carol"]


def test_an_assignment_that_was_never_released(tiny, gradebook, tmp_path):
    gradebook.remove_assignment("sums")
    with pytest.raises(KitError, match="sums is not in the gradebook yet") as caught:
        export(tiny, "sums", tmp_path / "x.csv")
    assert "cs231n release sums" in caught.value.hint


def test_a_file_that_cannot_be_written(tiny, tmp_path):
    with pytest.raises(KitError, match="Cannot write"):
        export(tiny, "sums", tmp_path / "no" / "folder.csv")


def test_a_spreadsheet_opens_it_rightly(tiny, gradebook, tmp_path):
    submit(gradebook, "alice", FULL, first_name="José")
    export(tiny, "sums", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().startswith("\ufeffstudent,".encode())


def test_the_rosters_names_are_in_the_file(exported, tiny, gradebook):
    submit(gradebook, "1", FULL)
    write_roster(tiny, Roster({"1": Student("1", "Lee, Ann", "a@x.edu"), "2": Student("2", "李, 明")}))
    ann, ming = exported()
    assert (ann["first_name"], ann["last_name"], ann["email"], ann["total"]) == ("Ann", "Lee", "a@x.edu", "9")
    assert (ming["student"], ming["first_name"], ming["total"]) == ("2", "明", "")


def test_points_as_other_files_need_them(tiny, gradebook):
    gradebook.update_or_create_assignment("sums", duedate=datetime(2026, 11, 20))
    submit(gradebook, "alice", FULL, datetime(2026, 11, 20, 1))
    submit(gradebook, "bob", {**FULL, ("adding", "question_why"): {"manual_score": 0.5}})
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write(FLAT.format(2.5))
    found = read_totals(Workspace(tiny.root), "sums")
    assert found.most == 14
    assert found.of == {"alice": Total(4.0, True), "bob": Total(9.5, False)}  # alice: 2.5 less for each notebook


@pytest.mark.parametrize("named", [[], ["sums"], ["sums", "sums"]])
def test_the_course_has_a_column_for_each_assignment(tiny, gradebook, tmp_path, named):
    submit(gradebook, "alice", FULL, first_name="=1")
    gradebook.add_student("bob")
    assert export_course(tiny, named, tmp_path / "x.csv") == 2
    assert (tmp_path / "x.csv").read_bytes().decode() == (
        "\ufeffstudent,first_name,last_name,email,sums,sums needs_manual_grading,total,max\r\n"
        "alice,'=1,,,9,yes,9,14\r\n"
        "bob,,,,,,0,14\r\n"
    )


def test_a_course_without_released_assignments(tiny, gradebook, tmp_path):
    gradebook.remove_assignment("sums")
    with pytest.raises(KitError, match="No assignment is in the gradebook yet"):
        export_course(tiny, [], tmp_path / "x.csv")
