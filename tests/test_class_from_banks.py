"""The class that benchmarks/grading.py grades consists of valid notebooks, all different and mostly right."""

import sys
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.source import read_source

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
from class_from_banks import Exercises, read_exercises, submissions  # noqa: E402

ASSIGNMENT, NOTEBOOK = "nearest_neighbor", "knn"
STUB = "raise NotImplementedError"


@pytest.fixture(scope="module")
def exercises():
    source = read_source(ROOT / "assignments" / ASSIGNMENT / f"{NOTEBOOK}.py")
    released = nbformat.from_dict(source)
    for cell in released.cells:
        mark = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and mark.get("solution"):
            cell.source = STUB
    return read_exercises(ASSIGNMENT, NOTEBOOK, released, source)


@pytest.fixture(scope="module")
def class_of_forty(exercises):
    return {student: given[NOTEBOOK] for student, given in submissions({NOTEBOOK: exercises}, 40)}


def answers(notebook):
    marks = ((cell.source, cell.metadata.get("nbgrader", {})) for cell in notebook.cells if cell.cell_type == "code")
    return {mark["grade_id"]: source for source, mark in marks if mark.get("solution")}


def test_what_students_hand_in_is_valid(class_of_forty):
    for notebook in class_of_forty.values():
        nbformat.validate(notebook)


def test_no_two_students_hand_in_the_same(exercises):
    few = Exercises(exercises.released, {"predict_labels": ["right", "also right"]}, {"predict_labels": ["wrong"]})
    given = [answers(handed_in[NOTEBOOK])["predict_labels"] for _, handed_in in submissions({NOTEBOOK: few}, 4)]
    assert sorted(given) == sorted(["right", "also right", "wrong", STUB])
    with pytest.raises(SystemExit, match="5 different students"):
        list(submissions({NOTEBOOK: few}, 5))


def test_most_answers_are_right_and_some_are_wrong_or_missing(exercises, class_of_forty):
    given = [pair for notebook in class_of_forty.values() for pair in answers(notebook).items()]
    right = sum(answer in exercises.right[exercise] for exercise, answer in given)
    wrong = sum(answer in exercises.wrong[exercise] for exercise, answer in given)
    missing = sum(answer == STUB for _, answer in given)
    assert right + wrong + missing == len(given)
    assert 0.7 < right / len(given) < 0.9
    assert wrong > 10 and missing > 5


def test_the_class_is_the_same_every_time(exercises, class_of_forty):
    again = dict(submissions({NOTEBOOK: exercises}, 5))
    assert {student: given[NOTEBOOK] for student, given in again.items()} == {
        student: class_of_forty[student] for student in again
    }


def test_another_seed_makes_another_class(exercises, class_of_forty):
    others = [given[NOTEBOOK] for _, given in submissions({NOTEBOOK: exercises}, 5, seed=1)]
    assert not any(notebook in class_of_forty.values() for notebook in others)
