/* SIMD marks a function that is compiled once per instruction set; the best for the computer is taken when the
extension is loaded. What it calls should be INLINE, or it stays at the baseline. RESTRICT counts for parameters only:
GCC does not look at that of local variables. */

#ifndef CS231N_SIMD_H
#define CS231N_SIMD_H

#ifndef SIMD
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define SIMD __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SIMD
#endif
#endif

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define RESTRICT __restrict__
#else
#define INLINE static inline
#define RESTRICT
#endif

#endif
