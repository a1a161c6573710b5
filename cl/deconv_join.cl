/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of deconv (4.3.1) on devices of many narrow cores: x holds the products of the filter with every
 * input, for each tap j TAP elements, PLANE for all of them;
 *
 *   y[plane][o] = b[plane mod CHANNELS] + sum over j with s | (o + p - j d) of  x~[plane][j][(o + p - j d) / s]
 *
 * o and j over six spatial axes
 *
 * BORDER(i, n)  how x~ continues x        BIAS  1: one for each channel, 0: one
 * arrays: the spatial axes, 1s in front of fewer than six
 * VOLUME        elements of an image of y, which begin IMAGE elements apart
 * tasks: COUNT, the elements of y */
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#define NCL_CELL NCL_T2
#define COUNT SIZE(0)
#define CHANNELS SIZE(1)
#define BIAS SIZE(2)
#define TAPS SIZE(3)
#define TAP SIZE(4)
#define IN(i) SIZE(5 + (i))
#define OUT(i) SIZE(11 + (i))
#define KERNEL(i) SIZE(17 + (i))
#define STRIDE(i) SIZE(23 + (i))
#define DILATION(i) SIZE(29 + (i))
#define BEFORE(i) SIZE(35 + (i))
#define VOLUME SIZE(41)
#define IMAGE SIZE(42)

/* Where tap j reads for the output at o, within the products of that tap; negative: nowhere. */
static INDEX FN(deconv_join_at)(SIZES size, INDEX j, const INDEX *o)
{
    INDEX offset = 0, pitch = 1;
    for (int a = 5; a >= 0; a--) {
        const INDEX up = o[a] + BEFORE(a) - j % KERNEL(a) * DILATION(a), q = up / STRIDE(a), i = BORDER(q, IN(a));
        if (up % STRIDE(a) || i < 0)
            return -1;
        offset += i * pitch;
        pitch *= IN(a);
        j /= KERNEL(a);
    }
    return offset;
}

static void FN(deconv_join)(INDEX task, SIZES size, global const float *x, global const float *b,
                            global NCL_CELL *y CHAIN_PARAMETERS)
{
    INDEX o[6];
    const INDEX plane = NCL_POSITION(task, 6, 11, o), channel = plane % CHANNELS, taps = TAPS, tap = TAP;
    float sum = b[channel * BIAS];
    x += plane * taps * tap;
    for (INDEX j = 0; j < taps; j++) {
        const INDEX at = FN(deconv_join_at)(size, j, o);
        sum += at >= 0 ? x[j * tap + at] : 0.0f;
    }
    NCL_STORE_AFTER(sum, 1, y, task / VOLUME * IMAGE + task % VOLUME, channel)
}
