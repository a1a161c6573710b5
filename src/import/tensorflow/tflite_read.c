/* SPDX-License-Identifier: Apache-2.0 */
/* A file of TensorFlow Lite becomes an import graph: tables of the flatbuffer to nodes with attributes by name, tensors
 * by the name that the file gives them; a second one of a name gets its number behind it. */
#include <string.h>

#include "import/tensorflow/flatbuffer.h"
#include "import/tensorflow/flexbuffer.h"
#include "import/tensorflow/tf.h"
#include "import/tensorflow/tflite_schema.h"
#include "import/tensorflow/tflite_sparse.h"

#define MAX_OPTIONS   24 /* of an operator */
#define MAX_TENSORS   ((size_t)1 << 20)
#define MAX_SUBGRAPHS ((size_t)4096)

struct tflite_tensor {
    const char *name;
    enum ncl_stored_type element;
    struct ncl_tf_quant quant;
};

struct tflite {
    struct ncl_import *import;
    struct ncl_flat file;
    struct ncl_flat_vector codes, subgraphs, buffers;
    struct ncl_import_graph *graph; /* of each sub-graph */
    /* of the sub-graph that is read */
    struct ncl_flat_vector tensors;
    struct tflite_tensor *tensor;
};

static const struct {
    int code;
    const char *name;
} operators[] = {
#define TFLITE_OPERATOR(code, name) {code, name},
    TFLITE_OPERATORS(TFLITE_OPERATOR)
#undef TFLITE_OPERATOR
};

static const struct tflite_option {
    const char *op;
    unsigned field;
    const char *name;
    char kind;
    int absent;
} options[] = {
#define TFLITE_OPTION(op, field, name, kind, absent) {op, field, name, kind, absent},
    TFLITE_OPTIONS(TFLITE_OPTION)
#undef TFLITE_OPTION
};

static void *tflite_array(struct tflite *r, size_t count, size_t size)
{
    void *memory = r->import->status ? NULL : ncl_arena_array(&r->import->scratch, count, size);
    if (!memory && !r->import->status)
        ncl_import_nomem(r->import);
    return memory;
}

#define TFLITE_ARRAY(r, type, count) ((type *)tflite_array(r, count, sizeof(type)))

/* ---- tensors ---- */

static enum ncl_stored_type tflite_element(int64_t type)
{
    static const enum ncl_stored_type element[] = TFLITE_TYPES;
    return type >= 0 && (size_t)type < sizeof element / sizeof *element ? element[type] : NCL_STORED_COUNT;
}

static void read_quant(struct tflite *r, struct ncl_flat_table table, struct ncl_tf_quant *quant)
{
    const struct ncl_flat_table given = ncl_flat_sub(table, TENSOR_QUANTIZATION);
    const struct ncl_flat_vector scale = ncl_flat_items(given, QUANT_SCALE, 4),
                                 zero_point = ncl_flat_items(given, QUANT_ZERO_POINT, 8);
    double *scales = TFLITE_ARRAY(r, double, scale.count);
    int64_t *zero_points = TFLITE_ARRAY(r, int64_t, scale.count);
    if (!scales || !zero_points)
        return;
    for (size_t i = 0; i < scale.count; i++) {
        scales[i] = ncl_flat_float_at(scale, i);
        zero_points[i] = ncl_flat_int_at(zero_point, zero_point.count == 1 ? 0 : i);
    }
    *quant = (struct ncl_tf_quant){scale.count, scales, zero_points, (int)ncl_flat_int(given, QUANT_AXIS, 4, 0)};
}

static const char *tensor_name(struct tflite *r, struct ncl_names *names, struct ncl_flat_table table, size_t index)
{
    size_t length;
    struct ncl_arena *arena = &r->import->scratch;
    const char *given = ncl_flat_string(table, TENSOR_NAME, &length);
    char *name = length ? ncl_arena_strndup(arena, given, length) : ncl_arena_printf(arena, "tensor#%zu", index);
    if (name && ncl_names_find(names, name))
        name = ncl_arena_printf(arena, "%s#%zu", name, index);
    if (!name || !ncl_names_put(names, arena, name, r))
        ncl_import_nomem(r->import);
    return name;
}

static bool tensor_shape(struct tflite *r, struct ncl_flat_table table, unsigned field, int64_t lowest,
                         nnefcl_shape *shape)
{
    const struct ncl_flat_vector extents = ncl_flat_items(table, field, 4);
    *shape = (nnefcl_shape){.rank = (int)extents.count};
    if (extents.count > NNEFCL_MAX_RANK) {
        ncl_import_invalid(r->import, "a tensor has %zu axes, at most %d are supported", extents.count,
                           NNEFCL_MAX_RANK);
        return false;
    }
    for (size_t i = 0; i < extents.count; i++) {
        shape->extent[i] = ncl_flat_int_at(extents, i);
        if (shape->extent[i] < lowest) {
            ncl_import_invalid(r->import, "an extent of a tensor is %lld", (long long)shape->extent[i]);
            return false;
        }
    }
    return true;
}

/* Data of the buffer; they lie behind its table, or, in files above 2 GiB, behind all of them. */
static bool tensor_data(const struct tflite *r, struct ncl_flat_table table, uint64_t *offset, uint64_t *bytes)
{
    const struct ncl_flat_table buffer =
        ncl_flat_table_at(r->buffers, (size_t)ncl_flat_uint(table, TENSOR_BUFFER, 4, 0));
    const struct ncl_flat_vector data = ncl_flat_items(buffer, BUFFER_DATA, 1);
    *offset = data.count ? (uint64_t)(data.data - r->file.data) : ncl_flat_uint(buffer, BUFFER_OFFSET, 8, 0);
    *bytes = data.count ? data.count : ncl_flat_uint(buffer, BUFFER_SIZE, 8, 0);
    return *bytes > 0 && *offset > 1;
}

/* Sparse elements become all of them, in memory. */
static void densify(struct tflite *r, struct ncl_flat_table sparsity, uint64_t bytes, struct ncl_import_constant *made)
{
    uint64_t item;
    if (made->element == NCL_STORED_INT4 || !ncl_stored_bytes(made->element, 1, &item)) {
        made->unsupported = "it is a sparse tensor of less than a byte an element";
        return;
    }
    if (made->offset > r->file.size || bytes > r->file.size - made->offset) {
        ncl_import_invalid(r->import, "the file is damaged: a buffer lies outside of it");
        return;
    }
    made->memory =
        ncl_tflite_dense(r->import, sparsity, &made->shape, r->file.data + made->offset, (size_t)bytes, (size_t)item);
}

static void read_constant(struct tflite *r, size_t index, struct ncl_import_constant *constant, size_t *count)
{
    const struct ncl_flat_table table = ncl_flat_table_at(r->tensors, index);
    uint64_t offset, bytes, needed;
    if (r->import->status || !tensor_data(r, table, &offset, &bytes))
        return;
    struct ncl_import_constant *made = &constant[*count];
    *made = (struct ncl_import_constant){
        .name = r->tensor[index].name, .element = r->tensor[index].element, .offset = offset};
    if (!tensor_shape(r, table, TENSOR_SHAPE, 0, &made->shape))
        return;
    ++*count;
    if (made->element == NCL_STORED_COUNT) {
        made->unsupported = "it holds strings or complex numbers";
        made->element = NCL_STORED_FLOAT32;
    }
    const struct ncl_flat_table sparsity = ncl_flat_sub(table, TENSOR_SPARSITY);
    if (sparsity.at && !made->unsupported) {
        densify(r, sparsity, bytes, made);
        return;
    }
    uint64_t elements = 1;
    for (int i = 0; i < made->shape.rank; i++)
        if (__builtin_mul_overflow(elements, (uint64_t)made->shape.extent[i], &elements))
            elements = UINT64_MAX;
    if (!made->unsupported && (!ncl_stored_bytes(made->element, elements, &needed) || needed > bytes))
        ncl_import_invalid(r->import, "tensor '%.100s' has %llu bytes of data, fewer than its shape needs", made->name,
                           (unsigned long long)bytes);
}

static void read_input(struct tflite *r, size_t index, struct ncl_import_input *input)
{
    const struct ncl_flat_table table = ncl_flat_table_at(r->tensors, index);
    const struct ncl_flat_vector open = ncl_flat_items(table, TENSOR_SIGNATURE, 4);
    nnefcl_shape shape;
    if (!tensor_shape(r, table, open.count ? TENSOR_SIGNATURE : TENSOR_SHAPE, -1, &shape))
        return;
    *input = (struct ncl_import_input){
        .name = r->tensor[index].name, .element = r->tensor[index].element, .rank = shape.rank};
    for (int i = 0; i < shape.rank; i++)
        input->extent[i] = shape.extent[i] > 0 ? shape.extent[i] : -1;
    if (input->element == NCL_STORED_COUNT)
        ncl_import_invalid(r->import, "input '%.100s' is of a type that has no counterpart", input->name);
}

/* ---- operators ---- */

static const char *operator_name(struct tflite *r, struct ncl_flat_table table)
{
    const struct ncl_flat_table code = ncl_flat_table_at(r->codes, (size_t)ncl_flat_uint(table, OPERATOR_CODE, 4, 0));
    const int64_t old = ncl_flat_int(code, CODE_OLD_BUILTIN, 1, 0), now = ncl_flat_int(code, CODE_BUILTIN, 4, 0);
    const int64_t number = old > now ? old : now;
    size_t length;
    const char *custom = ncl_flat_string(code, CODE_CUSTOM, &length), *name = NULL;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].code == number)
            name = operators[i].name;
    if (custom && length && number == 32)
        name = ncl_arena_strndup(&r->import->scratch, custom, length);
    else if (!name)
        name = ncl_arena_printf(&r->import->scratch, "operator number %lld", (long long)number);
    if (!name)
        ncl_import_nomem(r->import);
    return name;
}

static void read_graph_option(struct tflite *r, int64_t index, struct ncl_import_attribute *attribute)
{
    if (index < 0 || (uint64_t)index >= r->subgraphs.count) {
        ncl_import_invalid(r->import, "an operator asks for sub-graph %lld of %zu", (long long)index,
                           r->subgraphs.count);
        return;
    }
    attribute->kind = NCL_ATTRIBUTE_GRAPH;
    attribute->graph = &r->graph[index];
}

static void read_option(struct tflite *r, const struct tflite_option *option, struct ncl_flat_table table,
                        struct ncl_import_attribute *attribute)
{
    const struct ncl_flat_vector vector =
        strchr("VW", option->kind) ? ncl_flat_items(table, option->field, 4) : (struct ncl_flat_vector){.count = 1};
    int64_t *integer = TFLITE_ARRAY(r, int64_t, vector.count);
    double *scalar = TFLITE_ARRAY(r, double, vector.count);
    if (!integer || !scalar)
        return;
    *attribute = (struct ncl_import_attribute){.name = option->name, .count = vector.count, .integer = integer};
    switch (option->kind) {
    case 'V':
        for (size_t i = 0; i < vector.count; i++)
            integer[i] = ncl_flat_int_at(vector, i);
        return;
    case 'W':
        for (size_t i = 0; i < vector.count; i++)
            scalar[i] = (double)ncl_flat_float_at(vector, i);
        attribute->kind = NCL_ATTRIBUTE_SCALARS;
        attribute->scalar = scalar;
        return;
    case 'F':
        *scalar = ncl_flat_float(table, option->field, (float)option->absent);
        attribute->kind = NCL_ATTRIBUTE_SCALARS;
        attribute->scalar = scalar;
        return;
    case 'G':
        read_graph_option(r, ncl_flat_int(table, option->field, 4, -1), attribute);
        return;
    default:
        *integer = ncl_flat_int(table, option->field, option->kind == 'B' ? 1 : 4, option->absent);
    }
}

/* Of operators that are none of the schema: numbers by name. */
static void read_custom(struct tflite *r, struct ncl_flat_table table, struct ncl_import_attribute *attribute,
                        struct ncl_import_node *node)
{
    const struct ncl_flat_vector bytes = ncl_flat_items(table, OPERATOR_CUSTOM, 1);
    struct ncl_flex_number *number = bytes.count ? TFLITE_ARRAY(r, struct ncl_flex_number, MAX_OPTIONS) : NULL;
    const size_t count = number ? ncl_flex_numbers(bytes.data, bytes.count, number, MAX_OPTIONS) : 0;
    for (size_t i = 0; i < count && node->attribute_count < MAX_OPTIONS; i++) {
        const char *name = ncl_arena_strndup(&r->import->scratch, number[i].name, strlen(number[i].name));
        if (!name)
            ncl_import_nomem(r->import);
        struct ncl_import_attribute *made = &attribute[node->attribute_count++];
        *made = (struct ncl_import_attribute){.name = name ? name : "", .count = 1, .integer = &number[i].integer};
        if (!number[i].real)
            continue;
        made->kind = NCL_ATTRIBUTE_SCALARS;
        made->scalar = &number[i].scalar;
    }
}

/* Later operators have their options in a second union: there was no room for more in the first. */
static struct ncl_flat_table table_of(struct ncl_flat_table operator, const char * name)
{
    return ncl_flat_sub(operator, strncmp(name, "STABLEHLO", 9) == 0 ? OPERATOR_OPTIONS_2 : OPERATOR_OPTIONS);
}

static void read_options(struct tflite *r, struct ncl_flat_table table, struct ncl_import_node *node)
{
    struct ncl_import_attribute *attribute = TFLITE_ARRAY(r, struct ncl_import_attribute, MAX_OPTIONS);
    if (!attribute)
        return;
    node->attribute = attribute;
    for (size_t i = 0; i < sizeof options / sizeof *options && !r->import->status; i++)
        if (strcmp(options[i].op, node->op) == 0)
            read_option(r, &options[i], table_of(table, node->op), &attribute[node->attribute_count++]);
    read_custom(r, table, attribute, node);
}

/* Names of operands, and what their integers stand for. */
static const char *const *read_operands(struct tflite *r, struct ncl_flat_vector list, struct ncl_tf_quant *quant,
                                        enum ncl_stored_type *element)
{
    const char **name = TFLITE_ARRAY(r, const char *, list.count);
    for (size_t i = 0; name && i < list.count; i++) {
        const int64_t index = ncl_flat_int_at(list, i);
        element[i] = NCL_STORED_FLOAT32;
        if (index < 0)
            continue;
        if ((uint64_t)index >= r->tensors.count) {
            ncl_import_invalid(r->import, "an operator asks for tensor %lld of %zu", (long long)index,
                               r->tensors.count);
            return NULL;
        }
        name[i] = r->tensor[index].name;
        quant[i] = r->tensor[index].quant;
        element[i] = r->tensor[index].element;
    }
    return name;
}

static void read_operator(struct tflite *r, struct ncl_flat_table table, struct ncl_import_node *node)
{
    const struct ncl_flat_vector inputs = ncl_flat_items(table, OPERATOR_INPUTS, 4),
                                 outputs = ncl_flat_items(table, OPERATOR_OUTPUTS, 4),
                                 kept = ncl_flat_items(table, OPERATOR_INTERMEDIATES, 4);
    const size_t shown = inputs.count + outputs.count, count = shown + kept.count;
    struct ncl_tf_detail *detail = TFLITE_ARRAY(r, struct ncl_tf_detail, 1);
    struct ncl_tf_quant *quant = TFLITE_ARRAY(r, struct ncl_tf_quant, count);
    enum ncl_stored_type *element = TFLITE_ARRAY(r, enum ncl_stored_type, count);
    if (!detail || !quant || !element)
        return;
    *detail = (struct ncl_tf_detail){quant, element, kept.count};
    read_operands(r, kept, quant + shown, element + shown);
    *node = (struct ncl_import_node){.op = operator_name(r, table),
                                     .domain = "",
                                     .input_count = inputs.count,
                                     .output_count = outputs.count,
                                     .input = read_operands(r, inputs, quant, element),
                                     .output = read_operands(r, outputs, quant + inputs.count, element + inputs.count),
                                     .detail = detail};
    if (!r->import->status) {
        node->name = outputs.count ? node->output[0] : "";
        read_options(r, table, node);
    }
}

/* ---- sub-graphs ---- */

static bool read_tensors(struct tflite *r, struct ncl_flat_table table)
{
    struct ncl_names names = {0};
    r->tensors = ncl_flat_items(table, SUBGRAPH_TENSORS, 4);
    if (r->tensors.count > MAX_TENSORS)
        ncl_import_invalid(r->import, "a sub-graph has %zu tensors, at most %zu are supported", r->tensors.count,
                           MAX_TENSORS);
    r->tensor = TFLITE_ARRAY(r, struct tflite_tensor, r->tensors.count);
    for (size_t i = 0; i < r->tensors.count && !r->import->status; i++) {
        const struct ncl_flat_table tensor = ncl_flat_table_at(r->tensors, i);
        r->tensor[i].name = tensor_name(r, &names, tensor, i);
        r->tensor[i].element = tflite_element(ncl_flat_int(tensor, TENSOR_TYPE, 1, 0));
        read_quant(r, tensor, &r->tensor[i].quant);
    }
    return !r->import->status;
}

static void read_borders(struct tflite *r, struct ncl_flat_table table, struct ncl_import_graph *graph)
{
    const struct ncl_flat_vector inputs = ncl_flat_items(table, SUBGRAPH_INPUTS, 4),
                                 outputs = ncl_flat_items(table, SUBGRAPH_OUTPUTS, 4);
    struct ncl_import_input *input = TFLITE_ARRAY(r, struct ncl_import_input, inputs.count);
    const char **output = TFLITE_ARRAY(r, const char *, outputs.count);
    for (size_t i = 0; i < inputs.count + outputs.count && !r->import->status; i++) {
        const int64_t index =
            i < inputs.count ? ncl_flat_int_at(inputs, i) : ncl_flat_int_at(outputs, i - inputs.count);
        if (index < 0 || (uint64_t)index >= r->tensors.count)
            ncl_import_invalid(r->import, "the graph has tensor %lld of %zu as its %s", (long long)index,
                               r->tensors.count, i < inputs.count ? "input" : "output");
        else if (i < inputs.count)
            read_input(r, (size_t)index, &input[i]);
        else
            output[i - inputs.count] = r->tensor[index].name;
    }
    graph->input = input;
    graph->input_count = inputs.count;
    graph->output = output;
    graph->output_count = outputs.count;
}

static void read_subgraph(struct tflite *r, size_t index)
{
    const struct ncl_flat_table table = ncl_flat_table_at(r->subgraphs, index);
    const struct ncl_flat_vector list = ncl_flat_items(table, SUBGRAPH_OPERATORS, 4);
    struct ncl_import_graph *graph = &r->graph[index];
    size_t length;
    if (!read_tensors(r, table))
        return;
    struct ncl_import_constant *constant = TFLITE_ARRAY(r, struct ncl_import_constant, r->tensors.count);
    struct ncl_import_node *node = TFLITE_ARRAY(r, struct ncl_import_node, list.count);
    const char *name = ncl_flat_string(table, SUBGRAPH_NAME, &length);
    for (size_t i = 0; i < list.count && !r->import->status; i++)
        read_operator(r, ncl_flat_table_at(list, i), &node[i]);
    for (size_t i = 0; i < r->tensors.count && !r->import->status; i++)
        read_constant(r, i, constant, &graph->constant_count);
    graph->name = length ? ncl_arena_strndup(r->import->arena, name, length) : "network";
    if (!graph->name)
        ncl_import_nomem(r->import);
    graph->closed = index > 0;
    graph->constant = constant;
    graph->node = node;
    graph->node_count = list.count;
    if (!r->import->status)
        read_borders(r, table, graph);
}

nnefcl_status ncl_tflite_read(struct ncl_import *import, struct ncl_import_graph *graph)
{
    struct tflite r = {.import = import};
    if (ncl_import_slurp(import, 0, &r.file.data, &r.file.size))
        return import->status;
    const struct ncl_flat_table root = ncl_flat_root(&r.file);
    const int64_t version = ncl_flat_int(root, MODEL_VERSION, 4, 0);
    if (version != 3)
        return ncl_import_invalid(import, "version %lld of the schema of TensorFlow Lite, only 3 is supported",
                                  (long long)version);
    r.codes = ncl_flat_items(root, MODEL_OPERATOR_CODES, 4);
    r.subgraphs = ncl_flat_items(root, MODEL_SUBGRAPHS, 4);
    r.buffers = ncl_flat_items(root, MODEL_BUFFERS, 4);
    if (r.subgraphs.count == 0 || r.subgraphs.count > MAX_SUBGRAPHS)
        return ncl_import_invalid(import, "the file has %zu graphs", r.subgraphs.count);
    r.graph = TFLITE_ARRAY(&r, struct ncl_import_graph, r.subgraphs.count);
    for (size_t i = 0; i < r.subgraphs.count && !import->status; i++)
        read_subgraph(&r, i);
    if (!import->status && r.file.bad)
        ncl_import_invalid(import, "the file is damaged: an offset leads outside of it");
    if (!import->status)
        *graph = r.graph[0];
    return import->status;
}
