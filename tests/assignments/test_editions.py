"""The library that the students of each assignment get: it does not contain the answers, and the rest works."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import grimp
import pytest
import yaml

from autograder.course import edition
from autograder.course.course_toml import load_course

COURSE = load_course(Path(__file__).parents[2] / "assignments")
SAID = r"because it is what the assignment \w+ asks you to write"
NAMES_OF = """
import json
from cs231n_lib import initializers, kernels, layers, metrics, models, optim
from cs231n_lib.data import augmentation

found = {}
for package in (initializers, kernels, layers, metrics, models, optim, augmentation):
    for name in package.__all__:
        try:
            getattr(package, name)
            found[name] = None
        except ImportError as error:
            found[name] = str(error)
print(json.dumps(found))
"""


@pytest.fixture(scope="module", params=COURSE.assignments)
def released(request, tmp_path_factory):
    """(assignment, {name of a public function or model: None or why it is missing} in its edition)."""
    folder = edition.importable(COURSE, request.param, tmp_path_factory.mktemp("editions"))
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", NAMES_OF], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return request.param, json.loads(done.stdout)


PUBLIC_NAMES = """
import json
from importlib import import_module

modules = '''
data_utils fast_layers features gradient_check im2col layer_utils layers optim solver vis_utils classifiers
classifiers.cnn classifiers.fc_net classifiers.k_nearest_neighbor classifiers.linear_classifier
classifiers.linear_svm classifiers.neural_net classifiers.softmax
'''.split()
found = {}
for module in modules:
    try:
        exec(f"from cs231n.{module} import *", {})
        found[module] = None
    except ImportError as error:
        found[module] = str(error)
print(json.dumps(found))
"""


@pytest.fixture(scope="module", params=COURSE.assignments)
def public(request, tmp_path_factory):
    """(assignment, {module of cs231n: None or why `from it import *` fails} in the assignment's edition)."""
    folder = edition.importable(COURSE, request.param, tmp_path_factory.mktemp("editions"))
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", PUBLIC_NAMES]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return request.param, json.loads(done.stdout)


# a module of cs231n, and the assignments that its names answer
PUBLIC_ANSWERS = {
    "classifiers.k_nearest_neighbor": "nearest_neighbor",
    "classifiers.linear_classifier": "linear_classifiers",
    "classifiers.linear_svm": "linear_classifiers",
    "classifiers.softmax": "linear_classifiers",
    "classifiers": "linear_classifiers",
    "classifiers.neural_net": "two_layer_net",
    "optim": "optimization",
    "im2col": "convolutional_networks",
    "fast_layers": "convolutional_networks",
    "layers": "convolutional_networks",
    "layer_utils": "convolutional_networks",
    "classifiers.fc_net": "convolutional_networks",
    "classifiers.cnn": "convolutional_networks",
}


def test_a_public_module_is_there_once_all_its_answers_are(public):
    assignment, modules = public
    order = list(COURSE.assignments)
    for module, why in modules.items():
        last = PUBLIC_ANSWERS.get(module)
        gone = last is not None and order.index(last) >= order.index(assignment)
        assert (why is not None) == gone, module
        assert why is None or re.search(SAID, why), why


def test_a_plain_import_names_the_assignment_and_the_release_that_bring_it(tmp_path):
    folder = edition.importable(COURSE, "linear_classifiers", tmp_path)
    order = list(COURSE.assignments)
    for module, answered in (
        ("layers", "two_layer_net"),
        ("classifiers.linear_svm", "linear_classifiers"),
        ("classifiers.fc_net", "two_layer_net"),
    ):
        release = order[order.index(answered) + 1]
        command = [sys.executable, "-c", f"from cs231n.{module} import *"]
        done = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True)
        said = done.stderr.splitlines()[-1]
        assert said.startswith("ImportError: This edition of the library leaves out "), said
        assert f"the assignment {answered} asks you to write" in said and f"the kit of the release {release} (" in said


# a name from each file that answers an assignment, and the assignment that it answers
ANSWER_OF = {
    "KNearestNeighbor": "nearest_neighbor",
    "softmax_loss": "linear_classifiers",
    "LinearSVM": "linear_classifiers",
    "affine_forward": "two_layer_net",
    "relu_backward": "two_layer_net",
    "TwoLayerNet": "two_layer_net",
    "sigmoid_forward": "optimization",
    "maxout_backward": "optimization",
    "xavier": "optimization",
    "init_fully_connected": "optimization",
    "adam": "optimization",
    "batchnorm_backward": "batchnorm_dropout",
    "layernorm_forward": "batchnorm_dropout",
    "normalize_channels_backward": "batchnorm_dropout",
    "dropout_forward": "batchnorm_dropout",
    "FullyConnectedNet": "batchnorm_dropout",
    "conv_forward_naive": "convolutional_networks",
    "conv_forward_im2col": "convolutional_networks",
    "max_pool_forward_naive": "convolutional_networks",
    "im2col": "convolutional_networks",
    "spatial_groupnorm_backward": "convolutional_networks",
    "ThreeLayerConvNet": "convolutional_networks",
    "soft_cross_entropy": "training_practice",
    "contrastive_loss": "training_practice",
    "multilabel_hinge_loss": "training_practice",
    "predict_tta": "training_practice",
    "frozen_step": "training_practice",
    "WhitenedConvNet": "training_practice",
    "mixup": "training_practice",
    "cutout": "training_practice",
    "elastic_deform": "training_practice",
    "rotate_batch": "training_practice",
    "pca_color_jitter": "training_practice",
    "residual_block_forward": "architectures",
    "conv_transpose_forward": "architectures",
    "pixel_softmax_loss": "architectures",
    "mean_iou": "architectures",
    "ResNet": "architectures",
}


def test_an_answer_is_left_out_up_to_its_assignment_and_there_afterwards(released):
    assignment, names = released
    order = list(COURSE.assignments)
    for name, answers in ANSWER_OF.items():
        gone = order.index(answers) >= order.index(assignment)
        assert (names[name] is not None) == gone, name


def test_what_is_missing_says_that_it_is_an_answer(released):
    _, names = released
    assert [name for name, why in names.items() if why and not re.search(SAID, why)] == []


def test_what_a_later_edition_has_names_the_release_that_brings_it(released):
    assignment, names = released
    order = [*COURSE.assignments, None]
    for name, answers in ANSWER_OF.items():
        if why := names[name]:
            first = order[order.index(answers) + 1]
            assert (f"install the kit of the release {first} (" in why) == (first is not None), why


# what notebooks need while students write the update rules, initializers and losses themselves
WITHOUT_ANSWERS = """
import numpy as np
from cs231n_lib.data.augmentation import compose, random_horizontal_flip
from cs231n_lib.initializers import small_random
from cs231n_lib.solver import Solver

class Mean:
    def __init__(self):
        self.params = {"w": small_random((1, 2), rng=0)}

    def loss(self, X, y=None):
        scores = X.mean(axis=(1, 2, 3))[:, None] * self.params["w"]
        return scores if y is None else (np.sum(self.params["w"] ** 2), {"w": 2 * self.params["w"]})

X, y = np.ones((4, 1, 2, 2)), np.array([0, 1, 0, 1])
data = {"X_train": X, "y_train": y, "X_val": X, "y_val": y}
solver = Solver(Mean(), data, augment=compose(random_horizontal_flip), batch_size=4, num_epochs=2, verbose=False, rng=0)
solver.train()
print(solver.loss_history[1] < solver.loss_history[0])
"""


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_every_edition_trains_by_gradient_descent(assignment, tmp_path):
    folder = edition.importable(COURSE, assignment, tmp_path)
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", WITHOUT_ANSWERS]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr


@pytest.mark.parametrize("statement", ["from cs231n_lib.layers import affine", "import cs231n_lib.layers.affine"])
def test_a_module_that_is_left_out_says_so_on_any_import(statement, tmp_path):
    folder = edition.importable(COURSE, "two_layer_net", tmp_path)
    command = [sys.executable, "-c", statement]
    done = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True)
    said = "leaves out cs231n_lib.layers.affine because it is what the assignment two_layer_net asks you to write."
    assert said in done.stderr.splitlines()[-1]


def test_every_edition_holds_all_of_the_ones_before(tmp_path):
    """So a student's newest edition also serves the notebooks of all earlier assignments."""
    before = set()
    for assignment in COURSE.assignments:
        now = {name for name, _ in edition.files(COURSE, assignment)}
        assert before < now
        before = now


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """The folder of files that students get with the notebooks of the first assignment."""
    folder = tmp_path_factory.mktemp("handed_out")
    edition.write_edition(COURSE, "nearest_neighbor", folder)
    return folder


def test_beside_the_notebooks_there_are_pages_and_one_folder(handed_out):
    assert {path.name for path in handed_out.iterdir()} == {"kit", "students.md", "library.md", "public-course.md"}
    for page in handed_out.glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
            assert link.startswith("https://") or (handed_out / link).is_file(), f"{page.name}: {link}"


def test_students_get_their_half_of_the_autograder(handed_out):
    """Students get every module that their commands import, and none that needs the instructor's packages."""
    modules = {
        ".".join(path.relative_to(handed_out / "kit").with_suffix("").parts).removesuffix(".__init__")
        for path in (handed_out / "kit" / "autograder").rglob("*.py")
    }
    graph = grimp.build_graph("autograder", include_external_packages=True)
    needed = graph.find_upstream_modules("autograder.cli.command") | graph.find_upstream_modules("autograder.check")
    assert [name for name in needed if name.startswith("autograder.") and name not in modules] == []
    imported = {name for module in modules for name in graph.find_modules_directly_imported_by(module)}
    assert [name for name in imported if name.startswith("autograder.") and name not in modules] == []
    tools = {"nbgrader", "jupytext", "bleach", "yaml", "sqlalchemy", "distributed", "psycopg", "nbconvert"}
    assert not imported & tools
    rooms = ("authoring", "course", "grading", "marking", "reports", "submissions", "workers")
    former = ("formgrader", "late", "nbgrader_globs", "preprocessors", "solutions")
    assert not modules & {f"autograder.{name}" for name in (*rooms, *former)}
    assert not [name for name in modules if name.endswith(("_commands", "_command")) and "student" not in name]


def test_students_install_none_of_the_instructors_packages(handed_out):
    project = tomllib.loads((handed_out / "kit" / "pyproject.toml").read_text("utf-8"))
    assert "optional-dependencies" not in project["project"] and set(project["tool"]) == {"setuptools"}
    conda = yaml.safe_load((handed_out / "kit" / "environment.yml").read_text("utf-8"))["dependencies"]
    assert not {"nbgrader", "jupytext", "distributed", "pytest"} & {name.partition(">")[0] for name in conda}
    assert "numpy" in {name.partition(">")[0] for name in conda}


@pytest.mark.slow
def test_a_release_is_built_without_a_trace_in_its_folder(handed_out, tmp_path):
    """The built package contains the library's edition. One kernel without a compiler is enough, and quicker."""
    pytest.importorskip("setuptools", minversion="77")  # as pyproject.toml requires it
    kit = shutil.copytree(handed_out / "kit", tmp_path / "kit")
    first, *others = sorted((kit / "cs231n_lib" / "kernels").glob("*.pyx"), key=lambda path: path.stat().st_size)
    for kernel in others:
        kernel.unlink()
    before = sorted(kit.rglob("*"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        tmp_path,
        kit,
    ]
    done = subprocess.run(
        [*command, "--disable-pip-version-check"], env={**os.environ, "CC": "false"}, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    assert sorted(kit.rglob("*")) == before
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {
        "cs231n_lib/edition.toml",
        "cs231n_lib/datasets/registry.toml",
        "autograder/check.py",
        "cs231n/layers.py",
    } <= set(names)
    assert not [name for name in names if name.startswith(("autograder/grading", "build/", "cs231n/im2col"))]


@pytest.mark.parametrize("name", ["conv_forward_fast", "max_pool_backward_fast", "matmul", "conv_forward"])
def test_the_fast_layers_are_everybodys(released, name):
    assert released[1][name] is None


def test_what_convolution_is_graded_without_computes_no_convolution(tmp_path):
    """Its demonstrations time the fast kernels, but while it is graded, the edition contains no answer to it."""
    assignment = COURSE.assignment("convolutional_networks")
    folder = edition.importable(COURSE, assignment.name, tmp_path, assignment.graded_without["convolution"])
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", NAMES_OF], cwd=folder, env=environment, capture_output=True, text=True)
    found = json.loads(done.stdout)
    there = {name for name, reason in found.items() if reason is None}
    assert not [name for name in there if "conv" in name or "pool" in name or "2col" in name or "col2" in name]
    assert {"affine_forward", "batchnorm_forward", "softmax_loss"} <= there
    # the judge needs the catalogue of mistakes; `checks.own_work` refuses an answer that is computed with it
    left = [path for path in folder.rglob("*") if "mistakes" not in path.parts]
    assert not [path.name for path in left if any(word in path.name for word in ("convol", "pooling", "winograd"))]


def test_while_grading_the_library_knows_the_data_sets(tmp_path):
    folder = edition.importable(COURSE, "nearest_neighbor", tmp_path / "editions")
    look = "import cs231n_lib.data.registry as r; print(r.__file__); print(r.names())"
    command = [sys.executable, "-P", "-c", look]
    done = subprocess.run(command, env={"PYTHONPATH": str(folder)}, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    where, names = done.stdout.splitlines()
    assert where.startswith(str(folder)) and "cifar10" in names
