import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient, rel_error
from cs231n_lib.models import LinearClassifier, LinearSoftmax, LinearSVM, softmax_loss_vectorized, svm_loss_vectorized

LOSSES = [svm_loss_vectorized, softmax_loss_vectorized]
CLASSIFIERS = [LinearSVM, LinearSoftmax]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def problem(rng):
    """W (5, 4), X (9, 5) and y (9,), with scores far from the kinks of the hinge loss."""
    return rng.standard_normal((5, 4)), rng.standard_normal((9, 5)), rng.integers(0, 4, 9)


@pytest.fixture
def separable(rng):
    """Three well-separated classes in five dimensions, with a column of ones."""
    y = np.repeat(np.arange(3), 40)
    X = 4 * np.eye(3, 5)[y] + rng.standard_normal((120, 5))
    return np.hstack([X, np.ones((120, 1))]), y


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_gradient_agrees_with_central_differences(loss, reg, problem):
    W, X, y = problem
    numeric = numerical_gradient(lambda w: loss(w, X, y, reg)[0], W)
    assert rel_error(loss(W, X, y, reg)[1], numeric) < 1e-7


@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_svm_loss_agrees_with_its_definition(problem, reg):
    W, X, y = problem
    total = 0.0
    for i in range(len(X)):
        scores = X[i] @ W
        total += sum(max(0, scores[j] - scores[y[i]] + 1) for j in range(W.shape[1]) if j != y[i])
    assert svm_loss_vectorized(W, X, y, reg)[0] == pytest.approx(total / len(X) + reg * np.sum(W**2))


@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_softmax_loss_agrees_with_its_definition(problem, reg):
    W, X, y = problem
    probs = np.exp(X @ W) / np.exp(X @ W).sum(axis=1, keepdims=True)
    expected = -np.log(probs[np.arange(len(y)), y]).mean() + reg * np.sum(W**2)
    assert softmax_loss_vectorized(W, X, y, reg)[0] == pytest.approx(expected)


@pytest.mark.parametrize("loss, expected", [(svm_loss_vectorized, 3), (softmax_loss_vectorized, np.log(4))])
def test_loss_of_zero_weights(loss, expected, problem):
    W, X, y = problem
    assert loss(0 * W, X, y, 0.0)[0] == pytest.approx(expected)


def test_softmax_of_huge_scores_is_finite(problem):
    W, X, y = problem
    with np.errstate(all="raise", under="ignore"):
        loss, dW = softmax_loss_vectorized(1e4 * W, X, y, 0.0)
    assert np.isfinite(loss) and np.isfinite(dW).all()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_is_kept_whatever_the_type_of_reg(loss, dtype, problem):
    W, X, y = problem
    value, dW = loss(W.astype(dtype), X.astype(dtype), y, np.float64(0.1))
    assert value.dtype == dW.dtype == dtype


@pytest.mark.parametrize("loss", LOSSES)
def test_integer_images_are_computed_with_as_float64(loss, problem, rng):
    W, _, y = problem
    X = rng.integers(0, 256, (9, 5), dtype=np.uint8)
    np.testing.assert_allclose(loss(W, X, y, 0.0)[1], loss(W, X.astype(np.float64), y, 0.0)[1])


@pytest.mark.parametrize("loss", LOSSES)
def test_fortran_order_and_read_only_arguments(loss, problem):
    W, X, y = problem
    expected = loss(W, X, y, 0.1)
    W, X = np.asfortranarray(W), np.asfortranarray(X)
    for array in (W, X, y):
        array.flags.writeable = False
    value, dW = loss(W, X, y, 0.1)
    np.testing.assert_allclose(dW, expected[1])
    assert value == pytest.approx(expected[0])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "change, message",
    [
        ({"W": np.ones((4, 4))}, r"W should have shape \(5, C\)"),
        ({"y": np.zeros(8, int)}, r"y should have shape \(9,\)"),
        ({"y": np.full(9, 4)}, "y should hold class numbers 0..3, but holds 4"),
        ({"y": np.full(9, -1)}, "y should hold class numbers 0..3, but holds -1"),
        ({"y": np.zeros(9)}, "y should hold integer class numbers, but holds float64"),
        ({"X": np.ones((9, 5, 1))}, r"X should have shape \(N, D\)"),
        ({"X": np.ones((0, 5)), "y": np.zeros(0, int)}, "X should hold at least one example, but is empty"),
        ({"X": np.ones((9, 5), np.float16)}, "X should be float32 or float64, but is float16"),
        ({"reg": "0.1"}, "reg should be a number, but is '0.1'"),
    ],
)
def test_arguments_that_do_not_fit(loss, problem, change, message):
    W, X, y = problem
    with pytest.raises(ValueError, match=f"{loss.__name__}: {message}"):
        loss(**({"W": W, "X": X, "y": y, "reg": 0.0} | change))


@pytest.mark.parametrize("Classifier", CLASSIFIERS)
def test_training_learns(Classifier, separable):
    X, y = separable
    classifier = Classifier()
    history = classifier.train(X, y, learning_rate=0.1, reg=1e-3, num_iters=200, batch_size=30)
    assert len(history) == 200 and np.mean(history[-20:]) < 0.5 * history[0]
    assert np.mean(classifier.predict(X) == y) > 0.95
    assert np.issubdtype(classifier.predict(X).dtype, np.integer)


@pytest.mark.parametrize("Classifier", CLASSIFIERS)
def test_training_in_float32_stays_there(Classifier, separable):
    X, y = separable
    classifier = Classifier()
    classifier.train(X.astype(np.float32), y, learning_rate=np.float64(0.1), num_iters=3)
    assert classifier.W.dtype == np.float32


def test_a_seed_and_its_generator_give_the_same_run(separable):
    runs = [LinearSVM().train(*separable, num_iters=5, rng=rng) for rng in (3, np.random.default_rng(3), 4)]
    assert runs[0] == runs[1] != runs[2]


def test_training_draws_minibatches(separable, monkeypatch):
    sizes = []
    X, y = separable

    class Watched(LinearSVM):
        def loss(self, X, y, reg):
            sizes.append(X.shape)
            return super().loss(X, y, reg)

    Watched().train(X, y, num_iters=3, batch_size=7)
    assert sizes == [(7, 6)] * 3


def test_training_goes_on_from_the_weights_there(separable):
    once, twice = LinearSoftmax(), LinearSoftmax()
    rng = np.random.default_rng(0)
    twice.train(*separable, num_iters=5, rng=rng)
    twice.train(*separable, num_iters=5, rng=rng)
    once.train(*separable, num_iters=10, rng=0)
    np.testing.assert_array_equal(once.W, twice.W)


def test_progress_is_shown_on_request(separable, capsys):
    LinearSVM().train(*separable, num_iters=3)
    assert capsys.readouterr().err == ""
    LinearSVM().train(*separable, num_iters=3, verbose=True)
    assert "3/3" in capsys.readouterr().err


@pytest.mark.parametrize("Classifier", CLASSIFIERS)
def test_before_training_predict_says_what_to_do(Classifier):
    with pytest.raises(RuntimeError, match=r"has no weights yet\. Call train\(X, y\) first"):
        Classifier().predict(np.ones((1, 2)))


def test_predicting_images_of_another_size(separable):
    classifier = LinearSVM()
    classifier.train(*separable, num_iters=1)
    with pytest.raises(ValueError, match=r"predict: X should have shape \(N, 6\), as in training, but has \(2, 5\)"):
        classifier.predict(np.ones((2, 5)))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"batch_size": 0}, "train: batch_size should be an integer of at least 1, but is 0"),
        ({"num_iters": -1}, "train: num_iters should be an integer of at least 0, but is -1"),
    ],
)
def test_training_settings_that_make_no_sense(separable, arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearSVM().train(*separable, **arguments)


@pytest.mark.parametrize(
    "X, y, message",
    [
        (
            np.ones(3),
            [0, 1, 2],
            r"train: X should have shape \(N, D\), one row per example \(see data.flatten\), but has",
        ),
        (np.ones((3, 2)), [0, 1, -2], "train: y should hold class numbers 0, 1, ..., but holds -2"),
        (np.ones((0, 2)), np.zeros(0, int), "train: X should hold at least one example, but is empty"),
    ],
)
def test_training_sets_that_do_not_fit(X, y, message):
    with pytest.raises(ValueError, match=message):
        LinearSVM().train(X, y)


def test_the_base_class_has_no_loss():
    with pytest.raises(NotImplementedError, match="Use LinearSVM or LinearSoftmax"):
        LinearClassifier().train(np.ones((2, 2)), np.array([0, 1]), num_iters=1)


def test_training_on_leaves_weights_that_were_kept(separable):
    X, y = separable
    model = LinearSVM()
    model.train(X, y, num_iters=5)
    kept = model.W
    before = kept.copy()
    model.train(X, y, num_iters=5)
    np.testing.assert_array_equal(kept, before)
    assert not np.array_equal(model.W, before)


def test_a_seed_that_does_not_fit(separable):
    with pytest.raises(ValueError, match="train: rng should be a np.random.Generator, .* but is 'a'"):
        LinearSVM().train(*separable, rng="a")


@pytest.mark.parametrize("name", ["learning_rate", "reg"])
def test_settings_that_are_no_numbers(separable, name):
    with pytest.raises(ValueError, match=f"train: {name} should be a number, but is 'a'"):
        LinearSVM().train(*separable, **{name: "a"})
