/* SPDX-License-Identifier: Apache-2.0 */
/* external, constant, variable (NNEF 4.1) and update (4.8). */
#include <string.h>

#include "emit/lower.h"
#include "emit/reference.h"

/* The attribute `shape`, with positive extents. */
static nnefcl_status read_shape(struct ncl_infer *infer, const struct ncl_node *node, nnefcl_shape *shape)
{
    const size_t rank = ncl_node_count(node, "shape");
    if (rank > NNEFCL_MAX_RANK)
        return ncl_infer_error(infer, node, "'shape' has %zu items, more than %d", rank, NNEFCL_MAX_RANK);
    *shape = (nnefcl_shape){.rank = (int)rank};
    for (size_t i = 0; i < rank; i++) {
        shape->extent[i] = ncl_node_integer_at(node, "shape", i);
        if (shape->extent[i] <= 0)
            return ncl_infer_error(infer, node, "item %zu of 'shape' is %lld, it must be positive", i,
                                   (long long)shape->extent[i]);
    }
    return NNEFCL_OK;
}

nnefcl_status ncl_external_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    nnefcl_status status = read_shape(infer, node, &shape);
    if (status)
        return status;
    status = ncl_infer_result(infer, node, 0, &shape);
    if (!status)
        ncl_node_result(node, 0)->role = NCL_ROLE_INPUT;
    return status;
}

/* ---- constant ---- */

static nnefcl_status store(struct ncl_infer *infer, const struct ncl_node *node, nnefcl_dtype dtype,
                           const struct ncl_value *value, void *data, size_t index)
{
    switch (dtype) {
    case NNEFCL_SCALAR:
        ((float *)data)[index] = (float)value->scalar;
        break;
    case NNEFCL_INTEGER:
        if (value->integer < INT32_MIN || value->integer > INT32_MAX)
            return ncl_infer_error(infer, node, "item %zu of 'value' is %lld, which does not fit 32 bits", index,
                                   (long long)value->integer);
        ((int32_t *)data)[index] = (int32_t)value->integer;
        break;
    case NNEFCL_LOGICAL:
        ((uint8_t *)data)[index] = value->logical;
        break;
    }
    return NNEFCL_OK;
}

nnefcl_status ncl_constant_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    nnefcl_status status = read_shape(infer, node, &shape);
    if (!status)
        status = ncl_infer_result(infer, node, 0, &shape);
    if (status)
        return status;
    const struct ncl_value *value = ncl_node_arg(node, "value");
    char text[NCL_SHAPE_TEXT];
    if (value->count != 1 && (uint64_t)value->count != (uint64_t)ncl_shape_volume(&shape))
        return ncl_infer_error(infer, node, "'value' has %zu items, the shape %s needs %lld or 1", value->count,
                               ncl_shape_text(&shape, text), (long long)ncl_shape_volume(&shape));
    struct ncl_tensor *result = ncl_node_result(node, 0);
    void *data = ncl_arena_array(infer->arena, value->count, nnefcl_dtype_size(result->dtype));
    if (!data)
        return ncl_nomem(infer->diag);
    for (size_t i = 0; i < value->count && !status; i++)
        status = store(infer, node, result->dtype, &value->item[i], data, i);
    result->role = NCL_ROLE_CONSTANT;
    result->data = data;
    result->data_count = value->count;
    return status;
}

/* ---- variable, update ---- */

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_label(const char *a, const char *b)
{
    while (*a && folded(*a) == folded(*b))
        a++, b++;
    return folded(*a) == folded(*b);
}

/* Where the variables whose label looks like this one begin (FNV-1a). */
static struct ncl_variable **bucket(struct ncl_graph *graph, const char *label)
{
    uint32_t hash = 2166136261u;
    for (; *label; label++)
        hash = (hash ^ (unsigned char)folded(*label)) * 16777619u;
    return &graph->label[hash % (sizeof graph->label / sizeof *graph->label)];
}

static struct ncl_variable *find_variable(struct ncl_graph *graph, const char *label)
{
    struct ncl_variable *variable = *bucket(graph, label);
    while (variable && !same_label(variable->label, label))
        variable = variable->older;
    return variable;
}

static struct ncl_variable *add_variable(struct ncl_infer *infer, const struct ncl_node *node,
                                         const nnefcl_shape *shape)
{
    struct ncl_graph *graph = infer->graph;
    struct ncl_variable *variable = NCL_NEW(infer->arena, struct ncl_variable);
    if (!variable || !NCL_GROW(infer->arena, graph->variable, graph->variable_count, graph->variable_capacity))
        return NULL;
    *variable = (struct ncl_variable){.label = ncl_node_string(node, "label"),
                                      .dtype = node->result_dtype[0],
                                      .shape = *shape,
                                      .member = SIZE_MAX,
                                      .index = graph->variable_count};
    struct ncl_variable **first = bucket(graph, variable->label);
    variable->older = *first;
    *first = variable;
    graph->variable[graph->variable_count++] = variable;
    return variable;
}

static nnefcl_status check_label(struct ncl_infer *infer, const struct ncl_node *node)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./\\";
    const char *label = ncl_node_string(node, "label");
    if (*label == '\0')
        return ncl_infer_error(infer, node, "the label is empty");
    const size_t good = strspn(label, allowed);
    const unsigned char bad = (unsigned char)label[good];
    if (bad == '\0' && good == ncl_node_arg(node, "label")->count)
        return NNEFCL_OK;
    if (bad > ' ' && bad < 127)
        return ncl_infer_error(
            infer, node,
            "the label '%.100s' has the character '%c'; a-z, A-Z, 0-9, '_', '-', '.', '/' and '\\' are allowed", label,
            bad);
    return ncl_infer_error(infer, node,
                           "the label '%.*s...' goes on with the character of code %u; a-z, A-Z, 0-9, '_', '-', '.', "
                           "'/' and '\\' are allowed",
                           good < 100 ? (int)good : 100, label, bad);
}

nnefcl_status ncl_variable_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape shape;
    nnefcl_status status = read_shape(infer, node, &shape);
    if (!status)
        status = check_label(infer, node);
    if (!status)
        status = ncl_infer_result(infer, node, 0, &shape);
    if (status)
        return status;
    struct ncl_variable *variable = find_variable(infer->graph, ncl_node_string(node, "label"));
    if (!variable)
        variable = add_variable(infer, node, &shape);
    if (!variable)
        return ncl_nomem(infer->diag);
    char here[NCL_SHAPE_TEXT], there[NCL_SHAPE_TEXT];
    if (!ncl_shape_equal(&variable->shape, &shape))
        return ncl_infer_error(infer, node, "the label '%.100s' has shape %s here and %s before", variable->label,
                               ncl_shape_text(&shape, here), ncl_shape_text(&variable->shape, there));
    if (variable->dtype != node->result_dtype[0])
        return ncl_infer_error(infer, node, "the label '%.100s' is %s here and %s before", variable->label,
                               nnefcl_dtype_name(node->result_dtype[0]), nnefcl_dtype_name(variable->dtype));
    struct ncl_tensor *result = ncl_node_result(node, 0);
    result->role = NCL_ROLE_VARIABLE;
    result->variable = variable;
    return NNEFCL_OK;
}

nnefcl_status ncl_update_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const struct ncl_tensor *variable = ncl_node_tensor(node, "variable"), *value = ncl_node_tensor(node, "value");
    char want[NCL_SHAPE_TEXT], got[NCL_SHAPE_TEXT];
    if (variable->role != NCL_ROLE_VARIABLE)
        return ncl_infer_error(infer, node, "'variable' is not the result of a variable operation");
    if (variable->variable->updated)
        return ncl_infer_error(infer, node, "the variable '%.100s' is updated already", variable->variable->label);
    if (!ncl_shape_equal(&variable->shape, &value->shape))
        return ncl_infer_error(infer, node, "the value has shape %s, the variable '%.100s' has %s",
                               ncl_shape_text(&value->shape, got), variable->variable->label,
                               ncl_shape_text(&variable->shape, want));
    variable->variable->updated = true;
    return ncl_infer_result(infer, node, 0, &variable->shape);
}

/* ---- lowering: inputs and weights come to life when something reads them; the plan writes the state after the last
 * step ---- */

nnefcl_status ncl_tensors_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    (void)node;
    return ncl_lower_status(lower);
}

nnefcl_status ncl_update_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    ncl_lower_view(lower, ncl_node_result(node, 0), ncl_node_tensor(node, "value"), 0);
    return ncl_lower_status(lower);
}

/* ---- the definition: the result of update is the new value (4.8) ---- */

void ncl_update_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *value = ncl_node_tensor(node, "value");
    memcpy(ncl_reference_out(reference, ncl_node_result(node, 0)), ncl_reference_in(reference, value),
           (size_t)ncl_shape_volume(&value->shape) * sizeof(double));
}
