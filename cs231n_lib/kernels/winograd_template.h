/* The loops of winograd.h, for one number type and one instruction set (instruction_sets.h). */

#include "tile_template.h"

#define ROOT ((T)1.41421356237309504880)    /* a point for OUT = 4, whose square is 2 */
#define INVERSE ((T)0.70710678118654752440) /* another, whose square is 1/2 */
#define FIRST ((T)(1 / 6.0))                /* the products of the differences from all other points, inverted */
#define SECOND ((T)(-1 / 1.5))

/* B' on IN numbers that are `step` apart. */
INLINE TARGET void NAME(fields_of)(const VECTOR *d, int step, VECTOR *to, int to_step) {
    if (OUT == 4) {
        const VECTOR d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
        const VECTOR even = d4 - d2 * (T)0.5, odd = (d3 - d1 * (T)0.5) * ROOT;
        const VECTOR even2 = d4 - d2 * (T)2, odd2 = (d3 - d1 * (T)2) * INVERSE;
        to[0] = d0 + d4 - d2 * (T)2.5;
        to[to_step] = even + odd;
        to[2 * to_step] = even - odd;
        to[3 * to_step] = even2 + odd2;
        to[4 * to_step] = even2 - odd2;
        to[5 * to_step] = d1 + d5 - d3 * (T)2.5;
    } else {
        const VECTOR d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
        to[0] = d0 - d2;
        to[to_step] = d1 + d2;
        to[2 * to_step] = d2 - d1;
        to[3 * to_step] = d1 - d3;
    }
}

/* A' on IN numbers, to OUT. */
INLINE TARGET void NAME(results_of)(const VECTOR *m, int step, VECTOR *to, int to_step) {
    const VECTOR sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    if (OUT == 4) {
        const VECTOR sum2 = m[3 * step] + m[4 * step], difference2 = m[3 * step] - m[4 * step];
        to[0] = m[0] + sum + sum2;
        to[to_step] = difference * ROOT + difference2 * INVERSE;
        to[2 * to_step] = sum * (T)2 + sum2 * (T)0.5;
        to[3 * to_step] = difference * (2 * ROOT) + (difference2 * ((T)0.5 * INVERSE) + m[5 * step]);
    } else {
        to[0] = m[0] + sum;
        to[to_step] = difference - m[3 * step];
    }
}

/* A on OUT numbers, to IN. */
INLINE TARGET void NAME(grads_of)(const VECTOR *y, int step, VECTOR *to, int to_step) {
    if (OUT == 4) {
        const VECTOR y0 = y[0], y1 = y[step], y2 = y[2 * step], y3 = y[3 * step];
        const VECTOR even = y0 + y2 * (T)2, odd = (y1 + y3 * (T)2) * ROOT;
        const VECTOR even2 = y0 + y2 * (T)0.5, odd2 = (y1 + y3 * (T)0.5) * INVERSE;
        to[0] = y0;
        to[to_step] = even + odd;
        to[2 * to_step] = even - odd;
        to[3 * to_step] = even2 + odd2;
        to[4 * to_step] = even2 - odd2;
        to[5 * to_step] = y3;
    } else {
        const VECTOR y0 = y[0], y1 = y[step];
        to[0] = y0;
        to[to_step] = y0 + y1;
        to[2 * to_step] = y0 - y1;
        to[3 * to_step] = -y1;
    }
}

/* G on 3 numbers, to IN. */
INLINE TARGET void NAME(weights_of)(const VECTOR *g, int step, VECTOR *to, int to_step) {
    const VECTOR g0 = g[0], g1 = g[step], g2 = g[2 * step];
    if (OUT == 4) {
        const VECTOR even = (g0 + g2 * (T)2) * FIRST, odd = g1 * (ROOT * FIRST);
        const VECTOR even2 = (g0 + g2 * (T)0.5) * SECOND, odd2 = g1 * (INVERSE * SECOND);
        to[0] = g0;
        to[to_step] = even + odd;
        to[2 * to_step] = even - odd;
        to[3 * to_step] = even2 + odd2;
        to[4 * to_step] = even2 - odd2;
        to[5 * to_step] = g2;
    } else {
        const VECTOR even = (g0 + g2) * (T)0.5, odd = g1 * (T)0.5;
        to[0] = g0;
        to[to_step] = even + odd;
        to[2 * to_step] = even - odd;
        to[3 * to_step] = g2;
    }
}

/* G' on IN numbers, to 3. */
INLINE TARGET void NAME(gradient_of)(const VECTOR *s, int step, VECTOR *to, int to_step) {
    const VECTOR sum = s[step] + s[2 * step], difference = s[step] - s[2 * step];
    if (OUT == 4) {
        const VECTOR sum2 = s[3 * step] + s[4 * step], difference2 = s[3 * step] - s[4 * step];
        to[0] = s[0] + sum * FIRST + sum2 * SECOND;
        to[to_step] = difference * (ROOT * FIRST) + difference2 * (INVERSE * SECOND);
        to[2 * to_step] = sum * (2 * FIRST) + (sum2 * ((T)0.5 * SECOND) + s[5 * step]);
    } else {
        to[0] = s[0] + sum * (T)0.5;
        to[to_step] = difference * (T)0.5;
        to[2 * to_step] = sum * (T)0.5 + s[3 * step];
    }
}

/* Fill to (rows, cols, LANES) with the pixels from row h0 and column w0 on of channels c0, c0 + 1, ... of image n, with
zeros outside the image and beyond the last channel. */
static TARGET void NAME(turn)(const images *x, ptrdiff_t n, ptrdiff_t c0, ptrdiff_t h0, ptrdiff_t w0, ptrdiff_t rows,
                              ptrdiff_t cols, T *to) {
    const ptrdiff_t channels = SMALLER(x->channels - c0, LANES);
    const ptrdiff_t first = LARGER(0, SMALLER(-w0, cols)), end = LARGER(first, SMALLER(cols, x->w - w0));
    const char *image = x->data + n * x->strides[0] + c0 * x->strides[1];
    for (ptrdiff_t h = h0; h < h0 + rows; h++, to += cols * LANES) {
        if (h < 0 || h >= x->h) {
            memset(to, 0, cols * LANES * sizeof(T));
            continue;
        }
        memset(to, 0, first * LANES * sizeof(T));
        memset(to + end * LANES, 0, (cols - end) * LANES * sizeof(T));
        for (ptrdiff_t c = 0; c < LANES; c += QUAD) {
            const char *row = image + c * x->strides[1] + h * x->strides[2] + w0 * x->strides[3];
            ptrdiff_t w = first;
            if (x->strides[3] == sizeof(T) && c + QUAD <= channels && x->strides[1] % (ptrdiff_t)sizeof(T) == 0)
                for (; w + QUAD <= end; w += QUAD)
                    PASTED(transpose, , T)((const T *)row + w, x->strides[1] / (ptrdiff_t)sizeof(T),
                                           to + w * LANES + c, LANES);
            for (; w < end; w++)
                for (ptrdiff_t i = 0; i < QUAD; i++)
                    to[w * LANES + c + i] = c + i < channels
                        ? *(const T *)(row + i * x->strides[1] + w * x->strides[3]) : 0;
        }
    }
}

/* Transform a row of tiles, `side` x side pixels each, of channels c0 .. c0 + LANES: number i of tile t becomes the vector
at to[i * step + t * tile_step]. `pixels` holds those of the previous row if `continued`. */
INLINE TARGET void NAME(transform_row)(const winograd_task *job, ptrdiff_t row, ptrdiff_t c0, int continued, T *pixels,
                                       T *to, ptrdiff_t step, ptrdiff_t tile_step) {
    const ptrdiff_t n = row / job->tiles_h, h = row % job->tiles_h * OUT - job->top, cols = job->tiles_w * OUT + 2;
    if (continued) /* the last two rows are the first two of this row of tiles */
        memcpy(pixels, pixels + OUT * cols * LANES, 2 * cols * LANES * sizeof(T));
    NAME(turn)(&job->source, n, c0, h + 2 * continued, -job->left, IN - 2 * continued, cols,
               pixels + 2 * continued * cols * LANES);
    for (ptrdiff_t tile = 0; tile < job->tiles_w; tile++, to += tile_step) {
        VECTOR x[IN], half[IN * IN], all[IN];
        const T *corner = pixels + tile * OUT * LANES;
#pragma GCC unroll 6
        for (int j = 0; j < IN; j++) {
#pragma GCC unroll 6
            for (int i = 0; i < IN; i++)
                x[i] = AT(corner + (i * cols + j) * LANES);
            NAME(fields_of)(x, 1, half + j, IN);
        }
#pragma GCC unroll 6
        for (int i = 0; i < IN; i++) {
            NAME(fields_of)(half + i * IN, 1, all, 1);
#pragma GCC unroll 6
            for (int j = 0; j < IN; j++)
                AT(to + (i * IN + j) * step) = all[j];
        }
    }
}

/* Fill the transforms of filters f0 .. f0 + WIDTH for channels start .. stop of the source; a piece is 8 channels of a
block. */
static TARGET void NAME(transform_weights)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const winograd_task *job = task;
    const ptrdiff_t C = job->source.channels, pieces = (C + 7) / 8;
    (void)thread;
    for (ptrdiff_t piece = start; piece < stop; piece++) {
        const ptrdiff_t block = piece / pieces, f0 = block * WIDTH, filters = SMALLER(job->filters - f0, WIDTH);
        for (ptrdiff_t c = piece % pieces * 8; c < SMALLER(piece % pieces * 8 + 8, C); c++) {
            const T *w = (const T *)job->w + (job->first + f0) * job->w_filter + c * job->w_channel;
            T taps[9 * WIDTH] __attribute__((aligned(64)));
            for (ptrdiff_t f = 0; f < WIDTH; f++)
                for (int k = 0; k < 9; k++)
                    taps[k * WIDTH + f] = f < filters ? w[f * job->w_filter + (job->turned ? 8 - k : k)] : 0;
            for (int lane = 0; lane < WIDTH; lane += LANES) {
                VECTOR g[9], half[IN * 3], all[IN];
                T *to = (T *)job->weights + (block * IN * IN * C + c) * WIDTH + lane;
                for (int k = 0; k < 9; k++)
                    g[k] = AT(taps + k * WIDTH + lane);
                for (int j = 0; j < 3; j++)
                    NAME(weights_of)(g + j, 3, half + j, 3);
                for (int i = 0; i < IN; i++) {
                    NAME(weights_of)(half + i * 3, 1, all, 1);
                    for (int j = 0; j < IN; j++)
                        AT(to + (i * IN + j) * C * WIDTH) = all[j];
                }
            }
        }
    }
}

/* Compute to (rows, WIDTH) = fields @ panel, from panel (K, WIDTH) and fields (K / LANES, rows, LANES), whose blocks of
LANES are `step` apart. */
INLINE TARGET void NAME(product_of_fields)(const int rows, ptrdiff_t K, const T *fields, ptrdiff_t step, const T *panel,
                                           T *to) {
    VECTOR left[ROWS], right[ROWS];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
        left[r] = right[r] = (VECTOR){0};
    for (ptrdiff_t k0 = 0; k0 < K; k0 += LANES, fields += step)
        for (ptrdiff_t k = 0; k < SMALLER(K - k0, LANES); k++, panel += WIDTH) {
            const VECTOR a = AT(panel), b = AT(panel + LANES);
#pragma GCC unroll 16
            for (int r = 0; r < rows; r++) {
                left[r] += a * fields[r * LANES + k];
                right[r] += b * fields[r * LANES + k];
            }
        }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
        AT(to + r * WIDTH) = left[r];
        AT(to + r * WIDTH + LANES) = right[r];
    }
}

static TARGET void NAME(fields_product)(ptrdiff_t rows, ptrdiff_t K, const T *fields, ptrdiff_t step, const T *panel,
                                        T *to) {
    switch (rows) {
#define CASE(n) case n: NAME(product_of_fields)(n < ROWS ? n : ROWS, K, fields, step, panel, to); break;
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
    }
}

/* Write a row of tiles of the block of filters from f0 on, from products[i * step + tile * WIDTH] for number i. */
static TARGET void NAME(write_row)(const winograd_task *job, ptrdiff_t row, ptrdiff_t f0, const T *products,
                                   ptrdiff_t step, T *pixels) {
    const ptrdiff_t n = row / job->tiles_h, h = row % job->tiles_h * OUT, cols = job->tiles_w * OUT;
    const ptrdiff_t filters = SMALLER(job->filters - f0, WIDTH), plane = job->out_h * job->out_w;
    T bias[WIDTH];
    for (ptrdiff_t f = 0; f < WIDTH; f++)
        bias[f] = job->bias && f < filters ? ((const T *)job->bias)[job->first + f0 + f] : 0;
    for (ptrdiff_t tile = 0; tile < job->tiles_w; tile++)
        for (int lane = 0; lane < WIDTH; lane += LANES) {
            VECTOR m[IN], half[OUT * IN], all[OUT];
            const T *from = products + tile * WIDTH + lane;
            T *to = pixels + tile * OUT * WIDTH + lane;
#pragma GCC unroll 6
            for (int j = 0; j < IN; j++) {
#pragma GCC unroll 6
                for (int i = 0; i < IN; i++)
                    m[i] = AT(from + (i * IN + j) * step);
                NAME(results_of)(m, 1, half + j, IN);
            }
#pragma GCC unroll 6
            for (int i = 0; i < OUT; i++) {
                NAME(results_of)(half + i * IN, 1, all, 1);
#pragma GCC unroll 6
                for (int j = 0; j < OUT; j++) {
                    const VECTOR value = all[j] + AT(bias + lane);
                    const __typeof__(value <= value) negative = job->relu ? value <= (T)0 : (value < value);
                    AT(to + (i * cols + j) * WIDTH) = (VECTOR)((__typeof__(negative))value & ~negative);
                }
            }
        }
    T *out = (T *)job->out + (n * job->channels + job->first + f0) * plane + h * job->out_w;
    for (ptrdiff_t f = 0; f < filters; f += QUAD)
        for (ptrdiff_t i = 0; i < SMALLER(OUT, job->out_h - h); i++) {
            const T *from = pixels + i * cols * WIDTH + f;
            T *to = out + f * plane + i * job->out_w;
            ptrdiff_t j = 0;
            if (f + QUAD <= filters)
                for (; j + QUAD <= job->out_w; j += QUAD)
                    PASTED(transpose, , T)(from + j * WIDTH, WIDTH, to + j, plane);
            for (; j < job->out_w; j++)
                for (ptrdiff_t k = 0; k < SMALLER(QUAD, filters - f); k++)
                    to[k * plane + j] = from[j * WIDTH + k];
        }
}

/* Compute pieces start .. stop of the convolution, `rows` rows of tiles each. */
static TARGET void NAME(convolve)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const winograd_task *job = task;
    const ptrdiff_t C = job->source.channels, room = job->rows * job->tiles_w;
    const ptrdiff_t block = room * LANES, step = (C + LANES - 1) / LANES * block + LANES; /* not a power of two */
    const ptrdiff_t product_step = room * WIDTH + LANES;
    T *fields = (T *)(job->scratch + thread * job->scratch_bytes), *products = fields + IN * IN * step;
    T *pixels = products + IN * IN * product_step;
    for (ptrdiff_t piece = start; piece < stop; piece++) {
        const ptrdiff_t first = piece * job->rows, end = SMALLER(first + job->rows, job->tile_rows);
        const ptrdiff_t tiles = (end - first) * job->tiles_w, groups = (tiles + ROWS - 1) / ROWS;
        for (ptrdiff_t c = 0; c < C; c += LANES)
            for (ptrdiff_t row = first; row < end; row++)
                NAME(transform_row)(job, row, c, row > first && row % job->tiles_h, pixels,
                                    fields + c / LANES * block + (row - first) * job->tiles_w * LANES, step, LANES);
        for (ptrdiff_t f = 0; f < job->filters; f += WIDTH) {
            for (int i = 0; i < IN * IN; i++) {
                const T *weights = (const T *)job->weights + (f / WIDTH * IN * IN + i) * C * WIDTH;
                for (ptrdiff_t g = 0; g < groups; g++) {
                    const ptrdiff_t t = tiles * g / groups, count = tiles * (g + 1) / groups - t;
                    NAME(fields_product)(count, C, fields + i * step + t * LANES, block, weights,
                                         products + i * product_step + t * WIDTH);
                }
            }
            for (ptrdiff_t row = first; row < end; row++)
                NAME(write_row)(job, row, f, products + (row - first) * job->tiles_w * WIDTH, product_step, pixels);
        }
    }
}

/* Transform the tiles of x and dout, for rows of tiles start .. stop from row `at` on, and sum dout over each row. */
static TARGET void NAME(transform_tiles)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const winograd_task *job = task;
    const ptrdiff_t C = job->source.channels, wide = (C + LANES - 1) / LANES * LANES, cols = job->tiles_w * OUT;
    const ptrdiff_t tiles = job->count * job->tiles_w, blocks = (job->filters + WIDTH - 1) / WIDTH;
    const ptrdiff_t step = tiles * wide + LANES, grad_step = blocks * tiles * WIDTH + LANES;
    T *pixels = (T *)(job->scratch + thread * job->scratch_bytes);
    images dout = job->dout;
    dout.data += job->first * dout.strides[1];
    dout.channels = job->filters;
    for (ptrdiff_t c = 0; c < C; c += LANES)
        for (ptrdiff_t row = start; row < stop; row++)
            NAME(transform_row)(job, job->at + row, c, row > start && (job->at + row) % job->tiles_h, pixels,
                                (T *)job->fields + row * job->tiles_w * wide + c, step, wide);
    for (ptrdiff_t f = 0; f < blocks * WIDTH; f += LANES)
        for (ptrdiff_t row = start; row < stop; row++) {
            T *to = (T *)job->grads + (f / WIDTH * tiles + row * job->tiles_w) * WIDTH + f % WIDTH;
            VECTOR sum = {0};
            NAME(turn)(&dout, (job->at + row) / job->tiles_h, f, (job->at + row) % job->tiles_h * OUT, 0, OUT, cols,
                       pixels);
            for (ptrdiff_t tile = 0; tile < job->tiles_w; tile++, to += WIDTH) {
                VECTOR y[OUT], half[IN * OUT], all[IN];
                const T *corner = pixels + tile * OUT * LANES;
#pragma GCC unroll 6
                for (int j = 0; j < OUT; j++) {
#pragma GCC unroll 6
                    for (int i = 0; i < OUT; i++) {
                        y[i] = AT(corner + (i * cols + j) * LANES);
                        sum += y[i];
                    }
                    NAME(grads_of)(y, 1, half + j, OUT);
                }
#pragma GCC unroll 6
                for (int i = 0; i < IN; i++) {
                    NAME(grads_of)(half + i * OUT, 1, all, 1);
#pragma GCC unroll 6
                    for (int j = 0; j < IN; j++)
                        AT(to + (i * IN + j) * grad_step) = all[j];
                }
            }
            AT((T *)job->row_sums + row * blocks * WIDTH + f) = sum;
        }
}

/* Add to the sums the products of the transforms, for pieces start .. stop: number i for a block of filters; the last
pieces add the rows' sums of dout for the bias. */
static TARGET void NAME(add_products)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const winograd_task *job = task;
    const ptrdiff_t C = job->source.channels, wide = (C + LANES - 1) / LANES * LANES;
    const ptrdiff_t tiles = job->count * job->tiles_w, blocks = (job->filters + WIDTH - 1) / WIDTH;
    const ptrdiff_t step = tiles * wide + LANES, grad_step = blocks * tiles * WIDTH + LANES;
    const ptrdiff_t groups = (C + ROWS - 1) / ROWS;
    T tile[ROWS * WIDTH] __attribute__((aligned(64)));
    (void)thread;
    for (ptrdiff_t piece = start; piece < stop; piece++) {
        const ptrdiff_t block = piece % blocks, i = piece / blocks;
        if (i == IN * IN) {
            for (ptrdiff_t f = block * WIDTH; f < SMALLER(block * WIDTH + WIDTH, job->filters); f++) {
                T sum = job->at ? ((T *)job->db)[job->first + f] : 0;
                for (ptrdiff_t row = 0; row < job->count; row++)
                    sum += ((const T *)job->row_sums)[row * blocks * WIDTH + f];
                ((T *)job->db)[job->first + f] = sum;
            }
            continue;
        }
        const T *fields = (const T *)job->fields + i * step;
        const T *grads = (const T *)job->grads + i * grad_step + block * tiles * WIDTH;
        T *sums = (T *)job->sums + (block * IN * IN + i) * C * WIDTH;
        for (ptrdiff_t g = 0; g < groups; g++) {
            const ptrdiff_t c = C * g / groups, count = C * (g + 1) / groups - c;
            NAME(product_of)(count, tiles, fields + c, wide, grads, grads + LANES, NULL, tile);
            T *to = sums + c * WIDTH;
            for (ptrdiff_t k = 0; k < count * WIDTH; k += LANES)
                AT(to + k) = AT(tile + k) + (job->at ? AT(to + k) : (VECTOR){0});
        }
    }
}

/* Fill dw for channels of the source; a piece is 8 channels of a block of filters. */
static TARGET void NAME(gather)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const winograd_task *job = task;
    const ptrdiff_t C = job->source.channels, pieces = (C + 7) / 8;
    (void)thread;
    for (ptrdiff_t piece = start; piece < stop; piece++) {
        const ptrdiff_t block = piece / pieces, f0 = block * WIDTH, filters = SMALLER(job->filters - f0, WIDTH);
        for (ptrdiff_t c = piece % pieces * 8; c < SMALLER(piece % pieces * 8 + 8, C); c++) {
            T taps[9 * WIDTH] __attribute__((aligned(64)));
            T *dw = (T *)job->dw + ((job->first + f0) * C + c) * 9;
            for (int lane = 0; lane < WIDTH; lane += LANES) {
                VECTOR s[IN], half[3 * IN], all[3];
                const T *from = (const T *)job->sums + (block * IN * IN * C + c) * WIDTH + lane;
                for (int j = 0; j < IN; j++) {
                    for (int i = 0; i < IN; i++)
                        s[i] = AT(from + (i * IN + j) * C * WIDTH);
                    NAME(gradient_of)(s, 1, half + j, IN);
                }
                for (int i = 0; i < 3; i++) {
                    NAME(gradient_of)(half + i * IN, 1, all, 1);
                    for (int j = 0; j < 3; j++)
                        AT(taps + (i * 3 + j) * WIDTH + lane) = all[j];
                }
            }
            for (ptrdiff_t f = 0; f < filters; f++)
                for (int k = 0; k < 9; k++)
                    dw[f * C * 9 + k] = taps[k * WIDTH + f];
        }
    }
}

static const instructions NAME(instructions) = {
    LANES, WIDTH, OUT, NAME(transform_weights), NAME(convolve), NAME(transform_tiles), NAME(add_products), NAME(gather),
};
