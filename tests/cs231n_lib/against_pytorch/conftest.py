"""Compares layers with PyTorch where it is installed; docs/developers.md explains how to run these tests."""

import numpy as np
import pytest

TOLERANCE = {"float32": 1e-4, "float64": 1e-11}  # of the largest value


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture
def arrays(dtype):
    """arrays(shape, ...): normally distributed arrays of the dtype, the same in every run."""
    rng = np.random.default_rng(231)
    return lambda *shapes: [rng.standard_normal(shape).astype(dtype) for shape in shapes]


@pytest.fixture
def close(dtype):
    """close(ours, theirs): the same shape and dtype, and values that differ only by rounding."""

    def close(ours, theirs, what="the result"):
        ours, theirs = np.asarray(ours), theirs.detach().numpy() if hasattr(theirs, "detach") else np.asarray(theirs)
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), what
        scale = max(np.abs(theirs).max(initial=0), 1e-3)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE[dtype] * scale, err_msg=what)

    return close


@pytest.fixture
def same_layer(close):
    """same_layer(forward, backward, theirs, *arrays): forward and the gradient of every array agree with PyTorch."""
    import torch

    def same_layer(forward, backward, theirs, *arrays):
        leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
        expected = theirs(*leaves)
        out, cache = forward(*arrays)
        close(out, expected, "forward")
        dout = np.random.default_rng(7).standard_normal(out.shape).astype(out.dtype)
        gradients = backward(dout, cache)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        right = torch.autograd.grad(expected, leaves, torch.from_numpy(dout))
        for i, (gradient, one) in enumerate(zip(gradients, right, strict=True)):
            close(gradient, one, f"gradient of argument {i}")

    return same_layer
