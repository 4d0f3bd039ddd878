"""Answers are found in graded notebooks, summarized, and compared."""

import json
import os

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.marking.answers import Answers, answers_in, blank, summary_of
from autograder.notebook.job import NOT_RUN

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def recorded(cell, grade_id, **record):
    cell.metadata["nbgrader"] = {"grade_id": grade_id, "points": 2, **record}
    return cell


def question(text, grade_id="question_why", make=new_markdown_cell):
    return recorded(make(text), grade_id, grade=True, solution=True)


def plot(grade_id, text="shown"):
    return recorded(new_code_cell("plot()", outputs=[new_output("stream", text=text)]), grade_id, locked=True)


def the_answer(*cells, grade_id="question_why"):
    return answers_in(list(cells))[grade_id]


def digest(text, *more):
    return summary_of(the_answer(question(text), *more)).digest


def test_an_answer_has_the_cells_that_the_student_added_below_it():
    not_run = new_code_cell("train()", metadata={NOT_RUN: True})
    cells = [question("one"), new_markdown_cell("two"), new_code_cell("3"), not_run, new_markdown_cell("later")]
    assert the_answer(*cells, question("other", "question_other")).text == "one\n\ntwo\n\n3"
    assert the_answer(*cells, question("other", "question_other"), grade_id="question_other").text == "other"


def test_the_text_of_the_course_below_an_answer_ends_it():
    cells = [
        question("one"),
        new_markdown_cell("two"),
        new_markdown_cell("Exercise 2:\n vote\n"),
        new_markdown_cell("x"),
    ]
    assert answers_in(cells, frozenset({"Exercise 2: vote"}))["question_why"].text == "one\n\ntwo"


def test_what_the_student_saw_between_the_last_graded_cell_and_the_question():
    test = recorded(new_code_cell("assert f()", outputs=[new_output("stream", text="passed")]), "test_f", grade=True)
    cells = [plot("demo_early"), test, plot("demo_one"), recorded(new_code_cell("x"), "silent"), plot("demo_two")]
    found = the_answer(*cells, question("one"))
    assert [cell["metadata"]["nbgrader"]["grade_id"] for cell in found.before] == ["demo_one", "demo_two"]


def test_answers_are_identical_if_they_differ_in_white_space_only():
    assert digest("one  two\n") == digest(" one two") == digest("one\ttwo")
    assert digest("\u00e9") == digest("e\u0301")
    assert digest("one two") != digest("onetwo") and digest("One") != digest("one")
    assert digest("one", new_markdown_cell("more")) != digest("one")
    with_picture = question("one")
    with_picture["attachments"] = {"a.png": {"image/png": PNG}}
    assert summary_of(the_answer(with_picture)).digest != digest("one")


def test_a_picture_above_the_answer_changes_what_a_marker_sees_but_not_the_answer():
    first, second = (summary_of(the_answer(plot("demo", text), question("one"))) for text in ("a", "b"))
    assert first.digest == second.digest and first.whole != second.whole


@pytest.mark.parametrize(
    ("text", "is_blank"),
    [("", True), (" \n", True), ("YOUR ANSWER HERE", True), ("Answer in a line.\n\nYOUR ANSWER HERE", True)]
    + [("?", False), ("∞", False), ("Answer in a line.\n\nBecause.", False)],
)
def test_an_answer_that_says_nothing(text, is_blank):
    assert (digest(text) in blank("Answer in a line.\nYOUR ANSWER HERE")) is is_blank


def test_a_picture_alone_is_an_answer():
    cell = question("")
    cell["attachments"] = {"a.png": {"image/png": PNG}}
    assert summary_of(the_answer(cell)).digest not in blank("")


def test_the_first_words_are_short_and_cannot_reorder_or_hide_anything():
    hostile = "\x1b[31m\u202eevil\u2066 " + "x" * 500
    summary = summary_of(the_answer(question(f"![](data:image/png;base64,{'A' * 400}) {hostile}")))
    assert len(summary.preview) == 90 and "AAAA" not in summary.preview
    assert not set("\x1b\u202e\u2066") & set(summary.preview)
    assert summary.length < 700


def test_a_notebook_is_read_again_only_after_it_has_changed(tmp_path, monkeypatch):
    answers, path = Answers(), tmp_path / "knn.ipynb"
    assert answers.summary(path, "question_why") is None

    def write(text):
        path.with_suffix(".new").write_text(json.dumps({"cells": [{**question(text), "source": [text, "\n"]}]}))
        os.replace(path.with_suffix(".new"), path)

    write("one")
    assert answers.summary(path, "question_why").preview == "one"
    assert answers.summary(path, "question_other") is None
    monkeypatch.setattr("autograder.marking.answers.answers_in", lambda cells: {})
    assert answers.summary(path, "question_why").preview == "one"
    monkeypatch.undo()
    write("another")
    assert answers.summary(path, "question_why").preview == "another"
    assert answers.parts(path, "question_why").text == "another\n"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"cells": 1}', '{"cells": [1]}'])
def test_a_file_that_is_no_notebook_has_no_answers(tmp_path, content):
    path = tmp_path / "knn.ipynb"
    path.write_text(content)
    assert Answers().summary(path, "question_why") is None and Answers().parts(path, "question_why") is None
