"""Read what an import needs from a course's nbgrader_config.py, without running the file."""

import ast
from pathlib import Path
from typing import Any

from autograder.authoring.regions import HIDDEN_TESTS, SOLUTION
from autograder.importing.markers import NBGRADER, SCHEME, Delimiters

_DELIMITERS = {
    SOLUTION: ("ClearSolutions", "{}_solution_delimeter"),
    HIDDEN_TESTS: ("ClearHiddenTests", "{}_test_delimeter"),
    SCHEME: ("ClearMarkScheme", "{}_mark_scheme_delimeter"),
}


def settings(path: Path) -> dict[tuple[str, str], Any]:
    """The plain values that the file gives to settings, as in `c.Class.name = "value"`; empty if there is no file."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute):
            try:
                found[target.value.attr, target.attr] = ast.literal_eval(node.value)
            except ValueError:  # it is computed
                continue
    return found


def delimiters(given: dict[tuple[str, str], Any]) -> Delimiters:
    """The words that mark regions in this course."""
    begin, end = dict(NBGRADER.begin), dict(NBGRADER.end)
    for kind, (section, key) in _DELIMITERS.items():
        for words, edge in ((begin, "begin"), (end, "end")):
            value = given.get((section, key.format(edge)))
            if isinstance(value, str) and value:
                words[kind] = value
    return Delimiters(begin, end)
