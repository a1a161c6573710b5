/* SPDX-License-Identifier: Apache-2.0 */
/* Branches and loops whose conditions are known while the file is read. */
#include "import/tensorflow/tf.h"

#define MAX_TURNS 65536

static const struct ncl_import_graph *graph_attribute(struct ncl_import *import, const struct ncl_import_node *node,
                                                      const char *name)
{
    const struct ncl_import_attribute *attribute = ncl_import_attribute(node, name);
    if (attribute && attribute->kind == NCL_ATTRIBUTE_GRAPH)
        return attribute->graph;
    ncl_import_wrong(import, "the graph '%s' is missing", name);
    return NULL;
}

static void give_values(struct ncl_import *import, const struct ncl_import_node *node,
                        const struct ncl_import_value *const *value)
{
    for (size_t i = 0; i < node->output_count && !import->status; i++)
        ncl_import_pass(import, node, i, value[i]);
}

/* IF: the condition, then what both branches take. */
void ncl_tf_build_conditional(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *condition = ncl_import_need(import, node, 0, "the condition");
    if (!condition || condition->count != 1)
        return;
    const struct ncl_import_graph *graph =
        graph_attribute(import, node, ncl_known_int64(condition, 0) ? "then" : "else");
    if (!graph || graph->output_count < node->output_count || graph->input_count + 1 != node->input_count) {
        ncl_import_wrong(import, "a branch that does not fit");
        return;
    }
    struct ncl_import_value *output = ncl_import_values_new(import, graph->output_count);
    const struct ncl_import_value **value =
        NCL_NEW_ARRAY(&import->scratch, const struct ncl_import_value *, node->input_count + graph->output_count);
    if (!value)
        ncl_import_nomem(import);
    for (size_t i = 1; i < node->input_count && !import->status; i++)
        value[i - 1] = ncl_import_value(import, node, i);
    if (import->status)
        return;
    ncl_import_inline(import, graph, value, node->input_count - 1, output);
    for (size_t i = 0; i < graph->output_count; i++)
        value[i] = &output[i];
    give_values(import, node, value);
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

/* WHILE: what goes around is what comes out. */
void ncl_tf_build_loop(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_graph *cond = graph_attribute(import, node, "cond"),
                                  *body = graph_attribute(import, node, "body");
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
