/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs behind a pass: which nodes are left, and that the outputs are those of the document. */
#ifndef PASS_CASE_H
#define PASS_CASE_H

#include <math.h>

#include "model/frozen.h"
#include "model/model_text.h"
#include "pass/pass.h"

struct pass_case {
    const char *name, *graph;
    const char *nodes; /* behind the pass, without external, variable and slice */
};

static struct model_text text;
static struct ncl_arena arena;
static struct ncl_diag diag;
static nnefcl_error error;
static const struct ncl_target *target = &ncl_target_generic_cpu;

static inline void begin(const char *source, unsigned compat)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.compat = compat;
    model_text_open(&text, source, &options);
    ck_assert_msg(text.status == NNEFCL_OK, "%s\n%s", text.error.message, source);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
}

static inline void end(void)
{
    ncl_arena_free(&arena);
    model_text_close(&text);
}

/* Behind the pass `last`. `disabled`: one that is left out, or NULL. */
static inline const struct ncl_graph *graph_behind(const char *last, const char *disabled)
{
    const struct ncl_graph *graph;
    const struct ncl_pass_options options = {.disabled = &disabled, .disabled_count = disabled != NULL, .last = last};
    ck_assert_msg(ncl_model_passes(text.model, target, &options, &arena, &diag, &graph) == NNEFCL_OK, "%s",
                  error.message);
    return graph;
}

static inline const char *nodes_of(const struct ncl_graph *graph)
{
    static char list[512];
    list[0] = '\0';
    for (size_t i = 0; i < graph->node_count; i++) {
        const char *op = graph->node[i]->op->name;
        if (strcmp(op, "external") != 0 && strcmp(op, "variable") != 0 && strcmp(op, "slice") != 0)
            strcat(strcat(list, *list ? " " : ""), op);
    }
    return list;
}

/* The first output by the definitions, in double precision; the input has at most 256 elements. */
static inline double *output_of(const struct ncl_graph *graph)
{
    static float x[256];
    const void *const inputs[] = {x};
    const nnefcl_allocator allocator = {0};
    struct ncl_model_constants constants;
    struct ncl_exact exact;
    const int64_t count = ncl_shape_volume(&graph->output[0]->shape);
    double *values = calloc((size_t)count, sizeof *values);
    for (int i = 0; i < 256; i++)
        x[i] = (float)(4 * sin(i * i + 1));
    ck_assert_int_eq(ncl_model_constants_open(&constants, text.model, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_exact_open(&exact, graph, 0, &constants.source, &allocator, &diag), NNEFCL_OK);
    ck_assert_msg(ncl_exact_graph(&exact, inputs, &diag) == NNEFCL_OK, "%s", error.message);
    memcpy(values, exact.tensor[graph->output[0]->id].value, (size_t)count * sizeof *values);
    ncl_exact_close(&exact);
    ncl_model_constants_close(&constants);
    return values;
}

static inline void compare_outputs(const char *name, const struct ncl_graph *graph)
{
    double *want = output_of(text.model->graph), *got = output_of(graph);
    for (int64_t i = 0; i < ncl_shape_volume(&graph->output[0]->shape); i++)
        ck_assert_msg(fabs(got[i] - want[i]) <= 1e-6 * (1 + fabs(want[i])), "%s: [%d] is %.9g, not %.9g", name, (int)i,
                      got[i], want[i]);
    free(want);
    free(got);
}

static inline void pass_case_run(const struct pass_case *c, const char *pass, unsigned compat)
{
    begin(c->graph, compat);
    const struct ncl_graph *graph = graph_behind(pass, NULL);
    ck_assert_msg(strcmp(nodes_of(graph), c->nodes) == 0, "%s: %s", c->name, nodes_of(graph));
    compare_outputs(c->name, graph);
    ck_assert_uint_eq(graph_behind(pass, pass)->node_count, text.model->graph->node_count);
    end();
}

#endif
