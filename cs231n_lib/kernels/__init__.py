"""Fast kernels for the layers: compiled if a C compiler was available at installation, otherwise in NumPy.

Each topic has a file with the public functions, which check their arguments, and two implementations that rely on
these checks and give the same results up to rounding: `_topic_cy.pyx` (Cython, with C headers for vector instructions)
and `_topic.py` (NumPy). `backend()` returns which one is in use; `kernel.h` explains how to add a kernel.
"""

from typing import TYPE_CHECKING

from cs231n_lib.kernels.implementation import backend, num_threads, set_num_threads
from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.kernels.columns import col2im as col2im
    from cs231n_lib.kernels.columns import im2col as im2col
    from cs231n_lib.kernels.convolution import conv_backward as conv_backward
    from cs231n_lib.kernels.convolution import conv_forward as conv_forward
    from cs231n_lib.kernels.matrix_product import matmul as matmul
    from cs231n_lib.kernels.memory import keep_memory as keep_memory
    from cs231n_lib.kernels.normalization import normalize_channels_backward as normalize_channels_backward
    from cs231n_lib.kernels.normalization import normalize_channels_forward as normalize_channels_forward
    from cs231n_lib.kernels.normalization import normalize_groups_backward as normalize_groups_backward
    from cs231n_lib.kernels.normalization import normalize_groups_forward as normalize_groups_forward
    from cs231n_lib.kernels.optimization import adam_step as adam_step
    from cs231n_lib.kernels.pooling import avg_pool_backward as avg_pool_backward
    from cs231n_lib.kernels.pooling import avg_pool_forward as avg_pool_forward
    from cs231n_lib.kernels.pooling import max_pool_backward as max_pool_backward
    from cs231n_lib.kernels.pooling import max_pool_forward as max_pool_forward
    from cs231n_lib.kernels.relu import rectify as rectify
    from cs231n_lib.kernels.relu import rectify_backward as rectify_backward
    from cs231n_lib.kernels.softmax import softmax_cross_entropy as softmax_cross_entropy
    from cs231n_lib.kernels.transposed_convolution import conv_transpose_backward as conv_transpose_backward
    from cs231n_lib.kernels.transposed_convolution import conv_transpose_forward as conv_transpose_forward

__getattr__, __dir__, _lazy = lazy_exports(
    __name__,
    {
        "columns": ["im2col", "col2im"],
        "convolution": ["conv_forward", "conv_backward"],
        "matrix_product": ["matmul"],
        "memory": ["keep_memory"],
        "normalization": [
            "normalize_channels_forward",
            "normalize_channels_backward",
            "normalize_groups_forward",
            "normalize_groups_backward",
        ],
        "optimization": ["adam_step"],
        "pooling": ["max_pool_forward", "max_pool_backward", "avg_pool_forward", "avg_pool_backward"],
        "relu": ["rectify", "rectify_backward"],
        "softmax": ["softmax_cross_entropy"],
        "transposed_convolution": ["conv_transpose_forward", "conv_transpose_backward"],
    },
)
__all__ = ["backend", "num_threads", "set_num_threads", *_lazy]
