"""The documentation agrees with the repository: links, the help of the command, the table of dependencies."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.command import main

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("", ".github", "assignments", "autograder", "benchmarks", "cs231n_lib", "datasets", "docs", "tests")
PAGES = sorted({path for name in FOLDERS for path in (ROOT / name).glob("**/*.md" if name else "*.md")})


def without_code(text):
    """A page without its code, in which brackets are not links."""
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", lambda code: re.sub(r"[][()]", "", code[0]), text)


def links(page):
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text("utf-8")))


def anchors(page):
    """Return the anchors that GitHub makes for the headings of a page."""
    headings = re.findall(r"^#+ +(.*?) *$", without_code(page.read_text("utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(page, link):
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page):
    relative = [link for link in links(page) if not re.match(r"[a-z]+:", link)]
    assert [link for link in relative if not leads_somewhere(page, link)] == []


def test_links_and_anchors_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# What it `costs`, and why\n[a](other.md) [b](#what-it-costs-and-why) [c](#gone) `[d](x)`\n")
    assert links(page) == ["other.md", "#what-it-costs-and-why", "#gone"]
    assert [leads_somewhere(page, link) for link in links(page)] == [False, True, False]


def test_the_page_for_instructors_shows_the_help_of_the_command():
    shown = CliRunner().invoke(main, ["--help"], prog_name="cs231n", terminal_width=78)
    assert f"$ cs231n --help\n{shown.output}```" in (ROOT / "docs/instructors.md").read_text("utf-8")


def test_the_table_of_dependencies_lists_each_package_with_its_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    declared = {(re.match(r"[\w-]+", entry)[0], extra) for extra, group in groups.items() for entry in group}
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\w, -]+) \| `?(\w*)`? ?\|", page, flags=re.MULTILINE)
    listed = {(name, extra) for names, extra in rows[1:] for name in names.split(", ")}
    assert listed == declared


def test_the_site_of_the_documentation_has_every_page_of_docs():
    sys.path[:0] = [str(ROOT / "docs")]
    from make_site import pages

    assert {path for page in pages() for path in page.origins} >= set((ROOT / "docs").glob("*.md"))
