import numpy as np
import pytest
from matplotlib.colors import to_rgba

from cs231n_lib import vis
from cs231n_lib.vis.style import GREEN, RED

rng = np.random.default_rng(0)
IMAGES = rng.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "image, expected",
    [
        (np.full((1, 4, 4, 3), 51, np.uint8), 0.2),
        (np.full((1, 4, 4, 3), 51.0), 0.2),
        (np.full((1, 4, 4, 3), 0.2), 0.2),
        (np.full((1, 4, 4, 3), 0.2, np.float32), 0.2),
        (np.full((1, 4, 4), 51, np.uint8), 0.2),
        (np.full((1, 3, 4, 4), 51, np.uint8), 0.2),
        (np.full((1, 3072), 51, np.uint8), 0.2),
        (np.full((4, 4, 3), 51, np.uint8), 0.2),
        (np.full((1, 4, 4, 3), -7.0), 0.5),
    ],
)
def test_images_of_any_kind_are_shown_as_they_are(image, expected, pixels):
    shown = pixels(vis.show_images(image))
    assert shown.shape[:2] in ((4, 4), (32, 32))
    np.testing.assert_allclose(shown, expected, atol=1e-6)


def test_centred_images_are_stretched_from_black_to_white(pixels):
    shown = pixels(vis.show_images(rng.standard_normal((1, 8, 8, 3))))
    assert shown.min() == 0 and shown.max() == 1


def test_no_argument_is_changed():
    X = rng.standard_normal((2, 8, 8, 3))
    before = X.copy()
    vis.show_images(X)
    np.testing.assert_array_equal(X, before)


def test_one_title_per_image():
    with pytest.raises(ValueError, match="one title per image, but 12 images have 3"):
        vis.show_images(IMAGES, titles=["a", "b", "c"])


def test_images_of_no_image_shape():
    with pytest.raises(ValueError, match=r"Images should have shape .* but have \(2, 2, 2, 2, 2\)"):
        vis.show_images(np.zeros((2, 2, 2, 2, 2)))


def test_samples_stand_in_the_row_of_their_class():
    y = np.array([1, 0, 1])
    X = np.stack([np.full((4, 4, 3), value, np.uint8) for value in (10, 20, 30)])
    figure = vis.samples_per_class(X, y, ["zero", "one"], n=2)
    shown = [axes.images[0].get_array()[0, 0, 0] if axes.images else None for axes in figure.axes]
    assert shown == [20, None, 10, 30]
    assert [figure.axes[0].get_ylabel(), figure.axes[2].get_ylabel()] == ["zero", "one"]
    assert not any(len(axes.get_xticks()) or len(axes.get_yticks()) for axes in figure.axes)


def test_mistakes_stand_in_the_row_of_what_they_were_taken_for():
    X = np.stack([np.full((4, 4, 3), value, np.uint8) for value in (10, 20, 30, 40)])
    figure = vis.misclassified_images(X, [0, 1, 1, 0], [0, 0, 1, 1], ["zero", "one"], n=2)
    shown = [axes.images[0].get_array()[0, 0, 0] if axes.images else None for axes in figure.axes]
    assert shown == [20, None, 40, None]
    assert [axes.get_title(loc="center") for axes in figure.axes] == ["one", "", "zero", ""]
    assert figure.axes[0].get_ylabel() == "zero?\n1 wrong"


def test_of_many_mistakes_the_first_are_shown_and_all_counted():
    figure = vis.misclassified_images(IMAGES, np.zeros(12, int), np.ones(12, int), ["zero", "one"], n=3)
    assert len(figure.axes) == 6 and sum(bool(axes.images) for axes in figure.axes) == 3
    assert figure.axes[3].get_ylabel() == "one?\n12 wrong"


def test_no_mistakes_at_all():
    vis.misclassified_images(IMAGES, np.zeros(12, int), np.zeros(12, int), ["zero", "one"]).canvas.draw()


def test_a_label_for_every_image():
    with pytest.raises(ValueError, match=r"should have shape \(12,\), one label per image, but have \(3,\)"):
        vis.misclassified_images(IMAGES, [0, 1, 2], [0, 1, 2], list("abc"))


def test_a_name_for_every_class():
    with pytest.raises(ValueError, match="y_true should be 0..1, one label per class name, but goes from 2 to 2"):
        vis.misclassified_images(IMAGES, np.full(12, 2), np.zeros(12, int), ["zero", "one"])


def framed(axes):
    return axes.spines["left"].get_edgecolor() if axes.spines["left"].get_visible() else None


def test_neighbours_of_the_same_class_are_framed_in_green_and_others_in_red_with_their_name():
    figure = vis.neighbors(IMAGES[:2], IMAGES[2:6].reshape(2, 2, 32, 32, 3), [0, 1], [[0, 1], [0, 1]], ["cat", "dog"])
    green, red = to_rgba(GREEN), to_rgba(RED)
    assert [framed(axes) for axes in figure.axes] == [None, green, red, None, red, green]
    assert [axes.get_title(loc="center") for axes in figure.axes] == ["cat", "", "dog", "dog", "cat", ""]
    for axes, i in zip(figure.axes, (0, 2, 3, 1, 4, 5), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), IMAGES[i])
        assert len(axes.get_xticks()) == len(axes.get_yticks()) == 0


def test_neighbours_without_class_names_show_their_labels():
    figure = vis.neighbors(IMAGES[:1], IMAGES[None, 1:3], [7], [[7, 3]])
    assert [axes.get_title(loc="center") for axes in figure.axes] == ["7", "", "3"]


@pytest.mark.parametrize("labels", [{}, {"test_labels": [0]}, {"neighbor_labels": [[0, 1]]}])
def test_neighbours_with_the_labels_of_one_side_only_have_no_frames(labels):
    figure = vis.neighbors(IMAGES[:1], IMAGES[None, 1:3], **labels)
    assert [framed(axes) for axes in figure.axes] == [None, None, None]
    assert not any(axes.get_title(loc="center") for axes in figure.axes)


def test_neighbours_of_another_number_of_images():
    with pytest.raises(ValueError, match=r"one row per test image, but test_images has \(2, 32, 32, 3\)"):
        vis.neighbors(IMAGES[:2], IMAGES[None, 2:5])


@pytest.mark.parametrize(
    "image, expected",
    [([[0.0, 0.5]], [0, 0.5]), ([[0.0, 51.0]], [0, 0.2]), ([[-1.0, 1.0]], [0, 1]), ([[5.0, 260.0]], [0, 1])],
)
def test_what_counts_as_an_image_of_floats(image, expected, pixels):
    np.testing.assert_allclose(pixels(vis.show_images([image]))[0], expected)


def test_titles_stand_over_their_images_and_places_left_over_are_empty():
    figure = vis.show_images(IMAGES[:3], titles=["a", "b", "c"], columns=2)
    assert [axes.get_title(loc="center") for axes in figure.axes] == ["a", "b", "c", ""]
    assert [len(axes.images) for axes in figure.axes] == [1, 1, 1, 0]
