"""`cs231n doctor`, `data` and `check`: what a student runs.

Only click is imported here; a command imports what it needs when it runs.
"""

import sys

import click

from autograder.cli.command_group import Failure


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check this machine: Python, Jupyter, compiler, data sets.

    Starts a Jupyter kernel for real, says what is missing and what to do. Exit code 1 when something is broken
    that a student cannot work without.
    """
    from autograder.cli.doctor import examine
    from autograder.console import console, plain

    out = console()
    styles = {"ok": "green", "warning": "yellow", "missing": "bold red"}
    broken = 0
    for finding in examine(ctx.obj):
        line = plain(f"{finding.state:8}", style=styles[finding.state])
        line.append_text(plain(f"{finding.subject + ':':20}{finding.found}", style="not bold default"))
        out.print(line, soft_wrap=not out.is_terminal)
        if finding.advice:
            from rich.padding import Padding

            out.print(Padding(plain(finding.advice, style="dim"), (0, 0, 0, 28), expand=False))
        broken += finding.is_fatal
    if broken:
        raise Failure(f"{broken} thing(s) that the notebooks need do not work here.", "Fix the problems above first.")


@click.command()
@click.argument("name", required=False)
@click.option(
    "--from",
    "from_path",
    metavar="PATH",
    type=click.Path(),
    help="An archive or folder that you have already, in the official layout.",
)
def data(name: str | None, from_path: str | None) -> None:
    """List the data sets, or fetch one.

    Without NAME: what there is, and what of it is here. With NAME: download it (checked by its hash; an
    interrupted download goes on where it stopped), or take it from --from. A data set is kept in the user's cache
    folder, for all assignments; the environment variable CS231N_DATA names another folder.
    """
    from autograder.console import console, plain, table

    out = console()
    if name is None:
        if from_path:
            raise click.UsageError("--from needs the NAME of the data set: cs231n data cifar10 --from PATH")
        from autograder.cli.data_sets import list_data_sets
        from cs231n_lib.data import data_dir

        listing = table("name", "state", "size", "what", "licence", right=("size",))
        items = list_data_sets()
        for item in items:
            style = "yellow" if item.state == "absent" else "green"
            listing.add_row(item.name, plain(item.state, style), item.size, item.description, item.license)
        out.print(listing)
        out.print(plain(f"Kept in {data_dir()}"), soft_wrap=True)
        absent = [item.name for item in items if item.state == "absent"]
        if absent:
            out.print(f"To fetch one: cs231n data {absent[0]}", soft_wrap=True)
        return
    from cs231n_lib.data import fetch

    where = fetch(name, from_path=from_path, progress=sys.stderr.isatty())
    out.print(plain(f"{name} is ready: {where}"), soft_wrap=True)


@click.command()
@click.argument("notebook", type=click.Path())
@click.pass_context
def check(ctx: click.Context, notebook: str) -> None:
    """Run the visible checks of one notebook.

    The notebook, as it was last saved, runs in a fresh kernel from top to bottom; it is not changed. Each cell has
    the time that the grader gives it, as the release of the notebook says. Exit code 1 when a check fails, or a graded
    cell that the notebook had was deleted.
    """
    from autograder.check import check as run
    from autograder.cli.check_table import show_checked
    from autograder.console import progress

    with progress("running the cells") as update:
        checked = run(notebook, update)
    show_checked(checked)
    ctx.exit(0 if checked.ok else 1)


COMMANDS = (doctor, data, check)
