"""A release leaves out the files that answer its assignment; the rest of the library must still work."""

from pathlib import Path

import pytest

import cs231n_lib
from cs231n_lib import models

ANSWERS = {"k_nearest_neighbor.py": "KNearestNeighbor", "linear_classifier.py": "LinearSVM"}
REST = (
    "import cs231n_lib.features, cs231n_lib.checks, cs231n_lib.data.augmentation, cs231n_lib.features, "
    "cs231n_lib.diagnosis, cs231n_lib.kernels, cs231n_lib.layers, cs231n_lib.optim, cs231n_lib.optim.schedules, "
    "cs231n_lib.solver, cs231n_lib.vis"
)


@pytest.mark.parametrize("file, name", ANSWERS.items())
def test_a_model_that_is_left_out_says_why(run_in_edition, file, name):
    code = f"try:\n    from cs231n_lib.models import {name}\nexcept ImportError as error:\n    print(error)"
    assert run_in_edition(code, [file]).strip() == (
        f"This edition of the library leaves out {name} because it is what the assignment asks you to write."
    )


def test_everything_else_works_without_any_answer(run_in_edition):
    code = f"{REST}\nimport cs231n_lib.models\nprint(cs231n_lib.__file__)"
    assert str(Path(cs231n_lib.__file__).parent) not in run_in_edition(code, ANSWERS)


def test_the_other_models_are_still_there(run_in_edition):
    code = "from cs231n_lib.models import KNearestNeighbor; print(KNearestNeighbor.__name__)"
    assert run_in_edition(code, ["linear_classifier.py"]).strip() == "KNearestNeighbor"


def test_an_error_inside_a_model_file_is_told_as_it_is(run_in_edition, tmp_path):
    code = (
        f"open({str(tmp_path / 'cs231n_lib/models/k_nearest_neighbor.py')!r}, 'w').write('import missing_module')\n"
        "try:\n    from cs231n_lib.models import KNearestNeighbor\nexcept ImportError as error:\n    print(error)"
    )
    assert run_in_edition(code, []).strip() == "No module named 'missing_module'"


SOFT = """
import numpy as np
from cs231n_lib.layers import svm_loss
from cs231n_lib.models import ConvNet

net = ConvNet((1, 2, 2), ((1,),), num_classes=2, seed=0)
X = np.ones((2, 1, 2, 2))
print(net.loss(X, [0, 1])[0] > 0)
try:
    net.loss(X, np.eye(2))
except ImportError as error:
    print(error)
net.loss_function = lambda scores, targets: svm_loss(scores, targets.argmax(axis=1))
print(net.loss(X, np.eye(2))[0] > 0)
"""


def test_while_soft_targets_are_written_nets_take_labels_or_ones_own_loss(run_in_edition):
    printed = run_in_edition(SOFT, ["soft_losses.py"]).splitlines()
    assert printed[0] == printed[2] == "True"
    assert printed[1].startswith("This edition of the library leaves out soft_cross_entropy because")
    assert printed[1].endswith("Or set loss_function to your own.")


def test_every_model_is_listed():
    assert set(models.__all__) <= set(dir(models))
    assert all(getattr(models, name).__name__ == name for name in models.__all__)


def test_a_name_that_no_model_has():
    with pytest.raises(AttributeError, match="no attribute 'Perceptron'; it has KNearestNeighbor"):
        models.Perceptron  # noqa: B018
