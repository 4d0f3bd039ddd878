"""Tag tests in a source to run in the student's process."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from autograder.authoring.source import read_cells
from autograder.folders import write_atomically
from autograder.notebook.cell_record import IN_PROCESS_TAG


def tag_in_process(path: Path, grade_ids: Iterable[str]) -> None:
    """Add the tag `in-process` to these tests of a source. Nothing else in the file changes."""
    wanted = set(grade_ids)
    lines = path.read_text("utf-8").split("\n")
    for cell in read_cells(path):
        if cell.grade_id in wanted and IN_PROCESS_TAG not in cell.tags:
            before = re.sub(r"\s+tags=\[[^\]]*\]", "", lines[cell.line - 1]).rstrip()
            lines[cell.line - 1] = f"{before} tags={json.dumps([*cell.tags, IN_PROCESS_TAG])}"
    write_atomically(path, "\n".join(lines).encode("utf-8"))
