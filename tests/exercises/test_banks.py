"""Every wrong answer loses points in the cells it names; every right answer keeps them all."""

import pytest
from bank import BANKS, HERE, NOTEBOOKS, notebook_of, read_bank
from judging import exercises, judged

pytestmark = pytest.mark.slow

AT_LEAST = {"wrong": 8, "right": 3}
AT_LEAST_WHEN_TRIVIAL = {"wrong": 4, "right": 2}
TRIVIAL = {"predict_linear"}


def name(path):
    return path.stem


def bank_of(notebook, exercise):
    return HERE / notebook.parent.name / notebook.stem / f"{exercise}.bank"


EACH_BANK = pytest.mark.parametrize("path", BANKS, ids=lambda path: f"{path.parent.name}-{path.stem}")


@EACH_BANK
def test_each_wrong_answer_loses_the_cells_it_names(path):
    problems = []
    for answer, failures in judged(path):
        if answer.kind == "wrong":
            place = f"{path.name}:{answer.line}: '{answer.name}'"
            kept = [cell for cell in answer.cells if failures[cell] is None]
            if kept:
                lost = {cell: str(failure) for cell, failure in failures.items() if failure}
                problems.append(f"{place} keeps the points of {kept}; it loses {lost}")
            for cell, failure in failures.items():
                # if a test cell itself raises because of an answer, its message does not help the student
                if failure and not failure.from_answer and failure.error != "CheckFailed":
                    problems.append(f"{place}: {cell} raises {failure}")
                if failure and not failure.message.strip():
                    problems.append(f"{place}: {cell} fails without a message")
    assert not problems, "\n".join(problems)


@EACH_BANK
def test_each_right_answer_keeps_every_point(path):
    problems = []
    for answer, failures in judged(path):
        assert failures, f"{path.stem} has no test cells"
        lost = {cell: str(failure) for cell, failure in failures.items() if failure}
        if answer.kind == "right" and lost:
            problems.append(f"{path.name}:{answer.line}: '{answer.name}' loses {lost}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name)
def test_every_exercise_has_a_bank_large_enough(notebook):
    for exercise in exercises(notebook):
        kinds = [answer.kind for answer in read_bank(bank_of(notebook, exercise))]
        for kind, least in (AT_LEAST_WHEN_TRIVIAL if exercise in TRIVIAL else AT_LEAST).items():
            assert kinds.count(kind) >= least, f"{exercise} has {kinds.count(kind)} {kind} answers"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name)
def test_every_test_cell_is_needed_to_catch_some_wrong_answer(notebook):
    for exercise, cells in exercises(notebook).items():
        caught = {cell for answer in read_bank(bank_of(notebook, exercise)) for cell in answer.cells}
        assert caught == set(cells), f"{exercise}: only in one of bank and notebook: {caught ^ set(cells)}"


@pytest.mark.parametrize("path", BANKS, ids=name)
def test_every_bank_belongs_to_an_exercise(path):
    assert path.stem in exercises(notebook_of(path))
