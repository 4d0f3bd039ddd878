"""Compiled convolution with 3x3 filters and stride 1 by Winograd's algorithm; winograd.h does the work.

This file divides the work. convolution.py checks the arguments and decides which convolutions come here. The functions
are those of _convolution_cy.pyx, and so are their results, up to rounding.
"""

from cython cimport floating
from libc.stdlib cimport free, malloc

from cs231n_lib.kernels._buffers cimport cache_aligned
from cs231n_lib.kernels._threads cimport in_parallel, thread_count, work_t

import numpy as np

cdef extern from "winograd.h" nogil:
    ctypedef struct images:
        const char* data
        Py_ssize_t channels, h, w
        Py_ssize_t* strides
    ctypedef struct winograd_task:
        images source, dout
        Py_ssize_t top, left, tiles_h, tiles_w, tile_rows, rows, first, filters
        char* out
        Py_ssize_t channels, out_h, out_w
        const void* bias
        int relu
        const void* w
        Py_ssize_t w_filter, w_channel, turned
        void* weights
        Py_ssize_t at, count
        void* fields
        void* grads
        void* row_sums
        void* sums
        void* dw
        void* db
        char* scratch
        Py_ssize_t scratch_bytes
    ctypedef struct instructions:
        Py_ssize_t lanes, width, outputs
        work_t transform_weights, convolve, transform_tiles, add_products, gather
    const instructions* instructions_for(size_t size, const char* at_most)

cdef enum:
    FIELD_BYTES = 288 << 10  # transformed tiles of a piece: they stay in the second-level cache
    FEWEST_TILES = 24        # of a piece, so that the weights are not read too often
    TILE_BYTES = 3 << 19     # transformed tiles of x and dout at a time, for the weights' gradient
    WEIGHT_BYTES = 5 << 19   # transformed weights or their sums at a time; more only if x and out are larger

cdef bytes newest = b""


def use_at_most(name):
    """Use no instructions newer than `name`, "avx512", "avx2" or "any"; for tests and comparisons."""
    global newest
    newest = name.encode()


def forward(x, w, b, out, relu, *sizes):
    """Fill out (N, F, out_h, out_w) from x (N, C, H, W), w (F, C, 3, 3) and b (F,) or None."""
    C = w.shape[1]
    if x.dtype == np.float32:
        convolve[float](x, np.ravel(w), out, b, relu, sizes[2], sizes[3], C * 9, 9, False)
    else:
        convolve[double](x, np.ravel(w), out, b, relu, sizes[2], sizes[3], C * 9, 9, False)


def backward(dout, x, w, dx, dw, db, *sizes):
    """Fill dx (N, C, H, W) unless it is None, dw (F, C, 3, 3) and db (F,)."""
    C, ph, pw = w.shape[1], sizes[2], sizes[3]
    if x.dtype == np.float32:
        weigh[float](x, dout, np.ravel(dw), db, ph, pw)
        if dx is not None:
            convolve[float](dout, np.ravel(w), dx, None, False, 2 - ph, 2 - pw, 9, C * 9, True)
    else:
        weigh[double](x, dout, np.ravel(dw), db, ph, pw)
        if dx is not None:
            convolve[double](dout, np.ravel(w), dx, None, False, 2 - ph, 2 - pw, 9, C * 9, True)


cdef convolve(const floating[:, :, :, :] x, const floating[::1] w, floating[:, :, :, ::1] out,
             const floating[::1] bias, bint relu, Py_ssize_t top, Py_ssize_t left, Py_ssize_t w_filter,
             Py_ssize_t w_channel, bint turned):
    """Fill out (N, M, H, W) with x after `top` rows and `left` columns of zeros, convolved with M filters."""
    cdef winograd_task job
    cdef const instructions* use = instructions_for(sizeof(floating), newest)
    cdef Py_ssize_t C = x.shape[1], M = out.shape[1], numbers = (use.outputs + 2) ** 2, pieces, blocks, at_once
    cdef Py_ssize_t first, fields, products, pixels, room, block_bytes = numbers * C * use.width * sizeof(floating)
    cdef int threads = thread_count()
    cdef char* memory
    cdef char* weights
    set_source(&job, x, top, left, out.shape[2], out.shape[3], use.outputs)
    job.out, job.channels, job.out_h, job.out_w = <char*> &out[0, 0, 0, 0], M, out.shape[2], out.shape[3]
    job.bias, job.relu = &bias[0] if bias is not None else NULL, relu
    job.w, job.w_filter, job.w_channel, job.turned = &w[0], w_filter, w_channel, turned
    room = max(FEWEST_TILES, FIELD_BYTES // (numbers * C * <Py_ssize_t> sizeof(floating)))
    job.rows = max(1, min(room // job.tiles_w, job.tile_rows // (4 * threads)))
    room = job.rows * job.tiles_w
    pieces = (job.tile_rows + job.rows - 1) // job.rows
    threads = min(threads, pieces)
    fields = numbers * (rounded(C, use.lanes) * room + use.lanes)
    products = numbers * (room * use.width + use.lanes)
    pixels = (job.tiles_w * use.outputs + 2) * max((use.outputs + 2) * use.lanes, use.outputs * use.width)
    job.scratch_bytes = rounded((fields + products + pixels) * sizeof(floating), 64)
    blocks = (M + use.width - 1) // use.width
    at_once = blocks_at_once(blocks, block_bytes, (x.size + out.size) * sizeof(floating))
    weights = <char*> malloc(64 + at_once * block_bytes)
    memory = <char*> malloc(64 + threads * job.scratch_bytes)
    try:
        if memory == NULL or weights == NULL:
            raise MemoryError
        job.weights, job.scratch = cache_aligned(weights), cache_aligned(memory)
        for first in range(0, M, at_once * use.width):
            job.first, job.filters = first, min(M - first, at_once * use.width)
            blocks = (job.filters + use.width - 1) // use.width
            with nogil:
                in_parallel(use.transform_weights, &job, (C + 7) // 8 * blocks, 1, threads)
                in_parallel(use.convolve, &job, pieces, 1, threads)
    finally:
        free(memory)
        free(weights)


cdef weigh(const floating[:, :, :, :] x, const floating[:, :, :, :] dout, floating[::1] dw, floating[::1] db,
           Py_ssize_t top, Py_ssize_t left):
    """Fill dw (F * C * 9) and db (F) with the sums over positions of dout times the pixels of x they see."""
    cdef winograd_task job
    cdef const instructions* use = instructions_for(sizeof(floating), newest)
    cdef Py_ssize_t C = x.shape[1], F = dout.shape[1], numbers = (use.outputs + 2) ** 2, blocks, at_once, rows
    cdef Py_ssize_t wide = rounded(C, use.lanes), sums, fields, grads, tile_bytes, tiles, first
    cdef int threads = thread_count()
    cdef char* memory
    set_source(&job, x, top, left, dout.shape[2], dout.shape[3], use.outputs)
    set_images(&job.dout, dout)
    job.channels = F
    job.dw, job.db = &dw[0], &db[0]
    blocks = (F + use.width - 1) // use.width
    sums = numbers * C * use.width
    at_once = blocks_at_once(blocks, sums * sizeof(floating), (x.size + dout.size) * sizeof(floating))
    # the sums of a block of rows are always added in the same order, whatever the number of threads
    tile_bytes = numbers * (wide + at_once * use.width) * sizeof(floating)
    rows = min(job.tile_rows, max(1, TILE_BYTES // (tile_bytes * job.tiles_w)))
    tiles = rows * job.tiles_w
    sums *= at_once
    fields, grads = numbers * (tiles * wide + use.lanes), numbers * (tiles * at_once * use.width + use.lanes)
    job.scratch_bytes = rounded((job.tiles_w * use.outputs + 2) * (use.outputs + 2) * use.lanes * sizeof(floating), 64)
    memory = <char*> malloc(64 + (sums + fields + grads + rows * at_once * use.width) * sizeof(floating)
                            + threads * job.scratch_bytes)
    if memory == NULL:
        raise MemoryError
    job.scratch = cache_aligned(memory)
    job.sums = job.scratch + threads * job.scratch_bytes
    job.fields = <floating*> job.sums + sums
    job.grads = <floating*> job.fields + fields
    job.row_sums = <floating*> job.grads + grads
    for first in range(0, F, at_once * use.width):
        job.first, job.filters = first, min(F - first, at_once * use.width)
        blocks = (job.filters + use.width - 1) // use.width
        with nogil:
            job.at = 0
            while job.at < job.tile_rows:
                job.count = min(job.tile_rows - job.at, rows)
                in_parallel(use.transform_tiles, &job, job.count, max(1, job.count // (4 * threads)), threads)
                in_parallel(use.add_products, &job, (numbers + 1) * blocks, 1, threads)
                job.at += job.count
            in_parallel(use.gather, &job, (C + 7) // 8 * blocks, 1, threads)
    free(memory)


cdef Py_ssize_t blocks_at_once(Py_ssize_t blocks, Py_ssize_t block_bytes, Py_ssize_t array_bytes) noexcept:
    """Return how many blocks of filters to handle at a time, so that their transforms need little memory."""
    cdef Py_ssize_t most = max(1, max(<Py_ssize_t> WEIGHT_BYTES, array_bytes) // block_bytes)
    cdef Py_ssize_t times = (blocks + most - 1) // most
    return (blocks + times - 1) // times


cdef void set_source(winograd_task* job, const floating[:, :, :, :] x, Py_ssize_t top, Py_ssize_t left,
                     Py_ssize_t out_h, Py_ssize_t out_w, Py_ssize_t outputs) noexcept:
    set_images(&job.source, x)
    job.top, job.left = top, left
    job.tiles_h, job.tiles_w = (out_h + outputs - 1) // outputs, (out_w + outputs - 1) // outputs
    job.tile_rows = x.shape[0] * job.tiles_h


cdef void set_images(images* target, const floating[:, :, :, :] x) noexcept:
    target.data = <const char*> &x[0, 0, 0, 0]
    target.channels, target.h, target.w = x.shape[1], x.shape[2], x.shape[3]
    for i in range(4):
        target.strides[i] = x.strides[i]


cdef Py_ssize_t rounded(Py_ssize_t count, Py_ssize_t unit) noexcept:
    return (count + unit - 1) // unit * unit
