"""`cs231n import`: sources from a course that others wrote.

The module imports only click; a command imports what it needs when it runs.
"""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="import")
@click.argument("folder", type=click.Path())
@click.argument("directory", default="assignments", type=click.Path())
@click.option(
    "--in-process",
    is_flag=True,
    help="Run every test in the student's process, as nbgrader does. Such points can be forged.",
)
def import_(folder: str, directory: str, in_process: bool) -> None:
    """Turn a course for nbgrader or otter-grader into text sources.

    FOLDER holds nbgrader's source/ASSIGNMENT/*.ipynb, or it is that source folder, or the folder of one assignment.
    The command writes course.toml, the sources and IMPORTED.md into the new folder DIRECTORY, by default assignments.
    IMPORTED.md lists what was changed, which tests are not cheat-proof, and what needs a hand. FOLDER does not change,
    and none of its code runs outside the sandbox.
    """
    from autograder.console import console

    import_and_tell(folder, directory, in_process)
    out = console()
    out.print("Next: cs231n init WORKSPACE --assignments that folder; there, cs231n build --rehearse.", soft_wrap=True)


def import_and_tell(folder: "str | Path", directory: "str | Path", in_process: bool = False) -> None:
    """Import a course, and print what was found and what needs a hand."""
    from autograder.console import console, plain
    from autograder.importing.cells import BY_HAND
    from autograder.importing.course import import_course

    with console(stderr=True).status("importing") as status:
        found = import_course(
            folder, directory, all_in_process=in_process, progress=lambda name: status.update(f"importing {name}")
        )
    out = console()
    for assignment in found.assignments:
        tests = sum(notebook.tests for notebook in assignment.notebooks)
        together = sum(notebook.in_process for notebook in assignment.notebooks)
        names = ", ".join(notebook.name for notebook in assignment.notebooks)
        line = f"{assignment.name}: {names}; tests: {tests}"
        out.print(plain(f"{line}, not cheat-proof: {together}" if together else line), soft_wrap=True)
    for where, note in found.all_notes():
        if note.kind == BY_HAND:
            out.print(plain(f"{where}, {note.place}: {note.what}", "yellow"), soft_wrap=True)
    out.print(plain(f"Written: {found.folder}\nWhat was changed: {found.report}"), soft_wrap=True)


COMMANDS = (import_,)
