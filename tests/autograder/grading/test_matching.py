"""Which submitted cell counts, and the messages about the others; without a gradebook."""

from dataclasses import replace

import pytest
from nbformat.v4 import new_markdown_cell
from small_notebooks import instructor, student, test_cell

from autograder.grading.matching import SubmittedCell, match, plain_text

STUB = "def total(x):\n    # YOUR CODE HERE\n    raise NotImplementedError"
DONE, OLDER = "def total(x):\n    return sum(x)", "def total(x):\n    return 0"
FRAME = [
    instructor("import numpy as np", "setup"),
    student(STUB, "total"),
    test_cell("assert total([1]) == 1", "test_total"),
    new_markdown_cell(
        "YOUR ANSWER HERE", metadata={"nbgrader": {"grade_id": "why", "solution": True, "grade": True, "points": 5}}
    ),
]
TEXTS = {cell.metadata.nbgrader.grade_id: cell.source for cell in FRAME}


def cell(source, grade_id=None, kind=None, **more):
    """A submitted cell, with or without its nbgrader record."""
    kind = kind or ("markdown" if grade_id == "why" else "code")
    return SubmittedCell(kind, source, grade_id, **more)


def released(without=()):
    return [cell(text, grade_id) for grade_id, text in TEXTS.items() if grade_id not in without]


def matched(cells, skipped=frozenset()):
    return match(FRAME, cells, {name: plain_text(text) for name, text in TEXTS.items()}, skipped)


def added(found):
    return [(place, added.cell.source) for place, cells in found.added.items() for added in cells]


def test_the_released_notebook_matches_and_nothing_is_said():
    found = matched(released())
    assert {name: cell.source for name, cell in found.cells.items()} == TEXTS
    assert (found.added, found.changed, found.missing, found.problems) == ({}, (), (), ())


FIRST = "occurs 2 times; number 1 counts, the last one that was changed"
LAST = "occurs more than once; the last one counts"
# copies of `total`: (their sources in order, the one that counts, the others that run, the message)
COPIES = {
    "an untouched copy below": ([DONE, STUB], DONE, [], FIRST),
    "an untouched copy above": ([STUB, DONE], DONE, [], LAST),
    "an emptied copy below": ([DONE, "\n"], DONE, [], FIRST),
    "two that were written": ([OLDER, DONE], DONE, [OLDER], LAST),
    "two, and a copy between": ([OLDER, STUB, DONE], DONE, [OLDER], LAST),
    "two, and a copy below": ([OLDER, DONE, STUB], DONE, [OLDER], FIRST.replace("2", "3").replace("1", "2")),
    "untouched all": ([STUB, STUB], STUB, [], LAST),
}


@pytest.mark.parametrize("what", COPIES)
@pytest.mark.parametrize("record", ["kept", "lost with its id"])
def test_of_copies_the_last_counts_that_was_changed(what, record):
    sources, counts, extra, said = COPIES[what]
    cells = [cell(source, "total") for source in sources]
    if record != "kept":  # editors give a copy a new id, and some drop its record
        cells = [replace(c, grade_id=None) if c.source == STUB and len({*sources}) > 1 else c for c in cells]
    found = matched(released()[:1] + cells + released()[2:])
    assert found.cells["total"].source == counts
    assert [source for _, source in added(found)] == extra
    assert found.problems == (f"the cell 'total' {said}",)


UNFINISHED = {
    "a comment more": STUB.replace("    #", "    # later\n    #"),
    "a comment at the end of a line": STUB + "  # later",
    "a plain raise": "def total(x):\n    raise NotImplementedError()",
    "a raise with a text": "def total(x):\n    raise NotImplementedError('to do')",
    "pass": "def total(x):\n    # YOUR CODE HERE\n    pass",
    "dots below a docstring": 'def total(x):\n    """The sum."""\n    ...',
    "other arguments": "def total(x, axis=0):\n    pass",
    "comments alone": "# total is above",
    "a magic": "%matplotlib inline\n" + STUB,
}


@pytest.mark.parametrize("what", UNFINISHED)
def test_an_unfinished_copy_neither_counts_nor_runs(what):
    copy = UNFINISHED[what]
    if what == "a magic":  # the released cell has the magic, too
        stub, done = plain_text(copy), f"%matplotlib inline\n{DONE}"
        cells = [cell(done, "total"), cell(copy.replace("# YOUR", "# MY"), "total")]
        found = match(FRAME, cells, {name: plain_text(text) for name, text in TEXTS.items()} | {"total": stub}, set())
    else:
        done = DONE
        found = matched([*released()[:1], cell(DONE, "total"), cell(copy, "total"), *released()[2:]])
    assert found.cells["total"].source == done and added(found) == []
    assert found.problems == ("the cell 'total' occurs 2 times; number 1 counts, the last one that is finished",)


def test_an_unfinished_copy_without_a_record_does_not_run_either():
    copy = cell(UNFINISHED["a comment more"])
    found = matched([*released()[:1], cell(DONE, "total"), copy, *released()[2:]])
    assert found.cells["total"].source == DONE and added(found) == []


def test_of_unfinished_copies_the_last_that_was_changed_counts():
    cells = [cell(UNFINISHED[what], "total") for what in ("a comment more", "pass")] + [cell(STUB, "total")]
    found = matched([*released(without=["total"]), *cells])
    assert found.cells["total"].source == UNFINISHED["pass"]
    assert found.problems == ("the cell 'total' occurs 3 times; number 2 counts, the last one that was changed",)


def test_one_statement_makes_a_copy_a_finished_one():
    copy = "def total(x):\n    if x: raise NotImplementedError\n    return 0"
    assert (
        matched([*released(without=["total"]), cell(DONE, "total"), cell(copy, "total")]).cells["total"].source == copy
    )


def test_a_placeholder_in_other_type_is_an_unfinished_answer():
    copies = [cell("It commutes.", "why"), cell("**YOUR ANSWER HERE**", "why")]
    found = matched([*released(without=["why"]), *copies])
    assert found.cells["why"].source == "It commutes." and added(found) == []


def test_of_copies_of_an_answer_too():
    found = matched([*released(without=["why"]), cell("It commutes.", "why"), cell("YOUR ANSWER HERE", "why")])
    assert found.cells["why"].source == "It commutes." and added(found) == []


def test_a_copy_of_an_older_release_is_untouched():
    found = matched([*released(without=["total"]), cell(DONE, "total"), cell("older stub", "total", as_released=True)])
    assert found.cells["total"].source == DONE and added(found) == []


# changes that editors make to every cell on their own
EDITORS = {
    "drops ids": lambda cell: replace(cell, id=None),
    "drops records": lambda cell: replace(cell, grade_id=None),
    "drops records and ids": lambda cell: replace(cell, grade_id=None, id=None),
    "writes Windows line ends": lambda cell: replace(cell, source=cell.source.replace("\n", "\r\n")),
    "leaves blanks": lambda cell: replace(cell, source=cell.source.replace("\n", "  \n") + "\n\n"),
}


@pytest.mark.parametrize("editor", EDITORS)
def test_nothing_is_said_of_what_an_editor_does(editor):
    found = matched([EDITORS[editor](replace(given, id=given.grade_id)) for given in released()])
    assert (added(found), found.changed, found.missing, found.problems) == ([], (), (), ())
    assert set(found.cells) == set(TEXTS)


def test_locked_cells_that_were_changed_or_deleted_are_told():
    cells = [cell("import numpy as np\nimport math", "setup"), *released(without=["setup", "test_total"])]
    found = matched(cells)
    assert (found.changed, found.missing) == (("setup",), ("test_total",))


def test_a_test_that_was_made_a_text_cell_was_changed():
    found = matched([*released(without=["test_total"]), cell(TEXTS["test_total"], "test_total", "markdown")])
    assert found.changed == ("test_total",)


def test_a_locked_cell_of_an_older_release_was_not_changed_by_the_student():
    found = matched([cell("import numpy", "setup", as_released=True), *released(without=["setup"])])
    assert found.changed == ()


def test_a_changed_copy_beside_the_locked_cell_is_no_change():
    found = matched([*released(), cell("import numpy as np\nprint(np)", "setup")])
    assert found.changed == () and added(found) == []


def test_a_copy_of_a_locked_cell_without_its_record_runs_again():
    found = matched([*released(), cell("import numpy as np")])
    assert added(found) == [("why", "import numpy as np")]


def test_added_cells_stand_after_the_cell_above_them():
    first, *rest = released()
    found = matched([cell("x = 1"), first, cell("y = 1"), cell("z = 1"), *rest])
    assert added(found) == [(None, "x = 1"), ("setup", "y = 1"), ("setup", "z = 1")]


def test_the_place_of_a_missing_cell():
    assert matched(released(without=["why", "test_total"])).place_before("why") == "total"
    assert matched([]).place_before("why") is None


def test_a_cell_to_play_in_does_not_run_whatever_the_student_made_of_it():
    skipped = {"# Your turn\nsize = 1", "cell-4"}
    play = [cell("# Your turn\nsize = 1"), cell("size = 50", id="cell-4")]
    found = matched([*released(), *play, cell("size = 2", id="cell-5"), cell(DONE, "total", id="cell-4")], skipped)
    assert added(found) == [("why", "size = 2")]
    assert found.cells["total"].source == DONE
