/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrent layers of TensorFlow as one operator: BlockLSTM and its second version, and the cells LSTMBlockCell and
 * GRUBlockCell. Weights are those of the input and of the state, one below the other: [inputs + hidden, gates]. */
#include <string.h>

#include "import/compose_recurrent.h"
#include "import/tensorflow/tf.h"

#define MAX_STEPS 1024
enum { CELLS = 1, STATES = 6 }; /* of i, cs, f, o, ci, co, h; gates are for training, nothing gives them */

/* Blocks of `hidden` columns in the order of `place`, as rows. */
static struct ncl_tensor *blocks(struct ncl_import *import, struct ncl_tensor *x, int64_t hidden, const int *place,
                                 size_t count)
{
    static const int swap[] = {1, 0};
    struct ncl_tensor *part[4];
    for (size_t i = 0; i < count; i++)
        part[i] = ncl_compose_slice(import, x, 1, place[i] * hidden, (place[i] + 1) * hidden, 1);
    return ncl_compose_transpose(import, ncl_compose_concat(import, part, count, 1), swap);
}

static struct ncl_tensor *row_of(struct ncl_import *import, struct ncl_tensor *x)
{
    return ncl_compose_reshape(import, x, &(nnefcl_shape){2, {1, ncl_shape_volume(&x->shape)}});
}

/* Biases of gates, of which number 2, forget, has `more`. */
static struct ncl_tensor *biases(struct ncl_import *import, struct ncl_tensor *x, int64_t hidden, const int *place,
                                 size_t count, double more)
{
    struct ncl_tensor *part[4];
    x = row_of(import, x);
    for (size_t i = 0; i < count; i++) {
        part[i] = ncl_compose_slice(import, x, 1, place[i] * hidden, (place[i] + 1) * hidden, 1);
        if (i == 2 && more != 0)
            part[i] = ncl_compose_with(import, "add", part[i], more);
    }
    return ncl_compose_concat(import, part, count, 1);
}

/* Do weights of `gates` gates stand below each other for this input and state? */
static bool fits(struct ncl_import *import, const struct ncl_tensor *x, const struct ncl_tensor *state,
                 const struct ncl_tensor *weights, int64_t gates)
{
    const int rank = x->shape.rank;
    if (!import->status && (state->shape.rank != 2 || weights->shape.rank != 2 ||
                            weights->shape.extent[0] != x->shape.extent[rank - 1] + state->shape.extent[1] ||
                            weights->shape.extent[1] != gates * state->shape.extent[1]))
        ncl_import_wrong(import, "weights that do not fit the input and the state");
    return !import->status;
}

static void weights_into(struct ncl_import *import, struct ncl_recurrent *layer, struct ncl_tensor *weights,
                         const int *place, size_t count)
{
    const int64_t inputs = weights->shape.extent[0] - layer->hidden;
    layer->input_weights =
        blocks(import, ncl_compose_slice(import, weights, 0, 0, inputs, 1), layer->hidden, place, count);
    layer->state_weights = blocks(import, ncl_compose_slice(import, weights, 0, inputs, weights->shape.extent[0], 1),
                                  layer->hidden, place, count);
}

static void peepholes(struct ncl_import *import, const struct ncl_import_node *node, size_t first,
                      struct ncl_recurrent *layer)
{
    static const size_t place[] = {0, 2, 1}; /* of input, output, forget */
    for (size_t i = 0; i < 3 && ncl_import_integer(import, node, "use_peephole", 0) != 0; i++)
        layer->peephole[i] = row_of(import, ncl_tf_tensor(import, node, first + place[i]));
}

/* All steps as one tensor; of a cell, its only step. */
static void give_steps(struct ncl_import *import, const struct ncl_import_node *node, size_t index, bool cell,
                       struct ncl_tensor **row, int64_t steps)
{
    if (import->status || !ncl_import_wants(import, node, index))
        return;
    for (int64_t i = 0; i < steps && !cell; i++)
        row[i] = ncl_compose_unsqueeze(import, row[i], 0);
    ncl_tf_give(import, node, index, cell ? row[0] : ncl_compose_concat(import, row, (size_t)steps, 0));
}

/* [seq_len_max,] x, cell, state, weights, peepholes of input, forget and output, bias. */
void ncl_tf_build_block_lstm(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int first[] = {0, 3, 2, 1}, second[] = {0, 3, 1, 2}; /* i, ci, f, o and i, f, ci, o as i, o, f, ci */
    const bool cell = strcmp(node->op, "LSTMBlockCell") == 0, newer = strcmp(node->op, "BlockLSTMV2") == 0;
    const size_t at = cell ? 0 : 1;
    const int *place = newer ? second : first;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, at), *state = ncl_tf_tensor(import, node, at + 2),
                      *weights = ncl_tf_tensor(import, node, at + 3), *row[MAX_STEPS], *cells[MAX_STEPS];
    if (!import->status && x->shape.rank != (cell ? 2 : 3))
        ncl_import_wrong(import, "an input of rank %d", x->shape.rank);
    if (import->status || !fits(import, x, state, weights, 4))
        return;
    x = cell ? ncl_compose_unsqueeze(import, x, 0) : x;
    const int64_t steps = x->shape.extent[0];
    if (steps > MAX_STEPS ||
        (!cell && ncl_import_need_number(import, node, 0, "the number of steps", 0) < (double)steps))
        ncl_import_refuse(import, "%lld steps, or sequences that end before", (long long)steps);
    const double clip = ncl_import_scalar(import, node, "cell_clip", newer ? 0 : 3);
    struct ncl_recurrent layer = {.kind = NCL_RECURRENT_LSTM,
                                  .hidden = state->shape.extent[1],
                                  .state = state,
                                  .cell = ncl_tf_tensor(import, node, at + 1),
                                  .function = {{.name = "Sigmoid"}, {.name = "Tanh"}, {.name = "Tanh"}},
                                  .cell_clip = clip,
                                  .cells = cells};
    weights_into(import, &layer, weights, place, 4);
    layer.input_bias = biases(import, ncl_tf_tensor(import, node, at + 7), layer.hidden, place, 4,
                              newer ? 0 : ncl_import_scalar(import, node, "forget_bias", 1));
    peepholes(import, node, at + 4, &layer);
    if (import->status)
        return;
    ncl_compose_recurrent(import, x, &layer, row);
    give_steps(import, node, CELLS, cell, cells, steps);
    give_steps(import, node, STATES, cell, row, steps);
}

/* x, state, weights of reset and update, of the candidate, biases of both: of r, u, c, h the last. */
void ncl_tf_build_gru_cell(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int both[] = {1, 0}, one[] = {0};
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *state = ncl_tf_tensor(import, node, 1),
                      *gates = ncl_tf_tensor(import, node, 2), *candidate = ncl_tf_tensor(import, node, 3), *row[1];
    if (!import->status && x->shape.rank != 2)
        ncl_import_wrong(import, "an input of rank %d", x->shape.rank);
    if (import->status || !fits(import, x, state, gates, 2) || !fits(import, x, state, candidate, 1))
        return;
    struct ncl_recurrent layer = {.kind = NCL_RECURRENT_GRU,
                                  .hidden = state->shape.extent[1],
                                  .state = state,
                                  .function = {{.name = "Sigmoid"}, {.name = "Tanh"}}},
                         last = layer;
    weights_into(import, &layer, gates, both, 2);
    weights_into(import, &last, candidate, one, 1);
    struct ncl_tensor *input[] = {layer.input_weights, last.input_weights},
                      *of_state[] = {layer.state_weights, last.state_weights},
                      *bias[] = {biases(import, ncl_tf_tensor(import, node, 4), layer.hidden, both, 2, 0),
                                 row_of(import, ncl_tf_tensor(import, node, 5))};
    layer.input_weights = ncl_compose_concat(import, input, 2, 0);
    layer.state_weights = ncl_compose_concat(import, of_state, 2, 0);
    layer.input_bias = ncl_compose_concat(import, bias, 2, 1);
    if (import->status)
        return;
    ncl_compose_recurrent(import, ncl_compose_unsqueeze(import, x, 0), &layer, row);
    if (!import->status)
        ncl_tf_give(import, node, 3, row[0]);
}
