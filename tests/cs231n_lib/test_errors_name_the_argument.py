"""Whatever is passed for an argument, a function works or raises an error that names the function and the argument."""

import inspect
import re

import numpy as np
import pytest

from cs231n_lib import initializers, kernels, layers, models, optim
from cs231n_lib.data import augmentation, preprocessing, soft_labels
from cs231n_lib.features import bag_of_words, hand_made, patches
from cs231n_lib.models.linear_classifier import LinearSVM, svm_loss_vectorized
from cs231n_lib.optim import schedules

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
rng = np.random.default_rng(0)


def normal(*shape):
    return rng.standard_normal(shape)


ROWS, IMAGES, PICTURES, LABELS = normal(4, 6), normal(2, 3, 6, 6), 50 * normal(5, 8, 8, 3) + 100, np.arange(4)
CONV, POOL = {"stride": 1, "pad": 1}, {"pool_height": 2, "pool_width": 2, "stride": 2}
DROP, FILTERS = {"mode": "train", "p": 0.5}, normal(4, 3, 3, 3)
POOLED, WINNERS = kernels.max_pool_forward(IMAGES, 2, 2, 2)
GOOD = [
    *((getattr(layers, f"{name}_forward"), (ROWS,)) for name in ("relu", "sigmoid", "tanh")),
    (layers.leaky_relu_forward, (ROWS, 0.1)),
    (layers.elu_forward, (ROWS, 1.0)),
    (layers.maxout_forward, (ROWS, 2)),
    (layers.affine_forward, (ROWS, normal(6, 5), normal(5))),
    (layers.batchnorm_forward, (ROWS, normal(6), normal(6), {"mode": "train"})),
    (layers.layernorm_forward, (ROWS, normal(6), normal(6), {})),
    (layers.spatial_batchnorm_forward, (IMAGES, normal(3), normal(3), {"mode": "train"})),
    (layers.spatial_groupnorm_forward, (IMAGES, normal(3), normal(3), 3, {})),
    (layers.dropout_forward, (ROWS, DROP)),
    (layers.max_norm, (ROWS, 1.0)),
    (layers.svm_loss, (ROWS, LABELS)),
    (layers.softmax_loss, (ROWS, LABELS)),
    (layers.squared_hinge_loss, (ROWS, LABELS)),
    (layers.multilabel_hinge_loss, (ROWS, np.sign(ROWS))),
    (layers.hierarchical_softmax_loss, (ROWS, LABELS)),
    (layers.soft_cross_entropy, (ROWS, ROWS**2, 1.0)),
    (layers.distillation_loss, (ROWS, ROWS, LABELS, 2.0, 0.5)),
    (layers.contrastive_loss, (ROWS, 0.5)),
    *(
        (getattr(layers, f"conv_forward_{kind}"), (IMAGES, FILTERS, normal(4), CONV))
        for kind in ("naive", "im2col", "fast")
    ),
    *(
        (getattr(layers, f"{op}_pool_forward_{kind}"), (IMAGES, POOL))
        for op in ("max", "avg")
        for kind in ("naive", "fast")
    ),
    (layers.conv_transpose_forward, (IMAGES, normal(3, 4, 3, 3), normal(4), CONV)),
    (layers.pixel_softmax_loss, (IMAGES, np.zeros((2, 6, 6), int), -1)),
    (kernels.conv_transpose_backward, (normal(2, 4, 6, 6), IMAGES, normal(3, 4, 3, 3), 1, 1, 0)),
    (kernels.im2col, (IMAGES, 2, 2, 0, 1, 1)),
    (kernels.col2im, (kernels.im2col(IMAGES, 2, 2), IMAGES.shape, 2, 2, 0, 1, 1)),
    (kernels.conv_backward, (normal(2, 4, 4, 4), IMAGES, FILTERS, 1, 0, 1)),
    (kernels.max_pool_backward, (POOLED, WINNERS, IMAGES.shape, 2, 2, 2, 0)),
    (kernels.avg_pool_backward, (POOLED, IMAGES.shape, 2, 2, 2, 0)),
    (kernels.matmul, (ROWS, ROWS.T)),
    (kernels.adam_step, (ROWS, ROWS, ROWS, ROWS**2, 1, 0.1, 0.9, 0.99, 1e-8, 0.0)),
    (initializers.small_random, ((6, 5), 0.1, np.float32, 0)),
    (initializers.sparse, ((16, 5), 3, 0.1, np.float32, 0)),
    *(
        (function, ((6, 5), "normal", np.float32, 0))
        for function in (initializers.xavier, initializers.glorot, initializers.he)
    ),
    *((getattr(optim, name), (ROWS, ROWS, {})) for name in optim.__all__),
    (schedules.step, (3, 0.1)),
    (schedules.cosine, (10, 0.1)),
    (schedules.exponential, (0.1,)),
    (schedules.warmup, (10, None)),
    (bag_of_words.build_codebook, (normal(30, 4), 3, 0, 5)),
    (bag_of_words.encode_bag_of_words, (PICTURES, normal(4, 12), 2, 1)),
    (patches.sample_patches, (PICTURES, 10, 4, 0)),
    (patches.dense_patches, (PICTURES, 4, 2)),
    (patches.normalize_patches, (ROWS,)),
    (hand_made.color_histogram_hsv, (PICTURES, 10)),
    (hand_made.hog_feature, (PICTURES, 9, 4, 2)),
    (hand_made.rgb2gray, (PICTURES,)),
    (augmentation.random_horizontal_flip, (IMAGES, 0, 0.5)),
    (augmentation.random_crop, (IMAGES, 0, 2, 0.0)),
    (augmentation.color_jitter, (IMAGES, 0, 0.1, 0.1, 0.1, (0, 1))),
    (augmentation.pca_color_jitter, (IMAGES, 0, normal(3, 3), 0.1)),
    (augmentation.principal_colors, (IMAGES,)),
    (augmentation.mixup, (IMAGES, np.eye(2), 0, 0.5)),
    (augmentation.cutmix, (IMAGES, np.eye(2), 0, 0.5)),
    (augmentation.cutout, (IMAGES, 0, 2, 0.0)),
    (augmentation.elastic_deform, (IMAGES, 0, 3, 1.0)),
    (augmentation.random_rotation, (IMAGES, 0, 10.0)),
    (augmentation.rotate_batch, (IMAGES, 0)),
    (augmentation.gaussian_noise, (IMAGES, 0, 0.1)),
    (augmentation.gaussian_blur, (IMAGES, 0, 1.0)),
    (augmentation.sample_bilinear, (IMAGES, np.zeros((2, 1, 1)), np.zeros((2, 1, 1)))),
    (soft_labels.one_hot, (LABELS, 4, 0.1, np.float32)),
    (preprocessing.append_bias, (ROWS,)),
    (models.TwoLayerNet, (6, 5, 4, 0.1, 0.1, np.float64, 0)),
    (models.FullyConnectedNet, ([5], 6, 4, 0.5, None, 0.1, 0.1, np.float32, 0)),
    (models.init_fully_connected, (6, [5], 4, "he", 0)),
    (models.fully_connected_loss, (models.init_fully_connected(6, [5], 4, "he", 0), ROWS, LABELS, 0.1)),
    (models.ThreeLayerConvNet, ((3, 8, 8), 4, 3, 6, 4, 0.1, 0.1, np.float32, 0)),
    (models.ResNet, ((3, 8, 8), (4,), 1, 4)),
    (models.WhitenedConvNet, ((3, 8, 8), (4,), 4)),
    (svm_loss_vectorized, (normal(6, 4), ROWS, LABELS, 0.1)),
    (LinearSVM().train, (ROWS, LABELS, 0.1, 0.1, 2, 2, 0)),
]
BAD = [
    None,
    "wrong",
    -1,
    np.nan,
    np.inf,
    1.5,
    True,
    [],
    [1, 2, "b"],
    {},
    object(),
    3 + 4j,
    np.full(2, np.nan),
    np.array(3.0),
]


@pytest.mark.parametrize("function, arguments", GOOD, ids=lambda value: getattr(value, "__qualname__", ""))
def test_an_error_names_function_and_argument(function, arguments):
    bound = inspect.signature(function).bind(*arguments).arguments
    called = getattr(function, "__name__", "")
    function(**bound)
    for name in bound:
        for bad in BAD:
            try:
                function(**(bound | {name: bad}))
            except (ValueError, TypeError) as error:
                assert re.match(rf"{called}: .*\b{name}\b", str(error), re.DOTALL), f"{name}={bad!r}: {error!r}"
