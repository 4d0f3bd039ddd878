"""Answers as HTML: nothing of a student's runs, and long ones are cut."""

import re
from html.parser import HTMLParser

import pytest
from hostile_notebook import MARKDOWN, MARKUP, OUTPUTS, hostile_notebook, named
from marked_class import png
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.marking.answers import Parts
from autograder.marking.shown import Shown, plain
from autograder.notebook.page_cleaner import HTML_TAGS
from autograder.reports.mathml import TAGS as MATHML_TAGS

SHOWN = Shown()


class Tags(HTMLParser):
    """Collects what might run: tags, handlers, and addresses."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.addresses = set(), set(), set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        colour = re.compile(r"((background-)?color: rgb\(\d+,\d+,\d+\);?)+")  # from an escape sequence
        self.attributes |= {name for name, value in attributes if name != "style" or not colour.fullmatch(value)}
        self.addresses |= {value for name, value in attributes if name in ("src", "href") and value}


def answer(*cells, before=()):
    return Parts(tuple(before), tuple(cells))


def assert_harmless(html):
    found = Tags(html)
    assert found.tags <= HTML_TAGS | MATHML_TAGS, found.tags - HTML_TAGS
    assert not [name for name in found.attributes if name.startswith("on") or name in ("style", "srcdoc", "id", "name")]
    safe = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,[\w+/=]*|https?://|mailto:|#")
    assert not [address for address in found.addresses if not safe.match(address)]


@pytest.mark.parametrize("name", [*MARKUP, *MARKDOWN])
def test_no_markup_of_a_student_survives(name):
    text = named((MARKUP | MARKDOWN)[name], name, "http://127.0.0.1:1")
    outputs = [new_output("display_data", data={kind: text}) for kind in ("text/html", "text/markdown", "text/latex")]
    outputs.append(new_output("stream", text=text))
    cell = new_code_cell(text, outputs=outputs)
    assert_harmless(SHOWN.answer(answer(new_markdown_cell(text), cell))[0])
    assert_harmless(SHOWN.before(answer(before=[cell])))
    assert_harmless(SHOWN.markdown(text))


@pytest.mark.parametrize("name", OUTPUTS)
def test_no_output_of_a_student_runs(name):
    output = new_output("display_data", data=named(OUTPUTS[name], name, "http://127.0.0.1:1"))
    assert_harmless(SHOWN.before(answer(before=[new_code_cell("", outputs=[output])])))


def test_a_whole_hostile_notebook_is_shown_harmlessly():
    cells = hostile_notebook("http://127.0.0.1:1").cells
    html, cut = SHOWN.answer(answer(*cells))
    assert cut
    assert_harmless(html)
    assert_harmless(SHOWN.before(answer(before=[cell for cell in cells if cell.cell_type == "code"])))


def test_formulas_of_the_course_and_of_students_are_shown_as_formulas():
    formula = "<msub><mi>d</mi><mi>i</mi></msub>"
    assert formula in SHOWN.markdown("Recall $d_i$.")
    assert formula in SHOWN.answer(answer(new_markdown_cell("Because $d_i$ is large.")))[0]
    output = new_output("display_data", data={"text/latex": "$d_i$", "text/plain": "d_i"})
    assert formula in SHOWN.before(answer(before=[new_code_cell("", outputs=[output])]))


def test_tex_that_is_not_understood_stays_as_it_was_written():
    html, _ = SHOWN.answer(answer(new_markdown_cell(r"The $\nosuchthing{x} < 1$.")))
    assert r'<code class="tex">$\nosuchthing{x} &lt; 1$</code>' in html


def test_markdown_code_pictures_and_mathematics_are_readable():
    cell = new_markdown_cell("# Title\n\n**bold** $d_{ij} < \\epsilon$\n\n![it](attachment:a.png)")
    cell["attachments"] = {"a.png": {"image/png": png(1, 1, (1, 2, 3))}}
    html, cut = SHOWN.answer(answer(cell, new_code_cell("x = 1")))
    assert "<h3>Title</h3>" in html and "<strong>bold</strong>" in html and "<mo>&lt;</mo><mi>ϵ</mi>" in html
    assert f'src="data:image/png;base64,{png(1, 1, (1, 2, 3))}"' in html and '<span class="mi">1</span>' in html
    assert not cut


def test_what_the_cells_before_showed_has_pictures_first_and_no_code():
    outputs = [new_output("stream", text=f"line {i}") for i in range(30)]
    outputs.append(new_output("display_data", data={"image/png": png(1, 1, (9, 9, 9)), "text/plain": "<Figure>"}))
    outputs.append(new_output("stream", text="[The student's own output, not checked by the grader.]\n"))
    html = SHOWN.before(answer(before=[new_code_cell("secret_code()", outputs=outputs)]))
    assert html.index("not checked") < html.index("data:image/png") < html.index("line 1")
    assert "data:image/png" in html and "secret_code" not in html and "line 5" in html and "line 25" not in html
    assert SHOWN.before(answer()) == ""


def test_an_answer_of_ten_megabytes_is_cut_and_a_long_picture_is_not():
    html, cut = SHOWN.answer(answer(new_markdown_cell("word " * 2_000_000), new_markdown_cell("more")))
    assert cut and len(html) < 50_000 and "more" not in html
    picture = f"![](data:image/png;base64,{'A' * 30_000})"
    html, cut = SHOWN.answer(answer(new_markdown_cell(f"here: {picture}")))
    assert not cut and "<img" in html


def test_brackets_nested_too_deep_are_shown_as_text():
    html, _ = SHOWN.answer(answer(new_markdown_cell("> " * 5000 + "deep")))
    assert_harmless(html)
    assert "deep" in html


def test_the_whole_text_has_no_control_characters():
    assert plain(answer(new_markdown_cell("a\x1b[2Jb\n\tc"))) == "a\N{REPLACEMENT CHARACTER}[2Jb\n\tc"
