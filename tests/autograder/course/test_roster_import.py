"""Rosters from each platform's files, and merged from several."""

import platform_files as files
import pytest

from autograder.course.delimited import parse_table
from autograder.course.roster import Roster, Student, read_roster, write_roster
from autograder.course.roster_import import merge, read_export, students_of
from autograder.errors import KitError

JOSE = ("García Márquez, José", "1003", "jgarcia")


def read(data):
    return students_of(parse_table(data, "file.csv"))


def students(data):
    return {found.student.id: found.student for found in read(data).found}


def merged(*parts, start=None):
    roster = start or Roster()
    for data in parts:
        roster = merge(roster, read(data), "file.csv").roster
    return roster


@pytest.mark.parametrize(
    "data, platform, jose",
    [
        (files.canvas(), "Canvas", Student("1003", JOSE[0], "", "jgarcia", "CS231n, A", ("S1003",))),
        (files.moodle(), "Moodle", Student("M1003", JOSE[0], "jgarcia@x.edu")),
        (
            files.worksheet(),
            "Moodle's grading worksheet",
            Student("M1003", "José García Márquez", "jgarcia@x.edu", aliases=("Moodle 303",)),
        ),
        (files.blackboard(), "Blackboard", Student("jgarcia", JOSE[0], "", "jgarcia", "", ("1003",))),
        (files.brightspace(), "Brightspace", Student("1003", JOSE[0], "jgarcia@x.edu", "jgarcia")),
        (files.gradescope(), "Gradescope", Student("1003", JOSE[0], "jgarcia@x.edu", "", "A")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_platform_gives_the_whole_class(data, platform, jose):
    export = read(data)
    assert export.platform == platform
    assert len(export.found) == len(files.CLASS)
    assert students(data)[jose.id] == jose
    assert sorted(found.student.full_name for found in export.found) == sorted(
        f"{first} {last}" for _, _, last, first in files.CLASS
    )


@pytest.mark.parametrize(
    "data",
    [
        files.canvas(separator=";", mark="\ufeff"),
        files.canvas(posting=False),
        files.canvas().replace(b"\n", b"\r\n"),
        files.canvas().decode().encode("utf-16"),
    ],
)
def test_canvas_writes_in_several_ways(data):
    assert students(data) == students(files.canvas())
    assert read(data).left_out == [f"line {read(data).found[-1].line + 1}: Test Student, Canvas's own test student"]


def test_canvas_may_write_the_parts_of_a_name_apart():
    data = b"LastName,FirstName,ID,SIS Login ID,Section\nPoints Possible,,,,\nvan Lee,Ann,1,a@x.edu,S\n"
    assert students(data) == {"1": Student("1", "van Lee, Ann", "a@x.edu", "a@x.edu", "S")}


def test_windows_1252_and_a_german_moodle():
    header = ("Vorname", "Nachname", "ID-Nummer", "E-Mail-Adresse")
    text = files.moodle(files.WESTERN, ";", header).decode()
    assert students(text.encode("cp1252")) == students(files.moodle(files.WESTERN))


def test_moodle_without_numbers_has_addresses():
    assert "jgarcia@x.edu" in students(files.moodle(numbers=False))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_blackboard_writes_csv_too(newline):
    data = files.blackboard(encoding="utf-8", separator=",")
    assert students(data) == students(files.blackboard())


def test_blackboards_preview_user_is_left_out():
    data = files.blackboard([*files.CLASS, ("", "prof_PreviewUser", "PreviewUser", "Prof")])
    assert students(data) == students(files.blackboard())
    assert read(data).left_out == ["line 9: Prof PreviewUser, Blackboard's preview of a student"]


def test_gradescopes_staff_are_left_out():
    assert read(files.gradescope()).left_out == ["line 9: Tia Assistant (TA)"]


def test_a_plain_list():
    data = 'Student ID;Name;E-Mail\n007;José;j@x.edu\n="008";=cmd();\n'.encode()
    assert students(data) == {"007": Student("007", "José", "j@x.edu"), "008": Student("008", "=cmd()")}


def test_nbgraders_list_and_the_rosters_own():
    assert students(b"id,first_name,last_name,email\n1,Ann,Lee,a@x.edu\n") == {"1": Student("1", "Lee, Ann", "a@x.edu")}
    data = b'id,name,email,login,section,aliases\n1,"Lee, Ann",,l,s,a; b\n'
    assert students(data) == {"1": Student("1", "Lee, Ann", "", "l", "s", ("a", "b"))}


def test_a_student_of_two_sections_is_one():
    assert students(b"id,name,section\n1,Ann,A\n1,Ann,B\n") == {"1": Student("1", "Ann", section="A, B")}


@pytest.mark.parametrize(
    "data, why",
    [
        (b"a,b\n1,2\n", "has no column that identifies students"),
        (b"id,name\n1,Ann\n1,Bob\n", "lines 2 and 3 have the same id, '1', but differ"),
        (b"id,name\n1,Ann\n,Bob\n", "line 3: the row has no id"),
        (b"id,name\n", "lists no students"),
        (b"id,name\n...,Bob\n", "line 2: the id '...' is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(data, why):
    with pytest.raises(KitError, match=why):
        read(data)


def test_an_id_that_cannot_name_a_folder_keeps_its_spelling_as_an_alias():
    assert students(b"id,name\nx/1,Ann\n") == {"x_1": Student("x_1", "Ann", aliases=("x/1",))}


def test_the_same_file_again_changes_nothing(tmp_path):
    for data in (files.canvas(), files.moodle(), files.blackboard(), files.brightspace(), files.gradescope()):
        once = merged(data)
        again = merge(once, read(data), "file.csv")
        assert again.roster.students == once.students
        assert not again.new and not again.changed and not again.not_in_file


def test_platforms_join_by_ids_and_addresses_not_by_names():
    roster = merged(files.brightspace(), files.gradescope(), files.blackboard())
    assert list(roster.students) == [number for number, *_ in files.CLASS]
    moodle = merged(files.moodle(), files.worksheet(), files.worksheet(first_number=401), files.gradescope())
    ann = moodle.students["M1002"]
    assert ann.aliases == ("Moodle 302", "Moodle 402", "1002") and ann.name == "Lee, Ann" and ann.section == "A"
    assert len(moodle.students) == len(files.CLASS)


def test_github_joins_by_what_the_instructor_chose():
    data = files.github([("1001", "octo1"), ("JGarcia", "octo3"), ("Conor O'Brien", "octo4"), ("ming", "")])
    roster = merged(files.canvas(), data)
    found = {student.id: student.aliases for student in roster.students.values()}
    assert found["1001"] == ("S1001", "GitHub octo1") and found["1003"] == ("S1003", "GitHub octo3")
    assert found["1004"] == ("S1004", "GitHub octo4") and found["1005"] == ("S1005",)
    assert len(roster.students) == len(files.CLASS)


def test_an_identifier_that_is_nobody_makes_no_student():
    with pytest.raises(KitError, match="line 3: 'zoe@x.edu' is nobody in the roster"):
        merged(files.moodle(), files.github([("jgarcia@x.edu", "octo3"), ("zoe@x.edu", "octo9")]))
    only_github = merged(files.github([("1001", "octo1")]), files.github([("1001", "octo1"), ("1002", "octo2")]))
    assert list(only_github.students) == ["1001", "1002"]  # where the identifiers are the ids


def test_classroom_50s_list_joins_by_address():
    data = b"username,first_name,last_name,email,section,github_id\nocto3,J,G,jgarcia@x.edu,A,77\n"
    assert merged(files.moodle(), data).students["M1003"].aliases == ("GitHub octo3",)
    assert students(data)["jgarcia@x.edu"].name == "G, J"


def test_a_name_that_two_share_joins_nobody():
    with pytest.raises(KitError, match="line 2: Ann Lee may be 1001 .* or 1002") as caught:
        merged(files.canvas(), files.github([("Ann Lee", "octo")]))
    assert "Nothing was changed" in caught.value.hint


def test_a_new_student_with_the_name_of_another_is_new():
    more = [*files.CLASS, ("1040", "alee40", "Lee", "Ann")]
    assert merge(merged(files.canvas()), read(files.canvas(more)), "f").new == ["1040"]


def test_a_namesake_from_another_platform_is_not_guessed():
    start = merged(b"id,name\n7,Ann Lee\n")
    with pytest.raises(KitError, match="write '9' into that student's aliases"):
        merged(b"id,name\n9,Ann Lee\n", start=start)
    aliased = Roster({"7": Student("7", "Ann Lee", aliases=("9",))})
    assert list(merged(b"id,name\n9,Ann Lee\n", start=aliased).students) == ["7"]


def test_a_number_that_means_someone_else_elsewhere_is_not_taken():
    start = merged(files.canvas())
    with pytest.raises(KitError, match="line 2: S1001 .Bob Wu. shares an id with 1001 .Ann Lee."):
        merged(b"First Name,Last Name,SID,Email\nBob,Wu,S1001,b@x.edu\n", start=start)


def test_values_are_brought_up_to_date_and_nothing_is_lost():
    start = Roster({"1": Student("1", "Lee, Ann", "a@x.edu", "alee", "A", ("mine",)), "2": Student("2", "Bob")})
    result = merge(start, read(b"id,name,email,section\n1,Ann Lee,new@x.edu,B\n3,Cy,,\n"), "f")
    assert result.roster.students["1"] == Student("1", "Lee, Ann", "new@x.edu", "alee", "B", ("mine", "a@x.edu"))
    assert (result.new, result.changed, result.not_in_file) == (["3"], ["1"], ["2"])
    assert "2" in result.roster.students


def test_a_file_is_read_from_disk_and_the_roster_kept(tmp_path):
    from downloads import make_workspace

    workspace = make_workspace(tmp_path)
    (tmp_path / "gc.xls").write_bytes(files.blackboard())
    roster = merge(Roster(), read_export(tmp_path / "gc.xls"), "gc.xls").roster
    write_roster(workspace, roster)
    assert read_roster(workspace).students == roster.students
