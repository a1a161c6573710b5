/* SPDX-License-Identifier: Apache-2.0 */
/* What the pass `recognize` makes of attention: softmax(query key scale / divisor + mask) value, the softmax along the
 * keys. */
#include <math.h>

#include "ops/broadcast.h"
#include "ops/matmul.h"
#include "emit/reference.h"

/* ---- shapes ---- */

static nnefcl_status scores_check(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *scores)
{
    nnefcl_shape joined = *scores;
    if (ncl_shape_volume(&ncl_node_tensor(node, "scale")->shape) != 1 ||
        ncl_shape_volume(&ncl_node_tensor(node, "divisor")->shape) != 1)
        return ncl_infer_error(infer, node, "scale and divisor are no numbers");
    if (ncl_node_count(node, "axes") != 1 || ncl_node_integer_at(node, "axes", 0) != scores->rank - 1)
        return ncl_infer_error(infer, node, "the softmax does not run along the keys");
    if (!ncl_broadcast_join(&joined, &ncl_node_tensor(node, "mask")->shape) || !ncl_shape_equal(&joined, scores))
        return ncl_infer_error(infer, node, "the mask is larger than the scores");
    return NNEFCL_OK;
}

static nnefcl_status scores_find(struct ncl_infer *infer, const struct ncl_node *node, nnefcl_shape *scores)
{
    return ncl_matmul_shape(infer, node, &ncl_node_tensor(node, "query")->shape, &ncl_node_tensor(node, "key")->shape,
                            false, ncl_node_logical(node, "transposed"), scores);
}

nnefcl_status ncl_attention_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    nnefcl_shape scores, shape;
    nnefcl_status status = scores_find(infer, node, &scores);
    if (!status)
        status = scores_check(infer, node, &scores);
    if (!status)
        status = ncl_matmul_shape(infer, node, &scores, &ncl_node_tensor(node, "value")->shape, false, false, &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

/* Of both products: each score takes `depth`, each element of the result a term for each key. */
uint64_t ncl_attention_macs(const struct ncl_node *node)
{
    const nnefcl_shape *query = &ncl_node_tensor(node, "query")->shape, *value = &ncl_node_tensor(node, "value")->shape,
                       *result = &ncl_node_result(node, 0)->shape;
    const int last = result->rank - 1;
    const int64_t rows = ncl_shape_span(result, 0, last), keys = value->extent[last - 1];
    return (uint64_t)(rows * keys) * (uint64_t)(query->extent[last] + value->extent[last]);
}

/* ---- the problem ---- */

/* How far the mask tells queries apart; of another rank or shape, that is a broadcast along axes it lacks. */
static int mask_kind(const struct ncl_tensor *mask, int last)
{
    if (ncl_tensor_is_filled_with(mask, 0))
        return 0;
    return mask->shape.rank >= last && mask->shape.extent[last - 1] != 1 ? 2 : 1;
}

void ncl_attention_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    const struct ncl_tensor *query = ncl_node_tensor(node, "query"), *value = ncl_node_tensor(node, "value"),
                            *result = ncl_node_result(node, 0);
    const int last = result->shape.rank - 1;
    *problem = (struct ncl_problem){.family = NCL_FAMILY_ATTENTION,
                                    .node = node,
                                    .result = result,
                                    .flops = 2.0 * (double)ncl_attention_macs(node)};
    struct ncl_attention *attention = &problem->attention;
    attention->queries = result->shape.extent[last - 1];
    attention->columns = result->shape.extent[last];
    attention->keys = value->shape.extent[last - 1];
    attention->depth = query->shape.extent[last];
    attention->mask = mask_kind(ncl_node_tensor(node, "mask"), last);
    attention->rank = last - 1;
    for (int i = 0; i < attention->rank; i++)
        attention->extent[i] = result->shape.extent[i];
}

/* ---- the definition ---- */

/* What one row of the result is made of. */
struct row {
    const struct ncl_reference *reference;
    const struct ncl_node *node;
    const double *query, *key, *value;
    int64_t depth, keys, columns;
    int64_t key_step, depth_step; /* from one key to the next, from one element of a key to the next */
    int64_t at[NNEFCL_MAX_RANK];  /* of the row */
};

static double row_number(const struct row *row, const char *name)
{
    return ncl_reference_in(row->reference, ncl_node_tensor(row->node, name))[0];
}

static double row_score(struct row *row, int64_t key)
{
    const struct ncl_tensor *mask = ncl_node_tensor(row->node, "mask");
    double sum = 0;
    for (int64_t i = 0; i < row->depth; i++)
        sum += row->query[i] * row->key[key * row->key_step + i * row->depth_step];
    row->at[ncl_node_result(row->node, 0)->shape.rank - 1] = key;
    return sum * row_number(row, "scale") / row_number(row, "divisor") +
           ncl_reference_in(row->reference, mask)[ncl_position_repeated(&mask->shape, row->at)];
}

/* y[j] = sum over keys of weight value[j] / sum of weights, weight = exp(score - the largest one). */
static void row_define(struct row *row, double *y, double *scale)
{
    double max = -INFINITY, sum = 0;
    for (int64_t k = 0; k < row->keys; k++)
        max = fmax(max, row_score(row, k));
    for (int64_t k = 0; k < row->keys; k++) {
        const double weight = exp(row_score(row, k) - max);
        sum += weight;
        for (int64_t j = 0; j < row->columns; j++) {
            y[j] += weight * row->value[k * row->columns + j];
            scale[j] += fabs(weight * row->value[k * row->columns + j]);
        }
    }
    for (int64_t j = 0; j < row->columns; j++) {
        y[j] /= sum;
        scale[j] /= sum;
    }
}

/* The elements of an operand from this row on; of one whose rows are not those of the result, all of them. */
static const double *row_operand(struct row *row, const char *name, bool rows)
{
    const struct ncl_tensor *tensor = ncl_node_tensor(row->node, name);
    int64_t at[NNEFCL_MAX_RANK] = {0};
    for (int i = 0; i < tensor->shape.rank - 1 - !rows; i++)
        at[i] = row->at[i];
    return ncl_reference_in(row->reference, tensor) + ncl_position_repeated(&tensor->shape, at);
}

void ncl_attention_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *query = ncl_node_tensor(node, "query"), *value = ncl_node_tensor(node, "value"),
                            *result = ncl_node_result(node, 0);
    const int last = result->shape.rank - 1;
    const bool transposed = ncl_node_logical(node, "transposed");
    struct row row = {.reference = reference,
                      .node = node,
                      .depth = query->shape.extent[last],
                      .keys = value->shape.extent[last - 1],
                      .columns = value->shape.extent[last]};
    row.key_step = transposed ? row.depth : 1;
    row.depth_step = transposed ? 1 : row.keys;
    double *y = ncl_reference_out(reference, result),
           *scale = ncl_reference_scale(reference, result, (uint64_t)(row.depth + row.keys));
    nnefcl_shape rows = result->shape;
    rows.extent[last] = 1;
    for (bool more = ncl_position_first(&rows, row.at); more; more = ncl_position_next(&rows, row.at)) {
        row.query = row_operand(&row, "query", true);
        row.key = row_operand(&row, "key", false);
        row.value = row_operand(&row, "value", false);
        row_define(&row, y, scale);
        row.at[last] = 0;
        y += row.columns;
        scale += row.columns;
    }
}
