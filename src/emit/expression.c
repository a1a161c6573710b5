/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/expression.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

void ncl_expression_begin_as(struct ncl_expression *expression, struct ncl_lower *lower, nnefcl_dtype dtype,
                             const nnefcl_shape *shape)
{
    *expression = (struct ncl_expression){.lower = lower, .dtype = dtype, .shape = *shape};
}

void ncl_expression_begin(struct ncl_expression *expression, struct ncl_lower *lower, const struct ncl_tensor *result)
{
    ncl_expression_begin_as(expression, lower, result->dtype, &result->shape);
}

static const char *text_or_nomem(struct ncl_lower *lower, const char *text)
{
    if (!text && !lower->status)
        lower->status = ncl_nomem(lower->diag);
    return text;
}

/* ---- terms ---- */

static const char *add_expression_operand(struct ncl_expression *expression,
                                          const struct ncl_expression_operand *wanted)
{
    struct ncl_lower *lower = expression->lower;
    struct ncl_expression_operand *operand = expression->operand;
    unsigned k = 0;
    while (k < expression->operand_count && (operand[k].tensor != wanted->tensor || operand[k].ref != wanted->ref ||
                                             !ncl_shape_equal(&operand[k].shape, &wanted->shape)))
        k++;
    if (k == expression->operand_count) {
        assert(k < NCL_EXPRESSION_OPERANDS); /* pass_epilogue.c counts them */
        operand[k] = *wanted;
        operand[k].term = text_or_nomem(lower, ncl_arena_printf(lower->arena, "x%u", k));
        expression->operand_count++;
    }
    return operand[k].term;
}

const char *ncl_expression_operand(struct ncl_expression *expression, ncl_ref ref, const nnefcl_shape *shape)
{
    const struct ncl_lower *lower = expression->lower;
    return lower->status ? NULL
                         : add_expression_operand(
                               expression, &(struct ncl_expression_operand){
                                               .ref = ref, .dtype = lower->plan->tensor[ref].dtype, .shape = *shape});
}

static const char *add_graph_operand(struct ncl_expression *expression, const struct ncl_tensor *tensor)
{
    return add_expression_operand(
        expression, &(struct ncl_expression_operand){
                        .tensor = tensor, .ref = NCL_NO_TENSOR, .dtype = tensor->dtype, .shape = tensor->shape});
}

ncl_ref ncl_expression_ref(const struct ncl_expression *expression, unsigned k)
{
    const struct ncl_expression_operand *operand = &expression->operand[k];
    return operand->tensor ? ncl_lower_tensor(expression->lower, operand->tensor) : operand->ref;
}

/* The place of a number in the record, the same for equal ones of one call. */
static unsigned add_real(struct ncl_expression *expression, double real)
{
    assert(expression->real_count < NCL_EXPRESSION_REALS);
    expression->real[expression->real_count] = real;
    return expression->real_count++;
}

const char *ncl_expression_tensor(struct ncl_expression *expression, const struct ncl_tensor *tensor)
{
    struct ncl_lower *lower = expression->lower;
    if (lower->status)
        return NULL;
    for (unsigned i = 0; i < expression->node_count; i++)
        if (expression->node[i].result == tensor)
            return expression->node[i].term;
    if (ncl_tensor_is_number(tensor))
        return text_or_nomem(
            lower, ncl_arena_printf(lower->arena, "((V)R(%u))", add_real(expression, ncl_tensor_number(tensor))));
    return add_graph_operand(expression, tensor);
}

/* ---- statements ---- */

/* The names of a formula, the terms that stand for them, and the numbers once one of them is met. */
struct binding {
    struct ncl_expression *expression;
    const char *const *terms;
    double real[2];
    int place[2]; /* -1: not met yet */
};

static void add_bound_real(struct ncl_text *text, struct binding *binding, int which)
{
    if (binding->place[which] < 0)
        binding->place[which] = (int)add_real(binding->expression, binding->real[which]);
    ncl_text_printf(text, "R(%d)", binding->place[which]);
}

static void add_word(struct ncl_text *text, struct binding *binding, const char *word, size_t length)
{
    static const char operands[] = "xyzw";
    const char *operand = length == 1 ? strchr(operands, *word) : NULL;
    if (operand)
        ncl_text_add(text, binding->terms[operand - operands]);
    else if (length == 5 && strncmp(word, "ALPHA", length) == 0)
        add_bound_real(text, binding, 0);
    else if (length == 4 && strncmp(word, "BETA", length) == 0)
        add_bound_real(text, binding, 1);
    else
        ncl_text_add_bytes(text, word, length);
}

/* Words and numbers (1.0f has no word in it) and what stands between them. */
static void add_bound(struct ncl_text *text, struct binding *binding, const char *formula)
{
    while (*formula) {
        size_t length = 0;
        while (isalnum((unsigned char)formula[length]) || formula[length] == '_' ||
               (formula[length] == '.' && isdigit((unsigned char)*formula)))
            length++;
        if (length && !isdigit((unsigned char)*formula)) {
            add_word(text, binding, formula, length);
        } else {
            length += length == 0;
            ncl_text_add_bytes(text, formula, length);
        }
        formula += length;
    }
}

static const char *bound_formula(struct ncl_expression *expression, const char *formula, const char *const *terms,
                                 double alpha, double beta)
{
    struct binding binding = {.expression = expression, .terms = terms, .real = {alpha, beta}, .place = {-1, -1}};
    struct ncl_lower *lower = expression->lower;
    struct ncl_text text;
    ncl_text_init(&text, &lower->arena->allocator);
    add_bound(&text, &binding, formula);
    const char *copy = text.failed ? NULL : ncl_arena_printf(lower->arena, "%s", text.data);
    ncl_text_free(&text);
    return text_or_nomem(lower, copy);
}

static const char *add_node(struct ncl_expression *expression, const struct ncl_expression_node *node)
{
    assert(expression->node_count < NCL_EXPRESSION_NODES); /* pass_epilogue.c counts them */
    expression->node[expression->node_count++] = *node;
    return node->term;
}

const char *ncl_expression_apply(struct ncl_expression *expression, nnefcl_dtype dtype, const char *formula,
                                 const char *const *terms, double alpha, double beta)
{
    struct ncl_lower *lower = expression->lower;
    if (lower->status)
        return NULL;
    const struct ncl_expression_node node = {
        .term = text_or_nomem(lower, ncl_arena_printf(lower->arena, "t%u", expression->node_count)),
        .value = bound_formula(expression, formula, terms, alpha, beta),
        .dtype = dtype,
    };
    return lower->status ? NULL : add_node(expression, &node);
}

void ncl_expression_add(struct ncl_expression *expression, const struct ncl_node *node)
{
    if (expression->lower->status)
        return;
    node->op->elements(expression, node);
    if (!expression->lower->status)
        expression->node[expression->node_count - 1].result = ncl_node_result(node, 0);
}

void ncl_expression_add_after(struct ncl_expression *expression, const struct ncl_after *after)
{
    for (; after; after = after->next)
        ncl_expression_add(expression, after->node);
}

void ncl_expression_give(struct ncl_expression *expression, const struct ncl_tensor *tensor, const char *term)
{
    add_node(expression, &(struct ncl_expression_node){.result = tensor, .term = term, .dtype = tensor->dtype});
}

void ncl_expression_read(struct ncl_expression *expression, const struct ncl_tensor *tensor)
{
    const char *value = expression->lower->status ? NULL : add_graph_operand(expression, tensor);
    for (unsigned i = 0; i < expression->node_count; i++)
        if (expression->node[i].result == tensor)
            expression->node[i].value = value;
}

/* The last statement makes r. */
const char *ncl_expression_text(const struct ncl_expression *expression)
{
    static const char *const types[] = {
        [NNEFCL_SCALAR] = "float", [NNEFCL_INTEGER] = "int", [NNEFCL_LOGICAL] = "uchar"};
    struct ncl_lower *lower = expression->lower;
    const char *text = "";
    for (unsigned i = 0; i < expression->node_count && text && !lower->status; i++) {
        const struct ncl_expression_node *node = &expression->node[i];
        if (node->value)
            text = ncl_arena_printf(lower->arena, "%s%sNCL_LET(%s, %s, %s)", text, *text ? " " : "", types[node->dtype],
                                    i + 1 < expression->node_count ? node->term : "r", node->value);
    }
    return lower->status ? NULL : text_or_nomem(lower, text);
}
