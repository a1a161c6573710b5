/* SPDX-License-Identifier: Apache-2.0 */
#include "model/images.h"

#include <string.h>

#include "ir/op.h"

/* Two graphs of one document. A tensor follows the batch when its shapes in them differ. */
struct pair {
    int64_t batch, share; /* images of both */
};

/* Operations that treat the items of the leading axis alike, but for the arguments in look_along(); so does whatever is
 * computed element by element. */
static const char *const alike[] = {"external",
                                    "constant",
                                    "variable",
                                    "copy",
                                    "copy_n",
                                    "add_n",
                                    "cast",
                                    "conv",
                                    "deconv",
                                    "box",
                                    "debox",
                                    "avg_pool",
                                    "max_pool",
                                    "rms_pool",
                                    "nearest_downsample",
                                    "area_downsample",
                                    "nearest_upsample",
                                    "multilinear_upsample",
                                    "sum_reduce",
                                    "mean_reduce",
                                    "max_reduce",
                                    "min_reduce",
                                    "argmax_reduce",
                                    "argmin_reduce",
                                    "any_reduce",
                                    "all_reduce",
                                    "matmul",
                                    "linear",
                                    "reshape",
                                    "transpose",
                                    "squeeze",
                                    "unsqueeze",
                                    "concat",
                                    "split",
                                    "stack",
                                    "unstack",
                                    "slice",
                                    "pad",
                                    "tile",
                                    "gather",
                                    "softmax",
                                    "batch_normalization",
                                    "moments",
                                    "local_response_normalization",
                                    "l1_normalization",
                                    "l2_normalization",
                                    "local_mean_normalization",
                                    "local_variance_normalization",
                                    "local_contrast_normalization"};

static bool is_alike(const struct ncl_op *op)
{
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if (strcmp(op->name, alike[i]) == 0)
            return true;
    return op->elements && !op->custom;
}

static bool is_list(const struct ncl_value *value)
{
    return value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE;
}

/* Does a tensor in the value follow the batch? */
static bool follows(const struct ncl_value *whole, const struct ncl_value *part)
{
    if (whole->kind == NCL_VALUE_TENSOR && part->kind == NCL_VALUE_TENSOR)
        return !ncl_shape_equal(&whole->tensor->shape, &part->tensor->shape);
    for (size_t i = 0; is_list(whole) && is_list(part) && i < whole->count && i < part->count; i++)
        if (follows(&whole->item[i], &part->item[i]))
            return true;
    return is_list(whole) && is_list(part) && whole->count != part->count;
}

/* Whole images in front, and nothing else depends on their number? */
static bool in_front(const struct pair *pair, const nnefcl_shape *whole, const nnefcl_shape *part)
{
    nnefcl_shape rest = *part;
    if (whole->rank == 0 || whole->rank != part->rank || whole->extent[0] % pair->batch ||
        whole->extent[0] / pair->batch * pair->share != part->extent[0])
        return false;
    rest.extent[0] = whole->extent[0];
    return ncl_shape_equal(whole, &rest);
}

static bool results_in_front(const struct pair *pair, const struct ncl_value *whole, const struct ncl_value *part)
{
    if (whole->kind == NCL_VALUE_TENSOR)
        return part->kind == NCL_VALUE_TENSOR && in_front(pair, &whole->tensor->shape, &part->tensor->shape);
    if (!is_list(whole) || !is_list(part) || whole->count != part->count)
        return false;
    for (size_t i = 0; i < whole->count; i++)
        if (!results_in_front(pair, &whole->item[i], &part->item[i]))
            return false;
    return true;
}

static int64_t first_integer(const struct ncl_value *value, int64_t otherwise)
{
    return is_list(value) && value->count && value->item[0].kind == NCL_VALUE_INTEGER ? value->item[0].integer
                                                                                      : otherwise;
}

static bool has_zero(const struct ncl_value *value)
{
    for (size_t i = 0; is_list(value) && i < value->count; i++)
        if (value->item[i].kind == NCL_VALUE_INTEGER && value->item[i].integer == 0)
            return true;
    return false;
}

/* Does this argument make the operation look along the leading axis, or move it? */
static bool looks_along(const struct ncl_node *node, const char *name, const struct ncl_value *value)
{
    if (strcmp(name, "axes") == 0)
        return ncl_node_is(node, "transpose") ? first_integer(value, 0) != 0 : has_zero(value);
    if (strcmp(name, "axis") == 0)
        return value->kind == NCL_VALUE_INTEGER && value->integer == 0;
    if (strcmp(name, "size") == 0 || strcmp(name, "repeats") == 0)
        return first_integer(value, 1) != 1;
    return false;
}

/* `axis` and `axes` are of the first operand: indices of gather may follow the batch. */
static const char *node_mixes(const struct pair *pair, const struct ncl_node *whole, const struct ncl_node *part)
{
    bool any = false;
    for (size_t i = 0; i < whole->parameter_count; i++)
        any |= follows(&whole->argument[i], &part->argument[i]);
    for (size_t i = 0; any && i < whole->result_count; i++)
        if (!results_in_front(pair, &whole->result[i], &part->result[i]))
            return "its result does not have them in front";
    if (any && !is_alike(whole->op))
        return "it may look at several of them";
    for (size_t i = 0; any && i < whole->parameter_count && follows(&whole->argument[0], &part->argument[0]); i++)
        if (looks_along(whole, whole->parameter[i], &whole->argument[i]))
            return "it looks along them";
    return NULL;
}

nnefcl_status ncl_images_free_of_state(const struct ncl_graph *graph, struct ncl_diag *diag)
{
    for (size_t i = 0; i < graph->variable_count; i++)
        if (graph->variable[i]->updated)
            return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                             "the batch cannot be split: variable '%s' is updated by every run",
                             graph->variable[i]->label);
    return NNEFCL_OK;
}

int64_t ncl_images_batch(const struct ncl_graph *graph)
{
    return graph->input_count && graph->input[0]->shape.rank ? graph->input[0]->shape.extent[0] : 0;
}

nnefcl_status ncl_images_check(const struct ncl_graph *whole, const struct ncl_graph *part, struct ncl_diag *diag)
{
    const struct pair pair = {ncl_images_batch(whole), ncl_images_batch(part)};
    if (whole->node_count != part->node_count)
        return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                         "the batch cannot be split: the graph is another one for each batch");
    for (size_t i = 0; i < whole->node_count; i++) {
        const char *why = whole->node[i]->op == part->node[i]->op ? node_mixes(&pair, whole->node[i], part->node[i])
                                                                : "it is another one for each batch";
        if (why)
            return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, whole->node[i]->at,
                             "%s: images of the batch cannot be computed apart: %s", whole->node[i]->op->name, why);
    }
    for (size_t i = 0; i < whole->input_count; i++)
        if (!in_front(&pair, &whole->input[i]->shape, &part->input[i]->shape))
            return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, whole->input[i]->at,
                             "the batch cannot be split: input '%s' does not have it in front", whole->input[i]->name);
    for (size_t i = 0; i < whole->output_count; i++)
        if (!in_front(&pair, &whole->output[i]->shape, &part->output[i]->shape))
            return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, whole->output[i]->at,
                             "the batch cannot be split: output '%s' does not have it in front",
                             whole->output[i]->name);
    return NNEFCL_OK;
}
