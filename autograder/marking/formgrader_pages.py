"""Formgrader's pages, in which nothing that a student wrote runs.

nbgrader renders a student's notebook as it is, and writes names into its pages without escaping them. `guard` changes
that in the server that it is called in: notebooks are cleaned as for feedback, names are escaped, and every page has a
content security policy, by which only the scripts of nbgrader's own templates run.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import BaseLoader, Environment
from markupsafe import escape
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.server_extensions.formgrader.base import BaseHandler
from tornado import web

from autograder.reports.feedback_page import MATHJAX, StudentPage

# The handlers that stand in nbgrader's templates as attributes: in a policy each is named by its hash.
HANDLERS = ("toggle_name(true);", "toggle_name(false);", "toggleAllNames()")
# Templates mark their scripts by this. No notebook can hold it: it is drawn when the server starts.
NONCE = secrets.token_urlsafe(24)
# Files beside a notebook, as a student might have handed them in: shown, but without scripts, and of no origin.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def guard() -> None:
    """Make formgrader's pages safe in this process; to call it again changes nothing."""
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
    """The content security policy of a page of formgrader's, whose address without its scheme is `own`.

    It reaches nothing else of the server: neither the files nor the kernels.
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

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.loader = _Marked(environment.loader)
        return environment

    def from_notebook_node(  # type: ignore[override]  # as in StudentPage
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        shown = {key: safe(value) if isinstance(value, str) else value for key, value in (resources or {}).items()}
        return super().from_notebook_node(nb, shown, **kw)


class _Marked(BaseLoader):
    """The templates of another loader, each script in them marked by the nonce."""

    def __init__(self, loader: BaseLoader) -> None:
        self.loader = loader

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        text, path, is_current = self.loader.get_source(environment, template)
        return re.sub(r"<script\b", f'<script nonce="{NONCE}"', text), path, is_current


def safe(value: object) -> str | int | float | None:
    """A value as it can stand in a page, also inside quotes of a script."""
    if value is None or isinstance(value, int | float):
        return value
    return str(escape(str(value))).replace("\\", "&#92;")


def _exporter(handler: BaseHandler) -> FormgraderPage:
    return _page(handler.settings["nbgrader_exporter"])


@cache
def _page(of_nbgrader: HTMLExporter) -> FormgraderPage:
    options = {name: getattr(of_nbgrader, name) for name in ("template_name", "extra_template_basedirs")}
    return FormgraderPage(config=of_nbgrader.config, sanitize_html=True, **options)


@cache
def _environment(of_nbgrader: Environment) -> Environment:
    assert of_nbgrader.loader is not None  # nbgrader's loads its templates from files
    return of_nbgrader.overlay(loader=_Marked(of_nbgrader.loader))


def _render(handler: BaseHandler, name: str, **values: Any) -> str:
    """As nbgrader does it, with every name escaped."""
    resources = {key: safe(value) for key, value in values.pop("resources", {}).items()}
    values = {key: safe(value) for key, value in values.items()} | {"resources": resources}
    return _environment(handler.settings["nbgrader_jinja2_env"]).get_template(name).render(**values)


def _content_type(handler: web.StaticFileHandler) -> str:
    """Pictures are shown; whatever else lies beside a notebook is shown as text."""
    kind = web.StaticFileHandler.get_content_type(handler)
    return kind if re.fullmatch(r"image/(png|jpeg|gif)", kind) else "text/plain"
