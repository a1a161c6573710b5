/* SPDX-License-Identifier: Apache-2.0 */
/* LSTM and RNN. Operands are x [steps, batch, ...], cont [steps, batch], which is 0 where a sequence begins, and
 * perhaps what goes into all steps [batch, ...]. Weights: of x, a bias, of what goes into all steps, of the state; the
 * RNN has those of its output and their bias behind them. */
#include <string.h>

#include "import/caffe/caffe.h"

#define MAX_STEPS 4096

struct layer {
    struct ncl_tensor *product;       /* of x, [steps batch, gates hidden], with the bias and what all steps get */
    struct ncl_tensor *begins;        /* cont as [steps, batch, 1] */
    struct ncl_tensor *state_weights; /* [gates hidden, hidden] */
    struct ncl_tensor *state, *cell;  /* [batch, hidden] */
    struct ncl_tensor *output, *bias; /* RNN */
    int64_t steps, batch, hidden;
};

static struct ncl_tensor *linear(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *weights,
                                 struct ncl_tensor *bias)
{
    const nnefcl_shape row = {.rank = 2, .extent = {1, bias ? ncl_shape_volume(&bias->shape) : 1}};
    return NCL_COMPOSE(
        import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(weights)},
        {"bias", bias ? ncl_value_tensor(ncl_compose_reshape(import, bias, &row)) : ncl_value_scalar(0)});
}

/* The axes from `axis` on as one. */
static struct ncl_tensor *flat(struct ncl_import *import, struct ncl_tensor *x, int axis)
{
    const nnefcl_shape shape = {
        .rank = 2, .extent = {ncl_shape_span(&x->shape, 0, axis), ncl_shape_span(&x->shape, axis, x->shape.rank)}};
    return ncl_compose_reshape(import, x, &shape);
}

static struct ncl_tensor *weight(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    return ncl_import_tensor(import, node, ncl_caffe_blob(node, index));
}

static bool read_layer(struct ncl_import *import, const struct ncl_import_node *node, struct layer *layer)
{
    const Caffe__Layer *from = ncl_caffe_layer(node);
    const bool lasting = from->n_bottom == 3, lstm = strcmp(node->op, "LSTM") == 0;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *cont = ncl_import_tensor(import, node, 1);
    if (from->recurrent_param && from->recurrent_param->expose_hidden)
        ncl_import_refuse(import, "states that are given and taken (expose_hidden)");
    else if (!import->status &&
             (x->shape.rank < 2 || ncl_shape_volume(&cont->shape) != ncl_shape_span(&x->shape, 0, 2)))
        ncl_import_wrong(import, "operands that do not fit each other");
    if (import->status)
        return false;
    layer->steps = x->shape.extent[0];
    layer->batch = x->shape.extent[1];
    layer->state_weights = weight(import, node, lasting ? 3 : 2);
    if (!import->status && layer->state_weights->shape.rank != 2)
        ncl_import_wrong(import, "weights of the state of rank %d", layer->state_weights->shape.rank);
    if (import->status)
        return false;
    layer->hidden = layer->state_weights->shape.extent[1];
    layer->product = linear(import, flat(import, x, 2), weight(import, node, 0), weight(import, node, 1));
    const int64_t wide = (lstm ? 4 : 1) * layer->hidden;
    const nnefcl_shape rows = {.rank = 3, .extent = {layer->steps, layer->batch, wide}},
                       begins = {.rank = 3, .extent = {layer->steps, layer->batch, 1}};
    if (!import->status && (layer->product->shape.extent[1] != wide || layer->steps > MAX_STEPS))
        ncl_import_refuse(import, "weights for another layer, or more than %d steps", MAX_STEPS);
    if (import->status)
        return false;
    layer->product = ncl_compose_reshape(import, layer->product, &rows);
    layer->begins = ncl_compose_reshape(import, cont, &begins);
    if (lasting) {
        struct ncl_tensor *all =
            linear(import, flat(import, ncl_import_tensor(import, node, 2), 1), weight(import, node, 2), NULL);
        layer->product = ncl_compose_binary(import, "add", layer->product, all);
    }
    if (!lstm) {
        layer->output = weight(import, node, lasting ? 4 : 3);
        layer->bias = weight(import, node, lasting ? 5 : 4);
    }
    return !import->status;
}

static struct ncl_tensor *step_of(struct ncl_import *import, struct ncl_tensor *x, int64_t t)
{
    return ncl_compose_squeeze(import, ncl_compose_slice(import, x, 0, t, t + 1, 1), 0);
}

/* x + W (cont h), the state of the step before; at the begin there is none. */
static struct ncl_tensor *gates(struct ncl_import *import, struct layer *layer, int64_t t, struct ncl_tensor *cont)
{
    struct ncl_tensor *x = step_of(import, layer->product, t);
    if (!layer->state)
        return x;
    struct ncl_tensor *state = ncl_compose_binary(import, "mul", cont, layer->state);
    return ncl_compose_binary(import, "add", x, linear(import, state, layer->state_weights, NULL));
}

/* c = cont sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c); the gates stand as i, f, o, g. */
static void lstm_step(struct ncl_import *import, struct layer *layer, struct ncl_tensor *x, struct ncl_tensor *cont)
{
    const int64_t part[] = {layer->hidden, layer->hidden, layer->hidden, layer->hidden};
    struct ncl_tensor *gate[4];
    ncl_compose_split(import, x, 1, part, 4, gate);
    for (int i = 0; i < 4 && !import->status; i++)
        gate[i] = ncl_compose_unary(import, i == 3 ? "tanh" : "sigmoid", gate[i]);
    if (import->status)
        return;
    struct ncl_tensor *cell = ncl_compose_binary(import, "mul", gate[0], gate[3]);
    if (layer->cell) {
        struct ncl_tensor *kept = ncl_compose_binary(import, "mul", gate[1], layer->cell);
        cell = ncl_compose_binary(import, "add", ncl_compose_binary(import, "mul", cont, kept), cell);
    }
    layer->cell = cell;
    layer->state = ncl_compose_binary(import, "mul", gate[2], ncl_compose_unary(import, "tanh", cell));
}

void ncl_caffe_build_recurrent(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct layer layer = {0};
    struct ncl_tensor *row[MAX_STEPS];
    const bool lstm = strcmp(node->op, "LSTM") == 0;
    if (!read_layer(import, node, &layer))
        return;
    for (int64_t t = 0; t < layer.steps && !import->status; t++) {
        struct ncl_tensor *cont = step_of(import, layer.begins, t), *x = gates(import, &layer, t, cont);
        if (lstm)
            lstm_step(import, &layer, x, cont);
        else
            layer.state = ncl_compose_unary(import, "tanh", x);
        row[t] = lstm ? layer.state
                      : ncl_compose_unary(import, "tanh", linear(import, layer.state, layer.output, layer.bias));
        row[t] = ncl_compose_unsqueeze(import, row[t], 0);
    }
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_concat(import, row, (size_t)layer.steps, 0));
}
