"""`cs231n regrade`: what it prints and writes."""

import csv

import pytest
from click.testing import CliRunner

from autograder.cli.command import main
from autograder.grading.regrade import Change, Points, Regraded
from autograder.grading.report import Row

DOUBLE, WHY = ("adding", "test_double"), ("adding", "question_why")
DONE = Regraded(
    (
        Change("ann", Points(9.0, {DOUBLE: 3.0, WHY: None}), Points(6.0, {DOUBLE: 0.0, WHY: None})),
        Change("ben", Points(8.5, {DOUBLE: 3.0}), Points(8.5, {DOUBLE: 3.0})),
        Change("=cy", None, Points(3.0, {DOUBLE: 3.0})),
    ),
    (),
    ("adding: test_new is new",),
)


@pytest.fixture
def run(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # as the command sets it, and restored here
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    (tiny.root / "roster.csv").write_text('id,name\nann,"Lee, Ann"\n')

    def run(*arguments, done=DONE):
        monkeypatch.setattr("autograder.grading.regrade.regrade", lambda *_: done)
        return CliRunner().invoke(main, ["-C", str(tiny.root), "regrade", "sums", *arguments])

    return run


def test_it_lists_who_changes_and_writes_everyone(run, tmp_path):
    result = run("--dry-run")
    assert result.exit_code == 0, result.output
    assert [" ".join(line.split()) for line in result.output.splitlines() if line] == [
        "adding: test_new is new",
        "student name before after tests",
        "ann Ann Lee 9 6 adding: test_double 3 -> 0",
        "=cy none 3 adding: test_double none -> 3",
        "adding: test_double: 2 students",
        "Points would change for 2 of 3 students: sums-regrade.csv",
    ]
    with (tmp_path / "sums-regrade.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["student", "name", "before", "after", "change", "tests"],
            ["ann", "Ann Lee", "9", "6", "-3", "adding: test_double 3 -> 0"],
            ["ben", "", "8.5", "8.5", "0", ""],
            ["'=cy", "", "", "3", "", "adding: test_double none -> 3"],
        ]


def test_what_could_not_be_graded_is_said(run):
    failed = Regraded(DONE.changes[1:2], (Row("ben", "failed", None, 0.0, ["no space"]),))
    result = run("-o", "x.csv", done=failed)
    assert result.exit_code == 1 and "could not be graded: ben: no space" in result.output
    assert "Points changed for 0 of 1 students: x.csv" in result.output
