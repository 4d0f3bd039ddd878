import tracemalloc

import numpy as np
import pytest

from cs231n_lib.models import KNearestNeighbor, k_nearest_neighbor

rng = np.random.default_rng(0)


def trained(X, y=None):
    knn = KNearestNeighbor()
    knn.train(X, np.zeros(len(X), dtype=int) if y is None else np.asarray(y))
    return knn


def direct(X, X_train, metric):
    difference = X.astype(np.float64)[:, None] - X_train.astype(np.float64)[None]  # (num_test, num_train, D)
    return np.abs(difference).sum(axis=2) if metric == "l1" else np.sqrt((difference**2).sum(axis=2))


@pytest.mark.parametrize("metric", ["l1", "l2"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_distances_agree_with_direct_computation(metric, dtype, order):
    X_train, X = (np.asarray(rng.uniform(0, 255, (n, 40)), dtype=dtype, order=order) for n in (23, 11))
    dists = trained(X_train).compute_distances(X, metric)
    assert dists.dtype == (np.float32 if dtype == np.float32 else np.float64)
    np.testing.assert_allclose(dists, direct(X, X_train, metric), rtol=1e-5 if dtype == np.float32 else 1e-10)


@pytest.mark.parametrize("metric", ["l1", "l2"])
def test_distances_do_not_depend_on_the_block_size(metric, monkeypatch):
    X_train, X = rng.integers(0, 256, (57, 6), dtype=np.uint8), rng.integers(0, 256, (31, 6), dtype=np.uint8)
    monkeypatch.setattr(k_nearest_neighbor, "BLOCK_BYTES", 4 * 8 * 6 * 5)
    np.testing.assert_allclose(trained(X_train).compute_distances(X, metric), direct(X, X_train, metric))


@pytest.mark.parametrize("metric", ["l1", "l2"])
def test_equal_images_have_distance_0(metric):
    X = rng.integers(0, 256, (20, 3072), dtype=np.uint8)
    assert np.all(np.diag(trained(X).compute_distances(X, metric)) == 0)


def test_rounding_makes_no_distance_nan():
    # |x|^2 - 2 x.x + |x|^2 is 0 up to rounding: about 300 * 2e-16. The distance is the square root of that.
    X = np.random.default_rng(1).standard_normal((50, 300))
    np.testing.assert_allclose(np.diag(trained(X).compute_distances(X)), 0, atol=5e-6)


def test_close_points_far_from_the_origin_keep_their_distance():
    X = 1e6 + rng.standard_normal((10, 5))
    np.testing.assert_allclose(trained(X).compute_distances(X + 0.5), direct(X + 0.5, X, "l2"), rtol=1e-6)


@pytest.mark.parametrize("metric", ["l1", "l2"])
def test_memory_stays_small(metric):
    X_train, X = rng.integers(0, 256, (4000, 1024), dtype=np.uint8), rng.integers(0, 256, (50, 1024), dtype=np.uint8)
    knn = trained(X_train)
    tracemalloc.start()
    knn.compute_distances(X, metric)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * k_nearest_neighbor.BLOCK_BYTES  # all differences at once would take 1.6 GB


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_labels_keep_their_type(dtype):
    assert trained(np.ones((2, 1)), np.array([1, 0], dtype)).predict(np.ones((1, 1))).dtype == dtype


def test_images_are_flattened():
    X = rng.integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)
    assert trained(X, range(6)).predict(X).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_majority_wins():
    knn = trained(np.array([[0.0], [1.0], [2.0]]), [3, 5, 5])
    assert knn.predict([[0.0]], k=1).tolist() == [3]
    assert knn.predict([[0.0]], k=3).tolist() == [5]


def test_ties_go_to_the_smallest_label():
    knn = trained(np.array([[0.0], [1.0], [2.0], [3.0]]), [7, 2, 2, 7])
    assert knn.predict([[0.0]], k=4).tolist() == [2]
    assert knn.predict([[0.0]], k=2).tolist() == [2]


def test_of_equally_far_examples_the_earlier_counts():
    X = rng.integers(0, 4, (500, 1))
    nearest = [np.flatnonzero(X[:, 0] == value)[0] for value in range(4)]
    assert trained(X, range(500)).predict([[0], [1], [2], [3]], k=1).tolist() == nearest


def test_l1_and_l2_may_differ():
    knn = trained(np.array([[3.0, 3.0], [0.0, 5.0]]), [0, 1])
    assert knn.predict([[0.0, 0.0]], metric="l2").tolist() == [0]
    assert knn.predict([[0.0, 0.0]], metric="l1").tolist() == [1]


def test_no_test_images():
    assert trained(np.ones((3, 2)), [0, 1, 2]).predict(np.empty((0, 2)), k=2).shape == (0,)


@pytest.mark.parametrize(
    "k, message",
    [
        (4, "at most 3, the number of training examples, but is 4"),
        (0, "an integer of at least 1, but is 0"),
        (1.5, "an integer of at least 1, but is 1.5"),
    ],
)
def test_k_that_does_not_fit(k, message):
    with pytest.raises(ValueError, match=f"predict_labels: k should be {message}"):
        trained(np.ones((3, 2))).predict(np.ones((1, 2)), k)


@pytest.mark.parametrize(
    "call",
    [
        lambda knn: knn.predict(np.ones((1, 2))),
        lambda knn: knn.compute_distances(np.ones((1, 2))),
        lambda knn: knn.predict_labels(np.ones((1, 2))),
    ],
)
def test_before_training_it_says_what_to_do(call):
    with pytest.raises(RuntimeError, match=r"Call train\(X, y\) first"):
        call(KNearestNeighbor())


@pytest.mark.parametrize(
    "X, y, message",
    [
        (np.ones((3, 2)), [0, 1], r"y should have shape \(3,\)"),
        (np.ones((3, 2)), [0.0, 1.0, 2.0], "y should hold integer class numbers"),
        (np.ones((3, 2)), [0, -1, 2], "y should hold class numbers"),
        (np.ones(3), [0, 1, 2], "X should be a numeric array with one row per example"),
        (np.ones((0, 2)), np.empty(0, int), "X should hold at least one training example, but"),
    ],
)
def test_training_sets_that_do_not_fit(X, y, message):
    with pytest.raises(ValueError, match=message):
        trained(X, y)


def test_test_images_of_another_size():
    with pytest.raises(ValueError, match="X should have 2 values per example, like the training set, but has 3"):
        trained(np.ones((3, 2))).predict(np.ones((1, 3)))


def test_an_unknown_metric_lists_the_known_ones():
    with pytest.raises(ValueError, match="metric should be 'l1' or 'l2', but is 'cosine'"):
        trained(np.ones((3, 2))).predict(np.ones((1, 2)), metric="cosine")


@pytest.mark.parametrize("dists", [[["a", "b"]], [[1j, 2]], [[None, 1]]])
def test_distances_that_are_no_numbers(dists):
    model = KNearestNeighbor()
    model.train([[0.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match="predict_labels: dists should be float32 or float64, but is "):
        model.predict_labels(dists)
