/* y[i] = F(x[i]) for COUNT elements, CHUNK of them in one task.
 *
 * F(x)    the formula, on X and float8 alike: an expression in x      CHUNK   elements of a task, a multiple of 8
 * tasks: ceil(COUNT / CHUNK) */
#ifndef F
#define F(x) (-(x))
#endif
#ifndef CHUNK
#define CHUNK 8
#endif
#define COUNT SIZE(0)

static void FN(unary)(INDEX task, SIZES size, global const float *x, global float *y)
{
    INDEX i = task * CHUNK;
    const INDEX end = min(i + (INDEX)CHUNK, COUNT);
    for (; i + 8 <= end; i += 8)
        vstore8(F(vload8(0, x + i)), 0, y + i);
    for (; i < end; i++)
        y[i] = F(x[i]);
}
