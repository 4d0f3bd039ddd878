"""Draw the pages of `cs231n report` for a simulated class, as docs/report*.png, with Chromium and Playwright.

python docs/page_pictures.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent / "benchmarks"), str(DOCS.parent / "tests" / "autograder")]
import chromium  # noqa: E402
from class_report import ASSIGNMENTS, simulated_course  # noqa: E402

from autograder.reports.class_report import class_report  # noqa: E402
from autograder.reports.course_report import course_report  # noqa: E402
from autograder.reports.report_page import write_report  # noqa: E402

STUDENTS = 300
# picture -> (report, width, height, colour scheme)
PICTURES = {
    "report": ("class", 1200, 980, "light"),
    "report-dark": ("class", 1200, 980, "dark"),
    "report-phone": ("class", 360, 900, "light"),
    "report-course": ("course", 1000, 620, "light"),
}


def main(folder: Path) -> int:
    if why_not := chromium.missing():
        print(f"This {why_not}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch, chromium.started() as browser:
        workspace = simulated_course(Path(scratch) / "class", STUDENTS)
        write_report(class_report(workspace, ASSIGNMENTS[0]), Path(scratch) / "class.html")
        write_report(course_report(workspace), Path(scratch) / "course.html")
        for name, (report, width, height, scheme) in PICTURES.items():
            with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme) as context:
                page = context.new_page()
                page.goto((Path(scratch) / f"{report}.html").as_uri())
                page.screenshot(path=folder / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS))
