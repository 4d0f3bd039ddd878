import numpy as np
import pytest

from cs231n_lib.metrics import iou_per_class, mean_iou

TRUE = np.array([[[0, 0, 1], [0, 1, 1]], [[0, 0, 0], [2, 2, 0]]])
PRED = np.array([[[0, 1, 1], [0, 1, 0]], [[0, 0, 0], [0, 2, 2]]])


def test_by_hand():
    # class 0: both 5, only predicted 2, only true 2; class 1: 2, 1, 1; class 2: 1, 1, 1; class 3 occurs nowhere
    np.testing.assert_allclose(iou_per_class(PRED, TRUE, 4), [5 / 9, 2 / 4, 1 / 3, np.nan])
    assert mean_iou(PRED, TRUE, 4) == pytest.approx((5 / 9 + 2 / 4 + 1 / 3) / 3)


def test_a_class_that_is_only_predicted_counts_with_0():
    assert mean_iou([0, 1], [0, 0], 3) == pytest.approx((1 / 2 + 0) / 2)


def test_ignored_pixels_do_not_count_whatever_is_predicted():
    y = np.where(TRUE == 2, -1, TRUE)
    np.testing.assert_allclose(iou_per_class(PRED, y, 3), [5 / 8, 2 / 4, 0])  # one predicted 2 is left, at a true 0


def test_masks_of_bytes():
    y = np.full(300, 10, np.uint8)
    assert mean_iou(y, y, 11) == 1.0  # 10 * 11 + 10 and 300 pixels do not fit in a byte
    assert mean_iou(y, np.where(np.arange(300) < 3, 255, y).astype(np.uint8), 11, ignore=255) == 1.0


@pytest.mark.parametrize(
    "change, message",
    [
        ({"pred": PRED[:1]}, "pred and y should have the same shape"),
        ({"pred": PRED + 0.0}, r"pred should hold integer class numbers 0..3"),
        ({"y": TRUE - 2}, r"y should hold integer class numbers 0..3"),
        ({"num_classes": 2}, r"should hold integer class numbers 0..1"),
        ({"num_classes": 0}, "num_classes should be an integer of at least 1"),
        ({"y": np.full_like(TRUE, -1)}, "y should have a pixel that counts"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    with pytest.raises(ValueError, match=message):
        mean_iou(**{"pred": PRED, "y": TRUE, "num_classes": 4, **change})
