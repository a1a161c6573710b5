/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of OpenCL C that bodies and what stands around them call, for compilers that are told not to read their
 * own header: clang's has 18,000 lines, and PoCL reads it twice for each program (docs/start.md). Types and numbers are
 * there without it. A body that calls another function has it declared here (tests/cl). */
#define NCL_DECLARE  __attribute__((overloadable))
#define NCL_PURE     __attribute__((overloadable, const))
#define NCL_READS    __attribute__((overloadable, pure))
#define NCL_TOGETHER __attribute__((overloadable, convergent))

NCL_PURE size_t get_global_id(uint);
NCL_PURE size_t get_global_size(uint);
NCL_PURE size_t get_global_offset(uint);
NCL_PURE size_t get_local_id(uint);
NCL_PURE size_t get_local_size(uint);
NCL_PURE size_t get_group_id(uint);
NCL_TOGETHER void barrier(cl_mem_fence_flags);
NCL_DECLARE void mem_fence(cl_mem_fence_flags);
NCL_DECLARE int atomic_inc(volatile global int *);
NCL_DECLARE int atomic_cmpxchg(volatile global int *, int, int);
NCL_PURE long select(long, long, long);

#define NCL_ORDER(T)      \
    NCL_PURE T min(T, T); \
    NCL_PURE T max(T, T); \
    NCL_PURE T clamp(T, T, T);
NCL_ORDER(float2)
NCL_ORDER(uint)
NCL_ORDER(long)
NCL_ORDER(ulong)

/* Floats F and whole numbers I of as many elements. */
#define NCL_FORMULAS(F, I)      \
    NCL_ORDER(F)                \
    NCL_ORDER(I)                \
    NCL_PURE F acos(F);         \
    NCL_PURE F acosh(F);        \
    NCL_PURE F asin(F);         \
    NCL_PURE F asinh(F);        \
    NCL_PURE F atan(F);         \
    NCL_PURE F atanh(F);        \
    NCL_PURE F ceil(F);         \
    NCL_PURE F cos(F);          \
    NCL_PURE F cosh(F);         \
    NCL_PURE F exp(F);          \
    NCL_PURE F exp2(F);         \
    NCL_PURE F expm1(F);        \
    NCL_PURE F fabs(F);         \
    NCL_PURE F floor(F);        \
    NCL_PURE F log(F);          \
    NCL_PURE F log1p(F);        \
    NCL_PURE F log2(F);         \
    NCL_PURE F rint(F);         \
    NCL_PURE F round(F);        \
    NCL_PURE F rsqrt(F);        \
    NCL_PURE F sign(F);         \
    NCL_PURE F sin(F);          \
    NCL_PURE F sinh(F);         \
    NCL_PURE F sqrt(F);         \
    NCL_PURE F tan(F);          \
    NCL_PURE F tanh(F);         \
    NCL_PURE F trunc(F);        \
    NCL_PURE F copysign(F, F);  \
    NCL_PURE F fmax(F, F);      \
    NCL_PURE F fmin(F, F);      \
    NCL_PURE F fmod(F, F);      \
    NCL_PURE F pow(F, F);       \
    NCL_PURE F fma(F, F, F);    \
    NCL_PURE F mad(F, F, F);    \
    NCL_PURE F ldexp(F, I);     \
    NCL_PURE I ilogb(F);        \
    NCL_PURE I isfinite(F);     \
    NCL_PURE I isinf(F);        \
    NCL_PURE I isnan(F);        \
    NCL_PURE F select(F, F, I); \
    NCL_PURE I select(I, I, I); \
    NCL_PURE int all(I);        \
    NCL_PURE int any(I);
NCL_FORMULAS(float, int)
NCL_FORMULAS(float4, int4)
NCL_FORMULAS(float8, int8)
NCL_FORMULAS(float16, int16)

#define NCL_BYTES(n)                                       \
    NCL_PURE uchar##n select(uchar##n, uchar##n, char##n); \
    NCL_PURE uchar##n select(uchar##n, uchar##n, uchar##n);
NCL_BYTES()
NCL_BYTES(4)
NCL_BYTES(8)
NCL_BYTES(16)

/* From and to vectors of n elements, and single ones where there is no n. */
#define NCL_CONVERSIONS(n)                              \
    NCL_PURE float##n convert_float##n(float##n);       \
    NCL_PURE float##n convert_float##n(int##n);         \
    NCL_PURE float##n convert_float##n(uchar##n);       \
    NCL_PURE int##n convert_int##n(float##n);           \
    NCL_PURE int##n convert_int##n(int##n);             \
    NCL_PURE int##n convert_int##n(uchar##n);           \
    NCL_PURE uchar##n convert_uchar##n(float##n);       \
    NCL_PURE uchar##n convert_uchar##n(int##n);         \
    NCL_PURE uchar##n convert_uchar##n(uchar##n);       \
    NCL_PURE float##n convert_float##n(short##n);       \
    NCL_PURE float##n convert_float##n(char##n);        \
    NCL_PURE int##n convert_int##n##_sat(float##n);     \
    NCL_PURE int##n convert_int##n##_sat_rtz(float##n); \
    NCL_PURE short##n convert_short##n(int##n);         \
    NCL_PURE char##n convert_char##n##_rte(float##n);
NCL_CONVERSIONS()
NCL_CONVERSIONS(4)
NCL_CONVERSIONS(8)
NCL_CONVERSIONS(16)

#define NCL_MOVES_OF(T, n, space)                     \
    NCL_READS T##n vload##n(size_t, space const T *); \
    NCL_DECLARE void vstore##n(T##n, size_t, space T *);
#define NCL_MOVES(n, space)                                       \
    NCL_MOVES_OF(float, n, space)                                 \
    NCL_MOVES_OF(int, n, space)                                   \
    NCL_MOVES_OF(short, n, space)                                 \
    NCL_MOVES_OF(char, n, space)                                  \
    NCL_MOVES_OF(uchar, n, space)                                 \
    NCL_READS float##n vload_half##n(size_t, space const half *); \
    NCL_DECLARE void vstore_half##n##_rte(float##n, size_t, space half *);
#define NCL_MOVES_IN(space)                                 \
    NCL_MOVES(4, space)                                     \
    NCL_MOVES(8, space)                                     \
    NCL_MOVES(16, space)                                    \
    NCL_READS float vload_half(size_t, space const half *); \
    NCL_DECLARE void vstore_half_rte(float, size_t, space half *);
NCL_MOVES_IN(global)
NCL_MOVES_IN(local)
NCL_MOVES_IN(private)
