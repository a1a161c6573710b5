/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `horizontal`: products of one input by several constant matrices, and convolutions of one input with windows of
 * the same size, become one whose result each reader takes its part of: query, key and value of attention, branches of
 * an inception module. What is element by element behind all of them alike goes along.
 *
 * For devices that are not CPUs, where a launch costs microseconds and a small product leaves compute units idle, and
 * only where no part has to be copied out: it lies in one piece, or attention reads it where it lies (pass `heads`). A
 * part that a concatenation reads stays by itself, since it is computed in its place there. */
#include <string.h>

#include "emit/variant.h"
#include "pass/match.h"
#include "pass/pass.h"
#include "pass/view.h"

#define BRANCHES 8  /* that are joined at most */
#define STAGES   4  /* nodes of a branch: the product and what is behind it */
#define DEPTH    3  /* nodes between a constant of a branch and what init loads */
#define MADE     64 /* nodes that are made for one product */

/* Operations that are linear in a constant, and where they have it. */
static const struct product {
    const char *op, *input, *filter;
} products[] = {{"conv", "input", "filter"}, {"linear", "input", "filter"}, {"matmul", "A", "B"}};

struct branch {
    struct ncl_node *stage[STAGES];
    int count;
};

/* Products of one input, in their order. */
struct member {
    struct ncl_node *node;
    struct member *next;
};
struct members {
    struct member *first, *last;
};

struct horizontal {
    struct ncl_rewrite *rw;
    size_t tensor_count;
    size_t *place;          /* by tensor id: of the node that makes it, in the order */
    size_t *attended;       /* by tensor id: how often what leads to attention reads it; 0: nothing does */
    struct members *member; /* by tensor id: products that read it */
    struct branch branch[BRANCHES];
    int count, stages;
    struct ncl_node *made[MADE];
    int made_count;
};

/* ---- products ---- */

static const struct product *product_of(const struct ncl_node *node)
{
    for (size_t i = 0; node && i < sizeof products / sizeof *products; i++)
        if (ncl_node_is(node, products[i].op))
            return &products[i];
    return NULL;
}

static const nnefcl_shape *result_shape(const struct ncl_node *node)
{
    return &ncl_node_result(node, 0)->shape;
}

/* The axis of the result along which products lie side by side. */
static int joined_axis(const struct ncl_node *product)
{
    return ncl_node_is(product, "conv") ? 1 : result_shape(product)->rank - 1;
}

/* The same of the filter. */
static int filter_axis(const struct ncl_node *product)
{
    const int rank = ncl_node_tensor(product, product_of(product)->filter)->shape.rank;
    if (ncl_node_is(product, "conv"))
        return 0;
    return ncl_node_is(product, "matmul") && !ncl_node_logical(product, "transposeB") ? rank - 1 : rank - 2;
}

static int64_t branch_width(const struct horizontal *h, int index)
{
    const struct ncl_node *product = h->branch[index].stage[0];
    return result_shape(product)->extent[joined_axis(product)];
}

static bool is_known_to(const struct horizontal *h, const struct ncl_tensor *tensor, int depth)
{
    const struct ncl_node *node = tensor->producer;
    if (ncl_tensor_is_constant(tensor))
        return true;
    bool known = depth > 0 && node && tensor->role == NCL_ROLE_ACTIVATION && tensor->id < h->tensor_count &&
                 node->result_count == 1 && node->result[0].kind == NCL_VALUE_TENSOR;
    for (size_t i = 0; known && i < node->parameter_count; i++)
        known = node->argument[i].kind == NCL_VALUE_TENSOR ? is_known_to(h, node->argument[i].tensor, depth - 1)
                                                           : node->argument[i].kind != NCL_VALUE_ARRAY;
    return known;
}

static bool is_known(const struct horizontal *h, const struct ncl_tensor *tensor)
{
    return is_known_to(h, tensor, DEPTH);
}

/* ---- branches ---- */

/* What the node before makes goes in at this argument; SIZE_MAX: at several, or at none. */
static size_t flow_argument(const struct ncl_node *node, const struct ncl_tensor *from)
{
    size_t at = SIZE_MAX, count = 0;
    for (size_t i = 0; i < node->parameter_count; i++)
        if (node->argument[i].kind == NCL_VALUE_TENSOR && node->argument[i].tensor->id == from->id) {
            at = i;
            count++;
        }
    return count == 1 ? at : SIZE_MAX;
}

static bool is_stage(const struct horizontal *h, const struct ncl_node *node, const struct ncl_tensor *from)
{
    if (!node || !node->op->elements || node->result_count != 1 || node->result[0].kind != NCL_VALUE_TENSOR ||
        !ncl_shape_equal(result_shape(node), &from->shape) || flow_argument(node, from) == SIZE_MAX)
        return false;
    for (size_t i = 0; i < node->parameter_count; i++)
        if (node->argument[i].kind == NCL_VALUE_ARRAY || node->argument[i].kind == NCL_VALUE_TUPLE ||
            (node->argument[i].kind == NCL_VALUE_TENSOR && node->argument[i].tensor->id != from->id &&
             !is_known(h, node->argument[i].tensor)))
            return false;
    return true;
}

static void branch_follow(const struct horizontal *h, struct branch *branch, struct ncl_node *product)
{
    *branch = (struct branch){.stage[0] = product, .count = 1};
    while (branch->count < STAGES) {
        const struct ncl_tensor *from = ncl_node_result(branch->stage[branch->count - 1], 0);
        struct ncl_node *node = ncl_rewrite_reader(h->rw, from);
        if (!is_stage(h, node, from))
            break;
        branch->stage[branch->count++] = node;
    }
}

/* ---- arguments ---- */

enum joining { APART, SHARED, SIDE_BY_SIDE };

static bool shapes_join(const nnefcl_shape *a, const nnefcl_shape *b, int axis)
{
    bool join = a->rank == b->rank && axis < a->rank;
    for (int i = 0; join && i < a->rank; i++)
        join = i == axis || a->extent[i] == b->extent[i];
    return join;
}

/* One element for each of the branch's along the axis. */
static bool is_along(const struct horizontal *h, const struct ncl_value *value, int axis, int64_t width)
{
    return value->kind == NCL_VALUE_TENSOR && value->tensor->shape.rank > axis &&
           value->tensor->shape.extent[axis] == width && is_known(h, value->tensor);
}

/* Argument i of a stage of branches `a` and `b`, where it is not the flow. */
static enum joining argument_joining(const struct horizontal *h, int a, int b, int stage, size_t i)
{
    const struct ncl_node *left = h->branch[a].stage[stage], *right = h->branch[b].stage[stage],
                          *product = h->branch[a].stage[0];
    const struct ncl_value *x = &left->argument[i], *y = &right->argument[i];
    const bool filter = stage == 0 && strcmp(left->parameter[i], product_of(left)->filter) == 0;
    const int axis = filter ? filter_axis(left) : joined_axis(product);
    if (is_along(h, x, axis, branch_width(h, a)) && is_along(h, y, axis, branch_width(h, b)))
        return shapes_join(&x->tensor->shape, &y->tensor->shape, axis) ? SIDE_BY_SIDE : APART;
    const bool repeats =
        x->kind != NCL_VALUE_TENSOR || x->tensor->shape.rank <= axis || x->tensor->shape.extent[axis] == 1;
    return !filter && repeats && ncl_values_match(x, y) ? SHARED : APART;
}

static bool stages_join(const struct horizontal *h, int a, int b, int stage)
{
    const struct ncl_node *left = h->branch[a].stage[stage], *right = h->branch[b].stage[stage];
    const struct ncl_tensor *from =
        stage ? ncl_node_result(h->branch[a].stage[stage - 1], 0) : ncl_node_tensor(left, product_of(left)->input);
    const size_t flow = flow_argument(left, from);
    if (left->op != right->op || flow == SIZE_MAX || left->parameter_count != right->parameter_count)
        return false;
    const struct ncl_tensor *other = stage ? ncl_node_result(h->branch[b].stage[stage - 1], 0) : from;
    bool join = flow_argument(right, other) == flow;
    for (size_t i = 0; join && i < left->parameter_count; i++)
        join = i == flow || argument_joining(h, a, b, stage, i) != APART;
    return join;
}

/* ---- what joining gains ---- */

static const struct ncl_tensor *branch_end(const struct horizontal *h, int index, int stages)
{
    return ncl_node_result(h->branch[index].stage[stages - 1], 0);
}

/* A part that lies in one piece, and is read by what reads it from memory anyway. */
static bool lies_in_one(const struct horizontal *h, const struct ncl_tensor *end, int axis)
{
    const struct ncl_node *reader = ncl_rewrite_reader(h->rw, end);
    return ncl_shape_span(&end->shape, 0, axis) == 1 && reader && !reader->op->elements &&
           !ncl_node_is(reader, "concat") && !ncl_node_is(reader, "stack") &&
           !ncl_node_is(reader, "batch_normalization");
}

static bool end_is_free(const struct horizontal *h, int index)
{
    const struct ncl_tensor *end = branch_end(h, index, h->stages);
    return (h->attended[end->id] && h->attended[end->id] == ncl_rewrite_uses(h->rw, end)) ||
           lies_in_one(h, end, joined_axis(h->branch[index].stage[0]));
}

/* Leaves those that may be joined with the first one; as many stages as all of them have alike. */
static void branches_select(struct horizontal *h)
{
    int count = 0;
    h->stages = 1;
    for (int i = 0; i < h->count; i++) {
        h->branch[count] = h->branch[i];
        count += count == 0 || stages_join(h, 0, count, 0);
    }
    h->count = count;
    for (bool more = true; more && h->stages < STAGES; h->stages += more)
        for (int i = 0; more && i < h->count; i++)
            more = h->branch[i].count > h->stages && stages_join(h, 0, i, h->stages);
    for (int i = count = 0; i < h->count; i++)
        if (end_is_free(h, i))
            h->branch[count++] = h->branch[i];
    h->count = count;
}

/* ---- the change ---- */

/* What init computes goes in front of the first product. */
static void hoist(struct horizontal *h, struct ncl_tensor *tensor, struct ncl_node *first)
{
    struct ncl_node *node = ncl_rewrite_producer(h->rw, tensor);
    const size_t before = h->place[ncl_node_first_result(first)->id];
    if (!node || tensor->id >= h->tensor_count || h->place[tensor->id] <= before)
        return;
    for (size_t i = 0; i < node->parameter_count; i++)
        if (node->argument[i].kind == NCL_VALUE_TENSOR)
            hoist(h, node->argument[i].tensor, first);
    ncl_rewrite_move(h->rw, node, first);
    h->place[tensor->id] = before;
}

static struct ncl_node *make(struct horizontal *h, const char *op, const struct ncl_named_value *given, size_t count)
{
    struct ncl_node *node = ncl_rewrite_insert(h->rw, h->branch[0].stage[0], op, given, count);
    if (node)
        h->made[h->made_count++] = node;
    return node;
}

/* The constants of all branches, one behind the other. */
static bool constants_join(struct horizontal *h, int stage, size_t argument, int axis, struct ncl_value *joined)
{
    struct ncl_value item[BRANCHES];
    for (int i = 0; i < h->count; i++) {
        item[i] = h->branch[i].stage[stage]->argument[argument];
        hoist(h, item[i].tensor, h->branch[0].stage[0]);
    }
    const struct ncl_named_value given[] = {{"values", ncl_value_array(item, (size_t)h->count)},
                                            {"axis", ncl_value_integer(axis)}};
    const struct ncl_node *node = make(h, "concat", given, 2);
    if (node)
        *joined = ncl_value_tensor(ncl_node_result(node, 0));
    return node;
}

/* One stage of all branches; its result, or NULL. */
static struct ncl_tensor *stage_join(struct horizontal *h, int stage, struct ncl_tensor *flow)
{
    const struct ncl_node *node = h->branch[0].stage[stage];
    struct ncl_named_value *given = ncl_rewrite_alloc(h->rw, node->parameter_count, sizeof *given);
    const struct ncl_tensor *from = stage ? branch_end(h, 0, stage) : ncl_node_tensor(node, product_of(node)->input);
    const size_t at = flow_argument(node, from);
    for (size_t i = 0; given && i < node->parameter_count; i++) {
        const bool filter = stage == 0 && strcmp(node->parameter[i], product_of(node)->filter) == 0;
        given[i] = (struct ncl_named_value){node->parameter[i], i == at ? ncl_value_tensor(flow) : node->argument[i]};
        if (i != at && argument_joining(h, 0, 1, stage, i) == SIDE_BY_SIDE &&
            !constants_join(h, stage, i, filter ? filter_axis(node) : joined_axis(h->branch[0].stage[0]),
                            &given[i].value))
            return NULL;
    }
    const struct ncl_node *made = given ? make(h, node->op->name, given, node->parameter_count) : NULL;
    return made ? ncl_node_result(made, 0) : NULL;
}

/* The last node of a branch becomes its part of the whole, and the others are gone. */
static void branch_cut(struct horizontal *h, int index, struct ncl_tensor *whole, int64_t first)
{
    const struct branch *branch = &h->branch[index];
    const struct ncl_value axis = ncl_value_integer(joined_axis(branch->stage[0])), begin = ncl_value_integer(first),
                           end = ncl_value_integer(first + branch_width(h, index));
    const struct ncl_named_value given[] = {{"input", ncl_value_tensor(whole)},
                                            {"axes", ncl_value_array(&axis, 1)},
                                            {"begin", ncl_value_array(&begin, 1)},
                                            {"end", ncl_value_array(&end, 1)}};
    if (!ncl_rewrite_become(h->rw, branch->stage[h->stages - 1], "slice", given, sizeof given / sizeof *given))
        return;
    for (int i = h->stages - 1; i-- > 0;)
        ncl_rewrite_remove(h->rw, branch->stage[i]);
}

static void branches_join(struct horizontal *h)
{
    const struct ncl_node *product = h->branch[0].stage[0];
    struct ncl_tensor *flow = ncl_node_tensor(product, product_of(product)->input);
    int64_t first[BRANCHES + 1] = {0};
    for (int i = 0; i < h->count; i++)
        first[i + 1] = first[i] + branch_width(h, i);
    h->made_count = 0;
    for (int stage = 0; flow && stage < h->stages; stage++)
        flow = stage_join(h, stage, flow);
    for (int i = h->made_count; !flow && i-- > 0;) /* a shape rule refused one: a dialect's */
        ncl_rewrite_remove(h->rw, h->made[i]);
    for (int i = 0; flow && i < h->count; i++)
        branch_cut(h, i, flow, first[i]);
}

/* ---- the graph ---- */

static size_t reads_of(const struct ncl_node *node, const struct ncl_tensor *tensor)
{
    size_t reads = 0;
    for (size_t i = 0; i < node->parameter_count; i++)
        reads += node->argument[i].kind == NCL_VALUE_TENSOR && node->argument[i].tensor->id == tensor->id;
    return reads;
}

/* By the attention, and by the nodes that it was recognized from. */
static size_t reads_by_attention(const struct ncl_node *attention, const struct ncl_tensor *tensor)
{
    size_t reads = reads_of(attention, tensor);
    for (size_t i = 0; i < attention->inner_count; i++)
        reads += reads_of(attention->inner[i], tensor);
    return reads;
}

/* Marks what an operand of attention is made of by moves; `scaled`: and by factors. */
static void attended_mark(struct horizontal *h, const struct ncl_node *attention, const char *operand, bool scaled)
{
    const struct ncl_tensor *tensor = ncl_node_tensor(attention, operand);
    size_t reads = reads_by_attention(attention, tensor);
    for (;; reads = 1) {
        const struct ncl_node *node = ncl_rewrite_producer(h->rw, tensor);
        h->attended[tensor->id] = reads;
        if (!node || !(ncl_view_moves(node) || (scaled && ncl_view_factor(node) >= 0)))
            return;
        tensor = node->argument[ncl_view_factor(node) == 0 ? 1 : 0].tensor;
    }
}

static void member_add(struct horizontal *h, struct ncl_node *node)
{
    const struct product *product = product_of(node);
    const struct ncl_tensor *input = ncl_node_tensor(node, product->input);
    struct members *members = &h->member[input->id];
    if (is_known(h, input) || !is_known(h, ncl_node_tensor(node, product->filter)) ||
        (ncl_node_is(node, "conv") && ncl_node_integer(node, "groups") != 1))
        return;
    struct member *made = ncl_rewrite_alloc(h->rw, 1, sizeof *made);
    if (!made)
        return;
    *made = (struct member){node, NULL};
    *(members->first ? &members->last->next : &members->first) = made;
    members->last = made;
}

/* Attention in steps would copy each part out. */
static void graph_learn(struct horizontal *h, const struct ncl_target *target)
{
    const bool in_place = !ncl_variant_unfit(ncl_variant_find("attention_group"), target, NULL);
    size_t place = 0;
    for (struct ncl_node *node = ncl_rewrite_first(h->rw); node; node = ncl_rewrite_next(node), place++) {
        const struct ncl_tensor *made = ncl_node_first_result(node);
        if (made)
            h->place[made->id] = place;
        if (product_of(node))
            member_add(h, node);
        if (in_place && ncl_node_is(node, "attention")) {
            attended_mark(h, node, "query", true);
            attended_mark(h, node, "key", true);
            attended_mark(h, node, "value", false);
        }
    }
}

/* The first of them that can be joined with any behind it. */
static void products_join(struct horizontal *h, const struct member *first)
{
    for (bool joined = false; first && !joined; first = first->next) {
        h->count = 0;
        for (const struct member *member = first; member && h->count < BRANCHES; member = member->next)
            branch_follow(h, &h->branch[h->count++], member->node);
        branches_select(h);
        joined = h->count > 1;
        if (joined)
            branches_join(h);
    }
}

void ncl_pass_horizontal(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    struct horizontal h = {.rw = rw, .tensor_count = ncl_rewrite_tensor_count(rw)};
    if (facts->target->cpu)
        return;
    h.place = ncl_rewrite_alloc(rw, h.tensor_count, sizeof *h.place);
    h.attended = ncl_rewrite_alloc(rw, h.tensor_count, sizeof *h.attended);
    h.member = ncl_rewrite_alloc(rw, h.tensor_count, sizeof *h.member);
    if (ncl_rewrite_status(rw))
        return;
    graph_learn(&h, facts->target);
    for (size_t i = 0; i < h.tensor_count; i++)
        products_join(&h, h.member[i].first);
}
