"""What `cs231n collect` prints for results made by hand."""

import re

import pytest

from autograder.cli.collect_table import show_collected
from autograder.submissions.collect import Collected, Placed
from autograder.submissions.platforms import Person


@pytest.fixture
def printed(capsys, monkeypatch):
    """printed(**values of Collected) -> the printed lines, with single spaces."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def show(**values):
        show_collected(Collected(**values))
        return [re.sub(" +", " ", line).strip() for line in capsys.readouterr().out.splitlines()]

    return show


def placed(student, state="new", name="", notes=()):
    return Placed(student, state, ["knn"], list(notes), Person(student, name))


def test_the_last_line_counts_what_became_of_the_download(printed):
    of_students = [placed("ann"), placed("ben"), placed("cas", "replaced"), placed("dan", "unchanged")]
    lines = printed(placed=of_students, unplaced=[("x.pdf", "is unknown")], left_out=[("y", "is left out")] * 3)
    assert lines[-1] == "2 new, 1 replaced, 1 unchanged, 1 not placed, 3 files left out"
    assert printed(placed=[placed("eve", "time changed")])[-1] == "1 time changed"
    assert printed()[-1] == "No submissions found."


def test_what_the_time_of_receipt_was_taken_for_is_said(printed):
    assert "Received: 2026-11-20 23:59 UTC" in printed(received="2026-11-20 23:59 UTC")
    assert not any("Received" in line for line in printed())


def test_names_have_a_column_where_a_platform_gave_one(printed):
    with_name, without = [placed("ann", name="Ann Lee")], [placed("ann", notes=["a note"])]
    assert {"student name is notebooks notes", "ann Ann Lee new knn"} <= set(printed(placed=with_name))
    assert {"student is notebooks notes", "ann new knn a note"} <= set(printed(placed=without))


def test_of_a_large_class_those_with_something_to_read_are_listed(printed):
    plain = [placed(f"s{number}", "unchanged" if number % 2 else "new") for number in range(40)]
    assert sum(line.startswith("s") for line in printed(placed=plain)) == 41  # with the header
    lines = printed(placed=[*plain, placed("ann", notes=["a note"]), placed("ben", "replaced")])
    assert [line for line in lines if "knn" in line] == [
        "ann new knn a note", "ben replaced knn", "40 students more with knn: new or unchanged, without notes"
    ]  # fmt: skip
    fewer = Placed("cas", "new", [], [], Person("cas", ""))
    lines = printed(placed=[*plain, fewer])
    assert "cas new" in lines and "40 students more with knn: new or unchanged, without notes" in lines
    assert "41 students with knn: new or unchanged, without notes" in printed(placed=[*plain, placed("dan")])


def listed(lines):
    """The lines of the table of files, below its header."""
    head = next(i for i, line in enumerate(lines) if line == "left out why")
    return [line for line in lines[head + 2 : -1] if line]


def test_five_files_of_a_folder_are_named_and_six_are_counted(printed):
    five, six = ([(f"alice/lib/{n}.py", "is not asked for") for n in range(count)] for count in (5, 6))
    assert listed(printed(left_out=five)) == [f"alice/lib/{n}.py is not asked for" for n in range(5)]
    assert listed(printed(left_out=six)) == ["alice/lib/ (6 files) is not asked for"]


def test_files_of_one_folder_with_different_reasons_are_counted_apart(printed):
    files = [(f"alice/lib/{n}", "is too large" if n % 2 else "is not asked for") for n in range(12)]
    assert listed(printed(left_out=files)) == [
        "alice/lib/ (6 files) is not asked for",
        "alice/lib/ (6 files) is too large",
    ]


def test_files_beside_the_students_are_all_named(printed):
    assert len(listed(printed(left_out=[(f"{n}.txt", "is not asked for") for n in range(40)]))) == 40


def test_sixty_lines_are_listed_and_more_are_grouped_by_name(printed):
    def of(students):
        return [(f"s{n}/notes.txt", "is not asked for") for n in range(students)]

    assert len(listed(printed(left_out=of(60)))) == 60
    others = ["s1/twice.txt", "s2/twice.txt", "s1/once.txt", "beside.txt", "beside too.txt"]
    assert listed(printed(left_out=of(61) + [(path, "is not asked for") for path in others])) == [
        "notes.txt (61 times) is not asked for",
        "twice.txt (2 times) is not asked for",
        "s1/once.txt is not asked for",
        "beside.txt is not asked for",
        "beside too.txt is not asked for",
    ]
