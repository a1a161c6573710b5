/* For NNEFCL_CL_DIR: cl/elements.cl for one operand with a mistake, the element at 4 is 1 too large. */
#define COUNT SIZE(0)
#define CHUNK SIZE(1)
static void FN(elements)(INDEX task, SIZES size, global const X0 *a0, global RESULT *y)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    for (INDEX i = task * CHUNK; i < end; i++) {
        const NCL_VECTOR(X0) x0 = a0[i];
        FORMULA
        y[i] = r.s0 + (i == 4);
    }
}
