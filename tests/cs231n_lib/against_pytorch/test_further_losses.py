"""Soft targets, distillation, contrastive and hinge losses against PyTorch."""

import numpy as np
import pytest

from cs231n_lib import layers

torch = pytest.importorskip("torch")
F = torch.nn.functional
N, C = 12, 5


@pytest.fixture
def same_loss(close):
    def same_loss(ours, theirs, x):
        leaf = torch.tensor(x, requires_grad=True)
        expected = theirs(leaf)
        loss, dx = ours(x)
        close(loss, expected, "loss")
        close(dx, torch.autograd.grad(expected, leaf)[0], "gradient")

    return same_loss


@pytest.mark.parametrize("T", [1.0, 4.0])
def test_soft_targets(same_loss, arrays, T):
    x, t = arrays((N, C), (N, C))
    targets = np.exp(t) / np.exp(t).sum(axis=1, keepdims=True)
    theirs = torch.from_numpy(targets)
    same_loss(lambda x: layers.soft_cross_entropy(x, targets, T), lambda x: F.cross_entropy(x / T, theirs), x)


def test_label_smoothing(same_loss, arrays, dtype):
    from cs231n_lib.data import one_hot

    (x,) = arrays((N, C))
    y = np.arange(N) % C
    same_loss(
        lambda x: layers.soft_cross_entropy(x, one_hot(y, C, 0.1, dtype)),
        lambda x: F.cross_entropy(x, torch.from_numpy(y), label_smoothing=0.1),
        x,
    )


def test_distillation(same_loss, arrays):
    student, teacher = arrays((N, C), (N, C))
    y, T, weight = np.arange(N) % C, 3.0, 0.7
    soft = F.softmax(torch.from_numpy(teacher) / T, dim=1)

    def theirs(x):
        return (1 - weight) * F.cross_entropy(x, torch.from_numpy(y)) + weight * T**2 * F.cross_entropy(x / T, soft)

    same_loss(lambda x: layers.distillation_loss(x, teacher, y, T, weight), theirs, student)


def test_contrastive(same_loss, arrays):
    (Z,) = arrays((2 * N, C))
    other = (torch.arange(2 * N) + N) % (2 * N)

    def theirs(Z):
        similar = F.cosine_similarity(Z[:, None], Z[None], dim=2) / 0.5
        return F.cross_entropy(similar.masked_fill(torch.eye(2 * N, dtype=torch.bool), -torch.inf), other)

    same_loss(lambda Z: layers.contrastive_loss(Z, 0.5), theirs, Z)


@pytest.mark.parametrize("power", [1, 2])
def test_hinges(same_loss, arrays, power):
    """PyTorch divides by the number of classes, too."""
    (x,) = arrays((N, C))
    y = np.arange(N) % C
    ours = layers.svm_loss if power == 1 else layers.squared_hinge_loss
    same_loss(lambda x: ours(x, y), lambda x: C * F.multi_margin_loss(x, torch.from_numpy(y), p=power), x)


def test_multilabel_hinge(same_loss, arrays):
    """PyTorch's own multilabel losses are others, so only its gradient is compared."""
    x, t = arrays((N, C), (N, C))
    y = np.where(t > 0, 1, -1)
    signs = torch.from_numpy(y)
    same_loss(lambda x: layers.multilabel_hinge_loss(x, y), lambda x: F.relu(1 - signs * x).sum() / N, x)
