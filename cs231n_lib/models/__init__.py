"""The models of the course, one per file, imported on first use."""

from typing import TYPE_CHECKING

from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.models.accounting import LayerCost as LayerCost
    from cs231n_lib.models.accounting import NetCost as NetCost
    from cs231n_lib.models.accounting import net_cost as net_cost
    from cs231n_lib.models.convnet import ConvNet as ConvNet
    from cs231n_lib.models.ensembles import ema_update as ema_update
    from cs231n_lib.models.ensembles import ensemble_probabilities as ensemble_probabilities
    from cs231n_lib.models.ensembles import predict_tta as predict_tta
    from cs231n_lib.models.fully_connected import fully_connected_loss as fully_connected_loss
    from cs231n_lib.models.fully_connected import init_fully_connected as init_fully_connected
    from cs231n_lib.models.fully_connected_net import FullyConnectedNet as FullyConnectedNet
    from cs231n_lib.models.k_nearest_neighbor import KNearestNeighbor as KNearestNeighbor
    from cs231n_lib.models.linear_classifier import LinearClassifier as LinearClassifier
    from cs231n_lib.models.linear_classifier import LinearSoftmax as LinearSoftmax
    from cs231n_lib.models.linear_classifier import LinearSVM as LinearSVM
    from cs231n_lib.models.linear_classifier import softmax_loss_vectorized as softmax_loss_vectorized
    from cs231n_lib.models.linear_classifier import svm_loss_vectorized as svm_loss_vectorized
    from cs231n_lib.models.resnet import ResNet as ResNet
    from cs231n_lib.models.three_layer_convnet import ThreeLayerConvNet as ThreeLayerConvNet
    from cs231n_lib.models.transfer import frozen_step as frozen_step
    from cs231n_lib.models.transfer import transfer_params as transfer_params
    from cs231n_lib.models.two_layer_net import TwoLayerNet as TwoLayerNet
    from cs231n_lib.models.whitened_convnet import WhitenedConvNet as WhitenedConvNet

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "k_nearest_neighbor": ["KNearestNeighbor"],
        "linear_classifier": [
            "LinearClassifier",
            "LinearSVM",
            "LinearSoftmax",
            "softmax_loss_vectorized",
            "svm_loss_vectorized",
        ],
        "two_layer_net": ["TwoLayerNet"],
        "fully_connected": ["init_fully_connected", "fully_connected_loss"],
        "fully_connected_net": ["FullyConnectedNet"],
        "three_layer_convnet": ["ThreeLayerConvNet"],
        "convnet": ["ConvNet"],
        "accounting": ["net_cost", "NetCost", "LayerCost"],
        "ensembles": ["ensemble_probabilities", "predict_tta", "ema_update"],
        "transfer": ["transfer_params", "frozen_step"],
        "resnet": ["ResNet"],
        "whitened_convnet": ["WhitenedConvNet"],
    },
)
