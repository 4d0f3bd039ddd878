"""`cs231n similar`: pairs of submissions that share more than chance explains.

The module imports only click; the command imports what it needs when it runs.
"""

import sys
from pathlib import Path

import click

from autograder.cli.workspace_option import workspace_of

MOST_PROBLEMS = 20  # that are printed


@click.command()
@click.argument("assignment")
@click.option(
    "--past",
    multiple=True,
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="Compare with an earlier class, too: a workspace, or a folder or zip as for collect. May be repeated.",
)
@click.option("--pairs", "most", default=30, show_default=True, type=click.IntRange(1, 1000), help="Pairs to show.")
@click.option("--no-names", is_flag=True, help="Number the submissions instead of naming students.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page to write; by default reports/ASSIGNMENT.similar.html in the workspace.",
)
@click.option("--json", "json_file", is_flag=True, help="Write JSON to standard output instead of a page.")
@click.pass_context
def similar(
    ctx: click.Context,
    assignment: str,
    past: tuple[Path, ...],
    most: int,
    no_names: bool,
    output: Path | None,
    json_file: bool,
) -> None:
    """Find submissions that share more than chance explains.

    The command compares the code of all pairs, exercise by exercise, and writes a page that shows the pairs with the
    most evidence side by side. Other names, comments, layout, or another order of statements or cells make no
    difference. Code of the release does not count, and what many students write counts little.

    The page is evidence to look at, not a verdict. Nothing is run, and nothing is recorded.
    """
    from autograder.console import console, plain, progress, show
    from autograder.folders import write_atomically
    from autograder.similarity.page import MEANING, as_json, page, pairs_table
    from autograder.similarity.similar import similar as run

    workspace = workspace_of(ctx)
    with progress("comparing") as update:
        found = run(workspace, assignment, past, most, names=not no_names, progress=update)
    if json_file:
        import json

        json.dump(as_json(found), sys.stdout, indent=1)
        sys.stdout.write("\n")
        return
    name = f"{assignment}.similar{'.no-names' if no_names else ''}.html"
    output = output or workspace.root / "reports" / name
    write_atomically(output, page(found).encode())
    out = console()
    show(out, pairs_table(found))
    for name, text in found.problems[:MOST_PROBLEMS]:
        out.print(plain(f"{name}: {text}", "yellow"), soft_wrap=True)
    if (more := len(found.problems) - MOST_PROBLEMS) > 0:
        out.print(plain(f"The page lists {more} more problems.", "yellow"), soft_wrap=True)
    short = [exercise.name for exercise in found.compared.exercises if exercise.answers and exercise.is_too_short]
    if short:
        out.print(plain(f"Too short to tell: {', '.join(short)}."), soft_wrap=True)
    count = len(found.stand_out)
    out.print(
        plain(
            f"{count} pair{'s' * (count != 1)} of {found.compared.number:,} stand{'s' * (count == 1)} out. {MEANING}"
        ),
        soft_wrap=True,
    )
    out.print(plain(f"The pairs side by side: {output}"), soft_wrap=True)


COMMANDS = (similar,)
