/* The header that the C part of every kernel includes, and how to add a kernel. The shortest kernel, to start from, is
`optimization`.

  topic.h            #includes this file, declares constants and a struct of the values that Python passes, named after
                     the work (adam_task, product_task), and compiles the template: #define TEMPLATE
                     "topic_template.h", then #include "number_types.h" (the compiler makes the vectors) or
                     "instruction_sets.h" (the source makes them, as the tiles of a matrix product need).
                     BY_TYPE(name) or BY_SET(name) is the table of the compiled functions.
  topic_template.h   contains the loops, for the number type T. Every name is NAME(name); a function that threads run
                     has the type work_t. The only function of math.h with a name for both types is SQRT; add others
                     to number_types.h.
  _topic_cy.pyx      divides the work and calls in_parallel. It declares the parts of topic.h that it uses. What
                     several kernels use is in _threads.pxd and _buffers.pxd.
  _topic.py          is the twin: the same functions in NumPy, for computers without a C compiler.
  topic.py           contains the public functions. They check the arguments; twins and loops do not.
  __init__.py        names the public functions twice: for type checkers, and in lazy_exports.

  docs/library.md    lists the public functions in the table of topics and under Kernels (tests/test_library_page.py).
  tests/test_house.py    has a row for _topic_cy.pyx in TESTED_ELSEWHERE.
  tests/cs231n_lib/kernels/test_topic.py    compares both twins, for each type and memory order, with plain NumPy.
  benchmarks/contenders/    need a Row in rows.py, its values in works.py, and the work in ours.py and in each peer's
                            file.

`make setup` compiles the kernel; setup.py finds the .pyx. If it answers an exercise, list all its files in
assignments/course.toml. */

#ifndef CS231N_KERNEL_H
#define CS231N_KERNEL_H

#include <stddef.h>

/* Does pieces start .. stop of a task. No other call has the same `thread` at the same time. */
typedef void (*work_t)(void *task, ptrdiff_t thread, ptrdiff_t start, ptrdiff_t stop);

/* NAME(x): x with a suffix for the instruction set, if there is one, and for the number type. */
#define PASTE(x, set, type) x##set##_##type
#define PASTED(x, set, type) PASTE(x, set, type)
#define NAME(x) PASTED(x, SET, T)

#define BY_TYPE(x) {&x##_float, &x##_double} /* [is the type double] */

#define SMALLER(a, b) ((a) < (b) ? (a) : (b))
#define LARGER(a, b) ((a) > (b) ? (a) : (b))

/* SIMD marks a function that is compiled once per instruction set; the best version for the computer is chosen when the
extension is loaded. Functions that it calls must be INLINE, or they use the baseline instructions. RESTRICT works for
parameters only: GCC ignores it on local variables. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define SIMD __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SIMD
#endif

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define RESTRICT __restrict__
#else
#define INLINE static inline
#define RESTRICT
#endif

#endif
