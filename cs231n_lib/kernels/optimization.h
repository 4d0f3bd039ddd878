/* The Adam step for numbers start .. stop, for the threads of pool.h. optimization.py checks the arguments. */

#include <math.h>

#include "kernel.h"

#ifdef __GNUC__ /* promise not to set errno, which would prevent vector instructions for roots */
extern float sqrtf(float) __attribute__((const));
extern double sqrt(double) __attribute__((const));
#endif

typedef struct {
    const void *w, *dw, *m, *v;
    void *next_w, *next_m, *next_v;
    double beta1, beta2, step, epsilon, keep;
} adam_task;

#define TEMPLATE "optimization_template.h"
#include "number_types.h"

static const work_t adam[2] = BY_TYPE(adam);
static const work_t adam_in_place[2] = BY_TYPE(adam_in_place);
