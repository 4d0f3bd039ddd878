"""groups.csv: who hands in together, and errors that name line and column."""

import pytest
from downloads import make_workspace

from autograder.course.groups import Groups, groups_path, read_groups
from autograder.course.roster import Roster, Student
from autograder.errors import KitError

ROSTER = Roster({str(i): Student(str(i), f"Lee, {name}", login=name) for i, name in enumerate(["ann", "bo", "cy"])})


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path)


def read(workspace, *rows, assignment="nearest", roster=ROSTER):
    groups_path(workspace).write_text("\n".join(["group,student,assignment", *rows]), "utf-8")
    return read_groups(workspace, roster, assignment).members


def test_without_a_file_there_are_none(workspace):
    assert read_groups(workspace, ROSTER, "nearest") == Groups()


def test_a_row_for_one_assignment_comes_before_one_for_all(workspace):
    rows = ("A,ann,", "A,bo,", "B,cy,", "B,bo,nearest")
    assert read(workspace, *rows) == {"A": ("0",), "B": ("2", "1")}
    assert read(workspace, *rows, assignment="linear") == {"A": ("0", "1"), "B": ("2",)}


def test_two_spellings_are_one_group(workspace):
    assert read(workspace, "Group 1,ann,", "group1,bo,") == {"Group 1": ("0", "1")}


def test_a_group_is_found_by_its_name_and_by_a_member():
    groups = Groups({"Group 1": ("a", "b"), "Zwölf": ("c",)})
    assert groups.called(["", "GROUP1"]) == "Group 1" and groups.called(["zwo\u0308lf"]) == "Zwölf"
    assert groups.called(["group"]) is None and groups.called([""]) is None
    assert groups.of("b") == "Group 1" and groups.of("d") is None


@pytest.mark.parametrize(
    "rows, message",
    [
        (["A,dan,"], "line 2, column student: 'dan' is no id, login, address or alias of the roster"),
        ([",ann,"], "line 2, column group: the cell is empty"),
        (["A,ann,near"], "line 2, column assignment: 'near' is not an assignment"),
        (["A,ann,", "B,0,"], "line 3, column student: '0' is in the group 'A' of line 2"),
        (["A,ann,nearest", "A,ann,nearest"], "line 3, column student: 'ann' is in the group 'A' of line 2"),
    ],
)
def test_an_error_names_file_line_and_column(workspace, rows, message):
    with pytest.raises(KitError) as error:
        read(workspace, *rows)
    assert error.value.message.startswith(f"groups.csv, {message}")
