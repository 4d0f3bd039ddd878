"""The reasons a report tells: few, short, printable, whatever a student wrote."""

import json
import time

from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.grading.report import MOST_REASONS, REASON_LENGTH, explain


def raising(evalue):
    return new_code_cell("", outputs=[new_output("error", ename="ValueError", evalue=evalue)])


def test_reasons_are_told_once_and_only_so_many():
    problems = [f"problem {i}" for i in range(2 * MOST_REASONS) for _ in range(2)]
    reasons = explain("adding", new_notebook(), problems)
    assert reasons == [f"adding: problem {i}" for i in range(MOST_REASONS)] + [f"adding: and {MOST_REASONS} more"]


def test_very_many_problems_take_no_quadratic_time():
    start = time.process_time()
    explain("", new_notebook(), [f"problem {i}" for i in range(30_000)])
    assert time.process_time() - start < 3


def test_a_reason_is_one_short_line_that_can_be_stored():
    hostile = raising("a\x1b[31m\0\n\ud800\u202e" + "b" * 100_000)
    [reason, problem] = sorted(explain("", new_notebook(cells=[hostile]), ["x\ny" * 1_000]))
    assert "raised ValueError: a\ufffd[31m\ufffd \ufffd\ufffdbbb" in reason and reason.endswith("b…")
    assert problem.startswith("x yx y")
    assert all(len(line) == REASON_LENGTH and line.isprintable() for line in (reason, problem))
    json.dumps([reason, problem], ensure_ascii=False).encode()


def test_a_cell_of_the_students_that_raised_is_told_but_not_one_that_a_person_marks():
    mine, marked, locked = raising("mine"), raising("marked"), raising("locked")
    marked.metadata["nbgrader"] = {"grade_id": "q", "grade": True, "solution": True, "points": 1}
    locked.metadata["nbgrader"] = {"grade_id": "setup", "grade": False, "solution": False, "locked": True}
    assert explain("", new_notebook(cells=[mine, marked, locked]), []) == ["cell 1 raised ValueError: mine"]
