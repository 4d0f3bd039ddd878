"""The workspace that a command works in, and the gradebook that it uses."""

import click

DATABASE = "The gradebook's database, such as postgresql+psycopg://USER@HOST/DATABASE"

with_database = click.option(
    "--db",
    metavar="URL",
    expose_value=False,
    callback=lambda ctx, _, url: ctx.meta.update(db=url),
    help=f"{DATABASE}; by default c.CourseDirectory.db_url in nbgrader_config.py.",
)


def workspace_of(ctx: click.Context):
    from autograder.course.workspace import Workspace

    return Workspace.find(ctx.obj, ctx.meta.get("db"))

