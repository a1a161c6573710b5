/* SPDX-License-Identifier: Apache-2.0 */
/* Exporters normalize over channels with these last, between two transposes, and over all of an image in one axis,
 * between two reshapes (torch: layer normalization of images, group normalization):
 *
 *   transpose(layer_norm(transpose(x, axes = [0, 2, 3, 1]), axes = [3]), axes = [0, 3, 1, 2])
 *       = layer_norm(x, axes = [1])
 *
 *   reshape(layer_norm(reshape(x, shape = [n, 1, -1]), axes = [2]), shape = [n, c, h, w])
 *       = layer_norm(x, axes = [1, 2, 3])
 *
 * Where elements change their places the axis that is meant must be that of channels, for which there are kernels that
 * need no transposes. */
#include "pass/moved_norm.h"
#include "pass/view.h"

#include <string.h>

struct moved {
    struct ncl_node *first, *norm, *last;
    const nnefcl_shape *shape;       /* of what is not moved */
    int64_t stride[NNEFCL_MAX_RANK]; /* of an axis of what is normalized: how far its elements lie apart there */
    int within[NNEFCL_MAX_RANK];     /* of an axis there: which axis of what is normalized it is a part of; -1: none */
    bool along[NNEFCL_MAX_RANK];     /* an axis of what is normalized */
};

static bool is_norm(const struct ncl_node *node)
{
    return ncl_node_is(node, "layer_norm") || ncl_node_is(node, "rms_norm") || ncl_node_is(node, "l2_norm") ||
           ncl_node_is(node, "l2_normalization");
}

static bool moved_find(const struct ncl_rewrite *rw, struct ncl_node *last, struct moved *moved)
{
    *moved = (struct moved){.last = last};
    if (!ncl_view_moves_all(last))
        return false;
    moved->norm = ncl_rewrite_producer(rw, last->argument[0].tensor);
    if (!is_norm(moved->norm) || ncl_rewrite_reader(rw, ncl_node_result(moved->norm, 0)) != last)
        return false;
    moved->first = ncl_rewrite_producer(rw, moved->norm->argument[0].tensor);
    if (!moved->first || !ncl_view_moves_all(moved->first))
        return false;
    moved->shape = &moved->first->argument[0].tensor->shape;
    return ncl_shape_equal(moved->shape, &ncl_node_result(last, 0)->shape);
}

/* ---- axes ---- */

static int64_t dense_stride(const nnefcl_shape *shape, int axis)
{
    return ncl_shape_span(shape, axis + 1, shape->rank);
}

/* Does every element come back to its place? */
static bool moved_is_undone(struct moved *moved, struct ncl_view *view)
{
    if (!ncl_view_move(view, moved->last, ncl_node_result(moved->last, 0)))
        return false;
    for (int i = 0; i < moved->shape->rank; i++) {
        int64_t stride;
        if (moved->shape->extent[i] > 1 &&
            (!ncl_view_stride(view, i, &stride) || stride != dense_stride(moved->shape, i)))
            return false;
    }
    return true;
}

/* The axis of what is normalized that all of axis i lies in; -1: there is none. */
static int axis_within(const struct moved *moved, int i)
{
    const nnefcl_shape *shape = &ncl_node_result(moved->norm, 0)->shape;
    const int64_t first = dense_stride(moved->shape, i), end = first * moved->shape->extent[i];
    for (int a = 0; a < shape->rank; a++)
        if (shape->extent[a] > 1 && first >= moved->stride[a] && end <= moved->stride[a] * shape->extent[a])
            return a;
    return -1;
}

/* The axes of both are cuts through the same elements, so where each one there lies in one here, they fill it. */
static bool moved_axes(struct moved *moved)
{
    const nnefcl_shape *shape = &ncl_node_result(moved->norm, 0)->shape;
    struct ncl_view view;
    ncl_view_begin(&view, moved->shape);
    if (!ncl_view_move(&view, moved->first, ncl_node_result(moved->first, 0)))
        return false;
    for (int a = 0; a < shape->rank; a++)
        if (!ncl_view_stride(&view, a, &moved->stride[a]))
            return false;
    for (size_t k = 0; k < ncl_node_count(moved->norm, "axes"); k++)
        moved->along[ncl_node_integer_at(moved->norm, "axes", k)] = true;
    for (int i = 0; i < moved->shape->rank; i++) {
        moved->within[i] = moved->shape->extent[i] > 1 ? axis_within(moved, i) : -1;
        if (moved->shape->extent[i] > 1 && moved->within[i] < 0)
            return false;
    }
    return moved_is_undone(moved, &view);
}

static bool axis_is_along(const struct moved *moved, int i)
{
    return moved->within[i] >= 0 && moved->along[moved->within[i]];
}

static bool moved_is_over_channels(const struct moved *moved)
{
    const int rank = moved->shape->rank;
    for (int i = 0; i < rank; i++)
        if (axis_is_along(moved, i) != (i == 1))
            return false;
    return rank == 3 || rank == 4;
}

static bool moved_pays(const struct moved *moved)
{
    return (ncl_view_stays(moved->first) && ncl_view_stays(moved->last)) || moved_is_over_channels(moved);
}

/* ---- parameters ---- */

/* The shape of scale or offset there; false: its elements would be in another order. */
static bool parameter_shape(const struct moved *moved, const nnefcl_shape *parameter, nnefcl_shape *shape)
{
    int64_t last = INT64_MAX;
    for (int a = 0; a < parameter->rank; a++) {
        if (parameter->extent[a] > 1 && moved->stride[a] > last)
            return false;
        last = parameter->extent[a] > 1 ? moved->stride[a] : last;
    }
    *shape = *moved->shape;
    for (int i = 0; i < shape->rank; i++) {
        const int a = moved->within[i];
        if (a < 0 || a >= parameter->rank || parameter->extent[a] == 1)
            shape->extent[i] = 1;
    }
    return true;
}

static bool is_parameter(const struct ncl_value *value)
{
    return value->kind == NCL_VALUE_TENSOR && value->tensor->shape.rank > 0;
}

static struct ncl_tensor *parameter_make(struct ncl_rewrite *rw, const struct moved *moved, struct ncl_tensor *tensor)
{
    nnefcl_shape shape;
    return parameter_shape(moved, &tensor->shape, &shape) ? ncl_rewrite_reshape(rw, moved->last, tensor, &shape) : NULL;
}

static bool parameters_fit(const struct moved *moved)
{
    nnefcl_shape shape;
    for (size_t k = 1; k < moved->norm->parameter_count; k++)
        if (is_parameter(&moved->norm->argument[k]) &&
            !parameter_shape(moved, &moved->norm->argument[k].tensor->shape, &shape))
            return false;
    return true;
}

/* ---- the change ---- */

static bool moved_become(struct ncl_rewrite *rw, const struct ncl_templates *templates, const struct moved *moved,
                         const struct ncl_value *argument)
{
    const struct ncl_node *norm = moved->norm;
    const struct ncl_signature *own = ncl_names_find(&templates->own, norm->op->name);
    if (own)
        return ncl_rewrite_become_bound(rw, moved->last, own, argument);
    struct ncl_named_value *given = ncl_rewrite_alloc(rw, norm->parameter_count, sizeof *given);
    for (size_t k = 0; given && k < norm->parameter_count; k++)
        given[k] = (struct ncl_named_value){norm->parameter[k], argument[k]};
    return given && ncl_rewrite_become(rw, moved->last, norm->op->name, given, norm->parameter_count);
}

static bool moved_change(struct ncl_rewrite *rw, const struct ncl_templates *templates, const struct moved *moved)
{
    const struct ncl_node *norm = moved->norm;
    struct ncl_value *argument = ncl_rewrite_alloc(rw, norm->parameter_count, sizeof *argument), axis[NNEFCL_MAX_RANK];
    size_t axes = 0;
    if (!argument)
        return false;
    for (int i = 0; i < moved->shape->rank; i++)
        if (axis_is_along(moved, i))
            axis[axes++] = ncl_value_integer(i);
    for (size_t k = 0; k < norm->parameter_count; k++) {
        struct ncl_tensor *made = NULL;
        argument[k] = norm->argument[k];
        if (k > 0 && is_parameter(&argument[k]) && !(made = parameter_make(rw, moved, argument[k].tensor)))
            return false;
        if (made)
            argument[k] = ncl_value_tensor(made);
        if (strcmp(norm->parameter[k], "axes") == 0)
            argument[k] = ncl_value_array(axis, axes);
    }
    argument[0] = moved->first->argument[0];
    return moved_become(rw, templates, moved, argument);
}

bool ncl_moved_norm_change(struct ncl_rewrite *rw, const struct ncl_templates *templates, struct ncl_node *last)
{
    struct moved moved;
    if (!moved_find(rw, last, &moved) || !moved_axes(&moved) || !moved_pays(&moved) || !parameters_fit(&moved) ||
        !moved_change(rw, templates, &moved))
        return false;
    ncl_rewrite_remove(rw, moved.norm);
    if (!ncl_rewrite_uses(rw, ncl_node_result(moved.first, 0)))
        ncl_rewrite_remove(rw, moved.first);
    return true;
}
