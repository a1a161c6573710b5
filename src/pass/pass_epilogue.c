/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `epilogue`: element-wise nodes become one step, behind the node that makes what they work on or by themselves.
 *
 * From the last node to the first, each element-wise one that belongs to nothing yet takes in who makes its operands,
 * and who makes theirs, as long as nobody else reads them: element-wise nodes of the same shape, and at most one other
 * whose kernels end in NCL_STORE_AFTER. The first of them keeps its place in the graph, at the end of the list, and the
 * others hang on it (node->after). Since results are read inside only, the list stays in order.
 *
 * Where branches meet, say a residual addition, each has its own producer: the later one gets what stands behind. What
 * leads to another producer is left to that. */
#include <string.h>

#include "pass/pass.h"

#define MEMBERS  60 /* what the nodes of a group weigh together: kernels stay small */
#define CALL     5  /* weight of a node whose formula calls a function, or that has none; else 1 */
#define OPERANDS 8  /* of the element-wise kernel, or of a chain */

struct epilogue {
    struct ncl_rewrite *rw;
    struct ncl_node **node; /* in their order */
    size_t node_count;
    bool *taken; /* by node: belongs to a group */
    /* By tensor id: the number of its producer, that of the producer that a chain through it can hang on (SIZE_MAX:
     * none), and whether it is known at init. */
    size_t *made, *anchor;
    bool *known;
};

/* What is computed in one step: the root if there is one, then element-wise nodes in the order of the graph. */
struct group {
    struct ncl_node *member[MEMBERS];
    size_t count, weight;
    const struct ncl_tensor *result;
    bool rooted;
};

static const struct ncl_tensor *single_result(const struct ncl_node *node)
{
    return node->result_count == 1 && node->result[0].kind == NCL_VALUE_TENSOR ? node->result[0].tensor : NULL;
}

static bool is_elementwise(const struct ncl_node *node)
{
    return node->op->elements && single_result(node);
}

/* ---- facts of all nodes ---- */

static bool value_is_known(const struct epilogue *x, const struct ncl_value *value)
{
    if (value->kind == NCL_VALUE_TENSOR)
        return ncl_tensor_is_constant(value->tensor) || x->known[value->tensor->id];
    for (size_t i = 0; (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) && i < value->count; i++)
        if (!value_is_known(x, &value->item[i]))
            return false;
    return true;
}

static bool node_is_known(const struct epilogue *x, const struct ncl_node *node)
{
    for (size_t i = 0; i < node->parameter_count; i++)
        if (!value_is_known(x, &node->argument[i]))
            return false;
    return node->parameter_count > 0;
}

/* The latest producer that its operands of the same shape lead to. */
static size_t anchor_of(const struct epilogue *x, const struct ncl_node *node, const struct ncl_tensor *result)
{
    size_t anchor = SIZE_MAX;
    for (size_t i = 0; i < node->parameter_count; i++) {
        if (node->argument[i].kind != NCL_VALUE_TENSOR)
            continue;
        const struct ncl_tensor *operand = node->argument[i].tensor;
        const size_t other = x->anchor[operand->id];
        if (other != SIZE_MAX && ncl_shape_equal(&operand->shape, &result->shape) &&
            (anchor == SIZE_MAX || other > anchor))
            anchor = other;
    }
    return anchor;
}

static void learn_node(struct epilogue *x, size_t number)
{
    const struct ncl_node *node = x->node[number];
    const struct ncl_tensor *result = single_result(node);
    if (!result)
        return;
    x->made[result->id] = number;
    x->known[result->id] = result->role == NCL_ROLE_ACTIVATION && node_is_known(x, node);
    if (is_elementwise(node))
        x->anchor[result->id] = anchor_of(x, node, result);
    else if (node->op->after)
        x->anchor[result->id] = number;
}

static bool learn(struct epilogue *x)
{
    const size_t tensors = ncl_rewrite_tensor_count(x->rw);
    for (struct ncl_node *node = ncl_rewrite_first(x->rw); node; node = ncl_rewrite_next(node))
        x->node_count++;
    x->node = ncl_rewrite_alloc(x->rw, x->node_count, sizeof *x->node);
    x->taken = ncl_rewrite_alloc(x->rw, x->node_count, sizeof *x->taken);
    x->made = ncl_rewrite_alloc(x->rw, tensors, sizeof *x->made);
    x->anchor = ncl_rewrite_alloc(x->rw, tensors, sizeof *x->anchor);
    x->known = ncl_rewrite_alloc(x->rw, tensors, sizeof *x->known);
    if (ncl_rewrite_status(x->rw))
        return false;
    for (size_t i = 0; i < tensors; i++)
        x->anchor[i] = SIZE_MAX;
    size_t number = 0;
    for (struct ncl_node *node = ncl_rewrite_first(x->rw); node; node = ncl_rewrite_next(node)) {
        x->node[number] = node;
        learn_node(x, number++);
    }
    return true;
}

/* ---- one group ---- */

static bool is_member(const struct group *group, const struct ncl_node *node)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->member[i] == node)
            return true;
    return false;
}

static size_t node_weight(const struct ncl_node *node)
{
    return node->op->formula && !strchr(node->op->formula, '(') ? 1 : CALL;
}

/* How often element-wise members read it. What the root reads has to be there before. */
static size_t uses_inside(const struct group *group, const struct ncl_tensor *tensor)
{
    size_t uses = 0;
    for (size_t i = group->rooted; i < group->count; i++)
        for (size_t k = 0; k < group->member[i]->parameter_count; k++) {
            const struct ncl_value *argument = &group->member[i]->argument[k];
            uses += argument->kind == NCL_VALUE_TENSOR && argument->tensor == tensor;
        }
    return uses;
}

/* Numbers travel in the record, but only formulas of ops.def ask for them there. */
static bool is_operand(const struct epilogue *x, const struct group *group, const struct ncl_node *node,
                       const struct ncl_value *argument)
{
    if (argument->kind != NCL_VALUE_TENSOR || is_member(group, ncl_rewrite_producer(x->rw, argument->tensor)))
        return false;
    return argument->tensor->role != NCL_ROLE_CONSTANT || argument->tensor->data_count > 1 || !node->op->formula;
}

/* Different operands that its element-wise members read from elsewhere; a root gives them one more. */
static size_t operand_count(const struct epilogue *x, const struct group *group)
{
    const struct ncl_tensor *seen[OPERANDS + 1];
    size_t count = group->rooted;
    for (size_t i = group->rooted; i < group->count; i++)
        for (size_t k = 0; k < group->member[i]->parameter_count && count <= OPERANDS; k++) {
            const struct ncl_value *argument = &group->member[i]->argument[k];
            size_t at = group->rooted;
            if (!is_operand(x, group, group->member[i], argument))
                continue;
            while (at < count && seen[at] != argument->tensor)
                at++;
            seen[at] = argument->tensor;
            count += at == count;
        }
    return count;
}

static void insert_member(const struct epilogue *x, struct group *group, struct ncl_node *node)
{
    const size_t number = is_elementwise(node) ? x->made[single_result(node)->id] : 0;
    size_t at = group->count++;
    for (; at > group->rooted && x->made[single_result(group->member[at - 1])->id] > number; at--)
        group->member[at] = group->member[at - 1];
    group->member[at] = node;
    group->weight += node_weight(node);
    group->rooted |= !is_elementwise(node);
}

/* Does the maker of an operand belong to the group, as another element-wise node or as its root? */
static bool belongs(const struct epilogue *x, const struct group *group, const struct ncl_node *node)
{
    const struct ncl_tensor *result = node ? single_result(node) : NULL;
    if (!result || is_member(group, node) || x->taken[x->made[result->id]] ||
        !ncl_shape_equal(&result->shape, &group->result->shape) ||
        x->known[result->id] != x->known[group->result->id] ||
        ncl_rewrite_uses(x->rw, result) != uses_inside(group, result))
        return false;
    const size_t own = x->anchor[result->id], wanted = x->anchor[group->result->id];
    if (is_elementwise(node))
        return own == SIZE_MAX || own == wanted;
    return node->op->after && !group->rooted && own == wanted && result->dtype == NNEFCL_SCALAR;
}

/* Takes in the maker of one operand; false: there is none. */
static bool grow(const struct epilogue *x, struct group *group)
{
    for (size_t i = group->count; i-- > group->rooted;)
        for (size_t k = 0; k < group->member[i]->parameter_count; k++) {
            const struct ncl_value *argument = &group->member[i]->argument[k];
            struct ncl_node *node =
                argument->kind == NCL_VALUE_TENSOR ? ncl_rewrite_producer(x->rw, argument->tensor) : NULL;
            struct group grown = *group;
            if (!belongs(x, group, node) || group->weight + node_weight(node) > MEMBERS)
                continue;
            insert_member(x, &grown, node);
            if (operand_count(x, &grown) > OPERANDS)
                continue;
            *group = grown;
            return true;
        }
    return false;
}

static void hang(struct epilogue *x, const struct group *group)
{
    const struct ncl_after *after = NULL;
    for (size_t i = group->count; i-- > 1;) {
        struct ncl_after *link = ncl_rewrite_alloc(x->rw, 1, sizeof *link);
        if (!link)
            return;
        *link = (struct ncl_after){group->member[i], after};
        after = link;
    }
    ncl_rewrite_move(x->rw, group->member[0], group->member[group->count - 1]);
    for (size_t i = 0; i < group->count; i++) {
        x->taken[x->made[single_result(group->member[i])->id]] = true;
        if (i > 0)
            ncl_rewrite_unlist(x->rw, group->member[i]);
    }
    group->member[0]->after = after;
}

void ncl_pass_epilogue(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    struct epilogue x = {.rw = rw};
    (void)facts;
    if (!learn(&x))
        return;
    for (size_t i = x.node_count; i-- > 0;) {
        if (x.taken[i] || !is_elementwise(x.node[i]))
            continue;
        struct group group = {.result = single_result(x.node[i])};
        insert_member(&x, &group, x.node[i]);
        while (grow(&x, &group))
            ;
        if (group.count > 1)
            hang(&x, &group);
    }
}
