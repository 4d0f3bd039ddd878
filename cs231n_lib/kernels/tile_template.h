/* The inner loop of convolution and matrix product: a tile of results, ROWS by two vectors, that stays in registers
while it is summed. Templates include this file (instruction_sets.h). */

typedef T NAME(vector) __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));
#define VECTOR NAME(vector)
#define AT(p) (*(VECTOR *)(p))

/* Compute tile (rows, WIDTH) = weights.T @ panel, from weights (K, rows) and panel (K, WIDTH). Row k of the weights is at
weights + k * step. The first half of row k of the panel is at panel + offset, the second half at second + offset, where
offset is offsets[k], or k * WIDTH without offsets. */
INLINE TARGET void NAME(product)(const int rows, ptrdiff_t K, const T *weights, ptrdiff_t step, const T *panel,
                                 const T *second, const ptrdiff_t *offsets, T *tile) {
    VECTOR left[ROWS], right[ROWS];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
        left[r] = right[r] = (VECTOR){0};
    for (ptrdiff_t k = 0; k < K; k++, weights += step) {
        const ptrdiff_t offset = offsets ? offsets[k] : k * WIDTH;
        const VECTOR a = AT(panel + offset), b = AT(second + offset);
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            left[r] += a * weights[r];
            right[r] += b * weights[r];
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
        AT(tile + r * WIDTH) = left[r];
        AT(tile + r * WIDTH + LANES) = right[r];
    }
}

/* With a constant number of rows, the compiler keeps the tile in registers. */
static TARGET void NAME(product_of)(ptrdiff_t rows, ptrdiff_t K, const T *weights, ptrdiff_t step, const T *panel,
                                    const T *second, const ptrdiff_t *offsets, T *tile) {
    switch (rows) {
#define CASE(n) case n: { \
            if (offsets) \
                NAME(product)(n < ROWS ? n : ROWS, K, weights, step, panel, second, offsets, tile); \
            else \
                NAME(product)(n < ROWS ? n : ROWS, K, weights, step, panel, second, NULL, tile); \
            break; \
        }
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
    }
}
