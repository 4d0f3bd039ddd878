"""Check that each name is clearly the student's or the instructor's: tests and solutions run in two processes."""

import ast
import builtins
import dis
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.authoring.source import SourceCell

_IPYTHON = {"In", "Out", "exit", "quit", "get_ipython", "display", "_", "__", "___"}
_GLOBAL_READS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}


def unclear_name(cells: Sequence["SourceCell"]) -> tuple["SourceCell", str] | None:
    """The first cell of a source with a name whose owner is unclear, and what is wrong; None if all names are clear.

    A solution may not bind a name that Python or IPython defines, because the tests would use Python's. A test reads a
    name that a solution binds from the student's notebook, so the instructor's other cells may not bind it too.
    """
    from autograder.notebook.bound_names import bound_names

    code = [cell for cell in cells if cell.cell_type == "code"]
    solutions = [cell for cell in code if cell.record and cell.record["solution"]]
    others = [cell for cell in code if cell not in solutions]
    imported: set[str] = set()
    for cell in solutions:
        for name in sorted(bound_names(cell.source)):
            if hasattr(builtins, name) or name in _IPYTHON:
                return cell, f"the solution binds {name!r}, but the tests would get Python's own; choose another name"
        imported |= _names_imported(cell.source)
    solved = {name: cell for cell in solutions for name in bound_names(cell.source) - imported}
    bound: dict[str, SourceCell] = {}
    read: list[tuple[SourceCell, set[str]]] = []
    for cell in reversed(others):
        bound.update(dict.fromkeys(bound_names(cell.source), cell))
        if cell.record and cell.record["grade"]:
            read.append((cell, _names_read(cell.source) - bound_names(cell.source)))
    for cell, names in reversed(read):
        for name in sorted(names):
            if name in imported and name not in bound:
                return cell, f"this test reads {name!r}, which only a solution imports; import it in a locked cell"
            if name in solved and name in bound:
                return cell, (
                    f"this test reads {name!r}, which the solution at line {solved[name].line} binds, but the cell at "
                    f"line {bound[name].line} binds it too, and the test would get that; rename one of them"
                )
    return None


def _names_imported(source: str) -> set[str]:
    from autograder.notebook.bound_names import parsed

    imports = [statement for statement in parsed(source).body if isinstance(statement, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name.partition(".")[0] for statement in imports for alias in statement.names}


def _names_read(source: str) -> set[str]:
    """The global names that a cell reads, also in functions and comprehensions."""
    from autograder.notebook.bound_names import parsed

    names: set[str] = set()
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    codes = [compile(parsed(source), "<cell>", "exec", flags=flags, dont_inherit=True, optimize=0)]
    while codes:
        code = codes.pop()
        names.update(i.argval for i in dis.get_instructions(code) if i.opname in _GLOBAL_READS)
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return names
