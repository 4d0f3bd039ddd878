"""The names of the public `cs231n.classifiers`; the nets are in its modules fc_net, cnn and neural_net."""

from cs231n.aliases import aliases

__getattr__, __dir__, __all__ = aliases(
    __name__,
    {
        "cs231n.classifiers.k_nearest_neighbor": ["KNearestNeighbor"],
        "cs231n.classifiers.linear_classifier": ["LinearClassifier", "LinearSVM", "Softmax"],
    },
)
