"""The click group behind `cs231n`: it formats the help, suggests commands, and shows errors without tracebacks."""

import difflib
import os
from typing import IO, Any

import click

from autograder.errors import as_message
from autograder.text import ci_log

FOR_STUDENTS = ("doctor", "data", "check")
FOR_INSTRUCTORS = (
    "import", "init", "build", "release", "roster", "collect", "late", "grade", "grade-one", "regrade", "mark",
    "feedback", "report", "similar", "export", "site",
)  # fmt: skip
# code -> (the only command that ends with it, or "" for all commands; its meaning)
EXIT_CODES = {
    0: ("", "success (lost points are not a failure)"),
    1: ("", "failure, as the message explains; `check`: a check fails"),
    2: ("", "wrong arguments or options"),
    3: ("collect", "`collect`: some files could not be placed; the others are in place"),
    4: ("grade-one", "`grade-one`: the points are below --fail-under"),
}


class Commands(click.Group):
    """Groups the commands in --help, suggests similar names, and turns errors into messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in (*FOR_STUDENTS, *FOR_INSTRUCTORS) if name in self.commands]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n  Exit codes:\n")
        for code, (command, meaning) in EXIT_CODES.items():
            if command in ("", *self.commands):
                formatter.write(f"    {code}  {meaning}\n")
        formatter.write("\n  Set CS231N_DEBUG=1 in the environment to see the traceback of a failure.\n")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in (("For students", FOR_STUDENTS), ("For instructors", FOR_INSTRUCTORS)):
            rows = [(name, self.commands[name].get_short_help_str(80)) for name in names if name in self.commands]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            if args[0] in FOR_INSTRUCTORS:
                raise Failure(
                    f"`cs231n {args[0]}` is a command for instructors. Releases for students do not contain it.",
                    "The commands for students are cs231n doctor, cs231n data and cs231n check.",
                )
            near = difflib.get_close_matches(args[0], self.commands, n=2, cutoff=0.5)
            hint = f"Did you mean {' or '.join(near)}?" if near else "Run cs231n --help to list the commands."
            raise click.UsageError(f"There is no command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:  # its message may contain the name of a student's file
            raise click.UsageError(ci_log(error.format_message()), error.ctx) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, EOFError, KeyboardInterrupt):
            raise
        except BrokenPipeError:
            raise  # click ends quietly: the program that reads the output has stopped
        except Exception as error:
            if is_debugging():
                raise
            raise Failure(*as_message(error)) from error


def is_debugging() -> bool:
    return os.environ.get("CS231N_DEBUG", "0") not in ("", "0")


class Failure(click.ClickException):
    """An error as the user sees it: what is wrong, then what to do."""

    exit_code = 1

    def __init__(self, message: str, hint: str | None):
        super().__init__(message)
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        from autograder.console import console, plain

        out = console(stderr=True)
        text = plain("Error: ", style="bold red")
        text.append_text(plain(self.message, style="not bold default"))
        out.print(text, soft_wrap=True)
        if self.hint:
            out.print(plain(self.hint), soft_wrap=True)
