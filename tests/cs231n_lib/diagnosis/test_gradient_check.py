import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cs231n_lib.diagnosis import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    numerical_gradient,
    rel_error,
)
from cs231n_lib.diagnosis.gradient_check import NotANumber, differences
from cs231n_lib.models import FullyConnectedNet, TwoLayerNet

FEW = settings(max_examples=15, deadline=None)


@FEW
@given(arrays.arrays(np.float64, arrays.array_shapes(max_dims=4, max_side=3), elements=st.floats(-3, 3)))
def test_numerical_gradient_of_a_known_function(x):
    assert rel_error(numerical_gradient(lambda x: np.sum(np.sin(x)), x) + 2, np.cos(x) + 2) < 1e-8


def test_numerical_gradient_leaves_x_alone_whatever_f_does():
    x = np.arange(4.0)
    before = x.copy()

    def f(x):
        x *= 2
        return x.sum()

    assert np.allclose(numerical_gradient(f, x), 2)
    assert np.array_equal(x, before)


def test_numerical_gradient_works_on_float32_and_lists_in_float64():
    exact = numerical_gradient(lambda x: np.sum(x**3), np.array([0.3, 0.7], np.float32))
    assert exact.dtype == np.float64 and np.allclose(exact, [0.27, 1.47], rtol=1e-6)
    assert np.allclose(numerical_gradient(lambda x: np.sum(x**2), [1, 2]), [2, 4])


def test_numerical_gradient_of_a_single_number():
    assert np.isclose(numerical_gradient(lambda x: x**3, 2.0), 12)


@pytest.mark.parametrize(
    ("returned", "says"), [(None, "None"), ((1.0, 2.0), "lambda W"), ("a", "'a'"), (np.ones(3), "shape")]
)
def test_numerical_gradient_says_what_f_returned_instead_of_a_number(returned, says):
    with pytest.raises(NotANumber, match=says):
        numerical_gradient(lambda x: returned, np.ones(2))


def test_eval_numerical_gradient_prints_when_verbose(capsys):
    assert np.allclose(eval_numerical_gradient(np.sum, np.ones((2, 2)), verbose=True), 1)
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_eval_numerical_gradient_array_is_the_vector_jacobian_product():
    rng = np.random.default_rng(0)
    x, w, dout = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
    assert rel_error(eval_numerical_gradient_array(lambda x: x @ w, x, dout), dout @ w.T) < 1e-7


def test_eval_numerical_gradient_array_refuses_an_upstream_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"\(2,\)"):
        eval_numerical_gradient_array(lambda x: x, np.ones(2), np.ones((1, 2)))


def test_grad_check_sparse_is_repeatable(capsys):
    x = np.arange(6.0).reshape(2, 3)
    for _ in range(2):
        grad_check_sparse(lambda x: np.sum(x**2), x, 2 * x, num_checks=4, seed=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert lines[:4] == lines[4:]


# as in the course's public notebooks: the function ignores its argument and reads the array x itself
def closed_over(check, x):
    """The result of `check` for sum(x**2), computed by a function that reads x itself."""
    if check is eval_numerical_gradient_array:
        return check(lambda _: x**2, x, np.ones_like(x))
    return check(lambda _: np.sum(x**2), x)


MEASURES = [numerical_gradient, eval_numerical_gradient, eval_numerical_gradient_array]


@pytest.mark.parametrize("check", MEASURES)
@pytest.mark.parametrize(
    "x",
    [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array(2.0), np.arange(6.0)[::2], np.asfortranarray(np.ones((2, 3)))],
    ids=["matrix", "one number", "every second entry", "Fortran order"],
)
def test_a_function_that_looks_at_x_itself(check, x):
    before = x.copy()
    np.testing.assert_allclose(closed_over(check, x), 2 * before, rtol=1e-8, atol=1e-8)
    np.testing.assert_array_equal(x, before)


def test_grad_check_sparse_of_a_function_that_looks_at_x_itself(capsys):
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = x.copy()
    grad_check_sparse(lambda _: np.sum(x**2), x, 2 * x, num_checks=4, seed=0)
    errors = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert len(errors) == 4 and max(errors) < 1e-8
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("check", MEASURES)
def test_what_cannot_be_changed_in_place_is_said(check):
    x = np.array([1.0, 2.0])
    x.flags.writeable = False
    with pytest.warns(UserWarning, match="read-only"):
        closed_over(check, x)
    with pytest.warns(UserWarning, match="does not hold floats"):
        closed_over(check, np.array([1, 2]))


def test_a_read_only_array_is_no_trouble_for_a_function_of_its_argument():
    x = np.array([1.0, 2.0])
    x.flags.writeable = False
    np.testing.assert_allclose(numerical_gradient(lambda x: np.sum(x**2), x), [2, 4], rtol=1e-8)


@pytest.mark.parametrize("loss", [lambda X: np.sum(X * X), lambda X: float(np.sum(X * X))], ids=["NumPy", "Python"])
def test_a_loss_computed_in_float32_is_warned_of(loss, capsys):
    x = np.array([0.3, 0.7], np.float32)
    with pytest.warns(UserWarning, match="computes in float32.*dtype=np.float64"):
        eval_numerical_gradient(lambda _: loss(x), x)
    with pytest.warns(UserWarning, match="computes in float32"):
        grad_check_sparse(lambda _: loss(x), x, 2 * x, 2)
    with pytest.warns(UserWarning, match="computes in float32"):
        eval_numerical_gradient_array(lambda _: x * x, x, np.ones(2))
    assert np.array_equal(x, np.array([0.3, 0.7], np.float32))


def test_a_step_too_small_for_x_is_said():
    with pytest.raises(ValueError, match=r"x\[1\] is 1000.0 in float32, and a step of 1e-05 does not change it"):
        numerical_gradient(lambda x: np.sum(x**2), np.array([1, 1000], np.float32))


@pytest.mark.parametrize("forward", ["relu", "max_pool"])
def test_what_does_not_depend_on_the_entry_adds_no_rounding(forward):
    """The public course expects errors on the order of e-12 for these two."""
    rng = np.random.default_rng(231)
    if forward == "relu":
        x, dout = rng.standard_normal((10, 10)), rng.standard_normal((10, 10))
        f, expected = lambda x: np.maximum(x, 0), dout * (x > 0)
    else:
        x, dout = rng.standard_normal((3, 2, 8, 8)), rng.standard_normal((3, 2, 4, 4))
        f = lambda x: x.reshape(3, 2, 4, 2, 4, 2).max(axis=(3, 5))  # noqa: E731
        largest = np.repeat(np.repeat(f(x), 2, axis=2), 2, axis=3) == x
        expected = np.repeat(np.repeat(dout, 2, axis=2), 2, axis=3) * largest
    assert rel_error(eval_numerical_gradient_array(f, x, dout), expected) < 1e-10


def test_the_public_gradient_check_of_a_net():
    """The check in the public course's notebook on the two-layer net, with the net's initial parameters."""
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((3, 5)), rng.integers(7, size=3)
    net = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=0.1, reg=0.7, rng=0)
    grads = net.loss(X, y)[1]
    for name in grads:
        numeric = eval_numerical_gradient(lambda _: net.loss(X, y)[0], net.params[name], verbose=False)
        assert rel_error(numeric, grads[name]) < 1e-6, name


def test_a_net_in_float32_is_warned_of():
    net = FullyConnectedNet([5], 4, 3, weight_scale=0.1, seed=0)
    X, y = np.random.default_rng(0).standard_normal((3, 4)), np.array([0, 1, 2])
    with pytest.warns(UserWarning, match="create a net with dtype=np.float64"):
        eval_numerical_gradient(lambda _: net.loss(X, y)[0], net.params["W1"])


def test_x_is_as_it_was_when_the_function_raises():
    x = np.array([1.0, 2.0])

    def f(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        eval_numerical_gradient(f, x)
    np.testing.assert_array_equal(x, [1.0, 2.0])


def test_a_warning_points_to_the_line_that_called():
    coarse, frozen = np.array([0.3], np.float32), np.array([1, 2])
    for call in (
        lambda: numerical_gradient(lambda _: np.sum(coarse * coarse), coarse),
        lambda: numerical_gradient(lambda _: np.sum(frozen), frozen),
        lambda: eval_numerical_gradient_array(lambda _: coarse * coarse, coarse, np.ones(1)),
        lambda: grad_check_sparse(lambda _: np.sum(coarse * coarse), coarse, coarse, 1),
    ):
        with pytest.warns(UserWarning) as caught:
            call()
        assert [warning.filename for warning in caught] == [__file__]


def test_grad_check_sparse_refuses_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"The gradient has shape \(3,\), but x has shape \(2, 3\)"):
        grad_check_sparse(np.sum, np.ones((2, 3)), np.ones(3))


def test_grad_check_sparse_looks_at_ten_entries_with_a_step_of_1e_5_unless_told(capsys):
    grad_check_sparse(lambda x: np.sum(x**3), np.ones(3), np.full(3, 3.0), seed=0)
    lines = capsys.readouterr().out.splitlines()
    grad_check_sparse(lambda x: np.sum(x**3), np.ones(3), np.full(3, 3.0), num_checks=10, h=1e-5, seed=0)
    assert len(lines) == 10 and capsys.readouterr().out.splitlines() == lines
    assert re.fullmatch(r"numerical: 3\.000000 analytic: 3\.000000, relative error: \d\.\d+e-\d\d", lines[0])


def test_a_loss_that_is_coarse_at_some_entries_only_is_not_warned_of():
    for coarse_at in (0, 1):
        x = np.array([0.3, 0.7])
        loss = lambda x, i=coarse_at: np.float32(x.sum()) if x[i] != [0.3, 0.7][i] else x.sum()  # noqa: E731
        numerical_gradient(loss, x, h=0.1)  # a warning would be an error


def test_differences_to_judge_with_leave_x_alone_and_warn_of_nothing():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = x.copy()
    np.testing.assert_allclose(differences(lambda x: np.sum(x**3), x, h=1.0), 3 * x**2 + 1)
    np.testing.assert_allclose(differences(lambda x: np.sum(x**3), x), 3 * x**2, rtol=1e-8)
    differences(lambda x: np.float32(x.sum()), x)
    np.testing.assert_array_equal(x, before)
