/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of a model, and the operations of chapter 4 (inspect.h). */
#include <stdio.h>
#include <string.h>

#include "base/filled.h"
#include "model/frozen.h"

/* ---- nodes ---- */

size_t nnefcl_model_node_count(const nnefcl_model *model)
{
    return model ? model->graph->node_count : 0;
}

static uint64_t parameters_of(const struct ncl_value *value)
{
    uint64_t sum = 0;
    if (value->kind == NCL_VALUE_TENSOR && value->tensor->role == NCL_ROLE_VARIABLE)
        return (uint64_t)ncl_shape_volume(&value->tensor->shape);
    if (value->kind == NCL_VALUE_ARRAY)
        for (size_t i = 0; i < value->count; i++)
            sum += parameters_of(&value->item[i]);
    return sum;
}

static size_t count_of(const struct ncl_value *value)
{
    return value->kind == NCL_VALUE_ARRAY ? value->count : 1;
}

static void node_describe(const struct nnefcl_model *model, size_t index, nnefcl_node_info *info)
{
    const struct ncl_node *node = model->graph->node[index];
    const struct ncl_value *first = &node->result[0];
    info->op = node->op->name;
    info->location = model->location[index];
    info->macs = node->op->macs ? node->op->macs(node) : 0;
    for (size_t i = 0; i < node->parameter_count; i++)
        info->parameters += parameters_of(&node->argument[i]);
    for (size_t i = 0; i < node->result_count; i++)
        info->output_count += count_of(&node->result[i]);
    if (first->kind == NCL_VALUE_ARRAY)
        first = first->count ? &first->item[0] : NULL;
    if (first) {
        const struct ncl_tensor *tensor = first->tensor;
        info->output = (nnefcl_tensor_info){.name = tensor->name,
                                            .label = tensor->variable ? tensor->variable->label : NULL,
                                            .dtype = tensor->dtype,
                                            .shape = tensor->shape,
                                            .bytes = nnefcl_tensor_bytes(tensor->dtype, &tensor->shape)};
    }
}

nnefcl_status(nnefcl_model_node)(const nnefcl_model *model, size_t index, nnefcl_node_info *info, size_t size)
{
    nnefcl_node_info made = {0};
    const bool there = model && index < model->graph->node_count;
    if (there)
        node_describe(model, index, &made);
    return NCL_FILLED_GIVE(there ? NNEFCL_OK : NNEFCL_ERR_ARGUMENT, info, size, made, macs);
}

/* ---- operations ---- */

/* The heading "# 4.3.1 Title" that stands nearest above a line. */
static void find_chapter(const struct ncl_source *source, unsigned line, char *out, size_t size)
{
    const char *at = source->text, *end = source->text + source->length;
    for (unsigned number = 1; number < line && at < end; number++) {
        if (at + 2 < end && at[0] == '#' && at[1] == ' ' && at[2] >= '0' && at[2] <= '9')
            snprintf(out, size, "%.*s", (int)strcspn(at + 2, " \n"), at + 2);
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            return;
        at++;
    }
}

static nnefcl_status load_stdlib(struct ncl_arena *arena, const struct ncl_document **standard)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ncl_arena_init(arena, NULL, 0);
    return ncl_stdlib(arena, &diag, standard);
}

size_t nnefcl_op_count(void)
{
    struct ncl_arena arena;
    const struct ncl_document *standard;
    const size_t count = load_stdlib(&arena, &standard) ? 0 : standard->fragment_count;
    ncl_arena_free(&arena);
    return count;
}

nnefcl_status(nnefcl_op)(size_t index, nnefcl_op_info *info, size_t size)
{
    struct ncl_arena arena;
    const struct ncl_document *standard;
    nnefcl_op_info made = {0};
    nnefcl_status status = load_stdlib(&arena, &standard);
    if (!status && index >= standard->fragment_count)
        status = NNEFCL_ERR_ARGUMENT;
    if (!status) {
        const struct ncl_fragment *fragment = &standard->fragment[index];
        snprintf(made.name, sizeof made.name, "%s", fragment->name);
        find_chapter(standard->source, fragment->at.line, made.chapter, sizeof made.chapter);
        made.runs = ncl_op_find(fragment->name) ? "kernel" : "by its body";
    }
    ncl_arena_free(&arena);
    return NCL_FILLED_GIVE(status, info, size, made, runs);
}
