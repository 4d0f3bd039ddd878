"""Decide, for imported cells, which are the instructor's and which tests need the student's process.

In the kit, tests run in a process of their own. In a course for nbgrader, everything shares one process.
"""

import ast
import builtins
from collections.abc import Iterable

from autograder.authoring.name_rules import names_imported, names_read, unclear_name
from autograder.authoring.one_process import what_needs_one_process
from autograder.authoring.source import SourceCell
from autograder.importing.cells import Ids, ImportedCell, Notes, record
from autograder.notebook.bound_names import binds_unknown, bound_names
from autograder.notebook.cell_record import IN_PROCESS_TAG

TO_PROVE = "To make it cheat-proof, "


def settle_owners(cells: list[ImportedCell], notes: Notes, all_in_process: bool = False) -> None:
    """Lock cells that tests need, give tests the imports that they need, and tag tests for the student's process."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    solved = frozenset().union(*(bound_names(cell.source) for cell in code if cell.is_solution))
    _lock(cells, solved, notes)
    for cell in code:
        if cell.is_test and (all_in_process or (reasons := what_needs_one_process(cell.source, solved))):
            cell.tags.append(IN_PROCESS_TAG)
            if not all_in_process:
                why, instead = reasons[0]
                notes.not_proof(cell, f"It runs in the student's process, because {why}. {TO_PROVE}{instead}.")
    for cell in code:
        if cell.is_test and not in_process(cell):
            _import_for(cell, code, notes)
    _clear_names(cells, notes)


def in_process(cell: ImportedCell) -> bool:
    return IN_PROCESS_TAG in cell.tags


def _lock(cells: list[ImportedCell], solved: frozenset[str], notes: Notes) -> None:
    """Lock the cells without a record that bind what tests and locked cells read."""
    ids = Ids()
    ids.taken |= {cell.record["grade_id"] for cell in cells if cell.record}
    code = [cell for cell in cells if cell.cell_type == "code"]
    known = set(dir(builtins)) | solved
    changed = True
    while changed:
        changed = False
        instructors = [cell for cell in code if cell.record and not cell.is_solution]
        bound: set[str] = set().union(*(bound_names(cell.source) for cell in instructors))
        needed = set().union(*(_reads(cell.source) for cell in instructors)) - bound - known
        for cell in code:
            if cell.record or not needed:
                continue
            names = bound_names(cell.source)
            if names & solved or not (names & needed or (binds_unknown(cell.source) and not names)):
                continue
            cell.record = record(ids.new(f"setup_{cell.origin}"))
            shown = ", ".join(sorted(names & needed)) or "what it imports"
            notes.changed(cell, f"Tests need {shown} from it, so it is locked now.")
            changed = True


def _reads(source: str) -> set[str]:
    try:
        return names_read(source) - bound_names(source)
    except (SyntaxError, ValueError):
        return set()


def _import_for(test: ImportedCell, code: list[ImportedCell], notes: Notes) -> None:
    """Import in a test what it reads and only solutions or students' cells import."""
    ours = set().union(*(bound_names(c.source) for c in code if c.record and not c.is_solution))
    statements = []
    for cell in code:
        if cell.record and not cell.is_solution:
            continue
        for name in sorted((_reads(test.source) - ours) & names_imported(cell.source)):
            statements.append(_import_of(name, cell.source))
            ours.add(name)
    if statements:
        lines = [*statements, test.source]
        if test.source.startswith("%%"):
            magic, _, rest = test.source.partition("\n")
            lines = [magic, *statements, rest]
        test.source = "\n".join(lines)
        notes.changed(
            test, f"It got the line `{'; '.join(statements)}`: a test cannot use modules that students import."
        )


def _import_of(name: str, source: str) -> str:
    from autograder.notebook.bound_names import parsed

    for statement in parsed(source).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    one = [alias]
                    if isinstance(statement, ast.Import):
                        return ast.unparse(ast.Import(one))
                    return ast.unparse(ast.ImportFrom(statement.module, one, statement.level))
    raise ValueError(f"{name} is not imported")


def _clear_names(cells: list[ImportedCell], notes: Notes) -> None:
    """Tag tests until the build can tell the owner of each name that is left."""
    for _ in range(2 * len(cells)):
        try:
            found = unclear_name([_as_source(number, cell) for number, cell in enumerate(cells)])
        except (SyntaxError, ValueError):
            return
        if not found:
            return
        cell, why = cells[found[0].line], found[1]
        tests = [cell] if cell.is_test else _judged_readers(cells, cell)
        untagged = [test for test in tests if not in_process(test)] or _bound_elsewhere(cells, cell)
        if not untagged:
            return
        for test in untagged:
            test.tags.append(IN_PROCESS_TAG)
            reason = "it shares names with a test that does" if "another process" in why else _reworded(why)
            notes.not_proof(test, f"It runs in the student's process, because {reason}. {TO_PROVE}rename one of them.")


def _reworded(why: str) -> str:
    name = why.split("'")[1]
    if "Python's own" in why:
        return f"it reads {name}, which is a name of Python's and of the solution's"
    return f"it reads {name}, which is bound by a solution and by another cell"


def _judged_readers(cells: list[ImportedCell], solution: ImportedCell) -> list[ImportedCell]:
    """The tests in the judge that read one of Python's names that a solution binds."""
    names = {name for name in bound_names(solution.source) if hasattr(builtins, name)}
    return [cell for cell in cells if cell.is_test and not in_process(cell) and _reads(cell.source) & names]


def _bound_elsewhere(cells: list[ImportedCell], reader: ImportedCell) -> list[ImportedCell]:
    """The judged tests before a test in the student's process that bind what it reads."""
    before = cells[: cells.index(reader)]
    tests = [cell for cell in before if cell.cell_type == "code" and cell.is_test and not in_process(cell)]
    return [cell for cell in tests if _reads(reader.source) & bound_names(cell.source)]


def _as_source(number: int, cell: ImportedCell) -> SourceCell:
    return SourceCell(number, number, cell.cell_type, cell.source, cell.record, tuple(cell.tags))


def tests_of(cells: Iterable[ImportedCell]) -> list[ImportedCell]:
    return [cell for cell in cells if cell.cell_type == "code" and cell.is_test]
