"""Every report says which points can be forged, because their test runs in the student's process."""

import csv
import json

import pytest
from click.testing import CliRunner

from autograder.authoring.build import build
from autograder.authoring.tagging import tag_in_process
from autograder.cli.command import main
from autograder.grading.grade import grade
from autograder.grading.grade_one import grade_one
from autograder.grading.report import summary_line
from autograder.reports.ci_reports import WRITERS
from autograder.reports.class_report import class_report
from autograder.reports.course_report import course_report
from autograder.reports.export import export
from autograder.reports.feedback import feedback
from autograder.reports.lms_grades import fill
from autograder.reports.report_page import html_of

pytestmark = pytest.mark.slow


def test_every_report_marks_such_a_test(tiny, hand_in, tmp_path):
    tag_in_process(tiny.course.source("sums", "adding"), ["test_double"])
    build(tiny, "sums")
    hand_in("alice")
    report = grade(tiny, "sums")
    assert summary_line(report).endswith("; not cheat-proof, in the student's process: 1 test")
    export(tiny, "sums", tmp_path / "marks.csv")
    with open(tmp_path / "marks.csv", encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(file))
    assert "adding:test_double (not cheat-proof)" in columns and "adding:test_add_small" in columns
    said = "tests in the student's process: 1, not cheat-proof"
    printed = CliRunner().invoke(main, ["--course", str(tiny.root), "export", "-o", str(tmp_path / "all.csv")])
    assert f"Note: sums: {said}." in printed.output
    (tmp_path / "canvas.csv").write_text("Student,ID,Sums (1)\nAlice,alice,\n")
    filled = fill(tiny, "sums", "canvas", tmp_path / "canvas.csv", tmp_path / "filled.csv", "Sums")
    assert said in filled.notes
    found = grade_one(tiny.root, "sums", tiny.submitted("alice", "sums"), isolation="process")
    assert all(said in write(found) for write in WRITERS.values())
    page = html_of(class_report(tiny, "sums"))
    assert "1 test, worth 3 of" in page and page.count("<small>not cheat-proof</small>") == 1
    assert "(not cheat-proof: 3)" in html_of(course_report(tiny))
    feedback(tiny, "sums")
    page = (tiny.feedback("alice", "sums") / "adding.html").read_text()
    assert page.count("test_double (not cheat-proof)") >= 1 and "test_add_small (not" not in page
    graded = json.loads((tiny.autograded("alice", "sums") / "adding.ipynb").read_text())
    tagged = [cell["metadata"]["nbgrader"]["grade_id"] for cell in graded["cells"] if "tags" in cell["metadata"]]
    assert tagged == ["test_double", "demo_long"]
