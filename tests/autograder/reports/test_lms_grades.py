"""Grade files of the platforms filled: one column changes, everything else stays byte for byte."""

import platform_files as files
import pytest
from graded_by_hand import FULL, submit
from nbgrader.api import Gradebook

from autograder.course.delimited import parse_table
from autograder.course.roster import Roster, Student, read_roster, write_roster
from autograder.course.roster_import import merge, students_of
from autograder.errors import KitError
from autograder.reports.lms_grades import fill

DONE = {**FULL, ("adding", "question_why"): {"manual_score": 1.5}}  # 10.5 points


@pytest.fixture
def course(tiny, tmp_path):
    """course(file, *ids) makes the roster and gives the students 10.5 points; the result is a function that fills."""

    def make(data, *ids):
        if data:
            roster = merge(Roster(), students_of(parse_table(data, "f")), "f").roster
            write_roster(tiny, roster)
        with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
            for id in ids:
                submit(gradebook, id, DONE)

        def run(lms, data, **options):
            (tmp_path / "grades.csv").write_bytes(data)
            result = fill(tiny, "sums", lms, tmp_path / "grades.csv", tmp_path / "out.csv", **options)
            assert (tmp_path / "grades.csv").read_bytes() == data
            return result, (tmp_path / "out.csv").read_bytes()

        return run

    return make


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("posting", [True, False])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_canvas(course, separator, posting, mark):
    run = course(files.canvas(), "1001", "1007")
    kwargs = {"separator": separator, "posting": posting, "mark": mark}
    result, out = run("canvas", files.canvas(cells={"1002": "3.00"}, **kwargs))
    assert out == files.canvas(cells={"1001": "10.5", "1002": "3.00", "1007": "10.5"}, **kwargs)
    assert (result.column, result.filled, result.unchanged) == ("Sums (555)", 2, 0)
    assert result.notes == []


def test_canvas_excused_students_stay_excused(course):
    run = course(files.canvas(), "1001", "1002", "1003")
    data = files.canvas(cells={"1001": "EX", "1002": "10.50"})
    result, out = run("canvas", data)
    assert out == data.replace(b'"CS231n, A",,0.00\n"O', b'"CS231n, A",10.5,0.00\n"O')
    assert result.notes == ["1001 stays EX"] and (result.filled, result.unchanged) == (1, 1)


def test_decimal_commas_are_kept(course):
    run = course(files.canvas(), "1001")
    data = files.canvas(separator=";").replace(b".00", b",00")
    result, out = run("canvas", data)
    assert out == files.canvas(separator=";", cells={"1001": "10,5"}).replace(b".00", b",00")
    assert result.notes == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_moodle(course, separator):
    run = course(files.moodle(), "M1002")
    data = files.moodle(separator=separator)
    result, out = run("moodle", data)
    before, after = data.split(b"\n"), out.split(b"\n")
    [changed] = [place for place, line in enumerate(before) if line != after[place]]
    assert changed == 2 and b"alee2@x.edu" in after[2]
    s = separator.encode()
    assert after[2] == before[2].replace(s + b"-" + s + b"-", s + b"10.5" + s + b"-")
    assert result.column == "Assignment: Sums (Real)"


def test_a_german_moodle_in_windows_1252(course):
    header = ("Vorname", "Nachname", "ID-Nummer", "E-Mail-Adresse")
    run = course(files.moodle(), "M1003", "M1006")
    data = (
        files.moodle(files.WESTERN, ";", header).decode().replace("Assignment: Sums (Real)", "Aufgabe: Sums (Punkte)")
    )
    result, out = run("moodle", data.encode("cp1252"))
    assert (result.column, result.filled) == ("Aufgabe: Sums (Punkte)", 2)
    assert out.decode("cp1252").replace(";10.5;-;", ";-;-;") == data
    assert 'José;"García Márquez";M1003;jgarcia@x.edu;10.5;-;' in out.decode("cp1252")


def test_moodles_worksheet_knows_hidden_people_too(course):
    run = course(files.worksheet(), "M1001", "Participant_302")
    result, out = run("moodle", files.worksheet())
    assert out.count(b",10.5,14.00,") == 2
    assert out.replace(b",10.5,14.00,", b",,14.00,") == files.worksheet()
    assert b'alee2@x.edu,"Submitted for grading",10.5' in out


@pytest.mark.parametrize("kind", [{}, {"encoding": "utf-16-be"}, {"encoding": "utf-8", "separator": ","}])
def test_blackboard(course, kind):
    run = course(files.blackboard(), "jgarcia", "a_b")
    result, out = run("blackboard", files.blackboard(grades={"ming": "Needs Grading"}, **kind))
    assert out == files.blackboard(grades={"ming": "Needs Grading", "jgarcia": "10.5", "a_b": "10.5"}, **kind)
    assert result.column == "Sums [Total Pts: 14 Score] |98765"


def test_blackboards_preview_user_is_no_stranger(course):
    run = course(files.blackboard(), "ming")
    rows = [*files.CLASS, ("", "prof_previewuser", "PreviewUser", "Prof")]
    assert run("blackboard", files.blackboard(rows))[1] == files.blackboard(rows, grades={"ming": "10.5"})


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_brightspace(course, newline):
    run = course(files.brightspace(), "1003", "1005")
    result, out = run("brightspace", files.brightspace(newline=newline))
    assert out == files.brightspace(newline=newline, grades={"1003": "10.5", "1005": "10.5"})
    assert result.notes == []


def test_ids_that_do_not_match_are_named_on_both_sides_and_nothing_is_written(course, tmp_path):
    run = course(files.canvas(files.CLASS[:6]), "1001", "zoe")
    with pytest.raises(KitError) as caught:
        run("canvas", files.canvas())
    assert "In grades.csv, and not in the course: 1007 (line 10)." in caught.value.message
    assert "With points in the course, and not in grades.csv: zoe." in caught.value.message
    assert "cs231n roster import" in caught.value.hint
    assert not (tmp_path / "out.csv").exists()


def test_a_row_that_means_two_students_is_refused(course):
    run = course(files.brightspace())
    with pytest.raises(KitError, match=r"1001 \(line 2; may be 1001 and 1002\)"):
        run("brightspace", files.brightspace().replace(b"#alee1", b"#alee2", 1))


def test_a_student_who_is_listed_twice_is_refused(course):
    run = course(files.brightspace())
    data = files.brightspace([*files.CLASS, files.CLASS[0]])
    with pytest.raises(KitError, match=r"Twice in grades.csv: 1001 \(lines 2 and 9\)"):
        run("brightspace", data)


def test_without_a_roster_every_row_must_have_points(course):
    run = course(None, *(number for number, *_ in files.CLASS))
    assert run("brightspace", files.brightspace())[0].filled == len(files.CLASS)


def test_another_platforms_file_is_refused(course):
    run = course(files.canvas())
    with pytest.raises(KitError, match="not a grade export of Brightspace: it has no column orgdefinedid"):
        run("brightspace", files.canvas())


@pytest.mark.parametrize(
    "header, column, why",
    [
        (b"Products (555)", None, r"no column for sums\. Its columns of grades: 'Products \(555\)'"),
        (b"Sums (555),sums (556)", None, r"2 columns for sums\. .*'Sums \(555\)', 'sums \(556\)'"),
        (b"Sums (555)", "Quiz", "no column called 'Quiz'"),
        (b"Sums (555)", "Section", "no column called 'Section'"),
    ],
)
def test_a_column_is_never_guessed(course, header, column, why):
    run = course(files.canvas())
    with pytest.raises(KitError, match=why):
        run("canvas", files.canvas().replace(b"Sums (555)", header, 1), column=column)


@pytest.mark.parametrize("column", ["Quiz 1", "quiz 1 (555)"])
def test_a_column_may_be_named(course, column):
    run = course(files.canvas(), "1001")
    result, _ = run("canvas", files.canvas().replace(b"Sums (555)", b"Quiz 1 (555)"), column=column)
    assert (result.column, result.filled) == ("Quiz 1 (555)", 1)


def test_what_an_instructor_should_know_is_said(course, tiny):
    run = course(files.canvas())
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        submit(gradebook, "1001", FULL)
    result, _ = run("canvas", files.canvas().replace(b"14.00", b"100.00"))
    assert result.notes == [
        "1001 has answers that wait for a mark by hand",
        "the column has 100 points, and sums has 14",
    ]


def test_the_download_is_not_overwritten(tiny, tmp_path):
    (tmp_path / "g.csv").write_bytes(files.canvas())
    with pytest.raises(KitError, match="would be overwritten"):
        fill(tiny, "sums", "canvas", tmp_path / "g.csv", tmp_path / "g.csv")


def test_an_alias_joins_another_platforms_id(course, tiny):
    run = course(files.canvas(), "1001")
    students = read_roster(tiny).students
    with_alias = Student(**{**vars(students["1001"]), "aliases": ("other",)})
    write_roster(tiny, Roster({**students, "1001": with_alias}))
    data = files.brightspace().replace(b"#1001,#alee1", b"#other,#nobody")
    assert run("brightspace", data)[0].filled == 1
