/* The loop of optimization.h, for one number type (number_types.h). */

/* Update one number. */
#define ADAM(w, dw, m, v, next_w, next_m, next_v) \
    do { \
        const T given = dw, mean = beta1 * m + rest1 * given, square = beta2 * v + rest2 * (given * given); \
        next_m = mean; \
        next_v = square; \
        next_w = keep * w - step * mean / (SQRT(square) + epsilon); \
    } while (0)
#define SETTINGS(p) \
    const T beta1 = (T)(p)->beta1, rest1 = (T)(1 - (p)->beta1), beta2 = (T)(p)->beta2, rest2 = (T)(1 - (p)->beta2); \
    const T step = (T)(p)->step, epsilon = (T)(p)->epsilon, keep = (T)(p)->keep

INLINE void NAME(adam_step)(const adam_task *p, ptrdiff_t start, ptrdiff_t stop, const T *RESTRICT w,
                            const T *RESTRICT dw, const T *RESTRICT m, const T *RESTRICT v, T *RESTRICT next_w,
                            T *RESTRICT next_m, T *RESTRICT next_v) {
    SETTINGS(p);
    for (ptrdiff_t k = start; k < stop; k++)
        ADAM(w[k], dw[k], m[k], v[k], next_w[k], next_m[k], next_v[k]);
}

INLINE void NAME(adam_step_in_place)(const adam_task *p, ptrdiff_t start, ptrdiff_t stop, T *RESTRICT w,
                                     const T *RESTRICT dw, T *RESTRICT m, T *RESTRICT v) {
    SETTINGS(p);
    for (ptrdiff_t k = start; k < stop; k++)
        ADAM(w[k], dw[k], m[k], v[k], w[k], m[k], v[k]);
}

SIMD static void NAME(adam_in_place)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const adam_task *p = task;
    (void)thread;
    NAME(adam_step_in_place)(p, start, stop, p->next_w, p->dw, p->next_m, p->next_v);
}

SIMD static void NAME(adam)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const adam_task *p = task;
    (void)thread;
    NAME(adam_step)(p, start, stop, p->w, p->dw, p->m, p->v, p->next_w, p->next_m, p->next_v);
}
