/* SPDX-License-Identifier: Apache-2.0 */
#include "pass/view.h"

#include <assert.h>

/* ---- factors ---- */

static void factor_add(struct ncl_view *view, int64_t extent, int64_t stride)
{
    if (extent == 1)
        return;
    assert(view->count < NCL_VIEW_FACTORS);
    view->factor[view->count++] = (struct ncl_view_factor){extent, stride};
}

/* The same, but one that goes on where an outer one steps becomes a part of it. */
static void factor_join(struct ncl_view *view, struct ncl_view_factor factor)
{
    struct ncl_view_factor *outer = view->count ? &view->factor[view->count - 1] : NULL;
    if (outer && outer->stride == factor.extent * factor.stride)
        *outer = (struct ncl_view_factor){outer->extent * factor.extent, factor.stride};
    else
        factor_add(view, factor.extent, factor.stride);
}

/* The first factor of an axis; that of the next one is behind its last. */
static int axis_start(const struct ncl_view *view, int axis)
{
    int at = 0;
    for (int i = 0; i < axis; i++)
        for (int64_t left = view->shape.extent[i]; left > 1; at++)
            left /= view->factor[at].extent;
    return at;
}

/* One factor in place of those of an axis; false: there is none. */
static bool axis_factor(const struct ncl_view *view, int axis, struct ncl_view_factor *factor)
{
    struct ncl_view joined = {.count = 0};
    for (int i = axis_start(view, axis); i < axis_start(view, axis + 1); i++)
        factor_join(&joined, view->factor[i]);
    *factor = joined.count ? joined.factor[0] : (struct ncl_view_factor){1, 0};
    return joined.count <= 1;
}

void ncl_view_begin(struct ncl_view *view, const nnefcl_shape *shape)
{
    *view = (struct ncl_view){.shape = *shape};
    for (int i = 0; i < shape->rank; i++)
        factor_add(view, shape->extent[i], ncl_shape_span(shape, i + 1, shape->rank));
}

bool ncl_view_stride(const struct ncl_view *view, int axis, int64_t *stride)
{
    struct ncl_view_factor factor;
    const bool found = axis_factor(view, axis, &factor);
    *stride = factor.stride;
    return found;
}

/* ---- reshape ---- */

/* Factors from the innermost one on, and what is left of it. */
struct rest {
    const struct ncl_view *from;
    int at;
    struct ncl_view_factor left;
};

/* Takes the factors of an extent, innermost first; false: one of them would have to be cut where it has no divisor. */
static bool rest_take(struct rest *rest, int64_t extent, struct ncl_view *reversed)
{
    while (extent > 1) {
        if (rest->left.extent == 1)
            rest->left = rest->from->factor[--rest->at];
        const int64_t part = rest->left.extent < extent ? rest->left.extent : extent;
        if (extent % part || rest->left.extent % part)
            return false;
        factor_add(reversed, part, rest->left.stride);
        rest->left = (struct ncl_view_factor){rest->left.extent / part, rest->left.stride * part};
        extent /= part;
    }
    return true;
}

static bool view_reshape(struct ncl_view *view, const nnefcl_shape *shape)
{
    struct ncl_view joined = {.count = 0}, reversed = {.count = 0};
    for (int i = 0; i < view->count; i++)
        factor_join(&joined, view->factor[i]);
    struct rest rest = {.from = &joined, .at = joined.count, .left = {1, 0}};
    for (int i = shape->rank; i-- > 0;)
        if (!rest_take(&rest, shape->extent[i], &reversed))
            return false;
    view->shape = *shape;
    view->count = 0;
    for (int i = reversed.count; i-- > 0;)
        factor_add(view, reversed.factor[i].extent, reversed.factor[i].stride);
    return true;
}

/* ---- transpose ---- */

int ncl_view_axis(const struct ncl_node *transpose, int i)
{
    const size_t count = ncl_node_count(transpose, "axes");
    return (size_t)i < count ? (int)ncl_node_integer_at(transpose, "axes", (size_t)i) : i;
}

/* Axis i of what it makes is axis from[i] of its operand; the reverse where `back`. */
static void find_axes(const struct ncl_node *node, bool back, int rank, int from[NNEFCL_MAX_RANK])
{
    for (int i = 0; i < rank; i++) {
        const int axis = ncl_view_axis(node, i);
        from[back ? axis : i] = back ? i : axis;
    }
}

static void view_transpose(struct ncl_view *view, const struct ncl_node *node, bool back)
{
    const struct ncl_view before = *view;
    int from[NNEFCL_MAX_RANK];
    find_axes(node, back, before.shape.rank, from);
    view->count = 0;
    for (int i = 0; i < before.shape.rank; i++) {
        view->shape.extent[i] = before.shape.extent[from[i]];
        for (int k = axis_start(&before, from[i]); k < axis_start(&before, from[i] + 1); k++)
            factor_add(view, before.factor[k].extent, before.factor[k].stride);
    }
}

/* ---- cuts ---- */

static bool view_cut(struct ncl_view *view, int axis, int64_t first, int64_t extent)
{
    const struct ncl_view before = *view;
    struct ncl_view_factor factor;
    if (extent == before.shape.extent[axis])
        return true;
    if (!axis_factor(&before, axis, &factor))
        return false;
    view->first += first * factor.stride;
    view->shape.extent[axis] = extent;
    view->count = axis_start(&before, axis);
    factor_add(view, extent, factor.stride);
    for (int i = axis_start(&before, axis + 1); i < before.count; i++)
        factor_add(view, before.factor[i].extent, before.factor[i].stride);
    return true;
}

static bool view_split(struct ncl_view *view, const struct ncl_node *node, const struct ncl_tensor *made)
{
    const int axis = (int)ncl_node_integer(node, "axis");
    const bool split = ncl_node_is(node, "split");
    int64_t first = 0;
    for (size_t i = 0; ncl_node_result_at(node, 0, i) != made; i++)
        first += split ? ncl_node_result_at(node, 0, i)->shape.extent[axis] : 1;
    return view_cut(view, axis, first, split ? made->shape.extent[axis] : 1) &&
           (split || view_reshape(view, &made->shape));
}

static bool view_slice(struct ncl_view *view, const struct ncl_node *node, const struct ncl_tensor *made)
{
    for (size_t i = 0; i < ncl_node_count(node, "axes"); i++) {
        const int axis = (int)ncl_node_integer_at(node, "axes", i);
        const int64_t begin = ncl_node_integer_at(node, "begin", i),
                      first = begin < 0 ? begin + view->shape.extent[axis] : begin; /* inside: inference has passed */
        if (!view_cut(view, axis, first, made->shape.extent[axis]))
            return false;
    }
    return true;
}

/* ---- nodes ---- */

static bool slice_is_dense(const struct ncl_node *node)
{
    for (size_t i = 0; i < ncl_node_count(node, "stride"); i++)
        if (ncl_node_integer_at(node, "stride", i) != 1)
            return false;
    return true;
}

int ncl_view_factor(const struct ncl_node *node)
{
    for (int side = 0; side < 2 && ncl_node_is(node, "mul"); side++)
        if (ncl_tensor_is_number(node->argument[side].tensor) &&
            ncl_shape_equal(&node->argument[1 - side].tensor->shape, &ncl_node_result(node, 0)->shape))
            return side;
    return -1;
}

bool ncl_view_stays(const struct ncl_node *node)
{
    return ncl_node_is(node, "reshape") || ncl_node_is(node, "squeeze") || ncl_node_is(node, "unsqueeze");
}

bool ncl_view_moves_all(const struct ncl_node *node)
{
    return ncl_view_stays(node) || ncl_node_is(node, "transpose");
}

bool ncl_view_moves(const struct ncl_node *node)
{
    return ncl_view_moves_all(node) || ncl_node_is(node, "split") || ncl_node_is(node, "unstack") ||
           (ncl_node_is(node, "slice") && slice_is_dense(node));
}

bool ncl_view_move(struct ncl_view *view, const struct ncl_node *node, const struct ncl_tensor *made)
{
    assert(ncl_view_moves(node));
    if (ncl_view_stays(node))
        return view_reshape(view, &made->shape);
    if (ncl_node_is(node, "slice"))
        return view_slice(view, node, made);
    if (!ncl_node_is(node, "transpose"))
        return view_split(view, node, made);
    view_transpose(view, node, false);
    return true;
}

bool ncl_view_move_back(struct ncl_view *view, const struct ncl_node *node)
{
    assert(ncl_view_moves_all(node));
    if (ncl_view_stays(node))
        return view_reshape(view, &node->argument[0].tensor->shape);
    view_transpose(view, node, true);
    return true;
}
