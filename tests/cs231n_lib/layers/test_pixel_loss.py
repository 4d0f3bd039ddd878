import numpy as np
import pytest

from cs231n_lib import layers
from cs231n_lib.diagnosis import numerical_gradient, rel_error

SCORES = np.random.default_rng(0).standard_normal((2, 3, 2, 4))
Y = np.random.default_rng(1).integers(3, size=(2, 2, 4))


def test_the_mean_over_the_labelled_pixels():
    y = Y.copy()
    y[0, 0, :3] = y[1, 1, 2] = -1
    total, count = 0.0, 0
    for n, h, w in np.ndindex(*y.shape):
        if y[n, h, w] != -1:
            s = SCORES[n, :, h, w]
            total, count = total + np.log(np.exp(s).sum()) - s[y[n, h, w]], count + 1
    loss, dscores = layers.pixel_softmax_loss(SCORES, y)
    assert count == 12 and loss == pytest.approx(total / count)
    assert not dscores[0, :, 0, :3].any() and not dscores[1, :, 1, 2].any()
    numeric = numerical_gradient(lambda s: layers.pixel_softmax_loss(s, y)[0], SCORES)
    assert rel_error(dscores, numeric) < 1e-7


def test_another_label_for_pixels_that_do_not_count():
    marked = np.where(Y == 2, 255, Y).astype(np.uint8)
    loss, _ = layers.pixel_softmax_loss(SCORES, marked, ignore=255)
    assert loss == pytest.approx(layers.pixel_softmax_loss(SCORES, np.where(Y == 2, -1, Y))[0])


def test_float32_and_scores_that_are_large():
    loss, dscores = layers.pixel_softmax_loss(1e4 * SCORES.astype(np.float32), Y)
    assert loss.dtype == dscores.dtype == np.float32 and np.isfinite(loss) and np.isfinite(dscores).all()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"scores": SCORES[0]}, r"scores should have shape \(N, C, H, W\)"),
        ({"y": Y[:, :1]}, r"y should have shape \(2, 2, 4\), one label per pixel"),
        ({"y": Y + 0.0}, "y should hold integer class numbers, but holds float64"),
        ({"y": Y + 1}, r"y should hold class numbers 0..2 or ignore \(-1\), but holds 3"),
        ({"y": Y - 2}, "but holds -2"),
        ({"y": np.full_like(Y, -1)}, "y should have a label for at least one pixel"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    with pytest.raises(ValueError, match=f"pixel_softmax_loss: .*{message}"):
        layers.pixel_softmax_loss(**{"scores": SCORES, "y": Y, **change})
