"""The format of a bank: what is read, and what is refused with a line number."""

import textwrap

import bank
import pytest

RIGHT = """\
# %% right: in a loop
def total(numbers):
    result = 0
    for number in numbers:
        result += number
    return result
# %% right: twice half
def total(numbers):
    half = 0
    for number in numbers:
        half += number / 2
    for number in ():
        half += number / 2
    return 2 * half

"""


def read(folder, text):
    (folder / "total.bank").write_text(text)
    return bank.read_bank(folder / "total.bank")


def last(folder, text):
    """Return the last answer of a bank that consists of RIGHT and `text`."""
    return read(folder, RIGHT + text)[-1]


def test_a_right_answer_is_read_as_it_stands(tmp_path):
    first, second = read(tmp_path, RIGHT)
    assert (first.kind, first.name, first.cells, first.line, first.cause) == ("right", "in a loop", (), 1, None)
    assert (second.name, second.line) == ("twice half", 7)
    assert first.source == "".join(RIGHT.splitlines(keepends=True)[1:6])


def test_a_wrong_answer_is_an_edit_of_the_first_right_one(tmp_path):
    answer = last(tmp_path, "# %% wrong: begins at 1 -> test_sum, test_empty\n-    result = 0\n+    result = 1\n\n")
    assert (answer.kind, answer.cells, answer.line) == ("wrong", ("test_sum", "test_empty"), 16)
    assert answer.source == read(tmp_path, RIGHT)[0].source.replace("result = 0", "result = 1")


def test_an_edit_of_another_right_answer_may_have_several_hunks_and_lines_that_stay(tmp_path):
    answer = last(
        tmp_path,
        """\
# %% wrong: the second half is lost -> test_sum
# cause: half
# edit of: twice half
 def total(numbers):
+    numbers = list(numbers)
...
-    for number in ():
-        half += number / 2
-    return 2 * half
+
+    return half
""",
    )
    expected = """\
def total(numbers):
    numbers = list(numbers)
    half = 0
    for number in numbers:
        half += number / 2

    return half
"""
    assert (answer.source, answer.cause) == (expected, ("half",))


def test_a_wrong_answer_may_stand_in_full(tmp_path):
    assert last(tmp_path, "# %% wrong: zero -> test_sum\ndef total(n):\n    return 0\n").source.endswith("return 0\n")


def test_the_cause_of_a_wrong_answer_is_read(tmp_path):
    text = "# %% wrong: a -> test_sum\n# cause: |Sign| | opposite\nx = 1\n# %% wrong: b -> test_sum\nx = 2\n"
    assert [answer.cause for answer in read(tmp_path, text)] == [("|Sign|", "opposite"), None]


WRONG = "# %% wrong: a -> test_sum\n"
MALFORMED = {
    "no colon": ("# %% wrong a -> test_sum\n", 16, "A title is"),
    "no cells": ("# %% wrong: a\nx = 1\n", 16, "names the cells"),
    "cells of a right answer": ("# %% right: a -> test_sum\nx = 1\n", 16, "a right one names none"),
    "no name": ("# %% right: \nx = 1\n", 16, "no name"),
    "same name twice": ("# %% right: in a loop\nx = 1\n", 16, "Two answers are called 'in a loop'"),
    "syntax error": ("# %% right: a\nx = 1\ny = (\n", 18, "never closed"),
    "cause of a right answer": ("# %% right: a\n# cause: sign\nx = 1\n", 17, "A right answer stands in full"),
    "edit of, of a right answer": ("# %% right: a\n# edit of: b\nx = 1\n", 17, "A right answer stands in full"),
    "right answer as an edit": ("# %% right: a\n-    result = 0\n", 17, "Only a wrong one is an edit"),
    "cause in the wrong place": (WRONG + "x = 1\n# cause: sign\n", 18, "stands once after the title"),
    "two causes": (WRONG + "# cause: a\n# cause: b\nx = 1\n", 18, "stands once after the title"),
    "cause after edit of": (WRONG + "# edit of: twice half\n# cause: b\n+x\n", 18, "stands once after the title"),
    "empty cause": (WRONG + "# cause: sign |\nx = 1\n", 17, "empty phrase"),
    "unknown base": (WRONG + "# edit of: half\n-x\n", 16, "there is no right answer called 'half'"),
    "edit of, and in full": (WRONG + "# edit of: twice half\nx = 1\n", 18, "lines that begin with '-', '[+]'"),
    "no sign": (WRONG + "-    result = 0\nresult = 1\n", 18, "A line of an edit begins with"),
    "blank line": (WRONG + "-    result = 0\n\n-    return result\n", 18, "A line of an edit begins with"),
    "only added": (WRONG + "+    result = 0\n", 17, "removed or stays"),
    "empty hunk": (WRONG + "-    return result\n...\n", 19, "removed or stays"),
    "changes nothing": (WRONG + "-    result = 0\n+    result = 0\n", 17, "changes nothing"),
    "only stays": (WRONG + "     result = 0\n", 17, "changes nothing"),
    "nowhere": (WRONG + "-    result = 2\n", 17, "'in a loop' does not have these lines"),
    "not one after the other": (WRONG + "-    result = 0\n-    return result\n", 17, "one after the other"),
    "twice": (WRONG + "# edit of: twice half\n-        half += number / 2\n", 18, "fits 2 places of 'twice half'"),
    "out of order": (WRONG + "-    return result\n...\n-    result = 0\n", 19, "not in the order of 'in a loop'"),
    "overlapping": (WRONG + "     result = 0\n+    pass\n...\n-    result = 0\n", 20, "or overlap"),
    "syntax error after the edit": (WRONG + "-    result = 0\n+    result = (\n", 16, "Line 2 of the edited answer"),
}


@pytest.mark.parametrize(("text", "line", "problem"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_answer_is_refused_with_its_line(tmp_path, text, line, problem):
    with pytest.raises(bank.BankError, match=f"^total.bank:{line}: .*{problem}"):
        last(tmp_path, text)


def test_an_edit_before_any_right_answer_is_refused(tmp_path):
    with pytest.raises(bank.BankError, match="total.bank:1: An edit needs its right answer above it"):
        read(tmp_path, WRONG + "-    result = 0\n" + RIGHT)


def test_the_example_in_the_docstring_is_in_the_format(tmp_path):
    example = textwrap.dedent(bank.__doc__[bank.__doc__.index("    # %% right") : bank.__doc__.index("- The title")])
    assert [answer.kind for answer in read(tmp_path, example)] == ["right"] * 2 + ["wrong"] * 3
