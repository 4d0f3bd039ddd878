import numpy as np
import pytest

from cs231n_lib.features import dense_patches, normalize_patches, sample_patches

rng = np.random.default_rng(0)
IMAGES = rng.integers(0, 256, (4, 12, 9, 3), dtype=np.uint8)


def test_a_normalised_patch_has_mean_0_and_variance_nearly_1():
    patches = normalize_patches(rng.uniform(0, 255, (50, 108)))
    np.testing.assert_allclose(patches.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(patches.var(axis=1), 1, atol=0.01)


def test_normalising_is_by_the_formula():
    x = np.array([1.0, 2.0, 6.0])
    np.testing.assert_allclose(normalize_patches(x), (x - 3) / np.sqrt(14 / 3 + 10))


def test_flat_patches_become_zero():
    np.testing.assert_array_equal(normalize_patches(np.full((2, 12), 200, np.uint8)), np.zeros((2, 12)))


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_dense_patches_are_those_at_every_stride(stride):
    patches = dense_patches(IMAGES, size=4, stride=stride)
    assert patches.shape == (4, (12 - 4) // stride + 1, (9 - 4) // stride + 1, 48)
    cut = IMAGES[2, stride : stride + 4, 2 * stride - stride : stride + 4]
    np.testing.assert_allclose(patches[2, 1, 1], normalize_patches(cut.ravel()))


def test_sampled_patches_come_from_all_over_the_images():
    everywhere = dense_patches(IMAGES, size=4, stride=1).reshape(-1, 48)
    sampled = sample_patches(IMAGES, 2000, size=4, rng=0)
    assert sampled.shape == (2000, 48)
    found = {patch.tobytes() for patch in sampled}
    assert found == {patch.tobytes() for patch in everywhere}


def test_the_seed_decides():
    np.testing.assert_array_equal(sample_patches(IMAGES, 20, rng=3), sample_patches(IMAGES, 20, rng=3))
    assert (sample_patches(IMAGES, 20, rng=3) != sample_patches(IMAGES, 20, rng=4)).any()


@pytest.mark.parametrize("given, expected", [(np.uint8, np.float64), (np.float32, np.float32)])
def test_types(given, expected):
    images = IMAGES.astype(given)
    assert sample_patches(images, 5, rng=0).dtype == dense_patches(images).dtype == expected


def test_images_are_not_changed():
    images = IMAGES.astype(float)
    dense_patches(images)
    sample_patches(images, 100, rng=0)
    np.testing.assert_array_equal(images, IMAGES)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: sample_patches(IMAGES[0], 5), r"images should have shape \(N, H, W, C\), but have \(12, 9, 3\)"),
        (lambda: sample_patches(IMAGES, 5, size=10), "size should be at most 9, the images' shorter side, but is 10"),
        (lambda: sample_patches(IMAGES, -1), "num_patches should be an integer of at least 0, but is -1"),
        (lambda: dense_patches(IMAGES, size=0), "size should be an integer of at least 1, but is 0"),
        (lambda: sample_patches(IMAGES[:0], 5), "images should hold at least one image, but is empty"),
        (lambda: dense_patches(IMAGES, stride=0), "stride should be an integer of at least 1"),
        (lambda: sample_patches(IMAGES, 5, rng=-1), "sample_patches: rng should be a np.random.Generator"),
        (lambda: normalize_patches(3.0), "normalize_patches: patches should have shape .*, but is a single number"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_patches_may_be_as_large_as_the_images_shorter_side():
    assert dense_patches(IMAGES, size=9, stride=1).shape == (4, 4, 1, 9 * 9 * 3)


def test_by_default_patches_have_6_pixels_a_side_and_lie_2_apart():
    assert sample_patches(IMAGES, 5, rng=0).shape == (5, 6 * 6 * 3)
    assert dense_patches(IMAGES).shape == (4, 4, 2, 6 * 6 * 3)


def test_no_images_have_no_patches():
    assert dense_patches(IMAGES[:0], size=4).shape == (0, 5, 3, 48)
    assert sample_patches(IMAGES[:0], 0, size=4).shape == (0, 48)


def test_arguments_at_their_limits():
    assert sample_patches(IMAGES, 0).shape == sample_patches(IMAGES[:0], 0).shape == (0, 6 * 6 * 3)
    assert dense_patches(IMAGES, size=9, stride=1).shape == (4, 4, 1, 9 * 9 * 3)
    assert dense_patches(IMAGES, size=1, stride=1).shape == (4, 12, 9, 3)
