"""The `cs231n` command: options, calls and tables, nothing else."""

from typing import Any


def main(*arguments: Any, **settings: Any) -> Any:
    """Run the command. The installed `cs231n` script calls this."""
    from autograder.cli.command import main as command

    return command(*arguments, **settings)
