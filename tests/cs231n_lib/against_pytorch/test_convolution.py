"""The three versions of convolution against torch.nn.functional.conv2d."""

import pytest

from cs231n_lib import layers

torch = pytest.importorskip("torch")

# x, w, stride, pad, dilation
SMALL = {
    "3x3": ((2, 3, 8, 8), (4, 3, 3, 3), 1, 1, 1),
    "stride 2": ((2, 3, 9, 9), (4, 3, 3, 3), 2, 1, 1),
    "stride 3 leaves rows over": ((2, 2, 9, 9), (3, 2, 2, 2), 3, 0, 1),
    "tall filter": ((2, 3, 9, 7), (2, 3, 5, 2), 1, (2, 0), 1),
    "wide filter, pairs of all": ((2, 2, 7, 12), (3, 2, 1, 4), (2, 1), (0, 3), (1, 2)),
    "dilation": ((2, 2, 11, 11), (3, 2, 3, 3), 1, 2, 2),
    "dilation and stride": ((1, 2, 13, 10), (2, 2, 3, 2), (3, 2), (1, 2), (2, 3)),
    "1x1": ((2, 5, 6, 6), (7, 5, 1, 1), 1, 0, 1),
    "1x1, stride 2": ((2, 5, 7, 6), (7, 5, 1, 1), 2, 0, 1),
    "padding wider than the filter": ((1, 2, 4, 4), (2, 2, 2, 2), 1, 3, 1),
    "as large as the image": ((3, 2, 5, 6), (4, 2, 5, 6), 1, 0, 1),
}
LARGE = {  # the sizes of benchmarks/kernels.py, which may run other code than small ones
    "7x7": ((100, 3, 32, 32), (32, 3, 7, 7), 1, 3, 1),
    "32 channels": ((64, 32, 32, 32), (64, 32, 3, 3), 1, 1, 1),
    "64 channels": ((64, 64, 16, 16), (128, 64, 3, 3), 1, 1, 1),
    "31 wide, stride 2": ((100, 3, 31, 31), (25, 3, 3, 3), 2, 1, 1),
    "128 channels": ((32, 128, 8, 8), (256, 128, 3, 3), 1, 1, 1),
}


@pytest.mark.parametrize("version", ["naive", "im2col", "fast"])
@pytest.mark.parametrize("case", SMALL.values(), ids=SMALL.keys())
def test_convolution(case, version, arrays, same_layer):
    _held(version, case, arrays, same_layer)


@pytest.mark.parametrize("case", LARGE.values(), ids=LARGE.keys())
def test_large_convolution(case, arrays, same_layer):
    _held("fast", case, arrays, same_layer)


def _held(version, case, arrays, same_layer):
    x, w, stride, pad, dilation = case
    conv_param = {"stride": stride, "pad": pad, "dilation": dilation}
    forward, backward = (getattr(layers, f"conv_{way}_{version}") for way in ("forward", "backward"))
    same_layer(
        lambda x, w, b: forward(x, w, b, conv_param),
        backward,
        lambda x, w, b: torch.nn.functional.conv2d(x, w, b, stride, pad, dilation),
        *arrays(x, w, (w[0],)),
    )
