"""`cs231n site`: the course as a static site.

The module imports only click; the command imports what it needs when it runs.
"""

from pathlib import Path

import click

from autograder.cli.workspace_option import workspace_of


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.pass_context
def site(ctx: click.Context, folder: Path) -> None:
    """Write the course as a site of static pages.

    The site has the schedule, the notebooks of each release, the downloads, and the course's pages for students. It
    has no solutions and no hidden tests. Put DIR on any web server, or open its index.html: it needs no network, also
    for its search. A site that the command made before is replaced.
    """
    from autograder.console import console, plain
    from autograder.website.course_site import make_course_site

    workspace = workspace_of(ctx)
    with console(stderr=True).status("making the site"):
        warnings = make_course_site(workspace, folder)
    out = console()
    for warning in warnings:
        console(stderr=True).print(plain(f"Warning: {warning}", "yellow"), soft_wrap=True)
    out.print(plain(f"{folder / 'index.html'}"), soft_wrap=True)


COMMANDS = (site,)
