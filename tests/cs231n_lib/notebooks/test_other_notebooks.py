import json
import traceback

import numpy as np
import pytest

from cs231n_lib.notebooks.other_notebooks import NotFinished, functions_of

STUB = '    raise NotImplementedError("exercise {}: write your code here")'


def code(source, grade_id=None, tags=(), **record):
    metadata = {"tags": list(tags)} if tags else {}
    if grade_id:
        metadata["nbgrader"] = {"grade_id": grade_id, "grade": False, "solution": False, "locked": True} | record
    return {"cell_type": "code", "metadata": metadata, "source": source}


def solution(grade_id, source):
    return code(source, grade_id, solution=True, locked=False)


SETUP = code("import numpy as np\n%matplotlib inline\nprint('setup')\ndef half(x):\n    return x / 2", "setup")
DOUBLE = solution("double", "def double(x):\n    return 2 * np.asarray(x)")
FOUR_TIMES = solution("four_times", "def four_times(x):\n    return double(double(x))")


@pytest.fixture
def folder(tmp_path):
    """folder(*cells): write net.ipynb with these cells and return its folder."""

    def write(*cells):
        (tmp_path / "net.ipynb").write_text(json.dumps({"cells": [*cells], "nbformat": 4}), encoding="utf-8")
        return tmp_path

    return write


def said(names, folder):
    with pytest.raises(NotFinished) as error:
        functions_of("net", names, folder)
    return str(error.value)


def test_the_functions_come_in_the_order_asked_for(folder):
    four_times, double = functions_of("net", ["four_times", "double"], folder(SETUP, DOUBLE, FOUR_TIMES))
    np.testing.assert_array_equal([double([1, 2]), four_times([1, 2])], [[2, 4], [4, 8]])


def test_the_notebook_beside_this_one_by_default(folder, monkeypatch):
    monkeypatch.chdir(folder(SETUP, DOUBLE))
    (double,) = functions_of("net", ["double"])
    assert double(3) == 6


def test_nothing_of_the_notebook_is_printed(folder, capsys):
    functions_of("net", ["double"], folder(SETUP, solution("double", "print('!')\n" + DOUBLE["source"])))
    assert capsys.readouterr().out == ""


def test_the_source_may_be_a_list_of_lines(folder):
    lines = DOUBLE["source"].splitlines(keepends=True)
    (double,) = functions_of("net", ["double"], folder(SETUP, DOUBLE | {"source": lines}))
    assert double(3) == 6


def test_a_line_that_begins_with_a_percent_sign_and_is_no_magic(folder):
    source = "def odd(x):\n    return (x\n            % 2) == 1"
    assert functions_of("net", ["odd"], folder(solution("odd", source)))[0](3)


def test_a_cell_magic_above_an_exercise(folder):
    assert functions_of("net", ["double"], folder(SETUP, solution("double", "%%time\n" + DOUBLE["source"])))[0](3) == 6


@pytest.mark.parametrize("line", ["!pip install x", "files = !ls", "here, = %pwd", "%time 1", "print?", "?print"])
def test_a_line_of_jupyter_s_in_an_exercise(folder, line):
    assert functions_of("net", ["double"], folder(SETUP, solution("double", f"{line}\n{DOUBLE['source']}")))[0](3) == 6


def test_a_helper_in_the_cell_of_an_exercise_that_is_not_used(folder):
    other = solution("other", "def third(x):\n    return x / 3\ndef other(x):\n" + STUB.format("other"))
    ninth = solution("ninth", "def ninth(x):\n    return third(third(x))")
    assert functions_of("net", ["ninth"], folder(SETUP, other, ninth))[0](9) == 1


def test_helpers_and_imports_of_other_cells_are_there(folder):
    own = code("from math import sqrt as root\nnumber = undefined + 1\ndef twice(f):\n    return f(4)")
    quarter = solution("quarter", "def quarter(x):\n    return half(half(x)) + 0 * root(twice(half))")
    (function,) = functions_of("net", ["quarter"], folder(SETUP, own, quarter))
    assert function(8) == 2


@pytest.mark.parametrize(
    "other",
    [
        code("raise SystemExit", "test_double_values", grade=True),
        code("import no_such_package\nnumber = 1 / 0"),
        code("%%bash\nls -l | wc"),
        code("!pip list\nx = = 1"),
        code("def half(x):\n    raise SystemExit\nhalf(1)", "demo", tags=["skip-execution"]),
        solution("later", "def later(x):\n    return x\n1 / 0"),
        solution("much_later", "def much_later(x):\n" + STUB.format("much_later")),
        {"cell_type": "markdown", "metadata": {}, "source": "# Double"},
    ],
    ids=lambda cell: cell["source"].split("\n")[0],
)
def test_other_cells_do_no_harm(folder, other):
    (double,) = functions_of("net", ["double"], folder(SETUP, other, DOUBLE))
    assert double(3) == 6


def test_an_exercise_that_is_not_written_is_named(folder):
    stub = solution("double", "def double(x):\n    " + '"""Twice x."""\n' + STUB.format("double"))
    text = said(["four_times"], folder(SETUP, stub, FOUR_TIMES))
    assert text.startswith("Finish double in net.ipynb first") and "works without it" in text


def test_of_several_the_first_in_the_notebook_is_named(folder):
    stubs = [solution(name, f"def {name}(x):\n" + STUB.format(name)) for name in ("a", "b", "c")]
    assert said(["c", "b"], folder(*stubs)).startswith("Finish b in")


def test_a_function_with_the_stub_left_below_its_return_is_written(folder):
    source = DOUBLE["source"] + "\n" + STUB.format("double")
    assert functions_of("net", ["double"], folder(SETUP, solution("double", source)))[0](1) == 2


@pytest.mark.parametrize(
    "cells, words",
    [
        ([SETUP, FOUR_TIMES], "net.ipynb has no exercise double"),
        ([solution("double", "def double(x):\n    return 1\n1 / 0")], "double in net.ipynb raises ZeroDivisionError"),
        ([solution("double", "def double(x)\n    return 1")], "double in net.ipynb has a syntax error (line 1"),
        ([solution("double", "def twice(x):\n    return 1")], "double in net.ipynb does not define a function of that"),
    ],
)
def test_what_is_wrong_with_a_cell(folder, cells, words):
    assert words in said(["double"], folder(*cells))


def test_a_missing_notebook(tmp_path):
    assert f"There is no net.ipynb in {tmp_path}" in said(["double"], tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": [{}]}', '{"cells": 1}', "\0"])
def test_a_file_that_is_no_notebook(tmp_path, content):
    (tmp_path / "net.ipynb").write_text(content)
    assert "net.ipynb cannot be read as a notebook" in said(["double"], tmp_path)


def test_a_traceback_shows_the_students_line(folder):
    (double,) = functions_of("net", ["double"], folder(SETUP, DOUBLE))
    try:
        double()
    except TypeError:
        pass
    try:
        double(object())
    except TypeError as error:
        text = "".join(traceback.format_exception(error))
    assert "<net.ipynb, double>" in text and "return 2 * np.asarray(x)" in text
