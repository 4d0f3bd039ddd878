import numpy as np
import pytest

from cs231n.classifiers import KNearestNeighbor


@pytest.fixture
def trained():
    classifier = KNearestNeighbor()
    classifier.train(255 * np.random.rand(60, 48), np.random.randint(10, size=60))
    return classifier


def test_loops_compute_the_same_distances(trained):
    X = 255 * np.random.rand(20, 48)
    dists = trained.compute_distances_two_loops(X)
    assert dists.shape == (20, 60)
    np.testing.assert_allclose(dists[3, 7], np.sqrt(np.sum((X[3] - trained.X_train[7]) ** 2)))
    for other in (trained.compute_distances_one_loop(X), trained.compute_distances_no_loops(X)):
        assert np.linalg.norm(dists - other, ord="fro") < 0.001  # as in the notebook


def test_bytes_do_not_wrap_around():
    classifier = KNearestNeighbor()
    classifier.train(np.array([[0], [200]], np.uint8), np.array([0, 1]))
    for way in ("no_loops", "one_loop", "two_loops"):
        dists = getattr(classifier, f"compute_distances_{way}")(np.array([[255]], np.uint8))
        assert dists.tolist() == [[255, 55]]


def test_predict_takes_the_number_of_loops(trained):
    X = 255 * np.random.rand(20, 48)
    expected = trained.predict_labels(trained.compute_distances_two_loops(X), k=5)
    for num_loops in (0, 1, 2):
        np.testing.assert_array_equal(trained.predict(X, k=5, num_loops=num_loops), expected)
    np.testing.assert_array_equal(trained.predict(X, 5), expected)
    with pytest.raises(ValueError, match="num_loops should be 0, 1 or 2, but is 3"):
        trained.predict(X, num_loops=3)


def test_images_are_flattened(trained):
    X = 255 * np.random.rand(2, 4, 4, 3)
    np.testing.assert_allclose(trained.compute_distances_one_loop(X), trained.compute_distances_no_loops(X))


@pytest.mark.parametrize("way", ["no_loops", "one_loop", "two_loops"])
def test_without_a_training_set(way):
    with pytest.raises(RuntimeError, match="no training set yet"):
        getattr(KNearestNeighbor(), f"compute_distances_{way}")(np.ones((1, 2)))
