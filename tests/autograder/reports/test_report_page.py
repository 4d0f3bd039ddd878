"""The page and the JSON of a report, read by a browser."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from chromium import violations, wider_than_the_window

from autograder.course.course_toml import Assignment
from autograder.errors import KitError
from autograder.grading.results import LostCell, NotebookResult
from autograder.reports.class_marks import ClassMarks, Item, SchemeRow, Work
from autograder.reports.class_report import report_of
from autograder.reports.course_report import report_on
from autograder.reports.report_page import html_of, json_of, write_report

ITEMS = (Item("n", "t", "e", 2, False), Item("n", "u", "f", 2, False), Item("n", "q", "q", 4, True))
PAYLOADS = (
    "<script>document.title='ran'</script>",
    "<img src=x onerror=\"document.title='ran'\">",
    '"><svg onload="document.title=\'ran\'">',
    "' onmouseover='document.title=1' x='",
    "</style></script><script>document.title='ran'</script>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eevil\u2066",
    "\x1b[2J\x07",
    "https://evil.example/<b>bold",
)


def made(students, kind="class"):
    """A report on these students, each of whose names, messages and ids of mistakes is the student's name."""
    works = []
    for number, student in enumerate(students):
        lost = (
            LostCell("t", "failed", f"{student}\nLikely mistake: {student} [{student}]", (student,)),
            LostCell("u", "failed", student),
        )
        results = {"n": NotebookResult(lost, (student,), 2.0)}
        points = {("n", "t"): 0.0, ("n", "u"): float(number % 3), ("n", "q"): 1.0}
        works.append(Work(student, student, points, frozenset(), {}, 60.0, results))
    marks = ClassMarks(Assignment("sums", "Adding", ("n",)), ITEMS, tuple(works), (("absent", "Absent"),))
    return report_of(marks, "A course", {}) if kind == "class" else report_on([marks, marks], "c", "A course", {})


class _Structure(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, tuple(name for name, _ in attributes)))


@pytest.mark.parametrize("kind", ["class", "course"])
def test_a_hostile_class_gives_a_page_of_the_same_structure(kind):
    harmless = _Structure(html_of(made([f"student{n}" for n in range(len(PAYLOADS))], kind))).found
    found = _Structure(html_of(made(PAYLOADS, kind))).found  # in a course, students are sorted by their names
    assert found == harmless if kind == "class" else sorted(found) == sorted(harmless)


@pytest.mark.parametrize("kind", ["class", "course"])
def test_no_character_reorders_or_controls(kind):
    page = html_of(made(PAYLOADS, kind))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    assert "49" not in re.findall(r"<bdi>([^<]*)</bdi>", page) and "{{ 7 * 7 }}" in page


def test_the_page_names_no_other_file_and_allows_no_other_script():
    page = html_of(made(["ann"]))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    links = re.findall(r"""\b(?:src|href|action|data|poster)=["']?(.)""", page)
    assert set(links) == {"#"} and " style=" not in page


def test_the_json_holds_what_the_page_shows(tmp_path):
    report = made(["ann", "bob"])
    beside = write_report(report, tmp_path / "new" / "sums.html")
    given = json.loads(beside.read_text())
    assert beside == tmp_path / "new" / "sums.json" and (given["format"], given["kind"]) == (1, "assignment")
    assert given["points"]["most"] == 8 and given["students"][1]["student"] == "bob"
    assert [row["exercise"] for row in given["exercises"]] == ["e", "f", "q"]
    assert given["made"].endswith("+00:00") and given["due"] is None
    assert json.loads(json_of(made(["ann"], "course")))["ways"][1]["steps"][0]["points"] == 1.0
    assert json_of(made(PAYLOADS)).isascii()


def test_a_page_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KitError, match="Cannot write"):
        write_report(made(["ann"]), tmp_path / "file" / "sums.html")


@pytest.mark.parametrize("kind", ["class", "course"])
def test_without_names_no_student_is_in_the_page_or_the_json(kind):
    report = made(["ann-1", "bob-2"], kind)
    if kind == "class":  # here the ids of mistakes are the students' names
        report = replace(report, mistakes=(), flags=())
    else:
        report = replace(report, mistakes=())
    assert "bob-2" in html_of(report) and "Absent" in html_of(report)
    for text in (html_of(report.without_names()), json_of(report.without_names())):
        assert not re.search("ann-1|bob-2|[Aa]bsent", text)


def with_pages(**more):
    """A report on two students, of whom the first has a feedback page."""
    report = made(["ann", "bob"])
    first, *others = report.students
    return replace(report, students=(replace(first, pages=("feedback/ann/sums/n.html",), **more), *others))


def test_students_are_linked_to_their_feedback_pages(tmp_path):
    write_report(with_pages(), tmp_path / "reports" / "sums.html", tmp_path)
    page = (tmp_path / "reports" / "sums.html").read_text()
    links = set(re.findall('<a href="([^#"]*)">([^<]*)</a>', page))
    assert links == {("../feedback/ann/sums/n.html", "ann")}
    assert page.count("../feedback/ann/sums/n.html") > 2  # the table, a mistake, a flag


def test_a_page_outside_of_the_workspace_or_without_names_has_no_links(tmp_path):
    for report, place in ((with_pages(), tmp_path), (with_pages().without_names(), tmp_path / "w" / "reports")):
        write_report(report, place / "sums.html", tmp_path / "w")
        assert "feedback/" not in (place / "sums.html").read_text()


def test_the_index_of_a_student_is_linked_in_the_report_on_the_course():
    report = made(["ann"], "course")
    report = replace(report, ways=(replace(report.ways[0], page="feedback/ann/index.html"),))
    assert '<a href="../feedback/ann/index.html">' in html_of(report, "../")


def test_students_who_are_shown_alike_have_no_links():
    report = with_pages()
    twice = replace(report, students=(report.students[0], replace(report.students[0], pages=("feedback/b/n.html",))))
    assert "feedback/" not in html_of(twice, "../")


def test_lines_of_the_schemes_say_how_often_they_are_ticked():
    scheme = (SchemeRow("n", "q", 1.5, "a **row** $x_i$", 1), SchemeRow("n", "q", -1.0, "<script>", 0))
    page = html_of(replace(made(["ann", "bob"]), scheme=scheme))
    text = " ".join(re.sub("<[^>]*>", " ", page[page.index("Lines of the marking") : page.index('id="time"')]).split())
    assert "q : 2 marked answers 50% 1 a row x i +1.5 0% 0 &lt;script&gt; −1" in text
    assert "Lines of the marking" not in html_of(replace(made(["ann"]), scheme=scheme[1:]))


def test_nobody_is_a_class_too():
    assert "No submission is graded." in html_of(made([]))


@pytest.fixture(scope="module")
def opened(chromium, tmp_path_factory):
    """opened(report, **context) opens the report's page; its requests and messages must be none."""
    contexts = []

    def run(report, **settings):
        path = tmp_path_factory.mktemp("page") / "report.html"
        write_report(report, path)
        context = chromium.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.said.append(request.url))
        page.goto(path.as_uri())
        assert page.said == [path.as_uri()]
        return page

    yield run
    for context in contexts:
        context.close()


@pytest.mark.slow
class TestInABrowser:
    @pytest.mark.parametrize("kind", ["class", "course"])
    def test_nothing_of_a_hostile_class_runs_and_nothing_is_asked_for(self, opened, kind):
        page = opened(made(PAYLOADS, kind))
        title = page.title()
        for element in page.locator("[data-tip], bdi, summary").all()[:60]:
            element.dispatch_event("pointermove")
            element.dispatch_event("mouseover")
        page.wait_for_function("document.readyState === 'complete'")
        assert page.title() == title != "ran" and len(page.said) == 1

    def test_the_page_fits_a_phone(self, opened):
        for kind in ("class", "course"):
            page = opened(made(["ann", "x" * 300, *PAYLOADS], kind), viewport={"width": 360, "height": 800})
            page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
            assert wider_than_the_window(page) == 0

    def test_a_bar_says_its_value_under_the_pointer(self, opened):
        page = opened(made(["ann", "bob"]))
        assert not page.locator("#tip").is_visible()
        page.locator("rect[data-tip].none").first.hover()
        assert page.locator("#tip").inner_text() == "e\nnone: 2 students (100%)"
        page.locator("h1").hover()
        assert not page.locator("#tip").is_visible()

    def test_a_table_is_sorted_by_its_header(self, opened):
        page = opened(made(["ann", "bob", "cem"]))
        first = page.locator("#class tbody tr th").first
        header = page.locator("#class thead")
        header.get_by_role("button", name="student").click()
        header.get_by_role("button", name="student").click()
        assert first.inner_text() == "cem"
        header.get_by_role("button", name="points").click()
        assert first.inner_text() == "ann"  # bob has 2 points, cem 3, ann 1
        assert page.locator("#class tbody tr th").last.inner_text() == "absent"  # without points

    def test_a_student_is_found(self, opened):
        page = opened(made(["ann", "bob"], "course"))
        page.get_by_label("Only rows that contain").fill("bo")
        assert page.locator("#class tbody tr:visible").count() == 1
        assert page.locator(".way.chosen").get_attribute("data-tip").startswith("bob")

    def test_a_large_class_is_shown_in_part_until_a_reader_asks_for_all(self, opened):
        page = opened(made([f"s{number:03}" for number in range(120)]))
        rows, count = page.locator("#class tbody tr:visible"), page.locator("#filter-count")
        assert rows.count() == 50 and count.inner_text() == "50 of 121 rows"
        page.get_by_label("Only rows that contain").fill("s11")
        assert rows.locator("th").all_inner_texts() == [f"s11{number}" for number in range(10)]
        page.get_by_label("Only rows that contain").fill("")
        page.locator("#class thead").get_by_role("button", name="student").click()
        page.locator("#class thead").get_by_role("button", name="student").click()
        assert rows.count() == 50 and rows.first.locator("th").inner_text() == "s119"  # of all, not of the first 50
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert rows.count() == 121
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert rows.count() == 50
        page.get_by_role("button", name="Show all").click()
        assert rows.count() == 121 and not page.get_by_role("button", name="Show all").is_visible()

    def test_without_scripts_all_rows_are_there(self, chromium, tmp_path):
        write_report(made([f"s{number:03}" for number in range(120)]), tmp_path / "report.html")
        with chromium.new_context(java_script_enabled=False) as context:
            page = context.new_page()
            page.goto((tmp_path / "report.html").as_uri())
            assert page.locator("#class tbody tr:visible").count() == 121
            assert not page.locator(".filter").is_visible()

    @pytest.mark.parametrize("kind", ["class", "course"])
    def test_everybody_can_read_it(self, opened, kind):
        page = opened(made(["ann", *PAYLOADS], kind), bypass_csp=True)
        page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
        assert violations(page) == []

    def test_everything_is_open_on_paper(self, opened):
        page = opened(made(["ann", "bob"]))
        page.set_viewport_size({"width": 640, "height": 900})  # A4 without its margins
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        assert wider_than_the_window(page) == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count() > 0

    def test_each_chart_and_field_has_a_name_for_a_screen_reader(self, opened):
        for kind in ("class", "course"):
            page = opened(made(["ann", "bob"], kind))
            bare = page.evaluate("""() => Array.from(document.querySelectorAll('svg')).filter(
                it => !it.ariaLabel && it.getAttribute('aria-hidden') !== 'true').length""")
            assert bare == 0 and page.locator("main").count() == 1 and page.locator("h1").count() == 1
            assert page.locator("th:not([scope])").count() == 0
