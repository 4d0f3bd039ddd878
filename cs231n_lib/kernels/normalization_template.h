/* The loops of normalization.h, for one number type (number_types.h). */

INLINE double NAME(total)(T *sums) {
    for (ptrdiff_t l = 0; l < 16; l++)
        sums[l] += sums[l + 16];
    for (ptrdiff_t l = 0; l < 8; l++)
        sums[l] += sums[l + 8];
    for (ptrdiff_t l = 0; l < 4; l++)
        sums[l] += sums[l + 4];
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

/* Add n contiguous numbers to the moments. */
INLINE void NAME(add_run)(moments *all, const T *RESTRICT x, ptrdiff_t n) {
    for (; n > 0; x += BLOCK, n -= BLOCK) {
        ptrdiff_t count = SMALLER(n, BLOCK), whole = count / LANES * LANES;
        T sums[LANES] = {0}, rests[LANES] = {0}, squares[LANES] = {0};
        for (ptrdiff_t k = 0; k < whole; k += LANES)
            for (ptrdiff_t l = 0; l < LANES; l++)
                sums[l] += x[k + l];
        for (ptrdiff_t k = whole; k < count; k++)
            sums[k - whole] += x[k];
        T mean = (T)(NAME(total)(sums) / count);
        for (ptrdiff_t k = 0; k < whole; k += LANES)
            for (ptrdiff_t l = 0; l < LANES; l++) {
                T rest = x[k + l] - mean;
                rests[l] += rest;
                squares[l] += rest * rest;
            }
        for (ptrdiff_t k = whole; k < count; k++) {
            T rest = x[k] - mean;
            rests[k - whole] += rest;
            squares[k - whole] += rest * rest;
        }
        double rest = NAME(total)(rests);
        merge(all, count, mean + rest / count, NAME(total)(squares) - rest * rest / count);
    }
}

/* Copy the planes of one channel, of as many of the images n, n + 1, ... as fill a block, into one run, since short runs
are slow to sum. Return the number of images. */
INLINE ptrdiff_t NAME(gather)(const normalization_task *p, const T *RESTRICT x, ptrdiff_t n, T *RESTRICT run) {
    const ptrdiff_t images = SMALLER(BLOCK / p->S, p->N - n);
    for (ptrdiff_t i = 0; i < images; i++)
        for (ptrdiff_t s = 0; s < p->S; s++)
            run[i * p->S + s] = x[(n + i) * p->C * p->S + s];
    return images;
}

/* Add the sums of dout and of dout * (x - mean) over a run to *plain and *weighted. */
INLINE void NAME(add_gradients)(const T *RESTRICT dout, const T *RESTRICT x, ptrdiff_t n, T mean,
                                double *plain, double *weighted) {
    for (; n > 0; x += BLOCK, dout += BLOCK, n -= BLOCK) {
        ptrdiff_t count = SMALLER(n, BLOCK), whole = count / LANES * LANES;
        T sums[LANES] = {0}, products[LANES] = {0};
        for (ptrdiff_t k = 0; k < whole; k += LANES)
            for (ptrdiff_t l = 0; l < LANES; l++) {
                sums[l] += dout[k + l];
                products[l] += dout[k + l] * (x[k + l] - mean);
            }
        for (ptrdiff_t k = whole; k < count; k++) {
            sums[k - whole] += dout[k];
            products[k - whole] += dout[k] * (x[k] - mean);
        }
        *plain += NAME(total)(sums);
        *weighted += NAME(total)(products);
    }
}

INLINE void NAME(scale_run)(const T *RESTRICT x, T *RESTRICT out, ptrdiff_t n, T mean, T scale,
                            T shift) {
    for (ptrdiff_t k = 0; k < n; k++)
        out[k] = (x[k] - mean) * scale + shift;
}

/* dx = a * dout + b * (x - mean) + c */
INLINE void NAME(combine_run)(const T *RESTRICT dout, const T *RESTRICT x, T *RESTRICT dx, ptrdiff_t n,
                              T mean, T a, T b, T c) {
    for (ptrdiff_t k = 0; k < n; k++)
        dx[k] = a * dout[k] + (b * (x[k] - mean) + c);
}

SIMD static void NAME(planes_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const T *x = p->x, *gamma = p->gamma, *beta = p->beta;
    T *out = p->out, *means = p->mean, *vars = p->var, run[BLOCK];
    (void)thread;
    for (ptrdiff_t c = start; c < stop; c++) {
        if (!p->fixed) {
            moments all = {0, 0, 0};
            for (ptrdiff_t n = 0, images = 1; n < p->N; n += images)
                if (p->S < SHORT) {
                    images = NAME(gather)(p, x + c * p->S, n, run);
                    NAME(add_run)(&all, run, images * p->S);
                } else
                    NAME(add_run)(&all, x + (n * p->C + c) * p->S, p->S);
            means[c] = (T)all.mean;
            vars[c] = (T)(all.squares / all.count);
        }
        T scale = (T)(gamma[c] / sqrt(vars[c] + p->eps));
        for (ptrdiff_t n = 0; n < p->N; n++)
            NAME(scale_run)(x + (n * p->C + c) * p->S, out + (n * p->C + c) * p->S, p->S, means[c], scale, beta[c]);
    }
}

SIMD static void NAME(planes_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const T *x = p->x, *dout = p->dout, *gamma = p->gamma, *means = p->mean, *vars = p->var;
    T *dx = p->out, *dgamma = p->dgamma, *dbeta = p->dbeta, run[BLOCK], douts[BLOCK];
    const double count = (double)p->N * p->S;
    (void)thread;
    for (ptrdiff_t c = start; c < stop; c++) {
        double plain = 0, weighted = 0, inv_std = 1 / sqrt(vars[c] + p->eps), scale = gamma[c] * inv_std;
        for (ptrdiff_t n = 0, images = 1; n < p->N; n += images) {
            ptrdiff_t first = (n * p->C + c) * p->S;
            if (p->S < SHORT) {
                NAME(gather)(p, dout + c * p->S, n, douts);
                images = NAME(gather)(p, x + c * p->S, n, run);
                NAME(add_gradients)(douts, run, images * p->S, means[c], &plain, &weighted);
            } else
                NAME(add_gradients)(dout + first, x + first, p->S, means[c], &plain, &weighted);
        }
        dbeta[c] = (T)plain;
        dgamma[c] = (T)(weighted * inv_std);
        double b = p->fixed ? 0 : -scale * inv_std * inv_std * weighted / count;
        double shift = p->fixed ? 0 : -scale * plain / count;
        for (ptrdiff_t n = 0; n < p->N; n++) {
            ptrdiff_t first = (n * p->C + c) * p->S;
            NAME(combine_run)(dout + first, x + first, dx + first, p->S, means[c], (T)scale, (T)b,
                              (T)shift);
        }
    }
}

INLINE void NAME(scale_row)(const T *RESTRICT x, T *RESTRICT out, ptrdiff_t n, const T *RESTRICT mean,
                            const T *RESTRICT scale, const T *RESTRICT shift) {
    for (ptrdiff_t k = 0; k < n; k++)
        out[k] = (x[k] - mean[k]) * scale[k] + shift[k];
}

INLINE void NAME(combine_row)(const T *RESTRICT dout, const T *RESTRICT x, T *RESTRICT dx, ptrdiff_t n,
                              const T *RESTRICT mean, const T *RESTRICT a, const T *RESTRICT b,
                              const T *RESTRICT c) {
    for (ptrdiff_t k = 0; k < n; k++)
        dx[k] = a[k] * dout[k] + (b[k] * (x[k] - mean[k]) + c[k]);
}

/* Normalize channels of one number each, S = 1: LANES columns of x (N, C) at a time. */
SIMD static void NAME(columns_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const ptrdiff_t C = p->C;
    (void)thread;
    for (ptrdiff_t c = start; c < stop; c += LANES) {
        const ptrdiff_t width = SMALLER(LANES, stop - c);
        const T *x = (const T *)p->x + c, *gamma = (const T *)p->gamma + c;
        T *means = (T *)p->mean + c, *vars = (T *)p->var + c;
        T mean[LANES], scale[LANES], rests[LANES], squares[LANES];
        moments all[LANES] = {{0, 0, 0}};
        for (ptrdiff_t first = 0; first < p->N && !p->fixed; first += ROWS) {
            const ptrdiff_t last = SMALLER(first + ROWS, p->N), count = last - first;
            for (ptrdiff_t l = 0; l < LANES; l++)
                mean[l] = rests[l] = squares[l] = 0;
            for (ptrdiff_t n = first; n < last; n++)
                for (ptrdiff_t l = 0; l < width; l++)
                    mean[l] += x[n * C + l];
            for (ptrdiff_t l = 0; l < LANES; l++)
                mean[l] /= (T)count;
            for (ptrdiff_t n = first; n < last; n++)
                for (ptrdiff_t l = 0; l < width; l++) {
                    T rest = x[n * C + l] - mean[l];
                    rests[l] += rest;
                    squares[l] += rest * rest;
                }
            for (ptrdiff_t l = 0; l < width; l++) {
                double rest = rests[l];
                merge(all + l, count, mean[l] + rest / count, squares[l] - rest * rest / count);
            }
        }
        for (ptrdiff_t l = 0; l < width; l++) {
            if (!p->fixed) {
                means[l] = (T)all[l].mean;
                vars[l] = (T)(all[l].squares / all[l].count);
            }
            mean[l] = means[l];
            scale[l] = (T)(gamma[l] / sqrt(vars[l] + p->eps));
        }
        for (ptrdiff_t n = 0; n < p->N; n++)
            NAME(scale_row)(x + n * C, (T *)p->out + c + n * C, width, mean, scale, (const T *)p->beta + c);
    }
}

SIMD static void NAME(columns_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const ptrdiff_t C = p->C;
    (void)thread;
    for (ptrdiff_t c = start; c < stop; c += LANES) {
        const ptrdiff_t width = SMALLER(LANES, stop - c);
        const T *x = (const T *)p->x + c, *dout = (const T *)p->dout + c, *mean = (const T *)p->mean + c;
        const T *gamma = (const T *)p->gamma + c, *vars = (const T *)p->var + c;
        T sums[LANES], products[LANES], a[LANES], b[LANES], shift[LANES];
        double plain[LANES] = {0}, weighted[LANES] = {0};
        for (ptrdiff_t first = 0; first < p->N; first += ROWS) {
            for (ptrdiff_t l = 0; l < LANES; l++)
                sums[l] = products[l] = 0;
            for (ptrdiff_t n = first; n < SMALLER(first + ROWS, p->N); n++)
                for (ptrdiff_t l = 0; l < width; l++) {
                    sums[l] += dout[n * C + l];
                    products[l] += dout[n * C + l] * (x[n * C + l] - mean[l]);
                }
            for (ptrdiff_t l = 0; l < width; l++) {
                plain[l] += sums[l];
                weighted[l] += products[l];
            }
        }
        for (ptrdiff_t l = 0; l < width; l++) {
            double inv_std = 1 / sqrt(vars[l] + p->eps), scale = gamma[l] * inv_std;
            ((T *)p->dbeta)[c + l] = (T)plain[l];
            ((T *)p->dgamma)[c + l] = (T)(weighted[l] * inv_std);
            a[l] = (T)scale;
            b[l] = (T)(p->fixed ? 0 : -scale * inv_std * inv_std * weighted[l] / p->N);
            shift[l] = (T)(p->fixed ? 0 : -scale * plain[l] / p->N);
        }
        for (ptrdiff_t n = 0; n < p->N; n++)
            NAME(combine_row)(dout + n * C, x + n * C, (T *)p->out + c + n * C, width, mean, a, b, shift);
    }
}

INLINE void NAME(normalize_row)(const T *RESTRICT x, T *RESTRICT out, ptrdiff_t n, T mean, T inv_std,
                                const T *RESTRICT gamma, const T *RESTRICT beta) {
    for (ptrdiff_t k = 0; k < n; k++)
        out[k] = (x[k] - mean) * inv_std * gamma[k] + beta[k];
}

/* Set dx to the gradient of x_hat, and add this row's part to dgamma and dbeta. */
INLINE void NAME(scale_gradients)(const T *RESTRICT dout, const T *RESTRICT x, T *RESTRICT dx, ptrdiff_t n,
                                  T mean, T inv_std, const T *RESTRICT gamma, T *RESTRICT dgamma,
                                  T *RESTRICT dbeta) {
    for (ptrdiff_t k = 0; k < n; k++) {
        T d = dout[k];
        dx[k] = d * gamma[k];
        dbeta[k] += d;
        dgamma[k] += d * ((x[k] - mean) * inv_std);
    }
}

INLINE void NAME(centre_row)(const T *RESTRICT x, T *RESTRICT dx, ptrdiff_t n, T mean, T a, T b,
                             T c) {
    for (ptrdiff_t k = 0; k < n; k++)
        dx[k] = a * dx[k] + (b * (x[k] - mean) + c);
}

/* Normalize each row of x (N, C) separately. */
SIMD static void NAME(rows_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    (void)thread;
    for (ptrdiff_t n = start; n < stop; n++) {
        const T *x = (const T *)p->x + n * p->C;
        moments all = {0, 0, 0};
        NAME(add_run)(&all, x, p->C);
        T mean = (T)all.mean, var = (T)(all.squares / all.count), scale = (T)(1 / sqrt(var + p->eps));
        ((T *)p->mean)[n] = mean;
        ((T *)p->var)[n] = var;
        NAME(normalize_row)(x, (T *)p->out + n * p->C, p->C, mean, scale, p->gamma, p->beta);
    }
}

/* Handle blocks of ROWS rows; dgamma and dbeta (blocks, C) get the partial sums of each block. */
SIMD static void NAME(rows_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    (void)thread;
    for (ptrdiff_t block = start; block < stop; block++) {
        T *dgamma = (T *)p->dgamma + block * p->C, *dbeta = (T *)p->dbeta + block * p->C;
        for (ptrdiff_t c = 0; c < p->C; c++)
            dgamma[c] = dbeta[c] = 0;
        for (ptrdiff_t n = block * ROWS; n < SMALLER((block + 1) * ROWS, p->N); n++) {
            const T *x = (const T *)p->x + n * p->C, mean = ((const T *)p->mean)[n];
            T *dx = (T *)p->out + n * p->C;
            double inv_std = 1 / sqrt(((const T *)p->var)[n] + p->eps), plain = 0, weighted = 0;
            NAME(scale_gradients)((const T *)p->dout + n * p->C, x, dx, p->C, mean, (T)inv_std, p->gamma,
                                  dgamma, dbeta);
            NAME(add_gradients)(dx, x, p->C, mean, &plain, &weighted);
            NAME(centre_row)(x, dx, p->C, mean, (T)inv_std,
                             (T)(-inv_std * inv_std * inv_std * weighted / p->C), (T)(-inv_std * plain / p->C));
        }
    }
}

/* Normalize groups of K = C / G channels of one image; group g of image n has the number n * G + g. */
SIMD static void NAME(groups_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const T *gamma = p->gamma, *beta = p->beta;
    const ptrdiff_t K = p->C / p->G;
    (void)thread;
    for (ptrdiff_t group = start; group < stop; group++) {
        const T *x = (const T *)p->x + group * K * p->S;
        moments all = {0, 0, 0};
        NAME(add_run)(&all, x, K * p->S);
        T mean = (T)all.mean, var = (T)(all.squares / all.count);
        ((T *)p->mean)[group] = mean;
        ((T *)p->var)[group] = var;
        for (ptrdiff_t k = 0; k < K; k++) {
            ptrdiff_t c = group % p->G * K + k;
            NAME(scale_run)(x + k * p->S, (T *)p->out + (group * K + k) * p->S, p->S, mean,
                            (T)(gamma[c] / sqrt(var + p->eps)), beta[c]);
        }
    }
}

/* The same backward; dgamma and dbeta (N, C) get the partial sums of each image. */
SIMD static void NAME(groups_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const ptrdiff_t K = p->C / p->G;
    const double count = (double)K * p->S;
    (void)thread;
    for (ptrdiff_t group = start; group < stop; group++) {
        const T *x = (const T *)p->x + group * K * p->S, *dout = (const T *)p->dout + group * K * p->S;
        const T *gamma = (const T *)p->gamma + group % p->G * K, mean = ((const T *)p->mean)[group];
        T *dgamma = (T *)p->dgamma + group * K, *dbeta = (T *)p->dbeta + group * K;
        double inv_std = 1 / sqrt(((const T *)p->var)[group] + p->eps), plain = 0, weighted = 0;
        for (ptrdiff_t k = 0; k < K; k++) {
            double sum = 0, product = 0;
            NAME(add_gradients)(dout + k * p->S, x + k * p->S, p->S, mean, &sum, &product);
            dbeta[k] = (T)sum;
            dgamma[k] = (T)(product * inv_std);
            plain += gamma[k] * sum;
            weighted += gamma[k] * product;
        }
        for (ptrdiff_t k = 0; k < K; k++)
            NAME(combine_run)(dout + k * p->S, x + k * p->S, (T *)p->out + (group * K + k) * p->S, p->S, mean,
                              (T)(gamma[k] * inv_std), (T)(-inv_std * inv_std * inv_std * weighted / count),
                              (T)(-inv_std * plain / count));
    }
}
