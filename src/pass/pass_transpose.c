/* Pass `transpose`: two transposes in a row that undo each other vanish (exporters of NHWC networks wrap every
 * operation in such pairs). Users of the second transpose read the input of the first; what nobody reads then is
 * dropped. */
#include <string.h>

#include "pass/pass.h"

static const struct ncl_node *transpose_behind(const struct ncl_tensor *tensor)
{
    const struct ncl_node *node = tensor->producer;
    return node && strcmp(node->op->name, "transpose") == 0 ? node : NULL;
}

/* The axis that axis `i` of the result comes from: trailing axes that are not listed stay. */
static int64_t source_axis(const struct ncl_node *node, int i)
{
    return (size_t)i < ncl_node_count(node, "axes") ? ncl_node_integer_at(node, "axes", (size_t)i) : i;
}

static struct ncl_tensor *undone(const struct ncl_node *second)
{
    struct ncl_tensor *middle = ncl_node_tensor(second, "input");
    const struct ncl_node *first = transpose_behind(middle);
    if (!first)
        return NULL;
    for (int i = 0; i < middle->shape.rank; i++)
        if (source_axis(first, (int)source_axis(second, i)) != i)
            return NULL;
    return ncl_node_tensor(first, "input");
}

struct rewrite {
    struct ncl_arena *arena;
    struct ncl_tensor **replacement; /* by tensor id, NULL: none */
    bool failed;
};

static struct ncl_value rewritten(struct rewrite *rewrite, struct ncl_value value)
{
    if (value.kind == NCL_VALUE_TENSOR && rewrite->replacement[value.tensor->id]) {
        value.tensor = rewrite->replacement[value.tensor->id];
    } else if (value.kind == NCL_VALUE_ARRAY && value.count && value.item[0].kind == NCL_VALUE_TENSOR) {
        struct ncl_value *item = NCL_NEW_ARRAY(rewrite->arena, struct ncl_value, value.count);
        rewrite->failed |= !item;
        for (size_t i = 0; item && i < value.count; i++)
            item[i] = rewritten(rewrite, value.item[i]);
        value.item = item ? item : value.item;
    }
    return value;
}

static struct ncl_node *rewritten_node(struct rewrite *rewrite, const struct ncl_node *node)
{
    struct ncl_node *copy = NCL_NEW(rewrite->arena, struct ncl_node);
    struct ncl_value *argument = NCL_NEW_ARRAY(rewrite->arena, struct ncl_value, node->parameter_count);
    rewrite->failed |= !copy || !argument;
    if (rewrite->failed)
        return NULL;
    *copy = *node;
    copy->argument = argument;
    for (size_t i = 0; i < node->parameter_count; i++)
        argument[i] = rewritten(rewrite, node->argument[i]);
    return copy;
}

static bool is_output(const struct ncl_graph *graph, const struct ncl_tensor *tensor)
{
    for (size_t i = 0; i < graph->output_count; i++)
        if (graph->output[i] == tensor)
            return true;
    return false;
}

static void mark_used(const struct ncl_value *value, bool *used)
{
    if (value->kind == NCL_VALUE_TENSOR)
        used[value->tensor->id] = true;
    else if (value->kind == NCL_VALUE_ARRAY)
        for (size_t i = 0; i < value->count; i++)
            mark_used(&value->item[i], used);
}

/* Transposes whose result nobody reads go, from the last node to the first. */
static void drop_unused(struct ncl_graph *graph, bool *used)
{
    for (size_t i = 0; i < graph->output_count; i++)
        used[graph->output[i]->id] = true;
    for (size_t i = graph->node_count; i-- > 0;) {
        struct ncl_node *node = graph->node[i];
        if (strcmp(node->op->name, "transpose") == 0 && !used[ncl_node_result(node, 0)->id]) {
            graph->node[i] = NULL;
            continue;
        }
        for (size_t k = 0; k < node->parameter_count; k++)
            mark_used(&node->argument[k], used);
    }
    size_t kept = 0;
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->node[i])
            graph->node[kept++] = graph->node[i];
    graph->node_count = kept;
}

nnefcl_status ncl_pass_transpose(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target,
                                 const struct ncl_graph *in, const struct ncl_graph **out)
{
    (void)target;
    struct rewrite rewrite = {.arena = arena,
                              .replacement = NCL_NEW_ARRAY(arena, struct ncl_tensor *, in->tensor_count)};
    if (!rewrite.replacement)
        return ncl_nomem(diag);
    size_t found = 0;
    for (size_t i = 0; i < in->node_count; i++) {
        const struct ncl_node *node = in->node[i];
        struct ncl_tensor *source = strcmp(node->op->name, "transpose") == 0 ? undone(node) : NULL;
        if (!source || is_output(in, ncl_node_result(node, 0)))
            continue;
        struct ncl_tensor *earlier = rewrite.replacement[source->id];
        rewrite.replacement[ncl_node_result(node, 0)->id] = earlier ? earlier : source;
        found++;
    }
    *out = in;
    if (!found)
        return NNEFCL_OK;
    struct ncl_graph *graph = NCL_NEW(arena, struct ncl_graph);
    bool *used = NCL_NEW_ARRAY(arena, bool, in->tensor_count);
    if (!graph || !used)
        return ncl_nomem(diag);
    *graph = *in;
    graph->node = NCL_NEW_ARRAY(arena, struct ncl_node *, in->node_count);
    rewrite.failed |= !graph->node;
    for (size_t i = 0; i < in->node_count && !rewrite.failed; i++)
        graph->node[i] = rewritten_node(&rewrite, in->node[i]);
    if (rewrite.failed)
        return ncl_nomem(diag);
    drop_unused(graph, used);
    *out = graph;
    return NNEFCL_OK;
}
