"""The library that the students of each assignment get: the answers are not in it, and what is left works."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import edition
from autograder.course.course_toml import load_course

COURSE = load_course(Path(__file__).parents[2] / "assignments")
NAMES_OF = """
import json
from cs231n_lib import kernels, layers, models

found = {}
for package in (kernels, layers, models):
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
    """(assignment, {name of a public function or model: None or why it cannot be had} in its edition)."""
    folder = edition.importable(COURSE, request.param, tmp_path_factory.mktemp("editions"))
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", NAMES_OF], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return request.param, json.loads(done.stdout)


# one name of each file that answers an assignment, and where it is of use at the latest
ANSWER_OF = {
    "KNearestNeighbor": "nearest_neighbor",
    "softmax_loss": "linear_classifiers",
    "LinearSVM": "linear_classifiers",
    "affine_forward": "two_layer_net",
    "relu_backward": "two_layer_net",
    "TwoLayerNet": "two_layer_net",
    "batchnorm_backward": "batchnorm_dropout",
    "layernorm_forward": "batchnorm_dropout",
    "normalize_channels_backward": "batchnorm_dropout",
    "dropout_forward": "batchnorm_dropout",
    "conv_forward_naive": "convolutional_networks",
    "conv_forward_im2col": "convolutional_networks",
    "max_pool_forward_naive": "convolutional_networks",
    "im2col": "convolutional_networks",
    "spatial_groupnorm_backward": "convolutional_networks",
    "ThreeLayerConvNet": "convolutional_networks",
}


def test_an_answer_is_left_out_up_to_its_assignment_and_there_afterwards(released):
    assignment, names = released
    order = list(COURSE.assignments)
    for name, answers in ANSWER_OF.items():
        gone = order.index(answers) >= order.index(assignment)
        assert (names[name] is not None) == gone, name


def test_what_is_missing_says_that_it_is_an_answer(released):
    _, names = released
    said = "because it is what the assignment asks you to write"
    assert [name for name, why in names.items() if why and said not in why] == []


@pytest.mark.parametrize("name", ["conv_forward_fast", "max_pool_backward_fast", "matmul", "conv_forward"])
def test_the_fast_layers_are_everybodys(released, name):
    assert released[1][name] is None


def test_what_convolution_is_graded_without_computes_no_convolution(tmp_path):
    """Demonstrations measure the fast kernels; while the notebook is graded, nothing in the edition answers its exercises."""
    assignment = COURSE.assignment("convolutional_networks")
    folder = edition.importable(COURSE, assignment.name, tmp_path, assignment.graded_without["convolution"])
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", NAMES_OF], cwd=folder, env=environment, capture_output=True, text=True)
    found = json.loads(done.stdout)
    there = {name for name, reason in found.items() if reason is None}
    assert not [name for name in there if "conv" in name or "pool" in name or "col" in name]
    assert {"affine_forward", "batchnorm_forward", "softmax_loss"} <= there
    assert not [path.name for path in folder.rglob("*") if "convolution" in path.name or "pooling" in path.name]


def test_while_grading_the_library_knows_the_data_sets(tmp_path):
    folder = edition.importable(COURSE, "nearest_neighbor", tmp_path / "editions")
    look = "import cs231n_lib.data.registry as r; print(r.__file__); print(r.names())"
    command = [sys.executable, "-P", "-c", look]
    done = subprocess.run(command, env={"PYTHONPATH": str(folder)}, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    where, names = done.stdout.splitlines()
    assert where.startswith(str(folder)) and "cifar10" in names
