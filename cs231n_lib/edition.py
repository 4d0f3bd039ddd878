"""Which edition of the library this is: the one for an assignment leaves out the answers to it and to later ones."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Edition:
    """The edition for one assignment.

    Attributes
    ----------
    assignment
        The assignment in whose release it came.
    assignments
        All assignments of the course, in order.
    left_out
        Each module that is missing, and the assignment whose release is the first to hold it ("" for none).
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
    """The edition that is imported; None for the whole library, in a checkout of the course."""
    try:
        about = tomllib.loads(Path(__file__).with_name("edition.toml").read_text(encoding="utf-8"))
        return Edition(about["assignment"], tuple(about["assignments"]), dict(about["left_out"]))
    except FileNotFoundError:
        return None


def how_to_install(assignment: str) -> str:
    """What to do to get the edition for an assignment."""
    return f"install the kit of the release {assignment} (python -m pip install ./kit, in its folder)"
