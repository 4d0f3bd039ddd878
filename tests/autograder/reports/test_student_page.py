"""No payload that a student puts into a notebook runs in the browser of the person who opens it in formgrader."""

import re
import signal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chromium import CLICK_STRANGE_LINKS
from hostile_notebook import MARKUP, PNG, hostile_notebook, named
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.notebook.page_cleaner import clean, reduce
from autograder.reports import harmless
from autograder.reports.harmless import TookTooLong
from autograder.reports.student_page import MATHJAX, StudentPage


def page_of(notebook):
    """The page of a notebook, exported with nbgrader's templates."""
    from nbgrader.server_extensions import formgrader

    folder = Path(formgrader.__file__).parent
    exporter = StudentPage(
        template_name="feedback",
        extra_template_basedirs=[str(folder / "templates")],
        extra_template_paths=[str(next(folder.rglob("bootstrap.min.css")).parent)],
        sanitize_html=True,
    )
    about = {"notebook": "adding", "score": 1, "max_score": 2, "late_penalty": 0}
    return exporter.from_notebook_node(notebook, {"nbgrader": about})[0]


def small_page(*cells):
    return page_of(new_notebook(cells=list(cells)))


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.fixture(scope="module")
def hostile_page():
    return page_of(hostile_notebook("http://127.0.0.1:9"))


def test_only_the_pages_own_scripts_and_nothing_that_loads_or_runs(hostile_page):
    tags = Tags(hostile_page).found
    names = {tag for tag, _ in tags}
    assert not names & {"iframe", "object", "embed", "form", "input", "button", "base", "link", "video", "audio"}
    assert not names & {"svg", "math", "template", "noscript", "source", "details", "marquee", "picture"}
    scripts = [attributes for tag, attributes in tags if tag == "script"]
    assert len(scripts) == 2 and scripts[1] == {"type": "text/x-mathjax-config"}
    assert scripts[0]["src"] == f"{MATHJAX}MathJax.js?config=TeX-AMS_CHTML-full,Safe"
    metas = [attributes.get("http-equiv") or attributes.get("name") for tag, attributes in tags if tag == "meta"]
    assert [name for name in metas if name] == []
    for tag, attributes in tags:
        assert not any(name.startswith("on") or ":" in name for name in attributes), (tag, attributes)
        assert tag == "script" or set(attributes) <= {
            *("abbr", "align", "alt", "class", "colspan", "content", "charset", "height", "href", "http-equiv", "id"),
            *("name", "rowspan", "src", "start", "style", "tabindex", "title", "type", "width"),
        }
        assert re.fullmatch(r"(http:|https:|mailto:|#).*", attributes.get("href", "#"), re.DOTALL)
        assert re.fullmatch(r"(background-)?color: rgb\(\d+,\d+,\d+\)", attributes.get("style", "color: rgb(0,0,0)"))
        source = attributes.get("src", "data:image/png;base64,")
        assert tag == "script" or re.fullmatch(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=]*", source)


def test_a_cell_that_cannot_be_rendered_shows_as_it_was_written(monkeypatch):
    from autograder.reports import student_page

    def fails(html):
        if "deep" in html:
            raise RecursionError
        return clean(html)

    monkeypatch.setattr(student_page, "clean", fails)
    page = small_page(new_markdown_cell("*deep*"), new_markdown_cell("*fine*"))
    assert "<pre>*deep*</pre>" in page and "<em>fine</em>" in page


LONG = (PNG.rstrip("=") * 10_000)[:300_000]  # more characters than the page shows of a cell
# ways to put a picture into the text of an answer
INLINE = {
    "Colab": f"![image.png](data:image/png;base64,{LONG})",
    "with a title": f"![image.png](data:image/png;base64,{LONG}== 'a plot')",
    "Colab's export": f"![image.png][image1]\n\n[image1]: <data:image/png;base64,{LONG}>",
    "a reference without brackets": f"![x][image1]\n\n[image1]: data:image/png;base64,{LONG}=",
    "a tag": f'<img src="data:image/png;base64,{LONG}" width="300">',
}


def recorded_page(*cells):
    """The page of cells that were first cleaned as for the notebooks in `autograded/`."""
    notebook = new_notebook(cells=list(cells))
    reduce(notebook)
    return page_of(notebook)


@pytest.mark.parametrize("how", INLINE)
def test_an_answer_with_a_large_picture_in_its_text_is_rendered(how):
    text, ending = INLINE[how], re.search(r"=*(?=[>\") ]|$)", INLINE[how][INLINE[how].index(LONG) + len(LONG) :])[0]
    before, *defined = text.split("\n\n")
    page = recorded_page(new_markdown_cell("\n\n".join([f"*Before.* {before}", "*after*", *defined])))
    assert "<em>Before.</em>" in page and "<em>after</em>" in page
    assert [given["src"] for tag, given in Tags(page).found if tag == "img"] == [
        f"data:image/png;base64,{LONG}{ending}"
    ]
    assert page.count(LONG) == 1


def test_an_attachment_in_a_tag_is_shown_in_its_size():
    cell = new_markdown_cell(
        '*See* <img alt="p" src="attachment:my%20p.png" width="300"> <img src="attachment:none.png"/>'
    )
    cell["attachments"] = {"my p.png": {"image/png": PNG}}
    page = recorded_page(cell)
    images = [given for tag, given in Tags(page).found if tag == "img"]
    assert images == [{"alt": "p", "src": f"data:image/png;base64,{PNG}", "width": "300"}]
    assert "[a picture that cannot be shown: none.png]" in page and "<em>See</em>" in page


def test_a_name_may_be_written_as_in_an_address():
    cell = new_markdown_cell("![a](attachment:my%20photo.jpg) ![b](attachment:foto%C3%A4.jpg) ![c](attachment:x%20y)")
    cell["attachments"] = {name: {"image/jpeg": PNG} for name in ("my photo.jpg", "foto\u00e4.jpg", "x%20y")}
    assert recorded_page(cell).count(f'src="data:image/jpeg;base64,{PNG}"') == 3


@pytest.mark.parametrize(
    "address, name",
    [
        ("attachment:gone.png", "gone.png"),
        ("attachment:new%20kind.webp", "new kind.webp"),
        ("attachment:%3Cscript%3E.png", "&lt;script&gt;.png"),
        (f"data:image/webp;base64,{LONG}", "data:image/webp;base64"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_the_only_thing_missing(address, name):
    cell = new_markdown_cell(f"*Before* ![it]({address}) **after** ![good](attachment:good.png)")
    cell["attachments"] = {"good.png": {"image/png": PNG}, "new kind.webp": {"image/webp": PNG}}
    page = recorded_page(cell)
    assert f"<em>[a picture that cannot be shown: {name}]</em>" in page
    assert "<em>Before</em>" in page and "<strong>after</strong>" in page
    assert page.count(f"data:image/png;base64,{PNG}") == 1


def test_a_long_text_that_is_not_rendered_has_dots_for_its_pictures():
    page = recorded_page(new_markdown_cell("word " * 5_000 + INLINE["Colab"] + " the end"))
    assert "![image.png](data:image/png;base64,...) the end" in page and LONG not in page


def test_pictures_that_were_pasted_into_an_answer_are_shown():
    cell = new_markdown_cell("![a plot](attachment:plot.png)")
    cell["attachments"] = {"plot.png": {"image/png": PNG}}
    assert f'<img alt="a plot" src="data:image/png;base64,{PNG}"/>' in small_page(cell)


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
    ]
    page = small_page(new_code_cell("for i in range(3): pass", outputs=outputs), new_markdown_cell("`a` $b<c$\n\n- d"))
    for shown in (
        '<table class="dataframe"><tbody><tr><td>3.5</td></tr></tbody></table>',
        'width="300"',
        '<span class="ansi-red-fg">red</span> &lt;plain&gt;',
        "data:image/svg+xml;base64,PHN2Zy8+",
        "$x&lt;y$",
        "not shown here: application/x-unknown",
        '<span class="k">for</span>',
        "<code>a</code> $b&lt;c$",
        "<li>d</li>",
    ):
        assert shown in page, shown


SLOW = {
    "open environments": r"\begin{a}" * 60_000,
    "open brackets": "[" * 300_000,
    "quotes": "> " * 100_000,
    "open tags": "<b><i>" * 60_000,
    "escapes": "\x1b[31m" * 100_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("what", SLOW)
def test_texts_made_to_take_long_are_shown_as_written(what):
    pieces = [SLOW[what], SLOW[what][:20_000]]
    cells = [new_markdown_cell(piece) for piece in pieces]
    outputs = [new_output("display_data", data={"text/html": piece}) for piece in pieces]
    cells += [new_code_cell(piece, outputs=[*outputs, new_output("stream", text=piece)]) for piece in pieces[:1]]
    assert len(small_page(*cells)) < 30_000_000


@pytest.mark.slow
def test_an_endless_row_of_outputs_ends():
    outputs = [new_output("display_data", data={"text/plain": "x"}) for _ in range(1_100)]
    page = small_page(new_code_cell("", outputs=outputs))
    assert "the outputs from here on are not shown" in page and page.count("<pre>x</pre>") < 1_001


def stream_cells(number, text):
    return [new_code_cell("", outputs=[new_output("stream", text=text)]) for _ in range(number)]


LIMITS = ("TEXT_TOTAL", "TAGS_TOTAL", "COLOURS_TOTAL", "SHOWN")
TOO_MUCH = {
    "colours": (lambda: stream_cells(4, "\x1b[31mx" * 17_000), "ansi-red-fg", 2_000),
    "colours in many outputs": (lambda: stream_cells(20, "\x1b[31mx" * 500), "ansi-red-fg", 2_000),
    "characters to escape": (lambda: stream_cells(15, "<" * 10_000), "&lt;", 110_000),
    "text of cells": (lambda: [new_code_cell("<" * 10_000) for _ in range(13)], "&lt;", 110_000),
    "tags": (lambda: [new_code_cell("1+" * 500) for _ in range(12)], '<span class="mi">', 5_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_page_is_of_a_size_that_can_be_parsed(what, monkeypatch):
    """With a tenth of each limit; test_feedback_page.py has the same limits as they are."""
    for limit in LIMITS:
        monkeypatch.setattr(harmless, limit, getattr(harmless, limit) // 10)
    cells, of_which, most = TOO_MUCH[what]
    page, empty = small_page(*cells()), small_page()
    assert page.count(of_which) <= most
    assert len(page) - len(empty) < 800_000


def test_a_picture_that_is_asked_for_many_times_fills_the_page_only_so_far():
    cell = new_markdown_cell("![x](attachment:a)" * 1_000)
    cell["attachments"] = {"a": {"image/png": "iVBO" * 500_000}}
    page = small_page(cell)
    assert page.count("iVBO" * 500_000) == 10 and len(page) < 21_000_000


def test_a_page_that_takes_too_long_ends(monkeypatch):
    from autograder.reports import student_page

    monkeypatch.setattr(student_page, "PAGE_SECONDS", 0.2)
    with pytest.raises(TookTooLong, match="not made within 0.2 s"):
        small_page(*(new_markdown_cell("*a* `b` " * 2_000) for _ in range(50)))
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def opened(chromium, page, folder):
    """The page's DOM after its scripts have run and every link with an unusual scheme was clicked."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    with chromium.new_context() as context:
        tab = context.new_page()
        tab.goto(path.as_uri(), wait_until="networkidle")
        tab.evaluate(CLICK_STRANGE_LINKS)
        return tab.content()


@pytest.mark.slow
class TestInABrowser:
    def test_payloads_run_where_nothing_stops_them(self, chromium, beacon, tmp_path):
        address, asked = beacon
        payload = named(MARKUP["onerror"] + MARKUP["javascript_link"], "control", address)
        dom = opened(chromium, f"<html><head><title>quiet</title></head><body>{payload}</body></html>", tmp_path)
        assert "<title>ran control</title>" in dom and "/control" in asked

    def test_nothing_runs_and_nothing_is_asked_for(self, chromium, beacon, tmp_path):
        address, asked = beacon
        dom = opened(chromium, page_of(hostile_notebook(address)), tmp_path)  # without formgrader's policy
        assert asked == [] and "<title>adding</title>" in dom
