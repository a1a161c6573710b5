/* SPDX-License-Identifier: Apache-2.0 */
/* One form of a tensor from another one (src/ir/layout.h):
 *
 *   y[cell i] = x[element p(i)], 0 where the position p(i) lies in the halo of y or in the filling of its last block
 *
 * for every cell i of y. Cells are counted along the axes of the tensor, with the extents that these have in the memory
 * of y (blocks, halo), the lane of a block last. Along axis a the index m in memory stands for position m - BEFORE(a),
 * or m OUT_BLOCK + lane along OUT_AXIS, and position p lies at p IN_STRIDE(a), or p / IN_BLOCK IN_STRIDE(a) + p %
 * IN_BLOCK along IN_AXIS. Without blocks OUT_BLOCK, IN_BLOCK are 1.
 *
 * IN, OUT  types in memory, LOAD_IN(p, i), STORE_OUT(v, p, i) their elements
 * tasks: ceil(COUNT / CHUNK) */
#ifndef IN
#define IN  NCL_T0
#define LOAD_IN(p, i)      NCL_AT(NCL_T0, p, i)
#endif
#ifndef OUT
#define OUT NCL_T1
#define STORE_OUT(v, p, i) NCL_PUT(NCL_T1, v, p, i)
#endif
#define COUNT         SIZE(0)
#define CHUNK         SIZE(1)
#define RANK          SIZE(2)
#define IN_AXIS       SIZE(3)
#define IN_BLOCK      SIZE(4)
#define IN_FIRST      SIZE(5)
#define OUT_AXIS      SIZE(6)
#define OUT_BLOCK     SIZE(7)
#define EXTENT(a)     SIZE(8 + (a))
#define BEFORE(a)     SIZE(16 + (a))
#define IN_STRIDE(a)  SIZE(24 + (a))
#define OUT_STRIDE(a) SIZE(32 + (a))
#define OUT_EXTENT(a) SIZE(40 + (a)) /* in the memory of y */
#define LOAD_STEP     REAL(48)       /* of whole numbers */
#define STORE_STEP    REAL(49)

#define MAX_RANK    8

static void FN(convert)(INDEX task, SIZES size, global const IN *x, global OUT *y)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    const int rank = (int)RANK;
    for (INDEX i = task * CHUNK; i < end; i++) {
        INDEX at[MAX_RANK];
        const INDEX lane = i % OUT_BLOCK;
        NCL_POSITION(i / OUT_BLOCK, rank, 40, at);
        INDEX from = IN_FIRST, to = lane;
        bool inside = true;
        for (int a = 0; a < rank; a++) {
            const INDEX p = a == OUT_AXIS ? at[a] * OUT_BLOCK + lane : at[a] - BEFORE(a);
            inside = inside && p >= 0 && p < EXTENT(a);
            from += a == IN_AXIS ? p / IN_BLOCK * IN_STRIDE(a) + p % IN_BLOCK : p * IN_STRIDE(a);
            to += at[a] * OUT_STRIDE(a);
        }
        STORE_OUT(inside ? LOAD_IN(x, from) : 0, y, to);
    }
}
