"""Turn answers, questions and schemes into HTML in which nothing of a student's runs.

They are rendered like the parts of a feedback page, which limits sizes, cleans the result, and draws formulas.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from autograder.marking.answers import Parts, without_pictures
from autograder.notebook.cell_record import Cell
from autograder.notebook.page_cleaner import OWN, OWN_OF_OTHER_CODE, RENDERED, TEXTS, text_of
from autograder.reports.harmless import Room, harmless_cell
from autograder.reports.rendered import Rendered, course_code, course_markdown, with_levels
from autograder.text import without_controls

MOST_OUTPUTS = 20  # that are shown of the cells before an answer
HEADING = 2  # the level of the page's heading above an answer


class Shown:
    """Makes HTML, one text at a time. Several threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def answer(self, parts: Parts) -> tuple[str, bool]:
        """The HTML of an answer, and whether its text is cut."""
        cells, left = [], RENDERED
        for cell in parts.answer:
            length = len(without_pictures(cell["source"]))
            text = cell["source"] if length <= left else cell["source"][: max(left, 0)]
            if text or cell.get("outputs"):
                cells.append({**cell, "source": text})
            left -= length
        return self._html(cells, "output of the student's code"), left < 0

    def before(self, parts: Parts) -> str:
        """The HTML of what the cells before an answer showed, without their code."""
        outputs = [output for cell in parts.before for output in cell["outputs"] if isinstance(output, dict)]
        if not outputs:
            return ""
        cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": _pictures_first(outputs)[:MOST_OUTPUTS]}
        return self._html([cell], "what the student saw")

    def markdown(self, text: str) -> str:
        """The HTML of the instructor's text."""
        with self._lock:
            return with_levels(course_markdown(text), HEADING) if text else ""

    def code(self, text: str) -> str:
        """The HTML of the instructor's code."""
        with self._lock:
            return course_code(text) if text else ""

    def _html(self, cells: Iterable[Cell], what: str) -> str:
        """The HTML of a student's cells; `what` names their pictures for people who do not see them."""
        room = Room()
        rendered = Rendered(room)
        with self._lock:
            shown = filter(None, (harmless_cell(cell, room) for cell in cells))
            return room.with_pasted(Markup("").join(_cell(rendered, cell, what) for cell in shown))


def plain(parts: Parts) -> str:
    """The whole text of an answer, for a page of plain text."""
    return without_controls(parts.text)


def _cell(rendered: Rendered, cell: dict[str, Any], what: str) -> Markup:
    if cell["cell_type"] == "markdown":
        return with_levels(rendered.markdown(cell["source"], cell["attachments"]), HEADING)
    code = rendered.code(cell["source"]) if cell["source"].strip() else Markup("")
    return code + rendered.outputs(cell["outputs"], what)


def _pictures_first(outputs: Sequence[Cell]) -> list[Cell]:
    """The outputs with pictures before texts, so that long prints displace no picture; notes of the grader first."""

    def place(output: Cell) -> int:
        if text_of(output.get("text")).startswith((OWN, OWN_OF_OTHER_CODE)):
            return 0
        data = output.get("data")
        return 1 if isinstance(data, dict) and set(data) - {*TEXTS} else 2

    return sorted(outputs, key=place)
