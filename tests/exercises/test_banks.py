"""Every wrong answer loses points in the cells it names; every right answer keeps them all."""

import pytest
from bank import BANKS, HERE, NOTEBOOKS, notebook_of, read_bank
from judging import exercises, judge

pytestmark = pytest.mark.slow

AT_LEAST = {"wrong": 8, "right": 3}
AT_LEAST_WHEN_TRIVIAL = {"wrong": 4, "right": 2}
TRIVIAL = {"predict_linear"}


def name(path):
    return path.stem


def bank_of(notebook, exercise):
    return HERE / notebook.parent.name / notebook.stem / f"{exercise}.bank"


def answers(kind):
    return [
        pytest.param(path, answer, id=f"{path.parent.name}-{path.stem}-{answer.name}")
        for path in BANKS
        for answer in read_bank(path)
        if answer.kind == kind
    ]


@pytest.mark.parametrize(("path", "answer"), answers("wrong"))
def test_a_wrong_answer_loses_the_cells_it_names(path, answer):
    failures = judge(notebook_of(path), path.stem, answer.source)
    kept = [cell for cell in answer.cells if failures[cell] is None]
    place = f"{path.name}:{answer.line}"
    assert not kept, f"{place}: '{answer.name}' keeps the points of {kept}; it loses {failures}"
    for cell, failure in failures.items():
        # if a test cell itself raises because of an answer, its message does not help the student
        assert failure is None or failure.from_answer or failure.error == "CheckFailed", f"{place}: {cell}: {failure}"
        assert failure is None or failure.message.strip(), f"{place}: {cell} fails without a message"


@pytest.mark.parametrize(("path", "answer"), answers("right"))
def test_a_right_answer_keeps_every_point(path, answer):
    failures = judge(notebook_of(path), path.stem, answer.source)
    assert failures, f"{path.stem} has no test cells"
    lost = {cell: str(failure) for cell, failure in failures.items() if failure}
    assert not lost, f"{path.name}:{answer.line}: '{answer.name}'"


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
