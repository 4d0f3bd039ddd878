"""Right results pass however they are computed; wrong ones fail with the likely mistake in words."""

import collections
import functools
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cs231n_lib import checks, kernels, layers
from cs231n_lib.checks import CheckFailed, assertions
from cs231n_lib.diagnosis import numerical_gradient

FEW = settings(max_examples=15, deadline=None)
VALUES = arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e3, 1e3, width=32))


def message(check, *args, **kwargs):
    with pytest.raises(CheckFailed) as failed:
        check(*args, **kwargs)
    return str(failed.value)


# --- close


@FEW
@given(VALUES)
def test_close_passes_what_is_computed_in_other_ways(expected):
    for actual in (
        expected,
        expected.tolist(),
        np.asfortranarray(expected),
        expected.astype(np.float32),
        expected * (1 + 1e-7),
        (expected * (1 + 1e-6)).astype(np.float32).astype(np.float64),
    ):
        checks.close(actual, expected, "the array")


@pytest.mark.parametrize(
    "two", [2, 2.0, np.float32(2), np.float64(2), np.array(2), np.int64(2), np.array(2.0, np.float16)]
)
def test_close_takes_any_number_for_a_number(two):
    checks.close(two, 2.0, "the loss")


@FEW
@given(VALUES, st.floats(0.01, 1))
def test_close_fails_for_other_values(expected, off):
    wrong = expected + off * (1 + np.max(np.abs(expected)))
    assert "the array" in message(checks.close, wrong, expected, "the array")


def test_close_forgives_float32_inside_unless_told_otherwise():
    checks.close(2.000002, 2.0, "the loss")
    message(checks.close, 2.000002, 2.0, "the loss", rtol=1e-7)
    checks.close(np.float32(2.000002), 2.0, "the loss", rtol=1e-7)
    checks.close(float(np.float32(np.pi)), np.pi, "the loss", rtol=1e-9)


def test_close_is_not_fooled_by_simple_fractions():
    message(checks.close, 0.50001, 0.5, "the loss", rtol=1e-6)
    message(checks.close, 0.5, 0.50001, "the loss", rtol=1e-6)


MATRIX = np.random.default_rng(0).uniform(1, 9, (4, 4)).round(3)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (None, "return statement"),
        ("3.2", "'3.2'"),
        ({"loss": 1}, "a dict of 1"),
        (object(), "an object of type object"),
        (np.array([[None] * 4] * 4), "object"),
        ([[1, 2], [3]], "rows differ"),
        ((1.5, MATRIX), "only one of them"),
        (MATRIX[:3].T, "(4, 3)"),
        (MATRIX[None], "too many"),
        (MATRIX.sum(axis=0), "axis is missing"),
        (MATRIX.ravel(), "An axis is missing"),
        (MATRIX.sum(), "single number"),
        (np.where(MATRIX > 5, np.nan, MATRIX), "NaN"),
        (np.where(MATRIX > 5, np.inf, MATRIX), "infinite"),
        (MATRIX * 0, "0 everywhere"),
        (MATRIX * 2, "twice"),
        (MATRIX / 2, "half"),
        (-MATRIX, "sign"),
        (MATRIX * 6, "number of examples"),
        (MATRIX / 6, "number of examples"),
        (MATRIX * 3.7, "3.7"),
        (MATRIX**2, "square root forgotten"),
        (np.sqrt(MATRIX), "square root of"),
        (np.log(MATRIX), "log"),
        (np.exp(MATRIX), "exp"),
        (1 / MATRIX, "1 divided by"),
        (MATRIX.T, "transposed"),
        (MATRIX + 1, "same amount"),
        (MATRIX.astype(int), "whole numbers"),
        (MATRIX[::-1], "reverse"),
        (MATRIX.reshape(2, 2, 4).transpose(1, 0, 2).reshape(4, 4), "wrong places"),
        (np.broadcast_to(MATRIX[0], (4, 4)), "rows are equal"),
        (MATRIX * [[1], [1], [3], [1]], "row 2"),
        (MATRIX * [1, 1, 0, 1], "column 2, which is 0"),
        (MATRIX * np.eye(4), "diagonal"),
        (MATRIX * [1, 2, 3, 4], "Worst at"),
    ],
)
def test_close_says_what_is_wrong(actual, words):
    text = message(checks.close, actual, MATRIX, "the matrix", num_examples=6)
    assert text.startswith("the matrix: ")
    assert words in text
    assert len(text.splitlines()) <= 4


def test_close_recognizes_uint8_arithmetic():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 5, 12), dtype=np.uint8)
    wide = a[:, None].astype(float) - b[None]
    expected = np.sqrt(np.sum(wide**2, axis=2))
    difference = a[:, None] - b[None]
    assert "uint8" in message(checks.close, np.sqrt(np.sum(difference**2, axis=2)), expected, "distances")
    assert "uint8" in message(checks.close, difference[:, :, 0], wide[:, :, 0], "differences")


def test_close_adds_the_hint():
    assert message(checks.close, 1.0, 2.0, "the loss", hint="Look again.").endswith("Look again.")


def test_close_expects_infinities_and_nan_where_told():
    checks.close([np.inf, np.nan, 1], [np.inf, np.nan, 1], "x")
    assert "infinite" in message(checks.close, [np.inf, 2.0], [1.0, 2.0], "x")
    assert "expected inf" in message(checks.close, [1.0, 2.0], [np.inf, 2.0], "x")


def test_close_goes_through_dicts():
    checks.close({"W": [1.0], "b": 2}, {"W": np.ones(1), "b": 2.0}, "params")
    assert "params['b']" in message(checks.close, {"W": [1.0], "b": 3}, {"W": np.ones(1), "b": 2.0}, "params")
    assert "no key 'b'" in message(checks.close, {"W": [1.0]}, {"W": np.ones(1), "b": 2.0}, "params")


@pytest.mark.parametrize("kind", [collections.OrderedDict, lambda d: collections.defaultdict(list, d)])
def test_dicts_of_the_standard_library_are_dicts(kind):
    grads = {"W": np.ones(2), "b": np.zeros(1)}
    checks.close(kind(grads), grads, "grads")
    checks.close(grads, kind(grads), "grads")
    checks.equal(kind(grads), grads, "grads")
    checks.unchanged(kind(grads), grads, "grads")
    checks.unchanged(kind(grads), kind(grads), "grads")
    assert "grads['W']" in message(checks.close, kind({**grads, "W": np.zeros(2)}), grads, "grads")
    assert "no key 'b'" in message(checks.equal, kind({"W": np.ones(2)}), grads, "grads")
    assert "grads['W']" in message(checks.unchanged, kind({**grads, "W": np.zeros(2)}), kind(grads), "grads")


def test_counters_are_dicts():
    checks.equal(collections.Counter("aab"), {"a": 2, "b": 1}, "counts")
    assert "no key 'c'" in message(checks.equal, collections.Counter("aab"), {"a": 2, "b": 1, "c": 0}, "counts")


def test_namedtuples_are_tuples():
    Pair = collections.namedtuple("Pair", "loss grad")

    class Lying(Pair):
        __eq__ = __iter__ = __len__ = __getitem__ = lambda self, *_: 1 / 0

    for pair in (Pair(1.5, "a"), Lying(1.5, "a")):
        checks.equal(pair, (1.5, "a"), "the pair")
        checks.equal((1.5, "a"), pair, "the pair")
        assert "the pair[1]" in message(checks.equal, pair, (1.5, "b"), "the pair")
    checks.close(Pair(1.0, 2.0), [1.0, 2.0], "the pair")
    checks.equal(np.linalg.slogdet(np.eye(2)), (1.0, 0.0), "sign and logarithm")


def test_no_method_of_a_foreign_object_runs():
    class Trap:
        def anything(self, *args, **kwargs):
            raise RuntimeError("ran")

        __array__ = __eq__ = __float__ = __len__ = __repr__ = __str__ = __iter__ = __bool__ = anything
        __hash__ = None

    for check, expected in [(checks.close, 1.0), (checks.equal, [1]), (checks.equal, "a"), (checks.equal, {"a": 1})]:
        assert "Trap" in message(check, Trap(), expected, "the result")
    message(checks.true, Trap(), "no")


# --- equal, shape, dtype, finite, true, raises, unchanged


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (np.array([1, 2], np.int8), [1, 2]),
        ([1.0, 2.0], np.array([1, 2])),
        (np.int32(3), 3),
        ((1, "a"), [1, "a"]),
        ({1: [0.5], 3: []}, {1: [0.5], 3: []}),
        ([[1], [2, 3]], [[1], [2, 3]]),
        (np.str_("cat"), "cat"),
        (["cat"], np.array(["cat"])),
        (None, None),
        (np.True_, True),
        ({1, 2}, {1, 2}),
    ],
)
def test_equal_compares_values_not_dtypes(actual, expected):
    checks.equal(actual, expected, "the result")


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        ([1, 2, 4], [1, 2, 3], "First at [2]: expected 3, got 4"),
        ([2, 3, 4], [1, 2, 3], "off by +1"),
        (3, 4, "expected 4, got 3"),
        ("dog", "cat", "expected 'cat', got 'dog'"),
        (None, 3, "return"),
        (3, None, "got 3"),
        ({1: 2}, {1: 2, 5: 1}, "no key 5"),
        ({1: 2, 5: 1}, {1: 2}, "do not belong: 5"),
        ({1: [1, 2]}, {1: [1, 3]}, "the result[1]"),
        ([[1], [2, 3]], [[1], [2, 4]], "the result[1]"),
        (["a"], ["a", "b"], "1 entries"),
        ([[1], [2]], [1, 2], "length 1 too many"),
        (1, "1", "expected '1', got 1"),
    ],
)
def test_equal_says_what_differs(actual, expected, words):
    assert words in message(checks.equal, actual, expected, "the result")


def test_shape():
    checks.shape(np.ones((2, 3)), (2, 3), "W")
    checks.shape([1, 2], 2, "b")
    assert "transposed" in message(checks.shape, np.ones((3, 2)), (2, 3), "W")


def test_dtype():
    checks.dtype(np.float32(1), np.float32, "x")
    checks.dtype(np.ones(1, np.int32), (np.int32, np.int64), "x")
    assert "float64; it should be float32" in message(checks.dtype, np.ones(1), np.float32, "x")


def test_finite():
    checks.finite([1, 2], "x")
    assert "overflows" in message(checks.finite, [1, np.inf], "x")


def test_true():
    checks.true(np.True_, "no")
    checks.true(np.array([True]), "no")
    assert message(checks.true, False, "not so") == "not so"
    assert "not so" in message(checks.true, None, "not so")


def test_raises():
    error = checks.raises(ValueError, "f", float, "a")
    assert isinstance(error, ValueError)
    assert "without an error" in message(checks.raises, ValueError, "f", float, "1")
    assert "raised TypeError" in message(checks.raises, (ValueError, KeyError), "f", float, None)


def test_raises_lets_an_unwritten_exercise_speak_for_itself():
    def stub():
        raise NotImplementedError("exercise f: write your code here")

    with pytest.raises(NotImplementedError, match="exercise f"):
        checks.raises(ValueError, "f", stub)


def test_unchanged():
    X = np.array([1.0, np.nan])
    checks.unchanged(X, X.copy(), "X of f")
    checks.unchanged({"W": X}, {"W": X.copy()}, "params")
    assert "changed in place" in message(checks.unchanged, X + 1, X, "X of f")
    assert "params['W']" in message(checks.unchanged, {"W": X[:1]}, {"W": X}, "params")
    assert "keys" in message(checks.unchanged, {"W": X, "b": X}, {"W": X}, "params")


def test_unchanged_where_the_function_worked_on_a_copy(monkeypatch):
    changed = [X, params := {"W": X.copy()}]
    monkeypatch.setattr("__main__.__was_changed__", lambda value: any(value is c for c in changed), raising=False)
    checks.unchanged(X.copy(), X, "X of f")
    assert message(checks.unchanged, X, X.copy(), "X of f") == message(checks.unchanged, X + 1, X, "X of f")
    assert "params['W']" in message(checks.unchanged, {"W": X}, {"W": X.copy()}, "params")
    assert "replaced" in message(checks.unchanged, params, {"W": X}, "params")


# --- gradient


X = np.random.default_rng(0).normal(size=(8, 5))
Y = np.random.default_rng(1).integers(0, 4, 8)
W = np.random.default_rng(2).normal(scale=0.3, size=(5, 4))


def softmax_loss(W, dtype=np.float64, reg=0.1, divide=True):
    W, X_ = W.astype(dtype), X.astype(dtype)
    exponentials = np.exp(X_ @ W)
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(8), Y])) + dtype(reg) * np.sum(W * W)
    p[np.arange(8), Y] -= 1
    return loss, X_.T @ p / dtype(8 if divide else 1) + dtype(2 * reg) * W


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_passes_the_right_one_in_any_precision(dtype):
    checks.gradient(lambda W: softmax_loss(W, dtype)[0], W, softmax_loss(W, dtype)[1], "dW")
    checks.gradient(lambda W: softmax_loss(W)[0], W, softmax_loss(W, dtype)[1], "dW")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_explains_a_wrong_one(dtype):
    wrong = softmax_loss(W, dtype, divide=False)[1]
    text = message(
        checks.gradient, lambda W: softmax_loss(W, dtype)[0], W, wrong, "dW of softmax_loss",
        num_examples=8, reg=0.1, params=W, labels=Y,
    )
    assert text.startswith("dW of softmax_loss: it does not match the numerical gradient")
    assert "8 times too large" in text
    assert "regularization part is right" in text
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("analytic", "words"),
    [(None, "return"), (W.T, "transposed"), (np.full_like(W, np.nan), "NaN"), (W[0, 0], "single number")],
)
def test_gradient_refuses_what_is_no_gradient(analytic, words):
    assert words in message(checks.gradient, lambda W: softmax_loss(W)[0], W, analytic, "dW")


def test_gradient_says_when_the_loss_is_no_number():
    assert "lambda W" in message(checks.gradient, softmax_loss, W, softmax_loss(W)[1], "dW")
    assert "NaN" in message(checks.gradient, lambda W: np.nan, W, W, "dW")


def test_gradient_says_when_the_loss_is_random():
    rng = np.random.default_rng(0)
    assert "seed" in message(checks.gradient, lambda W: rng.normal(), W, W, "dW")


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_gradient_with_kinks_passes_the_right_one(seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(6, 4)), rng.normal(scale=1e-3, size=(4, 3))
    dw = x.T @ (x @ w > 0)
    checks.gradient(lambda w: np.sum(np.maximum(x @ w, 0)), w, dw, "dw", kinks=True)
    assert "does not match" in message(
        checks.gradient, lambda w: np.sum(np.maximum(x @ w, 0)), w, x.T @ (x @ w > -1), "dw", kinks=True
    )


def test_gradient_leaves_x_alone():
    before = W.copy()
    checks.gradient(lambda W: np.sum(np.multiply(W, 2, out=W)), W, np.full_like(W, 2), "dW")
    assert np.array_equal(W, before)


# --- loops, memory


def one_loop(X):
    total = 0
    for row in X:
        total += row.sum()
    return total


def test_no_loops_shows_the_loop():
    text = message(checks.no_loops, one_loop)
    assert "line 3 of one_loop has a for loop:\n    for row in X:" in text
    checks.no_loops(np_sum)
    checks.no_loops(one_loop, allow=("for",))


def np_sum(X):
    return np.sum(X)


def two_loops(X):
    return [[x for x in row] for row in X]


def test_max_loops_counts_nested_loops():
    checks.max_loops(one_loop, 1)
    checks.max_loops(two_loops, 2)
    assert "only one loop is allowed here, but 2 are nested" in message(checks.max_loops, two_loops, 1)


def test_loops_of_what_has_no_source_cannot_be_checked():
    assert "defined with def" in message(checks.no_loops, np.vectorize(np_sum))


def test_call_shows_what_a_function_did_to_its_arguments_and_does_nothing_to_ours():
    def remember(x, params, rng, note):
        x += 1
        params["list"].append(rng.random())
        return note

    x, params, rng, note = np.zeros(2), {"list": []}, np.random.default_rng(0), object()
    result, (x_after, params_after, _, _) = checks.call(remember, x, params, rng, note)
    assert result is note
    assert x_after.tolist() == [1, 1] and params_after["list"] == [np.random.default_rng(0).random()]
    assert x.tolist() == [0, 0] and params == {"list": []} and rng.random() == np.random.default_rng(0).random()


def test_peak_memory_counts_one_call():
    assert checks.peak_memory(np.ones, 10, limit_mb=1, what="ones").shape == (10,)
    text = message(checks.peak_memory, lambda n: np.ones(n).sum(), 10**6, limit_mb=4, what="the sum of ones")
    assert "8 MB" in text
    assert "limit is 4 MB" in text


def test_peak_memory_does_not_count_arguments():
    checks.peak_memory(np.sum, np.ones(10**6), limit_mb=1, what="sum")


def test_peak_memory_counts_the_call_alone_when_memory_is_traced_already():
    tracemalloc.start()
    try:
        kept = np.ones(10**6)
        checks.peak_memory(np.sum, kept, limit_mb=1, what="sum")
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


def test_peak_memory_can_be_measured_elsewhere():
    class Proxy:
        def __peak_memory__(self, *args):
            return args[0] + 1, 5_000_000

    assert checks.peak_memory(Proxy(), 1, limit_mb=6, what="f") == 2
    assert "5 MB" in message(checks.peak_memory, Proxy(), 1, limit_mb=4, what="f")


# --- work that is watched


def looped(X):
    return sum(float(x) for row in X for x in row)


TABLE, LISTED = {"sum": looped}, [looped]


class Rows:
    def __init__(self, X):
        self.X = X

    def __getattr__(self, name):
        return looped(self.X)


def in_a_thread(X):
    results = []
    thread = threading.Thread(target=lambda: results.append(looped(X)))
    thread.start()
    thread.join()
    return results[0]


HIDDEN_LOOPS = {
    "default argument": lambda X, f=looped: f(X),
    "keyword-only default": lambda X, *, f=looped: f(X),
    "globals": lambda X: globals()["loo" + "ped"](X),
    "vars of a module": lambda X: vars(sys.modules[__name__])["looped"](X),
    "getattr": lambda X: getattr(sys.modules[__name__], "loo" + "ped")(X),
    "a dict of functions": lambda X: TABLE["sum"](X),
    "a list of functions": lambda X: LISTED[0](X),
    "an attribute of another function": lambda X: in_a_thread.helper(X),
    "functools.partial": functools.partial(looped),
    "a method": lambda X: Rows(X).total,
    "the key of sorted": lambda X: sorted(X.ravel(), key=lambda x: -x),
    "the key of max": lambda X: max(X.ravel().tolist(), key=lambda x: -x),
    "vectorize": lambda X: vars(np)["vect" + "orize"](lambda x: x + 1)(X),
    "apply_along_axis": lambda X: getattr(np, "apply_along" + "_axis")(lambda row: row.sum() + row.max(), 1, X),
    "another thread": in_a_thread,
    "eval": lambda X: getattr(__import__("builtins"), "ev" + "al")("[x + 1 for x in X]", {"X": X.ravel()}),
}
in_a_thread.helper = looped


@pytest.mark.parametrize("function", HIDDEN_LOOPS.values(), ids=HIDDEN_LOOPS)
def test_a_loop_is_found_by_what_python_executes(function):
    text = message(assertions._grows_like_loops, function, 0, "f", (np.ones((2, 2)),), (np.ones((16, 16)),))
    assert "f: no loop is allowed here, but Python executes" in text


WITHOUT_LOOPS = {
    "an expression": lambda X: X @ X.T,
    "what NumPy notes": lambda X: np.einsum("ij,kj->ik", X, X, optimize=True),
    "functions of NumPy": lambda X: np.linalg.norm(np.pad(X, 1), axis=1) + np.einsum("ij->i", np.pad(X, 1)),
    "a loop over the arguments' names": lambda X: [np.asarray(value) for value in (X, X, X)][0],
    "another branch for large arrays": lambda X: X.sum() if X.size > 10 else np.sum(X),
}


@pytest.mark.parametrize("function", WITHOUT_LOOPS.values(), ids=WITHOUT_LOOPS)
def test_what_does_not_grow_is_no_loop(function):
    assertions._grows_like_loops(function, 0, "f", (np.ones((2, 2)),), (np.ones((16, 16)),))


def rows(X):
    return [X[i].sum() for i in range(len(X))]


def entries(X):
    return [X[i, j] for i in range(len(X)) for j in range(len(X))]


def test_as_many_loops_as_are_allowed():
    sizes = {"small": (np.ones((3, 3)),), "large": (np.ones((24, 24)),)}
    checks.max_loops(rows, 1, **sizes)
    checks.max_loops(entries, 2, **sizes)
    hidden = lambda X: TABLE["entries"](X)  # noqa: E731
    TABLE["entries"] = entries
    assert "only one loop is allowed here, but Python executes" in message(checks.max_loops, hidden, 1, **sizes)


def test_watching_ends_with_the_call_and_is_not_to_be_ended_by_it():
    before = sys.gettrace()
    checks.max_loops(rows, 1, small=(np.ones((2, 2)),), large=(np.ones((9, 9)),))
    assert sys.gettrace() is before
    with pytest.raises(RuntimeError, match="settrace"):
        checks.own_work(lambda: sys.settrace(None))
    assert sys.gettrace() is before


def test_work_can_be_watched_elsewhere():
    class Proxy:
        __name__ = "f"
        __source__ = "def f(X):\n    return X\n"

        def __work__(self, *args):
            return args[0], len(args[0]), ["cs231n_lib.kernels.convolution"]

    assert "f: cs231n_lib.kernels.convolution of the library computed this" in message(checks.own_work, Proxy(), [1])
    assert "executes 2 lines" in message(checks.no_loops, Proxy(), small=([1, 2],), large=([1] * 20,))


def test_own_work():
    _ = kernels.conv_forward  # read now, so that it stands in the package
    x, w, b = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.zeros(1)
    by_layer = lambda x, w, b, param: layers.conv_forward_fast(x, w, b, param)  # noqa: E731
    by_kernel = lambda x, w, b, _: vars(kernels)["conv_forward"](x, w, b, 1, 0)  # noqa: E731
    for function in (by_layer, layers.conv_forward_naive, by_kernel):
        text = message(checks.own_work, function, x, w, b, {"stride": 1, "pad": 0})
        assert "of the library computed this" in text
    assert "gradient_check" in message(checks.own_work, lambda x: numerical_gradient(np.sum, x), x)
    assert checks.own_work(lambda x: x.sum(), x) == 9


# --- answers that compute nothing


def test_resembles():
    truth, rng = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]]), np.random.default_rng(0)
    for alike in (truth, -truth, 3 * truth, truth + 0.1 * rng.normal(size=truth.shape), truth.astype(np.float32)):
        checks.resembles(alike, truth, "x")
    for other in (0 * truth, 0 * truth + 1, np.arange(6).reshape(2, 3)):
        assert "x: it has little to do with the right values" in message(checks.resembles, other, truth, "x")
    for copied in (truth, 2 * truth + 1):
        text = message(checks.resembles, copied, np.sign(truth), "x", given=(truth,))
        assert "it is an array that the function was given" in text
    for broken in (None, truth[0], np.full(truth.shape, np.nan)):
        message(checks.resembles, broken, truth, "x")


def test_a_gradient_measured_with_steps_is_not_analytic():
    x, large = np.array([1.0, -2.0, 3.0]), 2.0**50
    cubes = lambda v: np.sum((large * v) ** 3)  # noqa: E731
    checks.analytic(large * 3 * (large * (x / large)) ** 2 / large, 3 * x**2, "dx")
    measured = numerical_gradient(cubes, x / large)
    assert "Derive the gradient" in message(checks.analytic, measured / large, 3 * x**2, "dx")


# --- passed, summary, display


@pytest.fixture
def nothing_passed(monkeypatch):
    monkeypatch.setattr(assertions, "_passed", {})


def test_summary_lists_the_state_of_exercises(nothing_passed, capsys):
    checks.passed("svm_loss", "the loss is right")
    checks.passed("svm_loss", "the gradient is right")
    checks.passed("svm_loss", "the gradient is right")
    checks.passed("predict", "labels are right")
    assert capsys.readouterr().out.startswith("✓ svm_loss: the loss is right\n")
    checks.summary(["svm_loss", "predict", "train"])
    assert capsys.readouterr().out.splitlines() == [
        "✓ svm_loss  passed 2 checks",
        "✓ predict   passed 1 check",
        "· train     not yet",
        "2 of 3 exercises pass the checks of this notebook.",
    ]


def test_summary_with_totals_tells_partly_from_done(nothing_passed, capsys):
    checks.passed("a", "one")
    capsys.readouterr()
    checks.summary({"a": 2})
    assert capsys.readouterr().out.splitlines()[0] == "· a  passed 1 of 2 checks"


def test_jupyter_shows_the_message_only():
    error = CheckFailed("first\nsecond")
    assert error._render_traceback_() == ["first", "second"]
    assert isinstance(error, AssertionError)
