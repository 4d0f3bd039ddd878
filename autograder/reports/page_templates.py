"""What the templates of all pages share: escaping, the form of numbers, and the hashes of style sheets and scripts."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from autograder.text import html


def template_text(name: str) -> str:
    """The text of a file in `templates/`."""
    return (resources.files("autograder.reports") / "templates" / name).read_text("utf-8")


def source_hash(text: str) -> str:
    """The source by which a content security policy allows this style sheet or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def points(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2):,.10g}"


@cache
def environment() -> Environment:
    """The environment of the templates. Everything that they show is escaped."""
    made = Environment(
        loader=FunctionLoader(template_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_escaped,
    )  # fmt: skip
    made.filters["points"] = points
    return made


def _escaped(value: Any) -> Any:
    """Escape a text as `text.html` does, so that it cannot reorder the page either; jinja2 escapes everything else."""
    return Markup(html(value)) if type(value) is str else value
