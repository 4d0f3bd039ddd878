"""The right convolution, from which the catalogue computes what mistakes would give."""

import itertools

import numpy as np
import pytest

from cs231n_lib.mistakes.convolution import convolve


@pytest.mark.parametrize(("stride", "pad"), list(itertools.product((1, 2, 3), (0, 1, 2))))
@pytest.mark.parametrize(("size", "field"), [((5, 4), (3, 3)), ((3, 7), (3, 2)), ((6, 6), (1, 1)), ((2, 3), (2, 3))])
def test_each_output_is_the_sum_over_its_field(size, field, stride, pad):
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 3, *size)), rng.normal(size=(4, 3, *field)), rng.normal(size=4)
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows, columns = (range(0, side - one + 1, stride) for side, one in zip(padded.shape[2:], field, strict=True))
    expected = [
        [
            [[np.sum(image[:, i : i + field[0], j : j + field[1]] * one) + bias for j in columns] for i in rows]
            for one, bias in zip(w, b, strict=True)
        ]
        for image in padded
    ]
    np.testing.assert_allclose(convolve(x, w, b, {"stride": stride, "pad": pad}), expected, rtol=1e-10, atol=1e-12)


def test_a_field_larger_than_the_padded_image_is_refused():
    with pytest.raises(ValueError, match="larger than the padded image"):
        convolve(np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 6)), np.ones(1), {"stride": 1, "pad": 1})
