/* Convolution with 3x3 filters and stride 1 by Winograd's minimal filtering: fewer multiplications, more additions.

The result is cut into tiles, OUT x OUT pixels, each of which sees IN x IN pixels of the source, IN = OUT + 2. With the
matrices below, a tile of the result is A' ((G w G') * (B' x B)) A, where * multiplies number by number (Winograd,
"Arithmetic Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
2016). Summed over channels, this is one matrix product for each of the IN * IN numbers. It needs IN * IN
multiplications per tile, where the definition needs 9 * OUT * OUT: a quarter for OUT = 4, and 4/9 for OUT = 2.

The matrices come from values of polynomials at IN - 1 points and at infinity. The points decide how much of the
rounding errors the sums amplify. For OUT = 4 they are 0, +-sqrt(2) and +-1/sqrt(2), which lose about one bit; the usual
points 0, +-1 and +-2 lose two bits. For OUT = 2 they are 0, 1 and -1.

The gradient of the images is such a convolution too, of dout with the turned filters. The gradient of the weights uses
the same matrices in another order: G' (sum over tiles of (A dout A') * (B' x B)) G.

Vectors run over channels, so that transforms need no shuffling. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernel.h"

typedef struct {
    const char *data; /* (N, channels, h, w) */
    ptrdiff_t channels, h, w, strides[4]; /* in bytes */
} images;

typedef struct {
    images source, dout;               /* dout: for the weights' gradient */
    ptrdiff_t top, left;               /* rows and columns of zeros before the source; if negative, of it to skip */
    ptrdiff_t tiles_h, tiles_w;        /* tiles of an image of the result */
    ptrdiff_t tile_rows, rows;         /* rows of tiles of all images; as many belong to a piece of the work */
    ptrdiff_t first, filters;          /* the channels of the result that this task computes */
    char *out;                         /* the result: (N, channels, out_h, out_w) */
    ptrdiff_t channels, out_h, out_w;
    const void *bias;
    int relu;
    const void *w;
    ptrdiff_t w_filter, w_channel, turned; /* steps between weights; whether rows and columns are reversed */
    void *weights;                     /* (blocks of WIDTH filters, IN * IN, channels of the source, WIDTH) */
    ptrdiff_t at, count;               /* the rows of tiles whose transforms are in the next arrays */
    void *fields, *grads, *row_sums;   /* (IN * IN, tiles, channels); (IN * IN, blocks, tiles, WIDTH); (rows, filters) */
    void *sums, *dw, *db;              /* like weights; (channels, channels of the source, 3, 3); (channels,) */
    char *scratch;
    ptrdiff_t scratch_bytes;           /* for each thread */
} winograd_task;

typedef struct {
    ptrdiff_t lanes, width, outputs;   /* of a vector, of a tile of a matrix product; OUT */
    work_t transform_weights, convolve, transform_tiles, add_products, gather;
} instructions;

/* Copy to[j, i] = from[i, j] for a block of QUAD by QUAD numbers, as many as a short vector holds. */
#define QUAD (16 / (int)sizeof(T))
typedef float quad_float __attribute__((vector_size(16), aligned(sizeof(float)), may_alias));
typedef double quad_double __attribute__((vector_size(16), aligned(sizeof(double)), may_alias));
#ifdef __clang__
#define SHUFFLED(a, b, type, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else /* GCC has __builtin_shufflevector only since version 12 */
typedef int32_t indices_float __attribute__((vector_size(16)));
typedef int64_t indices_double __attribute__((vector_size(16)));
#define SHUFFLED(a, b, type, ...) __builtin_shuffle(a, b, (indices_##type){__VA_ARGS__})
#endif

INLINE void transpose_float(const float *from, ptrdiff_t from_step, float *to, ptrdiff_t to_step) {
    const quad_float a = *(const quad_float *)from, b = *(const quad_float *)(from + from_step);
    const quad_float c = *(const quad_float *)(from + 2 * from_step), d = *(const quad_float *)(from + 3 * from_step);
    const quad_float ab = SHUFFLED(a, b, float, 0, 4, 1, 5), cd = SHUFFLED(c, d, float, 0, 4, 1, 5);
    const quad_float AB = SHUFFLED(a, b, float, 2, 6, 3, 7), CD = SHUFFLED(c, d, float, 2, 6, 3, 7);
    *(quad_float *)to = SHUFFLED(ab, cd, float, 0, 1, 4, 5);
    *(quad_float *)(to + to_step) = SHUFFLED(ab, cd, float, 2, 3, 6, 7);
    *(quad_float *)(to + 2 * to_step) = SHUFFLED(AB, CD, float, 0, 1, 4, 5);
    *(quad_float *)(to + 3 * to_step) = SHUFFLED(AB, CD, float, 2, 3, 6, 7);
}

INLINE void transpose_double(const double *from, ptrdiff_t from_step, double *to, ptrdiff_t to_step) {
    const quad_double a = *(const quad_double *)from, b = *(const quad_double *)(from + from_step);
    *(quad_double *)to = SHUFFLED(a, b, double, 0, 2);
    *(quad_double *)(to + to_step) = SHUFFLED(a, b, double, 1, 3);
}

/* Numbers of the result in a tile's row. */
#define OUT PASTED(OUT, , T)
#define OUT_float 4
#define OUT_double 2
#define IN (OUT + 2)

#define TEMPLATE "winograd_template.h"
#include "instruction_sets.h"

/* Return the functions for numbers of this size. */
static const instructions *instructions_for(size_t size, const char *at_most) {
    static const instructions *const all[][2] = BY_SET(instructions);
    return all[newest_set(at_most)][size == sizeof(double)];
}
