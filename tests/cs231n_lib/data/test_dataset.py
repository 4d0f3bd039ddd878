import dataclasses

import numpy as np
import pytest

from cs231n_lib import data
from cs231n_lib.data import dataset


@pytest.fixture
def shapes(monkeypatch):
    """A small substitute for shapes10, to keep these tests quick."""
    X = np.arange(60, dtype=np.uint8)[:, None, None, None] * np.ones((1, 32, 32, 3), np.uint8)
    arrays = (X, np.arange(60) % 10, X[:20], np.arange(20) % 10, ("zero", "one"))
    monkeypatch.setattr(dataset, "load_embedded", lambda name, folder: arrays)


def test_the_split_holds_out_the_last_training_images(small_cifar10, data_folder):
    images, labels = small_cifar10  # 100 for training, of which a tenth is held out, and 20 for testing
    loaded = data.load("cifar10")
    np.testing.assert_array_equal(loaded.X_train, images[:90])
    np.testing.assert_array_equal(loaded.X_val, images[90:100])
    np.testing.assert_array_equal(loaded.X_test, images[100:])
    np.testing.assert_array_equal(np.concatenate([loaded.y_train, loaded.y_val, loaded.y_test]), labels)
    assert loaded.X_train.dtype == np.uint8 and loaded.y_train.dtype == np.int64


def test_subsets_are_the_first_of_each_part(small_cifar10):
    images, _ = small_cifar10
    loaded = data.load("cifar10", num_train=5, num_val=3, num_test=2)
    np.testing.assert_array_equal(loaded.X_train, images[:5])
    np.testing.assert_array_equal(loaded.X_val, images[90:93])
    np.testing.assert_array_equal(loaded.X_test, images[100:102])


def test_a_larger_validation_part_takes_from_the_training_part(small_cifar10):
    loaded = data.load("cifar10", num_val=40)
    assert (len(loaded.X_train), len(loaded.X_val)) == (60, 40)


def test_without_a_validation_part_all_images_train(small_cifar10):
    loaded = data.load("cifar10", num_val=0)
    assert (len(loaded.X_train), len(loaded.X_val)) == (100, 0)


@pytest.mark.parametrize(
    "counts, message",
    [
        ({"num_train": 91}, "num_train is 91, but CIFAR-10 has 90 images"),
        ({"num_val": 101}, "num_val is 101, but CIFAR-10 has 100 images"),
        ({"num_test": -1}, "num_test is -1"),
    ],
)
def test_asking_for_more_than_there_is(small_cifar10, counts, message):
    with pytest.raises(data.DataError, match=message):
        data.load("cifar10", **counts)


def test_cifar10_is_the_default_where_it_is_there(small_cifar10, shapes):
    assert data.load().name == "cifar10"


def test_shapes10_is_the_default_elsewhere(data_folder, shapes):
    loaded = data.load()
    assert loaded.name == "shapes10" and loaded.class_names == ("zero", "one")


def test_the_environment_chooses_the_set(small_cifar10, shapes, monkeypatch):
    monkeypatch.setenv("CS231N_DATASET", "shapes10")
    assert data.load().name == "shapes10"
    assert data.load("cifar10").name == "cifar10"


def test_an_unknown_set_of_the_environment_lists_the_known_ones(data_folder, monkeypatch):
    monkeypatch.setenv("CS231N_DATASET", "cifar100")
    with pytest.raises(data.DataError, match="no data set 'cifar100'. The data sets are cifar10, shapes10"):
        data.load()


def test_a_set_that_is_not_there_says_how_to_get_it(data_folder):
    with pytest.raises(data.DataError, match="CIFAR-10 is not in .*kept") as caught:
        data.load("cifar10")
    assert "cs231n data cifar10" in caught.value.hint


def test_printing_says_which_set_and_how_many(small_cifar10):
    text = "CIFAR-10: 90 training, 10 validation and 20 test images, 32x32x3 uint8, 10 classes"
    assert str(data.load()) == repr(data.load()) == text


def test_a_data_set_is_frozen_but_its_arrays_are_the_callers(small_cifar10):
    loaded = data.load(num_train=5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        loaded.X_train = None
    loaded.X_train[0] = 0
    assert loaded.X_train.base is None


@pytest.mark.parametrize("count", [1.5, "5", True])
@pytest.mark.parametrize("name", ["num_train", "num_val", "num_test"])
def test_counts_that_are_no_integers(small_cifar10, name, count):
    with pytest.raises(ValueError, match=f"data.load: {name} should be an integer or None, but is {count!r}"):
        data.load("cifar10", **{name: count})


@pytest.mark.parametrize("total, held_out", [(9_999, 999), (10_000, 1_000), (10_010, 1_000)])
def test_a_thousand_images_are_held_out_or_a_tenth_of_few(data_folder, monkeypatch, total, held_out):
    X, y = np.broadcast_to(np.uint8(0), (total, 1, 1, 3)), np.zeros(total, np.int64)
    monkeypatch.setattr(dataset, "load_embedded", lambda name, folder: (X, y, X[:1], y[:1], ("zero",)))
    assert len(data.load("shapes10").X_val) == held_out
