/* The loops of pooling.h, for one number type (number_types.h). */

typedef struct {
    ptrdiff_t planes, rows; /* windows are computed for several planes, or for some rows of one plane, at a time */
    ptrdiff_t above;        /* how many more rows a plane has in a phase than rows of windows */
    ptrdiff_t pitch;        /* length of a phase's row; windows out_w..pitch of a row are spurious */
    ptrdiff_t span;         /* size of a plane in a phase: (rows + above) * pitch */
    T *phases;           /* (min(sh, fh), min(sw, fw), planes, rows + above, pitch) */
    T *values;           /* (planes, rows + above, pitch), maxima or sums */
    INDEX *winners;         /* the same */
} NAME(buffers);

INLINE int NAME(get_buffers)(const pooling_task *p, NAME(buffers) * b) {
    b->pitch = (p->W + 2 * p->pw + p->sw - 1) / p->sw;
    b->above = (p->fh - 1) / p->sh;
    b->rows = SMALLER(p->out_h, BATCH / b->pitch + 1);
    b->span = (b->rows + b->above) * b->pitch;
    b->planes = b->rows < p->out_h ? 1 : BATCH / b->span + 1;
    ptrdiff_t size = b->planes * b->span;
    if ((double)SMALLER(p->sh, p->fh) * SMALLER(p->sw, p->fw) * size > (double)(PTRDIFF_MAX / 64))
        return 0;
    ptrdiff_t phases = SMALLER(p->sh, p->fh) * SMALLER(p->sw, p->fw) * size;
    ptrdiff_t beyond = (p->fw - 1) / p->sw; /* the last cells of spurious windows */
    b->phases = malloc((phases + beyond + 2 * size) * sizeof(T));
    if (b->phases == NULL)
        return 0;
    for (ptrdiff_t k = 0; k < phases + beyond; k++)
        b->phases[k] = 0;
    b->values = b->phases + phases + beyond;
    b->winners = (INDEX *)(b->values + size);
    return 1;
}

/* Return the address of cell (i, j) of all windows in the phases; that of window k in row r is at r * pitch + k. */
INLINE const T *NAME(cell)(const pooling_task *p, const NAME(buffers) * b, ptrdiff_t i, ptrdiff_t j) {
    const T *phase = b->phases + (i % p->sh * SMALLER(p->sw, p->fw) + j % p->sw) * b->planes * b->span;
    return phase + i / p->sh * b->pitch + j / p->sw;
}

INLINE void NAME(part_columns)(const T *RESTRICT x, T *RESTRICT even, T *RESTRICT odd, ptrdiff_t n) {
    for (ptrdiff_t k = 0; k < n; k++) {
        even[k] = x[2 * k];
        odd[k] = x[2 * k + 1];
    }
}

/* Copy the pixels that windows in rows `row` .. `row + rows` need, with padding, into plane `at` of the phases. */
INLINE void NAME(lay_out)(const pooling_task *p, const NAME(buffers) * b, const T *x, ptrdiff_t row,
                          ptrdiff_t rows, ptrdiff_t at, T padding) {
    const ptrdiff_t columns = SMALLER(p->sw, p->fw), phase = b->planes * b->span;
    for (ptrdiff_t i = 0; i < SMALLER(p->sh, p->fh); i++)
        for (ptrdiff_t r = 0; r < rows + b->above; r++) {
            ptrdiff_t h = (row + r) * p->sh + i - p->ph;
            T *to = b->phases + i * columns * phase + at * b->span + r * b->pitch;
            int inside = h >= 0 && h < p->H;
            if (!inside || p->pw || p->W % p->sw)
                for (ptrdiff_t j = 0; j < columns; j++)
                    for (ptrdiff_t k = 0; k < b->pitch; k++)
                        to[j * phase + k] = padding;
            if (!inside)
                continue;
            const T *from = x + h * p->W;
            if (p->sw == 2 && columns == 2) {
                const ptrdiff_t odd = p->pw % 2, pairs = (p->W - odd) / 2;
                if (odd)
                    to[phase + p->pw / 2] = from[0];
                to += p->pw / 2 + odd;
                NAME(part_columns)(from + odd, to, to + phase, pairs);
                if (odd + 2 * pairs < p->W)
                    to[pairs] = from[p->W - 1];
                continue;
            }
            for (ptrdiff_t j = 0; j < columns; j++) {
                ptrdiff_t w = (j - p->pw % p->sw + p->sw) % p->sw;
                for (ptrdiff_t k = (w + p->pw) / p->sw; w < p->W; k++, w += p->sw)
                    to[j * phase + k] = from[w];
            }
        }
}

/* Keep the larger value of each window: NaN is larger than any number, and the first of equal cells is kept. */
INLINE void NAME(keep_larger)(const T *RESTRICT cell, INDEX number, T *RESTRICT values,
                              INDEX *RESTRICT winners, ptrdiff_t n) {
    for (ptrdiff_t k = 0; k < n; k++) {
        T value = cell[k], best = values[k];
        int larger = !(value <= best) & (best == best);
        values[k] = larger ? value : best;
        winners[k] = larger ? number : winners[k];
    }
}

INLINE void NAME(add)(const T *RESTRICT cell, T *RESTRICT sums, ptrdiff_t n) {
    for (ptrdiff_t k = 0; k < n; k++)
        sums[k] += cell[k];
}

/* If a window has only padding and -infinity, its winner is the first pixel, since the winner must be a pixel. */
INLINE void NAME(leave_padding)(const pooling_task *p, INDEX *winners, ptrdiff_t h) {
    for (ptrdiff_t k = 0; k < p->out_w && (h < 0 || k * p->sw < p->pw); k++)
        if (winners[k] == 0)
            winners[k] = (INDEX)(LARGER(-h, 0) * p->fw + LARGER(p->pw - k * p->sw, 0));
}

INLINE void NAME(put_winners)(const pooling_task *p, const INDEX *RESTRICT winners, ptrdiff_t first, ptrdiff_t n) {
    if (p->fh * p->fw <= 255) {
        uint8_t *RESTRICT to = (uint8_t *)p->winners + first;
        for (ptrdiff_t k = 0; k < n; k++)
            to[k] = (uint8_t)winners[k];
    } else
        for (ptrdiff_t k = 0; k < n; k++)
            ((int32_t *)p->winners)[first + k] = (int32_t)winners[k];
}

INLINE void NAME(put_values)(const T *RESTRICT values, T scale, T *RESTRICT out, ptrdiff_t n) {
    for (ptrdiff_t k = 0; k < n; k++)
        out[k] = values[k] * scale;
}

/* Compute the maxima and winners of n windows, including spurious ones. */
INLINE void NAME(maxima)(const pooling_task *p, const NAME(buffers) * b, ptrdiff_t n) {
    for (ptrdiff_t k = 0; k < n; k++) {
        b->values[k] = b->phases[k];
        b->winners[k] = 0;
    }
    for (ptrdiff_t number = 1; number < p->fh * p->fw; number++)
        NAME(keep_larger)(NAME(cell)(p, b, number / p->fw, number % p->fw), (INDEX)number, b->values, b->winners, n);
}

INLINE void NAME(sums)(const pooling_task *p, const NAME(buffers) * b, ptrdiff_t n) {
    for (ptrdiff_t k = 0; k < n; k++)
        b->values[k] = b->phases[k];
    for (ptrdiff_t number = 1; number < p->fh * p->fw; number++)
        NAME(add)(NAME(cell)(p, b, number / p->fw, number % p->fw), b->values, n);
}

INLINE void NAME(forward)(pooling_task *p, ptrdiff_t start, ptrdiff_t stop, int max) {
    const T scale = max ? 1 : (T)1 / (T)(p->fh * p->fw), padding = max ? -(T)INFINITY : 0;
    NAME(buffers) b;
    if (!NAME(get_buffers)(p, &b)) {
        p->no_memory = 1;
        return;
    }
    for (ptrdiff_t plane = start; plane < stop; plane += b.planes)
        for (ptrdiff_t row = 0; row < p->out_h; row += b.rows) {
            ptrdiff_t planes = SMALLER(b.planes, stop - plane), rows = SMALLER(b.rows, p->out_h - row);
            for (ptrdiff_t i = 0; i < planes; i++)
                NAME(lay_out)(p, &b, (const T *)p->x + (plane + i) * p->H * p->W, row, rows, i, padding);
            ptrdiff_t n = (planes - 1) * b.span + rows * b.pitch, length = p->out_w;
            if (max)
                NAME(maxima)(p, &b, n);
            else
                NAME(sums)(p, &b, n);
            if (max && (p->ph || p->pw))
                for (ptrdiff_t r = 0; r < planes * rows; r++)
                    NAME(leave_padding)(p, b.winners + r / rows * b.span + r % rows * b.pitch,
                                        (row + r % rows) * p->sh - p->ph);
            if (b.pitch == length && (planes == 1 || b.above == 0)) { /* no spurious windows: write all at once */
                length = n;
                planes = rows = 1;
            }
            for (ptrdiff_t i = 0; i < planes; i++)
                for (ptrdiff_t r = 0; r < rows; r++) {
                    ptrdiff_t from = i * b.span + r * b.pitch, to = ((plane + i) * p->out_h + row + r) * p->out_w;
                    NAME(put_values)(b.values + from, scale, (T *)p->out + to, length);
                    if (max)
                        NAME(put_winners)(p, b.winners + from, to, length);
                }
        }
    free(b.phases);
}

SIMD static void NAME(max_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    (void)thread;
    NAME(forward)(task, start, stop, 1);
}

SIMD static void NAME(average_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    (void)thread;
    NAME(forward)(task, start, stop, 0);
}

SIMD static void NAME(max_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const pooling_task *p = task;
    ptrdiff_t offset[256] = {0}; /* from the first cell of a window to each cell */
    int narrow = p->fh * p->fw <= 255;
    (void)thread;
    for (ptrdiff_t cell = 0; narrow && cell < p->fh * p->fw; cell++)
        offset[cell] = cell / p->fw * p->W + cell % p->fw;
    for (ptrdiff_t plane = start; plane < stop; plane++) {
        T *dx = (T *)p->out + plane * p->H * p->W;
        memset(dx, 0, p->H * p->W * sizeof(T));
        for (ptrdiff_t oh = 0; oh < p->out_h; oh++) {
            ptrdiff_t first = (plane * p->out_h + oh) * p->out_w, h = oh * p->sh - p->ph;
            const T *dout = (const T *)p->x + first;
            const uint8_t *winners = (const uint8_t *)p->winners + first;
            ptrdiff_t ow = 0;
            if (narrow && h >= 0 && h + p->fh <= p->H && !p->pw)
                for (; ow < p->out_w; ow++)
                    dx[h * p->W + ow * p->sw + offset[winners[ow]]] += dout[ow];
            for (; ow < p->out_w; ow++) {
                int32_t winner = narrow ? winners[ow] : ((const int32_t *)p->winners)[first + ow];
                ptrdiff_t i = h + winner / (int32_t)p->fw, j = ow * p->sw - p->pw + winner % (int32_t)p->fw;
                if (i >= 0 && i < p->H && j >= 0 && j < p->W) /* winners may not come from max_forward */
                    dx[i * p->W + j] += dout[ow];
            }
        }
    }
}

SIMD static void NAME(average_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const pooling_task *p = task;
    const T scale = (T)1 / (T)(p->fh * p->fw);
    (void)thread;
    for (ptrdiff_t plane = start; plane < stop; plane++) {
        T *RESTRICT dx = (T *)p->out + plane * p->H * p->W;
        memset(dx, 0, p->H * p->W * sizeof(T));
        for (ptrdiff_t oh = 0; oh < p->out_h; oh++) {
            const T *RESTRICT dout = (const T *)p->x + (plane * p->out_h + oh) * p->out_w;
            ptrdiff_t h = oh * p->sh - p->ph;
            for (ptrdiff_t i = LARGER(-h, 0); i < p->fh && h + i < p->H; i++)
                for (ptrdiff_t ow = 0; ow < p->out_w; ow++) {
                    ptrdiff_t w = ow * p->sw - p->pw, stop_at = SMALLER(w + p->fw, p->W);
                    for (w = LARGER(w, 0); w < stop_at; w++)
                        dx[(h + i) * p->W + w] += scale * dout[ow];
                }
        }
    }
}
