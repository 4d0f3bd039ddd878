"""A function that has the library compute the answer is detected."""

import numpy as np

from cs231n.classifiers.linear_svm import svm_loss_naive
from cs231n.im2col import im2col_indices
from cs231n.layers import relu_forward
from cs231n_lib import checks, kernels, layers, mistakes
from cs231n_lib.diagnosis import numerical_gradient


def test_own_work(message):
    _ = kernels.conv_forward  # imported now, so that it is an attribute of the package
    x, w, b = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.zeros(1)
    by_layer = lambda x, w, b, param: layers.conv_forward_fast(x, w, b, param)  # noqa: E731
    by_kernel = lambda x, w, b, _: vars(kernels)["conv_forward"](x, w, b, 1, 0)  # noqa: E731
    for function in (by_layer, layers.conv_forward_naive, by_kernel):
        text = message(checks.own_work, function, x, w, b, {"stride": 1, "pad": 0})
        assert "of the library computed this" in text
    assert "gradient_check" in message(checks.own_work, lambda x: numerical_gradient(np.sum, x), x)
    by_the_catalogue = lambda x: mistakes.convolution.convolve(x, w, b, {"stride": 1, "pad": 0})  # noqa: E731
    assert "mistakes.convolution of the library" in message(checks.own_work, by_the_catalogue, x)
    assert checks.own_work(lambda x: x.sum(), x) == 9


def test_the_message_names_the_function_unless_told(message):
    def borrowed(x):
        return layers.relu_forward(x)

    assert message(checks.own_work, borrowed, np.ones(2)).startswith("borrowed: cs231n_lib.layers.relu of")
    assert message(checks.own_work, borrowed, np.ones(2), what="relu").startswith("relu: cs231n_lib.layers")


def test_the_public_names_are_the_library_too(message):
    W, X, y = np.ones((3, 2)), np.ones((4, 3)), np.zeros(4, int)
    assert "cs231n.classifiers.linear_svm of the library" in message(checks.own_work, svm_loss_naive, W, X, y, 0.0)
    assert "cs231n.im2col of the library" in message(checks.own_work, im2col_indices, np.ones((1, 1, 3, 3)), 2, 2)
    assert "cs231n_lib.layers.relu of the library" in message(checks.own_work, relu_forward, X)
