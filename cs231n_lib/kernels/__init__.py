"""The work of the layers, as fast as the computer can: compiled where there was a C compiler, else in NumPy.

Each topic has a file with the public functions, which check their arguments, and two implementations that rely on
that and give the same results to rounding: `_topic_cy.pyx` (Cython, with C headers where the compiler must make
vector instructions) and `_topic.py` (NumPy). `backend()` tells which are in use.
"""

from cs231n_lib.kernels.implementation import backend, num_threads, set_num_threads
from cs231n_lib.lazy_exports import lazy_exports

__getattr__, __dir__, _lazy = lazy_exports(__name__, {
    "columns": ["im2col", "col2im"],
    "convolution": ["conv_forward", "conv_backward"],
    "matrix_product": ["matmul"],
    "normalization": ["normalize_channels_forward", "normalize_channels_backward", "normalize_groups_forward",
                      "normalize_groups_backward"],
    "optimization": ["adam_step"],
    "pooling": ["max_pool_forward", "max_pool_backward", "avg_pool_forward", "avg_pool_backward"],
})
__all__ = ["backend", "num_threads", "set_num_threads", *_lazy]
