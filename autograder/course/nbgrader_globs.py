"""nbgrader looks for files with glob, and takes [ or * in the path of the workspace itself for a pattern.

There it finds no notebook, and formgrader shows nothing; and in a folder of such a name, a student's too, it copies the
files that it should leave out.
"""

import glob
import os
import sys
from collections.abc import Callable
from typing import Any

BELOW_THE_WORKSPACE = ("nbgrader.apps.api", "nbgrader.converters.base")  # where patterns are made
IN_A_FOLDER = "nbgrader.utils"  # is_ignored: the pattern is the last part


class _Globs:
    """The module `glob`, but for the beginning of a pattern, in which every character is itself."""

    def __init__(self, beginning: Callable[[str], int]):
        self.beginning = beginning  # of a pattern: how long

    def glob(self, pattern: str, **options: Any) -> list[str]:
        length = self.beginning(pattern)
        return glob.glob(glob.escape(pattern[:length]) + pattern[length:], **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(glob, name)


def take_literally(root: str) -> None:
    """Have what is imported of nbgrader take the path `root` for what it is; called again for another root."""
    root = os.path.join(root, "")
    for name in BELOW_THE_WORKSPACE:
        if module := sys.modules.get(name):
            vars(module)["glob"] = _Globs(lambda pattern: len(root) if pattern.startswith(root) else 0)
    if module := sys.modules.get(IN_A_FOLDER):
        vars(module)["glob"] = _Globs(lambda pattern: len(os.path.dirname(pattern)))
