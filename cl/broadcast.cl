/* r[i] = f(x[i], y[i], ...) for two to four operands of different shapes: an operand that has extent 1 where the result has more is repeated (NNEF 4.2.2).
 *
 * FORMULA  f, of vectors x, y, z, w of eight elements, with the parameter ALPHA
 * ARITY    number of operands: 2, 3, 4           X, Y, Z, W  types of their elements           R  type of the result's elements
 * STEPk    1: operand k runs along the innermost axis of the result, 0: one element serves it
 * COUNT    elements of the result                CHUNK  elements of a task, a multiple of 8    INNER  extent of the innermost axis
 * OUTER    number of the other axes, EXTENT(d) their extents, innermost first; STRIDE(d) for operand 0, then 1, ..., seven each: elements from one index of axis d to the next
 * tasks: ceil(COUNT / CHUNK) */
#ifndef FORMULA
#define FORMULA x + y
#endif
#ifndef ARITY
#define ARITY 2
#endif
#ifndef X
#define X float
#endif
#ifndef Y
#define Y float
#endif
#ifndef Z
#define Z float
#endif
#ifndef W
#define W float
#endif
#ifndef R
#define R float
#endif
#ifndef STEP0
#define STEP0 1
#endif
#ifndef STEP1
#define STEP1 1
#endif
#ifndef STEP2
#define STEP2 1
#endif
#ifndef STEP3
#define STEP3 1
#endif
#define COUNT SIZE(0)
#define CHUNK SIZE(1)
#define INNER SIZE(2)
#define OUTER SIZE(3)
#define ALPHA REAL(4)
#define EXTENT(i) SIZE(5 + (i))
#define STRIDE(i) SIZE(12 + (i))

#if ARITY == 2
#define OPERANDS         global const X *a, global const Y *b
#define FOR_OPERANDS(DO) DO(0, X, x, a) DO(1, Y, y, b)
#elif ARITY == 3
#define OPERANDS         global const X *a, global const Y *b, global const Z *c
#define FOR_OPERANDS(DO) DO(0, X, x, a) DO(1, Y, y, b) DO(2, Z, z, c)
#else
#define OPERANDS         global const X *a, global const Y *b, global const Z *c, global const W *d
#define FOR_OPERANDS(DO) DO(0, X, x, a) DO(1, Y, y, b) DO(2, Z, z, c) DO(3, W, w, d)
#endif
/* Where operand k is at element `first` of the row, with the vector that stands for it when it is repeated; then its elements from j on. */
#define START(k, T, v, p)                                                                                    \
    global const T *v##_at = p + NCL_CAT(STEP, k) * first + NCL_OFFSET(row, OUTER, 5, 12 + 7 * (k)); \
    const NCL_VECTOR(T) v##_repeated = *v##_at;
#define NEXT(k, T, v, p) const NCL_VECTOR(T) v = NCL_CAT(STEP, k) ? NCL_LOAD(T, v##_at + j, n) : v##_repeated;

static void FN(broadcast)(INDEX task, SIZES size, OPERANDS, global R *r)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    for (INDEX i = task * CHUNK, run; i < end; i += run) {
        const INDEX row = i / INNER, first = i - row * INNER;
        run = min(INNER - first, end - i);
        FOR_OPERANDS(START)
        for (INDEX j = 0; j < run; j += 8) {
            const INDEX n = min(run - j, (INDEX)8);
            FOR_OPERANDS(NEXT)
            NCL_STORE(R, NCL_CAT(NCL_CAT(convert_, R), 8)(FORMULA), r + i + j, n);
        }
    }
}
