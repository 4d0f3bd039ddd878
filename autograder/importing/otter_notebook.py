"""Turn a master notebook of otter-grader into an nbgrader notebook, which the importer then reads.

Raw cells such as `# BEGIN QUESTION` enclose questions, solutions and tests (otter's format since version 4). In the
format before it, a question begins in a code block of a text cell, and a test cell with a comment such as `# TEST`.
"""

import ast
import re
from dataclasses import dataclass, field
from typing import Any

from autograder.authoring.regions import HIDDEN_TESTS, SOLUTION
from autograder.importing.autotests import assertion
from autograder.importing.cells import ImportedCell, Notes, as_points

_RAW = re.compile(r"^#\s*(BEGIN|END)\s+(QUESTION|PROMPT|SOLUTION|TESTS)\b|^#\s*(ASSIGNMENT CONFIG)\b")
_OLD_QUESTION = re.compile(r"^```\s*\n(BEGIN QUESTION|BEGIN ASSIGNMENT|ASSIGNMENT CONFIG)\b(.*?)^```\s*$", re.M | re.S)
_OLD_TEST = re.compile(r"^#+\s*(HIDDEN\s+)?TESTS?\s*#*\s*$", re.I)
_HIDDEN = re.compile(r"^#+\s*HIDDEN\b", re.I)
_CONFIG = re.compile(r'^("""|\'\'\')\s*#\s*BEGIN TEST CONFIG\n(.*?)\1;?\s*#\s*END TEST CONFIG\s*\n?', re.S)
_PROMPT = re.compile(r'^([ \t]*)("""|\'\'\')\s*#\s*BEGIN PROMPT\n(.*?)^[ \t]*\2;?\s*#\s*END PROMPT[ \t]*$', re.M | re.S)
_SOLVED_LINE = re.compile(r"^(?P<code>.*?\S)\s*#\s*(?:SOLUTION(?: NO PROMPT)?|SEED)\s*$")
_OTTERS = re.compile(r"^\s*(import otter\b|from otter\b|grader\s*=\s*otter\b|grader\.\w+\()")
_IGNORED = re.compile(r"^[ \t]*#\s*BEGIN IGNORE\b.*?#\s*END IGNORE[ \t]*$\n?", re.M | re.S)
_NUMPYS = re.compile(r"np\.(?:\w+\((.*)\)|(True|False)_)")  # how NumPy 2 shows a number
_SOLVED_TEXT = re.compile(r"^\s*\*\*SOLUTION:?\*\*:?\s*", re.I)


@dataclass
class _Question:
    """The question that is being read."""

    name: str
    points: Any = None
    manual: bool = False
    solutions: int = 0
    tests: list[Any] = field(default_factory=list)


def is_otters(notebook: Any) -> bool:
    """Whether a notebook has otter's marks of questions."""
    return any(
        (cell.cell_type == "raw" and _RAW.match(cell.source.strip()))
        or (cell.cell_type == "markdown" and _OLD_QUESTION.search(cell.source))
        for cell in notebook.cells
    )


def as_nbgrader(notebook: Any, notes: Notes) -> Any:
    """The same notebook with nbgrader's records instead of otter's marks. The argument is changed and returned."""
    reading = _Reading(notes)
    for number, cell in enumerate(notebook.cells, start=1):
        reading.read(number, cell)
    reading.end_question()
    notebook.cells = reading.cells
    return notebook


class _Reading:
    """Reads the cells in order. `cells` are those of the new notebook."""

    def __init__(self, notes: Notes):
        self.notes = notes
        self.cells: list[Any] = []
        self.question: _Question | None = None
        self.block = ""  # PROMPT, SOLUTION, TESTS, or "" between them
        self.old = False  # whether the question is in the older format, which has no ends

    def read(self, number: int, cell: Any) -> None:
        cell.metadata.pop("nbgrader", None)
        mark = _RAW.match(cell.source.strip()) if cell.cell_type == "raw" else None
        if mark:
            self._mark(mark, cell.source)
            return
        if cell.cell_type == "markdown" and (old := _OLD_QUESTION.search(cell.source)):
            self.end_question()
            if old[1] == "BEGIN QUESTION":
                self._begin(old[2])
                self.old = True
            cell.source = _OLD_QUESTION.sub("", cell.source).strip()
            self.cells += [cell] if cell.source else []
            return
        if cell.cell_type == "code":
            source = _IGNORED.sub("", cell.source)
            kept = "\n".join(line for line in source.split("\n") if not _OTTERS.match(line))
            if kept != source:
                self._note(number, cell, "Its calls of otter were removed.")
            cell.source = kept
            if not kept.strip():
                return
        block = self._old_block(cell) if self.old and self.question else self.block
        if self.question and block == "SOLUTION":
            self._solution(cell)
        elif self.question and block == "TESTS" and cell.cell_type == "code":
            self.question.tests.append((number, cell))
            return
        elif block == "PROMPT" and cell.cell_type == "code":
            return  # students get the stub instead
        self.cells.append(cell)

    def _note(self, number: int, cell: Any, what: str, by_hand: bool = False) -> None:
        tell = self.notes.by_hand if by_hand else self.notes.changed
        tell(ImportedCell(number, cell.cell_type, cell.source), what)

    def _mark(self, mark: re.Match[str], source: str) -> None:
        edge, kind = mark[1], mark[2]
        if kind == "QUESTION":
            self.end_question()
            if edge == "BEGIN":
                self._begin("\n".join(line for line in source.split("\n") if not line.startswith("#")))
        elif kind:
            self.block = kind if edge == "BEGIN" else ""

    def _begin(self, config: str) -> None:
        given = _yaml(config)
        name = str(given.get("name") or f"q{len(self.cells) + 1}")
        self.question = _Question(name, given.get("points"), bool(given.get("manual")))
        self.old, self.block = False, ""

    def _old_block(self, cell: Any) -> str:
        """Which part of a question of the older format a cell is."""
        assert self.question
        first = cell.source.strip().partition("\n")[0]
        if cell.cell_type == "code" and _OLD_TEST.match(first):
            return "TESTS"
        if self.question.tests:
            self.end_question()
            return ""
        if self.question.solutions:
            return ""
        return "SOLUTION" if cell.cell_type == "code" or _SOLVED_TEXT.match(cell.source) else ""

    def _solution(self, cell: Any) -> None:
        question = self.question
        assert question
        question.solutions += 1
        name = question.name if question.solutions == 1 else f"{question.name}_{question.solutions}"
        graded = question.manual and question.solutions == 1
        if cell.cell_type == "markdown":
            if not graded:
                return  # text beside a code solution
            cell.source = _SOLVED_TEXT.sub("", cell.source)
        else:
            cell.source = _with_regions(cell.source)
        whole = as_points(question.points)
        points = 1 if whole is None else whole
        cell.metadata["nbgrader"] = _record(name, graded, True, points if graded else 0)

    def end_question(self) -> None:
        """Add the test cells of the question at hand, whose points are known only now."""
        question, self.question, self.block, self.old = self.question, None, "", False
        if question is None:
            return
        shares = _shares(question.points, [_config_of(cell) for _, cell in question.tests])
        texts = [question.points, *(_config_of(cell).get("points") for _, cell in question.tests)]
        unread = [given for given in texts if not isinstance(given, list | dict | None) and as_points(given) is None]
        for place, (number, cell) in enumerate(question.tests, start=1):
            if unread and place == 1:
                self._note(number, cell, f"Its points, {unread[0]!r}, are no number. Write the points.", by_hand=True)
            self._test(number, cell)
            cell.metadata["nbgrader"] = _record(f"test_{question.name}_{place}", True, False, shares[place - 1])
            self.cells.append(cell)

    def _test(self, number: int, cell: Any) -> None:
        config = _config_of(cell)
        source = _CONFIG.sub("", cell.source.strip()).strip("\n")
        first = source.partition("\n")[0]
        hidden = bool(config.get("hidden")) or bool(_HIDDEN.match(first))
        if _HIDDEN.match(first) or _OLD_TEST.match(first):
            source = source.partition("\n")[2]
        source, problem = _asserted(re.sub(r"[ \t]*#\s*IGNORE\s*$", "", source, flags=re.M), _output(cell))
        if problem:
            self._note(number, cell, problem, by_hand=True)
        if hidden:
            source = f"### BEGIN {HIDDEN_TESTS}\n{source}\n### END {HIDDEN_TESTS}"
        cell.source = source


def _record(name: str, grade: bool, solution: bool, points: float) -> dict[str, Any]:
    found = {"grade_id": name, "grade": grade, "solution": solution, "locked": not solution}
    return found | {"schema_version": 3, "task": False} | ({"points": points} if grade else {})


def _yaml(text: str) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _config_of(cell: Any) -> dict[str, Any]:
    found = _CONFIG.match(cell.source.strip())
    return _yaml(found[2]) if found else {}


def _shares(points: Any, configs: list[dict[str, Any]]) -> list[float]:
    """The points of each test: its own, or an equal share of what is left of the question's, which is 1 by default."""
    own = [config.get("points") for config in configs]
    if isinstance(points, list):
        own = [mine if mine is not None else given for mine, given in zip(own, [*points, *own], strict=False)]
        points = None
    elif isinstance(points, dict):
        own = [mine if mine is not None else points.get("each") for mine in own]
        points = None
    known = [as_points(mine) for mine in own]
    whole = as_points(points)
    left = (1 if whole is None else whole) - sum(mine for mine in known if mine is not None)
    rest = sum(mine is None for mine in known)
    return [round(max(left, 0) / rest if mine is None else mine, 4) for mine in known]


def _with_regions(source: str) -> str:
    """A solution with nbgrader's markers around the lines that otter removes."""
    source = _PROMPT.sub(_as_comments, source)
    lines: list[str] = []
    inside, before = False, ""
    for line in source.split("\n"):
        solved = _SOLVED_LINE.match(line)
        indent = line[: len(line) - len(line.lstrip())]
        if solved and not inside:
            if target := re.match(r"\s*([\w.\[\], ]+?)\s*=(?!=)", solved["code"]):
                lines.append(f"{indent}# {target[1]} = ...")
            lines.append(f"{indent}### BEGIN {SOLUTION}")
            inside = True
        elif inside and not solved:
            lines.append(f"{before}### END {SOLUTION}")
            inside = False
        lines.append(solved["code"] if solved else line)
        before = indent
    return "\n".join([*lines, f"{before}### END {SOLUTION}"] if inside else lines)


def _as_comments(prompt: re.Match[str]) -> str:
    lines = [line.strip() for line in prompt[3].rstrip().split("\n")]
    return "\n".join(f"{prompt[1]}{line if line.startswith('#') else f'# {line}'}" for line in lines)


def _output(cell: Any) -> tuple[str | None, bool]:
    """(the value that a test cell shows, as text; whether it prints something)"""
    value, prints = None, False
    for output in cell.get("outputs", []):
        if output["output_type"] == "execute_result":
            value = "".join(output.get("data", {}).get("text/plain", ""))
            if scalar := _NUMPYS.fullmatch(value):
                value = scalar[1] or scalar[2]
        prints |= output["output_type"] == "stream"
    return value, prints


def _asserted(source: str, output: tuple[str | None, bool]) -> tuple[str, str | None]:
    """The test with assertions instead of an expected output; and what the reader must do, if anything."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return source, "The test is not Python. Write it anew."
    if not statements:
        return "pass", "The test is empty. Write one."
    last = statements[-1]
    value, prints = output
    if isinstance(last, ast.FunctionDef):  # otter calls it with the student's names
        names = ", ".join(argument.arg for argument in last.args.args)
        return f"{source}\n\n{last.name}({names})", None
    if isinstance(last, ast.Expr) and value is not None:
        snippet = ast.unparse(last.value)
        try:
            ast.literal_eval(value)
            compared = assertion(snippet, value)
        except (ValueError, SyntaxError):
            compared = f"assert repr({snippet}) == {value!r}"
        return "\n".join([*source.split("\n")[: last.lineno - 1], compared]), None
    if prints:
        return source, "Its expected output is printed text, which is not compared. Write an assert."
    if not isinstance(last, ast.Expr) or isinstance(last.value, ast.Constant) or _asserts(last.value, statements):
        return source, None
    return source, "It has no saved output to compare with. Write an assert."


def _asserts(last: ast.expr, statements: list[ast.stmt]) -> bool:
    """Whether an expression calls an assertion, or a function of the cell."""
    if not isinstance(last, ast.Call):
        return False
    own = {statement.name for statement in statements if isinstance(statement, ast.FunctionDef)}
    called = ast.unparse(last.func)
    return "assert" in called or called in own
