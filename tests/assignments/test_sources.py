"""Rules for the course's own notebooks, checked in their sources without running them."""

import ast
import re
import shutil
from functools import cache
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.build import build
from autograder.authoring.leaks import find_leaks, secrets
from autograder.authoring.regions import without_regions
from autograder.authoring.source import read_cells
from autograder.course.course_toml import load_course
from autograder.course.workspace import Workspace

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
COURSE = load_course(ASSIGNMENTS)
NOTEBOOKS = [(entry.name, notebook) for entry in COURSE.assignments.values() for notebook in entry.notebooks]
each_notebook = pytest.mark.parametrize(("assignment", "notebook"), NOTEBOOKS)

MOST_VISIBLE_LINES = 16  # of a test cell; about a dozen is the aim
PLAIN_DATA = {"tuple", "list", "dict", "str", "int", "float", "bool", "np.ndarray", "np.integer", "np.floating"}


@pytest.fixture
def released_notebook(released_assignment, assignment, notebook):
    """Return the path of a notebook as students get it."""
    return Workspace(released_assignment(assignment)).release(assignment) / f"{notebook}.ipynb"


@cache
def cells_of(assignment, notebook):
    return read_cells(COURSE.source(assignment, notebook))


def exercises(cells):
    """{exercise: its test cells}, which are those between its solution cell and the next."""
    found, current = {}, None
    for cell in cells:
        if cell.record and cell.cell_type == "code":
            if cell.record["solution"]:
                current = found.setdefault(cell.grade_id, [])
            elif cell.record["grade"]:
                assert current is not None, f"{cell.grade_id} comes before any exercise"
                current.append(cell)
    return found


def points_in_words(points):
    return f"{points:g} point{'s' * (points != 1)}"


def graded_code(cells):
    return [cell for cell in cells if cell.record and cell.record["grade"] and not cell.record["solution"]]


def python(source):
    return ast.parse(re.sub(r"^\s*[%!].*$", "pass", source, flags=re.MULTILINE))


def calls(tree):
    """The dotted names of all called functions, such as `checks.close` and `print`."""
    return [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]


# --- points -------------------------------------------------------------------------------------


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_points_add_up_to_100(assignment):
    cells = [cell for notebook in COURSE.assignments[assignment].notebooks for cell in cells_of(assignment, notebook)]
    assert sum(cell.record["points"] for cell in cells if cell.record and cell.record["grade"]) == 100


@each_notebook
def test_no_test_cell_decides_more_than_an_eighth(assignment, notebook):
    heavy = [cell.grade_id for cell in graded_code(cells_of(assignment, notebook)) if cell.record["points"] > 12]
    assert heavy == []


@each_notebook
def test_two_to_four_questions(assignment, notebook):
    questions = [cell for cell in cells_of(assignment, notebook) if cell.record and cell.cell_type == "markdown"]
    assert 2 <= len([cell for cell in questions if cell.record["grade"]]) <= 4


@each_notebook
def test_questions_are_numbered_and_say_their_points(assignment, notebook):
    """Each question is in the cell before its answer: "**Question 2** · 3 points. Why ...?"."""
    cells = cells_of(assignment, notebook)
    number = 0
    for before, cell in pairwise(cells):
        if cell.cell_type == "markdown" and cell.record and cell.record["grade"]:
            number += 1
            points = cell.record["points"]
            begin = f"**Question {number}** · {points_in_words(points)}."
            assert before.source.startswith(begin), f"{cell.grade_id}: the cell before begins with {begin!r}"
            assert cell.source.startswith("### BEGIN SOLUTION\n"), cell.grade_id


@each_notebook
def test_a_notebook_begins_and_ends_as_the_others_do(assignment, notebook):
    cells = cells_of(assignment, notebook)
    for part in ("# ", "**You will learn**\n", "**Time**: ", "**Data**: "):
        assert ("\n" + cells[0].source).count("\n" + part) == 1, part
    headings = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.split("\n")]
    listed = [line for line in headings if re.match("###? Exercise", line)]
    expected = []
    for number, (name, tests) in enumerate(exercises(cells).items(), start=1):
        points = sum(cell.record["points"] for cell in tests)
        expected.append(f"### Exercise {number}: `{name}` · {points_in_words(points)}")
    assert listed == expected
    assert [line for line in headings if line.startswith("## ")][-1] == "## Summary"


@each_notebook
def test_every_question_has_a_marking_scheme_that_students_do_not_see(assignment, notebook):
    """The scheme has an item for each point or half point: "- [1] the gradient is zero there"."""
    for cell in cells_of(assignment, notebook):
        if cell.cell_type == "markdown" and cell.regions:
            seen = without_regions(cell.source, cell.regions)
            _, scheme = cell.source.split("\nScheme\n")
            items = re.findall(r"^- \[([\d.]+)\] \S", scheme, flags=re.MULTILINE)
            assert sum(map(float, items)) == cell.record["points"], cell.grade_id
            assert "Scheme" not in seen, cell.grade_id


# --- exercises ----------------------------------------------------------------------------------


@each_notebook
def test_an_exercise_is_a_function_with_tests(assignment, notebook):
    cells = cells_of(assignment, notebook)
    for cell in cells:
        if cell.cell_type == "code" and cell.record and cell.record["solution"]:
            names = [node.name for node in python(cell.source).body if isinstance(node, ast.FunctionDef)]
            assert cell.grade_id in names
    assert [name for name, tests in exercises(cells).items() if not tests] == []


@each_notebook
def test_the_tests_of_an_exercise_are_named_for_it(assignment, notebook):
    for exercise, tests in exercises(cells_of(assignment, notebook)).items():
        assert [cell.grade_id for cell in tests if not cell.grade_id.startswith(f"test_{exercise}_")] == []


@each_notebook
def test_every_exercise_has_a_docstring_that_students_see(assignment, notebook):
    for cell in cells_of(assignment, notebook):
        if cell.cell_type == "code" and cell.record and cell.record["solution"]:
            released = python(without_regions(cell.source, cell.regions))
            (function,) = [node for node in released.body if getattr(node, "name", None) == cell.grade_id]
            assert ast.get_docstring(function), cell.grade_id


@pytest.mark.slow
@each_notebook
def test_every_exercise_is_left_as_a_stub(assignment, notebook, released_notebook):
    released = nbformat.read(released_notebook, as_version=4)
    for cell in released.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            stub = f'raise NotImplementedError("exercise {cell.id}: write your code here")'
            assert cell.source.count(stub) == 1, cell.id
            python(cell.source)


@each_notebook
def test_every_exercise_has_hidden_tests(assignment, notebook):
    for exercise, tests in exercises(cells_of(assignment, notebook)).items():
        assert any(cell.regions for cell in tests), exercise


@each_notebook
def test_the_summary_lists_the_exercises_with_the_number_of_their_visible_checks(assignment, notebook):
    cells = cells_of(assignment, notebook)
    summaries = [
        ast.literal_eval(node.args[0])
        for cell in cells
        if cell.cell_type == "code"
        for node in ast.walk(python(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "checks.summary"
    ]
    assert summaries == [{name: len(tests) for name, tests in exercises(cells).items()}]
    assert list(summaries[0]) == list(exercises(cells))


@each_notebook
def test_a_test_cell_says_what_it_checks_and_its_points(assignment, notebook):
    for cell in graded_code(cells_of(assignment, notebook)):
        first, words = cell.source.split("\n")[0], points_in_words(cell.record["points"])
        assert re.fullmatch(rf"# Check · [^·]+ · {words}", first), f"{cell.grade_id}: {first!r}, {words}"


@each_notebook
def test_a_visible_test_is_short_enough_to_read(assignment, notebook):
    long = {}
    for cell in graded_code(cells_of(assignment, notebook)):
        lines = without_regions(cell.source, cell.regions).strip().split("\n")
        if len(lines) > MOST_VISIBLE_LINES:
            long[cell.grade_id] = len(lines)
    assert long == {}


@each_notebook
def test_a_notebook_has_a_cell_to_play_with(assignment, notebook):
    free = [cell for cell in cells_of(assignment, notebook) if cell.cell_type == "code" and not cell.record]
    assert free and all(cell.source.startswith("# Your turn (nothing here is graded)") for cell in free)
    assert all("skip-execution" in cell.tags for cell in free)


# --- test cells ---------------------------------------------------------------------------------


@each_notebook
def test_test_cells_assert_through_checks(assignment, notebook):
    for cell in graded_code(cells_of(assignment, notebook)):
        tree = python(cell.source)
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Assert)], cell.grade_id
        assert not [name for name in calls(tree) if "testing." in name], cell.grade_id


@each_notebook
def test_hidden_tests_assert_something(assignment, notebook):
    for cell in graded_code(cells_of(assignment, notebook)):
        for region in cell.regions:
            hidden = "\n".join(cell.source.split("\n")[region.begin + 1 : region.end])
            assert [name for name in calls(python(hidden)) if name.startswith("checks.")], cell.grade_id


@each_notebook
def test_the_last_visible_line_says_that_it_passed(assignment, notebook):
    for exercise, tests in exercises(cells_of(assignment, notebook)).items():
        for cell in tests:
            last = python(without_regions(cell.source, cell.regions)).body[-1]
            assert ast.unparse(last).startswith(f"checks.passed('{exercise}', "), cell.grade_id


@each_notebook
def test_test_cells_look_into_no_object_of_the_students(assignment, notebook):
    """While grading, a student's object is a proxy or a copy; a test may only ask whether a result is plain data."""
    forbidden = {"issubclass", "getattr", "setattr", "hasattr", "vars", "type", "id", "inspect.getsource"}
    for cell in graded_code(cells_of(assignment, notebook)):
        tree = python(cell.source)
        assert not forbidden & set(calls(tree)), cell.grade_id
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
                kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
                assert {ast.unparse(kind) for kind in kinds} <= PLAIN_DATA, cell.grade_id


@each_notebook
def test_test_cells_take_no_attribute_of_an_exercise(assignment, notebook):
    cells = cells_of(assignment, notebook)
    names = set(exercises(cells))
    for cell in graded_code(cells):
        taken = [
            ast.unparse(node)
            for node in ast.walk(python(cell.source))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
        ]
        assert taken == [], cell.grade_id


@each_notebook
def test_test_cells_use_only_their_own_names_locked_cells_and_exercises(assignment, notebook):
    cells = cells_of(assignment, notebook)
    shared = set(exercises(cells)) | set(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)
    for cell in cells:
        locked = cell.cell_type == "code" and cell.record and cell.record["locked"] and not cell.record["grade"]
        if locked and "skip-execution" not in cell.tags:
            shared |= bound(python(cell.source))
        if cell in graded_code(cells):
            tree = python(cell.source)
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
            assert used - bound(tree) - shared == set(), cell.grade_id


def bound(tree):
    """The names that a cell binds, in any scope."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


@each_notebook
def test_every_test_cell_runs_in_grading(assignment, notebook):
    assert [cell.grade_id for cell in graded_code(cells_of(assignment, notebook)) if cell.tags] == []


# --- other cells --------------------------------------------------------------------------------


@each_notebook
def test_cells_that_the_grader_skips_are_locked_demonstrations(assignment, notebook):
    for cell in cells_of(assignment, notebook):
        if "skip-execution" in cell.tags and not cell.source.startswith("# Your turn"):
            assert cell.record and cell.record["locked"] and not cell.record["grade"], f"line {cell.line}"


@each_notebook
def test_the_grader_skips_what_takes_long(assignment, notebook):
    """A cell takes long if it has progress bars, clocks, pictures or training, or loads a data set."""
    for cell in cells_of(assignment, notebook):
        if cell.cell_type == "code" and cell.record and cell.record["locked"] and not cell.record["grade"]:
            tree = python(cell.source)
            slow = [name for name in calls(tree) if name in ("tqdm", "data.load") or name.startswith(("vis.", "time."))]
            definitions = (ast.FunctionDef, ast.ClassDef)
            for node in (node for node in tree.body if not isinstance(node, definitions)):
                drawn = [name for name in calls(node) if name.startswith("plt.") and name != "plt.rcParams.update"]
                slow += drawn + [name for name in calls(node) if name.endswith((".train", ".fit"))]
            assert not slow or "skip-execution" in cell.tags, cell.grade_id


@each_notebook
def test_all_code_is_locked_or_the_students(assignment, notebook):
    free = [cell for cell in cells_of(assignment, notebook) if cell.cell_type == "code" and not cell.record]
    assert [cell.line for cell in free if not cell.source.startswith("# Your turn")] == []


@each_notebook
def test_randomness_is_seeded(assignment, notebook):
    for cell in cells_of(assignment, notebook):
        if cell.cell_type == "code":
            called = calls(python(cell.source))
            assert not [n for n in called if re.match(r"np\.random\.(?!default_rng|Generator)|random\.", n)], cell.line
            assert "np.random.default_rng()" not in cell.source, cell.line


# --- build and release --------------------------------------------------------------------------


@pytest.mark.slow
def test_building_in_two_places_gives_the_same_bytes(tmp_path):
    copy = shutil.copytree(ASSIGNMENTS, tmp_path / "assignments")
    toml = (ASSIGNMENTS / "course.toml").read_text()
    (copy / "course.toml").write_text(toml.replace('root = ".."', f"root = {str(ASSIGNMENTS.parent)!r}"))
    built = []
    for name, sources in (("here", ASSIGNMENTS), ("there", copy)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "nbgrader_config.py").write_text(f"get_config().Kit.assignments = {str(sources)!r}\n")
        workspace = Workspace(tmp_path / name)
        built.append([path.read_bytes() for entry in COURSE.assignments for path in build(workspace, entry)])
    assert built[0] == built[1] and len(built[0]) == len(NOTEBOOKS)


@pytest.mark.slow
@each_notebook
def test_the_release_has_no_line_of_a_marked_region(assignment, notebook, released_notebook):
    """Independent of leaks.py: no marked line is in the released notebook, unless a visible cell has the same line."""
    cells = cells_of(assignment, notebook)
    visible = "\n".join(without_regions(cell.source, cell.regions) for cell in cells)
    released = released_notebook.read_text()
    for cell in cells:
        for region in cell.regions:
            for line in cell.source.split("\n")[region.begin + 1 : region.end]:
                if len(line.strip()) >= 30 and line.strip() not in visible:
                    assert line.strip() not in released.encode().decode("unicode_escape")
    assert "BEGIN" not in released and "HIDDEN" not in released


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_every_solution_and_hidden_test_would_be_noticed_in_a_readme(assignment, tmp_path):
    known = secrets(COURSE, assignment)
    unnoticed = []
    for entry in COURSE.from_here_on(assignment):
        for cell in (cell for notebook in entry.notebooks for cell in cells_of(entry.name, notebook)):
            for region in cell.regions:
                (tmp_path / "README.md").write_text(
                    "\n".join(cell.source.split("\n")[region.begin + 1 : region.end]), encoding="utf-8"
                )
                if not find_leaks(tmp_path, known):
                    unnoticed.append(cell.grade_id)
    assert unnoticed == []
