"""The public names of the package, also in an edition without the answers to an assignment."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from cs231n_lib import layers

FILES = sorted(path.stem for path in Path(layers.__file__).parent.glob("*.py") if path.stem != "__init__")

# the library's nets need these while students write the convolutions themselves
WHILE_CONVOLUTIONS_ARE_WRITTEN = """
import numpy as np
from cs231n_lib.layers import affine_relu_forward, conv_relu_forward, conv_relu_pool_backward, conv_relu_pool_forward
x, w, b = np.ones((1, 2, 4, 4)), np.ones((3, 2, 3, 3)), np.zeros(3)
out, _ = conv_relu_forward(x, w, b, {"stride": 1, "pad": 1})
print(out.max())
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
out, cache = conv_relu_pool_forward(x, w, b, {"stride": 1, "pad": 1}, pool_param)
print(conv_relu_pool_backward(out, cache)[1].shape)
print(affine_relu_forward(x, np.ones((32, 1)), np.ones(1))[0].item())
"""
CONVOLUTION_ANSWERS = ["convolution_naive.py", "convolution_im2col.py", "pooling_naive.py", "spatial_normalization.py"]


def test_every_name_is_there():
    for name in layers.__all__:
        assert getattr(layers, name).__name__ == name


@pytest.mark.parametrize("file", FILES)
def test_every_layer_is_exported(file):
    module = import_module(f"cs231n_lib.layers.{file}")
    own = {name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__}
    assert {name for name in own if re.match(r"[a-z].*_(forward|backward|loss)", name)} <= set(layers.__all__)


def test_importing_the_package_reads_no_layer():
    code = "import sys, cs231n_lib.layers; print([name for name in sys.modules if 'cs231n_lib.layers.' in name])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_the_rest_works_while_convolutions_are_written(run_in_edition):
    printed = run_in_edition(WHILE_CONVOLUTIONS_ARE_WRITTEN, CONVOLUTION_ANSWERS)
    assert printed == "18.0\n(3, 2, 3, 3)\n33.0\n"


@pytest.mark.parametrize(
    "missing, asked, told",
    [
        ("affine.py", "affine_forward", "leaves out affine_forward because"),
        (
            "affine.py",
            "dropconnect_forward",
            "leaves out cs231n_lib.layers.affine, which dropconnect_forward builds on,",
        ),
    ],
)
def test_what_is_left_out_says_why(run_in_edition, missing, asked, told):
    code = f"try:\n    from cs231n_lib.layers import {asked}\nexcept ImportError as error:\n    print(error)"
    assert told in run_in_edition(code, [missing])
