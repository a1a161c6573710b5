/* SPDX-License-Identifier: Apache-2.0 */
/* What moves elements: shapes, transposes, parts, joins, borders. */
#include <string.h>

#include "base/checked.h"
#include "import/tensorflow/tf.h"

/* ---- shapes ---- */

/* One -1 takes what is left; TensorFlow has no 0 that copies. */
static bool complete_shape(struct ncl_import *import, const struct ncl_tensor *x, nnefcl_shape *shape)
{
    int64_t rest = ncl_shape_volume(&x->shape);
    int open = -1;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->extent[i] == -1 && open < 0)
            open = i;
        else if (shape->extent[i] < 1 || rest % shape->extent[i])
            break;
        else
            rest /= shape->extent[i];
        if (i + 1 == shape->rank && (open >= 0 || rest == 1)) {
            if (open >= 0)
                shape->extent[open] = rest;
            return true;
        }
    }
    if (shape->rank == 0 && rest == 1)
        return true;
    char from[NCL_SHAPE_TEXT], to[NCL_SHAPE_TEXT];
    ncl_import_wrong(import, "%s cannot become %s", ncl_shape_text(&x->shape, from), ncl_shape_text(shape, to));
    return false;
}

void ncl_tf_build_reshape(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    nnefcl_shape shape = {0};
    size_t count;
    const int64_t *option = ncl_import_integers(import, node, "new_shape", &count);
    if (ncl_import_has(import, node, 1))
        count = ncl_tf_integers(import, node, 1, "the shape", shape.extent);
    else if (count <= NNEFCL_MAX_RANK)
        memcpy(shape.extent, option, count * sizeof *option);
    shape.rank = (int)count;
    if (!import->status && complete_shape(import, x, &shape))
        ncl_tf_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}

/* A transpose of a transpose is one, or none. */
void ncl_tf_build_transpose(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *source = ncl_tf_source(x);
    int64_t given[NNEFCL_MAX_RANK];
    int axis[NNEFCL_MAX_RANK];
    const int rank = x->shape.rank;
    const size_t count = ncl_tf_integers(import, node, 1, "the order of axes", given);
    bool first = source != NULL, seen[NNEFCL_MAX_RANK] = {false};
    if (!import->status && count != (size_t)rank)
        ncl_import_wrong(import, "%zu axes for rank %d", count, rank);
    for (int i = 0; i < rank && !import->status; i++) {
        axis[i] = ncl_import_axis(import, given[i], rank);
        if (!import->status && seen[axis[i]])
            ncl_import_wrong(import, "axis %d twice", axis[i]);
        seen[axis[i]] = true;
        first &= axis[i] == (i == 0 ? 0 : i == 1 ? rank - 1 : i - 1);
    }
    if (!import->status)
        ncl_tf_give(import, node, 0, first ? source : ncl_compose_transpose(import, x, axis));
}

void ncl_tf_build_squeeze(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    size_t count;
    const int64_t *axis = ncl_import_integers(import, node, "squeeze_dims", &count);
    bool gone[NNEFCL_MAX_RANK] = {false};
    nnefcl_shape shape = {0};
    for (size_t i = 0; i < count && !import->status; i++)
        gone[ncl_import_axis(import, axis[i], x->shape.rank)] = true;
    for (int i = 0; i < x->shape.rank && !import->status; i++) {
        if (gone[i] && x->shape.extent[i] != 1)
            ncl_import_wrong(import, "axis %d has %lld elements", i, (long long)x->shape.extent[i]);
        if (count ? !gone[i] : x->shape.extent[i] != 1)
            shape.extent[shape.rank++] = x->shape.extent[i];
    }
    if (!import->status)
        ncl_tf_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}

void ncl_tf_build_expand_dims(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int64_t axis[NNEFCL_MAX_RANK];
    ncl_tf_integers(import, node, 1, "the axis", axis);
    const int at = ncl_import_axis(import, axis[0], x->shape.rank + 1);
    if (!import->status)
        ncl_tf_give(import, node, 0, ncl_compose_unsqueeze(import, x, at));
}

/* Integers of 32 bits, unless out_type says 64. */
static enum ncl_stored_type index_type(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_tf_detail *detail = node->detail;
    const int64_t type = detail ? (int64_t)detail->element[node->input_count]
                                : ncl_import_integer(import, node, "out_type", NCL_STORED_INT32);
    return type == NCL_STORED_INT64 ? NCL_STORED_INT64 : NCL_STORED_INT32;
}

void ncl_tf_build_shape(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *x = ncl_import_value(import, node, 0);
    const nnefcl_shape list = {.rank = 1, .extent = {x->shape.rank}};
    struct ncl_known *shape = ncl_known_new(&import->scratch, index_type(import, node), &list);
    if (!shape) {
        ncl_import_nomem(import);
        return;
    }
    for (size_t i = 0; i < shape->count; i++)
        shape->integer[i] = x->shape.extent[i];
    ncl_import_give_known(import, node, 0, shape);
}

void ncl_tf_build_rank(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *x = ncl_import_value(import, node, 0);
    double number = x->shape.rank;
    for (int i = 0; strcmp(node->op, "Size") == 0 && i < x->shape.rank; i++)
        number = (i ? number : 1) * (double)x->shape.extent[i];
    const struct ncl_known *known = ncl_known_scalar(&import->scratch, NCL_STORED_INT32, number);
    if (known)
        ncl_import_give_known(import, node, 0, known);
    else
        ncl_import_nomem(import);
}

/* ---- joins ---- */

/* Along the channels of tensors that are all transposes: along axis 1 of what they are transposes of. */
static struct ncl_tensor *join(struct ncl_import *import, struct ncl_tensor **item, size_t count, int axis)
{
    const int rank = item[0]->shape.rank;
    bool moved = axis > 0;
    for (size_t i = 0; i < count; i++)
        moved &= ncl_tf_source(item[i]) != NULL;
    for (size_t i = 0; moved && i < count; i++)
        item[i] = ncl_tf_source(item[i]);
    struct ncl_tensor *y = ncl_compose_concat(import, item, count, !moved ? axis : axis == rank - 1 ? 1 : axis + 1);
    return moved ? ncl_tf_last(import, y) : y;
}

static bool is_empty(const nnefcl_shape *shape)
{
    bool empty = false;
    for (int i = 0; i < shape->rank; i++)
        empty |= shape->extent[i] == 0;
    return empty;
}

static void concat_operands(struct ncl_import *import, const struct ncl_import_node *node, size_t first, size_t count,
                            int64_t axis)
{
    struct ncl_tensor **item = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, count);
    if (!item || count == 0) {
        if (count)
            ncl_import_nomem(import);
        else
            ncl_import_wrong(import, "nothing to join");
        return;
    }
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_empty(&ncl_import_value(import, node, first + i)->shape))
            item[filled++] = ncl_tf_tensor(import, node, first + i);
    if (filled == 0)
        ncl_import_refuse(import, "nothing but operands without elements");
    if (import->status)
        return;
    const int at = ncl_import_axis(import, axis, item[0]->shape.rank);
    if (!import->status)
        ncl_tf_give(import, node, 0, join(import, item, filled, at));
}

/* ConcatV2 has the axis last, Concat first. */
void ncl_tf_build_concat(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool old = strcmp(node->op, "Concat") == 0;
    int64_t axis[NNEFCL_MAX_RANK];
    if (node->input_count == 0) {
        ncl_import_wrong(import, "nothing to join");
        return;
    }
    ncl_tf_integers(import, node, old ? 0 : node->input_count - 1, "the axis", axis);
    concat_operands(import, node, old ? 1 : 0, node->input_count - 1, axis[0]);
}

void ncl_tf_build_lite_concat(struct ncl_import *import, const struct ncl_import_node *node)
{
    concat_operands(import, node, 0, node->input_count, ncl_import_integer(import, node, "axis", 0));
}

void ncl_tf_build_pack(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor **item = NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, node->input_count);
    if (!item) {
        ncl_import_nomem(import);
        return;
    }
    const int rank = ncl_tf_tensor(import, node, 0)->shape.rank;
    const int axis = ncl_import_axis(import, ncl_import_integer(import, node, "axis", 0), rank + 1);
    for (size_t i = 0; i < node->input_count && !import->status; i++)
        item[i] = ncl_compose_unsqueeze(import, ncl_tf_tensor(import, node, i), axis);
    if (!import->status)
        ncl_tf_give(import, node, 0, ncl_compose_concat(import, item, node->input_count, axis));
}

/* ---- parts ---- */

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

/* ---- borders, repetitions, indices ---- */

static void pad_with(struct ncl_import *import, const struct ncl_import_node *node, const char *mode, double value)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *source = ncl_tf_source(x);
    const struct ncl_known *pads = ncl_import_need(import, node, 1, "the borders");
    const int rank = x->shape.rank;
    int64_t before[NNEFCL_MAX_RANK], after[NNEFCL_MAX_RANK];
    if (import->status || !pads)
        return;
    if (pads->count != 2 * (size_t)rank) {
        ncl_import_wrong(import, "%zu borders for rank %d", pads->count, rank);
        return;
    }
    for (int i = 0; i < rank; i++) {
        const int to = !source || i == 0 ? i : i == rank - 1 ? 1 : i + 1;
        before[to] = ncl_known_int64(pads, 2 * (size_t)i);
        after[to] = ncl_known_int64(pads, 2 * (size_t)i + 1);
    }
    struct ncl_tensor *y = ncl_compose_pad(import, source ? source : x, before, after, mode, value);
    ncl_tf_give(import, node, 0, source ? ncl_tf_last(import, y) : y);
}

void ncl_tf_build_pad(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *value =
        ncl_import_has(import, node, 2) ? ncl_import_need(import, node, 2, "the value of the border") : NULL;
    pad_with(import, node, "constant", value && value->count ? ncl_known_double(value, 0) : 0);
}

void ncl_tf_build_mirror_pad(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_attribute *mode = ncl_import_attribute(node, "mode");
    const bool symmetric = mode && mode->kind == NCL_ATTRIBUTE_INTEGERS
                               ? ncl_import_integer(import, node, "mode", 0) != 0
                               : strcmp(ncl_import_string(import, node, "mode", "REFLECT"), "SYMMETRIC") == 0;
    pad_with(import, node, symmetric ? "reflect-even" : "reflect", 0);
}

void ncl_tf_build_tile(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int64_t repeats[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 1, "how often", repeats);
    if (!import->status && count != (size_t)x->shape.rank)
        ncl_import_wrong(import, "%zu numbers for rank %d", count, x->shape.rank);
    for (size_t i = 0; i < count && !import->status; i++)
        if (repeats[i] < 1)
            ncl_import_refuse(import, "%lld repetitions", (long long)repeats[i]);
    if (!import->status)
        ncl_tf_give(import, node, 0,
                    NCL_COMPOSE(import, "tile", {"input", ncl_value_tensor(x)},
                                {"repeats", ncl_compose_integers(import, repeats, count)}));
}

/* GatherV2 has the axis as its third operand. An index of rank 0 takes its axis away. */
void ncl_tf_build_gather(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *index = ncl_import_tensor(import, node, 1);
    int64_t given[NNEFCL_MAX_RANK] = {ncl_import_integer(import, node, "axis", 0)};
    if (ncl_import_integer(import, node, "batch_dims", 0))
        ncl_import_refuse(import, "batch_dims");
    if (ncl_import_has(import, node, 2))
        ncl_tf_integers(import, node, 2, "the axis", given);
    const int axis = ncl_import_axis(import, given[0], x->shape.rank);
    const struct ncl_known *known = import->status ? NULL : ncl_import_known(import, node, 1);
    if (known && known->count == 1 && known->shape.rank == 0) {
        const int64_t at = ncl_known_int64(known, 0);
        if (at < 0 || at >= x->shape.extent[axis]) {
            ncl_import_wrong(import, "index %lld of %lld", (long long)at, (long long)x->shape.extent[axis]);
            return;
        }
        x = ncl_compose_slice(import, x, axis, at, at + 1, 1);
        ncl_tf_give(import, node, 0, ncl_compose_squeeze(import, x, axis));
        return;
    }
    if (!import->status)
        ncl_tf_give(import, node, 0,
                    NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(x)}, {"indices", ncl_value_tensor(index)},
                                {"axis", ncl_value_integer(axis)}));
}

void ncl_tf_build_reverse(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    int64_t axis[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, 1, "the axes", axis);
    for (size_t i = 0; i < count && !import->status; i++) {
        const int at = ncl_import_axis(import, axis[i], x->shape.rank);
        if (!import->status)
            x = ncl_compose_slice(import, x, at, x->shape.extent[at] - 1, -1, -1);
    }
    ncl_tf_give(import, node, 0, x);
}

static bool read_shape(struct ncl_import *import, const struct ncl_import_node *node, size_t index, nnefcl_shape *shape)
{
    shape->rank = (int)ncl_tf_integers(import, node, index, "the shape", shape->extent);
    for (int i = 0; i < shape->rank && !import->status; i++)
        if (shape->extent[i] < 1)
            ncl_import_refuse(import, "an extent of %lld", (long long)shape->extent[i]);
    return !import->status;
}

/* Fill: the shape, the value. */
void ncl_tf_build_fill(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape shape;
    if (read_shape(import, node, 0, &shape))
        ncl_tf_give(import, node, 0, ncl_compose_expand(import, ncl_tf_tensor(import, node, 1), &shape));
}

void ncl_tf_build_broadcast(struct ncl_import *import, const struct ncl_import_node *node)
{
    nnefcl_shape shape;
    if (read_shape(import, node, 1, &shape))
        ncl_tf_give(import, node, 0, ncl_compose_expand(import, ncl_tf_tensor(import, node, 0), &shape));
}

/* start, limit, delta */
void ncl_tf_build_range(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *given[3];
    for (size_t i = 0; i < 3; i++)
        if (!(given[i] = ncl_import_need(import, node, i, "a bound of the range")) || given[i]->count != 1)
            return;
    const double start = ncl_known_double(given[0], 0), step = ncl_known_double(given[2], 0),
                 length = (ncl_known_double(given[1], 0) - start) / step;
    if (!(length > 0 && length <= (double)NCL_KNOWN_MAX)) {
        ncl_import_refuse(import, "a range of %g numbers", length);
        return;
    }
    const nnefcl_shape shape = {.rank = 1, .extent = {(int64_t)length + ((double)(int64_t)length < length)}};
    struct ncl_known *range = ncl_known_new(&import->scratch, given[0]->element, &shape);
    for (size_t i = 0; range && i < range->count; i++)
        if (ncl_known_is_real(range))
            range->real[i] = start + (double)i * step;
        else
            range->integer[i] = (int64_t)(start + (double)i * step);
    if (range)
        ncl_import_give_known(import, node, 0, range);
    else
        ncl_import_nomem(import);
}

/* ---- blocks ---- */

/* [n, h, w, b b c] and [n, h b, w b, c] */
void ncl_tf_build_blocks(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int axes[] = {0, 1, 3, 2, 4, 5};
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const int64_t b = ncl_import_integer(import, node, "block_size", 0), *e = x->shape.extent;
    const bool to_space = strncmp(node->op, "D", 1) == 0;
    if (import->status || x->shape.rank != 4 || b < 1 || b > INT16_MAX ||
        (to_space ? e[3] % (b * b) : e[1] % b || e[2] % b)) {
        ncl_import_wrong(import, "blocks of %lld do not fit the operand", (long long)b);
        return;
    }
    const nnefcl_shape apart = {.rank = 6,
                                .extent = {e[0], to_space ? e[1] : e[1] / b, to_space ? e[2] : b,
                                           to_space ? b : e[2] / b, b, to_space ? e[3] / b / b : e[3]}},
                       joined = {.rank = 4,
                                 .extent = {e[0], to_space ? e[1] * b : e[1] / b, to_space ? e[2] * b : e[2] / b,
                                            to_space ? e[3] / b / b : e[3] * b * b}};
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &apart), axes);
    ncl_tf_give(import, node, 0, ncl_compose_reshape(import, x, &joined));
}

/* SpaceToBatchND, BatchToSpaceND: around convolutions with dilation, in TensorFlow 1.
 * [n, h, w, ...] with h = h' b, w = w' d: the block indices go in front of n, or come from there. */
void ncl_tf_build_space_batch(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const bool to_batch = strncmp(node->op, "Space", 5) == 0 || strncmp(node->op, "SPACE", 5) == 0;
    const struct ncl_known *edge = ncl_import_need(import, node, 2, "the borders");
    int64_t block[NNEFCL_MAX_RANK], before[NNEFCL_MAX_RANK] = {0}, after[NNEFCL_MAX_RANK] = {0};
    const int m = (int)ncl_tf_integers(import, node, 1, "the blocks", block), rank = x->shape.rank;
    int axes[2 * NNEFCL_MAX_RANK];
    nnefcl_shape apart = {.rank = rank + m}, joined = {.rank = rank};
    int64_t blocks = 1;
    if (import->status || !edge)
        return;
    if (m < 1 || m >= rank || rank + m > NNEFCL_MAX_RANK || edge->count != 2 * (size_t)m) {
        ncl_import_wrong(import, "blocks that do not fit rank %d", rank);
        return;
    }
    for (int i = 0; i < m; i++) {
        const int64_t sign = to_batch ? 1 : -1;
        before[i + 1] = sign * ncl_known_int64(edge, 2 * (size_t)i);
        after[i + 1] = sign * ncl_known_int64(edge, 2 * (size_t)i + 1);
        if (block[i] < 1 || block[i] > INT16_MAX || !ncl_mul_i64(blocks, block[i], &blocks))
            ncl_import_wrong(import, "a block of %lld", (long long)block[i]);
    }
    if (!import->status && to_batch)
        x = ncl_compose_pad(import, x, before, after, "constant", 0);
    const int64_t *e = x->shape.extent;
    for (int i = 0; i < m && !import->status; i++)
        if (to_batch ? e[i + 1] % block[i] : e[0] % blocks)
            ncl_import_wrong(import, "blocks that do not divide the extents");
    if (import->status)
        return;
    joined.extent[0] = to_batch ? e[0] * blocks : e[0] / blocks;
    for (int i = 1; i < rank; i++)
        joined.extent[i] = i > m ? e[i] : to_batch ? e[i] / block[i - 1] : e[i] * block[i - 1];
    apart.extent[to_batch ? 0 : m] = to_batch ? e[0] : joined.extent[0];
    for (int i = 0; i < m; i++) {
        apart.extent[to_batch ? 2 * i + 2 : i] = block[i];
        apart.extent[to_batch ? 2 * i + 1 : m + 1 + i] = to_batch ? joined.extent[i + 1] : e[i + 1];
        axes[to_batch ? i : 2 * i + 2] = to_batch ? 2 * i + 2 : i;
        axes[to_batch ? m + 1 + i : 2 * i + 1] = to_batch ? 2 * i + 1 : m + 1 + i;
    }
    axes[to_batch ? m : 0] = to_batch ? 0 : m;
    for (int i = m + 1; i < rank; i++) {
        apart.extent[m + i] = e[i];
        axes[m + i] = m + i;
    }
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &apart), axes);
    x = ncl_compose_reshape(import, x, &joined);
    ncl_tf_give(import, node, 0, to_batch ? x : ncl_compose_pad(import, x, before, after, "constant", 0));
}
