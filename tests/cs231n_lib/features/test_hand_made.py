from functools import partial

import numpy as np
import pytest
from matplotlib.colors import rgb_to_hsv

from cs231n_lib.features import color_histogram_hsv, extract_features, hog_feature, rgb2gray

rng = np.random.default_rng(0)
IMAGES = rng.integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)


def hog_by_definition(image, orientations=9, cell=8, block=2):
    """HOG pixel by pixel, after Dalal & Triggs 2005."""
    image = image.astype(np.float64).reshape(*image.shape[:2], -1)
    rows, columns = image.shape[0] // cell, image.shape[1] // cell
    image = image[: rows * cell, : columns * cell]
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    cells = np.zeros((rows + 2, columns + 2, orientations))  # with a border for votes outside the image
    for y in range(rows * cell):
        for x in range(columns * cell):
            dx = padded[y + 1, x + 2] - padded[y + 1, x]
            dy = padded[y + 2, x + 1] - padded[y, x + 1]
            strongest = np.argmax(dx**2 + dy**2)
            dx, dy = dx[strongest], dy[strongest]
            angle = np.degrees(np.arctan2(dy, dx)) % 180
            bin_position = angle / (180 / orientations) - 0.5
            row, column = (y + 0.5) / cell - 0.5, (x + 0.5) / cell - 0.5
            for i in (int(np.floor(row)), int(np.floor(row)) + 1):
                for j in (int(np.floor(column)), int(np.floor(column)) + 1):
                    for o in (int(np.floor(bin_position)), int(np.floor(bin_position)) + 1):
                        near = (1 - abs(row - i)) * (1 - abs(column - j)) * (1 - abs(bin_position - o))
                        cells[i + 1, j + 1, o % orientations] += near * np.hypot(dx, dy)
    cells = cells[1:-1, 1:-1]
    features = []
    for i in range(rows - block + 1):
        for j in range(columns - block + 1):
            v = cells[i : i + block, j : j + block]
            v = np.minimum(v / np.sqrt((v**2).sum() + 1.0), 0.2)
            v = v / np.sqrt((v**2).sum() + 1e-6)
            features.append(v.transpose(2, 0, 1).ravel())  # the order within a block: direction, row, column
    return np.concatenate(features)


@pytest.mark.parametrize(
    "arguments",
    [{}, {"orientations": 4, "cell": 5, "block": 3}, {"block": 1}, {"orientations": 1, "cell": 16}],
    ids=str,
)
def test_hog_is_that_of_its_definition(arguments):
    for image in IMAGES:
        np.testing.assert_allclose(hog_feature(image, **arguments), hog_by_definition(image, **arguments), atol=1e-10)


def test_hog_of_an_image_that_is_not_square():
    image = rng.uniform(0, 255, (20, 37, 3))
    np.testing.assert_allclose(hog_feature(image), hog_by_definition(image), atol=1e-10)


def test_hog_of_a_grey_image_is_that_of_three_equal_channels():
    gray = rng.uniform(0, 255, (32, 32))
    np.testing.assert_allclose(hog_feature(gray), hog_feature(np.stack([gray] * 3, axis=-1)))


@pytest.mark.parametrize("axis, direction", [(1, 0), (0, 4)])
def test_hog_of_a_ramp_votes_for_its_direction(axis, direction):
    ramp = np.indices((32, 32))[axis] * 5.0
    votes = hog_feature(ramp, block=1).reshape(16, 9).sum(axis=0)
    if direction == 0:  # 0 degrees is between the first and the last bin
        np.testing.assert_allclose(votes[[0, 8]], votes.sum() / 2)
    else:
        assert votes[direction] == votes.sum() > 0


def test_hog_is_nearly_indifferent_to_brightness_and_contrast():
    image = rng.uniform(0, 100, (32, 32, 3))
    np.testing.assert_allclose(hog_feature(image), hog_feature(2 * image + 30), atol=1e-4)


def test_hog_of_a_flat_image_is_zero():
    np.testing.assert_array_equal(hog_feature(np.full((32, 32, 3), 77, np.uint8)), np.zeros(324))


@pytest.mark.parametrize("bins", [1, 7, 10])
def test_the_histogram_counts_hues(bins):
    image = rng.uniform(0, 255, (40, 30, 3))
    expected, _ = np.histogram(rgb_to_hsv(image / 255)[..., 0], bins=bins, range=(0, 1))
    np.testing.assert_allclose(color_histogram_hsv(image, bins), expected / 1200)
    np.testing.assert_array_equal(color_histogram_hsv(image, bins, normalized=False), expected)


@pytest.mark.parametrize(
    "color, sixth",
    [
        ((255, 0, 0), 0),
        ((9, 9, 0), 1),
        ((0, 200, 0), 2),
        ((0, 3, 3), 3),
        ((0, 0, 1), 4),
        ((80, 0, 80), 5),
        ((50, 50, 50), 0),
        ((0, 0, 0), 0),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_pure_colours_and_grey(color, sixth, dtype):
    image = np.tile(np.array(color, dtype=dtype), (4, 4, 1))
    np.testing.assert_array_equal(color_histogram_hsv(image, bins=6), np.eye(6)[sixth])


def test_a_hue_on_an_edge_falls_into_the_same_bin_in_any_precision():
    np.testing.assert_array_equal(
        color_histogram_hsv(IMAGES, normalized=False), color_histogram_hsv(IMAGES.astype(np.float32), normalized=False)
    )


def test_the_number_of_bins_by_its_other_name():
    np.testing.assert_array_equal(color_histogram_hsv(IMAGES[0], nbin=20), color_histogram_hsv(IMAGES[0], bins=20))


@pytest.mark.parametrize("function", [hog_feature, color_histogram_hsv])
class TestOneOrMany:
    def test_a_batch_gives_a_row_per_image(self, function):
        np.testing.assert_allclose(function(IMAGES), [function(image) for image in IMAGES])

    def test_an_empty_batch(self, function):
        assert function(IMAGES[:0]).shape == (0, len(function(IMAGES[0])))

    @pytest.mark.parametrize(
        "given, expected", [(np.uint8, np.float64), (np.float32, np.float32), (np.float64, np.float64)]
    )
    def test_floats_keep_their_type(self, function, given, expected):
        features = function(IMAGES.astype(given))
        assert features.dtype == expected
        np.testing.assert_allclose(features, function(IMAGES), atol=1e-4)

    def test_memory_order_and_read_only_make_no_difference(self, function):
        images = np.asfortranarray(IMAGES)
        images.flags.writeable = False
        np.testing.assert_allclose(function(images), function(IMAGES))

    def test_the_image_is_not_changed(self, function):
        image = IMAGES[0].astype(float)
        function(image)
        np.testing.assert_array_equal(image, IMAGES[0])

    def test_another_shape_is_refused(self, function):
        with pytest.raises(ValueError, match=rf"{function.__name__}: image should have shape .* but has \(3, 32, 32\)"):
            function(np.zeros((3, 32, 32)))

    def test_another_type_is_refused(self, function):
        with pytest.raises(ValueError, match=f"{function.__name__}: image .* but is float16"):
            function(IMAGES.astype(np.float16))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: hog_feature(IMAGES[0], cell=20), "has 1x1 cells of 20x20 pixels, too few for a block of 2x2 cells"),
        (lambda: hog_feature(IMAGES[0], orientations=0), "orientations should be an integer of at least 1, but is 0"),
        (lambda: hog_feature(IMAGES[0], cell=0), "cell should be an integer of at least 1, but is 0"),
        (lambda: hog_feature(IMAGES[0], block=0), "block should be an integer of at least 1, but is 0"),
        (lambda: hog_feature(IMAGES[0], block=5), "has 4x4 cells of 8x8 pixels, too few for a block of 5x5 cells"),
        (lambda: color_histogram_hsv(IMAGES[0], bins=0), "bins should be an integer of at least 1, but is 0"),
        (lambda: extract_features(np.zeros(5), [np.sum]), r"images should have shape \(N, H, W, 3\).* but have \(5,\)"),
        (lambda: color_histogram_hsv(IMAGES[0], bins=2.5), "bins should be an integer of at least 1, but is 2.5"),
        (lambda: rgb2gray(np.zeros((4, 4))), r"rgb2gray: image should have shape \(..., 3\).* but has \(4, 4\)"),
        (
            lambda: color_histogram_hsv(np.full((2, 2, 3), np.nan)),
            "color_histogram_hsv: image should hold finite numbers, but holds NaN or infinities",
        ),
        (lambda: hog_feature(np.full((16, 16), np.inf)), "hog_feature: image should hold finite numbers"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_gray_keeps_white_and_weighs_colours():
    np.testing.assert_allclose(
        rgb2gray(np.array([[255, 255, 255], [100, 0, 0], [0, 100, 0]], np.uint8)), [255, 29.9, 58.7]
    )
    assert rgb2gray(IMAGES.astype(np.float32)).dtype == np.float32
    assert rgb2gray(IMAGES).shape == (3, 32, 32)


def test_all_features_stand_side_by_side():
    features = extract_features(IMAGES, [hog_feature, color_histogram_hsv])
    assert features.shape == (3, 334)
    np.testing.assert_allclose(features[2], np.concatenate([hog_feature(IMAGES[2]), color_histogram_hsv(IMAGES[2])]))


def test_functions_of_one_image_and_bound_arguments():
    functions = [lambda image: color_histogram_hsv(image, nbin=4), partial(color_histogram_hsv, bins=5), np.mean]
    features = extract_features(IMAGES, functions)
    assert features.shape == (3, 10)
    np.testing.assert_allclose(features[:, 9], IMAGES.mean(axis=(1, 2, 3)))


def test_more_images_than_one_block_holds():
    images = rng.integers(0, 256, (230, 8, 8, 3), dtype=np.uint8)
    features = extract_features(images, color_histogram_hsv)
    np.testing.assert_array_equal(features, color_histogram_hsv(images))


def test_progress_changes_nothing_of_the_result(capsys):
    np.testing.assert_array_equal(extract_features(IMAGES, hog_feature, progress=True), hog_feature(IMAGES))


@pytest.mark.parametrize(
    "images, functions, message",
    [
        (IMAGES[:0], [hog_feature], r"N at least 1, but have \(0, 32, 32, 3\)"),
        (IMAGES, [], "one or more functions"),
        (IMAGES, ["hog"], "one or more functions"),
        (IMAGES, None, "one or more functions"),
        (IMAGES, [lambda image: image[image > image.mean()]], "same number of features, but <lambda> returns"),
    ],
)
def test_features_of_nothing(images, functions, message):
    with pytest.raises(ValueError, match=message):
        extract_features(images, functions)


def test_a_length_that_changes_between_blocks():
    sizes = iter([1] * 100 + [2] * 30)
    with pytest.raises(ValueError, match="image 0 has 1 and image 100 has 2"):
        extract_features(np.zeros((130, 2, 2, 3)), lambda image: np.zeros(next(sizes)))


def test_progress_by_its_other_name(capsys):
    extract_features(np.zeros((2, 16, 16, 3)), [hog_feature], verbose=True)
    assert "features" in capsys.readouterr().err


def test_features_that_are_whole_numbers_become_floats():
    images = np.ones((3, 4, 4, 3), np.uint8)
    assert extract_features(images, lambda image: image.sum(axis=(0, 1))).dtype == np.float64
    assert extract_features(images, lambda image: image.sum(axis=(0, 1), dtype=np.float32)).dtype == np.float32


def test_arguments_at_their_limits():
    assert hog_feature(IMAGES[0], orientations=1, cell=16, block=2).shape == (4,)
    assert hog_feature(IMAGES[0], cell=8, block=4).shape == (16 * 9,)
    assert hog_feature(IMAGES[0], cell=1, block=1).shape == (32 * 32 * 9,)
    assert color_histogram_hsv(IMAGES[0], bins=1).tolist() == [1]


def test_what_is_not_told_is_as_the_paper_has_it():
    np.testing.assert_array_equal(hog_feature(IMAGES), hog_feature(IMAGES, orientations=9, cell=8, block=2))
    np.testing.assert_array_equal(color_histogram_hsv(IMAGES), color_histogram_hsv(IMAGES, bins=10, normalized=True))
