/* For NNEFCL_CL_DIR: cl/unary.cl with a mistake, the element at 4 is 1 too large. */
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
    for (INDEX i = task * CHUNK; i < end; i++) {
        const NCL_VECTOR(T) x = (NCL_VECTOR(T))input[i];
        output[i] = (FORMULA).s0 + (i == 4);
    }
}
