/* SPDX-License-Identifier: Apache-2.0 */
#include "pass/rewrite.h"

#include <assert.h>
#include <string.h>

/* A place that reads a tensor, in the list of its places. */
struct place {
    struct ncl_value *value;
    struct entry *entry;
    struct place *previous, *next;
    struct place *sibling; /* of the same node */
};

/* A node with its neighbours in the order. */
struct entry {
    struct ncl_node node; /* first: a node that passes see is its entry */
    struct entry *previous, *next;
    struct place *place;
    bool unlisted;
};

/* What is known of a tensor, by id. */
struct readers {
    struct place *first;
    size_t count;
    bool output;
};

struct ncl_rewrite {
    struct ncl_arena *arena;
    struct ncl_diag *diag;
    struct ncl_graph graph; /* its tensors; the nodes are in the list */
    struct readers *readers;
    size_t readers_capacity;
    struct entry end; /* of the list, which is a ring */
    size_t count;
    struct place *spare;
    nnefcl_status status;
};

static struct entry *entry_of(const struct ncl_node *node)
{
    return (struct entry *)node;
}

void *ncl_rewrite_alloc(struct ncl_rewrite *rw, size_t count, size_t size)
{
    void *memory = rw->status ? NULL : ncl_arena_array(rw->arena, count, size);
    if (!memory && !rw->status)
        rw->status = ncl_nomem(rw->diag);
    return memory;
}

nnefcl_status ncl_rewrite_status(const struct ncl_rewrite *rw)
{
    return rw->status;
}

/* ---- who reads what ---- */

static void place_link(struct ncl_rewrite *rw, struct place *place)
{
    struct readers *readers = &rw->readers[place->value->tensor->id];
    place->previous = NULL;
    place->next = readers->first;
    if (readers->first)
        readers->first->previous = place;
    readers->first = place;
    readers->count++;
}

static void place_unlink(struct ncl_rewrite *rw, struct place *place)
{
    struct readers *readers = &rw->readers[place->value->tensor->id];
    if (place->previous)
        place->previous->next = place->next;
    else
        readers->first = place->next;
    if (place->next)
        place->next->previous = place->previous;
    readers->count--;
}

static void place_add(struct ncl_rewrite *rw, struct entry *entry, struct ncl_value *value)
{
    struct place *place = rw->spare;
    if (place)
        rw->spare = place->sibling;
    else if (!(place = ncl_rewrite_alloc(rw, 1, sizeof *place)))
        return;
    *place = (struct place){.value = value, .entry = entry, .sibling = entry->place};
    entry->place = place;
    place_link(rw, place);
}

static void entry_forget_places(struct ncl_rewrite *rw, struct entry *entry)
{
    while (entry->place) {
        struct place *place = entry->place;
        entry->place = place->sibling;
        place_unlink(rw, place);
        place->sibling = rw->spare;
        rw->spare = place;
    }
}

/* A value of our own whose tensors are the copies. */
static struct ncl_value value_copy(struct ncl_rewrite *rw, const struct ncl_value *value);

static const struct ncl_value *items_copy(struct ncl_rewrite *rw, const struct ncl_value *value)
{
    struct ncl_value *item = ncl_rewrite_alloc(rw, value->count, sizeof *item);
    for (size_t i = 0; item && i < value->count; i++)
        item[i] = value_copy(rw, &value->item[i]);
    return item ? item : value->item;
}

static struct ncl_value value_copy(struct ncl_rewrite *rw, const struct ncl_value *value)
{
    struct ncl_value copy = *value;
    if (value->kind == NCL_VALUE_TENSOR)
        copy.tensor = rw->graph.tensor[value->tensor->id];
    else if (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE)
        copy.item = items_copy(rw, value);
    return copy;
}

static void value_note(struct ncl_rewrite *rw, struct entry *entry, struct ncl_value *value)
{
    if (value->kind == NCL_VALUE_TENSOR)
        place_add(rw, entry, value);
    else if (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE)
        for (size_t i = 0; i < value->count; i++)
            value_note(rw, entry, (struct ncl_value *)&value->item[i]); /* items_copy made them */
}

/* ---- the copy ---- */

static void tensors_copy(struct ncl_rewrite *rw, const struct ncl_graph *from)
{
    struct ncl_graph *graph = &rw->graph;
    struct ncl_tensor *copy = ncl_rewrite_alloc(rw, from->tensor_count, sizeof *copy);
    graph->tensor = ncl_rewrite_alloc(rw, from->tensor_count, sizeof *graph->tensor);
    rw->readers = ncl_rewrite_alloc(rw, from->tensor_count, sizeof *rw->readers);
    graph->tensor_capacity = rw->readers_capacity = from->tensor_count;
    for (size_t i = 0; !rw->status && i < from->tensor_count; i++) {
        copy[i] = *from->tensor[i];
        graph->tensor[i] = &copy[i];
    }
}

static struct ncl_tensor **tensor_list_copy(struct ncl_rewrite *rw, struct ncl_tensor *const *from, size_t count)
{
    struct ncl_tensor **list = ncl_rewrite_alloc(rw, count, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = rw->graph.tensor[from[i]->id];
    return list;
}

static void value_set_producer(const struct ncl_value *value, struct ncl_node *producer)
{
    if (value->kind == NCL_VALUE_TENSOR)
        value->tensor->producer = producer;
    else
        for (size_t i = 0; i < value->count; i++)
            value_set_producer(&value->item[i], producer);
}

static void node_set_producer(const struct ncl_node *node, struct ncl_node *producer)
{
    for (size_t i = 0; i < node->result_count; i++)
        value_set_producer(&node->result[i], producer);
}

static void node_take_arguments(struct ncl_rewrite *rw, struct ncl_node *node, const struct ncl_node *from)
{
    struct ncl_value *argument = ncl_rewrite_alloc(rw, from->parameter_count, sizeof *argument);
    for (size_t i = 0; argument && i < from->parameter_count; i++)
        argument[i] = value_copy(rw, &from->argument[i]);
    if (rw->status)
        return;
    node->op = from->op;
    node->parameter = from->parameter;
    node->parameter_count = from->parameter_count;
    node->argument = argument;
    node->tasks = from->tasks;
    for (size_t i = 0; i < node->parameter_count; i++)
        value_note(rw, entry_of(node), &argument[i]);
}

static void entry_list(struct entry *entry, struct entry *before)
{
    entry->previous = before->previous;
    entry->next = before;
    before->previous->next = entry;
    before->previous = entry;
    entry->unlisted = false;
}

static void node_copy(struct ncl_rewrite *rw, const struct ncl_node *from)
{
    struct entry *entry = ncl_rewrite_alloc(rw, 1, sizeof *entry);
    struct ncl_value *result = ncl_rewrite_alloc(rw, from->result_count, sizeof *result);
    if (rw->status)
        return;
    entry->node = *from;
    entry->node.result = result;
    for (size_t i = 0; i < from->result_count; i++)
        result[i] = value_copy(rw, &from->result[i]);
    node_take_arguments(rw, &entry->node, from);
    node_set_producer(&entry->node, &entry->node);
    entry_list(entry, &rw->end);
    rw->count++;
}

struct ncl_rewrite *ncl_rewrite_begin(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_graph *graph)
{
    struct ncl_rewrite *rw = NCL_NEW(arena, struct ncl_rewrite);
    if (!rw) {
        ncl_nomem(diag);
        return NULL;
    }
    rw->arena = arena;
    rw->diag = diag;
    rw->graph = *graph;
    rw->graph.node = NULL; /* until the end only a place for nodes that are being made */
    rw->graph.node_count = rw->graph.node_capacity = 0;
    rw->end.previous = rw->end.next = &rw->end;
    tensors_copy(rw, graph);
    for (size_t i = 0; !rw->status && i < graph->node_count; i++)
        node_copy(rw, graph->node[i]);
    if (!rw->status) {
        rw->graph.input = tensor_list_copy(rw, graph->input, graph->input_count);
        rw->graph.output = tensor_list_copy(rw, graph->output, graph->output_count);
    }
    for (size_t i = 0; !rw->status && i < graph->output_count; i++)
        rw->readers[graph->output[i]->id].output = true;
    return rw->status ? NULL : rw;
}

nnefcl_status ncl_rewrite_end(struct ncl_rewrite *rw, const struct ncl_graph **graph)
{
    struct ncl_node **node = ncl_rewrite_alloc(rw, rw->count, sizeof *node);
    if (!node)
        return rw->status;
    rw->graph.node = node;
    rw->graph.node_count = 0;
    rw->graph.node_capacity = rw->count;
    for (struct ncl_node *each = ncl_rewrite_first(rw); each; each = ncl_rewrite_next(each))
        rw->graph.node[rw->graph.node_count++] = each;
    *graph = &rw->graph;
    return NNEFCL_OK;
}

/* ---- questions ---- */

/* The end of the ring is an entry without an operation. */
static struct ncl_node *node_at(struct entry *entry)
{
    while (entry->unlisted)
        entry = entry->next;
    return entry->node.op ? &entry->node : NULL;
}

struct ncl_node *ncl_rewrite_first(const struct ncl_rewrite *rw)
{
    return node_at(rw->end.next);
}

struct ncl_node *ncl_rewrite_next(const struct ncl_node *node)
{
    return node_at(entry_of(node)->next);
}

size_t ncl_rewrite_tensor_count(const struct ncl_rewrite *rw)
{
    return rw->graph.tensor_count;
}

struct ncl_node *ncl_rewrite_producer(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor)
{
    return rw->graph.tensor[tensor->id]->producer;
}

size_t ncl_rewrite_uses(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor)
{
    return rw->readers[tensor->id].count + rw->readers[tensor->id].output;
}

bool ncl_rewrite_is_output(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor)
{
    return rw->readers[tensor->id].output;
}

struct ncl_node *ncl_rewrite_reader(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor)
{
    const struct readers *readers = &rw->readers[tensor->id];
    return readers->count == 1 && !readers->output ? &readers->first->entry->node : NULL;
}

/* ---- changes ---- */

void ncl_rewrite_replace(struct ncl_rewrite *rw, const struct ncl_tensor *from, struct ncl_tensor *to)
{
    struct readers *readers = &rw->readers[from->id];
    assert(!readers->output && from->id != to->id && from->dtype == to->dtype);
    while (readers->first && !rw->status) {
        struct place *place = readers->first;
        place_unlink(rw, place);
        place->value->tensor = rw->graph.tensor[to->id];
        place_link(rw, place);
    }
}

void ncl_rewrite_unlist(struct ncl_rewrite *rw, struct ncl_node *node)
{
    struct entry *entry = entry_of(node);
    if (rw->status || entry->unlisted)
        return;
    entry->previous->next = entry->next;
    entry->next->previous = entry->previous;
    entry->unlisted = true;
    rw->count--;
}

void ncl_rewrite_remove(struct ncl_rewrite *rw, struct ncl_node *node)
{
    if (rw->status)
        return;
    ncl_rewrite_unlist(rw, node);
    entry_forget_places(rw, entry_of(node));
    node_set_producer(node, NULL);
}

struct ncl_node *ncl_rewrite_clone(struct ncl_rewrite *rw, const struct ncl_node *node)
{
    struct entry *entry = ncl_rewrite_alloc(rw, 1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->node = *node;
    entry->unlisted = true;
    node_take_arguments(rw, &entry->node, node);
    return &entry->node;
}

void ncl_rewrite_move(struct ncl_rewrite *rw, struct ncl_node *node, struct ncl_node *before)
{
    if (rw->status || node == before)
        return;
    ncl_rewrite_unlist(rw, node);
    entry_list(entry_of(node), entry_of(before));
    rw->count++;
}

void ncl_rewrite_set(struct ncl_rewrite *rw, struct ncl_node *node, const char *parameter,
                     const struct ncl_value *value)
{
    struct ncl_value *argument = (struct ncl_value *)ncl_node_arg(node, parameter); /* of a copy that is ours */
    const struct ncl_value copy = value_copy(rw, value);
    if (rw->status)
        return;
    entry_forget_places(rw, entry_of(node));
    *argument = copy;
    for (size_t i = 0; i < node->parameter_count; i++)
        value_note(rw, entry_of(node), &node->argument[i]);
}

/* ---- new nodes ---- */

/* A shape rule that refuses is no error here. */
static struct ncl_infer infer_begin(struct ncl_rewrite *rw, struct ncl_diag *quiet)
{
    ncl_diag_init(quiet, NULL, NULL, NULL, false);
    return (struct ncl_infer){.arena = rw->arena, .diag = quiet, .graph = &rw->graph};
}

static bool results_equal(const struct ncl_node *a, const struct ncl_node *b)
{
    for (size_t i = 0; i < a->result_count && a->result_count == b->result_count; i++) {
        const struct ncl_value *left = &a->result[i], *right = &b->result[i];
        if (left->kind != NCL_VALUE_TENSOR || right->kind != NCL_VALUE_TENSOR ||
            left->tensor->dtype != right->tensor->dtype ||
            !ncl_shape_equal(&left->tensor->shape, &right->tensor->shape))
            return false;
    }
    return a->result_count == b->result_count;
}

static void tensors_name(struct ncl_rewrite *rw, const struct ncl_node *near, const char *op, size_t first)
{
    const struct ncl_value *result = &near->result[0];
    while (result->kind != NCL_VALUE_TENSOR)
        result = result->item;
    for (size_t i = first; i < rw->graph.tensor_count && !rw->status; i++)
        if (!(rw->graph.tensor[i]->name = ncl_arena_printf(rw->arena, "%.100s.%s", result->tensor->name, op)))
            rw->status = ncl_nomem(rw->diag);
}

/* The tensors from number `first` on are new. */
static bool tensors_accept(struct ncl_rewrite *rw, const struct ncl_node *near, const char *op, size_t first)
{
    tensors_name(rw, near, op, first);
    while (!rw->status && rw->readers_capacity < rw->graph.tensor_count)
        if (!NCL_GROW(rw->arena, rw->readers, rw->readers_capacity, rw->readers_capacity))
            rw->status = ncl_nomem(rw->diag);
    return !rw->status;
}

/* What was made: NULL after a refusal. */
static struct ncl_node *made_take(struct ncl_rewrite *rw, nnefcl_status status, struct ncl_node *made, size_t tensors)
{
    assert(status != NNEFCL_ERR_INTERNAL); /* names and kinds of arguments are our own */
    rw->graph.node_count = 0;
    if (status == NNEFCL_ERR_NOMEM)
        rw->status = ncl_nomem(rw->diag);
    if (!status)
        return made;
    rw->graph.tensor_count = tensors;
    return NULL;
}

static bool node_become(struct ncl_rewrite *rw, struct ncl_node *node, const struct ncl_node *as, size_t tensors)
{
    if (!as || !results_equal(node, as)) {
        rw->graph.tensor_count = tensors;
        return false;
    }
    rw->graph.tensor_count -= as->result_count; /* made last, and not wanted */
    if (!tensors_accept(rw, node, as->op->name, tensors))
        return false;
    entry_forget_places(rw, entry_of(node));
    node_take_arguments(rw, node, as);
    return !rw->status;
}

/* A node of an operation of the graph's own, or by the name of one (`own` NULL); NULL: refused, or an error before. */
static struct ncl_node *made_of(struct ncl_rewrite *rw, const struct ncl_signature *own, const char *op,
                                const struct ncl_named_value *given, size_t count, struct ncl_loc at)
{
    const size_t tensors = rw->graph.tensor_count;
    struct ncl_diag quiet;
    struct ncl_infer infer = infer_begin(rw, &quiet);
    struct ncl_node *made = NULL;
    if (rw->status)
        return NULL;
    const nnefcl_status status =
        own ? ncl_make_own(&infer, own, given, count, at, &made) : ncl_make_node(&infer, op, given, count, at, &made);
    return made_take(rw, status, made, tensors);
}

bool ncl_rewrite_become(struct ncl_rewrite *rw, struct ncl_node *node, const char *op,
                        const struct ncl_named_value *given, size_t count)
{
    const size_t tensors = rw->graph.tensor_count;
    return node_become(rw, node, made_of(rw, NULL, op, given, count, node->at), tensors);
}

bool ncl_rewrite_become_bound(struct ncl_rewrite *rw, struct ncl_node *node, const struct ncl_signature *signature,
                              const struct ncl_value *argument)
{
    const size_t tensors = rw->graph.tensor_count;
    struct ncl_diag quiet;
    struct ncl_infer infer = infer_begin(rw, &quiet);
    struct ncl_node *as = NULL;
    if (rw->status)
        return false;
    const nnefcl_status status = ncl_make_bound(&infer, signature, NNEFCL_SCALAR, argument, node->at, &as);
    return node_become(rw, node, made_take(rw, status, as, tensors), tensors);
}

static struct ncl_node *node_insert(struct ncl_rewrite *rw, struct ncl_node *before, const struct ncl_node *made,
                                    size_t tensors)
{
    struct entry *entry = made ? ncl_rewrite_alloc(rw, 1, sizeof *entry) : NULL;
    if (!entry || !tensors_accept(rw, before, made->op->name, tensors))
        return NULL;
    entry->node = *made;
    node_take_arguments(rw, &entry->node, made);
    node_set_producer(&entry->node, &entry->node);
    entry_list(entry, entry_of(before));
    rw->count++;
    return rw->status ? NULL : &entry->node;
}

struct ncl_node *ncl_rewrite_insert(struct ncl_rewrite *rw, struct ncl_node *before, const char *op,
                                    const struct ncl_named_value *given, size_t count)
{
    const size_t tensors = rw->graph.tensor_count;
    return node_insert(rw, before, made_of(rw, NULL, op, given, count, before->at), tensors);
}

struct ncl_node *ncl_rewrite_insert_own(struct ncl_rewrite *rw, struct ncl_node *before,
                                        const struct ncl_signature *signature, const struct ncl_named_value *given,
                                        size_t count)
{
    const size_t tensors = rw->graph.tensor_count;
    return node_insert(rw, before, made_of(rw, signature, NULL, given, count, before->at), tensors);
}

struct ncl_tensor *ncl_rewrite_made(const struct ncl_node *node)
{
    return node ? ncl_node_result(node, 0) : NULL;
}

static void describe_reshape(struct ncl_tensor *x, const nnefcl_shape *shape, struct ncl_value extent[NNEFCL_MAX_RANK],
                             struct ncl_named_value given[2])
{
    for (int i = 0; i < shape->rank; i++)
        extent[i] = ncl_value_integer(shape->extent[i]);
    given[0] = (struct ncl_named_value){"input", ncl_value_tensor(x)};
    given[1] = (struct ncl_named_value){"shape", ncl_value_array(extent, (size_t)shape->rank)};
}

struct ncl_tensor *ncl_rewrite_reshape(struct ncl_rewrite *rw, struct ncl_node *before, struct ncl_tensor *x,
                                       const nnefcl_shape *shape)
{
    struct ncl_value extent[NNEFCL_MAX_RANK];
    struct ncl_named_value given[2];
    if (!x)
        return NULL;
    describe_reshape(x, shape, extent, given);
    return ncl_rewrite_made(ncl_rewrite_insert(rw, before, "reshape", given, 2));
}

bool ncl_rewrite_become_reshape(struct ncl_rewrite *rw, struct ncl_node *node, struct ncl_tensor *x)
{
    struct ncl_value extent[NNEFCL_MAX_RANK];
    struct ncl_named_value given[2];
    if (!x)
        return false;
    describe_reshape(x, &ncl_node_result(node, 0)->shape, extent, given);
    return ncl_rewrite_become(rw, node, "reshape", given, 2);
}
