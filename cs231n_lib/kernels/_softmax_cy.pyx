"""The compiled softmax and its loss (softmax.h); _softmax.py is the same in NumPy.

All arrays are C-contiguous. softmax.py checks the arguments.
"""

from cs231n_lib.kernels._buffers cimport address
from cs231n_lib.kernels._threads cimport in_parallel, thread_count, work_t


cdef extern from "softmax.h":
    enum:
        CHUNK
    ctypedef struct softmax_task:
        const void* x
        const Py_ssize_t* y
        void* out
        void* sums
        void* right
        Py_ssize_t C
        double share
    work_t softmax_for(size_t size, const char* at_most)

cdef bytes newest = b""


def use_at_most(name):
    """Use no instructions newer than `name`, "avx512", "avx2" or "any"; for tests and comparisons."""
    global newest
    newest = name.encode()


def softmax_gradient(x, y, out, sums, right):
    """Fill out (N, C), sums (N,) and right (N,) from x (N, C) and y (N,)."""
    cdef softmax_task task
    cdef Py_ssize_t N = x.shape[0]
    cdef int threads = thread_count()
    cdef work_t work = softmax_for(x.itemsize, newest)
    task.x, task.y, task.C, task.share = address(x), <const Py_ssize_t*> address(y), x.shape[1], 1.0 / N
    task.out, task.sums, task.right = address(out), address(sums), address(right)
    with nogil:
        in_parallel(work, &task, N, max(1, 4 * CHUNK // task.C), threads)
