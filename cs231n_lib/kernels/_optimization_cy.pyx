"""The compiled Adam step (optimization.h); _optimization.py is the same in NumPy.

All arrays are C-contiguous and have the same type. optimization.py checks the arguments.
"""

from cs231n_lib.kernels._buffers cimport address
from cs231n_lib.kernels._threads cimport in_parallel, thread_count, work_t


cdef extern from "optimization.h":
    ctypedef struct adam_task:
        const void* w
        const void* dw
        const void* m
        const void* v
        void* next_w
        void* next_m
        void* next_v
        double beta1, beta2, step, epsilon, keep
    work_t adam[2]
    work_t adam_in_place[2]


def adam_step(w, dw, m, v, next_w, next_m, next_v, settings):
    """Fill next_w, next_m and next_v, which may be w, m and v; settings are beta1, beta2, step, epsilon, keep."""
    cdef adam_task task
    cdef Py_ssize_t size = w.size
    cdef int threads = thread_count()
    cdef work_t work
    task.w, task.dw, task.m, task.v = address(w), address(dw), address(m), address(v)
    task.next_w, task.next_m, task.next_v = address(next_w), address(next_m), address(next_v)
    work = adam_in_place[w.itemsize == 8] if task.next_w == task.w else adam[w.itemsize == 8]
    task.beta1, task.beta2, task.step, task.epsilon, task.keep = settings
    with nogil:
        in_parallel(work, &task, size, 16384, threads)
