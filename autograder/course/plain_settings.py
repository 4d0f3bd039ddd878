"""Read the plain values in an nbgrader_config.py, without running the file."""

import ast
from pathlib import Path
from typing import Any

Settings = dict[tuple[str, str], Any]  # (class, name) -> value


def plain_settings(path: Path) -> Settings:
    """The plain values that the file gives to settings, as in `c.Class.name = "value"`; empty if there is no file."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute):
            try:
                found[target.value.attr, target.attr] = ast.literal_eval(node.value)
            except (ValueError, TypeError):  # it is computed
                continue
    return found
