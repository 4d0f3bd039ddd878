"""Compiled convolution, forward and backward; _convolution.py is the same in NumPy.

This file divides the work, and convolution.h does it. convolution.py checks the arguments. fh, fw: field; ph, pw:
padding; sh, sw: stride; dh, dw: dilation.
"""

from cython cimport floating
from libc.stdlib cimport free, malloc

from cs231n_lib.kernels._buffers cimport cache_aligned
from cs231n_lib.kernels._threads cimport in_parallel, thread_count, work_t

import numpy as np

from cs231n_lib.kernels.convolution_plan import backward_plan, forward_plan

cdef extern from "convolution.h" nogil:
    enum:
        PANEL_BYTES
        PARTS
        SUMS_BYTES
    ctypedef struct images:
        const char* data
        Py_ssize_t channels, h, w
        Py_ssize_t* strides
    ctypedef struct phase:
        Py_ssize_t K, rows, cols, wide
        const Py_ssize_t* offsets
        const void* weights
        Py_ssize_t first, down, across
        int contiguous
    ctypedef struct convolution_task:
        images source, result, dout
        Py_ssize_t N, M, group, panels, top, left, padded_h, padded_w, padded_room, image_step, row_step, col_step
        const phase* phases
        Py_ssize_t num_phases
        const void* bias
        int relu
        char* scratch
        Py_ssize_t scratch_bytes
        char* sums
        Py_ssize_t groups, splits
        void* dw
        void* db
    ctypedef void (*pack_weights_t)(const void*, Py_ssize_t, Py_ssize_t, const Py_ssize_t*, Py_ssize_t, void*) noexcept nogil
    ctypedef struct instructions:
        Py_ssize_t width
        pack_weights_t pack_weights
        work_t correlate, weigh, gather
    const instructions* instructions_for(size_t size, const char* at_most)


cdef bytes newest = b""
cdef double MOST = 2.0**40  # numbers in an image: more do not fit in memory, and sizes in bytes cannot overflow


def use_at_most(name):
    """Use no instructions newer than `name`, "avx512", "avx2" or "any"; for tests and comparisons."""
    global newest
    newest = name.encode()


def forward(x, w, b, out, relu, *sizes):
    """Fill out (N, F, out_h, out_w) from x (N, C, H, W), w (F, C, fh, fw) and b (F,) or None."""
    plan = forward_plan(*x.shape[1:], *sizes)
    if x.dtype == np.float32:
        correlate[float](x, np.ravel(w), out, b, relu, plan)
    else:
        correlate[double](x, np.ravel(w), out, b, relu, plan)


def backward(dout, x, w, dx, dw, db, *sizes):
    """Fill dx (N, C, H, W) unless it is None, dw (F, C, fh, fw) and db (F,)."""
    forward_part, backward_part = forward_plan(*x.shape[1:], *sizes), backward_plan(len(w), *x.shape[1:], *sizes)
    if x.dtype == np.float32:
        weigh[float](x, dout, np.ravel(dw), db, forward_part)
        if dx is not None:
            correlate[float](dout, np.ravel(w), dx, None, False, backward_part)
    else:
        weigh[double](x, dout, np.ravel(dw), db, forward_part)
        if dx is not None:
            correlate[double](dout, np.ravel(w), dx, None, False, backward_part)


cdef correlate(const floating[:, :, :, :] x, const floating[::1] w, floating[:, :, :, ::1] out,
              const floating[::1] bias, bint relu, plan):
    """Fill out (N, M, H, W) with the sum, at each position, of the plan's weights times the pixels of x they see."""
    cdef convolution_task job
    cdef const instructions* use = instructions_for(sizeof(floating), newest)
    cdef Py_ssize_t M = out.shape[1], K = 0, positions = 0, groups, i
    cdef int threads = thread_count()
    cdef const Py_ssize_t[::1] offsets, order
    cdef char* memory
    cdef floating* packed
    cdef phase* phases
    set_source(&job, x, plan)
    job.result.data = <const char*> &out[0, 0, 0, 0]
    job.result.channels, job.result.h, job.result.w = out.shape[1], out.shape[2], out.shape[3]
    job.M, job.bias, job.relu = M, &bias[0] if bias is not None else NULL, relu
    job.num_phases = len(plan.phases)
    for each in plan.phases:
        K, positions = max(K, len(each.order)), max(positions, each.rows * each.cols)
    # several small images are handled together, so that tiles are not mostly empty
    job.group = max(1, min(128 // max(positions, 1), job.N // (4 * threads)))
    groups = (job.N + job.group - 1) // job.group
    threads = min(threads, groups)
    job.panels = max(1, min(PANEL_BYTES // (max(K, 1) * use.width * sizeof(floating)),
                            (positions * job.group + use.width - 1) // use.width))
    job.padded_room = rounded(job.group * job.image_step + 4 * use.width)
    job.scratch_bytes = (job.padded_room + rounded(job.panels * use.width * K)) * sizeof(floating)
    memory = <char*> malloc(64 + threads * job.scratch_bytes)
    packed = <floating*> malloc(max(1, w.shape[0]) * sizeof(floating))
    phases = <phase*> malloc(max(1, job.num_phases) * sizeof(phase))
    try:
        if memory == NULL or packed == NULL or phases == NULL:
            raise MemoryError
        job.scratch, job.phases, K = cache_aligned(memory), phases, 0
        for i, each in enumerate(plan.phases):
            offsets, order = each.offsets, each.order
            phases[i].K, phases[i].rows, phases[i].cols = order.shape[0], each.rows, each.cols
            phases[i].offsets, phases[i].weights = &offsets[0] if order.shape[0] else NULL, packed + K * M
            phases[i].first, phases[i].down, phases[i].across = each.first, each.down, each.across
            # a widened row must not read beyond the buffer, and widening helps only for steps up to 2
            phases[i].wide = each.cols
            if job.col_step <= 2:
                phases[i].wide = width_of_rows(each.cols, use.width // 2, 32 // sizeof(floating))
            phases[i].contiguous = each.across == 1 and each.down == each.cols == phases[i].wide
            if order.shape[0]:
                use.pack_weights(&w[0], M, plan.weight_row, &order[0], order.shape[0], packed + K * M)
            K += order.shape[0]
        with nogil:
            in_parallel(use.correlate, &job, groups, 1, threads)
    finally:
        free(memory)
        free(packed)
        free(phases)


cdef weigh(const floating[:, :, :, :] x, const floating[:, :, :, :] dout, floating[::1] dw, floating[::1] db, plan):
    """Fill dw (F * C * fh * fw) and db (F) with the sums over positions of dout times the pixels of x they see."""
    cdef convolution_task job
    cdef const instructions* use = instructions_for(sizeof(floating), newest)
    cdef phase at
    cdef const Py_ssize_t[::1] offsets = plan.phases[0].offsets
    cdef Py_ssize_t K = offsets.shape[0], blocks = (dout.shape[1] + use.width - 1) // use.width
    cdef Py_ssize_t turned = blocks * use.width * dout.shape[2] * dout.shape[3]
    cdef Py_ssize_t sum_bytes = blocks * (K + 1) * use.width * sizeof(floating)
    cdef char* memory
    cdef int threads
    set_source(&job, x, plan)
    set_images(&job.dout, dout)
    if <double> blocks * use.width * dout.shape[2] * dout.shape[3] > MOST:
        raise MemoryError
    at.K, at.offsets = K, &offsets[0]
    job.phases = &at
    job.padded_room = rounded(job.image_step)
    job.scratch_bytes = (job.padded_room + turned) * sizeof(floating)
    # the number of parts does not depend on the number of threads, so the order of the additions is always the same
    job.groups = PARTS
    while job.groups > 1 and (job.groups > job.N or job.groups * sum_bytes > SUMS_BYTES):
        job.groups //= 2
    job.splits = max(1, min(PARTS // job.groups, K // 16))
    job.dw, job.db = &dw[0], &db[0]
    threads = min(thread_count(), job.groups * job.splits)
    memory = <char*> malloc(64 + threads * job.scratch_bytes + job.groups * sum_bytes)
    if memory == NULL:
        raise MemoryError
    job.scratch = cache_aligned(memory)
    job.sums = job.scratch + threads * job.scratch_bytes
    with nogil:
        in_parallel(use.weigh, &job, job.groups * job.splits, 1, threads)
        in_parallel(use.gather, &job, (K + 16) // 16, 8, threads)
        free(memory)


cdef void set_source(convolution_task* job, const floating[:, :, :, :] x, plan):
    set_images(&job.source, x)
    job.N = x.shape[0]
    job.top, job.left, job.padded_h, job.padded_w = plan.top, plan.left, plan.padded_h, plan.padded_w
    if <double> x.shape[1] * job.padded_h * job.padded_w > MOST:
        raise MemoryError
    job.image_step = x.shape[1] * job.padded_h * job.padded_w
    job.row_step, job.col_step = plan.down * job.padded_w, plan.across


cdef void set_images(images* target, const floating[:, :, :, :] x) noexcept:
    target.data = <const char*> &x[0, 0, 0, 0]
    target.channels, target.h, target.w = x.shape[1], x.shape[2], x.shape[3]
    for i in range(4):
        target.strides[i] = x.strides[i]


cdef Py_ssize_t width_of_rows(Py_ssize_t cols, Py_ssize_t lanes, Py_ssize_t unit) noexcept:
    """Widen rows to whole vectors, or to whole units, if that leaves few lanes idle."""
    cdef Py_ssize_t vectors = (cols + lanes - 1) // lanes * lanes, units = (cols + unit - 1) // unit * unit
    if vectors * 7 <= cols * 8:
        return vectors
    return units if units * 4 <= cols * 5 else cols


cdef Py_ssize_t rounded(Py_ssize_t count) noexcept:
    return (count + 31) // 32 * 32
