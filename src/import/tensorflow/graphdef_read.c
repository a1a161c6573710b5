/* SPDX-License-Identifier: Apache-2.0 */
/* A frozen graph of TensorFlow becomes an import graph, and so does each function of its library. Edges are names:
 * "node" is its first result, "node:1" the second, in functions "node:result:0"; "^node" only says what runs before,
 * which changes nothing here. What nothing reads is an output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/protobuf.h"
#include "import/tensorflow/graphdef.h"

#define MAX_RESULTS 65536

static const Tf__Value *find_value(const Tf__Node *node, const char *key)
{
    for (size_t i = 0; i < node->n_attr; i++)
        if (node->attr[i]->key && strcmp(node->attr[i]->key, key) == 0)
            return node->attr[i]->value;
    return NULL;
}

static bool node_is(const Tf__Node *node, const char *op)
{
    return node->op && strcmp(node->op, op) == 0;
}

/* ---- edges ---- */

/* Where a result that has a name begins among those of its node; all others are the first. */
static size_t first_result(const char *op, const char *name, size_t length)
{
    static const struct {
        const char *op, *name;
        size_t at;
    } later[] = {
        {"TopKV2", "indices", 1},
        {"Switch", "output_true", 1},
        {"Merge", "value_index", 1},
        {"TensorListPopBack", "tensor", 1},
        {"TensorArrayV3", "flow", 1},
        {"FusedBatchNorm", "batch_mean", 1},
        {"FusedBatchNorm", "batch_variance", 2},
        {"FusedBatchNormV2", "batch_mean", 1},
        {"FusedBatchNormV2", "batch_variance", 2},
        {"FusedBatchNormV3", "batch_mean", 1},
        {"FusedBatchNormV3", "batch_variance", 2},
        {"BlockLSTM", "cs", 1},
        {"BlockLSTM", "h", 6},
        {"BlockLSTMV2", "cs", 1},
        {"BlockLSTMV2", "h", 6},
        {"LSTMBlockCell", "cs", 1},
        {"LSTMBlockCell", "h", 6},
        {"GRUBlockCell", "h", 3},
    };
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (strcmp(later[i].op, op) == 0 && strlen(later[i].name) == length && memcmp(later[i].name, name, length) == 0)
            return later[i].at;
    return 0;
}

/* "a:1" is result 1 of "a", "a:z:1" the one behind where its result "z" begins. NULL: nothing here has the name. */
static struct graphdef_node *find_source(const struct graphdef *r, const char *edge, size_t *result)
{
    char name[4096];
    const size_t length = strcspn(edge, ":");
    const char *first = edge[length] ? edge + length + 1 : "0", *second = strchr(first, ':');
    if (length >= sizeof name)
        return NULL;
    memcpy(name, edge, length);
    name[length] = '\0';
    struct graphdef_node *source = ncl_names_find(&r->names, name);
    *result = (size_t)strtoul(second ? second + 1 : first, NULL, 10);
    if (source && second && *result < MAX_RESULTS)
        *result += first_result(source->node->op ? source->node->op : "", first, (size_t)(second - first));
    return source;
}

static void count_edge(struct graphdef *r, const char *reader, const char *edge)
{
    const bool control = *edge == '^';
    size_t result;
    struct graphdef_node *source = find_source(r, edge + control, &result);
    if (!source)
        return;
    if (control)
        source->waited = true;
    else
        source->read = true;
    if (!control && result >= MAX_RESULTS)
        ncl_import_invalid(r->import, "node '%.100s' reads result %zu of another", reader, result);
    else if (!control && source->results <= result)
        source->results = result + 1;
}

/* Split and its like say how many results there are, read or not. */
static void count_parts(struct graphdef_node *node)
{
    static const char *const keys[] = {"num_split", "num", "N"};
    const bool parts = node_is(node->node, "Split") || node_is(node->node, "SplitV") || node_is(node->node, "Unpack");
    for (size_t i = 0; parts && i < sizeof keys / sizeof *keys; i++) {
        const Tf__Value *value = find_value(node->node, keys[i]);
        if (value && value->integer > (int64_t)node->results && value->integer < MAX_RESULTS)
            node->results = (size_t)value->integer;
    }
}

static const char *result_name(struct graphdef *r, const char *node, size_t result)
{
    const char *name = result ? ncl_arena_printf(&r->import->scratch, "%s:%zu", node, result) : node;
    if (!name)
        ncl_import_nomem(r->import);
    return name;
}

/* The name of what comes along an edge; without a node it is an argument, or is missed by who reads it. */
static const char *edge_name(struct graphdef *r, const char *edge)
{
    size_t result;
    const struct graphdef_node *source = find_source(r, edge, &result);
    return source ? result_name(r, source->node->name, result) : edge;
}

static void read_edges(struct graphdef *r, const struct graphdef_node *from, struct ncl_import_node *node)
{
    const char **input = GRAPHDEF_ARRAY(r, const char *, from->node->n_input);
    const char **output = GRAPHDEF_ARRAY(r, const char *, from->results);
    for (size_t i = 0; input && i < from->node->n_input && !r->import->status; i++)
        if (from->node->input[i][0] != '^')
            input[node->input_count++] = edge_name(r, from->node->input[i]);
    for (size_t i = 0; output && i < from->results; i++)
        output[i] = result_name(r, from->node->name, i);
    node->input = input;
    node->output = output;
    node->output_count = from->results;
}

/* ---- nodes ---- */

static void read_node(struct graphdef *r, const struct graphdef_node *from, struct ncl_import_node *node)
{
    struct ncl_import_attribute *attribute = GRAPHDEF_ARRAY(r, struct ncl_import_attribute, from->node->n_attr);
    *node = (struct ncl_import_node){.name = from->node->name,
                                     .op = from->node->op ? from->node->op : "",
                                     .domain = "",
                                     .joins = node_is(from->node, "Merge"),
                                     .attribute = attribute,
                                     .attribute_count = from->node->n_attr};
    for (size_t i = 0; attribute && i < from->node->n_attr && !r->import->status; i++)
        ncl_graphdef_attribute(r, from->node->attr[i], &attribute[i]);
    read_edges(r, from, node);
}

static void read_placeholder(struct graphdef *r, const Tf__Node *node, struct ncl_import_input *input)
{
    const Tf__Value *shape = find_value(node, "shape"), *type = find_value(node, "dtype");
    *input = (struct ncl_import_input){.name = node->name,
                                       .element = type ? ncl_graphdef_element(type->type) : NCL_STORED_FLOAT32};
    ncl_graphdef_shape(r, shape ? shape->shape : NULL, -1, &input->rank, input->extent);
    if (input->element == NCL_STORED_COUNT)
        ncl_import_invalid(r->import, "input '%.100s' is of a type that has no counterpart", node->name);
}

static bool index_nodes(struct graphdef *r)
{
    r->node = GRAPHDEF_ARRAY(r, struct graphdef_node, r->count);
    for (size_t i = 0; i < r->count && !r->import->status; i++) {
        const Tf__Node *node = r->file[i];
        r->node[i] = (struct graphdef_node){.node = node, .results = 1};
        if (!node->name || !*node->name)
            ncl_import_invalid(r->import, "node number %zu has no name", i);
        else if (ncl_names_find(&r->names, node->name))
            ncl_import_invalid(r->import, "two nodes '%.100s'", node->name);
        else if (!ncl_names_put(&r->names, &r->import->scratch, node->name, &r->node[i]))
            ncl_import_nomem(r->import);
    }
    for (size_t i = 0; i < r->count && !r->import->status; i++)
        for (size_t j = 0; j < r->file[i]->n_input; j++)
            count_edge(r, r->file[i]->name, r->file[i]->input[j]);
    for (size_t i = 0; i < r->count && !r->import->status; i++)
        count_parts(&r->node[i]);
    return !r->import->status;
}

/* ---- constants of branches ---- */

/* What a node waits for, from control edge to control edge of those that do nothing; NULL: for nothing. */
static const struct graphdef_node *awaited(const struct graphdef *r, const Tf__Node *node)
{
    size_t result;
    const struct graphdef_node *source = NULL;
    for (int step = 0; step < 8 && (!source || node_is(source->node, "NoOp")); step++) {
        const Tf__Node *from = source ? source->node : node;
        source = NULL;
        for (size_t i = 0; i < from->n_input && !source; i++)
            if (from->input[i][0] == '^')
                source = find_source(r, from->input[i] + 1, &result);
        if (!source)
            return NULL;
    }
    return source;
}

static const struct graphdef_node *operand_of(const struct graphdef *r, const struct graphdef_node *node, size_t index)
{
    size_t result;
    return node && index < node->node->n_input ? find_source(r, node->node->input[index], &result) : NULL;
}

/* A constant that belongs to a branch waits for what the branch's Switch gives; without that, it would seem to come
 * from a branch that is not taken too. Those of loops come in each turn. NULL: it belongs to none. */
static const char *branch_of(struct graphdef *r, const Tf__Node *node)
{
    const struct graphdef_node *pivot = awaited(r, node), *select = pivot;
    for (int step = 0; step < 8 && select && node_is(select->node, "Identity"); step++)
        select = operand_of(r, select, 0);
    if (!select || !(node_is(select->node, "Switch") || node_is(select->node, "_SwitchN")))
        return NULL;
    const struct graphdef_node *condition = operand_of(r, select, 1);
    return pivot == select || (condition && node_is(condition->node, "LoopCond")) ? NULL : pivot->node->name;
}

/* The constant under another name, and a node that hands it on unless `branch` is dead. */
static void read_branch_constant(struct graphdef *r, const Tf__Node *from, const Tf__Tensor *tensor, const char *branch,
                                 struct ncl_import_constant *constant, struct ncl_import_node *node)
{
    const char **edge = GRAPHDEF_ARRAY(r, const char *, 3);
    const char *name = ncl_arena_printf(&r->import->scratch, "%s^", from->name);
    if (!edge || !name) {
        ncl_import_nomem(r->import);
        return;
    }
    edge[0] = name;
    edge[1] = branch;
    edge[2] = from->name;
    ncl_graphdef_constant(r, name, tensor, constant);
    *node = (struct ncl_import_node){.name = from->name,
                                     .op = "Identity",
                                     .domain = "",
                                     .input_count = 2,
                                     .output_count = 1,
                                     .input = edge,
                                     .output = edge + 2};
}

/* What TensorFlow leaves behind where it wrote a function out. */
static bool is_left_over(const struct graphdef_node *node)
{
    static const char mark[] = "unused_control_flow_input";
    return !node->read && strncmp(node->node->name, mark, sizeof mark - 1) == 0;
}

static void read_nodes(struct graphdef *r, struct ncl_import_graph *graph)
{
    struct ncl_import_node *node = GRAPHDEF_ARRAY(r, struct ncl_import_node, r->count);
    struct ncl_import_constant *constant = GRAPHDEF_ARRAY(r, struct ncl_import_constant, r->count);
    struct ncl_import_input *input = GRAPHDEF_ARRAY(r, struct ncl_import_input, r->count);
    *graph = (struct ncl_import_graph){"network", .node = node, .constant = constant, .input = input};
    for (size_t i = 0; i < r->count && !r->import->status; i++) {
        const struct graphdef_node *from = &r->node[i];
        const Tf__Value *value = find_value(from->node, "value");
        const bool constants = node_is(from->node, "Const") && value && value->tensor;
        const char *branch = constants ? branch_of(r, from->node) : NULL;
        if (branch)
            read_branch_constant(r, from->node, value->tensor, branch, &constant[graph->constant_count++],
                                 &node[graph->node_count++]);
        else if (constants)
            ncl_graphdef_constant(r, from->node->name, value->tensor, &constant[graph->constant_count++]);
        else if (!node_is(from->node, "Placeholder") && !node_is(from->node, "NoOp"))
            read_node(r, from, &node[graph->node_count++]);
        else if (node_is(from->node, "Placeholder") && !is_left_over(from))
            read_placeholder(r, from->node, &input[graph->input_count++]);
    }
    if (!r->import->status)
        ncl_graphdef_frames(r->import, graph);
}

/* ---- the graph ---- */

static bool is_output(const struct graphdef_node *node)
{
    static const char *const none[] = {"NoOp", "Assert", "Const", "Placeholder", "PlaceholderWithDefault"};
    bool output = !node->read;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        output &= !node_is(node->node, none[i]);
    return output;
}

/* What nothing reads or waits for; where all is waited for, what nothing reads. */
static void read_outputs(struct graphdef *r, struct ncl_import_graph *graph)
{
    const char **output = GRAPHDEF_ARRAY(r, const char *, r->count);
    for (int waited = 0; waited < 2 && graph->output_count == 0 && output; waited++)
        for (size_t i = 0; i < r->count; i++)
            if (is_output(&r->node[i]) && (waited || !r->node[i].waited))
                output[graph->output_count++] = r->node[i].node->name;
    graph->output = output;
}

/* ---- functions ---- */

static void read_results(struct graphdef *r, const Tf__Function *from, const char **output)
{
    for (size_t i = 0; i < from->signature->n_output && !r->import->status; i++) {
        const char *name = from->signature->output[i]->name;
        for (size_t j = 0; j < from->n_result && name && !output[i]; j++)
            if (from->result[j]->key && from->result[j]->edge && strcmp(from->result[j]->key, name) == 0)
                output[i] = edge_name(r, from->result[j]->edge);
        if (!output[i])
            ncl_import_invalid(r->import, "nothing gives result %zu of the function '%.100s'", i,
                               from->signature->name);
    }
}

static void read_function(struct ncl_import *import, const struct ncl_names *functions, const Tf__Function *from,
                          struct ncl_import_graph *graph)
{
    struct graphdef r = {.import = import, .file = from->node, .count = from->n_node, .functions = functions};
    const size_t inputs = from->signature->n_input;
    if (!index_nodes(&r))
        return;
    for (size_t i = 0; i < from->n_result; i++)
        if (from->result[i]->edge)
            count_edge(&r, from->signature->name, from->result[i]->edge);
    read_nodes(&r, graph);
    struct ncl_import_input *input = GRAPHDEF_ARRAY(&r, struct ncl_import_input, inputs);
    const char **output = GRAPHDEF_ARRAY(&r, const char *, from->signature->n_output);
    for (size_t i = 0; input && i < inputs; i++)
        input[i] = (struct ncl_import_input){
            .name = from->signature->input[i]->name ? from->signature->input[i]->name : "", .rank = -1};
    if (output)
        read_results(&r, from, output);
    *graph = (struct ncl_import_graph){.name = from->signature->name,
                                       .closed = true,
                                       .node_count = graph->node_count,
                                       .constant_count = graph->constant_count,
                                       .input_count = inputs,
                                       .output_count = from->signature->n_output,
                                       .node = graph->node,
                                       .constant = graph->constant,
                                       .input = input,
                                       .output = output};
}

/* All of them by name first, as each may call each. */
static void read_library(struct ncl_import *import, const Tf__Library *library, struct ncl_names *functions)
{
    struct ncl_import_graph *graph = ncl_arena_array(&import->scratch, library->n_function, sizeof *graph);
    if (!graph)
        ncl_import_nomem(import);
    for (size_t i = 0; i < library->n_function && !import->status; i++) {
        const Tf__Function__Signature *signature = library->function[i]->signature;
        if (!signature || !signature->name)
            ncl_import_invalid(import, "function number %zu has no name", i);
        else if (!ncl_names_put(functions, &import->scratch, signature->name, &graph[i]))
            ncl_import_nomem(import);
    }
    for (size_t i = 0; i < library->n_function && !import->status; i++)
        read_function(import, functions, library->function[i], &graph[i]);
}

nnefcl_status ncl_graphdef_read(struct ncl_import *import, struct ncl_import_graph *graph)
{
    struct ncl_names functions = {0};
    const uint8_t *data;
    size_t size;
    const Tf__Graph *file = ncl_import_slurp(import, 0, &data, &size)
                                ? NULL
                                : ncl_protobuf_unpack(import, &tf__graph__descriptor, data, size);
    if (!file)
        return import->status;
    struct graphdef r = {.import = import, .file = file->node, .count = file->n_node, .functions = &functions};
    if (file->library)
        read_library(import, file->library, &functions);
    if (import->status || !index_nodes(&r))
        return import->status;
    read_nodes(&r, graph);
    if (!import->status)
        read_outputs(&r, graph);
    return import->status;
}
