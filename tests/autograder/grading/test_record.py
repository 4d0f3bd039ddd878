"""Recording notebooks whose outputs are made by hand: gradebook and `autograded/`, with SQLite and no kernel.

test_grade.py tests the whole process, both databases, and interruptions.
"""

import io
import json
import stat
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from small_notebooks import error_output, instructor, student, value_output

from autograder.grading import record as module
from autograder.grading.record import Recorder, remove_leftovers
from autograder.grading.report import NotebookScore
from autograder.grading.sanitize import NotRun, blueprint_of
from autograder.submissions.origins import Origins
from autograder.submissions.platforms import Person

ANSWER = "It commutes."
WRONG = {"test_add_small": [error_output("1 + 2 is 3")]}


@pytest.fixture
def record(tiny):
    """record(student, outputs by grade_id, answer, time, not_run) records a submission; returns its scores."""
    assignment = tiny.course.assignment("sums")
    blueprints = [blueprint_of(tiny, assignment, name) for name in assignment.notebooks]

    def run(who="ada", outputs=None, answer="YOUR ANSWER HERE", handed_in=None, not_run=(), also=None):
        notebooks = {blueprint.name: blueprint.notebook() for blueprint in blueprints}
        for notebook in notebooks.values():
            for cell in notebook.cells:
                grade_id = cell.metadata.nbgrader.grade_id
                if cell.cell_type == "code":
                    cell.outputs = [nbformat.from_dict(output) for output in (outputs or {}).get(grade_id, [])]
                    cell.execution_count = 1
                elif grade_id == "question_why" and answer:
                    cell.source = answer
        (also or (lambda given: None))(notebooks)
        with Gradebook(tiny.db_url, tiny.course.id) as gradebook:
            recorder = Recorder(tiny, gradebook, assignment)
            return recorder.record(who, notebooks, handed_in, {"adding": not_run, "squaring": ()})

    return run


def in_gradebook(workspace, read, who="ada"):
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        return read(gradebook, who)


def grades(workspace, who="ada"):
    def read(gradebook, who):
        notebooks = gradebook.find_submission("sums", who).notebooks
        return {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for n in notebooks for g in n.grades}

    return in_gradebook(workspace, read, who)


def test_scores_are_those_of_the_tests_that_ended_without_an_error(tiny, record):
    half = {**WRONG, "test_double": [value_output(1.5)]}
    assert record(outputs=half, answer=ANSWER) == {
        "adding": NotebookScore(1.5, 10, True),
        "squaring": NotebookScore(4, 4, False),
    }
    assert {name: auto for name, (auto, _, _) in grades(tiny).items()} == {
        "test_add_small": 0, "test_double": 1.5, "question_why": None, "test_square": 4,
    }  # fmt: skip


def test_a_warning_costs_nothing(record):
    assert record(outputs={"test_square": [new_output("stream", name="stderr", text="slow")]})["squaring"].score == 4


def test_the_notebooks_and_the_time_are_in_autograded(tiny, record):
    folder = tiny.autograded("ada", "sums")
    record(handed_in="2026-01-01 00:00:00 UTC", outputs=WRONG)
    assert sorted(path.name for path in folder.iterdir()) == ["adding.ipynb", "squaring.ipynb", "timestamp.txt"]
    assert (folder / "timestamp.txt").read_text() == "2026-01-01 00:00:00 UTC\n"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    cells = nbformat.read(folder / "adding.ipynb", as_version=4).cells
    outputs = {cell.metadata.nbgrader.grade_id: cell.get("outputs") for cell in cells}
    assert outputs["test_add_small"] == WRONG["test_add_small"] and outputs["test_double"] == []
    assert in_gradebook(tiny, lambda g, who: str(g.find_submission("sums", who).timestamp)) == "2026-01-01 00:00:00"


def test_without_a_time_there_is_none(tiny, record):
    record(handed_in="2026-01-01 00:00:00 UTC")
    record()
    assert sorted(path.name for path in tiny.autograded("ada", "sums").iterdir()) == ["adding.ipynb", "squaring.ipynb"]
    assert in_gradebook(tiny, lambda gradebook, who: gradebook.find_submission("sums", who).timestamp) is None


def test_to_record_again_replaces_everything(tiny, record):
    record(outputs=WRONG)
    (tiny.autograded("ada", "sums") / "old.txt").write_text("")
    assert record()["adding"].score == 5
    assert not (tiny.autograded("ada", "sums") / "old.txt").exists()
    assert [path.name for path in tiny.autograded("ada", "sums").parent.iterdir()] == ["sums"]


def test_what_fails_changes_nothing(tiny, record, monkeypatch):
    record(outputs=WRONG)
    before = grades(tiny), (tiny.autograded("ada", "sums") / "adding.ipynb").read_bytes()
    monkeypatch.setattr(module, "_write_autograded", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        record()
    assert (grades(tiny), (tiny.autograded("ada", "sums") / "adding.ipynb").read_bytes()) == before


def test_the_scores_of_the_class_are_those_of_each_student(tiny, record):
    given = {who: record(who, outputs) for who, outputs in (("ada", WRONG), ("bob", {}))}
    with Gradebook(tiny.db_url, tiny.course.id) as gradebook:
        assert Recorder(tiny, gradebook, tiny.course.assignment("sums")).scores() == given


@pytest.mark.parametrize(
    ("name", "email", "entered"),
    [
        ("Ann Maria Lee", "ann@x.edu", ("Ann Maria", "Lee", "ann@x.edu")),
        ("Ann", "", ("", "Ann", None)),
        ("", "ann@x.edu", (None, None, "ann@x.edu")),
        ("A\0" + "x" * 200 + " Lee", "e" * 200, ("A\ufffd" + "x" * 126, "Lee", "e" * 128)),
    ],
)
def test_the_name_that_the_platform_gave_is_entered(tiny, record, name, email, entered):
    Origins(tiny, "sums").keep("ada", Person("ada", name, "Canvas", email))
    record()
    assert in_gradebook(tiny, _names) == entered


def _names(gradebook, who):
    found = gradebook.find_student(who)
    return found.first_name, found.last_name, found.email


def test_a_name_that_the_gradebook_has_stays(tiny, record):
    in_gradebook(tiny, lambda g, who: g.update_or_create_student(who, first_name="A", last_name="B", email="c@x.edu"))
    Origins(tiny, "sums").keep("ada", Person("ada", "Ann Lee", "Canvas", "ann@x.edu"))
    record()
    assert in_gradebook(tiny, _names) == ("A", "B", "c@x.edu")


def give(workspace, points, who="ada"):
    def mark(gradebook, who):
        grade = gradebook.find_grade("question_why", "adding", "sums", who)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()

    in_gradebook(workspace, mark, who)


def test_points_given_by_hand_stay_and_the_same_work_needs_no_other_look(tiny, record):
    assert record(answer=ANSWER)["adding"] == NotebookScore(5, 10, True)
    give(tiny, 3)
    assert record(answer=ANSWER) == {"adding": NotebookScore(8, 10, False), "squaring": NotebookScore(4, 4, False)}
    assert grades(tiny)["question_why"] == (None, 3, False)


def other_outputs(notebooks):
    notebooks["adding"].cells[1].outputs = [new_output("stream", text="other")]


def other_code(notebooks):
    notebooks["adding"].cells[1].source = "other"


def other_points(notebooks):
    question = next(c for c in notebooks["adding"].cells if c.metadata.nbgrader.grade_id == "question_why")
    question.metadata.nbgrader.points = 4


@pytest.mark.parametrize(
    ("answer", "also", "again"),
    [
        ("Other words.", None, True),
        (ANSWER, other_points, True),
        (ANSWER, other_outputs, False),
        (ANSWER, other_code, False),
    ],
)
def test_other_work_is_looked_at_again(tiny, record, answer, also, again):
    record(answer=ANSWER)
    give(tiny, 3)
    assert record(answer=answer, also=also)["adding"] == NotebookScore(8, 10, again)
    assert grades(tiny)["question_why"] == (None, 3, again)


def test_where_it_is_not_known_what_was_looked_at_it_is_looked_at_again(tiny, record):
    record(answer=ANSWER)
    give(tiny, 3)
    (tiny.autograded("ada", "sums") / "adding.ipynb").write_text("{")
    assert record(answer=ANSWER)["adding"].needs_manual_grade


def test_the_students_own_outputs_are_shown_where_a_cell_was_not_run(tiny, record):
    own = {"output_type": "stream", "name": "stdout", "text": "by hand"}
    record(not_run=[NotRun("demo_long", (own,)), NotRun("add", (own,), "plot()")])
    notebook = nbformat.read(tiny.autograded("ada", "sums") / "adding.ipynb", as_version=4)
    by_name = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    assert by_name["demo_long"].outputs == [own]
    places = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    shown = notebook.cells[places.index("add") + 1]
    assert (shown.source, shown.outputs, shown.metadata.tags) == ("plot()", [own], ["skip-execution"])
    assert shown.metadata["cs231n-not-run"] is True


def test_outputs_may_be_nested_fifty_deep():
    def nested(depth):
        value = "x"
        for _ in range(depth):
            value = [value]
        return value

    assert module._storable(nested(51)) == nested(51)
    deep = module._storable(nested(52))
    for _ in range(51):
        [deep] = deep
    assert deep == "[nested too deep to be kept]"


def test_every_text_of_an_output_can_be_stored():
    given = {"a\0": ["b\ud800", {"c": "d\0"}, 1, None]}
    assert module._storable(given) == {"a\ufffd": ["b\ufffd", {"c": "d\ufffd"}, 1, None]}


def test_a_notebook_is_written_as_nbformat_writes_it():
    shown = new_output("display_data", data={"text/plain": "a\nb", "image/png": "AAAA"}, metadata={})
    cells = [new_code_cell("x = 1\ny = 2", outputs=[shown]), instructor("é"), student("\U0001f600", "f")]
    notebook = new_notebook(cells=cells, metadata={"orig_nbformat": 1, "b": 1, "a": 2})
    ours, theirs = io.StringIO(), io.StringIO()
    module._write(nbformat.from_dict(json.loads(json.dumps(notebook))), ours)
    nbformat.write(notebook, theirs)
    assert ours.getvalue().rstrip("\n") == theirs.getvalue().rstrip("\n")


def test_leftovers_of_an_assignment_are_deleted_and_nothing_else(tiny):
    folder = tiny.root / "autograded" / "ada"
    for name in (".sums-x1", ".more-x1", "sums", ".summary"):
        (folder / name / "new").mkdir(parents=True)
    remove_leftovers(tiny, "sums")
    assert sorted(path.name for path in folder.iterdir()) == [".more-x1", ".summary", "sums"]


def test_one_transaction_commits_once_at_its_end_or_not_at_all():
    done = []
    session = type(
        "Session", (), {name: (lambda self, name=name: done.append(name)) for name in ("commit", "flush", "rollback")}
    )()
    gradebook = SimpleNamespace(db=session)
    with module.one_transaction(gradebook):
        session.commit()
    assert done == ["flush", "commit"]
    with pytest.raises(ZeroDivisionError), module.one_transaction(gradebook):
        raise ZeroDivisionError
    session.commit()
    assert done == ["flush", "commit", "rollback", "commit"]
