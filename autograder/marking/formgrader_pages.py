"""Change formgrader's pages so that none of a student's code runs in them.

nbgrader renders a student's notebook without cleaning it, and writes names into its pages without escaping them.
`guard` changes this in the server that calls it: notebooks are cleaned as for feedback, names are escaped, and every
page has a content security policy that allows only the scripts of nbgrader's own templates. Below each answer to a
question, it adds the model answer and the marking scheme.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import BaseLoader, Environment
from markupsafe import escape
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.server_extensions.formgrader.base import BaseHandler
from tornado import web

from autograder.authoring.scheme import Question, questions
from autograder.marking.shown import Shown
from autograder.reports.student_page import MATHJAX, StudentPage

# The event handlers in attributes of nbgrader's templates; the policy allows each by its hash.
HANDLERS = ("toggle_name(true);", "toggle_name(false);", "toggleAllNames()")
# The mark of the templates' scripts. No notebook can contain it, because it is random for each start of the server.
NONCE = secrets.token_urlsafe(24)
# In nbgrader's template, the end of an answer's box. The model answer and the scheme come before it.
FOOTER = "{{ nbgrader_footer(cell) }}"
SCHEME = """{%- if cell.metadata.nbgrader.grade_id in resources.schemes -%}
<details class="panel-footer marking-scheme"><summary>Model answer and marking scheme</summary>
<div class="rendered_html">{{ resources.schemes[cell.metadata.nbgrader.grade_id] }}</div></details>
{%- endif -%}
"""
# For files beside a notebook, which a student may have handed in: they are shown without scripts and have no origin.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def guard() -> None:
    """Make formgrader's pages safe in this process. Further calls have no effect."""
    if getattr(BaseHandler, "_guarded_by_cs231n", False):
        return
    BaseHandler._guarded_by_cs231n = True
    BaseHandler.exporter = property(_exporter)
    BaseHandler.render = _render
    BaseHandler.content_security_policy = property(
        lambda handler: page_policy(f"{handler.request.host}{handler.base_url}/formgrader")
    )
    handlers.SubmissionFilesHandler.content_security_policy = property(lambda handler: FILE_POLICY)
    handlers.SubmissionFilesHandler.get_content_type = _content_type


def page_policy(own: str) -> str:
    """The content security policy of formgrader's pages, whose address without the scheme is `own`.

    A page can reach nothing else on the server: neither files nor kernels.
    """
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in HANDLERS)
    known = " ".join(f"'sha256-{one}'" for one in hashes)
    scripts = f"'nonce-{NONCE}' {MATHJAX} 'unsafe-eval' 'unsafe-hashes' {known}"
    return (
        f"default-src 'none'; script-src {scripts}; style-src {own}/static/ 'unsafe-inline'; img-src data:; "
        f"font-src {own}/static/ {MATHJAX}; connect-src {own}/api/; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )


class FormgraderPage(StudentPage):
    """A student's notebook with nbgrader's boxes for points and comments."""

    head = '<head>\n<meta name="referrer" content="same-origin"/>\n<style>\n' + (
        ".rendered_html, .output_subarea, .input_area { contain: paint; }\n</style>\n"
    )

    built: Path | None = None  # the folder of the assignment's notebooks with model answers and schemes

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.loader = _Marked(environment.loader)
        return environment

    def from_notebook_node(  # type: ignore[override]  # as in StudentPage
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        shown = {key: safe(value) if isinstance(value, str) else value for key, value in (resources or {}).items()}
        shown["schemes"] = self._schemes(str((resources or {}).get("notebook_id")))
        return super().from_notebook_node(nb, shown, **kw)

    @cached_property
    def renderer(self) -> Shown:
        return Shown()

    def _schemes(self, name: str) -> dict[str, str]:
        """The model answer and the scheme of each question of a notebook, as HTML, by its grade_id."""
        found = {}
        for question in _questions(self.built / f"{name}.ipynb" if self.built else None, name):
            render = self.renderer.code if question.is_code else self.renderer.markdown
            scheme = "".join(f"- [{line.points:g}] {line.text}\n" for line in question.scheme)
            words = "\n\n".join(filter(None, ["**Scheme**" if scheme else "", scheme, question.notes]))
            found[question.grade_id] = render(question.model_answer) + self.renderer.markdown(words)
        return found


class _Marked(BaseLoader):
    """The templates of another loader, with the nonce added to each script, and the scheme below each answer."""

    def __init__(self, loader: BaseLoader) -> None:
        self.loader = loader

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        text, path, is_current = self.loader.get_source(environment, template)
        text = text.replace(FOOTER, SCHEME + FOOTER)
        return re.sub(r"<script\b", f'<script nonce="{NONCE}"', text), path, is_current


def safe(value: object) -> str | int | float | None:
    """A value escaped for a page, also for the inside of quotes in a script."""
    if value is None or isinstance(value, int | float):
        return value
    return str(escape(str(value))).replace("\\", "&#92;")


def _exporter(handler: BaseHandler) -> FormgraderPage:
    page = _page(handler.settings["nbgrader_exporter"])
    page.built = _built(handler)
    return page


def _built(handler: BaseHandler) -> Path | None:
    """The folder of the built notebooks of the assignment to which the submission in the address belongs."""
    try:
        submission = handler.gradebook.find_submission_notebook_by_id(handler.path_args[0])
    except (MissingEntry, IndexError):
        return None
    coursedir = handler.coursedir
    return Path(coursedir.format_path(coursedir.source_directory, ".", submission.assignment.name))


def _questions(path: Path | None, name: str) -> list[Question]:
    try:
        return questions(name, nbformat.read(path, as_version=4).cells) if path else []
    except (OSError, ValueError, AttributeError):  # the marks can still be given
        return []


@cache
def _page(of_nbgrader: HTMLExporter) -> FormgraderPage:
    options = {name: getattr(of_nbgrader, name) for name in ("template_name", "extra_template_basedirs")}
    return FormgraderPage(config=of_nbgrader.config, sanitize_html=True, **options)


@cache
def _environment(of_nbgrader: Environment) -> Environment:
    assert of_nbgrader.loader is not None  # nbgrader's loads its templates from files
    return of_nbgrader.overlay(loader=_Marked(of_nbgrader.loader))


def _render(handler: BaseHandler, name: str, **values: Any) -> str:
    """Render a template as nbgrader does, with every name escaped."""
    resources = {key: safe(value) for key, value in values.pop("resources", {}).items()}
    values = {key: safe(value) for key, value in values.items()} | {"resources": resources}
    return _environment(handler.settings["nbgrader_jinja2_env"]).get_template(name).render(**values)


def _content_type(handler: web.StaticFileHandler) -> str:
    """The type of a file beside a notebook: pictures keep theirs, and all other files are shown as text."""
    kind = web.StaticFileHandler.get_content_type(handler)
    return kind if re.fullmatch(r"image/(png|jpeg|gif)", kind) else "text/plain"
