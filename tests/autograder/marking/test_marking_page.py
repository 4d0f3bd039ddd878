"""The pages of `cs231n mark` in a real browser: marking by keyboard, two markers, failures, hostile classes."""

import json
import re
import shutil

import pytest
from chromium import CLICK_STRANGE_LINKS, violations, wider_than_the_window
from hostile_notebook import MARKDOWN, MARKUP, hostile_notebook, named
from marked_class import given_to, hand_in, served
from playwright.sync_api import expect
from sqlalchemy.exc import OperationalError

from autograder.course.workspace import Workspace
from autograder.marking.desk import Desk

pytestmark = pytest.mark.slow

STORED = "Object.keys(localStorage).filter((key) => key.startsWith('cs231n-mark:')).length"


class Marker:
    """A person at a page of `cs231n mark`; `broken` lists what went wrong in it."""

    def __init__(self, context, address):
        self.tab, self.address, self.broken, self.asked = context.new_page(), address, [], []
        self.tab.on("pageerror", lambda error: self.broken.append(str(error)))
        self.tab.on("dialog", lambda dialog: (self.broken.append(dialog.message), dialog.dismiss()))
        self.tab.on("response", lambda response: self.asked.append(response.url))

    def open(self, question=0):
        self.tab.goto(self.address)
        self.tab.locator("h2 a").nth(question).click()
        return self.ready()

    def ready(self):
        expect(self.tab.locator("#answer")).to_have_attribute("aria-busy", "false")
        return self

    def press(self, *keys):
        for key in keys:
            self.tab.keyboard.press(key)
            if key in "jku":
                self.ready()
        return self

    def to_the_end(self):
        """Scroll at once, unlike the mouse's wheel, whose scrolling may come after the next key."""
        self.tab.evaluate("scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'})")

    def go_to(self, who):
        self.tab.locator("#list button", has_text=who).click()
        expect(self.tab.locator("#who")).to_contain_text(who)
        return self.ready()

    def saved(self):
        expect(self.tab.locator("#saved")).to_have_text("All saved")
        return self

    def says(self, text):
        expect(self.tab.locator("#told")).to_contain_text(text)

    def given(self, who):
        return self.tab.locator("#list button", has_text=who).locator(".given")


@pytest.fixture
def marking(chromium, workspace):
    """marking(marker, ...) opens the page of the first question in a browser of its own, from a server of its own."""
    desks, exits = [], []

    def begin(marker="maria", of=workspace, anonymous=False, question=0, **context):
        desk = Desk(Workspace(of.root), "pictures", marker, anonymous)
        server = served(desk)
        address = server.__enter__()
        browser = chromium.new_context(**context)
        exits.append(lambda: (browser.close(), server.__exit__(None, None, None), desk.close()))
        made = Marker(browser, address)
        made.desk = desk
        desks.append(made)
        return made.open(question) if question is not None else made

    yield begin
    for leave in reversed(exits):
        leave()
    assert [made.broken for made in desks if made.broken] == []


def test_a_class_is_marked_by_keyboard(marking, workspace):
    page = marking()
    expect(page.tab.locator("#count")).to_have_text("1 of 5 marked")
    expect(page.tab.locator("#before img")).to_have_count(1)
    page.press("1", "3", "j", "2", "f", "c")
    page.tab.keyboard.type("Why? 123")  # keys are text here
    page.press("Escape", "u", "0", "j").saved()
    page.press("p")
    page.tab.keyboard.type("2.5")
    page.press("Enter").saved()
    assert given_to(workspace, "ann") == (3, False, None)
    assert given_to(workspace, "ben") == (1, False, "Why? 123")
    assert given_to(workspace, "cho")[:2] == (0, False)
    assert given_to(workspace, "dee")[:2] == (2.5, False)
    expect(page.tab.locator("#count")).to_have_text("5 of 5 marked")
    page.press("u")
    page.says("All answers are marked.")
    page.tab.reload()
    page.ready().go_to("Ann-Sophie")
    expect(page.tab.locator("#lines input:checked")).to_have_count(2)
    expect(page.given("Benjamin")).to_have_text("⚑ 1")
    page.press("k", "ArrowRight", "Control+1", "Alt+2").saved()  # keys of the browser are not strokes
    assert given_to(workspace, "ben")[0] == 1


def test_mouse_undo_and_taking_points_back(marking, workspace):
    page = marking()
    page.tab.locator(".line", has_text="brightness").click()
    expect(page.given("Ann-Sophie")).to_have_text("1")
    page.press("1", "z").saved()
    assert given_to(workspace, "ann")[0] == 1
    page.tab.get_by_role("button", name="Not marked").click()
    page.saved()
    assert given_to(workspace, "ann") == (None, True, None)
    page.press("z").saved()
    assert given_to(workspace, "ann")[0] == 1
    page.press("3").saved()  # the last tick
    assert given_to(workspace, "ann")[:2] == (None, True)
    page.tab.fill("#points", "9")
    page.press("Enter")
    page.says("Points are from 0 to 4.")
    page.tab.fill("#extra", "1")
    page.press("Enter", "1").saved()
    expect(page.given("Ann-Sophie")).to_have_text("2 + 1")


def test_identical_and_blank_answers_in_one_stroke(marking, workspace):
    page = marking()
    page.press("1", "2", "a")  # before the reply to the strokes
    page.says("1 identical answer got the same.")
    page.tab.get_by_role("button", name="Give 0 points to 1 blank answer").click()
    page.says("1 blank answer got 0 points.")
    assert given_to(workspace, "ben")[0] == 3 and given_to(workspace, "cho")[:2] == (0, False)
    expect(page.tab.locator("#count")).to_have_text("4 of 5 marked")


def test_the_list_can_be_filtered(marking):
    page = marking()
    page.press("1", "j", "f").saved()
    shown = page.tab.locator("#list button")
    for choice, who in (("flagged", ["ben"]), ("blank", ["ben", "cho", "eve"]), ("marked", ["ann", "ben"])):
        page.tab.select_option("#filter", choice)  # the open answer stays in the list
        assert re.findall("ann|ben|cho|dee|eve", " ".join(shown.locator(".whose").all_inner_texts())) == who
    page.tab.select_option("#filter", "open")
    page.press("Escape", "j")
    expect(page.tab.locator("#who")).to_contain_text("cho")


def test_all_lines_in_one_stroke(marking, workspace):
    page = marking()
    page.press("t").saved()
    assert given_to(workspace, "ann")[:2] == (4, False)
    page.press("2", "t").saved()
    assert given_to(workspace, "ann")[0] == 4
    page.press("t").saved()
    assert given_to(workspace, "ann")[:2] == (None, True)


def test_answers_are_found_by_name_words_and_lines(marking):
    page = marking()
    page.press("1", "j", "1", "2", "j").saved()
    shown = page.tab.locator("#list .whose")

    def listed():
        return re.findall("ann|ben|cho|dee|eve", " ".join(shown.all_inner_texts()))

    page.press("/")
    page.tab.keyboard.type("dee")  # keys are text here
    assert listed() == ["cho", "dee"]  # the open answer stays in the list
    page.press("Enter")
    expect(page.tab.locator("#who")).to_contain_text("dee")
    assert listed() == ["cho", "dee"]
    page.tab.fill("#search", "<b>")
    assert listed() == ["ben", "dee"]
    page.tab.fill("#search", "")
    for kind, who in (("with line 1", ["ann", "ben", "dee"]), ("without line 2", ["ann", "dee"])):
        page.tab.select_option("#filter", page.tab.locator("option", has_text=kind).get_attribute("value"))
        assert listed() == who


def test_a_line_changes_later_for_all_answers(marking, workspace):
    page = marking()
    page.press("1", "j", "1", "2").saved()
    page.tab.get_by_role("button", name="Change the scheme").click()
    first = page.tab.locator("#scheme-lines li").first
    expect(first).to_contain_text("Ticked in 2 answers")
    first.get_by_label("Points").fill("1.5")
    page.tab.get_by_role("button", name="Add a line").click()
    page.tab.keyboard.type("no reason")
    page.tab.locator("#scheme-lines li").last.get_by_label("Points").fill("-0.5")
    page.tab.get_by_role("button", name="Save for all answers").click()
    page.says("2 answers have other points now.")
    page.press("4").saved()
    assert given_to(workspace, "ann")[0] == 1.5 and given_to(workspace, "ben")[0] == 2
    expect(page.tab.locator("#sum")).to_have_text("The lines add up to 3.5 of 4 points.")


def test_remarks_are_used_again(marking, workspace):
    page = marking()
    page.press("c")
    page.tab.keyboard.type("See lecture 2.")
    page.tab.locator("#remarks-box summary").click()
    page.tab.get_by_role("button", name="Keep this comment as a remark").click()
    expect(page.tab.locator("#remarks li")).to_have_count(1)
    page.tab.locator("#who").focus()
    page.press("j", "r", "Enter").saved()
    assert given_to(workspace, "ben")[2] == "See lecture 2."


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_markers_at_once(marking, request, workspace, database):
    of = workspace if database == "sqlite" else request.getfixturevalue("workspace_in_postgresql")
    first, second = marking("maria", of), marking("noor", of)
    second.tab.route("**/now?known=*", lambda route: route.abort())  # noor has not heard of maria's strokes
    first.press("1").saved()
    second.press("2")
    second.says("maria changed Ann-Sophie Smith (ann) meanwhile: points – → 2. Your change was not saved.")
    assert given_to(of, "ann")[0] == 2
    second.press("2", "j", "c").saved()
    first.press("j", "3").saved()
    second.tab.keyboard.type("A long comment.")
    second.press("Escape")
    second.says("Your comment is still in its box.")
    assert given_to(of, "ann")[0] == 3 and given_to(of, "ben") == (1, False, None)
    assert second.tab.input_value("#comment") == "A long comment."
    second.tab.locator("#comment").press("End")
    second.tab.keyboard.type(" Mine.")
    second.press("Escape").saved()
    assert given_to(of, "ben") == (1, False, "A long comment. Mine.")
    first.says("noor changed this answer: comment “A long comment. Mine.”")
    expect(first.given("Ann-Sophie")).to_have_text("3")


def test_strokes_that_wait_do_not_overwrite_what_others_did_meanwhile(marking, workspace):
    first, second = marking("maria"), marking("noor")
    lose = ("**/answer/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    second.tab.route(*lose)
    second.press("1", "j", "1")
    first.press("2", "j", "3").saved()
    second.tab.unroute(*lose)
    second.saved()
    second.says("maria changed \N{REPLACEMENT CHARACTER}Benjamin <b>Ng</b> (ben) meanwhile: points – → 1.")
    assert given_to(workspace, "ann")[0] == given_to(workspace, "ben")[0] == 1


def test_a_stroke_whose_reply_is_lost_is_made_once_and_is_no_conflict(marking, workspace):
    page, lost = marking(), []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            return route.abort()
        route.continue_()

    page.tab.route("**/answer/*", lose)
    page.press("1", "2").saved()
    assert lost[0].status == 200 and given_to(workspace, "ann")[0] == 3
    expect(page.tab.locator("#told")).to_be_hidden()


def test_a_database_that_fails_is_said_and_no_stroke_is_lost(marking, workspace, monkeypatch):
    page = marking(viewport={"width": 360, "height": 640})

    def fail(*_):
        raise OperationalError("", {}, Exception("the disk is full"))

    monkeypatch.setattr(page.desk.marks, "change", fail)
    page.press("1", "j", "2")
    expect(page.tab.get_by_role("alert")).to_contain_text("2 changes are not saved: The gradebook does not answer")
    page.to_the_end()
    expect(page.tab.get_by_role("alert")).to_be_in_viewport()
    expect(page.tab.locator("#saved")).to_have_text("2 not saved yet")
    assert given_to(workspace, "ann")[0] is None
    monkeypatch.undo()
    page.saved()
    expect(page.tab.locator("#trouble")).to_be_hidden()
    assert given_to(workspace, "ann")[0] == 2 and given_to(workspace, "ben")[0] == 1


def test_a_server_that_is_started_again_gets_the_strokes_made_meanwhile(chromium, workspace):
    desk, context = Desk(Workspace(workspace.root), "pictures", "maria"), chromium.new_context()
    with served(desk) as address:
        page = Marker(context, address).open()
    page.press("1", "3")
    expect(page.tab.get_by_role("alert")).to_contain_text("2 changes are not saved: the server does not answer")
    port = int(re.search(r":(\d+)/", address)[1])
    with served(desk, port) as again:
        expect(page.tab.get_by_role("alert")).to_contain_text("Open the address that it printed", timeout=20_000)
        assert page.tab.evaluate(STORED) == 1
        other = Marker(context, again)
        other.tab.goto(again)
        page.saved()
        assert given_to(workspace, "ann")[0] == 3 and page.tab.evaluate(STORED) == 0
    context.close()
    desk.close()


def test_a_tab_that_was_closed_without_a_server_loses_nothing(chromium, workspace):
    desk, context = Desk(Workspace(workspace.root), "pictures", "maria"), chromium.new_context()
    with served(desk) as address:
        page = Marker(context, address).open()
    page.press("1", "c")
    page.tab.keyboard.type("typed last")
    page.tab.close(run_before_unload=False)
    port = int(re.search(r":(\d+)/", address)[1])
    with served(desk, port) as again:
        Marker(context, again).open().saved()
        assert given_to(workspace, "ann")[0] == 2
    context.close()
    desk.close()


def test_no_name_is_in_the_pages_of_anonymous_marking(marking):
    page = marking(anonymous=True)
    page.press("1", "j", "u").saved()
    expect(page.tab.locator("#who")).to_have_text(re.compile(r"Answer \d of 5"))
    seen = (
        page.tab.content() + " ".join(page.asked) + page.tab.url + json.dumps(page.tab.evaluate("({...localStorage})"))
    )
    for name in ("ann", "ben", "Ann", "Smith", "Benjamin"):
        assert not re.search(rf"\b{name}\b", seen)


@pytest.fixture
def hostile_class(workspace, beacon):
    """The class after a student with a hostile name handed in everything in hostile_notebook; and the beacon."""
    address, asked = beacon
    cells = hostile_notebook(address).cells
    name = "<img src=x onerror=document.title='ran'>\"'{{7*7}}\u202e"
    text = "\n\n".join(named(markup, key, address) for key, markup in (MARKUP | MARKDOWN).items())
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    hand_in(workspace, {"ann": {"question_row": text[:15_000]}}, {"ann": (name, "\x1b[2J")}, outputs=outputs)
    hand_in(workspace, {"ben": {"question_row": "x"}}, {"ben": (MARKUP["script"], name)}, cells=cells)
    return asked


@pytest.mark.parametrize("bypass_csp", [False, True], ids=["policy", "cleaning alone"])
def test_nothing_of_a_hostile_student_runs_or_leaves_the_page(marking, hostile_class, bypass_csp):
    page = marking(bypass_csp=bypass_csp)
    for _ in "ab":
        page.tab.evaluate(CLICK_STRANGE_LINKS)
        page.press("1", "c")
        page.tab.keyboard.type(MARKUP["onerror"])
        page.press("Escape").saved()
        page.tab.wait_for_load_state("networkidle")
        assert page.tab.title() == "seeing: question_row"
        page.press("j")
    outside = [
        url for url in page.asked if not re.match(r"http://127.0.0.1:\d+/(api|static|question)|data:image/|blob:", url)
    ]
    assert hostile_class == [] and [url for url in outside if not url.endswith("/") and "token=" not in url] == []


def test_the_policy_stops_a_script_that_the_cleaning_has_let_through(marking):
    page = marking()
    page.tab.evaluate(
        """() => {
            const inject = (html) => document.getElementById('answer').insertAdjacentHTML('beforeend', html);
            inject('<img src=x onerror="document.title=1">');
            inject('<b style="position:fixed" onclick="document.title=2" id=t>x</b>');
            document.getElementById('t').click();
            const script = document.createElement('script');
            script.textContent = 'document.title = 3';
            document.body.append(script);
        }"""
    )
    page.tab.wait_for_load_state("networkidle")
    assert page.tab.title() == "seeing: question_row"
    assert page.tab.evaluate("getComputedStyle(document.getElementById('t')).position") == "static"


def test_an_answer_of_ten_megabytes_and_one_that_reverses_text(marking, workspace):
    long = "word " * 2_000_000 + "the end"
    hand_in(workspace, {"ann": {"question_row": long}, "ben": {"question_row": "\u202e\x1b[2J evil"}})
    page = marking()
    expect(page.tab.locator("#cut")).to_contain_text("Show all 10,000,007 characters")
    whole = page.tab.context.request.get(page.tab.locator("#cut a").evaluate("(link) => link.href"))
    assert whole.headers["content-type"] == "text/plain; charset=utf-8" and whole.body().endswith(b" the end")
    page.press("1", "j", "2").saved()
    assert "\x1b" not in page.tab.content() and given_to(workspace, "ann")[0] == 2
    assert page.tab.locator("#answer").evaluate("(element) => getComputedStyle(element).unicodeBidi") == "isolate"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_accessible_and_fit_the_window(marking, width):
    page = marking(question=None, viewport={"width": width, "height": 740})
    page.tab.goto(page.address)
    assert violations(page.tab) == [] and wider_than_the_window(page.tab) == 0
    page.tab.locator("h2 a").first.click()
    page.ready().press("1", "f").saved()
    page.to_the_end()
    page.press("j", "k")
    expect(page.tab.locator("#who")).to_be_in_viewport()
    assert violations(page.tab) == [] and wider_than_the_window(page.tab) == 0
    page.press("?")
    expect(page.tab.locator("#help")).to_be_visible()
    assert violations(page.tab) == []
    page.press("Escape")
    page.tab.get_by_role("button", name="Change the scheme").click()
    assert violations(page.tab) == [] and wider_than_the_window(page.tab) == 0


def test_single_keys_can_be_turned_off(marking, workspace):
    page = marking()
    page.press("?")
    page.tab.get_by_label("Single keys are shortcuts").uncheck()
    page.press("Escape", "1").saved()
    assert given_to(workspace, "ann")[0] is None


def test_questions_are_assigned_on_the_first_page(marking):
    page = marking(question=None)
    page.tab.goto(page.address)
    page.tab.get_by_label("Assigned to").first.fill("noor")
    page.tab.get_by_label("Assigned to").first.press("Tab")
    expect(page.tab.locator("#saved")).to_have_text("Saved")
    page.open().says("This question is assigned to noor.")


def test_work_that_is_graded_anew_is_shown_again_before_it_can_be_marked(marking, workspace):
    page = marking()
    hand_in(workspace, {"ann": {"question_row": "Another answer."}})
    page.press("1")
    page.says("was graded anew")
    expect(page.tab.locator("#answer")).to_have_text(re.compile("Another answer."))
    assert given_to(workspace, "ann")[0] is None
    page.press("2").saved()
    assert given_to(workspace, "ann")[0] == 1


def test_an_answer_without_its_notebook_does_not_stop_the_page(marking, workspace):
    shutil.rmtree(workspace.autograded("ann", "pictures"))
    page = marking()
    expect(page.tab.locator("#answer")).to_have_text("[no answer]")
    page.press("j")
    expect(page.tab.locator("#answer")).to_contain_text("far from all")
