"""Write a report as one HTML page that asks for nothing from anywhere, and as JSON.

The page's template draws the charts as SVG. Everything in it is escaped, and the reports hold students' texts as lines
without characters that control or reorder others (`class_marks.shown_name`). The page's content security policy allows
only its own style sheet and script, which it names by their hashes.
"""

import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from autograder.errors import KitError
from autograder.folders import write_atomically
from autograder.reports.class_report import STATES, AssignmentReport
from autograder.reports.course_report import CourseReport
from autograder.reports.page_templates import environment, source_hash, template_text

FORMAT = 1  # of the JSON; raised when a field changes its meaning or goes
Report = AssignmentReport | CourseReport


def write_report(report: Report, page: Path, workspace: Path | None = None) -> Path:
    """Write the HTML page, and beside it the same as JSON. Return the path of the JSON. Raises KitError.

    The page has links to the feedback pages if it is inside the workspace.
    """
    inside = workspace is not None and page.is_relative_to(workspace)
    to_workspace = "../" * (len(page.relative_to(workspace).parts) - 1) if workspace and inside else None
    beside = page.with_name(f"{page.name.removesuffix('.html')}.json")
    try:
        write_atomically(page, html_of(report, to_workspace).encode())
        write_atomically(beside, json_of(report).encode())
    except OSError as error:
        raise KitError(f"Cannot write {page}: {error.strerror}.", "Choose another file with -o FILE.") from None
    return beside


def json_of(report: Report) -> str:
    """Return the report as JSON in ASCII."""
    kind = "assignment" if isinstance(report, AssignmentReport) else "course"
    return json.dumps({"format": FORMAT, "kind": kind, **asdict(report)}, indent=1, default=_plain) + "\n"


def html_of(report: Report, to_workspace: str | None = None) -> str:
    """Return the report as a page.

    `to_workspace` is the beginning of the addresses of feedback pages; without it, the page has no links to them.
    """
    pages = environment().overlay()
    pages.filters = {**pages.filters, "percent": _percent, "seconds": _seconds, "moment": _moment, "line": _line}
    style, script = template_text("report.css"), template_text("report.js")
    policy = (
        f"default-src 'none'; style-src '{source_hash(style)}'; script-src '{source_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    name = "class_report.html" if isinstance(report, AssignmentReport) else "course_report.html"
    page = pages.get_template(name)
    return page.render(
        report=report,
        policy=Markup(policy),  # this and the next two are the kit's own texts
        style=Markup(style),
        script=Markup(script),
        states=STATES,
        pages=_pages(report, to_workspace),
    )


def _pages(report: Report, to_workspace: str | None) -> dict[tuple[str, str], str]:
    """The addresses of feedback pages by (student, notebook); the notebook "" stands for any.

    Two students whose ids are shown as the same text have none.
    """
    if to_workspace is None:
        return {}
    found: dict[tuple[str, str], str] = {}
    if isinstance(report, CourseReport):
        given = [(way.student, {"": way.page}) for way in report.ways]
    else:
        names = [row.name for row in report.notebooks]
        given = [
            (row.student, {"": next(filter(None, row.pages), "")} | dict(zip(names, row.pages, strict=False)))
            for row in report.students
        ]
    shown = Counter(student for student, _ in given)
    for student, pages in given:
        if shown[student] == 1:
            found |= {(student, notebook): to_workspace + page for notebook, page in pages.items() if page}
    return found


def _plain(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat(timespec="seconds")


def _percent(fraction: float | None) -> str:
    return "–" if fraction is None else f"{100 * fraction:.0f}%"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def _line(text: str) -> Markup:
    from autograder.reports.rendered import course_line  # takes half a second, and few reports need it

    return course_line(text)


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} {value.tzname() or ''}".strip()
