"""Compiled batch, layer, group and instance normalization (normalization.h); _normalization.py is the same in NumPy.

All arrays are C-contiguous and have the same type. normalization.py checks the arguments.
"""

import numpy as np

from cs231n_lib.kernels._buffers cimport address
from cs231n_lib.kernels._threads cimport in_parallel, thread_count, work_t


cdef extern from "normalization.h":
    enum: LANES, ROWS
    ctypedef struct normalization_task:
        const void* x
        const void* dout
        void* out
        const void* gamma
        const void* beta
        void* mean
        void* var
        void* dgamma
        void* dbeta
        Py_ssize_t N, C, S, G
        double eps
        bint fixed
    work_t planes_forward[2]
    work_t planes_backward[2]
    work_t columns_forward[2]
    work_t columns_backward[2]
    work_t rows_forward[2]
    work_t rows_backward[2]
    work_t groups_forward[2]
    work_t groups_backward[2]

# how many numbers a thread takes at a time; for fewer it is not worth waking another thread
cdef Py_ssize_t CHUNK = 16384


def normalize_channels_forward(x, gamma, beta, mean, var, out, eps, fixed):
    """Fill out (N, C, S), and mean and var (C,) unless they are fixed, from x (N, C, S)."""
    cdef normalization_task task
    cdef int double = x.itemsize == 8
    describe(&task, x, gamma, mean, var, out, eps)
    task.beta, task.fixed = address(beta), fixed
    if task.S == 1:
        run(columns_forward[double], &task, task.C, max(1, CHUNK // task.N // LANES) * LANES)
    else:
        run(planes_forward[double], &task, task.C, CHUNK // (task.N * task.S))


def normalize_channels_backward(dout, x, gamma, mean, var, dx, dgamma, dbeta, eps, fixed):
    """Fill dx (N, C, S), dgamma and dbeta (C,)."""
    cdef normalization_task task
    cdef int double = x.itemsize == 8
    describe(&task, x, gamma, mean, var, dx, eps)
    task.dout, task.dgamma, task.dbeta, task.fixed = address(dout), address(dgamma), address(dbeta), fixed
    if task.S == 1:
        run(columns_backward[double], &task, task.C, max(1, CHUNK // task.N // LANES) * LANES)
    else:
        run(planes_backward[double], &task, task.C, CHUNK // (task.N * task.S))


def normalize_groups_forward(x, gamma, beta, mean, var, out, eps, groups):
    """Fill out (N, C, S), mean and var (N, G) from x (N, C, S)."""
    cdef normalization_task task
    cdef int double = x.itemsize == 8
    describe(&task, x, gamma, mean, var, out, eps)
    task.beta, task.G = address(beta), groups
    if task.S == 1 and task.G == 1:
        run(rows_forward[double], &task, task.N, CHUNK // task.C)
    else:
        run(groups_forward[double], &task, task.N * task.G, CHUNK * task.G // (task.C * task.S))


def normalize_groups_backward(dout, x, gamma, mean, var, dx, dgamma, dbeta, eps, groups):
    """Fill dx (N, C, S), dgamma and dbeta (C,)."""
    cdef normalization_task task
    cdef int double = x.itemsize == 8
    describe(&task, x, gamma, mean, var, dx, eps)
    task.dout, task.G = address(dout), groups
    cdef bint rows = task.S == 1 and task.G == 1
    shares = np.empty((2, (task.N + ROWS - 1) // ROWS if rows else task.N, task.C), dtype=x.dtype)
    task.dgamma, task.dbeta = address(shares[0]), address(shares[1])
    if rows:
        run(rows_backward[double], &task, shares.shape[1], CHUNK // (ROWS * task.C))
    else:
        run(groups_backward[double], &task, task.N * task.G, CHUNK * task.G // (task.C * task.S))
    np.add.reduce(shares[0], axis=0, out=dgamma)
    np.add.reduce(shares[1], axis=0, out=dbeta)


cdef int describe(normalization_task* task, x, gamma, mean, var, out, eps) except -1:
    task.N, task.C, task.S = x.shape
    task.x, task.gamma, task.mean, task.var = address(x), address(gamma), address(mean), address(var)
    task.out, task.eps, task.fixed = address(out), eps, False
    return 0


cdef void run(work_t work, normalization_task* task, Py_ssize_t count, Py_ssize_t grain) noexcept:
    cdef int threads = thread_count()
    with nogil:
        in_parallel(work, task, count, max(1, grain), threads)
