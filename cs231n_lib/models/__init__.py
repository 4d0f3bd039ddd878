"""The models of the course, each in a file of its own that is read when it is asked for."""

from cs231n_lib.lazy_exports import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, {
    "k_nearest_neighbor": ["KNearestNeighbor"],
    "linear_classifier": [
        "LinearClassifier", "LinearSVM", "LinearSoftmax", "softmax_loss_vectorized", "svm_loss_vectorized",
    ],
    "two_layer_net": ["TwoLayerNet"],
    "fully_connected_net": ["FullyConnectedNet"],
    "three_layer_convnet": ["ThreeLayerConvNet"],
    "convnet": ["ConvNet"],
})
