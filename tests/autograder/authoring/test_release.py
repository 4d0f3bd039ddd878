import json
import subprocess
import sys
import zipfile
from datetime import datetime

import nbformat
import pytest

from autograder.authoring import release as release_module
from autograder.authoring.release import _readme, release
from autograder.course.course_toml import load_course
from autograder.errors import ReleaseError, SourceError

# nbgrader itself warns when a submission is created
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")


@pytest.fixture
def gradebook(root):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root}/workspace/gradebook.db", "shop") as opened:
        yield opened


def notebook_of(result, name="totals"):
    return nbformat.read(result.folder / f"{name}.ipynb", as_version=4)


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_holds_the_notebooks_the_edition_and_a_readme(workspace):
    assert release(workspace(), "first").files == (
        "README.md", "lib/__init__.py", "lib/edition.toml", "lib/fast.pyx", "lib/prices.py", "setup.cfg",
        "tables/prices.csv", "totals.ipynb",
    )  # fmt: skip


def test_an_answer_that_is_not_python_is_left_out_like_any_other(workspace, edit):
    edit("assignments/course.toml", '"lib/means.py"', '"lib/means.py", "lib/fast.pyx"')
    assert "lib/fast.pyx" not in release(workspace(), "first").files


def test_the_stub_names_the_exercise(workspace):
    cell = next(cell for cell in notebook_of(release(workspace(), "first")).cells if cell.id == "total_price")
    assert cell.source == (
        "# Your code · edit this cell\ndef total_price(prices, customer):\n"
        '    """The sum of the prices, less the customer\'s discount."""\n'
        "    # YOUR CODE HERE\n"
        '    raise NotImplementedError("exercise total_price: write your code here")'
    )


def test_hidden_tests_and_answers_are_gone(workspace):
    cells = {cell.id: cell.source for cell in notebook_of(release(workspace(), "first")).cells}
    assert cells["test_total_price"] == 'assert total_price(prices, "stranger") == 60'
    assert cells["question"] == "Why does the cheapest thing matter?\n\nYOUR ANSWER HERE"


def test_the_zip_is_the_folder(workspace):
    result = release(workspace(), "first")
    with zipfile.ZipFile(result.zip) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"first/{name}": content for name, content in contents(result.folder).items()
        }


def test_releasing_twice_gives_the_same_bytes(workspace):
    """The zip has one fixed date, so the clock does not change its bytes."""
    assert dates(release(workspace(), "first")) == {(2026, 1, 1, 0, 0, 0)}
    before = release(workspace(), "first").zip.read_bytes()
    assert release(workspace(), "first").zip.read_bytes() == before


def dates(result):
    with zipfile.ZipFile(result.zip) as archive:
        return {info.date_time for info in archive.infolist()}


def test_the_date_in_a_zip_can_be_given(workspace, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    assert dates(release(workspace(), "first")) == {(2026, 9, 21, 14, 13, 20)}


def test_the_edition_may_have_a_folder_of_its_own_with_pages_beside_it(workspace, root, edit):
    (root / "docs").mkdir()
    (root / "docs" / "students.md").write_text("Read this.\n")
    edit("assignments/course.toml", 'package = "lib"', 'package = "lib"\nfolder = "kit"\npages = ["docs/students.md"]')
    edit("assignments/course.toml", '"tables/prices.csv"]', '"tables"]\nexclude = ["tables/huge_download.bin"]')
    edit("assignments/course.toml", '"setup.cfg"', '"setup.cfg", "pyproject.toml"')
    (root / "pyproject.toml").write_text("[project]\n### BEGIN INSTRUCTOR\nsecret = 1\n### END INSTRUCTOR\nname = 2\n")
    result = release(workspace(), "first")
    assert result.files == (
        "README.md", "kit/lib/__init__.py", "kit/lib/edition.toml", "kit/lib/fast.pyx", "kit/lib/prices.py",
        "kit/pyproject.toml", "kit/setup.cfg", "kit/tables/prices.csv", "students.md", "totals.ipynb",
    )  # fmt: skip
    assert (result.folder / "kit/pyproject.toml").read_text() == "[project]\nname = 2\n"
    readme = (result.folder / "README.md").read_text()
    assert "pip install ./kit" in readme and "(students.md)" in readme and "library.md" not in readme


def test_leaves_nothing_else_behind(workspace, root):
    release(workspace(), "first")
    assert sorted(path.name for path in (root / "workspace" / "release").iterdir()) == ["first", "first.zip"]


def test_the_gradebook_learns_cells_and_due_date(workspace, gradebook):
    release(workspace(), "first")
    recorded = gradebook.find_assignment("first")
    assert recorded.duedate == datetime(2026, 10, 3, 6, 59)
    assert recorded.max_score == 100
    hidden = gradebook.find_source_cell("test_total_price", "totals", "first").source
    assert "### BEGIN HIDDEN TESTS" in hidden


def test_a_due_date_set_elsewhere_stays(workspace, gradebook):
    gradebook.update_or_create_assignment("second", duedate="2026-12-01 00:00:00 UTC")
    release(workspace(), "second")
    gradebook.db.expire_all()
    assert gradebook.find_assignment("second").duedate == datetime(2026, 12, 1)


def test_the_readme_names_title_notebooks_and_due_date(workspace):
    text = (release(workspace(), "first").folder / "README.md").read_text()
    assert text.startswith("# The first assignment\n")
    assert "Due Friday, 02 October 2026, 23:59 (UTC-07:00)." in text and "- `totals.ipynb`" in text
    assert "$" not in text and "<!--" not in text


PROMISES = {
    "pip install .": "pyproject.toml",
    "cs231n check": "autograder/cli/command.py",
    "cs231n doctor": "autograder/cli/command.py",
    "CIFAR-10": "cs231n_lib/data/__init__.py",
}


@pytest.mark.parametrize("kept", [[], ["pyproject.toml"], sorted(set(PROMISES.values()))])
def test_the_readme_promises_only_what_is_in_the_release(workspace, root, edit, kept):
    for name in kept:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    edit("assignments/course.toml", 'include = ["setup.cfg"', f"include = {json.dumps(['setup.cfg', *kept])[:-1]}")
    text = (release(workspace(), "first").folder / "README.md").read_text()
    assert {promise for promise in PROMISES if promise in text} == {p for p, name in PROMISES.items() if name in kept}


def test_the_readme_of_a_course_without_a_library_promises_none(tmp_path):
    (tmp_path / "course.toml").write_text(
        '[course]\nid = "c"\ntitle = "C"\n[[assignment]]\nname = "a"\ntitle = "A"\nnotebooks = ["n"]\n'
    )
    course = load_course(tmp_path)
    text = _readme(course, course.assignment("a"))
    assert not any(promise in text for promise in [*PROMISES, "cs231n", "library"]) and "jupyter lab n.ipynb" in text


def test_the_readme_names_the_notebooks_in_the_order_of_the_course(tmp_path):
    (tmp_path / "course.toml").write_text(
        '[course]\nid = "c"\ntitle = "C"\n[[assignment]]\nname = "a"\ntitle = "A"\nnotebooks = ["two", "one"]\n'
    )
    course = load_course(tmp_path)
    text = _readme(course, course.assignment("a"))
    assert "The notebooks, in this order: `two.ipynb`, `one.ipynb`." in text and "There is one notebook" not in text
    assert "- `two.ipynb`\n- `one.ipynb`" in text and "jupyter lab two.ipynb" in text and " Due " not in text


@pytest.mark.parametrize(("count", "last"), [(10, "  leak 9"), (11, "  ... and 1 more"), (25, "  ... and 15 more")])
def test_ten_leaks_are_shown_and_the_others_counted(monkeypatch, count, last):
    monkeypatch.setattr(release_module.leaks, "secrets", lambda *_: [])
    monkeypatch.setattr(release_module.leaks, "find_leaks", lambda *_: [f"leak {n}" for n in range(count)])
    with pytest.raises(
        ReleaseError, match="first was not released: it contains material that students must not have"
    ) as error:
        release_module._refuse_leaks(None, "first", None)
    lines = error.value.message.splitlines()
    assert lines[1:11] == [f"  leak {n}" for n in range(10)] and lines[-1] == last and len(lines) <= 12


def test_an_answer_with_a_byte_order_mark_is_an_answer(workspace, root, edit):
    answer = root / "lib" / "totals.py"
    answer.write_text(answer.read_text(), encoding="utf-8-sig")
    assert "lib/totals.py" not in release(workspace(), "first").files


def test_a_leak_is_refused_and_the_release_before_stays(workspace, root, edit, gradebook):
    before = contents(release(workspace(), "first").folder)
    edit("assignments/first/totals.py", "# # Totals", "# # Totals\n# cheapest_of_all = min(prices, default=0)")
    with pytest.raises(ReleaseError) as error:
        release(workspace(), "first")
    assert "totals.ipynb, cell 1, line 2: a line of a solution" in error.value.message
    assert contents(root / "workspace" / "release" / "first") == before
    assert sorted(path.name for path in (root / "workspace" / "release").iterdir()) == ["first", "first.zip"]


def test_a_refused_first_release_leaves_nothing(workspace, root, edit, gradebook):
    answer = "It never gets a discount, whoever buys it, so that a gift stays a gift."
    edit("lib/prices.py", "price * 100", f"price * 100  # {answer}")
    with pytest.raises(ReleaseError, match="lib/prices.py, line 3"):
        release(workspace(), "first")
    assert list((root / "workspace" / "release").iterdir()) == [] and gradebook.assignments == []


def test_a_broken_source_is_refused_with_its_place(workspace, edit):
    edit("assignments/first/totals.py", '"schema_version": 3', '"schema_version": 2')
    with pytest.raises(SourceError, match=r"totals.py:12: schema_version = 2"):
        release(workspace(), "first")


def hand_in(gradebook):
    gradebook.add_student("ada")
    gradebook.update_or_create_submission("first", "ada")


def test_cells_may_change_after_students_handed_in(workspace, edit, gradebook):
    release(workspace(), "first")
    hand_in(gradebook)
    edit("assignments/first/totals.py", '"points": 60', '"points": 50')
    release(workspace(), "first")
    gradebook.db.expire_all()
    assert gradebook.find_assignment("first").max_score == 90


def test_a_refusal_of_nbgraders_names_the_notebook(workspace, root):
    config = root / "workspace" / "nbgrader_config.py"
    config.write_text(config.read_text() + 'c.IncludeHeaderFooter.header = "no_such_file.ipynb"\n')
    with pytest.raises(ReleaseError, match=r"nbgrader cannot release totals.ipynb: .*no_such_file"):
        release(workspace(), "first")


@pytest.mark.slow
def test_plain_nbgrader_releases_the_same_notebooks(workspace, root):
    ours = (release(workspace(), "first").folder / "totals.ipynb").read_text()
    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "first", "--force"],
        cwd=root / "workspace", capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert json.loads((root / "workspace/release/first/totals.ipynb").read_text()) == json.loads(ours)
