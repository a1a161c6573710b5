/* SPDX-License-Identifier: Apache-2.0 */
/* graph.quant: entries are checked against the quantization operations of 4.9.5 and attached to tensors and variables
 * (5.3, 7.1). quantize_nodes.c: what comes of them. */
#include <string.h>

#include "front/quantize.h"
#include "front/literal.h"

static const char *const algorithms[] = {"min_max_linear_quantize", "zero_point_linear_quantize", "linear_quantize",
                                         "logarithmic_quantize"};

static const struct ncl_fragment *find_algorithm(const struct ncl_build *build, const char *name)
{
    const struct ncl_declared *declared = ncl_build_find(build, name);
    bool found = false;
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
        found |= strcmp(algorithms[i], name) == 0;
    return found && declared->origin == NCL_ORIGIN_STANDARD ? declared->fragment : NULL;
}

/* ---- values of tensor parameters: a number, or nested arrays of equal lengths ---- */

static nnefcl_status read_number(struct ncl_build *build, const struct ncl_expr *expr, bool scalar, const char *name,
                                 struct ncl_value *value)
{
    if (!ncl_literal_is(expr))
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "the value of '%s' is no literal", name);
    if (!ncl_literal_value(build->arena, expr, value))
        return ncl_build_nomem(build);
    if (value->kind == (scalar ? NCL_VALUE_SCALAR : NCL_VALUE_INTEGER))
        return NNEFCL_OK;
    if (!scalar || value->kind != NCL_VALUE_INTEGER)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "'%s' takes %s", name,
                         scalar ? "scalars" : "integers");
    *value = (struct ncl_value){.kind = NCL_VALUE_SCALAR, .scalar = (double)value->integer};
    return ncl_lax(build->diag, expr->at, "'%s' takes scalars, an integer is converted", name);
}

/* `shape` grows with the depth that is met first; the others have to agree. */
static nnefcl_status read_numbers(struct ncl_build *build, const struct ncl_expr *expr, bool scalar, const char *name,
                                  int depth, nnefcl_shape *shape, int *full, struct ncl_value *value)
{
    if (expr->kind != NCL_EXPR_ARRAY) {
        if (*full < 0)
            *full = depth;
        if (*full != depth)
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "the value of '%s' mixes numbers and arrays",
                             name);
        return read_number(build, expr, scalar, name, value);
    }
    if (expr->item_count == 0)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "the value of '%s' has an empty array", name);
    if (depth >= NNEFCL_MAX_RANK)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "the value of '%s' is nested deeper than %d", name,
                         NNEFCL_MAX_RANK);
    if (depth == shape->rank && *full < 0)
        shape->extent[shape->rank++] = (int64_t)expr->item_count;
    if (depth >= shape->rank || shape->extent[depth] != (int64_t)expr->item_count)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at,
                         "the arrays in the value of '%s' have different lengths", name);
    struct ncl_value *item = NCL_NEW_ARRAY(build->arena, struct ncl_value, expr->item_count);
    nnefcl_status status = item ? NNEFCL_OK : ncl_build_nomem(build);
    for (size_t i = 0; i < expr->item_count && !status; i++)
        status = read_numbers(build, expr->item[i], scalar, name, depth + 1, shape, full, &item[i]);
    *value = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = expr->item_count, .item = item};
    return status;
}

static nnefcl_status read_tensor_value(struct ncl_build *build, const struct ncl_expr *expr,
                                       const struct ncl_parameter *parameter, const struct ncl_tensor *tensor,
                                       struct ncl_value *value)
{
    nnefcl_shape shape = {0};
    int full = -1;
    char got[NCL_SHAPE_TEXT], want[NCL_SHAPE_TEXT];
    const bool scalar = parameter->type->item[0]->kind == NCL_TYPE_SCALAR;
    const nnefcl_status status = read_numbers(build, expr, scalar, parameter->name, 0, &shape, &full, value);
    if (status)
        return status;
    for (int i = 0; i < shape.rank; i++)
        if (shape.extent[i] != 1 && (i >= tensor->shape.rank || shape.extent[i] != tensor->shape.extent[i]))
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at,
                             "'%s' of shape %s does not broadcast to the tensor's shape %s", parameter->name,
                             ncl_shape_text(&shape, got), ncl_shape_text(&tensor->shape, want));
    return NNEFCL_OK;
}

/* ---- entries ---- */

static nnefcl_status read_argument(struct ncl_build *build, const struct ncl_argument *argument,
                                   const struct ncl_parameter *parameter, const struct ncl_tensor *tensor,
                                   struct ncl_value *value)
{
    const struct ncl_expr *expr = argument->value;
    if (parameter->type->kind == NCL_TYPE_TENSOR)
        return read_tensor_value(build, expr, parameter, tensor, value);
    const struct ncl_expr *culprit = NULL;
    const struct ncl_type *type = ncl_literal_is(expr) ? ncl_literal_type(&build->scratch, expr, &culprit) : NULL;
    if (!type || !ncl_type_equal(type, parameter->type))
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "'%s' takes a value of type %s", parameter->name,
                         ncl_type_text(&build->scratch, parameter->type));
    if (!ncl_literal_value(build->arena, expr, value))
        return ncl_build_nomem(build);
    if (strcmp(parameter->name, "bits") == 0 && (value->integer < 1 || value->integer > 64))
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "'bits' is %lld, it must be 1 to 64",
                         (long long)value->integer);
    return NNEFCL_OK;
}

static const struct ncl_argument *find_argument(const struct ncl_expr *expr, const char *name)
{
    for (size_t i = 0; i < expr->argument_count; i++)
        if (expr->argument[i].name && strcmp(expr->argument[i].name, name) == 0)
            return &expr->argument[i];
    return NULL;
}

static nnefcl_status check_quantized_names(struct ncl_build *build, const struct ncl_expr *expr,
                                           const struct ncl_fragment *fragment)
{
    for (size_t i = 0; i < expr->argument_count; i++) {
        const struct ncl_argument *argument = &expr->argument[i];
        size_t known = 1; /* the first parameter is the tensor itself */
        if (!argument->name)
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, argument->at, "%s: arguments are passed by name here",
                             fragment->name);
        while (known < fragment->parameter_count && strcmp(fragment->parameter[known].name, argument->name) != 0)
            known++;
        if (known == fragment->parameter_count)
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, argument->at, "%s has no parameter '%s'", fragment->name,
                             argument->name);
        if (find_argument(expr, argument->name) != argument)
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, argument->at, "%s: a second argument for '%s'",
                             fragment->name, argument->name);
    }
    return NNEFCL_OK;
}

/* The checks that need no tensor use one of the widest meaning. */
static nnefcl_status read_entry(struct ncl_build *build, const struct ncl_quant_entry *entry,
                                const struct ncl_tensor *tensor, const struct ncl_quant **quant)
{
    const struct ncl_expr *expr = entry->algorithm;
    const struct ncl_fragment *fragment = find_algorithm(build, expr->name);
    if (!fragment)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "'%s' is no quantization operation", expr->name);
    nnefcl_status status = check_quantized_names(build, expr, fragment);
    if (status || !tensor)
        return status;
    const size_t count = fragment->parameter_count - 1;
    struct ncl_quant *made = NCL_NEW(build->arena, struct ncl_quant);
    struct ncl_named_value *list = NCL_NEW_ARRAY(build->arena, struct ncl_named_value, count);
    if (!made || !list)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < count && !status; i++) {
        const struct ncl_parameter *parameter = &fragment->parameter[i + 1];
        const struct ncl_argument *argument = find_argument(expr, parameter->name);
        if (!argument)
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, expr->at, "%s: argument '%s' is missing", fragment->name,
                             parameter->name);
        list[i].name = parameter->name;
        status = read_argument(build, argument, parameter, tensor, &list[i].value);
    }
    *made = (struct ncl_quant){.algorithm = fragment->name, .argument_count = count, .argument = list, .at = entry->at};
    *quant = made;
    return status;
}

static nnefcl_status ignore_entry(struct ncl_build *build, const struct ncl_quant_entry *entry)
{
    char meant[NCL_NEAREST_TEXT];
    return ncl_lax(build->diag, entry->at, "the graph has no tensor '%s'; the entry is ignored%s", entry->tensor,
                   ncl_names_nearest(&build->scope.locals, entry->tensor, build->diag, meant));
}

static nnefcl_status attach(struct ncl_build *build, const struct ncl_quant_entry *entry)
{
    const struct ncl_local *local = ncl_names_find(&build->scope.locals, entry->tensor);
    struct ncl_tensor *tensor = local ? build->machine.stack[local->slot].tensor : NULL;
    const struct ncl_quant *quant = NULL;
    nnefcl_status status = read_entry(build, entry, tensor, &quant);
    if (status)
        return status;
    if (!tensor)
        return ignore_entry(build, entry);
    if (tensor->dtype != NNEFCL_SCALAR)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, entry->at,
                         "'%s' is tensor<%s>, only tensor<scalar> is quantized", entry->tensor,
                         nnefcl_dtype_name(tensor->dtype));
    if (tensor->quant)
        return ncl_lax(build->diag, entry->at, "a second entry for '%s' is ignored", entry->tensor);
    tensor->quant = quant;
    if (tensor->variable && !tensor->variable->quant)
        tensor->variable->quant = quant;
    return NNEFCL_OK;
}

nnefcl_status ncl_quantize_attach(struct ncl_build *build, const struct ncl_quant_file *file)
{
    nnefcl_status first = NNEFCL_OK;
    for (size_t i = 0; i < file->entry_count && build->diag->errors < NCL_MAX_ERRORS; i++) {
        const nnefcl_status status = attach(build, &file->entry[i]);
        if (!first)
            first = status;
    }
    return first;
}
