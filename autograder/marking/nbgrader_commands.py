"""Make nbgrader's pages and commands run the kit's commands instead of nbgrader's converters.

nbgrader creates the exporter that its configuration names before it touches a file. The exporters here do all
the work, and leave nothing to convert.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import BaseConverter, NbGraderException

from autograder.course.workspace import Workspace
from autograder.python_processes import environment, python


class _Command(NotebookExporter):
    """Runs a command of the kit for the converter that creates it. Raises NbGraderException if the command fails."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if isinstance(self.parent, BaseConverter):
            self._run(self.parent)
            self.parent.assignments = {}

    def _command(self, converter: BaseConverter) -> list[str]:
        raise NotImplementedError

    def _run(self, converter: BaseConverter) -> None:
        root = Path(converter.coursedir.root).resolve()
        if Workspace(root).db_url != converter.coursedir.db_url:
            _fail(converter, "This is not the gradebook that nbgrader_config.py names. Use cs231n with --db instead.")
        if converter.coursedir.notebook_id != "*":
            _fail(converter, "The kit grades and releases only whole assignments. Do not name a notebook.")
        command = ["cs231n", *self._command(converter)]
        converter.log.info("Running: %s", " ".join(command))
        done = subprocess.run(
            python("-c", "from autograder.cli.command import main; main(prog_name='cs231n')", "-C", root, *command[1:]),
            cwd=root,
            env=environment({**os.environ, "COLUMNS": "120", "PYTHONUTF8": "1", "NO_COLOR": "1"}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        if done.stdout.strip():
            converter.log.info("%s", done.stdout.rstrip())
        if done.returncode:
            _fail(converter, done.stderr.strip() or f"{' '.join(command[:2])} ended with exit code {done.returncode}.")


def _fail(converter: BaseConverter, message: str) -> None:
    converter.log.error("%s", message)
    raise NbGraderException(message)


class Grade(_Command):
    """`cs231n grade`, for `nbgrader autograde` and formgrader's bolt icon."""

    def _command(self, converter: BaseConverter) -> list[str]:
        again = ["--force"] if converter.force else []
        return ["grade", converter.coursedir.assignment_id, *again, *_students(converter)]


class Release(_Command):
    """`cs231n release`, for `nbgrader generate_assignment` and formgrader's *Generate*."""

    def _command(self, converter: BaseConverter) -> list[str]:
        return ["release", converter.coursedir.assignment_id]


class Feedback(_Command):
    """`cs231n feedback`, for `nbgrader generate_feedback` and formgrader's buttons of that name."""

    def _command(self, converter: BaseConverter) -> list[str]:
        return ["feedback", converter.coursedir.assignment_id, *_students(converter)]


def _students(converter: BaseConverter) -> list[str]:
    """Options that name the students whose folders nbgrader has found; no options for all students."""
    coursedir = converter.coursedir
    if coursedir.student_id == "*" and not coursedir.student_id_exclude:
        return []
    pattern = converter._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True)
    found = filter(None, (re.match(pattern, folder) for folder in converter.assignments))
    excluded = coursedir.student_id_exclude.split(",")
    return [f"--student={match['student_id']}" for match in found if match["student_id"] not in excluded]
