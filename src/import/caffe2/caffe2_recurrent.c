/* SPDX-License-Identifier: Apache-2.0 */
/* RecurrentNetwork: a net that is run for each step of its sequences, unrolled; and the units of LSTM and GRU, which
 * such nets have. Links lead from blobs of the net to rows of tensors outside: operands, or tracks, which have the
 * states of all steps behind those of the beginning. */
#include <string.h>

#include "import/caffe2/caffe2.h"

#define MAX_STEPS 4096

struct words {
    size_t count;
    const char *const *word;
};

struct track {
    const char *name;
    struct ncl_tensor **row; /* [1, batch, ...] each; NULL: not written yet */
    int64_t count;
};

struct recurrent {
    const struct ncl_import_graph *graph;
    struct words inputs, outputs; /* of the graph, by the names that links have for them */
    struct words internal, external;
    const int64_t *offset, *window; /* of links; window NULL: 1 */
    const char *timestep;
    struct track *track;
    size_t track_count;
    int64_t steps, batch;
};

static struct words words_of(struct ncl_import *import, const struct ncl_import_node *node, const char *name)
{
    struct words words;
    words.word = ncl_import_strings(import, node, name, &words.count);
    return words;
}

static size_t find_word(struct words words, const char *word)
{
    for (size_t i = 0; i < words.count; i++)
        if (strcmp(words.word[i], word) == 0)
            return i;
    return SIZE_MAX;
}

static const int64_t *numbers_for(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                  size_t wanted)
{
    size_t count;
    const int64_t *number = ncl_import_integers(import, node, name, &count);
    if (count != wanted)
        ncl_import_wrong(import, "%s has %zu numbers for %zu", name, count, wanted);
    for (size_t i = 0; i < count && !import->status; i++)
        if (number[i] < -MAX_STEPS || number[i] > MAX_STEPS)
            ncl_import_wrong(import, "%s is %lld", name, (long long)number[i]);
    return import->status ? NULL : number;
}

/* ---- tracks ---- */

static struct track *track_new(struct ncl_import *import, struct recurrent *r, const char *name, int64_t count)
{
    struct track *track = &r->track[r->track_count];
    *track = (struct track){name, NCL_NEW_ARRAY(&import->scratch, struct ncl_tensor *, (size_t)count), count};
    if (!track->row) {
        ncl_import_nomem(import);
        return NULL;
    }
    r->track_count++;
    return track;
}

static struct track *find_track(struct recurrent *r, const char *name)
{
    for (size_t i = 0; i < r->track_count; i++)
        if (strcmp(r->track[i].name, name) == 0)
            return &r->track[i];
    return NULL;
}

/* A state in front of the first step: of each sequence of the batch, or one for all; of rank 3 it has several. */
static void track_begin(struct ncl_import *import, struct recurrent *r, const char *name, struct ncl_tensor *x)
{
    const int64_t rows = x->shape.rank == 3 ? x->shape.extent[0] : 1, *e = x->shape.extent;
    const int rank = x->shape.rank;
    if (!import->status && (rank < 1 || rank > 3 || rows > MAX_STEPS || (rank > 1 && e[rank - 2] != r->batch)))
        ncl_import_wrong(import, "a first state that does not fit the batch");
    struct track *track = import->status ? NULL : track_new(import, r, name, r->steps + rows);
    if (!track)
        return;
    const nnefcl_shape row = {3, {1, rank > 1 ? r->batch : 1, e[rank - 1]}}, whole = {3, {1, r->batch, e[rank - 1]}};
    for (int64_t i = 0; i < rows && !import->status; i++) {
        struct ncl_tensor *part = rows > 1 ? ncl_compose_slice(import, x, 0, i, i + 1, 1) : x;
        track->row[i] = ncl_compose_expand(import, ncl_compose_reshape(import, part, &row), &whole);
    }
}

static void tracks_begin(struct ncl_import *import, const struct ncl_import_node *node, struct recurrent *r)
{
    const struct words states = words_of(import, node, "recurrent_states");
    const int64_t *first = numbers_for(import, node, "initial_recurrent_state_ids", states.count);
    r->track = NCL_NEW_ARRAY(&import->scratch, struct track, states.count + r->outputs.count);
    if (!r->track && !import->status)
        ncl_import_nomem(import);
    for (size_t i = 0; i < states.count && !import->status; i++)
        if (first[i] < 0)
            ncl_import_wrong(import, "operand %lld is the first state", (long long)first[i]);
        else
            track_begin(import, r, states.word[i], ncl_import_tensor(import, node, (size_t)first[i]));
}

/* ---- steps ---- */

static struct ncl_tensor *rows_of(struct ncl_import *import, const struct track *track, int64_t from, int64_t window)
{
    bool there = window > 0 && from >= 0 && from + window <= track->count;
    for (int64_t i = from; there && i < from + window; i++)
        there = track->row[i] != NULL;
    if (!there) {
        ncl_import_wrong(import, "'%.100s' is read at step %lld before it is written", track->name, (long long)from);
        return &import->nothing;
    }
    return window == 1 ? track->row[from] : ncl_compose_concat(import, track->row + from, (size_t)window, 0);
}

static struct ncl_tensor *linked(struct ncl_import *import, const struct ncl_import_node *node, struct recurrent *r,
                                 size_t link, int64_t t)
{
    const char *external = r->external.word[link];
    const int64_t from = t + r->offset[link], window = r->window ? r->window[link] : 1;
    const struct track *track = find_track(r, external);
    if (track)
        return rows_of(import, track, from, window);
    const size_t operand = find_word((struct words){node->input_count, node->input}, external);
    if (operand == SIZE_MAX) {
        ncl_import_wrong(import, "a link leads to '%.100s', which is no operand", external);
        return &import->nothing;
    }
    struct ncl_tensor *x = ncl_import_tensor(import, node, operand);
    if (!import->status && (x->shape.rank < 1 || window < 1 || from < 0 || from + window > x->shape.extent[0]))
        ncl_import_wrong(import, "step %lld of '%.100s'", (long long)from, external);
    return import->status ? &import->nothing : ncl_compose_slice(import, x, 0, from, from + window, 1);
}

static void step_input(struct ncl_import *import, const struct ncl_import_node *node, struct recurrent *r, size_t index,
                       int64_t t, struct ncl_import_value *value)
{
    const char *name = r->inputs.word[index];
    const size_t link = find_word(r->internal, name);
    if (link == SIZE_MAX && strcmp(name, r->timestep) == 0) {
        const struct ncl_known *known = ncl_known_integers(&import->scratch, &t, 1);
        if (!known)
            ncl_import_nomem(import);
        *value = (struct ncl_import_value){
            .name = "", .element = NCL_STORED_INT64, .shape = {.rank = 1, .extent = {1}}, .known = known};
        return;
    }
    if (link == SIZE_MAX) {
        ncl_import_wrong(import, "no link gives '%.100s'", name);
        return;
    }
    struct ncl_tensor *x = linked(import, node, r, link, t);
    *value = (struct ncl_import_value){.name = "", .element = NCL_STORED_FLOAT32, .shape = x->shape, .tensor = x};
}

/* A result of the net becomes the row that its link leads to. */
static void step_output(struct ncl_import *import, struct recurrent *r, size_t index, int64_t t,
                        struct ncl_import_value *value)
{
    const size_t link = find_word(r->internal, r->outputs.word[index]);
    if (link == SIZE_MAX || import->status)
        return;
    struct track *track = find_track(r, r->external.word[link]);
    if (!track && !(track = track_new(import, r, r->external.word[link], r->steps)))
        return;
    const int64_t at = t + r->offset[link];
    struct ncl_tensor *y = ncl_import_as_tensor(import, value);
    nnefcl_shape row = y->shape;
    if (!import->status && (at < 0 || at >= track->count || row.rank < 2))
        ncl_import_wrong(import, "row %lld of '%.100s'", (long long)at, track->name);
    if (import->status)
        return;
    if (row.rank == 2)
        row = (nnefcl_shape){3, {1, row.extent[0], row.extent[1]}};
    track->row[at] = ncl_compose_reshape(import, y, &row);
}

static void run_step(struct ncl_import *import, const struct ncl_import_node *node, struct recurrent *r, int64_t t)
{
    const size_t count = r->graph->input_count;
    struct ncl_import_value *value = ncl_import_values_new(import, count),
                            *output = ncl_import_values_new(import, r->graph->output_count);
    const struct ncl_import_value **input = ncl_arena_array(&import->scratch, count + 1, sizeof *input);
    if (!input)
        ncl_import_nomem(import);
    for (size_t i = 0; i < count && !import->status; i++) {
        step_input(import, node, r, i, t, &value[i]);
        input[i] = &value[i];
    }
    if (!import->status)
        ncl_import_inline(import, r->graph, input, count, output);
    for (size_t i = 0; i < r->graph->output_count && !import->status; i++)
        step_output(import, r, i, t, &output[i]);
}

/* ---- the operator ---- */

static bool read_recurrent(struct ncl_import *import, const struct ncl_import_node *node, struct recurrent *r)
{
    const struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    *r = (struct recurrent){.graph = ncl_import_graph_of(import, node, "step_net"),
                            .inputs = words_of(import, node, "step_inputs"),
                            .outputs = words_of(import, node, "step_outputs"),
                            .internal = words_of(import, node, "link_internal"),
                            .external = words_of(import, node, "link_external"),
                            .timestep = ncl_import_string(import, node, "timestep", "timestep")};
    r->offset = numbers_for(import, node, "link_offset", r->internal.count);
    if (ncl_import_attribute(node, "link_window"))
        r->window = numbers_for(import, node, "link_window", r->internal.count);
    if (!import->status && (r->external.count != r->internal.count || x->shape.rank < 2 ||
                            r->inputs.count != r->graph->input_count || r->outputs.count != r->graph->output_count))
        ncl_import_wrong(import, "links or a sequence that do not fit each other");
    if (!import->status && x->shape.extent[0] > MAX_STEPS)
        ncl_import_refuse(import, "%lld steps, at most %d are supported", (long long)x->shape.extent[0], MAX_STEPS);
    if (import->status)
        return false;
    r->steps = x->shape.extent[0];
    r->batch = x->shape.extent[1];
    tracks_begin(import, node, r);
    return !import->status;
}

/* Results are tracks from an offset on; a negative one counts from the end. The last one, workspaces of steps, is none.
 */
static void give_alias(struct ncl_import *import, const struct ncl_import_node *node, struct recurrent *r, size_t index)
{
    const struct words source = words_of(import, node, "alias_src"), target = words_of(import, node, "alias_dst");
    const int64_t *offset = numbers_for(import, node, "alias_offset", source.count);
    const size_t alias = find_word(target, node->output[index]);
    if (alias >= source.count || import->status)
        return;
    const struct track *track = find_track(r, source.word[alias]);
    if (!track) {
        ncl_import_refuse(import, "result %zu is no state", index);
        return;
    }
    const int64_t from = offset[alias] < 0 ? track->count + offset[alias] : offset[alias];
    struct ncl_tensor *y = rows_of(import, track, from, track->count - from);
    if (!import->status)
        ncl_import_give(import, node, index, y);
}

void ncl_caffe2_build_recurrent(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct recurrent r;
    if (!read_recurrent(import, node, &r))
        return;
    for (int64_t t = 0; t < r.steps && !import->status; t++)
        run_step(import, node, &r, t);
    for (size_t i = 0; i < node->output_count && !import->status; i++)
        if (ncl_import_wants(import, node, i))
            give_alias(import, node, &r, i);
}

/* ---- units ---- */

/* Is the step within each sequence? NULL: they have no lengths. Operands end with the lengths, if any, and the step. */
static struct ncl_tensor *within(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    if (ncl_import_integer(import, node, "sequence_lengths", 1) == 0)
        return NULL;
    const struct ncl_known *step = ncl_import_need(import, node, index + 1, "the step");
    struct ncl_tensor *lengths = ncl_import_number(import, node, index);
    if (!step || import->status)
        return NULL;
    const nnefcl_shape shape = {3, {1, ncl_shape_volume(&lengths->shape), 1}};
    return ncl_compose_with(import, "gt", ncl_compose_reshape(import, lengths, &shape),
                            step->count ? ncl_known_double(step, 0) : 0);
}

/* Behind its end a sequence keeps its state, or loses it. */
static struct ncl_tensor *masked(struct ncl_import *import, const struct ncl_import_node *node,
                                 struct ncl_tensor *inside, struct ncl_tensor *new, struct ncl_tensor *old)
{
    const bool drop = ncl_import_integer(import, node, "drop_states", 0) != 0;
    return inside ? ncl_compose_select(import, inside, new, drop ? ncl_compose_number(import, 0) : old) : new;
}

static bool split_gates(struct ncl_import *import, struct ncl_tensor *gates, const struct ncl_tensor *state,
                        size_t count, struct ncl_tensor **gate)
{
    const int last = gates->shape.rank - 1;
    const int64_t hidden = state->shape.rank ? state->shape.extent[state->shape.rank - 1] : 0,
                  part[] = {hidden, hidden, hidden, hidden};
    if (!import->status && (last < 1 || hidden < 1 || gates->shape.extent[last] != (int64_t)count * hidden))
        ncl_import_wrong(import, "gates that do not fit the state");
    if (!import->status)
        ncl_compose_split(import, gates, last, part, count, gate);
    return !import->status;
}

/* State, cell, gates (input, forget, output, cell), lengths, step: c = f c + i g, h = o tanh(c). */
void ncl_caffe2_build_lstm_unit(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *state = ncl_import_tensor(import, node, 0), *old = ncl_import_tensor(import, node, 1), *gate[4],
                      *inside = within(import, node, 3);
    if (!split_gates(import, ncl_import_tensor(import, node, 2), old, 4, gate))
        return;
    const double bias = ncl_import_scalar(import, node, "forget_bias", 0);
    if (bias != 0)
        gate[1] = ncl_compose_with(import, "add", gate[1], bias);
    for (size_t i = 0; i < 4; i++)
        gate[i] = ncl_compose_unary(import, i == 3 ? "tanh" : "sigmoid", gate[i]);
    struct ncl_tensor *cell = ncl_compose_binary(import, "add", ncl_compose_binary(import, "mul", gate[1], old),
                                                 ncl_compose_binary(import, "mul", gate[0], gate[3])),
                      *output = ncl_compose_binary(import, "mul", gate[2], ncl_compose_unary(import, "tanh", cell));
    ncl_import_give(import, node, 0, masked(import, node, inside, output, state));
    ncl_import_give(import, node, 1, masked(import, node, inside, cell, old));
}

/* State, gates (reset, which the net has used, update, candidate), lengths, step: u h + (1 - u) tanh(c). */
void ncl_caffe2_build_gru_unit(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *state = ncl_import_tensor(import, node, 0), *gate[3], *inside = within(import, node, 2);
    if (!split_gates(import, ncl_import_tensor(import, node, 1), state, 3, gate))
        return;
    struct ncl_tensor *update = ncl_compose_unary(import, "sigmoid", gate[1]),
                      *rest = ncl_compose_binary(import, "sub", ncl_compose_number(import, 1), update),
                      *candidate = ncl_compose_unary(import, "tanh", gate[2]);
    struct ncl_tensor *output = ncl_compose_binary(import, "add", ncl_compose_binary(import, "mul", state, update),
                                                   ncl_compose_binary(import, "mul", candidate, rest));
    ncl_import_give(import, node, 0, masked(import, node, inside, output, state));
}
