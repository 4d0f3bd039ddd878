/* Compiles the file TEMPLATE for float and double. T: the type; INDEX: an integer of the same width; SQRT: the square
root for T. */

#include <math.h>
#include <stdint.h>

#ifndef SET /* instruction_sets.h defines it */
#define SET
#endif

#define T float
#define INDEX int32_t
#define SQRT sqrtf
#include TEMPLATE
#undef T
#undef INDEX
#undef SQRT

#define T double
#define INDEX int64_t
#define SQRT sqrt
#include TEMPLATE
#undef T
#undef INDEX
#undef SQRT

#undef SET
