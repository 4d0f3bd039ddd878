"""What a report reads: marks from the gradebook, and the rest from the receipts."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from graded_by_hand import FULL, submit
from nbgrader.api import Gradebook
from sqlalchemy import insert

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.hand_marks import ANSWERS, LINES, TABLES, TICKS
from autograder.grading.results import LostCell, NotebookResult, as_plain, receipts_folder
from autograder.reports.class_marks import NotReleased, SchemeRow, read_class, shown_name

pytestmark = pytest.mark.on_both_databases

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
DUE = datetime(2026, 11, 20, 12, 0)
LATE = """
from nbgrader.plugins import BasePlugin
class Late(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {}
c.AssignLatePenalties.plugin_class = Late
"""


@pytest.fixture
def gradebook(tiny):
    with Gradebook(tiny.db_url, tiny.course_id) as opened:
        yield opened


@pytest.fixture
def read(tiny):
    """read() reads the class as a command would."""

    def run():
        workspace = Workspace(tiny.root)
        with workspace.gradebook() as opened:
            return read_class(workspace, opened, workspace.course.assignment("sums"))

    return run


def test_items_are_in_the_order_of_the_notebooks_and_name_their_exercises(read):
    assert [(item.place, item.exercise, item.points, item.by_hand) for item in read().items] == [
        (("adding", "test_add_small"), "add", 2, False),
        (("adding", "test_double"), "double", 3, False),
        (("adding", "question_why"), "question_why", 5, True),
        (("squaring", "test_square"), "square", 4, False),
    ]


def test_points_and_what_waits(read, gradebook):
    marks = {**FULL, ("adding", "test_double"): {"auto_score": 3, "manual_score": 1}}
    submit(gradebook, "zoe", marks, first_name="Zoe", last_name="Z")
    submit(gradebook, "ann", {**FULL, ("adding", "question_why"): {"manual_score": 4}})
    gradebook.update_or_create_student("eve")
    found = read()
    ann, zoe = found.works
    assert (ann.student, zoe.student, zoe.name) == ("ann", "zoe", "Zoe Z")
    assert zoe.points["adding", "test_double"] == 1 and zoe.waiting == {("adding", "question_why")}
    assert ann.points["adding", "question_why"] == 4 and not ann.waiting
    assert (found.most_points, found.total(ann), found.total(zoe)) == (14, 13, 7)
    assert found.without_work == (("eve", ""),)


def test_a_late_submission_loses_its_penalty(read, gradebook, tiny):
    assignment = gradebook.find_assignment("sums")
    assignment.duedate = DUE
    for student, hours in (("ann", 0), ("bob", 2), ("cem", 3)):
        submit(gradebook, student, FULL, DUE + timedelta(hours=hours))
    gradebook.find_submission("sums", "cem").extension = timedelta(hours=2)
    gradebook.db.commit()
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write(LATE.format(0.5))
    found = read()
    assert [(work.late_seconds, found.total(work)) for work in found.works] == [(0, 9), (7200, 8), (3600, 8)]
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write(LATE.format("1 / 0"))
    with pytest.raises(KitError, match="marks of bob are unknown"):
        read()


def test_results_come_from_the_receipts(read, gradebook, tiny):
    submit(gradebook, "ann", FULL)
    submit(gradebook, "bob", FULL)
    results = {"adding": NotebookResult((LostCell("test_double", "failed", "no", ("a.b",)),), ("kernel killed",), 2.0)}
    folder = receipts_folder(tiny, "sums")
    folder.mkdir(parents=True)
    (folder / "ann.json").write_text(json.dumps({"notebooks": as_plain(results)}))
    ann, bob = read().works
    assert ann.results == results and bob.results is None


def test_flags_ticks_and_feedback_pages(read, gradebook, tiny):
    for student in ("ann", "bob ü", "cem"):
        submit(gradebook, student, {**FULL, ("adding", "question_why"): {"manual_score": 4}})
    ids = {student: gradebook.find_grade("question_why", "adding", "sums", student) for student in ("ann", "bob ü")}
    cell = ids["ann"].cell_id
    for student in ("bob ü", "cem"):
        page = tiny.feedback(student, "sums") / "squaring.html"
        page.parent.mkdir(parents=True)
        page.write_text("")
    (tiny.feedback("cem", "sums").parent / "index.html").write_text("")
    assert read().scheme == () and not read().works[0].flagged  # nobody has used cs231n mark
    with gradebook.engine.begin() as db:
        TABLES.create_all(db)
        for line, text in (("1", "a\nreason"), ("2", "an example")):
            db.execute(insert(LINES).values(id=line, cell_id=cell, position=-int(line), points=1.5, text=text))
        ticks = [(ids["ann"].id, "1"), (ids["bob ü"].id, "1"), ("deleted", "1"), ("deleted", "2")]
        db.execute(insert(TICKS).values([{"grade_id": grade, "line_id": line} for grade, line in ticks]))
        row = {"marker": "m", "changed": ""}
        db.execute(insert(ANSWERS).values(grade_id=ids["ann"].id, flagged=True, **row))
        db.execute(insert(ANSWERS).values(grade_id=ids["bob ü"].id, flagged=False, **row))
    found = read()
    question = ("adding", "question_why")
    assert [work.flagged for work in found.works] == [{question}, set(), set()]
    assert found.scheme == (SchemeRow(*question, 1.5, "an example", 0), SchemeRow(*question, 1.5, "a reason", 2))
    assert [dict(work.pages) for work in found.works] == [
        {}, {"squaring": "feedback/bob%20%C3%BC/sums/squaring.html"}, {"squaring": "feedback/cem/sums/squaring.html"}
    ]  # fmt: skip
    assert [work.index for work in found.works] == ["", "", "feedback/cem/index.html"]


def test_who_handed_in_without_being_graded(read, gradebook, tiny):
    submit(gradebook, "ann", FULL)
    for student in ("ann", "bob", ".hidden"):
        tiny.submitted(student, "sums").mkdir(parents=True)
    assert read().not_graded == ("bob",)


def test_an_assignment_that_was_not_released(tiny, read, gradebook):
    gradebook.remove_assignment("sums")
    with pytest.raises(NotReleased, match="Release it first: cs231n release sums"):
        read()


def test_a_simulated_class_is_read_whole(read, tiny, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from class_report import simulate  # docs/page_pictures.py draws its class

    simulate(tiny, "sums", 60, seed=1)
    found = read()
    assert len(found.works) + len(found.without_work) == 60 and 50 < len(found.works) < 60
    for work in found.works:
        assert len(work.points) + len(work.waiting) == 4 and work.results
        lost = {(name, cell.cell) for name, result in work.results.items() for cell in result.lost}
        tests = {item.place for item in found.items if not item.by_hand}
        assert lost == {place for place in tests if work.points[place] == 0}


def test_a_name_is_one_short_line():
    assert shown_name("a\nb\u202e\x1b") == "a b\ufffd\ufffd" and len(shown_name("x" * 500)) == 100
