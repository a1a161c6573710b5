/* SPDX-License-Identifier: Apache-2.0 */
/* Means, sums and maxima of windows over the last three axes but the first one, on devices of many narrow cores:
 *
 *   y[n][o] = R over j of  x~[n][o s + j d - p]
 *
 * R: the sum, the sum divided by the number of values, the maximum; o and j over the axes. A task is one output,
 * neighbours have neighbours of a row; TAPS values of a row are on their way together.
 *
 * TAPS       of a row of the window, at a time: KERNEL(2) is a multiple
 * MAX        1: the maximum, NaN wins; 0: the sum        NORMALIZE  1: divide the sum
 * IGNORE     1: what lies outside of x is left out, also of the number of values (a window wholly outside gives 0);
 *            0: it is zeros
 * VOLUME     elements of a window
 * PLANES     n of an image        IN_IMAGE, OUT_IMAGE  elements from image to image
 * A sum beyond a float is taken again of x 2^-64.
 * tasks: elements of y */
#ifndef TAPS
#define TAPS 3
#endif
#ifndef MAX
#define MAX 0
#endif
#ifndef NORMALIZE
#define NORMALIZE 0
#endif
#ifndef IGNORE
#define IGNORE 0
#endif
#define NCL_CELL NCL_T1
#define VOLUME      SIZE(0)
#define IN(i)       SIZE(1 + (i))
#define OUT(i)      SIZE(4 + (i))
#define KERNEL(i)   SIZE(7 + (i))
#define STRIDE(i)   SIZE(10 + (i))
#define DILATION(i) SIZE(13 + (i))
#define BEFORE(i)   SIZE(16 + (i))
#define PLANES      SIZE(19)
#define IN_IMAGE    SIZE(20)
#define OUT_IMAGE   SIZE(21)

/* What the values of the window times unit join to, and how many lie in x. */
static float FN(pool_item_window)(SIZES size, const INDEX *start, global const NCL_T0 *x, float unit, INDEX *inside)
{
    float value = MAX ? -INFINITY : 0;
    *inside = 0;
    for (INDEX j0 = 0, at0 = start[0]; j0 < KERNEL(0); j0++, at0 += DILATION(0))
        for (INDEX j1 = 0, at1 = start[1]; j1 < KERNEL(1); j1++, at1 += DILATION(1)) {
            if (at0 < 0 || at0 >= IN(0) || at1 < 0 || at1 >= IN(1))
                continue;
            global const NCL_T0 *row = x + (at0 * IN(1) + at1) * IN(2);
            for (INDEX j2 = 0, at2 = start[2]; j2 < KERNEL(2); j2 += TAPS, at2 += TAPS * DILATION(2)) {
                float v[TAPS];
                int there[TAPS];
#pragma unroll
                for (int t = 0; t < TAPS; t++) {
                    const INDEX at = at2 + t * DILATION(2);
                    there[t] = at >= 0 && at < IN(2);
                    v[t] = there[t] ? NCL_AT(NCL_T0, row, at) : 0.0f;
                }
#pragma unroll
                for (int t = 0; t < TAPS; t++) {
                    *inside += there[t];
                    if (MAX)
                        value = there[t] && (v[t] > value || isnan(v[t])) ? v[t] : value;
                    else
                        value += v[t] * unit;
                }
            }
        }
    return value;
}

static void FN(pool_item)(INDEX task, SIZES size, global const NCL_T0 *x, global NCL_CELL *y CHAIN_PARAMETERS)
{
    INDEX start[3], rest = task, inside;
#pragma unroll
    for (int a = 2; a >= 0; a--) {
        start[a] = rest % OUT(a) * STRIDE(a) - BEFORE(a);
        rest /= OUT(a);
    }
    const INDEX image = rest / PLANES;
    x += image * IN_IMAGE + rest % PLANES * IN(0) * IN(1) * IN(2);
    float value = FN(pool_item_window)(size, start, x, 1, &inside), back = 1;
    const bool zero = IGNORE ? inside == 0 : inside < VOLUME; /* of which the window has one */
    if (MAX && zero)
        value = value < 0 ? 0 : value;
    if (!MAX && !isfinite(value)) {
        value = FN(pool_item_window)(size, start, x, 0x1p-64f, &inside);
        back = 0x1p64f;
    }
    if (NORMALIZE)
        value = value / (float)(IGNORE ? max(inside, (INDEX)1) : VOLUME) * back;
    else
        value *= back;
    NCL_STORE_AFTER(value, 1, y, task + image * (OUT_IMAGE - PLANES * OUT(0) * OUT(1) * OUT(2)), 0)
}
