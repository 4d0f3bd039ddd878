"""The real course in the real pipeline: the sandbox, plain nbgrader and the fast path of the banks must agree."""

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.authoring.source import read_source
from autograder.course.course_toml import load_course
from autograder.course.workspace import Workspace
from autograder.grading.grade import grade
from autograder.marking.formgrader import UNSAFE
from autograder.submissions.collect import collect

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "exercises")]
from judging import exercises, run  # noqa: E402
from sample_class import STUDENTS, write_class  # noqa: E402

pytestmark = pytest.mark.slow

COURSE = load_course(ROOT / "assignments")
WITH_ALL_STORIES = "nearest_neighbor"
# the grader hides part of the library from the notebooks of the second, and plain nbgrader does not
IN_PLAIN_NBGRADER = (WITH_ALL_STORIES, "convolutional_networks")
FULL, BLANK, MIXED = "amara", "dalia", "nadia"
TWIN = "Zoë Müller"  # hands in the same as "bruno", under another file name
NOT_GRADED = ("hana", TWIN)  # hana's loop runs until the time limit; other tests cover that with a shorter limit
RAISES = "\n\nprint(resutl)\n"


def mixed(answers, banks):
    """Wrong and right answers in turn, from the banks; one cell raises below its function, the last is unanswered."""
    chosen = {}
    turns = itertools.cycle([("wrong", 0), ("right", -1), ("wrong", -1), ("right", 0)])
    for name, (kind, place) in zip(list(answers)[:-1] or answers, turns, strict=False):
        chosen[name] = [answer.source for answer in banks[name] if answer.kind == kind][place]
    if len(chosen) > 1:
        chosen[list(chosen)[1]] += RAISES
    return chosen


@pytest.fixture(scope="module", params=COURSE.assignments)
def graded(request, made_once, released_assignment):
    """(workspace, assignment, class report) of the sample class."""
    name = request.param
    stories = {FULL: STUDENTS[FULL], BLANK: STUDENTS[BLANK], MIXED: mixed}
    if name == WITH_ALL_STORIES:
        stories = {**STUDENTS, MIXED: mixed}

    def make(folder):
        course = Workspace(shutil.copytree(released_assignment(name), folder / "workspace"))
        write_class(course, course.course.assignment(name), folder / "handed_in", stories)
        collect(course, name, folder / "handed_in")
        return grade(course, name, students=[s for s in stories if s not in NOT_GRADED], workers=1)

    folder, report = made_once(f"end_to_end_{name}", make)
    return Workspace(folder / "workspace"), name, report


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


def test_solutions_earn_every_point_and_the_release_none(graded):
    course, name, report = graded
    earned = points(course, name)
    assert report.failed == []
    lost = [cell for cell, (got, most, kind) in earned[FULL].items() if kind == "code" and got != most]
    assert lost == []
    assert [cell for cell, (got, _, _) in earned[BLANK].items() if got != 0] == []
    assert sum(most for _, most, _ in earned[FULL].values()) == 100


def test_the_sandbox_gives_the_points_that_the_fast_path_of_the_banks_gives(graded):
    course, name, report = graded
    earned, agreed = points(course, name)[MIXED], {"kept": 0, "lost": 0}
    for notebook in course.course.assignment(name).notebooks:
        source = COURSE.source(name, notebook)
        answers = mixed_answers(course, name, notebook)
        failures = run(source, answers)
        for test, failure in failures.items():
            got, most, _ = earned[notebook, test]
            # the fast path shares arguments, so an answer that changes them may fail the rest of a test only there
            if failure is None or got == 0:
                assert got == (0 if failure else most), (notebook, test, failure)
                agreed["lost" if failure else "kept"] += 1
    assert min(agreed.values()) > 0
    why = "\n".join(next(row.reasons for row in report.rows if row.student == MIXED))
    assert "raised NameError" in why and "not started: " in why


def mixed_answers(course, name, notebook):
    """Return {exercise: what MIXED hands in for it}, without the line that raises."""
    import nbformat

    submitted = nbformat.read(course.submitted(MIXED, name) / f"{notebook}.ipynb", as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in submitted.cells}
    given = {exercise: cells[exercise].removesuffix(RAISES) for exercise in exercises(COURSE.source(name, notebook))}
    return {exercise: source for exercise, source in given.items() if "raise NotImplementedError" not in source}


@pytest.mark.parametrize("graded", IN_PLAIN_NBGRADER, indirect=True)
def test_plain_nbgrader_autograde_gives_an_honest_submission_the_same_scores(graded):
    """Two assignments are enough.

    Like a plain kernel, the fast path runs a notebook's code in one namespace, and the test above compares it with the
    sandbox for every notebook. Besides that code, plain nbgrader reads only what the next test compares.
    """
    course, name, report = graded
    before = points(course, name)[MIXED]
    # in the same parent folder, since the path to the sources is relative
    course = Workspace(shutil.copytree(course.root, course.root.with_name("plain_nbgrader")))
    # importing the kit first saves two seconds, in which an unused grammar would be compiled (autograder/__init__.py)
    main = "import autograder; from nbgrader.apps.nbgraderapp import main; main()"
    command = [sys.executable, "-c", main, "autograde", name, "--force", f"--student={MIXED}"]
    env = {**os.environ, UNSAFE: "1"}
    done = subprocess.run(command, cwd=course.root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert points(course, name)[MIXED] == before
    row = next(row for row in report.rows if row.student == MIXED)
    assert 0 < sum(score.score for score in row.scores.values()) < 100


def test_no_assignment_has_a_kind_of_cell_that_plain_nbgrader_was_not_given():
    given = set.union(*map(kinds_of_cells, IN_PLAIN_NBGRADER))
    assert {name: kinds_of_cells(name) - given for name in COURSE.assignments} == dict.fromkeys(
        COURSE.assignments, set()
    )


def kinds_of_cells(assignment):
    """All that plain nbgrader and its kernel client read of a cell, besides its code, its name and its points."""
    kinds = set()
    for notebook in COURSE.assignment(assignment).notebooks:
        for cell in read_source(COURSE.source(assignment, notebook)).cells:
            metadata = cell.metadata.copy()
            record = {**metadata.pop("nbgrader", {}), "grade_id": None, "points": None}
            magics = re.findall(r"^[%!]\w*", cell.source, re.MULTILINE) if cell.cell_type == "code" else []
            kinds.add(repr((cell.cell_type, sorted(record.items()), sorted(metadata.items()), magics)))
    return kinds


@pytest.mark.parametrize("graded", [WITH_ALL_STORIES], indirect=True)
def test_each_student_of_the_sample_class_meets_what_their_story_says(graded):
    course, name, report = graded
    why = {row.student: "\n".join(row.reasons) for row in report.rows}
    total = {row.student: sum(score.score for score in row.scores.values()) for row in report.rows}
    assert why[FULL] == why["bruno"] == "" and total["bruno"] == total[FULL]
    assert handed_in(course, name, TWIN) == handed_in(course, name, "bruno")
    assert "not started: " in why["chen"] and 0 < total["chen"] < total[FULL]
    assert 0 < total["emil"] < total[FULL] and 0 < total["farah"] < total[FULL]
    assert "raised NameError" in why["gustavo"] and total["gustavo"] == total[FULL]
    assert "is not a notebook" in why["ivan"] and total["ivan"] == 0


def handed_in(course, name, student):
    return {path.name: path.read_bytes() for path in course.submitted(student, name).glob("*.ipynb")}
