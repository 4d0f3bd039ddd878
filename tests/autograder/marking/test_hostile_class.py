"""A class whose ids, names, answers and outputs are attacks, marked by a hostile marker, on all its pages."""

import re
from urllib.parse import unquote, urlsplit

import pytest
from chromium import CLICK_STRANGE_LINKS
from hostile_notebook import MARKDOWN, MARKUP, hostile_notebook, named
from marked_class import hand_in, served
from playwright.sync_api import expect

from autograder.course.workspace import Workspace
from autograder.grading.hand_marks import Change, Line
from autograder.marking.desk import Desk
from autograder.reports.class_report import class_report
from autograder.reports.course_report import course_report
from autograder.reports.feedback import feedback
from autograder.reports.report_page import write_report

pytestmark = pytest.mark.slow

IMAGE = "<img src=x onerror=document.title='ran'>"
STUDENTS = {  # id: name
    f'">{IMAGE}': (IMAGE, "{{ 7 * 7 }}"),
    "javascript:document.title='ran'": ("</script><script>document.title='ran'<", "/script>"),
    "\u202elive\x1b[2J": ("\u2066Ev\u202el", "\x1b]0;title\x07"),
    "a%2f..%2fetc": ("x" * 5_000, "\N{COMBINING GRAVE ACCENT}" * 5_000),
}
ORDINARY = {"ben", "cho", "dee", "eve"}  # pages like ann's, which is visited


@pytest.fixture
def pages(workspace, beacon):
    """The workspace with all its pages, and the paths that were asked of the beacon."""
    address, asked = beacon
    text = "\n\n".join(named(markup, key, address) for key, markup in (MARKUP | MARKDOWN).items())
    tex = r"$\href{javascript:document.title='ran'}{x}$ $\text{<img src=x onerror=document.title='ran'>}$"
    answers = [text[:15_000], "word " * 2_000_000, f"\u202e{tex}", IMAGE]
    given = {id: {"question_row": words} for id, words in zip(STUDENTS, answers, strict=True)}
    hand_in(workspace, given, STUDENTS, cells=hostile_notebook(address).cells)
    desk = Desk(Workspace(workspace.root), "pictures", f"maria {IMAGE}")
    [question, _] = desk.entries
    lines = [Line(line.id, line.points, f"{IMAGE} $x$ \u202e") for line in desk.marks.question(question).lines]
    desk.change_scheme(question, desk.marks.question(question).seen, lines)
    desk.keep_remark(question, IMAGE)
    for mark in desk.marks.question(question).marks.values():
        ticked = frozenset(line.id for line in desk.marks.question(question).lines)
        scheme = desk.marks.question(question).seen
        desk.marks.change(
            question, mark.grade_id, mark.seen, Change(ticked, comment=text[:9_000], flagged=True), scheme
        )
    assert feedback(workspace, "pictures").failed == []
    for report, name in ((class_report(workspace, "pictures"), "pictures"), (course_report(workspace), "_course")):
        write_report(report, workspace.root / "reports" / f"{name}.html", workspace.root)
    yield workspace, desk, asked
    desk.close()


@pytest.fixture
def visit(chromium):
    """visit(bypass_csp) is a tab; `strange` lists its errors, dialogs and requests for other things than its pages."""
    contexts = []

    def open_tab(bypass_csp=False):
        contexts.append(chromium.new_context(bypass_csp=bypass_csp))
        tab = contexts[-1].new_page()
        tab.strange = []
        tab.on("pageerror", lambda error: tab.strange.append(str(error)))
        tab.on("dialog", lambda dialog: (tab.strange.append(dialog.message), dialog.dismiss()))
        own = re.compile(r"file:|data:image/|http://127.0.0.1:\d+/(\?token=.*|question/.*|api/.*|static/.*)?$")
        tab.on("response", lambda response: own.match(response.url) or tab.strange.append(response.url))
        return tab

    yield open_tab
    for context in contexts:
        context.close()


def test_nothing_of_a_hostile_class_runs_or_leaves_any_page(visit, pages):
    workspace, desk, asked = pages
    files = [*workspace.root.glob("reports/*.html"), *workspace.root.glob("feedback/**/*.html")]
    assert len(files) == 2 + 2 * (len(STUDENTS) + 5)
    files = [file for file in files if not ORDINARY & set(file.parts)]
    for tab in (visit(), visit(bypass_csp=True)):
        for file in files:
            tab.goto(file.as_uri())
            tab.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
            tab.evaluate(CLICK_STRANGE_LINKS)
            assert "ran" not in tab.title().split() and tab.url == file.as_uri(), file
            # a paragraph of the student's own cannot reorder what is around it
            tab.evaluate("for (const it of document.querySelectorAll('.work')) it.remove()")
            assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]", tab.content()), file
        with served(desk) as address:
            tab.goto(address)
            tab.locator("h2 a").first.click()
            for _ in STUDENTS:
                expect(tab.locator("#answer")).to_have_attribute("aria-busy", "false")
                tab.evaluate(CLICK_STRANGE_LINKS)
                tab.keyboard.press("j")
            assert tab.title() == "seeing: question_row"
        assert asked == tab.strange == []
    # the report leads to each student's own page
    tab.goto((workspace.root / "reports" / "pictures.html").as_uri())
    links = tab.locator("#class tbody th a").evaluate_all("(links) => links.map((link) => link.href)")
    found = sorted(unquote(urlsplit(link).path).split("/feedback/")[1] for link in links)
    assert found == sorted(f"{id}/pictures/seeing.html" for id in [*STUDENTS, "ann", "ben", "cho", "dee", "eve"])
    for link in links:
        if not ORDINARY & set(link.split("/")):
            assert tab.goto(link) and tab.locator("h1").inner_text() == "Seeing"
