/* Pooling of planes (N * C images of one channel), for the threads of pool.h: each work function does planes
start..stop. Arguments are checked by pooling.py.

The forward pass vectorises for any stride: the rows of a few outputs are first laid out by phase, all pixels whose
row is i modulo sh and whose column is j modulo sw one after the other. There, a cell of the window is one contiguous
run over many windows. The buffers stay in the fastest cache. */

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "simd.h"

#define BATCH 1024 /* about how many outputs are worked on at a time */

typedef struct {
    const void *x; /* planes (H, W); backward: dout (out_h, out_w) */
    void *out;     /* planes (out_h, out_w); backward: dx (H, W) */
    void *winners; /* (out_h, out_w), the index of each window's maximum inside the window */
    ptrdiff_t H, W, fh, fw, ph, pw, sh, sw, out_h, out_w;
    int no_memory; /* set where the buffers could not be had */
} pooling_task;

typedef void (*pooling_work)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop);

#define SMALLER(a, b) ((a) < (b) ? (a) : (b))
#define LARGER(a, b) ((a) > (b) ? (a) : (b))

#define REAL float
#define INDEX int32_t
#define NAME(name) name##_float
#include "pooling_template.h"
#undef NAME
#undef INDEX
#undef REAL

#define REAL double
#define INDEX int64_t
#define NAME(name) name##_double
#include "pooling_template.h"
#undef NAME
#undef INDEX
#undef REAL

/* [is the type double] */
static const pooling_work max_forward[2] = {max_forward_float, max_forward_double};
static const pooling_work max_backward[2] = {max_backward_float, max_backward_double};
static const pooling_work average_forward[2] = {average_forward_float, average_forward_double};
static const pooling_work average_backward[2] = {average_backward_float, average_backward_double};
