/* Included by normalization.h once per type, with REAL (float, double) and NAME(name) defined. */

INLINE double NAME(total)(REAL *sums) {
    for (ptrdiff_t l = 0; l < 16; l++)
        sums[l] += sums[l + 16];
    for (ptrdiff_t l = 0; l < 8; l++)
        sums[l] += sums[l + 8];
    for (ptrdiff_t l = 0; l < 4; l++)
        sums[l] += sums[l + 4];
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

/* Put n numbers side by side in memory into the moments. */
INLINE void NAME(add_run)(moments *all, const REAL *RESTRICT x, ptrdiff_t n) {
    for (; n > 0; x += BLOCK, n -= BLOCK) {
        ptrdiff_t count = SMALLER(n, BLOCK), whole = count / LANES * LANES;
        REAL sums[LANES] = {0}, rests[LANES] = {0}, squares[LANES] = {0};
        for (ptrdiff_t k = 0; k < whole; k += LANES)
            for (ptrdiff_t l = 0; l < LANES; l++)
                sums[l] += x[k + l];
        for (ptrdiff_t k = whole; k < count; k++)
            sums[k - whole] += x[k];
        REAL mean = (REAL)(NAME(total)(sums) / count);
        for (ptrdiff_t k = 0; k < whole; k += LANES)
            for (ptrdiff_t l = 0; l < LANES; l++) {
                REAL rest = x[k + l] - mean;
                rests[l] += rest;
                squares[l] += rest * rest;
            }
        for (ptrdiff_t k = whole; k < count; k++) {
            REAL rest = x[k] - mean;
            rests[k - whole] += rest;
            squares[k - whole] += rest * rest;
        }
        double rest = NAME(total)(rests);
        merge(all, count, mean + rest / count, NAME(total)(squares) - rest * rest / count);
    }
}

/* As many of the images n.. as fill a block, their planes of one channel side by side: short runs are slow to sum.
Returns how many. */
INLINE ptrdiff_t NAME(gather)(const normalization_task *p, const REAL *RESTRICT x, ptrdiff_t n, REAL *RESTRICT run) {
    const ptrdiff_t images = SMALLER(BLOCK / p->S, p->N - n);
    for (ptrdiff_t i = 0; i < images; i++)
        for (ptrdiff_t s = 0; s < p->S; s++)
            run[i * p->S + s] = x[(n + i) * p->C * p->S + s];
    return images;
}

/* Add the sums of dout and of dout * (x - mean) over a run. */
INLINE void NAME(add_gradients)(const REAL *RESTRICT dout, const REAL *RESTRICT x, ptrdiff_t n, REAL mean,
                                double *plain, double *weighted) {
    for (; n > 0; x += BLOCK, dout += BLOCK, n -= BLOCK) {
        ptrdiff_t count = SMALLER(n, BLOCK), whole = count / LANES * LANES;
        REAL sums[LANES] = {0}, products[LANES] = {0};
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

INLINE void NAME(scale_run)(const REAL *RESTRICT x, REAL *RESTRICT out, ptrdiff_t n, REAL mean, REAL scale,
                            REAL shift) {
    for (ptrdiff_t k = 0; k < n; k++)
        out[k] = (x[k] - mean) * scale + shift;
}

/* dx = a * dout + b * (x - mean) + c */
INLINE void NAME(combine_run)(const REAL *RESTRICT dout, const REAL *RESTRICT x, REAL *RESTRICT dx, ptrdiff_t n,
                              REAL mean, REAL a, REAL b, REAL c) {
    for (ptrdiff_t k = 0; k < n; k++)
        dx[k] = a * dout[k] + (b * (x[k] - mean) + c);
}

SIMD static void NAME(planes_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const REAL *x = p->x, *gamma = p->gamma, *beta = p->beta;
    REAL *out = p->out, *means = p->mean, *vars = p->var, run[BLOCK];
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
            means[c] = (REAL)all.mean;
            vars[c] = (REAL)(all.squares / all.count);
        }
        REAL scale = (REAL)(gamma[c] / sqrt(vars[c] + p->eps));
        for (ptrdiff_t n = 0; n < p->N; n++)
            NAME(scale_run)(x + (n * p->C + c) * p->S, out + (n * p->C + c) * p->S, p->S, means[c], scale, beta[c]);
    }
}

SIMD static void NAME(planes_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const REAL *x = p->x, *dout = p->dout, *gamma = p->gamma, *means = p->mean, *vars = p->var;
    REAL *dx = p->out, *dgamma = p->dgamma, *dbeta = p->dbeta, run[BLOCK], douts[BLOCK];
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
        dbeta[c] = (REAL)plain;
        dgamma[c] = (REAL)(weighted * inv_std);
        double b = p->fixed ? 0 : -scale * inv_std * inv_std * weighted / count;
        double shift = p->fixed ? 0 : -scale * plain / count;
        for (ptrdiff_t n = 0; n < p->N; n++) {
            ptrdiff_t first = (n * p->C + c) * p->S;
            NAME(combine_run)(dout + first, x + first, dx + first, p->S, means[c], (REAL)scale, (REAL)b,
                              (REAL)shift);
        }
    }
}

INLINE void NAME(scale_row)(const REAL *RESTRICT x, REAL *RESTRICT out, ptrdiff_t n, const REAL *RESTRICT mean,
                            const REAL *RESTRICT scale, const REAL *RESTRICT shift) {
    for (ptrdiff_t k = 0; k < n; k++)
        out[k] = (x[k] - mean[k]) * scale[k] + shift[k];
}

INLINE void NAME(combine_row)(const REAL *RESTRICT dout, const REAL *RESTRICT x, REAL *RESTRICT dx, ptrdiff_t n,
                              const REAL *RESTRICT mean, const REAL *RESTRICT a, const REAL *RESTRICT b,
                              const REAL *RESTRICT c) {
    for (ptrdiff_t k = 0; k < n; k++)
        dx[k] = a[k] * dout[k] + (b[k] * (x[k] - mean[k]) + c[k]);
}

/* Channels of one number each, S = 1: LANES columns of x (N, C) at a time. */
SIMD static void NAME(columns_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const ptrdiff_t C = p->C;
    (void)thread;
    for (ptrdiff_t c = start; c < stop; c += LANES) {
        const ptrdiff_t width = SMALLER(LANES, stop - c);
        const REAL *x = (const REAL *)p->x + c, *gamma = (const REAL *)p->gamma + c;
        REAL *means = (REAL *)p->mean + c, *vars = (REAL *)p->var + c;
        REAL mean[LANES], scale[LANES], rests[LANES], squares[LANES];
        moments all[LANES] = {{0, 0, 0}};
        for (ptrdiff_t first = 0; first < p->N && !p->fixed; first += ROWS) {
            const ptrdiff_t last = SMALLER(first + ROWS, p->N), count = last - first;
            for (ptrdiff_t l = 0; l < LANES; l++)
                mean[l] = rests[l] = squares[l] = 0;
            for (ptrdiff_t n = first; n < last; n++)
                for (ptrdiff_t l = 0; l < width; l++)
                    mean[l] += x[n * C + l];
            for (ptrdiff_t l = 0; l < LANES; l++)
                mean[l] /= (REAL)count;
            for (ptrdiff_t n = first; n < last; n++)
                for (ptrdiff_t l = 0; l < width; l++) {
                    REAL rest = x[n * C + l] - mean[l];
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
                means[l] = (REAL)all[l].mean;
                vars[l] = (REAL)(all[l].squares / all[l].count);
            }
            mean[l] = means[l];
            scale[l] = (REAL)(gamma[l] / sqrt(vars[l] + p->eps));
        }
        for (ptrdiff_t n = 0; n < p->N; n++)
            NAME(scale_row)(x + n * C, (REAL *)p->out + c + n * C, width, mean, scale, (const REAL *)p->beta + c);
    }
}

SIMD static void NAME(columns_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const ptrdiff_t C = p->C;
    (void)thread;
    for (ptrdiff_t c = start; c < stop; c += LANES) {
        const ptrdiff_t width = SMALLER(LANES, stop - c);
        const REAL *x = (const REAL *)p->x + c, *dout = (const REAL *)p->dout + c, *mean = (const REAL *)p->mean + c;
        const REAL *gamma = (const REAL *)p->gamma + c, *vars = (const REAL *)p->var + c;
        REAL sums[LANES], products[LANES], a[LANES], b[LANES], shift[LANES];
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
            ((REAL *)p->dbeta)[c + l] = (REAL)plain[l];
            ((REAL *)p->dgamma)[c + l] = (REAL)(weighted[l] * inv_std);
            a[l] = (REAL)scale;
            b[l] = (REAL)(p->fixed ? 0 : -scale * inv_std * inv_std * weighted[l] / p->N);
            shift[l] = (REAL)(p->fixed ? 0 : -scale * plain[l] / p->N);
        }
        for (ptrdiff_t n = 0; n < p->N; n++)
            NAME(combine_row)(dout + n * C, x + n * C, (REAL *)p->out + c + n * C, width, mean, a, b, shift);
    }
}

INLINE void NAME(normalize_row)(const REAL *RESTRICT x, REAL *RESTRICT out, ptrdiff_t n, REAL mean, REAL inv_std,
                                const REAL *RESTRICT gamma, const REAL *RESTRICT beta) {
    for (ptrdiff_t k = 0; k < n; k++)
        out[k] = (x[k] - mean) * inv_std * gamma[k] + beta[k];
}

/* dx gets the gradient of x_hat, dgamma and dbeta the shares of this row. */
INLINE void NAME(scale_gradients)(const REAL *RESTRICT dout, const REAL *RESTRICT x, REAL *RESTRICT dx, ptrdiff_t n,
                                  REAL mean, REAL inv_std, const REAL *RESTRICT gamma, REAL *RESTRICT dgamma,
                                  REAL *RESTRICT dbeta) {
    for (ptrdiff_t k = 0; k < n; k++) {
        REAL d = dout[k];
        dx[k] = d * gamma[k];
        dbeta[k] += d;
        dgamma[k] += d * ((x[k] - mean) * inv_std);
    }
}

INLINE void NAME(centre_row)(const REAL *RESTRICT x, REAL *RESTRICT dx, ptrdiff_t n, REAL mean, REAL a, REAL b,
                             REAL c) {
    for (ptrdiff_t k = 0; k < n; k++)
        dx[k] = a * dx[k] + (b * (x[k] - mean) + c);
}

/* Each row of x (N, C) on its own. */
SIMD static void NAME(rows_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    (void)thread;
    for (ptrdiff_t n = start; n < stop; n++) {
        const REAL *x = (const REAL *)p->x + n * p->C;
        moments all = {0, 0, 0};
        NAME(add_run)(&all, x, p->C);
        REAL mean = (REAL)all.mean, var = (REAL)(all.squares / all.count), scale = (REAL)(1 / sqrt(var + p->eps));
        ((REAL *)p->mean)[n] = mean;
        ((REAL *)p->var)[n] = var;
        NAME(normalize_row)(x, (REAL *)p->out + n * p->C, p->C, mean, scale, p->gamma, p->beta);
    }
}

/* Blocks of ROWS rows, of which dgamma and dbeta (blocks, C) get the shares. */
SIMD static void NAME(rows_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    (void)thread;
    for (ptrdiff_t block = start; block < stop; block++) {
        REAL *dgamma = (REAL *)p->dgamma + block * p->C, *dbeta = (REAL *)p->dbeta + block * p->C;
        for (ptrdiff_t c = 0; c < p->C; c++)
            dgamma[c] = dbeta[c] = 0;
        for (ptrdiff_t n = block * ROWS; n < SMALLER((block + 1) * ROWS, p->N); n++) {
            const REAL *x = (const REAL *)p->x + n * p->C, mean = ((const REAL *)p->mean)[n];
            REAL *dx = (REAL *)p->out + n * p->C;
            double inv_std = 1 / sqrt(((const REAL *)p->var)[n] + p->eps), plain = 0, weighted = 0;
            NAME(scale_gradients)((const REAL *)p->dout + n * p->C, x, dx, p->C, mean, (REAL)inv_std, p->gamma,
                                  dgamma, dbeta);
            NAME(add_gradients)(dx, x, p->C, mean, &plain, &weighted);
            NAME(centre_row)(x, dx, p->C, mean, (REAL)inv_std,
                             (REAL)(-inv_std * inv_std * inv_std * weighted / p->C), (REAL)(-inv_std * plain / p->C));
        }
    }
}

/* Groups of K = C / G channels of one image: number n * G + g. */
SIMD static void NAME(groups_forward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const REAL *gamma = p->gamma, *beta = p->beta;
    const ptrdiff_t K = p->C / p->G;
    (void)thread;
    for (ptrdiff_t group = start; group < stop; group++) {
        const REAL *x = (const REAL *)p->x + group * K * p->S;
        moments all = {0, 0, 0};
        NAME(add_run)(&all, x, K * p->S);
        REAL mean = (REAL)all.mean, var = (REAL)(all.squares / all.count);
        ((REAL *)p->mean)[group] = mean;
        ((REAL *)p->var)[group] = var;
        for (ptrdiff_t k = 0; k < K; k++) {
            ptrdiff_t c = group % p->G * K + k;
            NAME(scale_run)(x + k * p->S, (REAL *)p->out + (group * K + k) * p->S, p->S, mean,
                            (REAL)(gamma[c] / sqrt(var + p->eps)), beta[c]);
        }
    }
}

/* dgamma and dbeta (N, C) get the shares of each image. */
SIMD static void NAME(groups_backward)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const normalization_task *p = task;
    const ptrdiff_t K = p->C / p->G;
    const double count = (double)K * p->S;
    (void)thread;
    for (ptrdiff_t group = start; group < stop; group++) {
        const REAL *x = (const REAL *)p->x + group * K * p->S, *dout = (const REAL *)p->dout + group * K * p->S;
        const REAL *gamma = (const REAL *)p->gamma + group % p->G * K, mean = ((const REAL *)p->mean)[group];
        REAL *dgamma = (REAL *)p->dgamma + group * K, *dbeta = (REAL *)p->dbeta + group * K;
        double inv_std = 1 / sqrt(((const REAL *)p->var)[group] + p->eps), plain = 0, weighted = 0;
        for (ptrdiff_t k = 0; k < K; k++) {
            double sum = 0, product = 0;
            NAME(add_gradients)(dout + k * p->S, x + k * p->S, p->S, mean, &sum, &product);
            dbeta[k] = (REAL)sum;
            dgamma[k] = (REAL)(product * inv_std);
            plain += gamma[k] * sum;
            weighted += gamma[k] * product;
        }
        for (ptrdiff_t k = 0; k < K; k++)
            NAME(combine_run)(dout + k * p->S, x + k * p->S, (REAL *)p->out + (group * K + k) * p->S, p->S, mean,
                              (REAL)(gamma[k] * inv_std), (REAL)(-inv_std * inv_std * inv_std * weighted / count),
                              (REAL)(-inv_std * plain / count));
    }
}
