/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/attention_step.h"

#include "emit/after.h"

static void step_batch(struct ncl_emit *step, const struct ncl_attention *p)
{
    int64_t extent[NCL_MATMUL_BATCH];
    for (int i = 0; i < NCL_MATMUL_BATCH; i++)
        extent[i] = i < p->rank ? p->extent[i] : 1;
    ncl_step_size(step, "RANK", p->rank);
    ncl_step_sizes(step, "EXTENT", extent, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "Q_STRIDE", p->query.batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "K_STRIDE", p->key.batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "V_STRIDE", p->value.batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "Y_STRIDE", p->result.batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "MASK_STRIDE", p->mask.batch, NCL_MATMUL_BATCH);
    ncl_step_sizes(step, "SCALE_STRIDE", p->scale.batch, NCL_MATMUL_BATCH);
}

/* The axis of the result that columns go along as the body counts them; -1: they are a part of one. */
static int columns_axis(const struct ncl_problem *problem)
{
    const nnefcl_shape *shape = &problem->result->shape;
    return shape->rank > 0 && shape->extent[shape->rank - 1] == problem->attention.columns ? shape->rank - 1 : -1;
}

struct ncl_emit *ncl_attention_step(struct ncl_lower *lower, const struct ncl_problem *problem, const char *body,
                                    int64_t width)
{
    const struct ncl_attention *p = &problem->attention;
    const struct ncl_node *node = problem->node;
    struct ncl_emit *step = ncl_step_begin(lower, body);
    ncl_step_define_int(step, "MASK", p->masked);
    if (p->guarded)
        ncl_step_define_int(step, "GUARDED", 1);
    ncl_step_in(step, ncl_lower_tensor(lower, p->query.tensor));
    ncl_step_in(step, ncl_lower_tensor(lower, p->key.tensor));
    ncl_step_in(step, ncl_lower_tensor(lower, p->value.tensor));
    ncl_step_in(step, ncl_lower_tensor(lower, p->mask.tensor));
    ncl_step_in(step, ncl_lower_tensor(lower, p->scale.tensor));
    ncl_step_in(step, ncl_lower_tensor(lower, ncl_node_tensor(node, "divisor")));
    ncl_step_out(step, problem->out);
    ncl_step_after(lower, step, problem->out, columns_axis(problem), true);
    ncl_step_size(step, "QUERIES", p->queries);
    ncl_step_size(step, "KEYS", p->keys);
    ncl_step_size(step, "DEPTH", p->depth);
    ncl_step_size(step, "COLUMNS", p->columns);
    ncl_step_size(step, "BLOCKS", ncl_ceil_div(p->queries, width));
    ncl_step_size(step, "Q_FIRST", p->query.first);
    ncl_step_size(step, "Q_ROW", p->query.row);
    ncl_step_size(step, "K_FIRST", p->key.first);
    ncl_step_size(step, "K_ROW", p->key.row);
    ncl_step_size(step, "K_COLUMN", p->key.column);
    ncl_step_size(step, "V_FIRST", p->value.first);
    ncl_step_size(step, "V_ROW", p->value.row);
    ncl_step_size(step, "V_COLUMN", p->value.column);
    ncl_step_size(step, "Y_ROW", p->result.row);
    ncl_step_size(step, "MASK_ROW", p->mask.row);
    ncl_step_size(step, "MASK_COLUMN", p->mask.column);
    step_batch(step, p);
    ncl_step_flops(step, problem->flops);
    return step;
}

int64_t ncl_attention_tasks(const struct ncl_problem *problem, int64_t width)
{
    const struct ncl_attention *p = &problem->attention;
    int64_t tasks = ncl_ceil_div(p->queries, width);
    for (int i = 0; i < p->rank; i++)
        tasks *= p->extent[i];
    return tasks;
}
