"""extensions.csv: until when a student may hand in, and errors that name line and column."""

from datetime import UTC, datetime

import pytest
from downloads import make_workspace

from autograder.course.extensions import extensions_path, read_extensions
from autograder.course.roster import Roster, Student
from autograder.errors import KitError

ROSTER = Roster(
    {
        "1": Student("1", "Lee, Ann", "ann@x.edu", "alee"),
        "2": Student("2", "Lee, Ann"),
        "3": Student("3", "García, José", aliases=("Moodle 301",)),
    }
)


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path)


def read(workspace, *rows, header="student,assignment,until,reason", roster=ROSTER):
    extensions_path(workspace).write_text("\n".join([header, *rows]), "utf-8")
    return read_extensions(workspace, roster)


def test_without_a_file_there_are_none(workspace):
    assert read_extensions(workspace, ROSTER) == {}


def test_a_student_is_known_by_any_key(workspace):
    at = "2026-11-22 12:00 Z"
    for key, id in (("1", "1"), ("ALEE", "1"), ("ann@x.edu", "1"), ("Moodle 301", "3")):
        assert read(workspace, f"{key},nearest,{at},ill") == {("nearest", id): datetime(2026, 11, 22, 12, tzinfo=UTC)}


def test_without_a_roster_the_id_is_the_folder(workspace):
    assert list(read(workspace, "ann,nearest,2026-11-22 12:00 Z,", roster=Roster())) == [("nearest", "ann")]


def test_a_time_without_a_zone_is_in_that_of_the_course(workspace):
    toml = workspace.assignments / "course.toml"
    toml.write_text(toml.read_text().replace("[course]\n", '[course]\ntime_zone = "America/Los_Angeles"\n'))
    assert read(workspace, "1,nearest,2026-11-22 16:00,") == {("nearest", "1"): datetime(2026, 11, 23, tzinfo=UTC)}


@pytest.mark.parametrize(
    "row, message, hint",
    [
        (
            "9,nearest,2026-11-22 12:00 Z,",
            "line 2, column student: '9' is no id, login, address or alias",
            "roster.csv",
        ),
        (",nearest,2026-11-22 12:00 Z,", "line 2, column student: the cell is empty", "id"),
        ("Ann Lee,nearest,2026-11-22 12:00 Z,", "line 2, column student: 'Ann Lee' is no id", "Write the id: 1 or 2."),
        ("1,near,2026-11-22 12:00 Z,", "line 2, column assignment: 'near' is not an assignment", "nearest"),
        ("1,nearest,11/22/2026 12:00,", "line 2, column until: '11/22/2026 12:00' is not a time", "2026-11-20 23:59"),
        ("1,nearest,2026-11-22,", "line 2, column until: '2026-11-22' is a date without a time", "2026-11-20 23:59"),
        ("1,nearest,2026-11-22 12:00,", "line 2, column until: '2026-11-22 12:00' has no time zone", "time_zone"),
        ("1,nearest,,", "line 2, column until: the cell is empty", "2026-11-20 23:59"),
    ],
)
def test_an_error_names_file_line_and_column(workspace, row, message, hint):
    with pytest.raises(KitError) as error:
        read(workspace, row)
    assert error.value.message.startswith(f"extensions.csv, {message}")
    assert hint in error.value.hint


def test_two_rows_for_one_student_and_assignment_are_refused(workspace):
    with pytest.raises(KitError, match="line 3, column student: 'alee' has an extension of nearest in line 2 already"):
        read(workspace, "1,nearest,2026-11-22 12:00 Z,", "alee,nearest,2026-11-23 12:00 Z,")
