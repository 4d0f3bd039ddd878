"""`cs231n doctor`, `data` and `check`: the commands for students.

The module imports only click; a command imports what it needs when it runs.
"""

import sys

import click

from autograder.cli.command_group import Failure


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check this machine: Python, Jupyter, compiler, data sets.

    Starts a Jupyter kernel, and says what is missing and what to do. The exit code is 1 if something is broken that a
    student cannot work without.
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
        what = "One part that the notebooks need does" if broken == 1 else f"{broken} parts that the notebooks need do"
        raise Failure(f"{what} not work.", "Fix the problems marked `missing` above.")


@click.command()
@click.argument("name", required=False)
@click.option(
    "--from",
    "from_path",
    metavar="PATH",
    type=click.Path(),
    help="An archive or folder that you already have, in the official layout.",
)
def data(name: str | None, from_path: str | None) -> None:
    """List the data sets, or fetch one.

    Without NAME, the command lists all data sets, and which of them are on this machine. With NAME, it downloads the
    data set and checks its hash, or takes it from --from. An interrupted download continues where it stopped. Data sets
    are kept in the user's cache folder, for all assignments; the environment variable CS231N_DATA names another folder.
    """
    from autograder.console import console, plain, table

    out = console()
    if name is None:
        if from_path:
            raise click.UsageError("--from needs the NAME of the data set: cs231n data cifar10 --from PATH.")
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

    The notebook runs as it was last saved, in a fresh kernel from top to bottom. It is not changed. Each cell has the
    grader's time limit, which the notebook's release names. The exit code is 1 if a check fails or a graded cell was
    deleted.
    """
    from autograder.check import check as run
    from autograder.cli.check_table import show_checked
    from autograder.console import progress

    with progress("running the cells") as update:
        checked = run(notebook, update)
    show_checked(checked)
    ctx.exit(0 if checked.ok else 1)


COMMANDS = (doctor, data, check)
