/* SPDX-License-Identifier: Apache-2.0 */
/* ResizeBicubic: four neighbours along each of two axes, with weights that the kernels of TensorFlow have in a table of
 * 1024 steps. With half pixels it is the cubic of Keys, and neighbours outside count nothing; else one with more
 * overshoot, and the edge counts for them. */
#include <math.h>
#include <string.h>

#include "import/compose_resize.h"
#include "import/tensorflow/tf.h"

#define STEPS 1024
#define TAPS  4

struct cubic {
    bool align_corners, half_pixel;
};

/* Of a neighbour `distance` steps away, up to two whole ones. */
static double cubic_weight(double a, int64_t distance)
{
    const double x = (double)distance / STEPS;
    return distance <= STEPS ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

/* The four neighbours of element i of `to`, and their weights. */
static void cubic_taps(const struct cubic *c, int64_t i, int64_t from, int64_t to, int64_t index[TAPS],
                       double weight[TAPS])
{
    const bool corners = c->align_corners && to > 1;
    const float scale = corners ? (float)(from - 1) / (float)(to - 1) : (float)from / (float)to,
                place = c->half_pixel ? ((float)i + 0.5f) * scale - 0.5f : (float)i * scale;
    const int64_t first = (int64_t)floorf(place), step = lrintf((place - (float)first) * STEPS);
    double sum = 0;
    for (int k = 0; k < TAPS; k++) {
        const int64_t at = first - 1 + k, distance = k < 2 ? step + (1 - k) * STEPS : (k - 1) * STEPS - step;
        index[k] = at < 0 ? 0 : at > from - 1 ? from - 1 : at;
        weight[k] = c->half_pixel && index[k] != at ? 0 : cubic_weight(c->half_pixel ? -0.5 : -0.75, distance);
        sum += weight[k];
    }
    for (int k = 0; k < TAPS && c->half_pixel && sum != 0; k++)
        weight[k] /= sum;
}

static struct ncl_tensor *cubic_axis(struct ncl_import *import, const struct cubic *c, struct ncl_tensor *x, int axis,
                                     int64_t to)
{
    struct ncl_resize_terms terms;
    if (to < 1)
        ncl_import_wrong(import, "an output of %lld", (long long)to);
    if (import->status || !ncl_resize_terms_new(import, &terms, TAPS, to))
        return x;
    for (int64_t i = 0; i < to; i++)
        cubic_taps(c, i, x->shape.extent[axis], to, terms.index + i * TAPS, terms.weight + i * TAPS);
    return ncl_compose_terms(import, x, axis, &terms);
}

void ncl_tf_build_cubic(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct cubic c = {ncl_import_integer(import, node, "align_corners", 0) != 0,
                            ncl_import_integer(import, node, "half_pixel_centers", 0) != 0};
    struct ncl_tensor *x = ncl_tf_first(import, ncl_tf_tensor(import, node, 0));
    int64_t size[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 1, "the size", size);
    if (!import->status && (count != 2 || x->shape.rank != 4))
        ncl_import_wrong(import, "%zu extents for rank %d", count, x->shape.rank);
    for (int i = 0; i < 2 && !import->status; i++)
        x = cubic_axis(import, &c, x, 2 + i, size[i]);
    ncl_tf_give(import, node, 0, ncl_tf_last(import, x));
}
