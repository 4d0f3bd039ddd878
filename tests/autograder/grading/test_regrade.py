"""A changed source is graded again, in a copy or in place: points before and after, and what is kept."""

import sys
from types import ModuleType

import pytest
from nbgrader.api import Gradebook
from small_notebooks import error_output

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.grade import grade
from autograder.grading.regrade import regrade


@pytest.fixture
def course(tiny, hand_in, told):
    """Ann squares wrongly where a test looks at 0; ben does it rightly, and has 4 points by hand for his answer."""
    told["test_square"] = lambda text: [error_output("0")] if "square(0)" in text and "return 1" in text else []
    hand_in("ann", squaring={"square": "def square(a):\n    return 1"})
    hand_in("ben", adding={"question_why": "Because."}, squaring={"square": "def square(a):\n    return a * a"})
    grade(tiny, "sums", isolation="process")
    with Gradebook(tiny.db_url, tiny.course.id) as gradebook:
        given = gradebook.find_grade("question_why", "adding", "sums", "ben")
        given.manual_score, given.needs_manual_grade = 4, False
        gradebook.db.commit()
    told["ran"].clear()
    return tiny


def change(workspace, notebook, old, new):
    source = workspace.course.source("sums", notebook)
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    return Workspace(workspace.root)


def stricter(workspace):
    test = 'assert square(3) == 9, "3 squared'
    return change(workspace, "squaring", test, f"assert square(0) == 0\n{test}")


def totals(workspace):
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions("sums")}


def files(workspace):
    return {
        path.relative_to(workspace.root): path.read_bytes()
        for path in workspace.root.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def shown(done):
    return {
        c.student: (c.before.total, c.after.total, {place[1]: points for place, points in c.cells.items()})
        for c in done.changed
    }


@pytest.mark.slow
@pytest.mark.on_both_databases
def test_a_dry_run_says_what_would_change_and_changes_nothing(course, told):
    workspace = stricter(course)
    assert totals(workspace) == {"ann": 9, "ben": 13}
    before = files(workspace)
    done = regrade(workspace, "sums", dry_run=True, isolation="process")
    assert shown(done) == {"ann": (9, 5, {"test_square": (4, 0)})}
    assert [change.student for change in done.changes] == ["ann", "ben"] and done.failed == ()
    assert {path.name for path, data in files(workspace).items() if before.get(path) != data} <= {"gradebook.db"}
    assert files(workspace).keys() == before.keys()
    assert totals(workspace) == {"ann": 9, "ben": 13}
    assert len(told["ran"]) == 2  # the changed notebook of each; the other one has run before


def test_a_late_policy_is_found_in_the_copy_too(course, caplog, monkeypatch):
    from autograder.grading import late

    monkeypatch.setitem(sys.modules, late.FORMGRADER, ModuleType("formgrader"))  # as where formgrader was imported
    regrade(course, "sums", dry_run=True, isolation="process")
    assert caplog.records == []


def test_the_real_thing_gives_what_the_dry_run_said(course):
    workspace = stricter(course)
    dry = regrade(workspace, "sums", dry_run=True, isolation="process")
    assert shown(regrade(workspace, "sums", isolation="process")) == shown(dry)
    assert totals(workspace) == {"ann": 5, "ben": 13}
    assert regrade(workspace, "sums", isolation="process").changed == []


def test_other_points_run_nothing_and_points_by_hand_stay(course, told):
    workspace = change(course, "adding", '"points": 3', '"points": 6')
    done = regrade(workspace, "sums", isolation="process")
    assert shown(done) == {"ann": (9, 12, {"test_double": (3, 6)}), "ben": (13, 16, {"test_double": (3, 6)})}
    assert told["ran"] == []
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        assert gradebook.find_grade("question_why", "adding", "sums", "ben").manual_score == 4


def test_a_test_that_is_added_and_one_that_is_removed(course, told):
    text = course.course.source("sums", "squaring").read_text()
    begin = text.index('# %% nbgrader={"grade": true, "grade_id": "test_square"')
    new = text[begin:].replace("test_square", "test_zero").replace("square(3) == 9", "square(0) == 0")
    workspace = change(course, "squaring", text[begin:], new.replace('"points": 4', '"points": 6'))
    dry = regrade(workspace, "sums", dry_run=True, isolation="process")
    assert shown(dry) == {
        "ann": (9, 11, {"test_square": (4, None), "test_zero": (None, 6)}),
        "ben": (13, 15, {"test_square": (4, None), "test_zero": (None, 6)}),
    }
    assert any("test_zero" in line for line in dry.cells)
    assert totals(workspace) == {"ann": 9, "ben": 13}
    assert shown(regrade(workspace, "sums", isolation="process")) == shown(dry)
    assert totals(workspace) == {"ann": 11, "ben": 15}


def test_totals_are_those_after_late_penalties(course):
    toml = course.assignments / "course.toml"
    begin, limits, rest = toml.read_text().partition("[assignment.limits]")
    late = "\n[late]\npercent_per_day = 50\n"
    toml.write_text(f"{begin}due = 2026-11-20T12:00:00Z\n{limits}{rest}{late}")
    (course.submitted("ann", "sums") / "timestamp.txt").write_text("2026-11-20 13:00:00 UTC")
    done = regrade(stricter(course), "sums", dry_run=True, isolation="process")
    assert shown(done) == {"ann": (4.5, 2.5, {"test_square": (4, 0)})}


def test_a_source_that_cannot_be_released_changes_nothing(course):
    workspace = change(course, "squaring", "### END SOLUTION", "")
    with pytest.raises(KitError):
        regrade(workspace, "sums", dry_run=True, isolation="process")
    assert totals(workspace) == {"ann": 9, "ben": 13}
    assert not list((workspace.root / ".cs231n").glob("regrade-*"))


def test_what_was_never_graded_is_refused(tiny):
    with pytest.raises(KitError, match="No submission of sums has been graded"):
        regrade(tiny, "sums")
