/* SPDX-License-Identifier: Apache-2.0 */
/* Executed quantization (7.1, A-QUANT-1): a tensor with an entry in graph.quant is followed by a node of the operation
 * that the entry names. Variables whose elements are stored as indices are left out: they are decoded as they are read
 * (dequant.c). */
#include <string.h>

#include "front/quantize.h"
#include "nnef/tensor_file.h"

/* ---- what is stored as indices ---- */

/* Variables with an entry whose elements are stored as indices, so that it is needed to read them: of how many bits; 0:
 * they are not. Their files have been checked. */
static nnefcl_status read_index_bits(struct ncl_build *build, struct ncl_cursor *cursor, size_t index, uint8_t *bits)
{
    uint8_t bytes[NCL_TENSOR_HEADER];
    struct ncl_tensor_header header;
    struct ncl_diag quiet; /* what there is to say was said by the check */
    size_t got = 0;
    const struct ncl_member *member = ncl_container_member(build->container, index);
    nnefcl_status status = ncl_cursor_seek(cursor, index, build->diag);
    if (!status)
        status = ncl_cursor_read(cursor, bytes, sizeof bytes, &got, build->diag);
    ncl_diag_init(&quiet, NULL, NULL, NULL, false);
    if (!status && got == sizeof bytes &&
        !ncl_tensor_header_read(bytes, member->size, member->name, build->options->compat, NNEFCL_ERR_MODEL, &quiet,
                                &header))
        *bits =
            header.code == NCL_ITEM_QUANT_UNSIGNED || header.code == NCL_ITEM_QUANT_SIGNED ? (uint8_t)header.bits : 0;
    return status;
}

/* By member, in the order of the archive; variables are told too. */
static nnefcl_status find_index_bits(struct ncl_build *build, uint8_t *bits, size_t members)
{
    bool *asked = NCL_NEW_ARRAY(&build->scratch, bool, members);
    struct ncl_cursor *cursor;
    if (!asked)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < build->graph->variable_count; i++) {
        const struct ncl_variable *variable = build->graph->variable[i];
        if (variable->quant && variable->member != SIZE_MAX)
            asked[variable->member] = true;
    }
    nnefcl_status status = ncl_cursor_open(build->container, build->diag, &cursor);
    if (status)
        return status;
    for (size_t i = 0; i < members && !status; i++)
        if (asked[i])
            status = read_index_bits(build, cursor, i, &bits[i]);
    ncl_cursor_free(cursor);
    for (size_t i = 0; i < build->graph->variable_count; i++) {
        struct ncl_variable *variable = build->graph->variable[i];
        if (variable->quant && variable->member != SIZE_MAX)
            variable->index_bits = bits[variable->member];
    }
    return status;
}

/* ---- what is quantized while the model runs: a node of the operation behind the tensor ---- */

static size_t count_numbers(const struct ncl_value *value)
{
    size_t count = 1;
    for (; value->kind == NCL_VALUE_ARRAY; value = &value->item[0])
        count *= value->count;
    return count;
}

static void flatten(const struct ncl_value *value, struct ncl_value **out)
{
    if (value->kind != NCL_VALUE_ARRAY) {
        *(*out)++ = *value;
        return;
    }
    for (size_t i = 0; i < value->count; i++)
        flatten(&value->item[i], out);
}

/* Nested arrays as the result of an operation `constant`. */
static nnefcl_status make_constant(struct ncl_build *build, struct ncl_loc at, struct ncl_value *value)
{
    const size_t count = count_numbers(value);
    struct ncl_value extent[NNEFCL_MAX_RANK], *numbers = NCL_NEW_ARRAY(&build->scratch, struct ncl_value, count),
                                              *next = numbers;
    size_t rank = 0;
    struct ncl_node *node;
    if (!numbers)
        return ncl_build_nomem(build);
    for (const struct ncl_value *level = value; level->kind == NCL_VALUE_ARRAY; level = &level->item[0])
        extent[rank++] = ncl_value_integer((int64_t)level->count);
    flatten(value, &next);
    const struct ncl_named_value given[] = {{"shape", ncl_value_array(extent, rank)},
                                            {"value", ncl_value_array(numbers, count)}};
    const nnefcl_status status = ncl_make_node(&build->infer, "constant", given, 2, at, &node);
    if (!status)
        *value = node->result[0];
    return status;
}

/* Inputs and variables keep their name and the quantized tensor gets one; what an operation computes hands it on. */
static nnefcl_status name_results(struct ncl_build *build, struct ncl_tensor *raw, struct ncl_tensor *quantized)
{
    const char *name =
        ncl_arena_printf(build->arena, raw->role == NCL_ROLE_ACTIVATION ? "%s.exact" : "%s.quantized", raw->name);
    if (!name)
        return ncl_build_nomem(build);
    const bool handed = raw->role == NCL_ROLE_ACTIVATION;
    quantized->name = handed ? raw->name : name;
    quantized->exported = handed && raw->exported;
    quantized->at = raw->at;
    if (handed) {
        raw->name = name;
        raw->exported = false;
    }
    return NNEFCL_OK;
}

/* tensor -> algorithm(tensor, ...), appended to the nodes of the graph. */
static nnefcl_status make_node(struct ncl_build *build, struct ncl_tensor *tensor, struct ncl_tensor **quantized)
{
    const struct ncl_quant *quant = tensor->quant;
    const struct ncl_signature *signature = ncl_names_find(build->graph->signatures, quant->algorithm);
    struct ncl_named_value *given = NCL_NEW_ARRAY(&build->scratch, struct ncl_named_value, quant->argument_count + 1);
    const size_t first = build->graph->tensor_count;
    struct ncl_node *node;
    nnefcl_status status = given ? NNEFCL_OK : ncl_build_nomem(build);
    for (size_t i = 0; i < quant->argument_count && !status; i++) {
        given[i + 1] = quant->argument[i];
        if (signature->takes[i + 1].kind == NCL_VALUE_TENSOR && given[i + 1].value.kind == NCL_VALUE_ARRAY)
            status = make_constant(build, quant->at, &given[i + 1].value);
    }
    if (status)
        return status;
    given[0] = (struct ncl_named_value){signature->parameter[0], ncl_value_tensor(tensor)};
    status = ncl_make_node(&build->infer, quant->algorithm, given, quant->argument_count + 1, quant->at, &node);
    if (status)
        return status;
    *quantized = ncl_node_result(node, 0);
    status = name_results(build, tensor, *quantized);
    return status ? status : ncl_build_name_others(build, (*quantized)->name, first);
}

/* By id of the tensor. */
struct replacing {
    struct ncl_build *build;
    struct ncl_tensor **with;
    size_t count; /* tensors that there were */
};

static bool touches(const struct replacing *replacing, const struct ncl_value *value)
{
    if (value->kind == NCL_VALUE_TENSOR)
        return value->tensor->id < replacing->count && replacing->with[value->tensor->id];
    for (size_t i = 0; (value->kind == NCL_VALUE_ARRAY || value->kind == NCL_VALUE_TUPLE) && i < value->count; i++)
        if (touches(replacing, &value->item[i]))
            return true;
    return false;
}

static nnefcl_status replace(const struct replacing *replacing, struct ncl_value *value)
{
    nnefcl_status status = NNEFCL_OK;
    if (!touches(replacing, value))
        return NNEFCL_OK;
    if (value->kind == NCL_VALUE_TENSOR) {
        value->tensor = replacing->with[value->tensor->id];
        return NNEFCL_OK;
    }
    struct ncl_value *item = NCL_NEW_ARRAY(replacing->build->arena, struct ncl_value, value->count);
    if (!item)
        return ncl_build_nomem(replacing->build);
    for (size_t i = 0; i < value->count && !status; i++) {
        item[i] = value->item[i];
        status = replace(replacing, &item[i]);
    }
    value->item = item;
    return status;
}

/* Everything reads the quantized tensor, but `update` still writes the variable itself. */
static nnefcl_status replace_arguments(const struct replacing *replacing, struct ncl_node *node)
{
    nnefcl_status status = NNEFCL_OK;
    for (size_t i = 0; i < node->parameter_count && !status; i++)
        if (!ncl_node_is(node, "update") || strcmp(node->parameter[i], "variable") != 0)
            status = replace(replacing, &node->argument[i]);
    return status;
}

/* The new nodes, which stand behind all others, go behind those that make their tensors. `from`: by old node, the first
 * new one; one more at the end.
 */
static nnefcl_status reorder(struct ncl_build *build, const size_t *from, size_t old)
{
    struct ncl_graph *graph = build->graph;
    struct ncl_node **node = NCL_NEW_ARRAY(build->arena, struct ncl_node *, graph->node_count);
    size_t count = 0;
    if (!node)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < old; i++) {
        node[count++] = graph->node[i];
        for (size_t k = from[i]; k < from[i + 1]; k++)
            node[count++] = graph->node[k];
    }
    graph->node = node;
    graph->node_capacity = graph->node_count;
    return NNEFCL_OK;
}

/* Is it quantized in the run: it has an entry, and its elements are not stored as indices, which are decoded as they
 * are read. */
static bool is_quantized_in_run(const struct ncl_tensor *tensor)
{
    return tensor->quant && !(tensor->variable && tensor->variable->index_bits);
}

static nnefcl_status quantize_value(const struct replacing *replacing, const struct ncl_value *value)
{
    nnefcl_status status = NNEFCL_OK;
    if (value->kind == NCL_VALUE_TENSOR)
        return is_quantized_in_run(value->tensor)
                   ? make_node(replacing->build, value->tensor, &replacing->with[value->tensor->id])
                   : NNEFCL_OK;
    for (size_t i = 0; value->kind == NCL_VALUE_ARRAY && i < value->count && !status; i++)
        status = quantize_value(replacing, &value->item[i]);
    return status;
}

static nnefcl_status insert_nodes(struct ncl_build *build)
{
    struct ncl_graph *graph = build->graph;
    const size_t old = graph->node_count;
    const struct replacing replacing = {build, NCL_NEW_ARRAY(&build->scratch, struct ncl_tensor *, graph->tensor_count),
                                        graph->tensor_count};
    size_t *from = NCL_NEW_ARRAY(&build->scratch, size_t, old + 1);
    nnefcl_status status = replacing.with && from ? NNEFCL_OK : ncl_build_nomem(build);
    for (size_t i = 0; i < old && !status; i++) {
        from[i] = graph->node_count;
        for (size_t r = 0; r < graph->node[i]->result_count && !status; r++)
            status = quantize_value(&replacing, &graph->node[i]->result[r]);
        from[i + 1] = graph->node_count;
    }
    for (size_t i = 0; i < old && !status; i++)
        status = replace_arguments(&replacing, graph->node[i]);
    for (size_t i = 0; i < graph->output_count && !status; i++)
        if (replacing.with[graph->output[i]->id])
            graph->output[i] = replacing.with[graph->output[i]->id];
    return status ? status : reorder(build, from, old);
}

nnefcl_status ncl_quantize_apply(struct ncl_build *build)
{
    const size_t members = build->container ? ncl_container_count(build->container) : 0;
    uint8_t *bits = NCL_NEW_ARRAY(&build->scratch, uint8_t, members);
    if (!bits)
        return ncl_build_nomem(build);
    if (build->options->no_quant)
        return NNEFCL_OK;
    const nnefcl_status status = members ? find_index_bits(build, bits, members) : NNEFCL_OK;
    return status ? status : insert_nodes(build);
}
