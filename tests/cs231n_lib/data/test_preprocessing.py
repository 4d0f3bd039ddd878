import numpy as np
import pytest

from cs231n_lib import data

rng = np.random.default_rng(0)
IMAGES = rng.integers(0, 256, size=(7, 4, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_flatten_keeps_the_values_in_row_order(dtype):
    rows = data.flatten(IMAGES, dtype)
    assert rows.shape == (7, 60) and rows.dtype == dtype
    np.testing.assert_array_equal(rows[3], IMAGES[3].ravel())


def test_flatten_with_dtype_none_keeps_the_type():
    assert data.flatten(IMAGES, dtype=None).dtype == np.uint8


def test_flatten_of_no_images():
    assert data.flatten(IMAGES[:0]).shape == (0, 60)


def test_flatten_of_fortran_ordered_images():
    np.testing.assert_array_equal(data.flatten(np.asfortranarray(IMAGES)), data.flatten(IMAGES))


def test_to_nchw():
    X = data.to_nchw(IMAGES)
    assert X.shape == (7, 3, 4, 5) and X.dtype == np.float32 and X.flags.c_contiguous
    assert X[2, 1, 3, 4] == IMAGES[2, 3, 4, 1]


def test_to_nchw_wants_images():
    with pytest.raises(ValueError, match=r"\(N, H, W, C\), but has \(7, 60\)"):
        data.to_nchw(data.flatten(IMAGES))


def test_center_uses_the_mean_of_the_training_set_for_all():
    X_train, X_test = rng.normal(3, 2, (50, 4)), rng.normal(0, 1, (9, 4))
    mean, centred, test = data.center(X_train, X_test)
    np.testing.assert_allclose(mean, X_train.mean(axis=0))
    np.testing.assert_allclose(centred.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(test, X_test - X_train.mean(axis=0))


@pytest.mark.parametrize(
    "given, expected", [(np.uint8, np.float64), (np.float32, np.float32), (np.float64, np.float64)]
)
@pytest.mark.parametrize("function", [data.center, data.standardize, lambda X: (None, data.append_bias(X))])
def test_floats_keep_their_type_and_integers_become_float64(function, given, expected):
    assert function(rng.integers(0, 255, (20, 3)).astype(given))[1].dtype == expected


def test_the_statistics_have_the_type_of_the_training_set():
    X = np.ones((4, 3), np.float32)
    (mean, std), _ = data.standardize(X)
    assert data.center(X)[0].dtype == mean.dtype == std.dtype == np.float32


def test_center_changes_no_argument():
    X = np.ones((3, 2))
    data.center(X, X)
    np.testing.assert_array_equal(X, 1)


def test_standardize_gives_mean_0_and_deviation_1():
    X_train, X_test = rng.normal(3, 2, (50, 4)), rng.normal(0, 1, (9, 4))
    (mean, std), scaled, test = data.standardize(X_train, X_test)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0), 1)
    np.testing.assert_allclose(test * std + mean, X_test)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_standardize_only_centres_a_constant_feature(value, dtype):
    X = np.full((1000, 1), value, dtype)
    _, scaled, test = data.standardize(X, X + dtype(1))
    np.testing.assert_allclose(scaled, 0, atol=1e-3)
    np.testing.assert_allclose(test, 1, rtol=0.1)


def test_statistics_need_examples():
    with pytest.raises(ValueError, match="X_train should hold at least one example, but is empty"):
        data.center(np.empty((0, 3)))
    with pytest.raises(ValueError, match="standardize: X_train should hold at least one example, but is empty"):
        data.standardize(3.0)


def test_a_single_number_is_no_set_of_examples():
    with pytest.raises(ValueError, match="flatten: X should be an array of examples .*, but is a single number"):
        data.flatten(3)


def test_sets_must_have_the_same_features():
    with pytest.raises(ValueError, match=r"those of X_train, \(3,\), but one set has shape \(2, 4\)"):
        data.center(np.ones((5, 3)), np.ones((2, 4)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_standardize_scales_a_feature_that_varies_little(dtype):
    X = (1e3 + 0.01 * np.random.default_rng(0).standard_normal((500, 1))).astype(dtype)
    assert data.standardize(X)[1].std() == pytest.approx(1, abs=1e-2)
    seconds = 1.7e9 + 100 * np.random.default_rng(0).standard_normal((1000, 1))  # times of an hour
    assert data.standardize(seconds)[1].std() == pytest.approx(1)


def test_append_bias():
    X = data.append_bias(np.zeros((4, 2)))
    np.testing.assert_array_equal(X, [[0, 0, 1]] * 4)


@pytest.mark.parametrize("function", [data.center, data.standardize, data.append_bias])
@pytest.mark.parametrize("dtype", [np.float16, complex])
def test_types_that_do_not_fit(function, dtype):
    with pytest.raises(ValueError, match=f"{function.__name__}: (X|X_train) should be float32 or float64, but is "):
        function(np.ones((3, 2), dtype))


def test_append_bias_wants_rows():
    with pytest.raises(ValueError, match="Use data.flatten first"):
        data.append_bias(IMAGES)
