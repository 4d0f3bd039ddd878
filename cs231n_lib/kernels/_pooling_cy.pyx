"""Compiled max and average pooling (pooling.h); _pooling.py is the same in NumPy.

sizes: fh, fw (window), ph, pw (padding), sh, sw (stride), out_h, out_w. All arrays are C-contiguous. pooling.py checks
the arguments.
"""

from cs231n_lib.kernels._buffers cimport address
from cs231n_lib.kernels._threads cimport in_parallel, thread_count, work_t


cdef extern from "pooling.h":
    ctypedef struct pooling_task:
        const void* x
        void* out
        void* winners
        Py_ssize_t H, W, fh, fw, ph, pw, sh, sw, out_h, out_w
        bint no_memory
    work_t max_forward[2]
    work_t max_backward[2]
    work_t average_forward[2]
    work_t average_backward[2]


def max_pool_forward(x, out, winners, sizes):
    """Fill out and winners (N, C, out_h, out_w) from x (N, C, H, W)."""
    cdef pooling_task task
    describe(&task, x.shape, sizes)
    task.x, task.out, task.winners = address(x), address(out), address(winners)
    run(max_forward[x.itemsize == 8], &task, x.shape)


def max_pool_backward(dout, winners, dx, sizes):
    """Fill dx (N, C, H, W) from dout and winners (N, C, out_h, out_w)."""
    cdef pooling_task task
    describe(&task, dx.shape, sizes)
    task.x, task.out, task.winners = address(dout), address(dx), address(winners)
    run(max_backward[dx.itemsize == 8], &task, dx.shape)


def avg_pool_forward(x, out, sizes):
    """Fill out (N, C, out_h, out_w) from x (N, C, H, W)."""
    cdef pooling_task task
    describe(&task, x.shape, sizes)
    task.x, task.out = address(x), address(out)
    run(average_forward[x.itemsize == 8], &task, x.shape)


def avg_pool_backward(dout, dx, sizes):
    """Fill dx (N, C, H, W) from dout (N, C, out_h, out_w)."""
    cdef pooling_task task
    describe(&task, dx.shape, sizes)
    task.x, task.out = address(dout), address(dx)
    run(average_backward[dx.itemsize == 8], &task, dx.shape)


cdef int describe(pooling_task* task, x_shape, sizes) except -1:
    task.H, task.W = x_shape[2:]
    task.fh, task.fw, task.ph, task.pw, task.sh, task.sw, task.out_h, task.out_w = sizes
    task.no_memory = False
    return 0


cdef int run(work_t work, pooling_task* task, x_shape) except -1:
    cdef Py_ssize_t planes = x_shape[0] * x_shape[1]
    cdef Py_ssize_t grain = max(1, 32768 // (task.H * task.W))  # tens of microseconds
    cdef int threads = thread_count()
    with nogil:
        in_parallel(work, task, planes, grain, threads)
    if task.no_memory:
        raise MemoryError("pooling: There is not enough memory for the buffers.")
    return 0
