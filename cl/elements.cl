/* SPDX-License-Identifier: Apache-2.0 */
/* r[i] = f(x0[i], x1[i], ...) for up to eight operands of different shapes: an operand that has extent 1 where the
 * result has more is repeated (NNEF 4.2.2). f is one operation, or a chain or a tree of them (src/emit/expression.c).
 *
 * FORMULA  statements that make the vector r of the vectors x0, x1, ... with the numbers R(0), R(1), ... of math.cl
 * ARITY    number of operands            Xk  type of the elements of operand k in memory: NCL_Tk of floats
 * RESULT   that of the result
 * STEPk    1: operand k runs along the innermost axis of the result, 0: one element serves it
 * COUNT    elements of the result        CHUNK  elements of a task, a multiple of LANES
 * INNER    extent of the innermost axis  OUTER  number of the other axes, EXTENT(d) their extents, innermost first
 * STRIDE(d)  for operand 0, then 1, ..., seven each: elements from one index of axis d to the next
 * PITCHED    1: the result too has strides, behind those of the operands; 0: it is dense
 * tasks: ceil(COUNT / CHUNK) */
#ifndef FORMULA
#define FORMULA NCL_LET(float, r, -x0)
#define ARITY   1
#define X0      NCL_T0
#define STEP0   1
#define RESULT  NCL_T1
#endif
#ifndef PITCHED
#define PITCHED 0
#endif
#define COUNT     SIZE(0)
#define CHUNK     SIZE(1)
#define INNER     SIZE(2)
#define OUTER     SIZE(3)
#define EXTENT(i) SIZE(4 + (i))
#define STRIDE(i) SIZE(11 + (i))

#define TYPE(k)      NCL_CAT(X, k)
#define PARAMETER(k) global const TYPE(k) *a##k,
/* Where operand k is at element `first` of the row, with the vector that stands for it when it is repeated; then its
 * elements from j on. */
#define START(k)                                                                                                 \
    global const TYPE(k) *at##k = a##k + NCL_CAT(STEP, k) * first + NCL_OFFSET(row, OUTER, 4, 11 + 7 * (k)); \
    const NCL_VECTOR(NCL_VALUE(TYPE(k))) repeated##k = NCL_AT(TYPE(k), at##k, 0);
#define NEXT(k)                                \
    const NCL_VECTOR(NCL_VALUE(TYPE(k))) x##k = \
        NCL_CAT(STEP, k) ? NCL_LOAD(TYPE(k), at##k + j, n) : repeated##k;

static void FN(elements)(INDEX task, SIZES size, NCL_OPERANDS(PARAMETER) global RESULT *y)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    for (INDEX i = task * CHUNK, run; i < end; i += run) {
        const INDEX row = i / INNER, first = i - row * INNER;
        run = min(INNER - first, end - i);
        NCL_OPERANDS(START)
        global RESULT *const to = PITCHED ? y + first + NCL_OFFSET(row, OUTER, 4, 11 + 7 * ARITY) : y + i;
        for (INDEX j = 0; j < run; j += LANES) {
            const INDEX n = min(run - j, (INDEX)LANES);
            NCL_OPERANDS(NEXT)
            FORMULA
            NCL_STORE(RESULT, r, to + j, n);
        }
    }
}
