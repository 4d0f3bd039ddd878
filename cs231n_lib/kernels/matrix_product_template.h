/* The inner loops of matrix_product.h, for one number type and one instruction set (instruction_sets.h). */

#include "tile_template.h"

/* Fill packed (depth, rows) from a, whose rows are a_row apart and whose columns are a_col apart. */
static TARGET void NAME(pack_rows)(const T *a, ptrdiff_t a_row, ptrdiff_t a_col, ptrdiff_t rows, ptrdiff_t depth,
                                   T *packed) {
    if (a_row < a_col)
        for (ptrdiff_t k = 0; k < depth; k++)
            for (ptrdiff_t r = 0; r < rows; r++)
                packed[k * rows + r] = a[r * a_row + k * a_col];
    else /* a few numbers of each row at a time, so that reading and writing stay in the first-level cache */
        for (ptrdiff_t k0 = 0; k0 < depth; k0 += 16)
            for (ptrdiff_t r = 0; r < rows; r++)
                for (ptrdiff_t k = k0; k < SMALLER(k0 + 16, depth); k++)
                    packed[k * rows + r] = a[r * a_row + k * a_col];
}

/* Fill panel (depth, WIDTH) from columns of b, with zeros beyond the last one. */
static TARGET void NAME(pack_columns)(const T *b, ptrdiff_t b_row, ptrdiff_t b_col, ptrdiff_t cols, ptrdiff_t depth,
                                      T *panel) {
    if (b_col == 1 && cols >= WIDTH)
        for (ptrdiff_t k = 0; k < depth; k++, panel += WIDTH, b += b_row) {
            AT(panel) = AT(b);
            AT(panel + LANES) = AT(b + LANES);
        }
    else
        for (ptrdiff_t k0 = 0; k0 < depth; k0 += 16)
            for (ptrdiff_t c = 0; c < WIDTH; c++)
                for (ptrdiff_t k = k0; k < SMALLER(k0 + 16, depth); k++)
                    panel[k * WIDTH + c] = c < cols ? b[k * b_row + c * b_col] : 0;
}

/* Compute blocks start .. stop of the result, numbered by part of the depth, row block, column block. */
static TARGET void NAME(multiply)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const product_task *job = task;
    T *packed = (T *)(job->scratch + thread * job->scratch_bytes), *panels = packed + BLOCK_ROWS * BLOCK_DEPTH;
    T tile[ROWS * WIDTH] __attribute__((aligned(64)));
    for (ptrdiff_t block = start; block < stop; block++) {
        const ptrdiff_t part = block / (job->row_blocks * job->col_blocks);
        const ptrdiff_t r0 = block / job->col_blocks % job->row_blocks * BLOCK_ROWS;
        const ptrdiff_t c0 = block % job->col_blocks * BLOCK_COLS;
        const ptrdiff_t rows = SMALLER(job->R - r0, BLOCK_ROWS);
        const ptrdiff_t cols = SMALLER(job->Q - c0, BLOCK_COLS);
        const ptrdiff_t first = job->K * part / job->parts, end = job->K * (part + 1) / job->parts;
        const ptrdiff_t tiles = (rows + ROWS - 1) / ROWS;
        T *out = (T *)job->out + part * job->R * job->Q + r0 * job->Q + c0;
        for (ptrdiff_t k = first; k < end; k += BLOCK_DEPTH) {
            const ptrdiff_t depth = SMALLER(end - k, BLOCK_DEPTH);
            for (ptrdiff_t c = 0; c < cols; c += WIDTH)
                NAME(pack_columns)((const T *)job->b + k * job->b_row + (c0 + c) * job->b_col, job->b_row, job->b_col,
                                   cols - c, depth, panels + c * depth);
            for (ptrdiff_t t = 0; t < tiles; t++) {
                const ptrdiff_t r = rows * t / tiles, height = rows * (t + 1) / tiles - r;
                NAME(pack_rows)((const T *)job->a + (r0 + r) * job->a_row + k * job->a_col, job->a_row, job->a_col,
                                height, depth, packed);
                for (ptrdiff_t c = 0; c < cols; c += WIDTH) {
                    const T *panel = panels + c * depth;
                    NAME(product_of)(height, depth, packed, height, panel, panel + LANES, NULL, tile);
                    const ptrdiff_t lanes = SMALLER(cols - c, WIDTH);
                    for (ptrdiff_t i = 0; i < height; i++) {
                        T *to = out + (r + i) * job->Q + c;
                        const T *from = tile + i * WIDTH;
                        if (k > first)
                            for (ptrdiff_t j = 0; j < lanes; j++)
                                to[j] += from[j];
                        else
                            memcpy(to, from, lanes * sizeof(T));
                    }
                }
            }
        }
    }
}
