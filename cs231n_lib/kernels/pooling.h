/* Pooling of planes (N * C images of one channel), for the threads of pool.h: each work function handles planes
start..stop. pooling.py checks the arguments.

The forward pass uses vector instructions for any stride. It first copies the pixels for some rows of outputs by phase:
phase (i, j) contains all pixels whose row is i modulo sh and whose column is j modulo sw, contiguously. Then each cell
of the window is one contiguous run over many windows. The buffers stay in the fastest cache. */

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define BATCH 1024 /* the approximate number of outputs computed at a time */

typedef struct {
    const void *x; /* planes (H, W); backward: dout (out_h, out_w) */
    void *out;     /* planes (out_h, out_w); backward: dx (H, W) */
    void *winners; /* (out_h, out_w), the index of each window's maximum inside the window */
    ptrdiff_t H, W, fh, fw, ph, pw, sh, sw, out_h, out_w;
    int no_memory; /* set if the buffers could not be allocated */
} pooling_task;

#define TEMPLATE "pooling_template.h"
#include "number_types.h"

static const work_t max_forward[2] = BY_TYPE(max_forward);
static const work_t max_backward[2] = BY_TYPE(max_backward);
static const work_t average_forward[2] = BY_TYPE(average_forward);
static const work_t average_backward[2] = BY_TYPE(average_backward);
