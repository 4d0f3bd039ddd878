"""What a student might put into a notebook to make it run in whoever reads the feedback: none of it does.

A payload that runs says so: it changes the page's title, or asks a server of this test for a path with its name.
"""

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import threading
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.feedback_page import MATHJAX, FeedbackPage, TookTooLong, clean

RUN = "void(document.title='ran NAME',new Image().src='BEACON/NAME')"
DATA_PAGE = "data:text/html;base64," + base64.b64encode(b"<script>parent.document.title='ran'</script>").decode()
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RUN}\"><script>{RUN}</script>"
SVG += "<image href='BEACON/NAME'/></svg>"

MARKUP = {
    "script": f"<script>{RUN}</script>",
    "script_in_script": f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    "script_src": "<script src='BEACON/NAME'></script>",
    "onerror": f'<img src=x onerror="{RUN}">',
    "onerror_slashes": f'<img/src=x/onerror="{RUN}">',
    "onload_svg": f'<svg onload="{RUN}"></svg>',
    "in_math": f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={RUN}&gt;'>",
    "noscript": f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    "details": f'<details open ontoggle="{RUN}">x</details>',
    "autofocus": f'<input autofocus onfocus="{RUN}">',
    "video": f'<video><source onerror="{RUN}"></video>',
    "animate": f'<svg><animate onbegin="{RUN}" attributeName=x dur=1s></svg>',
    "iframe_srcdoc": "<iframe srcdoc=\"<script>parent.document.title='ran NAME'</script>\"></iframe>",
    "iframe_src": "<iframe src='BEACON/NAME'></iframe>",
    "object": f"<object data='{DATA_PAGE}'></object><embed src='BEACON/NAME'>",
    "refresh": "<meta http-equiv=refresh content='0;url=BEACON/NAME'>",
    "base": "<base href='BEACON/NAME/'><img src='relative'>",
    "style": "<style>body{background:url(BEACON/NAME)} @import 'BEACON/NAME';</style>",
    "style_attribute": "<div style='background:url(BEACON/NAME)'>x</div>",
    "link": "<link rel=stylesheet href='BEACON/NAME'><link rel=prefetch href='BEACON/NAME'>",
    "image": "<img src='BEACON/NAME' srcset='BEACON/NAME 2x'><picture><source srcset='BEACON/NAME'></picture>",
    "body_background": "<body background='BEACON/NAME' onload=\"" + RUN + '"><table background="BEACON/NAME"></table>',
    "form": "<form action='BEACON/NAME' id=f><button formaction='BEACON/NAME'>Show my marks</button></form>",
    "javascript_link": f'<a href="javascript:{RUN}">x</a>',
    "javascript_link_spaced": f'<a href=" java\tscript:{RUN}">x</a>',
    "javascript_link_entity": f'<a href="&#106;avascript&colon;{RUN}">x</a>',
    "files_link": f'<a href="files/javascript:{RUN}">x</a>',
    "data_link": f'<a href="{DATA_PAGE}">x</a>',
    "vbscript_link": f'<a href="vbscript:{RUN}">x</a>',
    "comment": f"<!--><img src=x onerror={RUN}>-->",
    "cdata": f"<![CDATA[<img src=x onerror={RUN}>]]>",
    "title_end": f"</pre></div></body></html><script>{RUN}</script>",
    "mathjax_config": f"<script type='text/x-mathjax-config'>{RUN}</script>",
    "template": f"<template shadowrootmode=open><img src=x onerror={RUN}></template>",
    "image_data_svg": "<img src='data:image/svg+xml;base64," + base64.b64encode(SVG.encode()).decode() + "'>",
    "image_data_breaks_out": f"<img src='data:image/png;base64,AAAA\" onerror=\"{RUN}'>",
    "clobber": "<a id=MathJax name=MathJax href='BEACON/NAME'>x</a><form name=body></form>",
}
MARKDOWN = {
    "md_link": f"[x](javascript:{RUN})",
    "md_link_files": f"[x](files/javascript:{RUN})",
    "md_autolink": f"<javascript:{RUN}>",
    "md_reference": f"[x][y]\n\n[y]: javascript:{RUN}",
    "md_image": "![x](BEACON/NAME)",
    "md_image_breaks_out": f'![x](data:image/png;base64,AA"onerror="{RUN})',
    "md_fence": f'```"><script>{RUN}</script>\nx\n```',
    "md_mermaid": f"```mermaid\n</pre><script>{RUN}</script>\n```",
    "md_math": f"$x < y <img src=x onerror={RUN}>$ and $$\\href{{javascript:{RUN}}}{{x}}$$",
    "md_heading": f"# x <script>{RUN}</script>",
    "md_table": f"| a |\n|---|\n| <img src=x onerror={RUN}> |",
}
OUTPUTS = {
    "out_javascript": {"application/javascript": RUN},
    "out_svg": {"image/svg+xml": SVG},
    "out_svg_breaks_out": {"image/svg+xml": f"'\"><script>{RUN}</script>"},
    "out_markdown": {"text/markdown": f"<script>{RUN}</script> [x](javascript:{RUN})"},
    "out_latex": {"text/latex": f"</div><script>{RUN}</script> $\\href{{javascript:{RUN}}}{{x}} \\unicode{{<b>}}$"},
    "out_latex_macros": {"text/latex": "$\\require{html}\\def\\x{\\x\\x}\\x\\style{background:url(BEACON/NAME)}{x}$"},
    "out_png_breaks_out": {"image/png": f'AAAA" onerror="{RUN}'},
    "out_plain": {"text/plain": f"</pre><script>{RUN}</script>"},
    "out_mermaid": {"text/vnd.mermaid": f"</pre><script>{RUN}</script>"},
    "out_widget": {"application/vnd.jupyter.widget-view+json": {"model_id": "m"}, "text/plain": "x"},
    "out_pdf": {"application/pdf": "x"},
}
SIZES = {"image/png": {"width": f"1 onerror={RUN}", "height": f"1 onload={RUN}", "alt": f'"><script>{RUN}</script>'}}


def named(value, name, beacon):
    """The payload with its own name and the server's address in it."""
    text = json.dumps(value).replace("NAME", name).replace("BEACON", beacon)
    return json.loads(text)


def hostile_notebook(beacon):
    cells = [new_markdown_cell(named(text, name, beacon)) for name, text in (MARKUP | MARKDOWN).items()]
    run = named(RUN, "attachment", beacon)
    attached = new_markdown_cell("![a](attachment:a.svg) ![b](attachment:b) ![c](attachment:c.png)")
    attached["attachments"] = {
        "a.svg": {"image/svg+xml": base64.b64encode(named(SVG, "attachment", beacon).encode()).decode()},
        "b": {"text/html": base64.b64encode(f"<script>{run}</script>".encode()).decode()},
        "c.png": {"image/png": f'AAAA" onerror="{run}'},
    }
    cells += [attached, new_markdown_cell("![missing](attachment:missing.png)"), new_markdown_cell("> " * 5000)]
    for name, text in MARKUP.items():
        text = named(text, name, beacon)
        outputs = [
            new_output("display_data", data={"text/html": text}),
            new_output("display_data", data={"text/html": text}, metadata={"text/html": {"isolated": True}}),
            new_output("stream", text=f"\x1b[31{text}\x1b[38;2;1;2;3m{text}\x1b[<script>m"),
            new_output("error", ename=text, evalue=text, traceback=[f"\x1b[0;31m{text}\x1b[0m", text]),
        ]
        cell = new_code_cell(text, outputs=outputs)
        cell.execution_count = text  # the kernel says what it is
        cells.append(cell)
    shown = [new_output("display_data", data=named(data, name, beacon)) for name, data in OUTPUTS.items()]
    shown.append(new_output("display_data", data={"image/png": PNG}, metadata=named(SIZES, "sizes", beacon)))
    cells.append(new_code_cell("", outputs=shown))
    notebook = new_notebook()
    notebook.cells = cells  # not validated, as a kernel's messages are not
    run = named(RUN, "metadata", beacon)
    notebook.metadata.update(
        title=f"</title><script>{run}</script>",
        language_info={"name": f'"><script>{run}</script>', "pygments_lexer": f'"><script>{run}</script>'},
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"m": {}}, "x": f"</script><script>{run}"}},
    )
    return notebook


def page_of(notebook):
    """The page as nbgrader's GenerateFeedback has it made."""
    from nbgrader.server_extensions import formgrader

    folder = Path(formgrader.__file__).parent
    exporter = FeedbackPage(
        template_name="feedback",
        extra_template_basedirs=[str(folder / "templates")],
        extra_template_paths=[str(folder / "static/node_modules/bootstrap/dist/css")],
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
    assert [name for name in metas if name] == ["Content-Security-Policy", "referrer"]
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


def test_a_cell_that_cannot_be_rendered_shows_as_it_was_written():
    page = small_page(new_markdown_cell("![here](attachment:missing.png)"), new_markdown_cell("*fine*"))
    assert "![here](attachment:missing.png)" in page and "<em>fine</em>" in page


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


@pytest.mark.parametrize("what", SLOW)
def test_texts_made_to_take_long_are_shown_as_written(what):
    pieces = [SLOW[what], *(SLOW[what][:20_000] for _ in range(2))]
    cells = [new_markdown_cell(piece) for piece in pieces]
    outputs = [new_output("display_data", data={"text/html": piece}) for piece in pieces]
    cells += [new_code_cell(piece, outputs=[*outputs, new_output("stream", text=piece)]) for piece in pieces[:1]]
    assert len(small_page(*cells)) < 30_000_000


def test_an_endless_row_of_outputs_ends():
    outputs = [new_output("display_data", data={"text/plain": "x"}) for _ in range(3_000)]
    page = small_page(new_code_cell("", outputs=outputs))
    assert "the outputs from here on are not shown" in page and page.count("<pre>x</pre>") < 1_001


def stream_cells(number, text):
    return [new_code_cell("", outputs=[new_output("stream", text=text)]) for _ in range(number)]


TOO_MUCH = {
    "colours": (lambda: stream_cells(20, "\x1b[31mx" * 170_000), "ansi-red-fg", 20_000),
    "colours in many outputs": (lambda: stream_cells(900, "\x1b[31mx" * 500), "ansi-red-fg", 20_000),
    "characters to escape": (lambda: stream_cells(50, "<" * 100_000), "&lt;", 1_100_000),
    "text of cells": (lambda: [new_code_cell("<" * 100_000) for _ in range(20)], "&lt;", 1_100_000),
    "tags": (lambda: [new_code_cell("1+" * 5_000) for _ in range(30)], '<span class="mi">', 50_000),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_page_is_of_a_size_that_can_be_parsed(what):
    cells, of_which, most = TOO_MUCH[what]
    page = small_page(*cells())
    assert page.count(of_which) <= most
    assert len(page) < 8_000_000


def test_a_picture_that_is_asked_for_many_times_fills_the_page_only_so_far():
    cell = new_markdown_cell("![x](attachment:a)" * 1_000)
    cell["attachments"] = {"a": {"image/png": "iVBO" * 500_000}}
    page = small_page(cell)
    assert page.count("iVBO" * 500_000) == 10 and len(page) < 21_000_000


def test_a_page_that_takes_too_long_ends(monkeypatch):
    from autograder import feedback_page

    monkeypatch.setattr(feedback_page, "PAGE_SECONDS", 0.2)
    with pytest.raises(TookTooLong, match="not made within 0.2 s"):
        small_page(*(new_markdown_cell("*a* `b` " * 2_000) for _ in range(50)))
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize(
    "html", ["<p>a</p>", '<a href="https://example.org">a</a>', '<a href="#part">a</a>', "<ul><li>1</li></ul>"]
)
def test_plain_markup_stays(html):
    assert clean(html) == html


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture
def beacon():
    """The address of a server that notes the paths it is asked for, and that list."""
    asked = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def opened(page, folder):
    """The page's DOM after its scripts have run, every link of a strange kind clicked."""
    click = "document.querySelectorAll('a').forEach(a => /^(https?|mailto|file):/.test(a.protocol) || a.click())"
    path = folder / "page.html"
    path.write_text(page.replace("</html>", f"<script>{click}</script></html>"), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={folder / 'profile'}"]
    command += ["--virtual-time-budget=4000", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(folder)})
    assert "<title>" in done.stdout, done.stderr[-2000:]
    return done.stdout


POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on PATH, to open a page as a reader would")
class TestInABrowser:
    def test_payloads_run_where_nothing_stops_them(self, beacon, tmp_path):
        address, asked = beacon
        payload = named(MARKUP["onerror"] + MARKUP["javascript_link"], "control", address)
        dom = opened(f"<html><head><title>quiet</title></head><body>{payload}</body></html>", tmp_path)
        assert "<title>ran control</title>" in dom and "/control" in asked

    def test_nothing_runs_and_nothing_is_asked_for(self, beacon, tmp_path):
        address, asked = beacon
        page, policies = POLICY.subn("", page_of(hostile_notebook(address)))  # the cleaning alone must do
        assert policies == 1
        dom = opened(page, tmp_path)
        assert asked == [] and "<title>adding</title>" in dom

    def test_the_policy_alone_stops_scripts_and_requests(self, beacon, tmp_path):
        address, asked = beacon
        payloads = "".join(
            named(text, name, address) for name, text in MARKUP.items() if name not in ("refresh", "title_end")
        )
        page = small_page(new_markdown_cell("PLACE")).replace("PLACE", payloads)
        dom = opened(page, tmp_path)
        assert asked == [] and "<title>adding</title>" in dom
