/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of functions, branches, and loops whose conditions are known while the file is read. Where the branch that is
 * taken depends on data both are made. */
#include "import/compose_branches.h"
#include "import/tensorflow/tf.h"

#define MAX_TURNS 65536

/* IF of Lite and If have other names for them. */
static const struct ncl_import_graph *branch_attribute(struct ncl_import *import, const struct ncl_import_node *node,
                                                       bool yes)
{
    const bool lite = ncl_import_attribute(node, "then") != NULL;
    return ncl_import_graph_of(import, node, yes ? lite ? "then" : "then_branch" : lite ? "else" : "else_branch");
}

static void give_values(struct ncl_import *import, const struct ncl_import_node *node,
                        const struct ncl_import_value *const *value)
{
    for (size_t i = 0; i < node->output_count && !import->status; i++)
        ncl_import_pass(import, node, i, value[i]);
}

/* What the graph gives of the operands from `first` on; NULL: an error. */
static struct ncl_import_value *graph_results(struct ncl_import *import, const struct ncl_import_node *node,
                                              const struct ncl_import_graph *graph, size_t first)
{
    if (!graph || graph->output_count < node->output_count || graph->input_count + first != node->input_count) {
        ncl_import_wrong(import, "a graph that does not fit");
        return NULL;
    }
    struct ncl_import_value *output = ncl_import_values_new(import, graph->output_count);
    const struct ncl_import_value **value =
        NCL_NEW_ARRAY(&import->scratch, const struct ncl_import_value *, node->input_count + 1);
    if (!value)
        ncl_import_nomem(import);
    for (size_t i = first; i < node->input_count && !import->status; i++)
        value[i - first] = ncl_import_value(import, node, i);
    if (import->status)
        return NULL;
    ncl_import_inline(import, graph, value, node->input_count - first, output);
    return import->status ? NULL : output;
}

static void run_graph(struct ncl_import *import, const struct ncl_import_node *node,
                      const struct ncl_import_graph *graph, size_t first)
{
    struct ncl_import_value *output = graph_results(import, node, graph, first);
    for (size_t i = 0; output && i < node->output_count && !import->status; i++)
        ncl_import_pass(import, node, i, &output[i]);
}

/* If: the condition, then what both branches take. */
void ncl_tf_build_conditional(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_branch_computed(import, node)) {
        struct ncl_import_value *yes = graph_results(import, node, branch_attribute(import, node, true), 1),
                                *no = graph_results(import, node, branch_attribute(import, node, false), 1);
        if (yes && no)
            ncl_branches_give(import, node, yes, no);
        return;
    }
    const struct ncl_known *condition = ncl_import_need(import, node, 0, "the condition");
    if (condition && condition->count == 1)
        run_graph(import, node, branch_attribute(import, node, ncl_known_int64(condition, 0) != 0), 1);
    else if (condition)
        ncl_import_wrong(import, "a condition of %zu elements", condition->count);
}

void ncl_tf_build_call(struct ncl_import *import, const struct ncl_import_node *node)
{
    run_graph(import, node, ncl_import_graph_of(import, node, "f"), 0);
}

/* Switch: the operand is result 1 where the condition holds, result 0 where it does not. */
void ncl_tf_build_switch(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *value = ncl_import_value(import, node, 0);
    const struct ncl_known *condition = ncl_import_need(import, node, 1, "the condition");
    if (!condition)
        return;
    if (condition->count != 1)
        ncl_import_wrong(import, "a condition of %zu elements", condition->count);
    const size_t taken = ncl_known_int64(condition, 0) != 0;
    ncl_import_pass(import, node, taken, value);
    ncl_import_give_dead(import, node, 1 - taken);
}

/* _SwitchN: the operand is the result of that number, which is the last one where there is none. */
void ncl_tf_build_switch_n(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *value = ncl_import_value(import, node, 0);
    const struct ncl_known *number = ncl_import_need(import, node, 1, "the number of the branch");
    const int64_t last = ncl_import_integer(import, node, "num_outs", (int64_t)node->output_count) - 1;
    if (!number)
        return;
    if (number->count != 1 || last < 0 || last > INT32_MAX)
        ncl_import_wrong(import, "one of %lld branches by %zu numbers", (long long)last + 1, number->count);
    const int64_t given = import->status ? 0 : ncl_known_int64(number, 0),
                  taken = given < 0 || given > last ? last : given;
    for (size_t i = 0; i < node->output_count && !import->status; i++)
        if ((int64_t)i == taken)
            ncl_import_pass(import, node, i, value);
        else
            ncl_import_give_dead(import, node, i);
}

/* Merge: the operand of the branch that is taken, and which one it is. */
void ncl_tf_build_merge(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *live = NULL;
    size_t index = 0, count = 0;
    for (size_t i = 0; i < node->input_count; i++) {
        const struct ncl_import_value *value = ncl_import_value(import, node, i);
        if (value->dead)
            continue;
        live = value;
        index = i;
        count++;
    }
    if (count > 1)
        ncl_import_refuse(import, "which of its %zu operands comes does not follow from data", count);
    if (import->status)
        return;
    if (count == 0) {
        ncl_import_give_dead(import, node, 0);
        ncl_import_give_dead(import, node, 1);
        return;
    }
    ncl_import_pass(import, node, 0, live);
    ncl_import_give_known(import, node, 1, ncl_known_scalar(&import->scratch, NCL_STORED_INT32, (double)index));
}

/* One turn of the condition; false: the end, or an error. */
static bool loop_goes_on(struct ncl_import *import, const struct ncl_import_graph *graph,
                         const struct ncl_import_value *const *state, size_t count)
{
    struct ncl_import_value *output = ncl_import_values_new(import, graph->output_count);
    if (output)
        ncl_import_inline(import, graph, state, count, output);
    if (import->status)
        return false;
    if (output->known && output->known->count == 1)
        return ncl_known_int64(output->known, 0) != 0;
    ncl_import_refuse(import, "a loop whose end depends on data");
    return false;
}

/* While: what goes around is what comes out. */
void ncl_tf_build_loop(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_graph *cond = ncl_import_graph_of(import, node, "cond"),
                                  *body = ncl_import_graph_of(import, node, "body");
    const size_t count = node->input_count;
    if (!cond || !body)
        return;
    if (cond->output_count != 1 || body->output_count != count || body->input_count != count ||
        cond->input_count != count || node->output_count > count) {
        ncl_import_wrong(import, "a loop of %zu values whose graphs do not fit", count);
        return;
    }
    const struct ncl_import_value **state = NCL_NEW_ARRAY(&import->scratch, const struct ncl_import_value *, count);
    if (!state)
        ncl_import_nomem(import);
    for (size_t i = 0; i < count && !import->status; i++)
        state[i] = ncl_import_value(import, node, i);
    for (size_t turn = 0; !import->status && loop_goes_on(import, cond, state, count); turn++) {
        struct ncl_import_value *output = ncl_import_values_new(import, count);
        if (turn == MAX_TURNS)
            ncl_import_refuse(import, "a loop of more than %d turns", MAX_TURNS);
        if (import->status)
            return;
        ncl_import_inline(import, body, state, count, output);
        for (size_t i = 0; i < count; i++)
            state[i] = &output[i];
    }
    give_values(import, node, state);
}
