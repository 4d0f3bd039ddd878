"""Read the banks of wrong and right answers.

A bank is a text file for one exercise, `<assignment>/<notebook>/<exercise>.bank`. The right answers come first, in
full; the first of them is the one that most students would write. A wrong answer is an edit of a right one, so that a
reader sees the mistake:

    # %% right: two loops
    def total(rows):
        result = 0
        for row in rows:
            for number in row:
                result += number
        return result
    # %% right: a sum of sums
    def total(rows):
        return sum(sum(row) for row in rows)
    # %% wrong: begins at 1 -> test_total_values, test_total_empty
    # cause: too large by 1 | should be 0
    -    result = 0
    +    result = 1
    # %% wrong: skips the first row and returns inside of the loop -> test_total_values
         result = 0
    +    rows = rows[1:]
    ...
    -    return result
    +        return result
    # %% wrong: fails without rows -> test_total_empty
    # edit of: a sum of sums
    -    return sum(sum(row) for row in rows)
    +    return sum(rows[0]) + sum(sum(row) for row in rows[1:])

- The title names the mistake. The test cells that must lose their points follow after `->`.
- `# cause:` (optional) lists phrases between bars. The message of one of the lost cells should contain one of them;
  test_causes.py counts how often it does.
- `# edit of:` names the right answer that is edited. Without it, that is the first right answer of the file.
- An edit consists of hunks, with a line `...` between two of them. The first character of a line says whether the line
  is removed (`-`), added (`+`) or stays (a space). The lines of a hunk that are removed or stay must follow each other
  at exactly one place of the right answer, and the hunks must be in its order. Write lines that stay only where the
  place needs them.
- A wrong answer that has little in common with any right one is also written in full.
- Wrong answers stand in the order of the first cell that they lose, with a blank line between the answers of two cells.
"""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ASSIGNMENTS = HERE.parents[1] / "assignments"
NOTEBOOKS = sorted(ASSIGNMENTS.glob("*/*.py"))
BANKS = sorted(HERE.glob("*/*/*.bank"))

TITLE = re.compile(r"# %% (?P<kind>wrong|right): (?P<name>[^>]*?)(?:\s*->\s*(?P<cells>.*\S))?\s*")
CAUSE, EDIT_OF, NEXT_HUNK = "# cause:", "# edit of:", "..."
REMOVED, ADDED, STAYS = "-", "+", " "


class BankError(Exception):
    """A bank file does not follow the format, or its notebook does not run with its own solutions."""


class _Malformed(Exception):
    """What is wrong in an answer, with the number of lines below its title."""

    def __init__(self, message, offset=0):
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True)
class Answer:
    kind: str  # "wrong" or "right"
    name: str
    cells: tuple[str, ...]  # grade_ids of the test cells that a wrong answer must lose
    source: str  # in full, also for an edit
    line: int  # of the title, in the bank file
    cause: tuple[str, ...] | None = None  # phrases, one of which names the mistake to the student


def notebook_of(bank_path):
    """Return the path of the notebook source, assignments/<assignment>/<notebook>.py, that a bank file belongs to."""
    assignment, notebook = Path(bank_path).resolve().parts[-3:-1]
    return ASSIGNMENTS / assignment / f"{notebook}.py"


def read_bank(path):
    """Read the answers of one bank file, in order. Raises BankError with file and line."""
    path = Path(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("# %%")]
    answers = []
    for start, end in itertools.pairwise([*starts, len(lines)]):
        try:
            answers.append(_answer(lines[start:end], start + 1, answers))
        except _Malformed as problem:
            raise BankError(f"{path.name}:{start + 1 + problem.offset}: {problem}") from problem
    return answers


def _answer(lines, number, above):
    """Parse the answer in `lines`, whose title is line `number` of the file; `above` holds the answers before it."""
    match = TITLE.fullmatch(lines[0])
    if not match:
        raise _Malformed(
            f"A title is '# %% wrong: <mistake> -> <test cell>, ...' or '# %% right: <how>', not {lines[0]!r}."
        )
    kind, name = match["kind"], match["name"].strip()
    cells = tuple(cell.strip() for cell in (match["cells"] or "").split(",") if cell.strip())
    if (kind == "wrong") != bool(cells):
        raise _Malformed("A wrong answer names the cells that it loses after '->', a right one names none.")
    if not name:
        raise _Malformed("The answer has no name.")
    if name in [answer.name for answer in above]:
        raise _Malformed(f"Two answers are called {name!r}. Rename one of them.")

    cause, edit_of, start = _header(lines)
    if kind == "right" and start > 1:
        raise _Malformed(f"A right answer stands in full and has neither '{CAUSE}' nor '{EDIT_OF}'.", 1)
    body = "\n".join(lines[start:]).rstrip().splitlines()
    is_edit = bool(body) and body[0].startswith((REMOVED, ADDED, STAYS))
    if is_edit:
        body = _edited(_base(kind, edit_of, above), body, start)
    elif edit_of is not None:
        raise _Malformed(f"After '{EDIT_OF}' follow lines that begin with '-', '+' or a space.", start)
    source = "\n".join(body) + "\n"
    try:
        compile(source, "<answer>", "exec")
    except SyntaxError as error:
        if is_edit:
            raise _Malformed(f"Line {error.lineno} of the edited answer: {error.msg}.") from error
        raise _Malformed(f"{error.msg}.", start - 1 + (error.lineno or 0)) from error
    return Answer(kind, name, cells, source, number, cause)


def _header(lines):
    """Return (phrases after '# cause:', name after '# edit of:', index of the answer's first line); None if absent."""
    found, start = {}, 1
    for key in (CAUSE, EDIT_OF):
        if lines[start:] and lines[start].startswith(key):
            found[key] = lines[start].removeprefix(key).strip()
            start += 1
    for offset, line in enumerate(lines[start:], start):
        if line.startswith((CAUSE, EDIT_OF)):
            raise _Malformed(f"'{CAUSE}' stands once after the title, and '{EDIT_OF}' once after that.", offset)
    cause = None
    if CAUSE in found:
        cause = tuple(phrase.strip() for phrase in re.split(r"\s\|(?=\s|$)", found[CAUSE]))
        if not all(cause):
            raise _Malformed(f"'{CAUSE} <phrase> | <other phrase>' has an empty phrase.", 1)
    return cause, found.get(EDIT_OF), start


def _base(kind, edit_of, above):
    """Return the right answer that an edit changes."""
    if kind == "right":
        raise _Malformed("A right answer stands in full. Only a wrong one is an edit.", 1)
    right = [answer for answer in above if answer.kind == "right" and edit_of in (None, answer.name)]
    if not right:
        wanted = "right answer" if edit_of is None else f"right answer called {edit_of!r}"
        raise _Malformed(f"An edit needs its right answer above it, but there is no {wanted}.")
    return right[0]


def _edited(base, edit, start):
    """Return the lines of answer `base` after an edit, which starts `start` lines below its title."""
    old_lines, new_lines, done = base.source.splitlines(), [], 0
    ends = [*(k for k, line in enumerate(edit) if line == NEXT_HUNK), len(edit)]
    for first, end in zip([0, *(end + 1 for end in ends)], ends, strict=False):
        for k, line in enumerate(edit[first:end], first):
            if not line.startswith((REMOVED, ADDED, STAYS)):
                raise _Malformed(
                    f"A line of an edit begins with '-', '+' or a space; {NEXT_HUNK!r} separates hunks.", start + k
                )
        old = [line[1:] for line in edit[first:end] if not line.startswith(ADDED)]
        new = [line[1:] for line in edit[first:end] if not line.startswith(REMOVED)]
        if not old:
            raise _Malformed("A hunk needs a line that is removed or stays, to give its place.", start + first)
        if old == new:
            raise _Malformed("The hunk changes nothing.", start + first)
        places = [k for k in range(len(old_lines)) if old_lines[k : k + len(old)] == old]
        if not places:
            raise _Malformed(f"{base.name!r} does not have these lines one after the other.", start + first)
        if len(places) > 1:
            raise _Malformed(
                f"The hunk fits {len(places)} places of {base.name!r}. Add lines that stay until it fits one.",
                start + first,
            )
        if places[0] < done:
            raise _Malformed(f"The hunks are not in the order of {base.name!r}, or overlap.", start + first)
        new_lines += old_lines[done : places[0]] + new
        done = places[0] + len(old)
    return new_lines + old_lines[done:]
