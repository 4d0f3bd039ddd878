"""What `nbgrader_config.py` calls so that formgrader, and nbgrader's own commands, are safe in a workspace of the kit.

Formgrader runs inside the instructor's Jupyter server. A script in one of its pages can read and write every file of
the instructor, and start kernels; a button of its runs a student's cells as the instructor. So

- its pages show students' work as feedback pages do, cleaned, under a content security policy (`formgrader_pages.py`);
- *Autograde*, *Generate* and *Generate feedback*, and the commands of nbgrader that they stand for, run `cs231n grade`,
  `cs231n release` and `cs231n feedback` (`nbgrader_commands.py`).
"""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config

# With "1" in this variable of the environment `nbgrader autograde` is nbgrader's own.
UNSAFE = "CS231N_RUN_STUDENT_CODE_WITHOUT_SANDBOX"


def protect(c: "Config") -> None:
    """Set in the configuration `c` what keeps formgrader safe; in a server that runs it, see to its pages too."""
    if os.environ.get(UNSAFE) != "1":
        c.Autograde.exporter_class = "autograder.marking.nbgrader_commands.Grade"
    c.GenerateAssignment.exporter_class = "autograder.marking.nbgrader_commands.Release"
    c.GenerateFeedback.exporter_class = "autograder.marking.nbgrader_commands.Feedback"
    if "nbgrader.server_extensions.formgrader.handlers" in sys.modules:
        from autograder.marking.formgrader_pages import guard

        guard()
