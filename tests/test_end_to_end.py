"""The real course through the real pipeline, and through plain nbgrader: the scores must agree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.authoring import build, release
from autograder.course import workspace
from autograder.course.course_toml import load_course
from autograder.grading.grade import grade
from autograder.marking.formgrader import UNSAFE
from autograder.submissions.collect import collect

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from sample_class import STUDENTS, write_class  # noqa: E402

FULL, DIFFERENT, BLANK = "amara", "bruno", "dalia"
TWIN = "Zoë Müller"  # hands in what "bruno" does, under another file name
HONEST = ["chen", "farah", "gustavo"]  # graded by plain nbgrader too: unfinished, wrong, right with a cell that raises
ASSIGNMENTS = list(load_course(ROOT / "assignments").assignments)


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def graded(request, made_once):
    """(workspace, assignment, class report) of the sample class, without the twin and the one whose loop never ends."""
    name = request.param

    def make(folder):
        course = workspace.create(folder / "workspace", ROOT / "assignments")
        build.build(course, name)
        release.release(course, name)
        write_class(course, course.course.assignment(name), folder / "handed_in")
        collect(course, name, folder / "handed_in")
        return grade(course, name, students=[s for s in STUDENTS if s not in ("hana", TWIN)], workers=2)

    folder, report = made_once(f"end_to_end_{name}", make)
    return workspace.Workspace(folder / "workspace"), name, report


def points(course, name):
    with Gradebook(course.db_url, course.course.id) as gradebook:
        return {
            submission.student.id: {
                (notebook.name, grade.name): (grade.auto_score, grade.max_score, grade.cell.cell_type)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(name)
        }


def handed_in(course, name, student):
    return {path.name: path.read_bytes() for path in course.submitted(student, name).glob("*.ipynb")}


def test_solutions_earn_every_point_and_the_release_none(graded):
    course, name, report = graded
    earned = points(course, name)
    assert report.failed == []
    for student in (FULL, DIFFERENT):
        lost = [cell for cell, (got, most, kind) in earned[student].items() if kind == "code" and got != most]
        assert lost == [], student
    assert [cell for cell, (got, _, _) in earned[BLANK].items() if got != 0] == []
    assert sum(most for _, most, _ in earned[FULL].values()) == 100


def test_each_student_of_the_sample_class_meets_what_their_story_says(graded):
    course, name, report = graded
    why = {row.student: "\n".join(row.reasons) for row in report.rows}
    total = {row.student: sum(score.score for score in row.scores.values()) for row in report.rows}
    assert why[FULL] == why[DIFFERENT] == ""
    assert handed_in(course, name, TWIN) == handed_in(course, name, DIFFERENT)
    assert "not started: " in why["chen"] and 0 < total["chen"] < total[FULL]
    assert 0 < total["emil"] < total[FULL] and 0 < total["farah"] < total[FULL]
    assert "raised NameError" in why["gustavo"] and total["gustavo"] == total[FULL]
    assert "is not a notebook" in why["ivan"] and total["ivan"] == 0


def test_plain_nbgrader_autograde_gives_honest_submissions_the_same_scores(graded):
    course, name, _ = graded
    before = points(course, name)
    # beside the other, since the way to the sources is relative
    course = workspace.Workspace(shutil.copytree(course.root, course.root.with_name("plain_nbgrader")))
    others = ",".join(set(STUDENTS) - set(HONEST))
    command = [sys.executable, "-m", "nbgrader", "autograde", name, "--force"]
    command.append(f"--CourseDirectory.student_id_exclude={others}")
    env = {**os.environ, UNSAFE: "1"}
    done = subprocess.run(command, cwd=course.root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    after = points(course, name)
    assert {student: after[student] for student in HONEST} == {student: before[student] for student in HONEST}
