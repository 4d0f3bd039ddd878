"""What may follow `# %%`, as docs/course-format.md defines it.

test_source.py tests the file and line in the error message.
"""

import json

import pytest

from autograder.authoring.cell_marker import CellMarkerError, parse_marker

SOLUTION = {"grade": False, "grade_id": "f", "locked": False, "schema_version": 3, "solution": True, "task": False}


def record(**changes):
    values = SOLUTION | changes
    return "nbgrader=" + json.dumps({key: value for key, value in values.items() if value is not None})


TEST = record(grade=True, locked=True, solution=False, points=2, grade_id="test_f")
MANUAL = record(grade=True, points=3, grade_id="question")


def test_a_marker_without_text_is_of_code():
    assert parse_marker("") == ("code", None, ()) == parse_marker("  ")


@pytest.mark.parametrize("text", ["[markdown]", " [markdown]", "[markdown] "])
def test_markdown_is_said(text):
    assert parse_marker(text) == ("markdown", None, ())


def test_a_record_and_tags_in_either_order():
    tags = 'tags=["skip-execution"]'
    for text in (f"{record()} {tags}", f"{tags} {record()}", f"  {tags}\t{record().replace('=', ' = ', 1)}  "):
        assert parse_marker(text) == ("code", SOLUTION, ("skip-execution",))


@pytest.mark.parametrize(
    "text",
    [
        TEST,
        "[markdown] " + MANUAL,
        MANUAL,
        record(locked=True, solution=False),
        "[markdown] " + record(locked=True, solution=False),
        *(record(grade=True, locked=True, solution=False, points=points) for points in (0, 0.5, 3)),
        *(record(grade_id=name) for name in ("a" * 64, "A-z_09", "cell-", "cell-a", "a-cell-3")),
    ],
)
def test_what_is_in_order(text):
    kind, read, tags = parse_marker(text)
    assert kind == ("markdown" if text.startswith("[") else "code") and tags == ()
    assert read == json.loads(text.partition("=")[2])


@pytest.mark.parametrize("key", SOLUTION)
def test_each_key_of_a_record_is_needed_and_has_its_kind(key):
    for changes, said in (({key: None}, f"has no {key!r}"), ({key: []}, f"{key} = [] must be ")):
        with pytest.raises(CellMarkerError) as error:
            parse_marker(record(**changes))
        assert said in str(error.value)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("nbgrader={'grade': true}", "nbgrader is not JSON: use double quotes"),
        ('nbgrader={"grade": False}', "write true and false in lower case"),
        ('nbgrader={"grade": true', "a closing } is missing"),
        ('nbgrader={"grade": True}', "write true and false in lower case"),
        ('nbgrader={"grade": None}', "write true and false in lower case"),
        ("tags=[]", "tags must be a list"),
        ('tags=["skip-execution", "slow"]', "the tag 'slow' is not known; known: in-process, skip-execution"),
        ('tags=["skip-execution"] tags=["skip-execution"]', "tags appears twice; merge the two"),
        (record(grade=True, solution=False, locked=True, points=float("inf")), "points = Infinity must be a number"),
        (record(grade=True, solution=False, locked=True, points=-0.5), "points = -0.5 must be a number, 0 or above"),
        (record(schema_version=4), "schema_version = 4 must be 3"),
        (record(grade=True), "has no points"),
        (
            record(solution=False, locked=True, points=0),
            "the cell has points but grade is false; set grade to true, or remove the points",
        ),
        ('nbgrader={"grade": true,, "a": 1}', "nbgrader is not JSON"),
        ('nbgrader={"grade": true, "grade": false}', "the key 'grade' appears twice"),
        ('nbgrader = ["grade"]', "nbgrader must be an object"),
        ('{"grade": true}', "cannot read"),
        ('nbgarder={"grade": true}', "'nbgarder' is not known"),
        ("A title", "cannot read 'A title'"),
        ("[markdown", "cannot read '[markdown'"),
        ("[raw]", "[raw] is not a cell type; write [markdown], or nothing for code"),
        ("[md]", "[md] is not a cell type; write [markdown], or nothing for code"),
        (f"{TEST} {TEST}", "nbgrader appears twice; merge the two"),
        (f"{TEST}x", "cannot read 'x' after nbgrader"),
        ('tags=["skip-exec"]', "the tag 'skip-exec' is not known; known: in-process, skip-execution"),
        ('tags="skip-execution"', "tags must be a list"),
        ('tags=["skip-execution"', "a closing ] is missing"),
        (record(points=None, grade=None), "has no 'grade'"),
        (record(task=None), "has no 'task'"),
        (record(checksum="0" * 32), "unknown key 'checksum'"),
        (record(grade=1), "grade = 1 must be true or false"),
        (record(schema_version="3"), 'schema_version = "3" must be a whole number'),
        (record(schema_version=2), "schema_version = 2 must be 3"),
        (record(grade_id=""), "grade_id '' must be 1 to 64 of"),
        (record(grade_id="a b"), "grade_id 'a b' must be 1 to 64 of"),
        (record(grade_id="ä"), "must be 1 to 64 of"),
        (record(grade_id="a" * 65), "must be 1 to 64 of"),
        (record(grade_id="cell-3"), "is a name that the build gives to other cells; choose another"),
        (record(grade_id=7), "grade_id = 7 must be text"),
        (record(task=True), "task cells are not supported"),
        (record(solution=False), "the record does nothing"),
        (record(locked=True), "solution and locked are both true"),
        (record(grade=True, solution=False, points=1), "a test cell must be locked"),
        (record(grade=True, solution=False, locked=True), "has no points"),
        (record(grade=True, solution=False, locked=True, points=-1), "points = -1 must be a number, 0 or above"),
        (record(grade=True, solution=False, locked=True, points="2"), 'points = "2" must be a number'),
        (record(grade=True, solution=False, locked=True, points=True), "points = true must be a number"),
        (record(grade=True, solution=False, locked=True, points=float("nan")), "points = NaN must be a number"),
        (record(points=2), "the cell has points but grade is false; set grade to true, or remove the points"),
        (record() + ' tags=["in-process"]', "only a test cell can have the tag in-process"),
        ('tags=["in-process"]', "only a test cell can have the tag in-process"),
        ("[markdown] " + TEST, "a graded markdown cell must be a solution; set both grade and solution to true"),
        ("[markdown] " + record(), "a markdown solution cell must be graded; set both grade and solution to true"),
    ],
)
def test_refuses_a_marker_line(marker, message):
    with pytest.raises(CellMarkerError) as error:
        parse_marker(marker)
    assert message in str(error.value)
