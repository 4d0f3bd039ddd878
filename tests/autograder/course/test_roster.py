"""roster.csv: read, written, and the errors that name line and column."""

import unicodedata

import pytest
from downloads import make_workspace

from autograder.course.roster import Roster, Student, name_key, read_roster, roster_path, write_roster
from autograder.errors import KitError


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path)


def written(workspace, text, encoding="utf-8"):
    roster_path(workspace).write_bytes(text.encode(encoding))
    return read_roster(workspace)


def test_what_is_written_is_read(workspace):
    students = [
        Student("1001", "Lee, Ann", "ann@x.edu", "alee", "A, B", ("Moodle 301", "octo-cat")),
        Student("1002", "=HYPERLINK(1)", aliases=("@ann", "-x")),
        Student("ann@y.edu", unicodedata.normalize("NFC", "García Márquez, José")),
    ]
    write_roster(workspace, Roster({s.id: s for s in students}))
    assert roster_path(workspace).read_bytes().startswith(b"\xef\xbb\xbfid,name,email,login,section,aliases\r\n")
    assert b"\r\n1002,'=HYPERLINK(1)" in roster_path(workspace).read_bytes()
    assert set(read_roster(workspace).students.values()) == set(students)


def test_an_alias_with_a_semicolon_still_means_its_student(workspace):
    write_roster(workspace, Roster({"1": Student("1", aliases=("Lee; Ann", "x"))}))
    roster = read_roster(workspace)
    assert roster.by_key("Lee; Ann") is roster.by_key("X") is roster.students["1"]


def test_a_spreadsheet_in_another_country_may_save_it(workspace):
    roster = written(workspace, "id;name;aliases\r\n1;Müller, Jörg;a;\r\n", "cp1252")
    assert roster.students == {"1": Student("1", "Müller, Jörg", aliases=("a",))}


def test_without_a_file_the_roster_is_empty(workspace):
    assert not read_roster(workspace)


@pytest.mark.parametrize(
    "rows, message",
    [
        ("1,A,,,,\n1,B,,,,", "line 3, column id: '1' already means 1, of line 2"),
        ("1,A,,ann,,\n2,B,,,,x; ANN", "line 3, column aliases: 'ANN' already means 1, of line 2"),
        ("1,A,a@x.edu,,,\n2,B,A@X.edu,,,", "line 3, column email"),
        ("1,A,a@x.edu,,,\n,B,,,,", "line 3, column id: '' is empty"),
        ("a/b,A,,,,", "line 2, column id: 'a/b' cannot be the name of a folder; 'a_b' can"),
        ("1,A,nobody,,,", "line 2, column email: 'nobody' is not an e-mail address"),
        ("1,A,,,,x,y", "line 2: the row has more cells than the header"),
        ('1,"A,,,,', "line 2: a quote is opened"),
    ],
)
def test_an_error_names_the_line_and_the_column(workspace, rows, message):
    with pytest.raises(KitError) as caught:
        written(workspace, f"id,name,email,login,section,aliases\n{rows}\n")
    assert message in caught.value.message


@pytest.mark.parametrize(
    "header, why",
    [("name,email", "has no column id"), ("id,nmae", "unknown column: nmae"), ("id,name,id", "column id twice")],
)
def test_an_unknown_header_is_refused(workspace, header, why):
    with pytest.raises(KitError, match=why):
        written(workspace, f"{header}\n1,2,3\n")


@pytest.mark.parametrize(
    "name, parts", [("Lee, Ann", ("Ann", "Lee")), ("Ann van Lee", ("Ann van", "Lee")), ("Plato", ("", "Plato"))]
)
def test_a_name_has_two_parts(name, parts):
    assert Student("1", name).parts == parts


@pytest.mark.parametrize(
    "one, other",
    [
        ("Lee, Ann", "ann LEE"),
        ("O'Brien, Conor", "Conor O\u2019Brien"),
        ("O'Brien, Conor", "Conor OBrien"),  # as Moodle writes folders
        ("José García", unicodedata.normalize("NFD", "garcía_josé")),
        ("Jean-Luc Picard", "Picard Jean Luc"),
    ],
)
def test_two_ways_to_write_a_name_are_equal(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("one, other", [("Ann Lee", "Anne Lee"), ("José", "Jose"), ("Ann Lee", "Ann Ann Lee")])
def test_different_names_are_not(one, other):
    assert name_key(one) != name_key(other)


def test_two_students_never_share_a_key():
    with pytest.raises(KitError, match=r"share 'x'"):
        Roster({"1": Student("1", login="X"), "2": Student("2", aliases=("x",))})
