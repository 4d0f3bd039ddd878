"""For a wrong gradient or loss, the message of a lost cell names the mistake.

`python tests/exercises/test_causes.py [NOTEBOOK...]` prints what the student reads for every such mistake.
"""

import re
import sys
from dataclasses import dataclass

import pytest
from bank import BANKS, Answer
from judging import judged

pytestmark = pytest.mark.slow

NOTEBOOKS = sorted({path.parent for path in BANKS})
AT_LEAST = 0.9

# matches where a check's explanation begins, after the answer's name: "the loss of svm_loss: its value is wrong."
AFTER_THE_NAME = re.compile(r": (?=its (?:one )?value is wrong|all \d+ values|\d+ of \d+ |it does not match|it nearly)")
# a message of checks.close about the value of a loss, whatever name the check gives it
WRONG_LOSS = re.compile(r".*\bloss\b.*: (its value is wrong|its one value|all \d+ values|\d+ of \d+ values)")


@dataclass(frozen=True)
class Told:
    """The line that explains one mistake to the student: from the cell that names it, else from the first lost cell."""

    exercise: str
    answer: Answer
    named: bool
    line: str


def wrong_answers(notebook):
    """Return (bank path, answer, {lost cell: Failure}) for each wrong answer in a notebook's banks."""
    for path in BANKS:
        if path.parent == notebook:
            for answer, failures in judged(path):
                if answer.kind == "wrong":
                    yield path, answer, {cell: failure for cell, failure in failures.items() if failure}


def told(notebook):
    """Return a Told for each wrong answer with a cause."""
    result = []
    for path, answer, lost in wrong_answers(notebook):
        if answer.cause:
            texts = [explanation(failure.message) for failure in lost.values()]
            naming = [text for text in texts if names(answer.cause, text)]
            line = spotlight(answer.cause, (naming or texts)[0])
            result.append(Told(path.stem, answer, bool(naming), line))
    return result


def explanation(message):
    """Return the message without the name of the answer, whose words explain nothing."""
    return AFTER_THE_NAME.split(message, maxsplit=1)[-1]


def names(cause, text):
    return any(phrase.lower() in text.lower() for phrase in cause)


def spotlight(cause, text):
    """Return the line that names the cause, else the likely mistake, else the last line."""
    lines = text.splitlines() or [""]
    likely = [line for line in lines if line.startswith("Likely mistake")]
    return next((line for line in lines if names(cause, line)), (likely or lines)[-1])


def is_about_loss_or_gradient(exercise, lost):
    messages = [failure.message for failure in lost.values() if failure.error == "CheckFailed"]
    if any("numerical gradient" in message for message in messages):
        return True
    return "loss" in exercise and any(WRONG_LOSS.match(message) for message in messages)


def table(rows):
    count = sum(row.named for row in rows)
    lines = [f"{count} of {len(rows)} mistakes named ({count / len(rows):.0%})", ""]
    lines += ["| exercise | mistake | named | what the student reads |", "|---|---|---|---|"]
    for row in rows:
        named = "yes" if row.named else f"no: {' or '.join(row.answer.cause)}"
        cells = [row.exercise, row.answer.name, named, row.line]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_most_mistakes_are_named_to_the_student(notebook):
    rows = told(notebook)
    unnamed = [row for row in rows if not row.named]
    assert len(unnamed) <= (1 - AT_LEAST) * len(rows), table(unnamed + [row for row in rows if row.named])


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_wrong_gradient_or_loss_has_a_cause_in_the_bank(notebook):
    without = [
        f"{path.name}:{answer.line}: {answer.name}"
        for path, answer, lost in wrong_answers(notebook)
        if answer.cause is None and is_about_loss_or_gradient(path.stem, lost)
    ]
    assert not without, "these need a line '# cause: <what it should say>' after their title:\n" + "\n".join(without)


if __name__ == "__main__":
    for notebook in NOTEBOOKS:
        if notebook.name in sys.argv[1:] or not sys.argv[1:]:
            rows = told(notebook)
            if rows:
                print(f"## {notebook.parent.name}/{notebook.name}: {table(rows)}\n")
