/* In front of every body: the vocabulary of kernels (see cl/README.md).
 *
 * A body is   static void FN(stem)(INDEX task, SIZES size, global const T *x, ..., global T *y)   in stem.cl: it computes task number `task` of the step.
 * FN(name)    gives functions of a file a name that is unique when several bodies share one program.
 * SIZE(k)     field k of the record of sizes;  REAL(k): the same as a float.
 * INDEX       int, or long when a tensor of the step has 2^31 elements or more.
 * NCL_LOAD(T, p, n), NCL_STORE(T, v, p, n)   the first n <= 8 elements at p as a vector T8, zeros behind them, and back: so that the formula of a file is compiled once. */
#ifndef NCL_PRELUDE
#define NCL_PRELUDE
#pragma OPENCL FP_CONTRACT ON
typedef global const long *SIZES;
#define NCL_CAT2(a, b) a##b
#define NCL_CAT(a, b) NCL_CAT2(a, b)
#define FN(name) NCL_CAT(name, NCL_SUFFIX)
#define SIZE(k) ((INDEX)size[k])
#define REAL(k) as_float((int)size[k])
#define NCL_VECTOR(T) NCL_CAT(T, 8)
#define NCL_LOAD(T, p, n) NCL_CAT(ncl_load_, T)(p, (int)(n))
#define NCL_STORE(T, v, p, n) NCL_CAT(ncl_store_, T)(v, p, (int)(n))
/* NCL_OFFSET(index, count, e, s): the offset of a flat index over `count` axes, innermost first, whose extents start at field e of the record and their strides at field s. */
#define NCL_OFFSET(index, count, e, s) NCL_CAT(ncl_offset_, INDEX)(size, index, (int)(count), e, s)
#define NCL_OFFSETS(T)                                                                   \
    static inline T ncl_offset_##T(SIZES size, T index, int count, int extent, int stride) \
    {                                                                                    \
        T offset = 0;                                                                    \
        for (int d = 0; d < count; d++) {                                                \
            const T axis = (T)size[extent + d];                                          \
            offset += index % axis * (T)size[stride + d];                                \
            index /= axis;                                                               \
        }                                                                                \
        return offset;                                                                   \
    }
NCL_OFFSETS(int)
NCL_OFFSETS(long)
/* NCL_POSITION(index, count, e, at): at[a] is the position of a flat index along axis a of `count`, outermost first, whose extents start at field e of the record; its value is what is left
 * of the index for the axes in front of them. */
#define NCL_POSITION(index, count, e, at) NCL_CAT(ncl_position_, INDEX)(size, index, count, e, at)
#define NCL_POSITIONS(T)                                                                     \
    static inline T ncl_position_##T(SIZES size, T index, int count, int extent, T *at)      \
    {                                                                                        \
        for (int a = count - 1; a >= 0; a--) {                                               \
            const T axis = (T)size[extent + a];                                              \
            at[a] = index % axis;                                                            \
            index /= axis;                                                                   \
        }                                                                                    \
        return index;                                                                        \
    }
NCL_POSITIONS(int)
NCL_POSITIONS(long)
#define NCL_PARTS(T)                                           \
    static inline T##8 ncl_load_##T(global const T *p, int n)  \
    {                                                          \
        if (n == 8)                                            \
            return vload8(0, p);                               \
        T part[8] = {0};                                       \
        for (int i = 0; i < n; i++)                            \
            part[i] = p[i];                                    \
        return vload8(0, part);                                \
    }                                                          \
    static inline void ncl_store_##T(T##8 v, global T *p, int n) \
    {                                                          \
        if (n == 8) {                                          \
            vstore8(v, 0, p);                                  \
            return;                                            \
        }                                                      \
        T part[8];                                             \
        vstore8(v, 0, part);                                   \
        for (int i = 0; i < n; i++)                            \
            p[i] = part[i];                                    \
    }
NCL_PARTS(float)
NCL_PARTS(int)
NCL_PARTS(uchar)

/* NCL_BORDER_x(i, n): the element of an axis of n elements that index i reads (NNEF 4.3, border modes); negative: outside, a zero. Reflection goes on as often as it takes. */
#define NCL_BORDER_CONSTANT(i, n) ((i) >= 0 && (i) < (n) ? (i) : (INDEX)-1)
#define NCL_BORDER_REPLICATE(i, n) clamp((INDEX)(i), (INDEX)0, (INDEX)((n) - 1))
#define NCL_BORDER_REFLECT(i, n) ((i) >= 0 && (i) < (n) ? (i) : (INDEX)ncl_reflect(i, n))
#define NCL_BORDER_REFLECT_EVEN(i, n) ((i) >= 0 && (i) < (n) ? (i) : (INDEX)ncl_reflect_even(i, n))
static inline long ncl_reflect(long i, long n)
{
    const long period = max(2 * (n - 1), 1L), phase = (i % period + period) % period;
    return min(phase, period - phase);
}
static inline long ncl_reflect_even(long i, long n)
{
    const long period = 2 * n, phase = (i % period + period) % period;
    return min(phase, period - 1 - phase);
}
#endif
#ifndef INDEX
#define INDEX int
#endif
#ifndef NCL_SUFFIX
#define NCL_SUFFIX _0
#endif
