/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `mask`: attention in shifted windows (Swin) adds two tensors that are known at init to its scores: a bias of
 * places, and, in a shape where images and windows are axes of their own, what keeps parts of a window apart. They are
 * added up at init,
 *
 *   softmax(reshape(reshape(s + a) + b)) = softmax(s + (a + reshape(tile(b))))
 *
 * also where there are several such sums one after the other (Swin V2 of transformers adds b twice). So there is one
 * mask, and `recognize` finds attention. */

#include "pass/pass.h"
#include "pass/view.h"

struct masks {
    struct ncl_rewrite *rw;
    bool *known; /* at init, by tensor id */
    size_t count;
};

/* ---- what is known at init ---- */

/* Tensors of this pass are as known as their first operand. */
static bool mask_known(const struct masks *masks, const struct ncl_tensor *tensor)
{
    while (tensor->id >= masks->count)
        tensor = ncl_rewrite_producer(masks->rw, tensor)->argument[0].tensor;
    return ncl_tensor_is_constant(tensor) || masks->known[tensor->id];
}

static bool value_known(const struct masks *masks, const struct ncl_value *value)
{
    if (value->kind == NCL_VALUE_TENSOR)
        return mask_known(masks, value->tensor);
    if (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE)
        for (size_t i = 0; i < value->count; i++)
            if (!value_known(masks, &value->item[i]))
                return false;
    return true;
}

/* Of results that are lists nothing is said. */
static void node_know(struct masks *masks, const struct ncl_node *node)
{
    bool known = !ncl_node_is(node, "external") && !ncl_node_is(node, "variable") && !ncl_node_is(node, "update");
    for (size_t i = 0; known && i < node->parameter_count; i++)
        known = value_known(masks, &node->argument[i]);
    for (size_t i = 0; known && i < node->result_count; i++)
        if (node->result[i].kind == NCL_VALUE_TENSOR)
            masks->known[node->result[i].tensor->id] = true;
}

static bool masks_begin(struct masks *masks)
{
    masks->count = ncl_rewrite_tensor_count(masks->rw);
    masks->known = ncl_rewrite_alloc(masks->rw, masks->count, sizeof *masks->known);
    for (struct ncl_node *node = ncl_rewrite_first(masks->rw); masks->known && node; node = ncl_rewrite_next(node))
        node_know(masks, node);
    return masks->known;
}

/* ---- one shape in front of the softmax ---- */

/* How a tensor that is added in one shape is added in another one. */
struct fit {
    int64_t repeats[NNEFCL_MAX_RANK], extent[NNEFCL_MAX_RANK];
    bool repeated;
};

static int64_t extent_at(const nnefcl_shape *shape, int axis)
{
    return axis < shape->rank ? shape->extent[axis] : 1;
}

/* Axes from `first` to `end` become one. */
static void fit_join(struct fit *fit, const nnefcl_shape *added, const nnefcl_shape *sum, int first, int end)
{
    for (int i = first; i < end; i++)
        if (extent_at(added, i) == 1 && sum->extent[i] > 1) {
            fit->repeats[i] = sum->extent[i];
            fit->repeated = true;
        }
}

/* `added` is a part of a sum of the shape `sum`, whose axes are those of `scores`, some in several factors. */
static bool fit_find(struct fit *fit, const nnefcl_shape *added, const nnefcl_shape *sum, const nnefcl_shape *scores)
{
    int end = 0;
    *fit = (struct fit){.repeated = false};
    for (int i = 0; i < sum->rank; i++)
        fit->repeats[i] = 1;
    for (int i = 0; i < scores->rank; i++) {
        const int first = end;
        int64_t whole = 1, own = 1;
        for (; whole < scores->extent[i] && end < sum->rank; end++) {
            whole *= sum->extent[end];
            own *= extent_at(added, end);
        }
        if (whole != scores->extent[i])
            return false;
        fit->extent[i] = own == 1 ? 1 : whole;
        if (own > 1)
            fit_join(fit, added, sum, first, end);
    }
    return ncl_shape_span(sum, end, sum->rank) == 1 && (!fit->repeated || added->rank == sum->rank);
}

static struct ncl_value mask_integers(struct ncl_value *item, const int64_t *from, int count)
{
    for (int i = 0; i < count; i++)
        item[i] = ncl_value_integer(from[i]);
    return ncl_value_array(item, (size_t)count);
}

static struct ncl_tensor *fit_make(struct ncl_rewrite *rw, struct ncl_node *before, const struct fit *fit,
                                   struct ncl_tensor *added, int rank)
{
    struct ncl_value item[NNEFCL_MAX_RANK];
    if (fit->repeated) {
        const struct ncl_named_value given[] = {{"input", ncl_value_tensor(added)},
                                                {"repeats", mask_integers(item, fit->repeats, added->shape.rank)}};
        added = ncl_rewrite_made(ncl_rewrite_insert(rw, before, "tile", given, 2));
    }
    if (!added)
        return NULL;
    const struct ncl_named_value given[] = {{"input", ncl_value_tensor(added)},
                                            {"shape", mask_integers(item, fit->extent, rank)}};
    return ncl_rewrite_made(ncl_rewrite_insert(rw, before, "reshape", given, 2));
}

/* The node of a sum whose result `reader` alone reads; NULL: none. */
static struct ncl_node *sum_before(const struct masks *masks, const struct ncl_tensor *tensor,
                                   const struct ncl_node *reader)
{
    struct ncl_node *node = ncl_rewrite_producer(masks->rw, tensor);
    return ncl_node_is(node, "add") && ncl_rewrite_reader(masks->rw, tensor) == reader ? node : NULL;
}

/* Operand `side` of the sum is a reshape of what has the shape of `back` already: what is added is brought there. */
static bool side_flatten(const struct masks *masks, struct ncl_node *back, struct ncl_node *sum, int side)
{
    struct ncl_rewrite *rw = masks->rw;
    struct ncl_tensor *added = sum->argument[1 - side].tensor;
    struct ncl_node *there = ncl_rewrite_producer(rw, sum->argument[side].tensor);
    const nnefcl_shape *scores = &ncl_node_result(back, 0)->shape, *shape = &ncl_node_result(sum, 0)->shape;
    struct fit fit;
    if (!there || !ncl_view_stays(there) || ncl_rewrite_reader(rw, sum->argument[side].tensor) != sum ||
        !ncl_shape_equal(&there->argument[0].tensor->shape, scores) || !mask_known(masks, added) ||
        !ncl_shape_equal(&ncl_node_result(there, 0)->shape, shape) || !fit_find(&fit, &added->shape, shape, scores))
        return false;
    struct ncl_tensor *fitted = fit_make(rw, back, &fit, added, scores->rank);
    if (!fitted)
        return false;
    const struct ncl_named_value given[] = {{"x", there->argument[0]}, {"y", ncl_value_tensor(fitted)}};
    if (!ncl_rewrite_become(rw, back, "add", given, 2))
        return false;
    ncl_rewrite_remove(rw, sum);
    ncl_rewrite_remove(rw, there);
    return true;
}

/* ---- one mask ---- */

/* (scores + a) + b, with `side` of the inner sum the scores: a + b is added. */
static bool inner_join(const struct masks *masks, struct ncl_node *outer, struct ncl_node *inner, int side,
                       struct ncl_tensor *b)
{
    struct ncl_tensor *a = inner->argument[1 - side].tensor;
    const struct ncl_value scores = inner->argument[side];
    if (mask_known(masks, scores.tensor) || !mask_known(masks, a) ||
        !ncl_shape_equal(&scores.tensor->shape, &ncl_node_result(inner, 0)->shape))
        return false;
    const struct ncl_named_value both[] = {{"x", ncl_value_tensor(a)}, {"y", ncl_value_tensor(b)}};
    struct ncl_tensor *mask = ncl_rewrite_made(ncl_rewrite_insert(masks->rw, outer, "add", both, 2));
    if (!mask)
        return false;
    const struct ncl_named_value given[] = {{"x", scores}, {"y", ncl_value_tensor(mask)}};
    if (!ncl_rewrite_become(masks->rw, outer, "add", given, 2))
        return false;
    ncl_rewrite_remove(masks->rw, inner);
    return true;
}

/* Two of the sums that the node reads are one; false: there are no two. */
static bool masks_join(const struct masks *masks, const struct ncl_node *reader)
{
    struct ncl_node *outer = sum_before(masks, reader->argument[0].tensor, reader);
    for (int i = 0; outer && i < 4; i++) {
        struct ncl_tensor *b = outer->argument[1 - i / 2].tensor;
        struct ncl_node *inner = sum_before(masks, outer->argument[i / 2].tensor, outer);
        if (inner && mask_known(masks, b) && inner_join(masks, outer, inner, i % 2, b))
            return true;
    }
    return false;
}

/* ---- both ---- */

static void sum_flatten(const struct masks *masks, const struct ncl_node *softmax)
{
    struct ncl_node *back = ncl_rewrite_producer(masks->rw, softmax->argument[0].tensor);
    if (!back || !ncl_view_stays(back) || ncl_rewrite_reader(masks->rw, softmax->argument[0].tensor) != softmax)
        return;
    while (masks_join(masks, back))
        ;
    struct ncl_node *sum = sum_before(masks, back->argument[0].tensor, back);
    for (int side = 0; sum && side < 2; side++)
        if (side_flatten(masks, back, sum, side))
            return;
}

void ncl_pass_mask(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    struct masks masks = {.rw = rw};
    (void)facts;
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node)) {
        if (!ncl_node_is(node, "softmax") || (!masks.known && !masks_begin(&masks)))
            continue;
        sum_flatten(&masks, node);
        while (masks_join(&masks, node))
            ;
    }
}
