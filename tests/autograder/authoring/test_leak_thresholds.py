"""How much of a secret counts as a leak: each threshold in docs/course-format.md, tested on both sides."""

import json

import pytest

from autograder.authoring import passages
from autograder.authoring.leaks import Passage, Secrets, find_leaks
from autograder.authoring.passages import Line


def line(length, mark="x"):
    """A statement of `length` characters without white space; statements with different marks share no passage."""
    return f"{mark}=" + f"{mark}+" * ((length - 3) // 2) + mark * (1 + (length - 3) % 2)


def lines(count, length):
    return [line(length, mark) for mark in "abcdefghijklm"[:count]]


def passage(texts, hidden_test=False):
    found = [Line(text.replace(" ", ""), number) for number, text in enumerate(texts, start=1)]
    return Passage("first/secret.py", tuple(found), hidden_test)


@pytest.fixture
def leaks(tmp_path):
    """leaks(secret, told, where) is whether the released lines `told` give away the lines `secret`."""

    def look(secret, told, where, commonplace=(), **options):
        text = "\n".join(told) + "\n"
        if where == "library":
            (tmp_path / "module.py").write_text(text)
        elif where == "prose":
            (tmp_path / "README.md").write_text(text)
        else:
            cell = {"cell_type": "code", "source": text, "metadata": {}, "outputs": []}
            (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [cell]}))
        return bool(find_leaks(tmp_path, Secrets((passage(secret, **options),), frozenset(commonplace))))

    return look


def test_the_lines_of_these_tests_are_as_long_as_they_say():
    assert [len(line(length)) for length in (15, 16, 23, 24, 49, 50)] == [15, 16, 23, 24, 49, 50]
    assert [found.text for found in passages.code_lines("\n".join(lines(9, 30)))] == lines(9, 30)


@pytest.mark.parametrize(("length", "told"), [(24, True), (23, False)])
def test_in_prose_one_line_of_24_characters(leaks, length, told):
    secret = [line(length), *lines(9, 40)]
    assert leaks(secret, secret[:1], "prose") is told


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (1, 0), (7, 7)])
def test_in_prose_it_may_stand_anywhere(leaks, before, after):
    secret = [line(24), *lines(9, 40)]
    assert leaks(secret, ["." * before + secret[0] + "." * after], "prose")


@pytest.mark.parametrize(("length", "told"), [(50, True), (49, False)])
def test_in_the_library_one_line_of_50_characters(leaks, length, told):
    secret = [line(length), *lines(9, 40)]
    assert leaks(secret, secret[:1], "library") is told


@pytest.mark.parametrize(("count", "told"), [(6, True), (5, False)])
def test_in_code_six_lines_on_end(leaks, count, told):
    secret = lines(13, 20)
    assert leaks(secret, secret[2 : 2 + count], "code") is told
    assert leaks(secret, [*secret[0:3], *secret[4:7]], "code") is False  # six lines, with another between them


def test_in_code_six_lines_of_a_hidden_test_may_be_those_of_a_visible_one(leaks):
    assert leaks(lines(13, 20), lines(6, 20), "code", hidden_test=True) is False


@pytest.mark.parametrize(("count", "told"), [(3, True), (2, False)])
def test_in_the_library_three_lines_on_end(leaks, count, told):
    secret = lines(13, 24)
    assert leaks(secret, secret[:count], "library") is told


@pytest.mark.parametrize(("length", "told"), [(24, True), (23, False)])
def test_one_of_the_three_has_24_characters(leaks, length, told):
    secret = [line(length), *lines(9, 20)]
    assert leaks(secret, secret[:3], "library") is told


@pytest.mark.parametrize("where", ["code", "library"])
@pytest.mark.parametrize(("length", "told"), [(60, True), (61, False)])
def test_three_quarters_of_a_region(leaks, where, length, told):
    # commonplace lines that are not consecutive: 60 of 80 characters, or of 81
    secret = [line(20, "a"), line(length - 40, "z"), line(20, "b"), line(20, "c")]
    found = [secret[0], secret[2], secret[3]]
    assert leaks(secret, found, where, commonplace=secret) is told


@pytest.mark.parametrize(("total", "told"), [(50, True), (49, False)])
def test_but_not_of_a_region_of_fewer_than_50_characters(leaks, total, told):
    secret = [line(20, "a"), line(total - 20, "b")]
    assert leaks(secret, secret, "code", commonplace=secret) is told


@pytest.mark.parametrize(("length", "told"), [(16, True), (15, False)])
def test_a_line_of_16_characters_is_found_within_another(leaks, length, told):
    secret = [line(length, mark) for mark in "abcdefg"]
    assert leaks(secret, [f"print({text})" for text in secret], "code") is told


@pytest.mark.parametrize(
    "name",
    ["a.pyc", "a.pyo", "a.so", "a.pyd", "a.dll", "a.dylib", "a.o", "a.c", "a.db", "a.pkl", "a.egg-info", "b.so/a.txt"],
)
def test_files_that_nobody_can_see_into_are_refused(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"")
    assert len(find_leaks(tmp_path, Secrets((), frozenset()))) == 1
