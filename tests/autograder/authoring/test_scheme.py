"""Questions, model answers and marking schemes are read from built notebooks."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.authoring.scheme import SchemeLine, questions


def asked(source, make=new_markdown_cell, points=3, **record):
    given = {"grade_id": "question_why", "grade": True, "solution": True, "points": points, **record}
    return make(source, metadata={"nbgrader": given})


def solution(text, before=""):
    return f"{before}### BEGIN SOLUTION\n{text}\n### END SOLUTION"


SCHEME = """The model *answer*.

Scheme

- [1] the first, which
  goes on in a second line
- [0.5] the second
- [-1] a mistake

Without reasons: 1 point at most."""


def test_a_question_with_its_model_answer_scheme_and_notes():
    [question] = questions("knn", [new_markdown_cell("**Question**. Why?"), asked(solution(SCHEME))])
    assert (question.notebook, question.grade_id, question.points) == ("knn", "question_why", 3)
    assert question.prompt == "**Question**. Why?" and question.model_answer == "The model *answer*."
    lines = [(1, "the first, which goes on in a second line"), (0.5, "the second"), (-1, "a mistake")]
    assert question.scheme == tuple(SchemeLine(*line) for line in lines)
    assert question.notes == "Without reasons: 1 point at most." and not question.is_code


def test_the_prompt_is_the_text_since_the_last_code_and_the_visible_part_of_the_cell():
    cells = [
        new_markdown_cell("before the code"),
        new_code_cell("plot()"),
        new_markdown_cell("The picture."),
        new_markdown_cell("**Question**."),
        asked(solution("Because.", before="Answer in one line.\n")),
        new_markdown_cell("**Question 2**."),
        asked(solution("Yes."), grade_id="question_two"),
    ]
    first, second = questions("knn", cells)
    assert first.prompt == "The picture.\n\n**Question**.\n\nAnswer in one line."
    assert second.prompt == "**Question 2**." and second.model_answer == "Yes."


@pytest.mark.parametrize("title", ["Scheme", "**Scheme**", "## Scheme", "Scheme:"])
def test_the_title_of_a_scheme(title):
    [question] = questions("knn", [asked(solution(f"Because.\n\n{title}\n- [3] all of it"))])
    assert question.scheme == (SchemeLine(3, "all of it"),) and question.model_answer == "Because."


@pytest.mark.parametrize("text", ["Because.", "Scheme\n\nno lines", "The Scheme of things\n- [1] x", "- [1] no title"])
def test_text_without_a_scheme_is_the_model_answer(text):
    [question] = questions("knn", [asked(solution(text))])
    assert question.scheme == () and question.model_answer == text and question.notes == ""


def test_code_that_a_person_grades_and_cells_that_nobody_does():
    cells = [
        asked(solution("return 1", before="def f():\n"), make=new_code_cell),
        asked("assert f()", make=new_code_cell, solution=False, grade_id="test_f"),
        asked(solution("x"), grade=False, grade_id="free"),
    ]
    [question] = questions("knn", cells)
    assert question.is_code and question.model_answer == "return 1" and question.prompt == ""
