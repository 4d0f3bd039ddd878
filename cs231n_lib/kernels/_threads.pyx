"""The threads that all compiled kernels share (pool.h says how)."""

cdef extern from "pool.h" nogil:
    enum: MAX_THREADS
    void run_in_parallel(work_t work, void* task, Py_ssize_t count, Py_ssize_t grain, int threads)
    void forget_workers()

cdef extern from "<pthread.h>" nogil:
    int pthread_atfork(void (*prepare)() noexcept, void (*parent)() noexcept, void (*child)() noexcept)

cdef int threads = 1

pthread_atfork(NULL, NULL, forget_workers)


def set_thread_count(count):
    """Use this many threads from the next call on, at most MAX_THREADS."""
    global threads
    threads = max(1, min(count, MAX_THREADS))


def thread_count_now():
    return threads


cdef int thread_count() noexcept nogil:
    return threads


cdef void in_parallel(work_t work, void* task, Py_ssize_t count, Py_ssize_t grain, int threads) noexcept nogil:
    """Call work(task, thread, start, stop) until range(count) is covered, in pieces of grain.

    thread is below threads and no other call has it at the same time: the key to scratch memory. threads is
    thread_count(), asked once and with the GIL, or less: another thread of Python may change it at any time. Who does
    which piece varies from run to run, so a result must not depend on it. grain >= count stays in this thread.
    """
    run_in_parallel(work, task, count, grain, threads)
