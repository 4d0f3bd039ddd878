"""Make formgrader and nbgrader's own commands safe in a workspace of the kit; `nbgrader_config.py` calls `protect`.

Formgrader runs inside the instructor's Jupyter server. A script in one of its pages could read and write all files of
the instructor, and start kernels. One of its buttons would run a student's cells as the instructor. So

- its pages show students' work cleaned, as feedback pages do, under a content security policy (`formgrader_pages.py`);
- its buttons *Autograde*, *Generate* and *Generate feedback*, and nbgrader's commands of these names, run
  `cs231n grade`, `cs231n release` and `cs231n feedback` (`nbgrader_commands.py`).
"""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config

# If this environment variable is "1", `nbgrader autograde` is nbgrader's own command.
UNSAFE = "CS231N_RUN_STUDENT_CODE_WITHOUT_SANDBOX"


def protect(c: "Config") -> None:
    """Make formgrader safe by the settings in `c`; in a server that runs formgrader, also protect its pages."""
    if os.environ.get(UNSAFE) != "1":
        c.Autograde.exporter_class = "autograder.marking.nbgrader_commands.Grade"
    c.GenerateAssignment.exporter_class = "autograder.marking.nbgrader_commands.Release"
    c.GenerateFeedback.exporter_class = "autograder.marking.nbgrader_commands.Feedback"
    if "nbgrader.server_extensions.formgrader.handlers" in sys.modules:
        from autograder.marking.formgrader_pages import guard

        guard()
