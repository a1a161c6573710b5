/* SPDX-License-Identifier: Apache-2.0 */
/* The LSTM of Lite on whole numbers, as its reference kernel rounds: sums of gates have 12 bits behind the point (or
 * the step that the file says, where they are normalized), what sigmoid and tanh give 15; the cell has 16 bits, whose
 * step is a power of two. All are scalars that hold whole numbers. */
#include <math.h>

#include "import/compose_recurrent.h"
#include "import/tensorflow/tf.h"
#include "import/tensorflow/tf_recurrent.h"

enum { IN, FORGET, CELL, OUT, GATES };

#define ACTIVATION_BITS 15
#define SUM_BITS        12
#define NORM_BITS       10 /* of what is normalized */
#define LOWEST          (-32768)
#define HIGHEST         32767

struct whole {
    struct ncl_import *import;
    const struct ncl_import_node *node;
    const struct ncl_tf_quant *intermediate; /* of the sums, then of what goes into the projection */
    int first;                               /* IN, or FORGET, where the input gate is what that leaves */
    bool normalized;
    int64_t cells, batch;
    double sum_step[GATES]; /* of each gate */
    double cell_step, state_zero, input_factor[GATES], state_factor[GATES];
    struct ncl_tensor *state_weights, *state, *cell;
};

/* ---- scales ---- */

static double scale_of(struct whole *w, size_t operand)
{
    const struct ncl_tf_quant *quant = ncl_tf_input_quant(w->node, operand);
    if (quant && quant->count == 1)
        return quant->scale[0];
    ncl_import_wrong(w->import, "operand %zu has not one scale", operand);
    return 1;
}

static void read_scales(struct whole *w)
{
    const double of_input = scale_of(w, NCL_LSTM_INPUT), of_state = scale_of(w, NCL_LSTM_STATE);
    w->state_zero = w->import->status ? 0 : (double)ncl_tf_input_quant(w->node, NCL_LSTM_STATE)->zero_point[0];
    w->cell_step = scale_of(w, NCL_LSTM_STATE + 1);
    for (int i = w->first; i < GATES; i++) {
        w->sum_step[i] = w->normalized && w->intermediate[i].count ? w->intermediate[i].scale[0] : ldexp(1, -SUM_BITS);
        w->input_factor[i] = scale_of(w, NCL_LSTM_INPUT_WEIGHTS + (size_t)i) * of_input / w->sum_step[i];
        w->state_factor[i] = scale_of(w, NCL_LSTM_STATE_WEIGHTS + (size_t)i) * of_state / w->sum_step[i];
    }
    if (!w->import->status && w->cell_step != exp2(round(log2(w->cell_step))))
        ncl_import_refuse(w->import, "a cell whose step is no power of two");
}

/* ---- whole numbers ---- */

static struct ncl_tensor *within(struct whole *w, struct ncl_tensor *x)
{
    return ncl_tf_clamp(w->import, x, LOWEST, HIGHEST);
}

static struct ncl_tensor *add(struct whole *w, struct ncl_tensor *x, struct ncl_tensor *y)
{
    return within(w, ncl_tf_binary(w->import, "add", x, y));
}

/* x y 2^-bits */
static struct ncl_tensor *product(struct whole *w, struct ncl_tensor *x, struct ncl_tensor *y, double bits)
{
    x = ncl_tf_with(w->import, "mul", ncl_tf_binary(w->import, "mul", x, y), exp2(-bits));
    return ncl_tf_unary(w->import, "round_away", x);
}

static struct ncl_tensor *activated(struct whole *w, const char *op, struct ncl_tensor *x, double step)
{
    x = ncl_tf_unary(w->import, op, ncl_tf_with(w->import, "mul", x, step));
    x = ncl_tf_with(w->import, "mul", x, 1 << ACTIVATION_BITS);
    return within(w, ncl_tf_unary(w->import, "round_away", x));
}

static struct ncl_tensor *linear(struct whole *w, struct ncl_tensor *x, struct ncl_tensor *weights,
                                 struct ncl_tensor *bias)
{
    return NCL_COMPOSE(w->import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(weights)},
                       {"bias", bias ? ncl_value_tensor(bias) : ncl_value_scalar(0)});
}

static struct ncl_tensor *row_of(struct whole *w, size_t operand)
{
    return ncl_tf_as_row(w->import, ncl_tf_steps(w->import, w->node, operand));
}

/* Sums of all gates, each in its own step. */
static struct ncl_tensor *rescaled(struct whole *w, struct ncl_tensor *sums, const double factor[GATES])
{
    const size_t gates = (size_t)(GATES - w->first), cells = (size_t)w->cells;
    double *each = NCL_NEW_ARRAY(&w->import->scratch, double, gates *cells);
    if (!each) {
        ncl_import_nomem(w->import);
        return sums;
    }
    for (size_t i = 0; i < gates * cells; i++)
        each[i] = factor[(size_t)w->first + i / cells];
    return within(w, ncl_tf_rescale_columns(w->import, sums, each, gates * cells));
}

/* ---- gates ---- */

/* Sums at mean 0 and variance 1 with NORM_BITS more bits, then the factors and what is added. A variance below 1 is
 * taken for one that nothing comes out of. */
static struct ncl_tensor *normalized(struct whole *w, int gate, struct ncl_tensor *sums)
{
    static const int axis = 1;
    struct ncl_import *import = w->import;
    const double scale = scale_of(w, NCL_LSTM_NORM + (size_t)gate), guard = fmax(1, floor(10000 * scale)),
                 bits = 1 << NORM_BITS;
    struct ncl_tensor *mean = ncl_compose_reduce(import, "mean_reduce", sums, &axis, 1, true),
                      *x = ncl_tf_binary(import, "sub", sums, mean),
                      *variance =
                          ncl_compose_reduce(import, "mean_reduce", ncl_tf_unary(import, "sqr", x), &axis, 1, true);
    variance = ncl_compose_select(import, ncl_tf_with(import, "lt", variance, 1), ncl_compose_number(import, guard),
                                  ncl_tf_unary(import, "floor", variance));
    x = ncl_tf_binary(import, "mul", ncl_tf_with(import, "mul", x, bits), ncl_tf_unary(import, "rsqrt", variance));
    x = ncl_tf_binary(import, "mul", ncl_tf_unary(import, "round", x), row_of(w, NCL_LSTM_NORM + (size_t)gate));
    x = ncl_tf_binary(import, "add", x, row_of(w, NCL_LSTM_BIASES + (size_t)gate));
    x = ncl_tf_unary(import, "round_away", ncl_tf_with(import, "mul", x, 1 / bits));
    return within(w, ncl_tf_rescale(import, x, ldexp(scale, SUM_BITS)));
}

/* `cell`: what a peephole looks at; NULL: there is none. */
static struct ncl_tensor *gate_of(struct whole *w, int gate, struct ncl_tensor *sums, struct ncl_tensor *cell)
{
    static const size_t place[GATES] = {[FORGET] = 1, [OUT] = 2};
    const size_t peephole = NCL_LSTM_PEEPHOLES + place[gate];
    if (cell && ncl_import_has(w->import, w->node, peephole)) {
        const double factor = w->cell_step * scale_of(w, peephole) / w->sum_step[gate];
        struct ncl_tensor *seen = ncl_tf_binary(w->import, "mul", row_of(w, peephole), cell);
        sums = add(w, sums, ncl_tf_rescale(w->import, seen, factor));
    }
    if (w->normalized)
        sums = normalized(w, gate, sums);
    return activated(w, gate == CELL ? "tanh" : "sigmoid", sums, ldexp(1, -SUM_BITS));
}

/* A scale that is clipped at, in steps. */
static double limit_of(struct whole *w, const char *name, double step, double highest)
{
    return fmin(trunc(ncl_import_scalar(w->import, w->node, name, 0) / step), highest);
}

static struct ncl_tensor *next_cell(struct whole *w, struct ncl_tensor *forget, struct ncl_tensor *in,
                                    struct ncl_tensor *candidate)
{
    const double limit = limit_of(w, "cell_clip", w->cell_step, HIGHEST);
    struct ncl_tensor *old = product(w, forget, w->cell, ACTIVATION_BITS),
                      *new = product(w, in, candidate, 2 * ACTIVATION_BITS + log2(w->cell_step)),
                      *cell = add(w, old, new);
    return limit > 0 ? ncl_tf_clamp(w->import, cell, -limit, limit) : cell;
}

/* ---- what comes out ---- */

/* Of 8 bits, with the zero point in it. */
static struct ncl_tensor *in_bytes(struct whole *w, struct ncl_tensor *steps, double zero)
{
    return ncl_tf_clamp(w->import, ncl_tf_with(w->import, "add", steps, zero), -128, 127);
}

static struct ncl_tensor *projected(struct whole *w, struct ncl_tensor *hidden, const struct ncl_tf_quant *quant)
{
    const double scale = scale_of(w, NCL_LSTM_STATE), limit = limit_of(w, "projection_clip", scale, 127),
                 factor = scale_of(w, NCL_LSTM_PROJECTION) * quant->scale[0] / scale;
    struct ncl_tensor *bias = ncl_import_has(w->import, w->node, NCL_LSTM_PROJECTION + 1)
                                  ? row_of(w, NCL_LSTM_PROJECTION + 1)
                                  : NULL,
                      *y = linear(w, ncl_tf_with(w->import, "sub", hidden, (double)quant->zero_point[0]),
                                  ncl_tf_steps(w->import, w->node, NCL_LSTM_PROJECTION), bias);
    y = in_bytes(w, ncl_tf_rescale(w->import, y, factor), w->state_zero);
    return limit > 0 ? ncl_tf_clamp(w->import, y, -limit, limit) : y;
}

static struct ncl_tensor *output_of(struct whole *w, struct ncl_tensor *out)
{
    const struct ncl_tf_quant *quant = &w->intermediate[GATES];
    struct ncl_tensor *y = activated(w, "tanh", w->cell, w->cell_step);
    y = ncl_tf_rescale(w->import, ncl_tf_binary(w->import, "mul", out, y),
                       ldexp(1 / quant->scale[0], -2 * ACTIVATION_BITS));
    y = in_bytes(w, y, (double)quant->zero_point[0]);
    return ncl_import_has(w->import, w->node, NCL_LSTM_PROJECTION) ? projected(w, y, quant) : y;
}

/* ---- steps ---- */

static struct ncl_tensor *step(struct whole *w, struct ncl_tensor *of_input)
{
    struct ncl_tensor *part[GATES], *in;
    const int64_t extent[GATES] = {w->cells, w->cells, w->cells, w->cells};
    struct ncl_tensor *sums = rescaled(w, linear(w, w->state, w->state_weights, NULL), w->state_factor);
    ncl_compose_split(w->import, add(w, sums, of_input), 1, extent, (size_t)(GATES - w->first), part + w->first);
    struct ncl_tensor *forget = gate_of(w, FORGET, part[FORGET], w->cell),
                      *candidate = gate_of(w, CELL, part[CELL], NULL);
    in = w->first == IN ? gate_of(w, IN, part[IN], w->cell)
                        : ncl_tf_binary(w->import, "sub", ncl_compose_number(w->import, HIGHEST), forget);
    w->cell = next_cell(w, forget, in, candidate);
    struct ncl_tensor *y = output_of(w, gate_of(w, OUT, part[OUT], w->cell));
    w->state = ncl_tf_with(w->import, "sub", y, w->state_zero);
    return y;
}

static struct ncl_tensor *stacked(struct whole *w, size_t first)
{
    struct ncl_tensor *gate[GATES];
    for (int i = w->first; i < GATES; i++)
        gate[i] = ncl_tf_steps(w->import, w->node, first + (size_t)i);
    return ncl_compose_concat(w->import, gate + w->first, (size_t)(GATES - w->first), 0);
}

/* Biases of what is normalized are added behind that. */
static struct ncl_tensor *biases_of(struct whole *w)
{
    struct ncl_tensor *bias[GATES];
    if (w->normalized)
        return NULL;
    for (int i = w->first; i < GATES; i++)
        bias[i] = row_of(w, NCL_LSTM_BIASES + (size_t)i);
    return ncl_compose_concat(w->import, bias + w->first, (size_t)(GATES - w->first), 1);
}

static bool can_run(struct whole *w)
{
    const struct ncl_tf_detail *detail = w->node->detail;
    w->intermediate = detail->quant + w->node->input_count + w->node->output_count;
    if (detail->intermediate_count != GATES + 1 || w->intermediate[GATES].count != 1)
        ncl_import_refuse(w->import, "whole numbers with %zu intermediate scales, only 5 are supported",
                          detail->intermediate_count);
    if (ncl_import_integer(w->import, w->node, "function", 4) != 4)
        ncl_import_refuse(w->import, "whole numbers through another function than tanh");
    return !w->import->status;
}

void ncl_tf_whole_lstm(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                       struct ncl_tensor **row)
{
    struct whole w = {.import = import, .node = node, .batch = x->shape.extent[1]};
    w.first = ncl_import_has(import, node, NCL_LSTM_INPUT_WEIGHTS) ? IN : FORGET;
    w.normalized = ncl_import_has(import, node, NCL_LSTM_NORM + FORGET);
    if (!can_run(&w))
        return;
    const int64_t steps = x->shape.extent[0];
    const nnefcl_shape rows = {2, {steps * w.batch, x->shape.extent[2]}};
    struct ncl_tensor *weights = stacked(&w, NCL_LSTM_INPUT_WEIGHTS);
    w.state_weights = stacked(&w, NCL_LSTM_STATE_WEIGHTS);
    if (!import->status && (w.state_weights->shape.rank != 2 || w.state_weights->shape.extent[0] % (GATES - w.first)))
        ncl_import_wrong(import, "operands of other ranks");
    if (import->status)
        return;
    w.cells = w.state_weights->shape.extent[0] / (GATES - w.first);
    read_scales(&w);
    w.state = ncl_tf_zeros(import, w.batch, w.state_weights->shape.extent[1]);
    w.cell = ncl_tf_zeros(import, w.batch, w.cells);
    struct ncl_tensor *sums =
        rescaled(&w, linear(&w, ncl_compose_reshape(import, x, &rows), weights, biases_of(&w)), w.input_factor);
    for (int64_t i = 0; i < steps && !import->status; i++)
        row[i] = step(&w, ncl_compose_slice(import, sums, 0, i * w.batch, (i + 1) * w.batch, 1));
}
