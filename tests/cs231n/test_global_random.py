import numpy as np

from cs231n.global_random import generator


def test_numpys_seed_makes_the_generator_repeatable():
    np.random.seed(3)
    first, second = generator().random(), generator().random()
    assert first != second
    np.random.seed(3)
    assert generator().random() == first
