"""Turn answers, questions and schemes into HTML in which nothing of a student's runs.

The work is done by the exporter of the feedback page: it limits sizes, renders Markdown and cleans the result.
"""

import re
import threading
from collections.abc import Iterable, Sequence

import nbformat

from autograder.marking.answers import Parts, without_pictures
from autograder.notebook.cell_record import Cell
from autograder.notebook.page_cleaner import OWN, OWN_OF_OTHER_CODE, RENDERED, TEXTS, clean, text_of
from autograder.reports.student_page import StudentPage
from autograder.text import html, without_controls

_ANCHOR = re.compile(r'<a class="anchor-link" href="[^"]*">¶</a>')  # which nbconvert adds to a heading
MOST_OUTPUTS = 20  # that are shown of the cells before an answer


class Shown:
    """Makes HTML, one text at a time. Several threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # the template has the cells alone, without a page around them
        options = {"template_name": "basic", "sanitize_html": True}
        self._page = StudentPage(**options)
        self._outputs = StudentPage(**options, exclude_input=True, exclude_output_prompt=True)

    def answer(self, parts: Parts) -> tuple[str, bool]:
        """The HTML of an answer, and whether its text is cut."""
        cells, left = [], RENDERED
        for cell in parts.answer:
            length = len(without_pictures(cell["source"]))
            text = cell["source"] if length <= left else cell["source"][: max(left, 0)]
            if text or cell.get("outputs"):
                cells.append({**cell, "source": text})
            left -= length
        return self._html(cells), left < 0

    def before(self, parts: Parts) -> str:
        """The HTML of what the cells before an answer showed, without their code."""
        outputs = [output for cell in parts.before for output in cell["outputs"] if isinstance(output, dict)]
        if not outputs:
            return ""
        cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": _pictures_first(outputs)[:MOST_OUTPUTS]}
        return self._html([cell], self._outputs)

    def markdown(self, text: str) -> str:
        """The HTML of the instructor's text."""
        return self._html([{"cell_type": "markdown", "source": text, "metadata": {}}]) if text else ""

    def code(self, text: str) -> str:
        """The HTML of the instructor's code."""
        return self._html([{"cell_type": "code", "source": text, "metadata": {}, "outputs": []}]) if text else ""

    def _html(self, cells: Iterable[Cell], page: StudentPage | None = None) -> str:
        notebook = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells)})
        with self._lock:
            try:
                return _ANCHOR.sub("", (page or self._page).from_notebook_node(notebook)[0])
            except Exception:  # such as for deeply nested brackets
                texts = [f"<pre>{html(cell.source[:RENDERED])}</pre>" for cell in notebook.cells]
                return clean("".join(texts))


def plain(parts: Parts) -> str:
    """The whole text of an answer, for a page of plain text."""
    return without_controls(parts.text)


def _pictures_first(outputs: Sequence[Cell]) -> list[Cell]:
    """The outputs with pictures before texts, so that long prints displace no picture; notes of the grader first."""

    def place(output: Cell) -> int:
        if text_of(output.get("text")).startswith((OWN, OWN_OF_OTHER_CODE)):
            return 0
        data = output.get("data")
        return 1 if isinstance(data, dict) and set(data) - {*TEXTS} else 2

    return sorted(outputs, key=place)
