/* The product of two matrices (R, K) and (K, Q) in any memory order, computed with the tiles of the convolution.

Nets alternate convolutions and affine layers. If the products of affine layers ran on BLAS's threads, these threads
would still be spinning on the cores when the next convolution needs them, and vice versa. */

#include <stddef.h>

#define BLOCK_ROWS 96   /* the size of a block of the result, and of the part of the depth packed at a time */
#define BLOCK_COLS 256
#define BLOCK_DEPTH 256
#define PARTS 8         /* the most parts of the depth, if the result has too few blocks for the threads */

typedef struct {
    const void *a, *b;
    void *out;                               /* (parts, R, Q) */
    ptrdiff_t R, K, Q, a_row, a_col, b_row, b_col; /* steps in numbers */
    ptrdiff_t parts, row_blocks, col_blocks;
    char *scratch;
    ptrdiff_t scratch_bytes;
} product_task;

#define TEMPLATE "matrix_product_template.h"
#include "instruction_sets.h"

/* Return the function for numbers of this size. */
static work_t multiply_for(size_t size, const char *at_most) {
    static const work_t all[][2] = BY_SET(multiply);
    return all[newest_set(at_most)][size == sizeof(double)];
}
