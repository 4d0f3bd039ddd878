"""Banks of wrong and right answers: read them, and judge an answer by the tests of its exercise.

A bank is one percent-format file per exercise, `<assignment>/<notebook>/<exercise>.py`:

    # %% wrong: forgets the square root -> test_compute_distances_two_loops_values
    # cause: square root | squared
    def compute_distances_two_loops(X_train, X_test): ...
    # %% right: np.linalg.norm on each pair
    def compute_distances_two_loops(X_train, X_test): ...

The title names the mistake; after `->` stand the test cells that must lose their points. After `# cause:` stands what
the message of one of them should say, in any of the ways between the bars: test_causes.py counts how often it does.

`judge` is fast because nothing is started per answer: one process per notebook (warm_notebook.py)
has run the setup and the reference solutions, and forks a child for each answer.
"""

import atexit
import functools
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.source import read_source

HERE = Path(__file__).resolve().parent
ASSIGNMENTS = HERE.parents[1] / "assignments"
SECONDS_PER_ANSWER = 30

JUDGED = None  # a folder where judge keeps what it found, so that no answer is judged twice; conftest.py sets it

TITLE = re.compile(r"# %% (?P<kind>wrong|right): (?P<name>[^>]*?)(?:\s*->\s*(?P<cells>.*\S))?\s*")

CAUSE = re.compile(r"# cause:(?P<phrases>.*)")


class BankError(Exception):
    """A bank file is not in the format, or its notebook does not run with its own solutions."""


@dataclass(frozen=True)
class Answer:
    kind: str  # "wrong" or "right"
    name: str
    cells: tuple[str, ...]  # grade_ids of the test cells that a wrong answer must lose
    source: str
    line: int  # of the title, in the bank file
    cause: tuple[str, ...] | None = None  # phrases, one of which names the mistake to the student


@dataclass(frozen=True)
class Failure:
    """Why a test cell failed."""

    error: str  # name of the exception's class; "Timeout" and "Died" when there was none
    message: str
    from_answer: bool  # raised inside the answer's own code, not by the test cell

    def __str__(self):
        return f"{self.error}: {self.message}"


def notebook_of(bank_path):
    """The notebook source, assignments/<assignment>/<notebook>.py, that a bank file belongs to."""
    assignment, notebook = Path(bank_path).resolve().parts[-3:-1]
    return ASSIGNMENTS / assignment / f"{notebook}.py"


def read_bank(path):
    """The answers of one bank file, in order. Raises BankError with file and line."""
    path = Path(path)
    answers, start, match = [], 0, None
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate([*lines, "# %%"], start=1):
        if not line.startswith("# %%"):
            continue
        if match:
            source = "\n".join(lines[start : number - 1]).strip("\n") + "\n"
            answers.append(_answer(path, start, match, source))
        if number <= len(lines):
            start, match = number, TITLE.fullmatch(line)
            if not match:
                raise BankError(
                    f"{path.name}:{number}: a title is '# %% wrong: <mistake> -> <test cell>, ...' "
                    f"or '# %% right: <how>', not {line!r}"
                )
    names = [answer.name for answer in answers]
    for answer in answers:
        if names.count(answer.name) > 1:
            raise BankError(f"{path.name}:{answer.line}: two answers are called {answer.name!r}")
    return answers


def _answer(path, line, match, source):
    cells = tuple(cell.strip() for cell in (match["cells"] or "").split(",") if cell.strip())
    if (match["kind"] == "wrong") != bool(cells):
        raise BankError(
            f"{path.name}:{line}: a wrong answer names the cells it loses after '->', a right one names none"
        )
    if not match["name"].strip():
        raise BankError(f"{path.name}:{line}: the answer has no name")
    try:
        compile(source, str(path), "exec")
    except SyntaxError as error:
        raise BankError(f"{path.name}:{line + (error.lineno or 0)}: {error.msg}") from error
    return Answer(match["kind"], match["name"].strip(), cells, source, line, _cause(path, line, match["kind"], source))


def _cause(path, line, kind, source):
    causes = {k: CAUSE.match(text) for k, text in enumerate(source.splitlines()) if CAUSE.match(text)}
    if not causes:
        return None
    if list(causes) != [0]:
        raise BankError(f"{path.name}:{line + 1 + max(causes)}: '# cause:' stands once, directly after the title")
    phrases = tuple(phrase.strip() for phrase in re.split(r"\s\|(?=\s|$)", causes[0]["phrases"]))
    if not all(phrases):
        raise BankError(f"{path.name}:{line + 1}: '# cause: <phrase> | <other phrase>' has an empty phrase")
    if kind == "right":
        raise BankError(f"{path.name}:{line + 1}: a right answer has no cause")
    return phrases


@functools.cache
def exercises(notebook_source):
    """{exercise: [grade_ids of its test cells]} of a notebook source, in the notebook's order.

    The test cells of an exercise follow its solution cell, before the next solution cell.
    """
    tests, current = {}, None
    for cell in read_source(notebook_source).cells:
        record = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not record:
            continue
        if record["solution"]:
            current = record["grade_id"]
            tests[current] = []
        elif record["grade"]:
            tests[current].append(record["grade_id"])
    return tests


def judge(notebook_source, exercise, answer_source):
    """Run the tests of `exercise` on an answer: {test grade_id: None if it passed, else Failure}."""
    notebook_source = Path(notebook_source)
    tests = exercises(notebook_source)[exercise]
    if JUDGED is None:
        return run(notebook_source, {exercise: answer_source}, tests)
    key = (str(notebook_source), notebook_source.read_text("utf-8"), exercise, answer_source, SECONDS_PER_ANSWER)
    kept = JUDGED / f"{hashlib.sha256(repr(key).encode()).hexdigest()}.json"
    if kept.exists():
        return {test: failure and Failure(**failure) for test, failure in json.loads(kept.read_text()).items()}
    failures = run(notebook_source, {exercise: answer_source}, tests)
    # other processes of the test run may be writing the same one
    with tempfile.NamedTemporaryFile("w", dir=JUDGED, delete=False) as file:
        json.dump({test: failure and vars(failure) for test, failure in failures.items()}, file)
    os.replace(file.name, kept)
    return failures


def run(notebook_source, answers, tests):
    """Run test cells with {exercise: answer source} in place; the other exercises keep their solutions."""
    request = {"answers": answers, "tests": tests, "seconds": SECONDS_PER_ANSWER}
    reply = _warm(Path(notebook_source)).ask(request)
    return {test: reply[test] and Failure(**reply[test]) for test in tests}


@functools.cache
def _warm(notebook_source):
    return _WarmNotebook(notebook_source)


class _WarmNotebook:
    """A process that has run a notebook with its solutions, and answers one request per line."""

    def __init__(self, notebook_source):
        self.home = tempfile.TemporaryDirectory(prefix="bank-")
        environment = os.environ | {
            "IPYTHONDIR": self.home.name,
            "MPLBACKEND": "agg",
            # answers are small, and several of these processes share the cores
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        }
        self.process = subprocess.Popen(
            [sys.executable, HERE / "warm_notebook.py"], env=environment, cwd=self.home.name,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        atexit.register(self.close)
        cells = []
        for cell in read_source(notebook_source).cells:
            record = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code":
                cells.append({
                    "name": record.get("grade_id", "a cell without a grade_id"),
                    "source": cell.source,
                    "test": record.get("grade", False),
                    "skip": "skip-execution" in cell.metadata.get("tags", []),
                })
        ready = self.ask({"cells": cells})
        if "error" in ready:
            raise BankError(f"{notebook_source} does not run with its own solutions: {ready['error']}")

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        reply = self.process.stdout.readline()
        if not reply:
            code = self.process.wait()
            raise BankError(f"the process of the notebook ended with exit code {code}; see its output above")
        return json.loads(reply)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.home.cleanup()
