"""The site of a small course, as its files and in a browser without a network."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from library_course import edit, root, template, workspace  # noqa: F401 (fixtures)

from autograder.authoring.release import release
from autograder.cli.command import main
from autograder.errors import KitError
from autograder.website.pages import Page
from autograder.website.static_site import write_site

pytestmark = pytest.mark.slow  # MkDocs is imported, which takes a second

PROSE = """
# %% [markdown]
# ## The sum
# We add $\\\\sum_i x_i * y_i * z$ to it:
# - a first line,
# - `$HOME` is no formula. See [the students' page](students.md) and [a file](missing.csv).
#
"""


@pytest.fixture
def course(workspace, root, edit):  # noqa: F811
    """A course of which one of two assignments is released, with a page for its students."""
    (root / "docs").mkdir()
    (root / "docs/students.md").write_text(
        "# For students\n\nBring a pencil. The [release](../first.zip) has it all.\n"
    )
    (root / "docs/index.md").write_text("# The handbook\n")
    edit(
        "assignments/course.toml", 'package = "lib"', 'package = "lib"\npages = ["docs/students.md", "docs/index.md"]'
    )
    totals = root / "assignments/first/totals.py"
    totals.write_text(totals.read_text().replace("# %% nbgrader", f"{PROSE}\n# %% nbgrader", 1))
    release(workspace(), "first")
    return workspace()


def made(course, folder):
    result = CliRunner().invoke(main, ["--course", str(course.root), "site", str(folder)])
    assert result.exit_code == 0, result.output
    return result


def test_the_site_of_a_course(course, root, chromium):  # noqa: F811
    folder = root / "the site"
    result = made(course, folder)
    assert str(folder / "index.html") in result.output and "Warning" not in result.output
    pages = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.html")}
    assert pages.keys() >= {"index.html", "students.html", "first/index.html", "first/totals.html"}
    everything = "".join(path.read_text("utf-8", "ignore") for path in folder.rglob("*") if path.is_file())
    # nothing of what only instructors have
    assert "cheapest_of_all" not in everything and "a student with two things" not in everything
    assert "It never gets a discount" not in everything
    assert (folder / "downloads/first.zip").read_bytes() == course.release("first").with_suffix(".zip").read_bytes()
    # nothing from elsewhere, neither scripts nor fonts nor pictures
    assert not re.findall(r'(?:src|<link[^>]*href)="(?:https?:)?//[^"]*"', "".join(pages.values()))

    schedule = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", pages["index.html"].partition("<tbody>")[2]))
    assert "The first assignment totals 100 Friday, 02 October 2026, 23:59 (UTC-07:00) first.zip" in schedule
    assert "The second assignment not released yet" in schedule
    assert "The handbook" in pages["index-page.html"] and "The handbook" in pages["index.html"]
    notebook = pages["first/totals.html"]
    assert '<math display="inline">' in notebook and "<li><code>$HOME</code> is no formula." in notebook
    assert 'href="../students.html"' in notebook and 'href="../downloads/first.zip"' in notebook
    assert "a file." in re.sub("<[^>]+>", "", notebook) and "missing.csv" not in notebook

    with chromium.new_context(offline=True) as context:  # opened as files: there is no server either
        tab = context.new_page()
        tab.goto((folder / "first/totals.html").as_uri())
        assert tab.locator("math").count() == 1
        tab.keyboard.press("s")
        tab.keyboard.type("pencil")
        tab.locator(".md-search-result__link").first.click()
        tab.wait_for_url("**/students.html*")
        assert "Bring a pencil" in tab.locator("article").inner_text()


def test_a_site_is_replaced_and_nothing_else(course, root, monkeypatch):  # noqa: F811
    folder = root / "site"
    monkeypatch.chdir(root)
    made(course, "site")
    (folder / "old.html").write_text("left over")
    made(course, folder)
    assert not (folder / "old.html").exists() and (folder / "index.html").is_file()

    mine = root / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("precious")
    result = CliRunner().invoke(main, ["--course", str(course.root), "site", str(mine)])
    assert result.exit_code == 1 and "holds something else than a site of this command" in result.output
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    assert {path.name for path in Path(root).iterdir() if path.name.startswith(".")} == set()  # nothing half made


def test_without_mkdocs_it_says_what_to_install(course, root, monkeypatch):  # noqa: F811
    from autograder.website import static_site

    monkeypatch.setattr(static_site, "find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["--course", str(course.root), "site", str(root / "site")])
    assert result.exit_code == 1
    assert "pip install '.[instructor,site]'" in result.output
    assert not (root / "site").exists()


def test_what_mkdocs_refuses_is_said(tmp_path):
    with pytest.raises(KitError, match=r"MkDocs cannot build the site: .*\n.*nav"):
        write_site("A course", [Page("index.md", "# A")], {}, "nonsense", tmp_path / "site")
