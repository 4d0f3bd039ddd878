"""Replace imports from nose, which many older courses use in tests and current Pythons cannot install."""

import re
import unittest

from autograder.importing.cells import ImportedCell, Notes

_IMPORT = re.compile(r"^([ \t]*)from nose\.tools import \(?([\w, \t]+?)\)?[ \t]*(?:#.*)?$", re.M)
_OTHER_NAMES = {"ok_": "assertTrue", "eq_": "assertEqual", "assert_equals": "assertEqual", "assert_": "assertTrue"}


def replace_nose(cells: list[ImportedCell], notes: Notes) -> None:
    """Bind the assertions that a cell imports from nose to those of unittest, which are the same functions."""
    for cell in cells:
        if cell.cell_type == "code" and (found := _IMPORT.search(cell.source)):
            cell.source = _IMPORT.sub(_bindings, cell.source)
            if _IMPORT.search(cell.source):
                notes.by_hand(cell, f"`{found[0].strip()}`: nose cannot be installed. Write an assert.")
            else:
                notes.changed(cell, "Its assertions of nose, which cannot be installed, are those of unittest now.")


def _bindings(statement: re.Match[str]) -> str:
    indent, names = statement[1], re.findall(r"(\w+)(?:\s+as\s+(\w+))?", statement[2])
    lines = [f"{indent}import unittest"]
    for name, other in names:
        method = _OTHER_NAMES.get(name) or re.sub(r"_(\w)", lambda letter: letter[1].upper(), name)
        if not hasattr(unittest.TestCase, method):
            return statement[0]
        lines.append(f"{indent}{other or name} = unittest.TestCase().{method}")
    return "\n".join(lines)
