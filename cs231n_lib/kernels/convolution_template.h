/* The inner loops of convolution.h, for one number type and one instruction set (instruction_sets.h). */

#include "tile_template.h"

typedef T NAME(unit) __attribute__((vector_size(32), aligned(sizeof(T)), may_alias));
#define UNIT_AT(p) (*(NAME(unit) *)(p))

/* Copy channels c0 .. c1 of images n0 .. n1 into padded (n1 - n0, channels, padded_h, padded_w), and pad with zeros. */
static TARGET void NAME(pad)(const convolution_task *job, T *padded, ptrdiff_t n0, ptrdiff_t n1, ptrdiff_t c0,
                             ptrdiff_t c1) {
    const images *x = &job->source;
    const ptrdiff_t height = job->padded_h, width = job->padded_w, right = width - job->left - x->w;
    for (ptrdiff_t n = n0; n < n1; n++)
        for (ptrdiff_t c = c0; c < c1; c++) {
            const char *plane = x->data + n * x->strides[0] + c * x->strides[1];
            T *row = padded + ((n - n0) * x->channels + c) * height * width;
            for (ptrdiff_t h = -job->top; h < height - job->top; h++, row += width) {
                if (h < 0 || h >= x->h) {
                    memset(row, 0, width * sizeof(T));
                    continue;
                }
                const char *from = plane + h * x->strides[2];
                for (ptrdiff_t w = 0; w < job->left; w++)
                    row[w] = 0;
                if (x->strides[3] == sizeof(T))
                    memcpy(row + job->left, from, x->w * sizeof(T));
                else
                    for (ptrdiff_t w = 0; w < x->w; w++)
                        row[job->left + w] = *(const T *)(from + w * x->strides[3]);
                for (ptrdiff_t w = width - right; w < width; w++)
                    row[w] = 0;
            }
        }
}

/* Find positions q, q + 1, ... of the phase in the padded source. Return whether each group of `together` positions is
equally spaced within a row. */
static TARGET int NAME(locate)(const convolution_task *job, const phase *at, ptrdiff_t q, ptrdiff_t end,
                               ptrdiff_t *from, int together) {
    const ptrdiff_t pixels = at->rows * at->wide;
    int joined = 1;
    for (int lane = 0; lane < WIDTH; lane++) {
        /* lanes past the end repeat the last position; their results are not stored */
        const ptrdiff_t position = SMALLER(q + lane, end - 1), pixel = position % pixels;
        from[lane] = position / pixels * job->image_step + pixel / at->wide * job->row_step
            + pixel % at->wide * job->col_step;
        joined &= lane % together == 0 || from[lane] == from[lane - 1] + job->col_step;
    }
    return joined;
}

/* Fill panel (K, WIDTH) with the pixels that each weight reads at positions q, q + 1, ... of the phase. */
static TARGET void NAME(pack)(const convolution_task *job, const phase *at, const T *padded, ptrdiff_t q, ptrdiff_t end,
                              T *panel) {
    ptrdiff_t from[WIDTH];
    const int units = NAME(locate)(job, at, q, end, from, UNIT);
    if (units && job->col_step == 1)
        for (ptrdiff_t k = 0; k < at->K; k++, panel += WIDTH) {
            const T *pixel = padded + at->offsets[k];
            for (int u = 0; u < WIDTH; u += UNIT)
                UNIT_AT(panel + u) = UNIT_AT(pixel + from[u]);
        }
    else if (units && job->col_step == 2)
        for (ptrdiff_t k = 0; k < at->K; k++, panel += WIDTH) {
            const T *pixel = padded + at->offsets[k];
            for (int u = 0; u < WIDTH; u += UNIT)
                UNIT_AT(panel + u) = EVENS(UNIT_AT(pixel + from[u]), UNIT_AT(pixel + from[u] + UNIT));
        }
    else
        for (ptrdiff_t k = 0; k < at->K; k++, panel += WIDTH) {
            const T *pixel = padded + at->offsets[k];
            for (int lane = 0; lane < WIDTH; lane++)
                panel[lane] = pixel[from[lane]];
        }
}

/* Write rows m .. m + rows of a tile to positions q .. end of images n, n + 1, ..., with bias and ReLU applied. */
static TARGET void NAME(store)(const convolution_task *job, const phase *at, const T *tile, ptrdiff_t m, ptrdiff_t rows,
                               ptrdiff_t n, ptrdiff_t q, ptrdiff_t end) {
    const images *y = &job->result;
    const ptrdiff_t plane = y->h * y->w, pixels = at->rows * at->wide;
    const int whole = at->contiguous && end - q >= WIDTH && q % pixels + WIDTH <= pixels;
    ptrdiff_t to[WIDTH], lane[WIDTH], lanes = 0;
    for (ptrdiff_t i = 0; i < (whole ? 1 : WIDTH) && q + i < end; i++) {
        const ptrdiff_t pixel = (q + i) % pixels, col = pixel % at->wide;
        if (col < at->cols) {
            lane[lanes] = i;
            to[lanes++] = (n + (q + i) / pixels) * y->channels * plane + at->first + pixel / at->wide * at->down
                + col * at->across;
        }
    }
    for (ptrdiff_t r = 0; r < rows; r++, tile += WIDTH) {
        T *out = (T *)y->data + (m + r) * plane;
        const T bias = job->bias ? ((const T *)job->bias)[m + r] : 0;
        if (whole)
            for (int half = 0; half < WIDTH; half += LANES) {
                const VECTOR value = AT(tile + half) + bias;
                const __typeof__(value <= value) negative = job->relu ? value <= (T)0 : (value < value);
                AT(out + to[0] + half) = (VECTOR)((__typeof__(negative))value & ~negative);
            }
        else
            for (ptrdiff_t i = 0; i < lanes; i++) {
                const T value = tile[lane[i]] + bias;
                out[to[i]] = job->relu && value <= 0 ? 0 : value; /* NaN stays */
            }
    }
}

/* Compute for groups start .. stop of images:
result[m, position] = sum over k of weights[m, k] * padded[offset k + position]. */
static TARGET void NAME(correlate)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const convolution_task *job = task;
    T *padded = (T *)(job->scratch + thread * job->scratch_bytes), *panels = padded + job->padded_room;
    T tile[ROWS * WIDTH] __attribute__((aligned(64)));
    ptrdiff_t from[WIDTH];
    const ptrdiff_t tiles = (job->M + ROWS - 1) / ROWS;
    for (ptrdiff_t group = start; group < stop; group++) {
        const ptrdiff_t n0 = group * job->group, n1 = SMALLER(n0 + job->group, job->N);
        NAME(pad)(job, padded, n0, n1, 0, job->source.channels);
        for (const phase *at = job->phases; at < job->phases + job->num_phases; at++) {
            const ptrdiff_t end = (n1 - n0) * at->rows * at->wide;
            for (ptrdiff_t q0 = 0, q1; q0 < end; q0 = q1) {
                q1 = SMALLER(q0 + job->panels * WIDTH, end);
                if (tiles == 1 && job->col_step == 1) /* packing does not pay, since a panel is used only once */
                    for (ptrdiff_t q = q0; q < q1; q += WIDTH) {
                        if (NAME(locate)(job, at, q, end, from, LANES))
                            NAME(product_of)(job->M, at->K, at->weights, job->M, padded + from[0], padded + from[LANES],
                                             at->offsets, tile);
                        else {
                            NAME(pack)(job, at, padded, q, end, panels);
                            NAME(product_of)(job->M, at->K, at->weights, job->M, panels, panels + LANES, NULL, tile);
                        }
                        NAME(store)(job, at, tile, 0, job->M, n0, q, end);
                    }
                else {
                    for (ptrdiff_t q = q0; q < q1; q += WIDTH)
                        NAME(pack)(job, at, padded, q, end, panels + (q - q0) * at->K);
                    for (ptrdiff_t t = 0; t < tiles; t++) {
                        const ptrdiff_t m = job->M * t / tiles, rows = job->M * (t + 1) / tiles - m;
                        const T *weights = (const T *)at->weights + m * at->K;
                        for (ptrdiff_t q = q0; q < q1; q += WIDTH) {
                            const T *panel = panels + (q - q0) * at->K;
                            NAME(product_of)(rows, at->K, weights, rows, panel, panel + LANES, NULL, tile);
                            NAME(store)(job, at, tile, m, rows, n0, q, end);
                        }
                    }
                }
            }
        }
    }
}

/* Fill packed, for each tile of rows m0 .. m1, with (K, m1 - m0) numbers w[m * row + order[k]]. */
static TARGET void NAME(pack_weights)(const void *from, ptrdiff_t M, ptrdiff_t row, const ptrdiff_t *order,
                                      ptrdiff_t K, void *to) {
    const T *w = from;
    T *packed = to;
    const ptrdiff_t tiles = (M + ROWS - 1) / ROWS;
    for (ptrdiff_t t = 0; t < tiles; t++)
        for (ptrdiff_t k = 0; k < K; k++)
            for (ptrdiff_t m = M * t / tiles; m < M * (t + 1) / tiles; m++)
                *packed++ = w[m * row + order[k]];
}

/* Fill turned (blocks of WIDTH filters, pixels, WIDTH) from dout[n] (F, out_h, out_w), with zeros beyond F. */
static TARGET void NAME(turn)(const convolution_task *job, ptrdiff_t n, T *turned) {
    const images *dout = &job->dout;
    const ptrdiff_t pixels = dout->h * dout->w;
    for (ptrdiff_t f0 = 0; f0 < dout->channels; f0 += WIDTH, turned += pixels * WIDTH) {
        const ptrdiff_t filters = SMALLER(dout->channels - f0, WIDTH);
        const char *plane = dout->data + n * dout->strides[0] + f0 * dout->strides[1];
        if (dout->strides[3] != sizeof(T) || dout->strides[2] != dout->w * (ptrdiff_t)sizeof(T)) {
            for (ptrdiff_t p = 0; p < pixels; p++)
                for (ptrdiff_t f = 0; f < WIDTH; f++)
                    turned[p * WIDTH + f] = f < filters ? *(const T *)(plane + f * dout->strides[1]
                        + p / dout->w * dout->strides[2] + p % dout->w * dout->strides[3]) : 0;
            continue;
        }
        /* a few pixels of all filters at a time, since planes are often a power of two apart, in the same cache set */
        for (ptrdiff_t p0 = 0; p0 < pixels; p0 += 16) {
            const ptrdiff_t count = SMALLER(pixels - p0, 16);
            T *to = turned + p0 * WIDTH;
            for (ptrdiff_t f = 0; f < WIDTH; f++) {
                const T *from = (const T *)(plane + f * dout->strides[1]) + p0;
                if (f >= filters)
                    for (ptrdiff_t p = 0; p < count; p++)
                        to[p * WIDTH + f] = 0;
                else if (count == 16)
                    for (ptrdiff_t p = 0; p < 16; p++)
                        to[p * WIDTH + f] = from[p];
                else
                    for (ptrdiff_t p = 0; p < count; p++)
                        to[p * WIDTH + f] = from[p];
            }
        }
    }
}

/* Add to sums (count, WIDTH), for each field i < count, fields[i][pixel] * turned[pixel] over all rows x cols pixels. */
static TARGET void NAME(add_products)(const convolution_task *job, const T *const *pixels, ptrdiff_t count,
                                      ptrdiff_t rows, const T *turned, T *sums) {
    const T *field[FIELDS];
    VECTOR left[FIELDS], right[FIELDS];
    const ptrdiff_t step = job->col_step;
#pragma GCC unroll 16
    for (int i = 0; i < FIELDS; i++) {
        field[i] = pixels[i < count ? i : 0];
        left[i] = right[i] = (VECTOR){0};
    }
    for (ptrdiff_t row = 0; row < rows; row++) {
        for (ptrdiff_t col = 0; col < job->dout.w; col++, turned += WIDTH) {
            const VECTOR a = AT(turned), b = AT(turned + LANES);
#pragma GCC unroll 16
            for (int i = 0; i < FIELDS; i++) {
                const T pixel = field[i][col * step];
                left[i] += a * pixel;
                right[i] += b * pixel;
            }
        }
#pragma GCC unroll 16
        for (int i = 0; i < FIELDS; i++)
            field[i] += job->row_step;
    }
#pragma GCC unroll 16
    for (int i = 0; i < FIELDS; i++)
        if (i < count) {
            AT(sums + i * WIDTH) += left[i];
            AT(sums + i * WIDTH + LANES) += right[i];
        }
}

/* Sum parts start .. stop of the weights' gradient in `sums`; a part is a range of images by a range of weights. */
static TARGET void NAME(weigh)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const convolution_task *job = task;
    const phase *at = job->phases;
    const ptrdiff_t K = at->K, F = job->dout.channels, per_channel = K / job->source.channels;
    const ptrdiff_t pixels = job->dout.h * job->dout.w, blocks = (F + WIDTH - 1) / WIDTH;
    const ptrdiff_t most = CHUNK_PIXELS / job->dout.w < 1 ? 1 : CHUNK_PIXELS / job->dout.w;
    T *padded = (T *)(job->scratch + thread * job->scratch_bytes), *turned = padded + job->padded_room;
    for (ptrdiff_t part = start; part < stop; part++) {
        const ptrdiff_t g = part / job->splits, split = part % job->splits;
        const ptrdiff_t k0 = K * split / job->splits, k1 = K * (split + 1) / job->splits;
        T *sums = (T *)job->sums + g * blocks * (K + 1) * WIDTH; /* (blocks, K + 1, WIDTH); the last row is for the bias */
        for (ptrdiff_t block = 0; block < blocks; block++) {
            memset(sums + (block * (K + 1) + k0) * WIDTH, 0, (k1 - k0) * WIDTH * sizeof(T));
            if (split == 0)
                memset(sums + (block * (K + 1) + K) * WIDTH, 0, WIDTH * sizeof(T));
        }
        for (ptrdiff_t n = job->N * g / job->groups; n < job->N * (g + 1) / job->groups; n++) {
            NAME(pad)(job, padded, n, n + 1, k0 / per_channel, (k1 + per_channel - 1) / per_channel);
            NAME(turn)(job, n, turned);
            for (ptrdiff_t block = 0; block < blocks; block++) {
                T *sum = sums + block * (K + 1) * WIDTH;
                const T *dout = turned + block * pixels * WIDTH;
                if (split == 0)
                    for (ptrdiff_t p = 0; p < pixels; p++) {
                        AT(sum + K * WIDTH) += AT(dout + p * WIDTH);
                        AT(sum + K * WIDTH + LANES) += AT(dout + p * WIDTH + LANES);
                    }
                for (ptrdiff_t row = 0; row < job->dout.h; row += most) {
                    const ptrdiff_t rows = SMALLER(most, job->dout.h - row);
                    for (ptrdiff_t k = k0; k < k1; k += FIELDS) {
                        const T *fields[FIELDS];
                        const ptrdiff_t count = SMALLER(k1 - k, FIELDS);
                        for (ptrdiff_t i = 0; i < count; i++)
                            fields[i] = padded + at->offsets[k + i] + row * job->row_step;
                        NAME(add_products)(job, fields, count, rows, dout + row * job->dout.w * WIDTH, sum + k * WIDTH);
                    }
                }
            }
        }
    }
}

/* Fill dw (F, K) and db (F,) with the sums of all groups, always added in the same order; a piece is 16 weights. */
static TARGET void NAME(gather)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const convolution_task *job = task;
    const ptrdiff_t K = job->phases->K, F = job->dout.channels, blocks = (F + WIDTH - 1) / WIDTH;
    (void)thread;
    for (ptrdiff_t k0 = start * 16; k0 < stop * 16 && k0 <= K; k0 += 16)
        for (ptrdiff_t block = 0; block < blocks; block++) {
            const ptrdiff_t count = SMALLER(K + 1 - k0, 16);
            const ptrdiff_t filters = SMALLER(F - block * WIDTH, WIDTH);
            T total[16 * WIDTH];
            memset(total, 0, sizeof(total));
            for (ptrdiff_t g = 0; g < job->groups; g++) {
                const T *sums = (const T *)job->sums + ((g * blocks + block) * (K + 1) + k0) * WIDTH;
                for (ptrdiff_t i = 0; i < count * WIDTH; i += LANES)
                    AT(total + i) += AT(sums + i);
            }
            for (ptrdiff_t f = 0; f < filters; f++)
                for (ptrdiff_t k = 0; k < count; k++)
                    if (k0 + k < K)
                        ((T *)job->dw)[(block * WIDTH + f) * K + k0 + k] = total[k * WIDTH + f];
                    else
                        ((T *)job->db)[block * WIDTH + f] = total[k * WIDTH + f];
        }
}

static const instructions NAME(instructions) = {
    WIDTH, NAME(pack_weights), NAME(correlate), NAME(weigh), NAME(gather),
};
