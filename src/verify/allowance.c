/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/allowance.h"

#include <math.h>
#include <string.h>

#include "verify/judge.h"
#include "verify/tolerance.h"

/* A node with elements of its own: what the examination has of its operands is copied, and nothing there changes. */
struct trial {
    const struct ncl_meant *meant;
    struct ncl_graph graph;
    struct ncl_exact exact;
    struct ncl_slack slack;
    struct ncl_arena arena;
};

static bool is_meant_result(const struct ncl_meant *meant, size_t index)
{
    return meant->tensor[index] == meant->node.result[0].tensor;
}

bool ncl_meant_needs(const struct ncl_meant *meant, size_t index)
{
    return !is_meant_result(meant, index) && !meant->tensor[index]->data;
}

static nnefcl_status trial_open(struct trial *trial, const struct ncl_meant *meant, const struct ncl_slack *from,
                                struct ncl_diag *diag)
{
    *trial = (struct trial){.meant = meant, .graph = {.tensor = meant->tensor, .tensor_count = meant->tensor_count}};
    ncl_arena_init(&trial->arena, &from->exact->allocator, 0);
    const nnefcl_status status =
        ncl_exact_open(&trial->exact, &trial->graph, from->exact->compat, NULL, &from->exact->allocator, diag);
    trial->exact.weights_off = from->exact->weights_off;
    trial->exact.transforms = from->exact->transforms;
    return status ? status : ncl_slack_open(&trial->slack, &trial->exact, &trial->arena, diag);
}

static void trial_close(struct trial *trial)
{
    ncl_slack_close(&trial->slack);
    ncl_exact_close(&trial->exact);
    ncl_arena_free(&trial->arena);
}

static nnefcl_status take_operand(struct trial *trial, const struct ncl_slack *from, size_t index,
                                  struct ncl_diag *diag)
{
    const struct ncl_tensor *tensor = trial->meant->tensor[index];
    const size_t bytes = ncl_exact_count(tensor) * sizeof(double);
    double *off;
    if (tensor->data)
        return ncl_exact_set(&trial->exact, tensor, tensor->data, diag);
    const uint32_t origin = trial->meant->origin[index];
    nnefcl_status status = ncl_exact_make(&trial->exact, tensor, false, diag);
    if (!status)
        memcpy(trial->exact.tensor[index].value, from->exact->tensor[origin].value, bytes);
    if (!status && from->off[origin]) {
        status = ncl_slack_make(&trial->slack, tensor, &off, diag);
        if (!status)
            memcpy(off, from->off[origin], bytes);
    }
    return status;
}

static nnefcl_status trial_run(struct trial *trial, const struct ncl_slack *from, struct ncl_diag *diag)
{
    const struct ncl_node *node = &trial->meant->node;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < trial->meant->tensor_count && !status; i++)
        if (!is_meant_result(trial->meant, i))
            status = take_operand(trial, from, i, diag);
    if (!status)
        status = ncl_exact_node(&trial->exact, node, diag);
    if (!status)
        status = ncl_slack_find(&trial->slack, node, diag);
    return status;
}

static double unit_of(const struct ncl_elements *elements, size_t index)
{
    const double magnitude = fabs(elements->value[index]);
    return ncl_judge_unit(elements->scale ? fmax(magnitude, elements->scale[index]) : magnitude);
}

nnefcl_status ncl_meant_raise(const struct ncl_meant *meant, const struct ncl_slack *from,
                              const struct ncl_elements *want, double tolerance, double *off, struct ncl_diag *diag)
{
    const struct ncl_tensor *result = meant->node.result[0].tensor;
    const struct ncl_tolerance *table = ncl_tolerance_find(meant->node.op->name);
    struct trial trial;
    if (!table || !ncl_exact_defined(&meant->node))
        return NNEFCL_OK;
    nnefcl_status status = trial_open(&trial, meant, from, diag);
    if (!status)
        status = trial_run(&trial, from, diag);
    const struct ncl_elements *own = status ? NULL : &trial.exact.tensor[result->id];
    for (size_t i = 0; own && i < ncl_exact_count(result); i++) {
        const double moved = trial.slack.off[result->id] ? trial.slack.off[result->id][i] : 0;
        off[i] =
            fmax(off[i], ncl_tolerance_ulp(table, own->terms) * unit_of(own, i) + moved - tolerance * unit_of(want, i));
    }
    trial_close(&trial);
    return status;
}
