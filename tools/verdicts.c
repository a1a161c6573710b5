/* SPDX-License-Identifier: Apache-2.0 */
#include "verdicts.h"
#include "fold_lines.h"

#include <math.h>
#include <stdio.h>

#include "report.h"

static const char *position_text(const nnefcl_verdict *v, char text[SHAPE_TEXT])
{
    nnefcl_shape index = v->result.shape;
    for (int i = 0; i < index.rank; i++)
        index.extent[i] = v->position[i];
    return shape_text(&index, text);
}

/* "graph.nnef:12:9 y = conv [1,8,4,4] from x [1,3,4,4], w [8,3,1,1]" */
static const char *node_text(struct pool *pool, const nnefcl_verdict *v)
{
    char shape[SHAPE_TEXT];
    const char *text = pool_printf(pool, "%s %s = %s%s %s", v->location, v->result.name, v->op,
                                   v->whole ? " as a whole" : "", shape_text(&v->result.shape, shape));
    enum { SHOWN = 8 };
    for (size_t i = 0; !v->whole && i < v->operand_count && i < SHOWN; i++)
        text = pool_printf(pool, "%s%s%s%s%s", text, i ? ", " : " from ", v->operand[i].name ? v->operand[i].name : "",
                           v->operand[i].name ? " " : "", shape_text(&v->operand[i].shape, shape));
    return !v->whole && v->operand_count > SHOWN ? pool_printf(pool, "%s, ... (%zu)", text, v->operand_count) : text;
}

static const char *values_text(struct pool *pool, const nnefcl_verdict *v)
{
    char position[SHAPE_TEXT];
    return pool_printf(pool, "%llu of %llu values; worst at %s: got %.9g, want %.9g, %.4g ULP of %.4g allowed (%s)",
                       (unsigned long long)v->bad, (unsigned long long)v->elements, position_text(v, position), v->got,
                       v->want, v->ulp, v->tolerance, v->reason);
}

static json_t *verdict_json(const nnefcl_verdict *v)
{
    nnefcl_shape position = v->result.shape;
    json_t *operands = document_array();
    for (int i = 0; i < position.rank; i++)
        position.extent[i] = v->position[i];
    for (size_t i = 0; i < v->operand_count; i++)
        document_add(operands, document_pack("{s:s?, s:o}", "name", v->operand[i].name, "shape",
                                             document_shape(&v->operand[i].shape)));
    return document_pack("{s:s, s:b, s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "op", v->op, "whole",
                         v->whole, "location", v->location, "name", v->result.name, "dtype",
                         nnefcl_dtype_name(v->result.dtype), "shape", document_shape(&v->result.shape), "operands",
                         operands, "elements", (json_int_t)v->elements, "bad", (json_int_t)v->bad, "ulp",
                         document_real(v->ulp), "tolerance", document_real(v->tolerance), "got", document_real(v->got),
                         "want", document_real(v->want), "position", document_shape(&position));
}

/* A node with several results is one node; results of whole operations are counted by themselves. */
static void count_node(struct verdicts *verdicts, const nnefcl_verdict *v)
{
    if (v->whole) {
        verdicts->wholes++;
        verdicts->bad_wholes += v->bad > 0;
        return;
    }
    const bool again = verdicts->nodes + verdicts->undefined && verdicts->node == v->node;
    if (!v->elements)
        verdicts->undefined += !again;
    else
        verdicts->nodes += !again;
    verdicts->bad += v->bad && !(again && verdicts->node_bad);
    verdicts->node_bad = v->bad || (again && verdicts->node_bad);
    verdicts->node = v->node;
}

/* The part used of what is allowed beyond half a unit, which correct rounding takes. */
static double excess_of(const nnefcl_verdict *v)
{
    const double used = fmax(v->ulp - 0.5, 0), allowed = fmax(v->tolerance - 0.5, 0);
    return used > 0 ? used / allowed : 0;
}

static void count_outside(struct verdicts *verdicts, const nnefcl_verdict *v)
{
    if (!v->outside)
        return;
    verdicts->outside += v->outside;
    verdicts->outside_lines =
        pool_grow(verdicts->pool, verdicts->outside_lines, verdicts->outside_nodes, sizeof *verdicts->outside_lines);
    verdicts->outside_lines[verdicts->outside_nodes++] =
        pool_printf(verdicts->pool, "%s: %llu", node_text(verdicts->pool, v), (unsigned long long)v->outside);
    if (verdicts->outside_list)
        document_add(verdicts->outside_list, document_pack("{s:s, s:s, s:s, s:I}", "op", v->op, "location", v->location,
                                                           "name", v->result.name, "outside", (json_int_t)v->outside));
}

static int take_verdict(void *user, const nnefcl_verdict *v)
{
    struct verdicts *verdicts = user;
    count_outside(verdicts, v);
    count_node(verdicts, v);
    if (verdicts->list)
        document_add(verdicts->list, verdict_json(v));
    talk_progress(verdicts->talk, "verified %zu nodes", verdicts->nodes);
    if (!v->elements) {
        talk_detail(verdicts->talk, "%s: no definition to compare with", node_text(verdicts->pool, v));
        return 0;
    }
    talk_detail(verdicts->talk, "%s: %.4g ULP of %.4g", node_text(verdicts->pool, v), v->ulp, v->tolerance);
    const double excess = excess_of(v);
    if (v->ulp > 0 && (excess > verdicts->excess || (excess == verdicts->excess && v->ulp > verdicts->ulp))) {
        verdicts->excess = excess;
        verdicts->ulp = v->ulp;
        verdicts->worst = pool_printf(verdicts->pool, "worst %.3g ULP of %.3g allowed: %s %s = %s", v->ulp,
                                      v->tolerance, v->location, v->result.name, v->op);
    }
    if (v->bad && !verdicts->first_bad) {
        verdicts->first_bad = node_text(verdicts->pool, v);
        verdicts->bad_values = values_text(verdicts->pool, v);
    }
    return 0;
}

enum status verdicts_run(struct verdicts *verdicts, const struct engine *engine, const void *const *inputs,
                         void *const *outputs)
{
    nnefcl_error error = {0};
    *verdicts = (struct verdicts){.pool = engine->pool,
                                  .talk = engine->talk,
                                  .excess = -1,
                                  .list = engine->options->json ? document_array() : NULL,
                                  .outside_list = engine->options->json ? document_array() : NULL};
    const nnefcl_status status =
        nnefcl_session_verify(engine->session, engine->model, inputs, outputs, take_verdict, verdicts, &error);
    talk_progress_end(engine->talk);
    return talk_library(engine->talk, status, &error);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static const char *wholes_text(const struct verdicts *verdicts)
{
    return verdicts->wholes ? pool_printf(verdicts->pool, "%zu result%s of whole operations, ", verdicts->wholes,
                                          plural(verdicts->wholes))
                            : "";
}

void verdicts_print(const struct verdicts *verdicts)
{
    if (verdicts->first_bad) {
        print_folded(8, "bad     %s", verdicts->first_bad);
        print_folded(8, "        %s", verdicts->bad_values);
    }
    if (verdicts->bad > 1)
        print("        %zu further node%s %s bad\n", verdicts->bad - 1, plural(verdicts->bad - 1),
              verdicts->bad == 2 ? "is" : "are");
    if (!verdicts->bad && !verdicts->bad_wholes)
        print_folded(2, "verified: %zu node%s, %s%s", verdicts->nodes, plural(verdicts->nodes), wholes_text(verdicts),
                     verdicts->worst ? verdicts->worst : "all exact");
    if (verdicts->undefined)
        print("not compared: %zu node%s without a definition\n", verdicts->undefined, plural(verdicts->undefined));
}

json_t *verdicts_json(struct verdicts *verdicts)
{
    return document_pack("{s:I, s:I, s:I, s:I, s:o}", "nodes", (json_int_t)verdicts->nodes, "wholes",
                         (json_int_t)verdicts->wholes, "bad", (json_int_t)(verdicts->bad + verdicts->bad_wholes),
                         "undefined", (json_int_t)verdicts->undefined, "results", verdicts->list);
}

void verdicts_print_indices(const struct verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->outside_nodes; i++)
        print("outside %s\n", verdicts->outside_lines[i]);
    print("indices: %llu outside of their axis\n", (unsigned long long)verdicts->outside);
}

json_t *verdicts_indices_json(struct verdicts *verdicts)
{
    json_t *nodes = verdicts->outside_list;
    verdicts->outside_list = NULL;
    return document_pack("{s:I, s:o}", "outside", (json_int_t)verdicts->outside, "nodes", nodes);
}
