"""Who defines each name in a source: docs/course-format.md, "What the build refuses"."""

import builtins

import pytest

from autograder.authoring.name_rules import unclear_name
from autograder.authoring.source import SourceCell

FLAGS = {"grade": False, "solution": False, "locked": False}


def cells(*given):
    """SourceCells at lines 1, 2, ... from (kind, text); kinds: solution, test, locked, question, free, markdown."""
    flags = {
        "solution": {"solution": True}, "test": {"grade": True, "locked": True}, "in-process": {"grade": True},
        "locked": {"locked": True},
        "question": {"solution": True, "grade": True},
    }  # fmt: skip
    return [
        SourceCell(
            line,
            line,
            "markdown" if kind == "markdown" else "code",
            text,
            FLAGS | flags[kind] if kind in flags else None,
            ("in-process",) if kind == "in-process" else (),
        )
        for line, (kind, text) in enumerate(given, start=1)
    ]


def refused(*given):
    """(line of the cell, reason) for the name that the build refuses; None if it refuses none."""
    found = unclear_name(cells(*given))
    return found and (found[0].line, found[1])


F = ("solution", "def f():\n    return 1")


def test_names_of_their_own_are_clear():
    assert (
        refused(("locked", "import numpy as np\nX = 1"), F, ("free", "y = f()"), ("test", "assert f() == np.size(X)"))
        is None
    )


@pytest.mark.parametrize("name", ["sum", "print", "ValueError", "In", "Out", "exit", "quit", "get_ipython", "display"])
def test_a_solution_may_not_have_the_name_of_what_python_or_ipython_defines(name):
    said = f"the solution binds {name!r}, but the tests would get Python's own; choose another name"
    assert refused(F, ("solution", f"def {name}():\n    return 1")) == (2, said)
    assert hasattr(builtins, name) or name in "In Out get_ipython display exit quit"


@pytest.mark.parametrize("name", ["_", "__", "___"])
def test_nor_that_of_ipythons_last_results(name):
    assert refused(("solution", f"{name} = 1"), ("test", f"assert {name} == 1"))[0] == 1


def test_the_first_in_the_alphabet_is_named():
    assert "'all'" in refused(("solution", "sum = all = 1"), ("test", "sum, all"))[1]


def test_what_no_test_reads_may_have_the_name_of_pythons():
    assert refused(("solution", "for _ in range(3):\n    sum = 1"), ("test", "assert 1")) is None


def test_a_solution_may_use_these_names_within_its_functions():
    assert refused(("solution", "def f(sum):\n    all = sum\n    return all")) is None


def test_an_instructors_cell_may_have_them():
    assert refused(("locked", "sum = 1"), F, ("test", "assert sum == f()")) is None


@pytest.mark.parametrize("place", ["locked", "test", "free"])
@pytest.mark.parametrize("before", [True, False])
def test_what_a_test_reads_is_bound_by_the_solution_or_by_the_instructor_not_by_both(place, before):
    answer, other, test = ("solution", "best = 4"), (place, "best = 3"), ("test", "assert best == 4")
    given = [other, answer, test] if before else [answer, other, test]
    solved, bound = (2, 1) if before else (1, 2)
    assert refused(*given) == (
        3,
        f"this test reads 'best', which the solution at line {solved} binds, but the cell at line {bound} binds it "
        "too, and the test would get that; rename one of them",
    )


def test_the_first_of_the_instructors_cells_is_named():
    given = [("locked", "best = 1"), ("locked", "best = 2"), ("solution", "best = 4"), ("test", "best")]
    assert "the cell at line 1 binds it" in refused(*given)[1]


def test_what_a_test_binds_itself_is_its_own():
    assert refused(("solution", "best = 4"), ("test", "best = 5\nassert best == 5")) is None


def test_what_no_test_reads_may_be_bound_by_both():
    assert refused(("locked", "best = 3"), ("solution", "best = 4"), ("test", "assert 1"), ("free", "best")) is None


@pytest.mark.parametrize(
    "reading",
    ["[best for _ in x]", "def g():\n    return best", "lambda: best", "class C:\n    a = best", "await best"],
)
def test_a_name_is_read_in_functions_and_comprehensions_too(reading):
    assert refused(("locked", "best = 3"), ("solution", "best = 4"), ("test", reading))[0] == 3


@pytest.mark.parametrize("imported", ["import numpy as np", "from numpy import linalg as np", "import np.random"])
def test_what_a_test_uses_is_imported_in_a_locked_cell(imported):
    answer, test = ("solution", f"{imported}\ndef f():\n    return 1"), ("test", "assert np.all(f())")
    said = "this test reads 'np', which only a solution imports; import it in a locked cell"
    assert refused(answer, test) == (2, said)
    assert refused(("locked", "import numpy as np"), answer, test) is None
    assert refused(("test", "import numpy as np"), answer, test) is None


def test_an_import_within_a_function_is_the_functions():
    assert refused(("solution", "def f():\n    import numpy as np"), ("test", "np.ones(2)")) is None


def test_a_question_in_code_is_a_solution_and_text_binds_nothing():
    assert refused(("question", "sum = 1"), ("test", "sum"))[0] == 1
    assert (
        refused(("markdown", "sum = 1"), ("markdown", "best = 3"), ("solution", "best = 4"), ("test", "best")) is None
    )


def test_a_test_in_the_students_process_may_read_everything_there():
    given = [("locked", "best = 3"), ("solution", "import os\nbest = sum = 4"), ("in-process", "best, sum, os")]
    assert refused(*given) is None


@pytest.mark.parametrize("kinds", [("test", "in-process"), ("in-process", "test")])
def test_tests_in_two_processes_share_no_names(kinds):
    assert refused(F, (kinds[0], "helper = 1"), (kinds[1], "helper")) == (
        3,
        "this test reads 'helper', which the test at line 2 binds in another process; tag both in-process or neither, "
        "or move 'helper' to a locked cell",
    )
    assert refused(F, (kinds[0], "helper = 1"), (kinds[0], "helper")) is None
