/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs within graphs. Functions of the model are written out where they are called; trip counts have to be known,
 * then the graph is made once for each turn; of a condition that is not known both branches are made. */
#include <string.h>

#include "import/compose_branches.h"
#include "import/onnx/onnx_operators.h"

#define MAX_TURNS 10000

/* A call of a function: its graph takes those operands that are given. */
void ncl_onnx_call(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_graph *graph = ncl_import_graph_of(import, node, NCL_ONNX_BODY);
    struct ncl_import_value *output = graph ? ncl_import_values_new(import, graph->output_count) : NULL;
    const struct ncl_import_value **input =
        NCL_NEW_ARRAY(&import->scratch, const struct ncl_import_value *, node->input_count + 1);
    size_t count = 0;
    if (!input)
        ncl_import_nomem(import);
    if (graph && graph->output_count < node->output_count)
        ncl_import_wrong(import, "the function gives %zu results of %zu", graph->output_count, node->output_count);
    for (size_t i = 0; i < node->input_count && !import->status; i++)
        if (ncl_import_has(import, node, i))
            input[count++] = ncl_import_value(import, node, i);
    if (import->status)
        return;
    ncl_import_inline(import, graph, input, count, output);
    for (size_t i = 0; i < node->output_count && !import->status; i++)
        if (ncl_import_wants(import, node, i))
            ncl_import_pass(import, node, i, &output[i]);
}

/* What a branch gives; NULL: an error. */
static struct ncl_import_value *branch_run(struct ncl_import *import, const struct ncl_import_node *node,
                                           const char *name)
{
    const struct ncl_import_graph *graph = ncl_import_graph_of(import, node, name);
    struct ncl_import_value *output = graph ? ncl_import_values_new(import, graph->output_count) : NULL;
    if (!output)
        return NULL;
    ncl_import_inline(import, graph, NULL, 0, output);
    if (graph->output_count < node->output_count)
        ncl_import_wrong(import, "the branch gives %zu results of %zu", graph->output_count, node->output_count);
    return import->status ? NULL : output;
}

void ncl_onnx_if(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_branch_computed(import, node)) {
        struct ncl_import_value *yes = branch_run(import, node, "then_branch"),
                                *no = branch_run(import, node, "else_branch");
        if (yes && no)
            ncl_branches_give(import, node, yes, no);
        return;
    }
    const struct ncl_known *condition = ncl_import_need(import, node, 0, "the condition");
    if (condition && condition->count != 1)
        ncl_import_wrong(import, "the condition has %zu elements", condition->count);
    if (import->status)
        return;
    const bool yes = ncl_known_double(condition, 0) != 0;
    struct ncl_import_value *output = branch_run(import, node, yes ? "then_branch" : "else_branch");
    for (size_t i = 0; output && i < node->output_count && !import->status; i++)
        ncl_import_pass(import, node, i, &output[i]);
}

/* ---- Loop ---- */

struct loop {
    const struct ncl_import_graph *body;
    size_t carried, scanned; /* results of the body behind the condition: the next turn's, and one row of each turn */
    struct ncl_import_value *state, *output;
    struct ncl_tensor **row; /* scanned by turns */
    size_t turns, capacity;
    int64_t limit;
};

static bool known_true(struct ncl_import *import, const struct ncl_import_value *value)
{
    if (!value->known && !value->constant) {
        ncl_import_refuse(import, "its condition depends on data: it has to be known when the model is opened");
        return false;
    }
    const struct ncl_known *known = ncl_import_elements(import, value);
    return known && known->count == 1 && ncl_known_double(known, 0) != 0;
}

static void loop_begin(struct ncl_import *import, const struct ncl_import_node *node, struct loop *loop)
{
    loop->limit = MAX_TURNS + 1;
    if (ncl_import_has(import, node, 0)) {
        const struct ncl_known *limit = ncl_import_need(import, node, 0, "the number of turns");
        loop->limit = limit && limit->count == 1 ? ncl_known_int64(limit, 0) : 0;
    }
    loop->body = ncl_import_graph_of(import, node, "body");
    loop->carried = node->input_count > 2 ? node->input_count - 2 : 0;
    if (import->status)
        return;
    if (loop->body->input_count != loop->carried + 2 || loop->body->output_count < loop->carried + 1 ||
        node->output_count > loop->body->output_count - 1) {
        ncl_import_wrong(import, "its body takes %zu inputs and gives %zu results", loop->body->input_count,
                         loop->body->output_count);
        return;
    }
    loop->scanned = loop->body->output_count - 1 - loop->carried;
    loop->state = ncl_import_values_new(import, loop->carried + 2);
    loop->output = ncl_import_values_new(import, loop->body->output_count);
    for (size_t i = 0; i < loop->carried && !import->status; i++)
        loop->state[2 + i] = *ncl_import_value(import, node, 2 + i);
}

static void loop_turn(struct ncl_import *import, struct loop *loop)
{
    const struct ncl_import_value **input = ncl_arena_array(&import->scratch, loop->carried + 2, sizeof *input);
    const struct ncl_known *number = ncl_known_scalar(&import->scratch, NCL_STORED_INT64, (double)loop->turns),
                           *yes = ncl_known_scalar(&import->scratch, NCL_STORED_BOOL, 1);
    while (loop->turns * loop->scanned + loop->scanned > loop->capacity && !import->status)
        if (!NCL_GROW(&import->scratch, loop->row, loop->capacity, loop->capacity))
            ncl_import_nomem(import);
    if (!input || !number || !yes)
        ncl_import_nomem(import);
    if (import->status)
        return;
    loop->state[0] = (struct ncl_import_value){.name = "", .element = NCL_STORED_INT64, .known = number};
    loop->state[1] = (struct ncl_import_value){.name = "", .element = NCL_STORED_BOOL, .known = yes};
    for (size_t i = 0; i < loop->carried + 2; i++)
        input[i] = &loop->state[i];
    ncl_import_inline(import, loop->body, input, loop->carried + 2, loop->output);
    for (size_t i = 0; i < loop->carried && !import->status; i++)
        loop->state[2 + i] = loop->output[1 + i];
    for (size_t i = 0; i < loop->scanned && !import->status; i++)
        loop->row[loop->turns * loop->scanned + i] =
            ncl_compose_unsqueeze(import, ncl_import_as_tensor(import, &loop->output[1 + loop->carried + i]), 0);
    loop->turns++;
}

static void loop_give(struct ncl_import *import, const struct ncl_import_node *node, struct loop *loop)
{
    struct ncl_tensor **item = ncl_arena_array(&import->scratch, loop->turns, sizeof *item);
    if (!item)
        ncl_import_nomem(import);
    for (size_t i = 0; i < loop->carried && !import->status; i++)
        ncl_import_pass(import, node, i, &loop->state[2 + i]);
    for (size_t i = 0; i < loop->scanned && !import->status; i++) {
        if (!ncl_import_wants(import, node, loop->carried + i))
            continue;
        if (loop->turns == 0)
            ncl_import_refuse(import, "a tensor without elements would result");
        for (size_t j = 0; j < loop->turns; j++)
            item[j] = loop->row[j * loop->scanned + i];
        ncl_import_give(import, node, loop->carried + i, ncl_compose_concat(import, item, loop->turns, 0));
    }
}

void ncl_onnx_loop(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct loop loop = {0};
    loop_begin(import, node, &loop);
    bool more = !import->status;
    if (more && ncl_import_has(import, node, 1))
        more = known_true(import, ncl_import_value(import, node, 1));
    while (more && !import->status && (int64_t)loop.turns < loop.limit) {
        if (loop.turns == MAX_TURNS) {
            ncl_import_refuse(import, "it makes more than %d turns", MAX_TURNS);
            return;
        }
        loop_turn(import, &loop);
        more = !import->status && known_true(import, &loop.output[0]);
    }
    if (!import->status)
        loop_give(import, node, &loop);
}

/* ---- Scan: states, then one row of each sequence at a time ---- */

static bool scan_backwards(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                           size_t index)
{
    size_t count;
    const int64_t *list = ncl_import_integers(import, node, name, &count);
    return list && index < count && list[index] == 1;
}

static int scan_axis(struct ncl_import *import, const struct ncl_import_node *node, const char *name, size_t index,
                     int rank)
{
    size_t count;
    const int64_t *list = ncl_import_integers(import, node, name, &count);
    return list && index < count ? ncl_import_axis(import, list[index], rank) : 0;
}

struct scan {
    const struct ncl_import_graph *body;
    size_t states, sequences, rows; /* rows: results of each turn */
    int64_t length;
    struct ncl_import_value *state, *output;
};

static struct ncl_tensor *scan_row(struct ncl_import *import, const struct ncl_import_node *node,
                                   const struct scan *scan, size_t sequence, int64_t turn)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, scan->states + sequence);
    const int axis = scan_axis(import, node, "scan_input_axes", sequence, x->shape.rank);
    const bool back = scan_backwards(import, node, "scan_input_directions", sequence);
    const int64_t at = back ? x->shape.extent[axis] - 1 - turn : turn;
    return ncl_compose_squeeze(import, ncl_compose_slice(import, x, axis, at, at + 1, 1), axis);
}

static void scan_begin(struct ncl_import *import, const struct ncl_import_node *node, struct scan *scan)
{
    const int64_t sequences = ncl_import_integer(import, node, "num_scan_inputs", 0);
    scan->body = ncl_import_graph_of(import, node, "body");
    if (node->version < 9)
        ncl_import_refuse(import, "its form before operator set 9 is not supported");
    if (import->status)
        return;
    if (sequences < 1 || (size_t)sequences > node->input_count || scan->body->input_count != node->input_count ||
        scan->body->output_count < node->output_count ||
        scan->body->output_count < node->input_count - (size_t)sequences) {
        ncl_import_wrong(import, "its body does not fit its operands");
        return;
    }
    scan->sequences = (size_t)sequences;
    scan->states = node->input_count - scan->sequences;
    scan->rows = scan->body->output_count - scan->states;
    const nnefcl_shape *shape = &ncl_import_value(import, node, scan->states)->shape;
    scan->length = shape->extent[scan_axis(import, node, "scan_input_axes", 0, shape->rank)];
    scan->state = ncl_import_values_new(import, node->input_count);
    scan->output = ncl_import_values_new(import, scan->body->output_count);
    if (scan->length > MAX_TURNS)
        ncl_import_refuse(import, "it makes more than %d turns", MAX_TURNS);
    for (size_t i = 0; i < scan->states && !import->status; i++)
        scan->state[i] = *ncl_import_value(import, node, i);
}

static void scan_turn(struct ncl_import *import, const struct ncl_import_node *node, struct scan *scan, int64_t turn,
                      struct ncl_tensor **row)
{
    const struct ncl_import_value **input = ncl_arena_array(&import->scratch, node->input_count, sizeof *input);
    if (!input)
        ncl_import_nomem(import);
    for (size_t i = 0; i < node->input_count && !import->status; i++) {
        if (i >= scan->states) {
            struct ncl_tensor *x = scan_row(import, node, scan, i - scan->states, turn);
            scan->state[i] = (struct ncl_import_value){
                .name = "", .element = ncl_import_value(import, node, i)->element, .shape = x->shape, .tensor = x};
        }
        input[i] = &scan->state[i];
    }
    if (import->status)
        return;
    ncl_import_inline(import, scan->body, input, node->input_count, scan->output);
    for (size_t i = 0; i < scan->states && !import->status; i++)
        scan->state[i] = scan->output[i];
    for (size_t i = 0; i < scan->rows && !import->status; i++)
        row[i] = ncl_import_as_tensor(import, &scan->output[scan->states + i]);
}

static void scan_give(struct ncl_import *import, const struct ncl_import_node *node, const struct scan *scan,
                      struct ncl_tensor **row)
{
    struct ncl_tensor **item = ncl_arena_array(&import->scratch, (size_t)scan->length, sizeof *item);
    for (size_t i = 0; i < scan->states && !import->status; i++)
        ncl_import_pass(import, node, i, &scan->state[i]);
    for (size_t i = 0; item && i < scan->rows && !import->status; i++) {
        if (!ncl_import_wants(import, node, scan->states + i))
            continue;
        const int axis = scan_axis(import, node, "scan_output_axes", i, row[i]->shape.rank + 1);
        const bool back = scan_backwards(import, node, "scan_output_directions", i);
        for (int64_t t = 0; t < scan->length; t++)
            item[back ? scan->length - 1 - t : t] =
                ncl_compose_unsqueeze(import, row[(size_t)t * scan->rows + i], axis);
        ncl_import_give(import, node, scan->states + i, ncl_compose_concat(import, item, (size_t)scan->length, axis));
    }
}

void ncl_onnx_scan(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct scan scan = {0};
    scan_begin(import, node, &scan);
    struct ncl_tensor **row =
        import->status ? NULL : ncl_arena_array(&import->scratch, (size_t)scan.length * scan.rows, sizeof *row);
    if (!row && !import->status)
        ncl_import_nomem(import);
    for (int64_t t = 0; t < scan.length && !import->status; t++)
        scan_turn(import, node, &scan, t, row + (size_t)t * scan.rows);
    if (!import->status)
        scan_give(import, node, &scan, row);
}
