/* SPDX-License-Identifier: Apache-2.0 */
#include "base/boxes.h"

#include <math.h>
#include <stdbool.h>

static double overlap_of_boxes(double a0, double a1, double b0, double b1)
{
    return fmin(fmax(a0, a1), fmax(b0, b1)) - fmax(fmin(a0, a1), fmin(b0, b1));
}

static double area(const double *box)
{
    return fabs((box[2] - box[0]) * (box[3] - box[1]));
}

static bool covers(const double *a, const double *b, double limit)
{
    const double height = overlap_of_boxes(a[0], a[2], b[0], b[2]), width = overlap_of_boxes(a[1], a[3], b[1], b[3]),
                 common = height * width;
    return height > 0 && width > 0 && common > limit * (area(a) + area(b) - common);
}

int64_t ncl_boxes_choose(const double *box, double *rest, int64_t count, double limit)
{
    int64_t best = -1;
    for (int64_t i = 0; i < count; i++)
        if (rest[i] > (best < 0 ? -INFINITY : rest[best]))
            best = i;
    for (int64_t i = 0; i < count && best >= 0; i++)
        if (i == best || covers(box + 4 * best, box + 4 * i, limit))
            rest[i] = -INFINITY;
    return best;
}
