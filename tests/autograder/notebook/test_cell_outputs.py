"""The kept output of a cell has a limited size in the bytes of a notebook's file, whatever the cell outputs."""

import io
import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.execution.kernel_client import take_in
from autograder.grading.record import _write
from autograder.notebook.cell_outputs import Outputs

LIMIT = 10_000
BEYOND = 12_000  # bytes beyond the limit: an error, a result and a note, all shortened
EMOJI = "\U0001f600"


def shown(text):
    return {"data": {"text/plain": text}, "metadata": {}}


def named(text, display_id):
    return {**shown(text), "transient": {"display_id": display_id}}


def error(name="E", value="", traceback=()):
    return {"ename": name, "evalue": value, "traceback": list(traceback)}


def nested(depth):
    return json.loads("[" * depth + "]" * depth)


def wide(depth):
    return json.loads("[" * depth + "[]," * 500 + "0" + "]" * depth)


FLOODS = {
    "prints": [("stream", {"name": "stdout", "text": "x" * 50})],
    "prints of emoji": [("stream", {"name": "stdout", "text": EMOJI * 50})],
    "prints of control characters": [("stream", {"name": "stdout", "text": "\x01" * 50})],
    "empty lines": [("stream", {"name": "stdout", "text": "\n" * 50})],
    "empty prints": [("stream", {"name": "stdout", "text": ""})],
    "two streams by turns": [("stream", {"name": name, "text": "x"}) for name in ("stdout", "stderr")],
    "displays of nothing": [("display_data", {"data": {}, "metadata": {}})],
    "displays of lines": [("display_data", shown("\n" * 500))],
    "displays of emoji": [("display_data", shown(EMOJI * 500))],
    "displays of types": [("display_data", {"data": {f"a/{i}": "" for i in range(90)}, "metadata": {}})],
    "displays of long types": [("display_data", {"data": {EMOJI * 900: ""}, "metadata": {}})],
    "displays of deep JSON": [("display_data", {"data": {"application/json": nested(400)}, "metadata": {}})],
    "displays of wide JSON": [("display_data", {"data": {"application/json": wide(depth=40)}, "metadata": {}})],
    "displays of long numbers": [("display_data", {"data": {"application/json": [10**4000] * 3}, "metadata": {}})],
    "sizes of long numbers": [
        ("display_data", {"data": {"a": ""}, "metadata": {"a": {"width": 10**4000, "height": -1}}})
    ],
    "displays with an id": [("display_data", named("x", f"{i}" * 900)) for i in range(9)],
    "updates": [("display_data", named("", "a")), ("update_display_data", named("x" * 900, "a"))],
    "clearing": [("stream", {"name": "stdout", "text": "x" * 90}), ("clear_output", {"wait": False})],
    "clearing with the next": [("execute_result", shown("x" * 90)), ("clear_output", {"wait": True})],
    "results": [("execute_result", shown(EMOJI * 500))],
    "results of nothing": [("execute_result", {"data": {}, "metadata": {}})],
    "results and errors": [("execute_result", shown("")), ("error", error())],
    "errors": [("error", error("E" * 900, EMOJI * 900, [EMOJI * 900] * 9))],
    "errors of empty lines": [("error", error("", "\n" * 900, [""] * 900))],
    "errors of control characters": [("error", error("\x01" * 900, "\x01" * 900, ["\x01" * 900] * 9))],
}


def sizes(outputs):
    """Sizes of the kept outputs in bytes: (as JSON from a worker, in the recorded notebook)."""
    kept = [nbformat.from_dict(output) for output in outputs.finished()]
    with_outputs, without = (
        {"metadata": {}, "cells": [{"cell_type": "code", "source": "", "metadata": {}, "outputs": shown}]}
        for shown in (kept, [])
    )
    recorded = [io.StringIO(), io.StringIO()]
    for notebook, file in zip((with_outputs, without), recorded, strict=True):
        _write(nbformat.from_dict(notebook), file)
    beside, alone = (len(file.getvalue().encode()) for file in recorded)
    return len(json.dumps(kept)), beside - alone


@pytest.mark.parametrize("messages", FLOODS.values(), ids=FLOODS)
@pytest.mark.parametrize("limit", [LIMIT, 0])
def test_a_flood_of_any_kind_is_kept_up_to_the_limit(messages, limit):
    outputs = Outputs(limit)
    for _ in range(2000):
        for kind, content in messages:
            take_in(outputs, kind, content)
    assert max(sizes(outputs)) <= limit + BEYOND


TEXTS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from('\n\r\0"\\' + EMOJI)), max_size=3000)
VALUES = st.recursive(TEXTS | st.integers() | st.floats() | st.none(), lambda inner: st.lists(inner, max_size=9))
BUNDLES = st.dictionaries(st.sampled_from(["text/plain", "application/json", "image/png"]), VALUES)
STEPS = st.one_of(
    st.tuples(st.just("stream"), st.sampled_from(["stdout", "stderr"]), TEXTS),
    st.tuples(st.just("display"), BUNDLES, st.just({}), st.sampled_from([None, "a"]), st.booleans()),
    st.tuples(st.just("result"), BUNDLES, st.just({})),
    st.tuples(st.just("error"), TEXTS, TEXTS, st.lists(TEXTS, max_size=5)),
    st.tuples(st.just("clear"), st.booleans()),
    st.tuples(st.just("too_long")),
)


@given(st.lists(STEPS, max_size=30), st.integers(0, 5000))
def test_so_is_any_mixture(steps, limit):
    outputs = Outputs(limit)
    for name, *arguments in steps:
        getattr(outputs, name)(*arguments)
        assert max(sizes(outputs)) <= limit + BEYOND
    assert any(o["output_type"] == "error" for o in outputs.finished()) == any(name == "error" for name, *_ in steps)


def test_what_decides_is_kept_though_nothing_else_is():
    outputs = Outputs(100)
    outputs.stream("stdout", "x" * 1000)
    outputs.result({"text/plain": "2.5"}, {})
    outputs.result({"text/plain": "7.0"}, {})
    outputs.error("ValueError", "first", ["its traceback"])
    outputs.error("ValueError", "second", [])
    results = [o["data"] for o in outputs.finished() if o["output_type"] == "execute_result"]
    errors = [(o["evalue"], o["traceback"]) for o in outputs.finished() if o["output_type"] == "error"]
    assert (results, errors) == ([{"text/plain": "2.5"}], [("first", ["its traceback"])])


def test_an_error_that_takes_the_place_of_another_is_kept():
    outputs = Outputs(0)
    outputs.error("KeyboardInterrupt", "", [])
    outputs.drop_errors("KeyboardInterrupt")
    outputs.error("TimeLimit", "did not finish", [])
    assert [o["ename"] for o in outputs.finished() if o["output_type"] == "error"] == ["TimeLimit"]


def test_what_fits_is_kept_as_it_is():
    outputs, picture = Outputs(10_000), {"image/png": "aGVsbG8=", "text/plain": "<Figure>"}
    outputs.stream("stdout", "eins\nzwei \N{LATIN SMALL LETTER U WITH DIAERESIS}\n")
    outputs.display(picture, {"image/png": {"width": 640.5, "height": 480, "unconfined": True}})
    outputs.display({"application/x+json": {"b": [1, None, True]}, "a/json": {"d": 1}}, {})
    outputs.result({"text/plain": "3"}, {})
    stream, display, data, result = outputs.finished()
    assert stream["text"] == "eins\nzwei ü\n"
    assert (display["data"], display["metadata"]) == (picture, {"image/png": {"width": 640.5, "height": 480}})
    assert data["data"] == {"application/x+json": {"b": [1, None, True]}, "a/json": '{"d": 1}'}
    assert result["data"] == {"text/plain": "3"}


def test_a_cut_says_so_once():
    outputs = Outputs(2000)
    for _ in range(100):
        outputs.stream("stdout", "x" * 99 + "\n")
        outputs.display({"text/plain": "y"}, {})
    assert str(outputs.finished()).count("[output cut here: 2,000 bytes of a cell's output are kept]") == 1


@pytest.mark.parametrize(
    ("kind", "content"),
    [("display_data", {"data": {"application/json": nested(900)}, "metadata": {}}),
     ("error", error(nested(900), nested(900), [nested(900)])),
     ("display_data", {"data": {"a": nested(900)}, "metadata": {"a": nested(900)}, "transient": nested(900)})],
)  # fmt: skip
def test_no_nesting_stops_the_run(kind, content):
    take_in(Outputs(LIMIT), kind, content)


@pytest.mark.parametrize(("depth", "kept"), [(50, True), (51, False)])
def test_data_may_be_nested_fifty_deep(depth, kept):
    outputs = Outputs(100_000)
    outputs.display({"application/json": nested(depth)}, {})
    [shown] = outputs.finished()
    assert (shown["data"]["application/json"] == nested(depth)) is kept
    assert ("nested too deep" in str(shown)) is not kept


@pytest.mark.parametrize(
    ("side", "kept"), [(0, True), (100_000, True), (100_001, False), (-1, False), (True, False), ("9", False)]
)
def test_a_side_of_a_picture_is_a_number_of_pixels(side, kept):
    outputs = Outputs(10_000)
    outputs.display({"image/png": "AAAA"}, {"image/png": {"width": side}})
    assert outputs.finished()[0]["metadata"] == ({"image/png": {"width": side}} if kept else {})


def test_five_errors_of_a_cell_are_kept():
    outputs = Outputs(100_000)
    for number in range(6):
        outputs.error("ValueError", str(number), [])
    assert [output["evalue"] for output in outputs.finished()] == list("01234") and outputs.has_error


@pytest.mark.parametrize(("length", "replaced"), [(200, True), (201, False)])
def test_a_display_is_found_again_by_an_id_of_at_most_200_characters(length, replaced):
    outputs, name = Outputs(10_000), "i" * length
    outputs.display({"text/plain": "old"}, {}, name)
    outputs.display({"text/plain": "new"}, {}, name, update=True)
    assert outputs.finished()[0]["data"]["text/plain"] == ("new" if replaced else "old")


def test_the_name_of_an_error_has_at_most_200_bytes():
    outputs = Outputs(100_000)
    outputs.error("E" * 198 + "\u00e9" * 9, "", [])
    assert outputs.finished()[0]["ename"] == "E" * 198  # plus two quotes; an escaped \u00e9 takes six bytes
    outputs = Outputs(100_000)
    outputs.error("E" * 300, "", [])
    assert outputs.finished()[0]["ename"] == "E" * 198


def test_an_output_fits_to_the_last_byte():
    def size(outputs):
        outputs.stream("stdout", "x" * 50)
        return outputs.size

    exact = size(Outputs(10_000))
    whole, cut = Outputs(exact), Outputs(exact - 1)
    assert size(whole) == size(cut) == exact
    assert whole.finished()[0]["text"] == "x" * 50 and "[output cut here: " in cut.finished()[0]["text"]
    assert (whole.kept, cut.kept) == (exact, exact - 1)


def test_what_was_cleared_is_gone_now_or_with_the_next():
    outputs = Outputs(10_000)
    outputs.stream("stdout", "old")
    outputs.error("ValueError", "", [])
    outputs.clear(wait=True)
    assert [output["output_type"] for output in outputs.finished()] == ["stream", "error"]
    outputs.stream("stdout", "new")
    assert [output.get("text") for output in outputs.finished()] == [None, "new"]
    outputs.clear()
    assert [output["output_type"] for output in outputs.finished()] == ["error"]


def test_raw_bytes_and_lines_become_text():
    outputs = Outputs(10_000)
    outputs.display({"image/png": b"hello", "text/plain": ["a", "b"], "application/json": ["a", "b"], "a/b": [1]}, {})
    assert outputs.finished()[0]["data"] == {
        "image/png": "aGVsbG8=", "text/plain": "ab", "application/json": "ab", "a/b": "[1]",
    }  # fmt: skip
