"""The list of all mistakes, read from the text of the topics."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from cs231n_lib.mistakes.generic import MEANINGS


@dataclass(frozen=True)
class Entry:
    """A mistake of the catalogue without a case.

    Attributes
    ----------
    id, sentence, look_at
        As in `Mistake`.
    """

    id: str
    sentence: str
    look_at: str | None = None


def entries() -> list[Entry]:
    """Return all mistakes, topic by topic, and the generic ones last.

    Raises
    ------
    ValueError
        If the id or a text of a mistake is not written out where the mistake is made, or an id does not begin with
        the name of its file.
    """
    found = []
    for path in sorted(Path(__file__).parent.glob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        calls = [node for node in nodes if isinstance(node, ast.Call) and _makes_a_mistake(node)]
        for call in sorted(calls, key=lambda call: call.lineno):
            if path.stem not in ("mistake", "catalogue"):
                found.append(_entry(path, call))
    return found + [Entry(id, meaning) for id, meaning in MEANINGS.items()]


def _makes_a_mistake(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "Mistake"


def _entry(path: Path, call: ast.Call) -> Entry:
    given = dict(zip(("id", "sentence", "look_at"), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg in ("id", "sentence", "look_at")}
    try:
        entry = Entry(**{name: ast.literal_eval(value) for name, value in given.items()})
    except (ValueError, TypeError):
        raise ValueError(f"{path.name}, line {call.lineno}: write the id and the texts of a Mistake out.") from None
    if not entry.id.startswith(f"{path.stem}."):
        raise ValueError(f"{path.name}, line {call.lineno}: the id {entry.id!r} must begin with '{path.stem}.'.")
    return entry
