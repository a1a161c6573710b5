/* SPDX-License-Identifier: Apache-2.0 */
/* LSTM and RNN. Operands are x [steps, batch, ...], cont [steps, batch], which is 0 where a sequence begins, and
 * perhaps what goes into all steps [batch, ...]. Weights: of x, a bias, of what goes into all steps, of the state; the
 * RNN has those of its output and their bias behind them. */
#include <string.h>

#include "import/caffe/caffe.h"
#include "import/compose_recurrent.h"

#define MAX_STEPS 4096

static struct ncl_tensor *linear(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *weights,
                                 struct ncl_tensor *bias)
{
    return NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(weights)},
                       {"bias", bias ? ncl_value_tensor(bias) : ncl_value_scalar(0)});
}

/* The axes from `axis` on as one. */
static struct ncl_tensor *flat(struct ncl_import *import, struct ncl_tensor *x, int axis)
{
    nnefcl_shape shape = x->shape;
    shape.rank = axis + 1;
    shape.extent[axis] = ncl_shape_span(&x->shape, axis, x->shape.rank);
    return ncl_compose_reshape(import, x, &shape);
}

static struct ncl_tensor *weight(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    return ncl_import_tensor(import, node, ncl_caffe_blob(node, index));
}

static struct ncl_tensor *bias(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_tensor *x = weight(import, node, index);
    return ncl_compose_reshape(import, x, &(nnefcl_shape){2, {1, ncl_shape_volume(&x->shape)}});
}

static struct ncl_tensor *zeros(struct ncl_import *import, int64_t batch, int64_t hidden)
{
    const nnefcl_shape shape = {2, {batch, hidden}};
    return ncl_compose_expand(import, ncl_compose_number(import, 0), &shape);
}

/* Does x [steps, batch, ...] fit its weights? It becomes [steps, batch, inputs]. */
static struct ncl_tensor *sequence(struct ncl_import *import, const struct ncl_import_node *node,
                                   const struct ncl_recurrent *layer, int64_t gates)
{
    const Caffe__Layer *from = ncl_caffe_layer(node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *cont = ncl_import_tensor(import, node, 1);
    if (from->recurrent_param && from->recurrent_param->expose_hidden)
        ncl_import_refuse(import, "states that are given and taken (expose_hidden)");
    else if (!import->status &&
             (x->shape.rank < 2 || ncl_shape_volume(&cont->shape) != ncl_shape_span(&x->shape, 0, 2)))
        ncl_import_wrong(import, "operands that do not fit each other");
    else if (!import->status && layer->state_weights->shape.rank != 2)
        ncl_import_wrong(import, "weights of the state of rank %d", layer->state_weights->shape.rank);
    else if (!import->status && (layer->input_bias->shape.extent[1] != gates * layer->state_weights->shape.extent[1] ||
                                 x->shape.extent[0] > MAX_STEPS))
        ncl_import_refuse(import, "weights for another layer, or more than %d steps", MAX_STEPS);
    return import->status ? &import->nothing : flat(import, x, 2);
}

/* Gates stand as input, forget, output, cell. */
static struct ncl_recurrent read_layer(struct ncl_import *import, const struct ncl_import_node *node, bool lstm)
{
    static const unsigned char order[] = {0, 2, 1, 3};
    const bool lasting = ncl_caffe_layer(node)->n_bottom == 3;
    struct ncl_recurrent layer = {
        .kind = lstm ? NCL_RECURRENT_LSTM : NCL_RECURRENT_PLAIN,
        .input_weights = weight(import, node, 0),
        .input_bias = bias(import, node, 1),
        .state_weights = weight(import, node, lasting ? 3 : 2),
        .order = order,
        .function = {{.name = lstm ? "Sigmoid" : "Tanh"}, {.name = "Tanh"}, {.name = "Tanh"}}};
    if (lasting)
        layer.every =
            linear(import, flat(import, ncl_import_tensor(import, node, 2), 1), weight(import, node, 2), NULL);
    return layer;
}

void ncl_caffe_build_recurrent(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *row[MAX_STEPS];
    const bool lstm = strcmp(node->op, "LSTM") == 0, lasting = ncl_caffe_layer(node)->n_bottom == 3;
    struct ncl_recurrent layer = read_layer(import, node, lstm);
    struct ncl_tensor *x = sequence(import, node, &layer, lstm ? 4 : 1);
    if (import->status)
        return;
    const int64_t steps = x->shape.extent[0], batch = x->shape.extent[1];
    layer.hidden = layer.state_weights->shape.extent[1];
    layer.state = zeros(import, batch, layer.hidden);
    layer.cell = lstm ? zeros(import, batch, layer.hidden) : NULL;
    layer.keep = ncl_compose_reshape(import, ncl_import_tensor(import, node, 1), &(nnefcl_shape){3, {steps, batch, 1}});
    ncl_compose_recurrent(import, x, &layer, row);
    for (int64_t t = 0; t < steps && !import->status; t++) {
        if (!lstm)
            row[t] = ncl_compose_unary(
                import, "tanh",
                linear(import, row[t], weight(import, node, lasting ? 4 : 3), bias(import, node, lasting ? 5 : 4)));
        row[t] = ncl_compose_unsqueeze(import, row[t], 0);
    }
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_concat(import, row, (size_t)steps, 0));
}
