/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that normalize, reduce, and move elements. */
#include <string.h>

#include "import/caffe/caffe.h"

/* x / (k + alpha / n sum(x^2))^beta: the mean that NNEF takes, over channels or over a window of the plane. */
void ncl_caffe_build_lrn(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Lrn *given = ncl_caffe_layer(node)->lrn_param;
    const Caffe__Lrn standard = CAFFE__LRN__INIT, *p = given ? given : &standard;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t n = p->local_size;
    const bool across = p->norm_region == CAFFE__LRN__REGION__ACROSS_CHANNELS;
    int64_t size[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        size[i] = across ? (i == 1 ? n : 1) : (i < 2 ? 1 : n);
    if (n < 1 || n % 2 == 0) {
        ncl_import_wrong(import, "a window of %lld, not an odd one", (long long)n);
        return;
    }
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "local_response_normalization", {"input", ncl_value_tensor(x)},
                                {"size", ncl_compose_integers(import, size, (size_t)x->shape.rank)},
                                {"alpha", ncl_value_scalar(p->alpha)}, {"beta", ncl_value_scalar(p->beta)},
                                {"bias", ncl_value_scalar(across ? p->k : 1)}));
}

static size_t axes_from(const struct ncl_tensor *x, int first, int *axis)
{
    size_t count = 0;
    for (int i = first; i < x->shape.rank; i++)
        axis[count++] = i;
    return count;
}

/* (x - mean) / (standard deviation + eps) */
void ncl_caffe_build_mvn(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Mvn *given = ncl_caffe_layer(node)->mvn_param;
    const Caffe__Mvn standard = CAFFE__MVN__INIT, *p = given ? given : &standard;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    int axis[NNEFCL_MAX_RANK];
    const size_t count = axes_from(x, p->across_channels ? 1 : 2, axis);
    x = ncl_compose_binary(import, "sub", x, ncl_compose_reduce(import, "mean_reduce", x, axis, count, true));
    if (p->normalize_variance) {
        struct ncl_tensor *v =
            ncl_compose_reduce(import, "mean_reduce", ncl_compose_unary(import, "sqr", x), axis, count, true);
        v = ncl_compose_with(import, "add", ncl_compose_unary(import, "sqrt", v), p->eps);
        x = ncl_compose_binary(import, "div", x, v);
    }
    ncl_import_give(import, node, 0, x);
}

/* SSD: x / sqrt(sum(x^2) + eps), times a weight for each channel or for all. */
void ncl_caffe_build_normalize(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Normalize *given = ncl_caffe_layer(node)->norm_param;
    const Caffe__Normalize standard = CAFFE__NORMALIZE__INIT, *p = given ? given : &standard;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    struct ncl_tensor *scale = ncl_import_tensor(import, node, ncl_caffe_blob(node, 0));
    int axis[NNEFCL_MAX_RANK] = {1};
    const size_t count = p->across_spatial ? axes_from(x, 1, axis) : 1;
    nnefcl_shape shape = {.rank = x->shape.rank};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == 1 ? ncl_shape_volume(&scale->shape) : 1;
    struct ncl_tensor *norm =
        ncl_compose_reduce(import, "sum_reduce", ncl_compose_unary(import, "sqr", x), axis, count, true);
    norm = ncl_compose_unary(import, "sqrt", ncl_compose_with(import, "add", norm, p->eps));
    x = ncl_compose_binary(import, "div", x, norm);
    ncl_import_give(import, node, 0, ncl_compose_binary(import, "mul", x, ncl_compose_reshape(import, scale, &shape)));
}

/* Also SoftmaxWithLoss, which has labels as its second operand. */
void ncl_caffe_build_softmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Softmax *p = ncl_caffe_layer(node)->softmax_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t axis[] = {ncl_import_axis(import, p ? p->axis : 1, x->shape.rank)};
    if (!import->status)
        ncl_import_give(import, node, 0,
                        NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(x)},
                                    {"axes", ncl_compose_integers(import, axis, 1)}));
}

void ncl_caffe_build_reduction(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Reduction *given = ncl_caffe_layer(node)->reduction_param;
    const Caffe__Reduction standard = CAFFE__REDUCTION__INIT, *p = given ? given : &standard;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    int axis[NNEFCL_MAX_RANK];
    const int at = ncl_import_axis(import, p->axis, x->shape.rank);
    const size_t count = axes_from(x, at, axis);
    if (import->status)
        return;
    if (p->operation == CAFFE__REDUCTION__OPERATION__ASUM)
        x = ncl_compose_unary(import, "abs", x);
    if (p->operation == CAFFE__REDUCTION__OPERATION__SUMSQ)
        x = ncl_compose_unary(import, "sqr", x);
    const bool mean = p->operation == CAFFE__REDUCTION__OPERATION__MEAN;
    x = ncl_compose_reduce(import, mean ? "mean_reduce" : "sum_reduce", x, axis, count, false);
    ncl_import_give(import, node, 0, p->coeff != 1 ? ncl_compose_with(import, "mul", x, p->coeff) : x);
}

/* Without an axis: of all behind the batch, as [n, 1, 1]. */
void ncl_caffe_build_argmax(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__ArgMax *p = ncl_caffe_layer(node)->argmax_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (p && (p->out_max_val || p->top_k != 1)) {
        ncl_import_refuse(import, "more than one index, or values");
        return;
    }
    const bool whole = !p || !p->has_axis;
    const nnefcl_shape row = {
        .rank = 3, .extent = {ncl_shape_span(&x->shape, 0, 1), 1, ncl_shape_span(&x->shape, 1, x->shape.rank)}};
    if (whole && !import->status)
        x = ncl_compose_reshape(import, x, &row);
    const int axis = ncl_import_axis(import, whole ? 2 : p->axis, x->shape.rank);
    if (!import->status)
        ncl_import_give(
            import, node, 0,
            ncl_compose_cast(import, ncl_compose_reduce(import, "argmax_reduce", x, &axis, 1, true), NNEFCL_SCALAR));
}

/* ---- parts and joins ---- */

void ncl_caffe_build_concat(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Concat *p = ncl_caffe_layer(node)->concat_param;
    struct ncl_tensor **item = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, node->input_count);
    const int64_t axis = p && p->has_concat_dim ? (int64_t)p->concat_dim : p ? p->axis : 1;
    if (!item || node->input_count == 0) {
        ncl_import_wrong(import, "nothing to join");
        return;
    }
    for (size_t i = 0; i < node->input_count; i++)
        item[i] = ncl_import_tensor(import, node, i);
    const int at = ncl_import_axis(import, axis, item[0]->shape.rank);
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_concat(import, item, node->input_count, at));
}

/* At the points that are given, or into equal parts. */
void ncl_caffe_build_slice(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Slice *p = ncl_caffe_layer(node)->slice_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const size_t count = node->output_count, points = p ? p->n_slice_point : 0;
    const int64_t axis = p && p->has_slice_dim ? (int64_t)p->slice_dim : p ? p->axis : 1;
    const int at = ncl_import_axis(import, axis, x->shape.rank);
    if (import->status)
        return;
    const int64_t extent = x->shape.extent[at];
    int64_t begin = 0;
    if (count == 0 || (points ? points + 1 != count : extent % (int64_t)count != 0)) {
        ncl_import_wrong(import, "%zu points for %zu parts of %lld", points, count, (long long)extent);
        return;
    }
    for (size_t i = 0; i < count && !import->status; i++) {
        const int64_t end = i + 1 == count ? extent
                            : points       ? (int64_t)p->slice_point[i]
                                           : begin + extent / (int64_t)count;
        if (end <= begin || end > extent)
            ncl_import_wrong(import, "a part from %lld to %lld", (long long)begin, (long long)end);
        else
            ncl_import_give(import, node, i, ncl_compose_slice(import, x, at, begin, end, 1));
        begin = end;
    }
}

void ncl_caffe_build_flatten(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Flatten *p = ncl_caffe_layer(node)->flatten_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int rank = x->shape.rank, first = ncl_import_axis(import, p ? p->axis : 1, rank),
              last = ncl_import_axis(import, p ? p->end_axis : -1, rank);
    nnefcl_shape shape = {0};
    if (import->status || last < first) {
        ncl_import_wrong(import, "axes from %d to %d", first, last);
        return;
    }
    for (int i = 0; i < rank; i = i == first ? last + 1 : i + 1)
        shape.extent[shape.rank++] = i == first ? ncl_shape_span(&x->shape, first, last + 1) : x->shape.extent[i];
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}

/* The extents that stand for axes `first` to `last` of x: 0 takes that of the operand, -1 what is left. */
static bool reshape_part(const Caffe__Shape *given, const nnefcl_shape *x, int first, int last, nnefcl_shape *shape)
{
    int64_t rest = ncl_shape_span(x, first, last);
    int open = -1;
    for (size_t i = 0; i < given->n_dim && shape->rank < NNEFCL_MAX_RANK; i++) {
        const int from = first + (int)i;
        const int64_t dim = given->dim[i], extent = dim == 0 && from < x->rank ? x->extent[from] : dim;
        if (dim == -1 && open < 0)
            open = shape->rank;
        else if (extent < 1 || rest % extent)
            return false;
        else
            rest /= extent;
        shape->extent[shape->rank++] = extent;
    }
    if (open >= 0)
        shape->extent[open] = rest;
    return open >= 0 || rest == 1;
}

/* Axes from `axis` on, `num_axes` of them or all, become others. An axis of -1 is behind the last one. */
void ncl_caffe_build_reshape(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Reshape *p = ncl_caffe_layer(node)->reshape_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int rank = x->shape.rank, first = p ? p->axis < 0 ? rank + p->axis + 1 : p->axis : 0,
              last = p && p->num_axes >= 0 && p->num_axes <= rank ? first + p->num_axes : rank;
    nnefcl_shape shape = {0};
    if (import->status)
        return;
    if (!p || !p->shape || first < 0 || last > rank || first > last || p->num_axes < -1 ||
        p->shape->n_dim + (size_t)(rank - last + first) > NNEFCL_MAX_RANK) {
        ncl_import_wrong(import, "axes that the operand of rank %d has not", rank);
        return;
    }
    for (int i = 0; i < first; i++)
        shape.extent[shape.rank++] = x->shape.extent[i];
    const bool fits = reshape_part(p->shape, &x->shape, first, last, &shape);
    for (int i = last; i < rank; i++)
        shape.extent[shape.rank++] = x->shape.extent[i];
    if (fits)
        ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
    else
        ncl_import_wrong(import, "the shape does not fit the operand");
}

/* The extents of the second operand, from an offset on. */
void ncl_caffe_build_crop(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Crop *p = ncl_caffe_layer(node)->crop_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *like = ncl_import_tensor(import, node, 1);
    const int rank = x->shape.rank, first = ncl_import_axis(import, p ? p->axis : 2, rank);
    const size_t offsets = p ? p->n_offset : 0;
    if (!import->status && (like->shape.rank != rank || (offsets > 1 && offsets != (size_t)(rank - first))))
        ncl_import_wrong(import, "%zu offsets for rank %d", offsets, rank);
    for (int i = first; i < rank && !import->status; i++) {
        const int64_t at = offsets == 0 ? 0 : p->offset[offsets == 1 ? 0 : i - first], count = like->shape.extent[i];
        if (at > x->shape.extent[i] - count)
            ncl_import_wrong(import, "%lld elements from %lld of %lld on", (long long)count, (long long)at,
                             (long long)x->shape.extent[i]);
        else if (count != x->shape.extent[i])
            x = ncl_compose_slice(import, x, i, at, at + count, 1);
    }
    ncl_import_give(import, node, 0, x);
}

void ncl_caffe_build_tile(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Tile *p = ncl_caffe_layer(node)->tile_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int at = ncl_import_axis(import, p ? p->axis : 1, x->shape.rank);
    int64_t repeats[NNEFCL_MAX_RANK];
    for (int i = 0; i < x->shape.rank; i++)
        repeats[i] = i == at && p ? p->tiles : 1;
    if (!p || p->tiles < 1)
        ncl_import_wrong(import, "no number of tiles");
    else
        ncl_import_give(import, node, 0,
                        NCL_COMPOSE(import, "tile", {"input", ncl_value_tensor(x)},
                                    {"repeats", ncl_compose_integers(import, repeats, (size_t)x->shape.rank)}));
}

void ncl_caffe_build_permute(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Permute *p = ncl_caffe_layer(node)->permute_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    bool taken[NNEFCL_MAX_RANK] = {false};
    int axis[NNEFCL_MAX_RANK], count = 0;
    for (size_t i = 0; p && i < p->n_order; i++) {
        if (p->order[i] >= (unsigned)x->shape.rank || taken[p->order[i]]) {
            ncl_import_wrong(import, "an order of axes that is none");
            return;
        }
        taken[p->order[i]] = true;
        axis[count++] = (int)p->order[i];
    }
    for (int i = 0; i < x->shape.rank; i++)
        if (!taken[i])
            axis[count++] = i;
    ncl_import_give(import, node, 0, ncl_compose_transpose(import, x, axis));
}

/* [n, g k, ...] as [n, g, k, ...], the two axes exchanged. */
void ncl_caffe_build_shuffle(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int swap[] = {0, 2, 1, 3};
    const Caffe__ShuffleChannel *p = ncl_caffe_layer(node)->shuffle_channel_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const nnefcl_shape whole = x->shape;
    const int64_t groups = p ? p->group : 1;
    if (whole.rank < 2 || groups < 1 || whole.extent[1] % groups) {
        ncl_import_wrong(import, "%lld groups for rank %d", (long long)groups, whole.rank);
        return;
    }
    const nnefcl_shape apart = {
        .rank = 4,
        .extent = {whole.extent[0], groups, whole.extent[1] / groups, ncl_shape_span(&whole, 2, whole.rank)}};
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &apart), swap);
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &whole));
}

/* Rows of the weights by numbers, which are scalars in Caffe. */
void ncl_caffe_build_embed(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Embed *p = ncl_caffe_layer(node)->embed_param;
    struct ncl_tensor *index = ncl_compose_cast(import, ncl_import_tensor(import, node, 0), NNEFCL_INTEGER),
                      *rows = ncl_import_tensor(import, node, ncl_caffe_blob(node, 0));
    struct ncl_tensor *y = NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(rows)},
                                       {"indices", ncl_value_tensor(index)}, {"axis", ncl_value_integer(0)});
    if (p && p->bias_term && ncl_import_has(import, node, ncl_caffe_blob(node, 1)))
        y = ncl_compose_binary(import, "add", y, ncl_import_tensor(import, node, ncl_caffe_blob(node, 1)));
    ncl_import_give(import, node, 0, y);
}
