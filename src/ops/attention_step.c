/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/attention_step.h"

#include "emit/after.h"
#include "emit/turned.h"
#include "ops/matmul.h"

/* Rows, columns and batch of so many axes by their strides. */
static struct ncl_matrix matrix_of(ncl_ref ref, const int64_t *stride, int rank)
{
    struct ncl_matrix matrix = {.ref = ref, .row = stride[rank - 2], .column = stride[rank - 1]};
    for (int i = 0; i < rank - 2; i++)
        matrix.batch[i] = stride[i];
    return matrix;
}

/* Where the matrices of an operand lie: axes that it lacks, or has once, repeat. */
static struct ncl_matrix operand_matrix(struct ncl_lower *lower, const struct ncl_node *node, const char *name)
{
    const struct ncl_tensor *tensor = ncl_node_tensor(node, name);
    int64_t stride[NNEFCL_MAX_RANK];
    const ncl_ref ref = ncl_turned_tensor(lower, tensor, stride);
    const int rank = ncl_node_result(node, 0)->shape.rank;
    for (int i = 0; i < rank; i++)
        if (i >= tensor->shape.rank || tensor->shape.extent[i] == 1)
            stride[i] = 0;
    return matrix_of(ref, stride, rank);
}

static struct ncl_matrix result_matrix(const struct ncl_lower *lower, const struct ncl_problem *problem)
{
    int64_t stride[NNEFCL_MAX_RANK];
    ncl_turned_strides(lower, problem->result, stride);
    return matrix_of(problem->out, stride, problem->result->shape.rank);
}

static void step_batch(struct ncl_emit *step, const struct ncl_attention *p, const struct ncl_matrix *const *matrix)
{
    static const char *const names[] = {"Q_STRIDE", "K_STRIDE", "V_STRIDE", "Y_STRIDE", "MASK_STRIDE"};
    int64_t extent[NCL_MATMUL_BATCH];
    for (int i = 0; i < NCL_MATMUL_BATCH; i++)
        extent[i] = i < p->rank ? p->extent[i] : 1;
    ncl_step_size(step, "RANK", p->rank);
    ncl_step_sizes(step, "EXTENT", extent, NCL_MATMUL_BATCH);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ncl_step_sizes(step, names[i], matrix[i]->batch, NCL_MATMUL_BATCH);
}

struct ncl_emit *ncl_attention_step(struct ncl_lower *lower, const struct ncl_problem *problem, const char *body,
                                    int64_t width)
{
    const struct ncl_attention *p = &problem->attention;
    const struct ncl_node *node = problem->node;
    const struct ncl_matrix query = operand_matrix(lower, node, "query"), value = operand_matrix(lower, node, "value"),
                            mask = operand_matrix(lower, node, "mask");
    struct ncl_matrix key = operand_matrix(lower, node, "key");
    if (!ncl_node_logical(node, "transposed"))
        key = ncl_matmul_transposed(key);
    const nnefcl_shape *shape = &problem->result->shape;
    const struct ncl_matrix result = result_matrix(lower, problem);
    struct ncl_emit *step = ncl_step_begin(lower, body);
    ncl_step_define_int(step, "MASK", p->mask);
    ncl_step_in(step, query.ref);
    ncl_step_in(step, key.ref);
    ncl_step_in(step, value.ref);
    ncl_step_in(step, mask.ref);
    ncl_step_in(step, ncl_lower_tensor(lower, ncl_node_tensor(node, "scale")));
    ncl_step_in(step, ncl_lower_tensor(lower, ncl_node_tensor(node, "divisor")));
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, shape->rank - 1, true);
    ncl_step_size(step, "QUERIES", p->queries);
    ncl_step_size(step, "KEYS", p->keys);
    ncl_step_size(step, "DEPTH", p->depth);
    ncl_step_size(step, "COLUMNS", p->columns);
    ncl_step_size(step, "BLOCKS", ncl_ceil_div(p->queries, width));
    ncl_step_size(step, "Q_FIRST", 0);
    ncl_step_size(step, "Q_ROW", query.row);
    ncl_step_size(step, "K_FIRST", 0);
    ncl_step_size(step, "K_ROW", key.row);
    ncl_step_size(step, "K_COLUMN", key.column);
    ncl_step_size(step, "V_FIRST", 0);
    ncl_step_size(step, "V_ROW", value.row);
    ncl_step_size(step, "V_COLUMN", value.column);
    ncl_step_size(step, "Y_ROW", result.row);
    ncl_step_size(step, "MASK_ROW", mask.row);
    ncl_step_size(step, "MASK_COLUMN", mask.column);
    step_batch(step, p, (const struct ncl_matrix *const[]){&query, &key, &value, &result, &mask});
    ncl_step_flops(step, problem->flops);
    return step;
}

int64_t ncl_attention_tasks(const struct ncl_problem *problem, int64_t width)
{
    const struct ncl_attention *p = &problem->attention;
    return ncl_shape_span(&problem->result->shape, 0, p->rank) * ncl_ceil_div(p->queries, width);
}
