"""Read and check the text after `# %%`: the type of the cell, its nbgrader record and its tags."""

import json
import math
import re
from typing import Any, NoReturn

from autograder.notebook.cell_record import IN_PROCESS_TAG, SKIP_TAG

Record = dict[str, Any]  # an nbgrader record as the source has it

CELL_TAGS = {SKIP_TAG, IN_PROCESS_TAG}  # the tags a source may use
_RECORD = {"grade": bool, "grade_id": str, "locked": bool, "schema_version": int, "solution": bool, "task": bool}
_GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # valid as nbgrader's grade_id and as nbformat's cell id
_PARTS = "after `# %%` write only [markdown], nbgrader={...}, tags=[...]"


class CellMarkerError(Exception):
    """A marker line breaks a rule; the message says which, and what to do."""


def parse_marker(text: str) -> tuple[str, Record | None, tuple[str, ...]]:
    """Read the text after `# %%`: `[markdown]`, then `nbgrader={...}` and `tags=[...]`, all of them optional.

    Returns
    -------
    cell_type
        "code" or "markdown".
    record
        The nbgrader record, or None.
    tags
        The tags.

    Raises
    ------
    CellMarkerError
        The text has another form, or the record or a tag is not allowed.
    """
    cell_type = "code"
    values: dict[str, Any] = {}
    kind = re.match(r"\s*\[(\w*)\]", text)
    if kind:
        if kind[1] != "markdown":
            _fail(f"[{kind[1]}] is not a cell type; write [markdown], or nothing for code")
        cell_type, text = "markdown", text[kind.end() :]
    text = text.strip()
    while text:
        key = re.match(r"(\w+)\s*=\s*", text)
        if not key:
            _fail(f"cannot read {text!r}; {_PARTS}")
        if key[1] not in ("nbgrader", "tags"):
            _fail(f"{key[1]!r} is not known; {_PARTS}")
        if key[1] in values:
            _fail(f"{key[1]} appears twice; merge the two")
        try:
            value, end = json.JSONDecoder(object_pairs_hook=_no_duplicates).raw_decode(text[key.end() :])
        except ValueError as error:
            _fail(f"{key[1]} is not JSON: {_json_problem(text[key.end() :], error)}")
        values[key[1]] = value
        text = text[key.end() + end :]
        if text and not text[0].isspace():
            _fail(f"cannot read {text!r} after {key[1]}; remove it")
        text = text.strip()
    record = _checked(cell_type, values["nbgrader"]) if "nbgrader" in values else None
    tags = _tags(values.get("tags"))
    if IN_PROCESS_TAG in tags and (cell_type != "code" or not record or not record["grade"] or record["solution"]):
        _fail(f"only a test cell can have the tag {IN_PROCESS_TAG}; remove the tag")
    return cell_type, record, tags


def _checked(cell_type: str, record: object) -> Record:
    if not isinstance(record, dict):
        _fail("nbgrader must be an object: nbgrader={...}")
    _check_keys(record)
    _check_meaning(cell_type, record)
    return record


def _check_keys(record: Record) -> None:
    for key in record:
        if key not in _RECORD and key != "points":
            _fail(f"the nbgrader record has an unknown key {key!r}; known: {', '.join(_RECORD)}, points")
    for key, kind in _RECORD.items():
        if key not in record:
            _fail(f"the nbgrader record has no {key!r}; write the whole record: {', '.join(_RECORD)}")
        if type(record[key]) is not kind:
            kinds = {bool: "true or false", str: "text in double quotes", int: "a whole number"}
            _fail(f"{key} = {json.dumps(record[key])} must be {kinds[kind]}")


def _check_meaning(cell_type: str, record: Record) -> None:
    grade, solution, locked = record["grade"], record["solution"], record["locked"]
    if record["schema_version"] != 3:
        _fail(f"schema_version = {record['schema_version']} must be 3, nbgrader's current one")
    if not _GRADE_ID.fullmatch(record["grade_id"]):
        _fail(f"grade_id {record['grade_id']!r} must be 1 to 64 of the letters A-Z a-z, digits, - and _")
    if re.fullmatch(r"cell-\d+", record["grade_id"]):
        _fail(f"grade_id {record['grade_id']!r} is a name that the build gives to other cells; choose another")
    if record["task"]:
        _fail("task cells are not supported; make it a manual question (grade and solution true)")
    if not (grade or solution or locked):
        _fail("grade, solution and locked are all false, so the record does nothing; set one, or remove the record")
    if solution and locked:
        _fail("solution and locked are both true, so students could not answer; set locked to false")
    if grade and not solution and not locked:
        _fail("a test cell must be locked; set locked to true")
    if cell_type == "markdown" and grade != solution:
        what = "a graded markdown cell must be a solution" if grade else "a markdown solution cell must be graded"
        _fail(f"{what}; set both grade and solution to true for a manual question")
    _check_points(record)


def _check_points(record: Record) -> None:
    if not record["grade"]:
        if "points" in record:
            _fail("the cell has points but grade is false; set grade to true, or remove the points")
        return
    if "points" not in record:
        _fail(f'the grade cell {record["grade_id"]!r} has no points; add "points": 1')
    points = record["points"]
    if isinstance(points, bool) or not isinstance(points, int | float) or not math.isfinite(points) or points < 0:
        _fail(f"points = {json.dumps(points)} must be a number, 0 or above")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for key, _ in pairs:
        if [name for name, _ in pairs].count(key) > 1:
            raise ValueError(f"the key {key!r} appears twice")
    return dict(pairs)


def _json_problem(text: str, error: ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    if "'" in text:
        return "use double quotes, not single ones"
    if re.search(r"\b(True|False|None)\b", text):
        return "write true and false in lower case"
    if text.count("{") > text.count("}"):
        return "a closing } is missing"
    if text.count("[") > text.count("]"):
        return "a closing ] is missing"
    return f"{error.msg} at {text[error.pos : error.pos + 20]!r}"


def _tags(tags: object) -> tuple[str, ...]:
    if tags is None:
        return ()
    if not isinstance(tags, list) or not tags:
        _fail('tags must be a list such as ["skip-execution"]')
    for tag in tags:
        if tag not in CELL_TAGS:
            _fail(f"the tag {tag!r} is not known; known: {', '.join(sorted(CELL_TAGS))}")
    return tuple(tags)


def _fail(problem: str) -> NoReturn:
    raise CellMarkerError(problem)
