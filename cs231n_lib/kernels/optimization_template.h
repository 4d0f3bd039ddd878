/* The loop of optimization.h, for one number type (number_types.h). */

INLINE void NAME(adam_step)(const adam_task *p, ptrdiff_t start, ptrdiff_t stop, const T *RESTRICT w,
                            const T *RESTRICT dw, const T *RESTRICT m, const T *RESTRICT v, T *RESTRICT next_w,
                            T *RESTRICT next_m, T *RESTRICT next_v) {
    const T beta1 = (T)p->beta1, rest1 = (T)(1 - p->beta1);
    const T beta2 = (T)p->beta2, rest2 = (T)(1 - p->beta2);
    const T step = (T)p->step, epsilon = (T)p->epsilon, keep = (T)p->keep;
    for (ptrdiff_t k = start; k < stop; k++) {
        T mean = beta1 * m[k] + rest1 * dw[k], square = beta2 * v[k] + rest2 * (dw[k] * dw[k]);
        next_m[k] = mean;
        next_v[k] = square;
        next_w[k] = keep * w[k] - step * mean / (SQRT(square) + epsilon);
    }
}

SIMD static void NAME(adam)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const adam_task *p = task;
    (void)thread;
    NAME(adam_step)(p, start, stop, p->w, p->dw, p->m, p->v, p->next_w, p->next_m, p->next_v);
}
