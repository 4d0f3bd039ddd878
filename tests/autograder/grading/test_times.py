"""The times of a course in the gradebook: they follow the files, and the penalties follow them."""

from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.late import bring_all_up_to_date
from autograder.grading.late_days import Allowance
from autograder.grading.times import bring_times, read_times

DUE = datetime(2026, 11, 20, 12)
DAY = timedelta(days=1)


@pytest.fixture
def gradebook(tiny):
    """Students ann and ben have 4 points in `squaring`; ann is 30 hours late, and ben in time."""
    with Gradebook(tiny.db_url, tiny.course_id) as opened:
        for student, arrived in (("ann", DUE + timedelta(hours=30)), ("ben", DUE)):
            folder = tiny.submitted(student, "sums")
            folder.mkdir(parents=True)
            (folder / "timestamp.txt").write_text(f"{arrived} UTC\n")
            opened.update_or_create_student(student)
            opened.update_or_create_submission("sums", student)
            opened.find_grade("test_square", "squaring", "sums", student).auto_score = 4
        opened.db.commit()
        yield opened


def with_toml(tiny, due="2026-11-20T12:00:00Z", late=""):
    """The workspace with this due date and these rules in its course.toml."""
    toml = tiny.assignments / "course.toml"
    begin = toml.read_text().partition("[assignment.limits]")[0].partition("due =")[0].partition("[late]")[0]
    toml.write_text(f"{begin}{f'due = {due}' if due else ''}\n[late]\n{late}\n")
    return Workspace(tiny.root)


def extend(workspace, *rows):
    (workspace.root / "extensions.csv").write_text("\n".join(["student,assignment,until", *rows]) + "\n")


def lost(workspace, gradebook):
    """The points that ann and ben lose, after everything was brought up to date."""
    assert bring_all_up_to_date(workspace, gradebook, "sums") == {}
    return [
        gradebook.find_submission_notebook("squaring", "sums", student).late_submission_penalty or 0.0
        for student in ("ann", "ben")
    ]


@pytest.mark.slow
@pytest.mark.on_both_databases
def test_penalties_follow_each_fact_without_grading_again(tiny, gradebook):
    rules = "percent_per_day = 25"
    assert lost(with_toml(tiny, late=rules), gradebook) == [2, 0]  # two days have begun: half of 4
    assert lost(with_toml(tiny, due="2026-11-21T12:00:00Z", late=rules), gradebook) == [1, 0]
    workspace = with_toml(tiny, late=rules)
    extend(workspace, "ann,sums,2026-11-21 12:00 Z")
    assert lost(workspace, gradebook) == [1, 0]
    extend(workspace, "ann,sums,2026-11-22 12:00 Z")
    assert lost(workspace, gradebook) == [0, 0]
    (workspace.submitted("ben", "sums") / "timestamp.txt").write_text("2026-11-20 12:00:01 UTC")
    assert lost(workspace, gradebook) == [0, 1]
    assert lost(with_toml(tiny, late=f"{rules}\ndays = 1"), gradebook) == [0, 0]  # ben's late day
    (workspace.root / "extensions.csv").unlink()
    assert lost(with_toml(tiny, late=f"{rules}\ndays = 1"), gradebook) == [1, 0]
    assert lost(with_toml(tiny, late=rules), gradebook) == [2, 1]  # no extension stays behind
    assert lost(with_toml(tiny, late="closes_after_days = 1"), gradebook) == [4, 0]
    assert lost(with_toml(tiny), gradebook) == [0, 0]


def test_nbgrader_finds_extension_and_late_days_in_its_own_column(tiny, gradebook):
    workspace = with_toml(tiny, late="days = 3")
    extend(workspace, "ann,sums,2026-11-20 18:00 Z")
    bring_times(workspace, gradebook.db.connection())
    gradebook.db.commit()
    submission = gradebook.find_submission("sums", "ann")
    assert submission.extension == timedelta(hours=6) + DAY and submission.total_seconds_late == 0
    times = read_times(workspace, gradebook.db.connection())
    assert times.allowed["sums", "ann"] == Allowance(timedelta(hours=6), 1)
    assert times.allowed["sums", "ben"] == Allowance()


def test_what_was_granted_through_nbgrader_stays_until_there_are_files(tiny, gradebook):
    gradebook.grant_extension("sums", "ann", hours=7)
    workspace = with_toml(tiny)
    bring_times(workspace, gradebook.db.connection())
    assert gradebook.find_submission("sums", "ann").extension == timedelta(hours=7)
    extend(workspace)
    bring_times(workspace, gradebook.db.connection())
    gradebook.db.commit()
    gradebook.db.expire_all()
    assert gradebook.find_submission("sums", "ann").extension is None


def test_a_due_date_set_in_formgrader_holds_if_course_toml_has_none(tiny, gradebook):
    gradebook.update_or_create_assignment("sums", duedate=DUE + DAY)
    assert read_times(with_toml(tiny, due=""), gradebook.db.connection()).due == {"sums": DUE + DAY}
    assert read_times(with_toml(tiny), gradebook.db.connection()).due == {"sums": DUE}


def test_only_what_differs_is_written(tiny, gradebook):
    workspace = with_toml(tiny)
    assert bring_times(workspace, gradebook.db.connection()).changed == {"sums"}
    assert bring_times(workspace, gradebook.db.connection()).changed == set()


def test_a_student_whose_name_was_hidden_has_the_extension_of_the_roster(tiny, gradebook):
    workspace = with_toml(tiny)
    (workspace.root / "roster.csv").write_text("id,aliases\n7,Moodle 301\n")
    workspace.submitted("Participant_301", "sums").mkdir(parents=True)
    (workspace.submitted("Participant_301", "sums") / "timestamp.txt").write_text(f"{DUE} UTC")
    extend(workspace, "7,sums,2026-11-21 12:00 Z")
    times = read_times(workspace, gradebook.db.connection())
    assert times.extension("sums", "Participant_301") == DAY


def test_a_wrong_extension_stops_before_anything_is_written(tiny, gradebook):
    workspace = with_toml(tiny)
    extend(workspace, "ann,sums,soon")
    with pytest.raises(KitError, match="extensions.csv, line 2, column until"):
        bring_all_up_to_date(workspace, gradebook, "sums")
    assert gradebook.find_assignment("sums").duedate is None


def test_two_policies_are_one_too_many(tiny, gradebook):
    with (tiny.root / "nbgrader_config.py").open("a") as file:
        file.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with pytest.raises(KitError, match="Both course.toml and nbgrader_config.py"):
        lost(with_toml(tiny, late="percent_per_day = 10"), gradebook)
    assert lost(with_toml(tiny, late="days = 2"), gradebook) == [0, 0]  # late days go with any policy


def test_a_moment_of_the_files_is_kept_in_utc(tiny, gradebook):
    times = read_times(with_toml(tiny, due="2026-11-20T12:00:00-08:00"), gradebook.db.connection())
    assert times.due["sums"].replace(tzinfo=UTC) == datetime(2026, 11, 20, 20, tzinfo=UTC)
