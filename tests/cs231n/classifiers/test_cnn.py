"""The checks are those of the public notebook ConvolutionalNetworks."""

import numpy as np

from cs231n.classifiers import cnn
from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.gradient_check import eval_numerical_gradient
from cs231n.solver import Solver


def test_it_has_the_names_of_its_public_imports_too():
    assert {"ThreeLayerConvNet", "conv_forward_fast", "max_pool_backward_naive"} < set(cnn.__all__)
    assert callable(cnn.conv_relu_pool_forward)


def test_the_first_loss():
    model = ThreeLayerConvNet()
    X, y = np.random.randn(50, 3, 32, 32), np.random.randint(10, size=50)
    loss, _ = model.loss(X, y)
    assert abs(loss - np.log(10)) < 0.01
    model.reg = 0.5
    regularized, _ = model.loss(X, y)
    penalty = sum(np.sum(model.params[name] ** 2) for name in ("W1", "W2", "W3"))
    np.testing.assert_allclose(regularized - loss, 0.25 * penalty, rtol=1e-3)


def test_gradients(rel_error):
    X, y = np.random.randn(2, 3, 8, 8), np.random.randint(10, size=2)
    model = ThreeLayerConvNet(
        num_filters=3, filter_size=3, input_dim=(3, 8, 8), hidden_dim=7, dtype=np.float64, reg=0.1
    )
    _, grads = model.loss(X, y)
    for name in sorted(grads):
        numeric = eval_numerical_gradient(lambda _: model.loss(X, y)[0], model.params[name], verbose=False, h=1e-6)
        assert rel_error(grads[name], numeric) < 1e-2, name  # "errors may be up to the order of e-2"


def test_a_small_set_is_overfitted():
    X, y = np.random.randn(20, 3, 8, 8), np.random.randint(10, size=20)
    data = {"X_train": X, "y_train": y, "X_val": X, "y_val": y}
    model = ThreeLayerConvNet(input_dim=(3, 8, 8), num_filters=8, filter_size=3, hidden_dim=50, weight_scale=1e-2)
    solver = Solver(
        model,
        data,
        num_epochs=40,
        batch_size=5,
        update_rule="adam",
        optim_config={"learning_rate": 5e-3},
        verbose=False,
        print_every=1,
    )
    solver.train()
    assert solver.best_val_acc > 0.9
