"""The `cs231n` command: options, calls and tables, nothing else."""

from typing import Any


def main(*arguments: Any, **settings: Any) -> Any:
    """Run the command; what an installed `cs231n` calls."""
    from autograder.cli.command import main as command

    return command(*arguments, **settings)
