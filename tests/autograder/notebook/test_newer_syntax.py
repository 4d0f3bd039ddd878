"""Syntax of another Python version is reported as such; an ordinary syntax error is not."""

import sys

import pytest
from nbformat.v4 import new_output

from autograder.notebook.newer_syntax import of_another_python

# (source, message of Python 3.11, the kit's explanation)
OTHER = [
    ("type Row = list[int]", "invalid syntax", "Python 3.12 (a type statement)"),
    ("def first[T](items: list[T]) -> T:", "expected '('", "Python 3.12 (type parameters)"),
    ("async def first[T](items):", "expected '('", "Python 3.12 (type parameters)"),
    ("class Stack[T]:", "invalid syntax", "Python 3.12 (type parameters)"),
    ("""print(f"{d["a"]}")""", "f-string: unmatched '['", "Python 3.12 (an f-string's own quotes in its braces)"),
    ("""x = rf'{d['a']:>{4}}'""", "f-string: unmatched '['", "Python 3.12 (an f-string's own quotes in its braces)"),
    (
        r"""f"{'\n'.join(a)}" """,
        "f-string expression part cannot include a backslash",
        "Python 3.12 (a backslash or # in the braces of an f-string)",
    ),
    ("def first[T = int](items):", "expected '('", "Python 3.13 (a default for a type parameter)"),
    ("""x = t"hello {name}" """, "invalid syntax", "Python 3.14 (a template string)"),
    (
        "except ValueError, np.linalg.LinAlgError:",
        "multiple exception types must be parenthesized",
        "Python 3.14 (exceptions without parentheses)",
    ),
    ("lazy import numpy as np", "invalid syntax", "Python 3.15 (a lazy import)"),
    (
        "[*row for row in rows]",
        "iterable unpacking cannot be used in comprehension",
        "Python 3.15 (unpacking in a comprehension)",
    ),
    (
        "print 'hello'",
        "Missing parentheses in call to 'print'. Did you mean print(...)?",
        "Python 2 (print or exec without parentheses)",
    ),
    (
        "except ValueError, error:",
        "multiple exception types must be parenthesized",
        "Python 2 (except with a comma)",
    ),
    ('raise ValueError, "no"', "invalid syntax", "Python 2 (raise with a comma)"),
    ("if x <> 3:", "invalid syntax", "Python 2 (<> for !=)"),
    (
        "exec 'x = 1'",
        "Missing parentheses in call to 'exec'. Did you mean exec(...)?",
        "Python 2 (print or exec without parentheses)",
    ),
]
SLIPS = [
    ("def f(:", "invalid syntax"),
    ("""print(f"{x")""", "f-string: expecting '}'"),
    ("""print(f"{x", {"a"})""", "f-string: expecting '}'"),
    ("type = = 3", "invalid syntax"),
    ("x = 'it's t\"here\"'", "unterminated string literal (detected at line 1)"),
    ("def f x:", "expected '('"),
    ("class A", "expected ':'"),
    ("except ValueError", "expected ':'"),
    ("x = dict[3", "'[' was never closed"),
]


def error(line, message, ename="SyntaxError"):
    shown = f"  \x1b[36mCell\x1b[39m, line 2\x1b[39m\n\x1b[31m    {line}\x1b[39m\n     ^\nSyntaxError: {message}\n"
    return new_output("error", ename=ename, evalue=f"{message} (123.py, line 2)", traceback=[shown])


@pytest.mark.parametrize(("line", "message", "said"), OTHER)
def test_what_another_python_has_is_named(line, message, said):
    assert of_another_python(error(line, message), here=(3, 11)) == f"this uses syntax of {said}"


@pytest.mark.parametrize(("line", "message"), SLIPS)
def test_a_slip_is_a_slip(line, message):
    assert of_another_python(error(line, message), here=(3, 11)) == ""


def test_what_this_python_has_is_not_named():
    line, message, _ = OTHER[0]
    assert of_another_python(error(line, message), here=(3, 12)) == ""
    assert of_another_python(error(line, message, "ValueError"), here=(3, 11)) == ""


@pytest.mark.parametrize(("line", "message", "said"), OTHER)
def test_the_messages_are_those_of_python(line, message, said):
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the messages are those of Python 3.11")
    before, after = "try:\n    pass\n" if line.startswith("except") else "", "\n    pass" if line.endswith(":") else ""
    with pytest.raises(SyntaxError) as caught:
        compile(before + line + after, "cell", "exec")
    assert caught.value.msg == message and line.strip() in caught.value.text
