"""Bilinear sampling against torch.nn.functional.grid_sample, and a blur against its convolution."""

import numpy as np
import pytest

from cs231n_lib.data.augmentation import gaussian_blur, sample_bilinear

torch = pytest.importorskip("torch")
F = torch.nn.functional


def test_bilinear_sampling(arrays, close, dtype):
    X, places = arrays((3, 2, 6, 7), (2, 3, 5, 4))
    rows, columns = 2.5 + 3 * places[0], 3 + 3 * places[1]  # some of them outside
    grid = np.stack([columns / 6 * 2 - 1, rows / 5 * 2 - 1], axis=3).astype(dtype)
    theirs = F.grid_sample(torch.from_numpy(X), torch.from_numpy(grid), padding_mode="border", align_corners=True)
    close(sample_bilinear(X, rows, columns), theirs)


def test_blur(arrays, close, dtype):
    (X,) = arrays((1, 1, 9, 9))
    width = np.random.default_rng(0).uniform(0, 1.5)
    steps = np.arange(-int(np.ceil(3 * width)), int(np.ceil(3 * width)) + 1)
    line = np.exp(-0.5 * (steps / width) ** 2)
    kernel = torch.from_numpy((np.outer(line, line) / line.sum() ** 2).astype(dtype))[None, None]
    padded = F.pad(torch.from_numpy(X), [len(steps) // 2] * 4, mode="replicate")
    close(gaussian_blur(X, 0, sigma=1.5), F.conv2d(padded, kernel))
