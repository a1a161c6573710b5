/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs of a graph: open extents are closed by what the caller says, and by the data that will be given. */
#include <stdio.h>
#include <string.h>

#include "import/import_scope.h"

static const nnefcl_input_shape *shape_by_name(const nnefcl_input_shape *shape, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(shape[i].name, name) == 0)
            return &shape[i];
    return NULL;
}

static const nnefcl_given *given_by_name(const struct ncl_import_options *options, const char *name)
{
    for (size_t i = 0; i < options->given_count; i++)
        if (strcmp(options->given[i].name, name) == 0)
            return &options->given[i];
    return NULL;
}

/* --shape SYMBOL=N, with one number, closes all extents that the file calls so. */
static int64_t symbol_extent(const struct ncl_import_options *options, const char *symbol)
{
    const nnefcl_input_shape *found = symbol ? shape_by_name(options->shapes, options->shape_count, symbol) : NULL;
    return found && found->shape.rank == 1 ? found->shape.extent[0] : -1;
}

static int64_t extent_of(struct ncl_import *import, const struct ncl_import_input *input, int axis)
{
    const struct ncl_import_options *options = import->options;
    const nnefcl_given *given = given_by_name(options, input->name);
    int64_t extent = input->extent[axis];
    if (axis == 0 && options->batch) {
        if (extent > 0 && import->infer.old_batch == 0) { /* the first input tells what the file means by a batch */
            import->infer.old_batch = extent;
            import->infer.new_batch = options->batch;
        }
        return options->batch;
    }
    if (extent < 0)
        extent = symbol_extent(options, input->symbol[axis]);
    if (extent < 0 && given && given->tensor.shape.rank == input->rank)
        extent = given->tensor.shape.extent[axis];
    return extent;
}

/* "[batch,3,?,?]" */
static void input_text(const struct ncl_import_input *input, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "[");
    for (int i = 0; i < input->rank && used < size - 1; i++) {
        const char *comma = i ? "," : "";
        if (input->extent[i] >= 0)
            used += (size_t)snprintf(text + used, size - used, "%s%lld", comma, (long long)input->extent[i]);
        else
            used +=
                (size_t)snprintf(text + used, size - used, "%s%.20s", comma, input->symbol[i] ? input->symbol[i] : "?");
    }
    if (used < size - 1)
        snprintf(text + used, size - used, "]");
}

static void input_shape(struct ncl_import *import, const struct ncl_import_input *input, nnefcl_shape *shape)
{
    const struct ncl_import_options *options = import->options;
    const nnefcl_input_shape *wanted = shape_by_name(options->shapes, options->shape_count, input->name);
    const nnefcl_given *given = given_by_name(options, input->name);
    char text[NCL_SHAPE_TEXT];
    if (wanted || (input->rank < 0 && given)) {
        *shape = wanted ? wanted->shape : given->tensor.shape;
        return;
    }
    *shape = (nnefcl_shape){.rank = input->rank < 0 ? 0 : input->rank};
    bool open = input->rank < 0;
    for (int i = 0; i < shape->rank; i++) {
        shape->extent[i] = extent_of(import, input, i);
        open |= shape->extent[i] < 0;
    }
    if (!open)
        return;
    input_text(input, text, sizeof text);
    ncl_import_status(import, ncl_error(import->diag, NNEFCL_ERR_ARGUMENT, import->at,
                                        "the input '%.100s' has the shape %s: its open extents follow from a shape "
                                        "for it, a batch or data",
                                        input->name, input->rank < 0 ? "?" : text));
}

/* One without elements is known, and nobody gives it. */
static bool is_empty(const nnefcl_shape *shape)
{
    size_t count;
    return ncl_known_count(shape, &count) && count == 0;
}

static void empty_add(struct ncl_import *import, const struct ncl_import_input *input, const nnefcl_shape *shape)
{
    struct ncl_import_value *value = ncl_import_define(import, input->name);
    if (!value || !(value->known = ncl_known_new(&import->scratch, input->element, shape))) {
        ncl_import_nomem(import);
        return;
    }
    value->shape = *shape;
    value->element = input->element;
}

static void input_add(struct ncl_import *import, const struct ncl_import_input *input)
{
    struct ncl_value extent[NNEFCL_MAX_RANK];
    nnefcl_shape shape;
    struct ncl_node *node = NULL;
    input_shape(import, input, &shape);
    if (import->status)
        return;
    if (is_empty(&shape)) {
        empty_add(import, input, &shape);
        return;
    }
    for (int i = 0; i < shape.rank; i++)
        extent[i] = ncl_value_integer(shape.extent[i]);
    const struct ncl_named_value given = {"shape", ncl_value_array(extent, (size_t)shape.rank)};
    ncl_import_status(import, ncl_make_typed(&import->infer, "external", ncl_stored_dtype(input->element), &given, 1,
                                             import->at, &node));
    struct ncl_import_value *value = node ? ncl_import_define(import, input->name) : NULL;
    if (!value) {
        ncl_import_nomem(import);
        return;
    }
    value->tensor = ncl_node_result(node, 0);
    value->given = given_by_name(import->options, input->name);
    value->shape = shape;
    value->element = input->element;
    ncl_import_name(import, value->tensor, input->name);
    import->graph->input[import->graph->input_count++] = value->tensor;
}

/* Names that are given must mean something. */
static void shapes_check(struct ncl_import *import, const struct ncl_import_graph *graph)
{
    const struct ncl_import_options *options = import->options;
    for (size_t i = 0; i < options->shape_count && !import->status; i++) {
        bool known = false;
        for (size_t j = 0; j < graph->input_count && !known; j++) {
            const struct ncl_import_input *input = &graph->input[j];
            known = strcmp(options->shapes[i].name, input->name) == 0;
            for (int k = 0; k < input->rank && !known; k++)
                known = input->symbol[k] && strcmp(options->shapes[i].name, input->symbol[k]) == 0;
        }
        if (!known)
            ncl_import_status(import, ncl_error(import->diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                                                "a shape is given for '%.100s', which is no input of the graph",
                                                options->shapes[i].name));
    }
}

void ncl_import_inputs(struct ncl_import *import, const struct ncl_import_graph *graph)
{
    nnefcl_status first = NNEFCL_OK;
    import->graph->input = NCL_NEW_ARRAY(import->arena, struct ncl_tensor *, graph->input_count);
    if (!import->graph->input)
        ncl_import_nomem(import);
    shapes_check(import, graph);
    for (size_t i = 0; i < graph->input_count; i++) {
        if (ncl_names_find(&import->scope->values, graph->input[i].name)) /* a constant, and no input then */
            continue;
        if (import->status && import->status != NNEFCL_ERR_ARGUMENT)
            return;
        first = first ? first : import->status;
        import->status = NNEFCL_OK;
        input_add(import, &graph->input[i]);
    }
    import->status = first ? first : import->status;
}
