"""Compiled im2col and col2im; _im2col.py is the same in NumPy.

fh, fw: field; ph, pw: padding; sh, sw: stride; dh, dw: dilation. columns.py checks the arguments.
"""

from cython cimport floating


def im2col(const floating[:, :, :, :] x, floating[:, :, ::1] cols,
           Py_ssize_t fh, Py_ssize_t fw, Py_ssize_t ph, Py_ssize_t pw, Py_ssize_t sh, Py_ssize_t sw,
           Py_ssize_t dh, Py_ssize_t dw, Py_ssize_t out_h, Py_ssize_t out_w):
    """Fill cols (N, C*fh*fw, out_h*out_w) from x (N, C, H, W)."""
    cdef Py_ssize_t N = x.shape[0], C = x.shape[1], H = x.shape[2], W = x.shape[3]
    cdef Py_ssize_t n, c, i, j, oh, ow, h, w, first, last, row
    cdef floating* out
    with nogil:
        for n in range(N):
            for c in range(C):
                for i in range(fh):
                    for j in range(fw):
                        row = (c * fh + i) * fw + j
                        first = first_inside(j * dw - pw, sw, out_w)
                        last = end_inside(j * dw - pw, sw, W, out_w)
                        for oh in range(out_h):
                            out = &cols[n, row, oh * out_w]
                            h = oh * sh - ph + i * dh
                            if h < 0 or h >= H or first >= last:
                                for ow in range(out_w):
                                    out[ow] = 0
                                continue
                            for ow in range(first):
                                out[ow] = 0
                            w = first * sw - pw + j * dw
                            for ow in range(first, last):
                                out[ow] = x[n, c, h, w]
                                w += sw
                            for ow in range(last, out_w):
                                out[ow] = 0


def col2im(const floating[:, :, :] cols, floating[:, :, :, ::1] x,
           Py_ssize_t fh, Py_ssize_t fw, Py_ssize_t ph, Py_ssize_t pw, Py_ssize_t sh, Py_ssize_t sw,
           Py_ssize_t dh, Py_ssize_t dw, Py_ssize_t out_h, Py_ssize_t out_w):
    """Add cols (N, C*fh*fw, out_h*out_w) into x (N, C, H, W), which holds zeros."""
    cdef Py_ssize_t N = x.shape[0], C = x.shape[1], H = x.shape[2], W = x.shape[3]
    cdef Py_ssize_t n, c, i, j, oh, ow, h, w, first, last, row
    with nogil:
        for n in range(N):
            for c in range(C):
                for i in range(fh):
                    for j in range(fw):
                        row = (c * fh + i) * fw + j
                        first = first_inside(j * dw - pw, sw, out_w)
                        last = end_inside(j * dw - pw, sw, W, out_w)
                        for oh in range(out_h):
                            h = oh * sh - ph + i * dh
                            if h < 0 or h >= H:
                                continue
                            w = first * sw - pw + j * dw
                            for ow in range(first, last):
                                x[n, c, h, w] += cols[n, row, oh * out_w + ow]
                                w += sw


cdef inline Py_ssize_t first_inside(Py_ssize_t offset, Py_ssize_t step, Py_ssize_t count) noexcept nogil:
    # the first k with offset + k * step >= 0
    return 0 if offset >= 0 else min(count, (-offset + step - 1) // step)


cdef inline Py_ssize_t end_inside(Py_ssize_t offset, Py_ssize_t step, Py_ssize_t size, Py_ssize_t count) noexcept nogil:
    # one more than the last k with offset + k * step < size
    return 0 if offset >= size else min(count, (size - 1 - offset) // step + 1)
