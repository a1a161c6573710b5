/* SPDX-License-Identifier: Apache-2.0 */
/* y[p, i, q] = x[p, clamp(index[i], 0, EXTENT - 1), q] for p in all outer places, 0 <= i < INDICES, 0 <= q < INNER. A
 * row is the run of q; ROW_COUNT of them.
 *
 * T      element type
 *
 * tasks: ceil(ROW_COUNT / TASK_ROWS) */
#ifndef T
#define T float
#endif
#define ROW_COUNT SIZE(0)
#define TASK_ROWS SIZE(1)
#define INDICES SIZE(2)
#define EXTENT SIZE(3)
#define INNER SIZE(4)

static void FN(gather)(INDEX task, SIZES size, global const T *x, global const int *index, global T *y)
{
    const INDEX inner = INNER, end = min((task + 1) * TASK_ROWS, ROW_COUNT);
    INDEX outer = task * TASK_ROWS / INDICES, i = task * TASK_ROWS - outer * INDICES;
    for (INDEX row = task * TASK_ROWS; row < end; row++, i++) {
        if (i == INDICES) {
            i = 0;
            outer++;
        }
        const INDEX at = clamp((INDEX)index[i], (INDEX)0, EXTENT - 1);
        global const T *source = x + (outer * EXTENT + at) * inner;
        global T *target = y + row * inner;
        if (inner == 1) {
            *target = *source;
            continue;
        }
        INDEX q = 0;
        for (; q + LANES <= inner; q += LANES)
            VSTORE(VLOAD(source + q), target + q);
        for (; q < inner; q++)
            target[q] = source[q];
    }
}
