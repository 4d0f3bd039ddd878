import pytest

from autograder.authoring.regions import HIDDEN_TESTS, SOLUTION, MarkerError, Region, find_regions, without_regions

CELL = """def f(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION
f(1)
### BEGIN HIDDEN TESTS
f(2)
### END HIDDEN TESTS"""


def test_finds_regions_with_their_lines():
    assert find_regions(CELL) == [Region(SOLUTION, 1, 3), Region(HIDDEN_TESTS, 5, 7)]


def test_the_stub_is_indented_like_its_marker():
    assert without_regions(CELL, find_regions(CELL), "a\nb") == "def f(x):\n    a\n    b\nf(1)"


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("### BEGIN SOLUTION\nx", 0, "BEGIN SOLUTION has no end"),
        ("x\n### END SOLUTION", 1, "END SOLUTION has no beginning"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION", 1, "is inside an open region"),
        ("### BEGIN SOLUTION\n### BEGIN HIDDEN TESTS", 1, "first end that one (### END SOLUTION)"),
        ("### BEGIN SOLUTION\nx\n### END HIDDEN TESTS", 2, "END HIDDEN TESTS has no beginning"),
        ("x\n## BEGIN SOLUTION", 1, "write exactly ### BEGIN SOLUTION"),
        ("###BEGIN SOLUTION", 0, "write exactly ### BEGIN SOLUTION"),
        ("### BEGIN SOLUTIONS", 0, "write exactly ### BEGIN SOLUTION"),
        ("x = 1  ### BEGIN SOLUTION", 0, "write exactly ### BEGIN SOLUTION"),
        ("## BEGIN SOLUTON", 0, "write it exactly as ### BEGIN SOLUTION"),
        ("### BEGIN HIDDEN TEST", 0, "write it exactly as ### BEGIN HIDDEN TESTS"),
        ("### begin solution", 0, "write it exactly as ### BEGIN SOLUTION"),
        ("### END  SOLUTION", 0, "write it exactly as ### END SOLUTION"),
        ("# END_HIDDEN_TESTS", 0, "write it exactly as ### END HIDDEN TESTS"),
        ("### BEGIN MARK SCHEME", 0, "the kit does not use"),
        ("### HASHED AUTOTEST f(1)", 0, "the kit does not use"),
    ],
)
def test_refuses(source, line, message):
    with pytest.raises(MarkerError) as error:
        find_regions(source)
    assert error.value.line == line and message in error.value.message


@pytest.mark.parametrize(
    "source",
    ["# Begin with the distances.", "## The solution", "# hidden tests run later", "### End of part one", "end = 1"],
)
def test_ordinary_lines_are_no_markers(source):
    assert find_regions(source) == []
