"""The models of the course, each in a file of its own that is read when it is asked for.

A release of the course leaves out the files that hold the answers to its assignment; everything else works
without them.
"""

from importlib import import_module

_FILES = {
    "KNearestNeighbor": "k_nearest_neighbor",
    "LinearClassifier": "linear_classifier",
    "LinearSVM": "linear_classifier",
    "LinearSoftmax": "linear_classifier",
    "softmax_loss_vectorized": "linear_classifier",
    "svm_loss_vectorized": "linear_classifier",
}

__all__ = list(_FILES)


def __getattr__(name):
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    module = f"{__name__}.{_FILES[name]}"
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise ImportError(f"this edition of the library leaves out {name} because it is what the assignment "
                          "asks you to write", name=module) from None


def __dir__():
    return sorted(__all__)
