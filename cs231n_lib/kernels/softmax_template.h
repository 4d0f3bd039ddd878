/* The loops of softmax.h, for one number type and one instruction set (instruction_sets.h). */

typedef T NAME(vector) __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));
typedef INDEX NAME(integers) __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));
#define VECTOR NAME(vector)
#define INTEGERS NAME(integers)
#define AT(p) (*(VECTOR *)(p))

#define SINGLE (sizeof(T) == sizeof(float))
#define MANTISSA (SINGLE ? 23 : 52)
#define BIAS (SINGLE ? 127 : 1023)
#define TERMS (SINGLE ? 7 : 13)
#define LOWEST ((T)(SINGLE ? -110 : -760))                      /* exp of this rounds to 0 */
#define ROUNDER ((T)(SINGLE ? 12582912.0 : 6755399441055744.0)) /* plus a small number: its bits end with the integer */
#define LN2_HIGH ((T)(SINGLE ? 0.693359375 : 6.93147180369123816490e-01)) /* products with integers are exact */
#define LN2_LOW ((T)(SINGLE ? -2.12194440054690583e-4 : 1.90821492927058770002e-10))

/* Return the larger numbers of two vectors; if one number is NaN, either of them. */
INLINE TARGET VECTOR NAME(larger)(VECTOR a, VECTOR b) {
    const INTEGERS first = a > b;
    return (VECTOR)(((INTEGERS)a & first) | ((INTEGERS)b & ~first));
}

/* Return exp(x) for x <= 0: x = n log 2 + rest, and exp(rest) by its Taylor series. The error is below one unit in the
last place. 2^n has two factors, so that results below the normal numbers are right too. */
INLINE TARGET VECTOR NAME(exponential)(VECTOR x) {
    static const double inverse_factorials[] = {
        1, 1, 1 / 2.0, 1 / 6.0, 1 / 24.0, 1 / 120.0, 1 / 720.0, 1 / 5040.0, 1 / 40320.0, 1 / 362880.0, 1 / 3628800.0,
        1 / 39916800.0, 1 / 479001600.0, 1 / 6227020800.0,
    };
    const VECTOR zero = {0}, lowest = zero + LOWEST, rounder = zero + ROUNDER;
    const INTEGERS below = x < lowest; /* not NaN, which stays */
    x = (VECTOR)(((INTEGERS)lowest & below) | ((INTEGERS)x & ~below));
    const VECTOR rounded = x * (T)1.44269504088896340736 + rounder, n = rounded - rounder;
    const VECTOR rest = x - n * LN2_HIGH - n * LN2_LOW, half = n * (T)0.5 + rounder;
    const INTEGERS power = (INTEGERS)rounded - (INTEGERS)rounder, first = (INTEGERS)half - (INTEGERS)rounder;
    VECTOR sum = zero + (T)inverse_factorials[TERMS];
#pragma GCC unroll 16
    for (int k = TERMS - 1; k >= 0; k--)
        sum = sum * rest + (T)inverse_factorials[k];
    return sum * (VECTOR)((first + BIAS) << MANTISSA) * (VECTOR)((power - first + BIAS) << MANTISSA);
}

INLINE TARGET T NAME(largest)(const T *row, ptrdiff_t count) {
    T most = row[0];
    ptrdiff_t i = 0;
    if (count >= LANES) {
        VECTOR several = AT(row);
        for (i = LANES; i + LANES <= count; i += LANES)
            several = NAME(larger)(several, AT(row + i));
#pragma GCC unroll 4
        for (int half = LANES / 2; half > 0; half /= 2)
#pragma GCC unroll 8
            for (int lane = 0; lane < half; lane++)
                several[lane] = several[lane + half] > several[lane] ? several[lane + half] : several[lane];
        most = several[0];
    }
    for (; i < count; i++)
        most = row[i] > most ? row[i] : most;
    return most;
}

INLINE TARGET T NAME(total)(const T *row, ptrdiff_t count) {
    T sum = 0;
    ptrdiff_t i = 0;
    if (count >= LANES) {
        VECTOR several = AT(row);
        for (i = LANES; i + LANES <= count; i += LANES)
            several += AT(row + i);
#pragma GCC unroll 4
        for (int half = LANES / 2; half > 0; half /= 2)
#pragma GCC unroll 8
            for (int lane = 0; lane < half; lane++)
                several[lane] += several[lane + half];
        sum = several[0];
    }
    for (; i < count; i++)
        sum += row[i];
    return sum;
}

/* Fill rows start .. stop of sums (N,) with the sum of exp(shifted) over a row, where shifted is x minus the largest number
of its row; of right (N,) with shifted[y]; of out (N, C) with the probabilities, minus 1 for the class y, divided by N. */
static TARGET void NAME(softmax)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop) {
    const softmax_task *job = task;
    const ptrdiff_t C = job->C, rows = LARGER(1, CHUNK / C);
    const T share = (T)job->share;
    (void)thread;
    for (ptrdiff_t first = start; first < stop; first += rows) {
        const ptrdiff_t end = SMALLER(first + rows, stop), numbers = (end - first) * C;
        T *out = (T *)job->out + first * C, last[LANES];
        for (ptrdiff_t i = first; i < end; i++) {
            const T *row = (const T *)job->x + i * C, most = NAME(largest)(row, C);
            T *to = (T *)job->out + i * C;
            for (ptrdiff_t j = 0; j < C; j++)
                to[j] = row[j] - most;
            ((T *)job->right)[i] = to[job->y[i]];
        }
        ptrdiff_t k = 0;
        for (; k + LANES <= numbers; k += LANES) /* of all rows at once, since rows may be short */
            AT(out + k) = NAME(exponential)(AT(out + k));
        memset(last, 0, sizeof(last));
        memcpy(last, out + k, (numbers - k) * sizeof(T));
        AT(last) = NAME(exponential)(AT(last));
        memcpy(out + k, last, (numbers - k) * sizeof(T));
        for (ptrdiff_t i = first; i < end; i++) {
            T *to = (T *)job->out + i * C, sum = NAME(total)(to, C), scale = share / sum;
            ((T *)job->sums)[i] = sum;
            for (ptrdiff_t j = 0; j < C; j++)
                to[j] *= scale;
            to[job->y[i]] -= share;
        }
    }
}
