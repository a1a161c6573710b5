/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/after.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "emit/blocks.h"
#include "emit/elements.h"
#include "emit/forms.h"
#include "emit/parts.h"

/* ---- in the kernel of the node ---- */

/* How the body finds the elements of an operand. */
enum after_kind { AFTER_UNFIT, AFTER_ONE, AFTER_CHANNEL, AFTER_ALONG, AFTER_FULL };
static const char *const after_names[] = {
    [AFTER_ONE] = "ONE", [AFTER_CHANNEL] = "CHANNEL", [AFTER_ALONG] = "ALONG", [AFTER_FULL] = "FULL"};

/* The result of the step that a chain is to be part of. */
struct chained {
    const struct ncl_layout *layout;
    int axis;
    bool along;
};

/* A full operand lies as the result does, others are plain. */
static enum after_kind operand_kind(const struct ncl_expression *chain, unsigned k, const struct chained *chained)
{
    const nnefcl_shape *result = &chain->shape, *shape = &chain->operand[k].shape;
    const struct ncl_tensor *tensor = chain->operand[k].tensor;
    bool full = true, channel = true, one = true;
    if (chain->operand[k].dtype != NNEFCL_SCALAR)
        return AFTER_UNFIT;
    for (int i = 0; i < result->rank; i++) {
        const int64_t extent = i < shape->rank ? shape->extent[i] : 1;
        full &= extent == result->extent[i];
        channel &= i == chained->axis ? extent == result->extent[i] : extent == 1;
        one &= extent == 1;
    }
    if (one)
        return AFTER_ONE;
    if (full && (ncl_layout_is_plain(chained->layout) || (!channel && tensor && ncl_blocks_can(tensor))))
        return AFTER_FULL;
    return !channel ? AFTER_UNFIT : chained->along ? AFTER_ALONG : AFTER_CHANNEL;
}

/* The three texts that prelude.cl speaks of. */
struct chain_text {
    const char *after, *parameters, *arguments;
};

/* `first`: number of the first operand among the tensors of the step. */
static bool chain_print(const struct ncl_expression *chain, const enum after_kind *kind, unsigned first,
                        struct chain_text *text)
{
    struct ncl_arena *arena = chain->lower->arena;
    *text = (struct chain_text){"", "", ""};
    for (unsigned k = 0; k < chain->operand_count; k++) {
        if (kind[k] == AFTER_UNFIT)
            return false;
        text->after =
            ncl_arena_printf(arena, "%sNCL_AFTER_%s(%u, NCL_T%u) ", text->after, after_names[kind[k]], k, first + k);
        text->parameters = ncl_arena_printf(arena, "%s, global const NCL_T%u *after%u", text->parameters, first + k, k);
        text->arguments = ncl_arena_printf(arena, "%s, after%u", text->arguments, k);
        if (!text->after || !text->parameters || !text->arguments)
            return false;
    }
    text->after = ncl_arena_printf(arena, "%s%s", text->after, ncl_expression_text(chain));
    return text->after;
}

/* Why a step cannot take its chain in is none of its own business. */
static bool chain_fits(const struct ncl_lower *lower, const struct chained *chained, ncl_ref out, enum after_kind *kind)
{
    const struct ncl_expression *chain = lower->chain;
    if (!chain || lower->status || chain->dtype != NNEFCL_SCALAR ||
        !ncl_forms_have(lower, ncl_node_result(lower->node, 0), out))
        return false;
    for (unsigned k = 0; k < chain->operand_count; k++)
        kind[k] = operand_kind(chain, k, chained);
    return true;
}

static ncl_ref chain_operand(struct ncl_lower *lower, unsigned k, enum after_kind kind, const struct ncl_layout *layout)
{
    const struct ncl_expression_operand *operand = &lower->chain->operand[k];
    struct ncl_layout floats = *layout;
    floats.element = NCL_ELEMENT_OWN;
    floats.step = 0;
    return kind == AFTER_FULL && operand->tensor ? ncl_lower_as(lower, operand->tensor, &floats)
                                                 : ncl_expression_ref(lower->chain, k);
}

static void define_chain(struct ncl_emit *step, const struct chain_text *text)
{
    ncl_step_define(step, "CHAIN", text->after);
    ncl_step_define(step, "CHAIN_PARAMETERS", text->parameters);
    ncl_step_define(step, "CHAIN_ARGUMENTS", text->arguments);
}

/* The numbers of the chain; of a result in whole numbers also that which its cells are stored with. */
static void chain_reals(struct ncl_lower *lower, struct ncl_emit *step, ncl_ref out)
{
    const struct ncl_layout *layout = &lower->plan->tensor[out].layout;
    const struct ncl_expression *chain = lower->chain;
    double real[NCL_EXPRESSION_REALS + 1];
    unsigned count = chain->real_count;
    memcpy(real, chain->real, count * sizeof *real);
    if (layout->element == NCL_ELEMENT_WHOLE) {
        const char *inverse = ncl_arena_printf(lower->arena, "R(%u)", count);
        if (!inverse)
            ncl_parts_nomem(lower);
        ncl_step_define_tensor(step, out, "short");
        ncl_step_define(step, "NCL_CELL_INVERSE", inverse);
        real[count++] = 1 / (double)layout->step;
    }
    ncl_step_formula_reals(step, real, count);
}

void ncl_step_after(struct ncl_lower *lower, struct ncl_emit *step, ncl_ref out, int axis, bool along)
{
    struct chain_text text;
    enum after_kind kind[NCL_EXPRESSION_OPERANDS];
    if (lower->status)
        return;
    const struct ncl_layout layout = lower->plan->tensor[out].layout;
    const struct ncl_expression *chain = lower->chain;
    const bool fits = chain_fits(lower, &(struct chained){&layout, axis, along}, out, kind);
    assert(fits || layout.element != NCL_ELEMENT_WHOLE); /* blocks_whole.c */
    if (!fits || !chain_print(chain, kind, ncl_step_tensors(step), &text))
        return;
    define_chain(step, &text);
    for (unsigned k = 0; k < chain->operand_count; k++)
        ncl_step_in(step, chain_operand(lower, k, kind[k], &layout));
    chain_reals(lower, step, out);
    lower->chain = NULL;
}

/* ---- chains that share one text ---- */

/* A residual addition and bounds, each there or not: NAN is none. */
struct common {
    bool added;
    double low, high;
};

static bool is_op(const struct ncl_after *after, const char *name)
{
    return after && ncl_node_is(after->node, name);
}

/* Numbers of other operands would be among those of the chain, and operands that are no residual among its own. */
static bool chain_is_common(const struct ncl_lower *lower, const enum after_kind *kind, struct common *common)
{
    const struct ncl_expression *chain = lower->chain;
    const struct ncl_after *after = lower->node->after;
    *common = (struct common){is_op(after, "add"), NAN, NAN};
    if (common->added)
        after = after->next;
    const bool relu = is_op(after, "relu"), clamped = is_op(after, "clamp");
    if (relu || clamped)
        after = after->next;
    if (after || chain->real_count != (clamped ? 2 : 0) || chain->operand_count != common->added ||
        (common->added && kind[0] != AFTER_FULL))
        return false;
    common->low = relu ? 0 : clamped ? chain->real[0] : NAN;
    common->high = clamped ? chain->real[1] : NAN;
    return true;
}

void ncl_step_after_shared(struct ncl_lower *lower, struct ncl_emit *step, ncl_ref out, int axis, bool along,
                           ncl_ref any)
{
    struct common common = {false, NAN, NAN};
    enum after_kind kind[NCL_EXPRESSION_OPERANDS];
    if (lower->status)
        return;
    const struct ncl_layout layout = lower->plan->tensor[out].layout;
    const bool fits = chain_fits(lower, &(struct chained){&layout, axis, along}, out, kind);
    if (layout.element == NCL_ELEMENT_WHOLE || (fits && !chain_is_common(lower, kind, &common))) {
        ncl_step_after(lower, step, out, axis, along);
        return;
    }
    const char *type = ncl_arena_printf(lower->arena, "NCL_T%u", ncl_step_tensors(step));
    const char *parameter = type ? ncl_arena_printf(lower->arena, ", global const %s *after0", type) : NULL;
    if (!parameter) {
        ncl_parts_nomem(lower);
        return;
    }
    define_chain(step, &(struct chain_text){"NCL_AFTER_COMMON", parameter, ", after0"});
    ncl_step_define(step, "CHAIN_T", type);
    ncl_step_define_int(step, "CHAIN_SHARED", 1);
    ncl_step_in_or(step, common.added ? chain_operand(lower, 0, kind[0], &layout) : NCL_NO_TENSOR, any);
    ncl_step_formula_reals(step, (const double[]){common.low, common.high, common.added}, 3);
    if (fits)
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
    ncl_expression_begin(chain, lower, ncl_node_last_result(node));
    ncl_expression_give(chain, ncl_node_result(node, 0), "after");
    ncl_expression_add_after(chain, node->after);
    return chain;
}

/* What the node made is the result of the chain now, or what a step makes that of. */
static nnefcl_status end_chain(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_tensor *own = ncl_node_result(node, 0), *last = ncl_node_last_result(node);
    if (lower->status)
        return lower->status;
    if (lower->chain) {
        ncl_expression_read(lower->chain, own);
        return ncl_elements_result(lower->chain, last);
    }
    ncl_forms_move(lower, own, last);
    return lower->status;
}

nnefcl_status ncl_after_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const bool chained = node->after && !node->op->elements; /* an expression takes in what hangs on it */
    if (node->feeder && !ncl_blocks_fed(lower, node))
        ncl_after_lower(lower, node->feeder);
    lower->node = node;
    lower->chain = chained ? make_chain(lower, node) : NULL;
    const nnefcl_status status = lower->status ? lower->status : node->op->lower(lower, node);
    if (status)
        return ncl_parts_fail(lower, status);
    return chained ? end_chain(lower, node) : lower->status;
}
