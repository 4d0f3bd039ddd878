"""Check that each name is clearly the student's or the instructor's: tests and solutions run in two processes."""

import ast
import builtins
import dis
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.notebook.bound_names import bound_names, parsed
from autograder.notebook.cell_record import IN_PROCESS_TAG

if TYPE_CHECKING:
    from autograder.authoring.source import SourceCell

_IPYTHON = {"In", "Out", "exit", "quit", "get_ipython", "display", "_", "__", "___"}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_GLOBAL_READS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}


def unclear_name(cells: Sequence["SourceCell"]) -> tuple["SourceCell", str] | None:
    """The first cell of a source with a name whose owner is unclear, and what is wrong; None if all names are clear.

    An exercise may not have a name that Python or IPython defines, and a solution may not bind one that a test reads,
    because the tests would use Python's. A test reads a name that a solution binds from the student's notebook, so the
    instructor's other cells may not bind it too. A test in the student's process (`in-process`) may read anything
    there, but no test may read what a test in the other process binds.
    """
    code = [cell for cell in cells if cell.cell_type == "code"]
    solutions = [cell for cell in code if cell.record and cell.record["solution"]]
    tests = [cell for cell in code if cell.record and cell.record["grade"] and cell not in solutions]
    judged = [cell for cell in tests if IN_PROCESS_TAG not in cell.tags]
    others = [cell for cell in code if cell not in solutions and (cell in judged or cell not in tests)]
    read = {cell.line: names_read(cell.source) - bound_names(cell.source) for cell in tests}
    read_in_judge = {name for cell in judged for name in read[cell.line]}
    return (
        _own_names(solutions, read_in_judge)
        or _shared_names(solutions, others, [(cell, read[cell.line]) for cell in judged])
        or _of_the_other_process(tests, judged, read)
    )


Unclear = tuple["SourceCell", str] | None


def _own_names(solutions: Sequence["SourceCell"], read_in_judge: set[str]) -> Unclear:
    for cell in solutions:
        exercises = {node.name for node in parsed(cell.source).body if isinstance(node, _DEFINITIONS)}
        for name in sorted(bound_names(cell.source) & (exercises | read_in_judge)):
            if hasattr(builtins, name) or name in _IPYTHON:
                return cell, f"the solution binds {name!r}, but the tests would get Python's own; choose another name"
    return None


def _shared_names(
    solutions: Sequence["SourceCell"], others: Sequence["SourceCell"], judged: list[tuple["SourceCell", set[str]]]
) -> Unclear:
    imported: set[str] = set().union(*(names_imported(cell.source) for cell in solutions))
    solved = {name: cell for cell in solutions for name in bound_names(cell.source) - imported}
    bound: dict[str, SourceCell] = {}
    for cell in reversed(others):
        bound.update(dict.fromkeys(bound_names(cell.source), cell))
    for cell, names in judged:
        for name in sorted(names):
            if name in imported and name not in bound:
                return cell, f"this test reads {name!r}, which only a solution imports; import it in a locked cell"
            if name in solved and name in bound:
                return cell, (
                    f"this test reads {name!r}, which the solution at line {solved[name].line} binds, but the cell at "
                    f"line {bound[name].line} binds it too, and the test would get that; rename one of them"
                )
    return None


def _of_the_other_process(
    tests: Sequence["SourceCell"], judged: Sequence["SourceCell"], read: dict[int, set[str]]
) -> Unclear:
    if len(tests) == len(judged):
        return None
    for number, cell in enumerate(tests):
        for other in tests[:number]:
            if (cell in judged) == (other in judged):
                continue
            for name in sorted(read[cell.line] & bound_names(other.source)):
                return cell, (
                    f"this test reads {name!r}, which the test at line {other.line} binds in another process; tag "
                    f"both {IN_PROCESS_TAG} or neither, or move {name!r} to a locked cell"
                )
    return None


def names_imported(source: str) -> set[str]:
    """The names that the import statements at the top level of a cell bind."""
    imports = [statement for statement in parsed(source).body if isinstance(statement, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name.partition(".")[0] for statement in imports for alias in statement.names}


def names_read(source: str) -> set[str]:
    """The global names that a cell reads, also in functions and comprehensions."""
    names: set[str] = set()
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    codes = [compile(parsed(source), "<cell>", "exec", flags=flags, dont_inherit=True, optimize=0)]
    while codes:
        code = codes.pop()
        names.update(i.argval for i in dis.get_instructions(code) if i.opname in _GLOBAL_READS)
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return names
