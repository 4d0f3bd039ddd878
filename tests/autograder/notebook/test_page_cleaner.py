"""The parts of a student's work that pages may show: the allowed lists, repeated here, and how the rest is cleaned."""

import time
from html.parser import HTMLParser

import pytest
from hostile_notebook import MARKDOWN, MARKUP, OUTPUTS, PNG, SIZES, hostile_notebook, named
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.notebook import page_cleaner
from autograder.notebook.page_cleaner import (
    CLEANED_TOTAL,
    OWN,
    OWN_OF_OTHER_CODE,
    UNSEEN,
    OwnOutputs,
    Reducer,
    clean,
    inert,
    reduce,
)  # fmt: skip

TAGS = """
a abbr b blockquote br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s small span strong
sub sup table tbody td tfoot th thead tr u ul
"""
# all other tags of HTML, current and obsolete, and the first tags of SVG and MathML
OTHER_TAGS = """
acronym address animate annotation-xml applet area article aside audio base basefont bdi bdo bgsound big body button
canvas center cite col colgroup command content data datalist details dfn dialog dir embed fencedframe fieldset
figcaption figure font footer foreignObject form frame frameset head header hgroup html iframe image input ins isindex
keygen label legend link listing main map mark marquee math menu menuitem meta meter mglyph nav nobr noembed noframes
noscript object optgroup option output param picture plaintext portal progress q rb rp rt rtc ruby samp script search
section select set shadow slot source spacer strike style summary svg template textarea time title track tt use var
video wbr xmp
"""
ATTRIBUTES = "abbr align alt colspan height rowspan start title width"
OTHER_ATTRIBUTES = """
accept accept-charset accesskey action allow allowfullscreen archive async attributionsrc autocapitalize autocomplete
autofocus autoplay background bgcolor border charset checked cite classid code codebase color cols content
contenteditable controls coords crossorigin data data-link data-target data-toggle datetime default defer dir dirname
disabled download draggable dynsrc enctype enterkeyhint exportparts face for form formaction formenctype formmethod
formnovalidate formtarget frameborder headers hidden href hreflang http-equiv id imagesizes imagesrcset inert inputmode
integrity is ismap itemid itemprop kind label lang language list longdesc loop low lowsrc manifest max maxlength media
method min minlength multiple muted name nonce novalidate onabort onauxclick onbeforeinput onblur onclick onerror
onfocus oninput onload onmouseover onpointerenter onpointerrawupdate ontoggle ontransitionend onwheel open part pattern
ping placeholder playsinline popover popovertarget poster profile readonly referrerpolicy rel required reversed role
rows sandbox scope scoped selected shape size sizes slot spellcheck src srcdoc srclang srcset step style summary
tabindex target translate type usemap value wrap xlink:href xmlns
"""
SCHEMES = "data http https mailto"
LINKS = ("http:", "https:", "mailto:")  # data: is allowed for pictures only, see below
OTHER_SCHEMES = """
about blob callto cid content chrome chrome-extension dict ed2k facetime feed file filesystem ftp geo gopher intent irc
jar javascript jdbc ldap livescript magnet mocha ms-word news nntp resource rtsp sftp sip skype sms ssh steam tel telnet
urn vbscript view-source vscode webcal ws wss x-apple xmpp
"""


def alone(tag, attributes=""):
    """The tag after cleaning, in a place where HTML allows it."""
    rows = ("caption", "thead", "tbody", "tfoot", "tr")
    before = "<table>" if tag in rows else "<table><tr>" if tag in ("td", "th") else ""
    return clean(f"{before}<{tag}{attributes}>x")


def test_the_tags_are_these_and_no_others():
    assert page_cleaner.HTML_TAGS == set(TAGS.split())
    for tag in TAGS.split():
        assert f"<{tag}" in alone(tag), tag
    for tag in OTHER_TAGS.split():
        assert f"<{tag.lower()}" not in alone(tag).lower(), tag


@pytest.mark.parametrize("tag", ["p", "a", "img", "td"])
def test_the_attributes_are_these_and_no_others(tag):
    assert page_cleaner.ATTRIBUTES == set(ATTRIBUTES.split())
    for name in ATTRIBUTES.split():
        assert f'{name}="1"' in alone(tag, f' {name}="1"'), name
    for name in OTHER_ATTRIBUTES.split():
        assert f'{name}="' not in alone(tag, f' {name}="1"').lower(), name


def test_a_link_goes_to_these_kinds_of_addresses_and_no_others():
    assert page_cleaner.SCHEMES == set(SCHEMES.split())
    for scheme in LINKS:
        address = f"{scheme}//example.org/x" if scheme != "mailto:" else "mailto:x@example.org"
        assert f'href="{address}"' in clean(f'<a href="{address}">x</a>'), scheme
    for scheme in (*OTHER_SCHEMES.split(), "data", "http\t", "java\nscript", "JaVaScRiPt", "&#106;avascript"):
        assert "href" not in clean(f'<a href="{scheme}:x">x</a>'), scheme
        assert "href" not in clean(f'<a href=" {scheme}://x">x</a>'), scheme
    for address in ("/formgrader/api", "//example.org", "x.html", "?x", "https:x", "\\\\example.org", "data:,"):
        assert "href" not in clean(f"<a href='{address}'>x</a>"), address
    assert 'href="#part"' in clean('<a href="#part">x</a>')


def test_an_image_is_a_picture_that_the_page_itself_holds_and_no_other():
    for kind in ("png", "jpeg", "gif"):
        assert f'src="data:image/{kind};base64,{PNG}"' in clean(f'<img src="data:image/{kind};base64,{PNG}">'), kind
    for address in (
        *("https://example.org/x.png", "http://127.0.0.1/x.png", "//example.org/x.png", "/api/contents", "x.png", "#x"),
        *(f"{scheme}:x" for scheme in OTHER_SCHEMES.split()),
        *("data:image/svg+xml;base64,AAAA", "data:image/png,AAAA", "data:text/html;base64,AAAA", "data:,x"),
    ):
        assert "src=" not in clean(f'<img src="{address}">'), address


def test_a_class_is_one_of_those_that_colour_code_and_tables():
    for name in ("highlight", "hl-ipython3", "dataframe", "anchor-link", "kn", "s1"):
        assert f'class="{name}"' in clean(f'<p class="{name}">x</p>')
    for name in ("score", "panel-heading", "save-icon", "navbar-fixed-top", "k name-shown", "MathJax"):
        assert "class" not in clean(f'<p class="{name}">x</p>')


@pytest.mark.parametrize(
    "html", ["<p>a</p>", '<a href="https://example.org">a</a>', '<a href="#part">a</a>', "<ul><li>1</li></ul>"]
)
def test_plain_markup_stays(html):
    assert clean(html) == html


@pytest.mark.parametrize(
    "html, shown",
    [
        ("<w, x> and List<int>", "&lt;w, x&gt; and List&lt;int&gt;"),
        ("if a<b", "if a&lt;b"),
        ("x <y and nothing", "x &lt;y and nothing"),
        ("</nope> </ 1>", "&lt;/nope&gt; &lt;/ 1&gt;"),
        ("<script>if (a<b) x()</script>", "&lt;script&gt;if (a&lt;b) x()&lt;/script&gt;"),
        ("<style scoped>.c { color: red }</style>", "&lt;style scoped&gt;.c { color: red }&lt;/style&gt;"),
        ("<textarea><b>x</b></textarea>", "&lt;textarea&gt;<b>x</b>&lt;/textarea&gt;"),
        ("a<!-- comment -->b", "ab"),
    ],
)
def test_what_is_not_a_tag_of_the_list_shows_as_it_was_written(html, shown):
    assert clean(html) == shown


@pytest.mark.parametrize("character", ["\0", "\x07", "\x0c", "\x1b", "&#27;", "\ud800", "\x9b"])
def test_control_characters_are_replaced_in_a_page(character):
    assert clean(f"<b title='x{character}'>x{character}y</b>") == '<b title="x\ufffd">x\ufffdy</b>'


PIECES = (
    *("<", ">", "</", "/>", "<b>", "</b>", "<p ", "<table>", "<td>", "<svg>", "<math>", "<mtext>", "<style>"),
    *("</style>", "<script>", "<textarea>", "<title>", "<noscript>", "<select>", "<template>", "<xmp>", "<plaintext>"),
    *("<!--", "-->", "<![CDATA[", "]]>", "<?", "<img src=", '<a href="', "javascript:1", "https://x", "onclick=1"),
    *("title='", "class=k", '"', "'", " ", "\n", "=", "&", "&lt;", "&#60;", "\0", "\x0c", "x"),
)


class Parsed(HTMLParser):
    """The tags of a page as Python's parser reads them."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, attributes))


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_nothing_else_is_left_of_any_markup(html):
    for tag, attributes in Parsed(clean(html)).found:
        assert tag in page_cleaner.HTML_TAGS
        assert all(page_cleaner.allowed(tag, name, value) for name, value in attributes)


@pytest.mark.parametrize("html", ["<b>" * 7_000, "<div>" * 4_000, "<ul><li>" * 2_500, "<a>" * 3_300 + "</b>" * 2_500])
def test_tags_that_never_end_are_cleaned_in_little_time(html):
    start = time.process_time()
    clean(html)
    assert time.process_time() - start < 5  # they take 0.05 s


def test_the_kinds_of_outputs_are_these_and_no_others():
    assert page_cleaner.TEXTS == ("text/html", "text/markdown", "text/latex", "image/svg+xml", "text/plain")
    assert page_cleaner.SHOWN_PICTURES == ("image/png", "image/jpeg")
    for data in OUTPUTS.values():
        made = Reducer().output(new_output("display_data", data=data))
        assert set(made["data"]) <= {*page_cleaner.TEXTS, *page_cleaner.SHOWN_PICTURES} and made["data"]
    made = Reducer().output(new_output("display_data", data={"application/javascript": "x"}))
    assert made["data"] == {"text/plain": "[an output that is not kept: application/javascript]"}


@pytest.mark.parametrize("name", [*MARKUP, *MARKDOWN])
def test_markdown_keeps_no_tag_that_runs_and_loses_no_character(name):
    text = named((MARKUP | MARKDOWN)[name], name, "http://127.0.0.1:9")
    made = inert(text)
    assert made.replace(UNSEEN, "") == text and inert(made) == made
    allowed = {f"<{tag}" for tag in TAGS.split()}
    for opened in page_cleaner._TAG.finditer(made):
        if not opened[1] and opened[2] and len(opened[2]) > 2:
            assert f"<{opened[2].lower()}" in allowed or made[opened.start() :].startswith("<http"), made
    assert not any(word in made.lower() for word in ("javascript:", "vbscript:", "<script", "<iframe", "&colon;"))


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d, $x<y$, $\\|x\\|_2 \\le 3$, `if a<b: c>d`, 5 < 6",
        "**bold** <b>bold</b> <br> <br/> H<sub>2</sub>O <span title='x'>y</span>",
        "<img src='data:image/png;base64,AAAA'> ![plot](attachment:plot.png)",
        f"<img src='data:image/png;base64,{'AAAA' * 10_000}' width='3'> <img src='attachment:my plot.png'>",
        f"![x][image1]\n\n[image1]: <data:image/png;base64,{'AAAA' * 10_000}==>\n[2]: <data:image/gif;base64,AAAA>",
        "[x](https://example.org/?a=1&b=2) <https://example.org> R&D AT&T &lt; &nbsp; &eacute;",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "I know JavaScript, and its script is long",
    ],
)
def test_markdown_of_an_honest_answer_is_not_touched(text):
    assert inert(text) == text


LONG = "data:image/png;base64," + "AAAA" * 50


@pytest.mark.parametrize(
    "text",
    [
        f"<img src='{LONG}' onerror='x'>",
        f"<a {LONG}/onclick=alert(1)>",
        f"<a {LONG}/onclick =alert(1)>",
        f"<img src='x' {LONG}/onerror='x'>",
        f"<{LONG}/onclick=x>",
        f"<{LONG} onclick=x>",
        f"<{LONG.replace('png', 'svg+xml')}>",
        "<img src='attachment:x' onerror='x'>",
        "<img src='attachment:x\" onerror=x y=\"'>",
        "<a href='attachment:x'>",
        "<img alt='x' src='https://example.org/attachment:x'>",
    ],
)
def test_a_picture_hides_nothing_that_runs(text):
    made = inert(text)
    assert made == text.replace("<", f"<{UNSEEN}") and inert(made) == made


@pytest.mark.parametrize(
    "text", ["<a " * 400_000, "<a b='c' " * 100_000, "&#106;" * 200_000, "<aaa" * 250_000, f"{LONG}(" * 5_000]
)
def test_long_texts_are_made_inert_in_little_time(text):
    start = time.process_time()
    inert(text)
    assert time.process_time() - start < 10  # they take 0.3 s; a quadratic parser would take hours


DRAWING = "<svg xmlns='http://www.w3.org/2000/svg'><style>*{stroke:#000}</style><defs><path id='p' d='M0 0'/></defs>"
DRAWING += "<use xlink:href='#p'/><g clip-path='url(#p)'/><image xlink:href='data:image/png;base64,AAAA'/></svg>"


def test_a_drawing_as_matplotlib_makes_it_is_kept_and_one_that_may_run_is_not():
    def kept(drawing):
        return "image/svg+xml" in Reducer().output(new_output("display_data", data={"image/svg+xml": drawing}))["data"]

    assert kept(DRAWING)
    for evil in (
        *("<script>x</script>", "<svg:script>x</svg:script>", "<g onload='x'/>", "<a href='https://example.org'/>"),
        *("<foreignObject/>", "<animate attributeName='href'/>", "<set/>", "<image href='https://example.org/x.png'/>"),
        *("<use href = 'data:image/svg+xml;base64,A#p'/>", "<style>@import 'x'</style>", "<style>a{b:url(/x)}</style>"),
        *("<!ENTITY x 'y'>", "<iframe/>", "<a xlink:href='javascript:x'/>"),
    ):
        assert not kept(DRAWING.replace("<defs>", f"{evil}<defs>")), evil


def test_what_scores_depend_on_is_not_touched():
    result = new_output("execute_result", data={"text/plain": "2.5", "text/html": "<b>4</b>"}, execution_count=3)
    error = new_output("error", ename="ValueError", evalue="x<y", traceback=["a", "b"])
    stream = new_output("stream", name="stderr", text="x")
    for in_test in (False, True):
        made = [Reducer().output(output, in_test) for output in (result, error, stream)]
        assert made[0]["data"]["text/plain"] == "2.5" and made[0]["output_type"] == "execute_result"
        assert made[1:] == [error, stream]
        assert ("text/html" in made[0]["data"]) is not in_test


def test_a_hostile_notebook_is_reduced_to_what_no_browser_runs():
    notebook = hostile_notebook("http://127.0.0.1:9")
    reduce(notebook)
    once = str(notebook.cells)
    for cell in notebook.cells:
        shown = [cell.source] if cell.cell_type == "markdown" else []
        for output in cell.get("outputs", []):
            assert output.output_type != "display_data" or set(output.data) <= {*page_cleaner.TEXTS, "image/png"}
            shown += [text for kind, text in output.get("data", {}).items() if kind != "text/plain"]
            assert all(set(size) <= {"width", "height"} for size in output.get("metadata", {}).values())
        assert not any(word in text.lower() for text in shown for word in ("<script", "<iframe", "<svg", "javascript:"))
        kinds = [kind for attached in cell.get("attachments", {}).values() for kind in attached]
        assert set(kinds) <= {"image/png"}
    reduce(notebook)
    assert str(notebook.cells) == once
    assert SIZES  # the hostile sizes are texts, so none are left


def test_the_instructors_markdown_is_as_they_wrote_it():
    record = dict(grade=False, locked=True, solution=False, grade_id="intro")
    cells = [new_markdown_cell("<center>x</center>", metadata={"nbgrader": record}), new_markdown_cell("<center>x")]
    notebook = new_notebook(cells=cells)
    reduce(notebook)
    assert [cell.source for cell in notebook.cells] == ["<center>x</center>", f"<{UNSEEN}center>x"]


def test_html_that_grows_when_it_is_parsed_is_bounded_too():
    grows = "".join(f"<i title={n}>" for n in range(600)) + "<p>x" * 2_000
    reducer, kept = Reducer(), []
    for _ in range(20):
        data = {"text/html": grows, "text/plain": "x"}
        kept.append(reducer.output({"output_type": "display_data", "data": data, "metadata": {}})["data"])
    assert all(data["text/plain"] == "x" for data in kept)
    assert sum(len(data.get("text/html", "")) for data in kept) <= CLEANED_TOTAL


def test_html_is_kept_up_to_a_size_and_the_text_beside_it_always():
    reducer = Reducer()
    big = new_output("display_data", data={"text/html": "<b>x</b>" * 10_000, "text/plain": "x"})
    assert reducer.output(big)["data"] == {"text/plain": "x"}
    small = new_output("display_data", data={"text/html": "<b>x</b>" * 2_000, "text/plain": "x"})
    kept = ["text/html" in reducer.output(small)["data"] for _ in range(30)]
    assert kept == [True] * 18 + [False] * 12  # 18 times 16,000 characters fit in 300,000


class TestOwnOutputs:
    PICTURE = {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure>"}, "metadata": {}}

    def test_pictures_and_texts_stay_below_a_line_that_says_whose_they_are(self):
        given = [self.PICTURE, {"output_type": "stream", "name": "stderr", "text": ["loss 1\n", "loss 2\n"]}]
        said, picture, printed = OwnOutputs().shown(given, same_code=True)
        assert said == {"output_type": "stream", "name": "stdout", "text": OWN}
        assert picture == self.PICTURE
        assert printed == {"output_type": "stream", "name": "stdout", "text": "loss 1\nloss 2\n"}

    def test_that_other_code_made_them_is_said(self):
        assert OwnOutputs().shown([self.PICTURE], same_code=False)[0]["text"] == OWN_OF_OTHER_CODE

    def test_nothing_is_said_where_nothing_was_shown(self):
        assert OwnOutputs().shown([], same_code=True) == OwnOutputs().shown([7, {"output_type": "x"}], True) == []

    def test_neither_errors_nor_results_are_among_them(self):
        given = [
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["line"]},
            {"output_type": "execute_result", "data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 1},
        ]
        made = OwnOutputs().shown(given, same_code=True)
        assert [output["output_type"] for output in made] == ["stream", "stream", "display_data"]
        assert made[1]["text"] == "line\nE: v"

    def test_scripts_are_cleaned_away(self):
        given = [{"output_type": "display_data", "data": {"text/html": "<script>x</script>"}, "metadata": {}}]
        assert "<script" not in str(OwnOutputs().shown(given, same_code=True))

    def test_they_are_bounded_for_a_cell_and_for_a_notebook(self):
        picture = {"output_type": "display_data", "data": {"image/png": "AAAA" * 100_000}, "metadata": {}}
        own = OwnOutputs()
        cells = [own.shown([picture] * 4, same_code=True) for _ in range(10)]
        sizes = [len(str(cell)) for cell in cells]
        assert max(sizes) < 1_002_000 and sum(sizes) < 5_010_000
        assert "is not kept: it is too large" in str(cells[0]) and "image/png" in str(cells[0])
        many = own.shown([{"output_type": "stream", "text": "x"}] * 1_000, same_code=True)
        assert len(many) < 200 and "900 more outputs are not kept" in str(many)

    def test_a_cell_may_show_a_million_characters_and_a_notebook_five_million(self):
        def printed(size):  # size includes the keys
            return {"output_type": "stream", "text": "x" * (size - len("output_typestreamtext"))}

        own = OwnOutputs()
        assert "not kept" in str(own.shown([printed(1_000_001)], same_code=True))
        assert "not kept" in str(own.shown([printed(500_000), printed(500_001)], same_code=True))
        own = OwnOutputs()
        for _ in range(5):
            assert "not kept" not in str(own.shown([printed(600_000), printed(400_000)], same_code=True))
        assert "[an output of 30 characters is not kept" in str(own.shown([printed(30)], same_code=True))

    @pytest.mark.parametrize(("count", "said"), [(100, ""), (101, "[1 more outputs are not kept]")])
    def test_a_cell_may_show_a_hundred_outputs(self, count, said):
        made = OwnOutputs().shown([{"output_type": "stream", "text": "x"}] * count, same_code=True)
        assert len(made) == 101 + bool(said) and ("not kept" in str(made)) is bool(said) and said in str(made)

    def test_an_output_that_is_nested_without_end_is_not_kept(self):
        nested = {}
        for _ in range(5_000):
            nested = {"a": nested}
        given = [{"output_type": "display_data", "data": {"application/json": nested, "text/plain": nested}}]
        assert "is not kept" in str(OwnOutputs().shown(given, same_code=True))


def test_a_test_cell_shows_texts_and_pictures_only():
    record = dict(grade=True, locked=True, solution=False, grade_id="test", points=1)
    data = {"text/html": "<h3>Score: 4 / 4</h3>", "text/markdown": "# Score: 4", "text/plain": "x", "image/png": PNG}
    cell = new_code_cell("", metadata={"nbgrader": record}, outputs=[new_output("display_data", data=data)])
    notebook = new_notebook(cells=[cell])
    reduce(notebook)
    assert set(notebook.cells[0].outputs[0].data) == {"text/plain", "image/png"}
