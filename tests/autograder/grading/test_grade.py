"""Grading a class: the three steps together, with real kernels and a real gradebook."""

import io
import json
import os
import re
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import nbformat
import pytest
from jobs_run_once import jobs_run_once
from nbgrader.api import Gradebook

from autograder.authoring.build import build
from autograder.authoring.release import release
from autograder.cli.class_table import class_table
from autograder.errors import KitError
from autograder.execution.students_text import STUDENTS_PREFIX
from autograder.grading.grade import RECORDS_WAITING, grade
from autograder.grading.late import LatePolicy
from autograder.grading.receipts import Receipts
from autograder.grading.record import NotebookScore, Recorder
from autograder.grading.report import summary_line
from autograder.grading.results import read_results, receipts_folder
from autograder.submissions.origins import Origins
from autograder.submissions.platforms import Person
from autograder.submissions.work_files import hand_in_time

pytestmark = pytest.mark.slow

RIGHT = {
    "adding": {"add": "def add(a, b):\n    return a + b", "double": "def double(a):\n    return a + a"},
    "squaring": {"square": "def square(a):\n    return a ** 2"},
}


def variant(**adding):
    return {**RIGHT, "adding": {**RIGHT["adding"], **adding}}


def scores(workspace):
    """{student: {grade_id: (automatic score, needs manual grading)}} from the gradebook."""
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        return {
            s.student.id: {g.name: (g.auto_score, g.needs_manual_grade) for nb in s.notebooks for g in nb.grades}
            for s in gradebook.assignment_submissions("sums")
        }


def row_of(report, student):
    return next(row for row in report.rows if row.student == student)


@pytest.fixture
def classroom(tiny, hand_in):
    hand_in("full", **variant(question_why="It commutes."))
    hand_in("blank")
    hand_in("hidden", **variant(add="def add(a, b):\n    return abs(a) + abs(b)"))
    hand_in("warns", **variant(add="def add(a, b):\n    import warnings; warnings.warn('careful')\n    return a + b"))
    hand_in("raises", **variant(double="def double(a):\n    return 2 * a\n\nprint(resutl)"))
    hand_in("endless", **variant(double="import time\ndef double(a):\n    time.sleep(600)"))
    (hand_in("broken", **RIGHT) / "adding.ipynb").write_text('{"cells": [')
    (tiny.submitted("nothing", "sums")).mkdir(parents=True)
    return tiny


FULL = {"test_add_small": (2, False), "test_double": (3, False), "question_why": (0, False), "test_square": (4, False)}


@pytest.mark.on_both_databases
def test_a_class_each_of_whom_fails_alone(classroom, no_pool):
    report = grade(classroom, "sums")
    assert scores(classroom) == {
        "full": FULL | {"question_why": (None, True)},
        "blank": dict.fromkeys(FULL, (0, False)),
        "hidden": FULL | {"test_add_small": (0, False)},
        "warns": FULL,
        "raises": FULL,
        "endless": FULL | {"test_double": (0, False)},
        "broken": dict.fromkeys(FULL, (0, False)) | {"test_square": (4, False)},
        "nothing": dict.fromkeys(FULL, (0, False)),
    }
    why = {row.student: "\n".join(row.reasons) for row in report.rows}
    assert why["full"] == why["warns"] == ""
    assert why["blank"] == "adding: nothing done yet\nsquaring: nothing done yet"
    assert "add: AssertionError: negative numbers" in why["hidden"]
    assert "the cell 'double' raised NameError" in why["raises"]
    assert "your double did not return within 3 s" in why["endless"]
    assert "not valid JSON (line 1" in why["broken"]
    assert "adding.ipynb was not handed in" in why["nothing"]
    assert {row.status for row in report.rows} == {"graded"}
    _the_table_shows_it(report)
    _nbgrader_says_the_same(classroom, report)
    _nothing_changed_so_nothing_runs_again(classroom)


def _the_table_shows_it(report):
    from rich.console import Console

    console = Console(width=150, record=True, file=io.StringIO())
    console.print(class_table(report))
    text = console.export_text()
    assert all(row.student in text for row in report.rows)
    assert "5* / 10" in text  # the question still needs manual grading
    assert "8 graded" in summary_line(report) and "isolation: sandbox" in summary_line(report)


def _nbgrader_says_the_same(workspace, report):
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        for submission in gradebook.assignment_submissions("sums"):
            said = {
                nb.name: NotebookScore(nb.score, nb.max_score, nb.needs_manual_grade) for nb in submission.notebooks
            }
            assert row_of(report, submission.student.id).scores == said


def _nothing_changed_so_nothing_runs_again(workspace):
    before = (workspace.autograded("full", "sums") / "adding.ipynb").stat().st_mtime_ns
    report = grade(workspace, "sums")
    assert {row.status for row in report.rows} == {"unchanged"}
    assert row_of(report, "full").scores["adding"].score == 5
    assert row_of(report, "broken").reasons  # the report still has the reasons
    assert (workspace.autograded("full", "sums") / "adding.ipynb").stat().st_mtime_ns == before


@pytest.mark.on_both_databases
def test_what_changed_is_graded_again_and_only_that(tiny, hand_in, no_pool):
    hand_in("one", **RIGHT)
    hand_in("two")
    grade(tiny, "sums")
    hand_in("two", **RIGHT)
    report = grade(tiny, "sums")
    assert [(row.student, row.status) for row in report.rows] == [("one", "unchanged"), ("two", "graded")]
    assert scores(tiny)["two"] == FULL
    assert [row.status for row in grade(tiny, "sums", students=["one"], force=True).rows] == ["graded"]


@pytest.mark.on_both_databases
def test_points_given_by_hand_survive_grading_again(tiny, hand_in, no_pool):
    hand_in("one", **variant(question_why="It commutes."))
    grade(tiny, "sums")
    with Gradebook(tiny.db_url, tiny.course.id) as gradebook:
        by_hand = gradebook.find_grade("question_why", "adding", "sums", "one")
        by_hand.manual_score, by_hand.needs_manual_grade = 4, False
        gradebook.db.commit()
    assert grade(tiny, "sums").rows[0].scores["adding"].score == 9
    assert grade(tiny, "sums", force=True).rows[0].scores["adding"].score == 9


def test_the_autograded_notebook_shows_outputs_and_hidden_tests_and_no_stderr(tiny, hand_in, no_pool):
    hand_in("one", **variant(add="def add(a, b):\n    import sys; print('hm', file=sys.stderr); return a + b"))
    grade(tiny, "sums")
    path = tiny.autograded("one", "sums") / "adding.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert path.read_text() == nbformat.writes(notebook) + "\n"
    test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "test_add_small")
    assert "negative numbers" in test.source
    assert [(o.name, o.text) for o in test.outputs] == [("stdout", f"{STUDENTS_PREFIX}hm\n{STUDENTS_PREFIX}hm\n")]


@pytest.mark.on_both_databases
def test_the_name_that_the_platform_gave_is_in_the_gradebook_and_one_that_is_there_stays(tiny, hand_in, no_pool):
    for student, name in (("301", "Ann Maria Lee"), ("302", "Ann Lee"), ("303", "x" * 200), ("ann", "")):
        hand_in(student, **RIGHT)
        Origins(tiny, "sums").keep(student, Person(student, name, "Moodle" if name else "", "a@x.edu" if name else ""))
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        gradebook.add_student("302", first_name="Annie", last_name="L.")
    grade(tiny, "sums", workers=1)
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        names = {s.id: (s.first_name, s.last_name, s.email) for s in gradebook.students}
    assert names == {
        "301": ("Ann Maria", "Lee", "a@x.edu"),
        "302": ("Annie", "L.", "a@x.edu"),
        "303": ("", "x" * 128, "a@x.edu"),
        "ann": (None, None, None),
    }


def test_late_submissions_get_the_penalty_that_nbgrader_config_names(tiny, hand_in, no_pool):
    folder = hand_in("late", **RIGHT)
    (folder / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    with Gradebook(tiny.db_url, tiny.course.id) as gradebook:
        gradebook.update_or_create_assignment("sums", duedate="2030-01-01 00:00:00 UTC")
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    report = grade(type(tiny)(tiny.root), "sums")
    assert [score.score for score in report.rows[0].scores.values()] == [0, 0]


def test_a_submission_the_database_refuses_fails_alone(tiny, hand_in, monkeypatch, no_pool):
    hand_in("one", **RIGHT)
    hand_in("two", **RIGHT)
    real = Recorder.record

    def refuse_one(recorder, student, *given):
        if student == "one":
            raise OSError("disk full")
        return real(recorder, student, *given)

    monkeypatch.setattr(Recorder, "record", refuse_one)
    report = grade(tiny, "sums")
    assert [(row.student, row.status) for row in report.rows] == [("one", "failed"), ("two", "graded")]
    assert "disk full" in row_of(report, "one").reasons[0]


def test_a_submission_that_cannot_be_explained_fails_alone(tiny, hand_in, monkeypatch, no_pool):
    from autograder.grading import finished as module

    (hand_in("one") / "adding.ipynb").write_text("{")
    hand_in("two")

    def explain(prefix, notebook, problems):
        return 1 / 0 if problems else []

    monkeypatch.setattr(module, "explain", explain)
    report = grade(tiny, "sums", isolation="process")
    assert [(row.student, row.status) for row in report.rows] == [("one", "failed"), ("two", "graded")]


def test_a_receipt_holds_fifty_remarks_on_the_files_of_a_submission(tiny, hand_in, monkeypatch, no_pool):
    from autograder.grading import submission as module

    (hand_in("one") / "adding.ipynb").unlink()
    remarks = [f"file {i}.csv was not taken: it is\ntoo large" for i in range(200)]
    monkeypatch.setattr(module, "accepted_files", lambda *_: ((), remarks * 2))
    [row] = grade(tiny, "sums", isolation="process").rows
    receipt = json.loads((tiny.root / ".cs231n" / "receipts" / "sums" / "one.json").read_text())
    assert receipt["reasons"] == row.reasons
    assert row.reasons[-51:] == [remark.replace("\n", " ") for remark in remarks[:50]] + ["and 150 more"]
    assert len(row.reasons) < 60


def test_when_no_kernel_starts_nobody_gets_a_zero_for_it(tiny, hand_in, monkeypatch, executed_jobs):
    from autograder.workers import local_pool as pool

    hand_in("one", **RIGHT)
    monkeypatch.setattr(pool, "run_here", _no_kernel)
    report = grade(tiny, "sums", workers=1)
    assert [row.status for row in report.rows] == ["failed"]
    assert "no kernel today" in report.rows[0].reasons[0]
    assert scores(tiny) == {}
    log = (tiny.root / report.rows[0].log).read_text()
    assert "adding: could not be run" in log and log.count("Traceback") > 1  # also the worker's
    monkeypatch.setattr("autograder.grading.grade.LocalPool", jobs_run_once(executed_jobs))
    assert grade(tiny, "sums", workers=1).rows[0].status == "graded"


def _no_kernel(job):
    raise RuntimeError("no kernel today")


@pytest.fixture
def ran(no_pool):
    """ran() is the list of the executed notebooks' names, in order."""
    return lambda: ["adding" if "test_add_small" in job.notebook else "squaring" for job in no_pool]


def test_the_same_notebooks_handed_in_again_do_not_run_again(tiny, hand_in, ran):
    folder = hand_in("late", **variant(question_why="It commutes.", double="def double(a):\n    1 / 0"))
    before = grade(tiny, "sums", isolation="process").rows[0]
    assert ran() == ["adding", "squaring"]
    results = read_results(receipts_folder(tiny, "sums") / "late.json")
    with Gradebook(tiny.db_url, tiny.course.id) as gradebook:
        gradebook.update_or_create_assignment("sums", duedate="2030-01-01 00:00:00 UTC")
    (folder / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    files = {path: path.read_bytes() for path in tiny.autograded("late", "sums").iterdir()}
    after = grade(tiny, "sums", isolation="process").rows[0]
    assert ran() == ["adding", "squaring"]
    assert (after.status, after.scores, after.reasons) == ("graded", before.scores, before.reasons)
    assert after.reasons and after.seconds == 0
    assert read_results(receipts_folder(tiny, "sums") / "late.json") == results
    assert [(lost.cell, lost.status) for lost in results["adding"].lost] == [("test_double", "failed")]
    assert results["adding"].seconds > 0 and results["adding"].flags == ()
    assert {path: path.read_bytes() for path in files} == files
    with Gradebook(tiny.db_url, tiny.course.id) as gradebook:
        assert gradebook.find_submission("sums", "late").total_seconds_late == 24 * 3600


def test_of_several_notebooks_only_the_changed_one_runs_again(tiny, hand_in, ran):
    hand_in("one", **variant(double="def double(a):\n    return a"))
    grade(tiny, "sums", isolation="process")
    hand_in("one", **RIGHT)
    grade(tiny, "sums", isolation="process")
    assert ran() == ["adding", "squaring", "adding"]
    assert scores(tiny)["one"] == FULL


def test_a_changed_test_cell_runs_its_notebook_again_and_no_other(tiny, hand_in, ran):
    hand_in("one", **RIGHT)
    grade(tiny, "sums", isolation="process")
    text = tiny.assignments / "sums" / "adding.py"
    text.write_text(text.read_text().replace("negative numbers", "numbers below zero"))
    release(tiny, "sums")
    grade(tiny, "sums", isolation="process")
    assert ran() == ["adding", "squaring", "adding"]
    grade(tiny, "sums", isolation="process", force=True)
    assert ran() == ["adding", "squaring", "adding", "adding", "squaring"]


def mark_by_hand(workspace, student, points, cell="question_why", comment="good"):
    """Grade a cell by hand, as formgrader does."""
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        grade = gradebook.find_grade(cell, "adding", "sums", student)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, 1, False
        gradebook.find_comment("question_why", "adding", "sums", student).manual_comment = comment
        gradebook.db.commit()


def marked_by_hand(workspace, student, cell="question_why"):
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        grade = gradebook.find_grade(cell, "adding", "sums", student)
        comment = gradebook.find_comment("question_why", "adding", "sums", student)
        return grade.manual_score, grade.extra_credit, comment.manual_comment, grade.needs_manual_grade


def change_source(workspace, before, after):
    path = workspace.assignments / "sums" / "adding.py"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    build(workspace, "sums")


@pytest.mark.on_both_databases
def test_changed_points_are_given_without_running_anything_again(tiny, hand_in, no_pool, ran):
    hand_in("one", **variant(question_why="It commutes.", double="def double(a):\n    return a"))
    hand_in("two", **RIGHT)
    grade(tiny, "sums", isolation="process")
    mark_by_hand(tiny, "one", 4)
    no_pool.clear()
    change_source(tiny, '"points": 2', '"points": 7')
    with pytest.raises(KitError, match="has changed from 2 to 7 points since the release"):
        grade(tiny, "sums", isolation="process")
    release(tiny, "sums")
    report = grade(tiny, "sums", isolation="process")
    assert ran() == [] and [row.status for row in report.rows] == ["graded"] * 2
    assert report.rows[0].scores["adding"] == NotebookScore(7 + 4 + 1, 7 + 3 + 5, False)
    assert report.rows[1].scores["adding"] == NotebookScore(7 + 3, 7 + 3 + 5, False)
    assert marked_by_hand(tiny, "one") == (4, 1, "good", False)
    assert {row.status for row in grade(tiny, "sums", isolation="process").rows} == {"unchanged"}


def test_a_question_that_is_worth_other_points_is_to_be_looked_at_again(tiny, hand_in, no_pool):
    hand_in("one", **variant(question_why="It commutes."))
    grade(tiny, "sums", isolation="process")
    mark_by_hand(tiny, "one", 4)
    change_source(tiny, '"points": 5', '"points": 3')
    release(tiny, "sums")
    grade(tiny, "sums", isolation="process")
    assert marked_by_hand(tiny, "one") == (4, 1, "good", True)


def test_an_answer_beside_what_pages_may_not_hold_stays_reviewed(tiny, hand_in, no_pool):
    show = "from IPython.display import *\ndisplay(HTML('<b>bold</b><script>x</script>'))\n"
    answer = "It <script>x</script> commutes."
    path = hand_in("one", **variant(question_why=answer, add=show + RIGHT["adding"]["add"])) / "adding.ipynb"
    notebook = nbformat.read(path, as_version=4)
    [demo] = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "demo_long"]
    demo.outputs = [nbformat.v4.new_output("display_data", data={"image/png": "AAAA"})]
    nbformat.write(notebook, path)
    grade(tiny, "sums")
    mark_by_hand(tiny, "one", 4)
    grade(tiny, "sums", force=True)
    assert marked_by_hand(tiny, "one") == (4, 1, "good", False)


def test_partial_credit_that_was_cut_at_other_points_is_worked_out_again(tiny, hand_in, ran):
    change_source(tiny, 'assert double(4) == 8, "twice 4 is 8"', "4.0 if double(4) == 8 else 0")
    release(tiny, "sums")
    hand_in("one", **RIGHT)
    assert grade(tiny, "sums", isolation="process").rows[0].scores["adding"].score == 2 + 3
    for points, score in ((6, 2 + 4), (1, 2 + 1)):
        source = (tiny.assignments / "sums" / "adding.py").read_text()
        before = re.search(r'"test_double", "locked": true, "points": \d', source)[0]
        change_source(tiny, before, before[:-1] + str(points))
        release(tiny, "sums")
        assert grade(tiny, "sums", isolation="process").rows[0].scores["adding"].score == score
    assert ran() == ["adding", "squaring", "adding", "adding"]


@pytest.mark.on_both_databases
def test_a_penalty_follows_arrival_due_date_and_hand_points_and_nothing_runs(tiny, hand_in, ran):
    folder = hand_in("one", **variant(question_why="It commutes."))
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    (folder / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    due(tiny, "2030-01-01 00:00:00 UTC")

    def total():
        [row] = grade(type(tiny)(tiny.root), "sums", isolation="process").rows
        return row.status, sum(score.score for score in row.scores.values())

    assert total() == ("graded", 0)
    mark_by_hand(tiny, "one", 4)
    assert total() == ("unchanged", 0)
    due(tiny, "2030-01-03 00:00:00 UTC")
    assert total() == ("unchanged", 14)
    (folder / "timestamp.txt").write_text("2030-01-04 00:00:00 UTC")
    assert total() == ("graded", 0)
    (folder / "timestamp.txt").unlink()
    assert total() == ("graded", 14)
    assert marked_by_hand(tiny, "one") == (4, 1, "good", False)
    assert ran() == ["adding", "squaring"]


def due(workspace, when):
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        gradebook.update_or_create_assignment("sums", duedate=when)


def test_a_late_policy_that_fails_costs_nobody_else_a_grade(tiny, hand_in, no_pool):
    for student in ("ann", "ben"):
        (hand_in(student) / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    due(tiny, "2030-01-01 00:00:00 UTC")
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write(
            "\nfrom nbgrader.plugins import BasePlugin\nclass Moody(BasePlugin):\n"
            "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
            "        return 0 if student_id == 'ann' else 1 / 0\n"
            "c.AssignLatePenalties.plugin_class = Moody\n"
        )
    for _ in range(2):
        report = grade(type(tiny)(tiny.root), "sums", isolation="process")
        assert [row.status for row in report.rows][1] == "failed"
        assert "ZeroDivisionError" in report.rows[1].reasons[0]
    assert report.rows[0].status == "unchanged"


def test_only_other_work_is_to_be_looked_at_again(tiny, hand_in, no_pool):
    hand_in("one", **variant(question_why="It commutes."))
    grade(tiny, "sums", isolation="process")
    mark_by_hand(tiny, "one", 4)
    mark_by_hand(tiny, "one", 1, cell="test_double")
    grade(tiny, "sums", isolation="process", force=True)
    assert [marked_by_hand(tiny, "one", cell)[3] for cell in ("question_why", "test_double")] == [False, False]
    hand_in("one", **variant(question_why="It commutes.", double="def double(a):\n    return a * 2"))
    grade(tiny, "sums", isolation="process")
    assert [marked_by_hand(tiny, "one", cell)[3] for cell in ("question_why", "test_double")] == [False, True]
    hand_in("one", **variant(question_why="It does not."))
    grade(tiny, "sums", isolation="process")
    assert marked_by_hand(tiny, "one") == (4, 1, "good", True)


def test_what_was_missing_and_is_installed_now_runs_again_and_nothing_else(tiny, hand_in, no_pool, ran, monkeypatch):
    from autograder.grading.installed import Installed

    hand_in("one", **RIGHT)
    hand_in("two", **variant(add="import extrapkg\ndef add(a, b):\n    return extrapkg.add(a, b)"))
    report = grade(tiny, "sums", isolation="process")
    assert "No module named 'extrapkg'" in row_of(report, "two").reasons[0]
    no_pool.clear()
    real = Installed.version
    monkeypatch.setattr(Installed, "version", lambda self, name: "1.0" if name == "extrapkg" else real(self, name))
    report = grade(tiny, "sums", isolation="process")
    assert ([row.status for row in report.rows], ran()) == (["unchanged", "graded"], ["adding"])


def test_an_answer_in_the_next_cell_waits_for_a_person(tiny, hand_in, no_pool):
    folder = hand_in("one", **RIGHT)
    notebook = nbformat.read(folder / "adding.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("It commutes."))
    nbformat.write(notebook, folder / "adding.ipynb")
    [row] = grade(tiny, "sums", isolation="process").rows
    assert row.reasons == ["adding: question_why is unanswered, but a text cell was added below it"]
    assert row.scores["adding"] == NotebookScore(5, 10, True)
    assert "It commutes." in (tiny.autograded("one", "sums") / "adding.ipynb").read_text()
    mark_by_hand(tiny, "one", 4)
    grade(tiny, "sums", isolation="process", force=True)
    assert marked_by_hand(tiny, "one") == (4, 1, "good", False)


def test_a_locked_cell_that_was_put_right_is_told_after_what_failed(tiny, hand_in, no_pool):
    folder = hand_in("one", **variant(add="def add(a, b):\n    return math.fsum([a, b])"))
    notebook = nbformat.read(folder / "adding.ipynb", as_version=4)
    cell = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "setup")
    cell.source += "\nimport math"
    nbformat.write(notebook, folder / "adding.ipynb")
    [row] = grade(tiny, "sums", isolation="process").rows
    assert row.reasons == [
        "adding: add: NameError: name 'math' is not defined",
        "adding: the locked cell 'setup' had been changed; the original was run",
    ]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python has type statements")
def test_newer_syntax_is_named(tiny, hand_in, no_pool):
    hand_in("one", **variant(add="type Number = int\ndef add(a, b):\n    return a + b"))
    [row] = grade(tiny, "sums", isolation="process").rows
    here = ".".join(map(str, sys.version_info[:2]))
    assert row.reasons[0].startswith("adding: the cell 'add' raised SyntaxError: invalid syntax")
    assert f"this uses syntax of Python 3.12 (a type statement); the grader runs Python {here}" in row.reasons[0]


def test_workers_get_warm_for_what_has_changed(tiny, hand_in, no_pool, monkeypatch):
    from autograder.grading import grade as module

    asked = []

    def ask(pool, job, most):
        asked.append((job.surroundings.isolation, most))

    monkeypatch.setattr(module.LocalPool, "warm_up", ask)
    hand_in("one")
    hand_in("two")
    grade(tiny, "sums")
    hand_in("two", **RIGHT)
    grade(tiny, "sums")
    grade(tiny, "sums")
    grade(tiny, "sums", isolation="process")
    assert asked == [("sandbox", 4), ("sandbox", 2), ("sandbox", 0)]


def test_while_one_submission_is_recorded_the_next_are_executed(tiny, hand_in, ran, monkeypatch):
    for student in ("one", "two", "three"):
        (hand_in(student, **RIGHT) / "adding.ipynb").unlink()
    all_ran, real = threading.Event(), Recorder.record

    def slow(recorder, *given):
        while len(ran()) < 3 and not all_ran.wait(0.01):
            assert threading.current_thread() is not threading.main_thread()  # otherwise this would never end
        return real(recorder, *given)

    monkeypatch.setattr(Recorder, "record", slow)
    report = grade(tiny, "sums", isolation="process", workers=1)
    assert [row.status for row in report.rows] == ["graded"] * 3


def test_what_is_done_with_is_not_kept_in_memory(tiny, no_pool, monkeypatch):
    from autograder.grading import submission as module

    for number in range(12):
        tiny.submitted(f"student {number}", "sums").mkdir(parents=True)
    notebooks, kept, real = [], [], module.sanitize

    def sanitize(blueprint, path):
        sanitized = real(blueprint, path)
        notebooks.append(weakref.ref(sanitized))
        return sanitized

    monkeypatch.setattr(module, "sanitize", sanitize)
    grade(
        tiny,
        "sums",
        workers=1,
        isolation="process",
        watch=lambda event: kept.append(sum(notebook() is not None for notebook in notebooks)),
    )
    assert (len(notebooks), len(kept), kept[-1]) == (24, 14, 0)
    assert max(kept) <= 2 * (RECORDS_WAITING + 2)  # each record has two notebooks


def test_without_a_receipt_it_is_recorded_and_graded_again(tiny, monkeypatch, no_pool):
    tiny.submitted("one", "sums").mkdir(parents=True)

    def fail(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr(Receipts, "write", fail)
    [row] = grade(tiny, "sums", isolation="process").rows
    assert row.status == "graded" and "disk full" in row.reasons[-1]
    monkeypatch.undo()
    assert [row.status for row in grade(tiny, "sums", isolation="process").rows] == ["graded"]


def test_ended_before_the_receipt_the_old_one_is_not_believed(tiny, hand_in, monkeypatch, no_pool):
    tiny.submitted("one", "sums").mkdir(parents=True)
    grade(tiny, "sums", isolation="process")
    (tiny.submitted("one", "sums") / "adding.ipynb").write_text("{")

    def cut(*arguments):
        raise PowerCut

    monkeypatch.setattr(Receipts, "write", cut)
    with pytest.raises(PowerCut):
        grade(tiny, "sums", isolation="process")
    monkeypatch.undo()
    (tiny.submitted("one", "sums") / "adding.ipynb").unlink()  # the submission of the first receipt again
    [row] = grade(tiny, "sums", isolation="process").rows
    assert row.status == "graded" and "adding.ipynb was not handed in" in row.reasons[0]


@pytest.mark.on_both_databases
def test_a_half_recorded_submission_leaves_no_trace(tiny, hand_in, monkeypatch, no_pool):
    hand_in("one", **RIGHT)

    def fail(*arguments):
        raise OSError("the power went")

    monkeypatch.setattr(LatePolicy, "penalty", fail)
    assert grade(tiny, "sums").rows[0].status == "failed"
    assert scores(tiny) == {}
    monkeypatch.undo()
    assert grade(tiny, "sums").rows[0].status == "graded"


class PowerCut(BaseException):
    """Ends a grader as a kill would: the grader does not catch it."""


@pytest.fixture
def recorded(tiny, hand_in, no_pool):
    """A workspace in which student "one" was graded with no points and has since handed in correct answers."""
    hand_in("one")
    grade(tiny, "sums")
    hand_in("one", **RIGHT)
    return tiny


def autograded(workspace):
    return {path.name: path.read_bytes() for path in workspace.autograded("one", "sums").iterdir()}


@pytest.mark.on_both_databases
def test_files_that_cannot_be_written_leave_gradebook_and_files_as_they_were(recorded, monkeypatch):
    from autograder.grading import record

    before = scores(recorded), autograded(recorded)

    def fail(folder, notebooks, handed_in):
        (folder / "adding.ipynb").write_text("{")
        raise OSError("disk full")

    monkeypatch.setattr(record, "_write_autograded", fail)
    assert "disk full" in grade(recorded, "sums").rows[0].reasons[0]
    assert (scores(recorded), autograded(recorded)) == before
    monkeypatch.undo()
    assert grade(recorded, "sums").rows[0].status == "graded"
    assert scores(recorded)["one"] == FULL


@pytest.mark.on_both_databases
def test_a_commit_that_fails_leaves_the_files_as_they_were(recorded, monkeypatch):
    from sqlalchemy.orm import Session

    before = scores(recorded), autograded(recorded)

    real = Session.commit

    def fail(session):
        if not recorded.autograded("one", "sums").exists():
            raise OSError("database is locked")
        real(session)

    monkeypatch.setattr(Session, "commit", fail)
    assert "database is locked" in grade(recorded, "sums").rows[0].reasons[0]
    monkeypatch.undo()
    assert (scores(recorded), autograded(recorded)) == before
    assert not list(recorded.root.glob("autograded/*/.sums-*"))


@pytest.mark.on_both_databases
def test_ended_between_commit_and_rename_it_is_graded_again(recorded, hand_in, monkeypatch):
    from autograder.grading import record

    real = os.rename

    def cut(source, target):
        if target == recorded.autograded("one", "sums"):
            raise PowerCut
        real(source, target)

    monkeypatch.setattr(record.os, "rename", cut)
    with pytest.raises(PowerCut):
        grade(recorded, "sums", workers=1)
    assert scores(recorded)["one"] == FULL
    monkeypatch.undo()
    hand_in("one")  # the submission of the first receipt again
    assert [row.status for row in grade(recorded, "sums").rows] == ["graded"]
    assert scores(recorded)["one"] == dict.fromkeys(FULL, (0, False))
    assert len(autograded(recorded)) == 2 and not list(recorded.root.glob("autograded/*/.sums-*"))


@pytest.mark.on_both_databases
def test_outputs_that_no_file_can_hold_are_recorded_all_the_same(tiny, hand_in, monkeypatch, no_pool):
    from nbformat.v4 import new_output

    def record_hostile(recorder, student, notebooks, *rest):
        nested = {}
        for _ in range(300):
            nested = {"a": nested}
        data = {"application/json": nested, "text/plain": "a\0\udcffb", "x/\ud800": ["\ud800"]}
        cell = next(c for c in notebooks["adding"].cells if c.cell_type == "code")
        cell.outputs = [new_output("stream", text="a\0\ud800b"), new_output("display_data", data=data)]
        return real(recorder, student, notebooks, *rest)

    real = Recorder.record
    monkeypatch.setattr(Recorder, "record", record_hostile)
    hand_in("one", **RIGHT)
    assert [row.status for row in grade(tiny, "sums").rows] == ["graded"]
    notebook = nbformat.read(tiny.autograded("one", "sums") / "adding.ipynb", as_version=4)
    stream, shown = next(c for c in notebook.cells if c.cell_type == "code").outputs
    assert (stream.text, shown.data["text/plain"]) == ("a\ufffd\ufffdb", "a\ufffd\ufffdb")


@pytest.mark.on_both_databases
def test_killed_at_any_moment_and_run_again_it_ends_as_if_undisturbed(tiny, hand_in, no_pool, executed_jobs):
    for student in "abcde":
        hand_in(student, **(RIGHT if student in "ace" else variant(add="def add(a, b):\n    return 3")))
    killed = [sys.executable, "-P", Path(__file__).with_name("killed_grader.py"), tiny.root, executed_jobs]
    subprocess.run(killed, check=True)
    receipts = list((tiny.root / ".cs231n" / "receipts" / "sums").glob("*.json"))
    assert len(receipts) == 3  # each of the three graders ended during its second submission
    report = grade(tiny, "sums")
    assert {row.status for row in report.rows} == {"graded", "unchanged"}
    wrong = FULL | {"test_add_small": (0, False)}
    assert scores(tiny) == {student: (FULL if student in "ace" else wrong) for student in "abcde"}
    assert not list(tiny.root.glob("autograded/*/.sums-*"))
    assert all(json.loads(path.read_text())["digest"] for path in receipts)


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda w: None, "no submissions of sums"),
        (lambda w: (w.source("sums") / "adding.ipynb").unlink(), "has not been built"),
        (lambda w: _change_source(w), "has changed since the release"),
    ],
)
def test_what_cannot_be_graded_at_all_says_what_to_do(tiny, prepare, message):
    prepare(tiny)
    with pytest.raises(KitError, match=message) as caught:
        grade(tiny, "sums")
    assert "cs231n " in caught.value.hint


def _change_source(workspace):
    path = workspace.source("sums") / "adding.ipynb"
    path.write_text(path.read_text().replace("negative numbers", "numbers below zero"))


def test_an_unknown_student_is_named(tiny, hand_in):
    with pytest.raises(KitError, match="'somebody'") as caught:
        grade(tiny, "sums", students=["somebody"])
    assert caught.value.hint == "There are no submissions of sums yet."
    hand_in("one")
    with pytest.raises(KitError, match="'somebody'") as caught:
        grade(tiny, "sums", students=["somebody"])
    assert caught.value.hint == "There are submissions by: one."


def test_two_graders_do_not_work_on_one_assignment(tiny, hand_in):
    import fcntl

    hand_in("one")
    (tiny.root / ".cs231n").mkdir(exist_ok=True)
    with open(tiny.root / ".cs231n" / "sums.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(KitError, match="another process"):
            grade(tiny, "sums")


@pytest.mark.parametrize("kind", ["fifo", "link", "words", "bytes", "long"])
def test_a_timestamp_that_is_none_is_said_and_stops_nothing(tiny, hand_in, kind):
    hand_in("ada")
    path = tiny.submitted("ada", "sums") / "timestamp.txt"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tiny.root / "nbgrader_config.py")
    else:
        path.write_bytes({"words": b"yesterday", "bytes": b"\xff\xfe", "long": b"2026-01-01" * 500}[kind])
    text, remarks = hand_in_time(tiny, tiny.course.assignment("sums"), "ada")
    assert text is None
    assert remarks[0].startswith("timestamp.txt ") and "the time of the submission is unknown" in remarks[0]


def test_a_timestamp_is_read(tiny, hand_in):
    hand_in("ada")
    (tiny.submitted("ada", "sums") / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC\n")
    assert hand_in_time(tiny, tiny.course.assignment("sums"), "ada") == ("2026-01-02 03:04:05 UTC", [])


def test_pictures_of_cells_that_are_not_run_are_recorded_and_nothing_runs_again_when_they_change(
    tiny, hand_in, no_pool
):
    from autograder.notebook.page_cleaner import OWN

    def submit(*pictures):
        path = hand_in("one", **RIGHT) / "adding.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":  # also cells that run or earn points
                data = [{"image/png": picture} for picture in pictures]
                cell.outputs = [nbformat.v4.new_output("display_data", data=part) for part in data]
        nbformat.write(notebook, path)
        report = grade(tiny, "sums")
        recorded = nbformat.read(tiny.autograded("one", "sums") / "adding.ipynb", as_version=4)
        shown = {c.metadata.nbgrader.grade_id: c.outputs for c in recorded.cells if c.get("outputs")}
        return row_of(report, "one"), shown, len(no_pool)

    row, shown, runs = submit()
    assert (row.status, row.reasons, shown, runs) == ("graded", [], {}, 2)
    points = scores(tiny)
    for pictures in (["AAAA"], ["BBBB", "CCCC"]):
        row, shown, runs = submit(*pictures)
        assert (row.status, row.reasons, runs) == ("graded", [], 2) and list(shown) == ["demo_long"]
        said, *kept = shown["demo_long"]
        assert said.text == OWN and [output.data["image/png"] for output in kept] == pictures
        assert scores(tiny) == points
    assert submit("BBBB", "CCCC")[0].status == "unchanged"
    assert submit()[1:] == ({}, 2) and scores(tiny) == points


def test_a_cell_without_a_record_that_is_not_run_is_shown_with_its_pictures(tmp_path):
    """The blueprint does not contain the cell, so it comes from the submission and does not run."""
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from autograder.grading.finished import FinishedNotebook, kept_execution
    from autograder.grading.record import _show
    from autograder.grading.sanitize import NotRun, SanitizedNotebook
    from autograder.notebook.job import CellResult, Executed

    def code(grade_id):
        record = {"grade_id": grade_id, "grade": False, "solution": True}
        return new_code_cell("1", id=grade_id, metadata={"nbgrader": record})

    picture = new_output("display_data", data={"image/png": "AAAA"})
    own = [NotRun(None, (picture,), "plot(0)"), NotRun("a", (picture,), "plot(1)")]
    sanitized = SanitizedNotebook("n", new_notebook(cells=[code("a"), code("b")]))
    executed = Executed((CellResult(), CellResult()), 0.0)
    for _ in range(2):  # the second round uses the recorded execution
        notebook = FinishedNotebook(sanitized, executed, "key").notebook()
        assert [cell.outputs for cell in notebook.cells] == [[], []]
        _show(notebook, own)
        assert [cell.source for cell in notebook.cells] == ["plot(0)", "1", "plot(1)", "1"]
        nbformat.validate(notebook)
        nbformat.write(notebook, tmp_path / "n.ipynb")
        kept = kept_execution(tmp_path / "n.ipynb", "key")
        assert kept.gives_the_same_values(sanitized.notebook)
        executed = kept.executed


def test_what_is_recorded_holds_nothing_that_runs_in_a_page(tiny, hand_in, no_pool):
    show = "from IPython.display import *\ndisplay(HTML('<b>bold</b><script>x</script>'), Javascript('x'))\n"
    add = f"{show}def add(a, b):\n    display(HTML('<h3>Score: 4 / 4</h3>')); print('Score: 4 / 4')\n    return a + b"
    hand_in("one", adding={**RIGHT["adding"], "add": add, "question_why": "*Because* <script>x</script> $a<b$"})
    before = grade(tiny, "sums")
    assert row_of(before, "one").scores["adding"].score == 5
    recorded = nbformat.read(tiny.autograded("one", "sums") / "adding.ipynb", as_version=4)
    cells = {c.metadata.nbgrader.grade_id: c for c in recorded.cells if "nbgrader" in c.metadata}
    assert "<script" not in str([(c.get("outputs"), c.cell_type == "markdown" and c.source) for c in recorded.cells])
    assert cells["add"].outputs[0].data["text/html"] == "<b>bold</b>&lt;script&gt;x&lt;/script&gt;"
    assert cells["question_why"].source.replace("\u200b", "") == "*Because* <script>x</script> $a<b$"
    [told] = cells["test_add_small"].outputs
    assert told.output_type == "stream" and f"{STUDENTS_PREFIX}Score: 4 / 4\n" in told.text
    assert all(line.startswith(STUDENTS_PREFIX) for line in told.text.splitlines())
