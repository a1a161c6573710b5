/* SPDX-License-Identifier: Apache-2.0 */
/* RNN, GRU and LSTM: X, W, R, B, sequence_lens, initial_h, initial_c, P. */
#include <string.h>

#include "import/compose_recurrent.h"
#include "import/onnx/onnx_operators.h"

enum operand { X, W, R, B, LENGTHS, STATE, CELL, PEEPHOLES };

struct layer {
    enum ncl_recurrent_kind kind;
    struct ncl_tensor *input; /* [steps, batch, input] */
    int64_t steps, batch, hidden, gates, directions;
    bool batch_first;
};

static void swap_front(struct ncl_import *import, struct ncl_tensor **x)
{
    int axis[NNEFCL_MAX_RANK] = {1, 0};
    for (int i = 2; i < NNEFCL_MAX_RANK; i++)
        axis[i] = i;
    *x = ncl_compose_transpose(import, *x, axis);
}

static void layer_read(struct ncl_import *import, const struct ncl_import_node *node, struct layer *layer)
{
    const nnefcl_shape *weights = &ncl_import_value(import, node, W)->shape,
                       *states = &ncl_import_value(import, node, R)->shape;
    *layer = (struct layer){.kind = strcmp(import->op->as, "lstm") == 0  ? NCL_RECURRENT_LSTM
                                    : strcmp(import->op->as, "gru") == 0 ? NCL_RECURRENT_GRU
                                                                         : NCL_RECURRENT_PLAIN,
                            .input = ncl_import_tensor(import, node, X),
                            .batch_first = ncl_import_integer(import, node, "layout", 0) != 0};
    layer->gates = layer->kind == NCL_RECURRENT_LSTM ? 4 : layer->kind == NCL_RECURRENT_GRU ? 3 : 1;
    if (layer->input->shape.rank != 3 || weights->rank != 3 || states->rank != 3)
        ncl_import_wrong(import, "its operands have not rank 3");
    else if (layer->batch_first)
        swap_front(import, &layer->input);
    layer->steps = layer->input->shape.extent[0];
    layer->batch = layer->input->shape.extent[1];
    layer->hidden = states->extent[2];
    layer->directions = weights->extent[0];
    const bool both = strcmp(ncl_import_string(import, node, "direction", "forward"), "bidirectional") == 0;
    if (layer->directions != (both ? 2 : 1) || weights->extent[1] != layer->gates * layer->hidden ||
        states->extent[1] != layer->gates * layer->hidden || states->extent[0] != layer->directions)
        ncl_import_wrong(import, "its weights do not fit each other");
}

/* Row `direction` of an operand, without that axis. */
static struct ncl_tensor *direction_of(struct ncl_import *import, struct ncl_tensor *x, int64_t direction, int axis)
{
    return ncl_compose_squeeze(import, ncl_compose_slice(import, x, axis, direction, direction + 1, 1), axis);
}

/* Part of a row of biases or peepholes, as [1, count]. */
static struct ncl_tensor *part_of(struct ncl_import *import, const struct ncl_import_node *node, enum operand which,
                                  int64_t direction, int64_t begin, int64_t count)
{
    if (!ncl_import_has(import, node, which))
        return NULL;
    struct ncl_tensor *x = ncl_import_tensor(import, node, which);
    if (x->shape.rank != 2 || x->shape.extent[0] <= direction || x->shape.extent[1] < begin + count)
        ncl_import_wrong(import, "biases or peepholes do not fit the weights");
    return import->status ? &import->nothing
                          : ncl_compose_slice(import, ncl_compose_slice(import, x, 0, direction, direction + 1, 1), 1,
                                              begin, begin + count, 1);
}

/* [batch, hidden] at the beginning: given, or zeros. */
static struct ncl_tensor *initial(struct ncl_import *import, const struct ncl_import_node *node,
                                  const struct layer *layer, enum operand which, int64_t direction)
{
    const nnefcl_shape shape = {.rank = 2, .extent = {layer->batch, layer->hidden}};
    if (ncl_import_has(import, node, which))
        return direction_of(import, ncl_import_tensor(import, node, which), direction, layer->batch_first ? 1 : 0);
    const struct ncl_known *zero = ncl_known_scalar(&import->scratch, NCL_STORED_FLOAT32, 0),
                           *zeros = zero ? ncl_fold_fill(import, zero, &shape) : NULL;
    if (!zeros)
        ncl_import_refuse(import, "its state is too large");
    return zeros ? ncl_import_constant(import, zeros) : &import->nothing;
}

/* Lengths that are all those of the input say nothing. */
static struct ncl_tensor *lengths_of(struct ncl_import *import, const struct ncl_import_node *node,
                                     const struct layer *layer)
{
    if (!ncl_import_has(import, node, LENGTHS))
        return NULL;
    const struct ncl_known *known = ncl_import_known(import, node, LENGTHS);
    bool whole = known != NULL;
    for (size_t i = 0; known && i < known->count; i++)
        whole &= ncl_known_int64(known, i) == layer->steps;
    if (whole)
        return NULL;
    const nnefcl_shape column = {.rank = 2, .extent = {layer->batch, 1}};
    return ncl_compose_cast(import, ncl_compose_reshape(import, ncl_import_tensor(import, node, LENGTHS), &column),
                            NNEFCL_SCALAR);
}

/* ---- activations: names in the order of directions, numbers in the order of those that take one ---- */

static const struct {
    const char *name;
    bool alpha, beta;
    double alpha_otherwise, beta_otherwise;
} functions[] = {
    {"Affine", true, true, 1, 0},     {"LeakyRelu", true, false, 0.01, 0},   {"ThresholdedRelu", true, false, 1, 0},
    {"ScaledTanh", true, true, 1, 1}, {"HardSigmoid", true, true, 0.2, 0.5}, {"Elu", true, false, 1, 0},
};

static void functions_read(struct ncl_import *import, const struct ncl_import_node *node, const struct layer *layer,
                           struct ncl_recurrent_function *function, size_t each)
{
    static const char *const usual[] = {"Sigmoid", "Tanh", "Tanh"};
    const struct ncl_import_attribute *names = ncl_import_attribute(node, "activations");
    const size_t count = each * (size_t)layer->directions;
    size_t alphas, betas, alpha = 0, beta = 0;
    const double *a = ncl_import_scalars(import, node, "activation_alpha", &alphas),
                 *b = ncl_import_scalars(import, node, "activation_beta", &betas);
    if (names && names->count && (names->kind != NCL_ATTRIBUTE_STRINGS || names->count < count)) {
        ncl_import_wrong(import, "there are %zu activations, it needs %zu", names->count, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *otherwise = layer->kind == NCL_RECURRENT_PLAIN ? "Tanh" : usual[i % each];
        function[i] = (struct ncl_recurrent_function){.name = names && names->count ? names->string[i] : otherwise};
        for (size_t j = 0; j < sizeof functions / sizeof *functions; j++) {
            if (strcmp(functions[j].name, function[i].name) != 0)
                continue;
            function[i].alpha = functions[j].alpha && alpha < alphas ? a[alpha++] : functions[j].alpha_otherwise;
            function[i].beta = functions[j].beta && beta < betas ? b[beta++] : functions[j].beta_otherwise;
        }
    }
}

/* ---- the layer ---- */

static struct ncl_recurrent direction_read(struct ncl_import *import, const struct ncl_import_node *node,
                                           const struct layer *layer, int64_t direction)
{
    const int64_t rows = layer->gates * layer->hidden;
    struct ncl_recurrent r = {.kind = layer->kind, .hidden = layer->hidden};
    r.input_weights = direction_of(import, ncl_import_tensor(import, node, W), direction, 0);
    r.state_weights = direction_of(import, ncl_import_tensor(import, node, R), direction, 0);
    r.input_bias = part_of(import, node, B, direction, 0, rows);
    r.state_bias = part_of(import, node, B, direction, rows, rows);
    r.state = initial(import, node, layer, STATE, direction);
    r.lengths = lengths_of(import, node, layer);
    r.clip = ncl_import_scalar(import, node, "clip", 0);
    r.reset_after = ncl_import_integer(import, node, "linear_before_reset", 0) != 0;
    r.couple = ncl_import_integer(import, node, "input_forget", 0) != 0;
    r.backwards = direction == 1 || strcmp(ncl_import_string(import, node, "direction", "forward"), "reverse") == 0;
    if (layer->kind == NCL_RECURRENT_LSTM) {
        r.cell = initial(import, node, layer, CELL, direction);
        for (int i = 0; i < 3; i++)
            r.peephole[i] = part_of(import, node, PEEPHOLES, direction, i * layer->hidden, layer->hidden);
    }
    return r;
}

/* Rows of all steps as [steps, batch, hidden]. */
static struct ncl_tensor *rows_joined(struct ncl_import *import, struct ncl_tensor **row, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        row[i] = ncl_compose_unsqueeze(import, row[i], 0);
    return ncl_compose_concat(import, row, (size_t)count, 0);
}

/* Y is [steps, directions, batch, hidden], the last states are [directions, batch, hidden]; with the batch in front of
 * both, if it is so in the input. */
static void give_states(struct ncl_import *import, const struct ncl_import_node *node, const struct layer *layer,
                        size_t index, struct ncl_tensor **state)
{
    const int axis = layer->batch_first ? 1 : 0;
    if (!ncl_import_wants(import, node, index))
        return;
    for (int64_t i = 0; i < layer->directions; i++)
        state[i] = ncl_compose_unsqueeze(import, state[i], axis);
    ncl_import_give(import, node, index, ncl_compose_concat(import, state, (size_t)layer->directions, axis));
}

static void give_rows(struct ncl_import *import, const struct ncl_import_node *node, const struct layer *layer,
                      struct ncl_tensor **rows)
{
    static const int batch_first[] = {2, 0, 1, 3};
    for (int64_t i = 0; i < layer->directions; i++)
        rows[i] = ncl_compose_unsqueeze(import, rows[i], 1);
    struct ncl_tensor *y = ncl_compose_concat(import, rows, (size_t)layer->directions, 1);
    ncl_import_give(import, node, 0, layer->batch_first ? ncl_compose_transpose(import, y, batch_first) : y);
}

void ncl_onnx_recurrent(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct layer layer;
    struct ncl_recurrent_function function[6];
    struct ncl_tensor *rows[2], *state[2], *cell[2];
    layer_read(import, node, &layer);
    const size_t each = layer.kind == NCL_RECURRENT_LSTM ? 3 : layer.kind == NCL_RECURRENT_GRU ? 2 : 1;
    if (!import->status)
        functions_read(import, node, &layer, function, each);
    struct ncl_tensor **row =
        import->status ? NULL : ncl_arena_array(&import->scratch, (size_t)layer.steps, sizeof *row);
    if (!row && !import->status)
        ncl_import_nomem(import);
    for (int64_t i = 0; i < layer.directions && !import->status; i++) {
        struct ncl_recurrent r = direction_read(import, node, &layer, i);
        memcpy(r.function, function + (size_t)i * each, each * sizeof *function);
        ncl_compose_recurrent(import, layer.input, &r, row);
        if (ncl_import_wants(import, node, 0) && !import->status)
            rows[i] = rows_joined(import, row, layer.steps);
        state[i] = r.state;
        cell[i] = r.cell;
    }
    if (import->status)
        return;
    if (ncl_import_wants(import, node, 0))
        give_rows(import, node, &layer, rows);
    give_states(import, node, &layer, 1, state);
    if (layer.kind == NCL_RECURRENT_LSTM)
        give_states(import, node, &layer, 2, cell);
}
