"""Which edition of the library this is. An assignment's edition leaves out the answers to it and to later ones."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Edition:
    """The edition of the library for one assignment.

    Attributes
    ----------
    assignment
        The assignment whose release contains this edition.
    assignments
        All assignments of the course, in order.
    left_out
        {missing module: the first assignment whose release contains it}; "" where no release does.
    """

    assignment: str
    assignments: tuple[str, ...]
    left_out: dict[str, str]

    def is_older_than(self, assignment: str) -> bool:
        """Whether this edition is for an earlier assignment than the one given."""
        order = self.assignments
        return assignment in order and order.index(self.assignment) < order.index(assignment)


@cache
def this_edition() -> Edition | None:
    """Return the imported edition; None for the whole library, in a checkout of the course."""
    try:
        about = tomllib.loads(Path(__file__).with_name("edition.toml").read_text(encoding="utf-8"))
        return Edition(about["assignment"], tuple(about["assignments"]), dict(about["left_out"]))
    except FileNotFoundError:
        return None


def is_left_out(module: str) -> bool:
    """Whether this edition leaves out the module of this full name."""
    edition = this_edition()
    return edition is not None and module in edition.left_out


def how_to_install(assignment: str) -> str:
    """Return how to get the edition for an assignment, as a clause of a message."""
    return f"install the kit of the release {assignment} (python -m pip install ./kit, in its folder)"


def why_left_out(module: str, what: str) -> str:
    """Say why this edition has no `module`, and which release adds it; `what` begins what the sentence says of it."""
    edition = this_edition()
    asked_by, later = "the assignment", ""
    if edition is not None and module in edition.left_out:
        first = edition.left_out[module]
        before = edition.assignments.index(first) if first else len(edition.assignments)
        asked_by = f"the assignment {edition.assignments[before - 1]}"
        if first:
            later = f" A notebook of a later assignment needs it: {how_to_install(first)}."
    return f"This edition of the library leaves out {what} because it is what {asked_by} asks you to write.{later}"
