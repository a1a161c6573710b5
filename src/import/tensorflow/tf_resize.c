/* SPDX-License-Identifier: Apache-2.0 */
/* Resampling of two axes, as the kernels of TensorFlow and of Lite do it: for each element of the result the two that
 * it lies between, by constant indices. */
#include <math.h>
#include <string.h>

#include "import/tensorflow/tf.h"

struct resize {
    bool nearest, align_corners, half_pixel;
    bool quantized; /* places of 10 bits behind the point, one rounding for both axes */
};

static int64_t place_of_10_bits(const struct resize *r, int64_t i, int64_t from, int64_t to)
{
    if (r->align_corners && to > 1) {
        from--;
        to--;
    }
    const int64_t scale = (1024 * from + to / 2) / to;
    return i * scale + (r->half_pixel ? scale / 2 - 512 : 0);
}

/* Where element i of `to` lies in `from`. */
static double resize_place(const struct resize *r, int64_t i, int64_t from, int64_t to)
{
    if (r->quantized)
        return (double)place_of_10_bits(r, i, from, to) / 1024;
    if (r->align_corners && to > 1)
        return (double)i * (double)(from - 1) / (double)(to - 1);
    const float scale = (float)from / (float)to; /* as the kernels of TensorFlow have it */
    return r->half_pixel ? ((double)i + 0.5) * scale - (r->nearest ? 0 : 0.5) : (double)i * scale;
}

static int64_t resize_clamp(double place, int64_t extent)
{
    return place < 0 ? 0 : place > (double)(extent - 1) ? extent - 1 : (int64_t)place;
}

static struct ncl_tensor *resize_nearest(struct ncl_import *import, const struct resize *r, struct ncl_tensor *x,
                                         int axis, int64_t to, int64_t *index)
{
    const int64_t from = x->shape.extent[axis];
    for (int64_t i = 0; i < to; i++) {
        const double place = resize_place(r, i, from, to);
        index[i] = resize_clamp(r->align_corners ? round(place) : floor(place), from);
    }
    return ncl_compose_pick(import, x, axis, index, (size_t)to);
}

/* (1 - w) x[low] + w x[low + 1] = x[low] + w (x[low + 1] - x[low]) */
static struct ncl_tensor *resize_linear(struct ncl_import *import, const struct resize *r, struct ncl_tensor *x,
                                        int axis, int64_t to, int64_t *index)
{
    const int64_t from = x->shape.extent[axis];
    nnefcl_shape shape = {.rank = x->shape.rank};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == axis ? to : 1;
    struct ncl_known *weight = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!weight) {
        ncl_import_nomem(import);
        return x;
    }
    for (int64_t i = 0; i < to; i++) {
        double place = resize_place(r, i, from, to);
        place = place < 0 ? 0 : place;
        index[i] = resize_clamp(floor(place), from);
        weight->real[i] = index[i] == from - 1 ? 0 : place - (double)index[i];
    }
    struct ncl_tensor *low = ncl_compose_pick(import, x, axis, index, (size_t)to);
    for (int64_t i = 0; i < to; i++)
        index[i] += index[i] < from - 1;
    struct ncl_tensor *high = ncl_compose_pick(import, x, axis, index, (size_t)to);
    struct ncl_tensor *step = ncl_compose_binary(import, "mul", ncl_compose_binary(import, "sub", high, low),
                                                 ncl_import_constant(import, weight));
    return ncl_compose_binary(import, "add", low, step);
}

static struct ncl_tensor *resize_axis(struct ncl_import *import, const struct resize *r, struct ncl_tensor *x, int axis,
                                      int64_t to)
{
    if (to == x->shape.extent[axis])
        return x;
    if (to < 1 || to > (int64_t)NCL_KNOWN_MAX) {
        ncl_import_wrong(import, "an output of %lld", (long long)to);
        return x;
    }
    int64_t *index = NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)to);
    if (!index) {
        ncl_import_nomem(import);
        return x;
    }
    return (r->nearest ? resize_nearest : resize_linear)(import, r, x, axis, to, index);
}

/* Whole factors with half pixels have an operation of their own. */
static struct ncl_tensor *resize_whole(struct ncl_import *import, const struct resize *r, struct ncl_tensor *x,
                                       const int64_t *to)
{
    const int64_t *from = x->shape.extent + 2;
    if (to[0] < from[0] || to[1] < from[1] || to[0] % from[0] || to[1] % from[1] || r->align_corners)
        return NULL;
    const int64_t factor[] = {to[0] / from[0], to[1] / from[1]};
    const struct ncl_value factors = ncl_compose_integers(import, factor, 2);
    if (r->nearest)
        return NCL_COMPOSE(import, "nearest_upsample", {"input", ncl_value_tensor(x)}, {"factor", factors});
    return NCL_COMPOSE(import, "multilinear_upsample", {"input", ncl_value_tensor(x)}, {"factor", factors},
                       {"method", ncl_compose_string(r->half_pixel ? "symmetric" : "asymmetric")},
                       {"border", ncl_compose_string("replicate")});
}

void ncl_tf_build_resize(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct resize r = {.nearest = strstr(node->op, "earest") || strstr(node->op, "NEAREST"),
                             .align_corners = ncl_import_integer(import, node, "align_corners", 0) != 0,
                             .half_pixel = ncl_import_integer(import, node, "half_pixel_centers", 0) != 0,
                             .quantized = ncl_tf_is_quantized(node) && strcmp(node->op, "RESIZE_BILINEAR") == 0};
    struct ncl_tensor *x =
        ncl_tf_first(import, r.quantized ? ncl_import_number(import, node, 0) : ncl_tf_tensor(import, node, 0));
    int64_t size[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 1, "the size", size);
    if (import->status)
        return;
    if (count != 2 || x->shape.rank != 4) {
        ncl_import_wrong(import, "%zu extents for rank %d", count, x->shape.rank);
        return;
    }
    struct ncl_tensor *whole = r.quantized ? NULL : resize_whole(import, &r, x, size);
    if (!whole) {
        x = resize_axis(import, &r, x, 2, size[0]);
        whole = resize_axis(import, &r, x, 3, size[1]);
    }
    if (r.quantized)
        ncl_tf_give_whole(import, node, 0, 0, ncl_tf_last(import, ncl_compose_unary(import, "round_away", whole)));
    else
        ncl_tf_give(import, node, 0, ncl_tf_last(import, whole));
}
