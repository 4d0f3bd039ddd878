"""Recognize syntax errors that are valid code in another Python version, and name the version and the construct.

A construct is recognized by the line that the error shows, and also by the message if the line alone could be a typo.
"""

import re
import sys

from autograder.notebook.job import Output
from autograder.text import without_colours

_TYPED = r"(?:async\s+def|def|class|type)\s+\w+\s*\["
_ONE = r"^(?:iterable|dict) unpacking cannot be used in"
_QUOTED = r"""(?<!\w)(?:[rR]?[fF]|[fF][rR])(["'])(?:(?!\1)[^{])*\{(?:(?!\1)[^{}])*\1.*\}.*\1"""
# (the first Python version with it, its name, a pattern for the line, a pattern for the message)
CONSTRUCTS = (
    ((3, 15), "a lazy import", r"^lazy\s+(?:import|from)\b", ""),
    ((3, 15), "unpacking in a comprehension", "", _ONE),
    ((3, 14), "a template string", r"""(?<![\w"'])(?:[rR]?[tT]|[tT][rR])["']""", "^invalid syntax"),
    ((3, 14), "exceptions without parentheses", r"^except\*?\s+[\w.]+(?:\s*,\s*[\w.]*[A-Z][\w.]*)+\s*:", ""),
    ((3, 13), "a default for a type parameter", rf"^{_TYPED}[^\]]*=", ""),
    ((3, 12), "type parameters", rf"^{_TYPED}", ""),
    ((3, 12), "a type statement", r"^type\s+\w+\s*=", ""),
    ((3, 12), "a backslash or # in the braces of an f-string", "", "^f-string expression part cannot include"),
    ((3, 12), "an f-string's own quotes in its braces", _QUOTED, "f-string|^invalid syntax"),
    ((2, 0), "print or exec without parentheses", "", "^Missing parentheses in call to '(?:print|exec)'"),
    ((2, 0), "except with a comma", r"^except\s+[\w.]+\s*,\s*[a-z_]\w*\s*:", ""),
    ((2, 0), "raise with a comma", r"^raise\s+[\w.]+\s*,", "^invalid syntax"),
    ((2, 0), "<> for !=", r"[\w)\]]\s*<>", "^invalid syntax"),
)


def of_another_python(error: Output, here: tuple[int, int] = sys.version_info[:2]) -> str:
    """Say for which Python version the code behind a SyntaxError was written; "" if that is unknown.

    Parameters
    ----------
    error
        An error output of a cell.
    here
        The version of the Python that ran the cell.
    """
    if error["ename"] != "SyntaxError":
        return ""
    message = without_colours(error["evalue"]).strip()
    shown = without_colours("\n".join(error["traceback"]))[-5000:]
    lines = [line.strip()[:1000] for line in shown.splitlines()]
    for version, what, in_line, in_message in CONSTRUCTS:
        is_other = version > here or version[0] < here[0]
        if is_other and re.search(in_message, message) and any(re.search(in_line, line) for line in lines):
            name = "Python 2" if version[0] == 2 else f"Python {version[0]}.{version[1]}"
            return f"this uses syntax of {name} ({what})"
    return ""
