"""Draw the pages of `cs231n report`, `feedback`, `mark` and `similar` as docs/*.png, with Chromium.

The reports are on a simulated class. The other pages are those of a few students of the sample class, whose notebooks
are graded for them.

python docs/page_pictures.py [FOLDER]
"""

import contextlib
import random
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent / "benchmarks"), str(DOCS.parent / "tests" / "autograder")]
import chromium  # noqa: E402
import nbformat  # noqa: E402
from class_report import ASSIGNMENTS, simulated_course  # noqa: E402

from autograder.authoring.build import build  # noqa: E402
from autograder.authoring.release import release  # noqa: E402
from autograder.course.workspace import Workspace, create  # noqa: E402
from autograder.grading.grade import grade  # noqa: E402
from autograder.reports.class_report import class_report  # noqa: E402
from autograder.reports.course_report import course_report  # noqa: E402
from autograder.reports.feedback import feedback  # noqa: E402
from autograder.reports.report_page import write_report  # noqa: E402
from autograder.similarity.page import page as similar_page  # noqa: E402
from autograder.similarity.similar import similar  # noqa: E402
from autograder.submissions.collect import collect  # noqa: E402

STUDENTS = 300
GRADED, STUDENT = "nearest_neighbor", "emil"
QUESTION = 3  # of which answers are marked; its answers have formulas
ADDRESS = re.compile(r"Open (http://\S+)")
# picture -> (page, width, height, colour scheme)
PICTURES = {
    "report": ("class", 1200, 980, "light"),
    "report-dark": ("class", 1200, 980, "dark"),
    "report-phone": ("class", 360, 900, "light"),
    "report-course": ("course", 1000, 620, "light"),
    "feedback": ("feedback", 1000, 800, "light"),
    "feedback-dark": ("feedback", 1000, 800, "dark"),
    "feedback-phone": ("feedback", 360, 800, "light"),
    "similar": ("similar", 1200, 900, "light"),
    "similar-dark": ("similar", 1200, 900, "dark"),
    "similar-phone": ("similar", 360, 900, "light"),
    "mark": ("mark", 1280, 860, "light"),
    "mark-dark": ("mark", 1280, 860, "dark"),
    "mark-phone": ("mark", 360, 900, "light"),
}


def main(folder: Path) -> int:
    if why_not := chromium.missing():
        print(f"This {why_not}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch, chromium.started() as browser:
        workspace = simulated_course(Path(scratch) / "class", STUDENTS)
        write_report(class_report(workspace, ASSIGNMENTS[0]), Path(scratch) / "class.html")
        write_report(course_report(workspace), Path(scratch) / "course.html")
        graded = graded_class(Path(scratch) / "graded")
        feedback_page = graded.feedback(STUDENT, GRADED) / f"{graded.course.assignment(GRADED).notebooks[0]}.html"
        (Path(scratch) / "feedback.html").write_bytes(feedback_page.read_bytes())
        (Path(scratch) / "similar.html").write_text(similar_page(similar(graded, GRADED)))
        with marking(graded) as address:
            with browser.new_context() as context:
                mark_some(context.new_page(), address)
            for name, (shown, width, height, scheme) in PICTURES.items():
                with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme) as context:
                    page = context.new_page()
                    page.goto(address if shown == "mark" else (Path(scratch) / f"{shown}.html").as_uri())
                    if shown == "mark":
                        page.locator("h2 a").nth(QUESTION).click()
                        page.locator("#answer[aria-busy=false]").wait_for()
                        page.locator("#list button", has_text="chen").click()
                        page.locator("#who", has_text="chen").wait_for()
                        page.locator("#answer[aria-busy=false]").wait_for()
                    page.screenshot(path=folder / f"{name}.png")
    return 0


def mark_some(page: Any, address: str) -> None:
    """Mark the first answers to a question."""
    page.goto(address)
    page.locator("h2 a").nth(QUESTION).click()
    for keys in ("tu", "f13u", "24"):
        page.locator("#answer[aria-busy=false]").wait_for()
        for key in keys:
            page.keyboard.press(key)
    page.locator("#saved", has_text="All saved").wait_for()


def graded_class(folder: Path) -> Workspace:
    """A workspace with a few graded students; two of them handed in equal answers but for one mistake."""
    from class_from_banks import drawn_texts, read_exercises  # which makes tests/ importable
    from sample_class import STUDENTS, write_class

    # the grader's processes take this path over, and its folder autograder/ would hide the package
    sys.path.remove(str(DOCS.parent / "tests"))

    workspace = create(folder, DOCS.parent / "assignments")
    build(workspace, GRADED)
    release(workspace, GRADED)
    [notebook] = workspace.course.assignment(GRADED).notebooks
    files = (folder / f"{notebook}.ipynb" for folder in (workspace.release(GRADED), workspace.source(GRADED)))
    models = read_exercises(GRADED, notebook, *(nbformat.read(file, as_version=4) for file in files)).questions
    few = {
        student: lambda answers, banks, student=student: (
            STUDENTS[student](answers, banks) | drawn_texts(random.Random(student), models)
        )
        for student in ("amara", "bruno", "chen", "farah", STUDENT)
    }
    write_class(workspace, workspace.course.assignment(GRADED), folder / "handed_in", few)
    collect(workspace, GRADED, folder / "handed_in")
    grade(workspace, GRADED)
    feedback(workspace, GRADED)
    return workspace


@contextlib.contextmanager
def marking(workspace: Workspace) -> Iterator[str]:
    """Serve the pages of `cs231n mark`; the value is their address."""
    command = [Path(sys.executable).with_name("cs231n"), "-C", workspace.root, "mark", GRADED, "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield next(found[1] for line in server.stdout if (found := ADDRESS.search(line)))
        finally:
            server.send_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS))
