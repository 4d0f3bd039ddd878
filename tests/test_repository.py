"""The files around the code: workflows, issue forms, the changelog, and the recipes of CONTRIBUTING.md."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
FORMS = [path for path in sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml")) if path.name != "config.yml"]
RELEASE = ROOT / ".github/workflows/release.yml"

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def read(path):
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def steps(path):
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def test_there_are_workflows_and_forms():
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"] and len(FORMS) == 3


@each_workflow
def test_actions_are_pinned_by_major_version(path):
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used and [action for action in used if not re.fullmatch(r"[\w./-]+@(release/)?v\d+", action)] == []


@each_workflow
def test_a_workflow_may_only_read_unless_a_job_says_otherwise_and_ends_in_time(path):
    content = read(path)
    assert content["permissions"] == {"contents": "read"}
    writing = {name: job["permissions"] for name, job in content["jobs"].items() if "permissions" in job}
    assert writing == {
        "ci.yml": {},
        "release.yml": {"publish": {"id-token": "write"}, "announce": {"contents": "write"}},
    }.get(path.name)
    assert all(job["timeout-minutes"] <= 90 for job in content["jobs"].values())


@each_workflow
def test_what_a_workflow_makes_is_a_target_of_the_makefile(path):
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    made = re.findall(r"^make ([\w-]+)", "\n".join(step.get("run", "") for step in steps(path)), re.MULTILINE)
    assert set(made) <= targets


def test_ci_and_wheels_have_the_same_pythons_from_the_oldest_that_is_allowed():
    pythons = read(".github/workflows/ci.yml")["jobs"]["linux"]["strategy"]["matrix"]["python"]
    assert pyproject()["tool"]["cibuildwheel"]["build"] == [f"cp{python.replace('.', '')}-*" for python in pythons]
    assert pyproject()["project"]["requires-python"] == f">={pythons[0]}"


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_has_what_github_asks_of_it(path):
    form = read(path)
    assert form["name"] and form["description"] and form["body"]
    names = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert names and len(names) == len(set(names))
    for field in form["body"]:
        assert field["type"] in {"markdown", "input", "textarea", "dropdown"}
        assert field["attributes"]["value" if field["type"] == "markdown" else "label"]


def test_the_newest_section_of_the_changelog_is_the_version_and_pages_show_it():
    version = pyproject()["project"]["version"]
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", headings[1])
    assert f"cs231n-course-kit {version}," in (ROOT / "docs/students.md").read_text("utf-8")


def run_step(name, folder, tag):
    """Run a step of release.yml as GitHub does, in a folder to which the files that it reads are copied."""
    for needed in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / needed, folder)
    [step] = [step for step in steps(RELEASE) if step.get("name") == name]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(["bash", "-e", "-c", step["run"]], cwd=folder, env={"PATH": path, "GITHUB_REF_NAME": tag})


@pytest.mark.parametrize("name", ["The tag is the version", "The section of CHANGELOG.md, as release notes"])
def test_only_the_tag_of_the_version_is_released(name, tmp_path):
    assert run_step(name, tmp_path, f"v{pyproject()['project']['version']}").returncode == 0
    assert run_step(name, tmp_path, "v0.0.99").returncode != 0


def test_the_notes_of_a_release_are_its_section_alone(tmp_path):
    run_step("The section of CHANGELOG.md, as release notes", tmp_path, "v0.2.0")
    notes = (tmp_path / "notes.md").read_text("utf-8")
    assert notes.strip().startswith("The first release.") and notes.strip().endswith("Grading needs Linux.")
    assert "## [" not in notes


CONTRIBUTING = re.sub("```.*?```", "", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), flags=re.DOTALL)


def test_the_recipes_name_files_that_exist():
    named = [word for code in re.findall(r"`([^`]+)`", CONTRIBUTING) for word in code.split() if "/" in word]
    paths = [word for word in named if not re.search("[A-Z]{3}|//|^/|[.]{3}|^[.]venv", word)]
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_recipes_name_tests_that_exist():
    named = set(re.findall(r"`(test_\w+)`", CONTRIBUTING))
    texts = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))
    assert named and [name for name in named if f"def {name}(" not in texts] == []
