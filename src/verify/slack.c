/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/slack.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "verify/judge.h"
#include "verify/spread.h"

/* Arguments that are moved by themselves; of more, some go together. */
#define ARGUMENTS 6

/* How a node is evaluated: with zeros for denormals, with magnitudes, with magnitudes that are as large as they may
 * be. From CORNERS on bit i is set where the elements of the i-th argument that may be off are as large as they may
 * be, and not set where they are as small. */
enum { FLUSHED, MAGNITUDES, GROWN, CORNERS };

/* ---- room ---- */

nnefcl_status ncl_slack_open(struct ncl_slack *slack, struct ncl_exact *exact, struct ncl_arena *arena,
                             struct ncl_diag *diag)
{
    const size_t count = exact->graph->tensor_count;
    *slack = (struct ncl_slack){.exact = exact,
                                .off = NCL_NEW_ARRAY(arena, double *, count),
                                .aside = NCL_NEW_ARRAY(arena, struct ncl_elements, count)};
    return slack->off && slack->aside ? NNEFCL_OK : ncl_nomem(diag);
}

void ncl_slack_drop(struct ncl_slack *slack, const struct ncl_tensor *tensor)
{
    ncl_resize(&slack->exact->allocator, slack->off[tensor->id], 0);
    slack->off[tensor->id] = NULL;
}

nnefcl_status ncl_slack_make(struct ncl_slack *slack, const struct ncl_tensor *result, double **off,
                             struct ncl_diag *diag)
{
    const size_t bytes = ncl_exact_count(result) * sizeof **off; /* as many as its elements take */
    double **own = &slack->off[result->id];
    if (!*own) {
        *own = ncl_resize(&slack->exact->allocator, NULL, bytes);
        if (!*own)
            return ncl_nomem(diag);
        memset(*own, 0, bytes);
    }
    *off = *own;
    return NNEFCL_OK;
}

nnefcl_status ncl_slack_add(struct ncl_slack *slack, const struct ncl_tensor *result, double tolerance,
                            struct ncl_diag *diag)
{
    const struct ncl_elements *elements = &slack->exact->tensor[result->id];
    double *off;
    if (tolerance <= 0 || result->dtype != NNEFCL_SCALAR)
        return NNEFCL_OK;
    const nnefcl_status status = ncl_slack_make(slack, result, &off, diag);
    for (size_t i = 0; !status && i < ncl_exact_count(result); i++)
        off[i] += tolerance * ncl_judge_unit(fmax(fabs(elements->value[i]), elements->scale ? elements->scale[i] : 0));
    return status;
}

/* ---- a node with other operands ---- */

static bool is_denormal(double value)
{
    return value != 0 && fabs(value) < (double)FLT_MIN;
}

static bool tensor_has_denormals(const struct ncl_slack *slack, const struct ncl_tensor *tensor)
{
    const double *value = slack->exact->tensor[tensor->id].value;
    for (size_t i = 0; tensor->dtype == NNEFCL_SCALAR && i < ncl_exact_count(tensor); i++)
        if (is_denormal(value[i]))
            return true;
    return false;
}

bool ncl_slack_has_denormals(const struct ncl_slack *slack, const struct ncl_node *node)
{
    const struct ncl_tensor *operand;
    bool denormals = false;
    for (size_t i = 0; (operand = ncl_exact_operand(node, i)); i++)
        denormals = denormals || tensor_has_denormals(slack, operand);
    return denormals;
}

static double altered(int how, double value, double off, int corner)
{
    if (how == FLUSHED)
        return is_denormal(value) ? copysign(0, value) : value;
    if (how < CORNERS)
        return fabs(value) + (how == GROWN ? off : 0);
    return (how - CORNERS) >> corner & 1 ? value + off : value - off;
}

static nnefcl_status alter_operand(struct ncl_slack *slack, const struct ncl_tensor *tensor, int how, int corner,
                                   struct ncl_diag *diag)
{
    struct ncl_elements *aside = &slack->aside[tensor->id];
    const double *off = slack->off[tensor->id];
    if (aside->value || tensor->dtype != NNEFCL_SCALAR || (how >= CORNERS && !off))
        return NNEFCL_OK;
    *aside = slack->exact->tensor[tensor->id];
    const nnefcl_status status = ncl_exact_make(slack->exact, tensor, false, diag);
    for (size_t i = 0; !status && i < ncl_exact_count(tensor); i++)
        slack->exact->tensor[tensor->id].value[i] = altered(how, aside->value[i], off ? off[i] : 0, corner);
    return status;
}

static bool argument_is_off(const struct ncl_slack *slack, const struct ncl_value *argument)
{
    const struct ncl_tensor *tensor;
    for (size_t i = 0; (tensor = ncl_exact_among(argument, 1, i)); i++)
        if (slack->off[tensor->id])
            return true;
    return false;
}

/* Arguments that have elements that may be off. */
static int count_off(const struct ncl_slack *slack, const struct ncl_node *node)
{
    int count = 0;
    for (size_t i = 0; i < node->parameter_count; i++)
        count += argument_is_off(slack, &node->argument[i]);
    return count < ARGUMENTS ? count : ARGUMENTS;
}

static nnefcl_status evaluate_altered(struct ncl_slack *slack, const struct ncl_node *node, int how,
                                      struct ncl_diag *diag)
{
    const struct ncl_tensor *tensor;
    nnefcl_status status = NNEFCL_OK;
    int before = 0;
    for (size_t i = 0; i < node->parameter_count && !status; i++) {
        for (size_t k = 0; (tensor = ncl_exact_among(&node->argument[i], 1, k)) && !status; k++)
            status = alter_operand(slack, tensor, how, before % ARGUMENTS, diag);
        before += argument_is_off(slack, &node->argument[i]);
    }
    for (size_t i = 0; (tensor = ncl_exact_result(node, i)); i++) {
        slack->aside[tensor->id] = slack->exact->tensor[tensor->id];
        slack->exact->tensor[tensor->id] = (struct ncl_elements){0};
    }
    return status ? status : ncl_exact_node(slack->exact, node, diag);
}

static void restore(struct ncl_slack *slack, const struct ncl_tensor *tensor)
{
    struct ncl_elements *aside = &slack->aside[tensor->id];
    if (!aside->value)
        return;
    ncl_exact_drop(slack->exact, tensor);
    slack->exact->tensor[tensor->id] = *aside;
    *aside = (struct ncl_elements){0};
}

void ncl_slack_restore(struct ncl_slack *slack, const struct ncl_node *node)
{
    const struct ncl_tensor *tensor;
    for (size_t i = 0; (tensor = ncl_exact_operand(node, i)); i++)
        restore(slack, tensor);
    for (size_t i = 0; (tensor = ncl_exact_result(node, i)); i++)
        restore(slack, tensor);
}

nnefcl_status ncl_slack_flush(struct ncl_slack *slack, const struct ncl_node *node, struct ncl_diag *diag)
{
    return evaluate_altered(slack, node, FLUSHED, diag);
}

void ncl_slack_close(struct ncl_slack *slack)
{
    for (size_t i = 0; slack->off && slack->aside && i < slack->exact->graph->tensor_count; i++) {
        restore(slack, slack->exact->graph->tensor[i]);
        ncl_slack_drop(slack, slack->exact->graph->tensor[i]);
    }
}

/* ---- how far results may be off because operands are ---- */

static double moved(nnefcl_dtype dtype, double from, double to)
{
    if (from == to || (isnan(from) && isnan(to)))
        return 0;
    const double by = fabs(to - from);
    return dtype == NNEFCL_SCALAR && !isnan(by) ? by : (double)INFINITY;
}

/* A convolution, a product of matrices: a sum of products of operands, with weights of both signs, so that no corner is
 * the one that takes all of its terms along. For errors |e| <= d of factors a, |product of (a + e) - product of a|
 * <= product of (|a| + d) - product of |a|, since every term that the left side expands to stands on the right with its
 * magnitude. So a result may be off by what it grows when all magnitudes do; where one operand is off it is, with
 * the signs of the others in its errors. */
static bool sums_products(const struct ncl_node *node)
{
    return node->op->macs && node->op->macs(node) && !node->op->inner;
}

/* The farthest of all corners; of products how far the result of grown magnitudes is from that of the magnitudes, which
 * is kept there in between. */
static void widen(const struct ncl_slack *slack, const struct ncl_tensor *result, bool products)
{
    double *off = slack->off[result->id];
    const double *from = products ? off : slack->aside[result->id].value, *to = slack->exact->tensor[result->id].value;
    for (size_t i = 0; i < ncl_exact_count(result); i++) {
        const double by = moved(result->dtype, from[i], to[i]);
        if (products || by > off[i])
            off[i] = by;
    }
}

/* Integers and logicals that may be wrong cannot be moved: nothing is known of what is made from them. */
static bool is_unknown(const struct ncl_slack *slack, const struct ncl_node *node)
{
    const struct ncl_tensor *operand;
    for (size_t i = 0; (operand = ncl_exact_operand(node, i)); i++)
        for (size_t k = 0; slack->off[operand->id] && operand->dtype != NNEFCL_SCALAR && k < ncl_exact_count(operand);
             k++)
            if (slack->off[operand->id][k] > 0)
                return true;
    return false;
}

static nnefcl_status make_results(struct ncl_slack *slack, const struct ncl_node *node, double value,
                                  struct ncl_diag *diag)
{
    const struct ncl_tensor *result;
    nnefcl_status status = NNEFCL_OK;
    double *off;
    for (size_t i = 0; (result = ncl_exact_result(node, i)) && !status; i++) {
        status = ncl_slack_make(slack, result, &off, diag);
        for (size_t k = 0; !status && k < ncl_exact_count(result); k++)
            off[k] = value;
    }
    return status;
}

/* What is not a sum of products, and has no bound of its own (spread.h), goes one way with each argument, where the
 * others stand still: its farthest result is at a corner. */
static nnefcl_status find_farthest(struct ncl_slack *slack, const struct ncl_node *node, struct ncl_diag *diag)
{
    const struct ncl_tensor *result;
    const bool products = sums_products(node);
    const int first = products ? MAGNITUDES : CORNERS,
              end = products ? GROWN + 1 : CORNERS + (1 << count_off(slack, node));
    nnefcl_status status = NNEFCL_OK;
    for (int how = first; how < end && !status; how++) {
        status = evaluate_altered(slack, node, how, diag);
        for (size_t i = 0; (result = ncl_exact_result(node, i)) && !status; i++)
            widen(slack, result, products);
        ncl_slack_restore(slack, node);
    }
    return status;
}

nnefcl_status ncl_slack_find(struct ncl_slack *slack, const struct ncl_node *node, struct ncl_diag *diag)
{
    const ncl_spread spread = ncl_spread_find(node->op);
    if (!count_off(slack, node))
        return NNEFCL_OK;
    const bool unknown = is_unknown(slack, node);
    const nnefcl_status status = make_results(slack, node, unknown ? (double)INFINITY : 0, diag);
    if (status || unknown)
        return status;
    if (!spread)
        return find_farthest(slack, node, diag);
    spread(node, slack->exact->tensor, slack->off);
    return NNEFCL_OK;
}
