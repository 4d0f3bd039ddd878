/* The softmax and the gradient of its cross-entropy loss. softmax.py checks the arguments. */

#include <stddef.h>

#define CHUNK 2048 /* numbers that stay in the first-level cache */

typedef struct {
    const void *x;      /* (N, C) */
    const ptrdiff_t *y; /* (N,) */
    void *out, *sums, *right;
    ptrdiff_t C;
    double share;       /* 1 / N */
} softmax_task;

#define TEMPLATE "softmax_template.h"
#include "instruction_sets.h"

/* Return the function for numbers of this size. */
static work_t softmax_for(size_t size, const char *at_most) {
    static const work_t all[][2] = BY_SET(softmax);
    return all[newest_set(at_most)][size == sizeof(double)];
}
