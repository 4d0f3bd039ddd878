cdef extern from "kernel.h":
    ctypedef void (*work_t)(void* task, Py_ssize_t thread, Py_ssize_t start, Py_ssize_t stop) noexcept nogil

cdef void in_parallel(work_t work, void* task, Py_ssize_t count, Py_ssize_t grain, int threads) noexcept nogil
cdef int thread_count() noexcept nogil
