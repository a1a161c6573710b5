/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/exact.h"

#include <string.h>

#include "base/checked.h"
#include "emit/custom.h"
#include "verify/judge.h"

nnefcl_status ncl_exact_open(struct ncl_exact *exact, const struct ncl_graph *graph, unsigned compat,
                             const struct ncl_exact_source *source, const nnefcl_allocator *allocator,
                             struct ncl_diag *diag)
{
    const size_t count = graph->tensor_count;
    *exact = (struct ncl_exact){.graph = graph, .compat = compat, .allocator = *allocator, .source = source};
    exact->tensor =
        ncl_resize(allocator, NULL, (count + 1) * sizeof *exact->tensor); /* the graph's own array is as long */
    if (!exact->tensor)
        return ncl_nomem(diag);
    memset(exact->tensor, 0, (count + 1) * sizeof *exact->tensor);
    return NNEFCL_OK;
}

void ncl_exact_close(struct ncl_exact *exact)
{
    for (size_t i = 0; exact->tensor && i < exact->graph->tensor_count; i++)
        ncl_exact_drop(exact, exact->graph->tensor[i]);
    ncl_resize(&exact->allocator, exact->tensor, 0);
    exact->tensor = NULL;
}

/* ---- elements ---- */

bool ncl_exact_has(const struct ncl_exact *exact, const struct ncl_tensor *tensor)
{
    return exact->tensor[tensor->id].value != NULL;
}

static double *zeros(const struct ncl_exact *exact, const struct ncl_tensor *tensor)
{
    size_t bytes;
    if (!ncl_mul_size(ncl_exact_count(tensor), sizeof(double), &bytes))
        return NULL;
    double *room = ncl_resize(&exact->allocator, NULL, bytes);
    if (room)
        memset(room, 0, bytes);
    return room;
}

nnefcl_status ncl_exact_make(struct ncl_exact *exact, const struct ncl_tensor *tensor, bool scaled,
                             struct ncl_diag *diag)
{
    struct ncl_elements *elements = &exact->tensor[tensor->id];
    *elements = (struct ncl_elements){.value = zeros(exact, tensor), .terms = 1};
    if (elements->value && scaled)
        elements->scale = zeros(exact, tensor);
    if (elements->value && (elements->scale || !scaled))
        return NNEFCL_OK;
    ncl_exact_drop(exact, tensor);
    return ncl_nomem(diag);
}

void ncl_exact_drop(struct ncl_exact *exact, const struct ncl_tensor *tensor)
{
    struct ncl_elements *elements = &exact->tensor[tensor->id];
    ncl_resize(&exact->allocator, elements->value, 0);
    ncl_resize(&exact->allocator, elements->scale, 0);
    *elements = (struct ncl_elements){0};
}

static void convert(double *out, nnefcl_dtype dtype, const void *data, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = ncl_judge_element(dtype, data, i);
}

nnefcl_status ncl_exact_set(struct ncl_exact *exact, const struct ncl_tensor *tensor, const void *data,
                            struct ncl_diag *diag)
{
    const nnefcl_status status = ncl_exact_make(exact, tensor, false, diag);
    if (!status)
        convert(exact->tensor[tensor->id].value, tensor->dtype, data, ncl_exact_count(tensor));
    return status;
}

nnefcl_status ncl_exact_load(struct ncl_exact *exact, const struct ncl_tensor *tensor, struct ncl_diag *diag)
{
    int32_t piece[4096]; /* room for elements of any type, aligned for all of them */
    const size_t room = sizeof piece / sizeof *piece, count = ncl_exact_count(tensor);
    nnefcl_status status = ncl_exact_make(exact, tensor, false, diag);
    if (!status)
        status = exact->source->begin(exact->source->user, tensor, diag);
    for (size_t at = 0; at < count && !status; at += room) {
        const size_t some = count - at < room ? count - at : room;
        status = exact->source->next(exact->source->user, piece, some, diag);
        if (!status)
            convert(exact->tensor[tensor->id].value + at, tensor->dtype, piece, some);
    }
    return status;
}

/* ---- nodes ---- */

struct ncl_tensor *ncl_exact_among(const struct ncl_value *value, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++) {
        const bool array =
            value[i].kind == NCL_VALUE_ARRAY && value[i].count && value[i].item[0].kind == NCL_VALUE_TENSOR;
        const size_t here = array ? value[i].count : value[i].kind == NCL_VALUE_TENSOR;
        if (index < here)
            return array ? value[i].item[index].tensor : value[i].tensor;
        index -= here;
    }
    return NULL;
}

struct ncl_tensor *ncl_exact_operand(const struct ncl_node *node, size_t index)
{
    return ncl_exact_among(node->argument, node->parameter_count, index);
}

struct ncl_tensor *ncl_exact_result(const struct ncl_node *node, size_t index)
{
    return ncl_exact_among(node->result, node->result_count, index);
}

bool ncl_exact_defined(const struct ncl_node *node)
{
    return node->op->custom ? node->op->custom->define != NULL : node->op->reference != ncl_no_reference;
}

nnefcl_status ncl_exact_node(struct ncl_exact *exact, const struct ncl_node *node, struct ncl_diag *diag)
{
    const struct ncl_reference reference = {.tensor = exact->tensor,
                                            .compat = exact->compat,
                                            .outside = &exact->outside,
                                            .weights_off = exact->weights_off,
                                            .transforms = exact->transforms};
    struct ncl_tensor *result;
    exact->outside = 0;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; (result = ncl_exact_result(node, i)) && !status; i++)
        status = ncl_exact_make(exact, result, true, diag);
    if (!status && node->op->custom)
        return ncl_custom_define(&reference, node, diag);
    if (!status)
        node->op->reference(&reference, node);
    return status;
}
