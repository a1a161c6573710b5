/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/examine.h"

#include <math.h>
#include <string.h>

#include "verify/halves.h"
#include "verify/allowance.h"
#include "verify/slack.h"

/* What a product may be off in addition when it was not held: a pass may have put a factor into its operands
 * (pass_norm.c). The factor is a quotient (2.5) of a root (half of 3), and a product with it rounds each operand (0.5);
 * each relative error of k ULP is one of up to 2 k in the sum of magnitudes. */
#define FOLDED 9

/* By tensor id. */
struct examination {
    const struct ncl_graph *graph;
    const struct ncl_examine_source *source;
    struct ncl_exact exact;
    struct ncl_diag *diag;
    struct ncl_arena arena;       /* of the arrays */
    size_t *last_use;             /* the last node that reads it, 0: none (the first node has no operands) */
    struct ncl_slack slack;       /* of what was computed here */
    const struct ncl_call **home; /* the innermost invocation whose nodes alone make and read it; NULL: the graph */
    const struct ncl_call *whole; /* being judged: nothing of what is at home in it is the device's */
};

/* Its elements come from outside of the graph. */
static bool is_given(const struct ncl_tensor *tensor)
{
    return tensor->role != NCL_ROLE_ACTIVATION;
}

static bool is_within(const struct ncl_call *inner, const struct ncl_call *call)
{
    while (inner && inner != call)
        inner = inner->at.call;
    return inner == call;
}

static bool is_kept(const struct examination *x, const struct ncl_tensor *tensor)
{
    if (ncl_tensor_is_constant(tensor) || (x->whole && is_within(x->home[tensor->id], x->whole)))
        return false;
    return x->source->has(x->source->user, tensor);
}

static void *memory(struct examination *x, size_t count, size_t size, nnefcl_status *status)
{
    void *room = *status
                     ? NULL
                     : ncl_resize(&x->exact.allocator, NULL, count * size); /* no more than the doubles of the tensor */
    if (!room && !*status)
        *status = ncl_nomem(x->diag);
    return room;
}

static void release_room(const struct examination *x, void *room)
{
    ncl_resize(&x->exact.allocator, room, 0);
}

static void drop(struct examination *x, const struct ncl_tensor *tensor)
{
    ncl_exact_drop(&x->exact, tensor);
    ncl_slack_drop(&x->slack, tensor);
}

/* ---- operands ---- */

static nnefcl_status read_kept(struct examination *x, const struct ncl_tensor *tensor, void **data)
{
    nnefcl_status status = NNEFCL_OK;
    *data = memory(x, ncl_exact_count(tensor), nnefcl_dtype_size(tensor->dtype), &status);
    return status ? status : x->source->read(x->source->user, tensor, *data, x->diag);
}

static nnefcl_status fetch(struct examination *x, const struct ncl_tensor *tensor)
{
    void *data = NULL;
    if (ncl_exact_has(&x->exact, tensor))
        return NNEFCL_OK;
    if (ncl_tensor_is_constant(tensor))
        return ncl_exact_load(&x->exact, tensor, x->diag);
    nnefcl_status status = read_kept(x, tensor, &data);
    if (!status)
        status = ncl_exact_set(&x->exact, tensor, data, x->diag);
    release_room(x, data);
    return status;
}

static nnefcl_status fetch_operands(struct examination *x, const struct ncl_node *node)
{
    const struct ncl_tensor *operand;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; (operand = ncl_exact_operand(node, i)) && !status; i++)
        status = fetch(x, operand);
    return status;
}

/* The operation that gave it, where it is another one than its node. */
static const struct ncl_meant *meant_of(const struct examination *x, const struct ncl_node *node,
                                        const struct ncl_tensor *result)
{
    const struct ncl_meant *meant = x->source->meant ? x->source->meant(x->source->user, result) : NULL;
    return meant && strcmp(meant->node.op->name, node->op->name) != 0 ? meant : NULL;
}

/* NULL: a pass made it. */
static const struct ncl_tensor *meant_tensor(const struct examination *x, const struct ncl_meant *meant, size_t index)
{
    return meant->origin[index] < x->graph->tensor_count ? x->graph->tensor[meant->origin[index]] : NULL;
}

static void drop_operand(struct examination *x, const struct ncl_tensor *operand, size_t index)
{
    if (is_given(operand) || is_kept(x, operand) || x->last_use[operand->id] == index)
        drop(x, operand);
}

static void drop_meant(struct examination *x, const struct ncl_meant *meant, size_t index)
{
    const struct ncl_tensor *tensor;
    for (size_t i = 0; i < meant->tensor_count; i++)
        if ((tensor = meant_tensor(x, meant, i)))
            drop_operand(x, tensor, index);
}

/* What the device kept can be read again. */
static void drop_operands(struct examination *x, size_t index)
{
    const struct ncl_node *node = x->graph->node[index];
    const struct ncl_tensor *tensor;
    const struct ncl_meant *meant;
    for (size_t i = 0; (tensor = ncl_exact_operand(node, i)); i++)
        drop_operand(x, tensor, index);
    for (size_t i = 0; (tensor = ncl_exact_result(node, i)); i++)
        if ((meant = meant_of(x, node, tensor)))
            drop_meant(x, meant, index);
}

/* ---- in half ---- */

static bool lies_in_half(const struct examination *x, const struct ncl_tensor *tensor)
{
    return is_kept(x, tensor) && x->source->is_half && x->source->is_half(x->source->user, tensor);
}

/* The largest weight, not less than 1, times the largest element of the other operand: of all operands of a product. */
static double most_of_products(const struct examination *x, const struct ncl_node *node)
{
    const struct ncl_tensor *operand;
    double most = 1;
    for (size_t i = 0; (operand = ncl_exact_operand(node, i)); i++) {
        double largest = 1;
        for (size_t k = 0; operand->dtype == NNEFCL_SCALAR && k < ncl_exact_count(operand); k++)
            largest = fmax(largest, fabs(x->exact.tensor[operand->id].value[k]));
        most *= largest;
    }
    return most;
}

static nnefcl_status add_halves(struct examination *x, const struct ncl_node *node, const struct ncl_tensor *result)
{
    const bool stored = lies_in_half(x, result), multiplies = node->op->macs && node->op->macs(node);
    double *slack;
    if (!x->source->halves || result->dtype != NNEFCL_SCALAR || !(stored || multiplies))
        return NNEFCL_OK;
    const nnefcl_status status = ncl_slack_make(&x->slack, result, &slack, x->diag);
    if (!status && multiplies && x->source->half_terms)
        ncl_halves_product(slack, &x->exact.tensor[result->id], ncl_exact_count(result), most_of_products(x, node),
                           x->source->half_terms);
    else if (!status && multiplies)
        ncl_halves_sum(slack, &x->exact.tensor[result->id], ncl_exact_count(result), most_of_products(x, node));
    if (!status && stored)
        ncl_halves_result(slack, &x->exact.tensor[result->id], ncl_exact_count(result));
    return status;
}

/* Whether something that the device rounded on the way lies in half. */
static bool whole_has_halves(const struct examination *x, size_t first, size_t end, const struct ncl_call *call)
{
    const struct ncl_tensor *result;
    for (size_t i = first; i < end; i++)
        for (size_t k = 0; (result = ncl_exact_result(x->graph->node[i], k)); k++)
            if (is_within(x->home[result->id], call) && lies_in_half(x, result))
                return true;
    return false;
}

/* ---- judgement ---- */

/* A device may take denormal operands as zeros (7.5.3). */
static nnefcl_status judge_flushed(struct examination *x, const struct ncl_node *node, const struct ncl_tensor *result,
                                   const void *data, double tolerance, struct ncl_verdict *verdict)
{
    struct ncl_verdict other;
    if (!ncl_slack_has_denormals(&x->slack, node))
        return NNEFCL_OK;
    const nnefcl_status status = ncl_slack_flush(&x->slack, node, x->diag);
    if (!status) {
        ncl_judge(&other, result->dtype, data, &x->exact.tensor[result->id], ncl_exact_count(result), tolerance,
                  x->slack.off[result->id]);
        if (other.bad < verdict->bad)
            *verdict = other;
    }
    ncl_slack_restore(&x->slack, node);
    return status;
}

/* False: an operand is neither the device's nor was it computed here. */
static bool can_fetch_meant(const struct examination *x, const struct ncl_meant *meant)
{
    for (size_t i = 0; i < meant->tensor_count; i++) {
        const struct ncl_tensor *tensor = meant_tensor(x, meant, i);
        if (!ncl_meant_needs(meant, i))
            continue;
        if (!tensor || !ncl_shape_equal(&tensor->shape, &meant->tensor[i]->shape))
            return false;
        if (!ncl_exact_has(&x->exact, tensor) && !ncl_tensor_is_constant(tensor) && !is_kept(x, tensor))
            return false;
    }
    return true;
}

/* What a result may be off beyond `tolerance` becomes what the operation may be that it was computed by. */
static nnefcl_status raise_by_meant(struct examination *x, const struct ncl_meant *meant,
                                    const struct ncl_tensor *result, double tolerance)
{
    nnefcl_status status = NNEFCL_OK;
    double *off;
    if (!can_fetch_meant(x, meant))
        return NNEFCL_OK;
    for (size_t i = 0; i < meant->tensor_count && !status; i++)
        if (ncl_meant_needs(meant, i))
            status = fetch(x, meant_tensor(x, meant, i));
    if (!status)
        status = ncl_slack_make(&x->slack, result, &off, x->diag);
    if (!status)
        status = ncl_meant_raise(meant, &x->slack, &x->exact.tensor[result->id], tolerance, off, x->diag);
    return status;
}

static nnefcl_status judge_meant(struct examination *x, const struct ncl_node *node, const struct ncl_tensor *result,
                                 const void *data, double tolerance, struct ncl_verdict *verdict)
{
    const struct ncl_meant *meant = meant_of(x, node, result);
    if (!meant || result->dtype != NNEFCL_SCALAR)
        return NNEFCL_OK;
    const nnefcl_status status = raise_by_meant(x, meant, result, tolerance);
    if (!status)
        ncl_judge(verdict, result->dtype, data, &x->exact.tensor[result->id], ncl_exact_count(result), tolerance,
                  x->slack.off[result->id]);
    return status;
}

/* A product that hangs on is the same product in another operation. */
static nnefcl_status widen_by_meant(struct examination *x, const struct ncl_node *node, const struct ncl_tensor *result)
{
    const struct ncl_meant *meant = meant_of(x, node, result);
    if (!meant || result->dtype != NNEFCL_SCALAR || (meant->node.op->macs && meant->node.op->macs(&meant->node)))
        return NNEFCL_OK;
    return raise_by_meant(x, meant, result, 0);
}

static nnefcl_status judge_result(struct examination *x, struct ncl_examine_result *result, double tolerance)
{
    const struct ncl_tensor *tensor = result->tensor;
    void *data = NULL;
    nnefcl_status status = read_kept(x, tensor, &data);
    if (!status && lies_in_half(x, tensor))
        ncl_halves_overflow(data, &x->exact.tensor[tensor->id], x->slack.off[tensor->id], ncl_exact_count(tensor));
    if (!status)
        ncl_judge(&result->verdict, tensor->dtype, data, &x->exact.tensor[tensor->id], ncl_exact_count(tensor),
                  tolerance, x->slack.off[tensor->id]);
    if (!status && result->verdict.bad)
        status = judge_flushed(x, x->graph->node[result->node], tensor, data, tolerance, &result->verdict);
    if (!status && result->verdict.bad)
        status = judge_meant(x, x->graph->node[result->node], tensor, data, tolerance, &result->verdict);
    release_room(x, data);
    return status;
}

/* ---- nodes ---- */

/* There is a definition, and everything it needs. */
static bool is_defined(const struct examination *x, const struct ncl_node *node)
{
    const struct ncl_tensor *operand;
    struct ncl_tolerance own;
    if (!ncl_exact_defined(node) || !ncl_tolerance_of(node->op, &own))
        return false;
    for (size_t i = 0; (operand = ncl_exact_operand(node, i)); i++)
        if (!ncl_tensor_is_constant(operand) && !is_kept(x, operand) && !ncl_exact_has(&x->exact, operand))
            return false;
    return true;
}

static bool is_node_wanted(const struct examination *x, const struct ncl_node *node)
{
    const struct ncl_tensor *result;
    for (size_t i = 0; (result = ncl_exact_result(node, i)); i++)
        if (is_given(result))
            return false;
        else if (x->last_use[result->id] || is_kept(x, result))
            return true;
    return false;
}

struct visitor {
    int (*visit)(void *user, const struct ncl_examine_result *result);
    void *user;
    bool enough;
};

/* Results without a definition: they are not compared. */
static void pass_over(struct examination *x, size_t index, struct visitor *visitor)
{
    struct ncl_examine_result result = {.node = index};
    for (size_t i = 0; (result.tensor = ncl_exact_result(x->graph->node[index], i)) && !visitor->enough; i++)
        if (is_kept(x, result.tensor))
            visitor->enough = visitor->visit(visitor->user, &result);
}

static nnefcl_status examine_results(struct examination *x, size_t index, struct visitor *visitor)
{
    const struct ncl_node *node = x->graph->node[index];
    struct ncl_tolerance own;
    struct ncl_examine_result result = {.node = index,
                                        .whole = x->whole ? x->whole->fragment : NULL,
                                        .tolerance = ncl_tolerance_of(node->op, &own),
                                        .outside = x->whole ? 0 : x->exact.outside};
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; (result.tensor = ncl_exact_result(node, i)) && !status && !visitor->enough; i++) {
        const double tolerance = ncl_tolerance_ulp(result.tolerance, x->exact.tensor[result.tensor->id].terms);
        status = add_halves(x, node, result.tensor);
        if (status)
            break;
        if (!is_kept(x, result.tensor)) {
            status = ncl_slack_add(&x->slack, result.tensor,
                                   tolerance + (node->op->macs && node->op->macs(node) ? FOLDED : 0), x->diag);
            if (!status)
                status = widen_by_meant(x, node, result.tensor);
            continue;
        }
        status = judge_result(x, &result, tolerance);
        visitor->enough = !status && visitor->visit(visitor->user, &result);
    }
    for (size_t i = 0; (result.tensor = ncl_exact_result(node, i)); i++)
        if (is_kept(x, result.tensor) || !x->last_use[result.tensor->id])
            drop(x, result.tensor);
    return status;
}

static nnefcl_status examine_node(struct examination *x, size_t index, struct visitor *visitor)
{
    const struct ncl_node *node = x->graph->node[index];
    nnefcl_status status = fetch_operands(x, node);
    if (!status)
        status = ncl_exact_node(&x->exact, node, x->diag);
    if (!status)
        status = ncl_slack_find(&x->slack, node, x->diag);
    if (!status)
        status = examine_results(x, index, visitor);
    return status;
}

/* ---- operations that were expanded ---- */

static const struct ncl_call *common_call(const struct ncl_call *a, const struct ncl_call *b)
{
    while (a && !is_within(b, a))
        a = a->at.call;
    return a;
}

static void find_homes(struct examination *x)
{
    const struct ncl_graph *graph = x->graph;
    const struct ncl_tensor *tensor;
    for (size_t i = 0; i < graph->node_count; i++) {
        for (size_t k = 0; (tensor = ncl_exact_result(graph->node[i], k)); k++)
            x->home[tensor->id] = graph->node[i]->at.call;
        for (size_t k = 0; (tensor = ncl_exact_operand(graph->node[i], k)); k++)
            x->home[tensor->id] = common_call(x->home[tensor->id], graph->node[i]->at.call);
    }
    for (size_t i = 0; i < graph->output_count; i++)
        x->home[graph->output[i]->id] = NULL;
}

/* The nodes of an invocation follow each other. */
static size_t call_end(const struct ncl_graph *graph, size_t first, const struct ncl_call *call)
{
    size_t end = first;
    while (end < graph->node_count && is_within(graph->node[end]->at.call, call))
        end++;
    return end;
}

static nnefcl_status examine_whole(struct examination *x, size_t first, size_t end, struct visitor *visitor)
{
    const struct ncl_tensor *operand, *result;
    const struct ncl_meant *meant;
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = first; i < end && !status && !visitor->enough && is_defined(x, x->graph->node[i]); i++)
        status = examine_node(x, i, visitor);
    for (size_t i = first; i < end; i++) {
        for (size_t k = 0; (operand = ncl_exact_operand(x->graph->node[i], k)); k++)
            drop(x, operand);
        for (size_t k = 0; (result = ncl_exact_result(x->graph->node[i], k)); k++) {
            drop(x, result);
            if ((meant = meant_of(x, x->graph->node[i], result)))
                drop_meant(x, meant, i);
        }
    }
    return status;
}

/* Those that begin with this node; one of a single node has been judged. */
static nnefcl_status examine_wholes(struct examination *x, size_t index, struct visitor *visitor)
{
    const struct ncl_call *call = x->graph->node[index]->at.call;
    nnefcl_status status = NNEFCL_OK;
    for (; call && !status && !visitor->enough; call = call->at.call) {
        const size_t end = call_end(x->graph, index, call);
        if (!call->standard || end < index + 2 || (index && is_within(x->graph->node[index - 1]->at.call, call)) ||
            whole_has_halves(x, index, end, call))
            continue;
        x->whole = call;
        status = examine_whole(x, index, end, visitor);
        x->whole = NULL;
    }
    return status;
}

/* ---- the whole graph ---- */

/* Operands of other operations than the node's are there until then. */
static void note_meant(struct examination *x, size_t index)
{
    const struct ncl_node *node = x->graph->node[index];
    const struct ncl_tensor *result, *tensor;
    const struct ncl_meant *meant;
    for (size_t i = 0; (result = ncl_exact_result(node, i)); i++)
        for (size_t k = 0; (meant = meant_of(x, node, result)) && k < meant->tensor_count; k++)
            if (ncl_meant_needs(meant, k) && (tensor = meant_tensor(x, meant, k)) && x->last_use[tensor->id] < index)
                x->last_use[tensor->id] = index;
}

static nnefcl_status prepare(struct examination *x)
{
    const struct ncl_graph *graph = x->graph;
    const struct ncl_tensor *operand;
    x->last_use = NCL_NEW_ARRAY(&x->arena, size_t, graph->tensor_count);
    x->home = NCL_NEW_ARRAY(&x->arena, const struct ncl_call *, graph->tensor_count);
    if (!x->last_use || !x->home)
        return ncl_nomem(x->diag);
    const nnefcl_status status = ncl_slack_open(&x->slack, &x->exact, &x->arena, x->diag);
    if (status)
        return status;
    find_homes(x);
    for (size_t i = 0; i < graph->node_count; i++)
        for (size_t k = 0; (operand = ncl_exact_operand(graph->node[i], k)); k++)
            x->last_use[operand->id] = i;
    for (size_t i = 0; i < graph->node_count; i++)
        note_meant(x, i);
    return NNEFCL_OK;
}

static void end_examination(struct examination *x)
{
    ncl_slack_close(&x->slack);
    ncl_exact_close(&x->exact);
    ncl_arena_free(&x->arena);
}

nnefcl_status ncl_examine(const struct ncl_graph *graph, unsigned compat, const struct ncl_exact_source *constants,
                          const nnefcl_allocator *allocator, const struct ncl_examine_source *source,
                          int (*visit)(void *user, const struct ncl_examine_result *result), void *user,
                          struct ncl_diag *diag)
{
    struct examination x = {.graph = graph, .source = source, .diag = diag};
    struct visitor visitor = {.visit = visit, .user = user};
    ncl_arena_init(&x.arena, allocator, 0);
    nnefcl_status status = ncl_exact_open(&x.exact, graph, compat, constants, allocator, diag);
    x.exact.transforms = source->transforms;
    x.exact.weights_off = source->weights_off;
    if (!status)
        status = prepare(&x);
    for (size_t i = 0; i < x.graph->node_count && !status && !visitor.enough; i++) {
        if (!is_node_wanted(&x, x.graph->node[i]))
            continue;
        if (is_defined(&x, x.graph->node[i]))
            status = examine_node(&x, i, &visitor);
        else
            pass_over(&x, i, &visitor);
        drop_operands(&x, i);
    }
    for (size_t i = 0; i < x.graph->node_count && !status && !visitor.enough; i++)
        status = examine_wholes(&x, i, &visitor);
    end_examination(&x);
    return status;
}
