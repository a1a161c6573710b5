/* Pass `linear`: matmul(x, w, transposeB = true) and the add behind it are linear(x, w, bias), by its definition
 * (4.9.2). Exporters write the two. */
#include <string.h>

#include "pass/pass.h"

static const char *const parameters[] = {"input", "filter", "bias"};

static void count_uses(const struct ncl_value *value, unsigned *uses)
{
    if (value->kind == NCL_VALUE_TENSOR)
        uses[value->tensor->id]++;
    else if (value->kind == NCL_VALUE_ARRAY)
        for (size_t i = 0; i < value->count; i++)
            count_uses(&value->item[i], uses);
}

/* By tensor id; outputs of the graph count. */
static unsigned *uses_of(struct ncl_arena *arena, const struct ncl_graph *graph)
{
    unsigned *uses = NCL_NEW_ARRAY(arena, unsigned, graph->tensor_count);
    if (!uses)
        return NULL;
    for (size_t i = 0; i < graph->output_count; i++)
        uses[graph->output[i]->id]++;
    for (size_t i = 0; i < graph->node_count; i++)
        for (size_t k = 0; k < graph->node[i]->parameter_count; k++)
            count_uses(&graph->node[i]->argument[k], uses);
    return uses;
}

static bool is_product(const struct ncl_node *node)
{
    return node && strcmp(node->op->name, "matmul") == 0 && !ncl_node_logical(node, "transposeA") &&
           ncl_node_logical(node, "transposeB");
}

/* Operand `side` of the add is a product that nothing else reads, and the other operand fits into its shape, axis by
 * axis. */
static bool is_linear(const struct ncl_node *add, int side, struct ncl_node *const *producer, const unsigned *uses)
{
    const struct ncl_tensor *product = add->argument[side].tensor, *bias = add->argument[1 - side].tensor;
    return is_product(producer[product->id]) && uses[product->id] == 1 && bias->shape.rank == product->shape.rank &&
           ncl_shape_equal(&product->shape, &ncl_node_result(add, 0)->shape);
}

/* Which operand of an add it is; -1: none, or no add. */
static int product_side(const struct ncl_node *node, struct ncl_node *const *producer, const unsigned *uses)
{
    for (int side = 0; side < 2 && strcmp(node->op->name, "add") == 0; side++)
        if (is_linear(node, side, producer, uses))
            return side;
    return -1;
}

/* Mostly a few nodes back. */
static void remove_node(struct ncl_graph *graph, const struct ncl_node *node)
{
    size_t at = graph->node_count;
    while (at > 0 && graph->node[at - 1] != node)
        at--;
    memmove(&graph->node[at - 1], &graph->node[at], (graph->node_count - at) * sizeof(struct ncl_node *));
    graph->node_count--;
}

static struct ncl_node *make_linear(struct ncl_arena *arena, const struct ncl_node *add, int side,
                                    const struct ncl_node *product)
{
    struct ncl_node *node = NCL_NEW(arena, struct ncl_node);
    struct ncl_value *argument = NCL_NEW_ARRAY(arena, struct ncl_value, 3);
    if (!node || !argument)
        return NULL;
    *node = *add;
    node->op = ncl_op_find("linear");
    node->parameter_count = 3;
    node->parameter = parameters;
    node->argument = argument;
    argument[0] = *ncl_node_arg(product, "A");
    argument[1] = *ncl_node_arg(product, "B");
    argument[2] = add->argument[1 - side];
    return node;
}

nnefcl_status ncl_pass_linear(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target,
                              const struct ncl_graph *in, const struct ncl_graph **out)
{
    (void)target;
    struct ncl_graph *graph = NCL_NEW(arena, struct ncl_graph);
    struct ncl_node **producer = NCL_NEW_ARRAY(arena, struct ncl_node *, in->tensor_count);
    const unsigned *uses = uses_of(arena, in);
    if (!graph || !producer || !uses)
        return ncl_nomem(diag);
    *graph = *in;
    graph->node_count = 0;
    graph->node = NCL_NEW_ARRAY(arena, struct ncl_node *, in->node_count);
    if (!graph->node)
        return ncl_nomem(diag);
    bool found = false;
    for (size_t i = 0; i < in->node_count; i++) {
        struct ncl_node *node = in->node[i];
        const int side = product_side(node, producer, uses);
        if (side >= 0) {
            struct ncl_node *product = producer[node->argument[side].tensor->id];
            node = make_linear(arena, node, side, product);
            if (!node)
                return ncl_nomem(diag);
            remove_node(graph, product);
            found = true;
        }
        if (node->result_count == 1 && node->result[0].kind == NCL_VALUE_TENSOR)
            producer[node->result[0].tensor->id] = node;
        graph->node[graph->node_count++] = node;
    }
    *out = found ? graph : in;
    return NNEFCL_OK;
}
