"""Build a static site with MkDocs and its theme Material. It needs no network and no server, also for its search."""

import contextlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from autograder.errors import KitError
from autograder.website.pages import Formulas, Links, Page, with_places

MARKER = ".cs231n-site"  # in each folder that this module made, and may therefore replace
INDEX = "search/search_index"
Nav = list[dict[str, Any]]  # with MkDocs' own names for the parts of a menu


def write_site(title: str, pages: Sequence[Page], files: Mapping[str, Path], nav: Nav, folder: Path) -> list[str]:
    """Build the site in `folder`, whole or not at all.

    Parameters
    ----------
    title
        The name of the site.
    pages
        All pages. One of them is `index.md`.
    files
        {place in the site: file} for downloads.
    nav
        The menu, as MkDocs takes it: [{name: place, or a list of the same kind}].
    folder
        A new folder, an empty one, or a site that was made before, which is replaced.

    Returns
    -------
    list of str
        What MkDocs warns about, such as a link to a heading that does not exist.

    Raises
    ------
    KitError
        MkDocs is not installed; `folder` holds something else; or a page's link leads nowhere.
    """
    if missing := [name for name in ("mkdocs", "material", "pymdownx") if find_spec(name) is None]:
        raise KitError(
            f"A site needs MkDocs with its theme Material; not installed: {', '.join(missing)}.",
            "Install them, in the kit's folder: python -m pip install '.[instructor,site]'",
        )
    folder = folder.absolute()  # for MkDocs, a relative path starts at its configuration
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise KitError(f"{folder} is not a folder.", "Name a new folder for the site.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise KitError(f"{folder} holds something else than a site of this command.", "Name a new or an empty folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        made = Path(scratch) / "site"
        formulas = Formulas()
        _stage(Path(scratch) / "docs", with_places(pages), files, formulas)
        said = _build(title, nav, Path(scratch) / "docs", made)
        _with_formulas(made, formulas)
        (made / MARKER).write_text("`cs231n site` made this folder and may replace it.\n", "utf-8")
        os.chmod(made, 0o755)
        if folder.exists():
            os.rename(folder, Path(scratch) / "before")
        os.rename(made, folder)
    return said


def _stage(docs: Path, pages: Mapping[str, Page], files: Mapping[str, Path], formulas: Formulas) -> None:
    links = Links(pages.values(), files)
    for place, page in pages.items():
        path = docs / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(formulas.taken_out(links.followed(page)), "utf-8")
    for place, file in {**links.pictures, **files}.items():
        (docs / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, docs / place)
    for static in (resources.files("autograder.website") / "static").iterdir():
        (docs / static.name).write_bytes(static.read_bytes())


def _build(title: str, nav: Nav, docs: Path, made: Path) -> list[str]:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException
    from pymdownx.slugs import slugify  # type: ignore[import-untyped]

    config = docs.parent / "mkdocs.yml"
    config.write_text("site_name: replaced below\n", "utf-8")
    dark = {"scheme": "slate", "media": "(prefers-color-scheme: dark)"}
    light = {"scheme": "default", "media": "(prefers-color-scheme: light)"}
    for palette, other, icon in ((light, "dark", "weather-night"), (dark, "light", "weather-sunny")):
        palette["toggle"] = {"icon": f"material/{icon}", "name": f"Switch to {other} mode"}  # type: ignore[assignment]
    with _warnings() as said:
        try:
            loaded = load_config(
                str(config),
                site_name=title,
                docs_dir=str(docs),
                site_dir=str(made),
                nav=nav,
                theme={
                    "name": "material",
                    "font": False,  # the fonts of the system: none are fetched
                    "palette": [light, dark],
                    "features": ["content.code.copy", "navigation.indexes", "search.highlight", "toc.follow"],
                },
                plugins=["search", "offline"],
                extra={"generator": False, "polyfills": ["iframe-worker.js"]},
                extra_css=["style.css"],
                markdown_extensions=[
                    "tables",
                    "attr_list",
                    "md_in_html",
                    {"toc": {"slugify": slugify(case="lower"), "permalink": True}},
                    "pymdownx.highlight",
                    "pymdownx.superfences",
                ],
                validation={"links": {"anchors": "warn", "unrecognized_links": "warn"}},
            )
            build(loaded)
        except MkDocsException as error:
            raise KitError("\n".join([f"MkDocs cannot build the site: {error}", *said])) from error
    return said


@contextlib.contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect MkDocs' warnings. Nothing is printed."""
    said: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    log, handler = logging.getLogger("mkdocs"), Collect(logging.WARNING)
    propagates, log.propagate = log.propagate, False
    log.addHandler(handler)
    try:
        yield said
    finally:
        log.removeHandler(handler)
        log.propagate = propagates


def _with_formulas(made: Path, formulas: Formulas) -> None:
    for path in made.rglob("*.html"):
        text = path.read_text("utf-8")
        path.write_text(formulas.put_back(text), "utf-8")
    for path in (made / f"{INDEX}.json", made / f"{INDEX}.js"):
        if path.is_file():
            text = path.read_text("utf-8")
            path.write_text(formulas.put_back(text, lambda tex: json.dumps(tex)[1:-1]), "utf-8")
