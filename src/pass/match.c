/* SPDX-License-Identifier: Apache-2.0 */
#include "pass/match.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define MAX_OPERANDS 8 /* of an operation that patterns name */

/* A rounding to float, of the number in the model or of the one in the pattern. */
#define CLOSE 0x1p-23

/* What is still to be shown: that `value` is `term`. */
struct goal {
    const struct ncl_term *term;
    const struct ncl_value *value;
    const struct goal *next;
};

struct search {
    const struct ncl_rewrite *rw;
    const struct ncl_template *template;
    struct ncl_match *match;
};

static bool goals_hold(struct search *search, const struct goal *goal);

/* ---- numbers ---- */

static bool is_close(double a, double b)
{
    return a == b || fabs(a - b) <= CLOSE * fabs(b);
}

/* A constant whose elements are all the same number. */
static bool tensor_has_number(const struct ncl_tensor *tensor, double *number)
{
    if (tensor->role != NCL_ROLE_CONSTANT || tensor->dtype == NNEFCL_LOGICAL || !tensor->data_count)
        return false;
    *number = ncl_tensor_number(tensor);
    return ncl_tensor_is_filled_with(tensor, *number);
}

static bool value_is_number(const struct ncl_value *value, double *number)
{
    if (value->kind == NCL_VALUE_TENSOR)
        return tensor_has_number(value->tensor, number);
    *number = value->kind == NCL_VALUE_SCALAR ? value->scalar : (double)value->integer;
    return value->kind == NCL_VALUE_SCALAR || value->kind == NCL_VALUE_INTEGER;
}

bool ncl_values_match(const struct ncl_value *a, const struct ncl_value *b)
{
    double left, right;
    if (a->kind == NCL_VALUE_TENSOR && b->kind == NCL_VALUE_TENSOR && a->tensor->id == b->tensor->id)
        return true;
    if (value_is_number(a, &left) && value_is_number(b, &right))
        return is_close(left, right);
    if (a->kind != b->kind || a->count != b->count)
        return false;
    switch (a->kind) {
    case NCL_VALUE_LOGICAL:
        return a->logical == b->logical;
    case NCL_VALUE_STRING:
        return memcmp(a->string, b->string, a->count) == 0;
    case NCL_VALUE_ARRAY:
    case NCL_VALUE_TUPLE:
        for (size_t i = 0; i < a->count; i++)
            if (!ncl_values_match(&a->item[i], &b->item[i]))
                return false;
        return true;
    default:
        return false;
    }
}

/* ---- terms ---- */

/* A parameter that is an attribute takes a number out of a tensor. */
static bool parameter_takes(const struct ncl_sort *sort, const struct ncl_value *value, struct ncl_value *taken)
{
    double number;
    *taken = *value;
    if (sort->kind == NCL_VALUE_TENSOR)
        return value->kind == NCL_VALUE_TENSOR;
    if (value->kind == NCL_VALUE_TENSOR && sort->kind == NCL_VALUE_SCALAR && tensor_has_number(value->tensor, &number))
        *taken = (struct ncl_value){.kind = NCL_VALUE_SCALAR, .scalar = number};
    return taken->kind == (sort->arrays ? NCL_VALUE_ARRAY : sort->kind);
}

static bool parameter_holds(struct search *search, const struct goal *goal)
{
    const size_t index = goal->term->parameter;
    struct ncl_value *bound = &search->match->bound[index], taken;
    if (!parameter_takes(&search->template->parameter[index], goal->value, &taken))
        return false;
    if (bound->kind != NCL_VALUE_NONE)
        return ncl_values_match(bound, &taken) && goals_hold(search, goal->next);
    *bound = taken;
    if (goals_hold(search, goal->next))
        return true;
    bound->kind = NCL_VALUE_NONE;
    return false;
}

static bool list_holds(struct search *search, const struct goal *goal)
{
    const struct ncl_term *term = goal->term;
    struct goal item[MAX_OPERANDS];
    if (goal->value->kind != NCL_VALUE_ARRAY || goal->value->count != term->count)
        return false;
    assert(term->count <= MAX_OPERANDS);
    for (size_t i = 0; i < term->count; i++)
        item[i] = (struct goal){term->item[i], &goal->value->item[i], i + 1 < term->count ? &item[i + 1] : goal->next};
    return goals_hold(search, term->count ? item : goal->next);
}

static bool is_commutative(const struct ncl_op *op)
{
    static const char *const names[] = {"add", "mul", "min", "max"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(op->name, names[i]) == 0)
            return true;
    return false;
}

/* The arguments of `node` are those of the term, in this order or with the first two exchanged. */
static bool operands_hold(struct search *search, const struct ncl_term *term, const struct ncl_node *node,
                          const struct goal *next, bool exchanged)
{
    struct goal operand[MAX_OPERANDS];
    assert(term->count == node->parameter_count && term->count <= MAX_OPERANDS);
    for (size_t i = 0; i < term->count; i++) {
        const size_t from = exchanged && i < 2 ? 1 - i : i;
        operand[i] = (struct goal){term->item[i], &node->argument[from], i + 1 < term->count ? &operand[i + 1] : next};
    }
    return goals_hold(search, operand);
}

static bool node_holds(struct search *search, const struct ncl_term *term, const struct ncl_node *node,
                       const struct goal *next)
{
    return operands_hold(search, term, node, next, false) ||
           (is_commutative(node->op) && operands_hold(search, term, node, next, true));
}

static bool term_node_holds(struct search *search, const struct goal *goal)
{
    struct ncl_match *match = search->match;
    struct ncl_node *node =
        goal->value->kind == NCL_VALUE_TENSOR ? ncl_rewrite_producer(search->rw, goal->value->tensor) : NULL;
    if (!node || node->op != goal->term->signature->op || match->count == NCL_MATCH_NODES ||
        ncl_node_result(node, goal->term->result)->id != goal->value->tensor->id)
        return false;
    match->node[match->count++] = node;
    if (node_holds(search, goal->term, node, goal->next))
        return true;
    match->count--;
    return false;
}

/* All of them, with what is bound already; where there is a choice, one for which the rest holds too. */
static bool goals_hold(struct search *search, const struct goal *goal)
{
    if (!goal)
        return true;
    switch (goal->term->kind) {
    case NCL_TERM_PARAMETER:
        return parameter_holds(search, goal);
    case NCL_TERM_VALUE:
        return ncl_values_match(&goal->term->value, goal->value) && goals_hold(search, goal->next);
    case NCL_TERM_NODE:
        return term_node_holds(search, goal);
    case NCL_TERM_LIST:
        return list_holds(search, goal);
    }
    return false;
}

/* ---- who else reads ---- */

static bool match_has(const struct ncl_match *match, size_t count, const struct ncl_node *node)
{
    for (size_t i = 0; i < count; i++)
        if (match->node[i] == node)
            return true;
    return false;
}

static size_t reads_by(const struct ncl_node *node, const struct ncl_tensor *tensor)
{
    size_t reads = 0;
    for (size_t i = 0; i < node->parameter_count; i++)
        reads += node->argument[i].kind == NCL_VALUE_TENSOR && node->argument[i].tensor->id == tensor->id;
    return reads;
}

static bool is_private(const struct search *search, const struct ncl_node *root, const struct ncl_tensor *tensor)
{
    const struct ncl_match *match = search->match;
    size_t reads = reads_by(root, tensor);
    for (size_t i = 0; i < match->count; i++)
        if (!match_has(match, i, match->node[i]))
            reads += reads_by(match->node[i], tensor);
    return reads == ncl_rewrite_uses(search->rw, tensor);
}

static bool match_is_private(const struct search *search, const struct ncl_node *root)
{
    for (size_t i = 0; i < search->match->count; i++)
        for (size_t r = 0; r < search->match->node[i]->result_count; r++)
            if (!is_private(search, root, ncl_node_result(search->match->node[i], r)))
                return false;
    return true;
}

bool ncl_match_find(const struct ncl_rewrite *rw, const struct ncl_template *template, struct ncl_node *root,
                    struct ncl_match *match)
{
    struct search search = {rw, template, match};
    assert(template->parameter_count <= NCL_MATCH_PARAMETERS);
    if (root->op != template->written->signature->op)
        return false;
    *match = (struct ncl_match){0};
    return node_holds(&search, template->written, root, NULL) && match_is_private(&search, root);
}
