"""What `cs231n mark` shows and does, without a server."""

import json
import shutil

import pytest
from marked_class import added, given_to, hand_in

from autograder.authoring.build import build
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.hand_marks import Change, Changed, Line
from autograder.marking.desk import Desk, Unknown, WorkChanged


@pytest.fixture
def desk_of(workspace):
    desks = []

    def made(marker="maria", anonymous=False):
        desks.append(Desk(Workspace(workspace.root), "pictures", marker, anonymous))
        return desks[-1]

    yield made
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(desk_of):
    return desk_of()


def cell(desk, grade_id="question_row"):
    return next(id for id, entry in desk.entries.items() if entry.question.grade_id == grade_id)


def id_of(desk, student):
    marks = desk.marks.question(cell(desk)).marks
    return next(id for id, mark in marks.items() if mark.student == student)


def stroke(desk, student, **what):
    """Change an answer as a page does that has just been loaded."""
    id, now = id_of(desk, student), desk.now(cell(desk))
    seen = {"mark": now["marks"][id]["seen"], "scheme": now["scheme"], "work": desk.answer(cell(desk), id)["whole"]}
    return desk.change(cell(desk), id, seen, Change(**what))["mark"]


def test_the_questions_with_their_progress(desk, workspace):
    stroke(desk, "ann", points=2.0)
    stroke(desk, "ben", flagged=True)
    first, second = desk.overview()
    assert (first["notebook"], first["name"], first["points"]) == ("seeing", "question_row", 4)
    assert first["begins"].startswith("Question 1. What does a bright row of the picture say?")
    assert (first["answers"], first["done"], first["flagged"], first["markers"]) == (5, 2, 1, ["maria"])
    assert (second["name"], second["done"], second["markers"]) == ("question_slow", 1, [])
    assert desk.read_all() == 3 + 4


def test_a_question_with_its_answers(desk, marked_class):
    far = marked_class.far
    page = desk.question(cell(desk))
    assert "bright <em>row</em>" in page["prompt"] and "far from all training images" in page["model"]
    assert "1 point at most" in page["notes"]
    assert [line["points"] for line in page["now"]["lines"]] == [2, 1, 1]
    assert "<strong>test</strong>" in page["now"]["lines"][0]["html"]
    answers = {answer["who"]: answer for answer in page["answers"]}
    # the name cannot reorder the text around it
    assert list(answers) == [
        "Ann-Sophie Smith (ann)",
        "\N{REPLACEMENT CHARACTER}Benjamin <b>Ng</b> (ben)",
        "cho",
        "dee",
        "eve",
    ]
    assert [answer["preview"] for answer in page["answers"]] == [far, far, "", f"{far}!", "YOUR ANSWER HERE"]
    assert [answer["blank"] for answer in page["answers"]] == [False, False, True, False, True]
    groups = [answer["group"] for answer in page["answers"]]
    assert groups[0] == groups[1] != "" and groups[2:] == ["", "", ""]


def test_an_answer_with_the_picture_above_it(desk, marked_class):
    far = marked_class.far
    found = desk.answer(cell(desk), id_of(desk, "ann"))
    assert f"<p>{far}</p>" in found["html"] and "data:image/png" in found["before"] and not found["cut"]
    assert desk.answer_text(cell(desk), id_of(desk, "ann")) == far


def test_no_name_leaves_the_desk_in_anonymous_mode(desk_of, marked_class):
    desk = desk_of(anonymous=True)
    row = cell(desk)
    page = desk.question(row)
    ids = [answer["id"] for answer in page["answers"]]
    said = [desk.overview(), page, desk.now(row), *(desk.answer(row, id) for id in ids)]
    mark = stroke(desk, "ann", points=2.0)
    said += [mark, desk.give_the_same(row, id_of(desk, "ann"), mark["seen"]), desk.give_nothing_to_blank(row)]
    text = json.dumps(said)
    for name in (*marked_class.answers, "Ann", "Smith", "Benjamin", "Ng<"):
        assert f'"{name}' not in text and f"({name}" not in text and f" {name} " not in text
    assert ids == sorted(ids) and [answer["number"] for answer in page["answers"]] == [1, 2, 3, 4, 5]


def test_identical_answers_get_the_same(desk, workspace):
    ticks = frozenset({desk.now(cell(desk))["lines"][0]["id"]})
    stroke(desk, "ann", ticks=ticks)
    seen = stroke(desk, "ann", comment="Good.")["seen"]
    assert desk.give_the_same(cell(desk), id_of(desk, "ann"), seen)["count"] == 1
    assert given_to(workspace, "ben") == (2, False, "Good.") and given_to(workspace, "dee")[0] is None


def test_blank_answers_get_nothing(desk, workspace):
    assert desk.give_nothing_to_blank(cell(desk))["count"] == 1  # eve's does not wait
    assert given_to(workspace, "cho")[:2] == (0, False) and given_to(workspace, "ann")[:2] == (None, True)


def test_a_marker_is_told_that_the_work_was_graded_anew(desk, workspace, marked_class):
    id, now = id_of(desk, "ann"), desk.now(cell(desk))
    seen = {"mark": now["marks"][id]["seen"], "scheme": now["scheme"], "work": desk.answer(cell(desk), id)["whole"]}
    hand_in(workspace, {"ann": marked_class.answers["ann"]}, cells=[added("I take it back.")])
    with pytest.raises(WorkChanged):
        desk.change(cell(desk), id, seen, Change(points=4.0))
    assert given_to(workspace, "ann")[0] is None
    assert stroke(desk, "ann", points=1.0)["points"] == 1


def test_two_markers(desk_of):
    first, second = desk_of("maria"), desk_of("noor")
    id, now = id_of(second, "ann"), second.now(cell(second))
    seen = {"mark": now["marks"][id]["seen"], "scheme": now["scheme"], "work": second.answer(cell(second), id)["whole"]}
    stroke(first, "ann", points=3.0)
    with pytest.raises(Changed):
        second.change(cell(second), id, seen, Change(points=1.0))
    changed = second.now(cell(second), now["digest"])
    assert changed["marks"][id]["points"] == 3 and changed["marks"][id]["marker"] == "maria"
    assert second.now(cell(second), changed["digest"]) == {"digest": changed["digest"]}


def test_a_changed_scheme_and_remarks_reach_the_page(desk):
    now = desk.now(cell(desk))
    lines = [Line(line["id"], 0.5, line["text"]) for line in now["lines"]]
    assert desk.change_scheme(cell(desk), now["scheme"], lines)["lines"][0]["points"] == 0.5
    remark = desk.keep_remark(cell(desk), "See lecture 2.")["remarks"][0]
    assert remark["text"] == "See lecture 2." and desk.drop_remark(cell(desk), remark["id"])["remarks"] == []
    desk.assign(cell(desk), "noor")
    assert desk.overview()[0]["assigned"] == "noor"


def test_a_source_that_changed_after_marking_began_is_shown(desk_of, workspace):
    desk = desk_of()
    stroke(desk, "ann", ticks=frozenset({desk.now(cell(desk))["lines"][0]["id"]}))
    source = workspace.assignments / "pictures" / "seeing.py"
    source.write_text(source.read_text().replace("because of its brightness", "with a reason"))
    build(workspace, "pictures")
    page = desk_of().question(cell(desk))
    assert "has changed since marking began" in page["notes"] and "with a reason" in page["notes"]
    assert "brightness" in page["now"]["lines"][2]["text"]


@pytest.mark.parametrize("work", ["question", "now", "give_nothing_to_blank"])
def test_an_unknown_question(desk, work):
    with pytest.raises(Unknown):
        getattr(desk, work)("0" * 32)


def test_an_unknown_answer_and_one_without_its_notebook(desk, workspace):
    with pytest.raises(Unknown):
        desk.answer(cell(desk), "0" * 32)
    shutil.rmtree(workspace.autograded("ann", "pictures"))
    assert desk.question(cell(desk))["answers"][0]["preview"] == "[there is no graded notebook]"
    assert desk.answer(cell(desk), id_of(desk, "ann"))["html"] == ""


def test_there_is_nothing_to_mark(workspace, tmp_path):
    source = workspace.assignments / "pictures" / "seeing.py"
    source.write_text(source.read_text().split("# %% [markdown]\n# **Question 1**")[0])
    build(workspace, "pictures")
    with pytest.raises(KitError, match="no questions that a person grades"):
        Desk(workspace, "pictures", "maria")


def test_an_assignment_that_was_not_released(tmp_path, workspace):
    (workspace.root / "gradebook.db").unlink()
    with pytest.raises(KitError, match="not in the gradebook yet"):
        Desk(Workspace(workspace.root), "pictures", "maria")
