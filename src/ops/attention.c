/* SPDX-License-Identifier: Apache-2.0 */
/* What the pass `recognize` makes of attention: softmax(query key scale / divisor + mask) value, the softmax along the
 * keys. */
#include "ops/attention.h"

#include <math.h>

#include "emit/reference.h"
#include "ops/broadcast.h"
#include "ops/matmul.h"
#include "ops/strided.h"

/* ---- shapes ---- */

/* One number for each matrix of scores (Swin V2: for each head), or one for several. */
static bool scale_fits(const nnefcl_shape *scale, const nnefcl_shape *scores)
{
    nnefcl_shape joined = *scores;
    return ncl_shape_volume(scale) == 1 || (ncl_broadcast_join(&joined, scale) && ncl_shape_equal(&joined, scores) &&
                                            ncl_shape_span(scale, scores->rank - 2, scale->rank) == 1);
}

nnefcl_status ncl_attention_check(struct ncl_infer *infer, const struct ncl_node *node, const nnefcl_shape *scores)
{
    nnefcl_shape joined = *scores;
    if (!scale_fits(&ncl_node_tensor(node, "scale")->shape, scores))
        return ncl_infer_error(infer, node, "the scale is not one number for each matrix");
    if (ncl_shape_volume(&ncl_node_tensor(node, "divisor")->shape) != 1)
        return ncl_infer_error(infer, node, "the divisor is no number");
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
        status = ncl_attention_check(infer, node, &scores);
    if (!status && (ncl_node_count(node, "axes") != 1 || ncl_node_integer_at(node, "axes", 0) != scores.rank - 1))
        status = ncl_infer_error(infer, node, "the softmax does not run along the keys");
    if (!status)
        status = ncl_matmul_shape(infer, node, &scores, &ncl_node_tensor(node, "value")->shape, false, false, &shape);
    return status ? status : ncl_infer_result(infer, node, 0, &shape);
}

/* ---- the problem ---- */

struct ncl_attention_matrix ncl_attention_whole(const struct ncl_tensor *tensor, int rank)
{
    struct ncl_attention_matrix matrix = {.tensor = tensor};
    int64_t stride[NNEFCL_MAX_RANK] = {0};
    ncl_strided_dense(&tensor->shape, stride);
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        if (i >= tensor->shape.rank || tensor->shape.extent[i] == 1)
            stride[i] = 0;
    for (int i = 0; i < rank; i++)
        matrix.batch[i] = stride[i];
    matrix.row = stride[rank];
    matrix.column = stride[rank + 1];
    return matrix;
}

/* Of both products: each score takes `depth`, each element of the result a term for each key. */
static uint64_t count_macs(const struct ncl_attention *p)
{
    int64_t scores = p->queries * p->keys;
    for (int i = 0; i < p->rank; i++)
        scores *= p->extent[i];
    return (uint64_t)scores * (uint64_t)(p->depth + p->columns);
}

uint64_t ncl_attention_macs(const struct ncl_node *node)
{
    struct ncl_problem problem;
    node->op->problem(node, &problem);
    return count_macs(&problem.attention);
}

void ncl_attention_complete(const struct ncl_node *node, const struct ncl_attention *attention,
                            struct ncl_problem *problem)
{
    const struct ncl_tensor *mask = ncl_node_tensor(node, "mask");
    *problem = (struct ncl_problem){.family = NCL_FAMILY_ATTENTION,
                                    .node = node,
                                    .result = ncl_node_result(node, 0),
                                    .flops = 2.0 * (double)count_macs(attention),
                                    .attention = *attention};
    problem->attention.mask = ncl_attention_whole(mask, attention->rank);
    problem->attention.scale = ncl_attention_whole(ncl_node_tensor(node, "scale"), attention->rank);
    problem->attention.guarded = ncl_node_logical(node, "guarded");
    if (!ncl_tensor_is_filled_with(mask, 0))
        problem->attention.masked = problem->attention.mask.row ? 2 : 1;
}

void ncl_attention_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    const struct ncl_tensor *query = ncl_node_tensor(node, "query"), *value = ncl_node_tensor(node, "value"),
                            *result = ncl_node_result(node, 0);
    const int rank = result->shape.rank - 2;
    struct ncl_attention attention = {.queries = result->shape.extent[rank],
                                      .keys = value->shape.extent[rank],
                                      .depth = query->shape.extent[rank + 1],
                                      .columns = result->shape.extent[rank + 1],
                                      .rank = rank,
                                      .query = ncl_attention_whole(query, rank),
                                      .key = ncl_attention_whole(ncl_node_tensor(node, "key"), rank),
                                      .value = ncl_attention_whole(value, rank),
                                      .result = ncl_attention_whole(result, rank)};
    if (!ncl_node_logical(node, "transposed")) {
        const int64_t row = attention.key.row;
        attention.key.row = attention.key.column;
        attention.key.column = row;
    }
    for (int i = 0; i < rank; i++)
        attention.extent[i] = result->shape.extent[i];
    ncl_attention_complete(node, &attention, problem);
}

/* ---- the definition ---- */

/* What one row of the result is made of. */
struct row {
    const struct ncl_attention *p;
    const double *query, *key, *value, *mask;
    double factor, divisor;
};

static double row_score(const struct row *row, int64_t key)
{
    double sum = 0;
    for (int64_t i = 0; i < row->p->depth; i++)
        sum += row->query[i] * row->key[key * row->p->key.row + i * row->p->key.column];
    return sum * row->factor / row->divisor + row->mask[key * row->p->mask.column];
}

/* y[j] = sum over keys of weight value[j] / sum of weights, weight = exp(score - the largest one): the sum is at least
 * 1 or no number. */
static void row_define(const struct row *row, double *y, double *scale)
{
    double max = -INFINITY, sum = 0;
    for (int64_t k = 0; k < row->p->keys; k++)
        max = fmax(max, row_score(row, k));
    for (int64_t k = 0; k < row->p->keys; k++) {
        const double weight = exp(row_score(row, k) - max);
        sum += weight;
        for (int64_t j = 0; j < row->p->columns; j++) {
            const double value = row->value[k * row->p->value.row + j * row->p->value.column];
            y[j] += weight * value;
            scale[j] += fabs(weight * value);
        }
    }
    for (int64_t j = 0; j < row->p->columns; j++) {
        const bool none = row->p->guarded && isnan(sum);
        y[j] = none ? 0 : y[j] / sum;
        scale[j] = none ? 0 : scale[j] / sum;
    }
}

/* Where the elements of an operand begin at a place of the batch. */
static int64_t place_first(const struct ncl_attention_matrix *matrix, const int64_t *at, int rank)
{
    int64_t first = matrix->first;
    for (int i = 0; i < rank; i++)
        first += at[i] * matrix->batch[i];
    return first;
}

/* A row of the matrix at a place whose last item is the row; the first one where `rows` is false. */
static const double *operand_row(const struct ncl_reference *reference, const struct ncl_attention_matrix *matrix,
                                 const int64_t *at, int rank, bool rows)
{
    return ncl_reference_in(reference, matrix->tensor) + place_first(matrix, at, rank) +
           (rows ? at[rank] : 0) * matrix->row;
}

void ncl_attention_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    struct ncl_problem problem;
    node->op->problem(node, &problem);
    const struct ncl_attention *p = &problem.attention;
    double *y = ncl_reference_out(reference, problem.result),
           *scale = ncl_reference_scale(reference, problem.result, (uint64_t)(p->depth + p->keys));
    struct row row = {.p = p, .divisor = ncl_reference_in(reference, ncl_node_tensor(node, "divisor"))[0]};
    nnefcl_shape rows = {.rank = p->rank + 1};
    int64_t at[NNEFCL_MAX_RANK];
    for (int i = 0; i < p->rank; i++)
        rows.extent[i] = p->extent[i];
    rows.extent[p->rank] = p->queries;
    for (bool more = ncl_position_first(&rows, at); more; more = ncl_position_next(&rows, at)) {
        const int64_t place = place_first(&p->result, at, p->rank) + at[p->rank] * p->result.row;
        row.query = operand_row(reference, &p->query, at, p->rank, true);
        row.key = operand_row(reference, &p->key, at, p->rank, false);
        row.value = operand_row(reference, &p->value, at, p->rank, false);
        row.factor = *operand_row(reference, &p->scale, at, p->rank, false);
        row.mask = operand_row(reference, &p->mask, at, p->rank, true);
        row_define(&row, y + place, scale + place);
    }
}
