from types import SimpleNamespace

import numpy as np
import pytest

from cs231n import gradient_check
from cs231n.layers import affine_backward, affine_forward, relu_backward, relu_forward


def test_every_name_is_there():
    assert all(callable(getattr(gradient_check, name)) for name in gradient_check.__all__)


def test_the_entries_are_printed_unless_verbose_is_false(capsys):
    x = np.array([[1.0, 2.0]])
    gradient = gradient_check.eval_numerical_gradient(lambda x: np.sum(x**2), x)
    np.testing.assert_allclose(gradient, 2 * x)
    assert capsys.readouterr().out.startswith("(0, 0) 2.0")
    gradient_check.eval_numerical_gradient(lambda x: np.sum(x**2), x, verbose=False)
    assert capsys.readouterr().out == ""


def test_the_numerical_gradient_of_an_array_is_as_accurate_as_the_notebooks_say(rel_error):
    x, dout = np.random.randn(10, 10), np.random.randn(10, 10)
    numeric = gradient_check.eval_numerical_gradient_array(lambda x: relu_forward(x)[0], x, dout)
    assert rel_error(relu_backward(dout, relu_forward(x)[1]), numeric) < 1e-11  # "on the order of e-12"
    x, w, b, dout = np.random.randn(10, 2, 3), np.random.randn(6, 5), np.random.randn(5), np.random.randn(10, 5)
    numeric = gradient_check.eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
    dx, _, _ = affine_backward(dout, affine_forward(x, w, b)[1])
    assert rel_error(dx, numeric) < 1e-9  # "around e-10 or less"


def test_grad_check_sparse_prints_its_checks(capsys):
    x = np.random.randn(3, 4)
    gradient_check.grad_check_sparse(lambda x: np.sum(x**2), x, 2 * x, 3)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(float(line.rpartition(": ")[2]) < 1e-7 for line in lines)


@pytest.fixture
def blobs():
    """Two input blobs and the output blob of a product."""
    made = [SimpleNamespace(vals=np.random.randn(*shape)) for shape in ((3, 4), (4, 2), (3, 2))]
    made[2].diffs = np.random.randn(3, 2)
    return made


def test_blobs(blobs):
    def product(a, b, out):
        out.vals[...] = a.vals @ b.vals

    a, b, out = blobs
    da, db = gradient_check.eval_numerical_gradient_blobs(product, (a, b), out)
    np.testing.assert_allclose(da, out.diffs @ b.vals.T, rtol=1e-6)
    np.testing.assert_allclose(db, a.vals.T @ out.diffs, rtol=1e-6)


def test_net(blobs):
    a, b, out = blobs

    class Net:
        def forward(self):
            out.vals = a.vals @ b.vals

    da, db = gradient_check.eval_numerical_gradient_net(Net(), (a, b), out)
    np.testing.assert_allclose(da, out.diffs @ b.vals.T, rtol=1e-6)
    np.testing.assert_allclose(db, a.vals.T @ out.diffs, rtol=1e-6)
