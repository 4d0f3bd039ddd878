"""What nbgrader's commands and formgrader's buttons do in a workspace of this kit."""

import importlib
import shutil
import subprocess
import sys

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from traitlets.config import Config

from autograder.cli.command import main
from autograder.cli.doctor import examine
from autograder.course.workspace import Workspace
from autograder.execution import sandbox
from autograder.marking.formgrader import UNSAFE, protect

LEAVES_A_TRACE = """def add(a, b):
    open(PLACE, 'w').write('as ' + str(__import__('os').getuid()))
    return a + b
add(1, 2)"""


def state_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def buttons(tiny, monkeypatch):
    """The nbgrader API that formgrader's handlers call when a button is pressed."""
    monkeypatch.chdir(tiny.root)
    app = NbGrader()
    app.initialize([])
    return NbGraderAPI(app.coursedir, parent=app)


@pytest.mark.slow
def test_the_buttons_grade_in_a_sandbox_and_release_with_all_that_belongs_to_it(tiny, buttons, hand_in, tmp_path):
    if why_not := sandbox.missing():
        pytest.skip(f"there is no sandbox here: {why_not}")
    trace = tmp_path / "trace"
    hand_in("one", adding={"add": LEAVES_A_TRACE.replace("PLACE", repr(str(trace)))})
    release, zipped = tiny.release("sums"), tiny.release("sums").with_name("sums.zip")
    before = state_of(release), zipped.read_bytes()

    graded = buttons.autograde("sums", "one")
    assert graded["success"], graded
    assert "isolation: sandbox" in graded["log"] and not trace.exists()
    recorded = nbformat.read(tiny.autograded("one", "sums") / "adding.ipynb", as_version=4)
    assert "No such file or directory" in str(recorded)

    assigned = buttons.generate_assignment("sums")
    assert assigned["success"], assigned
    assert (state_of(release), zipped.read_bytes()) == before
    assert "README.md" in {str(path) for path in before[0]}

    told = buttons.generate_feedback("sums", "one")
    assert told["success"], told
    assert "Content-Security-Policy" in (tiny.feedback("one", "sums") / "adding.html").read_text()


@pytest.mark.slow
def test_a_refusal_is_a_sentence_that_the_person_sees(tiny, buttons):
    shutil.copytree(tiny.source("sums"), tiny.source("other"))
    assigned = buttons.generate_assignment("other")
    assert not assigned["success"] and "has no assignment called 'other'" in assigned["log"]


class Ran:
    """A substitute for subprocess.run that records the commands."""

    def __init__(self, monkeypatch):
        self.commands = []
        monkeypatch.setattr("autograder.marking.nbgrader_commands.subprocess.run", self)

    def __call__(self, command, **options):
        assert command[:3] == [sys.executable, "-P", "-c"] and options["stdin"] == subprocess.DEVNULL
        self.commands.append(command[6:])
        return subprocess.CompletedProcess(command, 0, "", "")


COMMANDS = {
    "autograde": ("autogradeapp", ["sums"], [["grade", "sums"]]),
    "autograde one": ("autogradeapp", ["sums", "--student=Zoë"], [["grade", "sums", "--student=Zoë"]]),
    "autograde again": ("autogradeapp", ["sums", "--force"], [["grade", "sums", "--force"]]),
    "autograde a pattern": ("autogradeapp", ["sums", "--student=Z*"], [["grade", "sums", "--student=Zoë"]]),
    "autograde but one": (
        "autogradeapp",
        ["sums", "--CourseDirectory.student_id_exclude=one"],
        [["grade", "sums", "--student=Zoë"]],
    ),
    "generate_assignment": ("generateassignmentapp", ["sums", "--force"], [["release", "sums"]]),
    "generate_feedback": ("generatefeedbackapp", ["sums"], [["feedback", "sums"]]),
    "feedback one": ("generatefeedbackapp", ["sums", "--student=Zoë"], [["feedback", "sums", "--student=Zoë"]]),
    "one notebook": ("autogradeapp", ["sums", "--notebook=adding"], "grades and releases only whole assignments"),
    "another gradebook": (
        "autogradeapp",
        ["sums", "--db=sqlite:///x.db"],
        "This is not the gradebook that nbgrader_config.py names",
    ),
}


@pytest.mark.parametrize("what", COMMANDS)
def test_commands_of_nbgrader_run_those_of_the_kit(tiny, monkeypatch, caplog, what):
    module, arguments, expected = COMMANDS[what]
    app = next(v for k, v in vars(importlib.import_module(f"nbgrader.apps.{module}")).items() if k.lower() == module)
    for step in (tiny.submitted, tiny.autograded):
        for student in ("one", "Zoë"):
            shutil.copytree(tiny.release("sums"), step(student, "sums"))
    before = state_of(tiny.root)
    monkeypatch.chdir(tiny.root)
    ran, app = Ran(monkeypatch), app()
    app.initialize(arguments)
    app.log.propagate = True
    if isinstance(expected, str):
        with pytest.raises(SystemExit):
            app.start()
        assert expected in caplog.text and ran.commands == []
    else:
        app.start()
        assert ran.commands == expected
    assert state_of(tiny.root) == before


def test_plain_autograde_is_there_for_who_asks_for_it_by_name(monkeypatch):
    monkeypatch.setenv(UNSAFE, "1")
    protect(unsafe := Config())
    monkeypatch.setenv(UNSAFE, "0")
    protect(safe := Config())
    assert "exporter_class" not in unsafe.Autograde and "exporter_class" in safe.Autograde
    for config in (unsafe, safe):
        assert config.GenerateAssignment.exporter_class and config.GenerateFeedback.exporter_class


@pytest.mark.slow
def test_a_configuration_of_an_earlier_version_still_works_and_it_is_said_what_it_lacks(tiny):
    config = tiny.root / "nbgrader_config.py"
    text = config.read_text()
    assert Workspace(tiny.root).is_protected
    config.write_text(text[: text.index("# This prevents student code from running")])
    assert "autograder.authoring.solutions.ClearSolutions" in text
    assert "autograder.grading.preprocessors.StderrToStdout" in text
    old = Workspace(tiny.root)
    assert not old.is_protected and old.course.assignments
    finding = next(f for f in examine(tiny.root) if f.subject == "workspace")
    assert finding.state == "warning" and "protect(c)" in finding.advice
    said = CliRunner().invoke(main, ["init", str(tiny.root), "--assignments", str(tiny.assignments)])
    assert said.exit_code == 0 and "code that students wrote can run in formgrader" in said.output
    config.write_text(config.read_text() + "from autograder.marking.formgrader import protect\nprotect(c)\n")
    assert Workspace(tiny.root).is_protected
