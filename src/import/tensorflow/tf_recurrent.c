/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrent layers of Lite as one operator: UNIDIRECTIONAL_SEQUENCE_LSTM and _RNN, BIDIRECTIONAL_SEQUENCE_LSTM and
 * _RNN, LSTM, RNN and SVDF of one step. States are variables of the file, which begin with zeros in each run. */
#include <string.h>

#include "import/compose_recurrent.h"
#include "import/tensorflow/tf.h"
#include "import/tensorflow/tf_recurrent.h"

#define MAX_STEPS 4096

/* Where the gate stands that compose_recurrent.h has as number i: input, output, forget, cell. */
static const size_t gate_place[] = {0, 3, 1, 2};

/* The input gate of what couples the two is 1 - forget: the sigmoid of what forget has, negated. (So is what is
 * normalized, if the factors behind that are those of forget.) */
static struct ncl_tensor *gate_of(struct ncl_import *import, const struct ncl_import_node *node, size_t first,
                                  size_t place)
{
    if (place > 0 || ncl_import_has(import, node, first))
        return ncl_tf_tensor(import, node, first + place);
    return ncl_compose_unary(import, "neg", ncl_tf_tensor(import, node, first + 1));
}

struct ncl_tensor *ncl_tf_as_row(struct ncl_import *import, struct ncl_tensor *x)
{
    const nnefcl_shape row = {.rank = 2, .extent = {1, ncl_shape_volume(&x->shape)}};
    return ncl_compose_reshape(import, x, &row);
}

static struct ncl_tensor *weights_of(struct ncl_import *import, const struct ncl_import_node *node, size_t first)
{
    struct ncl_tensor *gate[4];
    for (size_t i = 0; i < 4; i++)
        gate[i] = gate_of(import, node, first, gate_place[i]);
    return ncl_compose_concat(import, gate, 4, 0);
}

static void read_biases(struct ncl_import *import, const struct ncl_import_node *node, size_t first,
                        struct ncl_tensor *bias[4])
{
    for (size_t i = 0; i < 4; i++)
        bias[i] = ncl_tf_as_row(import, gate_of(import, node, first, gate_place[i]));
}

struct ncl_tensor *ncl_tf_zeros(struct ncl_import *import, int64_t batch, int64_t hidden)
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

/* ---- layers of one direction ---- */

static bool is_two(const struct ncl_import_node *node)
{
    return strncmp(node->op, "BI", 2) == 0;
}

static void read_peepholes(struct ncl_import *import, const struct ncl_import_node *node, size_t base,
                           struct ncl_recurrent *layer)
{
    static const size_t place[] = {0, 2, 1};
    const bool any = ncl_import_has(import, node, base + NCL_LSTM_PEEPHOLES + 2);
    for (size_t i = 0; i < 3 && any; i++)
        layer->peephole[i] = ncl_tf_as_row(import, gate_of(import, node, base + NCL_LSTM_PEEPHOLES, place[i]));
}

/* Biases are added behind the normalization, where there is one. */
static void read_norms(struct ncl_import *import, const struct ncl_import_node *node, size_t base,
                       struct ncl_recurrent *layer)
{
    struct ncl_tensor *bias[4];
    read_biases(import, node, base + NCL_LSTM_BIASES, bias);
    if (is_two(node) || !ncl_import_has(import, node, NCL_LSTM_NORM + 1)) {
        layer->input_bias = ncl_compose_concat(import, bias, 4, 1);
        return;
    }
    memcpy(layer->norm_bias, bias, sizeof bias);
    for (size_t i = 0; i < 4; i++) {
        const bool own = gate_place[i] > 0 || ncl_import_has(import, node, NCL_LSTM_NORM);
        layer->norm[i] = ncl_tf_as_row(import, ncl_tf_tensor(import, node, NCL_LSTM_NORM + (own ? gate_place[i] : 1)));
    }
}

static void read_projection(struct ncl_import *import, const struct ncl_import_node *node, size_t base,
                            struct ncl_recurrent *layer)
{
    if (!ncl_import_has(import, node, base + NCL_LSTM_PROJECTION))
        return;
    layer->projection = ncl_tf_tensor(import, node, base + NCL_LSTM_PROJECTION);
    layer->projection_clip = ncl_import_scalar(import, node, "projection_clip", 0);
    if (ncl_import_has(import, node, base + NCL_LSTM_PROJECTION + 1))
        layer->projection_bias = ncl_tf_as_row(import, ncl_tf_tensor(import, node, base + NCL_LSTM_PROJECTION + 1));
}

static struct ncl_recurrent lstm_of(struct ncl_import *import, const struct ncl_import_node *node, size_t base)
{
    if (is_two(node) && ncl_import_has(import, node, NCL_LSTM_OTHER_INPUT))
        ncl_import_refuse(import, "an input of its own for the other direction");
    struct ncl_recurrent layer = {.kind = NCL_RECURRENT_LSTM,
                                  .input_weights = weights_of(import, node, base + NCL_LSTM_INPUT_WEIGHTS),
                                  .state_weights = weights_of(import, node, base + NCL_LSTM_STATE_WEIGHTS),
                                  .cell_clip = ncl_import_scalar(import, node, "cell_clip", 0)};
    layer.hidden = layer.state_weights->shape.extent[0] / 4;
    layer.function[0] = (struct ncl_recurrent_function){.name = "Sigmoid"};
    layer.function[1] = layer.function[2] = function_of(import, ncl_import_integer(import, node, "function", 4));
    read_peepholes(import, node, base, &layer);
    read_norms(import, node, base, &layer);
    read_projection(import, node, base, &layer);
    return layer;
}

/* Operands from `base` on: weights, state weights, bias. */
static struct ncl_recurrent rnn_of(struct ncl_import *import, const struct ncl_import_node *node, size_t base)
{
    struct ncl_tensor *bias = ncl_tf_as_row(import, ncl_tf_tensor(import, node, base + 2));
    struct ncl_recurrent layer = {.kind = NCL_RECURRENT_PLAIN,
                                  .hidden = bias->shape.extent[1],
                                  .input_weights = ncl_tf_tensor(import, node, base),
                                  .state_weights = ncl_tf_tensor(import, node, base + 1),
                                  .input_bias = bias};
    layer.function[0] = function_of(import, ncl_import_integer(import, node, "function", 4));
    return layer;
}

/* ---- sequences ---- */

/* x, [batch, steps, input] unless time_major, as [steps, batch, input]; NULL after an error. */
static struct ncl_tensor *steps_first(struct ncl_import *import, const struct ncl_import_node *node,
                                      struct ncl_tensor *x)
{
    static const int swap[] = {1, 0, 2};
    if (!import->status && x->shape.rank != 3)
        ncl_import_wrong(import, "an input of rank %d", x->shape.rank);
    if (import->status)
        return NULL;
    x = ncl_import_integer(import, node, "time_major", 0) != 0 ? x : ncl_compose_transpose(import, x, swap);
    if (x->shape.extent[0] <= MAX_STEPS)
        return x;
    ncl_import_refuse(import, "%lld steps, at most %d are supported", (long long)x->shape.extent[0], MAX_STEPS);
    return NULL;
}

/* Rows of all steps in the order that the input has; NULL after an error. */
static struct ncl_tensor *in_order(struct ncl_import *import, const struct ncl_import_node *node,
                                   struct ncl_tensor **row, int64_t steps)
{
    const int axis = ncl_import_integer(import, node, "time_major", 0) != 0 ? 0 : 1;
    for (int64_t i = 0; i < steps && !import->status; i++)
        row[i] = ncl_compose_unsqueeze(import, row[i], axis);
    return import->status ? NULL : ncl_compose_concat(import, row, (size_t)steps, axis);
}

static struct ncl_tensor *run_layer(struct ncl_import *import, const struct ncl_import_node *node,
                                    struct ncl_recurrent *layer)
{
    struct ncl_tensor *x = steps_first(import, node, ncl_tf_tensor(import, node, NCL_LSTM_INPUT)), *row[MAX_STEPS];
    if (x && layer->state_weights->shape.rank != 2)
        ncl_import_wrong(import, "operands of other ranks");
    if (import->status)
        return NULL;
    layer->state = ncl_tf_zeros(import, x->shape.extent[1], layer->state_weights->shape.extent[1]);
    layer->cell = layer->kind == NCL_RECURRENT_LSTM ? ncl_tf_zeros(import, x->shape.extent[1], layer->hidden) : NULL;
    ncl_compose_recurrent(import, x, layer, row);
    return in_order(import, node, row, x->shape.extent[0]);
}

/* Results are whole numbers as they come. */
static void give_whole(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    const struct ncl_tf_detail *detail = node->detail;
    if (y)
        ncl_import_give_number(import, node, 0, y, detail->element[node->input_count]);
}

static void run_whole(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = steps_first(import, node, ncl_tf_steps(import, node, NCL_LSTM_INPUT)), *row[MAX_STEPS];
    if (!x)
        return;
    ncl_tf_whole_lstm(import, node, x, row);
    give_whole(import, node, in_order(import, node, row, x->shape.extent[0]));
}

static void give_one(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_recurrent layer)
{
    struct ncl_tensor *y = import->status ? NULL : run_layer(import, node, &layer);
    if (y)
        ncl_tf_give(import, node, 0, y);
}

/* Two results, or one behind the other in the last axis. */
static void give_both(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_recurrent forwards,
                      struct ncl_recurrent backwards)
{
    backwards.backwards = true;
    struct ncl_tensor *y[2] = {import->status ? NULL : run_layer(import, node, &forwards),
                               import->status ? NULL : run_layer(import, node, &backwards)};
    if (!y[0] || !y[1])
        return;
    if (ncl_import_integer(import, node, "merge_outputs", 0) != 0) {
        ncl_tf_give(import, node, 0, ncl_compose_concat(import, y, 2, 2));
        return;
    }
    ncl_tf_give(import, node, 0, y[0]);
    ncl_tf_give(import, node, 1, y[1]);
}

void ncl_tf_build_lstm(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_tf_is_quantized(node))
        run_whole(import, node);
    else
        give_one(import, node, lstm_of(import, node, 0));
}

void ncl_tf_build_two_lstm(struct ncl_import *import, const struct ncl_import_node *node)
{
    give_both(import, node, lstm_of(import, node, 0), lstm_of(import, node, NCL_LSTM_BACK));
}

/* input, weights, state weights, bias, state */
void ncl_tf_build_rnn(struct ncl_import *import, const struct ncl_import_node *node)
{
    give_one(import, node, rnn_of(import, node, 1));
}

/* The same of the other direction behind them, and perhaps an input of its own. */
void ncl_tf_build_two_rnn(struct ncl_import *import, const struct ncl_import_node *node)
{
    if (ncl_import_has(import, node, 9))
        ncl_import_refuse(import, "an input of its own for the other direction");
    give_both(import, node, rnn_of(import, node, 1), rnn_of(import, node, 5));
}

/* ---- one step ---- */

/* Operands of the basic LSTM: input, state, weights of both, bias, cell. Gates stand in the order input, cell, forget,
 * output. */
static struct ncl_recurrent basic_lstm(struct ncl_import *import, const struct ncl_import_node *node, int64_t inputs)
{
    static const unsigned char order[] = {0, 3, 2, 1};
    struct ncl_tensor *weights = ncl_tf_tensor(import, node, 2),
                      *bias = ncl_tf_as_row(import, ncl_tf_tensor(import, node, 3));
    struct ncl_recurrent layer = {.kind = NCL_RECURRENT_LSTM,
                                  .hidden = bias->shape.extent[1] / 4,
                                  .input_bias = bias,
                                  .state = ncl_tf_tensor(import, node, 1),
                                  .cell = ncl_tf_tensor(import, node, 4),
                                  .order = order,
                                  .function = {{.name = "Sigmoid"}},
                                  .cell_clip = ncl_import_scalar(import, node, "cell_clip", 0)};
    layer.function[1] = layer.function[2] = function_of(import, ncl_import_integer(import, node, "function", 4));
    if (!import->status && (weights->shape.rank != 2 || weights->shape.extent[0] != bias->shape.extent[1] ||
                            weights->shape.extent[1] <= inputs || bias->shape.extent[1] % 4))
        ncl_import_wrong(import, "weights that do not fit the input");
    if (import->status)
        return layer;
    layer.input_weights = ncl_compose_slice(import, weights, 1, 0, inputs, 1);
    layer.state_weights = ncl_compose_slice(import, weights, 1, inputs, weights->shape.extent[1], 1);
    return layer;
}

/* LSTM of one step: results are the output and, of the basic one, the cell. The other begins with zeros. */
void ncl_tf_build_lstm_step(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, NCL_LSTM_INPUT), *y = NULL;
    const bool basic = ncl_import_integer(import, node, "basic", 0) != 0;
    if (x->shape.rank != 2 && !import->status)
        ncl_import_wrong(import, "an input of rank %d", x->shape.rank);
    if (!basic && ncl_tf_is_quantized(node) && !import->status) {
        ncl_tf_whole_lstm(import, node, ncl_compose_unsqueeze(import, ncl_tf_steps(import, node, NCL_LSTM_INPUT), 0),
                          &y);
        give_whole(import, node, import->status ? NULL : y);
        return;
    }
    struct ncl_recurrent layer =
        basic ? basic_lstm(import, node, x->shape.extent[x->shape.rank - 1]) : lstm_of(import, node, 0);
    if (import->status)
        return;
    if (!basic) {
        layer.state = ncl_tf_zeros(import, x->shape.extent[0], layer.state_weights->shape.extent[1]);
        layer.cell = ncl_tf_zeros(import, x->shape.extent[0], layer.hidden);
    }
    ncl_compose_recurrent(import, ncl_compose_unsqueeze(import, x, 0), &layer, &y);
    if (import->status)
        return;
    ncl_tf_give(import, node, 0, y);
    if (basic && ncl_import_wants(import, node, 1))
        ncl_tf_give(import, node, 1, layer.cell);
}

static struct ncl_tensor *products(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *weights,
                                   struct ncl_tensor *bias)
{
    return NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(weights)},
                       {"bias", bias ? ncl_value_tensor(bias) : ncl_value_scalar(0)});
}

/* Of a state of zeros. */
void ncl_tf_build_rnn_step(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_recurrent layer = rnn_of(import, node, 1);
    ncl_tf_give(import, node, 0,
                products(import, ncl_tf_tensor(import, node, NCL_LSTM_INPUT), layer.input_weights, layer.input_bias));
}

/* Filters over features, then over the last steps; of those all but the newest are zeros. `rank` filters make a unit:
 * operands are input, features [filters, inputs], times [filters, steps], bias. */
void ncl_tf_build_svdf(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int axis = 2;
    struct ncl_tensor *times = ncl_tf_tensor(import, node, 2),
                      *y = products(import, ncl_tf_tensor(import, node, NCL_LSTM_INPUT), ncl_tf_tensor(import, node, 1),
                                    NULL);
    const int64_t rank = ncl_import_integer(import, node, "rank", 1);
    if (!import->status && (times->shape.rank != 2 || rank < 1 || y->shape.extent[1] % rank ||
                            times->shape.extent[0] != y->shape.extent[1]))
        ncl_import_wrong(import, "filters that do not fit each other");
    if (import->status)
        return;
    const int64_t last = times->shape.extent[1] - 1, filters = y->shape.extent[1];
    const nnefcl_shape row = {2, {1, filters}}, units = {3, {y->shape.extent[0], filters / rank, rank}};
    struct ncl_tensor *newest = ncl_compose_slice(import, times, 1, last, last + 1, 1);
    y = ncl_compose_binary(import, "mul", y, ncl_compose_reshape(import, newest, &row));
    y = ncl_compose_reduce(import, "sum_reduce", ncl_compose_reshape(import, y, &units), &axis, 1, false);
    ncl_tf_give(import, node, 0,
                ncl_import_has(import, node, 3) ? ncl_compose_binary(import, "add", y, ncl_tf_tensor(import, node, 3))
                                                : y);
}
