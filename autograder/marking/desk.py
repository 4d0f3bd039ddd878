"""What `cs231n mark` shows and does, as plain values: the server passes them to the page as JSON.

In anonymous mode, no value that leaves this module names a student. An answer is named by the random id of its row in
the gradebook, and answers are sorted by it.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from autograder.authoring.scheme import Question, questions
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.hand_marks import Change, HandMarks, Line, Mark, MarkedQuestion, as_text
from autograder.grading.sanitize import read_built
from autograder.marking.answers import Answers, Parts, Summary, blank, words
from autograder.marking.shown import Shown, plain
from autograder.notebook.cell_record import record_of
from autograder.text import one_line

NAME = 80  # characters of a name that are shown
BEGINNING = 160  # characters of a question in the list of questions
Values = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A question at the desk: its cell in the gradebook, and the digests of answers that say nothing."""

    question: Question
    cell_id: str
    blank: frozenset[str]


class Unknown(Exception):
    """There is no such question or answer."""


class WorkChanged(Exception):
    """The student's work is no longer what the marker saw, because it was graded anew."""


class Desk:
    """The questions of an assignment, for one marker. Its methods may be called from several threads.

    Raises KitError if there is nothing to mark by hand.
    """

    def __init__(self, workspace: Workspace, assignment: str, marker: str, anonymous: bool = False):
        entry = workspace.course.assignment(assignment)
        self.workspace, self.assignment, self.marker, self.anonymous = workspace, entry.name, marker, anonymous
        self.title = entry.title
        built = {name: read_built(workspace, entry, name).cells for name in entry.notebooks}
        found = [question for name, cells in built.items() for question in questions(name, cells)]
        if not found:
            raise KitError(f"{assignment} has no questions that a person grades.")
        own = (
            cell for cells in built.values() for cell in cells if cell.cell_type == "markdown" and not record_of(cell)
        )
        self.answers, self.shown = Answers(frozenset(words(cell.source) for cell in own)), Shown()
        self.marks = HandMarks(workspace, entry.name, marker)
        cells = self.marks.prepare(found)
        if not cells:
            raise KitError(
                f"{assignment} is not in the gradebook yet.",
                f"Release it with cs231n release {assignment}, and grade what was handed in.",
            )
        self.entries = {
            id: Entry(question, id, blank(self.marks.released_text(id)))
            for question in found
            if (id := cells.get((question.notebook, question.grade_id)))
        }
        self._text = cache(self._instructors_text)
        self._line = lru_cache(1000)(self.shown.markdown)

    def close(self) -> None:
        self.marks.close()

    def read_all(self, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Read the notebooks of the class, so that the pages are fast; return how many answers wait."""
        waiting, paths = 0, dict[Path, Entry]()
        for entry in self.entries.values():
            marks = self.marks.question(entry.cell_id).marks
            waiting += sum(mark.waiting for mark in marks.values())
            paths |= {self._path(entry, mark): entry for mark in marks.values()}
        for done, (path, entry) in enumerate(paths.items(), start=1):
            self.answers.summary(path, entry.question.grade_id)
            progress(done, len(paths))
        return waiting

    def overview(self) -> list[Values]:
        """The questions, with their progress."""
        found = []
        for entry in self.entries.values():
            question = self.marks.question(entry.cell_id)
            marks = question.marks.values()
            found.append(
                {
                    "id": entry.cell_id,
                    **self._place(entry),
                    "begins": _beginning(entry.question.prompt),
                    "answers": len(marks),
                    "done": sum(mark.is_done for mark in marks),
                    "flagged": sum(mark.flagged for mark in marks),
                    "markers": sorted({one_line(mark.marker, NAME) for mark in marks if mark.marker}),
                    "assigned": one_line(question.assigned, NAME),
                }
            )
        return found

    def question(self, cell_id: str) -> Values:
        """All that the page of a question needs, apart from the answers themselves."""
        entry = self._entry(cell_id)
        question = self.marks.question(cell_id)
        summaries = {id: self._summary(entry, mark) for id, mark in question.marks.items()}
        same = Counter(summary.digest for summary in summaries.values() if summary)
        ordered = sorted(question.marks) if self.anonymous else list(question.marks)
        answers = []
        for number, id in enumerate(ordered, start=1):
            summary = summaries[id]
            answers.append(
                {
                    "id": id,
                    "number": number,
                    "who": self._who(question.marks[id]),
                    "preview": summary.preview if summary else "[there is no graded notebook]",
                    "blank": summary is not None and summary.digest in entry.blank,
                    "group": summary.digest if summary and same[summary.digest] > 1 else "",
                }
            )
        return {
            "id": cell_id,
            "marker": self.marker,
            **self._place(entry),
            **self._text(cell_id),
            "notes": self._notes(entry, question),
            "answers": answers,
            "now": self._now(question),
        }

    def now(self, cell_id: str, known: str = "") -> Values:
        """The scheme and all marks of a question; only their digest if it is the `known` one."""
        self._entry(cell_id)
        now = self._now(self.marks.question(cell_id))
        return {"digest": known} if now["digest"] == known else now

    def answer(self, cell_id: str, grade_id: str) -> Values:
        """One answer, as HTML."""
        entry = self._entry(cell_id)
        mark = self._mark(cell_id, grade_id)
        summary, parts = self._summary(entry, mark), self._parts(entry, mark)
        if summary is None or parts is None:
            return {"id": grade_id, "html": "", "before": "", "cut": False, "length": 0, "whole": ""}
        html, cut = self.shown.answer(parts)
        before = self.shown.before(parts)
        return {
            "id": grade_id, "html": html, "before": before, "cut": cut, "length": summary.length,
            "whole": summary.whole,
        }  # fmt: skip

    def answer_text(self, cell_id: str, grade_id: str) -> str:
        """The whole text of an answer."""
        parts = self._parts(self._entry(cell_id), self._mark(cell_id, grade_id))
        return plain(parts) if parts else ""

    def change(self, cell_id: str, grade_id: str, seen: Mapping[str, str], change: Change) -> Values:
        """Change one answer; return the digest of the scheme, and the answer's new mark.

        `seen` holds the digests of what the marker saw: of the `mark`, the `scheme` and the student's `work`.

        Raises
        ------
        Changed, WorkChanged
            One of these has changed. Nothing was written.
        """
        entry = self._entry(cell_id)
        summary = self._summary(entry, self._mark(cell_id, grade_id))
        if (summary.whole if summary else "") != seen["work"]:
            raise WorkChanged
        question = self.marks.change(cell_id, grade_id, seen["mark"], change, seen["scheme"])
        return {"scheme": question.seen, "mark": _shown_mark(question, question.marks[grade_id])}

    def give_the_same(self, cell_id: str, grade_id: str, seen: str) -> Values:
        """Give all answers with the same text what this one has, unless a person has given them points.

        Raises Changed if this one is not as the marker saw it.
        """
        entry = self._entry(cell_id)
        marks = self.marks.question(cell_id).marks
        digests = self._digests(entry, marks)
        same = [id for id, digest in digests.items() if digest and digest == digests.get(grade_id)]
        count = self.marks.give_the_same(cell_id, grade_id, seen, same)
        return {"count": count, **self.now(cell_id)}

    def give_nothing_to_blank(self, cell_id: str) -> Values:
        """Give 0 points to the answers that say nothing and still wait."""
        entry = self._entry(cell_id)
        digests = self._digests(entry, self.marks.question(cell_id).marks)
        count = self.marks.give_nothing(cell_id, [id for id, digest in digests.items() if digest in entry.blank])
        return {"count": count, **self.now(cell_id)}

    def change_scheme(self, cell_id: str, seen: str, lines: Iterable[Line]) -> Values:
        self._entry(cell_id)
        count = self.marks.change_scheme(cell_id, seen, list(lines))
        return {"count": count, **self.now(cell_id)}

    def keep_remark(self, cell_id: str, text: str) -> Values:
        self._entry(cell_id)
        self.marks.keep_remark(cell_id, text)
        return self.now(cell_id)

    def drop_remark(self, cell_id: str, id: str) -> Values:
        self._entry(cell_id)
        self.marks.drop_remark(cell_id, id)
        return self.now(cell_id)

    def assign(self, cell_id: str, to: str) -> None:
        self._entry(cell_id)
        self.marks.assign(cell_id, to)

    def _entry(self, cell_id: str) -> Entry:
        if cell_id not in self.entries:
            raise Unknown
        return self.entries[cell_id]

    def _mark(self, cell_id: str, grade_id: str) -> Mark:
        if (mark := self.marks.question(cell_id, grade_id).marks.get(grade_id)) is None:
            raise Unknown
        return mark

    def _path(self, entry: Entry, mark: Mark) -> Path:
        return self.workspace.autograded(mark.student, self.assignment) / f"{entry.question.notebook}.ipynb"

    def _summary(self, entry: Entry, mark: Mark) -> Summary | None:
        return self.answers.summary(self._path(entry, mark), entry.question.grade_id)

    def _parts(self, entry: Entry, mark: Mark) -> Parts | None:
        return self.answers.parts(self._path(entry, mark), entry.question.grade_id)

    def _digests(self, entry: Entry, marks: Mapping[str, Mark]) -> dict[str, str]:
        found = {id: self._summary(entry, mark) for id, mark in marks.items()}
        return {id: summary.digest if summary else "" for id, summary in found.items()}

    def _place(self, entry: Entry) -> Values:
        question = entry.question
        return {"notebook": question.notebook, "name": question.grade_id, "points": question.points}

    def _who(self, mark: Mark) -> str:
        if self.anonymous:
            return ""
        return one_line(f"{mark.name} ({mark.student})" if mark.name else mark.student, NAME)

    def _instructors_text(self, cell_id: str) -> Values:
        question = self.entries[cell_id].question
        model = (
            self.shown.code(question.model_answer) if question.is_code else self.shown.markdown(question.model_answer)
        )
        return {"prompt": self.shown.markdown(question.prompt), "model": model}

    def _notes(self, entry: Entry, question: MarkedQuestion) -> str:
        """The HTML below the scheme: its notes, and the source's scheme if it has changed since it was copied."""
        notes = self.shown.markdown(entry.question.notes)
        in_source = as_text(entry.question.scheme)
        if question.in_source != in_source:
            notes += self.shown.markdown(
                "**The scheme in the source has changed since marking began.** It is now:\n\n"
                + "".join(f"- [{line.points:g}] {line.text}\n" for line in entry.question.scheme)
            )
        return notes

    def _now(self, question: MarkedQuestion) -> Values:
        now: Values = {
            "scheme": question.seen,
            "lines": [
                {"id": line.id, "points": line.points, "text": line.text, "html": self._line(line.text)}
                for line in question.lines
            ],
            "remarks": [{"id": id, "text": text} for id, text in question.remarks.items()],
            "assigned": one_line(question.assigned, NAME),
            "max": question.max_points,
            "marks": {id: _shown_mark(question, mark) for id, mark in question.marks.items()},
        }
        return {"digest": hashlib.sha256(json.dumps(now).encode()).hexdigest()[:20], **now}


def _beginning(prompt: str) -> str:
    """The first words of a question, without the text that leads to it."""
    asked = re.search(r"\*\*Question\b.*", prompt, flags=re.DOTALL)
    return one_line(re.sub(r"[*#`]+", "", asked[0] if asked else prompt), BEGINNING)


def _shown_mark(question: MarkedQuestion, mark: Mark) -> Values:
    return {
        "seen": mark.seen,
        "points": mark.points,
        "auto": mark.auto_score,
        "extra": mark.extra,
        "waiting": mark.waiting,
        "ticks": sorted(mark.ticks),
        "free": question.free(mark),
        "comment": mark.comment,
        "auto_comment": mark.auto_comment,
        "flagged": mark.flagged,
        "marker": one_line(mark.marker, NAME),
        "changed": mark.changed,
    }
