import pytest

from cs231n_lib.diagnosis.wrong_shape import shape_mistake


@pytest.mark.parametrize(
    ("actual", "expected", "reason"),
    [
        ((3, 4), (4, 3), " Is it transposed?"),
        ((3, 2, 4), (4, 3, 2), " Are its axes in another order?"),
        ((2, 5, 4), (4, 3, 2), ""),
        ((5, 1), (5,), " It has an axis of length 1 too many (from keepdims=True, [:, None] or reshape)."),
        ((5,), (1, 5), " An axis of length 1 is missing (keepdims=True keeps it)."),
        ((), (5,), " It is a single number: is it summed over all axes, or is it only the last value?"),
        ((), (1, 1), " An axis of length 1 is missing (keepdims=True keeps it)."),
        (
            (5,),
            (4, 5),
            " An axis is missing: is it summed over one axis too many, or is it computed for one example only?",
        ),
        ((6, 2), (3, 4), " It has the right number of entries: is it reshaped?"),
        ((6, 2, 1), (3, 4), " It has the right number of entries: is it reshaped?"),
        ((8, 4, 5), (4, 5), " It has an axis too many: is a sum or mean over it missing?"),
        ((8, 4), (8, 5), ""),
    ],
)
def test_the_reason_of_a_wrong_shape(actual, expected, reason):
    text = f"The gradient has shape {actual}; it should have {expected}.{reason}"
    assert shape_mistake(actual, expected, "The gradient") == text
