/* SPDX-License-Identifier: Apache-2.0 */
/* What the caller of the library says about inputs: other shapes, another batch (CLI "Shapes"). */
#include <string.h>

#include "front/nodes.h"

/* The name that the assignment gives to the input; externals stand alone on their right side, which is checked behind
 * the assignment. */
static const nnefcl_input_shape *wanted_shape(const struct ncl_build *build)
{
    for (size_t i = 0; build->assigning && i < build->options->shape_count; i++)
        if (strcmp(build->options->shapes[i].name, build->assigning) == 0)
            return &build->options->shapes[i];
    return NULL;
}

static nnefcl_status set_wanted_shape(struct ncl_build *build, struct ncl_value *argument, const nnefcl_shape *shape)
{
    struct ncl_value *item = NCL_NEW_ARRAY(build->arena, struct ncl_value, (size_t)shape->rank);
    if (!item)
        return ncl_build_nomem(build);
    for (int i = 0; i < shape->rank; i++)
        item[i] = (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = shape->extent[i]};
    *argument = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = (size_t)shape->rank, .item = item};
    return NNEFCL_OK;
}

static nnefcl_status reshape_external(struct ncl_build *build, struct ncl_value *shape)
{
    const nnefcl_input_shape *wanted = wanted_shape(build);
    const int64_t batch = build->options->batch;
    if (wanted)
        return set_wanted_shape(build, shape, &wanted->shape);
    if (batch == 0 || shape->count == 0)
        return NNEFCL_OK;
    struct ncl_value *item = NCL_NEW_ARRAY(build->arena, struct ncl_value, shape->count);
    if (!item)
        return ncl_build_nomem(build);
    memcpy(item, shape->item, shape->count * sizeof *item);
    if (build->infer.old_batch == 0) { /* the first input tells what the document means by a batch */
        build->infer.old_batch = item[0].integer;
        build->infer.new_batch = batch;
    }
    item[0].integer = batch;
    shape->item = item;
    return NNEFCL_OK;
}

/* ---- concat: constants that were written for a batch of one ---- */

static bool is_written_for_one(const struct ncl_tensor *tensor)
{
    return (tensor->role == NCL_ROLE_CONSTANT || tensor->role == NCL_ROLE_VARIABLE) && tensor->shape.rank > 0 &&
           tensor->shape.extent[0] == 1;
}

static nnefcl_status repeat_for_batch(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    const struct ncl_tensor *tensor = value->tensor;
    const size_t rank = (size_t)tensor->shape.rank;
    struct ncl_value repeats[NNEFCL_MAX_RANK];
    struct ncl_node *tile;
    for (size_t i = 0; i < rank; i++)
        repeats[i] = ncl_value_integer(i ? 1 : build->infer.new_batch);
    ncl_warning(build->diag, at, "concat: '%s' is written for a batch of 1 and repeated %lld times",
                tensor->name ? tensor->name : "a constant", (long long)build->infer.new_batch);
    const struct ncl_named_value given[] = {{"input", *value}, {"repeats", ncl_value_array(repeats, rank)}};
    const nnefcl_status status = ncl_make_node(&build->infer, "tile", given, 2, at, &tile);
    if (!status)
        *value = tile->result[0];
    return status;
}

static nnefcl_status reshape_concat(struct ncl_build *build, struct ncl_loc at, struct ncl_value *values, int64_t axis)
{
    const int64_t old_batch = build->infer.old_batch, new_batch = build->infer.new_batch;
    bool any = false, batched = false;
    if (old_batch == new_batch || axis == 0)
        return NNEFCL_OK;
    for (size_t i = 0; i < values->count; i++) {
        const struct ncl_tensor *tensor = values->item[i].tensor;
        any |= is_written_for_one(tensor);
        batched |= tensor->shape.rank > 0 && tensor->shape.extent[0] == new_batch;
    }
    if (!any || !batched)
        return NNEFCL_OK;
    struct ncl_value *item = NCL_NEW_ARRAY(build->arena, struct ncl_value, values->count);
    nnefcl_status status = item ? NNEFCL_OK : ncl_build_nomem(build);
    for (size_t i = 0; i < values->count && !status; i++) {
        item[i] = values->item[i];
        if (is_written_for_one(item[i].tensor))
            status = repeat_for_batch(build, at, &item[i]);
    }
    if (!status)
        values->item = item;
    return status;
}

/* Both are standard, so what they are declared with is known: external(shape), concat(values, axis). */
nnefcl_status ncl_reshape_inputs(struct ncl_build *build, const struct ncl_signature *signature, struct ncl_loc at,
                                 struct ncl_value *argument)
{
    if (strcmp(signature->name, "external") == 0)
        return reshape_external(build, &argument[0]);
    if (strcmp(signature->name, "concat") == 0)
        return reshape_concat(build, at, &argument[0], argument[1].integer);
    return NNEFCL_OK;
}
