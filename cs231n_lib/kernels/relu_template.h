/* The loops of relu.h, for one number type (number_types.h). */

INLINE void NAME(relu_numbers)(ptrdiff_t start, ptrdiff_t stop, const T *RESTRICT x, T *RESTRICT out) {
    for (ptrdiff_t k = start; k < stop; k++)
        out[k] = x[k] < 0 ? 0 : x[k]; /* NaN stays */
}

INLINE void NAME(relu_gradients)(ptrdiff_t start, ptrdiff_t stop, const T *RESTRICT x, const T *RESTRICT dout,
                                 T *RESTRICT dx) {
    for (ptrdiff_t k = start; k < stop; k++) {
        const T given = dout[k];
        dx[k] = x[k] > 0 ? given : 0;
    }
}

SIMD static void NAME(relu)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const relu_task *job = task;
    (void)thread;
    NAME(relu_numbers)(start, stop, job->x, job->out);
}

SIMD static void NAME(relu_in_place)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    T *x = ((const relu_task *)task)->out;
    (void)thread;
    for (ptrdiff_t k = start; k < stop; k++)
        x[k] = x[k] < 0 ? 0 : x[k];
}

SIMD static void NAME(relu_gradient)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const relu_task *job = task;
    (void)thread;
    NAME(relu_gradients)(start, stop, job->x, job->dout, job->out);
}
