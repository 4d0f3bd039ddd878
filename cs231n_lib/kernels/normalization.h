/* Batch, layer, group and instance normalization, for the threads of pool.h: a work function handles channels, rows or
groups start..stop. normalization.py checks the arguments.

For each block that fits in the fastest cache, the mean is computed, subtracted, and corrected by the mean of the
differences. The blocks are combined in double precision (Chan, Golub and LeVeque, "Updating formulae and a pairwise
algorithm for computing sample variances", 1979). So the data is read from memory once, and a small variance is accurate
even beside a large mean. */

#include <math.h>
#include <stddef.h>

#include "kernel.h"

#define LANES 32   /* partial sums in parallel: enough to be fast, and to keep rounding errors small */
#define BLOCK 2048 /* numbers in a run that are summed in the type of the data */
#define SHORT 512  /* shorter runs are first copied together */
#define ROWS 64    /* the block size for columns, and the rows of a layer's gradients that one thread sums */

typedef struct {
    const void *x, *dout;
    void *out;                /* or dx */
    const void *gamma, *beta;
    void *mean, *var;         /* of each channel, row or group */
    void *dgamma, *dbeta;     /* (C,); for rows and groups, partial sums (blocks of rows or images, C) */
    ptrdiff_t N, C, S, G;     /* x is (N, C, S); G groups of channels */
    double eps;
    int fixed;                /* mean and var are arguments, not statistics of x */
} normalization_task;

typedef struct {
    double count, mean, squares; /* squares: sum of (x - mean)^2 */
} moments;

INLINE void merge(moments *all, double count, double mean, double squares) {
    double delta = mean - all->mean, total = all->count + count;
    all->mean += delta * count / total;
    all->squares += squares + delta * delta * all->count * count / total;
    all->count = total;
}

#define TEMPLATE "normalization_template.h"
#include "number_types.h"

static const work_t planes_forward[2] = BY_TYPE(planes_forward);
static const work_t planes_backward[2] = BY_TYPE(planes_backward);
static const work_t columns_forward[2] = BY_TYPE(columns_forward);
static const work_t columns_backward[2] = BY_TYPE(columns_backward);
static const work_t rows_forward[2] = BY_TYPE(rows_forward);
static const work_t rows_backward[2] = BY_TYPE(rows_backward);
static const work_t groups_forward[2] = BY_TYPE(groups_forward);
static const work_t groups_backward[2] = BY_TYPE(groups_backward);
