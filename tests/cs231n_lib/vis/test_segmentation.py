import numpy as np
import pytest

from cs231n_lib import vis

IMAGES = np.zeros((2, 4, 5, 3), np.uint8)
TRUE = np.zeros((2, 4, 5), int)
TRUE[0, 1, 1:4], TRUE[1, 2, 2], TRUE[1, 0, 0] = 1, 2, -1


def shown(figure, which):
    return np.asarray(figure.axes[which].images[0].get_array(), dtype=float)


def test_equal_classes_have_equal_colours_and_only_those_that_occur_are_in_the_legend():
    figure = vis.masks(IMAGES, TRUE, {"net": TRUE[::-1]}, ["background", "disc", "ring", "square"])
    assert len(figure.axes) == 6
    true, predicted = shown(figure, 2), shown(figure, 5)
    np.testing.assert_array_equal(true, predicted)
    assert (true[1, 1:4] == true[1, 1]).all() and (true[1, 1] != true[0, 0]).any()
    np.testing.assert_array_equal(shown(figure, 3)[0, 0], [1, 1, 1])  # no label
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["background", "disc", "ring"]
    assert [figure.axes[i].get_ylabel() for i in (0, 2, 4)] == ["image", "true", "net"]


def test_masks_of_bytes_without_predictions():
    assert len(vis.masks(IMAGES, np.abs(TRUE).astype(np.uint8)).axes) == 4


def test_the_colours_of_many_classes_differ():
    y = np.arange(20).reshape(1, 4, 5) % 15
    colors = shown(vis.masks(IMAGES[:1], y), 1).reshape(-1, 3)[:15]
    assert len(np.unique(colors.round(3), axis=0)) == 15


def test_overlap_counts_its_pixels():
    pred, true = np.zeros((1, 3, 4), bool), np.zeros((1, 3, 4), bool)
    pred[0, 0, :3], true[0, :2, 1:3] = True, True
    figure = vis.mask_overlap(pred, true, ["a disc"])
    assert figure.axes[0].get_xlabel() == "both 2\nonly predicted 1\nonly true 2"
    picture = shown(figure, 0)
    assert picture[0, 1].argmax() == 1 and picture[0, 0].argmax() == 0 and picture[1, 1].argmax() == 2


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: vis.masks(IMAGES, TRUE[:1]), "there should be one mask per image"),
        (lambda: vis.masks(IMAGES, TRUE, TRUE[:, :3]), "those in row 'predicted'"),
        (lambda: vis.masks(IMAGES, TRUE + 0.0), "y should hold integers of shape"),
        (lambda: vis.mask_overlap(TRUE[0] > 0, TRUE[0] > 0), r"the same shape \(N, H, W\)"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
