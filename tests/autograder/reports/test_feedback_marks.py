"""What feedback pages show of the gradebook."""

from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.reports.feedback_marks import CellMark, read_marks, read_names

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def gradebook(tiny):
    with Gradebook(tiny.db_url, tiny.course_id) as opened:
        opened.add_student("one", first_name="Ada", last_name="L.")
        opened.add_student("two")
        yield opened


def test_points_comments_penalties_and_times(gradebook):
    late = gradebook.add_submission("sums", "one")
    gradebook.update_or_create_assignment("sums", duedate=datetime(2026, 10, 2, 12))
    late.timestamp, late.extension = datetime(2026, 10, 2, 15), timedelta(hours=1)
    for name, automatic, by_hand, extra in (("test_add_small", 2, None, None), ("test_double", 0, 3, 0.5)):
        grade = gradebook.find_grade(name, "adding", "sums", "one")
        grade.auto_score, grade.manual_score, grade.extra_credit = automatic, by_hand, extra
        grade.needs_manual_grade = False
    comment = gradebook.find_comment("question_why", "adding", "sums", "one")
    comment.auto_comment, comment.manual_comment = "No response.", "Why?"
    gradebook.find_comment("double", "adding", "sums", "one").auto_comment = "Automatic."
    gradebook.db.commit()
    gradebook.find_submission_notebook("adding", "sums", "one").late_submission_penalty = 1.5
    gradebook.db.commit()

    one = read_marks(gradebook, "sums")["one"]
    assert (one.arrived, one.due, one.late) == (late.timestamp, datetime(2026, 10, 2, 13), timedelta(hours=2))
    adding = one.notebooks["adding"]
    assert adding.cells == {
        "test_add_small": CellMark(2.0, 2.0, False, False),
        "test_double": CellMark(3.5, 3.0, False, True, 0.5),
        "question_why": CellMark(0.0, 5.0, True, False),
    }
    assert adding.comments == {"question_why": "Why?", "double": "Automatic."}
    assert (adding.points, adding.max_points, adding.penalty, adding.score, adding.waiting) == (5.5, 10.0, 1.5, 4.0, 1)
    assert one.notebooks["squaring"].score == 0.0


def test_the_marks_are_those_of_the_assignment_and_of_those_who_handed_in(gradebook):
    gradebook.add_assignment("other")
    gradebook.add_submission("sums", "two")
    gradebook.add_submission("other", "one")
    gradebook.db.commit()
    assert list(read_marks(gradebook, "sums")) == ["two"]
    assert read_marks(gradebook, "unknown") == {}


def test_names(gradebook):
    assert read_names(gradebook) == {"one": "Ada L.", "two": ""}
