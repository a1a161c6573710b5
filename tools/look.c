/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "execute.h"
#include "fold_lines.h"
#include "report.h"
#include "text_table.h"

static json_t *needs_json(const nnefcl_needs *n)
{
    return document_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "nodes", (json_int_t)n->nodes, "steps",
                         (json_int_t)n->steps, "kernels", (json_int_t)n->kernels, "parameters",
                         (json_int_t)n->parameters, "macs", (json_int_t)n->macs, "weights_bytes",
                         (json_int_t)n->weights, "arena_bytes", (json_int_t)n->arena, "io_bytes", (json_int_t)n->io,
                         "largest_bytes", (json_int_t)n->largest);
}

static void note_target(const struct engine *engine, json_t *document)
{
    if (engine->options->target)
        document_set(document, "target", document_text(engine->target.name));
}

static void print_needs(const nnefcl_needs *n)
{
    char parameters[COUNT_TEXT], macs[COUNT_TEXT];
    char total[BYTES_TEXT], weights[BYTES_TEXT], arena[BYTES_TEXT], io[BYTES_TEXT];
    print_folded(
        2, "%zu nodes, %s parameters, %s MACs; device memory %s (weights %s, intermediate %s, inputs and outputs %s)",
        n->nodes, report_count(n->parameters, parameters), report_count(n->macs, macs),
        report_bytes(n->weights + n->arena + n->io, total), report_bytes(n->weights, weights),
        report_bytes(n->arena, arena), report_bytes(n->io, io));
}

/* With -d the session is made too: there is no other way to know what that device says. */
enum status look_check(struct engine *engine)
{
    nnefcl_needs needs = {0};
    nnefcl_device_info device = {0};
    nnefcl_error error = {0};
    nnefcl_session_options options = engine_session_options(engine);
    enum status status = engine_open_model(engine);
    if (!status)
        status = talk_library(engine->talk, nnefcl_model_check(engine->model, &options, &needs, &error), &error);
    if (!status && engine->options->device && !(status = engine_open_session(engine)))
        nnefcl_device_describe(engine->device, &device);
    if (status)
        return status;
    if (engine->options->json) {
        json_t *document = document_begin("check");
        document_set(document, "model", document_text(nnefcl_model_name(engine->model)));
        document_set(document, "needs", needs_json(&needs));
        if (engine->device)
            document_set(document, "device", document_text(device.name));
        note_target(engine, document);
        document_print(document);
    } else if (!engine->talk->quiet) {
        print_needs(&needs);
        if (engine->device)
            print_folded(2, "ready on %s (%s)", device.name, device.platform_name);
    }
    return STATUS_OK;
}

static json_t *node_json(const nnefcl_node_info *node, const char *variant)
{
    return document_pack("{s:s, s:s?, s:s, s:s, s:s, s:o, s:I, s:I}", "op", node->op, "variant", variant, "location",
                         node->location, "output", node->output.name, "dtype", nnefcl_dtype_name(node->output.dtype),
                         "shape", document_shape(&node->output.shape), "parameters", (json_int_t)node->parameters,
                         "macs", (json_int_t)node->macs);
}

static const struct table_column summary_columns[] = {{"operation", false, true},  {"variant", false, true},
                                                      {"output", false, true},     {"shape", false, true},
                                                      {"parameters", true, false}, {"MACs", true, false}};

static void node_row(const nnefcl_node_info *node, const char *variant, struct table *table)
{
    char text[SHAPE_TEXT], count[COUNT_TEXT];
    const char **row = table_add(table);
    row[0] = node->op;
    row[1] = variant ? variant : "-";
    row[2] = node->output.name;
    row[3] = pool_printf(table->pool, "%s", shape_text(&node->output.shape, text));
    row[4] = pool_printf(table->pool, "%s", report_count(node->parameters, count));
    row[5] = pool_printf(table->pool, "%s", report_count(node->macs, count));
}

/* The totals need a plan; a model beyond the limits has none, but its rows are still of use. Where only the memory for
 * it is short, that is the answer. Variables are rows with -v only: nothing is computed there. */
enum status look_summary(struct engine *engine)
{
    nnefcl_needs needs = {0};
    nnefcl_node_info node;
    nnefcl_error error = {0};
    nnefcl_session_options options = engine_session_options(engine);
    struct table table = {.pool = engine->pool,
                          .column = summary_columns,
                          .column_count = sizeof summary_columns / sizeof *summary_columns};
    enum status status = engine_open_model(engine);
    if (status)
        return status;
    options.diagnostic = NULL;
    const size_t count = nnefcl_model_node_count(engine->model);
    const char **variant = pool_array(engine->pool, count, sizeof *variant);
    nnefcl_status made = nnefcl_model_variants(engine->model, &options, variant, &error);
    if (made != NNEFCL_ERR_NOMEM)
        made = nnefcl_model_check(engine->model, &options, &needs, &error);
    if (made == NNEFCL_ERR_NOMEM)
        return talk_library(engine->talk, made, &error);
    json_t *rows = engine->options->json ? document_array() : NULL;
    for (size_t i = 0; i < count; i++) {
        if (nnefcl_model_node(engine->model, i, &node))
            continue;
        if (rows)
            document_add(rows, node_json(&node, variant[i]));
        else if (engine->talk->verbose || strcmp(node.op, "variable"))
            node_row(&node, variant[i], &table);
    }
    if (rows) {
        json_t *document = document_begin("summary");
        document_set(document, "model", document_text(nnefcl_model_name(engine->model)));
        document_set(document, "nodes", rows);
        if (made == NNEFCL_OK)
            document_set(document, "needs", needs_json(&needs));
        note_target(engine, document);
        document_print(document);
        return STATUS_OK;
    }
    table_print(&table);
    if (made == NNEFCL_OK)
        print_needs(&needs);
    return STATUS_OK;
}

enum status look_save(struct engine *engine)
{
    nnefcl_error error = {0};
    const enum status status = engine_open_model(engine);
    return status ? status
                  : talk_library(engine->talk, nnefcl_model_save(engine->model, engine->options->save_nnef, &error),
                                 &error);
}

static int write_stdout(void *user, const char *text, size_t length)
{
    (void)user;
    return print_lines(stdout, text, length);
}

/* Of --target, or a generic CPU. */
static enum status dump_generic(struct engine *engine)
{
    nnefcl_error error = {0};
    nnefcl_session_options options = engine_session_options(engine);
    return talk_library(
        engine->talk,
        nnefcl_model_dump_plan(engine->model, &options, 0, engine->options->dump, write_stdout, NULL, &error), &error);
}

/* Plan and sources are those of the device that a run would take; without any usable device, and none asked for, those
 * of a generic CPU. */
static enum status dump_session(struct engine *engine)
{
    nnefcl_error error = {0};
    nnefcl_dump what = engine->options->dump;
    nnefcl_device *device = NULL;
    if (engine->options->target)
        return dump_generic(engine);
    if (!engine->options->device && nnefcl_device_open(NULL, NULL, &device, &error) == NNEFCL_ERR_DEVICE) {
        talk_note(engine->talk, "there is no usable device; this is for a generic CPU");
        return dump_generic(engine);
    }
    nnefcl_device_free(device);
    enum status status = engine_open_session(engine);
    error = (nnefcl_error){0};
    return status ? status
                  : talk_library(engine->talk, nnefcl_session_dump(engine->session, what, write_stdout, NULL, &error),
                                 &error);
}

static enum status dump_pass(struct engine *engine)
{
    nnefcl_error error = {0};
    nnefcl_session_options options = engine_session_options(engine);
    return talk_library(
        engine->talk,
        nnefcl_model_dump_pass(engine->model, &options, engine->options->dump_pass, write_stdout, NULL, &error),
        &error);
}

enum status look_dump(struct engine *engine)
{
    nnefcl_error error = {0};
    nnefcl_dump what = engine->options->dump;
    enum status status = engine_open_model(engine);
    if (status)
        return status;
    if (what == NNEFCL_DUMP_PLAN || what == NNEFCL_DUMP_CL)
        return dump_session(engine);
    if (engine->options->dump_pass)
        return dump_pass(engine);
    return talk_library(engine->talk, nnefcl_model_dump(engine->model, what, write_stdout, NULL, &error), &error);
}
