/* SPDX-License-Identifier: Apache-2.0 */
/* y[i_0, ..., i_(n-1)] = x[f(i_0 - BEFORE(0)), ..., f(i_(n-1) - BEFORE(n-1))], n = RANK, with f(j) by the border for
 * j outside of 0 .. IN - 1 (4.3, border modes):
 *
 * BORDER   NCL_BORDER_x of the prelude: VALUE where any j is outside, or the element that stands for it
 *
 * A row is the last axis. tasks: ceil(ROW_COUNT / TASK_ROWS) */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define ROW_COUNT SIZE(0)
#define TASK_ROWS SIZE(1)
#define VALUE REAL(2)
#define RANK SIZE(3)
#define IN(i) SIZE(4 + (i))
#define OUT(i) SIZE(12 + (i))
#define BEFORE(i) SIZE(20 + (i))

static void FN(pad_border)(global const float *x, global float *y, INDEX from, INDEX to, INDEX before, INDEX extent,
                           float value)
{
    for (INDEX i = from; i < to; i++) {
        const INDEX at = i - before, j = BORDER(at, extent);
        y[i] = j < 0 ? value : x[j];
    }
}

static void FN(pad)(INDEX task, SIZES size, global const float *x, global float *y)
{
    const INDEX last = RANK - 1, width = OUT(last), extent = IN(last), before = BEFORE(last);
    /* the part of a row that is in the input */
    const INDEX inside = clamp(before, (INDEX)0, width), outside = clamp(before + extent, inside, width);
    const float value = VALUE;
    const INDEX end = min((task + 1) * TASK_ROWS, ROW_COUNT);
    for (INDEX row = task * TASK_ROWS; row < end; row++) {
        INDEX rest = row, from = 0, scale = 1;
        bool filled = false;
        for (INDEX k = last - 1; k >= 0; k--) {
            const INDEX at = rest % OUT(k) - BEFORE(k), j = BORDER(at, IN(k));
            filled |= j < 0;
            from += j * scale;
            scale *= IN(k);
            rest /= OUT(k);
        }
        global const float *source = x + (filled ? 0 : from * extent);
        global float *target = y + row * width;
        if (filled) {
            for (INDEX i = 0; i < width; i++)
                target[i] = value;
            continue;
        }
        FN(pad_border)(source, target, 0, inside, before, extent, value);
        INDEX i = inside;
        for (; i + 8 <= outside; i += 8)
            vstore8(vload8(0, source + i - before), 0, target + i);
        for (; i < outside; i++)
            target[i] = source[i - before];
        FN(pad_border)(source, target, outside, width, before, extent, value);
    }
}
