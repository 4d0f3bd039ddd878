"""The threads that all compiled kernels share; pool.h implements them."""

cdef extern from "pool.h" nogil:
    enum: MAX_THREADS
    void run_in_parallel(work_t work, void* task, Py_ssize_t count, Py_ssize_t grain, int threads)
    void forget_workers()

cdef extern from "<pthread.h>" nogil:
    int pthread_atfork(void (*prepare)() noexcept, void (*parent)() noexcept, void (*child)() noexcept)

cdef int threads = 1

pthread_atfork(NULL, NULL, forget_workers)


def set_thread_count(count):
    """Use this many threads, at most MAX_THREADS, from the next call on."""
    global threads
    threads = max(1, min(count, MAX_THREADS))


def thread_count_now():
    return threads


cdef int thread_count() noexcept nogil:
    return threads


cdef void in_parallel(work_t work, void* task, Py_ssize_t count, Py_ssize_t grain, int threads) noexcept nogil:
    """Call work(task, thread, start, stop) on pieces of size grain until range(count) is covered.

    `thread` is below `threads`, and no other call has the same number at the same time, so it can select scratch
    memory. `threads` is thread_count() or less. Call that function once, with the GIL, since another Python thread may
    change its value. Which thread does which piece varies from run to run, so a result must not depend on it. If
    grain >= count, the calling thread does everything.
    """
    run_in_parallel(work, task, count, grain, threads)
