"""Points that people give: what a stroke writes, two markers at once, and schemes that change."""

import contextlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from autograder.authoring.scheme import Question, SchemeLine
from autograder.course.workspace import Workspace
from autograder.errors import KitError, WorkspaceError
from autograder.grading.hand_marks import Change, Changed, HandMarks, Line
from autograder.reports.export import export

both = pytest.mark.on_both_databases  # the tests of locks and of each table

SCHEME = (SchemeLine(2, "commutes"), SchemeLine(2, "for all numbers"), SchemeLine(1, "an example"))
WHY = Question("adding", "question_why", 5, "Why?", "Because.", SCHEME, "")
HALVES = """
from nbgrader.plugins import BasePlugin
class Halves(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2
c.AssignLatePenalties.plugin_class = Halves
"""


@pytest.fixture
def submitted(tiny):
    """The workspace with the answers of alice, bob and carol; carol left the cell as it was released."""
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        for student in ("alice", "bob", "carol"):
            gradebook.add_student(student, first_name=student.title())
            gradebook.add_submission("sums", student)
            grade = gradebook.find_grade("question_why", "adding", "sums", student)
            if student == "carol":
                grade.auto_score, grade.needs_manual_grade = 0, False
        gradebook.db.commit()
    return tiny


class Desk:
    """A marker at one question, who has seen its present state."""

    def __init__(self, workspace, marker="maria", question=WHY):
        self.workspace, self.marks = workspace, HandMarks(workspace, "sums", marker)
        [self.cell_id] = self.marks.prepare([question]).values()
        self.look()

    def look(self):
        self.seen = self.marks.question(self.cell_id)
        return self

    def of(self, student):
        return next(mark for mark in self.seen.marks.values() if mark.student == student)

    def lines(self, *places):
        return frozenset(self.seen.lines[place].id for place in places)

    def do(self, student, **what):
        mark = self.of(student)
        change = Change(**what)
        after = self.marks.change(self.cell_id, mark.grade_id, mark.seen, change, self.seen.seen)
        self.seen = replace(after, marks={**self.seen.marks, **after.marks})
        return self.of(student)

    def tick(self, student, *places):
        return self.do(student, ticks=self.lines(*places))


@pytest.fixture
def desk_of(submitted):
    desks = []

    def made(*arguments, **keywords):
        desks.append(Desk(submitted, *arguments, **keywords))
        return desks[-1]

    yield made
    for desk in desks:
        desk.marks.close()


def in_gradebook(workspace, student):
    """What nbgrader itself reads: points, extra credit, whether it waits, comment."""
    with Gradebook(workspace.db_url, workspace.course_id) as gradebook:
        grade = gradebook.find_grade("question_why", "adding", "sums", student)
        comment = gradebook.find_comment("question_why", "adding", "sums", student)
        return grade.manual_score, grade.extra_credit, grade.needs_manual_grade, comment.manual_comment


def give_in_formgrader(workspace, student, points):
    with Gradebook(workspace.db_url, workspace.course_id) as gradebook:
        gradebook.find_grade("question_why", "adding", "sums", student).manual_score = points
        gradebook.db.commit()


@both
def test_ticked_lines_give_points_in_nbgraders_gradebook(desk_of, submitted):
    desk = desk_of()
    assert [(line.points, line.text) for line in desk.seen.lines] == [(s.points, s.text) for s in SCHEME]
    assert in_gradebook(submitted, "alice") == (None, None, True, None)
    assert desk.tick("alice", 0, 2).points == 3
    assert in_gradebook(submitted, "alice") == (3, None, False, None)
    assert in_gradebook(submitted, "bob") == (None, None, True, None)
    assert desk.of("alice").marker == "maria" and desk.of("bob").marker == ""


def test_free_points_stay_when_ticks_change(desk_of):
    desk = desk_of()
    desk.tick("alice", 0)
    mark = desk.do("alice", points=2.5)
    assert mark.points == 2.5 and desk.seen.free(mark) == 0.5 and mark.ticks == desk.lines(0)
    assert desk.tick("alice", 0, 1).points == 4.5


def test_an_answer_whose_last_tick_goes_waits_again_but_zero_points_are_a_mark(desk_of, submitted):
    desk = desk_of()
    desk.tick("alice", 0)
    assert desk.tick("alice").points is None
    assert in_gradebook(submitted, "alice") == (None, None, True, None)
    desk.do("alice", ticks=frozenset(), points=0.0)
    assert in_gradebook(submitted, "alice") == (0, None, False, None)
    desk.do("alice", unmark=True)
    assert in_gradebook(submitted, "alice") == (None, None, True, None)


def test_an_answer_left_as_released_does_not_wait_after_its_points_are_taken_back(desk_of, submitted):
    desk = desk_of()
    desk.do("carol", points=1.0)
    desk.do("carol", unmark=True)
    assert in_gradebook(submitted, "carol") == (None, None, False, None)


@both
def test_comment_extra_points_and_flag(desk_of, submitted):
    desk = desk_of()
    desk.do("alice", comment="Well *put*.\0")
    assert in_gradebook(submitted, "alice") == (None, None, True, "Well *put*.\N{REPLACEMENT CHARACTER}")
    desk.do("alice", extra=1.5)
    desk.do("alice", points=5.0)
    assert in_gradebook(submitted, "alice")[:3] == (5, 1.5, False)
    desk.do("alice", comment="")
    assert in_gradebook(submitted, "alice")[3] is None
    assert not desk.of("alice").flagged and desk.do("alice", flagged=True).flagged
    assert desk.look().of("alice").flagged


@pytest.mark.parametrize(
    "change",
    [
        {"points": 5.5},
        {"points": -1.0},
        {"points": float("nan")},
        {"extra": float("inf")},
        {"comment": "x" * 10_001},
        {"ticks": frozenset({"unknown"})},
    ],
    ids=str,
)
def test_an_impossible_change_writes_nothing(desk_of, submitted, change):
    desk = desk_of()
    with pytest.raises(KitError):
        desk.do("alice", **change)
    assert in_gradebook(submitted, "alice") == (None, None, True, None)


@both
def test_a_second_marker_is_told_instead_of_overwriting(desk_of, submitted):
    first, second = desk_of("maria"), desk_of("noor")
    first.tick("alice", 0)
    with pytest.raises(Changed):
        second.tick("alice", 1)
    assert in_gradebook(submitted, "alice")[0] == 2
    assert second.tick("bob", 1).points == 2  # another answer
    assert second.look().of("alice").marker == "maria" and second.tick("alice", 0, 1).points == 4


def test_a_change_in_formgrader_is_seen_too(desk_of, submitted):
    desk = desk_of()
    desk.tick("alice", 0)
    give_in_formgrader(submitted, "alice", 4.0)
    with pytest.raises(Changed):
        desk.tick("alice", 0, 1)
    mark = desk.look().of("alice")
    assert mark.points == 4 and desk.seen.free(mark) == 2  # the points are formgrader's, whatever is ticked


def test_ticks_are_void_after_formgrader_took_the_points_back(desk_of, submitted):
    desk = desk_of()
    desk.tick("alice", 0)
    give_in_formgrader(submitted, "alice", None)
    assert desk.look().of("alice").ticks == frozenset()


def test_a_stroke_that_is_sent_again_because_its_reply_was_lost(desk_of):
    desk = desk_of()
    before = desk.seen
    desk.tick("alice", 0)
    desk.seen = before  # the reply did not arrive
    assert desk.tick("alice", 0).points == 2


@both
def test_no_stroke_is_lost_when_two_markers_work_as_fast_as_they_can(desk_of):
    desks = [desk_of("m"), desk_of("n")]
    strokes = 15

    def work(desk):
        for number in range(strokes):
            written = None
            while written is None:
                with contextlib.suppress(Changed):
                    written = desk.look().do("alice", comment=f"{desk.of('alice').comment} {desk.marks.marker}{number}")

    threads = [threading.Thread(target=work, args=[desk]) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    words = desks[0].look().of("alice").comment.split()
    assert sorted(words) == sorted(f"{who}{number}" for who in "mn" for number in range(strokes))


@both
def test_two_markers_who_begin_at_the_same_moment(submitted):
    markers = [HandMarks(submitted, "sums", name) for name in ("maria", "noor", "oki")]
    together = threading.Barrier(len(markers))

    def begin(marks):
        together.wait()
        return list(marks.prepare([WHY]).values())

    with ThreadPoolExecutor() as threads:
        [[cell_id], *others] = threads.map(begin, markers)
    assert others == [[cell_id], [cell_id]] and len(markers[0].question(cell_id).lines) == len(SCHEME)
    for marks in markers:
        marks.close()


@both
def test_changed_points_of_a_line_change_all_answers_with_it(desk_of, submitted):
    desk = desk_of()
    desk.tick("alice", 0, 2)
    desk.tick("bob", 1)
    desk.do("bob", points=2.5)
    first, second, third = desk.seen.lines
    lines = [Line(first.id, 0.5, first.text), second, Line(third.id, 1, "an example, with numbers"), Line("", 1, "new")]
    assert desk.marks.change_scheme(desk.cell_id, desk.seen.seen, lines) == 1
    assert in_gradebook(submitted, "alice")[0] == 1.5 and in_gradebook(submitted, "bob")[0] == 2.5
    desk.look()
    assert [line.text for line in desk.seen.lines] == ["commutes", "for all numbers", "an example, with numbers", "new"]
    assert desk.tick("bob", 1, 3).points == 3.5


@both
def test_a_removed_line_takes_its_points_away_and_an_answer_without_ticks_waits_again(desk_of, submitted):
    desk = desk_of()
    desk.tick("alice", 0, 1)
    desk.tick("bob", 0)
    desk.do("carol", ticks=frozenset(), points=0.0)
    assert desk.marks.change_scheme(desk.cell_id, desk.seen.seen, desk.seen.lines[1:]) == 2
    assert in_gradebook(submitted, "alice")[0] == 2
    assert in_gradebook(submitted, "bob") == (None, None, True, None)
    assert in_gradebook(submitted, "carol")[0] == 0


def test_the_sum_of_the_lines_stays_within_the_questions_points(desk_of):
    desk = desk_of()
    lines = [*desk.seen.lines, Line("", 3, "more"), Line("", -4, "nonsense")]
    desk.marks.change_scheme(desk.cell_id, desk.seen.seen, lines)
    desk.look()
    assert desk.tick("alice", 0, 1, 2, 3).points == 5  # of 8
    assert desk.tick("alice", 0, 1, 2).points == 5
    assert desk.tick("alice", 4).points == 0  # not -4
    assert desk.tick("alice", 4, 0, 1, 2).points == 1


def test_two_markers_cannot_change_one_scheme_unseen_nor_mark_by_an_old_one(desk_of):
    first, second = desk_of("maria"), desk_of("noor")
    first.marks.change_scheme(first.cell_id, first.seen.seen, [*first.seen.lines, Line("", 1, "new")])
    with pytest.raises(Changed):
        second.marks.change_scheme(second.cell_id, second.seen.seen, second.seen.lines[1:])
    with pytest.raises(Changed):
        second.tick("alice", 0)
    assert len(second.look().seen.lines) == 4


@pytest.mark.parametrize("line", [Line("", 1, " "), Line("", float("nan"), "x"), Line("", 1, "x" * 10_001)], ids=str)
def test_a_scheme_with_a_line_that_is_none_is_refused(desk_of, line):
    desk = desk_of()
    with pytest.raises(KitError):
        desk.marks.change_scheme(desk.cell_id, desk.seen.seen, [*desk.seen.lines, line])
    assert len(desk.look().seen.lines) == 3


@both
def test_a_scheme_follows_its_source_until_somebody_has_used_it(desk_of):
    desk_of()
    now = Question("adding", "question_why", 5, "Why?", "Because.", (SchemeLine(5, "all of it"),), "")
    desk = desk_of(question=now)
    assert [line.text for line in desk.seen.lines] == ["all of it"]
    desk.tick("alice", 0)
    desk = desk_of(question=WHY)
    assert [line.text for line in desk.seen.lines] == ["all of it"] and desk.of("alice").points == 5


def test_identical_answers_get_the_same_unless_a_person_has_marked_them(desk_of, submitted):
    desk = desk_of()
    desk.do("bob", points=1.0)
    desk.tick("alice", 0, 1)
    desk.do("alice", comment="Good.")
    ids = {student: desk.of(student).grade_id for student in ("alice", "bob", "carol")}
    with pytest.raises(Changed):
        desk.marks.give_the_same(desk.cell_id, ids["alice"], "as it was before", ids.values())
    assert desk.marks.give_the_same(desk.cell_id, ids["alice"], desk.of("alice").seen, ids.values()) == 1
    assert in_gradebook(submitted, "carol") == (4, None, False, "Good.")
    assert in_gradebook(submitted, "bob")[0] == 1
    assert desk.look().of("carol").ticks == desk.lines(0, 1)


def test_one_identical_answer_gets_the_same(desk_of, submitted):
    desk = desk_of()
    mark = desk.do("alice", points=3.0)
    assert desk.marks.give_the_same(desk.cell_id, mark.grade_id, mark.seen, [desk.of("bob").grade_id]) == 1
    assert in_gradebook(submitted, "bob")[0] == 3


def test_blank_answers_get_nothing_in_one_stroke(desk_of, submitted):
    desk = desk_of()
    desk.do("bob", points=1.0)
    assert desk.marks.give_nothing(desk.cell_id, list(desk.seen.marks)) == 1  # carol's does not wait
    assert in_gradebook(submitted, "alice") == (0, None, False, None)


@both
def test_remarks_and_the_person_a_question_is_assigned_to(desk_of):
    desk = desk_of()
    for words in ("See lecture 2.", "Why?", "See lecture 2."):
        desk.marks.keep_remark(desk.cell_id, words)
    desk.marks.assign(desk.cell_id, "  noor ")
    desk.look()
    assert list(desk.seen.remarks.values()) == ["See lecture 2.", "Why?"] and desk.seen.assigned == "noor"
    desk.marks.drop_remark(desk.cell_id, next(iter(desk.seen.remarks)))
    assert list(desk.look().seen.remarks.values()) == ["Why?"]


@both
def test_the_late_penalty_follows_the_points_at_once(submitted, desk_of, tmp_path):
    with Gradebook(submitted.db_url, submitted.course_id) as gradebook:
        gradebook.update_or_create_assignment("sums", duedate=datetime(2026, 11, 20))
        gradebook.find_submission("sums", "alice").timestamp = datetime(2026, 11, 21)
        gradebook.db.commit()
    with (submitted.root / "nbgrader_config.py").open("a") as config:
        config.write(HALVES)
    desk = Desk(Workspace(submitted.root))
    desk.do("alice", points=4.0)
    desk.marks.close()
    with Gradebook(submitted.db_url, submitted.course_id) as gradebook:
        assert gradebook.find_submission_notebook("adding", "sums", "alice").late_submission_penalty == 2
    export(desk.workspace, "sums", tmp_path / "marks.csv")
    header, alice, *_ = (line.split(",") for line in (tmp_path / "marks.csv").read_text().splitlines())
    assert dict(zip(header, alice, strict=True))["total"] == "2"


def test_a_question_that_is_not_released_is_left_out_and_a_gradebook_that_is_gone_is_said(desk_of, submitted):
    desk = desk_of()
    unknown = Question("adding", "question_unknown", 5, "", "", (), "")
    assert list(desk.marks.prepare([unknown, WHY])) == [("adding", "question_why")]
    with desk.marks.engine.begin() as db:
        db.execute(text("DELETE FROM cs231n_question"))
    with pytest.raises(KitError, match="no longer in the gradebook"):
        desk.look()


def test_a_gradebook_that_cannot_be_written_is_said_in_words(submitted):
    marks = HandMarks(submitted, "sums", "maria")

    def refuse(*_):
        raise OperationalError("CREATE TABLE", {}, sqlite3.OperationalError("attempt to write a readonly database"))

    event.listen(marks.engine, "before_cursor_execute", refuse)
    with pytest.raises(WorkspaceError, match="attempt to write a readonly database") as caught:
        marks.prepare([WHY])
    assert "read-only" in caught.value.hint
    marks.close()


def test_a_comment_without_a_place_in_the_gradebook_is_not_lost_silently(desk_of):
    desk = desk_of()
    with desk.marks.engine.begin() as db:
        db.execute(text("DELETE FROM comment"))
    with pytest.raises(KitError, match="no place for a comment"):
        desk.do("alice", comment="Good.")
    assert desk.do("alice", points=1.0).points == 1


def test_the_text_as_released(desk_of):
    desk = desk_of()
    assert desk.marks.released_text(desk.cell_id) == "YOUR ANSWER HERE"
