"""The options that `cs231n grade` and `cs231n grade-one` share."""

import os
import sys

import click

from autograder.notebook.job import ISOLATIONS

workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="Run this many notebooks at a time; by default one per processor."
)
isolation_option = click.option(
    "--isolation",
    type=click.Choice(ISOLATIONS),
    default="sandbox",
    show_default=True,
    help="Where student code runs. `process` gives no protection; use it without bubblewrap for code that you trust.",
)


def leave_no_byte_code() -> None:
    """Keep this process and those that it starts from writing byte code beside the modules that they import."""
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
