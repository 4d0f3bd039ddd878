import numpy as np

from cs231n import fast_layers, layer_utils, layers
from cs231n.gradient_check import eval_numerical_gradient_array


def test_it_has_the_names_of_its_public_imports_too():
    assert {*layers.__all__, *fast_layers.__all__} < set(layer_utils.__all__)
    assert all(callable(getattr(layer_utils, name)) for name in layer_utils.__all__)


def test_affine_relu(rel_error):
    x, w, b, dout = np.random.randn(2, 3, 4), np.random.randn(12, 10), np.random.randn(10), np.random.randn(2, 10)
    gradients = layer_utils.affine_relu_backward(dout, layer_utils.affine_relu_forward(x, w, b)[1])
    for argument, gradient in zip((x, w, b), gradients, strict=True):
        numeric = eval_numerical_gradient_array(lambda _: layer_utils.affine_relu_forward(x, w, b)[0], argument, dout)
        assert rel_error(gradient, numeric) < 1e-8


def test_conv_relu_pool(rel_error):
    x, w, b, dout = (
        np.random.randn(2, 3, 16, 16),
        np.random.randn(3, 3, 3, 3),
        np.random.randn(3),
        np.random.randn(2, 3, 8, 8),
    )
    params = {"stride": 1, "pad": 1}, {"pool_height": 2, "pool_width": 2, "stride": 2}
    _, dw, db = layer_utils.conv_relu_pool_backward(dout, layer_utils.conv_relu_pool_forward(x, w, b, *params)[1])
    for argument, gradient in ((w, dw), (b, db)):
        numeric = eval_numerical_gradient_array(
            lambda _: layer_utils.conv_relu_pool_forward(x, w, b, *params)[0], argument, dout
        )
        assert rel_error(gradient, numeric) < 1e-5
