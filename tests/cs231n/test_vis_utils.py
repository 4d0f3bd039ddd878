import numpy as np

from cs231n.vis_utils import vis_grid, vis_nn, visualize_grid


def test_visualize_grid():
    grid = visualize_grid(np.random.rand(5, 8, 8, 3))
    assert grid.shape == (26, 26, 3)  # 3x3 images, and gaps between them
    assert grid.min() == 0 and grid.max() == 255 and not grid[17:].any()
    assert visualize_grid(np.random.rand(4, 5, 6, 3), ubound=1.0, padding=3).shape == (13, 15, 3)


def test_vis_grid_rescales_all_images_together():
    Xs = np.full((3, 2, 2, 1), 5.0)
    Xs[0, 0, 0], Xs[2] = 1.0, 9.0
    grid = vis_grid(Xs)
    a = [[0, 0.5, 0, 0.5, 0.5, 0], [0.5, 0.5, 0, 0.5, 0.5, 0], [0] * 6]
    b = [[1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0] * 6]
    assert grid[:, :, 0].tolist() == [*a, *b]


def test_vis_nn_has_gaps_of_value_1():
    rows = [[np.zeros((1, 1, 3)), np.full((1, 1, 3), 2.0)], [np.full((1, 1, 3), 4.0), np.zeros((1, 1, 3))]]
    grid = vis_nn(rows)
    assert grid.shape == (4, 4, 3)
    assert grid[:, :, 2].tolist() == [[0, 0.25, 0.5, 0.25], [0.25] * 4, [1, 0.25, 0, 0.25], [0.25] * 4]


def test_images_of_one_value_are_black():
    assert not vis_grid(np.ones((1, 2, 2, 3))).any()
