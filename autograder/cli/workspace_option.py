"""The workspace that a command works in, and the gradebook that it uses."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from autograder.course.workspace import Workspace

DATABASE = "The gradebook's database, such as postgresql+psycopg://USER@HOST/DATABASE"

with_database = click.option(
    "--db",
    metavar="URL",
    expose_value=False,
    callback=lambda ctx, _, url: ctx.meta.update(db=url),
    help=f"{DATABASE}; by default c.CourseDirectory.db_url in nbgrader_config.py.",
)


def workspace_of(ctx: click.Context) -> "Workspace":
    """The workspace that -C names, or the nearest one that `init` made in this folder or above."""
    from autograder.course.workspace import Workspace

    return Workspace.find(ctx.obj, ctx.meta.get("db"))
