"""Jupyter and Colab lines that ask for what grading does not provide: the cell continues after them."""

import ast
import sys

import pytest
from small_notebooks import error, instructor, run, student, test_cell, text

from autograder.execution.judge import not_while_grading
from autograder.execution.students_text import STUDENTS_PREFIX
from autograder.notebook.limits import Limits

REFUSED = "Not run, because shell commands do not run while grading: {}\n"
LINES = {
    "!pip install -q tqdm": "pip install -q tqdm",
    "!touch made &": "touch made &",
    "!bash get_datasets.sh $HOME {1}": "bash get_datasets.sh $HOME {1}",
    "%pip install tqdm": "pip install tqdm",
    "%conda install numpy": "conda install numpy",
    "%mkdir made": "mkdir made",
    "%shell touch made": "touch made",
    "get_ipython().system('touch made')": "touch made",
    "get_ipython().system_raw('touch made')": "touch made",
    "files = !touch made": "touch made",
    "files = %sx touch made": "touch made",
}
CELLS = {
    "%%bash\ntouch made": "%%bash",
    "%%sh --out said\ntouch made": "%%sh --out said",
    "%%script --bg bash\ntouch made": "%%script --bg bash",
    "%%shell\ntouch made": "touch made",
    "touch_it = 'touch made'\ndef f():\n    !{touch_it}\nf()": "{touch_it}",
}
# the first cell of the Stanford course's notebooks in Colab
COLAB = r"""# This mounts your Google Drive to the Colab VM.
from google.colab import drive
drive.mount('/content/drive', force_remount=True)

FOLDERNAME = 'cs231n/assignments/assignment1/'
assert FOLDERNAME is not None, "[!] Enter the foldername."

import sys
sys.path.append('/content/drive/My Drive/{}'.format(FOLDERNAME))

%cd /content/drive/My\ Drive/$FOLDERNAME/cs231n/datasets/
!bash get_datasets.sh
%cd -q /content/drive/My\ Drive/$FOLDERNAME
%load_ext google.colab.data_table
%load_ext tensorboard
%tensorboard --logdir logs
%load_ext autoreload
%autoreload 2
%matplotlib notebook
%matplotlib widget
import math"""


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["sandbox", "process", None])
def test_a_shell_line_says_that_it_does_not_run_and_its_cell_goes_on(isolation):
    lines = [student(f"{line}\nimport math, os\nprint(os.listdir(), math.pi)") for line in LINES]
    own = student("files = !ls\nprint(files, files.n, _exit_code, repr(said))\ngoes_on = 1", "own")
    executed, cells = run(*lines, *map(student, CELLS), own, isolation=isolation)
    for cell, command in zip(cells, (*LINES.values(), *CELLS.values()), strict=False):
        rest = "" if cell.source in CELLS else "[] 3.141592653589793\n"
        assert (error(cell), text(cell)) == (None, REFUSED.format(command) + rest), cell.source
        assert {output.name for output in cell.outputs} == {"stdout"}  # output on stderr would cost a test its points
    assert (error(cells[-1]), text(cells[-1])) == (None, REFUSED.format("ls") + "[]  127 ''\n")
    assert executed.problems == ()


@pytest.mark.slow
def test_a_notebook_may_have_a_failing_command_raise():
    _, (cell,) = run(student("get_ipython().system_raise_on_error = True\n!ls\nprint('not reached')"))
    assert error(cell).startswith("CalledProcessError") and text(cell) == REFUSED.format("ls")


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["sandbox", None])
def test_the_first_cell_of_a_notebook_in_colab_passes(isolation):
    drawing = "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nimport os\nos.getcwd() == home"
    asked = student("import os\nhome = os.getcwd()")
    _, cells = run(asked, student(COLAB + "\nprint(math.pi)"), student(drawing), isolation=isolation,
                   limits=Limits(cell_seconds=10))  # fmt: skip
    assert [error(cell) for cell in cells] == [None] * 3
    assert "google.colab.drive.mount does nothing while grading" in text(cells[1])
    assert text(cells[1]).endswith("3.141592653589793\n") and "image/png" in cells[2].outputs[0].data
    assert cells[2].outputs[1].data["text/plain"] == "True"


SHELLS = """import os, subprocess
print(os.popen('ls  -l').read(), end='')
print(subprocess.run('pip install tqdm', shell=True, capture_output=True, text=True))
print(os.waitstatus_to_exitcode(os.system('touch made')), subprocess.getoutput('x' * 300), os.listdir())"""


@pytest.mark.slow
def test_a_shell_that_python_starts_in_the_sandbox_runs_nothing_and_the_cell_goes_on():
    _, (cell,) = run(student(SHELLS), isolation="sandbox", limits=Limits(cell_seconds=30))
    pip = f"CompletedProcess(args='pip install tqdm', returncode=127, stdout={REFUSED.format('pip install tqdm')!r}"
    assert error(cell) is None
    assert text(cell).splitlines() == [
        *REFUSED.format("ls -l").splitlines(),
        f"{pip}, stderr='')",
        REFUSED.format("touch made").strip(),
        f"127 {REFUSED.format('x' * 200 + '…').strip()} []",
    ]


@pytest.mark.slow
def test_a_given_cell_that_imports_from_colab_passes_for_the_tests_too():
    first = "from google.colab import drive\ndrive.mount('/content')\nimport math"
    executed, cells = run(instructor(first), student("!ls\ndef f():\n    !ls\n    return 3", "f"),
                          test_cell("assert f() == math.floor(math.pi)"))  # fmt: skip
    assert [error(cell) for cell in cells] == [None] * 3 and executed.problems == ()
    assert text(cells[2]) == STUDENTS_PREFIX + REFUSED.format("ls")


@pytest.mark.slow
def test_a_function_with_a_shell_line_in_it_has_a_source_and_one_with_a_magic_has_none():
    listing = "def f(x):\n    !ls\n    files = !ls\n    return x"
    hiding = "def g(x):\n    %time [y for y in x]\n    return x"
    looping = "def h(x):\n    !ls\n    for y in x:\n        x = y\n    return x"
    checks = instructor("from cs231n_lib import checks")
    tests = [test_cell(f"checks.no_loops({name})", f"test_{name}") for name in "fgh"]
    _, cells = run(checks, student(listing), student(hiding), student(looping), *tests)
    of_f, of_g, of_h = map(error, cells[-3:])
    assert of_f is None and "source of g cannot be read" in of_g and "for loop" in of_h


def of_colab(source):
    """The names that a cell defines when the kernel runs it."""
    names = {}
    tree = not_while_grading._ColabImports().visit(ast.parse(source))
    exec(compile(tree, "<cell>", "exec"), names)
    return names


@pytest.mark.parametrize(
    ("source", "expression", "called"),
    [
        ("import google.colab", "google.colab.drive.mount", "google.colab.drive.mount"),
        ("import math, google.colab as gc, os", "gc.auth.authenticate_user", "google.colab.auth.authenticate_user"),
        ("from google import colab", "colab.files.download", "google.colab.files.download"),
        ("from google.colab import drive, files as f", "f.view", "google.colab.files.view"),
        ("from google.colab.patches import cv2_imshow", "cv2_imshow", "google.colab.patches.cv2_imshow"),
        ("import google.colab.drive as d", "d.flush_and_unmount", "google.colab.drive.flush_and_unmount"),
        ("if True:\n    from google.colab import drive", "drive.mount", "google.colab.drive.mount"),
        ("def f():\n    from google.colab import drive\n    return drive", "f().mount", "google.colab.drive.mount"),
        ("try:\n    x = 1\nfinally:\n    from google.colab import drive", "drive.mount", "google.colab.drive.mount"),
    ],
)
def test_what_is_imported_from_colab_may_be_called(source, expression, called, capsys):
    assert eval(f"{expression}('/content', force=True)", of_colab(source)) is None
    assert capsys.readouterr().out.startswith(f"{called} does nothing while grading")


def test_an_upload_brings_nothing_and_a_secret_is_empty(capsys):
    names = of_colab("from google.colab import files, userdata, output as _\nfrom google.colab import *")
    assert names["files"].upload() == {} and names["userdata"].get("KEY") == ""
    assert "google.colab.userdata.get is not available while grading" in capsys.readouterr().out
    assert issubclass(names["userdata"].SecretNotFoundError, Exception)


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import google.colab\n    here = True\nexcept ImportError:\n    here = False",
        "try:\n    from google.colab import drive\n    here = True\nexcept:\n    here = False",
        "import contextlib\nhere = False\nwith contextlib.suppress(ImportError):\n    from google import colab\n"
        "    here = True",
        "import sys\nhere = 'google.colab' in sys.modules",
    ],
)
def test_a_cell_that_asks_whether_it_runs_in_colab_hears_that_it_does_not(source):
    assert of_colab(f"from google.colab import drive\n{source}")["here"] is False
    assert "google.colab" not in sys.modules


def test_other_imports_are_left_as_they_are():
    source = "import math as m, os.path\nfrom json import loads\ntry:\n    import csv\nfinally:\n    pass"
    assert ast.dump(not_while_grading._ColabImports().visit(ast.parse(source))) == ast.dump(ast.parse(source))
