import numpy as np
import pytest

from cs231n_lib.data.augmentation import pca_color_jitter

X = np.random.default_rng(0).uniform(0, 255, (40, 3, 8, 6))
COMPONENTS = np.diag([30.0, 20.0, 10.0])


def test_pca_jitter_shifts_each_image_along_the_components():
    images = np.zeros((3000, 3, 2, 2))
    out = pca_color_jitter(images, 0, components=COMPONENTS, scale=0.5)
    np.testing.assert_array_equal(out, np.broadcast_to(out[:, :, :1, :1], out.shape))
    np.testing.assert_allclose(out[:, :, 0, 0].std(axis=0), [15, 10, 5], rtol=0.05)


def test_pca_jitter_has_a_deviation_of_a_tenth_unless_told():
    np.testing.assert_array_equal(
        pca_color_jitter(X, 0, components=COMPONENTS), pca_color_jitter(X, 0, components=COMPONENTS, scale=0.1)
    )
    np.testing.assert_array_equal(pca_color_jitter(X, 0, components=COMPONENTS, scale=0), X)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: pca_color_jitter(X, components=COMPONENTS, scale=-1), "scale should be a number of at least 0"),
        (lambda: pca_color_jitter(X), r"components is missing; pass what principal_colors\(X_train\) returns"),
        (lambda: pca_color_jitter(X, components=np.eye(2)), r"components should have shape \(3, 3\), but has \(2, 2\)"),
        (lambda: pca_color_jitter(X, "a", COMPONENTS), "pca_color_jitter: rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
