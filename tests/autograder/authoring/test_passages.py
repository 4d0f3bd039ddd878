"""Code and prose as lines that can be compared, whatever their spacing."""

import pytest

from autograder.authoring.passages import (
    Line,
    code_lines,
    comment_lines,
    function_bodies,
    is_sentence,
    prose_lines,
    squeeze_text,
)

SENTENCE = "Subtract the largest score first."


def texts(lines):
    return [(line.number, line.text) for line in lines]


def test_a_line_of_code_is_a_logical_one_without_space_and_comments():
    source = "x = f(1,\n      2)  # why\n\n# a comment\nif x :\n    y = 'a  b'\n"
    assert code_lines(source) == [Line("x=f(1,2)", 1), Line("ifx:", 5), Line("y='ab'", 6)]


def test_the_last_line_of_code_needs_no_end():
    assert texts(code_lines("a = 1; b = 2\nc = 3")) == [(1, "a=1;b=2"), (2, "c=3")]


def test_a_line_of_code_has_the_number_of_its_first():
    assert texts(code_lines("\n\nx = [\n1,\n]\ny = 2\n")) == [(3, "x=[1,]"), (6, "y=2")]


def test_what_does_not_tokenize_is_taken_as_it_stands():
    source = "  x = (1 # one\n\n# comment\n  y  =  '#2'\n"
    assert texts(code_lines(source)) == [(1, "x=(1"), (4, "y='#2'")]
    assert texts(code_lines("    return x\n  y = 1\n z = 2")) == [(1, "returnx"), (2, "y=1"), (3, "z=2")]


def test_comments_that_are_sentences_are_prose():
    source = f"x = 1  # {SENTENCE}\n# too short\n    ## {SENTENCE}\n#\n"
    squeezed = "Subtractthelargestscorefirst."
    assert comment_lines(source) == [Line(squeezed, 1, prose=True), Line(squeezed, 3, prose=True)]


def test_a_number_sign_within_a_word_begins_no_comment():
    assert comment_lines(f"x = 'a#{SENTENCE}'") == []


def test_lines_of_prose_are_sentences_without_signs_at_their_start():
    text = f"short\n> * {SENTENCE}\n\n- one more\n  # {SENTENCE}"
    squeezed = "Subtractthelargestscorefirst."
    assert prose_lines(text) == [Line(squeezed, 2, prose=True), Line(squeezed, 5, prose=True)]


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("Subtract the largest score first", True),
        ("Subtract the largest score", False),
        ("so it is an x of me or of us to be", False),  # only words of at least three letters count
        ("one two six ten and", True),
        ("on two six ten and", False),
        ("x_max the_largest 123 4567 8910", False),
        ("größte Zahl über allen Zeilen", True),
    ],
)
def test_five_words_are_a_sentence(text, enough):
    assert is_sentence(text) is enough


@pytest.mark.parametrize("sign", [" ", "\t", "#", ">", "*", "+", "|", "-"])
def test_signs_at_the_start_of_a_line_are_no_part_of_a_text(sign):
    assert squeeze_text(f"{sign}a - b\n{sign} {sign}c") == "a-bc"


def test_statements_of_functions_without_docstrings():
    source = """
'''Module.'''
def outer(x):
    '''Docstring.'''
    a = 1
    def inner():
        return a
    return inner

class C:
    '''Docstring.'''
    b = 2
    async def method(self):
        '''Docstring.'''
        return b

c = 3
"""
    bodies = [texts(body) for body in function_bodies(source)]
    outer = [(5, "a=1"), (6, "definner():"), (7, "returna"), (8, "returninner")]
    assert sorted(bodies) == sorted([outer, [(15, "returnb")], [(7, "returna")]])


def test_a_header_of_several_lines_is_no_part_of_a_body():
    assert [texts(body) for body in function_bodies("def f(\n    a,\n    b=1,\n):\n    return a\n")] == [
        [(5, "returna")]
    ]
