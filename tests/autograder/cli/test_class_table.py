"""What `cs231n grade` prints for results made by hand."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from autograder.cli.class_table import class_table, class_tables
from autograder.grading.report import ClassReport, NotebookScore, Row


def printed(*rows, names=("adding",)):
    """The table as a list of lines, each a list of cells."""
    assignment = SimpleNamespace(name="sums", title="Adding up", notebooks=list(names))
    console = Console(width=600, record=True, file=io.StringIO())
    console.print(class_table(ClassReport(assignment, list(rows), "sandbox", 1.0)))
    lines = [[part.strip() for part in line.split("  ") if part.strip()] for line in console.export_text().splitlines()]
    return [line for line in lines if line and not line[0].startswith("──")]


def graded(student="ann", *reasons, status="graded", log=None, seconds=1.25, **scores):
    return Row(student, status, scores or {"adding": NotebookScore(3, 5, False)}, seconds, list(reasons), log)


def test_points_time_and_reasons_of_each_student():
    assert printed(graded("ann"), graded("bob", "adding: wrong", adding=NotebookScore(0.5, 5, False))) == [
        ["sums: Adding up"], ["student", "adding", "time", "why"],
        ["ann", "3 / 5", "1.2 s"], ["bob", "0.5 / 5", "1.2 s", "adding: wrong"],
    ]  # fmt: skip


def test_several_notebooks_have_a_total():
    scores = {"adding": NotebookScore(3, 5, False), "squaring": NotebookScore(1, 4, True)}
    lines = printed(graded(**scores), names=("adding", "squaring"))
    assert lines[1:3] == [
        ["student", "adding", "squaring", "total", "time", "why"], ["ann", "3 / 5", "1* / 4", "4* / 9", "1.2 s"],
    ]  # fmt: skip
    caption = " ".join(part for line in lines[3:] for part in line)  # as wide as the table
    assert caption == "* without the answers that must still be graded by hand: cs231n mark"


def test_where_no_answer_waits_for_a_person_nothing_is_said_of_them():
    assert not any("by hand" in cell for line in printed(graded()) for cell in line)


def test_what_did_not_run_again_has_no_time():
    assert printed(graded(status="unchanged"))[2] == ["ann", "3 / 5", "unchanged"]


def test_a_submission_that_failed_has_no_points_and_names_its_log():
    row = Row("ann", "failed", None, 0.0, ["no worker"], "logs/ann.log")
    lines = printed(row, names=("adding", "squaring"))
    assert lines[2:] == [["ann", "failed", "failed", "failed", "0.0 s", "no worker"], ["see logs/ann.log"]]
    assert printed(Row("ann", "failed", None, 0.0, ["no worker"]))[2:] == [["ann", "failed", "0.0 s", "no worker"]]
    assert printed(graded("ann", "why", log="logs/ann.log"))[2:] == [["ann", "3 / 5", "1.2 s", "why"]]


@pytest.mark.parametrize(("count", "more"), [(2, []), (3, []), (4, [["and 1 more"]]), (9, [["and 6 more"]])])
def test_three_reasons_are_printed_and_how_many_more_there_are(count, more):
    lines = printed(graded("ann", *(f"reason {n}" for n in range(count))))
    assert lines[2][-1] == "reason 0" and lines[3:] == [[f"reason {n}"] for n in range(1, min(count, 3))] + more


@pytest.mark.parametrize(("length", "shown"), [(320, "x" * 320), (321, "x" * 319 + "…")])
def test_a_reason_is_one_line_of_at_most_320_characters(length, shown):
    assert printed(graded("ann", "x" * length))[2][-1] == shown


@pytest.mark.parametrize(("score", "style"), [(5, "green"), (6, "green"), (0, "red"), (4.9, ""), (-0.0, "red")])
def test_full_marks_and_none_are_coloured(score, style):
    assignment = SimpleNamespace(name="sums", title="Adding up", notebooks=["adding"])
    table = class_table(ClassReport(assignment, [graded(adding=NotebookScore(score, 5, False))], "sandbox", 1.0))
    [cell] = table.columns[1].cells
    assert str(cell.style) == style


def test_a_students_name_is_text():
    assert printed(graded("[red]eve[/red]\x1b[2J"))[2][0] == "[red]eve[/red]\ufffd[2J"


def test_points_stand_on_the_right_and_words_on_the_left():
    assignment = SimpleNamespace(name="sums", title="Adding up", notebooks=["adding", "squaring"])
    table = class_table(ClassReport(assignment, [], "sandbox", 1.0))
    assert [column.justify for column in table.columns] == ["left", "right", "right", "right", "right", "left"]


def summarized(rows, every_row=False, names=("adding",)):
    """What is printed for these rows, as a list of lists of cells."""
    assignment = SimpleNamespace(name="sums", title="Adding up", notebooks=list(names))
    console = Console(width=600, record=True, file=io.StringIO())
    for part in class_tables(ClassReport(assignment, list(rows), "sandbox", 1.0), every_row):
        console.print(part)
    lines = [[part.strip() for part in line.split("  ") if part.strip()] for line in console.export_text().splitlines()]
    return [line for line in lines if line and not line[0].startswith("──")]


# 45 students with 0, 0.1, ... 4.4 of 5 points, who took 0, 1, ... 44 s
LARGE = [graded(f"s{n:02}", seconds=float(n), adding=NotebookScore(n / 10, 5, n < 3)) for n in range(45)]


def test_a_class_of_a_screenful_has_its_rows():
    lines = summarized(LARGE[:40])
    assert [line[0] for line in lines[2:42]] == [f"s{n:02}" for n in range(40)]
    assert not any("median" in line for line in lines)


def test_a_larger_class_is_summarized():
    lines = summarized([*LARGE, Row("zoe", "failed", None, 0.0, ["no worker"], "logs/zoe.log")])
    assert lines[:3] == [
        ["sums: Adding up, 46 students"], ["median", "least", "most", "of", "by hand"],
        ["adding", "2.2", "0", "4.4", "5", "3 waiting"],
    ]  # fmt: skip
    spread = [line[:2] for line in lines[4:14]]
    assert spread == [[f"{n}-{n + 10}", str(count)] for n, count in zip(range(0, 100, 10), [5] * 9 + [0], strict=True)]
    assert lines[14:16] == [["1 could not be graded"], ["student", "adding", "time", "why"]]
    assert lines[16][0] == "zoe" and lines[17] == ["see logs/zoe.log"]
    assert [line[0] for line in lines[18:25]] == ["The 5 slowest", "student", "s44", "s43", "s42", "s41", "s40"]
    assert "cs231n grade --all" in lines[-1][0] and len(lines) == 26


def test_a_summary_of_several_notebooks_has_their_total():
    rows = [
        graded(f"s{n}", adding=NotebookScore(5, 5, False), squaring=NotebookScore(n % 2, 5, False)) for n in range(50)
    ]
    lines = summarized(rows, names=("adding", "squaring"))
    assert [line[:4] for line in lines[2:5]] == [
        ["adding", "5", "5", "5"], ["squaring", "0.5", "0", "1"], ["total", "5.5", "5", "6"],
    ]  # fmt: skip
    assert [line[1] for line in lines[6:16]] == ["0"] * 5 + ["25", "25"] + ["0"] * 3


def test_all_rows_of_a_large_class_come_before_its_summary():
    lines = summarized(LARGE, every_row=True)
    names = [line[0] for line in lines]
    assert names.count("s00") == 1 and names.count("s44") == 2
    assert names.index("sums: Adding up, 45 students") > names.index("s44")
    assert not any("--all" in name for name in names)


def test_of_many_failures_the_first_are_listed():
    rows = [Row(f"s{n:02}", "failed", None, 0.0, ["no worker"], None) for n in range(50)]
    lines = summarized(rows)
    assert ["50 could not be graded, of which 20 are listed"] in lines
    assert sum(line[0].startswith("s") and line[0][1:].isdigit() for line in lines) == 20
