"""Rules that hold in every module of the packages; pyproject.toml has contracts on which package may import which."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("autograder", "cs231n", "cs231n_lib")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


COMPILED = sorted((ROOT / "cs231n_lib").rglob("*.pyx"))
NAMES = {module_name(path) for path in [*MODULES, *COMPILED]}


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def private_names_of_others(source):
    """Yield (line, module, name) for each private name that the source takes from another module of the kit."""
    tree = ast.parse(source)
    called = {}  # the module's name for a module -> the full name of that module
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in PACKAGES:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in NAMES:  # modules may be private to their folder; the next test checks that
                    called[alias.asname or alias.name] = whole
                elif is_private(alias.name):
                    yield node.lineno, node.module, alias.name
        elif isinstance(node, ast.Import):
            called |= {a.asname: a.name for a in node.names if a.asname and a.name in NAMES}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and is_private(node.attr):
            if (module := called.get(node.value.id)) and f"{module}.{node.attr}" not in NAMES:
                yield node.lineno, module, node.attr


@pytest.mark.parametrize(
    "source, name",
    [
        ("from autograder.text import _shown", "_shown"),
        ("from autograder import text\ntext._shown('x', '')", "_shown"),
        ("import autograder.text as foreign\nforeign._shown('x', '')", "_shown"),
        ("from autograder import text\ntext.__name__, text.html", None),
        ("from cs231n_lib.kernels import _threads", None),
    ],
)
def test_a_private_name_of_another_module_is_found(source, name):
    assert [found for _, _, found in private_names_of_others(source)] == ([name] if name else [])


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_takes_a_private_name_from_another(package):
    found = [
        f"{path.relative_to(ROOT)}:{line}: {module}.{name}"
        for path in MODULES
        if path.is_relative_to(ROOT / package)
        for line, module, name in private_names_of_others(path.read_bytes())
    ]
    assert found == []


def test_a_private_module_is_imported_from_its_own_folder_only():
    found = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in NAMES.intersection(names):
                folder, _, last = name.rpartition(".")
                if is_private(last) and not module_name(path.parent / "__init__.py").startswith(folder):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {name}")
    assert found == []


def test_imports_are_absolute():
    relative = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


# A module without a test file of its own: the file that tests it, and why. One row each, sorted.
TESTED_ELSEWHERE = {
    "autograder/cli/command.py": ("autograder/cli/test_cli.py", "the command as a whole"),
    "autograder/cli/course_commands.py": ("autograder/cli/test_cli.py", "options and calls, run as commands"),
    "autograder/cli/feedback_command.py": ("autograder/cli/test_cli.py", "options and calls, run as a command"),
    "autograder/cli/grade_one_command.py": (
        "autograder/grading/test_grade_one.py",
        "options and calls, run as a command",
    ),
    "autograder/cli/grading_commands.py": ("autograder/cli/test_cli.py", "options and calls, run as commands"),
    "autograder/cli/grading_options.py": ("autograder/cli/test_cli.py", "options of two commands"),
    "autograder/cli/instructors_doctor.py": ("autograder/cli/test_doctor.py", "the instructor's part of one command"),
    "autograder/cli/mark_command.py": ("autograder/cli/test_cli.py", "options and calls, run as a command"),
    "autograder/cli/similar_command.py": (
        "autograder/similarity/test_similar.py",
        "options and calls, run as a command",
    ),
    "autograder/cli/site_command.py": ("autograder/website/test_course_site.py", "options and calls, run as a command"),
    "autograder/cli/student_commands.py": ("autograder/cli/test_cli.py", "options and calls, run as commands"),
    "autograder/cli/workspace_option.py": ("autograder/cli/test_cli.py", "options of many commands"),
    "autograder/course/nbgrader_globs.py": ("autograder/course/test_workspace.py", "what a workspace's path may hold"),
    "autograder/execution/judge/agent.py": (
        "autograder/execution/judge/test_connection.py",
        "the other end of one socket",
    ),
    "autograder/execution/judge/template.py": (
        "autograder/execution/judge/test_session.py",
        "the process of a session",
    ),
    "autograder/execution/ordinary_kernel.py": ("autograder/execution/test_run_notebook.py", "needs a kernel"),
    "autograder/execution/student_kernel.py": ("autograder/execution/test_judged_run.py", "needs a kernel"),
    "autograder/formgrader.py": ("autograder/course/test_workspace.py", "a former name"),
    "autograder/grading/gradebook_lock.py": ("autograder/grading/test_databases.py", "needs PostgreSQL"),
    "autograder/late.py": ("autograder/course/test_workspace.py", "a former name"),
    "autograder/marking/formgrader_pages.py": (
        "autograder/marking/test_formgrader.py",
        "the pages of formgrader's server",
    ),
    "autograder/nbgrader_globs.py": ("autograder/course/test_workspace.py", "a former name"),
    "autograder/preprocessors.py": ("autograder/course/test_workspace.py", "a former name"),
    "autograder/solutions.py": ("autograder/course/test_workspace.py", "a former name"),
    "autograder/website/static_site.py": ("autograder/website/test_course_site.py", "MkDocs with pages of a course"),
    "autograder/workers/cluster_worker.py": ("autograder/workers/test_cluster.py", "runs in a cluster's workers"),
    "cs231n/classifiers/fully_connected_net.py": ("cs231n/classifiers/test_fc_net.py", "a part of one public module"),
    "cs231n_lib/kernels/_convolution_cy.pyx": (
        "cs231n_lib/kernels/test_convolution.py",
        "compiled twin, called by its wrapper only",
    ),
    "cs231n_lib/kernels/_im2col.py": ("cs231n_lib/kernels/test_columns.py", "called by its wrapper only"),
    "cs231n_lib/kernels/_im2col_cy.pyx": (
        "cs231n_lib/kernels/test_columns.py",
        "compiled twin, called by its wrapper only",
    ),
    "cs231n_lib/kernels/_matrix_product_cy.pyx": (
        "cs231n_lib/kernels/test_matrix_product.py",
        "compiled twin, called by its wrapper only",
    ),
    "cs231n_lib/kernels/_normalization_cy.pyx": (
        "cs231n_lib/kernels/test_normalization.py",
        "compiled twin, called by its wrapper only",
    ),
    "cs231n_lib/kernels/_optimization_cy.pyx": (
        "cs231n_lib/kernels/test_optimization.py",
        "compiled twin, called by its wrapper only",
    ),
    "cs231n_lib/kernels/_pooling_cy.pyx": (
        "cs231n_lib/kernels/test_pooling.py",
        "compiled twin, called by its wrapper only",
    ),
    "cs231n_lib/kernels/_relu_cy.pyx": (
        "cs231n_lib/kernels/test_relu.py",
        "compiled twin, called by its wrapper only",
    ),
    "cs231n_lib/kernels/_softmax_cy.pyx": (
        "cs231n_lib/kernels/test_softmax.py",
        "compiled twin, called by its wrapper only",
    ),
    "cs231n_lib/kernels/_winograd_cy.pyx": ("cs231n_lib/kernels/test_winograd.py", "called by its wrapper only"),
    "cs231n_lib/mistakes/backpropagation.py": ("exercises/test_causes.py", "what wrong answers are told"),
    "cs231n_lib/mistakes/convnet.py": ("exercises/test_causes.py", "what wrong answers are told"),
    "cs231n_lib/mistakes/dropout.py": ("exercises/test_causes.py", "what wrong answers are told"),
    "cs231n_lib/mistakes/features.py": ("exercises/test_causes.py", "what wrong answers are told"),
    "cs231n_lib/mistakes/generic.py": ("cs231n_lib/mistakes/test_catalogue.py", "a table"),
    "cs231n_lib/mistakes/knn.py": ("exercises/test_causes.py", "what wrong answers are told"),
    "cs231n_lib/mistakes/residual_and_segmentation.py": ("exercises/test_causes.py", "what wrong answers are told"),
    "cs231n_lib/mistakes/softmax.py": ("exercises/test_causes.py", "what wrong answers are told"),
    "cs231n_lib/mistakes/two_layer_net.py": ("exercises/test_causes.py", "what wrong answers are told"),
}
TESTED = [  # an __init__.py only re-exports names
    path.relative_to(ROOT)
    for path in [*MODULES, *COMPILED]
    if path.name != "__init__.py" and path.relative_to(ROOT).parts[0] in PACKAGES
]


def own_test_file(module):
    return ROOT / "tests" / module.parent / f"test_{module.stem.lstrip('_')}.py"


@pytest.mark.parametrize("module", TESTED, ids=str)
def test_a_module_has_a_test_file_of_its_name_or_a_reason(module):
    own = own_test_file(module)
    if module.as_posix() in TESTED_ELSEWHERE:
        assert not own.exists(), "remove its row in TESTED_ELSEWHERE"
    else:
        assert own.is_file(), f"{own.relative_to(ROOT)} is missing, or a row in TESTED_ELSEWHERE"


@pytest.mark.parametrize("module", TESTED_ELSEWHERE)
def test_what_is_tested_elsewhere_is_there_and_tested_there(module):
    file, reason = TESTED_ELSEWHERE[module]
    assert (ROOT / module).is_file(), "there is no such module any more"
    assert (ROOT / "tests" / file).is_file() and reason


def test_the_rows_are_sorted():
    assert list(TESTED_ELSEWHERE) == sorted(TESTED_ELSEWHERE)


@pytest.mark.parametrize("module", ["ipykernel_launcher", "jupyter", "autograder.execution.judge.template", "dask"])
def test_a_test_that_is_not_marked_slow_cannot_start_a_kernel_or_a_server(module):
    with pytest.raises(AssertionError, match=r"needs @pytest\.mark\.slow"):
        subprocess.Popen([sys.executable, "-m", module, "--version"])
