"""Each test plants one leak in a clean release."""

import json
import shutil

import pytest

from autograder.authoring.leaks import find_leaks, secrets
from autograder.authoring.release import release, write_zip
from autograder.course.course_toml import load_course

SOLUTION_LINE = "reduced = [price * (1 - discount.get(customer, 0)) for price in prices]"


@pytest.fixture(scope="session")
def clean(template, tmp_path_factory):
    """(the folder of the release of `first`, its secrets)"""
    from autograder.course.workspace import Workspace

    root = shutil.copytree(template, tmp_path_factory.mktemp("clean") / "shop")
    workspace = Workspace(root / "workspace")
    return release(workspace, "first").folder, secrets(workspace.course, "first")


@pytest.fixture
def found(clean, tmp_path):
    """found(edit) changes a copy of the clean release with edit(folder) and returns the leaks as text."""
    folder, known = clean

    def look(edit):
        copy = shutil.copytree(folder, tmp_path / "first")
        edit(copy)
        return [str(leak) for leak in find_leaks(copy, known)]

    return look


def append(name, text):
    def edit(folder):
        with open(folder / name, "a") as file:
            file.write(text)

    return edit


def in_notebook(change):
    def edit(folder):
        notebook = json.loads((folder / "totals.ipynb").read_text())
        change(notebook)
        (folder / "totals.ipynb").write_text(json.dumps(notebook))

    return edit


def in_cell(index, **fields):
    return in_notebook(lambda notebook: notebook["cells"][index].update(fields))


@pytest.mark.slow
def test_a_release_is_clean(clean):
    assert find_leaks(*clean) == []


def test_a_zip_is_looked_into(clean, tmp_path):
    folder, known = clean
    copy = shutil.copytree(folder, tmp_path / "first")
    append("README.md", SOLUTION_LINE)(copy)
    (leak,) = find_leaks(write_zip(copy, tmp_path / "first.zip", top="first"), known)
    assert leak.file == "first/README.md"


def test_says_where_and_from_where(found):
    (leak,) = found(in_cell(0, source=["# Totals\n", "\n", f"    {SOLUTION_LINE}\n"]))
    assert leak.startswith("totals.ipynb, cell 1, line 3: a line of a solution, 'reduced=[price*")
    assert leak.endswith("(from first/totals.py:23)")


@pytest.mark.parametrize(
    "written",
    [
        SOLUTION_LINE,
        f"> `{SOLUTION_LINE}`",
        SOLUTION_LINE.replace(" ", "  "),
        SOLUTION_LINE.replace(" for", "\n    for"),
        SOLUTION_LINE + "  # with a comment",
    ],
)
def test_a_solution_in_prose_however_it_is_spaced(found, written):
    assert found(in_cell(0, source=written))


@pytest.mark.parametrize(
    "plant",
    [
        in_cell(1, metadata={"note": SOLUTION_LINE}),
        in_cell(1, metadata={"deep": [{SOLUTION_LINE: 1}]}),
        in_cell(1, outputs=[{"output_type": "stream", "name": "stdout", "text": [SOLUTION_LINE]}]),
        in_cell(0, attachments={"a.txt": {"text/plain": SOLUTION_LINE}}),
        in_notebook(lambda notebook: notebook["metadata"].update(hint=SOLUTION_LINE)),
        append("README.md", f"\n{SOLUTION_LINE}\n"),
        append("tables/prices.csv", f"\n{SOLUTION_LINE}\n"),
        append("lib/prices.py", f"\n# {SOLUTION_LINE}\n"),
    ],
    ids=["metadata", "metadata key", "output", "attachment", "notebook metadata", "README", "data", "library comment"],
)
def test_a_solution_in_any_place(found, plant):
    assert found(plant)


def test_a_hidden_test_in_prose(found):
    line = 'assert total_price([200, 400], "student") == 400, "a student with two things"'
    (leak,) = found(append("README.md", line))
    assert "a line of a hidden test" in leak


def test_the_answer_to_a_question(found):
    (leak,) = found(in_cell(0, source="It never gets a discount, whoever buys it, so that a gift stays a gift."))
    assert "question" not in leak and "(from first/totals.py:38)" in leak


def test_a_comment_of_a_solution(found):
    assert found(append("README.md", "Remember: every customer pays the full price of the cheapest thing."))


def test_a_solution_of_a_later_assignment(found):
    (leak,) = found(append("README.md", "weighted_prices = [price / len(prices) for price in prices]"))
    assert "(from second/means.py:" in leak


def test_a_whole_solution_in_visible_code(found):
    body = [
        "cheapest_of_all = min(prices, default=0)\n",
        SOLUTION_LINE + "\n",
        "from_the_cheapest_on = sorted(prices, key=float)\n",
        "return sum(reduced) + cheapest_of_all * discount.get(customer, 0)\n",
    ]
    (leak,) = found(in_cell(1, source=["def given():\n", *("    " + line for line in body)]))
    assert "totals.ipynb, cell 2 (setup)" in leak


def test_one_line_that_visible_code_shares_is_no_leak(found):
    assert found(in_cell(1, source="cheapest_of_all = min(prices, default=0)")) == []


def test_one_line_of_a_solution_that_visible_code_has_may_be_spoken_of(found):
    assert found(append("README.md", "Write `from_the_cheapest_on = sorted(prices, key=float)` first.")) == []


def test_an_answer_file_under_another_name(found, root):
    assert found(lambda folder: shutil.copy(root / "lib" / "totals.py", folder / "lib" / "sums.py"))


def test_an_answer_function_in_a_library_file(found, root):
    assert found(append("lib/prices.py", "\n" + (root / "lib" / "means.py").read_text()))


def test_a_line_that_any_library_might_have_is_no_leak(found):
    assert found(append("lib/prices.py", "\n\ndef mean(basket, n):\n    return n / len(basket)\n")) == []


@pytest.mark.parametrize("marker", ["### BEGIN SOLUTION", "### END HIDDEN TESTS"])
@pytest.mark.parametrize("plant", [lambda m: in_cell(0, source=m), lambda m: append("lib/prices.py", f"\n{m}\n")])
def test_markers_left_over(found, plant, marker):
    (leak,) = found(plant(marker))
    assert f"the marker '{marker}'" in leak


@pytest.mark.parametrize(
    "name",
    [
        "lib/__pycache__/totals.cpython-311.pyc", "lib/totals.so", "lib/totals.c", ".ipynb_checkpoints/totals.ipynb",
        "gradebook.db", "shop.egg-info/SOURCES.txt", ".git/config",
    ],
)  # fmt: skip
def test_files_that_nobody_can_see_into(found, name):
    def plant(folder):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")

    (leak,) = found(plant)
    assert leak.startswith(f"{name}: ")


def test_pictures_are_fine(found):
    assert found(lambda folder: (folder / "cat.png").write_bytes(b"\x89PNG\r\n\xff\xfe")) == []


def test_a_hidden_test_that_repeats_visible_ones_hides_its_own_lines_only(tmp_path):
    """A line that a visible test of the source shows is no secret of the hidden test."""
    record = {"grade": True, "locked": True, "points": 1, "schema_version": 3, "solution": False, "task": False}
    repeated = "numbers = fibonacci(up_to=1000)\nassert next(numbers) == 0 and next(numbers) == 1\n"
    own = "assert list(numbers)[10:12] == [144, 233], 'the thirteenth and fourteenth numbers'\n"
    cells = [("a", repeated), ("b", f"### BEGIN HIDDEN TESTS\n{repeated}{own}### END HIDDEN TESTS\n")]
    (tmp_path / "one").mkdir()
    kernel = "#     display_name: P\n#     language: python\n#     name: python3\n"
    text = f"# ---\n# jupyter:\n#   kernelspec:\n{kernel}# ---\n"
    for name, source in cells:
        text += f"\n# %% nbgrader={json.dumps(record | {'grade_id': name})}\n{source}"
    (tmp_path / "one" / "nb.py").write_text(text)
    toml = '[course]\nid = "c"\ntitle = "C"\n[[assignment]]\nname = "one"\ntitle = "O"\nnotebooks = ["nb"]\n'
    (tmp_path / "course.toml").write_text(toml)
    known = secrets(load_course(tmp_path), "one")
    released = tmp_path / "released"
    released.mkdir()
    (released / "nb.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": repeated}]}))
    assert find_leaks(released, known) == []
    (released / "nb.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": repeated + own}]}))
    assert len(find_leaks(released, known)) == 1
