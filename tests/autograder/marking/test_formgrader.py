"""Formgrader in a real Jupyter server and a real browser: its pages work, and no code of a student runs in them."""

import json
import re
import shutil
import urllib.request
from types import SimpleNamespace

import nbformat
import pytest
import running_jupyter
from chromium import CLICK_STRANGE_LINKS
from hostile_notebook import MARKUP, RUN, hostile_notebook, named
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook

from autograder.course.workspace import Workspace
from autograder.reports.student_page import MATHJAX

pytestmark = pytest.mark.slow

NAME = "<img src=x onerror=document.title='ran'>\"'"  # a student's name and the folder's name
API = """<script>(async () => {
  document.title = 'ran';
  await fetch('/api/contents');
  await fetch('/api/kernels', {method: 'POST', headers: {'X-XSRFToken': document.cookie.match(/_xsrf=([^;]+)/)[1]}});
})()</script>"""
# replaces MathJax, which the tests do not download: formgrader's own script waits for these calls
MATHJAX_STUB = """window.MathJax = {Hub: {Config() {}, Queue() {}, Startup: {signal: {Interest(f) {
    window.addEventListener('load', () => setTimeout(() => f('End'), 0)); }}}}};"""


def autograded_by_hand(course, student, edit):
    """Record a submission unfiltered in `autograded/`, as earlier versions or plain nbgrader do; returns its id."""
    folder = course.autograded(student, "sums")
    shutil.copytree(course.release("sums"), folder, ignore=shutil.ignore_patterns("*.md"))
    path = folder / "adding.ipynb"
    notebook = nbformat.read(path, as_version=4)
    edit(notebook)
    path.chmod(0o644)
    path.write_text(json.dumps(notebook))
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_student(student, first_name=NAME, last_name=NAME)
        gradebook.add_submission("sums", student)
        notebook = gradebook.find_submission_notebook("adding", "sums", student)
        for grade in notebook.grades:
            grade.auto_score = 0
        gradebook.db.commit()
        return notebook.id


@pytest.fixture(scope="module")
def formgrader(released_course, tmp_path_factory):
    """A running Jupyter server: `address`, the workspace `course`, `ids` of the submissions by name, and `log`."""
    home = tmp_path_factory.mktemp("jupyter")
    shutil.copytree(released_course, home / "course")
    course = Workspace(home / "course" / "workspace")

    def hostile(notebook):
        notebook.cells += hostile_notebook(server.address + "/api").cells
        notebook.cells.append(new_markdown_cell("# Here it ends"))

    def through_the_api(notebook):
        notebook.cells[-1].source = API
        notebook.cells.append(new_code_cell("", outputs=[new_output("display_data", data={"text/html": API})]))
        evil = {"grade_id": f'"><img src=x onerror="{RUN}">', "grade": True, "solution": True, "points": "<b>"}
        notebook.cells.append(new_markdown_cell("x", metadata={"nbgrader": evil}))

    with running_jupyter.started(
        "server", home, course.root, ["jupyterlab", "jupyterlab_jupytext", "notebook"]
    ) as server:
        ids = {
            "hostile": autograded_by_hand(course, "hostile", hostile),
            "api": autograded_by_hand(course, NAME, through_the_api),
        }
        yield SimpleNamespace(address=server.address, course=course, ids=ids, log=server.log)


class Visit:
    """A browser tab of a logged-in instructor; `asked` lists the paths that the server answered."""

    def __init__(self, tab, address):
        self.tab, self.address, self.asked, self.broken = tab, address, [], []
        # responses, since Playwright also reports requests that the policy blocks
        tab.on("response", lambda response: self.asked.append(response.url.removeprefix(address)))
        tab.on("pageerror", lambda error: self.broken.append(str(error)))
        tab.on("dialog", lambda dialog: (self.broken.append(dialog.message), dialog.dismiss()))

    def open(self, path):
        if path.startswith("/formgrader/submissions/"):  # only where it is needed, as it disables the browser's cache
            self.tab.route(
                f"{MATHJAX}**", lambda route: route.fulfill(body=MATHJAX_STUB, content_type="text/javascript")
            )
        self.asked.clear()
        self.tab.goto(self.address + path, wait_until="networkidle")
        self.tab.evaluate(CLICK_STRANGE_LINKS)
        return self

    @property
    def strange(self):
        """The answered requests that formgrader's own pages do not make."""
        own = re.compile(r"/formgrader/|/favicon.ico|/static/|data:image/|" + re.escape(MATHJAX))
        return [path for path in self.asked if not own.match(path)]


@pytest.fixture(scope="module")
def logged_in(chromium, formgrader):
    """logged_in(bypass_csp) is the browser's context of an instructor who has logged in, made once for each kind."""
    contexts = {}

    def context(bypass_csp):
        if bypass_csp not in contexts:
            contexts[bypass_csp] = chromium.new_context(bypass_csp=bypass_csp)
            tab = contexts[bypass_csp].new_page()
            tab.goto(f"{formgrader.address}/login")
            tab.fill("input[name=password]", running_jupyter.TOKEN)
            tab.press("input[name=password]", "Enter")
            tab.wait_for_load_state()
            tab.close()
        return contexts[bypass_csp]

    yield context
    for made in contexts.values():
        made.close()


@pytest.fixture
def visit(request, logged_in, formgrader):
    tab = logged_in(getattr(request, "param", False)).new_page()
    yield Visit(tab, formgrader.address)
    tab.close()


both = pytest.mark.parametrize("visit", [False, True], ids=["policy", "cleaning alone"], indirect=True)


@both
@pytest.mark.parametrize("who", ["hostile", "api"])
def test_nothing_runs_in_the_page_of_a_submission_and_nothing_reaches_the_server(formgrader, visit, who):
    opened = visit.open(f"/formgrader/submissions/{formgrader.ids[who]}/")
    assert opened.tab.title() == "adding" and opened.strange == [] and opened.broken == []
    visit.tab.click(".glyphicon-eye-open")  # shows the student's name
    shown = visit.tab.inner_text(".live-notebook a.name-shown").strip()
    assert shown == f"{NAME}, {NAME}" and visit.tab.title() == "adding"
    assert json.loads(_answer(formgrader, "/api/kernels")) == []


@both
def test_names_do_not_run_in_the_other_pages(formgrader, visit):
    for path in (
        *("/formgrader/manage_assignments", "/formgrader/manage_submissions/sums", "/formgrader/manage_students"),
        *("/formgrader/gradebook", "/formgrader/gradebook/sums", "/formgrader/gradebook/sums/adding"),
        "/formgrader/manage_students/hostile/sums",
        # URLs that a student can write into a link
        "/formgrader/manage_students/%22%3Bdocument.title%3D'ran'%2F%2F",
        "/formgrader/manage_students/%3Cimg%20src=x%20onerror=document.title='ran'%3E",
        "/formgrader/manage_students/%5C/%3Bdocument.title='ran'%2F%2F",
        "/formgrader/gradebook/%3C%2Fscript%3E%3Cscript%3Edocument.title='ran'%3C%2Fscript%3E/x",
    ):
        opened = visit.open(path)
        assert opened.tab.title() == "nbgrader formgrade" and opened.strange == [], path


def test_the_policy_alone_stops_what_the_cleaning_would_let_through(formgrader, visit):
    payloads = "".join(
        named(text, name, formgrader.address + "/api")
        for name, text in (MARKUP | {"api": API}).items()
        if name not in ("refresh", "title_end")
    )

    def unclean(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("<h1>", payloads + "<h1>", 1))

    visit.tab.route("**/formgrader/submissions/*/", unclean)
    opened = visit.open(f"/formgrader/submissions/{formgrader.ids['hostile']}/")
    assert "onbegin" in opened.tab.content()
    assert opened.tab.title() == "adding" and opened.strange == []


def test_points_comments_keys_and_buttons_of_the_page_work(formgrader, visit):
    visit.open(f"/formgrader/submissions/{formgrader.ids['hostile']}/")
    visit.tab.fill("#question_why", "3.5")
    with visit.tab.expect_response("**/api/grade/*"):
        visit.tab.press("#question_why", "Tab")
    assert visit.tab.evaluate("document.activeElement.id") == "question_why_extra_credit"
    with visit.tab.expect_response("**/api/comment/*"):
        visit.tab.fill("#question_why-comment", "Well *put*.")
        visit.tab.press("#question_why-comment", "Escape")
    with visit.tab.expect_response("**/api/grade/*"):
        visit.tab.click(".nbgrader_cell:has(#test_double) .full-credit")
    visit.tab.click(".help")
    assert "Move to the next score or comment input" in visit.tab.inner_text(".modal-body")
    with Gradebook(formgrader.course.db_url, formgrader.course.course_id) as gradebook:
        given = {g.name: g.manual_score for g in gradebook.find_submission_notebook("adding", "sums", "hostile").grades}
        comment = gradebook.find_comment("question_why", "adding", "sums", "hostile").comment
    assert (given["question_why"], given["test_double"], comment) == (3.5, 3, "Well *put*.")


def test_the_model_answer_and_the_scheme_are_below_the_answer(formgrader, visit):
    opened = visit.open(f"/formgrader/submissions/{formgrader.ids['hostile']}/")
    answer = opened.tab.locator(".nbgrader_cell:has(#question_why)")
    assert opened.tab.locator(".marking-scheme").count() == answer.locator(".marking-scheme").count() == 1
    assert not answer.get_by_text("Because addition commutes").is_visible()
    answer.get_by_text("Model answer and marking scheme").click()
    assert answer.get_by_text("Because addition commutes").is_visible()


def test_the_list_of_submissions_works(formgrader, visit):
    visit.open("/formgrader/gradebook/sums/adding")
    assert visit.tab.locator("#main-table tr").count() == 2
    visit.tab.click("#toggle_names")
    assert visit.tab.inner_text("#toggle_names") == "Hide All Names" and visit.tab.title() == "nbgrader formgrade"


def test_a_page_that_a_student_handed_in_is_not_shown_as_one(formgrader):
    beside = formgrader.course.autograded("hostile", "sums") / "page.html"
    beside.write_text(API)
    (formgrader.course.root / "submitted" / "page.html").write_text(API)
    for path in ("page.html", "..%2f..%2f..%2fsubmitted%2fpage.html"):
        request = f"/formgrader/submissions/{formgrader.ids['hostile']}/{path}"
        with _opened(formgrader, request) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain")
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def _opened(formgrader, path, data=None):
    request = urllib.request.Request(
        formgrader.address + path, data, {"Authorization": f"token {running_jupyter.TOKEN}"}
    )
    return urllib.request.urlopen(request, timeout=300)


def _answer(formgrader, path, data=None):
    with _opened(formgrader, path, data) as answer:
        return answer.read()
