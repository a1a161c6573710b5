/* y[i] = f(x[i]) for COUNT elements.
 *
 * FORMULA  f, of a vector x of eight elements, with the parameters ALPHA and LAMBDA      T  type of the elements
 * CHUNK    elements of a task, a multiple of 8
 * tasks: ceil(COUNT / CHUNK) */
#ifndef FORMULA
#define FORMULA -x
#endif
#ifndef T
#define T float
#endif
#define COUNT SIZE(0)
#define CHUNK SIZE(1)
#define ALPHA REAL(2)
#define LAMBDA REAL(3)

static void FN(unary)(INDEX task, SIZES size, global const T *input, global T *output)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    for (INDEX i = task * CHUNK; i < end; i += 8) {
        const INDEX n = min(end - i, (INDEX)8);
        const NCL_VECTOR(T) x = NCL_LOAD(T, input + i, n);
        NCL_STORE(T, FORMULA, output + i, n);
    }
}
