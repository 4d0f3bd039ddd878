"""Write docs/mistakes.md, the list of all mistakes that the kit recognizes, from cs231n_lib/mistakes/.

python docs/mistakes.py
"""

from itertools import groupby
from pathlib import Path

from cs231n_lib.mistakes.catalogue import Entry, entries

PAGE = Path(__file__).with_suffix(".md")
INTRODUCTION = """# The catalogue of mistakes

When an answer is wrong, the checks compare it with what known mistakes would give. This page lists the mistakes by
their ids, as they appear in messages, in feedback and in reports. `python docs/mistakes.py` writes it from
`cs231n_lib/mistakes/`, where each file covers one notebook, the penalty, nets with a new layer, or exceptions. The last
part lists the generic mistakes, which `cs231n_lib/diagnosis/` finds in the numbers of any answer.
"""


def page() -> str:
    """Return the text of the page."""
    parts = [INTRODUCTION]
    for topic, found in groupby(entries(), key=lambda entry: entry.id.partition(".")[0]):
        rows = [_row(entry) for entry in {entry.id: entry for entry in found}.values()]
        parts.append(f"## {topic}\n\n| id | mistake | look at |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(entry: Entry) -> str:
    cells = (f"`{entry.id}`", entry.sentence, entry.look_at or "")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
