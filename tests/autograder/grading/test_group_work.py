"""Groups: one hand-in and marks for each member, who may leave, join and have lateness and points of their own."""

import pytest
from nbgrader.api import Gradebook
from small_notebooks import error_output

from autograder.course.workspace import Workspace
from autograder.grading.grade import grade
from autograder.grading.group_work import follow_groups
from autograder.grading.late import bring_all_up_to_date
from autograder.submissions.collect import collect
from autograder.submissions.origins import Origins


@pytest.fixture
def course(tiny, hand_in, tmp_path):
    """Groups A (ann, bo) and B (cy, dan) have handed in; eve works alone."""
    groups(tiny, A="ann bo", B="cy dan")
    download = tmp_path / "download"
    for student, answer in (("ann", "Because."), ("cy", "It commutes."), ("eve", "No idea.")):
        hand_in(student, adding={"question_why": answer})
        move(tiny.submitted(student, "sums"), download / student)
    collect(tiny, "sums", download, received="2026-11-20 12:00 Z")
    return tiny


def move(folder, to):
    to.parent.mkdir(exist_ok=True)
    folder.rename(to)
    folder.parent.rmdir()


def groups(workspace, **members):
    rows = [f"{name},{student}" for name, students in members.items() for student in students.split()]
    (workspace.root / "groups.csv").write_text("\n".join(["group,student", *rows]) + "\n")


def points(workspace, cell="question_why"):
    """student -> the points of a cell, None if it waits; without those who have no submission."""
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        bring_all_up_to_date(workspace, gradebook, "sums")
        notebook = "squaring" if cell == "test_square" else "adding"
        found = {s.student.id: gradebook.find_grade(cell, notebook, "sums", s.student.id)
                 for s in gradebook.assignment_submissions("sums")}  # fmt: skip
        return {student: None if grade.needs_manual_grade else grade.score for student, grade in found.items()}


def give(workspace, student, score, comment=None):
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        grade = gradebook.find_grade("question_why", "adding", "sums", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.find_comment("question_why", "adding", "sums", student).manual_comment = comment
        gradebook.db.commit()


def graded(workspace):
    return grade(Workspace(workspace.root), "sums", isolation="process")


def test_a_groups_work_runs_once_and_all_members_have_its_points(course, told):
    told["test_square"] = [error_output("wrong")]
    assert [row.student for row in graded(course).rows] == ["ann", "bo", "cy", "dan", "eve"]
    assert len(told["ran"]) == 6  # three hand-ins with two notebooks
    assert points(course, "test_square") == dict.fromkeys(["ann", "bo", "cy", "dan", "eve"], 0)


def test_points_given_to_one_member_are_for_all_whose_answer_waits(course, told):
    graded(course)
    assert points(course) == dict.fromkeys(["ann", "bo", "cy", "dan", "eve"])
    give(course, "bo", 3, "Good.")
    assert points(course) == {"ann": 3, "bo": 3, "cy": None, "dan": None, "eve": None}
    with Gradebook(course.db_url, course.course.id) as gradebook:
        assert gradebook.find_comment("question_why", "adding", "sums", "ann").comment == "Good."
    give(course, "ann", 5)  # one member more than the other
    assert points(course) == {"ann": 5, "bo": 3, "cy": None, "dan": None, "eve": None}
    graded(course)
    assert points(course) == {"ann": 5, "bo": 3, "cy": None, "dan": None, "eve": None}


def test_who_changes_groups_has_the_work_and_the_points_of_the_new_one(course, told):
    graded(course)
    give(course, "ann", 1)
    give(course, "cy", 4)
    assert points(course) == {"ann": 1, "bo": 1, "cy": 4, "dan": 4, "eve": None}
    groups(course, A="ann", B="cy dan bo")
    graded(course)
    assert points(course) == {"ann": 1, "bo": 4, "cy": 4, "dan": 4, "eve": None}


@pytest.mark.slow
@pytest.mark.on_both_databases
def test_who_leaves_has_no_work_and_who_joins_has_it(course, told):
    graded(course)
    give(course, "ann", 1)
    groups(course, A="ann fay", B="cy dan")
    assert follow_groups(course, course.course.assignment("sums")) == [
        "bo has left the group A", "fay has joined the group A, and has its work",
    ]  # fmt: skip
    assert not course.submitted("bo", "sums").exists()
    assert (course.root / ".cs231n" / "withdrawn" / "sums" / "bo" / "adding.ipynb").exists()
    graded(course)
    assert points(course) == {"ann": 1, "cy": None, "dan": None, "eve": None, "fay": 1}


def test_who_handed_in_keeps_the_work(course, told):
    graded(course)
    give(course, "ann", 2)
    groups(course, A="bo", B="cy dan")
    graded(course)
    assert points(course) == {"ann": 2, "bo": 2, "cy": None, "dan": None, "eve": None}
    assert Origins(course, "sums").groups == {"bo": "A", "cy": "B", "dan": "B"}


def test_other_work_in_place_is_named_and_stays(course, told):
    groups(course, A="ann bo eve", B="cy dan")
    [said] = follow_groups(course, course.course.assignment("sums"))
    assert "eve is in the group A, and has other work in place" in said
    graded(course)
    give(course, "ann", 2)
    assert points(course)["eve"] is None


def test_another_name_for_a_group_changes_nothing(course, told):
    graded(course)
    give(course, "ann", 2)
    groups(course, Alpha="ann bo", B="cy dan")
    assert follow_groups(course, course.course.assignment("sums")) == []
    assert Origins(course, "sums").groups["bo"] == "Alpha" and points(course)["bo"] == 2


def test_without_the_file_all_stays_as_it_is(course, told):
    graded(course)
    (course.root / "groups.csv").unlink()
    assert [row.status for row in graded(course).rows] == ["unchanged"] * 5
