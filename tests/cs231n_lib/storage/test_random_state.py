import numpy as np
import pytest

from cs231n_lib.storage.random_state import random_state_from_text, random_state_to_text


@pytest.mark.parametrize("name", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_generator_goes_on_where_it_was(name):
    rng = np.random.Generator(getattr(np.random, name)(5))
    rng.integers(100, size=7, dtype=np.uint8)  # leaves half of a 64-bit draw
    copy = random_state_from_text(random_state_to_text(rng))
    np.testing.assert_array_equal(*(each.integers(100, size=50, dtype=np.uint8) for each in (copy, rng)))
    np.testing.assert_array_equal(copy.standard_normal(50), rng.standard_normal(50))


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"bit_generator": "os"}', '{"bit_generator": "PCG64"}'])
def test_text_that_is_no_state(text):
    with pytest.raises(ValueError, match="This text is not the state of a random generator"):
        random_state_from_text(text)
