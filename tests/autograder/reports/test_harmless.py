"""What a page may hold, and for how long it may be made. The tests of the two kinds of pages try the limits."""

import signal
import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from autograder.reports.harmless import Room, TookTooLong, at_most, harmless_cell


def test_only_texts_and_outputs_that_are_shown_are_left():
    record = {"grade_id": "loss", "grade": True, "points": 2, "checksum": "0", "extra": "<b>"}
    cell = new_code_cell("x", metadata={"nbgrader": record, "other": "<b>"})
    cell.outputs = [new_output("display_data", data={"application/javascript": "alert(1)"})]
    cell.execution_count = "<b>"
    shown = harmless_cell(cell, Room())
    assert shown["metadata"]["nbgrader"].keys() <= {"grade_id", "grade", "points", "solution", "locked", "task"}
    assert shown["metadata"].keys() == {"nbgrader"} and shown["execution_count"] is None
    assert [output["text"] for output in shown["outputs"]] == [
        "[an output that is not shown here: application/javascript]"
    ]


def test_a_name_that_could_be_markup_is_not_kept():
    assert harmless_cell(new_code_cell("x", metadata={"nbgrader": {"grade_id": "<b>"}}), Room())["metadata"] == {}


def test_other_cells_are_left_out():
    assert harmless_cell(new_raw_cell("x"), Room()) is None


def test_a_page_has_room_for_a_million_characters_of_its_cells():
    room = Room()
    texts = [harmless_cell(new_markdown_cell("x" * 200_000), room)["source"] for _ in range(6)]
    assert [len(text) for text in texts[:5]] == [200_000] * 5 and "not shown" in texts[5]


def test_what_takes_too_long_is_stopped_and_the_alarm_is_off_afterwards():
    with pytest.raises(TookTooLong, match=r"0.05 s"), at_most(0.05):
        while True:
            time.process_time()
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_rendering_that_takes_too_long_is_not_taken_for_a_failure():
    def tedious(text):
        raise TookTooLong

    with pytest.raises(TookTooLong):
        Room().rendered(tedious, "x")
    assert Room().rendered(lambda text: text[5], "<") == "<pre>&lt;</pre>"
