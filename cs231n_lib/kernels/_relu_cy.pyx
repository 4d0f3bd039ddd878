"""The compiled ReLU (relu.h); _relu.py is the same in NumPy.

All arrays are C-contiguous and have the same type. relu.py checks the arguments.
"""

from cs231n_lib.kernels._buffers cimport address
from cs231n_lib.kernels._threads cimport in_parallel, thread_count, work_t


cdef extern from "relu.h":
    ctypedef struct relu_task:
        const void* x
        const void* dout
        void* out
    work_t relu[2]
    work_t relu_in_place[2]
    work_t relu_gradient[2]


def forward(x, out):
    """Fill out, which may be x."""
    cdef relu_task task
    task.x, task.out = address(x), address(out)
    cdef bint is_double = x.itemsize == 8
    run(relu_in_place[is_double] if task.x == task.out else relu[is_double], &task, x.size)


def backward(dout, x, dx):
    """Fill dx, another array than dout and x."""
    cdef relu_task task
    task.x, task.dout, task.out = address(x), address(dout), address(dx)
    run(relu_gradient[x.itemsize == 8], &task, x.size)


cdef run(work_t work, relu_task* task, Py_ssize_t size):
    cdef int threads = thread_count()
    with nogil:
        in_parallel(work, task, size, 32768, threads)
