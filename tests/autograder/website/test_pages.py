import re
from html import unescape

import pytest
from markdown import markdown

from autograder.errors import KitError
from autograder.website.pages import Formulas, Links, Page, as_text, fenced, spaced, table, with_places

FENCE = "```"


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("the sum $a_i * b_i$ of *both*", ["$a_i * b_i$"]),
        ("$$\n\\sum_i x_i\n$$ and $y$", ["$$\n\\sum_i x_i\n$$", "$y$"]),
        ("\\begin{align}a &= b\\end{align}", ["\\begin{align}a &= b\\end{align}"]),
        ("a line of\ntext with $x +\ny$ in two", ["$x +\ny$"]),
        ("it costs $5, or $10 there", []),
        ("`$HOME` and ``a ` $b$``", []),
        (f"{FENCE}sh\necho $HOME $x$\n{FENCE}\nand $z$", ["$z$"]),
        (r"a price of \$5 and 3$", []),
    ],
)
def test_formulas_are_found_outside_code(text, formulas):
    made = Formulas()
    without = made.taken_out(text)
    assert [written for _, written in made.made] == formulas
    assert made.put_back(without, str) == text
    if formulas:
        assert made.mark in without and not any(formula in without for formula in formulas)


def test_formulas_come_back_as_mathml():
    made = Formulas()
    html = made.put_back(made.taken_out("$x^2$ and $$y$$"))
    assert html.startswith('<math display="inline">') and '<span class="formula"><math display="block"' in html


def test_a_formula_that_cannot_be_drawn_is_shown_as_it_was_written():
    made = Formulas()
    assert made.put_back(made.taken_out(r"$\nonsense{<b>}$")) == r'<code class="tex">$\nonsense{&lt;b&gt;}$</code>'


@pytest.fixture
def linked(tmp_path):
    """linked(text) is the text of docs/a.md, beside b.md and picture.png, as it is in a site."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in ("a.md", "b.md", "picture.png", "code.py"):
        (docs / name).write_text("")
    (tmp_path / "README.md").write_text("")
    pages = [Page("deep/a.md", "", (docs / "a.md",)), Page("b.md", "", (docs / "b.md",))]
    pages.append(Page("index.md", "", (tmp_path / "README.md",)))
    links = Links(pages, {"downloads/x y.zip": tmp_path / "x y.zip"})
    return lambda text: links.followed(Page("deep/a.md", text, (docs / "a.md",)))


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        ("[b](b.md)", "[b](../b.md)"),
        ("[b](b.md#part)", "[b](../b.md#part)"),
        ("[the kit](../README.md)", "[the kit](../index.md)"),
        ("[zip](../x%20y.zip)", "[zip](../downloads/x%20y.zip)"),
        ("[part](#part)", "[part](#part)"),
        ("[elsewhere](https://example.org/b.md)", "[elsewhere](https://example.org/b.md)"),
        ("see [code.py](code.py) and [gone](gone.md)", "see code.py and gone"),
        ("![Alt](picture.png)", "![Alt](../pictures/1-picture.png)"),
        ("[![Alt](picture.png)](b.md)", "[![Alt](../pictures/1-picture.png)](../b.md)"),
        ("![gone](gone.png)", ""),
        ('<img src="picture.png" width="3">', '<img src="../pictures/1-picture.png" width="3">'),
        ("<img alt='' src='picture.png'>", "<img alt='' src='../pictures/1-picture.png'>"),
        ('<a class="x" href="b.md#part">b</a>', '<a class="x" href="../b.html#part">b</a>'),
        ('[b](b.md "The title") [gone](gone.md "t")', '[b](../b.md "The title") gone'),
        ("[b](<b.md>)", "[b](../b.md)"),
        ("[b][]\n\n[b]: b.md 'title'\n[gone]: gone.md", "[b][]\n\n[b]: ../b.md 'title'\n[gone]: gone.md"),
        ("`[b](b.md)`", "`[b](b.md)`"),
        (f"{FENCE}\n[b](b.md)\n{FENCE}", f"{FENCE}\n[b](b.md)\n{FENCE}"),
    ],
)
def test_links_lead_to_pages_of_the_site_or_are_text(linked, text, followed):
    assert linked(text) == followed


def test_two_pictures_of_one_name_are_two_files(tmp_path):
    texts = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "p.png").write_text(folder)
        texts.append(Page(f"{folder}.md", "![](p.png)", (tmp_path / folder / "page.md",)))
    links = Links(texts, {})
    assert [links.followed(page) for page in texts] == ["![](pictures/1-p.png)", "![](pictures/2-p.png)"]
    assert {place: file.read_text() for place, file in links.pictures.items()} == {
        "pictures/1-p.png": "one",
        "pictures/2-p.png": "two",
    }


def test_a_page_for_the_site_keeps_its_links():
    page = Page("index.md", "[a](first/a.md)")
    assert Links([page], {}).followed(page) == page.text


def test_a_list_gets_an_empty_line_before_it():
    assert spaced("You need\n- a\n- b\n  more\n- c\n\n1. d") == "You need\n\n- a\n- b\n  more\n- c\n\n1. d"
    code = f"{FENCE}\nx\n- y\n{FENCE}"
    assert spaced(code) == code


def test_code_with_fences_stays_one_block():
    assert fenced("a\n```\nb", "python") == "````python\na\n```\nb\n````"


def test_a_table_keeps_bars_in_its_cells():
    assert table(["a", "b"], [["1|2", "3"]]) == "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |"


def test_a_title_has_no_meaning_in_markdown():
    title = '1 | *A* [x] `y` <b>z</b> & $a$ \\ "é"'
    [cell] = re.findall("<td>(.*)</td>", markdown(table(["t"], [[f"[{as_text(title)}](b.md)"]]), extensions=["tables"]))
    made = Formulas()
    assert unescape(made.put_back(made.taken_out(cell))) == f'<a href="b.md">{title}</a>'


def test_two_pages_cannot_have_one_place():
    with pytest.raises(KitError, match=r"Two pages of the site would be a\.md"):
        with_places([Page("a.md", "1"), Page("a.md", "2")])
