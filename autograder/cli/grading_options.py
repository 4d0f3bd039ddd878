"""The options that `cs231n grade` and `cs231n grade-one` share."""

import os
import sys

import click

from autograder.notebook.job import ISOLATIONS

workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="Notebooks run at the same time; by default one per processor."
)
isolation_option = click.option(
    "--isolation",
    type=click.Choice(ISOLATIONS),
    default="sandbox",
    show_default=True,
    help="What student code runs in. `process` is no protection: for systems without bubblewrap, and code you trust.",
)


def leave_no_byte_code() -> None:
    """Have neither this process nor those that it starts write byte-code beside what they import."""
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
