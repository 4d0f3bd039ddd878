"""A classifier's gradient in parts, so that tests can plant mistakes in it."""

import numpy as np
import pytest

from cs231n_lib.diagnosis import diagnose


@pytest.fixture(scope="session")
def make_problem():
    """make_problem(seed, N=9, D=6, C=5, reg=0.1)"""
    return Problem


class Problem:
    """Softmax regression with N examples, D features, C classes, L2 regularization."""

    def __init__(self, seed, N=9, D=6, C=5, reg=0.1):
        rng = np.random.default_rng(seed)
        self.X, self.W = rng.normal(size=(N, D)), rng.normal(size=(D, C))
        self.y, self.N, self.reg = rng.integers(0, C, N), N, reg
        probabilities = np.exp(self.X @ self.W)
        self.dscores = probabilities / probabilities.sum(axis=1, keepdims=True)
        self.correct = np.zeros((N, C))
        self.correct[np.arange(N), self.y] = 1
        self.data = self.X.T @ (self.dscores - self.correct) / N
        self.penalty = 2 * reg * self.W
        # the accuracy of central differences
        self.numeric = self.data + self.penalty + rng.normal(scale=1e-11, size=(D, C))

    def diagnose(self, analytic, **facts):
        facts = {"num_examples": self.N, "reg": self.reg, "params": self.W, "labels": self.y} | facts
        return diagnose(analytic, self.numeric, **facts)
