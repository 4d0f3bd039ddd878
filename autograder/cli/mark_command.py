"""`cs231n mark`: written answers are graded in the browser.

The module imports only click; a command imports what it needs when it runs.
"""

import getpass
from typing import TYPE_CHECKING

import click

from autograder.cli.workspace_option import with_database, workspace_of

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.marking.desk import Desk


@click.command()
@click.argument("assignment")
@click.option("--anonymous", is_flag=True, help="Show no names of students.")
@click.option("--as", "marker", metavar="NAME", help="Your name, for other markers; by default that of your account.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The port to listen on; by default a free one from 8231 on."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@with_database
@click.pass_context
def mark(
    ctx: click.Context, assignment: str, anonymous: bool, marker: str | None, port: int | None, no_browser: bool
) -> None:
    """Grade written answers in the browser, question by question.

    The page shows one answer after another, with the question, the student's pictures, the model answer and the
    marking scheme. Keys tick the lines of the scheme (1 to 9) and go on (j); ? lists them. Every change is saved at
    once in nbgrader's gradebook. Several people can mark at the same time, each with a command of their own.

    The page is served on this machine only, until you press Ctrl-C.
    """
    from contextlib import closing

    from autograder.console import console, plain, progress
    from autograder.marking.desk import Desk

    name = " ".join((marker or _account()).split())
    with closing(Desk(workspace_of(ctx), assignment, name, anonymous)) as desk:
        with progress("reading answers") as update:
            waiting = desk.read_all(update)
        out = console()
        questions = len(desk.entries)
        out.print(plain(f"{questions} question{'s' * (questions != 1)}, {waiting} answers to mark, by {name}"))
        _serve(desk, port, no_browser)
        out.print("Ended. Every change that the page showed as saved is in the gradebook.", soft_wrap=True)


def _serve(desk: "Desk", port: int | None, no_browser: bool) -> None:
    """Serve the desk until Ctrl-C."""
    import asyncio
    import logging
    import signal
    import tempfile
    from pathlib import Path

    from autograder.console import console, plain
    from autograder.marking.server import start

    logging.getLogger("tornado.general").setLevel(logging.ERROR)  # otherwise each refused request is printed

    async def run() -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        server = start(desk, port)
        try:
            console().print(plain(f"Open {server.address}\nPress Ctrl-C to end."), soft_wrap=True)
            with tempfile.TemporaryDirectory(prefix="cs231n-mark-") as folder:
                if not no_browser:
                    _open_browser(server.address, Path(folder) / "mark.html")
                await ended.wait()
        finally:
            await server.stop()

    asyncio.run(run())


def _open_browser(address: str, path: "Path") -> None:
    """Open the page through the private file `path`: other users of the machine can see the arguments of a program."""
    import os
    import sys
    import webbrowser

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return  # a browser for the terminal would take over this one
    path.write_text(
        f'<!doctype html><meta http-equiv="refresh" content="0; url={address}"><a href="{address}">Mark</a>'
    )
    webbrowser.open(path.as_uri())


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return "marker"


COMMANDS = (mark,)
