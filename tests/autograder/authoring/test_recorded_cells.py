"""What happens to students' points when cells come, go, split or change their names after the hand-in."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import library_course
import pytest
from nbgrader.api import Grade, Gradebook
from sqlalchemy import NullPool, create_engine, text, update
from sqlalchemy.exc import OperationalError

from autograder.authoring import recorded_cells
from autograder.authoring.release import release
from autograder.course.workspace import Workspace
from autograder.errors import ReleaseError

# nbgrader itself warns when a submission is created
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")

TEST = library_course.tested("test_total_price", 60)
CLASS = {"ada": 60.0, "bob": 0.0}


@pytest.fixture
def gradebook(root):
    with Gradebook(f"sqlite:///{root}/workspace/gradebook.db", "shop") as opened:
        yield opened


@pytest.fixture
def graded(workspace, gradebook):
    """A release for which two students have handed in; both were graded, and ada's answer was marked."""
    release(workspace(), "first")
    for student, points in CLASS.items():
        gradebook.add_student(student)
        gradebook.add_submission("first", student)
        gradebook.find_grade("test_total_price", "totals", "first", student).auto_score = points
    answer = gradebook.find_grade("question", "totals", "first", "ada")
    answer.manual_score, answer.extra_credit = 31, 2
    gradebook.find_comment("question", "totals", "first", "ada").manual_comment = "Nearly, Ada"
    gradebook.db.commit()
    return workspace


def points(gradebook, student):
    gradebook.db.expire_all()
    [notebook] = gradebook.find_submission("first", student).notebooks
    return {grade.name: (grade.auto_score, grade.manual_score, grade.max_score) for grade in notebook.grades}


def changed(workspace, **options):
    return release(workspace(), "first", **options).changes


def test_a_split_test_takes_its_points_and_leaves_those_given_by_hand(graded, edit, gradebook):
    first = f'{TEST.replace("60", "20")}\nassert total_price(prices, "stranger") == 60'
    halves = f"{first}\n\n# %% {library_course.tested('test_more', 40)}"
    edit("assignments/first/totals.py", f'{TEST}\nassert total_price(prices, "stranger") == 60', halves)
    changes = changed(graded)
    assert changes.lines == [
        "totals: test_total_price has 20 points, 60 before",
        "totals: test_more is new, with 40 points",
    ]
    assert (changes.submissions, changes.removed) == (2, None)
    expected = {"test_more": (None, None, 40), "question": (None, 31, 40)}
    assert points(gradebook, "ada") == {"test_total_price": (20, None, 20), **expected}
    assert gradebook.find_comment("question", "totals", "first", "ada").comment == "Nearly, Ada"


def test_points_given_by_hand_stay_when_a_question_counts_less(graded, edit, gradebook):
    edit("assignments/first/totals.py", '"points": 40', '"points": 30')
    assert changed(graded).lines == [
        "totals: question has 30 points, 40 before; 1 of the points given by hand are above that"
    ]
    assert points(gradebook, "ada") == {"test_total_price": (60, None, 60), "question": (None, 31, 30)}


def test_a_cell_with_another_name_keeps_points_and_comments(graded, edit, gradebook):
    edit("assignments/first/totals.py", '"test_total_price"', '"test_total"')
    edit("assignments/first/totals.py", '"grade_id": "question"', '"grade_id": "why"')
    assert changed(graded).lines == [
        "totals: question is now called why, and keeps its points and comments",
        "totals: test_total_price is now called test_total, and keeps its points and comments",
    ]
    assert points(gradebook, "ada") == {"test_total": (60, None, 60), "why": (None, 31, 40)}
    assert gradebook.find_comment("why", "totals", "first", "ada").comment == "Nearly, Ada"
    assert not {"question", "test_total_price"} & {
        cell.name for cell in gradebook.find_notebook("totals", "first").source_cells
    }


def test_a_test_that_is_gone_takes_its_points_into_a_file(graded, root, gradebook):
    path = root / "assignments/first/totals.py"
    before, _, after = path.read_text().partition(f"# %% {TEST}")
    path.write_text(before + after[after.index("# %% [markdown]") :])
    changes = changed(graded)
    assert changes.lines == ["totals: test_total_price is gone, and with it points of 1 student"]
    assert points(gradebook, "ada") == {"question": (None, 31, 40)}
    with changes.removed.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student"], row["cell"], row["points of tests"]) for row in rows] == [
        ("ada", "test_total_price", "60.0"),
        ("bob", "test_total_price", "0.0"),
    ]


def without_question(root):
    path = root / "assignments/first/totals.py"
    path.write_text(path.read_text().partition("# %% [markdown] nbgrader")[0])


def test_marks_given_by_hand_go_only_when_that_is_said(graded, root, gradebook):
    without_question(root)
    before = [path.read_bytes() for path in sorted((root / "workspace/release/first").glob("*.ipynb"))]
    with pytest.raises(ReleaseError) as error:
        release(graded(), "first")
    assert "totals: question, for 1 student" in error.value.message and "--discard-marks" in error.value.hint
    assert points(gradebook, "ada")["question"] == (None, 31, 40)
    assert [path.read_bytes() for path in sorted((root / "workspace/release/first").glob("*.ipynb"))] == before
    assert not (root / "workspace" / recorded_cells.REMOVED).exists()

    changes = changed(graded, discard_marks=True)
    assert changes.lines == ["totals: question is gone, and with it points of 1 student"]
    assert points(gradebook, "ada") == {"test_total_price": (60, None, 60)}
    with changes.removed.open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert row == {
        "student": "ada", "notebook": "totals", "cell": "question", "points of tests": "", "points by hand": "31.0",
        "extra credit": "2.0", "comment": "Nearly, Ada",
    }  # fmt: skip


def test_a_notebook_may_come_and_go(graded, root, edit, gradebook):
    edit("assignments/course.toml", '["totals"]', '["totals", "more"]')
    (root / "assignments/first/more.py").write_text((root / "assignments/second/means.py").read_text())
    assert changed(graded).lines == ["more is new, with 100 points"]
    gradebook.db.expire_all()
    notebooks = {notebook.name: notebook for notebook in gradebook.find_submission("first", "bob").notebooks}
    assert {grade.name: grade.max_score for grade in notebooks["more"].grades} == {"test_mean_price": 100}
    edit("assignments/course.toml", '["totals", "more"]', '["totals"]')
    (root / "assignments/first/more.py").unlink()
    (root / "workspace/source/first/more.ipynb").unlink()
    assert changed(graded).lines == ["more is gone"]
    assert points(gradebook, "ada") == {"test_total_price": (60, None, 60), "question": (None, 31, 40)}


def test_before_the_hand_in_nothing_is_said(workspace, edit):
    release(workspace(), "first")
    edit("assignments/first/totals.py", '"test_total_price"', '"test_total"')
    changes = changed(workspace)
    assert (changes.lines, changes.submissions) == ([], 0)


def test_what_fails_in_the_middle_changes_nothing(graded, edit, gradebook, monkeypatch):
    edit("assignments/first/totals.py", '"test_total_price"', '"test_new"')
    edit("assignments/first/totals.py", '"stranger") == 60', '"stranger") == 60.0')
    before = points(gradebook, "ada")
    bring = recorded_cells._Migration._bring

    def fail_late(self, notebook, cell, *rest):
        bring(self, notebook, cell, *rest)
        if cell.name == "test_new":
            raise OSError("the disk is full")

    monkeypatch.setattr(recorded_cells._Migration, "_bring", fail_late)
    with pytest.raises(OSError, match="disk is full"):
        release(graded(), "first")
    assert points(gradebook, "ada") == before
    monkeypatch.undo()
    release(graded(), "first")
    assert points(gradebook, "ada") == {"test_new": (None, None, 60), "question": (None, 31, 40)}


@pytest.mark.on_both_databases
def test_either_database_follows_a_changed_assignment(tiny):
    """One test is split, one renamed, one removed, and one notebook is replaced by another."""
    with tiny.gradebook() as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("sums", "ada")
        for cell, name, score in [("test_add_small", "adding", 2), ("test_double", "adding", 3)]:
            gradebook.find_grade(cell, name, "sums", "ada").auto_score = score
        gradebook.find_grade("question_why", "adding", "sums", "ada").manual_score = 4
        gradebook.db.commit()
    sources = tiny.course.root / "sums"
    adding = (sources / "adding.py").read_text()
    double = adding[adding.index("# %% nbgrader", adding.index('"test_add_small"')) :]
    adding = adding.replace(double, double.replace("test_double", "test_twice").replace("demo_long", "demo"))
    (sources / "adding.py").write_text(adding.replace('"points": 2', '"points": 1'))
    (sources / "cubing.py").write_text((sources / "squaring.py").read_text().replace("square", "cube"))
    (sources / "squaring.py").unlink()
    (tiny.source("sums") / "squaring.ipynb").unlink()
    course = tiny.course.root / "course.toml"
    course.write_text(course.read_text().replace("squaring", "cubing"))
    tiny = Workspace(tiny.root)
    assert release(tiny, "sums").changes.lines == [
        "adding: test_double is now called test_twice, and keeps its points and comments",
        "adding: test_add_small has 1 point, 2 before",
        "cubing is new, with 4 points",
        "squaring is gone",
    ]
    with tiny.gradebook() as gradebook:
        notebooks = {notebook.name: notebook for notebook in gradebook.find_submission("sums", "ada").notebooks}
        assert {name: {g.name: g.score for g in notebook.grades} for name, notebook in notebooks.items()} == {
            "adding": {"test_add_small": 1, "test_twice": 3, "question_why": 4},
            "cubing": {"test_cube": 0},
        }


@pytest.mark.on_both_databases
def test_no_mark_is_given_between_the_look_at_marks_and_their_removal(tiny, monkeypatch):
    with tiny.gradebook() as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("sums", "ada")
    source = tiny.course.root / "sums" / "adding.py"
    cells = source.read_text()
    before, start, rest = cells.partition(
        cells[cells.rindex("# %%", 0, cells.index('"test_double"')) : cells.index('"test_double"')]
    )
    source.write_text(before + rest[rest.index("# %%") :])
    looked = []
    marks = recorded_cells._Migration._marks

    def look(self, ids):
        found = marks(self, ids)
        other = create_engine(tiny.db_url, poolclass=NullPool)
        own_time = "PRAGMA busy_timeout = 0" if other.dialect.name == "sqlite" else "SET lock_timeout = '1ms'"
        with other.connect() as connection, pytest.raises(OperationalError, match="lock"):
            connection.execute(text(own_time))
            connection.execute(update(Grade.__table__).where(Grade.__table__.c.cell_id.in_(ids)).values(manual_score=1))
        looked.append(ids)
        return found

    monkeypatch.setattr(recorded_cells._Migration, "_marks", look)
    release(Workspace(tiny.root), "sums")
    assert looked


def all_rows(gradebook, assignment="first"):
    rows = {}
    for notebook in gradebook.find_assignment(assignment).notebooks:
        kinds = (notebook.grade_cells, notebook.solution_cells, notebook.task_cells, notebook.source_cells)
        rows[notebook.name] = (
            notebook.kernelspec,
            [sorted((without_id(cell.to_dict()) for cell in cells), key=lambda row: row["name"]) for cells in kinds],
        )
    return rows


def without_id(row):
    return {key: value for key, value in row.items() if key != "id"}


@pytest.mark.slow
def test_records_what_plain_nbgrader_records(workspace, root, gradebook):
    release(workspace(), "first")
    ours = all_rows(gradebook)
    plain = root / "plain"  # the same config without the lines that have nbgrader run the kit's own release
    shutil.copytree(root / "workspace/source", plain / "source")
    config = (root / "workspace/nbgrader_config.py").read_text()
    (plain / "nbgrader_config.py").write_text(
        "\n".join(line for line in config.splitlines() if "formgrader" not in line and "protect(" not in line)
    )
    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "first"], cwd=plain, capture_output=True, text=True,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},  # nbgrader runs alembic
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    with Gradebook(f"sqlite:///{plain}/gradebook.db", "shop") as theirs:
        assert all_rows(theirs) == ours
    assert [len(cells) for cells in ours["totals"][1]] == [2, 2, 0, 4]
