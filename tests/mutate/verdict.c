/* SPDX-License-Identifier: Apache-2.0 */
#include "mutate/verdict.h"

#include <stdio.h>
#include <string.h>

#include "nnef/parse.h"
#include "nnef/print.h"
#include "nnefcl/inspect.h"

bool verdict_starving;

void verdict_blame(struct verdict *verdict, const char *wrong, const nnefcl_error *error)
{
    if (verdict->wrong)
        return;
    verdict->wrong = wrong;
    snprintf(verdict->detail, sizeof verdict->detail, "%s:%d:%d %s", error->file, error->line, error->column,
             error->message);
}

void verdict_status(struct verdict *verdict, nnefcl_status status, const nnefcl_error *error, const void *result)
{
    if ((status == NNEFCL_OK) != (result != NULL))
        verdict_blame(verdict, "status and result disagree", error);
    if (status == NNEFCL_ERR_INTERNAL || status == NNEFCL_ERR_ARGUMENT || status == NNEFCL_ERR_DEVICE)
        verdict_blame(verdict, "a status that bytes cannot cause", error);
    if (status == NNEFCL_OK)
        return;
    if (error->status != status)
        verdict_blame(verdict, "error.status is not the status", error);
    if (!error->message[0])
        verdict_blame(verdict, "an error without a message", error);
    for (const char *c = error->message; *c; c++)
        if ((unsigned char)*c < ' ')
            verdict_blame(verdict, "a message with control characters", error);
    if (error->line < 0 || error->column < 0 || (error->line == 0 && error->column != 0))
        verdict_blame(verdict, "a place that is none", error);
}

void verdict_memory(struct verdict *verdict, const struct counting_allocator *counting, const nnefcl_error *error)
{
    if (counting->live)
        verdict_blame(verdict, "memory that was not given back", error);
    if (counting->refused)
        verdict_blame(verdict, "more memory than allowed", error);
}

void verdict_printing(struct verdict *verdict, const void *text, size_t size)
{
    struct ncl_source source = {.name = "graph.nnef", .text = text, .length = size}, printed = {.name = "printed"};
    const struct ncl_parse_options options = {.compat = NNEFCL_COMPAT_TRACT | NNEFCL_COMPAT_LEGACY};
    struct ncl_text once, twice;
    struct ncl_arena arena;
    struct ncl_diag diag;
    struct ncl_document *document;
    nnefcl_error error = {0};
    ncl_arena_init(&arena, NULL, 0);
    ncl_text_init(&once, NULL);
    ncl_text_init(&twice, NULL);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    if (ncl_parse_document(&arena, &diag, &source, &options, &document) == NNEFCL_OK && !verdict_starving) {
        ncl_print_document(&once, document);
        printed.text = once.data;
        printed.length = once.length;
        if (ncl_parse_document(&arena, &diag, &printed, &options, &document) != NNEFCL_OK)
            verdict_blame(verdict, "the printed document is refused", &error);
        else {
            ncl_print_document(&twice, document);
            if (once.length != twice.length || memcmp(once.data, twice.data, once.length) != 0)
                verdict_blame(verdict, "the printed document is another one", &error);
        }
    }
    ncl_text_free(&once);
    ncl_text_free(&twice);
    ncl_arena_free(&arena);
}

static int swallow(void *user, const char *text, size_t length)
{
    *(size_t *)user += text ? length : 0;
    return 0;
}

static void check_dumps(struct verdict *verdict, const nnefcl_model *model)
{
    static const nnefcl_dump of_model[] = {NNEFCL_DUMP_AST, NNEFCL_DUMP_GRAPH, NNEFCL_DUMP_FLAT, NNEFCL_DUMP_DOT};
    nnefcl_error error = {0};
    for (size_t i = 0; i < sizeof of_model / sizeof *of_model; i++) {
        size_t length = 0;
        const nnefcl_status status = nnefcl_model_dump(model, of_model[i], swallow, &length, &error);
        const bool foreign = of_model[i] == NNEFCL_DUMP_AST && status == NNEFCL_ERR_UNSUPPORTED;
        const bool starved = verdict_starving && status == NNEFCL_ERR_NOMEM;
        if (!foreign && !starved && (status != NNEFCL_OK || !length))
            verdict_blame(verdict, "a model that cannot be dumped", &error);
    }
}

void verdict_model(struct verdict *verdict, const nnefcl_model *model)
{
    nnefcl_error error = {0};
    nnefcl_tensor_info info;
    nnefcl_needs needs;
    for (size_t i = 0; i < nnefcl_model_input_count(model); i++)
        if (nnefcl_model_input(model, i, &info) != NNEFCL_OK || !info.name)
            verdict_blame(verdict, "an input that cannot be described", &error);
    for (size_t i = 0; i < nnefcl_model_output_count(model); i++)
        if (nnefcl_model_output(model, i, &info) != NNEFCL_OK || !info.name)
            verdict_blame(verdict, "an output that cannot be described", &error);
    for (size_t i = 0; i < nnefcl_model_variable_count(model); i++)
        if (nnefcl_model_variable(model, i, &info) != NNEFCL_OK || !info.label)
            verdict_blame(verdict, "a variable that cannot be described", &error);
    nnefcl_status status = nnefcl_model_check(model, NULL, &needs, &error);
    verdict_status(verdict, status, &error, status == NNEFCL_OK ? &needs : NULL);
    check_dumps(verdict, model);
}
