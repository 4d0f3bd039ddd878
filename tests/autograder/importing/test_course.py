"""A whole course becomes text sources that build."""

import json
import os
import re

import pytest
from nbformat import v4

from autograder.authoring.source import read_source
from autograder.course.course_toml import load_course
from autograder.errors import KitError
from autograder.importing.course import import_course

SOLVED = "def f():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION"


def write(path, *cells, **metadata):
    """Write a notebook of (kind, source) cells; kinds: code, text, solution, test."""
    made = []
    for number, (kind, source) in enumerate(cells):
        new = v4.new_markdown_cell(source) if kind == "text" else v4.new_code_cell(source)
        if kind in ("solution", "test"):
            flags = {"grade": kind == "test", "solution": kind == "solution", "locked": False, "task": False}
            new.metadata["nbgrader"] = {"schema_version": 3, "grade_id": f"{kind}{number}", **flags}
            new.metadata["nbgrader"] |= {"points": 1} if kind == "test" else {}
        made.append(new)
    notebook = v4.new_notebook(cells=made, metadata=metadata)
    notebook.nbformat_minor = 2
    for new in made:
        del new["id"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


KERNEL = {"language": "Python", "name": "x", "display_name": "x"}
EXERCISE = (("solution", SOLVED), ("test", "assert f() == 1"))


def test_assignments_notebooks_and_files_with_names_that_the_kit_accepts(tmp_path):
    course, out = tmp_path / "my course", tmp_path / "out"
    write(course / "source" / "hw10" / "intro.ipynb", *EXERCISE)
    write(course / "source" / "hw 2" / "Part 1 - intro.ipynb", *EXERCISE)
    write(course / "source" / "hw 2" / "intro.ipynb", *EXERCISE)
    write(course / "source" / "hw 2" / ".ipynb_checkpoints" / "intro-checkpoint.ipynb", *EXERCISE)
    (course / "source" / "hw 2" / "data").mkdir()
    (course / "source" / "hw 2" / "data" / "a b.csv").write_text("1")
    (course / "source" / "hw 2" / "helper.py").write_text("x = 1")
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'c 101'\n")
    imported = import_course(course, out)
    loaded = load_course(out)
    assert loaded.id == "c_101"
    assert {name: entry.notebooks for name, entry in loaded.assignments.items()} == {
        "hw_2": ("intro", "Part_1_-_intro"),
        "hw10": ("hw10_intro",),
    }
    assert loaded.assignments["hw_2"].files == ("helper.py", "data/a b.csv")
    assert (out / "hw_2" / "data" / "a b.csv").read_text() == "1"
    for name, entry in loaded.assignments.items():
        for notebook in entry.notebooks:
            assert len(read_source(loaded.source(name, notebook)).cells) == 2
    report = imported.report.read_text()
    assert "Its name was 'Part 1 - intro.ipynb'" in report and "Assignments: 2. Notebooks: 3. Tests: 3;" in report


def test_the_folder_of_one_assignment_is_a_course(tmp_path):
    write(tmp_path / "hw1" / "a.ipynb", *EXERCISE)
    assert [entry.name for entry in import_course(tmp_path / "hw1", tmp_path / "out").assignments] == ["hw1"]


def test_what_needs_a_hand_is_said(tmp_path):
    write(tmp_path / "hw" / "a.ipynb", ("code", "import no_such_module_here\nx = 1"), ("test", "assert x == ("))
    write(tmp_path / "hw" / "r.ipynb", *EXERCISE, kernelspec={"language": "R", "name": "ir", "display_name": "R"})
    (tmp_path / "hw" / "broken.ipynb").write_text("{")
    for name in ("solutions.pdf", "data.pkl"):
        (tmp_path / "hw" / name).write_text("1")
    said = [
        (where, note.place, note.what) for where, note in import_course(tmp_path / "hw", tmp_path / "out").all_notes()
    ]
    text = str(said)
    assert "its language is R" in text and "it is not a notebook" in text
    assert "imports no_such_module_here, which this Python does not have" in text
    assert any(
        re.match(r"line 1\d of the source", place) and "The build refuses it: " in what for _, place, what in said
    )
    assert {"solutions.pdf", "data.pkl"} <= {place for _, place, _ in said}


def test_images_inside_text_become_files(tmp_path):
    write(tmp_path / "hw" / "a.ipynb", ("text", "![x](attachment:my%20pic.png)"), *EXERCISE)
    path = tmp_path / "hw" / "a.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["attachments"] = {"my pic.png": {"image/png": "aGVsbG8="}}
    path.write_text(json.dumps(notebook))
    import_course(tmp_path / "hw", tmp_path / "out")
    assert (tmp_path / "out" / "hw" / "a_1_1.png").read_bytes() == b"hello"
    assert "# ![x](a_1_1.png)" in (tmp_path / "out" / "hw" / "a.py").read_text()
    assert load_course(tmp_path / "out").assignments["hw"].files == ("a_1_1.png",)


def test_header_and_footer_of_the_course_are_part_of_each_notebook(tmp_path):
    write(tmp_path / "source" / "header.ipynb", ("text", "Your name:"))
    write(tmp_path / "source" / "hw" / "a.ipynb", *EXERCISE)
    (tmp_path / "nbgrader_config.py").write_text("c.IncludeHeaderFooter.header = 'source/header.ipynb'\n")
    import_course(tmp_path, tmp_path / "out")
    assert read_source(tmp_path / "out" / "hw" / "a.py").cells[0].source == "Your name:"


def test_an_import_writes_into_a_new_folder_only(tmp_path):
    write(tmp_path / "hw" / "a.ipynb", *EXERCISE)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x").write_text("")
    with pytest.raises(KitError, match="exists and is not empty"):
        import_course(tmp_path / "hw", tmp_path / "out")
    with pytest.raises(KitError, match="There are no notebooks"):
        import_course(tmp_path / "out", tmp_path / "new")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "b.ipynb").write_text("{")
    with pytest.raises(KitError, match=r"No notebook in .* could be read.*\n  broken: b.ipynb: It was left out: it is"):
        import_course(tmp_path / "broken", tmp_path / "new")
    with pytest.raises(KitError, match="is not a folder"):
        import_course(tmp_path / "none", tmp_path / "new")


def test_a_target_inside_the_assignment_is_not_imported_itself(tmp_path):
    write(tmp_path / "hw" / "a.ipynb", *EXERCISE)
    (tmp_path / "hw" / "d.txt").write_text("")
    assert import_course(tmp_path / "hw", tmp_path / "hw" / "out").assignments[0].files == ["d.txt"]


def test_files_that_are_not_copied_are_named(tmp_path):
    write(tmp_path / "hw" / "a.ipynb", *EXERCISE)
    for name in ("b\\c.txt", "n\nl.txt", os.fsdecode(b"b\xff.txt")):
        (tmp_path / "hw" / name).write_text("")
    (tmp_path / "hw" / "link.txt").symlink_to(tmp_path)
    (tmp_path / "hw" / "gone.txt").symlink_to(tmp_path / "nowhere")
    imported = import_course(tmp_path / "hw", tmp_path / "out")
    assert imported.assignments[0].files == []
    noted = [note.place for note in imported.assignments[0].notes if "was not copied" in note.what]
    assert len(noted) == 5 and {"link.txt", "gone.txt"} < set(noted) and all(map(str.isprintable, noted))


def test_parts_without_the_format_of_a_notebook_are_named(tmp_path):
    path = tmp_path / "hw" / "a.ipynb"
    write(path, ("text", "![x](attachment:x.png)"), ("test", "assert 1"), *EXERCISE, kernelspec=KERNEL)
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["attachments"] = {"x.png": {"image/png": "a"}}
    notebook["cells"][1]["metadata"]["nbgrader"]["points"] = "many"
    notebook["cells"][2]["source"] += "  # \ud800"
    path.write_text(json.dumps(notebook))
    del notebook["cells"][1]["metadata"]["nbgrader"], notebook["cells"][1]["source"]
    path.with_name("b.ipynb").write_text(
        json.dumps({**notebook, "cells": [notebook["cells"][3], {"cell_type": "code"}]})
    )
    write(path.with_name("deep.ipynb"), ("code", "-" * 200_000 + "1"), *EXERCISE)
    notes = {
        (where, note.place): note.what for where, note in import_course(tmp_path / "hw", tmp_path / "out").all_notes()
    }
    assert "is damaged" in notes["hw/a", "cell 1"]
    assert "0 points now" in notes["hw/a", "cell 2 (assert 1)"]
    assert "Lone surrogates" in notes["hw/a", "cell 3 (def f():)"]
    assert "It was left out" in notes["hw", "b.ipynb"] and "nested too deeply" in notes["hw", "deep.ipynb"]


def test_a_failed_import_leaves_nothing(tmp_path):
    write(tmp_path / "hw" / "a.ipynb", *EXERCISE)
    (tmp_path / "hw" / "header.json").write_text("{")
    config = tmp_path / "hw" / "nbgrader_config.py"
    config.write_text("c.IncludeHeaderFooter.header = 'header.json'\n")
    with pytest.raises(KitError, match=r"header.json, the header in nbgrader_config.py: it is not a notebook"):
        import_course(tmp_path / "hw", tmp_path / "out")

    def interrupt(name):
        raise KeyboardInterrupt

    config.unlink()
    (tmp_path / "out").mkdir()
    with pytest.raises(KeyboardInterrupt):
        import_course(tmp_path / "hw", tmp_path / "out", progress=interrupt)
    assert list((tmp_path / "out").iterdir()) == []
