"""The names that a cell binds and the modules that it imports, read without running it."""

import pytest

from autograder.notebook.bound_names import binds_unknown, bound_names, imported_modules, in_python, parsed


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import os.path, numpy as np\nfrom a import b, c as d", {"os", "np", "b", "d"}),
        ("x, (y, *z) = w[0] = 1, (2, 3)\nu: int = 1\nv += 1", {"x", "y", "z", "u", "v"}),
        ("def f(a):\n    b = 1\n    global g\n    g = 1\nclass C:\n    d = 1", {"f", "g", "C"}),
        ("def f():\n    def h():\n        global g\n        g = 1", {"f", "g"}),
        ("for i in a: pass\nwith b as c: pass\ntry: pass\nexcept E as e: pass", {"i", "c", "e"}),
        ("[x := y for y in z if (u := y)]\nlambda p, q=(v := 1): p", {"x", "u", "v"}),
        ("match a:\n    case [b, *c]: pass\n    case {1: d, **e}: pass\n    case C(f) as g: pass", set("bcdefg")),
        ("match a:\n    case {1: b}: pass\n    case [_, *_]: pass\n    case _: pass", {"b"}),
        ("@(x := y)\ndef f(a=(u := 1)):\n    b = c = 1\nclass C(z := B):\n    d = 1\ndel w", set("xfuCzw")),
        ("%matplotlib inline\n%time x = f()\nfiles = !ls\nhere = %pwd", {"x", "files", "here"}),
        ("%%time\nx = 1", {"x"}),
        ("%%capture out --no-stderr\nx = 1", {"out", "x"}),
        ("!pip install -q tqdm\nfrom tqdm import tqdm\n%cd -q ..\nfiles = !ls {x}", {"tqdm", "files"}),
        ("from google.colab import drive\ndrive.mount('/content')\n!ls &\nprint?\nx = 1", {"drive", "x"}),
        ("%%bash\nx=1", set()),
        ("x = await f()", {"x"}),
        ("f(x)[0].y = 1\nprint(z)", set()),
        ("def", set()),
        ("?x", set()),
    ],
)
def test_names_that_a_cell_binds(source, names):
    assert bound_names(source) == names


def test_modules_that_a_cell_imports():
    source = "%matplotlib inline\nimport a.b, c as d\ndef f():\n    from e.f import g\nfrom . import h\nfrom i import *"
    assert imported_modules(source) == ("a.b", "c", "e.f", "e.f.g", "i") and imported_modules("import") == ()


@pytest.mark.parametrize(
    ("source", "unknown"),
    [
        ("x = 1\nfrom a import *", True),
        ("globals()['x'] = 1", True),
        ("%run helpers.py", True),
        ("%%time\nexec(text)", True),
        ("from a import b", False),
        ("loss = data['load'] + data.load('run')", False),
        ("%time load = 1", False),
        ("def", False),
    ],
)
def test_whether_it_is_known_what_a_cell_binds(source, unknown):
    assert binds_unknown(source) is unknown


@pytest.mark.parametrize("name", ["exec", "globals", "locals", "vars"])
def test_what_may_bind_any_name_is_known_by_its_name(name):
    assert binds_unknown(f"def f():\n    {name}()") and not binds_unknown(f"data.{name}()")


@pytest.mark.parametrize("magic", ["run", "load", "pylab", "store"])
def test_a_magic_may_bind_any_name(magic):
    assert binds_unknown(f"%{magic} x") and binds_unknown(f"%time %{magic} x")


@pytest.mark.parametrize(
    "magic",
    [
        "!", "HTML", "SVG", "bash", "file x", "html", "javascript", "js", "latex", "markdown", "perl", "pypy", "python",
        "python2", "python3", "ruby", "script ruby", "sh", "shell", "svg", "sx", "system", "writefile x.py",
    ],
)  # fmt: skip
def test_the_text_of_another_language_or_file_binds_nothing(magic):
    assert bound_names(f"%%{magic}\nx = 1") == set()
    assert not binds_unknown(f"%%{magic}\nfrom x import *")


@pytest.mark.parametrize("magic", ["time", "timeit", "prun", "capture"])
def test_the_text_of_a_cell_magic_is_code(magic):
    assert bound_names(f"%%{magic}\nx = 1") == {"x"}


def test_the_names_of_capture_are_those_that_can_be_names():
    assert bound_names("%%capture --no-stdout seen\n1") == {"seen"}
    assert bound_names("%%time seen\n1") == set()


@pytest.mark.parametrize("source", ["x =", "\0", "(" * 10_000, "f(" * 300 + ")" * 300])
def test_what_is_no_python_binds_nothing(source):
    assert bound_names(source) == set() and imported_modules(source) == () and not binds_unknown(source)
    assert parsed(source).body == []


def test_ipython_syntax_as_python():
    assert in_python("x = 1\n") == "x = 1\n" and "run_line_magic('time', 'f()')" in in_python("%time f()")
