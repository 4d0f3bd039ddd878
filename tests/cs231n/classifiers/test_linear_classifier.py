import numpy as np
import pytest

from cs231n.classifiers import LinearClassifier, LinearSVM, Softmax


@pytest.fixture
def data():
    """Examples that a linear classifier separates."""
    X = np.random.randn(300, 20)
    return X, np.argmax(X @ np.random.randn(20, 4), axis=1)


@pytest.mark.parametrize("kind", [LinearSVM, Softmax])
def test_train_and_predict(kind, data):
    X, y = data
    classifier = kind()
    history = classifier.train(X, y, 1e-1, 1e-5, 500, 100, False)
    assert len(history) == 500 and history[-1] < history[0]
    assert np.mean(classifier.predict(X) == y) > 0.9
    loss, grad = classifier.loss(X_batch=X[:10], y_batch=y[:10], reg=0.1)
    assert loss > 0 and grad.shape == classifier.W.shape == (20, 4)


def test_the_seed_is_numpys(data):
    weights = []
    for _ in range(2):
        np.random.seed(3)
        classifier = LinearSVM()
        classifier.train(*data, num_iters=5)
        weights.append(classifier.W)
    np.testing.assert_array_equal(*weights)
    classifier = LinearSVM()
    classifier.train(*data, num_iters=5)
    assert not np.array_equal(classifier.W, weights[0])


def test_files(data, tmp_path, capsys):
    classifier = Softmax()
    classifier.train(*data, num_iters=5)
    classifier.save(tmp_path / "best")
    other = Softmax()
    assert other.load(tmp_path / "best") is True and other.load(tmp_path / "none") is False
    np.testing.assert_array_equal(other.W, classifier.W)
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/best saved.",
        f"{tmp_path}/best loaded.",
        f"{tmp_path}/none not available.",
    ]
    with pytest.raises(RuntimeError, match="no weights yet"):
        Softmax().save(tmp_path / "empty")


def test_the_base_class_has_no_loss(data):
    with pytest.raises(NotImplementedError):
        LinearClassifier().train(*data)
