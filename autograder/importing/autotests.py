"""Write nbgrader's AUTOTEST lines as plain tests.

`### AUTOTEST f(1); f(2)` asks nbgrader to run the solution and to write tests that compare with its values.
`### HASHED AUTOTEST f(3)` does the same without showing the value to students; here it becomes a hidden test.
"""

import ast
import json
import math
import os
import re
from collections.abc import Callable

from autograder.authoring.regions import HIDDEN_TESTS
from autograder.importing.cells import ImportedCell, Notes
from autograder.notebook.job import Files, Job, Surroundings

_LINE = re.compile(r"^(\s*)#+\s*(HASHED\s+)?AUTOTEST\b(.*)$")
_VALUE = "cs231n-autotest "
_TYPES = ("bool", "complex", "dict", "float", "int", "list", "set", "str", "tuple")
# a scalar of NumPy's shows itself as np.float64(1.0)
_PLAIN = "(lambda value: repr(value.item() if getattr(value, 'ndim', None) == 0 else value))"
Evaluate = Callable[[list[str]], list[str] | None]  # cells -> what each prints; None if nothing can be run


def write_autotests(cells: list[ImportedCell], notes: Notes, evaluate: Evaluate) -> None:
    """Replace the AUTOTEST lines in the cells of a notebook.

    evaluate: runs code cells in order, and returns what each prints. It is called only if there are such lines.
    """
    found = [cell for cell in cells if cell.cell_type == "code" and any(map(_LINE.match, cell.source.split("\n")))]
    for cell in cells:
        if cell not in found:  # the word alone means something to nbgrader
            cell.source = cell.source.replace("AUTOTEST", "autotest")
    if not found:
        return
    values = _values(cells, evaluate)
    for cell in found:
        lines: list[str] = []
        open_questions = []
        for number, line in enumerate(cell.source.split("\n")):
            autotest = _LINE.match(line)
            if not autotest:
                lines.append(line)
                continue
            written = []
            for place, snippet in enumerate(_snippets(autotest[3])):
                value = values.get((id(cell), number, place))
                if value is None:
                    open_questions.append(snippet)
                    written.append(f"{autotest[1]}# compare {snippet} with its right value here")
                else:
                    written.append(autotest[1] + assertion(snippet, value))
            if autotest[2]:
                written = [f"### BEGIN {HIDDEN_TESTS}", *written, f"### END {HIDDEN_TESTS}"]
            lines += written
        cell.source = _merged("\n".join(lines)).replace("AUTOTEST", "autotest")  # in other lines
        if open_questions:
            shown = ", ".join(open_questions)
            notes.by_hand(cell, f"AUTOTEST has no plain value for {shown}. Write tests of it.")
        else:
            notes.changed(cell, "Its AUTOTEST lines are plain tests now, with the values of the solution.")


def _snippets(text: str) -> list[str]:
    return [snippet.strip() for snippet in text.split(";") if snippet.strip()]


def _merged(source: str) -> str:
    return source.replace(f"\n### END {HIDDEN_TESTS}\n### BEGIN {HIDDEN_TESTS}", "")


def assertion(snippet: str, value: str) -> str:
    """A test that the expression has this value, written as Python."""
    if value in _TYPES:
        return f"assert ({snippet}) is {value}, {_quoted(f'{snippet} is not {value}')}"
    constant = ast.literal_eval(value)
    if isinstance(constant, float) and math.isfinite(constant):
        return f"assert abs(({snippet}) - {value}) <= 1e-9 * max(1, abs({value})), {_quoted(f'{snippet} is wrong')}"
    if constant is None:
        return f"assert ({snippet}) is None, {_quoted(f'{snippet} is not None')}"
    return f"assert ({snippet}) == {value}, {_quoted(f'{snippet} is wrong')}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # JSON's escapes for characters beyond 16 bits mean others in Python


def _values(cells: list[ImportedCell], evaluate: Evaluate) -> dict[tuple[int, int, int], str]:
    """(cell, line, number of the snippet) -> its value as Python text, for plain values."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    printed = evaluate([_with_prints(cell.source) for cell in code]) or [""] * len(code)
    values = {}
    for cell, text in zip(code, printed, strict=True):
        for line in text.splitlines():
            if line.startswith(_VALUE):
                number, place, value = line.removeprefix(_VALUE).split(" ", 2)
                value = re.sub(r"^<class '(\w+)'>$", r"\1", value)
                if _is_plain(value):
                    values[id(cell), int(number), int(place)] = value
    return values


def _is_plain(value: str) -> bool:
    if value in _TYPES:
        return True
    try:
        ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _with_prints(source: str) -> str:
    lines = []
    for number, line in enumerate(source.split("\n")):
        autotest = _LINE.match(line)
        if autotest:
            for place, snippet in enumerate(_snippets(autotest[3])):
                lines.append(f"{autotest[1]}print({_VALUE + f'{number} {place}'!r}, {_PLAIN}({snippet}))")
        else:
            lines.append(line)
    return "\n".join(lines)


def evaluate_in_sandbox(files: Callable[[], Files]) -> Evaluate:
    """A function that runs code in the grader's sandbox, with these files beside it."""

    def evaluate(sources: list[str]) -> list[str] | None:
        from nbformat import v4, writes

        from autograder.execution import sandbox
        from autograder.workers.local_pool import LocalPool

        if sandbox.missing():
            return None
        notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        with LocalPool(1) as pool:
            job = Job(writes(notebook), Surroundings(isolation="sandbox", env=kept, files=files()))
            executed = pool.result(job, pool.submit(job))
        found = []
        for result in executed.results:
            outputs = result.outputs if result else ()
            found.append("".join(o["text"] for o in outputs if o["output_type"] == "stream" and o["name"] == "stdout"))
        return found

    return evaluate
