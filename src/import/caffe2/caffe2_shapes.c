/* SPDX-License-Identifier: Apache-2.0 */
/* Element by element, and what moves elements. */
#include <string.h>

#include "import/caffe2/caffe2.h"

void ncl_caffe2_build_unary(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_caffe2_result(import, node, ncl_compose_unary(import, import->op->as, ncl_caffe2_tensor(import, node, 0)));
}

/* The second operand lies at `axis` of the first, or at its end. */
void ncl_caffe2_build_binary(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *y = ncl_import_tensor(import, node, 1);
    const int64_t axis = ncl_import_integer(import, node, "axis", -1);
    if (axis >= 0 && y->shape.rank > 0 && axis + y->shape.rank < x->shape.rank) {
        nnefcl_shape shape = y->shape;
        for (int64_t at = axis + y->shape.rank; at < x->shape.rank; at++)
            shape.extent[shape.rank++] = 1;
        y = ncl_compose_reshape(import, y, &shape);
    }
    ncl_import_give(import, node, 0, ncl_compose_binary(import, import->op->as, x, y));
}

void ncl_caffe2_build_sum(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *y = ncl_import_tensor(import, node, 0);
    for (size_t i = 1; i < node->input_count; i++)
        y = ncl_compose_binary(import, import->op->as, y, ncl_import_tensor(import, node, i));
    ncl_import_give(import, node, 0, y);
}

void ncl_caffe2_build_pass(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (strcmp(node->op, "Dropout") == 0 && !ncl_import_integer(import, node, "is_test", 0))
        ncl_import_refuse(import, "in training (is_test 0)");
    else
        ncl_import_pass(import, node, 0, ncl_import_value(import, node, 0));
}

void ncl_caffe2_build_leaky(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_caffe2_result(import, node,
                      NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(ncl_caffe2_tensor(import, node, 0))},
                                  {"alpha", ncl_value_scalar(ncl_import_scalar(import, node, "alpha", 0.01))}));
}

void ncl_caffe2_build_elu(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "elu", {"x", ncl_value_tensor(ncl_import_tensor(import, node, 0))},
                                {"alpha", ncl_value_scalar(ncl_import_scalar(import, node, "alpha", 1))}));
}

void ncl_caffe2_build_prelu(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0), *slope = ncl_import_tensor(import, node, 1);
    nnefcl_shape shape = {.rank = ncl_shape_volume(&slope->shape) == 1 ? 0 : x->shape.rank};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == 1 ? ncl_shape_volume(&slope->shape) : 1;
    ncl_caffe2_give(import, node,
                    NCL_COMPOSE(import, "prelu", {"x", ncl_value_tensor(x)},
                                {"alpha", ncl_value_tensor(ncl_compose_reshape(import, slope, &shape))}));
}

void ncl_caffe2_build_clip(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (ncl_import_attribute(node, "max"))
        x = ncl_compose_with(import, "min", x, ncl_import_scalar(import, node, "max", 0));
    if (ncl_import_attribute(node, "min"))
        x = ncl_compose_with(import, "max", x, ncl_import_scalar(import, node, "min", 0));
    ncl_import_give(import, node, 0, x);
}

/* Axes from `axis` on are one. */
void ncl_caffe2_build_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_tensor(import, node, 0);
    const int first = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 1), x->shape.rank);
    int64_t axis[NNEFCL_MAX_RANK];
    size_t count = 0;
    for (int i = first; i < x->shape.rank; i++)
        axis[count++] = i;
    if (!import->status)
        ncl_caffe2_result(import, node,
                          NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(x)},
                                      {"axes", ncl_compose_integers(import, axis, count)}));
}

void ncl_caffe2_build_reduce(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    size_t count;
    const int64_t *given = ncl_import_integers(import, node, "axes", &count);
    int axis[NNEFCL_MAX_RANK];
    const size_t all = count ? count : (size_t)x->shape.rank;
    for (size_t i = 0; i < all && i < NNEFCL_MAX_RANK && !import->status; i++)
        axis[i] = count ? ncl_import_axis(import, given[i], x->shape.rank) : (int)i;
    if (!import->status && all <= NNEFCL_MAX_RANK)
        ncl_import_give(import, node, 0,
                        ncl_compose_reduce(import, import->op->as, x, axis, all,
                                           ncl_import_integer(import, node, "keepdims", 1) != 0));
}

/* ---- joins and parts ---- */

/* `axis`, else that of the channels; Int8Concat that is told no order joins the first axes. */
static int axis_of(struct ncl_import *import, const struct ncl_import_node *node, int rank)
{
    const bool whole = strcmp(node->op, "Int8Concat") == 0 && !ncl_import_attribute(node, "order");
    const int64_t channels = whole ? 0 : ncl_caffe2_is_last(import, node) ? rank - 1 : 1;
    return ncl_import_axis(import, ncl_import_integer(import, node, "axis", channels), rank);
}

/* The extents that were joined are a result too. */
void ncl_caffe2_build_concat(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor **item = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, node->input_count);
    int64_t *extent = NCL_NEW_ARRAY(&import->scratch, int64_t, node->input_count);
    const bool adds = ncl_import_integer(import, node, "add_axis", 0) != 0;
    if (!item || !extent || node->input_count == 0) {
        ncl_import_wrong(import, "nothing to join");
        return;
    }
    for (size_t i = 0; i < node->input_count; i++)
        item[i] = ncl_caffe2_tensor(import, node, i);
    const int axis = axis_of(import, node, item[0]->shape.rank + adds);
    for (size_t i = 0; i < node->input_count && !import->status; i++) {
        item[i] = adds ? ncl_compose_unsqueeze(import, item[i], axis) : item[i];
        extent[i] = item[i]->shape.rank > axis ? item[i]->shape.extent[axis] : 0;
    }
    if (import->status)
        return;
    ncl_caffe2_result(import, node, ncl_compose_concat(import, item, node->input_count, axis));
    ncl_import_give_known(import, node, 1, ncl_known_integers(&import->scratch, extent, node->input_count));
}

/* The extents of parts are an argument, an operand, or equal. */
void ncl_caffe2_build_split(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int axis = axis_of(import, node, x->shape.rank);
    size_t count;
    const int64_t *part = ncl_import_integers(import, node, "split", &count);
    const struct ncl_known *known =
        ncl_import_has(import, node, 1) ? ncl_import_need(import, node, 1, "the extents of parts") : NULL;
    int64_t begin = 0;
    if (import->status)
        return;
    const int64_t extent = x->shape.extent[axis], parts = (int64_t)node->output_count;
    count = known ? known->count : count;
    if (parts == 0 || (count ? (int64_t)count != parts : extent % parts != 0)) {
        ncl_import_wrong(import, "%lld elements in %lld parts", (long long)extent, (long long)parts);
        return;
    }
    for (size_t i = 0; i < node->output_count && !import->status; i++) {
        const int64_t size = known ? ncl_known_int64(known, i) : count ? part[i] : extent / parts;
        if (size < 1 || size > extent - begin)
            ncl_import_wrong(import, "a part of %lld elements", (long long)size);
        else
            ncl_import_give(import, node, i, ncl_compose_slice(import, x, axis, begin, begin + size, 1));
        begin += size;
    }
}

/* An argument, or an operand of integers. */
static const int64_t *bounds_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                const char *name, size_t *count)
{
    const int64_t *given = ncl_import_integers(import, node, name, count);
    const struct ncl_known *known =
        *count == 0 && ncl_import_has(import, node, index) ? ncl_import_need(import, node, index, name) : NULL;
    if (!known || import->status)
        return given;
    if (ncl_known_is_real(known)) {
        ncl_import_wrong(import, "%s are no integers", name);
        return NULL;
    }
    *count = known->count;
    return known->integer;
}

void ncl_caffe2_build_slice(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_tensor(import, node, 0);
    size_t count, ends;
    const int64_t *starts = bounds_of(import, node, 1, "starts", &count),
                  *end = bounds_of(import, node, 2, "ends", &ends);
    if (!import->status && (count != (size_t)x->shape.rank || ends != count))
        ncl_import_refuse(import, "%zu starts for rank %d", count, x->shape.rank);
    for (int i = 0; i < x->shape.rank && !import->status; i++) {
        const int64_t extent = x->shape.extent[i], from = starts[i] < 0 ? starts[i] + extent + 1 : starts[i];
        int64_t to = end[i] < 0 ? end[i] + extent + 1 : end[i];
        to = to > extent ? extent : to;
        if (from < 0 || from >= to)
            ncl_import_wrong(import, "elements from %lld to %lld of %lld", (long long)from, (long long)to,
                             (long long)extent);
        else if (to - from < extent)
            x = ncl_compose_slice(import, x, i, from, to, 1);
    }
    ncl_caffe2_result(import, node, x);
}

/* ---- shapes ---- */

void ncl_caffe2_build_flatten(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_tensor(import, node, 0);
    const int64_t axis = ncl_import_integer(import, node, "axis", 1);
    if (axis < 0 || axis > x->shape.rank) {
        ncl_import_wrong(import, "axis %lld of %d", (long long)axis, x->shape.rank);
        return;
    }
    const nnefcl_shape shape = {
        .rank = 2,
        .extent = {ncl_shape_span(&x->shape, 0, (int)axis), ncl_shape_span(&x->shape, (int)axis, x->shape.rank)}};
    ncl_caffe2_result(import, node, ncl_compose_reshape(import, x, &shape));
}

/* 0 takes the extent of the operand, -1 what is left. The shape that it had is a result too. */
void ncl_caffe2_build_reshape(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_tensor(import, node, 0);
    size_t count;
    const int64_t *given = ncl_import_integers(import, node, "shape", &count);
    const struct ncl_known *known =
        count == 0 && ncl_import_has(import, node, 1) ? ncl_import_need(import, node, 1, "the shape") : NULL;
    nnefcl_shape shape = {.rank = (int)(known ? known->count : count)};
    int64_t rest = ncl_shape_volume(&x->shape);
    int open = -1;
    if (import->status || shape.rank > NNEFCL_MAX_RANK) {
        ncl_import_refuse(import, "a shape of %d extents", shape.rank);
        return;
    }
    for (int i = 0; i < shape.rank; i++) {
        const int64_t extent = known ? ncl_known_int64(known, (size_t)i) : given[i];
        shape.extent[i] = extent == 0 && i < x->shape.rank ? x->shape.extent[i] : extent;
        if (extent == -1)
            open = i;
        else
            rest = shape.extent[i] < 1 || rest % shape.extent[i] ? 0 : rest / shape.extent[i];
        if (rest == 0)
            break;
    }
    if (open >= 0)
        shape.extent[open] = rest;
    if (rest < 1 || (open < 0 && rest != 1))
        ncl_import_wrong(import, "the shape does not fit the operand");
    if (import->status)
        return;
    ncl_caffe2_result(import, node, ncl_compose_reshape(import, x, &shape));
    ncl_import_give_known(import, node, 1,
                          ncl_known_integers(&import->scratch, x->shape.extent, (size_t)x->shape.rank));
}

/* In the shape of another operand. */
void ncl_caffe2_build_reshape_like(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const nnefcl_shape shape = ncl_import_value(import, node, 1)->shape;
    if (!import->status && ncl_shape_volume(&shape) != ncl_shape_volume(&x->shape))
        ncl_import_wrong(import, "the shape does not fit the operand");
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}

void ncl_caffe2_build_transpose(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_caffe2_tensor(import, node, 0);
    size_t count;
    const int64_t *given = ncl_import_integers(import, node, "axes", &count);
    const int rank = x->shape.rank;
    int axis[NNEFCL_MAX_RANK];
    bool taken[NNEFCL_MAX_RANK] = {false};
    if (count && count != (size_t)rank)
        ncl_import_wrong(import, "%zu axes for rank %d", count, rank);
    for (int i = 0; i < rank && !import->status; i++) {
        axis[i] = count ? ncl_import_axis(import, given[i], rank) : rank - 1 - i;
        if (!import->status && taken[axis[i]])
            ncl_import_wrong(import, "axis %d twice", axis[i]);
        taken[axis[i]] = true;
    }
    if (!import->status)
        ncl_caffe2_result(import, node, ncl_compose_transpose(import, x, axis));
}

/* NHWC2NCHW and back */
void ncl_caffe2_build_order(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const bool first = strcmp(node->op, "NHWC2NCHW") == 0;
    ncl_import_give(import, node, 0,
                    first ? ncl_compose_channels_first(import, x) : ncl_compose_channels_last(import, x));
}

void ncl_caffe2_build_squeeze(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    size_t count;
    const int64_t *dims = ncl_import_integers(import, node, "dims", &count);
    bool gone[NNEFCL_MAX_RANK] = {false};
    nnefcl_shape shape = {0};
    for (size_t i = 0; i < count && !import->status; i++)
        gone[ncl_import_axis(import, dims[i], x->shape.rank)] = true;
    for (int i = 0; i < x->shape.rank && !import->status; i++)
        if (!gone[i])
            shape.extent[shape.rank++] = x->shape.extent[i];
        else if (x->shape.extent[i] != 1)
            ncl_import_wrong(import, "axis %d has %lld elements", i, (long long)x->shape.extent[i]);
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}

void ncl_caffe2_build_expand_dims(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    size_t count;
    const int64_t *dims = ncl_import_integers(import, node, "dims", &count);
    for (size_t i = 0; i < count && !import->status; i++) {
        const int axis = ncl_import_axis(import, dims[i], x->shape.rank + 1);
        if (!import->status)
            x = ncl_compose_unsqueeze(import, x, axis);
    }
    ncl_import_give(import, node, 0, x);
}

void ncl_caffe2_build_pad(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const char *const modes[][2] = {{"constant", "constant"}, {"reflect", "reflect"}, {"edge", "replicate"}};
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0);
    const char *given = ncl_import_string(import, node, "mode", "constant"), *mode = NULL;
    const int64_t pad = ncl_import_integer(import, node, "pad", 0);
    const int64_t before[NNEFCL_MAX_RANK] = {0, 0, ncl_import_integer(import, node, "pad_t", pad),
                                             ncl_import_integer(import, node, "pad_l", pad)},
                  after[NNEFCL_MAX_RANK] = {0, 0, ncl_import_integer(import, node, "pad_b", pad),
                                            ncl_import_integer(import, node, "pad_r", pad)};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(given, modes[i][0]) == 0)
            mode = modes[i][1];
    if (!mode || x->shape.rank != 4)
        ncl_import_refuse(import, "mode '%s' for rank %d", given, x->shape.rank);
    else
        ncl_caffe2_give(import, node,
                        ncl_compose_pad(import, x, before, after, mode, ncl_import_scalar(import, node, "value", 0)));
}

/* [n, g k, h, w] as [n, g, k, ...], the two axes exchanged. */
void ncl_caffe2_build_shuffle(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int swap[] = {0, 2, 1, 3, 4};
    struct ncl_tensor *x = ncl_caffe2_first(import, node, 0);
    const int64_t groups = ncl_import_integer(import, node, "group", 1), *e = x->shape.extent;
    if (x->shape.rank != 4 || groups < 1 || e[1] % groups) {
        ncl_import_wrong(import, "%lld groups for rank %d", (long long)groups, x->shape.rank);
        return;
    }
    const nnefcl_shape apart = {.rank = 5, .extent = {e[0], groups, e[1] / groups, e[2], e[3]}}, joined = x->shape;
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &apart), swap);
    ncl_caffe2_give(import, node, ncl_compose_reshape(import, x, &joined));
}
