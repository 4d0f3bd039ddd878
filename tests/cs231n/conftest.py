import numpy as np
import pytest


@pytest.fixture(autouse=True)
def seeded():
    """The public notebooks draw from NumPy's global random state."""
    np.random.seed(231)


@pytest.fixture
def rel_error():
    """The relative error as the public notebooks define it."""
    return lambda x, y: np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


@pytest.fixture
def linear():
    """linear(first, last, *shape) are numbers at equal distances, as the public notebooks make their inputs."""
    return lambda first, last, *shape: np.linspace(first, last, num=int(np.prod(shape))).reshape(shape)
