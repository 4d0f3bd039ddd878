from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer


cdef inline void* address(object array) except? NULL:
    """Where the numbers of a C-contiguous array are; BufferError for any other. The caller keeps the array alive.

    Typed memoryviews would do the same in several times the time, which small arrays notice.
    """
    cdef Py_buffer view
    PyObject_GetBuffer(array, &view, PyBUF_SIMPLE)
    cdef void* start = view.buf
    PyBuffer_Release(&view)
    return start


cdef inline char* cache_aligned(char* memory) noexcept:
    """The first multiple of 64 bytes, a cache line, from memory on."""
    return <char*> ((<size_t> memory + 63) // 64 * 64)
