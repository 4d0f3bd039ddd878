/* The Adam step over numbers start..stop, for the threads of pool.h. Arguments are checked by optimization.py. */

#include <math.h>
#include <stddef.h>

#include "simd.h"

#ifdef __GNUC__ /* leave errno alone: to set it for negative numbers, roots would be taken one by one */
extern float sqrtf(float) __attribute__((const));
extern double sqrt(double) __attribute__((const));
#endif

typedef struct {
    const void *w, *dw, *m, *v;
    void *next_w, *next_m, *next_v;
    double beta1, beta2, step, epsilon, keep;
} adam_task;

typedef void (*adam_work)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop);

#define ADAM(TYPE, REAL, SQRT)                                                                                       \
    INLINE void adam_step_##TYPE(const adam_task *p, ptrdiff_t start, ptrdiff_t stop, const REAL *RESTRICT w,        \
                                 const REAL *RESTRICT dw, const REAL *RESTRICT m, const REAL *RESTRICT v,            \
                                 REAL *RESTRICT next_w, REAL *RESTRICT next_m, REAL *RESTRICT next_v) {              \
        const REAL beta1 = (REAL)p->beta1, rest1 = (REAL)(1 - p->beta1);                                             \
        const REAL beta2 = (REAL)p->beta2, rest2 = (REAL)(1 - p->beta2);                                             \
        const REAL step = (REAL)p->step, epsilon = (REAL)p->epsilon, keep = (REAL)p->keep;                           \
        for (ptrdiff_t k = start; k < stop; k++) {                                                                   \
            REAL mean = beta1 * m[k] + rest1 * dw[k], square = beta2 * v[k] + rest2 * (dw[k] * dw[k]);               \
            next_m[k] = mean;                                                                                        \
            next_v[k] = square;                                                                                      \
            next_w[k] = keep * w[k] - step * mean / (SQRT(square) + epsilon);                                        \
        }                                                                                                            \
    }                                                                                                                \
    SIMD static void adam_##TYPE(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {                    \
        const adam_task *p = task;                                                                                   \
        (void)thread;                                                                                                \
        adam_step_##TYPE(p, start, stop, p->w, p->dw, p->m, p->v, p->next_w, p->next_m, p->next_v);                  \
    }

ADAM(float, float, sqrtf)
ADAM(double, double, sqrt)

static const adam_work adam[2] = {adam_float, adam_double}; /* [is the type double] */
