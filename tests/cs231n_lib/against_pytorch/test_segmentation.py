"""Transposed convolution and the loss of every pixel against PyTorch."""

import numpy as np
import pytest

from cs231n_lib import layers

torch = pytest.importorskip("torch")
F = torch.nn.functional

CASES = {  # x, w, stride, pad, output_pad
    f"stride {stride}, pad {pad}, field {field}": ((2, 3, 5, 4), (3, 2, *field), stride, pad, 0)
    for stride in (1, 2, 3, (1, 4))
    for pad in (0, 1, (2, 0))
    for field in ((3, 3), (4, 5))
} | {
    "output_pad": ((2, 3, 4, 5), (3, 4, 3, 3), 2, 1, 1),
    "gaps": ((1, 2, 3, 4), (2, 3, 1, 2), (3, 5), 0, (2, 3)),
    "output_pad with a cut": ((1, 2, 3, 3), (2, 1, 2, 2), 4, (1, 0), (3, 2)),
    "large": ((20, 32, 16, 16), (32, 16, 4, 4), 2, 1, 0),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_transposed_convolution(case, arrays, same_layer):
    x, w, stride, pad, output_pad = case
    conv_param = {"stride": stride, "pad": pad, "output_pad": output_pad}
    same_layer(
        lambda *given: layers.conv_transpose_forward(*given, conv_param),
        layers.conv_transpose_backward,
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride, pad, output_pad),
        *arrays(x, w, (w[1],)),
    )


def test_pixel_softmax_loss(arrays, close, dtype):
    (scores,) = arrays((3, 5, 4, 6))
    y = np.random.default_rng(0).integers(-1, 5, size=(3, 4, 6))
    theirs = torch.tensor(scores, requires_grad=True)
    expected = F.cross_entropy(theirs, torch.from_numpy(y), ignore_index=-1)
    loss, dscores = layers.pixel_softmax_loss(scores, y)
    close(np.asarray(loss, dtype), expected)
    close(dscores, torch.autograd.grad(expected, theirs)[0])
