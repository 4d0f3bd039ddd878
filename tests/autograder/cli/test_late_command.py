"""`cs231n late`: what it shows of one assignment, and of the late days of the course."""

import pytest
from click.testing import CliRunner

from autograder.cli.command import main


@pytest.fixture
def run(tiny, tmp_path, monkeypatch):
    """Ann is 30 hours late, with an extension of a day; Bo, whose time is known, is in time."""
    monkeypatch.chdir(tmp_path)
    (tiny.root / "roster.csv").write_text('id,name\nann,"Lee, Ann"\nbo,\n')
    (tiny.root / "extensions.csv").write_text("student,assignment,until\nann,sums,2026-11-21 12:00 Z\n")
    for student, arrived in (("ann", "2026-11-21 18:00:00"), ("bo", "2026-11-20 11:00:00")):
        tiny.submitted(student, "sums").mkdir(parents=True)
        (tiny.submitted(student, "sums") / "timestamp.txt").write_text(f"{arrived} UTC\n")

    def run(*arguments, late="days = 5"):
        toml = tiny.assignments / "course.toml"
        begin = toml.read_text().partition("[assignment.limits]")[0].partition("due =")[0]
        toml.write_text(f"{begin}due = 2026-11-20T12:00:00Z\n[late]\n{late}\n")
        result = CliRunner().invoke(main, ["-C", str(tiny.root), "late", *arguments])
        assert result.exit_code == 0, result.output
        return [" ".join(line.split()) for line in result.output.splitlines() if line]

    return run


def test_one_assignment(run):
    assert run("sums") == [
        "student name arrived (UTC) in time until late late days",
        "ann Ann Lee 2026-11-21 18:00 2026-11-21 12:00 (extension) 6:00 1, 4 left",
        "bo 2026-11-20 11:00 2026-11-20 12:00 0, 5 left",
        "2 with a known time of arrival",
    ]


def test_times_are_in_the_zone_of_the_course(run, tiny):
    toml = tiny.assignments / "course.toml"
    toml.write_text(toml.read_text().replace("[course]\n", '[course]\ntime_zone = "Asia/Tokyo"\n'))
    lines = run("sums")
    assert "arrived (Asia/Tokyo)" in lines[0]
    assert lines[1] == "ann Ann Lee 2026-11-22 03:00 2026-11-21 21:00 (extension) 6:00 1, 4 left"


def test_the_course(run):
    assert run() == ["student name sums used left", "ann Ann Lee 1 1 4", "1 have used late days, of 5 each"]
    assert run(late="") == ["The course has no late days; write days under [late] in course.toml."]
