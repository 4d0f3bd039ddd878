"""How the commands print: with colours and progress bars on a terminal, as plain text elsewhere."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograder.text import ci_log, on_ci_service, terminal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

PLAIN_WIDTH = 500  # columns without a terminal: the tool that shows the output can wrap its lines


def console(stderr: bool = False) -> "Console":
    """A rich Console on the current stdout or stderr that can print any text in any locale."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")  # a student's name must not end the command
    found = Console(file=stream, highlight=False, emoji=False)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = PLAIN_WIDTH
    return found


def table(*columns: str, right: tuple[str, ...] = (), title: str | None = None) -> "Table":
    """A rich Table in the style that all commands share."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def show(out: "Console", made: "Table | Text") -> None:
    """Print a table or a text. Without a terminal, a table's lines end where their text ends, and have no rules."""
    from rich.table import Table

    if out.is_terminal or not isinstance(made, Table):
        out.print(made)
        return
    made.box = None
    with out.capture() as captured:
        out.print(made)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    out.file.write("\n".join(lines) + "\n\n")


def plain(text: object, style: str = "") -> "Text":
    """Foreign text shown literally: it never acts as rich's markup, control codes or a CI command."""
    from rich.text import Text

    safe = ci_log if on_ci_service() else terminal
    return Text(safe(str(text)), style=style)


@contextmanager
def progress(what: str) -> Iterator[Callable[..., None]]:
    """Show a progress bar on stderr if that is a terminal; yields update(done, total, note="")."""
    target = console(stderr=True)
    if not target.is_terminal:
        yield lambda done, total, note="": None  # a disabled bar of rich 14 still prints an empty line
        return

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=target, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, total: int, note: str = "") -> None:
            from rich.markup import escape

            description = escape(terminal(f"{what} {note}".strip()))
            bar.update(task, completed=done, total=total, description=description)

        yield update
