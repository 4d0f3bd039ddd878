"""`cs231n grade-one`: grade one submission on a CI service, without a gradebook; formerly spelt `grade --ci`.

The module imports only click; the command imports what it needs when it runs.
"""

from typing import Any

import click

from autograder.cli.grading_options import isolation_option, leave_no_byte_code, workers_option

RESULTS = "grades"  # the default folder for the results


class _GradeOne(click.Command):
    """Deletes everything that could be mistaken for its results, even if its arguments are wrong.

    A workflow that passes file names on gives wrong arguments if a student hands in two files.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError:
            from autograder.reports.ci_reports import prepare

            prepare(_output_named_in(given))
            raise


fail_under_option = click.option(
    "--fail-under",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Exit with code 4 if the tests give less than this share of their points.",
)
output_option = click.option(
    "--output",
    metavar="DIR",
    type=click.Path(),
    default=RESULTS,
    show_default=True,
    help="The folder for report.json, junit.xml, results.json (Gradescope) and summary.md.",
)


@click.command("grade-one", cls=_GradeOne)
@click.argument("path", type=click.Path())
@click.option("--assignment", metavar="NAME", help="The assignment; by default the one with notebooks of these names.")
@fail_under_option
@output_option
@workers_option
@isolation_option
@click.pass_context
def grade_one(
    ctx: click.Context,
    path: str,
    assignment: str | None,
    fail_under: float | None,
    output: str,
    workers: int | None,
    isolation: str,
) -> None:
    """Grade one submission on a CI service.

    PATH is a notebook or a folder. The command neither needs nor changes a gradebook. Name the course with -C:
    cs231n -C COURSE grade-one PATH. See docs/ci.md.

    The exit code is 0 however many points are lost, 1 if the submission could not be graded, and 4 if the points are
    below --fail-under.
    """
    leave_no_byte_code()
    from pathlib import Path

    from autograder.cli.command_group import Failure, is_debugging
    from autograder.errors import as_message
    from autograder.grading.grade_one import grade_one as run
    from autograder.reports.ci_reports import prepare, show, write_reports
    from autograder.text import ci_log

    prepare(output)
    folder = Path(output)
    try:
        result = run(ctx.obj, assignment, path, workers, isolation)
        write_reports(result, folder)
    except Exception as error:
        if is_debugging():
            raise
        message, hint = as_message(error)
        raise Failure(ci_log(message), hint and ci_log(hint)) from error
    show(result, folder)
    if fail_under is not None and result.percent < fail_under:
        click.echo(f"The points are below --fail-under ({fail_under:g}%).")
        ctx.exit(4)


@click.command("grade", cls=_GradeOne)
@click.argument("assignment", required=False)
@click.option("--ci", "path", metavar="PATH", type=click.Path(), required=True)
@fail_under_option
@output_option
@workers_option
@isolation_option
@click.pass_context
def former_spelling(ctx: click.Context, **given: Any) -> None:
    """Grade one submission: `cs231n grade [ASSIGNMENT] --ci PATH` is the former spelling of `cs231n grade-one`."""
    ctx.invoke(grade_one, **given)


def is_former_spelling(args: list[str]) -> bool:
    """Whether the arguments of `cs231n grade` are those of `former_spelling`."""
    return any(arg.partition("=")[0] == "--ci" for arg in args)


def _output_named_in(args: list[str]) -> str:
    """The folder that --output names in arguments that click rejected."""
    for place, arg in enumerate(args):
        name, has_value, value = arg.partition("=")
        if name == "--output" and (has_value or args[place + 1 :]):
            return value if has_value else args[place + 1]
    return RESULTS


COMMANDS = (grade_one,)
