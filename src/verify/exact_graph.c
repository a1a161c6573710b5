/* SPDX-License-Identifier: Apache-2.0 */
/* A whole graph in double precision: the nodes in their order. */
#include "verify/exact.h"

#include "ir/op.h"

static nnefcl_status set_inputs(struct ncl_exact *exact, const void *const *inputs, struct ncl_diag *diag)
{
    const struct ncl_graph *graph = exact->graph;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < graph->input_count && !status; i++)
        if (!ncl_exact_has(exact, graph->input[i]))
            status = ncl_exact_set(exact, graph->input[i], inputs[i], diag);
    return status;
}

/* Literals, constants and variables are loaded where they are first needed. */
static nnefcl_status load_operands(struct ncl_exact *exact, const struct ncl_node *node, struct ncl_diag *diag)
{
    const struct ncl_tensor *operand;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; (operand = ncl_exact_operand(node, i)) && !status; i++)
        if (!ncl_exact_has(exact, operand))
            status = ncl_exact_load(exact, operand, diag);
    return status;
}

static bool introduces(const struct ncl_node *node)
{
    const struct ncl_tensor *result = ncl_exact_result(node, 0);
    return result && result->role != NCL_ROLE_ACTIVATION;
}

static nnefcl_status evaluate(struct ncl_exact *exact, const struct ncl_node *node, struct ncl_diag *diag)
{
    if (!ncl_exact_defined(node))
        return ncl_error(diag, NNEFCL_ERR_UNSUPPORTED, node->at, "%s: this operation has no definition to evaluate",
                         node->op->name);
    const nnefcl_status status = load_operands(exact, node, diag);
    return status ? status : ncl_exact_node(exact, node, diag);
}

nnefcl_status ncl_exact_graph(struct ncl_exact *exact, const void *const *inputs, struct ncl_diag *diag)
{
    const struct ncl_graph *graph = exact->graph;
    nnefcl_status status = set_inputs(exact, inputs, diag);
    for (size_t i = 0; i < graph->node_count && !status; i++)
        if (!introduces(graph->node[i]))
            status = evaluate(exact, graph->node[i], diag);
    return status;
}
