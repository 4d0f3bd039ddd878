/* Compiles the file TEMPLATE for float and double (number_types.h), and on x86-64 for each set of vector instructions.

SET: the suffix of the names. BYTES: the size of a vector. ROWS, FIELDS: the size of a tile of results, each by two
vectors, such that the tile stays in registers. TARGET: lets the compiler use the instructions. */

#include <stdint.h>
#include <string.h>

#include "kernel.h"

#define LANES (BYTES / (int)sizeof(T))
#define WIDTH (2 * LANES)          /* the width of a tile */
#define UNIT (32 / (int)sizeof(T)) /* pixels that are copied at once */

#define SET _any
#define BYTES 16
#define ROWS 6
#define FIELDS 6
#define TARGET
#include "number_types.h"
#undef BYTES
#undef ROWS
#undef FIELDS
#undef TARGET

#if defined(__x86_64__)
#define SET _avx2
#define BYTES 32
#define ROWS 6
#define FIELDS 6
#define TARGET __attribute__((target("avx2,fma")))
#include "number_types.h"
#undef BYTES
#undef ROWS
#undef FIELDS
#undef TARGET

#define SET _avx512
#define BYTES 64
#define ROWS 12
#define FIELDS 8
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq")))
#include "number_types.h"
#undef BYTES
#undef ROWS
#undef FIELDS
#undef TARGET

#define BY_SET(x) {BY_TYPE(x##_any), BY_TYPE(x##_avx2), BY_TYPE(x##_avx512)} /* [newest_set()][is the type double] */
#else
#define BY_SET(x) {BY_TYPE(x##_any)}
#endif

/* Return the newest set that this computer has: 0 any, 1 avx2, 2 avx512. If at_most names a set, return no newer one. */
static int newest_set(const char *at_most) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(at_most, "any") == 0 || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return 0;
    if (strcmp(at_most, "avx2") == 0 || !__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl")
        || !__builtin_cpu_supports("avx512dq"))
        return 1;
    return 2;
#else
    (void)at_most;
    return 0;
#endif
}
