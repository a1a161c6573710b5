/* SPDX-License-Identifier: Apache-2.0 */
/* In front of every body: the vocabulary of kernels (see cl/README.md).
 *
 * A body is   static void FN(stem)(INDEX task, SIZES size, global const T *x, ..., global T *y)   in stem.cl: it
 * computes task number `task` of the step.
 * FN(name)    gives functions of a file a name that is unique when several bodies share one program.
 * SIZE(k)     field k of the record of sizes;  REAL(k): the same as a float.
 * R(k)        number k of a generated formula: NCL_REALS of them stand in front of the sizes.
 * INDEX       int, or long when a tensor of the step has 2^31 elements or more.
 * LANES       elements of a vector, 8 or 16: what the registers of the device hold.
 * V, VI       a vector of LANES floats, of LANES ints;  NCL_VECTOR(T): of LANES elements of type T.
 * VLOAD(p), VSTORE(v, p)   a whole vector from p on, of any type.
 * NCL_LOAD(T, p, n), NCL_STORE(T, v, p, n)   the first n <= LANES elements at p as a vector of T, zeros behind them,
 *             and back: so that the formula of a file is compiled once.
 * NCL_T0, NCL_T1, ...   what tensor k of the step is stored as, where that is not one type for all: float or half, or
 *             short for whole numbers. A tensor whose parameter names no such type is never stored in half
 *             (src/plan/plan_halves.c).
 * NCL_VALUE(T)   what an element of type T is computed as: T, but float for half.
 * NCL_AT(T, p, i), NCL_PUT(T, v, p, i)   element i at p, and its store.
 * NCL_VLOAD(T, p), NCL_VSTORE(T, v, p)   a vector of LANES of them.  NCL_FOUR(T, p)   a vector of four.
 * NCL_RAMP    the numbers of the lanes, a VI: 0, 1, 2, ...
 * NCL_BACKWARDS(v)    the last lane first.
 * NCL_CELL    how an element of the result of a body that ends in NCL_STORE_AFTER or NCL_STORE_BLOCK lies in memory:
 *             such a body defines it as NCL_Tk of its result, or as float. Short where NCL_CELL_INVERSE is there (whole
 *             numbers, src/ir/layout.h).  NCL_STORE_CELL(v, p)   a cell of floats to it.
 * NCL_WHOLE(v, inverse)   the whole numbers of 16 bits nearest to v inverse, a vector of shorts.
 * NCL_LOAD_SHORTS(p), NCL_STORE_SHORTS(v, p)   VLOAD and VSTORE of them, where p is that of a cell: PoCL 3.1 moves
 *             shorts one by one.
 * NCL_EVEN(T, a, b)   the lanes with even numbers of a, then of b.
 * NCL_FETCH(p)   a hint that the global memory at p is read soon; p may lie outside of everything.
 * NCL_NEED(k) does a step that this kernel serves use part k of the body? Such a body has NEEDS in its comment, with
 *             the parts, and a default of all (src/emit/lower.h, ncl_step_needs).
 * NCL_APART   in front of a function that does much in each call, or is called seldom: on CPUs it stays one. What a
 *             compiler needs for a body grows faster than its length, and everything is inlined otherwise.
 * ncl_mac(a, b, c)   a b + c of long sums: fma, but where the device has none of its own (NCL_SOFT_FMA) and takes some
 *             hundred instructions for it, rounded twice. What counts on the one rounding says fma.
 * NCL_GREATER(a, v)   the greater of two vectors, a if both are equal; what is no number wins.
 * NCL_EACH(m) m(0), m(1), ... with the names of the lanes, up to m(7) or m(f).
 * NCL_ADD_UP(T, total, part, lost)   total += part, with what rounding takes from it in `lost` (Kahan), so that the
 *             error does not grow with the number of parts.
 * NCL_TREE(place, share, reach, join)   in bodies of GROUP mapping, where all come by: `share` work-items, a power of
 *             two, join what each has written to local memory, that of `place` its own with that of place + reach; what
 *             the first one has in the end is what all had.
 * NCL_HALVINGS(m)   m(8) m(4) m(2) m(1), or from m(4) on: v = join(v, NCL_SWAP(v, d)) for each d joins all lanes. */
#ifndef NCL_PRELUDE
#define NCL_PRELUDE
#pragma OPENCL FP_CONTRACT ON
/* Not v != v: where v was a half, LLVM asks that of the halves, one by one. */
#define NCL_GREATER(a, v) select(a, v, ~((v) <= (a)) & ((a) == (a)))
typedef global const long *SIZES;
#ifndef NCL_APART
#define NCL_APART __attribute__((noinline))
#endif
#ifdef NCL_SOFT_FMA
#define ncl_mac(a, b, c) ((a) * (b) + (c))
#else
#define ncl_mac(a, b, c) fma(a, b, c)
#endif
/* PoCL 3.1's prefetch() does nothing. Its compiler makes code of the processor itself and has the processor's hint;
 * others make an intermediate language, in which Oclgrind knows no such thing. */
#if defined(__x86_64__) || defined(__aarch64__)
#define NCL_FETCH(p) __builtin_prefetch((const void *)(ulong)(p))
#else
#define NCL_FETCH(p) prefetch(p, 1)
#endif
#define NCL_CAT2(a, b) a##b
#define NCL_CAT(a, b)  NCL_CAT2(a, b)
#define FN(name)       NCL_CAT(name, NCL_SUFFIX)
#define NCL_NEED(k)    (NEEDS >> (k) & 1)
#define SIZE(k)        ((INDEX)size[NCL_REALS + (k)])
#define REAL(k)        as_float((int)size[NCL_REALS + (k)])
#define R(k)           as_float((int)size[k])

#ifndef LANES
#define LANES 8
#endif
#define NCL_VECTOR(T)         NCL_CAT(T, LANES)
#define V                     NCL_VECTOR(float)
#define VI                    NCL_VECTOR(int)
/* PoCL 3.1's vload8 and vstore8 are 14 and 21 instructions. Each call gets a copy, and all passes of its compiler go
 * through them until they are one again: a third of what it has of a persistent form. This is one from the start, for
 * all that vload takes without an extension. */
#if defined(__x86_64__) || defined(__aarch64__)
#define VLOAD(p)              ncl_vload(p)
#define VSTORE(v, p)          ncl_vstore(v, p)
#define NCL_MOVER             static __attribute__((overloadable, always_inline))
#define NCL_LOADER(T, space)                                                 \
    NCL_MOVER NCL_VECTOR(T) ncl_vload(space const T *p)                      \
    {                                                                        \
        return *(space const NCL_CAT(ncl_any_, T) *)p;                       \
    }
#define NCL_ANYWHERE(T, space)                                               \
    NCL_LOADER(T, space)                                                     \
    NCL_MOVER void ncl_vstore(NCL_VECTOR(T) v, space T *p)                   \
    {                                                                        \
        *(space NCL_CAT(ncl_any_, T) *)p = v;                                \
    }
#define NCL_MOVED(T)                                                                            \
    typedef T NCL_CAT(ncl_any_, T) __attribute__((ext_vector_type(LANES), aligned(sizeof(T)))); \
    NCL_ANYWHERE(T, global)                                                                     \
    NCL_ANYWHERE(T, local)                                                                      \
    NCL_ANYWHERE(T, private)                                                                    \
    NCL_LOADER(T, constant)
NCL_MOVED(float)
NCL_MOVED(char)
NCL_MOVED(uchar)
NCL_MOVED(short)
NCL_MOVED(ushort)
NCL_MOVED(int)
NCL_MOVED(uint)
NCL_MOVED(long)
NCL_MOVED(ulong)
#else
#define VLOAD(p)              NCL_CAT(vload, LANES)(0, p)
#define VSTORE(v, p)          NCL_CAT(vstore, LANES)(v, 0, p)
#endif
#define NCL_LOAD(T, p, n)     NCL_CAT(ncl_load_, T)(p, (int)(n))
#define NCL_STORE(T, v, p, n) NCL_CAT(ncl_store_, T)(v, p, (int)(n))
#define NCL_VALUE(T)               NCL_CAT(NCL_VALUE_, T)
#define NCL_AT(T, p, i)            NCL_CAT(NCL_AT_, T)(p, i)
#define NCL_PUT(T, v, p, i)        NCL_CAT(NCL_PUT_, T)(v, p, i)
#define NCL_VLOAD(T, p)       NCL_CAT(NCL_VLOAD_, T)(p)
#define NCL_VSTORE(T, v, p)   NCL_CAT(NCL_VSTORE_, T)(v, p)
#define NCL_FOUR(T, p)             NCL_CAT(NCL_FOUR_, T)(p)
#define NCL_VALUE_float            float
#define NCL_VALUE_half             float
#define NCL_VALUE_int              int
#define NCL_VALUE_uchar            uchar
#define NCL_AT_float(p, i)         ((p)[i])
#define NCL_AT_half(p, i)          vload_half(i, p)
#define NCL_AT_int(p, i)           ((p)[i])
#define NCL_AT_uchar(p, i)         ((p)[i])
#define NCL_PUT_float(v, p, i)     (p)[i] = (v)
#define NCL_PUT_half(v, p, i)      vstore_half_rte(v, i, p)
#define NCL_PUT_int(v, p, i)       (p)[i] = (v)
#define NCL_PUT_uchar(v, p, i)     (p)[i] = (v)
#define NCL_VLOAD_float(p)    VLOAD(p)
#define NCL_VLOAD_half(p)     ncl_load_halves(p)
#define NCL_VLOAD_int(p)      VLOAD(p)
#define NCL_VLOAD_uchar(p)    VLOAD(p)
#define NCL_VSTORE_float(v, p) VSTORE(v, p)
#define NCL_VSTORE_half(v, p) ncl_store_halves(v, p)
#define NCL_VSTORE_int(v, p)  VSTORE(v, p)
#define NCL_VSTORE_uchar(v, p) VSTORE(v, p)
#define NCL_FOUR_float(p)          vload4(0, p)
#define NCL_FOUR_half(p)           vload_half4(0, p)
#define NCL_LANE(i)           0x##i
#define NCL_RAMP              ((VI)(NCL_EACH(NCL_LANE)))
#define NCL_SWAP(v, d)        NCL_CAT(v.s, NCL_CAT(NCL_SWAP_, d))
#if LANES == 16
#define NCL_EACH(m) m(0), m(1), m(2), m(3), m(4), m(5), m(6), m(7), m(8), m(9), m(a), m(b), m(c), m(d), m(e), m(f)
#define NCL_HALVINGS(m)  m(8) m(4) m(2) m(1)
#define NCL_BACKWARDS(v) (v).sfedcba9876543210
#define NCL_SWAP_8       89abcdef01234567
#define NCL_SWAP_4       45670123cdef89ab
#define NCL_SWAP_2       23016745ab89efcd
#define NCL_SWAP_1       1032547698badcfe
#define NCL_EVEN(T, a, b) \
    ((T)(a.s0, a.s2, a.s4, a.s6, a.s8, a.sa, a.sc, a.se, b.s0, b.s2, b.s4, b.s6, b.s8, b.sa, b.sc, b.se))
#else
#define NCL_EACH(m)       m(0), m(1), m(2), m(3), m(4), m(5), m(6), m(7)
#define NCL_HALVINGS(m)   m(4) m(2) m(1)
#define NCL_BACKWARDS(v)  (v).s76543210
#define NCL_SWAP_4        45670123
#define NCL_SWAP_2        23016745
#define NCL_SWAP_1        10325476
#define NCL_EVEN(T, a, b) ((T)(a.s0, a.s2, a.s4, a.s6, b.s0, b.s2, b.s4, b.s6))
#endif
#define NCL_TREE(place, share, reach, join)                                              \
    {                                                                                    \
        for (int reach = (share) / 2; reach > 0; reach /= 2) {                           \
            barrier(CLK_LOCAL_MEM_FENCE);                                                \
            if ((place) < reach) {                                                       \
                join                                                                     \
            }                                                                            \
        }                                                                                \
        barrier(CLK_LOCAL_MEM_FENCE);                                                    \
    }
#define NCL_ADD_UP(T, total, part, lost)                                                 \
    {                                                                                    \
        const T up_part = (part) - (lost), up_sum = (total) + up_part;                   \
        lost = select((T)0, (up_sum - (total)) - up_part, isfinite(up_sum));             \
        total = up_sum;                                                                  \
    }
/* NCL_OFFSET(index, count, e, s): the offset of a flat index over `count` axes, innermost first, whose extents start at
 * field e of the record and their strides at field s. */
#define NCL_OFFSET(index, count, e, s) NCL_CAT(ncl_offset_, INDEX)(size + NCL_REALS, index, (int)(count), e, s)
#define NCL_OFFSETS(T)                                                                        \
    NCL_APART static T ncl_offset_##T(SIZES size, T index, int count, int extent, int stride) \
    {                                                                                         \
        T offset = 0;                                                                         \
        for (int d = 0; d < count; d++) {                                                     \
            const T axis = (T)size[extent + d];                                               \
            offset += index % axis * (T)size[stride + d];                                     \
            index /= axis;                                                                    \
        }                                                                                     \
        return offset;                                                                        \
    }
NCL_OFFSETS(int)
NCL_OFFSETS(long)
/* NCL_POSITION(index, count, e, at): at[a] is the position of a flat index along axis a of `count`, outermost first,
 * whose extents start at field e of the record; its value is what is left of the index for the axes in front. */
#define NCL_POSITION(index, count, e, at) NCL_CAT(ncl_position_, INDEX)(size + NCL_REALS, index, count, e, at)
#define NCL_POSITIONS(T)                                                                   \
    NCL_APART static T ncl_position_##T(SIZES size, T index, int count, int extent, T *at) \
    {                                                                                      \
        for (int a = count - 1; a >= 0; a--) {                                             \
            const T axis = (T)size[extent + a];                                            \
            at[a] = index % axis;                                                          \
            index /= axis;                                                                 \
        }                                                                                  \
        return index;                                                                      \
    }
NCL_POSITIONS(int)
NCL_POSITIONS(long)
#define NCL_PARTS(T)                                                              \
    NCL_APART static NCL_VECTOR(T) ncl_load_part_##T(global const T *p, int n)    \
    {                                                                             \
        T part[LANES] = {0};                                                      \
        for (int i = 0; i < n; i++)                                               \
            part[i] = p[i];                                                       \
        return VLOAD(part);                                                       \
    }                                                                             \
    static inline NCL_VECTOR(T) ncl_load_##T(global const T *p, int n)            \
    {                                                                             \
        return n == LANES ? VLOAD(p) : ncl_load_part_##T(p, n);                   \
    }                                                                             \
    NCL_APART static void ncl_store_part_##T(NCL_VECTOR(T) v, global T *p, int n) \
    {                                                                             \
        T part[LANES];                                                            \
        VSTORE(v, part);                                                          \
        for (int i = 0; i < n; i++)                                               \
            p[i] = part[i];                                                       \
    }                                                                             \
    static inline void ncl_store_##T(NCL_VECTOR(T) v, global T *p, int n)         \
    {                                                                             \
        if (n == LANES)                                                           \
            VSTORE(v, p);                                                         \
        else                                                                      \
            ncl_store_part_##T(v, p, n);                                          \
    }
NCL_PARTS(float)
NCL_PARTS(int)
NCL_PARTS(uchar)
/* PoCL 3.1 on x86 takes vectors of halves in memory for aligned and moves other shorts one by one: there they pass
 * through a vector of floats half as wide, which may lie anywhere. */
#if defined(__x86_64__)
#if LANES == 16
#define NCL_HALVES       float8
#define NCL_HALVES_FROM(p) vload8(0, (global const float *)(p))
#define NCL_HALVES_TO(h, p) vstore8(h, 0, (global float *)(p))
#else
#define NCL_HALVES       float4
#define NCL_HALVES_FROM(p) vload4(0, (global const float *)(p))
#define NCL_HALVES_TO(h, p) vstore4(h, 0, (global float *)(p))
#endif
static inline V ncl_load_halves(global const half *p)
{
    const NCL_HALVES h = NCL_HALVES_FROM(p);
    return NCL_CAT(vload_half, LANES)(0, (private const half *)&h);
}
static inline void ncl_store_halves(V v, global half *p)
{
    NCL_HALVES h;
    NCL_CAT(NCL_CAT(vstore_half, LANES), _rte)(v, 0, (private half *)&h);
    NCL_HALVES_TO(h, p);
}
#else
static inline V ncl_load_halves(global const half *p)
{
    return NCL_CAT(vload_half, LANES)(0, p);
}
static inline void ncl_store_halves(V v, global half *p)
{
    NCL_CAT(NCL_CAT(vstore_half, LANES), _rte)(v, 0, p);
}
#endif
NCL_APART static V ncl_load_part_half(global const half *p, int n)
{
    float part[LANES] = {0};
    for (int i = 0; i < n; i++)
        part[i] = vload_half(i, p);
    return VLOAD(part);
}
static inline V ncl_load_half(global const half *p, int n)
{
    return n == LANES ? ncl_load_halves(p) : ncl_load_part_half(p, n);
}
NCL_APART static void ncl_store_part_half(V v, global half *p, int n)
{
    float part[LANES];
    VSTORE(v, part);
    for (int i = 0; i < n; i++)
        vstore_half_rte(part[i], i, p);
}
static inline void ncl_store_half(V v, global half *p, int n)
{
    if (n == LANES)
        ncl_store_halves(v, p);
    else
        ncl_store_part_half(v, p, n);
}

/* exp(x) = 2^n exp(r), n the integer nearest to x / log(2), exp(r) = 1 + r + r^2 P(r) within 3e-9; 2^n in two factors,
 * so that nothing overflows or vanishes in between. Off by less than an ULP. A number of this size is an integer in its
 * last bits: PoCL 3.1's rint takes longer than all the rest. */
#define NCL_INTEGERS 12582912.0f
#define NCL_WHOLE(v, inverse) \
    NCL_CAT(convert_short, LANES)(NCL_CAT(as_int, LANES)(fma(v, (V)(inverse), (V)NCL_INTEGERS)))
#if LANES == 16
#define NCL_LOAD_SHORTS(p)     as_short16(vload8(0, (global const float *)(p)))
#define NCL_STORE_SHORTS(v, p) vstore8(as_float8(v), 0, (global float *)(p))
#else
#define NCL_LOAD_SHORTS(p)     as_short8(vload4(0, (global const float *)(p)))
#define NCL_STORE_SHORTS(v, p) vstore4(as_float4(v), 0, (global float *)(p))
#endif
static inline V ncl_exp(V x)
{
    const V at = select(select(x, (V)89.0f, x > 89.0f), (V)-104.0f, x < -104.0f);
    const V shifted = ncl_mac(at, (V)1.44269504f, (V)NCL_INTEGERS), n = shifted - NCL_INTEGERS;
    const V r = ncl_mac(n, (V)-1.42860677e-6f, ncl_mac(n, (V)-0.693145752f, at)), square = r * r;
    const V p0 = ncl_mac(r, (V)0.166665211f, (V)0.49999994f), p2 = ncl_mac(r, (V)0.00836874545f, (V)0.041668389f);
    const V p = ncl_mac(ncl_mac(ncl_mac(square, (V)0.00138145394f, p2), square, p0), square, r) + 1.0f;
    const VI whole = NCL_CAT(as_int, LANES)(shifted) - as_int(NCL_INTEGERS), first = whole >> 1;
    return p * NCL_CAT(as_float, LANES)((first + 127) << 23) * NCL_CAT(as_float, LANES)((whole - first + 127) << 23);
}

/* The end of a kernel that chains hang on (src/emit/after.c).
 * NCL_AFTER(v, n, at, channel): the variable v becomes what comes after it. Its first n lanes belong to the elements of
 * the result from `at` on; `channel` is the position of the first one along the axis of channels.
 * NCL_STORE_AFTER(v, n, y, at, channel): the same of an expression v, and the n lanes go to y + at.
 * CHAIN makes r of the vector `after` and the operands x0, x1, ...: of the shape of the result (FULL), one element for
 * each channel, which is that of all lanes (CHANNEL) or goes along with them (ALONG), or one element (ONE), stored as
 * T. They are
 * after0, after1, ...: CHAIN_PARAMETERS of the body behind all others, CHAIN_ARGUMENTS of its functions, which have
 * `size` too. */
#define NCL_AFTER(v, n, at, channel)                            \
    {                                                           \
        const int after_n = (int)(n);                           \
        const INDEX after_at = (at), after_channel = (channel); \
        const V after = v;                                      \
        {                                                       \
            CHAIN                                               \
            v = r;                                              \
        }                                                       \
    }
#define NCL_STORE_AFTER(v, n, y, at, channel)              \
    {                                                      \
        const INDEX stored_at = (at), stored_n = (n);      \
        V stored = (v);                                    \
        NCL_AFTER(stored, stored_n, stored_at, channel)    \
        NCL_STORE(NCL_CELL, stored, (y) + stored_at, stored_n); \
    }
/* NCL_STORE_BLOCK(v, n, y, at, channel): the same of a cell of a tensor in blocks, LANES channels from `channel` on, of
 * which n are there; the others become zeros. Operands of the chain go along with the lanes (FULL, ALONG) or ONE. */
#define NCL_STORE_BLOCK(v, n, y, at, channel)                                        \
    {                                                                                \
        const INDEX stored_at = (at);                                                \
        const int stored_n = (int)(n);                                               \
        V stored = (v);                                                              \
        NCL_AFTER(stored, stored_n, stored_at, channel)                              \
        if (stored_n < LANES)                                                        \
            stored = select((V)0, stored, NCL_RAMP < stored_n);                      \
        NCL_STORE_CELL(stored, (y) + stored_at);                                     \
    }
/* NCL_STORE_BLOCKS(count, v, y, at, channel): the same of `count` whole cells, i = 0, 1, ...: the variable v and the
 * others are expressions of i. What many chains share (CHAIN_SHARED, NCL_AFTER_COMMON) is done one thing after the
 * other for all of them, so that each condition is asked once. */
#define NCL_STORE_BLOCKS(count, v, y, at, channel) NCL_CAT(NCL_STORE_BLOCKS, CHAIN_SHARED)(count, v, y, at, channel)
#define NCL_STORE_BLOCKS0(count, v, y, at, channel) \
    _Pragma("unroll") for (int i = 0; i < count; i++) NCL_STORE_BLOCK(v, LANES, y, at, channel)
#define NCL_STORE_BLOCKS1(count, v, y, at, channel)                                                \
    {                                                                                              \
        const float blocks_low = R(0), blocks_high = R(1);                                         \
        if (R(2) != 0.0f)                                                                          \
            _Pragma("unroll") for (int i = 0; i < count; i++) v += NCL_VLOAD(CHAIN_T, after0 + (at)); \
        if (blocks_high == blocks_high)                                                            \
            _Pragma("unroll") for (int i = 0; i < count; i++) v = ncl_at_most(v, blocks_high);     \
        if (blocks_low == blocks_low)                                                              \
            _Pragma("unroll") for (int i = 0; i < count; i++) v = ncl_at_least(v, blocks_low);     \
        _Pragma("unroll") for (int i = 0; i < count; i++) NCL_VSTORE(NCL_CELL, v, (y) + (at)); \
    }
#define NCL_AFTER_FULL(k, T)    const V x##k = NCL_LOAD(T, after##k + after_at, after_n);
#define NCL_AFTER_ALONG(k, T)   const V x##k = NCL_LOAD(T, after##k + after_channel, after_n);
#define NCL_AFTER_CHANNEL(k, T) const V x##k = NCL_AT(T, after##k, after_channel);
#define NCL_AFTER_ONE(k, T)     const V x##k = NCL_AT(T, after##k, 0);
/* One chain for several: R(2) is not 0: + x0 (FULL), stored as CHAIN_T; then the bounds R(0) and R(1), as ncl_clamp has
 * them, each of them none where it is not a number. */
#define NCL_AFTER_COMMON                                 \
    V r = after;                                         \
    if (R(2) != 0.0f)                                    \
        r += NCL_LOAD(CHAIN_T, after0 + after_at, after_n); \
    r = ncl_bounded(r, R(0), R(1));

/* The halo of a tensor in blocks (src/emit/blocks.h) belongs to the rows that it surrounds: who writes rows [from, to)
 * of a plane, a block of channels of an image, zeroes what lies beside them, and above the first or below the last one:
 *   ncl_halo(plane, row, width, before, after, from, to, height)
 * `plane`: its first cell in memory; `row`: elements from row to row; halo of H and W before and after. */
#define NCL_HALOS(T)                                                                                       \
    NCL_APART static void ncl_zero_##T(global T *p, long n)                                                \
    {                                                                                                      \
        for (long i = 0; i < n; i += LANES)                                                                \
            VSTORE((NCL_VECTOR(T))0, p + i);                                                               \
    }                                                                                                      \
    NCL_APART static void ncl_halo_##T(global T *plane, long row, long width, long2 before, long2 after,   \
                                       long from, long to, long height)                                    \
    {                                                                                                      \
        if (from == 0)                                                                                     \
            ncl_zero_##T(plane, before.x * row);                                                           \
        for (long r = from; r < to; r++) {                                                                 \
            ncl_zero_##T(plane + (before.x + r) * row, before.y * LANES);                                  \
            ncl_zero_##T(plane + (before.x + r) * row + (before.y + width) * LANES, after.y * LANES);      \
        }                                                                                                  \
        if (to == height)                                                                                  \
            ncl_zero_##T(plane + (before.x + height) * row, after.x * row);                                \
    }
NCL_HALOS(float)
NCL_HALOS(short)
#define ncl_halo_half(plane, row, width, before, after, from, to, height) \
    ncl_halo_short((global short *)(plane), row, width, before, after, from, to, height)
#define ncl_zero ncl_zero_float
#define ncl_halo NCL_CAT(ncl_halo_, NCL_CELL)

/* First pixel of a tile along an axis, where every dilation-th pixel makes one of `images` images, tile by tile. */
#define NCL_TILE_BEGIN(tile, pixels, dilation, images) \
    ((tile) / (images) * (dilation) * (pixels) + (tile) % (images))

/* The taps [.x, .y) along one axis that lie inside for any window that begins at `first` to `last`. */
static long2 ncl_taps_inside(long first, long last, long taps, long dilation, long extent)
{
    const long from = last < 0 ? min(taps, (dilation - 1 - last) / dilation) : 0;
    const long to = first < extent ? min(taps, (extent - 1 - first) / dilation + 1) : 0;
    return (long2)(from, max(from, to));
}

/* NCL_TRANSPOSE(T, row): row[i].s(j) and row[j].s(i) of the array of LANES vectors of type T change places: halves,
 * then quarters, and on to neighbours. LOW_d: the lanes of a without bit d, each followed d lanes behind by the same
 * lane of b; HIGH_d: those with bit d. Element by element: Oclgrind's checker of uninitialized reads falls over vectors
 * put together from shorter ones. */
#define NCL_EXCHANGE(d, T, row)                           \
    _Pragma("unroll") for (int i = 0; i < LANES; i++)     \
    {                                                     \
        if (i & d)                                        \
            continue;                                     \
        const T exchange_a = row[i], exchange_b = row[i + d]; \
        row[i] = (T)(NCL_LOW_##d(exchange_a, exchange_b)); \
        row[i + d] = (T)(NCL_HIGH_##d(exchange_a, exchange_b)); \
    }
#if LANES == 16
#define NCL_LOW_8(a, b)  a.s0, a.s1, a.s2, a.s3, a.s4, a.s5, a.s6, a.s7, b.s0, b.s1, b.s2, b.s3, b.s4, b.s5, b.s6, b.s7
#define NCL_HIGH_8(a, b) a.s8, a.s9, a.sa, a.sb, a.sc, a.sd, a.se, a.sf, b.s8, b.s9, b.sa, b.sb, b.sc, b.sd, b.se, b.sf
#define NCL_LOW_4(a, b)  a.s0, a.s1, a.s2, a.s3, b.s0, b.s1, b.s2, b.s3, a.s8, a.s9, a.sa, a.sb, b.s8, b.s9, b.sa, b.sb
#define NCL_HIGH_4(a, b) a.s4, a.s5, a.s6, a.s7, b.s4, b.s5, b.s6, b.s7, a.sc, a.sd, a.se, a.sf, b.sc, b.sd, b.se, b.sf
#define NCL_LOW_2(a, b)  a.s0, a.s1, b.s0, b.s1, a.s4, a.s5, b.s4, b.s5, a.s8, a.s9, b.s8, b.s9, a.sc, a.sd, b.sc, b.sd
#define NCL_HIGH_2(a, b) a.s2, a.s3, b.s2, b.s3, a.s6, a.s7, b.s6, b.s7, a.sa, a.sb, b.sa, b.sb, a.se, a.sf, b.se, b.sf
#define NCL_LOW_1(a, b)  a.s0, b.s0, a.s2, b.s2, a.s4, b.s4, a.s6, b.s6, a.s8, b.s8, a.sa, b.sa, a.sc, b.sc, a.se, b.se
#define NCL_HIGH_1(a, b) a.s1, b.s1, a.s3, b.s3, a.s5, b.s5, a.s7, b.s7, a.s9, b.s9, a.sb, b.sb, a.sd, b.sd, a.sf, b.sf
#define NCL_TRANSPOSE(T, row) \
    NCL_EXCHANGE(8, T, row) NCL_EXCHANGE(4, T, row) NCL_EXCHANGE(2, T, row) NCL_EXCHANGE(1, T, row)
#else
#define NCL_LOW_4(a, b)       a.s0, a.s1, a.s2, a.s3, b.s0, b.s1, b.s2, b.s3
#define NCL_HIGH_4(a, b)      a.s4, a.s5, a.s6, a.s7, b.s4, b.s5, b.s6, b.s7
#define NCL_LOW_2(a, b)       a.s0, a.s1, b.s0, b.s1, a.s4, a.s5, b.s4, b.s5
#define NCL_HIGH_2(a, b)      a.s2, a.s3, b.s2, b.s3, a.s6, a.s7, b.s6, b.s7
#define NCL_LOW_1(a, b)       a.s0, b.s0, a.s2, b.s2, a.s4, b.s4, a.s6, b.s6
#define NCL_HIGH_1(a, b)      a.s1, b.s1, a.s3, b.s3, a.s5, b.s5, a.s7, b.s7
#define NCL_TRANSPOSE(T, row) NCL_EXCHANGE(4, T, row) NCL_EXCHANGE(2, T, row) NCL_EXCHANGE(1, T, row)
#endif

/* NCL_BORDER_x(i, n): the element of an axis of n elements that index i reads (NNEF 4.3, border modes); negative:
 * outside, a zero. Reflection goes on as often as it takes. */
#define NCL_BORDER_CONSTANT(i, n) ((i) >= 0 && (i) < (n) ? (i) : (INDEX)-1)
#define NCL_BORDER_REPLICATE(i, n) clamp((INDEX)(i), (INDEX)0, (INDEX)((n) - 1))
#define NCL_BORDER_REFLECT(i, n) ((i) >= 0 && (i) < (n) ? (i) : (INDEX)ncl_reflect(i, n))
#define NCL_BORDER_REFLECT_EVEN(i, n) ((i) >= 0 && (i) < (n) ? (i) : (INDEX)ncl_reflect_even(i, n))
NCL_APART static long ncl_reflect(long i, long n)
{
    const long period = max(2 * (n - 1), 1L), phase = (i % period + period) % period;
    return min(phase, period - phase);
}
NCL_APART static long ncl_reflect_even(long i, long n)
{
    const long period = 2 * n, phase = (i % period + period) % period;
    return min(phase, period - 1 - phase);
}

/* NCL_BORDER_ROW(name, SPACE, T, U) defines   name(extent, start, stride, width, from, to)   in a file that has BORDER:
 * a row of an input of `width` elements stored as T, continued by its border, stored as U:
 * to[q] = from~[start + q stride] for q < extent. */
#define NCL_BORDER_ROW(name, SPACE, T, U)                                                                              \
    static void name(INDEX extent, INDEX start, INDEX stride, INDEX width, global const T *from, SPACE U *to)          \
    {                                                                                                                  \
        INDEX q = 0;                                                                                                   \
        const INDEX first = min(extent, start < 0 ? (stride - 1 - start) / stride : 0);                                \
        const INDEX last = max(first, min(extent, start < width ? (width - 1 - start) / stride + 1 : 0));              \
        for (; q < first; q++) {                                                                                       \
            const INDEX at = start + q * stride, i = BORDER(at, width);                                                \
            NCL_PUT(U, i < 0 ? 0 : NCL_AT(T, from, i), to, q);                                                         \
        }                                                                                                              \
        if (stride == 1 && last - first >= LANES) {                                                                    \
            for (; q + LANES <= last; q += LANES)                                                                      \
                NCL_VSTORE(U, NCL_VLOAD(T, from + start + q), to + q);                                                 \
            NCL_VSTORE(U, NCL_VLOAD(T, from + start + last - LANES), to + last - LANES); /* the rest, some again */    \
            q = last;                                                                                                  \
        } else if (stride == 2)                                                                                        \
            for (; q + LANES < last; q += LANES) { /* one more, whose odd neighbour the load takes in */               \
                const V a = NCL_VLOAD(T, from + start + 2 * q),                                                        \
                        b = NCL_VLOAD(T, from + start + 2 * q + LANES);                                                \
                NCL_VSTORE(U, NCL_EVEN(V, a, b), to + q);                                                              \
            }                                                                                                          \
        for (; q < last; q++)                                                                                          \
            NCL_PUT(U, NCL_AT(T, from, start + q * stride), to, q);                                                    \
        for (; q < extent; q++) {                                                                                      \
            const INDEX at = start + q * stride, i = BORDER(at, width);                                                \
            NCL_PUT(U, i < 0 ? 0 : NCL_AT(T, from, i), to, q);                                                         \
        }                                                                                                              \
    }
#endif
#ifndef INDEX
#define INDEX int
#endif
#ifndef NCL_SUFFIX
#define NCL_SUFFIX _0
#endif
#ifndef NCL_REALS
#define NCL_REALS 0
#endif
#ifndef NCL_CELL_INVERSE
#define NCL_STORE_CELL(v, p) NCL_VSTORE(NCL_CELL, v, p)
#else
#define NCL_STORE_CELL(v, p) NCL_STORE_SHORTS(NCL_WHOLE(v, NCL_CELL_INVERSE), p)
#endif
#ifndef CHAIN
#define CHAIN         const V r = after;
#define CHAIN_NOTHING 1
#define CHAIN_PARAMETERS
#define CHAIN_ARGUMENTS
#else
#define CHAIN_NOTHING 0
#endif
#ifndef CHAIN_SHARED
#define CHAIN_SHARED 0
#endif
#ifndef CHAIN_T
#define CHAIN_T float
#endif
#ifndef NCL_T0
#define NCL_T0 float
#endif
#ifndef NCL_T1
#define NCL_T1 float
#endif
#ifndef NCL_T2
#define NCL_T2 float
#endif
#ifndef NCL_T3
#define NCL_T3 float
#endif
#ifndef NCL_T4
#define NCL_T4 float
#endif
#ifndef NCL_T5
#define NCL_T5 float
#endif
#ifndef NCL_T6
#define NCL_T6 float
#endif
#ifndef NCL_T7
#define NCL_T7 float
#endif
#ifndef NCL_T8
#define NCL_T8 float
#endif
#ifndef NCL_T9
#define NCL_T9 float
#endif
#ifndef NCL_T10
#define NCL_T10 float
#endif
#ifndef NCL_T11
#define NCL_T11 float
#endif
#ifndef NCL_T12
#define NCL_T12 float
#endif
#ifndef NCL_T13
#define NCL_T13 float
#endif
#ifndef NCL_T14
#define NCL_T14 float
#endif
#ifndef NCL_T15
#define NCL_T15 float
#endif
