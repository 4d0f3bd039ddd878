"""`cs231n grade-one`: its scores equal those of `cs231n grade`, results stay text, workflow files call it correctly."""

import hashlib
import json
import os
import re
import shlex
import shutil
from contextlib import nullcontext
from pathlib import Path
from xml.etree import ElementTree as xml

import nbformat
import pytest
import yaml
from click.testing import CliRunner

from autograder.cli.command import main
from autograder.errors import KitError
from autograder.grading.grade import grade
from autograder.grading.grade_one import GradedCell, Result, grade_one
from autograder.reports.ci_reports import WRITERS

DOCS = Path(__file__).parents[3] / "docs"
RIGHT = {"add": "def add(a, b):\n    return a + b", "double": "def double(a):\n    return 2 * a"}
SQUARE = {"square": "def square(a):\n    return a * a"}
FORGED = (
    "]]></failure><testcase/>\x1b[31m\x00 <script>alert(1)</script> | `code` ```\n"
    "::error file=a::forged\n``````\n# heading\n##[set-output name=result]forged\n![x](http://x) @all"
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """The test's own working folder, and no variables of a CI service."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


@pytest.fixture
def run(tiny):
    """run(path, ...) -> click's Result, with the course `tiny`."""
    return lambda *arguments: CliRunner().invoke(main, ["-C", str(tiny.root), "grade-one", *map(str, arguments)])


@pytest.fixture
def submission(tmp_path, hand_in):
    """submission(adding={...}, squaring={...}) is a separate folder with the two notebooks."""

    def made(**answers):
        folder = tmp_path / "submission"
        shutil.copytree(hand_in("someone", **answers), folder)
        shutil.rmtree(hand_in("someone"))
        return folder

    return made


@pytest.fixture
def no_own_workspace(tiny, monkeypatch):
    """Grade in `tiny` itself, since creating a workspace takes seconds."""
    monkeypatch.setattr("autograder.grading.grade_one._own_workspace", lambda *given: nullcontext(tiny))


def result(*cells, **more):
    given = dict(assignment="sums", title="Adding up", remarks=[], isolation="sandbox (bubblewrap)", seconds=1.25)
    return Result(notebooks={"adding": list(cells)}, **(given | more))


@pytest.mark.parametrize(("percent", "code"), [(74.9, 4), (75, 0), (80, 0)])
def test_the_share_that_is_asked_for_passes(run, submission, monkeypatch, percent, code):
    """`--fail-under 75` fails what is below 75%, and nothing else."""
    of_100 = result(GradedCell("test_add_small", "add", "partial", percent, 100, "negative numbers"))
    monkeypatch.setattr("autograder.grading.grade_one.grade_one", lambda *_, **__: of_100)
    assert run(submission(), "--fail-under", 75).exit_code == code


@pytest.mark.slow
def test_a_real_run_from_the_sources(run, tiny, submission, tmp_path, monkeypatch):
    """With only the sources: partial credit, a failing hidden test, a summary for GitHub, and the exit code."""
    source = tiny.root.parent / "assignments" / "sums" / "adding.py"
    source.write_text(source.read_text().replace('assert double(4) == 8, "twice 4 is 8"', "1.5 * (double(4) == 8)"))
    folder = submission(adding=RIGHT | {"add": "def add(a, b):\n    return abs(a + b)"}, squaring=SQUARE)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    arguments = [folder, "--fail-under", 75, "--output", tmp_path / "out"]
    done = CliRunner().invoke(main, ["-C", str(tiny.root.parent), "grade-one", *map(str, arguments)])
    assert done.exit_code == 4, done.output
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    cells = {cell["name"]: cell for notebook in report["notebooks"] for cell in notebook["cells"]}
    assert {name: (cell["status"], cell["score"]) for name, cell in cells.items()} == {
        "test_add_small": ("failed", 0),
        "test_double": ("partial", 1.5),
        "question_why": ("unanswered", 0),
        "test_square": ("passed", 4),
    }
    assert "negative numbers" in cells["test_add_small"]["message"]
    assert (report["score"], report["max_score"], report["by_hand_max_score"]) == (5.5, 9, 5)
    assert report["isolation"] == "sandbox"
    assert "5.5 of 9 points (61%)" in done.output and "negative numbers" in done.output
    texts = [path.read_text() for path in (tmp_path / "out").iterdir()]
    assert len(texts) == len(WRITERS)
    assert not any("add(-1" in text for text in [*texts, done.output])  # no result shows a hidden test's code
    assert (tmp_path / "step.md").read_text() == (tmp_path / "out" / "summary.md").read_text()
    assert xml.parse(tmp_path / "out" / "junit.xml").getroot().tag == "testsuites"


@pytest.mark.slow
def test_the_scores_are_those_of_grade_and_the_workspace_stays_as_it_is(tiny, hand_in, no_pool):
    folder = hand_in("alice", adding=RIGHT | {"add": "def add(a, b):\n    return a"})
    (folder / "squaring.ipynb").unlink()
    before = digests(tiny.root)
    found = grade_one(tiny.root, None, folder, isolation="process")
    assert digests(tiny.root) == before
    scores = grade(tiny, "sums", isolation="process").rows[0].scores
    assert {n: sum(cell.score for cell in cells) for n, cells in found.notebooks.items()} == {
        name: score.score for name, score in scores.items()
    }
    assert found.score == 3 and found.remarks == ["missing: squaring.ipynb"]


@pytest.mark.slow
def test_one_notebook_counts_alone_and_a_workspaces_built_notebooks_are_used(tiny, submission, no_pool):
    path = tiny.source("sums") / "squaring.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source = "assert square(3) == 10, 'as built'"
    nbformat.write(notebook, path)
    path = submission(squaring=SQUARE) / "squaring.ipynb"
    found = grade_one(tiny.root, None, path.rename(path.with_name("squaring (1).ipynb")), isolation="process")
    assert list(found.notebooks) == ["squaring"]
    assert [cell.message for cell in found.cells] == ["AssertionError: as built"]
    assert (found.score, found.max_score) == (0, 4)
    assert found.remarks == ["squaring (1).ipynb taken as squaring.ipynb"]


def test_what_cannot_be_graded_gets_no_points_and_the_reason(run, tmp_path, no_own_workspace):
    """No kernel starts for these notebooks: one is truncated, the other is a symbolic link."""
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "adding.ipynb").write_text('{"cells": [')
    (folder / "squaring.ipynb").symlink_to("/etc/passwd")
    done = run(folder, "--fail-under", 0, "--isolation", "process")
    assert done.exit_code == 0, done.output
    report = json.loads(Path("grades/report.json").read_text())
    assert report["score"] == 0
    messages = [cell["message"] for notebook in report["notebooks"] for cell in notebook["cells"] if cell["message"]]
    assert len(messages) == 3
    assert "adding.ipynb is not a notebook: it is not valid JSON" in messages[0]
    assert any("squaring.ipynb is a link" in remark for remark in report["remarks"])


def test_with_the_assignment_named_a_folder_without_its_notebooks_gets_no_points(run, tmp_path, no_own_workspace):
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "essay.ipynb").write_text("{}")
    done = run(tmp_path / "submission", "--assignment", "sums", "--isolation", "process")
    assert done.exit_code == 0 and "has no adding.ipynb or squaring.ipynb; it holds essay.ipynb" in done.output


@pytest.mark.parametrize(
    "given, said",
    [
        ({}, "holds no notebook"),
        ({"essay.ipynb": "{}"}, "essay.ipynb"),
        ({"##[error]x.ipynb": "{}"}, "# #[error]x.ipynb"),
    ],
)
def test_an_unknown_submission_is_an_error_that_names_what_the_course_knows(run, tmp_path, given, said):
    folder = tmp_path / "submission"
    folder.mkdir()
    for name, text in given.items():
        (folder / name).write_text(text)
    done = run(folder)
    assert done.exit_code == 1 and said in done.output
    assert "sums: adding, squaring" in done.output and "cs231n grade-one PATH --assignment" in done.output
    assert not list(Path("grades").iterdir())


def test_notebooks_of_two_assignments_are_ambiguous(tiny, submission):
    toml = tiny.root.parent / "assignments" / "course.toml"
    toml.write_text(toml.read_text() + '[[assignment]]\nname = "more"\ntitle = "More"\nnotebooks = ["cubing"]\n')
    folder = submission()
    (folder / "cubing.ipynb").write_text("{}")
    with pytest.raises(KitError, match="several assignments: sums, more"):
        grade_one(tiny.root.parent, None, folder)


def test_paths_that_are_no_submission(run, tiny, tmp_path):
    (tmp_path / "notes.txt").write_text("")
    os.symlink(tiny.source("sums"), "link")
    for path, said in {
        tmp_path / "nothing": "There is no",
        tmp_path / "notes.txt": "neither a notebook",
        tiny.root.parent: "is inside the submission",
        "link": "links in a submission are not followed",
        "link/adding.ipynb": "links in a submission are not followed",
    }.items():
        done = run(path)
        assert done.exit_code == 1 and said in done.output, done.output


@pytest.mark.parametrize("output", ["grades", "forged/grades"])
def test_results_are_not_written_through_a_link(run, tmp_path, output):
    """The files behind the link stay, and the output folder does not contain them."""
    (tmp_path / "behind" / "grades").mkdir(parents=True)
    for folder in (tmp_path / "behind", tmp_path / "behind" / "grades"):
        (folder / "junit.xml").write_text("forged")
    os.symlink(tmp_path / "behind", Path(output).parts[0])
    assert run(tmp_path / "nothing", "--output", output).exit_code == 1
    assert not Path(output).is_symlink() and list(Path(output).iterdir()) == []
    assert (tmp_path / "behind" / "junit.xml").read_text() == "forged"


@pytest.mark.parametrize(
    "wrong",
    [
        ["--fail-under", "900"], ["--workers", "zero"], ["--isolation", "none"], ["--student", "x"], ["--unknown"],
        ["another.ipynb", "a-third.ipynb"], ["--output"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("output", [[], ["--output", "out"], ["--output=out"]])
@pytest.mark.parametrize("command", [["grade-one", "."], ["grade", "--ci", "."], ["grade", "--ci=."]])
def test_no_forged_result_is_left_beside_a_command_called_the_wrong_way(command, wrong, output):
    folder = Path("out" if output else "grades")
    folder.mkdir()
    (folder / "junit.xml").write_text("<testsuites/>")
    assert CliRunner().invoke(main, [*command, *output, *wrong]).exit_code == 2
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("course", [[], ["-C", "/nowhere"]])
def test_no_forged_result_is_left_beside_a_refused_run(monkeypatch, course):
    """Each result name is tried as a file, a folder, and a link to a file, to a folder and to nothing."""
    monkeypatch.setenv("CI", "true")
    Path("elsewhere").mkdir()
    Path("elsewhere/kept").write_text("mine")
    Path("grades").mkdir()
    Path("grades/other.txt").write_text("mine")
    kinds = [
        lambda path: path.write_text("<testsuites/>"),
        lambda path: (path / "deep").mkdir(parents=True),
        lambda path: path.symlink_to(Path("elsewhere/kept").absolute()),
        lambda path: path.symlink_to(Path("elsewhere").absolute()),
        lambda path: path.symlink_to("nothing"),
    ]
    for shift in range(len(kinds)):
        for place, name in enumerate([*WRITERS, "classroom.json"]):
            kinds[(place + shift) % len(kinds)](Path("grades", name))
        assert CliRunner().invoke(main, [*course, "grade-one", "."]).exit_code == 1
        assert [path.name for path in Path("grades").iterdir()] == ["other.txt"]
    assert Path("elsewhere/kept").read_text() == "mine"


def test_earlier_results_are_not_taken_for_this_runs(run, tmp_path):
    Path("grades").mkdir()
    Path("grades/results.json").write_text("{}")
    Path("grades/other.txt").write_text("mine")
    assert run(tmp_path / "nothing").exit_code == 1
    assert [path.name for path in Path("grades").iterdir()] == ["other.txt"]


def test_no_course_is_looked_for_in_the_folders_of_a_submission(submission, monkeypatch, tmp_path):
    """Neither a course nor a configuration (a Python program) is taken from a submission, even if the user names it."""
    folder = submission()
    (folder / "deep").mkdir()
    program = f"open({str(tmp_path / 'proof')!r}, 'w')\nc = get_config()\nc.Kit.assignments = 'assignments'\n"
    (folder / "nbgrader_config.py").write_text(program)
    (folder / "course.toml").write_text("[course]\nid = 'forged'\ntitle = 'Forged'\n")
    for place in (folder, folder / "deep"):
        monkeypatch.chdir(place)
        with pytest.raises(KitError, match="No notebook of the submission has the name") as error:
            grade_one(None, None, folder)
        assert "forged" not in str(error.value).lower()
    with pytest.raises(KitError, match="is inside the submission"):
        grade_one(folder, None, folder)
    assert not (tmp_path / "proof").exists()


def test_on_a_ci_service_the_course_must_be_named(tiny, submission, monkeypatch):
    """A course in the working folder, and its configuration, might be the student's."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.chdir(tiny.root)
    with pytest.raises(KitError, match="On a CI service, you must name the course"):
        grade_one(None, None, submission())


def test_with_a_release_alone_it_says_what_to_do(tmp_path):
    with pytest.raises(KitError) as error:
        grade_one(tmp_path, None, tmp_path)
    assert "no course.toml" in error.value.message and "cs231n check NOTEBOOK" in error.value.hint


@pytest.mark.slow
def test_a_machines_fault_is_no_grade(run, tiny, tmp_path, no_own_workspace):
    (tmp_path / "adding.ipynb").write_text("")
    (tiny.root / "autograded").rmdir()
    (tiny.root / "autograded").write_text("")
    done = run(tmp_path / "adding.ipynb", "--assignment", "sums")
    assert done.exit_code == 1 and "could not be graded" in done.output and "could not be recorded" in done.output
    assert not list(Path("grades").iterdir())


@pytest.mark.parametrize("extra", ["--student=alice", "--force", "--db=sqlite://", "--scheduler=tcp://host:8786"])
@pytest.mark.parametrize("command", [["grade-one", "."], ["grade", "sums", "--ci", "."]])
def test_options_for_a_class_are_refused(tiny, command, extra):
    done = CliRunner().invoke(main, ["-C", str(tiny.root), *command, extra])
    assert done.exit_code == 2 and f"No such option '{extra.partition('=')[0]}'" in done.output


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["grade", "sums", "--fail-under", "50"], "No such option '--fail-under'"),
        (["grade", "sums", "--output", "x"], "No such option '--output'"),
        (["grade"], "Missing argument 'ASSIGNMENT'"),
        (["grade-one"], "Missing argument 'PATH'"),
        (["grade-one", ".", "--fail-under", "101"], "101"),
    ],
)
def test_calls_that_fit_neither_command_are_refused(tiny, arguments, said):
    done = CliRunner().invoke(main, ["-C", str(tiny.root), *arguments])
    assert done.exit_code == 2 and said in done.output


@pytest.mark.parametrize(
    "arguments, assignment",
    [
        (["--ci", "work", "--fail-under", "0"], None),
        (["sums", "--ci", "work", "--workers", "2"], "sums"),
        (["--ci=work", "sums"], "sums"),
    ],
)
def test_the_former_spelling_grades_one_submission(tiny, monkeypatch, arguments, assignment):
    called, graded = [], result(GradedCell("test_a", "a", "passed", 2, 2))
    monkeypatch.setattr("autograder.grading.grade_one.grade_one", lambda *given: called.append(given) or graded)
    done = CliRunner().invoke(main, ["-C", str(tiny.root), "grade", *arguments])
    assert done.exit_code == 0, done.output
    assert called == [(str(tiny.root), assignment, "work", 2 if "2" in arguments else None, "sandbox")]
    assert Path("grades/report.json").is_file()


def commands(text):
    """The calls of cs231n in a shell script, each as a list of words."""
    lines = [shlex.split(line) for line in text.replace("\\\n", " ").splitlines() if "cs231n " in line]
    return [words[words.index("cs231n") + 1 :] for words in lines if "cs231n" in words]


def workflow_commands(path):
    if path.suffix != ".yml":
        return commands(path.read_text())
    found = []
    for job in (content := yaml.safe_load(path.read_text())).get("jobs", content).values():
        steps = job.get("steps") or [{"run": "\n".join(job["script"])}]
        found += [c for s in steps for c in commands(s.get("run", "") + "\n" + s.get("with", {}).get("command", ""))]
    return found


WORKFLOWS = sorted(p for p in DOCS.glob("ci/**/*") if p.is_file())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_python_of_a_workflow_imports_from_its_working_folder(path):
    for words in re.findall(r"^[^#]*python[\d.]* (.*)", path.read_text(), re.MULTILINE):
        assert words.startswith(("-P ", "-I ")) or " venv " in f"{words} ", words


def test_the_workflow_that_begins_in_a_checkout_leaves_it_and_keeps_no_forged_results():
    job = yaml.safe_load((DOCS / "ci" / "gitlab-ci.yml").read_text())["grade"]
    removes, leaves, *rest = job["script"]
    assert removes.split() == ["rm", "-rf", *job["artifacts"]["paths"]]
    assert leaves == "cd /" and not any(re.match("(cd|pushd)\\b", command) for command in rest)
    [words] = commands("\n".join(rest))
    assert words[words.index("grade-one") + 1] == "$CI_PROJECT_DIR"
    assert words[words.index("--output") + 1] == "$CI_PROJECT_DIR/" + job["artifacts"]["paths"][0]


def test_the_workflow_with_a_secret_checks_the_submission_out_beside_its_working_folder():
    [job] = yaml.safe_load((DOCS / "ci" / "github.yml").read_text())["jobs"].values()
    checkouts = [step["with"]["path"] for step in job["steps"] if step.get("uses", "").startswith("actions/checkout")]
    assert checkouts == ["submission", "course"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_workflow_files_call_the_command_right(path):
    found = workflow_commands(path)
    assert found or path.name == "setup.sh"
    for words in found:
        with main.make_context("cs231n", list(words), resilient_parsing=False) as ctx:
            name, command, rest = main.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
            with command.make_context(name, rest, parent=ctx) as inner:
                if name == "grade":
                    assert ctx.params["directory"] and inner.params["ci"]  # on a CI service the course must be named


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
