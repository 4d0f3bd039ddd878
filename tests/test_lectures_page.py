"""docs/lectures.md, the map of the lectures, holds against the notebooks: links, exercises, sections, questions."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from autograder.authoring.source import read_cells
from autograder.course.course_toml import load_course

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "lectures.md"
COURSE = load_course(ROOT / "assignments")
NOTEBOOKS = {
    COURSE.source(entry.name, notebook).resolve(): notebook
    for entry in COURSE.assignments.values()
    for notebook in entry.notebooks
}
TEXT = re.sub(r"<!--.*?-->", "", PAGE.read_text("utf-8"), flags=re.DOTALL)
MAP, _, TO_READ = TEXT.partition("\n## To read\n")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in MAP.splitlines()
    if line.startswith("| ") and not line.startswith("| topic |")
]
LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")
CODE = re.compile(r"`([^`]+)`")


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


ANCHORS = {anchor(heading) for heading in re.findall(r"^#{2,3} (.*)$", TEXT, re.M)}


@cache
def contents(notebook):
    """Return the exercises, the sections and the number of questions of a notebook source."""
    cells = read_cells(notebook)
    graded = [cell for cell in cells if cell.record and cell.record["solution"]]
    exercises = {cell.grade_id for cell in graded if cell.cell_type == "code"}
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    sections = {heading for heading in re.findall(r"^###? (.*)$", prose, re.M) if not heading.startswith("Exercise ")}
    return exercises, sections, len(graded) - len(exercises)


def linked(row):
    """Return the notebook source that a row links to, or None if it links to a paragraph."""
    ((_, target),) = LINK.findall(row[1])
    return None if target.startswith("#") else (PAGE.parent / target).resolve()


def exists(name):
    """Whether the library has this name, such as cs231n_lib.layers.affine_forward."""
    module, _, attribute = name.rpartition(".")
    return hasattr(import_module(module), attribute)


def test_the_tables_have_rows():
    assert len(ROWS) > 80
    assert {len(row) for row in ROWS} == {4}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0][:40]} {row[1][:20]}")
def test_what_a_row_names_is_there(row):
    (name, target), *others = LINK.findall(row[1])
    assert not others
    if target.startswith("#"):
        assert target[1:] in ANCHORS and row[2:] == ("", "")
        return
    notebook = linked(row)
    assert NOTEBOOKS.get(notebook) == name
    exercises, sections, num_questions = contents(notebook)
    assert set(CODE.findall(row[2])) <= exercises
    shown = CODE.sub("", row[3])
    assert set(re.findall(r"\*([^*]+)\*", shown)) <= sections
    assert all(1 <= int(number) <= num_questions for number in re.findall(r"question (\d+)", shown))
    assert [found for found in CODE.findall(row[3]) if not exists(found)] == []
    assert row[2] or row[3], "the row names nothing in the notebook"


def test_the_cells_hold_nothing_else():
    """So that no name is left out of the tests because of its form."""
    for row in ROWS:
        assert CODE.sub("", row[2]).strip() == ""
        assert re.fullmatch(r"(((\*[^*]+\*|question \d|`[^`]+`)(, )?)*)", row[3]), row[3]


def test_a_topic_without_a_name_continues_the_row_above():
    assert ROWS[0][0]
    assert not [row for row, above in zip(ROWS[1:], ROWS, strict=False) if not row[0] and row[1] == above[1]]


def test_every_exercise_of_the_course_is_on_the_map():
    named = {(linked(row), exercise) for row in ROWS for exercise in CODE.findall(row[2])}
    missing = [
        (notebook, exercise)
        for source, notebook in NOTEBOOKS.items()
        for exercise in sorted(contents(source)[0])
        if (source, exercise) not in named
    ]
    assert missing == []


def test_every_paragraph_is_linked_from_the_map_and_has_something_to_read():
    paragraphs = re.split(r"^### ", TO_READ, flags=re.M)[1:]
    linked_to = {target[1:] for _, target in LINK.findall(MAP) if target.startswith("#")}
    assert len(paragraphs) > 10
    for paragraph in paragraphs:
        heading, _, text = paragraph.partition("\n")
        assert anchor(heading) in linked_to
        assert re.search(r"^\*[^*]+\(\d{4}\)[^*]*\*$|^\*[^*]+\d{4}\)[^*]*\*$", text.strip(), re.M | re.DOTALL), heading


def test_links_within_the_page_lead_somewhere():
    assert [target for _, target in LINK.findall(TEXT) if target.startswith("#") and target[1:] not in ANCHORS] == []
