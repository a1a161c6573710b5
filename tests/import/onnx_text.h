/* SPDX-License-Identifier: Apache-2.0 */
/* ONNX models from lines of text, made with the messages of our own schema:
 *     in x 2,3: 1 2 3 4 5 6        an input and its elements (f32; `in x i 2: 0 1` int64; b: bool)
 *     const w f 2: 0.5 1           an initializer (f, i, b; u: uint8, h: float16 by its bits)
 *     Clip x w -> y max=1.5 axes=[0,1] mode='edge'
 *     If c -> y then_branch=@Neg:x  a graph of one operator of one operand
 *     fn f.Twice a b -> c k=0.5     a function of the domain f, with attributes of its own; its nodes follow:
 *     | Elu a -> c alpha=$k         an attribute of the call
 * Outputs are named by the case. `-` is an operand or a result that is not given. */
#ifndef ONNX_TEXT_H
#define ONNX_TEXT_H

#include <onnx.pb-c.h>
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ONNX_TEXT_MANY = 64,
    ONNX_TEXT_TENSORS = 16,
    ONNX_TEXT_ELEMENTS = 1024,
    ONNX_TEXT_BRANCHES = 4,
    ONNX_TEXT_FUNCTIONS = 4
};

/* Elements as the messages and the API take them. */
struct onnx_text_elements {
    float scalar[ONNX_TEXT_ELEMENTS];
    int32_t integer[ONNX_TEXT_ELEMENTS];
    int64_t wide[ONNX_TEXT_ELEMENTS];
    uint8_t logical[ONNX_TEXT_ELEMENTS];
};

struct onnx_text {
    NclOnnx__Model model;
    NclOnnx__OperatorSet set, *sets[1];
    NclOnnx__Graph graph;
    NclOnnx__Node node[ONNX_TEXT_MANY], *nodes[ONNX_TEXT_MANY];
    NclOnnx__Tensor tensor[ONNX_TEXT_MANY], *tensors[ONNX_TEXT_MANY];
    NclOnnx__ValueInfo info[ONNX_TEXT_MANY], *inputs[ONNX_TEXT_MANY], *outputs[ONNX_TEXT_MANY];
    NclOnnx__Type type[ONNX_TEXT_MANY];
    NclOnnx__TensorType tensor_type[ONNX_TEXT_MANY];
    NclOnnx__Shape shape[ONNX_TEXT_MANY];
    NclOnnx__Dimension dimension[ONNX_TEXT_MANY * 8], *dimensions[ONNX_TEXT_MANY * 8];
    NclOnnx__Attribute attribute[ONNX_TEXT_MANY], *attributes[ONNX_TEXT_MANY];
    char *names[ONNX_TEXT_MANY * 8];
    int64_t numbers[ONNX_TEXT_MANY * 16];
    float scalars[ONNX_TEXT_MANY * 16];
    ProtobufCBinaryData strings[ONNX_TEXT_MANY];
    struct onnx_text_branch {
        NclOnnx__Graph graph;
        NclOnnx__Node node, *nodes[1];
        NclOnnx__ValueInfo result, *results[1];
        char *operand[1], *given[1];
    } branch[ONNX_TEXT_BRANCHES];
    size_t branch_count;
    NclOnnx__Function function[ONNX_TEXT_FUNCTIONS], *functions[ONNX_TEXT_FUNCTIONS];
    NclOnnx__Node *function_nodes[ONNX_TEXT_FUNCTIONS][ONNX_TEXT_MANY];
    size_t node_count, infos, dims, attrs, name_count, number_count, scalar_count, string_count;
    struct onnx_text_elements elements[ONNX_TEXT_TENSORS]; /* of inputs and initializers */
    void *input[8];                                        /* elements of inputs as the API takes them */
    size_t input_count;
    char words[1 << 14];
};

static inline void onnx_text_elements(struct onnx_text *t, char type, const int64_t *dims, size_t rank, char *values,
                                      const char *name, int is_input)
{
    NclOnnx__Tensor *tensor = &t->tensor[t->graph.n_initializer];
    static const struct {
        char type;
        int code;
    } codes[] = {{'f', 1}, {'i', 7}, {'b', 9}, {'u', 2}, {'h', 10}};
    int code = 1;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].type == type)
            code = codes[i].code;
    const size_t place = t->input_count + t->graph.n_initializer;
    ck_assert_uint_lt(place, ONNX_TEXT_TENSORS);
    struct onnx_text_elements *elements = &t->elements[place];
    size_t count = 0;
    for (char *end; values && *values; values = end, count++) {
        const double value = strtod(values, &end);
        if (end == values)
            break;
        ck_assert_uint_lt(count, ONNX_TEXT_ELEMENTS);
        elements->scalar[count] = (float)value;
        elements->integer[count] = fabs(value) < 0x1p31 ? (int32_t)value : 0;
        elements->wide[count] = fabs(value) < 0x1p63 ? (int64_t)value : 0;
        elements->logical[count] = value != 0;
    }
    if (is_input) {
        t->input[t->input_count++] = code == 1   ? (void *)elements->scalar
                                     : code == 9 ? (void *)elements->logical
                                                 : (void *)elements->integer;
        return;
    }
    ncl_onnx__tensor__init(tensor);
    tensor->name = (char *)name;
    tensor->has_type = 1;
    tensor->type = code;
    tensor->n_dims = rank;
    tensor->dims = (int64_t *)dims;
    if (code == 1) {
        tensor->floats = elements->scalar;
        tensor->n_floats = count;
    } else if (code == 7) {
        tensor->longs = elements->wide;
        tensor->n_longs = count;
    } else {
        tensor->ints = elements->integer;
        tensor->n_ints = count;
    }
    t->tensors[t->graph.n_initializer++] = tensor;
}

static inline NclOnnx__ValueInfo *onnx_text_info(struct onnx_text *t, const char *name, int code, const int64_t *dims,
                                                 size_t rank)
{
    const size_t i = t->infos++;
    ncl_onnx__value_info__init(&t->info[i]);
    ncl_onnx__type__init(&t->type[i]);
    ncl_onnx__tensor_type__init(&t->tensor_type[i]);
    ncl_onnx__shape__init(&t->shape[i]);
    t->info[i].name = (char *)name;
    t->info[i].type = &t->type[i];
    t->type[i].tensor = &t->tensor_type[i];
    t->tensor_type[i].has_element = 1;
    t->tensor_type[i].element = code;
    t->tensor_type[i].shape = dims ? &t->shape[i] : NULL;
    t->shape[i].dim = &t->dimensions[t->dims];
    t->shape[i].n_dim = rank;
    for (size_t j = 0; j < rank; j++, t->dims++) {
        ncl_onnx__dimension__init(&t->dimension[t->dims]);
        t->dimensions[t->dims] = &t->dimension[t->dims];
        t->dimension[t->dims].has_value = dims[j] >= 0;
        t->dimension[t->dims].value = dims[j];
        t->dimension[t->dims].param = dims[j] < 0 ? (char *)"open" : NULL;
    }
    return &t->info[i];
}

/* "x f 2,3: 1 2": name, type, extents, elements. */
static inline void onnx_text_tensor(struct onnx_text *t, char *line, int is_input)
{
    char *values = strchr(line, ':'), *name = strtok(line, " :"), *word = strtok(NULL, " :"), type = 'f';
    int64_t *dims = &t->numbers[t->number_count];
    size_t rank = 0;
    if (values)
        *values++ = '\0';
    if (word && strchr("fibuh", *word)) {
        type = *word;
        word = strtok(NULL, " :");
    }
    for (; word && *word; word = strchr(word, ',') ? strchr(word, ',') + 1 : NULL, rank++)
        dims[rank] = *word == '?' ? -1 : strtoll(word, NULL, 10);
    t->number_count += rank;
    if (is_input)
        t->inputs[t->graph.n_input++] = onnx_text_info(t, name, type == 'f' ? 1 : type == 'b' ? 9 : 7, dims, rank);
    onnx_text_elements(t, type, dims, rank, values, name, is_input);
}

/* "axis=1", "alpha=0.5", "mode='x'", "axes=[0,1]", "scales=[1.0,2.0]", "modes=['a','b']" */
static inline NclOnnx__Graph *onnx_text_branch(struct onnx_text *t, char *value)
{
    struct onnx_text_branch *b = &t->branch[t->branch_count++];
    ncl_onnx__graph__init(&b->graph);
    ncl_onnx__node__init(&b->node);
    ncl_onnx__value_info__init(&b->result);
    b->operand[0] = strchr(value, ':');
    *b->operand[0]++ = '\0';
    b->node.op = value;
    b->node.input = b->operand;
    b->given[0] = b->result.name = (char *)"result";
    b->node.output = b->given;
    b->node.n_input = b->node.n_output = b->graph.n_node = b->graph.n_output = 1;
    b->nodes[0] = &b->node;
    b->results[0] = &b->result;
    b->graph.name = (char *)"branch";
    b->graph.node = b->nodes;
    b->graph.output = b->results;
    return &b->graph;
}

static inline void onnx_text_attribute(struct onnx_text *t, NclOnnx__Node *node, char *word)
{
    NclOnnx__Attribute *a = &t->attribute[t->attrs];
    char *value = strchr(word, '=');
    ncl_onnx__attribute__init(a);
    *value++ = '\0';
    a->name = word;
    a->has_type = 1;
    if (*value == '$') {
        a->reference = value + 1;
    } else if (*value == '@') {
        a->type = 5;
        a->g = onnx_text_branch(t, value + 1);
    } else if (*value == '\'') {
        a->type = 3;
        a->has_s = 1;
        a->s.data = (uint8_t *)value + 1;
        a->s.len = strcspn(value + 1, "'");
    } else if (strncmp(value, "['", 2) == 0) {
        a->type = 8;
        a->strings = &t->strings[t->string_count];
        for (char *at = strchr(value, '\''); at; at = strchr(at + a->strings[a->n_strings++].len + 2, '\''))
            t->strings[t->string_count++] =
                (ProtobufCBinaryData){.len = strcspn(at + 1, "'"), .data = (uint8_t *)at + 1};
    } else if (*value == '[') {
        const int real = strchr(value, '.') != NULL;
        a->type = real ? 6 : 7;
        a->ints = &t->numbers[t->number_count];
        a->floats = &t->scalars[t->scalar_count];
        for (char *at = value + 1, *end; *at && *at != ']'; at = *end == ',' ? end + 1 : end)
            if (real)
                t->scalars[t->scalar_count++] = strtof(at, &end), a->n_floats++;
            else
                t->numbers[t->number_count++] = strtoll(at, &end, 10), a->n_ints++;
    } else if (strchr(value, '.')) {
        a->type = 1;
        a->has_f = 1;
        a->f = strtof(value, NULL);
    } else {
        a->type = 2;
        a->has_i = 1;
        a->i = strtoll(value, NULL, 10);
    }
    if (node->n_attribute == 0)
        node->attribute = &t->attributes[t->attrs];
    node->n_attribute++;
    t->attributes[t->attrs] = a;
    t->attrs++;
}

static inline void onnx_text_node(struct onnx_text *t, char *line)
{
    NclOnnx__Node *node = &t->node[t->node_count++];
    int results = 0;
    ncl_onnx__node__init(node);
    node->op = strtok(line, " ");
    node->name = (char *)"n";
    char *dot = strrchr(node->op, '.');
    if (dot) {
        *dot = '\0';
        node->domain = node->op;
        node->op = dot + 1;
    }
    node->input = &t->names[t->name_count];
    for (char *word; (word = strtok(NULL, " "));) {
        if (strcmp(word, "->") == 0) {
            results = 1;
            node->output = &t->names[t->name_count];
        } else if (strchr(word, '=')) {
            onnx_text_attribute(t, node, word);
        } else {
            t->names[t->name_count++] = *word == '-' ? (char *)"" : word;
            ++*(results ? &node->n_output : &node->n_input);
        }
    }
    t->nodes[t->graph.n_node++] = node;
}

/* The line before it was read as a node: it heads a function. */
static inline void onnx_text_function(struct onnx_text *t)
{
    const size_t number = t->model.n_function++;
    NclOnnx__Function *function = &t->function[number];
    const NclOnnx__Node *head = t->nodes[--t->graph.n_node];
    ncl_onnx__function__init(function);
    function->name = head->op;
    function->domain = head->domain;
    function->input = head->input;
    function->n_input = head->n_input;
    function->output = head->output;
    function->n_output = head->n_output;
    function->standard = head->attribute;
    function->n_standard = head->n_attribute;
    function->node = t->function_nodes[number];
    t->functions[number] = function;
    t->nodes[t->graph.n_node] = NULL;
}

static inline void onnx_text_function_node(struct onnx_text *t)
{
    NclOnnx__Function *function = t->functions[t->model.n_function - 1];
    function->node[function->n_node++] = t->nodes[--t->graph.n_node];
}

static inline void onnx_text_parse(struct onnx_text *t, int opset, const char *text, const char *output)
{
    memset(t, 0, sizeof *t);
    ncl_onnx__model__init(&t->model);
    ncl_onnx__graph__init(&t->graph);
    ncl_onnx__operator_set__init(&t->set);
    snprintf(t->words, sizeof t->words, "%s", text);
    t->set.has_version = 1;
    t->set.version = opset;
    t->sets[0] = &t->set;
    t->model.has_ir_version = 1;
    t->model.ir_version = 7;
    t->model.n_opset = 1;
    t->model.opset = t->sets;
    t->model.graph = &t->graph;
    t->model.function = t->functions;
    t->graph.name = (char *)"g";
    t->graph.node = t->nodes;
    t->graph.initializer = t->tensors;
    t->graph.input = t->inputs;
    t->graph.output = t->outputs;
    for (char *line = t->words, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (strncmp(line, "in ", 3) == 0)
            onnx_text_tensor(t, line + 3, 1);
        else if (strncmp(line, "const ", 6) == 0)
            onnx_text_tensor(t, line + 6, 0);
        else if (strncmp(line, "fn ", 3) == 0)
            onnx_text_node(t, line + 3), onnx_text_function(t);
        else if (strncmp(line, "| ", 2) == 0)
            onnx_text_node(t, line + 2), onnx_text_function_node(t);
        else if (*line)
            onnx_text_node(t, line);
    }
    t->outputs[t->graph.n_output++] = onnx_text_info(t, output, 1, NULL, 0);
}

/* The bytes of a model; free() them. */
static inline uint8_t *onnx_text_pack(struct onnx_text *t, size_t *size)
{
    *size = ncl_onnx__model__get_packed_size(&t->model);
    uint8_t *bytes = malloc(*size ? *size : 1);
    ck_assert_uint_eq(ncl_onnx__model__pack(&t->model, bytes), *size);
    return bytes;
}

#endif
