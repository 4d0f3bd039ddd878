"""Max and average pooling against torch.nn.functional."""

import numpy as np
import pytest

from cs231n_lib import layers

torch = pytest.importorskip("torch")

CASES = {  # x, field, stride, pad
    "2x2/2": ((2, 3, 8, 8), (2, 2), 2, 0),
    "3x3/2 overlaps": ((2, 3, 9, 9), (3, 3), 2, 0),
    "3x3/1 overlaps much": ((2, 2, 7, 6), (3, 3), 1, 0),
    "2x2/3 leaves gaps": ((2, 2, 9, 9), (2, 2), 3, 0),
    "not square": ((2, 2, 9, 8), (2, 4), (1, 3), 0),
    "padded": ((2, 2, 7, 7), (3, 3), 2, 1),
    "padded unevenly": ((1, 3, 8, 5), (4, 2), (2, 1), (2, 1)),
    "rows and columns left over": ((2, 2, 7, 10), (3, 3), 3, 0),
    "of the whole image": ((3, 2, 4, 5), (4, 5), 1, 0),
    "large": ((16, 8, 32, 32), (3, 3), 2, 1),
}


@pytest.mark.parametrize("version", ["naive", "fast"])
@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_pooling(case, kind, version, arrays, same_layer):
    shape, *window = case
    _held(kind, version, window, same_layer, *arrays(shape))


@pytest.mark.parametrize("version", ["naive", "fast"])
def test_of_equal_values_the_first_gets_the_gradient(version, arrays, same_layer):
    (x,) = arrays((2, 3, 9, 9))
    _held("max", version, [(3, 3), 2, 1], same_layer, np.maximum(np.rint(x), 0))


def _held(kind, version, window, same_layer, x):
    (height, width), stride, pad = window
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride, "pad": pad}
    forward, backward = (getattr(layers, f"{kind}_pool_{way}_{version}") for way in ("forward", "backward"))
    theirs = getattr(torch.nn.functional, f"{kind}_pool2d")
    same_layer(lambda x: forward(x, pool_param), backward, lambda x: theirs(x, (height, width), stride, pad), x)
