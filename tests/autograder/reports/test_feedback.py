"""Feedback pages are made only when needed, and a failure affects only one student."""

import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from sqlalchemy import insert

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.hand_marks import LINES, TABLES, TICKS
from autograder.reports.feedback import feedback

HOSTILE_OUTPUT = "<b>bold</b><script>alert('output')</script><img src=x onerror=alert('image')>"
HOSTILE_CODE = "def add(a, b):\n    return '<script>alert('source')</script>'"
ANSWER = """## Because

<script>alert('answer')</script>

| a | b |
|---|---|
| *x* | $y < z$ |

[link](javascript:alert('link')) ![image](https://example.org/pixel.png)
"""
STUDENTS = {"alice": {}, "Zoë [x] 李": {"add": HOSTILE_CODE, "question_why": ANSWER}}


@pytest.fixture
def graded(tiny):
    """A workspace with two students whose submissions are recorded as graded."""
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        for student, answers in STUDENTS.items():
            folder = tiny.autograded(student, "sums")
            shutil.copytree(tiny.release("sums"), folder)
            notebook = nbformat.read(folder / "adding.ipynb", as_version=4)
            for cell in notebook.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                cell.source = answers.get(grade_id, cell.source)
                if cell.cell_type == "code":
                    cell.outputs = [new_output("display_data", data={"text/html": HOSTILE_OUTPUT})]
            nbformat.write(notebook, folder / "adding.ipynb")
            gradebook.add_student(student)
            gradebook.add_submission("sums", student)
            gradebook.find_grade("test_add_small", "adding", "sums", student).auto_score = 2
        gradebook.db.commit()
    return tiny


@pytest.mark.slow
@pytest.mark.on_both_databases
def test_pages_are_made_once_and_again_when_marks_or_notebooks_change(graded):
    first = feedback(graded, "sums")
    assert (first.made, first.failed) == (["Zoë [x] 李", "alice"], [])
    page = graded.feedback("alice", "sums") / "adding.html"
    assert "<dd>2 of 10" in page.read_text(encoding="utf-8")

    assert feedback(graded, "sums").unchanged == first.made

    with Gradebook(graded.db_url, graded.course_id) as gradebook:
        gradebook.find_grade("question_why", "adding", "sums", "alice").manual_score = 4
        gradebook.find_comment("question_why", "adding", "sums", "alice").manual_comment = "Well put."
        gradebook.db.commit()
    assert feedback(graded, "sums").made == ["alice"]
    assert "Well put." in page.read_text(encoding="utf-8") and "<dd>6 of 10" in page.read_text(encoding="utf-8")


def test_nothing_of_a_students_runs_in_the_page(graded):
    feedback(graded, "sums", ["Zoë [x] 李"])
    page = (graded.feedback("Zoë [x] 李", "sums") / "adding.html").read_text(encoding="utf-8")
    for harmless in ("<b>bold</b>", "<h3>Because", "<em>x</em></td>", "<mi>y</mi><mo>&lt;</mo><mi>z</mi>"):
        assert harmless in page
    for word in ("output", "image", "source", "answer"):
        assert f"<script>alert('{word}')" not in page
    for hostile in ("<img onerror", "<img src=x", "javascript:alert", "example.org"):
        assert hostile not in page


def test_one_students_failure_leaves_the_others(graded):
    broken = graded.autograded("alice", "sums") / "adding.ipynb"
    broken.chmod(0o644)
    broken.write_text("not JSON")
    done = feedback(graded, "sums")
    assert done.made == ["Zoë [x] 李"]
    [(student, why)] = done.failed
    assert student == "alice" and "JSON" in why
    nbformat.write(nbformat.v4.new_notebook(), broken)
    assert feedback(graded, "sums").made == ["alice"]


def test_only_the_students_asked_for(graded):
    assert feedback(graded, "sums", ["alice"]).made == ["alice"]
    assert not graded.feedback("Zoë [x] 李", "sums").exists()


def test_a_student_who_was_not_graded(graded):
    with pytest.raises(KitError, match="'bob' has no graded submission") as caught:
        feedback(graded, "sums", ["bob"])
    assert "alice" in caught.value.hint


@pytest.mark.parametrize(("count", "shown"), [(10, "s8, s9."), (11, "s8, s9, ...."), (9, "s7, s8.")])
def test_of_those_who_were_graded_ten_are_named(tiny, monkeypatch, count, shown):
    monkeypatch.setattr("autograder.reports.feedback._graded", lambda *_: [f"s{n}" for n in range(count)])
    with pytest.raises(KitError) as caught:
        feedback(tiny, "sums", ["bob"])
    assert caught.value.hint.startswith("There are graded submissions of s0, s1, ") and caught.value.hint.endswith(
        shown
    )


def test_nobody_graded(tiny):
    with pytest.raises(KitError, match="No submission of sums has been graded"):
        feedback(tiny, "sums")


def test_the_index_lists_the_students_own_pages(graded):
    feedback(graded, "sums")
    index = (graded.feedback("alice", "sums").parent / "index.html").read_text(encoding="utf-8")
    assert '<a href="sums/adding.html">adding</a>' in index and "Adding up" in index and "2 / 10" in index
    assert "Zo" not in index


def test_the_index_follows_the_marks_of_other_assignments(graded):
    feedback(graded, "sums")
    index = graded.feedback("alice", "sums").parent / "index.html"
    index.write_text("old", encoding="utf-8")
    assert feedback(graded, "sums").made == []
    assert "sums/adding.html" in index.read_text(encoding="utf-8")


def test_the_index_shows_late_days(graded):
    toml = graded.assignments / "course.toml"
    begin, limits, rest = toml.read_text().partition("[assignment.limits]")
    late = f"{begin}due = 2026-11-20T12:00:00Z\n{limits}{rest}\n[late]\ndays = 5\n"
    toml.write_text(late)
    graded.submitted("alice", "sums").mkdir(parents=True, exist_ok=True)
    (graded.submitted("alice", "sums") / "timestamp.txt").write_text("2026-11-21 18:00:00 UTC")
    feedback(Workspace(graded.root), "sums")
    index = (graded.feedback("alice", "sums").parent / "index.html").read_text(encoding="utf-8")
    assert "Late days: 2 used, 3 left" in index and "with 2 late days" in index
    other = next(path for path in graded.root.glob("feedback/*/index.html") if path.parent.name != "alice")
    assert "Late days: 0 used, 5 left" in other.read_text(encoding="utf-8")


@pytest.mark.slow
def test_another_process_finds_the_pages_up_to_date(graded):
    feedback(graded, "sums")
    count = "print(len(feedback(Workspace(sys.argv[1]), 'sums').unchanged))"
    imports = "import sys; from autograder.course.workspace import Workspace"
    code = f"{imports}; from autograder.reports.feedback import feedback; {count}"
    done = subprocess.run([sys.executable, "-c", code, graded.root], capture_output=True, text=True, timeout=100)
    assert done.stdout.strip() == "2", done.stderr


def test_lines_of_the_scheme_that_are_ticked_are_shown_and_others_if_the_course_says_so(graded):
    with Gradebook(graded.db_url, graded.course_id) as gradebook:
        grade = gradebook.find_grade("question_why", "adding", "sums", "alice")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
        grade_id, cell_id = grade.id, grade.cell_id
        with gradebook.engine.begin() as db:
            TABLES.create_all(db)
            for line, points, text in (("1", 3.0, "it <commutes>"), ("2", -1.0, "a detour"), ("3", 1.0, "an example")):
                values = {"id": line, "cell_id": cell_id, "position": int(line), "points": points, "text": text}
                db.execute(insert(LINES).values(values))
            db.execute(insert(TICKS).values([{"grade_id": grade_id, "line_id": line} for line in "12"]))
    feedback(graded, "sums")
    page = (graded.feedback("alice", "sums") / "adding.html").read_text(encoding="utf-8")
    assert '<span class="of">+3</span> it &lt;commutes&gt;</li>' in page
    assert '<span class="of">−1</span> a detour</li>' in page
    assert '<span class="of">+0.5</span> beyond these lines</li>' in page and "an example" not in page
    other = (graded.feedback("Zoë [x] 李", "sums") / "adding.html").read_text(encoding="utf-8")
    assert "What the points are for" not in other
    course = graded.assignments / "course.toml"
    course.write_text(course.read_text().replace("notebooks =", "show_scheme = true\nnotebooks ="))
    assert "alice" in feedback(Workspace(graded.root), "sums").made
    page = (graded.feedback("alice", "sums") / "adding.html").read_text(encoding="utf-8")
    assert "<h3>What the answer lacks</h3>" in page and '<span class="of">1</span> an example</li>' in page


def test_hidden_tests_are_shown_if_the_course_says_so(graded):
    for show in (False, True):
        if show:
            course = graded.assignments / "course.toml"
            text = course.read_text(encoding="utf-8")
            course.write_text(text.replace("notebooks =", "show_hidden_tests = true\nnotebooks ="), encoding="utf-8")
        workspace = Workspace(graded.root)
        folder = graded.autograded("alice", "sums")
        shutil.copy(graded.source("sums") / "adding.ipynb", folder / "adding.ipynb")
        assert feedback(workspace, "sums", ["alice"]).made == ["alice"]
        page = (graded.feedback("alice", "sums") / "adding.html").read_text(encoding="utf-8")
        assert ("negative numbers" in page) is show and "1 + 2 is 3" in page


def test_a_submission_that_the_gradebook_does_not_know(graded):
    shutil.copytree(graded.autograded("alice", "sums"), graded.autograded("bob", "sums"))
    [(student, why)] = feedback(graded, "sums", ["bob"]).failed
    assert student == "bob" and "no submission" in why


def test_nothing_is_printed(graded, capfd):
    feedback(graded, "sums", ["alice"])
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
