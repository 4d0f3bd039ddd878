"""Markers of regions in the styles that courses use."""

import pytest

from autograder.authoring.regions import find_regions
from autograder.importing.markers import NBGRADER, Delimiters, delimiters, joined, parts


def rewritten(source, is_code=True, words=NBGRADER):
    return joined(parts(source, words)[0], is_code)


EXACT = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"


@pytest.mark.parametrize(
    "begin, end",
    [
        ("    ### BEGIN SOLUTION", "    ### END SOLUTION"),
        ("    # BEGIN SOLUTION", "    # END SOLUTION"),
        ("    ### BEGIN SOLUTION ###", "    ### END SOLUTION ###"),
        ("    ##BEGIN SOLUTION: the sum", "    ##END SOLUTION"),
        ("### BEGIN SOLUTION", "### END SOLUTION"),
        ("    # begin solution", "    # end solution"),
        ("    ### BEGIN_SOLUTION", "    ### END_SOLUTION"),
        ("    # Start of solution", "    # End of solution"),
    ],
)
def test_a_solution_gets_exact_markers_with_the_indent_of_its_code(begin, end):
    assert rewritten(f"def f():\n{begin}\n    return 1\n{end}") == EXACT


@pytest.mark.parametrize("words", ["HIDDEN TESTS", "HIDDEN TEST"])
def test_so_do_hidden_tests(words):
    source = f"assert 1\n### BEGIN {words}\nassert 2\n### END {words}"
    assert [region.kind for region in find_regions(rewritten(source))] == ["HIDDEN TESTS"]


def test_words_of_the_courses_configuration_are_markers():
    words = Delimiters(NBGRADER.begin | {"SOLUTION": "<sol>"}, NBGRADER.end | {"SOLUTION": "</sol>"})
    assert rewritten("def f():\n    # <sol>\n    return 1\n    # </sol>", words=words) == EXACT


def test_a_region_without_an_end_reaches_to_the_end_of_the_cell():
    split, wrong = parts("x = 1\n### BEGIN SOLUTION\ny = 2")
    assert joined(split, True) == "x = 1\n### BEGIN SOLUTION\ny = 2\n### END SOLUTION"
    assert wrong == ["BEGIN SOLUTION had no end: its region now reaches to the end of the cell."]


def test_a_region_inside_another_ends_it_and_a_lone_end_goes():
    split, wrong = parts("### BEGIN SOLUTION\na\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\n### END SOLUTION")
    assert [(part.kind, part.lines) for part in split] == [("SOLUTION", ("a",)), ("HIDDEN TESTS", ("b",))]
    assert len(wrong) == 2


def test_code_on_the_line_of_a_marker_is_hidden_too():
    assert rewritten("x = 1 ### BEGIN SOLUTION\ny = 2\n### END SOLUTION").startswith("### BEGIN SOLUTION\nx = 1\ny")


@pytest.mark.parametrize("line", ["# beginning of the solution process", "# this ends", "# solution"])
def test_other_comments_are_no_markers(line):
    assert rewritten(line) == line


def test_the_words_come_from_the_settings():
    words = delimiters({("ClearSolutions", "begin_solution_delimeter"): "# BS", ("ClearHiddenTests", "x"): "y"})
    assert words.begin["SOLUTION"] == "# BS" and words.end == NBGRADER.end
