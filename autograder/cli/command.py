"""The `cs231n` command."""

import atexit
import gc
from importlib import import_module
from importlib.util import find_spec

import click

from autograder.cli import student_commands
from autograder.cli.command_group import Commands

# a release for students has none of these modules; if only a package of theirs is missing, importing them must fail
INSTRUCTORS_MODULES = (
    "import_command",
    "course_commands",
    "roster_commands",
    "late_command",
    "grading_commands",
    "feedback_command",
    "grade_one_command",
    "regrade_command",
    "mark_command",
    "similar_command",
    "site_command",
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-C",
    "--course",
    "directory",
    metavar="DIR",
    type=click.Path(),
    help="The course workspace; by default the nearest one that `init` made in this folder or above.",
)
@click.version_option(package_name="cs231n-course-kit", message="%(version)s")
@click.pass_context
def main(ctx: click.Context, directory: str | None) -> None:
    """Run the CS231n course: work on its notebooks, or release, collect and grade them."""
    from autograder.python_processes import nothing_from_here

    ctx.with_resource(nothing_from_here())
    ctx.obj = directory
    atexit.register(gc.freeze)  # otherwise Python searches all imported modules for garbage, which takes half a second


def _commands() -> list[click.Command]:
    """The commands that are installed."""
    found: list[click.Command] = [*student_commands.COMMANDS]
    for name in INSTRUCTORS_MODULES:
        if find_spec(f"autograder.cli.{name}"):
            found += import_module(f"autograder.cli.{name}").COMMANDS
    return found


for _command in _commands():
    main.add_command(_command)
