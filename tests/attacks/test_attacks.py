"""Attacks on grading, with real kernels in a real sandbox: none earns a point, learns a secret, or leaves a trace.

attack.py explains how to add an attack.
"""

import json
from html.parser import HTMLParser

import pytest
from attack import entries
from attack_course import FULL_POINTS
from classes import CLASSES, class_of
from graded_class import CANARIES, HONEST

pytestmark = pytest.mark.slow

OUTPUT_BYTES = 100_000  # the limit of a cell in attack_course.py
BEYOND = 15_000  # bytes beyond the limit: an error, a result and a note, and the grader's own messages about the cell
MOST_REASONS, REASON_LENGTH = 102, 500  # on the notebook, and as many on the submission


attacks = pytest.mark.parametrize("attack", entries(), ids=lambda attack: f"{attack.group}: {attack.name}")
classes = pytest.mark.parametrize("groups", CLASSES, ids=" ".join)


@attacks
def test_an_attack_earns_what_is_honest_in_it_and_no_more(graded, attack):
    found = graded(class_of(attack.group))
    points, row = found.points(attack.student), found.row(attack.student)
    reasons = [*(row.reasons if row else ()), *(why for who, why in found.uncollected if attack.student in who)]
    if attack.at_most:
        assert points <= attack.points, reasons
    else:
        assert points == attack.points, (found.scores.get(attack.student), reasons)
    assert row is None or row.status == "graded", reasons
    if attack.reasons:
        said = "\n".join(reasons)
        assert [reason for reason in attack.reasons if reason in said], said


@attacks
def test_nothing_is_read_that_is_not_the_student_s(graded, attack):
    found = graded(class_of(attack.group))
    notebook, page = found.notebooks.get(attack.student), found.pages.get(attack.student, "")
    if notebook is None:
        return
    everything = str(notebook) + page
    assert [place for place, secret in CANARIES.items() if place != "tests" and secret in everything] == []
    assert CANARIES["tests"] not in page  # a student reads the names and messages of hidden tests, not their code
    own = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade")]
    assert CANARIES["tests"] not in str(own)  # test cells may show their code and the line of an error


@attacks
def test_nothing_of_the_student_s_runs_in_the_feedback_page(graded, attack):
    page = _Page(graded(class_of(attack.group)).pages.get(attack.student, ""))
    assert page.evil == []


@attacks
def test_what_is_kept_of_the_outputs_is_bounded(graded, attack):
    found = graded(class_of(attack.group))
    notebook, row = found.notebooks.get(attack.student), found.row(attack.student)
    if notebook is None:
        return
    for cell in notebook.cells:
        parts = 2 if cell.metadata.get("nbgrader", {}).get("grade") else 1  # the function's, and the test's
        assert len(json.dumps(cell.get("outputs", []))) <= parts * (OUTPUT_BYTES + BEYOND)
    assert len(row.reasons) <= MOST_REASONS and all(len(reason) <= REASON_LENGTH for reason in row.reasons)


@classes
def test_an_honest_classmate_of_attackers_has_full_marks(graded, groups):
    found = graded(groups)
    assert (found.points(HONEST), found.row(HONEST).reasons) == (FULL_POINTS, [])


@classes
def test_nothing_is_left_running_or_written_and_nobody_was_reached(graded, groups):
    found = graded(groups)
    assert (found.changed, found.planted, found.running, found.connected) == (set(), [], [], [])


class _Page(HTMLParser):
    """Finds everything that contains EVIL and that a browser would run or fetch."""

    HARMLESS = {"alt", "title", "class", "id"}

    def __init__(self, text):
        super().__init__()
        self.evil, self.inside = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            plain_link = (tag, name) == ("a", "href") and str(value).startswith(("http://", "https://", "#"))
            if "EVIL" in str(value) and name not in self.HARMLESS and not plain_link:
                self.evil.append((tag, name, value))
        self.inside = tag if tag in ("script", "style") else self.inside

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        if tag == self.inside:
            self.inside = None

    def handle_data(self, data):
        if self.inside and "EVIL" in data:
            self.evil.append((self.inside, data[:200]))
