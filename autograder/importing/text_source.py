"""Write imported cells as a notebook source, a file in jupytext's percent format."""

import json
import re

from autograder.importing.cells import ImportedCell, Notes

HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
"""
_LIKE_A_MARKER = re.compile(r"^(\s*#?\s*)(%%+(?=\s|$)|<codecell>|In\[[0-9 ]*\]:?\s*$)")


def source_text(cells: list[ImportedCell], notes: Notes) -> str:
    """The source of a notebook. Lines that would start a cell are reworded, with a note."""
    text = HEADER
    for cell in cells:
        marker = "# %%" + (" [markdown]" if cell.cell_type == "markdown" else "")
        if cell.record:
            marker += f" nbgrader={json.dumps(cell.record, sort_keys=True)}"
        if cell.tags:
            marker += f" tags={json.dumps(cell.tags)}"
        text += f"\n{marker}\n{_body(cell.cell_type, _without_markers(cell, notes))}\n"
    return text


def _body(cell_type: str, source: str) -> str:
    """The lines of a cell in a source: text and magics as comments."""
    import jupytext
    from nbformat import v4

    if cell_type == "markdown":
        return "\n".join(f"# {line}".rstrip() for line in source.split("\n"))
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source)])
    written = jupytext.writes(notebook, fmt="py:percent")
    return re.split(r"^# %%.*$\n?", written, maxsplit=1, flags=re.MULTILINE)[1].strip("\n")


def _without_markers(cell: ImportedCell, notes: Notes) -> str:
    lines = cell.source.split("\n")
    for number, line in enumerate(lines):
        comment = line if cell.cell_type == "code" else f"# {line}"
        is_magic = cell.cell_type == "code" and number == 0 and re.match(r"%%\w", line)
        found = None if is_magic else _LIKE_A_MARKER.match(comment)
        if found and "#" in found[1]:
            lines[number] = line.replace("%%", "%", 1).replace("<codecell>", "codecell").replace("In[", "In [")
            notes.changed(cell, f"The line {line.strip()!r} would start a cell in the source, so it was reworded.")
    return "\n".join(lines)
