import numpy as np
import pytest

from cs231n.im2col import col2im_indices, get_im2col_indices, im2col_indices
from cs231n.layers import conv_forward_naive


def test_the_columns_run_over_output_rows_output_columns_and_images():
    x = np.arange(16.0).reshape(2, 1, 2, 4)
    cols = im2col_indices(x, 2, 2, padding=0, stride=2)
    # two fields in each of two images: the first field of both images, then the second field of both
    assert cols.tolist() == [[0, 8, 2, 10], [1, 9, 3, 11], [4, 12, 6, 14], [5, 13, 7, 15]]


@pytest.mark.parametrize("padding, stride", [(0, 1), (1, 1), (1, 2), (2, 3)])
def test_the_product_with_filters_is_the_convolution(padding, stride):
    x, w = np.random.randn(3, 2, 7, 7), np.random.randn(4, 2, 3, 3)
    out, _ = conv_forward_naive(x, w, np.zeros(4), {"stride": stride, "pad": padding})
    product = w.reshape(4, -1) @ im2col_indices(x, 3, 3, padding, stride)
    np.testing.assert_allclose(product.reshape(4, *out.shape[2:], 3).transpose(3, 0, 1, 2), out)


@pytest.mark.parametrize("padding, stride", [(0, 1), (1, 2)])
def test_the_indices_give_the_columns(padding, stride):
    x = np.random.randn(3, 2, 5, 7)
    k, i, j = get_im2col_indices(x.shape, 3, 2, padding, stride)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    cols = padded[:, k, i, j].transpose(1, 2, 0).reshape(12, -1)
    np.testing.assert_array_equal(cols, im2col_indices(x, 3, 2, padding, stride))


def test_col2im_is_the_transpose_of_im2col():
    x, shape = np.random.randn(3, 2, 5, 7), (3, 2, 5, 7)
    cols = im2col_indices(x, 3, 3)
    other = np.random.randn(*cols.shape)
    np.testing.assert_allclose(np.sum(cols * other), np.sum(x * col2im_indices(other, shape)))
