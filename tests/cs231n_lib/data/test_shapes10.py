import hashlib

import numpy as np
import pytest

from cs231n_lib.data import shapes10

NUM_TRAIN, NUM_TEST = 250, 130  # neither is a multiple of the number of images drawn at a time


@pytest.fixture(scope="module")
def drawn():
    return shapes10.make(NUM_TRAIN, NUM_TEST)


def test_shapes_and_types(drawn):
    X_train, y_train, X_test, y_test = drawn
    assert X_train.shape == (NUM_TRAIN, 32, 32, 3) and X_test.shape == (NUM_TEST, 32, 32, 3)
    assert y_train.shape == (NUM_TRAIN,) and y_test.shape == (NUM_TEST,)
    assert X_train.dtype == X_test.dtype == np.uint8
    assert y_train.dtype == y_test.dtype == np.int64


def test_bytes_are_pinned(drawn):
    """If this fails on some platform or NumPy version, its users get different pictures from everyone else.

    If you change the drawing on purpose, run benchmarks/shapes10.py, update docs/shapes10.md, and then this hash.
    """
    digest = hashlib.sha256()
    for array in drawn:
        digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    assert digest.hexdigest() == "384fdc90ea2458035474529a48421c339bee359ca327f8ccca5679db9c248768"


@pytest.fixture(scope="module")
def with_masks():
    return shapes10.make_masks(NUM_TRAIN, NUM_TEST)


def test_the_images_with_masks_are_those_of_the_set(drawn, with_masks):
    np.testing.assert_array_equal(with_masks[0], drawn[0])
    np.testing.assert_array_equal(with_masks[2], drawn[2])


def test_a_mask_holds_the_background_and_the_class_of_its_image(drawn, with_masks):
    for masks, labels in ((with_masks[1], drawn[1]), (with_masks[3], drawn[3])):
        assert masks.dtype == np.uint8 and masks.shape == (len(labels), 32, 32)
        for mask, label in zip(masks, labels, strict=True):
            assert set(np.unique(mask)) == {0, 1 + label}
    assert shapes10.MASK_NAMES[1:] == shapes10.CLASS_NAMES and len(shapes10.MASK_NAMES) == 11


def test_a_mask_covers_the_shape_and_not_the_cloth(with_masks):
    """The shape is lighter or darker than the cloth by 15 to 75 grey levels."""
    X, masks, _, _ = with_masks
    shape = masks > 0
    assert 0.13 < shape.mean() < 0.2
    grey = X.mean(axis=3)
    contrasts = [
        abs(np.median(image[inside]) - np.median(image[~inside])) for image, inside in zip(grey, shape, strict=True)
    ]
    shifted = [
        abs(np.median(i[np.roll(m, 16, 1)]) - np.median(i[~np.roll(m, 16, 1)]))
        for i, m in zip(grey, shape, strict=True)
    ]
    assert np.median(contrasts) > 25 and np.median(shifted) < 20


def test_outlines_and_confetti_are_in_the_masks(drawn, with_masks):
    _, y, _, _ = drawn
    ring = with_masks[1][y == 1]
    assert (ring[:, 0] == 0).all() and (ring[:, :, 0] == 0).all()  # no shape reaches the edge
    areas = np.count_nonzero(with_masks[1][y == 0], axis=(1, 2))  # discs of radius 7.2 to 8.9
    assert areas.max() < 260 and np.sum(areas < 163) > 0  # and some of them have confetti on top


@pytest.mark.parametrize("num", [0, 1, 7, 99, 100, 101])
def test_a_smaller_set_is_the_beginning_of_a_larger_one(drawn, num):
    X_train, y_train, X_test, y_test = shapes10.make(num, num)
    np.testing.assert_array_equal(X_train, drawn[0][:num])
    np.testing.assert_array_equal(y_train, drawn[1][:num])
    np.testing.assert_array_equal(X_test, drawn[2][:num])
    np.testing.assert_array_equal(y_test, drawn[3][:num])


def test_no_image_occurs_twice(drawn):
    images = np.concatenate([drawn[0], drawn[2]]).reshape(NUM_TRAIN + NUM_TEST, -1)
    assert len(np.unique(images, axis=0)) == NUM_TRAIN + NUM_TEST


def test_another_seed_draws_other_images(drawn):
    X_train, y_train, X_test, _ = shapes10.make(100, 100, seed=1)
    assert not (X_train == drawn[0][:100]).all(axis=(1, 2, 3)).any()
    assert not (X_test == drawn[2][:100]).all(axis=(1, 2, 3)).any()
    assert (y_train != drawn[1][:100]).any()


def test_the_training_set_of_the_next_seed_is_not_this_test_set(drawn):
    assert (shapes10.make(100, 0, seed=1)[0] != drawn[2][:100]).any()


def test_every_ten_images_hold_each_class_once(drawn):
    for labels in (drawn[1], drawn[3]):
        np.testing.assert_array_equal(np.sort(labels.reshape(-1, 10)), np.tile(np.arange(10), (len(labels) // 10, 1)))


def test_the_order_of_the_classes_is_shuffled(drawn):
    orders = drawn[1].reshape(-1, 10)
    assert len(np.unique(orders, axis=0)) == len(orders)


def test_ten_different_names():
    assert len(set(shapes10.CLASS_NAMES)) == 10


def test_each_name_has_its_outline(drawn):
    assert [outline.__name__.strip("_") for outline in shapes10._OUTLINES] == list(shapes10.CLASS_NAMES)


def test_numpy_integers_are_integers(drawn):
    X_train, *_ = shapes10.make(np.int64(3), np.uint8(0), seed=np.int32(0))
    np.testing.assert_array_equal(X_train, drawn[0][:3])


def test_global_random_state_is_neither_used_nor_touched(drawn):
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    np.testing.assert_array_equal(shapes10.make(10, 0)[0], drawn[0][:10])
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("arguments", [{"num_train": -1}, {"num_test": -5}, {"seed": -2}])
def test_negative_arguments_are_named(arguments):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=f"{name} should be 0 or more, but is {value}"):
        shapes10.make(**{"num_train": 10, "num_test": 10, **arguments})


@pytest.mark.parametrize("value", [10.0, "10", None])
def test_arguments_that_are_not_integers_are_named(value):
    with pytest.raises(TypeError, match="num_train should be an integer, but is"):
        shapes10.make(num_train=value)


def test_nearest_neighbour_is_above_chance_and_far_from_good():
    """The weakest classifier; benchmarks/shapes10.py measures all of them."""
    X_train, y_train, X_test, y_test = shapes10.make(2_000, 500)
    X_train, X_test = (X.reshape(len(X), -1).astype(np.float32) for X in (X_train, X_test))
    distances = (X_train**2).sum(axis=1) - 2 * X_test @ X_train.T  # (500, 2000), up to a constant per row
    accuracy = np.mean(y_train[distances.argmin(axis=1)] == y_test)
    assert 0.15 < accuracy < 0.35


def test_the_mean_of_the_two_cloths_of_a_class_is_grey():
    np.testing.assert_allclose(shapes10._CLOTH_HUES.mean(axis=1), 0, atol=1e-6)
