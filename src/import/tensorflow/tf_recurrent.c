/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrent layers of Lite as one operator: UNIDIRECTIONAL_SEQUENCE_LSTM and _RNN. */
#include <string.h>

#include "import/compose_recurrent.h"
#include "import/tensorflow/tf.h"

#define MAX_STEPS 4096

/* Operands of the LSTM. Gates stand in the order input, forget, cell, output. */
enum {
    INPUT,
    INPUT_WEIGHTS,
    STATE_WEIGHTS = 5,
    PEEPHOLES = 9, /* of input, forget, output */
    BIASES = 12,
    PROJECTION = 16,
    STATE = 18,
    CELL = 19,
    LAYER_NORM = 20
};

/* Where the gate stands that compose_recurrent.h has as number i: input, output, forget, cell. */
static const size_t gate_place[] = {0, 3, 1, 2};

static struct ncl_tensor *gates_of(struct ncl_import *import, const struct ncl_import_node *node, size_t first)
{
    struct ncl_tensor *gate[4];
    for (size_t i = 0; i < 4; i++) {
        gate[i] = ncl_tf_tensor(import, node, first + gate_place[i]);
        const nnefcl_shape row = {.rank = 2, .extent = {1, ncl_shape_volume(&gate[i]->shape)}};
        if (gate[i]->shape.rank == 1)
            gate[i] = ncl_compose_reshape(import, gate[i], &row);
    }
    return ncl_compose_concat(import, gate, 4, gate[0]->shape.extent[0] == 1 && first == BIASES ? 1 : 0);
}

/* Variables of the file: they begin with zeros. */
static struct ncl_tensor *zeros_of(struct ncl_import *import, int64_t batch, int64_t hidden)
{
    const nnefcl_shape shape = {.rank = 2, .extent = {batch, hidden}};
    const struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!known)
        ncl_import_nomem(import);
    return known ? ncl_import_constant(import, known) : &import->nothing;
}

static struct ncl_recurrent_function function_of(struct ncl_import *import, int64_t activation)
{
    static const char *const names[] = {[1] = "Relu", [4] = "Tanh"};
    const bool known = activation >= 0 && (size_t)activation < sizeof names / sizeof *names && names[activation];
    if (!known)
        ncl_import_refuse(import, "activation number %lld", (long long)activation);
    return (struct ncl_recurrent_function){.name = known ? names[activation] : "Tanh"};
}

static void lstm_check(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (!ncl_import_has(import, node, INPUT_WEIGHTS))
        ncl_import_refuse(import, "input and forget gates that are coupled");
    if (ncl_import_has(import, node, PROJECTION) || ncl_import_has(import, node, LAYER_NORM))
        ncl_import_refuse(import, "a projection, or normalized gates");
    if (ncl_import_scalar(import, node, "cell_clip", 0) > 0)
        ncl_import_refuse(import, "a clipped cell");
}

static void read_peepholes(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_recurrent *layer)
{
    static const size_t place[] = {0, 2, 1};
    const nnefcl_shape row = {.rank = 2, .extent = {1, layer->hidden}};
    for (size_t i = 0; i < 3; i++)
        if (ncl_import_has(import, node, PEEPHOLES + place[i]))
            layer->peephole[i] = ncl_compose_reshape(import, ncl_tf_tensor(import, node, PEEPHOLES + place[i]), &row);
}

/* [batch, steps, input] unless time_major; rows of states become the result. */
static void run_layer(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_recurrent *layer)
{
    static const int swap[] = {1, 0, 2};
    struct ncl_tensor *x = ncl_tf_tensor(import, node, INPUT), *row[MAX_STEPS];
    const bool time_major = ncl_import_integer(import, node, "time_major", 0) != 0;
    if (!import->status && (x->shape.rank != 3 || layer->state_weights->shape.rank != 2))
        ncl_import_wrong(import, "operands of other ranks");
    if (import->status)
        return;
    x = time_major ? x : ncl_compose_transpose(import, x, swap);
    const int64_t steps = x->shape.extent[0];
    if (steps > MAX_STEPS) {
        ncl_import_refuse(import, "%lld steps, at most %d are supported", (long long)steps, MAX_STEPS);
        return;
    }
    layer->state = zeros_of(import, x->shape.extent[1], layer->hidden);
    layer->cell = layer->kind == NCL_RECURRENT_LSTM ? zeros_of(import, x->shape.extent[1], layer->hidden) : NULL;
    ncl_compose_recurrent(import, x, layer, row);
    for (int64_t i = 0; i < steps && !import->status; i++)
        row[i] = ncl_compose_unsqueeze(import, row[i], time_major ? 0 : 1);
    if (!import->status)
        ncl_tf_give(import, node, 0, ncl_compose_concat(import, row, (size_t)steps, time_major ? 0 : 1));
}

void ncl_tf_build_lstm(struct ncl_import *import, const struct ncl_import_node *node)
{
    lstm_check(import, node);
    if (import->status)
        return;
    struct ncl_recurrent layer = {.kind = NCL_RECURRENT_LSTM,
                                  .input_weights = gates_of(import, node, INPUT_WEIGHTS),
                                  .state_weights = gates_of(import, node, STATE_WEIGHTS),
                                  .input_bias = gates_of(import, node, BIASES)};
    layer.hidden = layer.state_weights->shape.extent[0] / 4;
    layer.function[0] = (struct ncl_recurrent_function){.name = "Sigmoid"};
    layer.function[1] = layer.function[2] = function_of(import, ncl_import_integer(import, node, "function", 4));
    read_peepholes(import, node, &layer);
    run_layer(import, node, &layer);
}

/* input, weights, state weights, bias, state */
void ncl_tf_build_rnn(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *bias = ncl_tf_tensor(import, node, 3);
    const nnefcl_shape row = {.rank = 2, .extent = {1, ncl_shape_volume(&bias->shape)}};
    struct ncl_recurrent layer = {.kind = NCL_RECURRENT_PLAIN,
                                  .hidden = row.extent[1],
                                  .input_weights = ncl_tf_tensor(import, node, 1),
                                  .state_weights = ncl_tf_tensor(import, node, 2),
                                  .input_bias = ncl_compose_reshape(import, bias, &row)};
    layer.function[0] = function_of(import, ncl_import_integer(import, node, "function", 4));
    if (!import->status)
        run_layer(import, node, &layer);
}
