/* Convolution forward and backward, image by image, without a column matrix in memory.

A convolution is a matrix product: filters times the image's receptive fields as columns. Writing the columns to memory
and calling BLAS would copy them twice, since BLAS copies them again into its own order. Instead, this code copies a
panel of columns, two vectors wide, directly from the padded image into the order that the product reads. The panels of
a block stay in the second-level cache, and the tile of results stays in registers (Goto and van de Geijn, "Anatomy of
High-Performance Matrix Multiplication", 2008).

The gradient of the images is also a convolution, of dout with the flipped filters. With stride 1 it is one convolution.
With stride s it is one for each of the s * s phases, the sets of pixel positions that the same weights reach. The
gradient of the weights is a product over all pixels; its vectors run over filters, and it reads the image's pixels in
place. */

#include <stdint.h>
#include <string.h>

#include "kernel.h"

#define PANEL_BYTES (256 * 1024) /* size of the panels packed at a time: half of a common second-level cache */
#define CHUNK_PIXELS 128         /* pixels of dout that stay in the first-level cache */
#define PARTS 8                  /* parts of the weights' gradient, which the threads share */
#define SUMS_BYTES (3 << 20)     /* most memory for the sums of all parts */

typedef struct {
    const char *data; /* (N, channels, h, w) */
    ptrdiff_t channels, h, w, strides[4]; /* in bytes; the result is contiguous */
} images;

/* Positions (rows, cols) of the result to which the same K weights apply. */
typedef struct {
    ptrdiff_t K, rows, cols, wide;   /* wide: cols, or more to fill whole vectors; the extra results are dropped */
    const ptrdiff_t *offsets;        /* (K,): from a position to its pixel in the padded source */
    const void *weights;             /* packed by pack_weights */
    ptrdiff_t first, down, across;   /* first position in a plane of the result, and the steps between positions */
    int contiguous;
} phase;

typedef struct {
    images source, result, dout;
    ptrdiff_t N, M, group, panels;   /* images; channels of the result; images at a time; panels at a time */
    ptrdiff_t top, left, padded_h, padded_w, padded_room;
    ptrdiff_t image_step, row_step, col_step; /* from a position to the next, in the padded source */
    const phase *phases;
    ptrdiff_t num_phases;
    const void *bias;
    int relu;
    char *scratch;
    ptrdiff_t scratch_bytes;         /* for each thread */
    char *sums;
    ptrdiff_t groups, splits;        /* numbers of ranges of images and of weights, for the weights' gradient */
    void *dw, *db;
} convolution_task;

typedef void (*pack_weights_t)(const void *w, ptrdiff_t M, ptrdiff_t row, const ptrdiff_t *order, ptrdiff_t K,
                               void *to);
typedef struct {
    ptrdiff_t width; /* of a tile */
    pack_weights_t pack_weights;
    work_t correlate, weigh, gather;
} instructions;

/* The numbers with even indices in two units, as one unit. */
#define EVENS(a, b) PASTED(EVENS, , T)(a, b)
#ifdef __clang__
#define EVENS_float(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define EVENS_double(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#else /* GCC has __builtin_shufflevector only since version 12 */
typedef int32_t indices8 __attribute__((vector_size(32)));
typedef int64_t indices4 __attribute__((vector_size(32)));
#define EVENS_float(a, b) __builtin_shuffle(a, b, (indices8){0, 2, 4, 6, 8, 10, 12, 14})
#define EVENS_double(a, b) __builtin_shuffle(a, b, (indices4){0, 2, 4, 6})
#endif

#define TEMPLATE "convolution_template.h"
#include "instruction_sets.h"

/* Return the functions for numbers of this size. */
static const instructions *instructions_for(size_t size, const char *at_most) {
    static const instructions *const all[][2] = BY_SET(instructions);
    return all[newest_set(at_most)][size == sizeof(double)];
}
