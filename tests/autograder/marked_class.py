"""A small course with two written questions, and classes whose answers are written straight into a gradebook."""

import asyncio
import base64
import contextlib
import json
import queue
import struct
import threading
import zlib

from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook

from autograder.course.workspace import create
from autograder.notebook.cell_record import record_of

COURSE = """
[course]
id = "seeing"
title = "Seeing"

[[assignment]]
name = "pictures"
title = "Looking at pictures"
notebooks = ["seeing"]
"""

SEEING = """# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Seeing

# %% nbgrader={"grade": false, "grade_id": "demo_matrix", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
plot()

# %% [markdown]
# **Question 1**. What does a bright *row* of the picture say? Recall that $d_{ij} = \\|x_i - x_j\\|$.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_row", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The test image is far from all training images.
#
# Scheme
#
# - [2] a row is one **test** image
# - [1] which is far from nearly all training images
# - [1] because of its brightness
#
# A verdict without reasons: 1 point at most.
# ### END SOLUTION

# %% [markdown]
# **Question 2**. Why is prediction slow?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_slow", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# It compares with every training image.
#
# Scheme
#
# - [2] $O(N)$ comparisons
# - [1] and no training
# ### END SOLUTION
"""  # noqa: E501


def png(width, height, colour):
    """A picture of one colour, as base64."""
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    parts = [b"\x89PNG\r\n\x1a\n"]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        parts.append(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
    return base64.b64encode(b"".join(parts)).decode()


def make_course(folder, db=None):
    """Build and release the course; return its workspace."""
    from autograder.authoring.build import build
    from autograder.authoring.release import release

    sources = folder / "assignments" / "pictures"
    sources.mkdir(parents=True)
    (folder / "assignments" / "course.toml").write_text(COURSE)
    (sources / "seeing.py").write_text(SEEING)
    workspace = create(folder / "workspace", folder / "assignments", db)
    build(workspace, "pictures")
    release(workspace, "pictures")
    return workspace


def hand_in(workspace, answers, names=None, cells=None, outputs=None):
    """Record submissions as `cs231n grade` does; answers: {student: {grade_id: text}}, others are left as released.

    `cells` are added below the first question's answer, and `outputs` replace the picture of the demonstration.
    """
    built = json.loads((workspace.source("pictures") / "seeing.ipynb").read_text())
    picture = new_output("display_data", data={"image/png": png(64, 32, (200, 40, 90))})
    with Gradebook(workspace.db_url, workspace.course_id) as gradebook:
        for student, given in answers.items():
            first, last = (names or {}).get(student, (None, None))
            gradebook.update_or_create_student(student, first_name=first, last_name=last)
            gradebook.update_or_create_submission("pictures", student)
            made = []
            for cell in built["cells"]:
                if (record := record_of(cell)) is None:
                    made.append(cell)
                    continue
                cell = json.loads(json.dumps(cell))
                if record.is_question:
                    text = given.get(record.grade_id)
                    cell["source"] = "YOUR ANSWER HERE" if text is None else text
                    grade = gradebook.find_grade(record.grade_id, "seeing", "pictures", student)
                    grade.auto_score = 0 if text is None else None
                    grade.needs_manual_grade = text is not None
                else:
                    cell["outputs"] = outputs or [picture]
                made.append(cell)
                if record.grade_id == "question_row":
                    made += cells or []
            folder = workspace.autograded(student, "pictures")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "seeing.ipynb").write_text(json.dumps({**built, "cells": made}))
        gradebook.db.commit()
    return workspace


def added(text):
    """A cell that a student added."""
    return new_markdown_cell(text)


def given_to(workspace, student, grade_id="question_row"):
    """What nbgrader reads: points, whether it waits, comment."""
    with Gradebook(workspace.db_url, workspace.course_id) as gradebook:
        grade = gradebook.find_grade(grade_id, "seeing", "pictures", student)
        comment = gradebook.find_comment(grade_id, "seeing", "pictures", student)
        return grade.manual_score, grade.needs_manual_grade, comment.manual_comment


@contextlib.contextmanager
def served(desk, port=0):
    """The address of a server for the desk, which runs in a thread of this process."""
    from autograder.marking.server import start

    loop, begun = asyncio.new_event_loop(), queue.Queue()

    async def begin():
        return start(desk, port)

    def run():
        asyncio.set_event_loop(loop)
        begun.put(loop.run_until_complete(begin()))
        loop.run_forever()
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    server = begun.get()
    try:
        yield server.address
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
