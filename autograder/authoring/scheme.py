"""Read the questions that people grade: prompt, model answer and marking scheme, from a built notebook.

The last lines of a question's solution region may be a marking scheme, with one line for each point or part of one:

    Scheme

    - [1] a row is a test image, a column a training image
    - [0.5] the reason in terms of pixel differences

    Right verdicts without reasons: 1 point at most.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.authoring.regions import SOLUTION, MarkerError, find_regions, without_regions
from autograder.notebook.cell_record import Cell, record_of

_TITLE = re.compile(r"^\s*(?:#+\s*|\*\*)?Scheme(?:\*\*)?:?\s*$", re.MULTILINE)
_ITEM = re.compile(r"^[-*] \[(-?\d+(?:\.\d+)?)\] (\S.*(?:\n(?![-*] |\s*$).*)*)", re.MULTILINE)


@dataclass(frozen=True)
class SchemeLine:
    """One line of a marking scheme: what an answer must contain, and the points for it."""

    points: float
    text: str


@dataclass(frozen=True)
class Question:
    """A cell that a person grades.

    Attributes
    ----------
    notebook, grade_id
        Where it is.
    points
        The most points that it can give, without extra credit.
    prompt
        The question, as Markdown: the text cells before the answer cell, and the visible part of the cell itself.
    model_answer
        The solution without its scheme, as Markdown; for a code cell, its code.
    scheme
        The lines of the marking scheme; empty for a question without a scheme.
    notes
        What stands below these lines, as Markdown.
    is_code
        Whether the answer is code.
    """

    notebook: str
    grade_id: str
    points: float
    prompt: str
    model_answer: str
    scheme: tuple[SchemeLine, ...]
    notes: str
    is_code: bool = False


def questions(notebook: str, cells: Sequence[Cell]) -> list[Question]:
    """The questions of a built notebook called `notebook`, in its order."""
    found: list[Question] = []
    prose: list[str] = []
    for cell in cells:
        record = record_of(cell)
        if record and record.is_question:
            is_code = cell["cell_type"] == "code"
            visible, solution = _parts(cell["source"])
            model_answer, scheme, notes = _without_scheme(solution)
            prompt = "\n\n".join(filter(None, [*prose, "" if is_code else visible]))
            place = (notebook, record.grade_id, record.points)
            found.append(Question(*place, prompt, model_answer, scheme, notes, is_code))
        prose = [*prose, cell["source"]] if cell["cell_type"] == "markdown" and record is None else []
    return found


def _parts(source: str) -> tuple[str, str]:
    """What students see of a cell, and what they do not see."""
    try:
        regions = find_regions(source)
    except MarkerError:
        regions = []
    lines = source.split("\n")
    hidden = ["\n".join(lines[r.begin + 1 : r.end]) for r in regions if r.kind == SOLUTION]
    return without_regions(source, regions, stub="").strip(), "\n".join(hidden).strip()


def _without_scheme(solution: str) -> tuple[str, tuple[SchemeLine, ...], str]:
    titles = list(_TITLE.finditer(solution))
    if not titles:
        return solution, (), ""
    title, below = titles[-1], solution[titles[-1].end() :]
    lines = tuple(SchemeLine(float(points), " ".join(text.split())) for points, text in _ITEM.findall(below))
    if not lines:
        return solution, (), ""
    return solution[: title.start()].strip(), lines, _ITEM.sub("", below).strip()
