"""NumPy's global random state, on which the public package draws, so that np.random.seed makes a run repeatable."""

import numpy as np


def generator() -> np.random.Generator:
    """Return a generator for the library, whose seed comes from NumPy's global random state."""
    return np.random.default_rng(np.random.randint(2**31))
