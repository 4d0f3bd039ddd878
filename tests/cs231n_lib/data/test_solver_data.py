import numpy as np
import pytest

from cs231n_lib import data


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_images_become_channels_first_less_the_mean_of_the_training_images(small_cifar10, dtype):
    images = data.load("cifar10")
    parts = data.solver_data(images, dtype=dtype)
    mean = images.X_train.mean(axis=0)
    for name in ("X_train", "X_val", "X_test"):
        assert parts[name].dtype == dtype and parts[name].flags.c_contiguous
        np.testing.assert_allclose(parts[name].transpose(0, 2, 3, 1), getattr(images, name) - mean, atol=1e-4)
    for name in ("y_train", "y_val", "y_test"):
        np.testing.assert_array_equal(parts[name], getattr(images, name))
    assert len(parts) == 6


def test_the_mean_may_stay(small_cifar10):
    images = data.load("cifar10")
    parts = data.solver_data(images, subtract_mean=False)
    np.testing.assert_array_equal(parts["X_test"].transpose(0, 2, 3, 1), images.X_test)


def test_the_data_set_itself_is_not_changed(small_cifar10):
    images = data.load("cifar10")
    before = images.X_train.copy()
    data.solver_data(images, dtype=np.float64)
    np.testing.assert_array_equal(images.X_train, before)


def test_get_cifar10_data_takes_the_first_of_each_part(small_cifar10):
    images, labels = small_cifar10  # 100 for training, of which the last 10 are for validation, and 20 for testing
    parts = data.get_CIFAR10_data(num_training=50, num_validation=5, num_test=7, subtract_mean=False)
    assert {name: len(part) for name, part in parts.items()} == {
        "X_train": 50,
        "y_train": 50,
        "X_val": 5,
        "y_val": 5,
        "X_test": 7,
        "y_test": 7,
    }
    np.testing.assert_array_equal(parts["X_val"].transpose(0, 2, 3, 1), images[90:95])
    np.testing.assert_array_equal(parts["y_test"], labels[100:107])
    assert parts["X_train"].dtype == np.float32 and parts["X_train"].shape[1:] == (3, 32, 32)


def test_get_cifar10_data_of_more_than_there_is(small_cifar10):
    with pytest.raises(data.DataError, match="CIFAR-10 has 90 images for this part"):
        data.get_CIFAR10_data(num_validation=10)


@pytest.mark.parametrize("function", [data.load_CIFAR10, data.get_CIFAR10_data])
def test_cifar10_that_is_not_there_says_how_to_get_it(data_folder, function):
    with pytest.raises(data.DataError, match="CIFAR-10 is not in .*kept") as caught:
        function()
    assert "cs231n data cifar10" in caught.value.hint


@pytest.mark.parametrize("root", ["the folder", "the folder around it", None])
def test_load_cifar10_returns_the_official_parts(small_cifar10, data_folder, root):
    images, labels = small_cifar10
    root = {"the folder": data_folder / "cifar-10-batches-py", "the folder around it": str(data_folder)}.get(root)
    X_train, y_train, X_test, y_test = data.load_CIFAR10(root)
    np.testing.assert_array_equal(np.concatenate([X_train, X_test]), images)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), labels)
    assert len(X_test) == 20 and X_train.dtype == X_test.dtype == np.float64


def test_load_cifar10_from_a_folder_without_it(tmp_path):
    with pytest.raises(data.DataError, match="missing"):
        data.load_CIFAR10(tmp_path)
