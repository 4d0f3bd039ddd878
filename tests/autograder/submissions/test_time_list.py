"""Lists of when each student handed in, in the shapes that the platforms' pages in docs/ quote."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.errors import KitError
from autograder.submissions.foreign_files import Refused
from autograder.submissions.time_list import read_time_list

LA = ZoneInfo("America/Los_Angeles")
MOODLE = """\ufeffIdentifier,"Full name","Email address",Status,"Last modified (submission)","Last modified (grade)"
"Participant 301","Ann Lee",ann@x.edu,"Submitted for grading","Friday, 20 November 2026, 11:59 PM",-
"Participant 302","Ann Lee",lee@x.edu,"Submitted for grading","Saturday, November 21, 2026, 9:00 AM",-
"Participant 303","José García",jg@x.edu,"No submission",-,-
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Total Score,Submission ID,Submission Time,Lateness (H:M:S)
Ann,Lee,101,ann@x.edu,,7,2026-11-20 23:59:30 -0800,00:00:00
José,García,102,jg@x.edu,,,,
"""


def read(tmp_path, text, zone=None):
    (tmp_path / "list.csv").write_text(text, "utf-8")
    return read_time_list(tmp_path / "list.csv", zone)


def test_moodles_worksheet(tmp_path):
    found = read(tmp_path, MOODLE, LA)
    assert found.of(["Moodle 301"], "") == datetime(2026, 11, 21, 7, 59, tzinfo=UTC)
    assert found.of(["LEE@x.edu"], "") == datetime(2026, 11, 21, 17, tzinfo=UTC)
    assert found.of(["Moodle 303"], "José García") is None


def test_gradescopes_grades(tmp_path):
    found = read(tmp_path, GRADESCOPE)
    assert found.of(["nobody", "101"], "") == datetime(2026, 11, 21, 7, 59, 30, tzinfo=UTC)
    assert found.of(["102"], "José García") is None


def test_a_plain_list(tmp_path):
    assert read(tmp_path, "student;time\nann;2026-11-20 12:00 Z\n").of(["Ann"], "").hour == 12


def test_a_name_decides_only_if_one_student_has_it(tmp_path):
    found = read(tmp_path, MOODLE.replace('"Ann Lee",lee', '"Lee, Bo",lee'), LA)
    assert found.of(["9"], "Bo LEE") == datetime(2026, 11, 21, 17, tzinfo=UTC)
    with pytest.raises(Refused, match="has 2 times in list.csv"):
        read(tmp_path, MOODLE, LA).of(["9"], "Ann Lee")


@pytest.mark.parametrize(
    "text, message",
    [
        ("student,grade\nann,1\n", "line 1: the header must have a column for the student, and one for the time"),
        ("name,time\nann,2026-11-20 12:00 Z\n", "line 1: the header must have"),
        ("student,time\n\nann,soon\n", "line 3, column time: 'soon' is not a time"),
        ("student,time\nann,2026-11-20 12:00\n", "line 2: '2026-11-20 12:00' has no time zone"),
        ("student,time\nann,2026-11-20 12:00 Z\nANN,2026-11-20 13:00 Z\n", "line 3: 'ANN' has another time in a line"),
    ],
)
def test_an_error_names_the_file_and_the_line(tmp_path, text, message):
    with pytest.raises(KitError) as error:
        read(tmp_path, text)
    assert error.value.message.startswith(f"list.csv, {message}")
