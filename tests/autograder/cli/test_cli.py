"""The `cs231n` command, as people and scripts use it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
import zipfile

import pytest
import smtp
from click.testing import CliRunner
from graded_by_hand import FULL, submit
from nbgrader.api import Gradebook

from autograder.cli.command import main
from autograder.cli.command_group import FOR_INSTRUCTORS, FOR_STUDENTS
from autograder.cli.feedback_command import PLATFORMS
from autograder.course.roster import Roster, Student, write_roster
from autograder.reports.feedback import MadeFeedback
from autograder.reports.feedback_zip import LAYOUTS, NO_LAYOUTS

CODED = {"adding": {"add": "def add(a, b):\n    return a + b", "double": "def double(a):\n    return a + a"}}


@pytest.fixture
def run(monkeypatch):
    """run("grade", "sums", ...) -> click's Result."""
    monkeypatch.delenv("CS231N_DEBUG", raising=False)

    def invoke(*arguments, workspace=None):
        course = ["-C", str(workspace.root)] if workspace else []
        return CliRunner().invoke(main, [*course, *map(str, arguments)])

    return invoke


def cs231n(*arguments, **environment):
    """Run the command in its own process; returns a CompletedProcess with bytes."""
    code = "from autograder.cli.command import main; main(prog_name='cs231n')"
    env = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, env=env)


def test_help_groups_the_commands_and_states_the_exit_codes(run):
    result = run("--help")
    assert result.exit_code == 0
    students, instructors = result.output.index("For students:"), result.output.index("For instructors:")
    for name in FOR_STUDENTS:
        assert students < result.output.index(f"\n  {name} ") < instructors
    for name in FOR_INSTRUCTORS:
        assert result.output.index(f"\n  {name} ") > instructors
    assert "Exit codes:" in result.output


@pytest.mark.slow
def test_help_imports_nothing_heavy():
    heavy = ("nbgrader", "jupyter_client", "nbformat", "matplotlib", "numpy", "rich", "cs231n_lib", "pooch", "jupytext")
    code = f"""
import sys
import urllib.request
from autograder.cli.command import main
try:
    main(["--help"])
except SystemExit:
    print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_grading_writes_no_byte_code_nor_does_what_it_starts(tmp_path):
    code = """
import os, sys
from autograder.cli.command import main
def hook(event, arguments):
    if event == "import" and arguments[0] == "autograder.course.workspace":
        print(sys.dont_write_bytecode, os.environ["PYTHONDONTWRITEBYTECODE"])
sys.addaudithook(hook)
main(["grade", "x"])
"""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    env |= {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONPATH": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "True 1"
    kept = {path.name.split(".")[0] for path in tmp_path.rglob("*.pyc") if path.parent.name == "autograder"}
    # only these modules are imported before the command is known
    assert kept <= {"__init__", "errors", "python_processes", "storable", "text"}


@pytest.mark.parametrize("command", [*FOR_STUDENTS, *FOR_INSTRUCTORS])
def test_every_command_has_help(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 5


def test_every_command_is_listed_in_help():
    assert set(main.commands) == {*FOR_STUDENTS, *FOR_INSTRUCTORS}


def test_an_unknown_command_suggests_the_near_one(run):
    result = run("chekc")
    assert result.exit_code == 2
    assert "Did you mean check" in result.output


def test_without_the_instructors_commands_it_says_whose_they_are(run, monkeypatch):
    """A release for students does not contain the modules of these commands."""
    for name in FOR_INSTRUCTORS:
        monkeypatch.delitem(main.commands, name)
    listed = run("--help").output
    assert "For students:" in listed and "For instructors:" not in listed and "grade-one" not in listed
    result = run("grade", "sums")
    assert result.exit_code == 1 and "`cs231n grade` is a command for instructors" in result.output
    assert "Run cs231n --help" in run("nonsense").output


def test_a_missing_package_is_not_taken_for_a_release():
    code = "import sys; sys.modules['autograder.cli.workspace_option'] = None; import autograder.cli.command"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "workspace_option" in done.stderr


def test_an_unknown_assignment_suggests_the_near_one(run, tiny):
    for command in ("build", "release", "grade", "feedback", "report", "export"):
        result = run(command, "sum", workspace=tiny)
        assert result.exit_code == 1, command
        assert "Did you mean sums" in result.output, command
    assert "Did you mean sums" in run("collect", "sum", tiny.root, workspace=tiny).output


def test_workers_of_this_machine_do_not_go_with_a_cluster(run, tiny):
    result = run("grade", "sums", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1", workspace=tiny)
    assert result.exit_code == 2 and "--workers does not apply to a cluster" in result.output


def test_outside_of_a_workspace_it_says_how_to_make_one(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("grade", "sums")
    assert result.exit_code == 1
    assert "cs231n init" in result.output and "Traceback" not in result.output


def test_a_data_error_is_a_message(run):
    result = run("data", "imagenet")
    assert result.exit_code == 1
    assert "Error:" in result.output and "imagenet" in result.output and "Traceback" not in result.output


def test_a_file_error_is_a_message(run, tiny, tmp_path):
    result = run("init", "/proc/nowhere", "--assignments", tiny.root.parent / "assignments")
    assert result.exit_code == 1
    assert "Error:" in result.output and "Traceback" not in result.output


def test_a_fault_of_the_kits_says_how_to_see_more(run, monkeypatch):
    monkeypatch.setattr("autograder.cli.data_sets.list_data_sets", lambda: 1 / 0)
    result = run("data")
    assert result.exit_code == 1
    assert "ZeroDivisionError" in result.output and "CS231N_DEBUG=1" in result.output


def test_debug_shows_the_traceback():
    done = cs231n("check", "nowhere.ipynb", CS231N_DEBUG="1")
    assert done.returncode == 1 and b"Traceback" in done.stderr
    assert b"Traceback" not in cs231n("check", "nowhere.ipynb", CS231N_DEBUG="0").stderr


@pytest.mark.parametrize("command", ["init", "grade"])
def test_without_the_instructors_tools_it_says_what_to_install(tiny, tmp_path, command):
    code = """
import sys
import urllib.request
sys.modules["nbgrader"] = None
from autograder.cli.command import main
main(sys.argv[1:])
"""
    arguments = {"init": [tmp_path / "new", "--assignments", tiny.root.parent / "assignments"], "grade": ["sums"]}
    command_line = [sys.executable, "-c", code, command, *map(str, arguments[command])]
    done = subprocess.run(command_line, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "[instructor]" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["check", "grade"])
def test_on_windows_it_says_what_works_there(tiny, command):
    code = """
import sys
import urllib.request
sys.modules["resource"] = sys.modules["fcntl"] = None
from autograder.cli.command import main
main(sys.argv[1:])
"""
    of = {"check": tiny.release("sums") / "adding.ipynb", "grade": "sums"}[command]
    arguments = map(str, ("-C", tiny.root, command, of))
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert "does not run on Windows itself" in done.stderr and "WSL" in done.stderr and "JupyterLab" in done.stderr


@pytest.mark.slow
def test_a_course_from_init_to_export(run, tiny, tmp_path):
    """Run each thin command once; the tests of the functions that they call cover the details."""
    workspace = tmp_path / "mine"
    assert run("init", workspace, "--assignments", tiny.root.parent / "assignments").exit_code == 0
    for command in (["build"], ["release", "sums"]):
        result = run("-C", workspace, *command)
        assert result.exit_code == 0, result.output
    assert (workspace / "release" / "sums.zip").is_file() and "sums.zip" in result.output

    handed_in = tmp_path / "download"
    handed_in.mkdir()
    with zipfile.ZipFile(workspace / "release" / "sums.zip") as archive:
        archive.extractall(handed_in)
    (handed_in / "sums").rename(handed_in / "alice")
    (handed_in / "bob_essay.pdf").write_text("")
    (handed_in / "carol").mkdir()
    result = run("-C", workspace, "collect", "sums", handed_in, "--received", "2026-11-20 23:59")
    assert result.exit_code == 3
    assert "alice" in result.output and "carol" in result.output and "bob_essay.pdf" in result.output

    result = run("-C", workspace, "grade", "sums", "--student", "alice", "--workers", 1)
    assert result.exit_code == 0, result.output
    assert "0 / 10" in result.output.replace("0*", "0")
    result = run("-C", workspace, "feedback", "sums")
    assert result.exit_code == 0 and "1 made" in result.output
    assert (workspace / "feedback" / "alice" / "sums" / "adding.html").is_file()
    result = run("-C", workspace, "report", "sums")
    assert result.exit_code == 0 and str(workspace / "reports" / "sums.json") in result.output
    given = json.loads((workspace / "reports" / "sums.json").read_text())
    assert [row["exercise"] for row in given["exercises"] if row["states"]["not started"]] == [
        "add",
        "double",
        "square",
    ]
    assert given["without_details"] == 0 and given["notebooks"][0]["seconds"]["count"] == 1
    result = run("-C", workspace, "export", "sums", "-o", tmp_path / "marks.csv")
    assert result.exit_code == 0 and "1 students" in result.output


def test_a_report_of_an_assignment_and_of_the_course(run, tiny, tmp_path):
    with tiny.gradebook() as gradebook:
        submit(gradebook, "alice", FULL)
    reports = tiny.root / "reports"
    for arguments, name in ((["sums"], "sums"), (["sums", "--no-names"], "sums.no-names"), ([], "_course")):
        result = run("report", *arguments, workspace=tiny)
        assert result.exit_code == 0 and str(reports / f"{name}.html") in result.output
        assert ("alice" in (reports / f"{name}.html").read_text()) == ("--no-names" not in arguments)
        assert ("alice" in (reports / f"{name}.json").read_text()) == ("--no-names" not in arguments)
    assert run("report", "sums", "-o", tmp_path / "mine.html", workspace=tiny).exit_code == 0
    assert (tmp_path / "mine.html").is_file() and (tmp_path / "mine.json").is_file()
    result = run("report", "sums", "-o", tmp_path / "mine.pdf", workspace=tiny)
    assert result.exit_code == 2 and "must end in .html" in result.output


def test_build_says_what_is_wrong_in_every_assignment(run, tiny):
    assignments = tiny.root.parent / "assignments"
    text = (assignments / "course.toml").read_text()
    (assignments / "course.toml").write_text(
        text + '\n[[assignment]]\nname = "more"\ntitle = "More"\nnotebooks = ["gone"]\n'
    )
    (assignments / "sums" / "adding.py").write_text("no header")
    result = run("build", workspace=tiny)
    assert result.exit_code == 1
    assert "adding.py:1: the header is missing" in result.output and "gone.py: this notebook source" in result.output


def test_collect_exits_0_when_all_is_placed(run, tiny, tmp_path):
    (tmp_path / "in" / "alice").mkdir(parents=True)
    (tmp_path / "in" / "alice" / "adding.ipynb").write_text("{}")
    assert run("collect", "sums", tmp_path / "in", workspace=tiny).exit_code == 0


@pytest.mark.slow
def test_check_exits_1_when_a_check_fails_and_0_when_none_does(run, tiny, hand_in):
    done = hand_in("alice", **CODED) / "adding.ipynb"
    assert run("check", done).exit_code == 0
    result = run("check", tiny.release("sums") / "adding.ipynb")
    assert result.exit_code == 1
    assert "not started" in result.output


@pytest.mark.slow
@pytest.mark.parametrize("width", [80, 200])
def test_what_is_wrong_is_said_in_words_on_narrow_and_wide_terminals(run, hand_in, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    wrong = hand_in("alice", adding={"add": "def add(a, b):\n    return a - b"}) / "adding.ipynb"
    output = run("check", wrong).output
    assert "test_add_small: AssertionError: 1 + 2 is 3" in output


def test_output_that_is_no_terminal_is_plain_and_wide(tiny):
    notebook = tiny.release("sums") / "adding.ipynb"
    done = cs231n("check", notebook, TERM="xterm-256color")
    assert b"\x1b" not in done.stdout and b"\r" not in done.stdout
    assert b"0 of 2 exercises pass their visible checks, worth 0 of 5 points" in done.stdout


def test_no_color_is_honoured():
    done = cs231n("data", FORCE_COLOR="1")
    assert b"\x1b[3" in done.stdout  # colours, because they are forced
    assert b"\x1b[3" not in cs231n("data", FORCE_COLOR="1", NO_COLOR="1").stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_locale_without_unicode_does_not_end_the_command(tiny, tmp_path, encoding):
    (tmp_path / "in" / "Zoë 李").mkdir(parents=True)
    (tmp_path / "in" / "Zoë 李" / "adding.ipynb").write_text("{}")
    done = cs231n("-C", tiny.root, "collect", "sums", tmp_path / "in", PYTHONIOENCODING=encoding)
    assert done.returncode == 0 and done.stderr == b""
    assert b"Zo" in done.stdout
    assert cs231n("--help", PYTHONIOENCODING=encoding).returncode == 0


def test_a_name_cannot_steer_the_terminal(run, tiny, tmp_path):
    (tmp_path / "in" / "[red]eve[/red]\x1b[2J").mkdir(parents=True)
    (tmp_path / "in" / "[red]eve[/red]\x1b[2J" / "adding.ipynb").write_text("{}")
    result = run("collect", "sums", tmp_path / "in", workspace=tiny)
    assert "\x1b" not in result.output and "eve" in result.output


def test_a_library_handed_in_with_the_notebook_is_one_line(run, tiny, tmp_path):
    for part in ("a", "b", "c"):
        folder = tmp_path / "in" / "alice" / "cs231n_lib" / part
        folder.mkdir(parents=True)
        for number in range(40):
            (folder / f"{number}.py").write_text("")
    (tmp_path / "in" / "alice" / "adding.ipynb").write_text("{}")
    result = run("collect", "sums", tmp_path / "in", workspace=tiny)
    assert "alice/cs231n_lib/a/ (40 files)" in result.output
    assert len(result.output.splitlines()) < 20


def test_the_same_file_from_every_student_is_one_line(run, tiny, tmp_path):
    for number in range(70):
        folder = tmp_path / "in" / f"student{number}"
        folder.mkdir(parents=True)
        (folder / "adding.ipynb").write_text("{}")
        (folder / "notes.txt").write_text("")
    assert "notes.txt (70 times)" in run("collect", "sums", tmp_path / "in", workspace=tiny).output


def test_the_command_is_called_as_installed_scripts_call_it():
    done = subprocess.run(
        [sys.executable, "-c", "from autograder.cli import main; main(['--version'])"], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.strip().count(".") == 2


@pytest.mark.parametrize(("typed", "offered"), [("gr", ["grade", "grade-one"]), ("ch", ["check"]), ("x", [])])
def test_a_shell_completes_the_commands(typed, offered):
    from click.shell_completion import ShellComplete

    completed = ShellComplete(main, {}, "cs231n", "_CS231N_COMPLETE").get_completions([], typed)
    assert [item.value for item in completed] == offered


@pytest.mark.slow
def test_mark_serves_its_pages_until_it_is_interrupted(tmp_path):
    from marked_class import hand_in, make_course

    workspace = hand_in(make_course(tmp_path), {"ann": {"question_row": "x", "question_slow": "y"}, "ben": {}})
    code = "from autograder.cli.command import main; main(prog_name='cs231n')"
    command = [sys.executable, "-W", "ignore", "-c", code, "-C", str(workspace.root), "mark", "pictures"]
    command += ["--no-browser", "--as", "Maria N."]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as marking:
        assert marking.stdout.readline() == "2 questions, 2 answers to mark, by Maria N.\n"
        address = marking.stdout.readline().split()[1]
        jar = urllib.request.HTTPCookieProcessor()
        with urllib.request.build_opener(jar).open(address, timeout=60) as page:
            assert "Looking at pictures" in page.read().decode()
        marking.send_signal(signal.SIGTERM)
        assert marking.stdout.read().endswith("is in the gradebook.\n") and marking.wait() == 0


def test_mark_says_what_is_missing(run, tiny):
    unknown = run("mark", "x", workspace=tiny)
    assert unknown.exit_code == 1 and "Error: " in unknown.output
    result = run("mark", "sums", "--port", "99999", workspace=tiny)
    assert result.exit_code == 2 and "--port" in result.output


@pytest.fixture
def with_pages(tiny, tmp_path, monkeypatch):
    """A workspace with the pages of three students, two of whom have addresses; one more has not handed in."""
    people = {id: Student(id, "Lee, Ann", f"{id}@x.org") for id in ("s1", "s2", "s4")} | {"s3": Student("s3")}
    write_roster(tiny, Roster(people))
    for student in ("s1", "s2", "s3"):
        tiny.submitted(student, "sums").mkdir(parents=True)
        tiny.feedback(student, "sums").mkdir(parents=True)
        (tiny.feedback(student, "sums") / "adding.html").write_text(student)
    made = MadeFeedback(tiny.root / "feedback", made=["s3", "s1"], unchanged=["s2"])
    monkeypatch.setattr("autograder.reports.feedback.feedback", lambda *arguments: made)
    monkeypatch.chdir(tmp_path)
    return tiny


def test_feedback_into_a_zip(run, with_pages, tmp_path):
    with Gradebook(with_pages.db_url, with_pages.course_id) as gradebook:
        submit(gradebook, "s2", FULL)
        submit(gradebook, "s3", {**FULL, ("adding", "question_why"): {"manual_score": 1}})
    result = run("feedback", "sums", "--zip", "plain", workspace=with_pages)
    assert result.exit_code == 0 and "3 students, 3 pages: sums-feedback-plain.zip" in result.output
    assert "Note: 1 with answers that wait for a mark by hand: s2\n" in result.output
    assert "has not handed in: s4 (Ann Lee)" in result.output
    with zipfile.ZipFile(tmp_path / "sums-feedback-plain.zip") as archive:
        assert archive.namelist() == [f"s{n}/feedback-adding.html" for n in (1, 2, 3)]

    source = tmp_path / "download"
    (source / "Ann Lee_301_assignsubmission_file_").mkdir(parents=True)
    (source / "Ann Lee_301_assignsubmission_file_" / "adding.ipynb").write_text('{"cells": []}')
    with_pages.submitted("s1", "sums").rmdir()
    write_roster(with_pages, Roster({"s1": Student("s1", aliases=("Moodle 301",))}))
    assert run("collect", "sums", source, workspace=with_pages).exit_code == 0
    result = run("feedback", "sums", "--zip", "moodle", "-o", tmp_path / "m.zip", workspace=with_pages)
    assert result.exit_code == 1 and "not in the zip: s2: no download of Moodle" in result.output
    assert "Upload it on Moodle: the assignment, Submissions" in result.output
    assert "1 students, 1 pages: " in result.output and (tmp_path / "m.zip").is_file()
    assert run("feedback", "sums", "--zip", "github", workspace=with_pages).exit_code == 1
    assert set(PLATFORMS) == {*LAYOUTS, *NO_LAYOUTS}


def test_feedback_by_mail(run, with_pages):
    result = run("feedback", "sums", "--mail", workspace=with_pages)
    assert result.exit_code == 1 and "There is no [mail] in" in result.output
    with smtp.running() as server, (with_pages.assignments / "course.toml").open("a") as file:
        file.write(f'[mail]\nhost = "localhost"\nport = {server.port}\nfrom = "t@x.org"\nsecurity = "none"\n')
        file.write("per_minute = 100000\n")
        file.flush()
        result = run("feedback", "sums", "--mail", "--dry-run", workspace=with_pages)
        assert result.exit_code == 0 and server.connections == 0
        assert "would mail feedback-adding.html: s1, Ann Lee <s1@x.org>" in result.output
        assert "no mail to s3: has no e-mail address" in result.output and "(Ann Lee)" in result.output
        assert "2 would be mailed, 0 before, 0 changed, 1 without mail, 0 in doubt; nothing was sent" in result.output
        server.at_data[1] = smtp.lose_connection
        result = run("feedback", "sums", "--mail", workspace=with_pages)
        assert result.exit_code == 1 and "in doubt: s1: the connection was lost" in result.output
        assert "1 mailed, 0 before, 0 changed, 1 without mail, 0 refused, 1 in doubt" in result.output
        result = run("feedback", "sums", "--mail", "--again", "s1", workspace=with_pages)
        assert "1 mailed, 1 before" in result.output and server.to == ["s2@x.org", "s1@x.org"]


@pytest.mark.parametrize("options", [["--dry-run"], ["--changed"], ["--again", "x"], ["-o", "x.zip"]])
def test_options_of_feedback_that_need_another(run, tiny, options):
    result = run("feedback", "sums", *options, workspace=tiny)
    assert result.exit_code == 2 and "need" in result.output
