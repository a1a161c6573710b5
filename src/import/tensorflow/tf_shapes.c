/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes, transposes, joins. */
#include <string.h>

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
    if (ncl_import_by_parts(import, node, ncl_tf_build_reshape))
        return;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    nnefcl_shape shape = {0};
    size_t count;
    const int64_t *option = ncl_import_integers(import, node, "new_shape", &count);
    if (ncl_import_has(import, node, 1))
        count = ncl_tf_integers(import, node, 1, "the shape", shape.extent);
    else if (count && count <= NNEFCL_MAX_RANK)
        memcpy(shape.extent, option, count * sizeof *option);
    shape.rank = (int)count;
    if (!import->status && complete_shape(import, x, &shape))
        ncl_tf_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}

/* A transpose of a transpose is one, or none. */
void ncl_tf_build_transpose(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_import_by_parts(import, node, ncl_tf_build_transpose))
        return;
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
    if (ncl_import_by_parts(import, node, ncl_tf_build_squeeze))
        return;
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
    if (ncl_import_by_parts(import, node, ncl_tf_build_expand_dims))
        return;
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
