"""Make nbgrader work in folders whose paths contain [ or *.

nbgrader looks for files with glob, which takes these characters in the path of the workspace for a pattern. So it finds
no notebook, and formgrader shows nothing. In a folder with such a name, such as a student's, nbgrader also copies files
that it should leave out.
"""

import glob
import os
import sys
from collections.abc import Callable
from typing import Any

BELOW_THE_WORKSPACE = ("nbgrader.apps.api", "nbgrader.converters.base")  # modules that append patterns to its path
IN_A_FOLDER = "nbgrader.utils"  # is_ignored: the pattern is the last part


class _Globs:
    """The module `glob`, except that the beginning of a pattern is taken literally."""

    def __init__(self, beginning: Callable[[str], int]):
        self.beginning = beginning  # pattern -> the length of its literal beginning

    def glob(self, pattern: str, **options: Any) -> list[str]:
        length = self.beginning(pattern)
        return glob.glob(glob.escape(pattern[:length]) + pattern[length:], **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(glob, name)


def take_literally(root: str) -> None:
    """Make the imported modules of nbgrader take the path `root` literally. Call it again for another root."""
    root = os.path.join(root, "")
    for name in BELOW_THE_WORKSPACE:
        if module := sys.modules.get(name):
            vars(module)["glob"] = _Globs(lambda pattern: len(root) if pattern.startswith(root) else 0)
    if module := sys.modules.get(IN_A_FOLDER):
        vars(module)["glob"] = _Globs(lambda pattern: len(os.path.dirname(pattern)))
