/* What the caller of the library says about inputs: other shapes, another batch (CLI "Shapes"). */
#include <string.h>

#include "front/build.h"

/* The name that the assignment gives to the input; externals stand alone on their right side, which is checked behind
 * the assignment. */
static const nnefcl_input_shape *wanted_shape(const struct ncl_build *build)
{
    for (size_t i = 0; build->assigning && i < build->options->shape_count; i++)
        if (strcmp(build->options->shapes[i].name, build->assigning) == 0)
            return &build->options->shapes[i];
    return NULL;
}

static nnefcl_status set_shape(struct ncl_build *build, struct ncl_value *argument, const nnefcl_shape *shape)
{
    struct ncl_value *item = NCL_NEW_ARRAY(build->arena, struct ncl_value, (size_t)shape->rank);
    if (!item)
        return ncl_build_nomem(build);
    for (int i = 0; i < shape->rank; i++)
        item[i] = (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = shape->extent[i]};
    *argument = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = (size_t)shape->rank, .item = item};
    return NNEFCL_OK;
}

static nnefcl_status external(struct ncl_build *build, struct ncl_node *node)
{
    const nnefcl_input_shape *wanted = wanted_shape(build);
    const int64_t batch = build->options->batch;
    struct ncl_value *argument = &node->argument[0];
    if (wanted)
        return set_shape(build, argument, &wanted->shape);
    if (batch == 0 || argument->count == 0)
        return NNEFCL_OK;
    struct ncl_value *item = NCL_NEW_ARRAY(build->arena, struct ncl_value, argument->count);
    if (!item)
        return ncl_build_nomem(build);
    memcpy(item, argument->item, argument->count * sizeof *item);
    if (build->infer.old_batch == 0) { /* the first input tells what the document means by a batch */
        build->infer.old_batch = item[0].integer;
        build->infer.new_batch = batch;
    }
    item[0].integer = batch;
    argument->item = item;
    return NNEFCL_OK;
}

/* ---- concat: constants that were written for a batch of one ---- */

static bool is_written_for_one(const struct ncl_tensor *tensor)
{
    return (tensor->role == NCL_ROLE_CONSTANT || tensor->role == NCL_ROLE_VARIABLE) && tensor->shape.rank > 0 &&
           tensor->shape.extent[0] == 1;
}

static nnefcl_status repeated(struct ncl_build *build, const struct ncl_node *node, struct ncl_value *value)
{
    const struct ncl_tensor *tensor = value->tensor;
    const struct ncl_declared *tile = ncl_declare_find(build, "tile");
    struct ncl_value argument[2], *repeats = ncl_value_items(build, node->at, (size_t)tensor->shape.rank);
    if (!repeats || !tile)
        return ncl_build_nomem(build);
    for (int i = 0; i < tensor->shape.rank; i++)
        repeats[i] = (struct ncl_value){.kind = NCL_VALUE_INTEGER, .integer = i ? 1 : build->infer.new_batch};
    argument[0] = *value;
    argument[1] = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = (size_t)tensor->shape.rank, .item = repeats};
    ncl_warning(build->diag, node->at, "concat: '%s' is written for a batch of 1 and repeated %lld times",
                tensor->name ? tensor->name : "a constant", (long long)build->infer.new_batch);
    static const struct ncl_type *const type[] = {
        [NNEFCL_SCALAR] = &ncl_type_scalar, [NNEFCL_INTEGER] = &ncl_type_integer, [NNEFCL_LOGICAL] = &ncl_type_logical};
    return ncl_node_make(build, tile, argument, type[tensor->dtype], node->at, value);
}

static nnefcl_status concat(struct ncl_build *build, struct ncl_node *node)
{
    const int64_t old_batch = build->infer.old_batch, new_batch = build->infer.new_batch;
    const struct ncl_value *values = ncl_node_arg(node, "values");
    bool any = false, batched = false;
    if (old_batch == new_batch || ncl_node_integer(node, "axis") == 0)
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
            status = repeated(build, node, &item[i]);
    }
    if (!status)
        node->argument[0].item = item;
    return status;
}

nnefcl_status ncl_introduce_before(struct ncl_build *build, struct ncl_node *node)
{
    if (strcmp(node->op->name, "external") == 0)
        return external(build, node);
    if (strcmp(node->op->name, "concat") == 0)
        return concat(build, node);
    return NNEFCL_OK;
}
