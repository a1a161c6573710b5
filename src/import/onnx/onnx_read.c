/* SPDX-License-Identifier: Apache-2.0 */
#include "import/onnx/onnx_operators.h"
#include "import/onnx/onnx_read.h"

#include <string.h>

#include "import/onnx/onnx_skeleton.h"

/* AttributeProto.AttributeType */
enum { NONE, FLOAT, INT, STRING, TENSOR, GRAPH, FLOATS = 6, INTS, STRINGS };

#define OLDEST 1

#define MAX_DEPTH 32      /* of functions that call each other */
#define MAX_CALLS 1000000 /* of functions, all together */

/* A function of the model and the call that it is read for: its attributes may name those of the call. */
struct call {
    const NclOnnx__Function *function;
    const struct ncl_import_node *node;
    int depth;
};

struct reader {
    struct ncl_import *import;
    const NclOnnx__Model *model;
    const struct call *call; /* NULL: the graph of the model */
    size_t calls;
};

static void *room(struct reader *reader, size_t count, size_t size)
{
    void *made = ncl_arena_array(&reader->import->scratch, count, size);
    if (!made)
        ncl_import_nomem(reader->import);
    return made;
}

static void graph_read(struct reader *reader, const NclOnnx__Graph *from, struct ncl_import_graph *to);
static void call_read(struct reader *reader, const NclOnnx__Function *function, struct ncl_import_node *node);

/* ---- attributes ---- */

static const char *bytes_text(struct reader *reader, const ProtobufCBinaryData *bytes)
{
    const char *text =
        ncl_arena_strndup(&reader->import->scratch, bytes->data ? (const char *)bytes->data : "", bytes->len);
    if (!text)
        ncl_import_nomem(reader->import);
    return text ? text : "";
}

static void strings_read(struct reader *reader, const ProtobufCBinaryData *from, size_t count,
                         struct ncl_import_attribute *to)
{
    const char **text = room(reader, count, sizeof *text);
    for (size_t i = 0; text && i < count; i++)
        text[i] = bytes_text(reader, &from[i]);
    to->kind = NCL_ATTRIBUTE_STRINGS;
    to->count = text ? count : 0;
    to->string = text;
}

static void scalars_read(struct reader *reader, const float *from, size_t count, struct ncl_import_attribute *to)
{
    double *number = room(reader, count, sizeof *number);
    for (size_t i = 0; number && i < count; i++)
        number[i] = (double)from[i];
    to->kind = NCL_ATTRIBUTE_SCALARS;
    to->count = number ? count : 0;
    to->scalar = number;
}

static void integers_read(const int64_t *from, size_t count, struct ncl_import_attribute *to)
{
    to->kind = NCL_ATTRIBUTE_INTEGERS;
    to->count = count;
    to->integer = from;
}

static void tensor_read(struct reader *reader, const NclOnnx__Tensor *from, struct ncl_import_attribute *to)
{
    struct ncl_import_constant *constant = room(reader, 1, sizeof *constant);
    if (constant)
        ncl_onnx_tensor(reader->import, from, constant);
    to->kind = NCL_ATTRIBUTE_TENSOR;
    to->count = constant ? 1 : 0;
    to->tensor = constant;
}

static void subgraph_read(struct reader *reader, const NclOnnx__Graph *from, struct ncl_import_attribute *to)
{
    struct ncl_import_graph *graph = room(reader, 1, sizeof *graph);
    if (graph)
        graph_read(reader, from, graph);
    to->kind = NCL_ATTRIBUTE_GRAPH;
    to->count = graph ? 1 : 0;
    to->graph = graph;
}

/* Of files that do not say it. */
static int attribute_type(const NclOnnx__Attribute *from)
{
    return from->has_type && from->type ? from->type
           : from->has_f                ? FLOAT
           : from->has_i                ? INT
           : from->has_s                ? STRING
           : from->t                    ? TENSOR
           : from->g                    ? GRAPH
           : from->n_floats             ? FLOATS
           : from->n_ints               ? INTS
                                        : STRINGS;
}

static void attribute_read(struct reader *reader, const NclOnnx__Attribute *from, struct ncl_import_attribute *to)
{
    *to = (struct ncl_import_attribute){.name = from->name ? from->name : "", .kind = NCL_ATTRIBUTE_STRINGS};
    switch (attribute_type(from)) {
    case FLOAT:
        scalars_read(reader, &from->f, 1, to);
        break;
    case INT:
        integers_read(&from->i, 1, to);
        break;
    case STRING:
        strings_read(reader, &from->s, 1, to);
        break;
    case FLOATS:
        scalars_read(reader, from->floats, from->n_floats, to);
        break;
    case INTS:
        integers_read(from->ints, from->n_ints, to);
        break;
    case STRINGS:
        strings_read(reader, from->strings, from->n_strings, to);
        break;
    case TENSOR:
        if (from->t)
            tensor_read(reader, from->t, to);
        break;
    case GRAPH:
        if (from->g)
            subgraph_read(reader, from->g, to);
        break;
    default: /* of a kind that no supported operator has: it is as if empty */
        break;
    }
}

/* One of the call's, of the function's own where the call has none; false: neither has it. */
static bool referenced_read(struct reader *reader, const NclOnnx__Attribute *from, struct ncl_import_attribute *to)
{
    const struct call *call = reader->call;
    const struct ncl_import_attribute *given = ncl_import_attribute(call->node, from->reference);
    if (given) {
        *to = *given;
        to->name = from->name ? from->name : "";
        return true;
    }
    for (size_t i = 0; i < call->function->n_standard; i++) {
        const NclOnnx__Attribute *own = call->function->standard[i];
        if (!own->name || strcmp(own->name, from->reference) != 0)
            continue;
        attribute_read(reader, own, to);
        to->name = from->name ? from->name : "";
        return true;
    }
    return false;
}

static size_t attributes_read(struct reader *reader, const NclOnnx__Node *from, struct ncl_import_attribute *to)
{
    size_t count = 0;
    for (size_t i = 0; i < from->n_attribute && !reader->import->status; i++) {
        const NclOnnx__Attribute *attribute = from->attribute[i];
        if (!reader->call || !attribute->reference || !*attribute->reference)
            attribute_read(reader, attribute, &to[count++]);
        else
            count += referenced_read(reader, attribute, &to[count]);
    }
    return count;
}

/* ---- nodes ---- */

static bool is_standard(const char *domain)
{
    return !domain || !*domain || strcmp(domain, "ai.onnx") == 0;
}

static bool is_domain(const char *domain, const char *of)
{
    return is_standard(domain) ? is_standard(of) : of && strcmp(of, domain) == 0;
}

static int64_t version_among(NclOnnx__OperatorSet *const *set, size_t count, const char *domain)
{
    for (size_t i = 0; i < count; i++)
        if (is_domain(domain, set[i]->domain))
            return set[i]->version;
    return 0;
}

/* What a function does not say the model does. */
static int64_t version_of(const struct reader *reader, const char *domain)
{
    const NclOnnx__Function *function = reader->call ? reader->call->function : NULL;
    const int64_t own = function ? version_among(function->opset, function->n_opset, domain) : 0;
    return own ? own : version_among(reader->model->opset, reader->model->n_opset, domain);
}

static const NclOnnx__Function *function_find(const struct reader *reader, const NclOnnx__Node *node)
{
    for (size_t i = 0; node->op && i < reader->model->n_function; i++) {
        const NclOnnx__Function *function = reader->model->function[i];
        if (function->name && strcmp(function->name, node->op) == 0 && is_domain(node->domain, function->domain))
            return function;
    }
    return NULL;
}

/* An operand of the function that the call does not give is none of its nodes either. */
static const char *const *operands_read(struct reader *reader, const NclOnnx__Node *from)
{
    const NclOnnx__Function *function = reader->call ? reader->call->function : NULL;
    if (!function)
        return (const char *const *)from->input;
    const char **name = room(reader, from->n_input, sizeof *name);
    for (size_t i = 0; name && i < from->n_input; i++) {
        name[i] = from->input[i];
        for (size_t j = 0; j < function->n_input; j++)
            if (strcmp(function->input[j], name[i]) == 0 && !ncl_import_has(reader->import, reader->call->node, j))
                name[i] = "";
    }
    return name;
}

static void node_read(struct reader *reader, const NclOnnx__Node *from, struct ncl_import_node *to)
{
    struct ncl_import_attribute *attribute = room(reader, from->n_attribute, sizeof *attribute);
    const char *const *input = operands_read(reader, from);
    *to = (struct ncl_import_node){.name = from->name,
                                   .op = from->op ? from->op : "",
                                   .domain = is_standard(from->domain) ? "" : from->domain,
                                   .version = version_of(reader, from->domain),
                                   .input_count = input ? from->n_input : 0,
                                   .output_count = from->n_output,
                                   .attribute_count = attribute ? attributes_read(reader, from, attribute) : 0,
                                   .input = input,
                                   .output = (const char *const *)from->output,
                                   .attribute = attribute};
    const NclOnnx__Function *function = function_find(reader, from);
    if (function && !reader->import->status)
        call_read(reader, function, to);
}

/* ---- graphs ---- */

static void input_read(const NclOnnx__ValueInfo *from, struct ncl_import_input *to, bool *supported)
{
    const NclOnnx__TensorType *type = from->type ? from->type->tensor : NULL;
    *to = (struct ncl_import_input){.name = from->name ? from->name : "", .rank = -1};
    *supported = type && ncl_onnx_element(type->element, &to->element) &&
                 (!type->shape || type->shape->n_dim <= NNEFCL_MAX_RANK);
    if (!*supported || !type->shape)
        return;
    to->rank = (int)type->shape->n_dim;
    for (int i = 0; i < to->rank; i++) {
        const NclOnnx__Dimension *dim = type->shape->dim[i];
        to->extent[i] = dim->has_value && dim->value >= 0 ? dim->value : -1;
        to->symbol[i] = dim->param && *dim->param ? dim->param : NULL;
    }
}

static void inputs_read(struct reader *reader, const NclOnnx__Graph *from, bool outermost, struct ncl_import_graph *to)
{
    struct ncl_import_input *input = room(reader, from->n_input, sizeof *input);
    to->input_count = input ? from->n_input : 0;
    to->input = input;
    for (size_t i = 0; i < to->input_count; i++) {
        bool supported;
        input_read(from->input[i], &input[i], &supported);
        if (!supported && outermost)
            ncl_import_refuse(reader->import, "the input '%.100s' is no tensor of a supported type", input[i].name);
    }
}

static void constants_read(struct reader *reader, const NclOnnx__Graph *from, struct ncl_import_graph *to)
{
    struct ncl_import_constant *constant = room(reader, from->n_initializer, sizeof *constant);
    to->constant_count = constant ? from->n_initializer : 0;
    to->constant = constant;
    for (size_t i = 0; i < to->constant_count && !reader->import->status; i++)
        ncl_onnx_tensor(reader->import, from->initializer[i], &constant[i]);
}

static void graph_read(struct reader *reader, const NclOnnx__Graph *from, struct ncl_import_graph *to)
{
    struct ncl_import_node *node = room(reader, from->n_node, sizeof *node);
    const char **output = room(reader, from->n_output, sizeof *output);
    *to = (struct ncl_import_graph){.name = from->name,
                                    .node_count = node ? from->n_node : 0,
                                    .output_count = output ? from->n_output : 0,
                                    .node = node,
                                    .output = output};
    for (size_t i = 0; i < to->output_count; i++)
        output[i] = from->output[i]->name ? from->output[i]->name : "";
    constants_read(reader, from, to);
    for (size_t i = 0; i < to->node_count && !reader->import->status; i++)
        node_read(reader, from->node[i], &node[i]);
    inputs_read(reader, from, from == reader->model->graph, to);
}

/* ---- functions: each call has a graph of its own ---- */

static void function_inputs(struct reader *reader, const NclOnnx__Function *function, struct ncl_import_graph *to)
{
    struct ncl_import_input *input = room(reader, function->n_input, sizeof *input);
    to->input = input;
    for (size_t i = 0; input && i < function->n_input; i++)
        if (ncl_import_has(reader->import, reader->call->node, i))
            input[to->input_count++] = (struct ncl_import_input){.name = function->input[i], .rank = -1};
}

static void call_read(struct reader *reader, const NclOnnx__Function *function, struct ncl_import_node *node)
{
    const struct ncl_import_node as_written = *node;
    const struct call call = {function, &as_written, reader->call ? reader->call->depth + 1 : 1}, *outer = reader->call;
    struct ncl_import_graph *graph = room(reader, 1, sizeof *graph);
    struct ncl_import_node *inner = room(reader, function->n_node, sizeof *inner);
    struct ncl_import_attribute *body = room(reader, 1, sizeof *body);
    if (call.depth > MAX_DEPTH)
        ncl_import_refuse(reader->import, "more than %d functions call each other", MAX_DEPTH);
    if (++reader->calls > MAX_CALLS)
        ncl_import_refuse(reader->import, "more than %d calls of functions", MAX_CALLS);
    if (!graph || !inner || !body || reader->import->status)
        return;
    reader->call = &call;
    *graph = (struct ncl_import_graph){.name = function->name,
                                       .closed = true,
                                       .node_count = function->n_node,
                                       .output_count = function->n_output,
                                       .node = inner,
                                       .output = (const char *const *)function->output};
    function_inputs(reader, function, graph);
    for (size_t i = 0; i < function->n_node && !reader->import->status; i++)
        node_read(reader, function->node[i], &inner[i]);
    reader->call = outer;
    *body =
        (struct ncl_import_attribute){.name = NCL_ONNX_BODY, .kind = NCL_ATTRIBUTE_GRAPH, .count = 1, .graph = graph};
    node->op = NCL_ONNX_CALL;
    node->domain = "";
    node->attribute = body;
    node->attribute_count = 1;
}

/* ---- the model ---- */

static void *message_alloc(void *user, size_t size)
{
    return ncl_arena_alloc(user, size);
}

static void message_free(void *user, void *pointer)
{
    (void)user, (void)pointer; /* goes with the arena */
}

static void model_check(struct reader *reader)
{
    const int64_t version = version_of(reader, "");
    if (!reader->model->graph)
        ncl_import_invalid(reader->import, "the model has no graph");
    else if (reader->model->graph->n_node && version < OLDEST)
        ncl_import_refuse(reader->import, "operator set %lld is older than %d", (long long)version, OLDEST);
}

nnefcl_status ncl_onnx_read(struct ncl_import *import, struct ncl_import_graph *graph)
{
    ProtobufCAllocator allocator = {message_alloc, message_free, &import->scratch};
    struct reader reader = {.import = import};
    const uint8_t *data;
    size_t size;
    if (ncl_onnx_skeleton(import, &data, &size))
        return import->status;
    reader.model = ncl_onnx__model__unpack(&allocator, size, data);
    if (!reader.model && import->scratch.over_limit)
        ncl_import_nomem(import);
    else if (!reader.model)
        ncl_import_invalid(import, "the file is no valid model: a field in it is damaged");
    if (!import->status)
        model_check(&reader);
    if (!import->status)
        graph_read(&reader, reader.model->graph, graph);
    return import->status;
}
