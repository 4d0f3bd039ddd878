"""Draw the pages of `cs231n report` and `cs231n feedback` as docs/report*.png and docs/feedback*.png, with Chromium.

The reports are on a simulated class; the feedback page is that of a student of the sample class, whose notebook is
graded for it.

python docs/page_pictures.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent / "benchmarks"), str(DOCS.parent / "tests" / "autograder")]
import chromium  # noqa: E402
from class_report import ASSIGNMENTS, simulated_course  # noqa: E402

from autograder.authoring.build import build  # noqa: E402
from autograder.authoring.release import release  # noqa: E402
from autograder.course.workspace import create  # noqa: E402
from autograder.grading.grade import grade  # noqa: E402
from autograder.reports.class_report import class_report  # noqa: E402
from autograder.reports.course_report import course_report  # noqa: E402
from autograder.reports.feedback import feedback  # noqa: E402
from autograder.reports.report_page import write_report  # noqa: E402
from autograder.submissions.collect import collect  # noqa: E402

STUDENTS = 300
GRADED, STUDENT = "nearest_neighbor", "emil"
# picture -> (page, width, height, colour scheme)
PICTURES = {
    "report": ("class", 1200, 980, "light"),
    "report-dark": ("class", 1200, 980, "dark"),
    "report-phone": ("class", 360, 900, "light"),
    "report-course": ("course", 1000, 620, "light"),
    "feedback": ("feedback", 1000, 800, "light"),
    "feedback-dark": ("feedback", 1000, 800, "dark"),
    "feedback-phone": ("feedback", 360, 800, "light"),
}


def main(folder: Path) -> int:
    if why_not := chromium.missing():
        print(f"This {why_not}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch, chromium.started() as browser:
        workspace = simulated_course(Path(scratch) / "class", STUDENTS)
        write_report(class_report(workspace, ASSIGNMENTS[0]), Path(scratch) / "class.html")
        write_report(course_report(workspace), Path(scratch) / "course.html")
        (Path(scratch) / "feedback.html").write_bytes(feedback_page(Path(scratch) / "graded"))
        for name, (shown, width, height, scheme) in PICTURES.items():
            with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme) as context:
                page = context.new_page()
                page.goto((Path(scratch) / f"{shown}.html").as_uri())
                page.screenshot(path=folder / f"{name}.png")
    return 0


def feedback_page(folder: Path) -> bytes:
    """The feedback page of a student who made one mistake."""
    sys.path.append(str(DOCS.parent / "tests"))
    from sample_class import one_mistake, write_class

    sys.path.pop()  # the grader's processes take this path over, and its folder autograder/ would hide the package

    workspace = create(folder, DOCS.parent / "assignments")
    build(workspace, GRADED)
    release(workspace, GRADED)
    assignment = workspace.course.assignment(GRADED)
    write_class(workspace, assignment, folder / "handed_in", {STUDENT: one_mistake})
    collect(workspace, GRADED, folder / "handed_in")
    grade(workspace, GRADED)
    feedback(workspace, GRADED)
    return (workspace.feedback(STUDENT, GRADED) / f"{assignment.notebooks[0]}.html").read_bytes()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS))
