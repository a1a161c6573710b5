/* SPDX-License-Identifier: Apache-2.0 */
/* Networks of Caffe2: predict_net.pb, the network, and beside it init_net.pb, which is a network that fills the weights
 * with what is in it. Shapes of inputs stand in value_info.json, if there is one. */
#include <ctype.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/caffe2/caffe2_read.h"
#include "import/protobuf.h"

void *ncl_caffe2_array(struct ncl_caffe2_reader *r, size_t count, size_t size)
{
    void *memory = r->import->status ? NULL : ncl_arena_array(&r->import->scratch, count, size);
    if (!memory && !r->import->status)
        ncl_import_nomem(r->import);
    return memory;
}

/* ---- files ---- */

static const Caffe2__Net *read_net(struct ncl_caffe2_reader *r, size_t member)
{
    const uint8_t *data;
    size_t size;
    if (ncl_import_slurp(r->import, member, &data, &size))
        return NULL;
    return ncl_protobuf_unpack(r->import, &caffe2__net__descriptor, data, size);
}

/* init_net.pb, or the name of the network with init for predict. */
static size_t find_init(struct ncl_caffe2_reader *r)
{
    const char *own = ncl_container_member(r->import->container, 0)->name, *predict = strstr(own, "predict");
    char name[512];
    size_t found = SIZE_MAX;
    if (predict) {
        snprintf(name, sizeof name, "%.*sinit%s", (int)(predict - own), own, predict + strlen("predict"));
        found = ncl_import_member(r->import, name);
    }
    return found == SIZE_MAX && !r->import->status ? ncl_import_member(r->import, "init_net.pb") : found;
}

static bool read_files(struct ncl_caffe2_reader *r)
{
    if (!(r->net = read_net(r, 0)))
        return false;
    const size_t init = find_init(r),
                 info = r->import->status ? SIZE_MAX : ncl_import_member(r->import, "value_info.json");
    if (init == SIZE_MAX && !r->import->status)
        ncl_import_invalid(r->import, "the weights are missing: there is no init_net.pb beside it");
    if (!r->import->status)
        r->init = read_net(r, init);
    const uint8_t *text;
    size_t size;
    if (info != SIZE_MAX && !r->import->status && !ncl_import_slurp(r->import, info, &text, &size) &&
        !(r->info = ncl_arena_strndup(&r->import->scratch, (const char *)text, size)))
        ncl_import_nomem(r->import);
    return !r->import->status;
}

/* ---- arguments ---- */

const Caffe2__Argument *ncl_caffe2_argument(const Caffe2__Operator *op, const char *name)
{
    for (size_t i = 0; i < op->n_arg; i++)
        if (op->arg[i]->name && strcmp(op->arg[i]->name, name) == 0)
            return op->arg[i];
    return NULL;
}

static const char *arg_text(struct ncl_caffe2_reader *r, const ProtobufCBinaryData *bytes)
{
    const char *text = ncl_arena_strndup(&r->import->scratch, (const char *)bytes->data, bytes->len);
    if (!text)
        ncl_import_nomem(r->import);
    return text;
}

static void read_argument(struct ncl_caffe2_reader *r, const Caffe2__Argument *from, struct ncl_import_attribute *out)
{
    double *scalar = NCL_CAFFE2_ARRAY(r, double, from->n_floats + 1);
    const char **string = NCL_CAFFE2_ARRAY(r, const char *, from->n_strings + 1);
    *out = (struct ncl_import_attribute){from->name ? from->name : "", NCL_ATTRIBUTE_INTEGERS, from->n_ints,
                                         .integer = from->ints};
    if (!scalar || !string)
        return;
    for (size_t i = 0; i < from->n_floats; i++)
        scalar[i] = from->floats[i];
    for (size_t i = 0; i < from->n_strings; i++)
        string[i] = arg_text(r, &from->strings[i]);
    if (from->has_f)
        scalar[0] = from->f;
    if (from->has_s)
        string[0] = arg_text(r, &from->s);
    if (from->has_f || from->n_floats)
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_SCALARS, from->has_f ? 1 : from->n_floats,
                                             .scalar = scalar};
    else if (from->has_s || from->n_strings)
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_STRINGS, from->has_s ? 1 : from->n_strings,
                                             .string = string};
    else if (from->has_i)
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_INTEGERS, 1, .integer = &from->i};
}

/* ---- integers that stand for numbers ---- */

static struct ncl_caffe2_quant quant_of(const struct ncl_caffe2_reader *r, const char *blob)
{
    const struct ncl_caffe2_quant *found = ncl_names_find(&r->quants, blob);
    return found ? *found : (struct ncl_caffe2_quant){0};
}

/* Y_scale and Y_zero_point, or those of the first operand. */
static struct ncl_caffe2_quant written_quant(struct ncl_caffe2_reader *r, const Caffe2__Operator *op,
                                             const struct ncl_caffe2_quant *first)
{
    const Caffe2__Argument *scale = ncl_caffe2_argument(op, "Y_scale"), *zero = ncl_caffe2_argument(op, "Y_zero_point");
    if (strncmp(op->type, "Int8", 4) != 0 || strcmp(op->type, "Int8Dequantize") == 0)
        return (struct ncl_caffe2_quant){0};
    if (!scale && first && first->scale > 0)
        return *first;
    const struct ncl_caffe2_quant quant = {scale ? (double)scale->f : 1, zero ? zero->i : 0};
    if (!(quant.scale > 0) || quant.scale > FLT_MAX || quant.zero < 0 || quant.zero > 255)
        ncl_import_invalid(r->import, "'%.100s' has scale %g and zero point %lld", op->type, quant.scale,
                           (long long)quant.zero);
    return quant;
}

static void keep_quant(struct ncl_caffe2_reader *r, const char *blob, const struct ncl_caffe2_quant *quant)
{
    struct ncl_caffe2_quant *kept = quant->scale > 0 ? NCL_CAFFE2_ARRAY(r, struct ncl_caffe2_quant, 1) : NULL;
    if (!kept)
        return;
    *kept = *quant;
    if (!ncl_names_put(&r->quants, &r->import->scratch, blob, kept))
        ncl_import_nomem(r->import);
}

/* Of operands, then of the first result, which has the name by which the node writes it. */
static const struct ncl_caffe2_quant *read_quants(struct ncl_caffe2_reader *r, const Caffe2__Operator *op,
                                                  const struct ncl_import_node *node)
{
    struct ncl_caffe2_quant *quant = NCL_CAFFE2_ARRAY(r, struct ncl_caffe2_quant, node->input_count + 1);
    for (size_t i = 0; quant && i < node->input_count; i++)
        quant[i] = quant_of(r, node->input[i]);
    if (!quant || !op->type || node->output_count == 0)
        return quant;
    quant[node->input_count] = written_quant(r, op, node->input_count ? quant : NULL);
    keep_quant(r, node->output[0], &quant[node->input_count]);
    return quant;
}

/* ---- weights ---- */

static const void *filled(struct ncl_caffe2_reader *r, const Caffe2__Argument *value, uint64_t count)
{
    float *memory =
        count < ((uint64_t)1 << 40) ? ncl_arena_array(r->import->arena, (size_t)count, sizeof(float)) : NULL;
    if (!memory)
        ncl_import_nomem(r->import);
    for (uint64_t i = 0; memory && i < count; i++)
        memory[i] = value && value->has_f ? value->f : value ? (float)value->i : 0;
    return memory ? ncl_protobuf_stored(r->import, memory, (size_t)count, sizeof(float)) : NULL;
}

static void read_weight(struct ncl_caffe2_reader *r, const Caffe2__Operator *op, struct ncl_import_constant *constant)
{
    const Caffe2__Argument *shape = ncl_caffe2_argument(op, "shape"), *values = ncl_caffe2_argument(op, "values");
    const bool constant_fill = strcmp(op->type, "ConstantFill") == 0, floats = strcmp(op->type, "GivenTensorFill") == 0,
               bytes = strcmp(op->type, "Int8GivenTensorFill") == 0,
               ints = strcmp(op->type, "GivenTensorIntFill") == 0 || strcmp(op->type, "GivenTensorInt64Fill") == 0 ||
                      strcmp(op->type, "Int8GivenIntTensorFill") == 0;
    uint64_t count = 1;
    *constant = (struct ncl_import_constant){.name = op->output[0],
                                             .element = bytes  ? NCL_STORED_UINT8
                                                        : ints ? NCL_STORED_INT64
                                                               : NCL_STORED_FLOAT32,
                                             .shape = {.rank = shape ? (int)shape->n_ints : 0}};
    if (constant->shape.rank > NNEFCL_MAX_RANK) {
        ncl_import_invalid(r->import, "'%.100s' has %d axes", constant->name, constant->shape.rank);
        return;
    }
    for (int i = 0; i < constant->shape.rank; i++) {
        constant->shape.extent[i] = shape->ints[i];
        if (shape->ints[i] < 0 || __builtin_mul_overflow(count, (uint64_t)shape->ints[i], &count))
            count = UINT64_MAX;
    }
    if (constant_fill) {
        constant->memory = filled(r, ncl_caffe2_argument(op, "value"), count);
    } else if (!floats && !ints && !bytes) {
        constant->unsupported = "init_net makes it by an operator that is not known";
    } else {
        const size_t given = !values ? 0 : bytes ? values->s.len : floats ? values->n_floats : values->n_ints;
        const void *numbers = !values  ? NULL
                              : bytes  ? (const void *)values->s.data
                              : floats ? (const void *)values->floats
                                       : values->ints;
        constant->memory = ncl_protobuf_stored(r->import, numbers, given,
                                               bytes    ? 1
                                               : floats ? sizeof(float)
                                                        : sizeof(int64_t));
        if (given != count)
            ncl_import_invalid(r->import, "'%.100s' has %zu values, its shape says otherwise", constant->name, given);
    }
}

/* ---- inputs ---- */

/* "name": [type, [extents]]; types 2 and 10 are integers. */
static void read_info(const struct ncl_caffe2_reader *r, const char *name, struct ncl_import_input *input)
{
    char key[512];
    snprintf(key, sizeof key, "\"%s\"", name);
    const char *at = r->info ? strstr(r->info, key) : NULL;
    if (at && (at = strchr(at + strlen(key), '['))) {
        const long type = strtol(at + 1, NULL, 10);
        input->element = type == 2 ? NCL_STORED_INT32 : type == 10 ? NCL_STORED_INT64 : NCL_STORED_FLOAT32;
        at = strchr(at + 1, '[');
    }
    int64_t extent[NNEFCL_MAX_RANK];
    int rank = 0;
    for (; at && *at && *at != ']' && rank < NNEFCL_MAX_RANK; rank++) {
        char *end;
        extent[rank] = strtoll(at + 1, &end, 10);
        if (end == at + 1 || extent[rank] < 1)
            return;
        at = end + strspn(end, " \t\r\n");
    }
    if (!at || *at != ']' || rank == 0)
        return;
    input->rank = rank;
    memcpy(input->extent, extent, sizeof extent);
}

static void read_inputs(struct ncl_caffe2_reader *r, struct ncl_import_graph *graph, struct ncl_import_input *input)
{
    for (size_t i = 0; i < r->net->n_external_input && !r->import->status; i++) {
        const char *name = r->net->external_input[i];
        if (ncl_names_find(&r->weights, name))
            continue;
        struct ncl_import_input *made = &input[graph->input_count++];
        *made = (struct ncl_import_input){.name = name, .element = NCL_STORED_FLOAT32, .rank = -1};
        read_info(r, name, made);
        made->name = ncl_rewritten_write(&r->blobs, name);
    }
}

/* ---- operators ---- */

const char *ncl_caffe2_blob(struct ncl_caffe2_reader *r, const char *name)
{
    return r->outer && !ncl_names_find(&r->blobs.names, name) ? ncl_caffe2_blob(r->outer, name)
                                                              : ncl_rewritten_read(&r->blobs, name);
}

static void read_node(struct ncl_caffe2_reader *r, const Caffe2__Operator *op, struct ncl_import_node *node)
{
    const char **input = NCL_CAFFE2_ARRAY(r, const char *, op->n_input),
               **output = NCL_CAFFE2_ARRAY(r, const char *, op->n_output);
    struct ncl_import_attribute *attribute = NCL_CAFFE2_ARRAY(r, struct ncl_import_attribute, op->n_arg);
    *node = (struct ncl_import_node){.name = op->name && *op->name ? op->name
                                             : op->n_output        ? op->output[0]
                                                                   : "",
                                     .op = op->type ? op->type : "",
                                     .domain = "",
                                     .input_count = op->n_input,
                                     .output_count = op->n_output,
                                     .attribute_count = op->n_arg,
                                     .input = input,
                                     .output = output,
                                     .attribute = attribute};
    for (size_t i = 0; input && i < op->n_input; i++)
        input[i] = ncl_caffe2_blob(r, op->input[i]);
    for (size_t i = 0; output && i < op->n_output && !r->import->status; i++)
        output[i] = ncl_rewritten_write(&r->blobs, op->output[i]);
    for (size_t i = 0; attribute && i < op->n_arg && !r->import->status; i++)
        read_argument(r, op->arg[i], &attribute[i]);
    if (!r->import->status)
        node->detail = read_quants(r, op, node);
    if (!r->import->status && strcmp(node->op, "RecurrentNetwork") == 0)
        ncl_caffe2_step_net(r, op, node);
}

const struct ncl_import_node *ncl_caffe2_nodes(struct ncl_caffe2_reader *r)
{
    struct ncl_import_node *node = NCL_CAFFE2_ARRAY(r, struct ncl_import_node, r->net->n_op);
    for (size_t i = 0; i < r->net->n_op && !r->import->status; i++)
        read_node(r, r->net->op[i], &node[i]);
    return node;
}

static void count_writings(struct ncl_caffe2_reader *r)
{
    for (size_t i = 0; i < r->net->n_external_input; i++)
        if (!ncl_names_find(&r->weights, r->net->external_input[i]))
            ncl_rewritten_count(&r->blobs, r->net->external_input[i]);
    for (size_t i = 0; i < r->net->n_op; i++)
        for (size_t j = 0; j < r->net->op[i]->n_output; j++)
            ncl_rewritten_count(&r->blobs, r->net->op[i]->output[j]);
}

static bool is_external(const Caffe2__Net *net, const char *blob)
{
    for (size_t i = 0; i < net->n_external_input; i++)
        if (strcmp(net->external_input[i], blob) == 0)
            return true;
    return false;
}

/* Does the network read it, as the first operand of operators and as no other? */
static bool is_read_first(const Caffe2__Net *net, const char *blob)
{
    bool first = false, other = false;
    for (size_t i = 0; i < net->n_op; i++)
        for (size_t j = 0; j < net->op[i]->n_input; j++)
            if (strcmp(net->op[i]->input[j], blob) == 0) {
                first |= j == 0;
                other |= j > 0;
            }
    return first && !other;
}

/* Exporters fill inputs too, with one element of 0, so that there is such a blob. */
static bool is_stand_in(const Caffe2__Net *net, const Caffe2__Operator *op)
{
    const Caffe2__Argument *shape = ncl_caffe2_argument(op, "shape"), *values = ncl_caffe2_argument(op, "values"),
                           *value = ncl_caffe2_argument(op, "value");
    for (size_t i = 0; shape && i < shape->n_ints; i++)
        if (shape->ints[i] != 1)
            return false;
    const bool given = strcmp(op->type, "GivenTensorFill") == 0 && values && values->n_floats == 1 &&
                       values->floats[0] == 0,
               constant = strcmp(op->type, "ConstantFill") == 0 && (!value || (value->f == 0 && value->i == 0));
    return (given || constant) && is_external(net, op->output[0]) && is_read_first(net, op->output[0]);
}

static void read_weights(struct ncl_caffe2_reader *r, struct ncl_import_graph *graph,
                         struct ncl_import_constant *constant)
{
    for (size_t i = 0; i < r->init->n_op && !r->import->status; i++) {
        const Caffe2__Operator *op = r->init->op[i];
        if (op->n_output != 1 || !op->type || ncl_names_find(&r->weights, op->output[0]) || is_stand_in(r->net, op))
            continue;
        read_weight(r, op, &constant[graph->constant_count++]);
        const struct ncl_caffe2_quant quant = written_quant(r, op, NULL);
        keep_quant(r, op->output[0], &quant);
        if (!ncl_names_put(&r->weights, &r->import->scratch, op->output[0], (void *)op))
            ncl_import_nomem(r->import);
    }
}

nnefcl_status ncl_caffe2_read(struct ncl_import *import, struct ncl_import_graph *graph)
{
    struct ncl_caffe2_reader r = {.import = import, .blobs = {import, {0}}};
    if (!read_files(&r))
        return import->status;
    struct ncl_import_constant *constant = NCL_CAFFE2_ARRAY(&r, struct ncl_import_constant, r.init->n_op);
    struct ncl_import_input *input = NCL_CAFFE2_ARRAY(&r, struct ncl_import_input, r.net->n_external_input);
    *graph = (struct ncl_import_graph){r.net->name && *r.net->name ? r.net->name : "network",
                                       .node_count = r.net->n_op,
                                       .constant = constant,
                                       .input = input,
                                       .output = (const char *const *)r.net->external_output,
                                       .output_count = r.net->n_external_output};
    read_weights(&r, graph, constant);
    count_writings(&r);
    read_inputs(&r, graph, input);
    graph->node = ncl_caffe2_nodes(&r);
    return import->status;
}
