import numpy as np
import pytest

from cs231n_lib.features import bag_of_words, build_codebook, dense_patches, encode_bag_of_words, sample_patches

rng = np.random.default_rng(0)
IMAGES = rng.integers(0, 256, (5, 20, 16, 3), dtype=np.uint8)
CODEBOOK = build_codebook(sample_patches(IMAGES, 300, size=4, rng=0), 7, rng=0)


def blobs(centres, each, seed=0):
    noise = np.random.default_rng(seed).normal(0, 0.01, (len(centres) * each, 2))
    return np.repeat(centres, each, axis=0) + noise


def test_the_codebook_finds_well_separated_clusters():
    centres = np.array([[0.0, 0], [10, 0], [0, 10], [10, 10]])
    for seed in range(5):
        codebook = build_codebook(blobs(centres, 30), 4, rng=seed)
        np.testing.assert_allclose(sorted(codebook.round().tolist()), sorted(centres.tolist()), atol=0.1)


def test_each_word_is_the_mean_of_the_patches_nearest_to_it():
    patches = rng.standard_normal((400, 5))
    codebook = build_codebook(patches, 6, rng=1)
    nearest = ((patches[:, None] - codebook) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_allclose(codebook, [patches[nearest == word].mean(axis=0) for word in range(6)])


def test_the_seed_decides():
    patches = rng.standard_normal((200, 5))
    np.testing.assert_array_equal(build_codebook(patches, 9, rng=5), build_codebook(patches, 9, rng=5))
    assert (build_codebook(patches, 9, rng=5) != build_codebook(patches, 9, rng=6)).any()


@pytest.mark.parametrize("seed", range(5))
def test_without_steps_the_words_are_patches_far_from_all_chosen_before(seed):
    centres = np.array([[0, 0], [10, 0], [0, 10], [10, 10], [20, 20]])
    patches = blobs(centres, 50)
    codebook = build_codebook(patches, 5, rng=seed, max_iters=0)
    assert {word.tobytes() for word in codebook} <= {patch.tobytes() for patch in patches}
    assert {tuple((word + 0.5).astype(int).tolist()) for word in codebook} == set(map(tuple, centres.tolist()))


def test_an_empty_cluster_gets_the_patch_farthest_from_its_centre(monkeypatch):
    patches = np.array([[0.0], [1], [2], [50]])
    monkeypatch.setattr(bag_of_words, "_first_centres", lambda patches, k, rng: np.array([[1.0], [1000]]))
    np.testing.assert_allclose(build_codebook(patches, 2), [[1], [50]])


def test_the_farthest_from_its_centre_is_not_the_one_nearest_to_zero(monkeypatch):
    patches = np.array([[0.0], [3], [100], [95]])
    monkeypatch.setattr(bag_of_words, "_first_centres", lambda patches, k, rng: np.array([[0.0], [100], [1000]]))
    np.testing.assert_allclose(build_codebook(patches, 3), [[1.5], [100], [95]])


def test_a_word_for_every_patch():
    patches = rng.standard_normal((6, 3))
    np.testing.assert_allclose(sorted(build_codebook(patches, 6, rng=0).tolist()), sorted(patches.tolist()))


def test_fewer_different_patches_than_words():
    codebook = build_codebook(np.repeat([[1.0, 2], [3, 4]], 5, axis=0), 4, rng=0)
    assert codebook.shape == (4, 2)
    assert {tuple(word) for word in codebook.tolist()} == {(1, 2), (3, 4)}


def test_patches_that_lie_in_several_blocks(monkeypatch):
    patches = rng.standard_normal((300, 5))
    whole = build_codebook(patches, 8, rng=0)
    monkeypatch.setattr(bag_of_words, "BLOCK_BYTES", 1000)
    np.testing.assert_allclose(build_codebook(patches, 8, rng=0), whole)


@pytest.mark.parametrize(
    "dtype, expected", [(np.float32, np.float32), (np.float64, np.float64), (np.int64, np.float64)]
)
def test_the_codebook_has_the_type_of_the_patches(dtype, expected):
    patches = rng.integers(0, 100, (50, 4)).astype(dtype)
    before = patches.copy()
    assert build_codebook(patches, 3, rng=0).dtype == expected
    np.testing.assert_array_equal(patches, before)


def test_an_image_is_the_histogram_of_its_nearest_words():
    encoded = encode_bag_of_words(IMAGES, CODEBOOK, stride=3)
    for image, row in zip(dense_patches(IMAGES, 4, 3), encoded, strict=True):
        patches = image.reshape(-1, 48)
        nearest = ((patches[:, None] - CODEBOOK) ** 2).sum(axis=2).argmin(axis=1)
        np.testing.assert_allclose(row, np.bincount(nearest, minlength=7) / len(patches))


def test_the_parts_of_a_grid_add_up_to_the_whole():
    parts = encode_bag_of_words(IMAGES, CODEBOOK, grid=2)
    assert parts.shape == (5, 4 * 7)
    np.testing.assert_allclose(parts.reshape(5, 4, 7).sum(axis=1), encode_bag_of_words(IMAGES, CODEBOOK))


def test_each_part_of_a_grid_counts_its_own_patches():
    parts = encode_bag_of_words(IMAGES, CODEBOOK, grid=2).reshape(5, 2, 2, 7)
    patches = dense_patches(IMAGES, 4, 2)  # (5, 9, 7, 48)
    for i, rows in enumerate((slice(0, 5), slice(5, 9))):
        for j, columns in enumerate((slice(0, 4), slice(4, 7))):
            mine = patches[0, rows, columns].reshape(-1, 48)
            nearest = ((mine[:, None] - CODEBOOK) ** 2).sum(axis=2).argmin(axis=1)
            np.testing.assert_allclose(parts[0, i, j], np.bincount(nearest, minlength=7) / 63)


def test_images_in_several_blocks(monkeypatch):
    whole = encode_bag_of_words(IMAGES, CODEBOOK)
    monkeypatch.setattr(bag_of_words, "BLOCK_BYTES", 1)
    np.testing.assert_array_equal(encode_bag_of_words(IMAGES, CODEBOOK), whole)


def test_rows_add_up_to_1_and_no_images_give_no_rows():
    np.testing.assert_allclose(encode_bag_of_words(IMAGES, CODEBOOK).sum(axis=1), 1)
    assert encode_bag_of_words(IMAGES[:0], CODEBOOK).shape == (0, 7)


@pytest.mark.parametrize(
    "images, codebook, expected",
    [(np.float32, np.float32, np.float32), (np.float32, np.float64, np.float64), (np.uint8, np.float32, np.float64)],
)
def test_the_histograms_have_the_wider_type(images, codebook, expected):
    assert encode_bag_of_words(IMAGES.astype(images), CODEBOOK.astype(codebook)).dtype == expected


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: build_codebook(np.zeros((3, 4)), 5), "k should be at most 3, the number of patches, but is 5"),
        (lambda: build_codebook(np.zeros(3), 1), r"patches should have shape \(P, D\), one per row, but has \(3,\)"),
        (lambda: build_codebook(np.zeros((3, 4)), 0), "k should be an integer of at least 1"),
        (lambda: build_codebook(np.zeros((3, 4)), 2, max_iters=-1), "max_iters should be an integer of at least 0"),
        (lambda: encode_bag_of_words(IMAGES, CODEBOOK, stride=0), "stride should be an integer of at least 1"),
        (lambda: encode_bag_of_words(IMAGES[0], CODEBOOK), r"they have \(20, 16, 3\) and \(7, 48\)"),
        (lambda: encode_bag_of_words(IMAGES, np.zeros((7, 50))), "has 50 values, which is not size x size x 3"),
        (lambda: encode_bag_of_words(IMAGES, CODEBOOK, grid=0), "grid should be an integer of at least 1"),
        (lambda: build_codebook(np.array([[1.0], [np.inf]]), 2), "patches should hold finite numbers"),
        (lambda: build_codebook(np.array([[1.0], [np.nan]]), 2), "patches should hold finite numbers"),
        (lambda: build_codebook(np.zeros((3, 4)), 2, rng="a"), "build_codebook: rng should be a np.random.Generator"),
        (lambda: encode_bag_of_words(np.where(IMAGES > 9, np.nan, 0.0), CODEBOOK), "images should hold finite numbers"),
        (lambda: encode_bag_of_words(IMAGES, np.inf * CODEBOOK), "codebook should hold finite numbers"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_as_many_words_as_patches():
    patches = rng.standard_normal((4, 5))
    assert sorted(build_codebook(patches, 4, rng=0).tolist()) == sorted(patches.tolist())


def test_every_second_pixel_begins_a_patch_and_the_image_is_one_part_unless_told():
    expected = encode_bag_of_words(IMAGES, CODEBOOK, stride=2, grid=1)
    np.testing.assert_array_equal(encode_bag_of_words(IMAGES, CODEBOOK), expected)
