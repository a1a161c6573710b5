/* SPDX-License-Identifier: Apache-2.0 */
/* What shape rules use to report and to make results (op.h). */
#include <stdarg.h>
#include <stdio.h>

#include "base/checked.h"
#include "ir/op.h"

#define MAX_VOLUME ((int64_t)1 << 40)

static void prefixed(char *out, size_t size, const struct ncl_node *node, const char *format, va_list args)
{
    const int used = snprintf(out, size, "%s: ", node->op->name);
    if (used >= 0 && (size_t)used < size)
        vsnprintf(out + used, size - (size_t)used, format, args);
}

nnefcl_status ncl_infer_error(struct ncl_infer *infer, const struct ncl_node *node, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    prefixed(text, sizeof text, node, format, args);
    va_end(args);
    return ncl_error(infer->diag, NNEFCL_ERR_MODEL, node->at, "%s", text);
}

nnefcl_status ncl_infer_lax(struct ncl_infer *infer, const struct ncl_node *node, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    prefixed(text, sizeof text, node, format, args);
    va_end(args);
    return ncl_lax(infer->diag, node->at, "%s", text);
}

nnefcl_status ncl_infer_needs_compat(struct ncl_infer *infer, const struct ncl_node *node, const char *dialect,
                                     const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    prefixed(text, sizeof text, node, format, args);
    va_end(args);
    return ncl_error(infer->diag, NNEFCL_ERR_UNSUPPORTED, node->at, "%s; --compat=%s accepts it", text, dialect);
}

static nnefcl_status check_shape(struct ncl_infer *infer, const struct ncl_node *node, size_t result,
                                 const nnefcl_shape *shape)
{
    char text[NCL_SHAPE_TEXT];
    int64_t volume = 1;
    if (shape->rank > NNEFCL_MAX_RANK)
        return ncl_infer_error(infer, node, "result '%s' would have rank %d, more than %d", node->result_name[result],
                               shape->rank, NNEFCL_MAX_RANK);
    for (int i = 0; i < shape->rank; i++) {
        if (shape->extent[i] <= 0)
            return ncl_infer_error(infer, node, "result '%s' would have shape %s with an extent below 1",
                                   node->result_name[result], ncl_shape_text(shape, text));
        if (shape->extent[i] > INT32_MAX || !ncl_mul_i64(volume, shape->extent[i], &volume) || volume > MAX_VOLUME)
            return ncl_error(infer->diag, NNEFCL_ERR_LIMIT, node->at,
                             "%s: result '%s' of shape %s has more than 2^40 elements, or an extent above 2^31-1",
                             node->op->name, node->result_name[result], ncl_shape_text(shape, text));
    }
    return NNEFCL_OK;
}

static struct ncl_tensor *new_result(struct ncl_infer *infer, struct ncl_node *node, size_t result,
                                     const nnefcl_shape *shape)
{
    struct ncl_tensor *tensor = ncl_graph_add_tensor(infer->graph, infer->arena);
    if (!tensor)
        return NULL;
    tensor->dtype = node->result_dtype[result];
    tensor->shape = *shape;
    tensor->shaped = true;
    tensor->producer = node;
    tensor->at = node->at;
    return tensor;
}

nnefcl_status ncl_infer_result(struct ncl_infer *infer, struct ncl_node *node, size_t result, const nnefcl_shape *shape)
{
    const nnefcl_status status = check_shape(infer, node, result, shape);
    if (status)
        return status;
    struct ncl_tensor *tensor = new_result(infer, node, result, shape);
    if (!tensor)
        return ncl_nomem(infer->diag);
    node->result[result] = (struct ncl_value){.kind = NCL_VALUE_TENSOR, .tensor = tensor};
    return NNEFCL_OK;
}

nnefcl_status ncl_infer_results(struct ncl_infer *infer, struct ncl_node *node, size_t result, size_t count,
                                const nnefcl_shape *shapes)
{
    struct ncl_value *item = NCL_NEW_ARRAY(infer->arena, struct ncl_value, count);
    if (!item)
        return ncl_nomem(infer->diag);
    for (size_t i = 0; i < count; i++) {
        const nnefcl_status status = check_shape(infer, node, result, &shapes[i]);
        if (status)
            return status;
        item[i] = (struct ncl_value){.kind = NCL_VALUE_TENSOR, .tensor = new_result(infer, node, result, &shapes[i])};
        if (!item[i].tensor)
            return ncl_nomem(infer->diag);
    }
    node->result[result] = (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = count, .item = item};
    return NNEFCL_OK;
}
