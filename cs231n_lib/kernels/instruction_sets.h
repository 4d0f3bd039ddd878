/* Compiles the file TILES for float and double, and on x86-64 for each set of vector instructions.

T: float or double. BYTES: of a vector. ROWS, FIELDS: the size of a tile of results, in each case by two vectors: all
of it stays in registers. TARGET: lets the compiler use the instructions. NAME(x): x with a suffix of its own. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef void (*work_t)(void *job, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop);

#ifdef __clang__
#define EVENS8(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define EVENS4(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#else /* GCC knows the other one only from version 12 on */
typedef int32_t indices8 __attribute__((vector_size(32)));
typedef int64_t indices4 __attribute__((vector_size(32)));
#define EVENS8(a, b) __builtin_shuffle(a, b, (indices8){0, 2, 4, 6, 8, 10, 12, 14})
#define EVENS4(a, b) __builtin_shuffle(a, b, (indices4){0, 2, 4, 6})
#endif

#define T float
#define BYTES 16
#define ROWS 6
#define FIELDS 6
#define TARGET 
#define NAME(x) x##_float_any
#define EVENS EVENS8
#include "product_tiles.h"
#include TILES
#include "instruction_sets_end.h"
#define T double
#define BYTES 16
#define ROWS 6
#define FIELDS 6
#define TARGET 
#define NAME(x) x##_double_any
#define EVENS EVENS4
#include "product_tiles.h"
#include TILES
#include "instruction_sets_end.h"
#if defined(__x86_64__)
#define T float
#define BYTES 32
#define ROWS 6
#define FIELDS 6
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) x##_float_avx2
#define EVENS EVENS8
#include "product_tiles.h"
#include TILES
#include "instruction_sets_end.h"
#define T double
#define BYTES 32
#define ROWS 6
#define FIELDS 6
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) x##_double_avx2
#define EVENS EVENS4
#include "product_tiles.h"
#include TILES
#include "instruction_sets_end.h"
#define T float
#define BYTES 64
#define ROWS 12
#define FIELDS 8
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq")))
#define NAME(x) x##_float_avx512
#define EVENS EVENS8
#include "product_tiles.h"
#include TILES
#include "instruction_sets_end.h"
#define T double
#define BYTES 64
#define ROWS 12
#define FIELDS 8
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq")))
#define NAME(x) x##_double_avx512
#define EVENS EVENS4
#include "product_tiles.h"
#include TILES
#include "instruction_sets_end.h"
#endif

/* Which set this computer has: 0 any, 1 avx2, 2 avx512; no newer one than at_most, if that names one. */
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
    return 0;
#endif
}
