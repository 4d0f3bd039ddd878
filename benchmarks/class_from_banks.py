"""Make a class of honest students from the banks of answers in tests/exercises.

    python benchmarks/class_from_banks.py WORKSPACE ASSIGNMENT --students 20

writes WORKSPACE/submitted/STUDENT/ASSIGNMENT/ for a released assignment. Every exercise of every student is drawn at
random: mostly a right answer (from the source or from the bank), sometimes a wrong one, sometimes the released stub.
Strong students get more right answers than weak ones. A written question is answered with some sentences of the model
answer, and sometimes with a phrase or not at all. All submissions differ, so no grader saves time by grading equal
submissions once. The same seed gives the same class, and a smaller class is the beginning of a larger one. The
notebooks look as if the students had run the demonstrations: they contain pictures of random bytes, as large as real
ones.
"""

import argparse
import base64
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_output

from autograder.authoring.scheme import questions
from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.notebook.cell_record import SKIP_TAG

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from sample_class import bank, filled, solutions  # noqa: E402

PHRASES = ("I do not know.", "See the plot above.", "Because of overfitting.")  # answers that several students give
LEFT_OUT = 0.4  # the fraction of the exercises without a right answer that are left as released
PICTURE_BYTES = 48_000  # of a demo; executed notebooks of the first two assignments have 0.9 MB, 12 to 15 demos each


@dataclass(frozen=True)
class Exercises:
    """A released notebook with the right and wrong answers that students may write, by exercise.

    `questions` holds the model answers of the written questions.
    """

    released: nbformat.NotebookNode
    right: dict[str, list[str]]
    wrong: dict[str, list[str]]
    questions: dict[str, str] = field(default_factory=dict)


def read_exercises(
    assignment: str, name: str, released: nbformat.NotebookNode, source: nbformat.NotebookNode
) -> Exercises:
    """Read the exercises of notebook `name`, with the solutions of its source and the answers of the banks."""
    right, wrong = {}, {}
    for cell, mark in solutions(source):
        exercise = mark["grade_id"]
        answers = bank(assignment, name, exercise)
        right[exercise] = [cell.source, *(answer.source for answer in answers if answer.kind == "right")]
        wrong[exercise] = [answer.source for answer in answers if answer.kind == "wrong"]
    written = {question.grade_id: question.model_answer for question in questions(name, source.cells)}
    return Exercises(released, right, wrong, written)


def submissions(
    notebooks: dict[str, Exercises], count: int, seed: int = 0
) -> Iterator[tuple[str, dict[str, nbformat.NotebookNode]]]:
    """Yield `count` pairs (student, {notebook: submission}), all of them different."""
    rng = random.Random(seed)
    seen = set()
    for number in range(1, count + 1):
        for _ in range(1000):
            drawn = {name: drawn_answers(rng, exercises) for name, exercises in notebooks.items()}
            key = repr(drawn)
            if key not in seen:
                break
        else:
            raise SystemExit(f"the banks do not have enough answers for {count} different students")
        seen.add(key)
        words = random.Random(f"{seed} {number}")
        handed_in = {
            name: filled(exercises.released, drawn[name] | drawn_texts(words, exercises.questions))
            for name, exercises in notebooks.items()
        }
        for notebook in handed_in.values():
            _show_pictures(notebook, number)
        yield f"student{number:04}", handed_in


def write_class(workspace: Workspace, assignment: Assignment, count: int, seed: int = 0) -> list[str]:
    """Write the submissions of a class to `submitted/`, and return the names of its students."""
    notebooks = {}
    for name in assignment.notebooks:
        released = nbformat.read(workspace.release(assignment.name) / f"{name}.ipynb", as_version=4)
        source = nbformat.read(workspace.source(assignment.name) / f"{name}.ipynb", as_version=4)
        notebooks[name] = read_exercises(assignment.name, name, released, source)
    students = []
    for student, given in submissions(notebooks, count, seed):
        folder = workspace.submitted(student, assignment.name)
        folder.mkdir(parents=True, exist_ok=True)
        for name, notebook in given.items():
            nbformat.write(notebook, folder / f"{name}.ipynb")
        students.append(student)
    return students


def drawn_answers(rng: random.Random, exercises: Exercises) -> dict[str, str]:
    """Return the answers of one student, {exercise: answer}, without unwritten exercises."""
    skill = rng.betavariate(8, 2)  # 0.8 on average
    answers = {}
    for exercise, right in exercises.right.items():
        if rng.random() < skill:
            answers[exercise] = rng.choice(right)
        elif rng.random() >= LEFT_OUT and exercises.wrong[exercise]:
            answers[exercise] = rng.choice(exercises.wrong[exercise])
    return answers


def drawn_texts(rng: random.Random, questions: dict[str, str]) -> dict[str, str]:
    """Return one student's answers to the written questions, {question: text}."""
    skill = rng.betavariate(8, 2)
    return {question: _drawn_text(rng, model, skill) for question, model in questions.items()}


def _drawn_text(rng: random.Random, model: str, skill: float) -> str:
    """Some sentences of the model answer; one answer in ten is a phrase or says nothing."""
    if (kind := rng.random()) < 0.1:
        return rng.choice(PHRASES) if kind < 0.05 else "YOUR ANSWER HERE" if kind < 0.08 else ""
    sentences = [one for one in re.split(r"(?<=[.!?])\s+(?=[A-Z])", model) if rng.random() < skill]
    return " ".join(sentences) or rng.choice(PHRASES)


def _show_pictures(notebook: nbformat.NotebookNode, seed: int) -> None:
    """Add a picture to the outputs of each demonstration."""
    rng = random.Random(seed)
    for cell in notebook.cells:
        if SKIP_TAG in cell.metadata.get("tags", []):
            picture = base64.b64encode(rng.randbytes(PICTURE_BYTES)).decode()
            cell.outputs = [new_output("display_data", data={"image/png": picture, "text/plain": "<Figure>"})]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the submissions of a class made from the banks.")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("assignment")
    parser.add_argument("--students", type=int, default=20, help="Size of the class (default: 20).")
    parser.add_argument("--seed", type=int, default=0, help="Seed of the class (default: 0).")
    given = parser.parse_args()
    workspace = Workspace(given.workspace)
    names = write_class(workspace, workspace.course.assignment(given.assignment), given.students, given.seed)
    print(f"{len(names)} students have handed in {given.assignment}: {workspace.root / 'submitted'}")
