"""Write a report as one HTML page that asks for nothing from anywhere, and as JSON.

The page's template draws the charts as SVG. Everything in it is escaped, and the reports hold students' texts as lines
without characters that control or reorder others (`class_marks.shown_name`). The page's content security policy allows
only its own style sheet and script, which it names by their hashes.
"""

import base64
import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from autograder.errors import KitError
from autograder.folders import write_atomically
from autograder.reports.class_report import STATES, AssignmentReport
from autograder.reports.course_report import CourseReport

FORMAT = 1  # of the JSON; raised when a field changes its meaning or goes
Report = AssignmentReport | CourseReport


def write_report(report: Report, page: Path) -> Path:
    """Write the HTML page, and beside it the same as JSON. Return the path of the JSON. Raises KitError."""
    beside = page.with_name(f"{page.name.removesuffix('.html')}.json")
    try:
        write_atomically(page, html_of(report).encode())
        write_atomically(beside, json_of(report).encode())
    except OSError as error:
        raise KitError(f"Cannot write {page}: {error.strerror}.", "Choose another file with -o FILE.") from None
    return beside


def json_of(report: Report) -> str:
    """Return the report as JSON in ASCII."""
    kind = "assignment" if isinstance(report, AssignmentReport) else "course"
    return json.dumps({"format": FORMAT, "kind": kind, **asdict(report)}, indent=1, default=_plain) + "\n"


def html_of(report: Report) -> str:
    """Return the report as a page."""
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": _points, "percent": _percent, "seconds": _seconds, "moment": _moment}
    style, script = _template("report.css"), _template("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    name = "class_report.html" if isinstance(report, AssignmentReport) else "course_report.html"
    page = environment.get_template(name)
    return page.render(
        report=report, policy=Markup(policy), style=Markup(style), script=Markup(script), states=STATES
    )  # these are the kit's own texts


def _template(name: str) -> str:
    return (resources.files("autograder.reports") / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _plain(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat(timespec="seconds")


def _points(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2):,.10g}"


def _percent(fraction: float | None) -> str:
    return "–" if fraction is None else f"{100 * fraction:.0f}%"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} {value.tzname() or ''}".strip()
