/* SPDX-License-Identifier: Apache-2.0 */
/* Pass `heads`: attention reads its query, key and value, and writes its result, where they lie. Exporters cut them out
 * of one product, bring the heads side by side, and multiply queries and keys by a number each: as long as what comes
 * of it has strides in a tensor further in front, or further behind the result, the moves become views of
 * attention_views, and the numbers a part of its scale. What somebody else reads stays, and is read. */
#include <string.h>

#include "pass/pass.h"
#include "pass/view.h"

#define CHAIN 16 /* nodes that are looked at */

/* How an operand, or the result, hangs on another tensor. */
struct chain {
    const char *operand;
    struct ncl_node *node[CHAIN];               /* from the attention on */
    const struct ncl_tensor *tensor[CHAIN + 1]; /* [0]: the attention's; [i + 1]: what node i makes it of, or of it */
    int count;
    int64_t view[1 + NNEFCL_MAX_RANK]; /* in tensor[count]: its first element, strides */
};

enum { QUERY, KEY, VALUE, OPERANDS };
static const char *const operand_names[OPERANDS] = {"query", "key", "value"};

struct heads {
    struct ncl_rewrite *rw;
    const struct ncl_signature *views;
    size_t *place; /* by tensor id: of the node that makes it, in the order */
    struct ncl_node *attention;
    struct chain operand[OPERANDS], result;
    struct ncl_node *member[OPERANDS * CHAIN]; /* nodes of the operands, in their order */
    size_t member_count;
};

/* ---- chains ---- */

static const struct ncl_tensor *moved_by_view(const struct ncl_node *node)
{
    return node->argument[ncl_view_factor(node) == 0 ? 1 : 0].tensor;
}

static void chain_add(struct chain *chain, struct ncl_node *node, const struct ncl_tensor *tensor)
{
    chain->node[chain->count] = node;
    chain->tensor[++chain->count] = tensor;
}

/* Factors of queries and keys become one of scores, where those have a number for it. */
static void find_operand_chain(struct heads *heads, int which)
{
    struct chain *chain = &heads->operand[which];
    const bool scaled = which != VALUE && ncl_tensor_is_number(ncl_node_tensor(heads->attention, "scale"));
    *chain = (struct chain){.operand = operand_names[which],
                            .tensor[0] = ncl_node_tensor(heads->attention, operand_names[which])};
    while (chain->count < CHAIN) {
        struct ncl_node *node = ncl_rewrite_producer(heads->rw, chain->tensor[chain->count]);
        if (!node || (!ncl_view_moves(node) && !(scaled && ncl_view_factor(node) >= 0)))
            break;
        chain_add(chain, node, moved_by_view(node));
    }
}

static void chain_result(struct heads *heads)
{
    struct chain *chain = &heads->result;
    *chain = (struct chain){.tensor[0] = ncl_node_result(heads->attention, 0)};
    while (chain->count < CHAIN) {
        struct ncl_node *node = ncl_rewrite_reader(heads->rw, chain->tensor[chain->count]);
        if (!node || !ncl_view_moves_all(node))
            break;
        chain_add(chain, node, ncl_node_result(node, 0));
    }
}

/* ---- views of chains ---- */

/* Columns of queries and of the result are neighbours. */
static bool view_take(struct chain *chain, const struct ncl_view *view, bool neighbours)
{
    const int rank = view->shape.rank;
    chain->view[0] = view->first;
    for (int i = 0; i < rank; i++)
        if (!ncl_view_stride(view, i, &chain->view[1 + i]))
            return false;
    if (neighbours && view->shape.extent[rank - 1] == 1)
        chain->view[rank] = 1;
    return !neighbours || chain->view[rank] == 1;
}

static bool operand_view(struct heads *heads, int which)
{
    struct chain *chain = &heads->operand[which];
    struct ncl_view view;
    bool has = true;
    ncl_view_begin(&view, &chain->tensor[chain->count]->shape);
    for (int i = chain->count; has && i-- > 0;)
        has = ncl_view_factor(chain->node[i]) >= 0 || ncl_view_move(&view, chain->node[i], chain->tensor[i]);
    if (!has || !view_take(chain, &view, which == QUERY))
        return false;
    if (which == KEY && !ncl_node_logical(heads->attention, "transposed")) {
        int64_t *last = &chain->view[view.shape.rank];
        const int64_t column = last[0];
        last[0] = last[-1];
        last[-1] = column;
    }
    return true;
}

static bool result_view(struct chain *chain)
{
    struct ncl_view view;
    bool has = true;
    ncl_view_begin(&view, &chain->tensor[chain->count]->shape);
    for (int i = chain->count; has && i-- > 0;)
        has = ncl_view_move_back(&view, chain->node[i]);
    return has && view_take(chain, &view, true);
}

/* A whole tensor always is a view of itself. */
static void views_find(struct heads *heads)
{
    for (int i = 0; i < OPERANDS; i++)
        while (!operand_view(heads, i))
            heads->operand[i].count--;
    while (!result_view(&heads->result))
        heads->result.count--;
}

/* ---- what falls away ---- */

static size_t place_in_chain(const struct heads *heads, const struct ncl_node *node)
{
    return heads->place[ncl_node_first_result(node)->id];
}

static void member_add(struct heads *heads, struct ncl_node *node)
{
    size_t at = heads->member_count;
    for (; at > 0 && place_in_chain(heads, heads->member[at - 1]) >= place_in_chain(heads, node); at--)
        if (heads->member[at - 1] == node)
            return;
    memmove(&heads->member[at + 1], &heads->member[at], (heads->member_count++ - at) * sizeof *heads->member);
    heads->member[at] = node;
}

static void members_find(struct heads *heads)
{
    heads->member_count = 0;
    for (int i = 0; i < OPERANDS; i++)
        for (int k = 0; k < heads->operand[i].count; k++)
            member_add(heads, heads->operand[i].node[k]);
}

static size_t node_reads(const struct ncl_node *node, const struct ncl_tensor *tensor)
{
    size_t reads = 0;
    for (size_t i = 0; i < node->parameter_count; i++)
        reads += node->argument[i].kind == NCL_VALUE_TENSOR && node->argument[i].tensor == tensor;
    return reads;
}

/* By the members, as operand of the attention, and by the nodes that it was recognized from. */
static size_t reads_inside(const struct heads *heads, const struct ncl_tensor *tensor)
{
    const struct ncl_node *attention = heads->attention;
    size_t reads = 0;
    for (size_t i = 0; i < heads->member_count; i++)
        reads += node_reads(heads->member[i], tensor);
    for (int i = 0; i < OPERANDS; i++)
        reads += heads->operand[i].tensor[0] == tensor;
    for (size_t i = 0; i < attention->inner_count; i++) {
        reads += node_reads(attention->inner[i], tensor);
        for (const struct ncl_after *after = attention->inner[i]->after; after; after = after->next)
            reads += node_reads(after->node, tensor);
    }
    return reads;
}

/* By an operand whose chain ends there, though those of others go on. */
static bool chain_ends_at(const struct heads *heads, const struct ncl_tensor *tensor)
{
    for (int i = 0; i < OPERANDS; i++)
        if (heads->operand[i].tensor[heads->operand[i].count] == tensor)
            return true;
    return false;
}

static bool falls_away(const struct heads *heads, const struct ncl_node *node)
{
    const struct ncl_value *result = &node->result[0];
    const size_t count = result->kind == NCL_VALUE_ARRAY ? result->count : 1;
    for (size_t i = 0; i < count; i++) {
        const struct ncl_tensor *tensor = result->kind == NCL_VALUE_ARRAY ? result->item[i].tensor : result->tensor;
        if (ncl_rewrite_uses(heads->rw, tensor) != reads_inside(heads, tensor) || chain_ends_at(heads, tensor))
            return false;
    }
    return true;
}

/* Chains end in front of a node that stays; true: one did. */
static bool chains_shorten(struct heads *heads)
{
    bool shorter = false;
    for (int i = 0; i < OPERANDS; i++)
        for (int k = 0; k < heads->operand[i].count; k++)
            if (!falls_away(heads, heads->operand[i].node[k])) {
                heads->operand[i].count = k;
                shorter = true;
            }
    return shorter;
}

/* Reshapes alone are no steps. */
static bool saves_steps(const struct heads *heads)
{
    for (size_t i = 0; i < heads->member_count; i++)
        if (!ncl_view_stays(heads->member[i]))
            return true;
    for (int i = 0; i < heads->result.count; i++)
        if (!ncl_view_stays(heads->result.node[i]))
            return true;
    return false;
}

/* ---- the node ---- */

enum { LISTS = 6, ITEMS = 4 + NNEFCL_MAX_RANK };

/* Arrays of integers as arguments. */
struct lists {
    struct ncl_value item[LISTS][ITEMS];
    int count;
};

static struct ncl_value list_add(struct lists *lists, const int64_t *from, int count)
{
    struct ncl_value *item = lists->item[lists->count++];
    for (int i = 0; i < count; i++)
        item[i] = ncl_value_integer(from[i]);
    return (struct ncl_value){.kind = NCL_VALUE_ARRAY, .count = (size_t)count, .item = item};
}

static struct ncl_value extents_list(const struct heads *heads, struct lists *lists)
{
    const nnefcl_shape *result = &heads->result.tensor[0]->shape;
    const int rank = result->rank - 2;
    int64_t extent[ITEMS];
    for (int i = 0; i < rank + 1; i++)
        extent[i] = result->extent[i];
    extent[rank + 1] = heads->operand[VALUE].tensor[0]->shape.extent[rank];
    extent[rank + 2] = heads->operand[QUERY].tensor[0]->shape.extent[rank + 1];
    extent[rank + 3] = result->extent[rank + 1];
    return list_add(lists, extent, rank + 4);
}

static struct ncl_value scale_of(const struct heads *heads)
{
    double factor = 1;
    for (int i = 0; i < OPERANDS; i++)
        for (int k = 0; k < heads->operand[i].count; k++) {
            const int side = ncl_view_factor(heads->operand[i].node[k]);
            if (side >= 0)
                factor *= ncl_tensor_number(heads->operand[i].node[k]->argument[side].tensor);
        }
    const struct ncl_value *scale = ncl_node_arg(heads->attention, "scale");
    return factor == 1 ? *scale : ncl_value_scalar(ncl_tensor_number(scale->tensor) * factor);
}

static struct ncl_value tensor_argument(const struct ncl_tensor *tensor)
{
    return (struct ncl_value){.kind = NCL_VALUE_TENSOR, .tensor = (struct ncl_tensor *)tensor};
}

/* The last node of the result's chain, or the attention, becomes the attention of views. */
static bool become_views(struct heads *heads, struct ncl_node *last)
{
    const struct chain *operand = heads->operand, *result = &heads->result;
    const nnefcl_shape *shape = &result->tensor[result->count]->shape;
    const int strides = 1 + result->tensor[0]->shape.rank;
    struct lists lists = {.count = 0};
    const struct ncl_value argument[] = {tensor_argument(operand[QUERY].tensor[operand[QUERY].count]),
                                         tensor_argument(operand[KEY].tensor[operand[KEY].count]),
                                         tensor_argument(operand[VALUE].tensor[operand[VALUE].count]),
                                         *ncl_node_arg(heads->attention, "mask"),
                                         scale_of(heads),
                                         *ncl_node_arg(heads->attention, "divisor"),
                                         extents_list(heads, &lists),
                                         list_add(&lists, operand[QUERY].view, strides),
                                         list_add(&lists, operand[KEY].view, strides),
                                         list_add(&lists, operand[VALUE].view, strides),
                                         list_add(&lists, result->view, strides),
                                         list_add(&lists, shape->extent, shape->rank),
                                         *ncl_node_arg(heads->attention, "guarded")};
    return ncl_rewrite_become_bound(heads->rw, last, heads->views, argument);
}

static void inner_add(struct heads *heads, const struct ncl_node **inner, size_t *count, struct ncl_node *node)
{
    ncl_rewrite_unlist(heads->rw, node);
    inner[(*count)++] = node;
}

/* The nodes as they were: moves of operands, the attention, moves of the result. */
static void keep_members(struct heads *heads, struct ncl_node *last, const struct ncl_node *before)
{
    const struct ncl_node **inner =
        ncl_rewrite_alloc(heads->rw, heads->member_count + 1 + (size_t)heads->result.count, sizeof *inner);
    struct ncl_node *clone = ncl_rewrite_clone(heads->rw, before);
    size_t count = 0;
    if (!inner || !clone)
        return;
    for (size_t i = 0; i < heads->member_count; i++)
        inner_add(heads, inner, &count, heads->member[i]);
    if (last != heads->attention)
        inner_add(heads, inner, &count, heads->attention);
    for (int i = 0; i + 1 < heads->result.count; i++)
        inner_add(heads, inner, &count, heads->result.node[i]);
    inner[count++] = clone;
    last->inner = inner;
    last->inner_count = count;
}

static void attention_take(struct heads *heads, struct ncl_node *node)
{
    heads->attention = node;
    for (int i = 0; i < OPERANDS; i++)
        find_operand_chain(heads, i);
    chain_result(heads);
    do {
        views_find(heads);
        members_find(heads);
    } while (chains_shorten(heads));
    struct ncl_node *last = heads->result.count ? heads->result.node[heads->result.count - 1] : node;
    const struct ncl_node before = *last;
    if (saves_steps(heads) && become_views(heads, last))
        keep_members(heads, last, &before);
}

static bool places_find(struct heads *heads)
{
    size_t place = 0;
    heads->place = ncl_rewrite_alloc(heads->rw, ncl_rewrite_tensor_count(heads->rw), sizeof *heads->place);
    for (struct ncl_node *node = ncl_rewrite_first(heads->rw); heads->place && node; node = ncl_rewrite_next(node)) {
        const struct ncl_tensor *made = ncl_node_first_result(node);
        if (made)
            heads->place[made->id] = place++;
    }
    return heads->place;
}

void ncl_pass_heads(struct ncl_rewrite *rw, const struct ncl_pass_facts *facts)
{
    struct heads heads = {.rw = rw, .views = ncl_names_find(&facts->templates->own, "attention_views")};
    for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node))
        if (ncl_node_is(node, "attention") && (heads.place || places_find(&heads)))
            attention_take(&heads, node);
}
