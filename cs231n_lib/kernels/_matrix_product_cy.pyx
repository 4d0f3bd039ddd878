"""The compiled product of two matrices; _matrix_product.py is the same in NumPy. matrix_product.h does the work."""

from cython cimport floating
from libc.stdlib cimport free, malloc

import numpy as np

from cs231n_lib.kernels._buffers cimport cache_aligned
from cs231n_lib.kernels._threads cimport in_parallel, thread_count, work_t

cdef extern from "matrix_product.h" nogil:
    enum:
        BLOCK_ROWS
        BLOCK_COLS
        BLOCK_DEPTH
        PARTS
    ctypedef struct product_task:
        const void* a
        const void* b
        void* out
        Py_ssize_t R, K, Q, a_row, a_col, b_row, b_col, parts, row_blocks, col_blocks
        char* scratch
        Py_ssize_t scratch_bytes
    work_t multiply_for(size_t size, const char* at_most)

cdef bytes newest = b""


def use_at_most(name):
    """Use no instructions newer than `name`, "avx512", "avx2" or "any"; for tests and comparisons."""
    global newest
    newest = name.encode()


def matmul(a, b, out):
    """Fill out (R, Q) with the product of a (R, K) and b (K, Q)."""
    if a.dtype == np.float32:
        multiply[float](a, b, out)
    else:
        multiply[double](a, b, out)


cdef multiply(const floating[:, :] a, const floating[:, :] b, floating[:, ::1] out):
    cdef product_task job
    cdef floating[:, :, ::1] partial
    cdef work_t work = multiply_for(sizeof(floating), newest)
    cdef char* memory
    cdef Py_ssize_t blocks
    cdef int threads
    job.a, job.b = &a[0, 0], &b[0, 0]
    job.R, job.K, job.Q = a.shape[0], a.shape[1], b.shape[1]
    job.a_row, job.a_col = a.strides[0] // <Py_ssize_t> sizeof(floating), a.strides[1] // <Py_ssize_t> sizeof(floating)
    job.b_row, job.b_col = b.strides[0] // <Py_ssize_t> sizeof(floating), b.strides[1] // <Py_ssize_t> sizeof(floating)
    job.row_blocks = (job.R + BLOCK_ROWS - 1) // BLOCK_ROWS
    job.col_blocks = (job.Q + BLOCK_COLS - 1) // BLOCK_COLS
    # the number of parts does not depend on the number of threads, so the order of the additions is always the same
    job.parts = max(1, min(PARTS // (job.row_blocks * job.col_blocks), job.K // BLOCK_DEPTH))
    if job.parts > 1:
        partial = np.empty((job.parts, job.R, job.Q), dtype=np.asarray(out).dtype)
        job.out = &partial[0, 0, 0]
    else:
        job.out = &out[0, 0]
    blocks = job.parts * job.row_blocks * job.col_blocks
    threads = min(thread_count(), blocks)
    job.scratch_bytes = (BLOCK_ROWS + BLOCK_COLS) * BLOCK_DEPTH * sizeof(floating)
    memory = <char*> malloc(64 + threads * job.scratch_bytes)
    if memory == NULL:
        raise MemoryError
    job.scratch = cache_aligned(memory)
    with nogil:
        in_parallel(work, &job, blocks, 1, threads)
        free(memory)
    if job.parts > 1:
        np.add.reduce(partial, axis=0, out=np.asarray(out))
