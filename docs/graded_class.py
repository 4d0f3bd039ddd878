"""Draw the class table of a graded workspace as docs/graded-class.svg, for the README.

python docs/graded_class.py demo two_layer_net docs/graded-class.svg
"""

import io
import sys

from rich.console import Console

from autograder.cli.class_table import class_table
from autograder.course.workspace import Workspace
from autograder.grading.grade import grade
from autograder.grading.report import summary_line


def main(workspace: str, assignment: str, out: str) -> None:
    report = grade(Workspace(workspace), assignment, force=True)  # so that the table shows times
    console = Console(record=True, width=118, file=io.StringIO(), highlight=False)
    console.print(class_table(report))
    console.print(summary_line(report))
    console.save_svg(out, title=f"cs231n grade {assignment}", unique_id="graded-class")


if __name__ == "__main__":
    main(*sys.argv[1:])
