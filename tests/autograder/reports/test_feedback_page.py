"""A feedback page says what was wrong first, runs nothing, and can be read by everybody."""

import re
import signal
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from chromium import CLICK_STRANGE_LINKS, violations, wider_than_the_window
from hostile_notebook import MARKUP, PNG, hostile_notebook, named
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.notebook.page_cleaner import OWN, OWN_OF_OTHER_CODE, clean, reduce
from autograder.reports import feedback_page, rendered
from autograder.reports.feedback_marks import CellMark, NotebookMarks
from autograder.reports.feedback_page import Heading, Source, index_page, notebook_page, without_hidden
from autograder.reports.harmless import TookTooLong

HEADING = Heading("farah", "Farah Aziz", "Linear classifiers", "softmax")
SOURCE = Source(
    "Softmax classifier",
    {"loss": ("## Scores\n\nProbabilities $p_j$.",), "why": ("**Question 1** · 3 points. Why subtract $m$?",)},
    {"test_values": ("loss", "values"), "test_gradient": ("loss", "gradient"), "test_large": ("loss", "large")},
    frozenset({"A text of the course."}),
)
FAILED = "The loss is wrong: expected 0.946, got 2.837.\nLikely mistake: summed, not averaged. [softmax.not_averaged]"
FAILED += "\nLook at: where you divide by the number of images."


def cell(grade_id, source, kind="code", outputs=(), **record):
    record = {"grade_id": grade_id, "grade": False, "solution": False, "locked": False, "points": 0} | record
    if kind == "markdown":
        return new_markdown_cell(source, metadata={"nbgrader": record})
    return new_code_cell(source, metadata={"nbgrader": record}, outputs=list(outputs))


def solution(grade_id, source, kind="code", outputs=(), **record):
    return cell(grade_id, source, kind, outputs, solution=True, **record)


def test_cell(grade_id, source, *outputs, points=4):
    return cell(grade_id, source, outputs=outputs, grade=True, locked=True, points=points)


test_cell.__test__ = False


def error(message, name="CheckFailed", traceback=None):
    return new_output("error", ename=name, evalue=message, traceback=[message] if traceback is None else traceback)


def marks(penalty=0.0, comments=(), **cells):
    return NotebookMarks(penalty, cells, dict(comments))


def page_of(notebook, given=None, **options):
    options = {"heading": HEADING, "source": SOURCE} | options
    return notebook_page(notebook, given or marks(), **options)


def small_page(*cells, **options):
    return page_of(new_notebook(cells=list(cells)), **options)


def recorded_page(*cells):
    """The page of cells that were first cleaned as for the notebooks in `autograded/`."""
    notebook = new_notebook(cells=list(cells))
    reduce(notebook)
    return page_of(notebook)


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def text_of(page, beginning, end):
    """The words between two places of a page, without tags."""
    part = page[page.index(beginning) : page.index(end, page.index(beginning))]
    return " ".join(re.sub("<[^>]*>", " ", part).split())


GRADED = (
    solution("loss", "def loss(): return 1"),
    test_cell("test_values", "# Check · values · 3 points\nassert 1", points=3),
    test_cell("test_gradient", "# Check · gradient · 4 points\nassert 0", error(FAILED)),
    test_cell(
        "test_large", "# Check · large scores · 2 points\nassert 0", error(FAILED.replace("0.946", "7")), points=2
    ),
    solution("why", "Because $e^m$ cancels.", "markdown", grade=True, points=3),
)
MARKS = {
    "test_values": CellMark(3, 3, False, False),
    "test_gradient": CellMark(0, 4, False, False),
    "test_large": CellMark(0, 2, False, False),
    "why": CellMark(0, 3, True, False),
}


def graded_page(changed=(), **options):
    given = marks(options.pop("penalty", 0.0), options.pop("comments", ()), **MARKS | dict(changed))
    return page_of(new_notebook(cells=list(GRADED)), given, **options)


class TestTheFirstScreen:
    def test_who_what_and_how_many_points(self):
        at = datetime(2026, 10, 2, 22, 30)
        page = graded_page(
            heading=replace(HEADING, arrived=at, due=datetime(2026, 10, 2, 22, 0), zone=UTC), penalty=1.5
        )
        top = text_of(page, "<header>", "Summary")
        for told in ("Softmax classifier", "Farah Aziz · farah · Linear classifiers · softmax", "1.5 of 12"):
            assert told in top
        assert "so far; 1 answer is not graded yet" in top
        assert "2026-10-02 22:30 UTC due 2026-10-02 22:00 UTC" in top and "−1.5 points, from 3" in top

    def test_a_row_for_each_exercise_with_the_diagnosis_in_full_and_its_cause_once(self):
        table = text_of(graded_page(), "<tbody>", "</tbody>")
        assert table == (
            "loss 3 / 9 ◐ partly right gradient (0 / 4) The loss is wrong: expected 0.946, got 2.837. Likely mistake: "
            "summed, not averaged. [softmax.not_averaged] Look at: where you divide by the number of images. "
            "large scores (0 / 2) The loss is wrong: expected 7, got 2.837. Question 1 – / 3 … not graded yet"
        )

    def test_tests_with_the_same_message_are_told_together(self):
        cells = [solution("loss", "x"), *(test_cell(f"test_{n}", "", error("No.", traceback=[])) for n in ("a", "b"))]
        assert "test_a, test_b (0 / 8) No." in text_of(small_page(*cells), "<tbody>", "</tbody>")

    def test_what_lost_points_comes_before_what_is_right(self):
        cells = [
            *(solution("first", "x"), test_cell("test_first", "")),
            *(solution("second", "x"), test_cell("test_second", "", error("Wrong."))),
        ]
        names = re.findall(r'<a href="#exercise-\d">(\w+)</a>', small_page(*cells))
        assert names == ["second", "first"]

    def test_an_unwritten_exercise_is_not_started_and_an_empty_answer_is_none(self):
        cells = [
            *(
                solution("loss", "raise"),
                test_cell("test_values", "", error("exercise loss: ...", "NotImplementedError")),
            ),
            solution("why", "YOUR ANSWER HERE", "markdown", grade=True, points=3),
        ]
        page = page_of(new_notebook(cells=cells), marks(why=CellMark(0, 3, False, False)))
        assert text_of(page, "<tbody>", "</tbody>") == "loss 0 / 4 ○ not started Question 1 0 / 3 ○ no answer"

    def test_a_comment_and_points_by_hand(self):
        given = {"why": CellMark(2.5, 3, False, True, extra=0.5)}
        page = graded_page(given, comments={"why": "Well <put>."})
        assert "Question 1 2.5 / 3 ✓ graded Comment: Well &lt;put&gt;." in text_of(page, "<tbody>", "</tbody>")
        assert "Extra points: 0.5" in page

    def test_the_ticked_lines_of_the_scheme_stand_at_the_answer(self):
        lines = [(1.5, "**it** cancels $m$"), (-0.5, "a < b <script>no</script>")]
        page = graded_page({"why": CellMark(1, 3, False, True)}, ticks={"why": lines})
        text = text_of(page, 'class="marked"', "</section>")
        assert "What the points are for +1.5 it cancels m −0.5 a &lt; b &lt;script" in text and "<script" not in page
        assert '<strong>it</strong> cancels <math display="inline">' in page

    def test_what_an_answer_lacks_is_shown_below_a_mark_if_the_course_wants_it(self):
        lines = {"why": [(1.5, "it cancels"), (1.0, "so $m$ is free"), (-0.5, "a wrong reason")]}
        given = {"ticks": {"why": lines["why"][:1]}, "schemes": lines}
        page = graded_page({"why": CellMark(1.5, 3, False, True)}, **given)
        assert "it cancels What the answer lacks 1 so m is free" in text_of(page, 'class="marked"', "</section>")
        assert page.count("it cancels") == 1 and "a wrong reason" not in page
        assert "so <math" not in graded_page({"why": CellMark(0, 3, True, False)}, **given)  # it is not marked yet

    def test_one_message_of_all_tests_is_told_once(self):
        cells = [
            test_cell(name, "", error("softmax.ipynb is cut off", "NotGraded")) for name in ("test_values", "other")
        ]
        page = small_page(new_markdown_cell("**This notebook could not be graded**", id="not-graded"), *cells)
        assert page.count("softmax.ipynb is cut off") == 1 and "could not be graded" not in page

    def test_problems_of_the_run_and_errors_of_the_students_cells(self):
        cells = [solution("loss", "1/0", outputs=[error("division by <zero>", "ZeroDivisionError")]), GRADED[1]]
        notebook = new_notebook(cells=cells, metadata={"cs231n": {"problems": ["The kernel was <killed>."]}})
        page = page_of(notebook)
        assert "The kernel was &lt;killed&gt;." in text_of(page, "<main>", "Summary")
        assert "ZeroDivisionError: division by &lt;zero&gt;" in text_of(page, "<tbody>", "</tbody>")


class TestTheExercises:
    def test_a_failing_test_is_open_and_named_and_a_passing_one_is_folded(self):
        page = graded_page()
        assert re.search(r'<details class="test right"><summary>.*?right</span> Check · values .*?3 / 3', page)
        assert re.search(r'<div class="test wrong">\s*<h3>.*?wrong</span> Check · gradient .*?0 / 4', page)

    def test_a_test_without_a_name_has_its_grade_id(self):
        page = small_page(solution("loss", "x"), test_cell("test_odd", "assert 1\n# Check · not here · 1 point"))
        assert "Check · test_odd" in page

    def test_texts_of_the_course_are_taken_from_its_source(self):
        page = graded_page()
        folded = text_of(page, "<summary>The exercise</summary>", "</details>")
        assert folded.startswith("The exercise Scores Probabilities p j")
        assert "<details open><summary>The question</summary>" in page
        assert "A text of the course" not in small_page(new_markdown_cell("A  text of the course."), *GRADED)
        assert "A text cell that you added" in small_page(new_markdown_cell("A text of mine."), *GRADED)

    def test_what_the_student_saw_is_shown_as_not_checked(self):
        plot = new_output("display_data", data={"image/png": PNG})
        for note, told in (
            (OWN, "not checked by the grader</p>"),
            (OWN_OF_OTHER_CODE, "copy of the cell was different"),
        ):
            demo = cell("demo", "plot()", outputs=[new_output("stream", text=note), plot], locked=True)
            demo.metadata["tags"] = ["skip-execution"]
            page = small_page(demo, *GRADED)
            assert told in page and f'<img alt="Picture: output of demo" src="data:image/png;base64,{PNG}">' in page
            assert note.strip() not in page

    def test_headings_leave_out_no_level(self):
        page = small_page(solution("why", "#### Deep\n\n# High\n\n<h1>mine</h1>", "markdown", grade=True, points=1))
        assert re.findall("<h([1-6])", page[page.index('<div class="work">') :]) == ["3", "3", "3"]


HIDDEN = "# Check · values\nassert add(1, 2) == 3\n### BEGIN HIDDEN TESTS\nassert add(2, 2) == 4\n### END HIDDEN TESTS"


def test_points_and_comment_stand_right_below_the_answer():
    summary = cell("summary", "s()", outputs=[new_output("stream", text="so far")], locked=True)
    given = marks(comments={"why": "Well put."}, why=CellMark(2, 3, False, True))
    page = page_of(new_notebook(cells=[*GRADED[-1:], summary]), given)
    assert page.index("Your answer") < page.index('class="marked"') < page.index("What summary showed")


class TestHiddenTests:
    def page(self, show):
        lines = ["      3 ### BEGIN HIDDEN TESTS", "----> 4 assert add(2, 2) == 4", "student's code │ in add: line 2"]
        failed = error("two plus two", "AssertionError", ["\n".join(lines)])
        return small_page(solution("add", "x"), test_cell("test_add", HIDDEN, failed), show_hidden=show)

    def test_name_and_message_are_shown_but_not_the_code(self):
        page = self.page(False)
        words = re.sub("<[^>]*>", "", page)
        assert "AssertionError: two plus two" in words and "assert add(1, 2) == 3" in words
        assert "the code is not shown" in words and "in add: line 2" in words
        assert "add(2, 2)" not in words and "HIDDEN TESTS" not in words

    def test_the_course_may_show_them(self):
        assert re.sub("<[^>]*>", "", self.page(True)).count("add(2, 2)") == 2

    def test_it_is_said_that_only_the_hidden_part_failed(self):
        printed = (
            new_output("stream", text="✓ add: small numbers\n"),
            new_output("stream", text="student's code │ ✓ 1\n"),
        )
        page = small_page(solution("add", "x"), test_cell("test_add", HIDDEN, *printed, error("No.")))
        assert "✓ add" not in page and "student&#x27;s code │ ✓ 1" in page
        assert text_of(page, "<tbody>", "</tbody>").endswith(
            "No. The visible part of this check has passed; its hidden part has not."
        )

    @pytest.mark.parametrize(
        "code",
        [
            "a\n  ### BEGIN HIDDEN TESTS\nb",
            "a\n# BEGIN HIDDEN TESTS x\nb\n### END HIDDEN TESTS",
            HIDDEN.replace("\n", "\r\n"),
        ],
    )
    def test_a_region_that_never_ends_or_is_spelt_otherwise_is_hidden_too(self, code):
        shown, has_hidden = without_hidden(code)
        assert has_hidden and "\nb" not in shown and "(2, 2)" not in shown


def test_mathematics_needs_no_script():
    page = small_page(solution("why", "So $x < y$ and\n\n$$\\frac{a}{b}$$\n\nbut $\\nonsense{x}$", "markdown"))
    assert '<math display="inline"><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow></math>' in page
    assert '<span class="formula" tabindex="0"><math display="block"><mrow><mfrac>' in page
    assert '<code class="tex">$\\nonsense{x}$</code>' in page


def test_a_formula_in_an_attribute_stays_text():
    page = small_page(new_markdown_cell(f'![$x<y$ "](data:image/png;base64,{PNG}) [a](http://b "$z$")'))
    images = [given for tag, given in Tags(page).found if tag == "img"]
    assert images == [{"alt": '$x<y$ "', "src": f"data:image/png;base64,{PNG}"}]
    assert ("a", {"href": "http://b", "title": "$z$"}) in Tags(page).found and "<math" not in page


def test_a_page_that_is_sent_alone_has_no_dead_links():
    assert {given["href"][0] for tag, given in Tags(graded_page()).found if tag == "a"} == {"#"}


def test_the_index_lists_what_was_handed_in():
    rows = [
        {"name": "svm", "marks": marks(2.0, a=CellMark(7, 9, False, False)), "address": "linear/svm.html"},
        {"name": "softmax", "marks": marks(a=CellMark(0, 4, True, False)), "address": ""},
    ]
    one = {"title": "Linear <classifiers>", "arrived": None, "notebooks": rows, "score": 5.0, "max_points": 13.0}
    page = index_page("farah", "Farah", "CS231n", [one], UTC)
    assert '<a href="linear/svm.html">svm</a>' in page and "Linear &lt;classifiers&gt;" in page
    assert "svm 5 / 9 −2 points for being late. softmax 0 / 4 1 answer is not graded yet. There is no" in (
        text_of(page, "<tbody>", "</section>")
    )


@pytest.fixture(scope="module")
def hostile_page():
    return page_of(hostile_notebook("http://127.0.0.1:9"))


def test_nothing_on_the_page_loads_or_runs(hostile_page):
    tags = Tags(hostile_page).found
    names = {tag for tag, _ in tags}
    assert not names & {
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "button",
        "base",
        "link",
        "video",
        "audio",
    }
    assert not names & {"svg", "template", "noscript", "source", "marquee", "picture", "mglyph", "annotation-xml"}
    metas = [attributes.get("http-equiv") or attributes.get("name") for tag, attributes in tags if tag == "meta"]
    assert [name for name in metas if name] == ["Content-Security-Policy", "referrer", "viewport"]
    assert len([tag for tag, _ in tags if tag == "style"]) == 1
    for tag, attributes in tags:
        assert not any(name.startswith("on") or ":" in name for name in attributes), (tag, attributes)
        assert set(attributes) <= {
            *("abbr", "align", "alt", "aria-hidden", "aria-label", "aria-labelledby", "class", "colspan", "content"),
            *(
                "charset",
                "height",
                "href",
                "http-equiv",
                "id",
                "lang",
                "name",
                "open",
                "rowspan",
                "scope",
                "src",
                "start",
            ),
            *("tabindex", "title", "width", "display", "stretchy"),
        }, (tag, attributes)
        assert re.fullmatch(r"(https?:|mailto:|#).*", attributes.get("href", "#"), re.DOTALL)
        source = attributes.get("src", "data:image/png;base64,")
        assert re.fullmatch(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=]*", source)
    [policy] = [given["content"] for tag, given in tags if tag == "meta" and "http-equiv" in given]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:; base-uri 'none'; form-action 'none'", policy
    )


def test_a_student_cannot_use_the_pages_own_classes_or_places():
    forged = '<div class="badge right" id="exercise-1" style="color: red"><span class="k test">100 of 100</span></div>'
    page = small_page(solution("why", forged, "markdown"))
    assert "<div><span>100 of 100</span></div>" in page


def test_characters_that_reorder_or_control_are_replaced():
    reordered = "x = 'a\u202eb' \x1b]0;title\x07"
    cells = [solution("loss", reordered, outputs=[new_output("stream", text=reordered + "\x1b[31mred\x1b[0m")])]
    cells += [test_cell("test_values", "", error(f"{reordered}\u2066"))]
    page = page_of(new_notebook(cells=cells), heading=replace(HEADING, name="\u202eevil", student="\x1b[1mX"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    assert '<span class="ansi-red-fg">red</span>' in page


def test_a_cell_that_cannot_be_rendered_shows_as_it_was_written(monkeypatch):
    def fails(html):
        if "deep" in html:
            raise RecursionError
        return clean(html)

    monkeypatch.setattr(rendered, "clean", fails)
    page = small_page(new_markdown_cell("*deep*"), new_markdown_cell("*fine*"))
    assert ">*deep*</pre>" in page and "<em>fine</em>" in page


LONG = (PNG.rstrip("=") * 10_000)[:300_000]  # more characters than the page shows of a cell


def test_an_answer_with_a_large_picture_in_its_text_is_rendered():
    page = recorded_page(new_markdown_cell(f"*Before.* ![image.png](data:image/png;base64,{LONG}) *after*"))
    assert "<em>Before.</em>" in page and "<em>after</em>" in page
    assert [given["src"] for tag, given in Tags(page).found if tag == "img"] == [f"data:image/png;base64,{LONG}"]


def test_pictures_that_were_pasted_into_an_answer_are_shown():
    answer = new_markdown_cell("![a plot](attachment:my%20plot.png) ![gone](attachment:gone.png)")
    answer["attachments"] = {"my plot.png": {"image/png": PNG}}
    page = recorded_page(answer)
    assert ("img", {"alt": "a plot", "src": f"data:image/png;base64,{PNG}"}) in Tags(page).found
    assert "<em>[a picture that cannot be shown: gone.png]</em>" in page


def test_what_notebooks_ordinarily_show_is_shown():
    table = '<table border="1" class="dataframe"><tr><td>3.5</td></tr></table>'
    plot = new_output("display_data", data={"image/png": PNG + "\n"}, metadata={"image/png": {"width": 300}})
    outputs = [
        new_output("execute_result", data={"text/html": table, "text/plain": "3.5"}),
        plot,
        new_output("stream", text="\x1b[31mred\x1b[0m <plain>"),
        new_output("display_data", data={"image/svg+xml": "<svg/>"}),
        new_output("display_data", data={"text/latex": "$x<y$"}),
        new_output("display_data", data={"application/x-unknown": "x"}),
        error("name 'x' is not defined", "NameError", ["\x1b[0;31mNameError\x1b[0m: name 'x' is not defined"]),
    ]
    page = small_page(new_code_cell("for i in range(3): pass", outputs=outputs), new_markdown_cell("`a` $b<c$\n\n- d"))
    for shown in (
        '<table class="dataframe"><tbody><tr><td>3.5</td></tr></tbody></table>',
        'width="300"',
        '<span class="ansi-red-fg">red</span> &lt;plain&gt;',
        "data:image/svg+xml;base64,PHN2Zy8+",
        "<mi>x</mi><mo>&lt;</mo><mi>y</mi>",
        "not shown here: application/x-unknown",
        '<span class="k">for</span>',
        "<code>a</code> <math",
        "<li>d</li>",
        '<pre class="output error" tabindex="0"><span class="ansi-red-fg">NameError</span>',
    ):
        assert shown in page, shown


SLOW = {
    "open environments": r"\begin{a}" * 60_000,
    "open brackets": "[" * 300_000,
    "quotes": "> " * 100_000,
    "open tags": "<b><i>" * 60_000,
    "escapes": "\x1b[31m" * 100_000,
    "formulas": "$" + r"\frac" * 300 + "$ " + r"$\begin{matrix}" + "&" * 1_000 + r"\end{matrix}$ " * 300,
    "a formula of formulas": "$x$" * 100_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("what", SLOW)
def test_texts_made_to_take_long_are_shown_as_written(what):
    pieces = [SLOW[what], *(SLOW[what][:20_000] for _ in range(2))]
    cells = [new_markdown_cell(piece) for piece in pieces]
    outputs = [new_output("display_data", data={"text/html": piece}) for piece in pieces]
    outputs += [new_output("display_data", data={"text/latex": piece}) for piece in pieces]
    cells += [new_code_cell(piece, outputs=[*outputs, new_output("stream", text=piece)]) for piece in pieces[:1]]
    assert len(small_page(*cells)) < 30_000_000


@pytest.mark.slow
def test_an_endless_row_of_outputs_ends():
    outputs = [new_output("display_data", data={"text/plain": "x"}) for _ in range(1_100)]
    page = small_page(new_code_cell("", outputs=outputs))
    assert "the outputs from here on are not shown" in page and page.count('tabindex="0">x</pre>') < 1_001


def stream_cells(number, text):
    return [new_code_cell("", outputs=[new_output("stream", text=text)]) for _ in range(number)]


TOO_MUCH = {
    "colours": (lambda: stream_cells(4, "\x1b[31mx" * 170_000), "ansi-red-fg", 20_010),
    "colours in many outputs": (lambda: stream_cells(200, "\x1b[31mx" * 500), "ansi-red-fg", 20_010),
    "characters to escape": (lambda: stream_cells(15, "<" * 100_000), "&lt;", 1_100_000),
    "text of cells": (lambda: [new_code_cell("<" * 100_000) for _ in range(13)], "&lt;", 1_100_000),
    "tags": (lambda: [new_code_cell("1+" * 5_000) for _ in range(12)], '<span class="mi">', 50_000),
    "messages": (lambda: [test_cell(f"t{n}", "", error("<" * 900_000)) for n in range(20)], "&lt;", 1_200_000),
    "comments": (lambda: [solution("loss", "x" * 10_000_000)], "x", 210_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_page_is_of_a_size_that_can_be_shown(what):
    cells, of_which, most = TOO_MUCH[what]
    page = small_page(*cells())
    assert page.count(of_which) <= most
    assert len(page) < 8_000_000


def test_a_picture_that_is_asked_for_many_times_fills_the_page_only_so_far():
    answer = new_markdown_cell("![x](attachment:a)" * 1_000)
    answer["attachments"] = {"a": {"image/png": "iVBO" * 500_000}}
    page = small_page(answer)
    assert page.count("iVBO" * 500_000) == 10 and len(page) < 21_000_000


def test_a_page_that_takes_too_long_ends(monkeypatch):
    monkeypatch.setattr(feedback_page, "PAGE_SECONDS", 0.2)
    with pytest.raises(TookTooLong, match="not made within 0.2 s"):
        small_page(*(new_markdown_cell("*a* `b` $c$ " * 1_600) for _ in range(50)))
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def opened(tab, page, folder):
    """Open the page, click every link with an unusual scheme and unfold everything; return the DOM."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    tab.goto(path.as_uri(), wait_until="networkidle")
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    tab.evaluate(CLICK_STRANGE_LINKS)
    return tab.content()


POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
WIDE = "result = " + " + ".join(["some_long_name"] * 30)


@pytest.mark.slow
class TestInABrowser:
    def test_payloads_run_where_nothing_stops_them(self, chromium, beacon, tmp_path):
        address, asked = beacon
        payload = named(MARKUP["onerror"] + MARKUP["javascript_link"], "control", address)
        with chromium.new_context() as context:
            dom = opened(context.new_page(), f"<html><title>quiet</title><body>{payload}</body></html>", tmp_path)
        assert "<title>ran control</title>" in dom and "/control" in asked

    def test_nothing_runs_and_nothing_is_asked_for(self, chromium, beacon, tmp_path):
        address, asked = beacon
        page, policies = POLICY.subn("", page_of(hostile_notebook(address)))  # the cleaning alone must protect
        assert policies == 1
        with chromium.new_context() as context:
            dom = opened(context.new_page(), page, tmp_path)
        assert asked == [] and "<title>softmax: 0 of 0 points, farah</title>" in dom

    def test_the_policy_alone_stops_scripts_and_requests(self, chromium, beacon, tmp_path):
        address, asked = beacon
        payloads = "".join(
            named(text, name, address) for name, text in MARKUP.items() if name not in ("refresh", "title_end")
        )
        page = small_page(new_markdown_cell("PLACE")).replace("PLACE", payloads)
        with chromium.new_context() as context:
            dom = opened(context.new_page(), page, tmp_path)
        assert asked == [] and "<title>softmax: 0 of 0 points, farah</title>" in dom

    def test_it_fits_a_phone_and_everybody_can_read_it(self, chromium, tmp_path):
        table = "| " + " | ".join(["a_long_heading"] * 12) + " |\n" + "|---" * 12 + "|\n"
        formula = f"$${' + '.join(['x_{index}'] * 40)}$$"
        shown = [new_output("stream", text="x" * 400 + " \x1b[33myellow\x1b[0m"), error("no", traceback=["y" * 400])]
        cells = [
            *GRADED,
            solution("odd_" * 30, WIDE, outputs=shown),
            new_markdown_cell(f"{table}\n{formula}\n\n    {WIDE}"),
        ]
        cells += [test_cell("test_" * 20, f"# Check · wide\n{WIDE}", error("expected " + "0.123456789," * 40))]
        given = marks(1.0, {"why": "Well put."}, **MARKS | {"why": CellMark(2, 3, False, True)})
        page = page_of(new_notebook(cells=cells), given, ticks={"why": [(2.0, "it cancels")]})
        # axe is a script, which the page's policy would not allow
        options = {"viewport": {"width": 360, "height": 740}, "bypass_csp": True}
        with chromium.new_context(**options) as context:
            tab = context.new_page()
            opened(tab, page, tmp_path)
            assert wider_than_the_window(tab) == 0 and violations(tab) == []
            # what is wrong is in the first window, and nothing sticks out of it
            assert tab.locator(".reasons .cause").first.bounding_box()["y"] < 740
            inside = "e => e.getBoundingClientRect().right <= innerWidth"
            assert all(
                each.evaluate(inside) for each in tab.locator("p, li, h2, h3, pre, .text, .formula, .summary").all()
            )
