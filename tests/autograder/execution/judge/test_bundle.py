"""The agent's source text for the student's kernel: all its modules in one namespace, without imports of the kit."""

import ast
from collections import Counter
from pathlib import Path

from autograder.execution.judge import bundle


def test_no_two_modules_of_the_agent_define_one_name():
    folder = Path(bundle.__file__).parent
    defined = Counter()
    for name in bundle.MODULES:
        defined.update(set(_defined((folder / f"{name}.py").read_text())))
    assert [name for name, count in defined.items() if count > 1] == []


def test_the_text_imports_nothing_of_the_kit_nor_what_only_a_type_checker_needs():
    imported = [node for node in ast.walk(ast.parse(bundle.agent_source())) if isinstance(node, ast.ImportFrom)]
    assert imported
    assert not [node.module for node in imported if node.module.startswith("autograder")]
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from autograder.errors import KitError\nx = 1\n"
    assert "KitError" not in bundle._without_imports_of_the_kit(text)
    assert "x = 1" in bundle._without_imports_of_the_kit(text)


def _defined(text):
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            yield from (part.id for part in ast.walk(target or ast.Pass()) if isinstance(part, ast.Name))
