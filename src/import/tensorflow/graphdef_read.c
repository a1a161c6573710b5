/* SPDX-License-Identifier: Apache-2.0 */
/* A frozen graph of TensorFlow becomes an import graph. Edges are names: "node" is its first result, "node:1" the
 * second, "^node" only says what runs before, which changes nothing here. What nothing reads is an output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "import/protobuf.h"
#include "import/tensorflow/tf.h"
#include <tensorflow.pb-c.h>

#define MAX_RESULTS 65536

struct graphdef_node {
    const Tf__Node *node;
    size_t results; /* that others read, or that its attributes tell */
    bool read;
};

struct graphdef {
    struct ncl_import *import;
    const Tf__Graph *file;
    struct graphdef_node *node;
    struct ncl_names names; /* struct graphdef_node */
};

static void *graphdef_array(struct graphdef *r, size_t count, size_t size)
{
    void *memory = r->import->status ? NULL : ncl_arena_array(&r->import->scratch, count, size);
    if (!memory && !r->import->status)
        ncl_import_nomem(r->import);
    return memory;
}

#define GRAPHDEF_ARRAY(r, type, count) ((type *)graphdef_array(r, count, sizeof(type)))

static const char *graphdef_text(struct graphdef *r, const char *text, size_t length)
{
    const char *copy = ncl_arena_strndup(&r->import->scratch, text, length);
    if (!copy)
        ncl_import_nomem(r->import);
    return copy;
}

/* ---- types and tensors ---- */

static enum ncl_stored_type graphdef_element(int32_t type)
{
    static const enum ncl_stored_type element[] = {
        NCL_STORED_COUNT, NCL_STORED_FLOAT32, NCL_STORED_FLOAT64, NCL_STORED_INT32, NCL_STORED_UINT8,
        NCL_STORED_INT16, NCL_STORED_INT8,    NCL_STORED_COUNT,   NCL_STORED_COUNT, NCL_STORED_INT64,
        NCL_STORED_BOOL,  NCL_STORED_COUNT,   NCL_STORED_COUNT,   NCL_STORED_COUNT, NCL_STORED_BFLOAT16,
        NCL_STORED_COUNT, NCL_STORED_COUNT,   NCL_STORED_UINT16,  NCL_STORED_COUNT, NCL_STORED_FLOAT16,
        NCL_STORED_COUNT, NCL_STORED_COUNT,   NCL_STORED_UINT32,  NCL_STORED_UINT64};
    return type >= 0 && (size_t)type < sizeof element / sizeof *element ? element[type] : NCL_STORED_COUNT;
}

static void read_shape(struct graphdef *r, const Tf__Shape *from, int64_t open, int *rank, int64_t *extent)
{
    *rank = from && !from->unknown_rank ? (int)from->n_dim : -1;
    if (from && from->n_dim > NNEFCL_MAX_RANK) {
        ncl_import_invalid(r->import, "a tensor has %zu axes, at most %d are supported", from->n_dim, NNEFCL_MAX_RANK);
        return;
    }
    for (int i = 0; i < *rank; i++)
        extent[i] = from->dim[i]->has_size && from->dim[i]->size >= 0 ? from->dim[i]->size : open;
}

/* Elements as fields of their kind: fewer than there are repeat the last one, none are zeros. */
struct listed {
    const void *data;
    size_t count, item;
};

static struct listed listed_elements(const Tf__Tensor *tensor, enum ncl_stored_type element)
{
    switch (element) {
    case NCL_STORED_FLOAT32:
        return (struct listed){tensor->floats, tensor->n_floats, sizeof(float)};
    case NCL_STORED_FLOAT64:
        return (struct listed){tensor->doubles, tensor->n_doubles, sizeof(double)};
    case NCL_STORED_INT64:
        return (struct listed){tensor->int64s, tensor->n_int64s, sizeof(int64_t)};
    case NCL_STORED_UINT64:
        return (struct listed){tensor->uint64s, tensor->n_uint64s, sizeof(uint64_t)};
    case NCL_STORED_UINT32:
        return (struct listed){tensor->uint32s, tensor->n_uint32s, sizeof(uint32_t)};
    case NCL_STORED_BOOL:
        return (struct listed){tensor->bools, tensor->n_bools, sizeof(protobuf_c_boolean)};
    case NCL_STORED_FLOAT16:
    case NCL_STORED_BFLOAT16:
        return (struct listed){tensor->halves, tensor->n_halves, sizeof(int32_t)};
    default:
        return (struct listed){tensor->ints, tensor->n_ints, sizeof(int32_t)};
    }
}

static const void *spread_elements(struct graphdef *r, const struct listed *from, size_t width, size_t count)
{
    uint8_t *memory = ncl_arena_array(r->import->arena, count ? count : 1, width);
    if (!memory) {
        ncl_import_nomem(r->import);
        return NULL;
    }
    for (size_t i = 0; from->count && i < count; i++) /* little-endian: the low bytes of a wider integer */
        memcpy(memory + i * width, (const uint8_t *)from->data + from->item * (i < from->count ? i : from->count - 1),
               width);
    return memory;
}

static void read_constant(struct graphdef *r, const char *name, const Tf__Tensor *tensor,
                          struct ncl_import_constant *constant)
{
    uint64_t count = 1, bytes;
    *constant = (struct ncl_import_constant){.name = name, .element = graphdef_element(tensor->dtype)};
    read_shape(r, tensor->shape, 0, &constant->shape.rank, constant->shape.extent);
    if (constant->shape.rank < 0)
        constant->shape.rank = 0;
    for (int i = 0; i < constant->shape.rank; i++)
        if (__builtin_mul_overflow(count, (uint64_t)constant->shape.extent[i], &count))
            count = UINT64_MAX;
    if (constant->element == NCL_STORED_COUNT) {
        constant->element = NCL_STORED_FLOAT32;
        constant->unsupported = "it holds strings, resources or complex numbers";
    } else if (!ncl_stored_bytes(constant->element, count, &bytes) || bytes > r->import->options->memory_limit) {
        ncl_import_invalid(r->import, "constant '%.100s' has more elements than there may be", name);
    } else if (tensor->has_content && tensor->content.len) {
        constant->memory = tensor->content.data;
        if (tensor->content.len != bytes)
            ncl_import_invalid(r->import, "constant '%.100s' has %zu bytes, its shape needs %llu", name,
                               tensor->content.len, (unsigned long long)bytes);
    } else {
        const struct listed listed = listed_elements(tensor, constant->element);
        constant->memory = spread_elements(r, &listed, ncl_stored_bits(constant->element) / 8, (size_t)count);
    }
}

/* ---- attributes ---- */

static void integers_of_shape(struct graphdef *r, const Tf__Shape *shape, struct ncl_import_attribute *out)
{
    int64_t *item = GRAPHDEF_ARRAY(r, int64_t, shape->n_dim);
    for (size_t i = 0; item && i < shape->n_dim; i++)
        item[i] = shape->dim[i]->has_size ? shape->dim[i]->size : -1;
    out->integer = item;
    out->count = shape->n_dim;
}

static void read_list(struct graphdef *r, const Tf__Value__List *list, struct ncl_import_attribute *out)
{
    if (list->n_floats) {
        double *scalar = GRAPHDEF_ARRAY(r, double, list->n_floats);
        for (size_t i = 0; scalar && i < list->n_floats; i++)
            scalar[i] = list->floats[i];
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_SCALARS, list->n_floats, .scalar = scalar};
    } else if (list->n_strings) {
        const char **string = GRAPHDEF_ARRAY(r, const char *, list->n_strings);
        for (size_t i = 0; string && i < list->n_strings; i++)
            string[i] = graphdef_text(r, (const char *)list->strings[i].data, list->strings[i].len);
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_STRINGS, list->n_strings, .string = string};
    } else {
        out->integer = list->ints;
        out->count = list->n_ints;
    }
}

static void read_attribute(struct graphdef *r, const Tf__Attribute *from, struct ncl_import_attribute *out)
{
    const Tf__Value *value = from->value;
    int64_t *integer = GRAPHDEF_ARRAY(r, int64_t, 1);
    double *scalar = GRAPHDEF_ARRAY(r, double, 1);
    const char **string = GRAPHDEF_ARRAY(r, const char *, 1);
    *out = (struct ncl_import_attribute){.name = from->key ? from->key : "", .count = 1, .integer = integer};
    if (!integer || !scalar || !string || !value)
        return;
    *integer = value->has_integer ? value->integer
               : value->has_type  ? (int64_t)graphdef_element(value->type)
                                  : value->logical;
    if (value->has_string) {
        *string = graphdef_text(r, (const char *)value->string.data, value->string.len);
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_STRINGS, 1, .string = string};
    } else if (value->has_real) {
        *scalar = value->real;
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_SCALARS, 1, .scalar = scalar};
    } else if (value->list) {
        read_list(r, value->list, out);
    } else if (value->shape) {
        integers_of_shape(r, value->shape, out);
    }
}

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

/* "a:1" is result 1 of "a"; a control edge gives NULL. */
static struct graphdef_node *find_source(const struct graphdef *r, const char *edge, size_t *result, char *name,
                                         size_t room)
{
    const char *colon = strrchr(edge, ':');
    size_t length = colon ? (size_t)(colon - edge) : strlen(edge);
    *result = colon ? (size_t)strtoul(colon + 1, NULL, 10) : 0;
    if (*edge == '^' || length >= room)
        return NULL;
    memcpy(name, edge, length);
    name[length] = '\0';
    return ncl_names_find(&r->names, name);
}

static void count_results(struct graphdef *r, const Tf__Node *node)
{
    char name[4096];
    for (size_t i = 0; i < node->n_input; i++) {
        size_t result;
        struct graphdef_node *source = find_source(r, node->input[i], &result, name, sizeof name);
        if (!source)
            continue;
        source->read = true;
        if (result >= MAX_RESULTS)
            ncl_import_invalid(r->import, "node '%.100s' reads result %zu of another", node->name, result);
        else if (source->results <= result)
            source->results = result + 1;
    }
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

static void read_edges(struct graphdef *r, const struct graphdef_node *from, struct ncl_import_node *node)
{
    char name[4096];
    const char **input = GRAPHDEF_ARRAY(r, const char *, from->node->n_input);
    const char **output = GRAPHDEF_ARRAY(r, const char *, from->results);
    for (size_t i = 0; input && i < from->node->n_input && !r->import->status; i++) {
        size_t result;
        const struct graphdef_node *source = find_source(r, from->node->input[i], &result, name, sizeof name);
        if (from->node->input[i][0] == '^')
            continue;
        input[node->input_count++] = source ? result_name(r, source->node->name, result) : from->node->input[i];
    }
    for (size_t i = 0; output && i < from->results; i++)
        output[i] = result_name(r, from->node->name, i);
    node->input = input;
    node->output = output;
    node->output_count = from->results;
}

static void read_node(struct graphdef *r, const struct graphdef_node *from, struct ncl_import_node *node)
{
    struct ncl_import_attribute *attribute = GRAPHDEF_ARRAY(r, struct ncl_import_attribute, from->node->n_attr);
    *node = (struct ncl_import_node){.name = from->node->name,
                                     .op = from->node->op ? from->node->op : "",
                                     .domain = "",
                                     .attribute = attribute,
                                     .attribute_count = from->node->n_attr};
    for (size_t i = 0; attribute && i < from->node->n_attr && !r->import->status; i++)
        read_attribute(r, from->node->attr[i], &attribute[i]);
    read_edges(r, from, node);
}

static void read_placeholder(struct graphdef *r, const Tf__Node *node, struct ncl_import_input *input)
{
    const Tf__Value *shape = find_value(node, "shape"), *type = find_value(node, "dtype");
    *input = (struct ncl_import_input){.name = node->name,
                                       .element = type ? graphdef_element(type->type) : NCL_STORED_FLOAT32};
    read_shape(r, shape ? shape->shape : NULL, -1, &input->rank, input->extent);
    if (input->element == NCL_STORED_COUNT)
        ncl_import_invalid(r->import, "input '%.100s' is of a type that has no counterpart", node->name);
}

/* ---- the graph ---- */

static bool index_nodes(struct graphdef *r)
{
    const size_t count = r->file->n_node;
    r->node = GRAPHDEF_ARRAY(r, struct graphdef_node, count);
    for (size_t i = 0; i < count && !r->import->status; i++) {
        const Tf__Node *node = r->file->node[i];
        r->node[i] = (struct graphdef_node){.node = node, .results = 1};
        if (!node->name || !*node->name)
            ncl_import_invalid(r->import, "node number %zu has no name", i);
        else if (ncl_names_find(&r->names, node->name))
            ncl_import_invalid(r->import, "two nodes '%.100s'", node->name);
        else if (!ncl_names_put(&r->names, &r->import->scratch, node->name, &r->node[i]))
            ncl_import_nomem(r->import);
    }
    for (size_t i = 0; i < count && !r->import->status; i++)
        count_results(r, r->file->node[i]);
    for (size_t i = 0; i < count && !r->import->status; i++)
        count_parts(&r->node[i]);
    return !r->import->status;
}

static bool is_output(const struct graphdef_node *node)
{
    static const char *const none[] = {"NoOp", "Assert", "Const", "Placeholder", "PlaceholderWithDefault"};
    bool output = !node->read;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        output &= !node_is(node->node, none[i]);
    return output;
}

nnefcl_status ncl_graphdef_read(struct ncl_import *import, struct ncl_import_graph *graph)
{
    struct graphdef r = {.import = import};
    const uint8_t *data;
    size_t size;
    if (ncl_import_slurp(import, 0, &data, &size) ||
        !(r.file = ncl_protobuf_unpack(import, &tf__graph__descriptor, data, size)) || !index_nodes(&r))
        return import->status;
    const size_t count = r.file->n_node;
    struct ncl_import_node *node = GRAPHDEF_ARRAY(&r, struct ncl_import_node, count);
    struct ncl_import_constant *constant = GRAPHDEF_ARRAY(&r, struct ncl_import_constant, count);
    struct ncl_import_input *input = GRAPHDEF_ARRAY(&r, struct ncl_import_input, count);
    const char **output = GRAPHDEF_ARRAY(&r, const char *, count);
    *graph = (struct ncl_import_graph){"network", .node = node, .constant = constant, .input = input, .output = output};
    for (size_t i = 0; i < count && !import->status; i++) {
        const Tf__Value *value = find_value(r.node[i].node, "value");
        if (node_is(r.node[i].node, "Const") && value && value->tensor)
            read_constant(&r, r.node[i].node->name, value->tensor, &constant[graph->constant_count++]);
        else if (node_is(r.node[i].node, "Placeholder"))
            read_placeholder(&r, r.node[i].node, &input[graph->input_count++]);
        else if (!node_is(r.node[i].node, "NoOp"))
            read_node(&r, &r.node[i], &node[graph->node_count++]);
        if (!import->status && is_output(&r.node[i]))
            output[graph->output_count++] = r.node[i].node->name;
    }
    return import->status;
}
