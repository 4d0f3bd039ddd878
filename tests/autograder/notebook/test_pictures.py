"""Which attachments of a text cell are pictures; the attachments of students are untrusted."""

import pytest

from autograder.notebook.pictures import joined_text, pictures

DOTS = "iVBORw0KGgo="


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/gif"])
def test_pictures_of_dots_are_kept_with_their_data_on_one_line(kind):
    attached = {"a.png": {kind: [DOTS[:4] + "\n", DOTS[4:] + "\n"]}}
    assert pictures(attached) == {"a.png": {kind: DOTS}}


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "image/PNG", "", "image/png;x"])
def test_what_may_hold_a_program_is_no_picture_and_costs_the_others_nothing(kind):
    assert pictures({"a": {kind: DOTS, "image/png": DOTS}, "b": {kind: DOTS}}) == {"a": {"image/png": DOTS}}


@pytest.mark.parametrize("data", ["", " \n", DOTS + '"', "<svg>", "a=b", "===", "ä", 3, None, ["a", 3], {"a": "b"}])
def test_what_is_not_base64_is_no_picture(data):
    assert pictures({"a.png": {"image/png": data}}) == {}


@pytest.mark.parametrize("attached", [None, 3, "a.png", ["a.png"], {"a.png": None}, {"a.png": [DOTS]}, {"a.png": DOTS}])
def test_what_are_no_attachments_hold_no_pictures(attached):
    assert pictures(attached) == {}


def test_a_name_that_no_file_can_hold_is_left_out():
    assert pictures({"a\ud800.png": {"image/png": DOTS}, "ä b.png": {"image/png": DOTS}}) == {
        "ä b.png": {"image/png": DOTS}
    }


def test_text_is_one_string_or_a_list_of_strings():
    assert (joined_text("ab"), joined_text(["a", "b\n"]), joined_text([])) == ("ab", "ab\n", "")
    assert joined_text(["a", 3]) is joined_text(3) is joined_text(None) is joined_text(("a",)) is None
