#include "emit/after.h"

#include "emit/expression.h"
#include "emit/parts.h"

const struct ncl_tensor *ncl_after_result(const struct ncl_node *node)
{
    for (const struct ncl_after *after = node->after; after; after = after->next)
        node = after->node;
    return ncl_node_result(node, 0);
}

bool ncl_after_makes(const struct ncl_node *node, const struct ncl_tensor *tensor)
{
    const struct ncl_after *after = node->after;
    while (after && ncl_node_result(node, 0) != tensor) {
        node = after->node;
        after = after->next;
    }
    return ncl_node_result(node, 0) == tensor;
}

/* ---- in the kernel of the node ---- */

/* How the body finds an operand's elements; NULL: it cannot. */
static const char *operand_kind(const struct ncl_expression *chain, unsigned k, int axis, bool along)
{
    const nnefcl_shape *result = &chain->shape, *shape = &chain->operand[k].shape;
    bool full = true, channel = true, one = true;
    if (chain->lower->plan->tensor[chain->operand[k].ref].dtype != NNEFCL_SCALAR)
        return NULL;
    for (int i = 0; i < result->rank; i++) {
        const int64_t extent = i < shape->rank ? shape->extent[i] : 1;
        full &= extent == result->extent[i];
        channel &= i == axis ? extent == result->extent[i] : extent == 1;
        one &= extent == 1;
    }
    return one ? "ONE" : full ? "FULL" : !channel ? NULL : along ? "ALONG" : "CHANNEL";
}

/* The three texts that prelude.cl speaks of. */
struct chain_text {
    const char *after, *parameters, *arguments;
};

static bool chain_print(const struct ncl_expression *chain, int axis, bool along, struct chain_text *text)
{
    struct ncl_arena *arena = chain->lower->arena;
    *text = (struct chain_text){"", "", ""};
    for (unsigned k = 0; k < chain->operand_count; k++) {
        const char *kind = operand_kind(chain, k, axis, along);
        if (!kind)
            return false;
        text->after = ncl_arena_printf(arena, "%sNCL_AFTER_%s(%u) ", text->after, kind, k);
        text->parameters = ncl_arena_printf(arena, "%s, global const float *after%u", text->parameters, k);
        text->arguments = ncl_arena_printf(arena, "%s, after%u", text->arguments, k);
        if (!text->after || !text->parameters || !text->arguments)
            return false;
    }
    text->after = ncl_arena_printf(arena, "%s%s", text->after, ncl_expression_text(chain));
    return text->after;
}

void ncl_step_after(struct ncl_lower *lower, struct ncl_emit *step, ncl_ref out, int axis, bool along)
{
    const struct ncl_expression *chain = lower->chain;
    struct chain_text text;
    if (!chain || lower->status || lower->tensor[ncl_node_result(lower->node, 0)->id] != out ||
        chain->dtype != NNEFCL_SCALAR || !chain_print(chain, axis, along, &text))
        return;
    ncl_step_define(step, "CHAIN", text.after);
    ncl_step_define(step, "CHAIN_PARAMETERS", text.parameters);
    ncl_step_define(step, "CHAIN_ARGUMENTS", text.arguments);
    for (unsigned k = 0; k < chain->operand_count; k++)
        ncl_step_in(step, chain->operand[k].ref);
    ncl_step_formula_reals(step, chain->real, chain->real_count);
    lower->chain = NULL;
}

/* ---- the node with its chain ---- */

static struct ncl_expression *make_chain(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_expression *chain = NCL_NEW(lower->arena, struct ncl_expression);
    if (!chain) {
        ncl_parts_nomem(lower);
        return NULL;
    }
    ncl_expression_begin(chain, lower, ncl_after_result(node));
    ncl_expression_give(chain, ncl_node_result(node, 0), "after");
    ncl_expression_add_after(chain, node->after);
    return chain;
}

/* What the node made is the result of the chain now, or what a step makes that of. */
static nnefcl_status end_chain(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *own = ncl_node_result(node, 0), *last = ncl_after_result(node);
    const ncl_ref ref = ncl_lower_tensor(lower, own);
    if (lower->status)
        return lower->status;
    if (lower->chain) {
        ncl_expression_read(lower->chain, own, ref);
        return ncl_elements_emit(lower->chain, ncl_lower_tensor(lower, last));
    }
    lower->tensor[own->id] = NCL_NO_TENSOR;
    lower->tensor[last->id] = ref;
    lower->plan->tensor[ref].name = ncl_parts_text(lower, last->name);
    return lower->status;
}

nnefcl_status ncl_after_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const bool chained = node->after && !node->op->elements; /* an expression takes in what hangs on it */
    lower->node = node;
    lower->chain = chained ? make_chain(lower, node) : NULL;
    const nnefcl_status status = lower->status ? lower->status : node->op->lower(lower, node);
    if (status)
        return ncl_parts_fail(lower, status);
    return chained ? end_chain(lower, node) : lower->status;
}
