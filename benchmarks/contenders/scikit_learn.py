"""Distances by scikit-learn."""

import numpy as np
import sklearn
from sklearn.metrics.pairwise import euclidean_distances

from contenders.works import Run, Work, inputs


def version() -> str:
    return f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}"


def set_threads(count: int) -> None:
    """OPENBLAS_NUM_THREADS says it; it cannot be set later."""


def to_numpy(result: object) -> np.ndarray:
    return np.asarray(result)


def prepare(work: Work) -> Run:
    values = inputs(work)
    assert work.kind == "knn distances", work.kind
    return lambda: (euclidean_distances(values["X_test"], values["X_train"]),)
