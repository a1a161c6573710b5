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
 * SHORT    1: INNER is less than a vector: it and the axis around it are one row, in which each lane has a column and a
 *          line; operands that do not follow each other there are read lane by lane
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
#ifndef SHORT
#define SHORT 0
#endif
#define COUNT     SIZE(0)
#define CHUNK     SIZE(1)
#define INNER     SIZE(2)
#define OUTER     SIZE(3)
#define EXTENT(i) SIZE(4 + (i))
#define STRIDE(i) SIZE(11 + (i))

#define TYPE(k)      NCL_CAT(X, k)
#define PARAMETER(k) global const TYPE(k) *a##k,
#define VALUES(k)    NCL_VECTOR(NCL_VALUE(TYPE(k)))
#define ROW          (INNER * EXTENT(0)) /* of a SHORT one */
#define PLACE(s)     NCL_OFFSET(row, OUTER - SHORT, 4 + SHORT, (s) + SHORT)
/* Where operand k is at element `first` of the row, with the vector that stands for it when it is repeated; then its
 * elements from j on. */
#define START(k)                                                                                                 \
    global const TYPE(k) *at##k = a##k + NCL_CAT(STEP, k) * (SHORT ? 0 : first) + PLACE(11 + 7 * (k));           \
    const VALUES(k) repeated##k = NCL_AT(TYPE(k), at##k, 0);
#define NEXT(k) const VALUES(k) x##k = NCL_CAT(STEP, k) ? NCL_LOAD(TYPE(k), at##k + j, n) : repeated##k;
/* Of a SHORT one: all lanes follow each other, are the same, or lie anywhere. */
#define NEXT_SHORT(k)                                                              \
    VALUES(k) x##k = repeated##k;                                                  \
    if (NCL_CAT(STEP, k) && STRIDE(7 * (k)) == INNER)                              \
        x##k = NCL_LOAD(TYPE(k), at##k + first + j, n);                            \
    else if (NCL_CAT(STEP, k) || STRIDE(7 * (k))) {                                \
        NCL_VALUE(TYPE(k)) value[LANES];                                           \
        int place[LANES];                                                          \
        VSTORE(column * NCL_CAT(STEP, k) + line * (int)STRIDE(7 * (k)), place);    \
        _Pragma("unroll") for (int i = 0; i < LANES; i++) value[i] = NCL_AT(TYPE(k), at##k, place[i]); \
        x##k = VLOAD(value);                                                       \
    }

#if SHORT
static void FN(elements)(INDEX task, SIZES size, NCL_OPERANDS(PARAMETER) global RESULT *y)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    const int inner = (int)INNER, lines = LANES / inner, columns = LANES % inner;
    for (INDEX i = task * CHUNK, run; i < end; i += run) {
        const INDEX row = i / ROW, first = i - row * ROW;
        run = min(ROW - first, end - i);
        NCL_OPERANDS(START)
        VI line = ((int)first + NCL_RAMP) / inner, column = (int)first + NCL_RAMP - line * inner;
        for (INDEX j = 0; j < run; j += LANES) {
            const INDEX n = min(run - j, (INDEX)LANES);
            if (n < LANES) { /* lanes behind the row read where the first one does */
                line = select((VI)line.s0, line, NCL_RAMP < (int)n);
                column = select((VI)column.s0, column, NCL_RAMP < (int)n);
            }
            NCL_OPERANDS(NEXT_SHORT)
            FORMULA
            NCL_STORE(RESULT, r, y + i + j, n);
            column += columns;
            line += lines - (column >= inner);
            column += (column >= inner) * inner;
        }
    }
}
#else
static void FN(elements)(INDEX task, SIZES size, NCL_OPERANDS(PARAMETER) global RESULT *y)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    for (INDEX i = task * CHUNK, run; i < end; i += run) {
        const INDEX row = i / INNER, first = i - row * INNER;
        run = min(INNER - first, end - i);
        NCL_OPERANDS(START)
        global RESULT *const to = PITCHED ? y + first + PLACE(11 + 7 * ARITY) : y + i;
        for (INDEX j = 0; j < run; j += LANES) {
            const INDEX n = min(run - j, (INDEX)LANES);
            NCL_OPERANDS(NEXT)
            FORMULA
            NCL_STORE(RESULT, r, to + j, n);
        }
    }
}
#endif
