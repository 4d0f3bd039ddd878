/* Batch, layer, group and instance normalization, for the threads of pool.h: a work function does channels, rows or
groups start..stop. Arguments are checked by normalization.py.

A mean is that of a block in the fastest cache, corrected by the mean of what is left after subtracting it; blocks are
put together in double precision (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing
sample variances", 1979). So the data is read from memory once, and a large mean does no harm to a small variance. */

#include <math.h>
#include <stddef.h>

#include "kernel.h"

#define LANES 32   /* sums side by side: enough to be fast, and to keep the rounding small */
#define BLOCK 2048 /* numbers in a run whose sums stay in the type of the data */
#define SHORT 512  /* runs below this length are put together first */
#define ROWS 64    /* the same for columns; and rows of a layer's gradients that are summed by one thread */

typedef struct {
    const void *x, *dout;
    void *out;                /* or dx */
    const void *gamma, *beta;
    void *mean, *var;         /* of each channel, row or group */
    void *dgamma, *dbeta;     /* (C,); of rows and groups the shares: (blocks of rows or images, C) */
    ptrdiff_t N, C, S, G;     /* x is (N, C, S); G groups of channels */
    double eps;
    int fixed;                /* mean and var are given and not statistics of x */
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
