/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a tensor: Split, Unpack, Slice, StridedSlice. */
#include <string.h>

#include "import/fold.h"
#include "import/tensorflow/tf.h"

static void give_parts(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x, int axis,
                       const int64_t *part, bool squeeze)
{
    struct ncl_tensor **item = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, node->output_count);
    if (!item) {
        ncl_import_nomem(import);
        return;
    }
    ncl_compose_split(import, x, axis, part, node->output_count, item);
    for (size_t i = 0; i < node->output_count && !import->status; i++)
        if (ncl_import_wants(import, node, i))
            ncl_tf_give(import, node, i, squeeze ? ncl_compose_squeeze(import, item[i], axis) : item[i]);
}

static void split_evenly(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x, int axis,
                         bool squeeze)
{
    const int64_t extent = import->status ? 0 : x->shape.extent[axis], count = (int64_t)node->output_count;
    int64_t *part = NCL_NEW_ARRAY(&import->scratch, int64_t, node->output_count);
    if (!part)
        ncl_import_nomem(import);
    else if (!import->status && (extent % count || (squeeze && extent != count)))
        ncl_import_wrong(import, "%lld elements in %lld parts", (long long)extent, (long long)count);
    for (int64_t i = 0; part && i < count; i++)
        part[i] = extent / count;
    if (!import->status)
        give_parts(import, node, x, axis, part, squeeze);
}

/* Split: the axis, then the tensor. */
void ncl_tf_build_split(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 1);
    int64_t axis[NNEFCL_MAX_RANK];
    ncl_tf_integers(import, node, 0, "the axis", axis);
    const int at = ncl_import_axis(import, axis[0], x->shape.rank);
    split_evenly(import, node, x, at, false);
}

/* SplitV: the tensor, the extents, the axis. */
void ncl_tf_build_split_v(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const struct ncl_known *sizes = ncl_import_need(import, node, 1, "the extents of the parts");
    int64_t axis[NNEFCL_MAX_RANK];
    ncl_tf_integers(import, node, 2, "the axis", axis);
    const int at = ncl_import_axis(import, axis[0], x->shape.rank);
    int64_t *part = NCL_NEW_ARRAY(&import->scratch, int64_t, node->output_count), rest;
    if (import->status || !part)
        return;
    if (sizes->count != node->output_count) {
        ncl_import_wrong(import, "%zu extents for %zu parts", sizes->count, node->output_count);
        return;
    }
    rest = x->shape.extent[at];
    for (size_t i = 0; i < sizes->count; i++)
        rest -= ncl_known_int64(sizes, i) > 0 ? ncl_known_int64(sizes, i) : 0;
    for (size_t i = 0; i < sizes->count; i++)
        part[i] = ncl_known_int64(sizes, i) < 0 ? rest : ncl_known_int64(sizes, i);
    for (size_t i = 0; i < sizes->count && !import->status; i++)
        if (part[i] < 1 || part[i] > x->shape.extent[at])
            ncl_import_wrong(import, "a part of %lld of %lld elements", (long long)part[i],
                             (long long)x->shape.extent[at]);
    if (!import->status)
        give_parts(import, node, x, at, part, false);
}

void ncl_tf_build_unpack(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), x->shape.rank);
    split_evenly(import, node, x, axis, true);
}

/* A slice without elements is known: lists that loops fill are joined of what is in front of an item, the item, and
 * what is behind it. */
static bool give_empty(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_tensor *x,
                       const int64_t *begin, const int64_t *size)
{
    nnefcl_shape shape = {.rank = x->shape.rank};
    bool empty = false;
    for (int i = 0; i < shape.rank; i++) {
        shape.extent[i] = size[i] < 0 ? x->shape.extent[i] - begin[i] : size[i];
        if (begin[i] < 0 || shape.extent[i] < 0 || shape.extent[i] > x->shape.extent[i] - begin[i])
            return false;
        empty |= shape.extent[i] == 0;
    }
    if (!empty || x->dtype != NNEFCL_SCALAR || import->status)
        return false;
    const struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (known)
        ncl_import_give_known(import, node, 0, known);
    else
        ncl_import_nomem(import);
    return true;
}

/* Begin and size; -1: to the end. */
void ncl_tf_build_slice(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_import_by_parts(import, node, ncl_tf_build_slice))
        return;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int64_t begin[NNEFCL_MAX_RANK], size[NNEFCL_MAX_RANK];
    ncl_tf_integers(import, node, 1, "the begin", begin);
    ncl_tf_integers(import, node, 2, "the size", size);
    if (give_empty(import, node, x, begin, size))
        return;
    for (int i = 0; i < x->shape.rank && !import->status; i++) {
        const int64_t extent = x->shape.extent[i], count = size[i] < 0 ? extent - begin[i] : size[i];
        if (begin[i] < 0 || begin[i] >= extent || count < 1 || count > extent - begin[i])
            ncl_import_wrong(import, "%lld elements from %lld of %lld on", (long long)count, (long long)begin[i],
                             (long long)extent);
        else if (count < extent)
            x = ncl_compose_slice(import, x, i, begin[i], begin[i] + count, 1);
    }
    if (!import->status)
        ncl_tf_give(import, node, 0, x);
}

/* One axis of a strided slice, as the language Python has it. */
struct span {
    int64_t begin, end, stride, count;
    bool shrink, added;
    int axis; /* of the operand; added: none */
};

static void span_limit(struct span *span, int64_t extent, bool from_begin, bool to_end)
{
    const bool down = span->stride < 0;
    const int64_t low = down ? -1 : 0, high = down ? extent - 1 : extent;
    int64_t begin = span->begin < 0 ? span->begin + extent : span->begin,
            end = span->end < 0 ? span->end + extent : span->end;
    begin = from_begin ? (down ? high : low) : begin < low ? low : begin > high ? high : begin;
    end = to_end ? (down ? low : high) : end < low ? low : end > high ? high : end;
    span->begin = begin;
    span->end = end;
    span->count =
        down ? (begin - end - span->stride - 1) / -span->stride : (end - begin + span->stride - 1) / span->stride;
}

static size_t read_spans(struct ncl_import *import, const struct ncl_import_node *node, const nnefcl_shape *shape,
                         struct span span[2 * NNEFCL_MAX_RANK])
{
    int64_t begin[NNEFCL_MAX_RANK], end[NNEFCL_MAX_RANK], stride[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 1, "the begin", begin);
    ncl_tf_integers(import, node, 2, "the end", end);
    ncl_tf_integers(import, node, 3, "the strides", stride);
    const int64_t begin_mask = ncl_import_integer(import, node, "begin_mask", 0),
                  end_mask = ncl_import_integer(import, node, "end_mask", 0),
                  ellipsis = ncl_import_integer(import, node, "ellipsis_mask", 0),
                  added = ncl_import_integer(import, node, "new_axis_mask", 0),
                  shrink = ncl_import_integer(import, node, "shrink_axis_mask", 0);
    size_t spans = 0, taken = 0;
    int axis = 0;
    for (size_t i = 0; i < count; i++)
        taken += !(ellipsis >> i & 1) && !(added >> i & 1);
    for (size_t i = 0; i < count && !import->status; i++) {
        if (ellipsis >> i & 1) {
            for (int rest = shape->rank - (int)taken; rest > 0 && spans < 2 * NNEFCL_MAX_RANK; rest--, axis++)
                span[spans++] =
                    (struct span){.axis = axis, .end = shape->extent[axis], .stride = 1, .count = shape->extent[axis]};
            continue;
        }
        struct span *s = &span[spans];
        *s = (struct span){begin[i], end[i], stride[i], 1, shrink >> i & 1, added >> i & 1, axis};
        if (++spans == 2 * NNEFCL_MAX_RANK || (!s->added && axis >= shape->rank) || stride[i] == 0) {
            ncl_import_wrong(import, "the slice does not fit rank %d", shape->rank);
            return 0;
        }
        if (s->added)
            continue;
        if (s->shrink) {
            s->begin += s->begin < 0 ? shape->extent[axis] : 0;
            s->end = s->begin + 1;
            s->stride = 1;
        } else {
            span_limit(s, shape->extent[axis], begin_mask >> i & 1, end_mask >> i & 1);
        }
        if (s->count < 1 || s->begin < 0 || s->begin >= shape->extent[axis])
            ncl_import_refuse(import, "a slice without elements along axis %d", axis);
        axis++;
    }
    for (; axis < shape->rank && spans < 2 * NNEFCL_MAX_RANK; axis++)
        span[spans++] =
            (struct span){.axis = axis, .end = shape->extent[axis], .stride = 1, .count = shape->extent[axis]};
    return import->status ? 0 : spans;
}

void ncl_tf_build_strided_slice(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_import_by_parts(import, node, ncl_tf_build_strided_slice))
        return;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    struct span span[2 * NNEFCL_MAX_RANK];
    const size_t count = read_spans(import, node, &x->shape, span);
    nnefcl_shape shape = {0};
    bool reshaped = false;
    for (size_t i = 0; i < count && !import->status; i++) {
        const struct span *s = &span[i];
        if (!s->added && (s->count != x->shape.extent[s->axis] || s->stride != 1))
            x = ncl_compose_slice(import, x, s->axis, s->begin, s->end, s->stride);
        reshaped |= s->added || s->shrink;
        if (!s->shrink && shape.rank < NNEFCL_MAX_RANK)
            shape.extent[shape.rank++] = s->count;
    }
    if (!import->status)
        ncl_tf_give(import, node, 0, reshaped ? ncl_compose_reshape(import, x, &shape) : x);
}

const struct ncl_known *ncl_tf_known_spans(struct ncl_import *import, const struct ncl_import_node *node,
                                           const struct ncl_known *x)
{
    struct span span[2 * NNEFCL_MAX_RANK];
    const size_t count = read_spans(import, node, &x->shape, span);
    nnefcl_shape shape = {0};
    for (size_t i = 0; i < count && x; i++) {
        const struct span *s = &span[i];
        if (!s->added)
            x = ncl_fold_slice(import, x, s->axis, s->begin, s->count, s->stride);
        if (!s->shrink && shape.rank < NNEFCL_MAX_RANK)
            shape.extent[shape.rank++] = s->count;
    }
    return x && !import->status ? ncl_known_reshape(&import->scratch, x, &shape) : NULL;
}
