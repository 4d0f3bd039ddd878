"""A cell that the template compiled before the fork runs as one that the judge compiles. One process runs both."""

import json
import re
import subprocess
import sys

import pytest

# each is run in both ways, in this order, in one namespace
CELLS = {
    "a value": "x = 1\nx + 1",
    "a value in the middle": "x\nx + 5;\nx + 7",
    "no value": "1;",
    "an error in a function": "def f(a):\n    return [b / 0 for b in a]\n\nf([1])",
    "an error in a method": "class C:\n    def m(self):\n        raise ValueError('x')\n\nC().m()",
    "a failing assertion": "y: int = 3\nassert y == 4, 'no'",
    "a warning of the compiler": "s = '\\d'\nprint(s)",
    "no Python": "x =",
    "an error of the compiler": "return 3",
    "await": "import asyncio\nawait asyncio.sleep(0)\n3",
    "the text of a function": "import inspect\ndef k():\n    return inspect.getsource(k)\nk(), k.__code__.co_filename",
    "a magic": "%%capture out\nprint(3)",
    "what it captured": "out.stdout",
    "a stand-in": "import google.colab\ngoogle.colab.drive.mount('/x')",
    "empty": "",
    "only a comment": "# nothing",
    "annotations that are run": "def g(a: int):\n    pass\ng.__annotations__",
    "all values": "get_ipython().ast_node_interactivity = 'all'",
    "all of them": "1\n2\n",
    "the last value again": "get_ipython().ast_node_interactivity = 'last_expr'",
    "a change of the syntax tree": (
        "import ast\nclass Double(ast.NodeTransformer):\n    def visit_Constant(self, node):\n"
        "        return ast.Constant(2 * node.value) if type(node.value) is int else node\n"
        "get_ipython().ast_transformers.append(Double())"
    ),
    "what was changed": "x = 4\nx",
    "no change": "get_ipython().ast_transformers.clear()",
    "the same cell again": "x = 4\nx",
    "the future": "from __future__ import annotations\ndef h(a: what):\n    pass\nh.__annotations__",
    "after it": "def i(a: whatever):\n    pass\ni.__annotations__",
}
PROGRAM = """
import json, os, sys
from autograder.execution.judge.shell import make_shell
from autograder.notebook.bound_names import in_python

def outcomes():
    found = []
    for cell in cells:
        kept = shell.keep_outputs(10**6)
        found.append([shell.run(cell), kept.finished()])
    return found

answers, cells = os.fdopen(os.dup(1), "w"), json.load(sys.stdin)
shell = make_shell()
if os.fork() == 0:
    answers.write(json.dumps(outcomes()) + "\\n")
    answers.flush()
    os._exit(0)
os.wait()
for cell in cells:
    shell.prepare(cell)
known = []
for cell in cells:
    try:
        known.append(shell.compile.knows(in_python(cell)))
    except SyntaxError:
        known.append(False)
answers.write(json.dumps(outcomes()) + "\\n" + json.dumps(known) + "\\n")
"""


@pytest.fixture(scope="module")
def both():
    """The outcomes of all cells if they are compiled by the judge, the outcomes if not, and which were compiled."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(list(CELLS.values())),
        capture_output=True,
        text=True,
        check=True,
    )
    return [dict(zip(CELLS, json.loads(line), strict=True)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("cell", CELLS)
def test_a_prepared_cell_has_the_same_outputs(both, cell):
    here, before = (re.sub(r"0x[0-9a-f]+", "0x", json.dumps(found[cell])) for found in both[:2])
    assert before == here


def test_only_cells_that_compile_silently_are_prepared(both):
    left = [cell for cell, known in both[2].items() if not known]
    assert left == ["a warning of the compiler", "no Python", "an error of the compiler", "await", "the future"]


def test_the_outputs_are_those_of_the_cells(both):
    ok, outputs = both[1]["a value"]
    assert ok and [output["data"]["text/plain"] for output in outputs] == ["2"]
    ok, outputs = both[1]["an error in a function"]
    text = "\n".join(outputs[0]["traceback"])
    assert not ok and "ZeroDivisionError" in text and "b / 0" in re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert both[1]["what was changed"][1][0]["data"]["text/plain"] == "8"
