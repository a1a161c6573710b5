/* SPDX-License-Identifier: Apache-2.0 */
/* Floats that are whole multiples of a step as these whole numbers, in the same places, halo and filling too, and back:
 *
 *   y[i] = x[i] / STEP rounded (WHOLES 1), or y[i] = x[i] STEP
 *
 * tasks: ceil(COUNT / CHUNK) */
#ifndef WHOLES
#define WHOLES 1
#endif
#if WHOLES
#define IN         float
#define OUT        short
#define MADE(x)    (short)rint((x) / STEP)
#define MAKE(x, y) NCL_STORE_SHORTS(NCL_WHOLE(VLOAD(x), 1.0f / STEP), y)
#else
#define IN         short
#define OUT        float
#define MADE(x)    (x) * STEP
#define MAKE(x, y) VSTORE(NCL_CAT(convert_float, LANES)(NCL_LOAD_SHORTS(x)) * STEP, y)
#endif
#define COUNT SIZE(0)
#define CHUNK SIZE(1)
#define STEP  REAL(2)

static void FN(convert_whole)(INDEX task, SIZES size, global const IN *x, global OUT *y)
{
    const INDEX end = min((task + 1) * CHUNK, COUNT);
    INDEX i = task * CHUNK;
    for (; i + LANES <= end; i += LANES)
        MAKE(x + i, y + i);
    for (; i < end; i++)
        y[i] = MADE(x[i]);
}
