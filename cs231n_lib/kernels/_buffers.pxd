from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer


cdef inline void* address(object array) except? NULL:
    """Return the address of the numbers of a C-contiguous array. The caller must keep the array alive.

    Raises BufferError for any other array. Typed memoryviews take several times longer, which matters for small arrays.
    """
    cdef Py_buffer view
    PyObject_GetBuffer(array, &view, PyBUF_SIMPLE)
    cdef void* start = view.buf
    PyBuffer_Release(&view)
    return start


cdef inline char* cache_aligned(char* memory) noexcept:
    """Return the first address from `memory` on that is a multiple of 64 bytes, a cache line."""
    return <char*> ((<size_t> memory + 63) // 64 * 64)
