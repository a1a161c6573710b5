/* SPDX-License-Identifier: Apache-2.0 */
/* Which transposes are no steps. */
#include <string.h>

#include "emit/readers.h"
#include "emit/turned.h"
#include "emit/variant.h"

/* Neighbours along the last axis stay neighbours; of a key, those along the axis of the keys may become them. */
static bool operand_takes(const char *parameter, const struct ncl_node *transpose)
{
    const int last = ncl_node_result(transpose, 0)->shape.rank - 1;
    const bool key = strcmp(parameter, "key") == 0;
    const bool operand = key || strcmp(parameter, "query") == 0 || strcmp(parameter, "value") == 0;
    return operand &&
           (ncl_turned_axis(transpose, last) == last || (key && ncl_turned_axis(transpose, last - 1) == last));
}

static bool reader_takes(const struct ncl_lower *lower, const struct ncl_node *reader, const struct ncl_node *transpose)
{
    const struct ncl_tensor *tensor = ncl_node_result(transpose, 0);
    struct ncl_problem problem;
    if (!ncl_node_is(reader, "attention") || ncl_node_result(reader, 0)->shape.rank != tensor->shape.rank)
        return false;
    for (size_t k = 0; k < reader->parameter_count; k++)
        if (ncl_readers_value(&reader->argument[k], tensor) && !operand_takes(reader->parameter[k], transpose))
            return false;
    reader->op->problem(reader, &problem);
    return ncl_choose_decided(lower, &problem)->turns;
}

/* Every one of them, and there is one. */
static bool readers_take(const struct ncl_lower *lower, const struct ncl_node *transpose)
{
    const struct ncl_tensor *tensor = ncl_node_result(transpose, 0);
    bool some = false;
    for (size_t i = 0; i < lower->graph->node_count; i++) {
        const struct ncl_node *node = lower->graph->node[i];
        const bool reads = ncl_readers_node(node, tensor);
        if (ncl_readers_company(node, tensor) || (reads && !reader_takes(lower, node, transpose)))
            return false;
        some = some || reads;
    }
    return some && !ncl_readers_outside(lower->graph, tensor);
}

bool ncl_turned_take(struct ncl_lower *lower, const struct ncl_node *transpose)
{
    const struct ncl_tensor *input = ncl_node_tensor(transpose, "input"), *result = ncl_node_result(transpose, 0);
    if (lower->turned[input->id] == transpose)
        return true;
    const bool lasts = input->role == NCL_ROLE_ACTIVATION || input->role == NCL_ROLE_INPUT;
    if (lower->plan->target.cpu || lower->node_constant || !lasts || result->shape.rank < 3 ||
        !readers_take(lower, transpose))
        return false;
    lower->turned[result->id] = transpose;
    return true;
}
