"""Which imported cells are locked, and which tests run in the student's process."""

from autograder.importing.cells import CHANGED, NOT_PROOF, ImportedCell, Notes, record
from autograder.importing.owners import settle_owners


def settled(*given, **options):
    """(the cells, the notes) for (kind, source); kinds: free, locked, solution, test."""
    cells = []
    for number, (kind, source) in enumerate(given, start=1):
        flags = {"test": {"grade": True, "points": 1}, "solution": {"solution": True}, "locked": {}}
        made = None if kind == "free" else record(f"{kind}_{number}", **flags[kind])
        cells.append(ImportedCell(number, "code", source, made))
    notes = Notes()
    settle_owners(cells, notes, **options)
    return cells, notes.found


F = ("solution", "def f():\n    return 1")


def test_cells_that_tests_need_are_locked_also_indirectly():
    cells, notes = settled(
        ("free", "import numpy as np"),
        ("free", "f_other()"),
        ("free", "def helper(x):\n    return np.sum(x)"),
        F,
        ("test", "assert helper(f()) == 1"),
    )
    assert [cell.record is not None for cell in cells[:3]] == [True, False, True]
    assert cells[0].record["locked"] and [note.kind for note in notes] == [CHANGED] * 2
    assert not any(cell.tags for cell in cells)


def test_what_a_solution_binds_too_stays_the_students():
    cells, _ = settled(("free", "best = None"), ("solution", "best = 4"), ("test", "assert best == 4"))
    assert cells[0].record is None and cells[2].tags == ["in-process"]


def test_a_test_gets_the_imports_that_only_a_solution_has():
    cells, [note] = settled(
        ("solution", "import numpy as np\nfrom os import path as p"), ("test", "np.sum(p.join('a'))")
    )
    assert cells[1].source == "import numpy as np\nfrom os import path as p\nnp.sum(p.join('a'))"
    assert note.kind == CHANGED and not cells[1].tags


def test_a_test_that_needs_the_students_process_is_tagged_with_what_to_write_instead():
    cells, [note] = settled(F, ("test", "assert 'f' in globals()"), ("test", "assert f() == 1"))
    assert [cell.tags for cell in cells[1:]] == [["in-process"], []]
    assert note.kind == NOT_PROOF and "To make it cheat-proof, use the name itself" in note.what


def test_tests_that_share_names_share_the_process():
    cells, notes = settled(
        F, ("test", "def helper():\n    return 1"), ("test", "assert helper() == f()"), ("test", "helper(), globals()")
    )
    assert [cell.tags for cell in cells[1:]] == [["in-process"]] * 3
    assert {note.kind for note in notes} == {NOT_PROOF}


def test_a_test_that_reads_a_name_of_pythons_that_a_solution_binds():
    cells, [note] = settled(("solution", "sum = 3\nlist = 4"), ("test", "assert sum == 3"), ("test", "assert 1"))
    assert [cell.tags for cell in cells[1:]] == [["in-process"], []]
    assert "it reads sum" in note.what


def test_all_tests_on_request():
    cells, notes = settled(F, ("test", "assert f() == 1"), ("locked", "x = 1"), all_in_process=True)
    assert [cell.tags for cell in cells] == [[], ["in-process"], []] and notes == []
