import numpy as np
import pytest

from cs231n_lib.kernels.geometry import MOST_PIXELS, Caller, aligned_float_array, aligned_floats, geometry

CALLER = Caller("f")


@pytest.mark.parametrize("size", [5, 6, 7, 11])
@pytest.mark.parametrize("field, pad, stride, dilation", [(1, 0, 1, 1), (3, 1, 2, 1), (2, 0, 3, 3), (3, 2, 1, 2)])
def test_the_output_size_counts_the_places_of_the_field(size, field, pad, stride, dilation):
    starts = range(-pad, size + pad - dilation * (field - 1), stride)
    found = geometry(CALLER, (1, 1, size, 99), field, 1, (pad, 0), (stride, 1), (dilation, 1))
    assert found == (field, 1, pad, 0, stride, 1, dilation if field > 1 else 1, 1, len(starts), 99)
    turned = geometry(CALLER, (1, 1, 99, size), 1, field, (0, pad), (1, stride), (1, dilation))
    assert turned == (1, field, 0, pad, 1, stride, 1, dilation if field > 1 else 1, 99, len(starts))


def test_a_field_as_large_as_the_image_fits_and_a_larger_one_does_not():
    assert geometry(CALLER, (1, 1, 4, 6), 4, 6, 0, 1)[-2:] == (1, 1)
    assert geometry(CALLER, (1, 1, 3, 5), 3, 3, 0, 1, (1, 2))[-2:] == (1, 1)
    for arguments, words in [
        ((5, 6, 0, 1), "f: field_height=5 does not fit: the image is only 4 high with its padding of 0"),
        ((4, 9, (0, 1), 1), "f: field_width=9 does not fit: the image is only 8 wide with its padding of 1"),
        (
            (4, 3, 0, 1, (1, 3)),
            "field_width=3 does not fit: with dilation 3 it covers 7 pixels, but the image is only 6",
        ),
    ]:
        with pytest.raises(ValueError, match=words):
            geometry(CALLER, (1, 1, 4, 6), *arguments)


def test_an_error_has_the_names_of_the_function_that_was_called():
    caller = Caller("pool", "pool_height", "pool_width")
    with pytest.raises(ValueError, match="pool: pool_height should be an integer of at least 1, but is 0"):
        geometry(caller, (1, 1, 4, 4), 0, 2, 0, 1)
    with pytest.raises(ValueError, match="pool: pool_width should be an integer of at least 1, but is 0"):
        geometry(caller, (1, 1, 4, 4), 2, 0, 0, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, 2, -1, 1), "pad should be an integer of at least 0, but is -1"),
        ((2, 2, 0, 0), "stride should be an integer of at least 1, but is 0"),
        ((2, 2, 0, 1, 0), "dilation should be an integer of at least 1, but is 0"),
        ((2, 2, (0, -1), 1), "pad should be an integer of at least 0"),
        ((2, 2, 0, (1, 0)), "stride should be an integer of at least 1"),
        ((2, 2, 0, 1, (1, 0)), "dilation should be an integer of at least 1"),
    ],
)
def test_numbers_below_the_least(arguments, words):
    with pytest.raises(ValueError, match=f"f: {words}"):
        geometry(CALLER, (1, 1, 4, 4), *arguments)


def test_a_row_or_column_has_at_most_2_31_minus_1_pixels():
    assert MOST_PIXELS == 2**31 - 1
    pad = 2**30 - 1
    assert geometry(CALLER, (1, 1, 1, 1), 1, 1, pad, MOST_PIXELS)[-2:] == (1, 1)
    for axis, side in enumerate(("high", "wide")):
        image, pads = [1, 1, 1, 1], [0, 0]
        image[2 + axis], pads[axis] = 2, pad
        with pytest.raises(ValueError, match=f"pad={pad} makes the image {2**31} {side}, but it may have at most"):
            geometry(CALLER, tuple(image), 1, 1, tuple(pads), 1)


def test_strides_and_dilations_too_large_to_matter_become_small():
    huge = 2**62
    assert geometry(CALLER, (1, 1, 5, 6), 1, 1, (1, 0), huge, huge) == (1, 1, 1, 0, 7, 6, 1, 1, 1, 1)
    assert geometry(CALLER, (1, 1, 5, 6), 2, 2, 0, (5, 6), (4, 5)) == (2, 2, 0, 0, 5, 6, 4, 5, 1, 1)


def test_items_lie_on_their_boundary():
    apart = np.frombuffer(b"x" + np.arange(3.0).tobytes(), np.uint8)[1:].view(np.float64)
    assert not apart.flags.aligned
    for array in (*aligned_floats("f", x=apart, y=apart), aligned_float_array("f", "x", apart)):
        assert array.flags.aligned
        np.testing.assert_array_equal(array, [0, 1, 2])
    fitting = np.arange(3.0)[::2]
    assert aligned_float_array("f", "x", fitting) is fitting
